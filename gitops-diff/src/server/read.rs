//! What the server reads of a body: the fields that the kind has, in the types they have.

mod scalar;

use super::Refusal;
use super::custom;
use crate::merge::structured;
use crate::schema::MapRef;
use crate::{GroupKind, Map, Schema, Text, TypeRef, Value};

/// An object that was read from a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The object without the fields that its kind does not have; that of a built-in kind as its
    /// Go struct prints it (what is required is there and zero, what is optional and zero is not).
    pub object: Value,
    /// Those fields: `spec.containers[0].odd`. The server warns of them
    /// (`fieldValidation=Warn`, its default), refuses them (`Strict`), or says nothing.
    pub unknown: Vec<String>,
}

/// Reads the body of a create or an update as the server decodes it: values of wrong types are
/// refused, `null` is nothing, what the kind does not have is dropped and named.
///
/// Custom resources are pruned by their structural schema; their types are left to validation.
/// An object of a kind that the schema does not know stays as it is.
///
/// Field names are read as they are written: `Data` is not `data` (`sigs.k8s.io/json`).
///
/// ```
/// use gitops_diff::{GroupKind, Schema, Value, server};
///
/// let body: Value = serde_json::from_str(r#"{"data":{"k":"v"},"Data":{},"metadata":{"x":1}}"#)?;
/// let kind = GroupKind::new("", "ConfigMap");
/// let read = server::read(&Schema::builtin(), &kind, "v1", body)?;
/// assert_eq!(read.unknown, ["Data", "metadata.x"]);
///
/// let body: Value = serde_json::from_str(r#"{"data":{"k":1}}"#)?;
/// let refused = server::read(&Schema::builtin(), &kind, "v1", body).unwrap_err();
/// assert_eq!(
///     refused.message,
///     "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal \
///      number into Go struct field ConfigMap.data of type string",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Refusal`] (400) where a value has not the type of its field.
pub fn read(
    schema: &Schema,
    kind: &GroupKind,
    version: &str,
    body: Value,
) -> Result<Read, Refusal> {
    let read = if schema.is_builtin(kind) {
        let of = schema.type_of(kind, version);
        let read = typed(of, &kind.kind, body);
        read.map(|it| Read { object: structured(kind, of, it.object), ..it })
    } else {
        custom::read(schema.definition(kind, version), body)
    };
    read.map_err(|why| {
        let kind = &kind.kind;
        let message =
            format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {why}");
        Refusal::bad_request(message)
    })
}

impl Read {
    /// The refusal of the unknown fields (`fieldValidation=Strict`), if there are any.
    pub fn strict(&self, kind: &GroupKind, version: &str) -> Option<Refusal> {
        let fields: Vec<String> = self.warnings().collect();
        let kind = &kind.kind;
        let fields = (!fields.is_empty()).then(|| fields.join(", "))?;
        Some(Refusal::bad_request(format!(
            "{kind} in version \"{version}\" cannot be handled as a {kind}: strict decoding \
             error: {fields}"
        )))
    }

    /// What the server warns of (`fieldValidation=Warn`).
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.unknown.iter().map(|it| format!("unknown field \"{it}\""))
    }
}

/// Reads a value into a Go struct; `of_go` names the struct in messages.
pub(super) fn typed(of: TypeRef<'_>, of_go: &str, body: Value) -> Result<Read, String> {
    let mut reader = Reader { of_go, path: Vec::new(), fields: Vec::new(), unknown: Vec::new() };
    let object = reader.value(of, body)?;
    Ok(Read { object, unknown: reader.unknown })
}

struct Reader<'a> {
    of_go: &'a str,
    path: Vec<String>,
    /// The struct fields of the path: keys of maps and places in lists are none to Go.
    fields: Vec<Text>,
    unknown: Vec<String>,
}

impl Reader<'_> {
    fn value(&mut self, of: TypeRef<'_>, value: Value) -> Result<Value, String> {
        if of.is_free_form() {
            return Ok(value);
        }
        match value {
            Value::Map(members) => match of.map() {
                Some(map) => self.members(map, members),
                None => Err(self.wrong(of, "object")),
            },
            Value::List(items) => match of.list() {
                Some(list) => self.items(list.element(), items),
                None => Err(self.wrong(of, "array")),
            },
            Value::Null => Ok(of.zero()),
            other => scalar::read(of, other).map_err(|why| match why {
                scalar::Wrong::Type(found) => self.wrong(of, &found),
                scalar::Wrong::Form(message) => message,
            }),
        }
    }

    fn members(&mut self, of: MapRef<'_>, members: Map) -> Result<Value, String> {
        let mut kept: Vec<(Text, Value)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            let Some(below) = of.field(&name) else {
                self.unknown.push(self.at(&name));
                continue;
            };
            // To a field of a struct, `null` is nothing; in a map, it is the zero value.
            if value.is_null() && of.names(&name) {
                continue;
            }
            self.path.push(name.to_string());
            let is_field = of.names(&name);
            if is_field {
                self.fields.push(name.clone());
            }
            kept.push((name, self.value(below, value)?));
            self.path.pop();
            if is_field {
                self.fields.pop();
            }
        }
        Ok(Value::Map(kept.into_iter().collect()))
    }

    fn items(&mut self, of: TypeRef<'_>, items: Vec<Value>) -> Result<Value, String> {
        let mut kept = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            self.path.push(format!("[{at}]"));
            kept.push(self.value(of, item)?);
            self.path.pop();
        }
        Ok(Value::List(kept))
    }

    fn wrong(&self, of: TypeRef<'_>, found: &str) -> String {
        let expected = scalar::go_type(of);
        let fields: Vec<&str> = self.fields.iter().map(Text::as_str).collect();
        let (of_go, fields) = (self.of_go, fields.join("."));
        format!(
            "json: cannot unmarshal {found} into Go struct field {of_go}.{fields} of type {expected}"
        )
    }

    /// The path of a field of the value that is read: `spec.containers[0].name`.
    fn at(&self, name: &str) -> String {
        let mut path = String::new();
        for part in self.path.iter().map(String::as_str).chain([name]) {
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(part);
        }
        path
    }
}
