//! What is filled in of pods and of templates for them, where it depends on other fields.

use super::{image, resources};
use crate::{Map, Value};

/// The value below the keys, if all of them are there.
pub(super) fn at<'a>(members: &'a mut Map, keys: &[&str]) -> Option<&'a mut Value> {
    let (last, above) = keys.split_last()?;
    let above =
        above.iter().try_fold(members, |it, key| it.get_mut(key).and_then(Value::as_map_mut));
    above?.get_mut(last)
}

pub(super) fn map_at<'a>(members: &'a mut Map, keys: &[&str]) -> Option<&'a mut Map> {
    at(members, keys).and_then(Value::as_map_mut)
}

/// The text of a field; empty where it is missing.
pub(super) fn text<'a>(members: &'a Map, field: &str) -> &'a str {
    members.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a field that is missing.
pub(super) fn set(members: &mut Map, field: &str, value: impl Into<Value>) {
    if members.get(field).is_none_or(Value::is_null) {
        members.insert(field, value.into());
    }
}

pub(super) fn container(container: &mut Map) {
    let policy = image::pull_policy(text(container, "image"));
    set(container, "imagePullPolicy", policy);
}

/// A volume of which nobody says what it is, is an empty directory.
pub(super) fn volume(volume: &mut Map) {
    let is_source = |(key, value): (&crate::Text, &Value)| *key != "name" && !value.is_null();
    if !volume.iter().any(is_source) {
        volume.insert("emptyDir", Map::new().into());
    }
    if let Some(image) = map_at(volume, &["image"]) {
        let policy = image::pull_policy(text(image, "reference"));
        set(image, "pullPolicy", policy);
    }
}

/// An account has two names for one thing; the newer one decides.
pub(super) fn service_account(spec: &mut Map) {
    const NAMES: [&str; 2] = ["serviceAccountName", "serviceAccount"];
    let name = NAMES.iter().filter_map(|it| spec.get(it)).find(|it| it.as_str() != Some(""));
    if let Some(name) = name.filter(|it| !it.is_null()).cloned() {
        for field in NAMES {
            spec.insert(field, name.clone());
        }
    }
}

/// Init containers were annotations once; they must not come back.
pub(super) fn init_containers(annotations: &mut Map) {
    annotations.retain(|key, _| {
        let old = key.strip_prefix("pod.beta.kubernetes.io/");
        let old = old.or_else(|| key.strip_prefix("pod.alpha.kubernetes.io/"));
        !matches!(old, Some("init-containers" | "init-container-statuses"))
    });
}

pub(super) fn pod(pod: &mut Map) {
    let Some(spec) = map_at(pod, &["spec"]) else {
        return;
    };
    for container in containers(spec) {
        if let Some(resources) = map_at(container, &["resources"]) {
            request_limits(resources);
        }
    }
    resources::complete(spec);
    set(spec, "enableServiceLinks", true);
    if spec.get("hostNetwork") == Some(&Value::Bool(true)) {
        containers(spec).for_each(open_on_host);
    }
}

/// What runs in a pod: its containers, and those that run before them.
fn containers(spec: &mut Map) -> impl Iterator<Item = &mut Map> {
    let lists =
        spec.iter_mut().filter(|(key, _)| matches!(key.as_str(), "containers" | "initContainers"));
    let items = lists.flat_map(|(_, it)| it.as_list_mut().into_iter().flatten());
    items.filter_map(Value::as_map_mut)
}

/// Who limits what it uses, and does not say how much it requests, requests the limit.
fn request_limits(resources: &mut Map) {
    let Some(limits) = resources.get("limits").and_then(Value::as_map).cloned() else {
        return;
    };
    let requests = resources.map_at("requests");
    for (name, limit) in limits {
        requests.entry(name, || limit);
    }
}

fn open_on_host(container: &mut Map) {
    let ports = at(container, &["ports"]).and_then(Value::as_list_mut);
    for port in ports.into_iter().flatten().filter_map(Value::as_map_mut) {
        if let Some(number) = port.get("containerPort").cloned() {
            set(port, "hostPort", number);
        }
    }
}

/// The first of several addresses is the one.
pub(super) fn address(status: &mut Map) {
    let one = text(status, "podIP").to_owned();
    let first = status.get("podIPs").and_then(Value::as_list).and_then(|it| it.first());
    let first = first.and_then(|it| it.get("ip")?.as_str()).unwrap_or_default().to_owned();
    if one.is_empty() && !first.is_empty() {
        status.insert("podIP", first.into());
    } else if one != first {
        let ip: Map = [("ip", Value::from(one))].into_iter().collect();
        status.insert("podIPs", Value::List(vec![ip.into()]));
    }
}
