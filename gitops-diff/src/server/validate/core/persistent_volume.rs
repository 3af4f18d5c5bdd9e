//! Persistent volumes.

use super::super::field::{Field, same};
use super::super::names;
use super::super::quantity::check_positive;
use super::super::selectors::{SelectorValues, values_of};
use super::claim::{check_access_modes, check_basic};
use super::scheduling::check_node_selector;
use super::volume_sources as sources;
use super::volumes::one_source;
use crate::{Map, Value};

const MOUNT_OPTIONS: &str = "volume.beta.kubernetes.io/mount-options";

/// The sources of which a volume has one. `flexVolume` is counted, but never one too many.
const SOURCES: [&str; 22] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "flexVolume",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
];

/// Whether a volume is an object of its own, or written into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A `PersistentVolume`.
    Own,
    /// The `inlineVolumeSpec` of an attachment.
    Inline,
}

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let metadata = root.field("metadata");
    let was = live.and_then(|it| it.get("spec"));
    check_spec(&root.field("spec"), metadata.text("name"), Place::Own, was);
    check_mount_options(root);
    if let Some(was) = was {
        check_update(root, was);
    }
}

/// `ValidatePersistentVolumeSpec`.
pub(crate) fn check_spec(spec: &Field<'_>, name: &str, place: Place, live: Option<&Value>) {
    let modes = spec.field("accessModes");
    modes.require();
    check_access_modes(&modes);
    let policy = spec.field("persistentVolumeReclaimPolicy");
    match place {
        Place::Own => {
            check_capacity(&spec.field("capacity"));
            if !policy.is_empty() {
                policy.one_of(&["Delete", "Recycle", "Retain"]);
            }
            spec.field("volumeMode").one_of_where_set(&["Block", "Filesystem"]);
            let class = spec.field("storageClassName");
            if !class.is_empty() {
                class.check(names::dns_subdomain);
            }
        }
        Place::Inline => check_inline(spec),
    }
    let affinity = spec.field("nodeAffinity");
    if affinity.is_set() && place == Place::Own {
        check_affinity(&affinity, live);
    }
    check_sources(spec, name);
    let path = spec.value.pointer("/hostPath/path").and_then(Value::as_str);
    let root = path.is_some_and(|it| {
        it.split('/').all(|it| matches!(it, "" | "." | "..")) && it.starts_with('/')
    });
    if root && policy.str() == "Recycle" {
        policy.forbidden("may not be 'recycle' for a hostPath mount of '/'");
    }
    check_attributes_class(spec);
}

fn check_capacity(capacity: &Field<'_>) {
    capacity.require();
    let count = capacity.map().map_or(0, Map::len);
    if count != 1 || !capacity.has("storage") {
        capacity.not_supported(&["storage"]);
    }
    for (_, amount) in capacity.members() {
        check_basic(&amount);
        check_positive(&amount);
    }
}

/// What a volume cannot have that is written into another object.
fn check_inline(spec: &Field<'_>) {
    const DETAIL: &str = "may not be specified in the context of inline volumes";
    for name in ["claimRef", "capacity", "nodeAffinity", "storageClassName"] {
        if !spec.field(name).is_empty() {
            spec.field(name).forbidden(DETAIL);
        }
    }
    if !spec.has("csi") {
        spec.field("csi").required("has to be specified in the context of inline volumes");
    }
    let only = [("persistentVolumeReclaimPolicy", "Retain"), ("volumeMode", "Filesystem")];
    for (name, only) in only {
        let field = spec.field(name);
        if !field.is_empty() && field.str() != only {
            field.forbidden(&format!("may only be {only} in the context of inline volumes"));
        }
    }
}

fn check_affinity(affinity: &Field<'_>, live: Option<&Value>) {
    let required = affinity.field("required");
    if !required.is_set() {
        return required.required("must specify required node constraints");
    }
    let terms = live.and_then(|it| it.pointer("/nodeAffinity/required/nodeSelectorTerms"));
    let terms = terms.and_then(Value::as_list).unwrap_or_default();
    let any = terms.iter().any(|it| values_of(Some(it)) == SelectorValues::Any);
    let values = if any { SelectorValues::Any } else { SelectorValues::Strict };
    check_node_selector(&required, values);
}

fn check_sources(spec: &Field<'_>, name: &str) {
    let mut count = 0;
    for source in SOURCES {
        let (surplus, path) = match source {
            "gcePersistentDisk" => (source, "persistentDisk"),
            "cephfs" => ("cephFS", source),
            _ => (source, source),
        };
        let mut none = 0;
        let counted = if source == "flexVolume" { &mut none } else { &mut count };
        one_source(spec, (source, surplus, path), counted, |it| check_source(it, source, name));
        count += none;
    }
    if count == 0 {
        spec.required("must specify a volume type");
    }
    let bound = spec.has("nodeAffinity");
    if spec.has("local") && !bound && SOURCES[..19].iter().all(|it| !spec.has(it)) {
        spec.field("nodeAffinity").required("Local volume requires node affinity");
    }
}

