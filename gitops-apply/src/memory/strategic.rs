//! Strategic merge patches of built-in kinds (`apimachinery/pkg/util/strategicpatch`).
//!
//! Lists are merged by the first key that the schema gives them for server-side apply: it is the
//! patch merge key of the Go types but for a few lists.

use gitops_diff::{Keys, Map, Text, TypeRef, Value};

use super::status::Status;

const DELETE_ITEMS: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

/// The target after the patch.
///
/// # Errors
/// Directives that nobody knows, items without their key.
pub(super) fn merge(of: TypeRef<'_>, target: Value, patch: Value) -> Result<Value, Status> {
    match (target, patch) {
        (Value::Map(target), Value::Map(patch)) => merge_maps(of, target, patch),
        (_, patch) => Ok(without_directives(patch)),
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
    retain_keys(&mut target, &mut patch)?;
    let orders = take_orders(&mut patch);
    for (list, order) in &orders {
        // An order alone reorders what is there.
        let items = target.get(list).is_some_and(|it| it.as_list().is_some());
        if items && !patch.contains_key(list) {
            let below = of.field(list).unwrap_or_else(TypeRef::deduced);
            let old = list_of(target.remove(list));
            target.insert(list.clone(), Value::List(reorder(below, old, order)));
        }
    }
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix(DELETE_ITEMS) {
            remove_items(&mut target, list, &value);
            continue;
        }
        let old = target.remove(&key);
        if value.is_null() {
            continue;
        }
        let below = of.field(&key).unwrap_or_else(TypeRef::deduced);
        let merged = match (old, value) {
            (Some(Value::Map(old)), Value::Map(new)) => Some(merge_maps(below, old, new)?),
            (Some(Value::List(old)), Value::List(new)) => {
                let order = orders.iter().find(|(list, _)| *list == key).map(|(_, it)| it);
                Some(merge_lists(below, old, new, order)?)
            }
            (_, new) => added(new),
        };
        if let Some(merged) = merged {
            target.insert(key, merged);
        }
    }
    Ok(Value::Map(target))
}

/// `$retainKeys`: of the target, only these stay; the patch has no others.
fn retain_keys(target: &mut Map, patch: &mut Map) -> Result<(), Status> {
    const WHY: &str = "invalid patch format of retainKeys";
    let Some(kept) = patch.remove("$retainKeys") else {
        return Ok(());
    };
    let kept = kept.as_list().ok_or_else(|| Status::bad_request(WHY))?.to_vec();
    let is_kept = |key: &str| kept.iter().any(|it| it.as_str() == Some(key));
    let is_directive = |key: &str| key.starts_with(DELETE_ITEMS) || key.starts_with(ORDER);
    if patch.iter().any(|(key, it)| !it.is_null() && !is_directive(key) && !is_kept(key)) {
        return Err(Status::bad_request(WHY));
    }
    target.retain(|key, _| is_kept(key));
    Ok(())
}

/// Takes the `$setElementOrder/…` out of a patch.
fn take_orders(patch: &mut Map) -> Vec<(Text, Vec<Value>)> {
    let mut orders = Vec::new();
    patch.retain(|key, value| match key.strip_prefix(ORDER) {
        Some(list) => {
            orders.push((Text::from(list), list_of(Some(std::mem::take(value)))));
            false
        }
        None => true,
    });
    orders
}

