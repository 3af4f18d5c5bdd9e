//! Pods and templates of pods (`pkg/api/pod/warnings.go`).

use super::core::{deprecated_annotation, warn_of_selector};
use super::labels::{deprecated, warn_of_preference, warn_of_terms};
use super::volumes::{warn_of_fraction, warn_of_pod_volumes};
use super::{Warnings, ports, warn_of_address};
use crate::Value;
use crate::server::validate::field::Field;

const NO_POD: &str = "a null labelSelector results in matching no pod";
const ANNOTATIONS: [(&str, &str); 3] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
    (
        "security.alpha.kubernetes.io/unsafe-sysctls",
        "non-functional in v1.11+; use the \"sysctls\" field instead",
    ),
];
const SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

pub(super) fn warn_of_pod(pod: &Field<'_>, warnings: &mut Warnings) {
    warn(pod, warnings);
    warn_of_containers(pod, no_app_armor, warnings);
    warn_of_rest(pod, warnings);
}

pub(super) fn warn_of_template(template: &Field<'_>, warnings: &mut Warnings) {
    if template.is_set() {
        warn(template, warnings);
        warn_of_containers(template, app_armor, warnings);
        warn_of_rest(template, warnings);
    }
}

fn warn(pod: &Field<'_>, warnings: &mut Warnings) {
    let spec = pod.field("spec");
    warn_of_selector(&spec.field("nodeSelector"), warnings);
    let affinity = spec.field("affinity");
    let nodes = affinity.field("nodeAffinity");
    warn_of_terms(&nodes.field("requiredDuringSchedulingIgnoredDuringExecution"), warnings);
    for term in nodes.field("preferredDuringSchedulingIgnoredDuringExecution").items() {
        warn_of_preference(&term.field("preference"), warnings);
    }
    for constraint in spec.field("topologySpreadConstraints").items() {
        let (key, selector) = (constraint.field("topologyKey"), constraint.field("labelSelector"));
        if let Some(why) = deprecated(key.str()) {
            warnings.of(&key, &format!("{} is {why}", key.str()));
        }
        if !selector.is_set() {
            warnings.of(&selector, NO_POD);
        }
    }
    for annotation in &ANNOTATIONS {
        deprecated_annotation(pod, annotation, warnings);
    }
    warn_of_pod_volumes(&spec.field("volumes"), warnings);
    twins(&spec.field("hostAliases"), "ip", warnings);
    let secrets = spec.field("imagePullSecrets");
    twins(&secrets, "name", warnings);
    for secret in secrets.items().filter(|it| it.text("name").is_empty()) {
        warnings.of(&secret.field("name"), "invalid empty name \"\"");
    }
    let overhead = spec.field("overhead");
    for resource in ["memory", "ephemeral-storage"] {
        warn_of_fraction(&overhead.key(resource), warnings);
    }
    if spec.value.pointer("/securityContext/seccompProfile").is_none_or(Value::is_null) {
        let annotation = ("seccomp.security.alpha.kubernetes.io/pod", SECCOMP);
        deprecated_annotation(pod, &annotation, warnings);
    }
}

/// Items of a list that say the same twice.
fn twins(list: &Field<'_>, name: &str, warnings: &mut Warnings) {
    let mut seen: Vec<&str> = Vec::new();
    for (value, item) in list.list().iter().zip(list.items()) {
        let text = value.get(name).and_then(Value::as_str).unwrap_or_default();
        if seen.contains(&text) {
            warnings.of(&item.field(name), &format!("duplicate {name} {text:?}"));
        }
        seen.push(text);
    }
}

type OfContainer = fn(&Field<'_>, &Field<'_>, &mut Warnings);

