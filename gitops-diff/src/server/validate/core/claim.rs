//! Claims to persistent volumes.

use super::super::field::{Field, same};
use super::super::metadata::check_annotations;
use super::super::names;
use super::super::quantity::{Quantity, check_positive};
use super::super::selectors::{SelectorValues, check_label_selector, check_labels, values_of};
use super::resources::{check_amount, is_native};
use crate::{Map, Value};

const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
const IMMUTABLE: &str = "spec is immutable after creation except resources.requests and \
    volumeAttributesClassName for bound claims";

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let spec = root.field("spec");
    check_spec(&spec, live.and_then(|it| it.get("spec")));
    if let Some(live) = live {
        check_update(root, &spec, live);
    }
}

/// How a volume may be mounted.
pub(super) fn check_access_modes(modes: &Field<'_>) {
    const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    for mode in modes.list().iter().filter(|it| !MODES.contains(&it.as_str().unwrap_or_default())) {
        modes.with(mode).not_supported(&MODES);
    }
    let has = |once: bool| {
        modes
            .list()
            .iter()
            .filter_map(Value::as_str)
            .any(|it| MODES.contains(&it) && (it == "ReadWriteOncePod") == once)
    };
    if has(true) && has(false) {
        modes.forbidden("may not use ReadWriteOncePod with other access modes");
    }
}

/// `ValidatePersistentVolumeClaimSpec`.
pub(super) fn check_spec(spec: &Field<'_>, live: Option<&Value>) {
    let modes = spec.field("accessModes");
    if modes.list().is_empty() {
        modes.required("at least 1 access mode is required");
    }
    check_label_selector(&spec.field("selector"), live_values(live));
    check_access_modes(&modes);
    check_storage(spec);
    for name in ["storageClassName", "volumeAttributesClassName"] {
        let class = spec.field(name);
        if !class.is_empty() {
            class.check(names::dns_subdomain);
        }
    }
    spec.field("volumeMode").one_of_where_set(&["Block", "Filesystem"]);
    check_sources(spec, live);
}

fn live_values(live: Option<&Value>) -> SelectorValues {
    values_of(live.and_then(|it| it.get("selector")))
}

/// How much is asked for, told of without `requests`.
fn check_storage(spec: &Field<'_>) {
    let resources = spec.field("resources");
    let told = resources.key("storage");
    let requests = resources.field("requests");
    let storage = requests.field("storage");
    if storage.is_set() {
        check_positive(&told.with(storage.value));
        if Quantity::of(storage.value) > Quantity::default() {
            check_amount(&told.with(storage.value), "storage");
        }
    } else {
        told.required("");
    }
}

fn check_sources(spec: &Field<'_>, live: Option<&Value>) {
    let group = |it: &str| live.and_then(|live| live.get(it)?.get("apiGroup")?.as_str());
    let any_group = group("dataSource").or(group("dataSourceRef")).is_some();
    let (source, reference) = (spec.field("dataSource"), spec.field("dataSourceRef"));
    for field in [&source, &reference] {
        if field.is_set() {
            check_source(field, any_group);
        }
    }
    let namespace = reference.field("namespace");
    if !namespace.is_empty() {
        namespace.check(names::dns_label);
        if source.is_set() {
            spec.invalid("may not be specified when dataSourceRef.namespace is specified");
        }
    } else if source.is_set() && reference.is_set() {
        let differs = |name| !same(source.field(name).value, reference.field(name).value);
        if ["apiGroup", "kind", "name"].into_iter().any(differs) {
            spec.invalid("must match dataSourceRef");
        }
    }
}

fn check_source(source: &Field<'_>, any_group: bool) {
    source.field("name").require();
    source.field("kind").require();
    let group = source.field("apiGroup");
    if group.is_empty() && source.text("kind") != "PersistentVolumeClaim" {
        source.invalid_value(
            source.text("kind"),
            "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
        );
    }
    if !group.is_empty() && !any_group {
        group.check(names::dns_subdomain);
    }
}

/// The template of the claim of an ephemeral volume: labels, annotations, a spec.
pub(super) fn check_template(template: &Field<'_>) {
    let metadata = template.field("metadata");
    check_annotations(&metadata.field("annotations"));
    check_labels(&metadata.field("labels"));
    for (name, _) in metadata.map().into_iter().flat_map(Map::iter) {
        let field = metadata.field(name);
        let told = if name == "uid" { "uID" } else { name };
        if !matches!(&**name, "annotations" | "labels") && !field.is_empty() {
            field.named(told).forbidden("cannot be set");
        }
    }
    check_spec(&template.field("spec"), None);
}

