//! The calls that clients make on purpose.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::objects::{Target, collection, object, target};
use super::{APPLY, JSON, JSON_PATCH, MERGE, STRATEGIC};
use crate::script::Step;

fn manager() -> impl Strategy<Value = &'static str> {
    select(vec!["alpha", "alpha", "beta"])
}

/// `dryRun`, `force`, `fieldValidation`: mostly none.
fn options() -> impl Strategy<Value = &'static [(&'static str, &'static str)]> {
    let choices: [&[(&str, &str)]; 4] = [
        &[],
        &[("dryRun", "All")],
        &[("fieldValidation", "Strict")],
        &[("fieldValidation", "Ignore")],
    ];
    prop_oneof![8 => Just(choices[0]), 2 => Just(choices[1]), 1 => Just(choices[2]), 1 => Just(choices[3])]
}

pub(super) fn apply(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    (object(kind), manager(), prop::bool::weighted(0.25), options()).prop_map(
        |((target, object), manager, force, options)| {
            let mut step = Step::new("apply", "PATCH", target.path())
                .with(APPLY, object)
                .params(options)
                .param("fieldManager", manager);
            if force {
                step = step.param("force", "true");
            }
            vec![step]
        },
    )
}

pub(super) fn create(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    (object(kind), manager(), options()).prop_map(|((target, object), manager, options)| {
        let step = Step::new("create", "POST", target.collection());
        vec![step.with(JSON, object).params(options).param("fieldManager", manager)]
    })
}

/// A PUT without a resourceVersion, with that of now, with one of the past, or with a foreign uid.
pub(super) fn replace(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let stamp = select(vec!["none", "none", "current", "current", "stale", "foreign"]);
    (object(kind), manager(), options(), stamp).prop_map(
        |((target, mut object), manager, options, stamp)| {
            let get = Step::new("get", "GET", target.path());
            let touch = Step::new("patch-merge", "PATCH", target.path())
                .with(MERGE, json!({"metadata": {"annotations": {"touched": "yes"}}}));
            match stamp {
                "current" | "stale" => {
                    object["metadata"]["resourceVersion"] =
                        "${THIS.metadata.resourceVersion}".into();
                }
                "foreign" => {
                    object["metadata"]["uid"] = "8d3a4b0e-0000-4000-8000-000000000000".into();
                }
                _ => {}
            }
            let put = Step::new("update", "PUT", target.path()).with(JSON, object).params(options);
            let put = put.param("fieldManager", manager);
            match stamp {
                "current" => vec![get, put],
                "stale" => vec![get, touch, put],
                _ => vec![put],
            }
        },
    )
}

pub(super) fn merge_patch(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let patch = |kind: &'static str| match kind {
        "Widget" => select(vec![
            json!({"spec": {"size": 7}}),
            json!({"spec": {"ports": [{"name": "http", "port": 8080}]}}),
            json!({"spec": {"tags": null}}),
            json!({"spec": {"open": {"one": null, "deep": {"er": [1, 2.5, true]}}}}),
            json!({"metadata": {"labels": {"app": "z"}}}),
        ])
        .boxed(),
        _ => select(vec![
            json!({"data": {"one": "MQ==", "two": null}}),
            json!({"data": null}),
            json!({"metadata": {"labels": {"app": null}}}),
            json!({"metadata": {"annotations": {"a": "b"}}}),
            json!({"metadata": {"name": "c"}}),
            json!({"immutable": true}),
        ])
        .boxed(),
    };
    target(kind)
        .prop_flat_map(move |target| {
            let patch = patch(target.kind);
            (Just(target), patch, manager(), options())
        })
        .prop_map(|(target, patch, manager, options)| {
            let step = Step::new("patch-merge", "PATCH", target.path()).with(MERGE, patch);
            vec![step.params(options).param("fieldManager", manager)]
        })
}

pub(super) fn json_patch(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let patches = vec![
        json!([{"op": "add", "path": "/metadata/labels", "value": {"app": "patched"}}]),
        json!([{"op": "remove", "path": "/metadata/labels/app"}]),
        json!([{"op": "test", "path": "/metadata/name", "value": "a"},
               {"op": "add", "path": "/metadata/annotations", "value": {"tested": "yes"}}]),
        json!([{"op": "replace", "path": "/data/one", "value": "9"}]),
        json!([{"op": "add", "path": "/spec/steps/-", "value": "last"}]),
        json!([{"op": "frobnicate", "path": "/data"}]),
    ];
    (target(kind), select(patches)).prop_map(|(target, patch)| {
        vec![Step::new("patch-json", "PATCH", target.path()).with(JSON_PATCH, patch)]
    })
}

