//! Volumes that show several sources as files in one folder.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::env::{check_field_ref, check_resource_ref_of_volume};
use super::rules::PodRules;
use super::volumes::{check_item, check_local_path, check_mode, text_at};
use crate::{Text, Value};

/// What files can show of the pod.
const FIELDS: [&str; 5] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
];

/// A volume of facts about the pod; its files are told of at the path of the volume.
pub(super) fn check_downward_api(source: &Field<'_>) {
    check_mode(&source.field("defaultMode"));
    for file in source.field("items").list() {
        check_file(&source.with(file));
    }
}

fn check_file(file: &Field<'_>) {
    let path = file.field("path");
    path.require();
    check_local_path(&path);
    let (field, resource) = (file.field("fieldRef"), file.field("resourceFieldRef"));
    match (field.is_set(), resource.is_set()) {
        (true, both) => {
            check_field_ref(&field, &FIELDS);
            if both {
                let detail = "fieldRef and resourceFieldRef can not be specified simultaneously";
                file.invalid_value("resource", detail);
            }
        }
        (false, true) => check_resource_ref_of_volume(&resource),
        (false, false) => file.required("one of fieldRef and resourceFieldRef is required"),
    }
    check_mode(&file.field("mode"));
}

/// A projected volume. Trust bundles and certificates of pods are not looked at: the server drops
/// them while the features are off.
pub(super) fn check(volume: &Field<'_>, rules: &PodRules<'_>) {
    check_mode(&volume.field("defaultMode"));
    let mut paths = BTreeSet::new();
    for source in volume.field("sources").items() {
        let mut count = 0;
        for kind in ["secret", "configMap"].into_iter().filter(|it| source.has(it)) {
            count += 1;
            check_keys(&source.field(kind), volume, &mut paths);
        }
        let facts = source.field("downwardAPI");
        if facts.is_set() {
            count += 1;
            check_facts(&facts, volume, &mut paths);
        }
        let token = source.field("serviceAccountToken");
        if token.is_set() {
            count += 1;
            check_token(&token, volume, rules);
        }
        if count > 1 {
            source.forbidden("may not specify more than 1 volume type per source");
        }
    }
}

fn check_keys(source: &Field<'_>, volume: &Field<'_>, paths: &mut BTreeSet<Text>) {
    source.field("name").require();
    for item in source.field("items").items() {
        check_item(&item);
        insert(volume, source.field("name").value, item.value, paths);
    }
}

fn check_facts(facts: &Field<'_>, volume: &Field<'_>, paths: &mut BTreeSet<Text>) {
    for file in facts.field("items").list() {
        check_file(&facts.with(file));
        insert(volume, file.get("path").unwrap_or(&Value::Null), file, paths);
    }
}

/// No two files at one path.
fn insert(volume: &Field<'_>, told: &Value, item: &Value, paths: &mut BTreeSet<Text>) {
    let path = text_at(item, "/path");
    if !path.is_empty() && !paths.insert(path) {
        volume.with(told).invalid("conflicting duplicate paths");
    }
}

fn check_token(token: &Field<'_>, volume: &Field<'_>, rules: &PodRules<'_>) {
    let seconds = token.field("expirationSeconds");
    let lasts = seconds.int().unwrap_or_default();
    if lasts < 600 {
        seconds.invalid("may not specify a duration less than 10 minutes");
    }
    if lasts > 1 << 32 {
        seconds.invalid("may not specify a duration larger than 2^32 seconds");
    }
    let told = volume.field("path");
    let path = token.field("path");
    if path.is_empty() {
        told.required("");
    } else if !rules.allows_any_token_path() {
        check_local_path(&told.with(path.value));
    }
}
