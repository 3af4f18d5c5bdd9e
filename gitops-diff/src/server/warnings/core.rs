//! The groups core, apps and batch.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::addresses::warn_of_network;
use super::others::warn_of_balancer;
use super::{Warnings, Write, labels, pods, volumes, warn_of_address};
use crate::Value;
use crate::server::validate::field::Field;
use crate::server::validate::names;
use crate::server::validate::quantity::Quantity;

pub(super) fn warn(write: &Write<'_>, object: &Field<'_>, warnings: &mut Warnings) {
    let spec = object.field("spec");
    let kind = &*write.kind.kind;
    if kind == "Endpoints" {
        warnings.say("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice");
    }
    match (kind, write.subresource) {
        ("Service", Some("status")) => warn_of_balancer(object, warnings),
        ("Pod", Some("status")) => {
            let status = object.field("status");
            for list in ["podIPs", "hostIPs"] {
                for address in status.field(list).items() {
                    warn_of_address(&address.field("ip"), warnings);
                }
            }
        }
        (_, Some(_)) => {}
        ("Service", None) => service(object, warnings),
        ("Endpoints", None) => endpoints(object, warnings),
        ("Node", None) => node(&spec, warnings),
        ("ResourceQuota", None) if write.live.is_none() => quota(&spec, warnings),
        ("PersistentVolume", None) => volumes::warn_of_volume(object, warnings),
        ("PersistentVolumeClaim", None) => {
            deprecated_annotation(object, &volumes::BETA_CLASS, warnings);
            volumes::warn_of_claim(&spec, warnings);
        }
        ("ServiceAccount", None) => service_account(write, object, warnings),
        ("Secret", None) => secret(object, warnings),
        ("Pod" | "PodTemplate", None) => pod(write, object, warnings),
        _ => workload(write, object, warnings),
    }
}

/// An annotation that went out of use, and what is said of it.
pub(super) fn deprecated_annotation(
    object: &Field<'_>,
    (name, why): &(&str, &str),
    warnings: &mut Warnings,
) {
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    if annotations.has(name) {
        warnings.of(&annotations.key(name), why);
    }
}

fn pod(write: &Write<'_>, object: &Field<'_>, warnings: &mut Warnings) {
    if &*write.kind.kind == "PodTemplate" {
        if write.is_new_generation(object.value) {
            pods::warn_of_template(&object.field("template"), warnings);
        }
    } else if write.live.is_none() {
        surprising_name(object, "the Pod's hostname", warnings);
        pods::warn_of_pod(object, warnings);
    }
}

fn surprising_name(object: &Field<'_>, used: &str, warnings: &mut Warnings) {
    let metadata = object.field("metadata");
    let faults = names::dns_label(metadata.text("name"));
    if !faults.is_empty() {
        warnings.say(format!(
            "metadata.name: this is used in {used}, which can result in surprising behavior; a \
             DNS label is recommended: [{}]",
            faults.join(" ")
        ));
    }
}

fn workload(write: &Write<'_>, object: &Field<'_>, warnings: &mut Warnings) {
    let (kind, spec) = (&*write.kind.kind, object.field("spec"));
    let named = ["Deployment", "ReplicaSet", "ReplicationController", "Job", "CronJob"];
    if write.live.is_none() && named.contains(&kind) {
        surprising_name(object, "Pod names and hostnames", warnings);
    }
    let changed = match kind {
        "DaemonSet" => is_new_template(write, object.value),
        _ => write.is_new_generation(object.value),
    };
    match kind {
        "Job" if changed => job(&spec, warnings),
        "CronJob" => {
            let template = spec.field("jobTemplate");
            if changed {
                job(&template.field("spec"), warnings);
            }
            if write.live.is_some() && spec.text("schedule").contains("TZ") {
                warnings.say(
                    "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see \
                     https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for \
                     more details",
                );
            }
        }
        // The server looks at the template as it was.
        "ReplicationController" if changed && write.live.is_some() => {
            let was = write.live.and_then(|it| it.pointer("/spec/template"));
            let template = spec.field("template");
            pods::warn_of_template(&template.with(was.unwrap_or(&Value::Null)), warnings);
        }
        "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet" | "ReplicationController"
            if changed =>
        {
            pods::warn_of_template(&spec.field("template"), warnings);
        }
        _ => {}
    }
    if kind == "StatefulSet" {
        stateful_set(write, &spec, warnings);
    }
}

fn is_new_template(write: &Write<'_>, object: &Value) -> bool {
    let generation = |it: &Value| {
        let annotations = it.pointer("/metadata/annotations")?;
        annotations.get("deprecated.daemonset.template.generation").cloned()
    };
    write.live.is_none_or(|it| generation(it) != generation(object))
}

fn stateful_set(write: &Write<'_>, spec: &Field<'_>, warnings: &mut Warnings) {
    for claim in spec.field("volumeClaimTemplates").items() {
        let inner = claim.field("spec");
        // The server names the claim, and after an update its spec in capitals.
        if write.live.is_none() {
            volumes::warn_of_claim(&claim.with(inner.value), warnings);
        } else {
            volumes::warn_of_claim(&inner.named("Spec"), warnings);
        }
    }
    if spec.field("revisionHistoryLimit").int().is_some_and(|it| it < 0) {
        warnings.say(
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; a \
             value >= 0 is recommended",
        );
    }
}