/// What an update may bring: more space and another class of a bound claim, a volume.
fn check_update(root: &Field<'_>, spec: &Field<'_>, live: &Value) {
    let was = live.get("spec").unwrap_or(&Value::Null);
    let bound = root.value.pointer("/status/phase") == Some(&"Bound".into());
    let mut new = spec.value.clone();
    if let Some(new) = new.as_map_mut() {
        let no_volume = was.get("volumeName").and_then(Value::as_str).unwrap_or_default() == "";
        if no_volume {
            new.remove("volumeName");
        }
        if takes_class(root, live) {
            take(new, was, "storageClassName");
        }
        if bound {
            take(new, was, "volumeAttributesClassName");
            take_storage(new, was);
        }
    }
    if !same(&new, was) {
        spec.forbidden(IMMUTABLE);
    }
    check_size(spec, live);
    if spec.field("volumeMode").value != was.get("volumeMode").unwrap_or(&Value::Null) {
        root.field("volumeMode").with(spec.field("volumeMode").value).invalid("field is immutable");
    }
    check_attributes_class(spec, was, live);
}

fn take(new: &mut Map, was: &Value, name: &str) {
    match was.get(name) {
        Some(value) => new.insert(name, value.clone()),
        None => new.remove(name),
    };
}

fn take_storage(new: &mut Map, was: &Value) {
    let old = was.pointer("/resources/requests/storage");
    let requests = new.get_mut("resources").and_then(Value::as_map_mut);
    let requests = requests.and_then(|it| it.get_mut("requests")).and_then(Value::as_map_mut);
    if let (Some(requests), Some(old)) = (requests, old) {
        requests.insert("storage", old.clone());
    }
}

/// Whether a claim without a class, or with one in an annotation, gets one now.
fn takes_class(root: &Field<'_>, live: &Value) -> bool {
    let note = |of: &Value| {
        of.pointer("/metadata/annotations").and_then(|it| it.get(CLASS_ANNOTATION)).cloned()
    };
    let (old, new) = (note(live), note(root.value));
    let had = live.pointer("/spec/storageClassName").is_some_and(|it| !it.is_null());
    let class = root.value.pointer("/spec/storageClassName").filter(|it| !it.is_null());
    let upgraded = old.is_some() && !had && class == old.as_ref() && (new.is_none() || new == old);
    if !upgraded && old.clone().unwrap_or_default() != new.clone().unwrap_or_default() {
        let metadata = root.field("metadata");
        let notes = metadata.field("annotations");
        let value = new.unwrap_or_else(|| "".into());
        notes.field(CLASS_ANNOTATION).with(&value).invalid("field is immutable");
    }
    let given = class.is_some() && !had && (old.is_none() || class == old.as_ref());
    upgraded || given
}

/// A claim can become smaller only down to what it has got.
fn check_size(spec: &Field<'_>, live: &Value) {
    let at = |of: &Value, pointer| of.pointer(pointer).map(Quantity::of).unwrap_or_default();
    let new = at(spec.value, "/resources/requests/storage");
    let old = at(live, "/spec/resources/requests/storage");
    let got = at(live, "/status/capacity/storage");
    if new < old && new <= got {
        let told = spec.field("resources");
        let told = told.field("requests");
        told.field("storage").forbidden("field can not be less than status.capacity");
    }
}

fn check_attributes_class(spec: &Field<'_>, was: &Value, live: &Value) {
    let class = spec.field("volumeAttributesClassName");
    let changed = class.value != was.get("volumeAttributesClassName").unwrap_or(&Value::Null);
    if !changed || live.pointer("/status/currentVolumeAttributesClassName").is_none() {
        return;
    }
    if class.is_empty() {
        class.forbidden("update to nothing is forbidden once the volume has a class");
    }
}

pub(super) fn check_status(root: &Field<'_>) {
    const STATES: [&str; 5] = [
        "ControllerResizeInProgress",
        "ControllerResizeInfeasible",
        "NodeResizeInProgress",
        "NodeResizeInfeasible",
        "NodeResizePending",
    ];
    let status = root.field("status");
    for (_, amount) in status.field("capacity").members() {
        check_basic(&amount);
    }
    let resizing = status.field("allocatedResourceStatuses");
    for (name, state) in resizing.members() {
        check_resource_key(&resizing, name);
        if !STATES.contains(&state.str()) {
            resizing.with(&name.into()).not_supported(&STATES);
        }
    }
    let allocated = status.field("allocatedResources");
    for (name, amount) in allocated.members() {
        let before = amount.report().len();
        check_resource_key(&allocated, name);
        if amount.report().len() == before {
            check_basic(&amount);
            check_amount(&amount, "storage");
        }
    }
}

/// A quantity that is no less than nothing: `validateBasicResource`.
pub(super) fn check_basic(amount: &Field<'_>) {
    if Quantity::of(amount.value).nanos() <= -1_000_000_000 {
        amount.invalid("must be a valid resource quantity");
    }
}

fn check_resource_key(told: &Field<'_>, name: &str) {
    let faults = names::qualified_name(name);
    if faults.is_empty() && is_native(name) && name != "storage" {
        told.with(&name.into()).not_supported(&["storage"]);
    }
    told.with(&name.into()).faults(faults);
}
