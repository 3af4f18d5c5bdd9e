//! What holds for the metadata of every object (`apimachinery/pkg/api/validation/objectmeta.go`,
//! `apiserver/pkg/registry/rest`).

use super::field::{Field, Report};
use super::names::{self, Faults};
use super::selectors::check_labels;
use crate::server::{Cause, Write};
use crate::{GroupKind, Map, Value};

/// As much as all annotations of an object may hold, in bytes.
const MAX_ANNOTATIONS: usize = 256 * 1024;
/// The longest name of a manager of fields, in bytes.
const MAX_MANAGER: usize = 128;
/// The longest name of a subresource, in bytes.
const MAX_SUBRESOURCE: usize = 256;

pub(super) fn check(write: &Write<'_>, object: &Value, causes: &mut Vec<Cause>) {
    let report = Report::default();
    let root = Field::root(object, &report);
    let metadata = root.field("metadata");
    if let Some(live) = write.live {
        check_update(&metadata, live.get("metadata").unwrap_or(&Value::Null));
    } else {
        check_name(write.kind, &metadata);
    }
    check_namespace(&metadata);
    metadata.field("generation").not_negative();
    check_labels(&metadata.field("labels"));
    check_annotations(&metadata.field("annotations"));
    check_owners(&metadata.field("ownerReferences"));
    check_finalizers(&metadata.field("finalizers"), knows_finalizers(write));
    check_managers(&metadata.field("managedFields"));
    causes.extend(report.into_causes());
}

/// The metadata of an object inside of another; it needs no name.
pub(super) fn check_embedded(metadata: &Field<'_>) {
    let name = metadata.field("name");
    if !name.is_empty() {
        name.check(names::path_segment);
    }
    let prefix = metadata.field("generateName");
    if !prefix.is_empty() {
        prefix.check(names::path_segment_prefix);
    }
    check_namespace(metadata);
    metadata.field("generation").not_negative();
    check_labels(&metadata.field("labels"));
    check_annotations(&metadata.field("annotations"));
    check_owners(&metadata.field("ownerReferences"));
    check_finalizers(&metadata.field("finalizers"), false);
    check_managers(&metadata.field("managedFields"));
}

/// The names that the objects of a kind may have.
///
/// Names are judged only when an object is created: later ones are the same.
pub(crate) fn name_rule(kind: &GroupKind) -> fn(&str) -> Faults {
    match (&*kind.group, &*kind.kind) {
        ("", "Service" | "Namespace") | ("apps", "StatefulSet") => names::dns_label,
        ("rbac.authorization.k8s.io", _)
        | ("apiregistration.k8s.io", "APIService")
        | ("", "Event")
        | ("policy", "PodDisruptionBudget")
        | ("certificates.k8s.io", "CertificateSigningRequest")
        | ("internal.apiserver.k8s.io", "StorageVersion") => names::path_segment,
        _ => names::dns_subdomain,
    }
}

fn check_name(kind: &GroupKind, metadata: &Field<'_>) {
    let rule = name_rule(kind);
    let (name, prefix) = (metadata.field("name"), metadata.field("generateName"));
    if !prefix.is_empty() {
        prefix.faults(as_prefix(prefix.str(), rule));
    }
    if !name.is_empty() {
        name.check(rule);
    } else if prefix.is_empty() && !kind.is("", "LimitRange") {
        // The server names a limit range that has no name.
        name.required("name or generateName is required");
    }
}

/// What is wrong with the beginning of a name, which may end in a dash since something follows
/// (`maskTrailingDash`).
pub(crate) fn as_prefix(prefix: &str, rule: fn(&str) -> Faults) -> Faults {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let kept = rest.char_indices().next_back().map_or("", |(at, _)| &rest[..at]);
            rule(&format!("{kept}a"))
        }
        _ => rule(prefix),
    }
}

/// A namespace is not asked for: the path of a request names it.
fn check_namespace(metadata: &Field<'_>) {
    let namespace = metadata.field("namespace");
    if !namespace.is_empty() {
        namespace.check(names::dns_label);
    }
}

fn check_update(metadata: &Field<'_>, live: &Value) {
    if live.get("deletionTimestamp").is_some_and(|it| !it.is_null()) {
        check_new_finalizers(&metadata.field("finalizers"), live.get("finalizers"));
    } else {
        metadata.field("deletionTimestamp").immutable(None);
    }
    for name in ["name", "namespace", "uid"] {
        let (next, live) = (metadata.field(name), live.get(name));
        if !next.is_empty() && live.is_some() {
            next.immutable(live);
        }
    }
}

/// Nothing new may wait for an object that is being deleted.
fn check_new_finalizers(finalizers: &Field<'_>, live: Option<&Value>) {
    let live = live.and_then(Value::as_list).unwrap_or_default();
    let mut new: Vec<&str> = finalizers
        .list()
        .iter()
        .filter(|it| !live.contains(it))
        .filter_map(Value::as_str)
        .collect();
    new.sort_unstable();
    if !new.is_empty() {
        let quoted: Vec<String> = new.iter().map(|it| format!("{it:?}")).collect();
        finalizers.forbidden(&format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers \
             []string{{{}}}",
            quoted.join(", ")
        ));
    }
}

