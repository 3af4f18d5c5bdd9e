//! Annotations of pods that mean something to the server.

use super::super::field::Field;
use super::pod_spec::{MIRROR, each_container};
use super::rules::{PodRules, is_deletion_cost};
use super::scheduling::check_tolerations;
use super::volumes::check_descending_path;
use crate::{Map, Value};

const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const LOCAL: &str = "localhost/";

/// `ValidatePodSpecificAnnotations`.
pub(super) fn check(annotations: &Field<'_>, spec: &Field<'_>, rules: &PodRules<'_>) {
    if annotations.has(MIRROR) && spec.text("nodeName").is_empty() {
        let detail = "must set spec.nodeName if mirror pod annotation is set";
        annotations.key(MIRROR).invalid(detail);
    }
    if !annotations.text(TOLERATIONS).is_empty() {
        match serde_json::from_str::<Value>(annotations.text(TOLERATIONS)) {
            Ok(list) => {
                let told = annotations.field(TOLERATIONS);
                check_tolerations(&told.with(&list), rules);
            }
            Err(why) => annotations.invalid_value(TOLERATIONS, &why.to_string()),
        }
    }
    let cost = annotations.key(DELETION_COST);
    let legal = !cost.is_set() || is_deletion_cost(cost.str());
    if !legal && !rules.allows_any_deletion_cost() {
        cost.invalid("must be a 32bit integer");
    }
    for (key, profile) in annotations.map().into_iter().flat_map(Map::iter) {
        let profile = profile.as_str().unwrap_or_default();
        if key == SECCOMP_POD || key.starts_with(SECCOMP_CONTAINER) {
            check_seccomp(&annotations.field(key), profile);
        } else if let Some(container) = key.strip_prefix(APPARMOR) {
            check_apparmor(&annotations.key(key), container, profile, spec);
        }
    }
}

fn check_seccomp(told: &Field<'_>, profile: &str) {
    if let Some(path) = profile.strip_prefix(LOCAL) {
        check_descending_path(&told.with(&path.into()));
    } else if !matches!(profile, "runtime/default" | "docker/default" | "unconfined") {
        told.invalid("must be a valid seccomp profile");
    }
}

fn check_apparmor(told: &Field<'_>, container: &str, profile: &str, spec: &Field<'_>) {
    let mut found = false;
    each_container(spec, |it| found |= it.text("name") == container);
    if !found {
        told.invalid_value(container, "container not found");
    }
    if !matches!(profile, "" | "runtime/default" | "unconfined") && !profile.starts_with(LOCAL) {
        told.invalid(&format!("invalid AppArmor profile name: {profile:?}"));
    }
}

/// `ValidatePodSpecificAnnotationUpdates`: what cannot come or go with an update.
pub(super) fn check_update(annotations: &Field<'_>, live: Option<&Value>) {
    let live = live.and_then(Value::as_map);
    let pinned = |key: &str| match key {
        MIRROR => Some("mirror pod annotation"),
        key if key.starts_with(APPARMOR) => Some("AppArmor annotations"),
        _ => None,
    };
    for (key, old) in live.into_iter().flat_map(Map::iter) {
        let changed = annotations.value.get(key) != Some(old);
        if let Some(what) = pinned(key).filter(|_| changed) {
            annotations.key(key).forbidden(&format!("may not remove or update {what}"));
        }
    }
    for key in annotations.map().into_iter().flat_map(Map::keys) {
        let new = live.is_none_or(|it| !it.contains_key(key));
        if let Some(what) = pinned(key).filter(|_| new) {
            annotations.key(key).forbidden(&format!("may not add {what}"));
        }
    }
}

/// What annotations say of profiles and what fields say must be the same.
pub(super) fn check_profiles(annotations: &Value, spec: &Field<'_>) {
    let annotation = |key: &str| annotations.get(key).and_then(Value::as_str);
    let context = spec.field("securityContext");
    if let Some(said) = annotation(SECCOMP_POD) {
        check_same(&context.field("seccompProfile"), said, "seccomp");
    }
    let windows = spec.value.pointer("/os/name").and_then(Value::as_str) == Some("windows");
    each_container(spec, |container| {
        let own = container.field("securityContext");
        let name = container.text("name");
        if let Some(said) = annotation(&format!("{SECCOMP_CONTAINER}{name}")) {
            check_same(&own.field("seccompProfile"), said, "seccomp");
        }
        let said = annotation(&format!("{APPARMOR}{name}")).filter(|_| !windows);
        if let Some(said) = said {
            let (own, of_pod) = (own.field("appArmorProfile"), context.field("appArmorProfile"));
            let profile = if own.is_set() { own.value } else { of_pod.value };
            check_same(&own.with(profile), said, "apparmor");
        }
    });
}

fn check_same(profile: &Field<'_>, said: &str, what: &str) {
    let same_type = match profile.text("type") {
        "Unconfined" => said == "unconfined",
        "RuntimeDefault" => {
            said == "runtime/default" || what == "seccomp" && said == "docker/default"
        }
        "Localhost" => said.starts_with(LOCAL),
        _ => true,
    };
    if !same_type {
        let detail = format!("{what} type in annotation and field must match");
        return profile.field("type").forbidden(&detail);
    }
    let path = said.strip_prefix(LOCAL);
    if profile.text("type") == "Localhost"
        && path != profile.field("localhostProfile").value.as_str()
    {
        let detail = format!("{what} profile in annotation and field must match");
        profile.field("localhostProfile").forbidden(&detail);
    }
}
