//! Changes of objects as people and programs make them, right ones and wrong ones.

use serde_json::{Value, json};

use super::random::Random;

/// Changes an object in one place, never who it is.
pub(super) fn change(random: &mut Random, object: &mut Value) {
    if random.percent(12) {
        return relabel(random, object);
    }
    let mut places = Vec::new();
    collect(object, "", &mut places);
    places.retain(|it| !is_identity(it));
    if places.is_empty() {
        return;
    }
    let place = random.pick(&places).clone();
    let Some(value) = object.pointer_mut(&place) else {
        return;
    };
    match random.below(100) {
        0..40 => *value = other(random, value),
        40..58 => remove(object, &place),
        58..65 => *value = Value::Null,
        65..71 => *value = of_another_type(random),
        71..76 => add(value, "unknownField", json!("x")),
        76..82 => empty(value),
        _ => stir(random, value),
    }
}

/// Part of an object: what a second manager cares for.
pub(super) fn part(random: &mut Random, value: &Value, depth: usize) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter_map(|(key, value)| {
                let stays = depth == 0 || matches!(key.as_str(), "name" | "port" | "containerPort");
                (stays || random.percent(45)).then(|| (key.clone(), part(random, value, depth + 1)))
            });
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().take(2).map(|it| part(random, it, depth + 1)).collect(),
        other => other.clone(),
    }
}

/// A change as an operation of a JSON patch, at a place that `object` has.
pub(super) fn operation(random: &mut Random, object: &Value) -> Value {
    let mut places = Vec::new();
    collect(object, "", &mut places);
    places.retain(|it| !is_identity(it));
    if places.is_empty() || random.percent(15) {
        return json!({"op": "add", "path": "/metadata/labels", "value": {"patched": "yes"}});
    }
    let place = random.pick(&places).clone();
    let value = object.pointer(&place).cloned().unwrap_or_default();
    match random.below(10) {
        0..3 => json!({"op": "remove", "path": place}),
        3 => json!({"op": "test", "path": place, "value": value}),
        4 => json!({"op": "add", "path": place, "value": of_another_type(random)}),
        _ => json!({"op": "replace", "path": place, "value": other(random, &value)}),
    }
}

/// A merge patch that changes `object` in one place.
pub(super) fn merge_patch(random: &mut Random, object: &Value) -> Value {
    let mut patch = part(random, object, 1);
    if let Some(members) = patch.as_object_mut() {
        for key in ["apiVersion", "kind", "metadata"] {
            members.remove(key);
        }
    }
    change(random, &mut patch);
    patch
}

fn is_identity(place: &str) -> bool {
    ["/apiVersion", "/kind", "/metadata", "/metadata/name", "/metadata/namespace"].contains(&place)
}

fn collect(value: &Value, path: &str, places: &mut Vec<String>) {
    if !path.is_empty() {
        places.push(path.to_owned());
    }
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                collect(value, &format!("{path}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                collect(value, &format!("{path}/{at}"), places);
            }
        }
        _ => {}
    }
}

fn relabel(random: &mut Random, object: &mut Value) {
    let key = *random.pick(&["team", "tier", "example.com/note"]);
    let value = match random.below(12) {
        0 => Value::Null,
        1 => json!("not a label!"),
        2 => json!(7),
        _ => json!(*random.pick(&["a", "b", ""])),
    };
    let (map, value) = match random.below(12) {
        0 => {
            object["metadata"]["finalizers"] = json!(["example.com/hold"]);
            return;
        }
        1 | 2 => ("annotations", value),
        _ => ("labels", value),
    };
    let map = &mut object["metadata"][map];
    if !map.is_object() {
        *map = json!({});
    }
    map[key] = value;
}

/// Another value of the same type.
fn other(random: &mut Random, value: &Value) -> Value {
    match value {
        Value::Bool(it) => json!(!it),
        Value::Number(it) => match (it.as_i64(), random.below(4)) {
            (_, 0) => json!(0),
            (Some(it), 1) => json!(it - 1),
            (Some(it), _) => json!(it + 1),
            (None, _) => json!(1.5),
        },
        Value::String(it) => match random.below(6) {
            0 => json!(""),
            1 => json!("other"),
            _ => json!(format!("{it}x")),
        },
        Value::Array(items) => {
            let mut items = items.clone();
            items.reverse();
            items.into()
        }
        Value::Object(members) => {
            members.iter().skip(1).map(|(k, v)| (k.clone(), v.clone())).collect()
        }
        Value::Null => json!("x"),
    }
}

fn of_another_type(random: &mut Random) -> Value {
    random.pick(&[json!("text"), json!(7), json!(true), json!(["x"]), json!({"k": "v"})]).clone()
}

fn remove(object: &mut Value, place: &str) {
    let (above, last) = place.rsplit_once('/').expect("because places begin with a slash");
    let last = last.replace("~1", "/").replace("~0", "~");
    match object.pointer_mut(above) {
        Some(Value::Object(members)) => drop(members.remove(&last)),
        Some(Value::Array(items)) => {
            if let Ok(at) = last.parse::<usize>() {
                items.remove(at);
            }
        }
        _ => {}
    }
}

fn add(value: &mut Value, key: &str, added: Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert(key.to_owned(), added);
    }
}

fn empty(value: &mut Value) {
    match value {
        Value::Array(items) => items.clear(),
        Value::Object(members) => members.clear(),
        Value::String(text) => text.clear(),
        _ => {}
    }
}

/// Reorders, repeats or extends lists; elsewhere another value.
fn stir(random: &mut Random, value: &mut Value) {
    let Value::Array(items) = value else {
        *value = other(random, value);
        return;
    };
    match (items.first().cloned(), random.below(3)) {
        (Some(first), 0) => items.push(first),
        (Some(mut first), 1) => {
            rename(&mut first);
            items.push(first);
        }
        _ => items.reverse(),
    }
}

/// Makes a copy of an item another item.
fn rename(item: &mut Value) {
    match item {
        Value::String(text) => text.push('2'),
        Value::Object(members) => {
            for key in ["name", "key", "port", "containerPort", "path", "k", "ip"] {
                match members.get_mut(key) {
                    Some(Value::String(text)) => text.push('2'),
                    Some(number @ Value::Number(_)) => {
                        *number = json!(number.as_i64().unwrap_or_default() + 1);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}
