//! What holds for all objects.

use gitops_diff::merge::{self, Apply, Force, Update};
use gitops_diff::{FieldPath, FieldSet, Map, PathElement, Schema, Text, Value};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::Float),
        "[a-c<\"]{0,2}".prop_map(Value::from),
    ]
}

/// Any value at all, with names that schemas know.
fn tree() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(5, 40, 4, |inner| {
        let name = prop_oneof![
            Just("spec"),
            Just("template"),
            Just("containers"),
            Just("name"),
            Just("ports"),
            Just("containerPort"),
            Just("metadata"),
            Just("labels"),
            Just("managedFields"),
            Just("args"),
            Just("f:spec"),
            Just("k:{}"),
            Just("operation"),
        ];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map(name, inner, 0..4).prop_map(|it| Value::Map(it.into_iter().collect())),
        ]
    })
}

/// A declared Deployment that its type allows.
fn deployment() -> impl Strategy<Value = Value> {
    let labels = btree_map("[a-c]", "[x-z]".prop_map(Value::from), 0..3);
    let ports = btree_map(1..4i64, proptest::option::of("[a-b]"), 0..3).prop_map(|it| {
        let port = |(number, name): (i64, Option<String>)| {
            let number = [("containerPort", Value::from(number))];
            let name = name.map(|it| ("name", Value::from(it)));
            Value::Map(number.into_iter().chain(name).collect())
        };
        Value::List(it.into_iter().map(port).collect())
    });
    let args = vec("[a-c]".prop_map(Value::from), 0..3);
    let container = (proptest::option::of(ports), proptest::option::of(args));
    let containers = btree_map("[a-c]", container, 0..3).prop_map(|it| {
        let container = |(name, (ports, args)): (String, (Option<Value>, Option<Vec<Value>>))| {
            let name = [("name", Value::from(name))];
            let ports = ports.map(|it| ("ports", it));
            let args = args.map(|it| ("args", Value::List(it)));
            Value::Map(name.into_iter().chain(ports).chain(args).collect())
        };
        Value::List(it.into_iter().map(container).collect())
    });
    let replicas = proptest::option::of(0..3i64);
    (labels, containers, replicas, any::<prop::sample::Index>()).prop_map(
        |(labels, containers, replicas, shuffle)| {
            let mut body = Map::new();
            body.insert("apiVersion", "apps/v1".into());
            body.insert("kind", "Deployment".into());
            let metadata = body.map_at("metadata");
            metadata.insert("name", "web".into());
            metadata.insert("labels", Value::Map(labels.into_iter().collect()));
            let spec = body.map_at("spec");
            if let Some(replicas) = replicas {
                spec.insert("replicas", replicas.into());
            }
            let Value::List(mut items) = containers else {
                unreachable!("because it was made a list above");
            };
            let by = if items.is_empty() { 0 } else { shuffle.index(items.len()) };
            items.rotate_left(by);
            spec.map_at("template").map_at("spec").insert("containers", Value::List(items));
            Value::Map(body)
        },
    )
}

fn apply(live: Option<&Value>, desired: &Value, manager: &str, now: &str) -> Value {
    let force = Force::Yes;
    let apply = Apply { live, desired, manager, force, subresource: None, now };
    merge::apply(&Schema::builtin(), &apply).unwrap_or_else(|why| panic!("{why}"))
}

fn element() -> impl Strategy<Value = PathElement> {
    let key = vec(("[a-c]".prop_map(Text::from), scalar()), 1..3).prop_map(|fields| {
        let unique: Map = fields.into_iter().collect();
        PathElement::key(unique.into_iter().collect())
    });
    prop_oneof![
        4 => "[a-d./\"]{1,2}".prop_map(PathElement::field),
        1 => key,
        1 => scalar().prop_map(PathElement::Value),
        1 => any::<i64>().prop_map(PathElement::Index),
    ]
}

fn fields() -> impl Strategy<Value = FieldSet> {
    let path = vec(element(), 1..4).prop_map(FieldPath::new);
    vec(path, 0..8).prop_map(|paths| paths.into_iter().collect())
}

