//! Namespaces, claims, accounts, slices, definitions: what their strategies set and take back.

use std::collections::BTreeSet;

use super::strategy::keep;
use crate::{Map, Value};

const FINALIZER: &str = "kubernetes";

/// A new namespace is held until it is empty.
pub(super) fn create_namespace(members: &mut Map) {
    members.map_at("status").insert("phase", "Active".into());
    let finalizers = members.map_at("spec").entry("finalizers", || Value::List(Vec::new()));
    if let Some(finalizers) = finalizers.as_list_mut()
        && !finalizers.iter().any(|it| it.as_str() == Some(FINALIZER))
    {
        finalizers.push(FINALIZER.into());
    }
}

pub(super) fn keep_finalizers(live: &Map, members: &mut Map) {
    let empty = Map::new();
    let before = live.get("spec").and_then(Value::as_map).unwrap_or(&empty);
    keep(before, members.map_at("spec"), "finalizers");
}

/// A claim names where its data comes from in two fields; the older one knows claims and
/// snapshots only, and no other namespace.
pub(super) fn name_sources(live: Option<&Map>, members: &mut Map) {
    let Some(spec) = members.get_mut("spec").and_then(Value::as_map_mut) else {
        return;
    };
    let before = live.and_then(|it| it.get("spec")?.as_map());
    let used = |field| before.is_some_and(|it| it.contains_key(field));
    if !used("dataSourceRef") && namespace_of(spec).is_some() {
        spec.remove("dataSourceRef");
    }
    let in_use = used("dataSource") || used("dataSourceRef") || spec.contains_key("dataSourceRef");
    if !in_use && !spec.get("dataSource").is_some_and(is_claim_or_snapshot) {
        spec.remove("dataSource");
    }
    match (spec.get("dataSource"), spec.get("dataSourceRef")) {
        (Some(source), None) => {
            spec.insert("dataSourceRef", source.clone());
        }
        (None, Some(source)) if namespace_of(spec).is_none() => {
            let mut source = source.clone();
            if let Some(source) = source.as_map_mut() {
                source.remove("namespace");
            }
            spec.insert("dataSource", source);
        }
        _ => {}
    }
}

fn namespace_of(spec: &Map) -> Option<&str> {
    let namespace = spec.get("dataSourceRef")?.get("namespace")?.as_str();
    namespace.filter(|it| !it.is_empty())
}

fn is_claim_or_snapshot(source: &Value) -> bool {
    let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or_default();
    matches!(
        (text("apiGroup"), text("kind")),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    )
}

/// Of the secrets of an account, only names are kept.
pub(super) fn name_secrets(members: &mut Map) {
    let secrets = members.get_mut("secrets").and_then(Value::as_list_mut);
    for secret in secrets.into_iter().flatten().filter_map(Value::as_map_mut) {
        secret.retain(|key, _| key == "name");
    }
}

/// Nobody writes topologies any more; what was the name of a node goes to its field.
pub(super) fn drop_topology(live: Option<&Map>, members: &mut Map) {
    const TOPOLOGY: &str = "deprecatedTopology";
    const HOST: &str = "kubernetes.io/hostname";
    let before = live.and_then(|it| it.get("endpoints"));
    if before.is_some() && before == members.get("endpoints") {
        return;
    }
    let host = |it: &Value| Some(it.get(TOPOLOGY)?.get(HOST)?.as_str()?.to_owned());
    let hosts = before.and_then(Value::as_list).into_iter().flatten().filter_map(host);
    let hosts: BTreeSet<String> = hosts.collect();
    let endpoints = members.get_mut("endpoints").and_then(Value::as_list_mut);
    for endpoint in endpoints.into_iter().flatten() {
        let known = host(endpoint).filter(|it| hosts.contains(it));
        if let Some(endpoint) = endpoint.as_map_mut() {
            endpoint.remove(TOPOLOGY);
            if let Some(known) = known {
                endpoint.entry("nodeName", || known.into());
            }
        }
    }
}

/// Remembers the version in which objects of a definition are stored.
pub(super) fn store_version(members: &mut Map) {
    let versions = members.get("spec").and_then(|it| it.get("versions")?.as_list());
    let stored = |it: &&Value| it.get("storage") == Some(&Value::Bool(true));
    let name = versions.into_iter().flatten().find(stored).and_then(|it| it.get("name")).cloned();
    let status = members.map_at("status");
    let known = status.entry("storedVersions", || Value::List(Vec::new()));
    if known.is_null() {
        *known = Value::List(Vec::new());
    }
    if let (Some(name), Some(known)) = (name, known.as_list_mut())
        && !known.contains(&name)
    {
        known.push(name);
    }
}
