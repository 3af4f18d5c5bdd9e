//! Maps of values: copied, looked up, and laid over one another.

use std::cell::{Cell, RefCell};

use crate::helm::go::{Map, Value};
use crate::helm::gofmt::format_within;

/// What becomes of `null` where values meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nulls {
    /// It takes a default out.
    Remove,
    /// It stays, for a later pass.
    Keep,
}

/// Lays values over defaults, and collects what a person should know.
#[derive(Debug, Default)]
pub(in crate::helm) struct Coalescer {
    /// Whether defaults that are `null` stay, as before Helm 4.2.
    pub(in crate::helm) keeps_null_defaults: bool,
    pub(in crate::helm) warnings: RefCell<Vec<String>>,
    /// How many values and files were copied.
    pub(in crate::helm) copied: Cell<usize>,
}

/// Values and files that may be copied: from chart to chart, and for each name of one.
const MOST_COPIED: usize = 5_000_000;

/// Bytes of warnings that are told.
const MOST_WARNED: usize = 1 << 20;

/// Warnings that are told.
const MOST_WARNINGS: usize = 1_000;

impl Coalescer {
    /// Tells a person, who has no use for more than can be read.
    pub(super) fn warn(&self, message: String) {
        let mut warnings = self.warnings.borrow_mut();
        let told: usize = warnings.iter().map(String::len).sum();
        if warnings.len() < MOST_WARNINGS && told < MOST_WARNED {
            warnings.push(message);
        }
    }

    /// Accounts for values or files that are about to be copied.
    ///
    /// # Errors
    /// The limit.
    pub(super) fn copies(&self, count: usize) -> Result<(), String> {
        let copied = self.copied.get().saturating_add(count);
        self.copied.set(copied);
        if copied <= MOST_COPIED {
            return Ok(());
        }
        Err(format!(
            "the charts inside have more than {MOST_COPIED} values and files copied by aliases, \
             imports and globals"
        ))
    }

    /// Adds to `into` what only `defaults` has, map by map.
    pub(super) fn tables(&self, into: &Map, defaults: &Map, prefix: &str, nulls: Nulls) {
        if into.is_same(defaults) {
            return;
        }
        let null: Vec<_> = (into.entries().iter())
            .filter(|(_, value)| matches!(value, Value::Nil))
            .map(|(key, _)| key.clone())
            .collect();
        // Only what is null there is looked up in it.
        let set: Vec<_> = (defaults.entries().iter())
            .filter(|(key, _)| null.binary_search(key).is_ok())
            .filter(|(_, value)| self.keeps_null_defaults || !matches!(value, Value::Nil))
            .map(|(key, _)| key.clone())
            .collect();
        for key in null {
            defaults.set(key, Value::Nil);
        }
        let all: Vec<_> =
            defaults.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        for (key, value) in all {
            let path = || concat(prefix, &key.lossy());
            match (into.get(&key), value) {
                (Some(Value::Nil), _)
                    if nulls == Nulls::Remove
                        && (self.keeps_null_defaults || set.binary_search(&key).is_ok()) =>
                {
                    into.change().remove(&key);
                }
                (None, value) => into.set(key, value),
                (Some(Value::Map(below)), Value::Map(value)) => {
                    self.tables(&below, &value, &path(), nulls);
                }
                (Some(_), value @ Value::Map(_)) => {
                    let (path, value) = (path(), shown(&value));
                    self.warn(format!(
                        "warning: cannot overwrite table with non table for {path} ({value})"
                    ));
                }
                (Some(Value::Map(_)), value) if !matches!(value, Value::Nil) => {
                    let (path, value) = (path(), shown(&value));
                    self.warn(format!(
                        "warning: destination for {path} is a table. Ignoring non-table value \
                         ({value})"
                    ));
                }
                _ => {}
            }
        }
    }
}

/// As `%v` prints it.
fn shown(value: &Value) -> String {
    const ROOM: usize = 1 << 20;
    let text = format_within(b"%v", std::slice::from_ref(value), ROOM).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// `prefix.name`, or `name` alone.
pub(super) fn concat(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The map at the path `a.b.c`.
pub(in crate::helm) fn table(values: &Map, path: &str) -> Option<Map> {
    path.split('.').try_fold(values.clone(), |map, name| match map.get(name.as_bytes()) {
        Some(Value::Map(below)) => Some(below),
        _ => None,
    })
}

/// The value at the path `a.b.c`, which is no map.
pub(super) fn path_value(values: &Map, path: &str) -> Option<Value> {
    let (above, name) = path.rsplit_once('.').unwrap_or(("", path));
    let holder = if above.is_empty() && !path.contains('.') {
        Some(values.clone())
    } else {
        table(values, above)
    };
    holder?.get(name.as_bytes()).filter(|value| !matches!(value, Value::Map(_)))
}