proptest! {
    #[test]
    fn a_second_apply_changes_nothing(
        others in deployment(), first in deployment(), second in deployment(),
    ) {
        let live = apply(None, &others, "others", "2026-01-01T00:00:00Z");
        let live = apply(Some(&live), &first, "gitops", "2026-01-01T00:01:00Z");
        let live = apply(Some(&live), &second, "gitops", "2026-01-01T00:02:00Z");
        let again = apply(Some(&live), &second, "gitops", "2026-01-01T00:03:00Z");
        prop_assert_eq!(again, live);
    }

    #[test]
    fn who_applies_owns_what_fields_of_says(first in deployment(), second in deployment()) {
        let live = apply(None, &first, "gitops", "2026-01-01T00:00:00Z");
        let live = apply(Some(&live), &second, "gitops", "2026-01-01T00:01:00Z");
        let managed = gitops_diff::ManagedFields::read(&live).unwrap();
        let owned = managed.applied_by("gitops").map(|it| it.fields.clone()).unwrap_or_default();
        prop_assert_eq!(owned, merge::fields_of(&Schema::builtin(), &second).unwrap());
    }

    #[test]
    fn what_one_applied_alone_is_gone_when_it_declares_nothing(only in deployment()) {
        let nothing: Value = serde_json::from_str(
            r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}}"#,
        ).unwrap();
        let live = apply(None, &only, "gitops", "2026-01-01T00:00:00Z");
        let left = apply(Some(&live), &nothing, "gitops", "2026-01-01T00:01:00Z");
        prop_assert_eq!(left.pointer("/metadata/managedFields"), None);
        prop_assert_eq!(left.pointer("/spec/template/spec/containers/0"), None);
        prop_assert_eq!(left.pointer("/spec/replicas"), None);
    }

    #[test]
    fn no_object_makes_a_merge_panic(live in tree(), desired in tree(), kind in 0..3usize) {
        let kind = ["Deployment", "ConfigMap", "Thing"][kind];
        let typed = |mut tree: Value| {
            if let Some(body) = tree.as_map_mut() {
                body.insert("apiVersion", if kind == "Deployment" { "apps/v1" } else { "v1" }.into());
                body.insert("kind", kind.into());
            }
            tree
        };
        let (live, desired) = (typed(live), typed(desired));
        let schema = Schema::builtin();
        let (live, desired, manager, now) = (Some(&live), &desired, "gitops", "now");
        let (force, subresource) = (Force::Yes, None);
        let apply = Apply { live, desired, manager, force, subresource, now };
        if let Ok(merged) = merge::apply(&schema, &apply) {
            let apply = Apply { live: Some(&merged), ..apply };
            prop_assert_eq!(merge::apply(&schema, &apply), Ok(merged.clone()));
        }
        merge::update(&schema, &Update { live, next: desired, manager, subresource, now });
    }

    #[test]
    fn field_sets_round_trip(set in fields()) {
        prop_assert_eq!(FieldSet::from_value(&set.to_value()).unwrap(), set);
    }

    #[test]
    fn field_sets_are_an_algebra(a in fields(), b in fields(), c in fields()) {
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        prop_assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)));
        prop_assert_eq!(a.difference(&b).union(&a.intersection(&b)), a.clone());
        prop_assert!(a.difference(&b).intersection(&b).is_empty());
        prop_assert_eq!(a.difference(&b.union(&c)), a.difference(&b).difference(&c));
        prop_assert_eq!(a.without(&b), a.without(&b).difference(&b));
        let held = a.paths().iter().all(|it| a.union(&b).has(it));
        prop_assert!(held);
    }

    #[test]
    fn paths_read_back_from_their_text(path in vec(element(), 0..4).prop_map(FieldPath::new)) {
        let text = path.to_string();
        prop_assert_eq!(text.parse::<FieldPath>(), Ok(path), "{}", text);
    }
}
