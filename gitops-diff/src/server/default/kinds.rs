//! What is filled in of other kinds, where it depends on other fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::pods::{map_at, set, text};
use crate::merge::quantity;
use crate::{Map, Value};

/// Quantities of resources are kept to a thousandth, rounded up.
pub(super) fn milli(quantities: &mut Map) {
    for (_, quantity) in quantities.iter_mut() {
        if let Some(rounded) = quantity::to_milli(quantity) {
            *quantity = rounded.into();
        }
    }
}

pub(super) fn service(object: &mut Map) {
    let ingress = |it: &mut Map| {
        if !text(it, "ip").is_empty() {
            set(it, "ipMode", "VIP");
        }
    };
    let Some(spec) = map_at(object, &["spec"]) else {
        return;
    };
    set(spec, "type", "ClusterIP");
    complete_affinity(spec);
    complete_ports(spec);
    let kind = text(spec, "type").to_owned();
    let ips = spec.get("externalIPs").and_then(Value::as_list).unwrap_or_default();
    let balanced = kind == "LoadBalancer";
    if balanced || kind == "NodePort" || kind == "ClusterIP" && !ips.is_empty() {
        set(spec, "externalTrafficPolicy", "Cluster");
    }
    if balanced || kind == "NodePort" || kind == "ClusterIP" {
        set(spec, "internalTrafficPolicy", "Cluster");
    }
    if balanced {
        set(spec, "allocateLoadBalancerNodePorts", true);
        let status = map_at(object, &["status", "loadBalancer"]);
        items(status.and_then(|it| it.get_mut("ingress"))).for_each(ingress);
    }
}

fn complete_affinity(spec: &mut Map) {
    /// Three hours, in seconds.
    const TIMEOUT: i64 = 10_800;
    set(spec, "sessionAffinity", "None");
    match text(spec, "sessionAffinity") {
        "None" => {
            spec.remove("sessionAffinityConfig");
        }
        "ClientIP" => {
            let client = spec.map_at("sessionAffinityConfig").map_at("clientIP");
            set(client, "timeoutSeconds", TIMEOUT);
        }
        _ => {}
    }
}

fn complete_ports(spec: &mut Map) {
    for port in items(spec.get_mut("ports")) {
        let number = port.get("port").cloned().unwrap_or(Value::Int(0));
        match port.get("targetPort") {
            None | Some(Value::Null | Value::Int(0)) => port.insert("targetPort", number),
            Some(Value::Str(name)) if name.is_empty() => port.insert("targetPort", number),
            Some(_) => None,
        };
    }
}

/// The items of a list that are maps.
fn items(list: Option<&mut Value>) -> impl Iterator<Item = &mut Map> {
    let items = list.and_then(Value::as_list_mut).into_iter().flatten();
    items.filter_map(Value::as_map_mut)
}

/// Texts are written into the data, and are not kept.
pub(super) fn secret(object: &mut Map) {
    if let Some(Value::Map(texts)) = object.remove("stringData") {
        let data = object.map_at("data");
        for (key, text) in texts {
            let encoded = STANDARD.encode(text.as_str().unwrap_or_default());
            data.insert(key, encoded.into());
        }
    }
}

/// The label by which namespaces can be selected by name.
pub(super) fn namespace(object: &mut Map) {
    const NAME: &str = "kubernetes.io/metadata.name";
    if let Some(metadata) = map_at(object, &["metadata"]) {
        let name = text(metadata, "name").to_owned();
        if !name.is_empty() {
            metadata.map_at("labels").insert(NAME, name.into());
        }
    }
}

pub(super) fn node_status(status: &mut Map) {
    if let Some(capacity) = status.get("capacity").cloned() {
        set(status, "allocatable", capacity);
    }
}

/// The first of several ranges is the one.
pub(super) fn node_spec(spec: &mut Map) {
    let first = |it: &Map| it.get("podCIDRs")?.as_list()?.first().cloned();
    let one = text(spec, "podCIDR").to_owned();
    match first(spec) {
        Some(first) if one.is_empty() => {
            spec.insert("podCIDR", first);
        }
        first if !one.is_empty() && first.as_ref().and_then(Value::as_str) != Some(&one) => {
            spec.insert("podCIDRs", Value::List(vec![one.into()]));
        }
        _ => {}
    }
}

/// Limits of containers: who names the most, means it as what holds for those that do not say;
/// they request as much, or else the least.
pub(super) fn limit(limit: &mut Map) {
    if text(limit, "type") == "Container" {
        extend(limit, "default", "max");
        extend(limit, "defaultRequest", "default");
        extend(limit, "defaultRequest", "min");
    }
}

fn extend(members: &mut Map, field: &str, by: &str) {
    if let Some(more) = members.get(by).and_then(Value::as_map).cloned() {
        let amounts = members.map_at(field);
        for (name, amount) in more {
            amounts.entry(name, || amount);
        }
    }
}

pub(super) fn policy_types(spec: &mut Map) {
    let is_empty = |field| spec.get(field).and_then(Value::as_list).is_none_or(<[_]>::is_empty);
    if !is_empty("policyTypes") {
        return;
    }
    let egress = (!is_empty("egress")).then(|| "Egress".into());
    let types = std::iter::once("Ingress".into()).chain(egress).collect();
    spec.insert("policyTypes", Value::List(types));
}

/// Accounts are of the core group, people are not.
pub(super) fn subject(subject: &mut Map) {
    if matches!(text(subject, "kind"), "User" | "Group") && text(subject, "apiGroup").is_empty() {
        subject.insert("apiGroup", "rbac.authorization.k8s.io".into());
    }
}

pub(super) fn devices(request: &mut Map) {
    set(request, "allocationMode", "ExactCount");
    if text(request, "allocationMode") == "ExactCount" {
        set(request, "count", 1);
    }
}

/// A definition names its kind once; the other names follow.
pub(super) fn definition(object: &mut Map) {
    if let Some(names) = map_at(object, &["spec", "names"]) {
        let kind = text(names, "kind").to_owned();
        if !kind.is_empty() {
            set(names, "listKind", format!("{kind}List"));
            set(names, "singular", kind.to_lowercase());
        }
    }
    let versions = object.get("spec").and_then(|it| it.get("versions")?.as_list());
    let stored = |it: &&Value| it.get("storage") == Some(&Value::Bool(true));
    let name = versions.into_iter().flatten().find(stored).and_then(|it| it.get("name")).cloned();
    let known = object.get("status").and_then(|it| it.get("storedVersions")?.as_list());
    if let (Some(name), true) = (name, known.is_none_or(<[_]>::is_empty)) {
        object.map_at("status").insert("storedVersions", Value::List(vec![name]));
    }
}
