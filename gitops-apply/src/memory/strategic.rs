//! Strategic merge patches of built-in kinds.
//!
//! Lists are merged by the first key that the schema gives them for server-side apply; it is the
//! patch merge key of the Go types but for a few lists. `$setElementOrder` is ignored: new items
//! come last.

use gitops_diff::{Keys, Map, Text, TypeRef, Value};

use super::status::Status;

pub(super) fn merge(of: TypeRef<'_>, target: Value, patch: Value) -> Result<Value, Status> {
    match (target, patch) {
        (Value::Map(target), Value::Map(patch)) => merge_maps(of, target, patch),
        (Value::List(target), Value::List(patch)) => merge_lists(of, target, patch),
        (_, Value::Map(patch)) => merge_maps(of, Map::new(), patch),
        (_, patch) => Ok(patch),
    }
}

fn merge_maps(of: TypeRef<'_>, mut target: Map, mut patch: Map) -> Result<Value, Status> {
    match patch.remove("$patch").as_ref().map(|it| it.as_str().unwrap_or_default()) {
        None => {}
        Some("replace") => return Ok(Value::Map(patch)),
        Some("delete") => return Ok(Value::Map(Map::new())),
        Some(other) => {
            return Err(Status::failure(format!("unknown patch type: {other} in map")));
        }
    }
    if let Some(Value::List(kept)) = patch.remove("$retainKeys") {
        target.retain(|key, _| kept.iter().any(|it| it.as_str() == Some(key)));
    }
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
            remove_items(&mut target, list, &value);
        } else if key.starts_with("$setElementOrder/") {
        } else if value.is_null() {
            target.remove(&key);
        } else {
            let below = of.field(&key).unwrap_or_else(TypeRef::deduced);
            let old = target.remove(&key).unwrap_or_default();
            target.insert(key, merge(below, old, value)?);
        }
    }
    Ok(Value::Map(target))
}

fn remove_items(target: &mut Map, list: &str, gone: &Value) {
    let gone = gone.as_list().unwrap_or_default();
    if let Some(items) = target.get_mut(list).and_then(Value::as_list_mut) {
        items.retain(|it| !gone.contains(it));
    }
}

fn merge_lists(
    of: TypeRef<'_>,
    mut target: Vec<Value>,
    patch: Vec<Value>,
) -> Result<Value, Status> {
    let Some(list) = of.list() else {
        return Ok(Value::List(patch));
    };
    match list.keys() {
        Keys::Atomic => Ok(Value::List(patch)),
        Keys::Set => {
            let new: Vec<Value> = patch.into_iter().filter(|it| !target.contains(it)).collect();
            target.extend(new);
            Ok(Value::List(target))
        }
        Keys::Map(keys) => {
            let key = keys.first().cloned().unwrap_or_default();
            merge_items(list.element(), &key, target, patch)
        }
    }
}

fn merge_items(
    of: TypeRef<'_>,
    key: &Text,
    mut target: Vec<Value>,
    patch: Vec<Value>,
) -> Result<Value, Status> {
    let directive = |it: &Value| it.get("$patch").and_then(Value::as_str).map(str::to_owned);
    if patch.iter().any(|it| directive(it).as_deref() == Some("replace")) {
        let kept = patch.into_iter().filter(|it| directive(it).is_none());
        return Ok(Value::List(kept.collect()));
    }
    for item in patch {
        let Some(name) = item.get(key).cloned() else {
            let message = format!("map does not contain declared merge key: {key}");
            return Err(Status::failure(message));
        };
        let place = target.iter().position(|it| it.get(key) == Some(&name));
        match (place, directive(&item).as_deref()) {
            (Some(at), Some("delete")) => {
                target.remove(at);
            }
            (None, Some("delete")) => {}
            (Some(at), _) => {
                let old = std::mem::take(&mut target[at]);
                target[at] = merge(of, old, item)?;
            }
            (None, _) => target.push(merge(of, Value::Map(Map::new()), item)?),
        }
    }
    Ok(Value::List(target))
}

#[cfg(test)]
mod tests {
    use gitops_diff::{GroupKind, Schema};

    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    fn check(target: &str, patch: &str, expected: &str) {
        let schema = Schema::builtin();
        let of = schema.type_of(&GroupKind::new("", "Pod"), "v1");
        let merged = merge(of, value(target), value(patch)).unwrap();
        assert_eq!(merged, value(expected), "{patch}");
    }

    #[test]
    fn items_are_merged_by_their_key() {
        let pod = r#"{"spec":{"containers":[{"name":"a","image":"i:1"},{"name":"b"}]}}"#;
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"a","image":"i:2"},{"name":"c"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"i:2"},{"name":"b"},{"name":"c"}]}}"#,
        );
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"b","$patch":"delete"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"i:1"}]}}"#,
        );
        check(
            pod,
            r#"{"spec":{"containers":[{"$patch":"replace"},{"name":"x"}]}}"#,
            r#"{"spec":{"containers":[{"name":"x"}]}}"#,
        );
    }

    #[test]
    fn directives_remove_and_replace() {
        let meta = r#"{"metadata":{"labels":{"a":"1","b":"2"},"finalizers":["x","y"]}}"#;
        check(
            meta,
            r#"{"metadata":{"labels":{"$patch":"replace","c":"3"}}}"#,
            r#"{"metadata":{"labels":{"c":"3"},"finalizers":["x","y"]}}"#,
        );
        check(
            meta,
            r#"{"metadata":{"labels":{"a":null},"$deleteFromPrimitiveList/finalizers":["x"]}}"#,
            r#"{"metadata":{"labels":{"b":"2"},"finalizers":["y"]}}"#,
        );
    }
}