fn check_source(field: &Field<'_>, source: &str, name: &str) {
    match source {
        "hostPath" => sources::check_host_path(field),
        "gcePersistentDisk" => sources::check_gce_disk(field),
        "awsElasticBlockStore" => sources::check_aws_disk(field),
        "glusterfs" => sources::check_glusterfs_of_volume(field),
        "flocker" => sources::check_flocker(field),
        "nfs" => sources::check_nfs(field),
        "rbd" => sources::check_rbd(field),
        "quobyte" => sources::check_quobyte(field),
        "cephfs" => field.field("monitors").require(),
        "iscsi" => sources::check_iscsi_of_volume(field, name),
        "cinder" => sources::check_cinder_of_volume(field),
        "fc" => sources::check_fc(field),
        "flexVolume" => sources::check_flex(field),
        "azureFile" => sources::check_azure_file_of_volume(field),
        "vsphereVolume" => field.field("volumePath").require(),
        "photonPersistentDisk" => field.field("pdID").require(),
        "portworxVolume" => field.field("volumeID").require(),
        "azureDisk" => sources::check_azure_disk(field),
        "scaleIO" => sources::check_scale_io(field),
        "local" => {
            field.field("path").require();
            super::volumes::check_no_backsteps(&field.field("path"));
        }
        "storageos" => sources::check_storageos_of_volume(field),
        _ => sources::check_csi_of_volume(field),
    }
}

fn check_attributes_class(spec: &Field<'_>) {
    let class = spec.field("volumeAttributesClassName");
    if !class.is_set() {
        return;
    }
    if class.is_empty() {
        class.required("an empty string is disallowed");
    } else {
        class.check(names::dns_subdomain);
    }
    if !spec.has("csi") {
        let detail = "has to be specified when using volumeAttributesClassName";
        spec.field("csi").required(detail);
    }
}

/// Not every volume can be mounted with options (`pkg/volume/validation`).
fn check_mount_options(root: &Field<'_>) {
    const WITH: [&str; 13] = [
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "glusterfs",
        "nfs",
        "rbd",
        "quobyte",
        "iscsi",
        "cinder",
        "cephfs",
        "azureFile",
        "vsphereVolume",
        "azureDisk",
        "photonPersistentDisk",
    ];
    let (spec, metadata) = (root.field("spec"), root.field("metadata"));
    let notes = metadata.field("annotations");
    if notes.has(MOUNT_OPTIONS) && !WITH.iter().any(|it| spec.has(it)) {
        let detail = "may not specify mount options for this volume type";
        notes.field(MOUNT_OPTIONS).forbidden(detail);
    }
}

fn check_update(root: &Field<'_>, was: &Value) {
    let spec = root.field("spec");
    if SOURCES.iter().any(|source| !same_source(spec.value, was, source)) {
        let detail = "spec.persistentvolumesource is immutable after creation";
        spec.field("persistentvolumesource").forbidden(detail);
    }
    let none = &Value::Null;
    let mode = spec.field("volumeMode");
    if mode.value != was.get("volumeMode").unwrap_or(none) {
        root.field("volumeMode").with(mode.value).invalid("field is immutable");
    }
    if let Some(old) = was.get("nodeAffinity").filter(|it| !it.is_null()) {
        let affinity = spec.field("nodeAffinity");
        let both = affinity.is_set() && same_but_for_labels(affinity.value, old);
        if !both {
            let detail = "field is immutable, except for updating from beta label to GA";
            root.field("nodeAffinity").with(affinity.value).invalid(detail);
        }
    }
    let class = spec.field("volumeAttributesClassName");
    let had = was.get("volumeAttributesClassName").is_some_and(|it| !it.is_null());
    if had && !class.is_set() {
        class.forbidden("update from non-nil value to nil is forbidden");
    }
}

/// A secret for expanding a volume can be added to a source.
fn same_source(new: &Value, old: &Value, source: &str) -> bool {
    const SECRET: &str = "controllerExpandSecretRef";
    let none = Value::Null;
    let (new, old) = (new.get(source).unwrap_or(&none), old.get(source).unwrap_or(&none));
    if source == "csi" && !old.is_null() && old.get(SECRET).is_none() {
        let mut new = new.clone();
        if let Some(new) = new.as_map_mut() {
            new.remove(SECRET);
        }
        return same(&new, old);
    }
    new.is_null() == old.is_null() && same(new, old)
}

/// Whether two affinities are the same but for labels that got another name.
fn same_but_for_labels(new: &Value, old: &Value) -> bool {
    const NAMES: [(&str, &str); 5] = [
        ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
        ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
        ("beta.kubernetes.io/os", "kubernetes.io/os"),
        ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
        ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ];
    match (new, old) {
        (Value::Map(new), Value::Map(old)) => {
            let of = |map: &Map, key: &str| map.get(key).cloned().unwrap_or_default();
            new.keys().chain(old.keys()).all(|key| {
                let (new, old) = (of(new, key), of(old, key));
                let renamed = |(beta, stable): &(&str, &str)| {
                    old.as_str() == Some(beta) && new.as_str() == Some(stable)
                };
                // What is no beta label may become nothing: the server looks it up all the same.
                let beta = NAMES.iter().any(|(it, _)| old.as_str() == Some(it));
                let dropped = new.as_str().unwrap_or_default().is_empty() && !beta;
                key == "key" && (dropped || NAMES.iter().any(renamed))
                    || same_but_for_labels(&new, &old)
            })
        }
        (Value::List(new), Value::List(old)) => {
            let pairs = || new.iter().zip(old);
            new.len() == old.len() && pairs().all(|(new, old)| same_but_for_labels(new, old))
        }
        _ => same(new, old),
    }
}
