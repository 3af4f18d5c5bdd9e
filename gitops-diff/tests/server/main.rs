//! What the server makes of an object around the merge: defaults, strategies, admission.
//!
//! Each case names an object as it is written, and what is found in it afterwards.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod admission;
mod defaults;
mod generation;
mod services;
mod strategies;

use gitops_diff::server::{Write, read};
use gitops_diff::{GroupKind, Schema, Value};

/// A pointer and the JSON that is expected there; empty where nothing is.
type Found<'a> = (&'a str, &'a str);

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// `apps/v1 Deployment` as group, kind and version.
fn kind(name: &str) -> (GroupKind, String) {
    let (api_version, kind) = name.split_once(' ').unwrap();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    (GroupKind::new(group, kind), version.to_owned())
}

/// The object as the server reads and completes it.
fn defaulted(name: &str, body: &str) -> Value {
    let (kind, version) = kind(name);
    let schema = Schema::builtin();
    let mut object = read(&schema, &kind, &version, json(body)).unwrap().object;
    let write =
        Write { schema: &schema, kind: &kind, version: &version, subresource: None, live: None };
    write.default(&mut object);
    let once = object.clone();
    write.default(&mut object);
    assert_eq!(object, once, "defaults are filled in once");
    object
}

/// The object as the server stores it: created where there is no live one, else updated through
/// the subresource.
fn stored(name: &str, live: Option<&Value>, subresource: Option<&str>, body: &str) -> Value {
    let mut object = defaulted(name, body);
    let (kind, version) = kind(name);
    let schema = Schema::builtin();
    let write = Write { schema: &schema, kind: &kind, version: &version, subresource, live };
    write.prepare(&mut object);
    write.store(&mut object);
    object
}

fn created(name: &str, body: &str) -> Value {
    stored(name, None, None, body)
}

/// The live object, made by a create, after an update.
fn updated(name: &str, before: &str, subresource: Option<&str>, after: &str) -> Value {
    let live = created(name, before);
    stored(name, Some(&live), subresource, after)
}

fn check(object: &Value, what: &str, expected: &[Found<'_>]) {
    for (pointer, expected) in expected {
        let found = object.pointer(pointer).map(|it| serde_json::to_string(it).unwrap());
        let expected = Some(*expected).filter(|it| !it.is_empty()).map(json);
        let expected = expected.map(|it| serde_json::to_string(&it).unwrap());
        assert_eq!(
            found,
            expected,
            "{what}: {pointer} of {}",
            serde_json::to_string(object).unwrap()
        );
    }
}