fn list_of(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

/// What a patch adds that was not there: without `null` and directives; nothing where it is one.
fn added(value: Value) -> Option<Value> {
    if let Value::Map(members) = &value
        && members.get("$patch").and_then(Value::as_str) == Some("delete")
    {
        return None;
    }
    Some(without_directives(value))
}

fn without_directives(value: Value) -> Value {
    match value {
        Value::Map(members) => {
            let kept = members.into_iter().filter(|(key, value)| {
                let directive = matches!(key.as_str(), "$patch" | "$retainKeys")
                    || key.starts_with(ORDER)
                    || key.starts_with(DELETE_ITEMS);
                !directive && !value.is_null()
            });
            let kept = kept.filter_map(|(key, value)| Some((key, added(value)?)));
            Value::Map(kept.collect())
        }
        Value::List(items) => Value::List(items.into_iter().filter_map(added).collect()),
        other => other,
    }
}

fn remove_items(target: &mut Map, list: &str, gone: &Value) {
    let gone = gone.as_list().unwrap_or_default();
    if let Some(items) = target.get_mut(list).and_then(Value::as_list_mut) {
        items.retain(|it| !gone.contains(it));
    }
}

/// By what the items of a list are known.
enum Identity {
    Key(Text),
    Itself,
}

impl Identity {
    /// `None` for lists that are one value.
    fn of(of: TypeRef<'_>) -> Option<Self> {
        match of.list()?.keys() {
            Keys::Atomic => None,
            Keys::Set => Some(Self::Itself),
            Keys::Map(keys) => keys.first().cloned().map(Self::Key),
        }
    }

    fn same(&self, one: &Value, other: &Value) -> bool {
        match self {
            Self::Key(key) => one.get(key).is_some() && one.get(key) == other.get(key),
            Self::Itself => one == other,
        }
    }

    fn find(&self, items: &[Value], item: &Value) -> Option<usize> {
        items.iter().position(|it| self.same(it, item))
    }
}

fn merge_lists(
    of: TypeRef<'_>,
    target: Vec<Value>,
    patch: Vec<Value>,
    order: Option<&Vec<Value>>,
) -> Result<Value, Status> {
    let (Some(identity), Some(list)) = (Identity::of(of), of.list()) else {
        return Ok(Value::List(patch));
    };
    let Some((target, patch)) = obey(&identity, target, patch)? else {
        return Ok(Value::List(Vec::new()));
    };
    let before = target.clone();
    let mut merged = target;
    for item in &patch {
        if let Identity::Key(key) = &identity
            && item.get(key).is_none()
        {
            let message = format!("map: {item:?} does not contain declared merge key: {key}");
            return Err(Status::failure(message));
        }
        match (identity.find(&merged, item), &identity) {
            (Some(at), Identity::Key(_)) => {
                let old = std::mem::take(&mut merged[at]);
                merged[at] = merge(list.element(), old, item.clone())?;
            }
            (Some(_), Identity::Itself) => {}
            (None, _) => merged.push(without_directives(item.clone())),
        }
    }
    let order = order.unwrap_or(&patch);
    Ok(Value::List(ordered(&identity, merged, order, &before)))
}

/// Does what the `$patch` of items says; the rest of the patch. `replace` leaves nothing of the
/// target.
#[expect(clippy::type_complexity, reason = "target and patch")]
fn obey(
    identity: &Identity,
    mut target: Vec<Value>,
    patch: Vec<Value>,
) -> Result<Option<(Vec<Value>, Vec<Value>)>, Status> {
    let mut rest = Vec::with_capacity(patch.len());
    let mut replaces = false;
    for item in patch {
        match item.get("$patch").map(|it| it.as_str().unwrap_or_default()) {
            None => rest.push(item),
            Some("delete") => target.retain(|it| !identity.same(it, &item)),
            Some("replace") => replaces = true,
            Some("merge") => {
                let why = "merging lists cannot yet be specified in the patch";
                return Err(Status::failure(why));
            }
            Some(other) => {
                return Err(Status::failure(format!("unknown patch type: {other} in map")));
            }
        }
    }
    if replaces && rest.is_empty() {
        return Ok(None);
    }
    Ok(Some(if replaces { (rest, Vec::new()) } else { (target, rest) }))
}

/// The items in the order of the patch, between them those that only the target has, where it has
/// them (`normalizeElementOrder`).
fn ordered(
    identity: &Identity,
    merged: Vec<Value>,
    order: &[Value],
    before: &[Value],
) -> Vec<Value> {
    let (mut patched, kept): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|it| identity.find(order, it).is_some());
    patched.sort_by_key(|it| identity.find(order, it));
    let place = |it: &Value| identity.find(before, it);
    let mut all = Vec::with_capacity(patched.len() + kept.len());
    let (mut kept, mut patched) = (kept.into_iter().peekable(), patched.into_iter().peekable());
    while let (Some(left), Some(right)) = (kept.peek(), patched.peek()) {
        let first = place(left).zip(place(right)).is_some_and(|(left, right)| left < right);
        all.extend(if first { kept.next() } else { patched.next() });
    }
    all.extend(kept.chain(patched));
    all
}

fn reorder(of: TypeRef<'_>, items: Vec<Value>, order: &[Value]) -> Vec<Value> {
    match Identity::of(of) {
        Some(identity) => {
            let before = items.clone();
            ordered(&identity, items, order, &before)
        }
        None => items,
    }
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
            r#"{"spec":{"containers":[{"name":"a","image":"i:2"},{"name":"c"},{"name":"b"}]}}"#,
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
    fn the_order_is_that_of_the_patch_or_the_one_it_names() {
        let pod = r#"{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}"#;
        check(
            pod,
            r#"{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"c"},{"name":"a"},{"name":"b"}]}}"#,
        );
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"c","image":"i"},{"name":"b","image":"j"}]}}"#,
            r#"{"spec":{"containers":[
                {"name":"a"},{"name":"c","image":"i"},{"name":"b","image":"j"}]}}"#,
        );
    }

    #[test]
    fn what_is_not_there_is_added_without_null_and_directives() {
        check(
            "{}",
            r#"{"spec":{"nodeName":null,"containers":[{"name":"a","image":null}],
                "volumes":[{"$patch":"delete","name":"v"}],"$retainKeys":["containers"]}}"#,
            r#"{"spec":{"containers":[{"name":"a"}],"volumes":[]}}"#,
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
