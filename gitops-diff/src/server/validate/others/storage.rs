//! `storage.k8s.io`: classes, drivers and attachments (`pkg/apis/storage/validation`).

mod csi;

pub(super) use self::csi::driver_name;
use super::{Edit, Field, at, count_faults};
use crate::Value;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};
use crate::server::validate::{core, names, quantity};

pub(super) fn check(edit: &Edit<'_>) {
    match edit.kind {
        "StorageClass" => storage_class(edit),
        "VolumeAttributesClass" => volume_attributes_class(edit),
        "CSIStorageCapacity" => storage_capacity(edit),
        "CSIDriver" => csi::driver(edit),
        "CSINode" => csi::node(edit),
        "VolumeAttachment" => volume_attachment(edit),
        _ => {}
    }
}

const MAX_PARAMETERS: usize = 512;
const MAX_PARAMETERS_SIZE: usize = 256 * 1024;
/// As much as a driver may tell of an attached volume.
const MAX_ATTACHED: usize = 256 * 1024;
const MAX_MESSAGE: usize = 1024;

fn storage_class(edit: &Edit<'_>) {
    let class = &edit.new;
    provisioner(&class.field("provisioner"));
    parameters(&class.field("parameters"));
    let policy = class.field("reclaimPolicy");
    if !policy.is_empty() {
        policy.one_of(&["Delete", "Retain"]);
    }
    let mode = class.field("volumeBindingMode");
    if mode.is_set() {
        mode.one_of(&["Immediate", "WaitForFirstConsumer"]);
    } else {
        mode.required("");
    }
    topologies(&class.field("allowedTopologies"));
    if let Some(live) = edit.live {
        for name in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
            class.field(name).immutable(live.get(name));
        }
    }
}

fn volume_attributes_class(edit: &Edit<'_>) {
    let (driver, settings) = (edit.new.field("driverName"), edit.new.field("parameters"));
    provisioner(&driver);
    parameters(&settings);
    if settings.is_empty() {
        settings.required("must contain at least one key/value pair");
    }
    if edit.is_update() && !driver.is_same(edit.live_at("/driverName")) {
        driver.forbidden("updates to driverName are forbidden.");
    }
    if edit.is_update() && !settings.is_same(edit.live_at("/parameters")) {
        settings.forbidden("updates to parameters are forbidden.");
    }
}

fn provisioner(provisioner: &Field<'_>) {
    provisioner.require();
    if !provisioner.is_empty() {
        provisioner.faults(names::qualified_name(&provisioner.str().to_lowercase()));
    }
}

fn parameters(parameters: &Field<'_>) {
    let Some(map) = parameters.map() else { return };
    if map.len() > MAX_PARAMETERS {
        return parameters.too_long(MAX_PARAMETERS);
    }
    if map.contains_key("") {
        parameters.invalid_value("", "field can not be empty.");
    }
    if size(parameters) > MAX_PARAMETERS_SIZE {
        parameters.too_long(MAX_PARAMETERS_SIZE);
    }
}

/// The bytes of the keys and values of a map.
fn size(map: &Field<'_>) -> usize {
    map.members().map(|(key, value)| key.len() + value.str().len()).sum()
}

/// No term may be empty or there twice.
fn topologies(terms: &Field<'_>) {
    let mut seen = vec![Vec::new()];
    for (value, term) in terms.list().iter().zip(terms.items()) {
        core::check_topology_term(&term);
        let expressions = at(value, "/matchLabelExpressions").as_list();
        let selected = selection(expressions.unwrap_or_default());
        if seen.contains(&selected) {
            term.field("matchLabelExpressions").duplicate_value("");
        }
        seen.push(selected);
    }
}

/// What a term selects, however it is written.
fn selection(expressions: &[Value]) -> Vec<(&str, Vec<&str>)> {
    let mut selected: Vec<(&str, Vec<&str>)> = Vec::new();
    for expression in expressions {
        let key = at(expression, "/key").as_str().unwrap_or_default();
        let values = at(expression, "/values").as_list().unwrap_or_default();
        let mut values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        values.dedup();
        selected.retain(|(known, _)| *known != key);
        selected.push((key, values));
    }
    selected.sort_unstable();
    selected
}

fn storage_capacity(edit: &Edit<'_>) {
    let (topology, class) = (edit.new.field("nodeTopology"), edit.new.field("storageClassName"));
    let live = edit.live_at("/nodeTopology");
    let strict = |it: &Field<'_>| check_label_selector(it, SelectorValues::Strict);
    let lenient = live.is_some_and(|it| count_faults(it, strict) > 0);
    let values = if lenient { SelectorValues::Any } else { SelectorValues::Strict };
    check_label_selector(&topology, values);
    class.check(names::dns_subdomain);
    quantity::check_not_negative(&edit.new.field("capacity"));
    if edit.is_update() {
        let was_set = live.is_some_and(|it| !it.is_null());
        if topology.is_set() != was_set || !topology.is_same(live) {
            topology.invalid("field is immutable");
        }
        class.immutable(edit.live_at("/storageClassName"));
    }
}

fn volume_attachment(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    csi::driver_name(&spec.field("attacher"));
    let source = spec.field("source");
    let volume = source.field("persistentVolumeName");
    match (source.has("inlineVolumeSpec"), volume.is_set()) {
        (false, false) => {
            source
                .required("must specify exactly one of inlineVolumeSpec and persistentVolumeName");
        }
        (true, true) => source
            .forbidden("must specify exactly one of inlineVolumeSpec and persistentVolumeName"),
        (false, true) if volume.is_empty() => {
            volume.required("must specify non empty persistentVolumeName");
        }
        (true, false) => {
            let inline = source.field("inlineVolumeSpec");
            core::check_volume(&inline, "", core::Place::Inline, None);
        }
        (false, true) => {}
    }
    if volume.is_set() {
        volume.check(names::dns_subdomain);
    }
    spec.field("nodeName").check(names::dns_subdomain);
    attachment_status(&edit.new.field("status"));
    if edit.is_update() {
        spec.immutable(edit.live_at("/spec"));
    }
}

fn attachment_status(status: &Field<'_>) {
    let metadata = status.field("attachmentMetadata");
    if size(&metadata) > MAX_ATTACHED {
        metadata.too_long(MAX_ATTACHED);
    }
    for name in ["attachError", "detachError"] {
        let error = status.field(name);
        let (message, code) = (error.field("message"), error.field("errorCode"));
        if message.str().len() > MAX_MESSAGE {
            message.too_long(MAX_ATTACHED);
        }
        if matches!(code.value, Value::Int(..0)) {
            code.invalid("must be between 0 and 2147483647, inclusive");
        }
    }
}
