//! The groups beside core, apps and batch.

use super::addresses::warn_of_network;
use super::{Warnings, Write, labels, same, warn_of_address};
use crate::Value;
use crate::server::validate::field::Field;

pub(super) fn warn(write: &Write<'_>, object: &Field<'_>, warnings: &mut Warnings) {
    let spec = object.field("spec");
    match (&*write.kind.kind, write.subresource) {
        ("Ingress", Some("status")) => warn_of_balancer(object, warnings),
        ("Ingress", None) => ingress(write, object, warnings),
        ("NetworkPolicy", None) => network_policy(&spec, warnings),
        ("EndpointSlice", None) => endpoint_slice(write, object, warnings),
        ("CSIDriver", None) => driver(write, &spec, warnings),
        ("StorageClass", None) => {
            for term in object.field("allowedTopologies").items() {
                for expression in term.field("matchLabelExpressions").items() {
                    let key = expression.field("key");
                    warn_of_label(&key, key.str(), warnings);
                }
            }
        }
        ("CSIStorageCapacity", None) => topology(&object.field("nodeTopology"), warnings),
        ("RuntimeClass", None) => {
            let scheduling = object.field("scheduling");
            let selector = scheduling.field("nodeSelector");
            for key in selector.map().into_iter().flat_map(crate::Map::keys) {
                warn_of_label(&selector, key, warnings);
            }
        }
        ("ResourceSlice", None) => {
            let driver = spec.text("driver");
            if driver != driver.to_lowercase() {
                warnings.say(format!(
                    "spec.driver: driver names should be lowercase; {driver:?} contains \
                     uppercase characters"
                ));
            }
        }
        _ => {}
    }
}

/// The addresses under which a load balancer is reached.
pub(super) fn warn_of_balancer(object: &Field<'_>, warnings: &mut Warnings) {
    let status = object.field("status");
    let balancer = status.field("loadBalancer");
    for point in balancer.field("ingress").items().filter(|it| !it.text("ip").is_empty()) {
        // The server names the item, not its address.
        let address = point.field("ip");
        warn_of_address(&point.with(address.value), warnings);
    }
}

fn ingress(write: &Write<'_>, object: &Field<'_>, warnings: &mut Warnings) {
    const CLASS: &str = "kubernetes.io/ingress.class";
    let metadata = object.field("metadata");
    let annotated = metadata.field("annotations").has(CLASS);
    if write.live.is_none() && annotated && !object.field("spec").has("ingressClassName") {
        warnings.say(format!(
            "annotation {CLASS:?} is deprecated, please use 'spec.ingressClassName' instead"
        ));
    }
}

fn network_policy(spec: &Field<'_>, warnings: &mut Warnings) {
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.field(rules).items() {
            for peer in rule.field(peers).items() {
                let block = peer.field("ipBlock");
                warn_of_network(&block.field("cidr"), warnings);
                block.field("except").items().for_each(|it| warn_of_network(&it, warnings));
            }
        }
    }
}

fn endpoint_slice(write: &Write<'_>, slice: &Field<'_>, warnings: &mut Warnings) {
    if write.live.is_none() && slice.text("addressType") == "FQDN" {
        warnings.say("spec.addressType: FQDN endpoints are deprecated");
    }
    let manager = slice.value.pointer("/metadata/labels").and_then(|labels| {
        labels.get("endpointslice.kubernetes.io/managed-by").and_then(Value::as_str)
    });
    let known = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];
    if manager.is_some_and(|it| known.contains(&it)) {
        return;
    }
    for endpoint in slice.field("endpoints").items() {
        endpoint.field("addresses").items().for_each(|it| warn_of_address(&it, warnings));
    }
}

fn driver(write: &Write<'_>, spec: &Field<'_>, warnings: &mut Warnings) {
    let requests = spec.field("tokenRequests");
    let was = write.live.map(|it| it.pointer("/spec/tokenRequests").unwrap_or(&Value::Null));
    let changed = was.is_none_or(|it| !same(it, requests.value));
    if changed && !requests.is_empty() && !spec.has("serviceAccountTokenInSecrets") {
        warnings.say(
            "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set \
             to true to prevent possible logging of tokens in volume attributes",
        );
    }
}

fn topology(selector: &Field<'_>, warnings: &mut Warnings) {
    for expression in selector.field("matchExpressions").items() {
        labels::warn_of_key(&expression.field("key"), warnings);
    }
    let labels = selector.field("matchLabels");
    for key in labels.map().into_iter().flat_map(crate::Map::keys) {
        let label = labels.field(key);
        warn_of_label(&label, key, warnings);
    }
}

/// A label that went out of use, told of at a field.
fn warn_of_label(place: &Field<'_>, label: &str, warnings: &mut Warnings) {
    if let Some(why) = labels::deprecated(label) {
        warnings.of(place, why);
    }
}
