//! Nodes and namespaces.

use super::super::addresses::{check_network, family_of_network};
use super::super::field::Field;
use super::super::metadata::check_finalizer;
use super::resources::check_amount;
use super::scheduling::check_taints;
use crate::Value;

/// Taints of a node are told of beside its metadata.
pub(super) fn check_node(root: &Field<'_>, live: Option<&Value>) {
    let (spec, status, metadata) =
        (root.field("spec"), root.field("status"), root.field("metadata"));
    check_taints(&metadata.field("taints").with(spec.field("taints").value));
    for list in ["capacity", "allocatable"] {
        let amounts = status.field(list);
        for (name, _) in amounts.members() {
            check_amount(&amounts.field(name), name);
        }
    }
    let networks = spec.field("podCIDRs");
    for network in networks.items() {
        check_network(&network, &[]);
    }
    check_families(&networks);
    check_features(&status.field("declaredFeatures"));
    if let Some(live) = live {
        check_node_update(root, live);
    }
}

fn check_families(networks: &Field<'_>) {
    if networks.list().len() < 2 {
        return;
    }
    let texts = networks.list().iter().map(|it| it.as_str().unwrap_or_default());
    let families: Vec<_> = texts.map(family_of_network).collect();
    if families.contains(&None) {
        networks.internal("invalid PodCIDRs. failed to check with dual stack");
    }
    if families.contains(&None) || families.len() > 2 || families[0] == families[1] {
        networks.invalid("may specify no more than one CIDR for each IP family");
    }
}

fn check_features(features: &Field<'_>) {
    let legal = |it: &str| {
        let mut parts = it.split('/');
        let word = |it: &str, start: fn(&u8) -> bool| {
            it.as_bytes().first().is_some_and(start)
                && it.bytes().all(|it| it.is_ascii_alphanumeric())
        };
        it.len() <= 253
            && parts.next().is_some_and(|it| word(it, u8::is_ascii_uppercase))
            && parts.all(|it| word(it, u8::is_ascii_alphabetic))
    };
    let mut last: Option<&str> = None;
    for feature in features.items() {
        if !legal(feature.str()) {
            feature.invalid("invalid feature name");
        }
        match last.map(|it| it.cmp(feature.str())) {
            Some(std::cmp::Ordering::Equal) => feature.duplicate(),
            Some(std::cmp::Ordering::Greater) => {
                feature.invalid("list must be sorted alphabetically");
            }
            _ => {}
        }
        let index = features.list().iter().position(|it| std::ptr::eq(it, feature.value));
        last = index.and_then(|it| features.list()[it].as_str());
    }
}

pub(super) fn check_node_update(root: &Field<'_>, live: &Value) {
    let (spec, status) = (root.field("spec"), root.field("status"));
    let was = |pointer| live.pointer(pointer).filter(|it| !it.is_null());
    let addresses = status.field("addresses");
    for (at, address) in addresses.items().enumerate() {
        if addresses.list()[..at].contains(address.value) {
            address.duplicate();
        }
    }
    let networks = spec.field("podCIDRs");
    if was("/spec/podCIDRs").is_some_and(|it| it != networks.value && it.as_list() != Some(&[])) {
        networks.forbidden("node updates may not change podCIDR except from \"\" to valid");
    }
    let id = spec.field("providerID");
    let old = was("/spec/providerID").and_then(Value::as_str).unwrap_or_default();
    if !old.is_empty() && old != id.str() {
        id.forbidden("node updates may not change providerID except from \"\" to valid");
    }
    let external = spec.field("externalID");
    let old = was("/spec/externalID").and_then(Value::as_str).unwrap_or_default();
    if old != external.str() {
        external.forbidden("may not be updated");
    }
}

pub(super) fn check_namespace(root: &Field<'_>) {
    let spec = root.field("spec");
    let told = spec.field("finalizers");
    for finalizer in told.list() {
        check_finalizer(&told.with(finalizer));
    }
}

/// What the admission of pod security refuses of a namespace (`pod-security-admission`), after
/// all else was found to be right. What was wrong before may stay so.
pub(super) fn check_pod_security(root: &Field<'_>, live: Option<&Value>) {
    let metadata = root.field("metadata");
    let labels = metadata.field("labels");
    let wrong = wrong_levels(labels.value);
    let before = live.and_then(|it| it.pointer("/metadata/labels")).map(wrong_levels);
    if before.as_ref() == Some(&wrong) {
        return;
    }
    for (label, _) in wrong {
        labels.key(&label).invalid(if label.ends_with("-version") {
            "must be \"latest\" or \"v1.x\""
        } else {
            "must be one of privileged, baseline, restricted"
        });
    }
}

/// The labels of pod security whose values say nothing.
fn wrong_levels(labels: &Value) -> Vec<(String, &str)> {
    let mut wrong = Vec::new();
    for mode in ["enforce", "audit", "warn"] {
        let level = format!("pod-security.kubernetes.io/{mode}");
        let version = format!("{level}-version");
        let of = |label: &str| labels.get(label).and_then(Value::as_str);
        let known = |it: &str| matches!(it, "privileged" | "baseline" | "restricted");
        wrong.extend(of(&level).filter(|it| !known(it)).map(|it| (level.clone(), it)));
        let legal = |it: &str| it == "latest" || it.strip_prefix("v1.").is_some_and(is_number);
        wrong.extend(of(&version).filter(|it| !legal(it)).map(|it| (version.clone(), it)));
    }
    wrong
}

fn is_number(text: &str) -> bool {
    let digits = text.bytes().all(|it| it.is_ascii_digit());
    !text.is_empty() && digits && (text == "0" || !text.starts_with('0'))
}

pub(super) fn check_namespace_status(root: &Field<'_>) {
    let status = root.field("status");
    let phase = status.field("phase");
    let metadata = root.field("metadata");
    let deleting = metadata.has("deletionTimestamp");
    let (wanted, when) = if deleting { ("Terminating", "not empty") } else { ("Active", "empty") };
    if phase.str() != wanted {
        let detail = format!("may only be '{wanted}' if `deletionTimestamp` is {when}");
        phase.named("Phase").invalid(&detail);
    }
}

/// The names that a namespace waits for.
pub(super) fn check_namespace_finalizers(root: &Field<'_>) {
    let spec = root.field("spec");
    for finalizer in spec.field("finalizers").items() {
        check_finalizer(&finalizer);
    }
}
