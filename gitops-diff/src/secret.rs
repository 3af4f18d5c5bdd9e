//! What is hidden of Secrets, and how what is declared in them is read.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Fingerprint, Map, Object, Value};

/// What stands for a hidden value.
pub(crate) const MASK: &str = "***";

/// Tools keep copies of what they applied in these annotations, values and all: kubectl, kapp,
/// and Rancher's Wrangler.
const COPIES: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff",
    "objectset.rio.cattle.io/applied",
];

/// The parts of a Secret that hold nothing to hide, besides its metadata.
const OPEN: [&str; 4] = ["apiVersion", "kind", "type", "immutable"];

/// Whether values of `object` are to be hidden: it is a Secret, or somebody meant it as one and
/// mistyped its kind or its group.
pub(crate) fn is_meant(object: &Object) -> bool {
    object.id().kind().eq_ignore_ascii_case("secret")
}

/// The body of `object` with every value masked that is one of a Secret.
pub(crate) fn masked(object: &Object) -> Cow<'_, Value> {
    if !is_meant(object) {
        return Cow::Borrowed(object.body());
    }
    let mut body = object.body().clone();
    if let Some(members) = body.as_map_mut() {
        mask_members(members, &|_, _| MASK.into());
    }
    Cow::Owned(body)
}

/// The digest of an object, of a Secret without its values: a digest of a weak value gives the
/// value away to whoever tries all weak ones.
pub(crate) fn fingerprint(object: &Object) -> Fingerprint {
    if object.is_secret() { Fingerprint::of(&*masked(object)) } else { object.fingerprint() }
}

/// Puts what `sign` says for a place and its value in the place of every hidden value.
///
/// Values in maps are masked one by one, so that their keys stay readable; all else is masked
/// whole.
pub(crate) fn mask_members(body: &mut Map, sign: &dyn Fn(&[&str], &Value) -> Value) {
    for (key, value) in body.iter_mut() {
        match (key.as_str(), value) {
            (open, Value::Str(_) | Value::Bool(_)) if OPEN.contains(&open) => {}
            ("metadata", Value::Map(metadata)) => mask_copies(metadata, sign),
            (field, Value::Map(entries)) => {
                for (name, value) in entries.iter_mut() {
                    *value = sign(&[field, name], value);
                }
            }
            (field, value) => *value = sign(&[field], value),
        }
    }
}

fn mask_copies(metadata: &mut Map, sign: &dyn Fn(&[&str], &Value) -> Value) {
    let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_map_mut) else {
        return;
    };
    for key in COPIES {
        if let Some(value) = annotations.get_mut(key) {
            *value = sign(&["metadata", "annotations", key], value);
        }
    }
}

/// Whether a value is one to hide in a Secret, by the names of the fields that lead to it.
pub(crate) fn is_hidden(names: &[&str]) -> bool {
    match names {
        ["metadata", "annotations", key, ..] => COPIES.contains(key),
        ["metadata", "labels" | "finalizers" | "ownerReferences", ..] => false,
        [only] => !OPEN.contains(only),
        _ => true,
    }
}

/// A Secret with its `stringData` as `data`, as the API server stores it; others as they are.
///
/// Applied this way, keys that are no longer declared go; from `stringData` the API server
/// never removes any. A Secret whose `stringData` is not made of strings is left as it is.
pub(crate) fn folded(object: &Object) -> Object {
    let plain = object.pointer("/stringData").filter(|_| object.is_secret());
    let Some(encoded) = plain.and_then(Value::as_map).and_then(encoded) else {
        return object.clone();
    };
    let fold = |body: &mut Map| {
        body.remove("stringData");
        let data = body.map_at("data");
        for (key, value) in encoded {
            data.insert(key, value);
        }
    };
    object.clone().edit(fold).unwrap_or_else(|_| object.clone())
}

fn encoded(plain: &Map) -> Option<Map> {
    let declared = plain.iter().filter(|(_, value)| !value.is_null());
    let encode = |value: &Value| value.as_str().map(|text| STANDARD.encode(text).into());
    declared.map(|(key, value)| Some((key.clone(), encode(value)?))).collect()
}

/// Whether two texts are base64 of the same bytes; line breaks in it say nothing.
pub(crate) fn same_bytes(one: &str, other: &str) -> bool {
    let bytes = |text: &str| {
        let text: String = text.chars().filter(|it| !matches!(it, '\r' | '\n')).collect();
        STANDARD.decode(text).ok()
    };
    bytes(one).is_some_and(|one| Some(one) == bytes(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(rest: &str) -> Object {
        let json =
            format!(r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"a"}},{rest}}}"#);
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn string_data_is_folded_over_data() {
        let object =
            secret(r#""stringData":{"a":"x","b":"y","n":null},"data":{"a":"b2xk","c":"eg=="}"#);
        let expected = secret(r#""data":{"a":"eA==","b":"eQ==","c":"eg=="}"#);
        assert_eq!(folded(&object), expected);
    }

    #[test]
    fn what_is_no_text_is_not_folded() {
        let object = secret(r#""stringData":{"a":7}"#);
        assert_eq!(folded(&object), object);
    }

    #[test]
    fn base64_with_line_breaks_is_the_same() {
        assert!(same_bytes("YWJj\nZGVm\n", "YWJjZGVm"));
        assert!(!same_bytes("YWJj", "YWJk"));
        assert!(!same_bytes("%", "%"));
    }

    #[test]
    fn debug_of_a_secret_shows_keys_and_no_values() {
        let kinds = [("v1", "Secret"), ("v1", "secret"), ("example.com/v1", "SECRET")];
        for ((version, kind), copy) in
            kinds.into_iter().flat_map(|it| COPIES.map(|copy| (it, copy)))
        {
            let annotation =
                format!(r#""metadata":{{"name":"a","annotations":{{"{copy}":"hunter2"}}}}"#);
            let json = format!(
                r#"{{"apiVersion":"{version}","kind":"{kind}",{annotation},
                    "data":{{"password":"aHVudGVyMg=="}},
                    "stringData":"hunter2","other":["hunter2"],"type":{{"x":"hunter2"}}}}"#
            );
            let object: Object = serde_json::from_str(&json).unwrap();
            let shown = format!("{object:?}");
            assert!(shown.contains("password"), "{shown}");
            assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVyMg"), "{shown}");
        }
    }
}
