//! Takes nested values apart without recursion: a template can nest lists a million deep.

use super::Value;

/// Collections that still have to be taken apart.
#[derive(Default)]
pub(super) struct Nest(Vec<Value>);

impl Nest {
    /// Drops `values` and all that only they hold.
    pub(super) fn take_apart(mut self, values: impl IntoIterator<Item = Value>) {
        self.collect(values);
        while let Some(value) = self.0.pop() {
            match value {
                Value::List(list) => {
                    if let Some(items) = list.into_only() {
                        self.collect(items);
                    }
                }
                Value::Map(map) => {
                    if let Some(entries) = map.into_only() {
                        self.collect(entries.into_values());
                    }
                }
                _ => {}
            }
        }
    }

    /// Keeps the collections among `values` for later.
    fn collect(&mut self, values: impl IntoIterator<Item = Value>) {
        let nested = |value: &Value| matches!(value, Value::List(_) | Value::Map(_));
        self.0.extend(values.into_iter().filter(nested));
    }
}
