//! Custom resources: their structural schema and its rules (`pkg/registry/customresource`).

mod correlate;
mod embedded;
mod fault;
mod lists;
mod numbers;
mod rules;
mod scale;
mod schema;

use self::correlate::Pair;
use self::scale::Side;
use self::schema::Place;
use super::field::{Field, Report};
use crate::Value;
use crate::schema::{Definition, Structural};
use crate::server::{Cause, Write};

/// Reasons that keep the rules in CEL from being asked.
const BLOCKING: [&str; 5] = [
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
];

/// Checks a custom resource; `causes` holds what is wrong with its metadata.
pub(super) fn check(write: &Write<'_>, object: &Value, causes: &mut Vec<Cause>) {
    let Some(definition) = write.schema.definition(write.kind, write.version) else {
        return;
    };
    if write.subresource == Some("status") {
        check_status(write, definition, object, causes);
    } else {
        let pair = write.live.map(|old| Pair { of: &definition.root, new: object, old });
        let place = Place { value: object, path: "", pair };
        causes.extend(schema::check(&definition.root, place).into_causes(""));
        check_scale(definition, &[Side::Spec, Side::Status], object, causes);
        causes.extend(reported(object, |root| embedded::check(&definition.root, root)));
    }
    causes.extend(check_lists(definition, write.live, object));
    check_rules(write, &definition.root, object, causes);
}

/// A write of the status is judged by its status alone.
fn check_status(
    write: &Write<'_>,
    definition: &Definition,
    object: &Value,
    causes: &mut Vec<Cause>,
) {
    let (status, of) = (object.get("status"), definition.root.properties.get("status"));
    if let (Some(value), Some(of)) = (status, of) {
        let old = write.live.and_then(|it| it.get("status"));
        let pair = old.map(|old| Pair { of, new: value, old });
        causes.extend(schema::check(of, Place { value, path: "", pair }).into_causes("status"));
    }
    check_scale(definition, &[Side::Status], object, causes);
}

fn check_scale(definition: &Definition, sides: &[Side], object: &Value, causes: &mut Vec<Cause>) {
    for side in sides {
        if let Some(of) = &definition.scale {
            scale::check(of, *side, object, causes);
        }
    }
}

/// Duplicates do not count where the live object has some.
fn check_lists(definition: &Definition, live: Option<&Value>, object: &Value) -> Vec<Cause> {
    let found = |object: &Value| reported(object, |root| lists::check(&definition.root, root));
    match live {
        Some(live) if !found(live).is_empty() => Vec::new(),
        _ => found(object),
    }
}

fn reported(object: &Value, check: impl FnOnce(&Field<'_>)) -> Vec<Cause> {
    let report = Report::default();
    check(&Field::root(object, &report));
    report.into_causes()
}

/// The rules in CEL are asked only of what has the form of its schema.
fn check_rules(write: &Write<'_>, of: &Structural, object: &Value, causes: &mut Vec<Cause>) {
    if !of.has_rules() {
        return;
    }
    if causes.iter().any(|it| BLOCKING.contains(&it.reason.as_str())) {
        let why = "some validation rules were not checked because the object was invalid; correct \
                   the existing errors to complete validation";
        causes.push(Cause::invalid("<nil>", &Value::Null, why));
        return;
    }
    causes.extend(rules::check(of, object, write.live));
}
