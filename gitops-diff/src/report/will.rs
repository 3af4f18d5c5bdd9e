//! What an object looks like before and after a change, as far as it may be shown.

use crate::secret::{self, MASK};
use crate::{
    Change, FieldChange, FieldOperation, FieldPath, Map, Object, PathElement, Shown, Value,
};

/// The object as it lives and as it will be, without what only the server sets.
pub(super) fn before_and_after(change: &Change, live: &Object) -> (Value, Value) {
    changed(change, shown(live))
}

/// The whole object as it lives and as it will be.
pub(crate) fn whole(change: &Change, live: &Object) -> (Value, Value) {
    changed(change, secret::masked(live).into_owned())
}

fn changed(change: &Change, mut before: Value) -> (Value, Value) {
    let mut after = before.clone();
    for field in &change.fields {
        let Ok(path) = field.path.parse::<FieldPath>() else {
            continue;
        };
        if field.new == Some(Shown::Hidden) && field.old.is_some() {
            put(&mut before, path.elements(), hidden("before"));
        }
        match (field.operation, next(field)) {
            (FieldOperation::Add | FieldOperation::Replace, Some(value)) => {
                put(&mut after, path.elements(), value);
            }
            (FieldOperation::Remove, _) => take(&mut after, path.elements()),
            (_, None) => {}
        }
    }
    (before, after)
}

/// The body of an object as it may be shown.
pub(super) fn shown(object: &Object) -> Value {
    let mut body = secret::masked(object).into_owned();
    if let Some(members) = body.as_map_mut() {
        members.remove("status");
        if let Some(metadata) = members.get_mut("metadata").and_then(Value::as_map_mut) {
            for field in SERVER_SET {
                metadata.remove(field);
            }
        }
    }
    body
}

const SERVER_SET: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

fn hidden(when: &str) -> Value {
    format!("{MASK} ({when})").into()
}

/// What a field will be.
fn next(field: &FieldChange) -> Option<Value> {
    match (field.new.as_ref()?, &field.old) {
        (Shown::Value(value), _) => Some(value.clone()),
        (Shown::Hidden, Some(_)) => Some(hidden("after")),
        (Shown::Hidden, None) => Some(MASK.into()),
    }
}

/// Sets what is at `path`, where what it is in is there.
fn put(root: &mut Value, path: &[PathElement], value: Value) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let Some(parent) = parents.iter().try_fold(root, step) else {
        return;
    };
    if let (PathElement::Field(name), Value::Map(members)) = (last, &mut *parent) {
        members.insert(name, value);
    } else if let Some(place) = step(parent, last) {
        *place = value;
    } else if let Some(items) = parent.as_list_mut() {
        items.push(value);
    }
}

/// Takes out what is at `path`.
fn take(root: &mut Value, path: &[PathElement]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    match (last, parents.iter().try_fold(root, step)) {
        (PathElement::Field(name), Some(Value::Map(members))) => {
            members.remove(name);
        }
        (item, Some(Value::List(items))) => {
            if let Some(at) = item.position(items) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

fn step<'v>(value: &'v mut Value, element: &PathElement) -> Option<&'v mut Value> {
    match (element, value) {
        (PathElement::Field(name), Value::Map(members)) => Map::get_mut(members, name),
        (item, Value::List(items)) => {
            let at = item.position(items)?;
            items.get_mut(at)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Operation, Reason};

    fn service(ports: &str) -> Object {
        let json = format!(
            r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"a"}},
                "spec":{{"ports":[{ports}]}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_change_is_shown_at_the_item_that_has_the_whole_key() {
        let live = service(r#"{"port":80,"name":"x"},{"port":80,"protocol":"UDP","name":"y"}"#);
        let id = live.id().clone();
        let mut change = Change::new(id, "v1", Operation::Update, Reason::Drifted);
        let shown = |name: &str| Some(Shown::Value(name.into()));
        let path = "spec.ports[port=80,protocol=UDP].name";
        change.fields = vec![FieldChange::new(path, shown("y"), shown("z"))];
        let after = service(r#"{"port":80,"name":"x"},{"port":80,"protocol":"UDP","name":"z"}"#);
        assert_eq!(before_and_after(&change, &live).1, *after.body());
    }
}
