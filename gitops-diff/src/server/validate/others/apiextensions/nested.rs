//! Value validations under `allOf`, `anyOf`, `oneOf` and `not`, which say nothing of structure
//! (`apiserver/schema/validation.go`, `complete.go`).

use super::{Field, at};
use crate::golang;
use crate::{Map, Value};

const JUNCTORS: [&str; 3] = ["anyOf", "allOf", "oneOf"];

/// The two ways in which a schema may repeat that a value is a number or a string.
pub(super) struct Skipped {
    any_of: bool,
    first_all_of: bool,
}

impl Skipped {
    const NONE: Self = Self { any_of: false, first_all_of: false };

    pub(super) fn of(schema: &Value) -> Self {
        Self {
            any_of: is_int_or_string(at(schema, "/anyOf")),
            first_all_of: is_int_or_string(at(schema, "/allOf/0/anyOf")),
        }
    }
}

/// `anyOf: [{type: integer}, {type: string}]`, and nothing more.
fn is_int_or_string(any_of: &Value) -> bool {
    let only = |value: &Value, kind: &str| {
        let members = value.as_map().into_iter().flat_map(Map::iter);
        members.filter(|(_, it)| !it.is_null()).count() == 1
            && value.get("type").and_then(Value::as_str) == Some(kind)
    };
    match any_of.as_list() {
        Some([one, other]) => only(one, "integer") && only(other, "string"),
        _ => false,
    }
}

/// `validateValueValidation`.
pub(super) fn check_values(schema: &Field<'_>, skipped: &Skipped) {
    for name in JUNCTORS {
        if name == "anyOf" && skipped.any_of {
            continue;
        }
        for (at, clause) in schema.field(name).items().enumerate() {
            let any_of = name == "allOf" && at == 0 && skipped.first_all_of;
            check_nested(&clause, &Skipped { any_of, first_all_of: false });
        }
    }
    let not = schema.field("not");
    if not.is_set() {
        check_nested(&not, &Skipped::NONE);
    }
    let pattern = schema.field("pattern");
    if !pattern.is_empty()
        && let Err(why) = golang::compile(pattern.str())
    {
        pattern.invalid(&format!("must be a valid regular expression, but isn't: {why}"));
    }
}

/// What only structure may say, and what is said of it where it stands.
const STRUCTURE: [(&str, &str); 10] = [
    ("type", "must be empty to be structural"),
    ("default", "must be undefined to be structural"),
    ("title", "must be empty to be structural"),
    ("description", "must be empty to be structural"),
    ("nullable", "must be false to be structural"),
    ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
    ("x-kubernetes-embedded-resource", "must be false to be structural"),
    ("x-kubernetes-int-or-string", "must be false to be structural"),
    ("x-kubernetes-list-type", "must be undefined to be structural"),
    ("x-kubernetes-map-type", "must be undefined to be structural"),
];

/// `validateNestedValueValidation`.
fn check_nested(clause: &Field<'_>, skipped: &Skipped) {
    check_values(clause, skipped);
    let items = clause.field("items");
    if items.map().is_some() {
        check_nested(&items, &Skipped::NONE);
    }
    let properties = clause.field("properties");
    for (name, property) in properties.members() {
        check_nested(&property, &Skipped::NONE);
        if name == "metadata" {
            property.forbidden("must not be specified in a nested context");
        }
    }
    let additional = clause.field("additionalProperties");
    if additional.map().is_some() || additional.is_true() {
        additional.forbidden("must be undefined to be structural");
    }
    for (name, why) in STRUCTURE {
        let member = clause.field(name);
        let said = match member.value {
            Value::Null | Value::Bool(false) if name != "default" => false,
            Value::Null => false,
            Value::Str(text) if name != "default" => !text.is_empty(),
            _ => true,
        };
        if said {
            member.forbidden(why);
        }
    }
    for name in ["x-kubernetes-list-map-keys", "x-kubernetes-validations"] {
        let member = clause.field(name);
        if !member.is_empty() {
            member.forbidden("must be empty to be structural");
        }
    }
}

/// Every field of which a clause says something is in the structure too
/// (`validateStructuralCompleteness`, which looks from the root alone).
pub(super) fn check_completeness(schema: &Field<'_>) {
    complete(schema.value, Some(schema));
}

fn complete(clause: &Value, place: Option<&Field<'_>>) {
    for name in JUNCTORS {
        for inner in at(clause, &format!("/{name}")).as_list().unwrap_or_default() {
            nested_complete(inner, place);
        }
    }
    let not = at(clause, "/not");
    if !not.is_null() {
        nested_complete(not, place);
    }
}

fn nested_complete(clause: &Value, place: Option<&Field<'_>>) {
    let Some(place) = place else { return };
    complete(clause, Some(place));
    let (items, structure) = (at(clause, "/items"), place.field("items"));
    if items.as_map().is_some() {
        if structure.is_set() {
            nested_complete(items, Some(&structure));
        } else {
            structure.required("because it is defined in a nested validation");
        }
    }
    let properties = at(clause, "/properties").as_map().into_iter().flat_map(Map::iter);
    let structure = place.field("properties");
    for (name, property) in properties {
        let structure = structure.key(name);
        if structure.is_set() {
            nested_complete(property, Some(&structure));
        } else {
            structure.required("because it is defined in a nested validation");
        }
    }
}
