//! Watches of the in-memory cluster, and laws that hold after any writes.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use gitops_apply::memory::{Cluster, EventKind, Method, Request, Watch, WatchEvent};
use gitops_diff::Value;
use proptest::prelude::*;

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn watch(cluster: &Cluster, params: &[(&str, &str)]) -> Watch {
    let request = Request::new(Method::Get, MAPS).param("watch", "true");
    let request = params.iter().fold(request, |it, (name, value)| it.param(*name, *value));
    cluster.call(&request).into_watch().unwrap()
}

fn labelled(name: &str, label: &str) -> Value {
    value(&format!(r#"{{"metadata":{{"name":"{name}","labels":{{"l":"{label}"}}}}}}"#))
}

fn create(cluster: &Cluster, object: &Value) {
    let reply = cluster.call(&Request::new(Method::Post, MAPS).json(object));
    assert_eq!(reply.code, 201);
}

fn relabel(cluster: &Cluster, name: &str, label: &str) {
    let body = format!(r#"{{"metadata":{{"labels":{{"l":"{label}"}}}}}}"#);
    let request = Request::new(Method::Patch, format!("{MAPS}/{name}"))
        .body("application/merge-patch+json", body);
    assert_eq!(cluster.call(&request).code, 200);
}

fn name(event: &WatchEvent) -> &str {
    event.object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

fn seen(watch: &mut Watch) -> Vec<String> {
    let events = std::iter::from_fn(|| watch.next());
    events.map(|it| format!("{} {}", it.kind.as_str(), name(&it)).trim().to_owned()).collect()
}

#[test]
fn who_filters_sees_objects_come_and_go_as_they_match() {
    let cluster = Cluster::default();
    create(&cluster, &labelled("a", "yes"));
    create(&cluster, &labelled("b", "no"));
    let mut watch = watch(&cluster, &[("labelSelector", "l=yes")]);
    assert_eq!(seen(&mut watch), ["ADDED a"]);
    relabel(&cluster, "a", "no");
    relabel(&cluster, "b", "yes");
    relabel(&cluster, "b", "no");
    assert_eq!(seen(&mut watch), ["DELETED a", "ADDED b", "DELETED b"]);
}

#[test]
fn a_watch_goes_on_where_a_list_ended() {
    let cluster = Cluster::default();
    create(&cluster, &labelled("a", "x"));
    let revision = cluster.revision().to_string();
    create(&cluster, &labelled("b", "x"));
    let mut watch = watch(&cluster, &[("resourceVersion", &revision)]);
    assert_eq!(seen(&mut watch), ["ADDED b"]);
    assert!(!watch.is_ended());
}

#[test]
fn a_streamed_list_ends_with_a_bookmark_that_says_so() {
    let cluster = Cluster::default();
    create(&cluster, &labelled("a", "x"));
    let params = [
        ("sendInitialEvents", "true"),
        ("resourceVersionMatch", "NotOlderThan"),
        ("allowWatchBookmarks", "true"),
    ];
    let mut stream = watch(&cluster, &params);
    assert_eq!(stream.next().unwrap().kind, EventKind::Added);
    let end = stream.next().unwrap();
    assert_eq!(end.kind, EventKind::Bookmark);
    let said = end.object.pointer("/metadata/annotations/k8s.io~1initial-events-end");
    assert_eq!(said, Some(&Value::from("true")));
    let revision = end.object.pointer("/metadata/resourceVersion");
    assert_eq!(revision, Some(&Value::from(cluster.revision().to_string())));
    let refused =
        Request::new(Method::Get, MAPS).param("watch", "true").param("sendInitialEvents", "true");
    assert_eq!(cluster.call(&refused).code, 422);
}

#[test]
fn who_is_behind_a_compaction_gets_a_410_and_the_end() {
    let cluster = Cluster::default();
    create(&cluster, &labelled("a", "x"));
    let mut behind = watch(&cluster, &[("resourceVersion", "4")]);
    let mut ahead = watch(&cluster, &[]);
    assert_eq!(seen(&mut ahead), ["ADDED a"]);
    create(&cluster, &labelled("b", "x"));
    cluster.compact();
    let error = behind.next().unwrap();
    assert_eq!(error.kind, EventKind::Error);
    assert_eq!(error.object.get("code"), Some(&Value::Int(410)));
    assert!(behind.next().is_none() && behind.is_ended());
    assert_eq!(seen(&mut ahead), ["ERROR"], "it had not read b yet");
}

/// One write of a random script.
#[derive(Clone, Debug)]
enum Write {
    Create(u8),
    Label(u8, u8),
    Apply(u8, u8),
    Delete(u8),
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = prop_oneof![
        (0..4_u8).prop_map(Write::Create),
        (0..4_u8, 0..3_u8).prop_map(|(name, label)| Write::Label(name, label)),
        (0..4_u8, 0..3_u8).prop_map(|(name, data)| Write::Apply(name, data)),
        (0..4_u8).prop_map(Write::Delete),
    ];
    prop::collection::vec(write, 0..24)
}

fn request(write: &Write) -> Request {
    match write {
        Write::Create(name) => {
            Request::new(Method::Post, MAPS).json(&labelled(&format!("m{name}"), "0"))
        }
        Write::Label(name, label) => Request::new(Method::Patch, format!("{MAPS}/m{name}")).body(
            "application/merge-patch+json",
            format!(r#"{{"metadata":{{"labels":{{"l":"{label}"}}}}}}"#),
        ),
        Write::Apply(name, data) => {
            let body = format!(
                r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"m{name}"}},
                    "data":{{"d":"{data}"}}}}"#
            );
            Request::apply(format!("{MAPS}/m{name}"), "law", &value(&body))
        }
        Write::Delete(name) => Request::new(Method::Delete, format!("{MAPS}/m{name}")),
    }
}

/// The objects of a list, by name, each with its resourceVersion.
fn listed(cluster: &Cluster, selector: &str) -> BTreeMap<String, Value> {
    let request = Request::new(Method::Get, MAPS).param("labelSelector", selector);
    let reply = cluster.call(&request);
    let items = reply.to_value().unwrap().get("items").and_then(Value::as_list).unwrap().to_vec();
    items.into_iter().map(|it| keyed(&it)).collect()
}

fn keyed(object: &Value) -> (String, Value) {
    let text = |pointer| object.pointer(pointer).cloned().unwrap_or_default();
    let name = text("/metadata/name").as_str().unwrap_or_default().to_owned();
    (name, text("/metadata/resourceVersion"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_watch_that_is_replayed_is_the_list(before in writes(), after in writes()) {
        let cluster = Cluster::default();
        for write in &before {
            cluster.call(&request(write));
        }
        for selector in ["", "l=1"] {
            let mut state = listed(&cluster, selector);
            let revision = cluster.revision().to_string();
            let mut watch =
                watch(&cluster, &[("labelSelector", selector), ("resourceVersion", &revision)]);
            for write in &after {
                cluster.call(&request(write));
            }
            while let Some(event) = watch.next() {
                let (name, revision) = keyed(&event.object);
                match event.kind {
                    EventKind::Deleted => state.remove(&name),
                    _ => state.insert(name, revision),
                };
            }
            prop_assert_eq!(state, listed(&cluster, selector));
        }
    }

    #[test]
    fn revisions_only_grow_and_only_where_something_changed(script in writes()) {
        let cluster = Cluster::default();
        for write in &script {
            let (before, objects) = (cluster.revision(), cluster.objects());
            let reply = cluster.call(&request(write));
            let after = cluster.revision();
            prop_assert!(after == before || after == before + 1);
            prop_assert_eq!(after == before, cluster.objects() == objects);
            prop_assert!(reply.code < 400 || after == before);
            let again = cluster.call(&request(write));
            let repeats = matches!(write, Write::Apply(..) | Write::Label(..));
            prop_assert!(!repeats || cluster.revision() == after, "{:?}", again.to_value());
        }
    }

    #[test]
    fn optimistic_locking_loses_no_update(steps in prop::collection::vec(0..3_usize, 1..40)) {
        let cluster = Cluster::default();
        create(&cluster, &value(r#"{"metadata":{"name":"n"},"data":{"count":"0"}}"#));
        let path = format!("{MAPS}/n");
        let read = || cluster.call(&Request::new(Method::Get, &path)).to_value().unwrap().clone();
        let mut held = [read(), read(), read()];
        let mut successes = 0;
        for agent in steps {
            let mut next = held[agent].clone();
            let count: u32 = next.pointer("/data/count").unwrap().as_str().unwrap().parse().unwrap();
            let data = next.as_map_mut().unwrap().map_at("data");
            data.insert("count", (count + 1).to_string().into());
            let reply = cluster.call(&Request::new(Method::Put, &path).json(&next));
            if reply.code == 200 {
                successes += 1;
            } else {
                prop_assert_eq!(reply.code, 409);
            }
            held[agent] = read();
        }
        let count = read().pointer("/data/count").cloned();
        prop_assert_eq!(count, Some(Value::from(successes.to_string())));
    }
}
