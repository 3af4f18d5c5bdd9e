//! Structs of Go without methods, or nearly so.

use std::any::Any;

use std::rc::Rc;

use super::{Encoded, Kind, Named, Object, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Machine, Parameters};

/// A struct, or a pointer to one.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) ty: &'static Named,
    pub(crate) fields: Vec<Field>,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) json: Tag,
    pub(crate) value: Value,
}

/// What `encoding/json` makes of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tag {
    /// Its name.
    Name(&'static str),
    /// The same, where it is not empty.
    NotEmpty(&'static str),
    /// The fields of an embedded struct stand among those around it, for templates too.
    Embedded,
}

impl Record {
    fn named(&self, name: &[u8]) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.as_bytes() == name)
    }
}

impl Object for Record {
    fn ty(&self) -> Type {
        Type::Named(self.ty)
    }

    fn field(&self, name: &[u8]) -> Option<Value> {
        if let Some(field) = self.named(name) {
            return Some(field.value.clone());
        }
        let mut embedded = self.fields.iter().filter(|it| matches!(it.json, Tag::Embedded));
        embedded.find_map(|field| match &field.value {
            Value::Object(inner) => inner.field(name),
            _ => None,
        })
    }

    /// `.Capabilities` can copy itself.
    fn method(&self, name: &[u8]) -> Option<Parameters> {
        let can_copy = name == b"Copy" && self.ty.name.ends_with(".Capabilities");
        can_copy.then_some(Parameters { fixed: &[], rest: None })
    }

    fn call(&self, _: &[u8], _: &[Value], _: &mut Machine<'_>) -> Result<Value, Fault> {
        Ok(Value::Object(Rc::new(Self { ty: self.ty, fields: self.fields.clone() })))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.iter().map(|field| (field.name, field.value.clone())).collect()
    }

    fn flat_fields(&self) -> Vec<(&'static str, Value)> {
        let flat = |field: &Field| match (field.json, &field.value) {
            (Tag::Embedded, Value::Object(inner)) => inner.flat_fields(),
            _ => vec![(field.name, field.value.clone())],
        };
        self.fields.iter().flat_map(flat).collect()
    }

    fn json(&self) -> Encoded {
        let mut shown = Vec::new();
        for field in &self.fields {
            match (field.json, &field.value) {
                (Tag::NotEmpty(_), value) if !value.truth() => {}
                (Tag::Name(name) | Tag::NotEmpty(name), value) => {
                    shown.push((Str::from(name), value.clone()));
                }
                (Tag::Embedded, Value::Object(inner)) => {
                    if let Encoded::Struct(fields) = inner.json() {
                        shown.extend(fields);
                    }
                }
                (Tag::Embedded, _) => {}
            }
        }
        Encoded::Struct(shown)
    }

    fn truth(&self) -> bool {
        matches!(self.ty.kind, Kind::Struct | Kind::Ptr)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