/// Annotations: keys are judged in lower case.
pub(crate) fn check_annotations(annotations: &Field<'_>) {
    let mut size = 0;
    for (key, value) in annotations.map().into_iter().flat_map(Map::iter) {
        size += key.len() + value.as_str().map_or(0, str::len);
        let faults = if key.bytes().any(|it| it.is_ascii_uppercase()) {
            names::qualified_name(&key.to_lowercase())
        } else {
            names::qualified_name(key)
        };
        for fault in faults {
            annotations.invalid_value(key.as_str(), &fault);
        }
    }
    if size > MAX_ANNOTATIONS {
        annotations.too_long(MAX_ANNOTATIONS);
    }
}

fn check_owners(owners: &Field<'_>) {
    let mut controller: Option<String> = None;
    for owner in owners.list() {
        check_owner(&owners.with(owner));
        if owner.get("controller").and_then(Value::as_bool) != Some(true) {
            continue;
        }
        let text = |name| owner.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{}/{}", text("kind"), text("name"));
        match &controller {
            Some(first) => owners.invalid(&format!(
                "Only one reference can have Controller set to true. Found \"true\" in references \
                 for {first} and {name}"
            )),
            None => controller = Some(name),
        }
    }
}

/// Each owner is told of at the path of the list.
fn check_owner(owner: &Field<'_>) {
    let version = owner.text("apiVersion");
    let parts: Vec<&str> = version.split('/').collect();
    let named = parts.len() <= 2 && parts.last().is_some_and(|it| !it.is_empty());
    if !named {
        owner.field("apiVersion").invalid_value(version, "version must not be empty");
    }
    for name in ["kind", "name", "uid"] {
        if owner.text(name).is_empty() {
            owner.field(name).invalid_value("", "must not be empty");
        }
    }
    if version == "v1" && owner.text("kind") == "Event" {
        owner.invalid("/v1, Kind=Event is disallowed from being an owner");
    }
}

/// Whether finalizers without a domain are refused: those of Kubernetes itself are known.
///
/// Not in the groups that validate with the generic functions alone.
fn knows_finalizers(write: &Write<'_>) -> bool {
    const GENERIC: [&str; 6] = [
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "coordination.k8s.io",
        "node.k8s.io",
        "policy",
    ];
    write.schema.is_builtin(write.kind) && !GENERIC.contains(&&*write.kind.group)
}

fn check_finalizers(finalizers: &Field<'_>, known_only: bool) {
    let has = |name: &str| finalizers.list().iter().any(|it| it.as_str() == Some(name));
    for finalizer in finalizers.items() {
        finalizers.with(finalizer.value).check(names::qualified_name);
        if known_only {
            check_known_finalizer(&finalizer);
        }
    }
    if has("orphan") && has("foregroundDeletion") {
        finalizers.invalid("finalizer orphan and foregroundDeletion cannot be both set");
    }
}

/// A finalizer of Kubernetes itself, or one with a domain.
pub(crate) fn check_finalizer(finalizer: &Field<'_>) {
    finalizer.check(names::qualified_name);
    check_known_finalizer(finalizer);
}

fn check_known_finalizer(finalizer: &Field<'_>) {
    let standard = ["kubernetes", "orphan", "foregroundDeletion"].contains(&finalizer.str());
    if !standard && !finalizer.str().contains('/') {
        finalizer.invalid("name is neither a standard finalizer name nor is it fully qualified");
    }
}

