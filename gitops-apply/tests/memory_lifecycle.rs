//! The in-memory cluster's controllers: namespaces, definitions, finalizers, garbage, backups.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use gitops_apply::memory::{
    After, Attributes, Cluster, Garbage, Lifecycle, Method, Options, Reply, Request, Verb,
};
use gitops_diff::Value;

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS: &str = "/apis/example.com/v1/namespaces/default/widgets";

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn text<'a>(reply: &'a Reply, pointer: &str) -> &'a str {
    let value = reply.to_value().and_then(|it| it.pointer(pointer));
    value.and_then(Value::as_str).unwrap_or_default()
}

fn create(cluster: &Cluster, path: &str, object: &str) -> Reply {
    cluster.call(&Request::new(Method::Post, path).json(&value(object)))
}

fn get(cluster: &Cluster, path: &str) -> Reply {
    cluster.call(&Request::new(Method::Get, path))
}

fn delete(cluster: &Cluster, path: &str) -> Reply {
    cluster.call(&Request::new(Method::Delete, path))
}

fn patch(cluster: &Cluster, path: &str, body: &str) -> Reply {
    let media = "application/merge-patch+json";
    cluster.call(&Request::new(Method::Patch, path).body(media, body))
}

fn with(lifecycle: Lifecycle) -> Cluster {
    Cluster::new(Options { lifecycle, ..Options::default() })
}

/// A definition of `widgets.example.com` whose size has a default.
fn definition() -> &'static str {
    r#"{
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "subresources": {"status": {}, "scale": {
                    "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"
                }},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                    "spec": {"type": "object", "properties": {
                        "size": {"type": "string", "default": "small"},
                        "replicas": {"type": "integer"}
                    }},
                    "status": {"type": "object", "properties": {"phase": {"type": "string"}}}
                }}}
            }]
        }
    }"#
}

