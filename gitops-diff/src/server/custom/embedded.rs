//! The metadata of objects inside of objects (`structural-schema/objectmeta`).

use super::object_meta;
use crate::merge::printed;
use crate::schema::Structural;
use crate::server::read::typed;
use crate::{Map, Text, Value};

/// Reads the metadata of embedded objects; what no metadata has is dropped and named.
///
/// # Errors
/// What is wrong with metadata that has not its types.
pub(super) fn read(of: &Structural, object: &mut Value) -> Result<Vec<String>, String> {
    let mut reader = Reader { path: String::new(), unknown: Vec::new(), drops: false };
    reader.below(of, object)?;
    reader.unknown.sort();
    Ok(reader.unknown)
}

/// The same for what comes from the store: what has not its type is dropped.
pub(super) fn tidy(of: &Structural, object: &mut Value) {
    let mut reader = Reader { path: String::new(), unknown: Vec::new(), drops: true };
    let _never_fails = reader.below(of, object);
}

struct Reader {
    path: String,
    unknown: Vec<String>,
    /// Whether values of wrong types are dropped.
    drops: bool,
}

impl Reader {
    fn value(&mut self, of: &Structural, value: &mut Value) -> Result<(), String> {
        if let (true, Value::Map(members)) = (of.embedded, &mut *value) {
            self.object(members)?;
        }
        self.below(of, value)
    }

    fn below(&mut self, of: &Structural, value: &mut Value) -> Result<(), String> {
        match value {
            Value::Map(members) => {
                for (name, value) in members.iter_mut() {
                    let Some(of) = of.field(name) else { continue };
                    let dot = if self.path.is_empty() { "" } else { "." };
                    self.inside(&format!("{dot}{name}"), |it| it.value(of, value))?;
                }
            }
            Value::List(items) => {
                let Some(of) = of.items.as_deref() else { return Ok(()) };
                for (at, item) in items.iter_mut().enumerate() {
                    self.inside(&format!("[{at}]"), |it| it.value(of, item))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn inside(
        &mut self,
        step: &str,
        then: impl FnOnce(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        let at = self.path.len();
        self.path.push_str(step);
        let done = then(self);
        self.path.truncate(at);
        done
    }

    fn object(&mut self, members: &mut Map) -> Result<(), String> {
        for key in ["apiVersion", "kind"] {
            match members.get(key) {
                None | Some(Value::Str(_)) => {}
                Some(_) if self.drops => {
                    members.remove(key);
                }
                Some(value) => {
                    let value = serde_json::to_string(value).unwrap_or_default();
                    let path = &self.path;
                    return Err(format!("{path}.{key}: Invalid value: {value}: must be a string"));
                }
            }
        }
        let Some(metadata) = members.remove("metadata") else { return Ok(()) };
        if let Some(metadata) = self.metadata(metadata)? {
            members.insert("metadata", metadata);
        }
        Ok(())
    }

    fn metadata(&mut self, metadata: Value) -> Result<Option<Value>, String> {
        match typed(object_meta(), "ObjectMeta", metadata.clone()) {
            Ok(read) => {
                let at = |it: &String| format!("{}.metadata.{it}", self.path);
                self.unknown.extend(read.unknown.iter().map(at));
                Ok(Some(printed(object_meta(), read.object)))
            }
            Err(_) if self.drops => Ok(Some(field_by_field(metadata))),
            Err(why) => {
                let value = serde_json::to_string(&metadata).unwrap_or_default();
                Err(format!("{}.metadata: Invalid value: {value}: {why}", self.path))
            }
        }
    }
}

/// The fields of metadata that have their types.
fn field_by_field(metadata: Value) -> Value {
    let Value::Map(members) = metadata else {
        return metadata;
    };
    let fits = |(name, value): (Text, Value)| {
        let alone = Value::Map([(name, value)].into_iter().collect());
        match typed(object_meta(), "ObjectMeta", alone) {
            Ok(read) => match read.object {
                Value::Map(members) => members.into_iter().next(),
                _ => None,
            },
            Err(_) => None,
        }
    };
    printed(object_meta(), Value::Map(members.into_iter().filter_map(fits).collect()))
}