fn job(spec: &Field<'_>, warnings: &mut Warnings) {
    let number = |name| spec.field(name).int().unwrap_or_default();
    let many = number("completions") > 100_000 && number("parallelism") > 10_000;
    if spec.text("completionMode") == "Indexed" && many {
        warnings.of(
            spec,
            "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism \
             higher than 10^4, Kubernetes might not be able to track completedIndexes when a big \
             number of indexes fail",
        );
    }
    pods::warn_of_template(&spec.field("template"), warnings);
}

fn service(service: &Field<'_>, warnings: &mut Warnings) {
    let (metadata, spec) = (service.field("metadata"), service.field("spec"));
    let external = spec.field("externalIPs");
    let (kind, has_external) = (spec.text("type"), !external.is_empty());
    let headless = kind == "ClusterIP" && spec.text("clusterIP") == "None";
    if metadata.field("annotations").has("service.kubernetes.io/topology-aware-hints") {
        warnings.say(
            "annotation service.kubernetes.io/topology-aware-hints is deprecated, please use \
             service.kubernetes.io/topology-mode instead",
        );
    }
    spec.field("clusterIPs").items().for_each(|it| warn_of_address(&it, warnings));
    if headless {
        warn_of_headless(&spec, warnings);
    }
    external.items().for_each(|it| warn_of_address(&it, warnings));
    if has_external && !headless && kind != "ExternalName" {
        warnings.say(
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
        );
    }
    warn_of_address(&spec.field("loadBalancerIP"), warnings);
    spec.field("loadBalancerSourceRanges").items().for_each(|it| warn_of_network(&it, warnings));
    if kind == "ExternalName" && has_external {
        warnings.say("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
    }
    if kind != "ExternalName" && !spec.text("externalName").is_empty() {
        warnings.say("spec.externalName is ignored when spec.type is not \"ExternalName\"");
    }
    if spec.text("trafficDistribution") == "PreferClose" {
        warnings
            .say("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
    }
}

fn warn_of_headless(spec: &Field<'_>, warnings: &mut Warnings) {
    for (name, ignored) in [
        ("loadBalancerIP", !spec.text("loadBalancerIP").is_empty()),
        ("externalIPs", !spec.field("externalIPs").is_empty()),
        ("SessionAffinity", spec.text("sessionAffinity") != "None"),
    ] {
        if ignored {
            warnings.say(format!("spec.{name} is ignored for headless services"));
        }
    }
}

fn endpoints(endpoints: &Field<'_>, warnings: &mut Warnings) {
    let labels = endpoints.value.pointer("/metadata/labels");
    let manager = labels.and_then(|it| it.get("endpoints.kubernetes.io/managed-by"));
    if manager.and_then(Value::as_str) == Some("endpoint-controller") {
        return;
    }
    for subset in endpoints.field("subsets").items() {
        for list in ["addresses", "notReadyAddresses"] {
            for address in subset.field(list).items() {
                warn_of_address(&address.field("ip"), warnings);
            }
        }
    }
}

fn node(spec: &Field<'_>, warnings: &mut Warnings) {
    if spec.has("configSource") {
        warnings.say("spec.configSource: the feature is removed");
    }
    if !spec.text("externalID").is_empty() {
        warnings.say("spec.externalID: this field is deprecated, and is unused by Kubernetes");
    }
    spec.field("podCIDRs").items().for_each(|it| warn_of_network(&it, warnings));
}

fn quota(spec: &Field<'_>, warnings: &mut Warnings) {
    let hard = spec.field("hard");
    for resource in ["cpu", "memory", "storage", "ephemeral-storage"] {
        let mut request = format!("requests.{resource}");
        if !hard.has(&request) && matches!(resource, "cpu" | "memory") {
            resource.clone_into(&mut request);
        }
        let limit = format!("limits.{resource}");
        let (asked, allowed) = (hard.field(&request), hard.field(&limit));
        let both = asked.is_set() && allowed.is_set();
        if both && Quantity::of(asked.value) > Quantity::of(allowed.value) {
            warnings.say(format!(
                "ResourceQuota {request} ({}) should be less than {limit} ({})",
                asked.str(),
                allowed.str()
            ));
        }
    }
}

fn service_account(write: &Write<'_>, account: &Field<'_>, warnings: &mut Warnings) {
    const NAME: &str = "kubernetes.io/enforce-mountable-secrets";
    let annotations = write.live.and_then(|it| it.pointer("/metadata/annotations"));
    if annotations.is_none_or(|it| it.get(NAME).is_none()) {
        let why = "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted \
                   secrets";
        deprecated_annotation(account, &(NAME, why), warnings);
    }
}

/// A pair of key and certificate, as far as it is seen without reading them.
fn secret(secret: &Field<'_>, warnings: &mut Warnings) {
    if secret.text("type") != "kubernetes.io/tls" {
        return;
    }
    let data = secret.field("data");
    let armoured = |name: &str| {
        let bytes = STANDARD.decode(data.text(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains("-----BEGIN ")
    };
    if !armoured("tls.crt") {
        warnings.say("tls: failed to find any PEM data in certificate input");
    } else if !armoured("tls.key") {
        warnings.say("tls: failed to find any PEM data in key input");
    }
}

/// Whether a set of labels names one that went out of use.
pub(super) fn warn_of_selector(selector: &Field<'_>, warnings: &mut Warnings) {
    labels::warn_of_keys(selector, warnings);
}
