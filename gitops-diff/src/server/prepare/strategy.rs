//! What the strategies have in common: who may write the status, and when the generation counts
//! on (`pkg/registry/*/strategy.go` and `registry/rest` of `k8s.io/apiserver`).

use super::same::same;
use super::{claims, disabled, pods, service, workloads};
use crate::schema::{MapRef, TypeRef};
use crate::server::Write;
use crate::{GroupKind, Map, Value, merge};

/// The built-in kinds that count their generations, and the fields whose change counts.
const GENERATIONS: [(&[&str], &[&str]); 6] = [
    (&["Deployment"], &["/spec", "/metadata/annotations"]),
    (&["PodTemplate"], &["/template"]),
    (&["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], &["/webhooks"]),
    (&["EndpointSlice"], &["/addressType", "/endpoints", "/ports", "/metadata/labels"]),
    (&["PriorityClass"], &[]),
    (
        &[
            "CSIDriver",
            "CronJob",
            "CustomResourceDefinition",
            "DaemonSet",
            "DeviceClass",
            "FlowSchema",
            "Ingress",
            "IngressClass",
            "Job",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "NetworkPolicy",
            "Pod",
            "PodDisruptionBudget",
            "PriorityLevelConfiguration",
            "ReplicaSet",
            "ReplicationController",
            "ResourceSlice",
            "StatefulSet",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
        ],
        &["/spec"],
    ),
];

/// The fields whose change counts; `None` for kinds that do not count.
fn counted(kind: &GroupKind) -> Option<&'static [&'static str]> {
    let row = GENERATIONS.iter().find(|(kinds, _)| kinds.contains(&kind.kind.as_str()));
    row.map(|(_, fields)| *fields)
}

pub(super) fn prepare(write: &Write<'_>, object: &mut Value) {
    let of = write.schema.type_of(write.kind, write.version);
    let Some(members) = object.as_map_mut() else {
        return;
    };
    match (write.live.and_then(Value::as_map), write.subresource) {
        (None, _) => create(write, of, members),
        (Some(live), subresource) => {
            keep_metadata(live, members);
            match subresource {
                None => update(write, of, live, members),
                Some("status") => update_status(write, live, members),
                Some("finalize") => keep(live, members, "status"),
                Some("approval") => approve(live, members),
                Some("ephemeralcontainers") => pods::add_ephemeral(live, members),
                Some("resize") => pods::resize(live, members),
                Some(_) => {}
            }
        }
    }
    // Nobody sets it any more; the store takes it out.
    members.map_at("metadata").remove("selfLink");
    count(write, of, object);
    let live = write.live.and_then(Value::as_map);
    if write.kind.is("discovery.k8s.io", "EndpointSlice")
        && let Some(members) = object.as_map_mut()
    {
        // What is taken back here counts all the same.
        claims::drop_topology(live, members);
    }
}

fn create(write: &Write<'_>, of: TypeRef<'_>, members: &mut Map) {
    service::begin(write.kind, None, members);
    let quality = write.kind.is("", "Pod").then(|| pods::quality(members));
    if has_status(write) && !write.kind.is("", "Node") {
        reset_status(of, members);
    }
    if let Some(quality) = quality {
        pods::create(members, quality);
    }
    match (write.kind.group.as_str(), write.kind.kind.as_str()) {
        ("", "Namespace") => claims::create_namespace(members),
        ("", "PersistentVolume" | "PersistentVolumeClaim") => {
            members.map_at("status").insert("phase", "Pending".into());
        }
        ("apps", "DaemonSet") => workloads::create_daemons(members),
        ("batch", "Job") => workloads::create_job(members),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => claims::store_version(members),
        _ => {}
    }
    prepare_both(write, None, members);
}

fn update(write: &Write<'_>, of: TypeRef<'_>, live: &Map, members: &mut Map) {
    service::begin(write.kind, Some(live), members);
    if has_status(write) {
        keep(live, members, "status");
    }
    prepare_both(write, Some(live), members);
    match (write.kind.group.as_str(), write.kind.kind.as_str()) {
        ("", "Service") => service::drop_dependent(of, live, members),
        ("", "Namespace") => claims::keep_finalizers(live, members),
        ("apps", "DaemonSet") => workloads::update_daemons(of, live, members),
        ("certificates.k8s.io", "CertificateSigningRequest") => keep(live, members, "spec"),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => claims::store_version(members),
        _ => {}
    }
}

/// What is the same for new objects and for changed ones.
fn prepare_both(write: &Write<'_>, live: Option<&Map>, members: &mut Map) {
    disabled::drop_disabled(write.kind, live, members);
    match (write.kind.group.as_str(), write.kind.kind.as_str()) {
        ("", "PersistentVolumeClaim") => claims::name_sources(live, members),
        ("", "ServiceAccount") => claims::name_secrets(members),
        _ => {}
    }
}

/// A write to the status writes nothing else, but for labels, annotations and the like: these
/// some kinds keep and some do not.
fn update_status(write: &Write<'_>, live: &Map, members: &mut Map) {
    const ALL: [&str; 4] = ["annotations", "finalizers", "labels", "ownerReferences"];
    keep(live, members, "spec");
    let kept: &[&str] = match (write.kind.group.as_str(), write.kind.kind.as_str()) {
        ("apps", "Deployment") => &["labels"],
        ("apps", "DaemonSet") => {
            workloads::keep_template_generation(live, members);
            &[]
        }
        ("", "Pod") => {
            pods::update_status(live, members);
            &["ownerReferences"]
        }
        (
            "admissionregistration.k8s.io"
            | "apiregistration.k8s.io"
            | "flowcontrol.apiserver.k8s.io"
            | "resource.k8s.io"
            | "storage.k8s.io",
            _,
        )
        | ("networking.k8s.io", "ServiceCIDR") => &ALL,
        _ => &[],
    };
    let empty = Map::new();
    let before = live.get("metadata").and_then(Value::as_map).unwrap_or(&empty);
    let metadata = members.map_at("metadata");
    for field in kept {
        keep(before, metadata, field);
    }
}

/// Only conditions are written to an approval.
fn approve(live: &Map, members: &mut Map) {
    let conditions = members.get("status").and_then(|it| it.get("conditions")).cloned();
    keep(live, members, "spec");
    keep(live, members, "status");
    if let Some(conditions) = conditions {
        members.map_at("status").insert("conditions", conditions);
    }
}

fn has_status(write: &Write<'_>) -> bool {
    let subresources = write.schema.subresources(write.kind, write.version);
    subresources.iter().any(|it| *it == "status")
}

/// Takes a field back to what it is.
pub(super) fn keep(live: &Map, members: &mut Map, field: &str) {
    match live.get(field) {
        Some(value) => members.insert(field, value.clone()),
        None => members.remove(field),
    };
}

fn reset_status(of: TypeRef<'_>, members: &mut Map) {
    let zero = of.field("status").and_then(TypeRef::map).map(MapRef::zero).unwrap_or_default();
    match of.map().and_then(|it| it.printed("status", zero.into())) {
        Some(status) => members.insert("status", status),
        None => members.remove("status"),
    };
}

/// What no update changes.
fn keep_metadata(live: &Map, members: &mut Map) {
    let empty = Map::new();
    let before = live.get("metadata").and_then(Value::as_map).unwrap_or(&empty);
    let metadata = members.map_at("metadata");
    keep(before, metadata, "generation");
    for field in ["creationTimestamp", "deletionTimestamp"] {
        if before.contains_key(field) {
            keep(before, metadata, field);
        }
    }
    for field in ["uid", "deletionGracePeriodSeconds"] {
        if !metadata.contains_key(field) {
            keep(before, metadata, field);
        }
    }
}

/// Counts the generation: one for what is new, one more for what changes.
fn count(write: &Write<'_>, of: TypeRef<'_>, object: &mut Value) {
    let Some(fields) = counted(write.kind) else {
        return;
    };
    let next = match write.live {
        // It counts from its first change on.
        None if write.kind.is("storage.k8s.io", "CSIDriver") => return,
        None => 1,
        Some(_) if matches!(write.subresource, Some("status" | "approval" | "finalize")) => return,
        Some(live) => {
            let exact = merge::keeps_empty(write.kind);
            let stays = |it: &&str| match (live.pointer(it), object.pointer(it)) {
                (before, after) if exact => before == after,
                (before, after) => same(type_at(of, it), before, after),
            };
            if fields.iter().all(stays) {
                return;
            }
            let before = live.pointer("/metadata/generation").and_then(Value::as_int);
            before.unwrap_or_default() + 1
        }
    };
    if let Some(members) = object.as_map_mut() {
        members.map_at("metadata").insert("generation", next.into());
    }
}

fn type_at<'s>(of: TypeRef<'s>, pointer: &str) -> TypeRef<'s> {
    let mut steps = pointer.split('/').skip(1);
    steps.try_fold(of, TypeRef::field).unwrap_or_else(TypeRef::deduced)
}
