//! What the status of a pod says of devices and of who its containers run as.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use crate::Value;

/// The longest message about the health of a device, in bytes.
const MAX_MESSAGE: usize = 1024;

pub(super) fn check(root: &Field<'_>) {
    let (spec, status) = (root.field("spec"), root.field("status"));
    check_claims(&status.field("resourceClaimStatuses"), spec.value);
    let extended = status.field("extendedResourceClaimStatus");
    if extended.is_set() {
        check_extended(&extended, spec.value);
    }
    let os = spec.value.pointer("/os/name").and_then(Value::as_str).unwrap_or("linux");
    for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
        for container in status.field(list).items() {
            check_user(&container.field("user"), os);
        }
    }
    for (list, of) in
        [("containerStatuses", "containers"), ("initContainerStatuses", "initContainers")]
    {
        let declared = spec.field(of);
        for container in status.field(list).items() {
            check_devices(&container, declared.list());
        }
    }
    for container in status.field("ephemeralContainerStatuses").items() {
        let devices = container.field("allocatedResourcesStatus");
        if !devices.list().is_empty() {
            devices.forbidden("must not be specified in container status");
        }
    }
}

fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn items<'v>(of: &'v Value, pointer: &str) -> &'v [Value] {
    of.pointer(pointer).and_then(Value::as_list).unwrap_or_default()
}

fn check_claims(statuses: &Field<'_>, spec: &Value) {
    let mut seen = BTreeSet::new();
    for status in statuses.items() {
        let (name, claim) = (status.field("name"), status.field("resourceClaimName"));
        if !items(spec, "/resourceClaims").iter().any(|it| text(it, "name") == name.str()) {
            let detail = "must match the name of an entry in `spec.resourceClaims`";
            name.invalid_value(name.str(), detail);
        }
        if !seen.insert(name.str().to_owned()) {
            name.duplicate();
        }
        if claim.is_set() {
            claim.check(names::dns_subdomain);
        }
    }
}

fn check_extended(status: &Field<'_>, spec: &Value) {
    let mappings = status.field("requestMappings");
    if mappings.list().is_empty() {
        mappings.required("at least one request mapping is required");
    }
    let mut seen = BTreeSet::new();
    for mapping in mappings.items() {
        check_mapping(&mapping, spec);
        let request = mapping.field("requestName");
        status.field("requestName").with(&request.str().into()).check(names::dns_label);
        let parts = ["containerName", "resourceName", "requestName"];
        if !seen.insert(parts.map(|it| mapping.text(it).to_owned())) {
            for part in parts {
                mapping.field(part).duplicate();
            }
        }
    }
    let claim = status.field("resourceClaimName");
    if claim.is_empty() {
        claim.required("");
    } else {
        claim.check(names::dns_subdomain);
    }
}

/// A request of a container of the pod for a resource that it asks for.
fn check_mapping(mapping: &Field<'_>, spec: &Value) {
    let (container, resource) = (mapping.field("containerName"), mapping.field("resourceName"));
    let lists = [items(spec, "/containers"), items(spec, "/initContainers")];
    let found = lists.into_iter().flatten().find(|it| text(it, "name") == container.str());
    let Some(found) = found else {
        let detail = "must match the name of an entry in spec.initContainers.name or \
            spec.containers.name";
        return container.invalid_value(container.str(), detail);
    };
    if found.pointer("/resources/requests").and_then(|it| it.get(resource.str())).is_none() {
        let detail = "must match the extended resource name of an entry in \
            spec.initContainers.resources.requests or spec.containers.resources.requests";
        resource.invalid_value(resource.str(), detail);
    }
}

fn check_user(user: &Field<'_>, os: &str) {
    let linux = user.field("linux");
    if !linux.is_set() {
        return;
    }
    match os {
        "windows" => linux.forbidden("cannot be set for a windows pod"),
        "linux" => {
            let groups = linux.field("supplementalGroups");
            for id in [linux.field("uid"), linux.field("gid")].into_iter().chain(groups.items()) {
                id.faults(names::unix_id(id.int().unwrap_or_default()));
            }
        }
        _ => {}
    }
}

/// The health of the devices that a container was given.
fn check_devices(container: &Field<'_>, declared: &[Value]) {
    let own = declared.iter().find(|it| text(it, "name") == container.text("name"));
    for given in container.field("allocatedResourcesStatus").items() {
        let name = given.field("name");
        if own.is_some_and(|it| !asks_for(it, name.str())) {
            let detail = "must match one of the container's resource requests or claims";
            name.invalid_value(name.str(), detail);
        }
        let mut seen = BTreeSet::new();
        for device in given.field("resources").items() {
            device.field("health").one_of(&["Healthy", "Unhealthy", "Unknown"]);
            let message = device.field("message");
            if message.is_set() && message.is_empty() {
                message.required("must be non-empty if specified");
            } else if message.str().len() > MAX_MESSAGE {
                message.too_long(MAX_MESSAGE);
            }
            if !seen.insert(device.text("resourceID").to_owned()) {
                device.field("resourceID").duplicate();
            }
        }
    }
}

fn asks_for(container: &Value, name: &str) -> bool {
    let requests = container.pointer("/resources/requests");
    let Some(claim) = name.strip_prefix("claim:") else {
        return requests.is_some_and(|it| it.get(name).is_some());
    };
    items(container, "/resources/claims").iter().any(|it| match text(it, "request") {
        "" => text(it, "name") == claim,
        request => claim.split_once('/') == Some((text(it, "name"), request)),
    })
}
