//! The types that rules see of a schema (`SchemaDeclType` of `apiserver/pkg/cel/common`).

use std::sync::Arc;

use super::types::{Object, Type};
use super::view::{escape, own_type};
use crate::schema::{JsonType, Structural};

/// The type of a schema's values; `None` where rules cannot see them.
pub(super) fn declared(of: &Structural, root: bool, name: &str) -> Option<Type> {
    if of.int_or_string {
        return Some(Type::Dyn);
    }
    Some(match of.kind? {
        JsonType::Boolean => Type::Bool,
        JsonType::Number => Type::Double,
        JsonType::Integer => Type::Int,
        JsonType::String => match of.checks.as_deref().and_then(|it| it.format.as_deref()) {
            Some("byte") => Type::Bytes,
            Some("duration") => Type::Duration,
            Some("date" | "date-time") => Type::Timestamp,
            _ => Type::String,
        },
        JsonType::Array => {
            let item = of.items.as_deref()?;
            Type::list(declared(item, item.embedded, &format!("{name}.@idx"))?)
        }
        JsonType::Object => match of.others.of().filter(|_| !root) {
            Some(value) => {
                let value = declared(value, value.embedded, &format!("{name}.@elem"))?;
                Type::map(Type::String, value)
            }
            None => Type::Object(Arc::new(object(of, root, name))),
        },
    })
}

fn object(of: &Structural, root: bool, name: &str) -> Object {
    let mut object = Object { name: name.to_owned(), ..Object::default() };
    let own = ["apiVersion", "kind", "metadata"].into_iter().filter(|_| root);
    let own = own.filter_map(|it| Some((it, own_type(it)?)));
    let properties = of.properties.iter().map(|(name, of)| (name.as_str(), of));
    // What every object has comes last, and in the place of what the schema says of it.
    for (field, of) in properties.chain(own) {
        let below = format!("{name}.{field}");
        if let (Some(field), Some(of)) = (escape(field), declared(of, of.embedded, &below)) {
            object.fields.insert(field, of);
        }
    }
    object
}
