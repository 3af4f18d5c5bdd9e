//! Where volumes are mounted, and which devices are used raw.

use std::collections::{BTreeMap, BTreeSet};

use super::super::field::Field;
use super::volumes::{check_descending_path, check_no_backsteps};
use crate::Value;

/// The volumes of a pod by name.
pub(super) type Volumes<'a> = BTreeMap<&'a str, &'a Value>;

pub(super) fn check_mounts(container: &Field<'_>, volumes: &Volumes<'_>) {
    let mounts = container.field("volumeMounts");
    let devices = container.field("volumeDevices");
    let mut paths = BTreeSet::new();
    for mount in mounts.items() {
        let (name, path) = (mount.field("name"), mount.field("mountPath"));
        name.require();
        if !volumes.contains_key(name.str()) {
            name.with(&name.str().into()).not_found();
        }
        path.require();
        if !paths.insert(mount.text("mountPath")) {
            path.invalid("must be unique");
        }
        for device in devices.list() {
            let is = |member, text: &str| device.get(member).and_then(Value::as_str) == Some(text);
            if is("name", name.str()) {
                name.invalid("must not already exist in volumeDevices");
            }
            if is("devicePath", path.str()) {
                path.invalid("must not already exist as a path in volumeDevices");
            }
        }
        check_sub_paths(&mounts, &mount);
        check_propagation(&mounts, &mount, container);
        check_recursive(&mounts, &mount);
    }
}

/// The server tells of sub paths and of how mounts spread at the path of the list.
fn check_sub_paths(mounts: &Field<'_>, mount: &Field<'_>) {
    let (path, expression) = (mount.field("subPath"), mount.field("subPathExpr"));
    if !path.is_empty() {
        check_descending_path(&mounts.field("subPath").with(path.value));
    }
    if expression.is_empty() {
        return;
    }
    if !path.is_empty() {
        expression.invalid("subPathExpr and subPath are mutually exclusive");
    }
    check_descending_path(&mounts.field("subPathExpr").with(expression.value));
}

fn check_propagation(mounts: &Field<'_>, mount: &Field<'_>, container: &Field<'_>) {
    let propagation = mount.field("mountPropagation");
    if !propagation.is_set() {
        return;
    }
    let told = mounts.field("mountPropagation");
    let told = told.with(propagation.value);
    told.one_of(&["Bidirectional", "HostToContainer", "None"]);
    let privileged = container.value.pointer("/securityContext/privileged");
    if propagation.str() == "Bidirectional" && privileged != Some(&Value::Bool(true)) {
        told.forbidden(
            "Bidirectional mount propagation is available only to privileged containers",
        );
    }
}

fn check_recursive(mounts: &Field<'_>, mount: &Field<'_>) {
    let recursive = mount.field("recursiveReadOnly");
    let told = mounts.field("recursiveReadOnly");
    let told = told.with(recursive.value);
    match recursive.str() {
        _ if !recursive.is_set() => {}
        "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !mount.field("readOnly").is_true() {
                told.forbidden("may only be specified when readOnly is true");
            }
            if !matches!(mount.text("mountPropagation"), "" | "None") {
                told.forbidden(
                    "may only be specified when mountPropagation is None or not specified",
                );
            }
        }
        _ => told.not_supported(&["Disabled", "Enabled", "IfPossible"]),
    }
}

pub(super) fn check_devices(container: &Field<'_>, volumes: &Volumes<'_>) {
    let devices = container.field("volumeDevices");
    let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
    for device in devices.items() {
        let (name, path) = (device.field("name"), device.field("devicePath"));
        name.require();
        if names.contains(device.text("name")) {
            name.invalid("must be unique");
        }
        check_device_volume(&name, volumes);
        path.require();
        if paths.contains(device.text("devicePath")) {
            path.invalid("must be unique");
        }
        if path.str().split('/').any(|it| it == "..") {
            path.invalid("can not contain backsteps ('..')");
        } else {
            paths.insert(device.text("devicePath"));
        }
        for mount in container.field("volumeMounts").list() {
            let is = |member, text: &str| mount.get(member).and_then(Value::as_str) == Some(text);
            if is("name", name.str()) {
                name.invalid("must not already exist in volumeMounts");
            }
            if is("mountPath", path.str()) {
                path.invalid("must not already exist as a path in volumeMounts");
            }
        }
        if !name.is_empty() {
            names.insert(device.text("name"));
        }
    }
}

fn check_device_volume(name: &Field<'_>, volumes: &Volumes<'_>) {
    let claim = |it: &Value| {
        ["persistentVolumeClaim", "ephemeral"].iter().any(|kind| it.get(kind).is_some())
    };
    match volumes.get(name.str()) {
        None => name.with(&name.str().into()).not_found(),
        Some(volume) if !claim(volume) => name.invalid(
            "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
        ),
        Some(_) => {}
    }
}

/// Variables that are read from files lie in a volume that is there and empty at first.
pub(super) fn check_env_files(container: &Field<'_>, volumes: &Field<'_>) {
    let env = container.field("env");
    for variable in env.items() {
        let from = variable.field("valueFrom");
        let file = from.field("fileKeyRef");
        if !file.is_set() {
            continue;
        }
        let name = file.field("volumeName");
        let named = |it: &&Value| it.get("name") == Some(name.value);
        match volumes.list().iter().rfind(named) {
            None => name.not_found(),
            Some(volume) if volume.get("emptyDir").is_none() => {
                name.invalid("referenced volume must be of type emptyDir");
            }
            Some(_) => check_no_backsteps(&name),
        }
    }
}
