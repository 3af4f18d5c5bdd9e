//! Objects inside of objects (`structural-schema/objectmeta/validation.go`).

use crate::Value;
use crate::schema::Structural;
use crate::server::validate::field::Field;
use crate::server::validate::{metadata, names};

/// Checks what embedded objects say they are, below a field.
pub(super) fn check(of: &Structural, field: &Field<'_>) {
    match field.value {
        Value::Map(members) => {
            for (name, value) in members.iter() {
                if let Some(of) = of.properties.get(name) {
                    check_value(of, &field.field(name));
                } else if let Some(of) = of.others.of() {
                    check_value(of, &field.key(name).with(value));
                }
            }
        }
        Value::List(_) => {
            if let Some(of) = of.items.as_deref() {
                field.items().for_each(|it| check_value(of, &it));
            }
        }
        _ => {}
    }
}

fn check_value(of: &Structural, field: &Field<'_>) {
    if of.embedded && field.value.as_map().is_some() {
        check_object(field);
    }
    check(of, field);
}

fn check_object(object: &Field<'_>) {
    for name in ["apiVersion", "kind"] {
        let field = object.field(name);
        match field.value {
            Value::Null if !has(object, name) => field.required(""),
            Value::Str(text) if text.is_empty() => field.invalid("must not be empty"),
            Value::Str(text) if name == "kind" => check_kind(&field, text),
            Value::Str(text) => check_version(&field, text),
            _ => field.invalid("must be a string"),
        }
    }
    if object.field("metadata").value.as_map().is_some() {
        metadata::check_embedded(&object.field("metadata"));
    }
}

fn check_kind(field: &Field<'_>, kind: &str) {
    let faults = names::dns_1035_label(&kind.to_lowercase());
    if !faults.is_empty() {
        let faults = faults.join(",");
        field.invalid(&format!("may have mixed case, but should otherwise match: {faults}"));
    }
}

fn check_version(field: &Field<'_>, version: &str) {
    if version != "/" && version.matches('/').count() > 1 {
        field.invalid(&format!("unexpected GroupVersion string: {version}"));
    }
}

/// Whether there is a field, be it `null`.
fn has(object: &Field<'_>, name: &str) -> bool {
    object.map().is_some_and(|it| it.contains_key(name))
}