fn widget(spec: &str) -> String {
    let head = r#""apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"}"#;
    format!(r#"{{{head},"spec":{spec}}}"#)
}

#[test]
fn a_namespace_goes_with_everything_in_it() {
    let cluster = Cluster::default();
    create(&cluster, "/api/v1/namespaces", r#"{"metadata":{"name":"shop"}}"#);
    create(&cluster, "/api/v1/namespaces/shop/configmaps", r#"{"metadata":{"name":"a"}}"#);
    let deleted = delete(&cluster, "/api/v1/namespaces/shop");
    assert_eq!((deleted.code, text(&deleted, "/status/phase")), (200, "Terminating"));
    assert_eq!(get(&cluster, "/api/v1/namespaces/shop").code, 404);
    assert_eq!(get(&cluster, "/api/v1/namespaces/shop/configmaps/a").code, 404);
}

#[test]
fn a_namespace_without_a_controller_stays_and_takes_nothing_new() {
    let cluster = with(Lifecycle { finalise_namespaces: After::Never, ..Lifecycle::default() });
    create(&cluster, "/api/v1/namespaces", r#"{"metadata":{"name":"shop"}}"#);
    delete(&cluster, "/api/v1/namespaces/shop");
    let refused =
        create(&cluster, "/api/v1/namespaces/shop/configmaps", r#"{"metadata":{"name":"a"}}"#);
    assert_eq!((refused.code, text(&refused, "/reason")), (403, "Forbidden"));
    assert_eq!(text(&refused, "/details/causes/0/reason"), "NamespaceTerminating");
    assert_eq!(
        text(&refused, "/message"),
        "configmaps \"a\" is forbidden: unable to create new content in namespace shop because \
         it is being terminated"
    );
}

#[test]
fn a_namespace_lingers_for_as_many_calls_as_wanted() {
    let cluster = with(Lifecycle { finalise_namespaces: After::Calls(2), ..Lifecycle::default() });
    create(&cluster, "/api/v1/namespaces", r#"{"metadata":{"name":"shop"}}"#);
    delete(&cluster, "/api/v1/namespaces/shop");
    let codes = [(); 3].map(|()| get(&cluster, "/api/v1/namespaces/shop").code);
    assert_eq!(codes, [200, 404, 404]);
}

#[test]
fn finalizers_hold_an_object_until_the_last_is_gone() {
    let cluster = Cluster::default();
    let path = format!("{MAPS}/a");
    create(&cluster, MAPS, r#"{"metadata":{"name":"a","finalizers":["x.io/a","x.io/b"]}}"#);
    let deleted = delete(&cluster, &path);
    assert_ne!(text(&deleted, "/metadata/deletionTimestamp"), "");
    let again = delete(&cluster, &path);
    assert_eq!(deleted.to_value(), again.to_value(), "deleting twice changes nothing");
    let added = patch(&cluster, &path, r#"{"metadata":{"finalizers":["x.io/c"]}}"#);
    assert_eq!(added.code, 422);
    assert!(text(&added, "/message").contains("no new finalizers can be added"));
    assert_eq!(patch(&cluster, &path, r#"{"metadata":{"finalizers":["x.io/b"]}}"#).code, 200);
    assert_eq!(get(&cluster, &path).code, 200);
    assert_eq!(patch(&cluster, &path, r#"{"metadata":{"finalizers":null}}"#).code, 200);
    assert_eq!(get(&cluster, &path).code, 404);
}

#[test]
fn a_definition_is_served_when_it_is_established() {
    let cluster =
        with(Lifecycle { establish_definitions: After::Calls(2), ..Lifecycle::default() });
    assert_eq!(create(&cluster, DEFINITIONS, definition()).code, 201);
    assert_eq!(create(&cluster, WIDGETS, &widget("{}")).code, 404);
    let made = create(&cluster, WIDGETS, &widget("{}"));
    assert_eq!((made.code, text(&made, "/spec/size")), (201, "small"));
    let definition = get(&cluster, &format!("{DEFINITIONS}/widgets.example.com"));
    assert_eq!(text(&definition, "/status/conditions/1/type"), "Established");
    assert_eq!(text(&definition, "/spec/names/listKind"), "WidgetList");
    let resources = get(&cluster, "/apis/example.com/v1");
    assert_eq!(text(&resources, "/resources/0/shortNames/0"), "wd");
}

#[test]
fn a_definition_goes_with_its_objects() {
    let cluster = Cluster::default();
    create(&cluster, DEFINITIONS, definition());
    create(&cluster, WIDGETS, &widget("{}"));
    assert_eq!(delete(&cluster, &format!("{DEFINITIONS}/widgets.example.com")).code, 200);
    assert_eq!(get(&cluster, &format!("{DEFINITIONS}/widgets.example.com")).code, 404);
    assert_eq!(get(&cluster, &format!("{WIDGETS}/w")).code, 404);
    assert!(cluster.objects().iter().all(|it| it.get("kind") != Some(&"Widget".into())));
}

#[test]
fn a_definition_that_cannot_be_served_is_refused() {
    let cluster = Cluster::default();
    let cases = [
        ("\"name\": \"widgets.example.com\"", "\"name\": \"other\"", "metadata.name"),
        ("\"Namespaced\"", "\"Everywhere\"", "spec.scope"),
        ("\"storage\": true", "\"storage\": false", "spec.versions"),
        ("\"kind\": \"Widget\"", "\"singular\": \"widget\"", "spec.names.kind"),
    ];
    for (from, to, field) in cases {
        let refused = create(&cluster, DEFINITIONS, &definition().replacen(from, to, 1));
        let told = refused.to_value().and_then(|it| it.pointer("/details/causes")?.as_list());
        let is_told = |it: &Value| it.get("field").and_then(Value::as_str) == Some(field);
        assert_eq!(refused.code, 422, "{field}");
        assert!(told.is_some_and(|it| it.iter().any(is_told)), "{field}: {told:?}");
    }
}

#[test]
fn generation_counts_changes_of_the_spec_alone() {
    let cluster = Cluster::default();
    create(&cluster, DEFINITIONS, definition());
    create(&cluster, WIDGETS, &widget("{}"));
    let path = format!("{WIDGETS}/w");
    let generation =
        |reply: Reply| reply.to_value().unwrap().pointer("/metadata/generation").cloned();
    let steps = [
        (path.clone(), r#"{"metadata":{"labels":{"a":"b"}}}"#, 1),
        (path.clone(), r#"{"spec":{"size":"big"}}"#, 2),
        (path.clone(), r#"{"status":{"phase":"lost"}}"#, 2),
        (format!("{path}/status"), r#"{"status":{"phase":"kept"},"spec":{"size":"no"}}"#, 2),
        (format!("{path}/scale"), r#"{"spec":{"replicas":3}}"#, 3),
    ];
    for (path, body, expected) in steps {
        assert_eq!(patch(&cluster, &path, body).code, 200, "{body}");
        let found = generation(get(&cluster, &format!("{WIDGETS}/w")));
        assert_eq!(found, Some(Value::Int(expected)), "{body}");
    }
    let found = get(&cluster, &path);
    assert_eq!((text(&found, "/spec/size"), text(&found, "/status/phase")), ("big", "kept"));
}

#[test]
fn dependents_of_what_is_gone_are_collected_if_somebody_collects() {
    for (garbage, code) in [(Garbage::Collected, 404), (Garbage::Kept, 200)] {
        let cluster = with(Lifecycle { garbage, ..Lifecycle::default() });
        let owner = create(&cluster, MAPS, r#"{"metadata":{"name":"owner"}}"#);
        let uid = text(&owner, "/metadata/uid");
        let reference =
            format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{uid}"}}"#);
        let child = format!(r#"{{"metadata":{{"name":"child","ownerReferences":[{reference}]}}}}"#);
        assert_eq!(create(&cluster, MAPS, &child).code, 201);
        delete(&cluster, &format!("{MAPS}/owner"));
        assert_eq!(get(&cluster, &format!("{MAPS}/child")).code, code, "{garbage:?}");
    }
}

#[test]
fn a_restored_backup_brings_back_objects_and_revisions() {
    let cluster = Cluster::default();
    create(&cluster, MAPS, r#"{"metadata":{"name":"a"}}"#);
    let (backup, revision) = (cluster.snapshot(), cluster.revision());
    let mut watch =
        cluster.call(&Request::new(Method::Get, MAPS).param("watch", "true")).into_watch().unwrap();
    delete(&cluster, &format!("{MAPS}/a"));
    create(&cluster, MAPS, r#"{"metadata":{"name":"b"}}"#);
    cluster.restore(&backup);
    assert_eq!(cluster.revision(), revision);
    assert_eq!(get(&cluster, &format!("{MAPS}/a")).code, 200);
    assert_eq!(get(&cluster, &format!("{MAPS}/b")).code, 404);
    assert!(watch.next().is_some(), "what was queued before comes");
    assert!(watch.next().is_none() && watch.is_ended(), "then the watch is over");
}

#[test]
fn admission_changes_objects_that_nobody_then_owns() {
    let sidecar = |on: &Attributes<'_>, object: &mut Value| {
        if on.verb == Verb::Create && on.resource.kind == "ConfigMap" {
            let data = object.as_map_mut().unwrap().map_at("data");
            data.insert("injected", "yes".into());
        }
        Ok(())
    };
    let options = Options { admission: vec![std::sync::Arc::new(sidecar)], ..Options::default() };
    let cluster = Cluster::new(options);
    let desired =
        value(r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}"#);
    let made = cluster.call(&Request::apply(format!("{MAPS}/a"), "gitops", &desired));
    assert_eq!(text(&made, "/data/injected"), "yes");
    let owned = made.to_value().unwrap().pointer("/metadata/managedFields/0/fieldsV1/f:data");
    assert_eq!(owned, Some(&value(r#"{"f:x":{}}"#)));
    let again = cluster.call(&Request::apply(format!("{MAPS}/a"), "gitops", &desired));
    assert_eq!(again.to_value(), made.to_value(), "the next apply leaves it");
}

#[test]
fn two_clusters_of_one_seed_answer_the_same() {
    let run = |seed| {
        let cluster = Cluster::new(Options { seed, ..Options::default() });
        create(&cluster, DEFINITIONS, definition());
        create(&cluster, WIDGETS, &widget("{}"));
        create(&cluster, MAPS, r#"{"metadata":{"generateName":"a-"}}"#);
        cluster.objects()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