fn check_managers(managers: &Field<'_>) {
    for entry in managers.items() {
        if !matches!(entry.text("operation"), "Apply" | "Update") {
            entry
                .field("operation")
                .invalid_value(entry.text("operation"), "must be `Apply` or `Update`");
        }
        if !matches!(entry.text("fieldsType"), "" | "FieldsV1") {
            entry.field("fieldsType").invalid("must be `FieldsV1`");
        }
        let manager = entry.field("manager");
        if manager.str().len() > MAX_MANAGER {
            manager.too_long(MAX_MANAGER);
        }
        for (at, it) in manager.str().char_indices().filter(|(_, it)| it.is_control()) {
            manager
                .invalid(&format!("invalid character U+{:04X} (at position {at})", u32::from(it)));
        }
        if entry.text("subresource").len() > MAX_SUBRESOURCE {
            entry.field("subresource").too_long(MAX_SUBRESOURCE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schema;

    /// The causes of an object's metadata as `reason field`.
    fn causes(kind: (&str, &str), metadata: &str, live: Option<&str>) -> Vec<String> {
        let value = |it: &str| -> Value {
            serde_json::from_str(&format!(r#"{{"metadata":{it}}}"#)).unwrap()
        };
        let (schema, kind) = (Schema::builtin(), GroupKind::new(kind.0, kind.1));
        let live = live.map(value);
        let write = Write {
            schema: &schema,
            kind: &kind,
            version: "v1",
            subresource: None,
            live: live.as_ref(),
        };
        let mut causes = Vec::new();
        check(&write, &value(metadata), &mut causes);
        causes
            .iter()
            .map(|it| format!("{} {}", &it.reason["FieldValue".len()..], it.field))
            .collect()
    }

    #[test]
    fn metadata_of_new_objects() {
        let map = ("", "ConfigMap");
        let role = ("rbac.authorization.k8s.io", "Role");
        let long =
            format!(r#"{{"name":"a","annotations":{{"a":"{}"}}}}"#, "x".repeat(MAX_ANNOTATIONS));
        let cases: [((&str, &str), &str, &[&str]); 19] = [
            (map, r#"{"name":"a.b"}"#, &[]),
            (("", "Service"), r#"{"name":"a.b"}"#, &["Invalid metadata.name"]),
            (("", "Service"), r#"{"name":"1a"}"#, &[]),
            (role, r#"{"name":"a:B"}"#, &[]),
            (role, r#"{"name":"a/b"}"#, &["Invalid metadata.name"]),
            (map, "{}", &["Required metadata.name"]),
            (map, r#"{"generateName":"ab-"}"#, &[]),
            (map, r#"{"generateName":"A-"}"#, &[]),
            (map, r#"{"generateName":"AB-"}"#, &["Invalid metadata.generateName"]),
            (map, r#"{"name":"a","namespace":"A"}"#, &["Invalid metadata.namespace"]),
            (
                map,
                r#"{"name":"a","labels":{"a b":"c d"}}"#,
                &["Invalid metadata.labels", "Invalid metadata.labels"],
            ),
            (map, r#"{"name":"a","annotations":{"A/b":"c d"}}"#, &[]),
            (map, r#"{"name":"a","annotations":{"a b":""}}"#, &["Invalid metadata.annotations"]),
            (map, &long, &["TooLong metadata.annotations"]),
            (map, r#"{"name":"a","finalizers":["a"]}"#, &["Invalid metadata.finalizers[0]"]),
            (
                ("policy", "PodDisruptionBudget"),
                r#"{"name":"a","finalizers":["a","b/c","orphan"]}"#,
                &[],
            ),
            (
                map,
                r#"{"name":"a","finalizers":["orphan","foregroundDeletion"]}"#,
                &["Invalid metadata.finalizers"],
            ),
            (
                map,
                r#"{"name":"a","ownerReferences":[{}]}"#,
                &[
                    "Invalid metadata.ownerReferences.apiVersion",
                    "Invalid metadata.ownerReferences.kind",
                    "Invalid metadata.ownerReferences.name",
                    "Invalid metadata.ownerReferences.uid",
                ],
            ),
            (
                map,
                r#"{"name":"a","ownerReferences":[
                {"apiVersion":"v1","kind":"Event","name":"a","uid":"b","controller":true},
                {"apiVersion":"a/v1","kind":"B","name":"a","uid":"b","controller":true}]}"#,
                &["Invalid metadata.ownerReferences", "Invalid metadata.ownerReferences"],
            ),
        ];
        for (kind, metadata, expected) in cases {
            assert_eq!(causes(kind, metadata, None), expected, "{metadata:.200}");
        }
    }

    #[test]
    fn metadata_of_known_objects() {
        let deleting = r#"{"name":"a","deletionTimestamp":"x","finalizers":["a/b"]}"#;
        let cases: [(&str, &str, &[&str]); 7] = [
            (r#"{"name":"a","uid":"1"}"#, r#"{"name":"a","uid":"2"}"#, &["Invalid metadata.uid"]),
            (r#"{"name":"a","uid":"1"}"#, r#"{"name":"a"}"#, &[]),
            (r#"{"name":"a"}"#, r#"{"name":"b"}"#, &["Invalid metadata.name"]),
            (
                r#"{"name":"a"}"#,
                r#"{"name":"a","deletionTimestamp":"x"}"#,
                &["Invalid metadata.deletionTimestamp"],
            ),
            (deleting, r#"{"name":"a","finalizers":["a/b"]}"#, &[]),
            (deleting, r#"{"name":"a","finalizers":["a/c"]}"#, &["Forbidden metadata.finalizers"]),
            (
                r#"{"name":"a"}"#,
                r#"{"name":"a","managedFields":[{"manager":"a\n","operation":"X"}]}"#,
                &[
                    "Invalid metadata.managedFields[0].operation",
                    "Invalid metadata.managedFields[0].manager",
                ],
            ),
        ];
        for (live, metadata, expected) in cases {
            assert_eq!(causes(("", "ConfigMap"), metadata, Some(live)), expected, "{metadata}");
        }
    }
}