pub(super) fn strategic_patch(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let patches = vec![
        json!({"data": {"one": "MQ==", "two": null}}),
        json!({"metadata": {"finalizers": ["conformance.example.com/other"]}}),
        json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["conformance.example.com/hold"]}}),
        json!({"data": {"$patch": "replace", "three": "Mw=="}}),
    ];
    (target(kind), select(patches)).prop_map(|(target, patch)| {
        vec![Step::new("patch-strategic", "PATCH", target.path()).with(STRATEGIC, patch)]
    })
}

pub(super) fn finalizers(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let values = vec![
        json!(["conformance.example.com/hold"]),
        json!([]),
        json!(null),
        json!(["unqualified"]),
    ];
    (target(kind), select(values)).prop_map(|(target, finalizers)| {
        let patch = json!({"metadata": {"finalizers": finalizers}});
        vec![Step::new("finalizers", "PATCH", target.path()).with(MERGE, patch)]
    })
}

pub(super) fn status() -> impl Strategy<Value = Vec<Step>> {
    let ready = select(vec![json!(1), json!(2), json!("no"), json!(null)]);
    (select(vec!["ConfigMap", "Widget", "Widget"]), ready, any::<bool>()).prop_map(
        |(kind, ready, applies)| {
            let target = Target { kind, name: "a" };
            let path = format!("{}/status", target.path());
            let status = json!({"status": {"ready": ready}, "spec": {"size": 9}});
            vec![if applies {
                Step::new("status-apply", "PATCH", path)
                    .with(APPLY, target.object(status))
                    .param("fieldManager", "controller")
            } else {
                Step::new("status-merge", "PATCH", path).with(MERGE, status)
            }]
        },
    )
}

pub(super) fn delete(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let options = vec![
        json!(null),
        json!({}),
        json!({"preconditions": {"uid": "${THIS.metadata.uid}"}}),
        json!({"preconditions": {"uid": "8d3a4b0e-0000-4000-8000-000000000000"}}),
        json!({"preconditions": {"resourceVersion": "${THIS.metadata.resourceVersion}"}}),
        json!({"preconditions": {"resourceVersion": "1"}}),
        json!({"propagationPolicy": "Foreground"}),
        json!({"propagationPolicy": "Orphan"}),
        json!({"propagationPolicy": "Background", "gracePeriodSeconds": 0}),
        json!({"dryRun": ["All"]}),
        json!({"dryRun": ["Some"]}),
    ];
    (target(kind), select(options)).prop_map(|(target, options)| {
        let get = Step::new("get", "GET", target.path());
        let delete = Step::new("delete", "DELETE", target.path());
        match options {
            Value::Null => vec![delete],
            // An object that is not there has no uid, and an empty one is no precondition.
            options if options.to_string().contains("THIS") => {
                vec![get, delete.with(JSON, options)]
            }
            options => vec![delete.with(JSON, options)],
        }
    })
}

pub(super) fn delete_collection(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    selector().prop_map(move |selector| {
        vec![Step::new("delete-collection", "DELETE", collection(kind)).params(selector)]
    })
}

pub(super) fn get(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    let accept = select(vec![
        "application/json",
        "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    ]);
    (target(kind), accept).prop_map(|(target, accept)| {
        let mut step = Step::new("get", "GET", target.path());
        step.headers.insert("accept".to_owned(), accept.to_owned());
        vec![step]
    })
}

fn selector() -> impl Strategy<Value = &'static [(&'static str, &'static str)]> {
    let selectors: Vec<&[(&str, &str)]> = vec![
        &[],
        &[("labelSelector", "app=x")],
        &[("labelSelector", "app in (x,y),tier!=web")],
        &[("labelSelector", "!app")],
        &[("labelSelector", "app=x=y")],
        &[("fieldSelector", "metadata.name=a")],
        &[("fieldSelector", "metadata.name!=a")],
        &[("fieldSelector", "spec.nothing=a")],
    ];
    select(selectors)
}

pub(super) fn list(kind: &'static str) -> impl Strategy<Value = Vec<Step>> {
    (selector(), any::<bool>()).prop_map(move |(selector, in_pages)| {
        let list = || Step::new("list", "GET", collection(kind)).params(selector);
        if in_pages {
            let next = list().param("continue", "${THIS.metadata.continue}");
            vec![list().param("limit", "1"), next.param("limit", "1")]
        } else {
            vec![list()]
        }
    })
}