fn warn_of_containers(pod: &Field<'_>, profile: OfContainer, warnings: &mut Warnings) {
    let spec = pod.field("spec");
    let lists = ["initContainers", "containers", "ephemeralContainers"].map(|it| spec.field(it));
    let containers: Vec<Field<'_>> = lists.iter().flat_map(Field::items).collect();
    for container in &containers {
        let context = container.field("securityContext");
        if !context.has("seccompProfile") {
            let name = format!(
                "container.seccomp.security.alpha.kubernetes.io/{}",
                container.text("name")
            );
            deprecated_annotation(pod, &(&*name, SECCOMP), warnings);
        }
        profile(pod, container, warnings);
        let resources = container.field("resources");
        for resource in ["memory", "ephemeral-storage"] {
            for list in ["limits", "requests"] {
                let amounts = resources.field(list);
                warn_of_fraction(&amounts.key(resource), warnings);
            }
        }
        hidden_variables(&container.field("env"), warnings);
    }
    ports::warn(&containers, warnings);
}

/// Of a pod itself it is told elsewhere.
fn no_app_armor(_: &Field<'_>, _: &Field<'_>, _: &mut Warnings) {}

/// A profile by annotation, where none is said by field.
fn app_armor(pod: &Field<'_>, container: &Field<'_>, warnings: &mut Warnings) {
    let name = format!("container.apparmor.security.beta.kubernetes.io/{}", container.text("name"));
    let metadata = pod.field("metadata");
    let annotations = metadata.field("annotations");
    let of_pod = pod.value.pointer("/spec/securityContext/appArmorProfile");
    let of_pod = of_pod.filter(|it| !it.is_null());
    let by_field = container.field("securityContext").has("appArmorProfile");
    let agrees = of_pod.is_some_and(|it| is_profile(it, annotations.text(&name)));
    if !by_field && !agrees {
        let why = "deprecated since v1.30; use the \"appArmorProfile\" field instead";
        deprecated_annotation(pod, &(&*name, why), warnings);
    }
}

/// Whether a profile says what an annotation does.
fn is_profile(profile: &Value, annotation: &str) -> bool {
    let text = |name| profile.get(name).and_then(Value::as_str).unwrap_or_default();
    match annotation {
        "unconfined" => text("type") == "Unconfined",
        "runtime/default" => text("type") == "RuntimeDefault",
        _ => annotation.strip_prefix("localhost/").is_some_and(|it| {
            !it.is_empty() && text("type") == "Localhost" && text("localhostProfile") == it
        }),
    }
}

/// Variables that replace others without making use of them.
fn hidden_variables(variables: &Field<'_>, warnings: &mut Warnings) {
    let mut seen: Vec<&str> = Vec::new();
    for (value, variable) in variables.list().iter().zip(variables.items()) {
        let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
        if !seen.contains(&name) {
            seen.push(name);
            continue;
        }
        let reference = format!("$({name})");
        let text = variable.text("value");
        if variable.has("valueFrom") || text == reference || !text.contains(&reference) {
            warnings.of(
                &variable,
                &format!(
                    "hides previous definition of {name:?}, which may be dropped when using apply"
                ),
            );
        }
    }
}

fn warn_of_rest(pod: &Field<'_>, warnings: &mut Warnings) {
    let spec = pod.field("spec");
    let grace = spec.field("terminationGracePeriodSeconds");
    if grace.int().is_some_and(|it| it < 0) {
        warnings.of(&grace, "must be >= 0; negative values are invalid and will be treated as 1");
    }
    let affinity = spec.field("affinity");
    for name in ["podAffinity", "podAntiAffinity"] {
        let pods = affinity.field(name);
        for term in pods.field("requiredDuringSchedulingIgnoredDuringExecution").items() {
            selects_none(&term, warnings);
        }
        for term in pods.field("preferredDuringSchedulingIgnoredDuringExecution").items() {
            selects_none(&term.field("podAffinityTerm"), warnings);
        }
    }
    let dns = spec.field("dnsConfig");
    dns.field("nameservers").items().for_each(|it| warn_of_address(&it, warnings));
    for alias in spec.field("hostAliases").items() {
        warn_of_address(&alias.field("ip"), warnings);
    }
}

fn selects_none(term: &Field<'_>, warnings: &mut Warnings) {
    let selector = term.field("labelSelector");
    if !selector.is_set() {
        warnings.of(&selector, NO_POD);
    }
}
