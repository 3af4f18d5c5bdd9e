//! `storage.k8s.io`: classes, drivers and attachments (`pkg/apis/storage/validation`).

mod csi;

pub(super) use self::csi::driver_name;
use super::{Edit, Field, count_faults};
use crate::Value;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};
use crate::server::validate::{names, quantity};

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
    let mut seen: Vec<Vec<(String, Vec<String>)>> = vec![Vec::new()];
    for term in terms.items() {
        let expressions = term.field("matchLabelExpressions");
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for expression in expressions.items() {
            let key = expression.field("key");
            key.check(names::qualified_name);
            if found.iter().any(|(known, _)| known == key.str()) {
                key.duplicate();
            }
            let mut values = distinct(&expression.field("values"));
            values.sort_unstable();
            found.retain(|(known, _)| known != key.str());
            found.push((key.str().to_owned(), values));
        }
        found.sort_unstable();
        if seen.contains(&found) {
            expressions.duplicate_value("");
        }
        seen.push(found);
    }
}

fn distinct(values: &Field<'_>) -> Vec<String> {
    let mut seen = Vec::new();
    if values.is_empty() {
        values.required("");
    }
    for value in values.items() {
        let text = value.str().to_owned();
        if seen.contains(&text) {
            value.duplicate();
        } else {
            seen.push(text);
        }
    }
    seen
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
            source.required("must specify exactly one of inlineVolumeSpec and persistentVolumeName")
        }
        (true, true) => source
            .forbidden("must specify exactly one of inlineVolumeSpec and persistentVolumeName"),
        (false, true) if volume.is_empty() => {
            volume.required("must specify non empty persistentVolumeName");
        }
        _ => {}
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
