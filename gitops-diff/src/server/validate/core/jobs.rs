//! Jobs and cron jobs.

use super::super::field::{Field, same};
use super::super::names;
use super::super::selectors::{self, check_label_selector, values_of};
use super::job_policy::{check_failure_policy, check_success_policy};
use super::workloads::{check_same_selector, selects};
use super::{cron, template};
use crate::{Map, Value};

/// The most pods of an indexed job that run at once, and the most that may fail.
const MAX_INDEXED: i64 = 100_000;
/// The same where there are more completions than that.
const MAX_OF_MANY: i64 = 10_000;
/// The longest name of who manages a job, in bytes.
const MAX_MANAGER: usize = 63;

const UID_LABEL: &str = "batch.kubernetes.io/controller-uid";
const NAME_LABEL: &str = "batch.kubernetes.io/job-name";
const LEGACY_UID_LABEL: &str = "controller-uid";
const LEGACY_NAME_LABEL: &str = "job-name";

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let (spec, was) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    check_generated_selector(root, live);
    check_spec(&spec, was.and_then(|it| it.get("template")));
    if !is_generated(root, live) {
        check_job_selector(&spec, was);
    }
    check_longest_name(root);
    if let Some(was) = was {
        check_update(root, &spec, was, live.unwrap_or(&Value::Null));
    }
}

/// Whether the server makes the selector of a new job out of its uid, which nobody knows yet.
fn is_generated(root: &Field<'_>, live: Option<&Value>) -> bool {
    let (metadata, spec) = (root.field("metadata"), root.field("spec"));
    let manual = spec.field("manualSelector").is_true();
    live.is_none() && !manual && !spec.has("selector") && !metadata.has("uid")
}

/// The selector that the server made, where nobody made one.
///
/// The labels of a job whose uid is not known yet are not there yet either.
fn check_generated_selector(root: &Field<'_>, live: Option<&Value>) {
    let (spec, metadata) = (root.field("spec"), root.field("metadata"));
    let (uid, name) = (metadata.text("uid"), metadata.text("name"));
    if spec.field("manualSelector").is_true() || !spec.has("selector") {
        return;
    }
    let had = |key| {
        let labels = live.and_then(|it| it.pointer("/spec/template/metadata/labels"));
        live.is_none() || labels.is_some_and(|it| it.get(key).is_some())
    };
    let mut expected = vec![(LEGACY_UID_LABEL, uid), (LEGACY_NAME_LABEL, name)];
    if had(NAME_LABEL) && had(UID_LABEL) {
        expected.extend([(UID_LABEL, uid), (NAME_LABEL, name)]);
    }
    if !uid.is_empty() {
        check_generated_labels(&spec, &expected);
    }
    let mut selector = spec.field("selector").value.clone();
    if let Some(selector) = selector.as_map_mut().filter(|_| uid.is_empty()) {
        selector.map_at("matchLabels").remove(UID_LABEL);
    }
    let expected: Map = expected.into_iter().map(|(key, value)| (key, value.into())).collect();
    if selectors::selects(&selector, Some(&expected)) == Some(false) {
        spec.field("selector").invalid("`selector` not auto-generated");
    }
}

fn check_generated_labels(spec: &Field<'_>, expected: &[(&str, &str)]) {
    let template = spec.field("template");
    let metadata = template.field("metadata");
    let labels = metadata.field("labels");
    for (key, value) in expected {
        let label = labels.key(key);
        if !label.is_set() {
            label.required(&format!("must be '{value}'"));
        } else if label.str() != *value {
            label.with(labels.value).invalid(&format!("must be '{value}'"));
        }
    }
}

fn check_job_selector(spec: &Field<'_>, live: Option<&Value>) {
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    if selector.is_set() {
        check_label_selector(&selector, values_of(live.and_then(|it| it.get("selector"))));
    } else {
        selector.required("");
    }
    if selects(&selector, &template) == Some(false) {
        template::check_selected(&template, false);
    }
}

/// The names of the pods of an indexed job are those of hosts.
fn check_longest_name(root: &Field<'_>) {
    let (spec, metadata) = (root.field("spec"), root.field("metadata"));
    let completions = spec.field("completions").int().unwrap_or_default();
    if spec.text("completionMode") != "Indexed" || completions <= 0 {
        return;
    }
    let name = metadata.field("name");
    let longest = format!("{}-{}", name.str(), completions - 1);
    if !names::dns_label(&longest).is_empty() {
        let detail = format!("will not able to create pod with invalid DNS label: {longest}");
        name.invalid(&detail);
    }
}

/// `validateJobSpec`, of jobs and of their templates in cron jobs.
fn check_spec(spec: &Field<'_>, live_template: Option<&Value>) {
    const NUMBERS: [&str; 7] = [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ];
    for name in NUMBERS {
        spec.field(name).not_negative();
    }
    if spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex") {
        spec.field("backoffLimitPerIndex").required("when maxFailedIndexes is specified");
    }
    check_manager(&spec.field("managedBy"));
    let mode = spec.field("completionMode");
    mode.one_of_where_set(&["NonIndexed", "Indexed"]);
    if mode.str() == "Indexed" {
        check_indexed(spec);
    } else if matches!(mode.str(), "" | "NonIndexed") {
        for name in ["backoffLimitPerIndex", "maxFailedIndexes"] {
            if spec.has(name) {
                spec.field(name).invalid("requires indexed completion mode");
            }
        }
    }
    check_failure_policy(spec);
    check_success_policy(spec);
    let known: &[&str] =
        if spec.has("podFailurePolicy") { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
    spec.field("podReplacementPolicy").one_of_where_set(known);
    template::check(&spec.field("template"), live_template);
    check_restart(spec);
}

/// The pods of a job end one day.
fn check_restart(spec: &Field<'_>) {
    let template = spec.field("template");
    let pod = template.field("spec");
    let restart = pod.field("restartPolicy");
    match restart.str() {
        "Always" | "" => restart.required("valid values: \"OnFailure\", \"Never\""),
        "OnFailure" if spec.has("podFailurePolicy") => {
            restart.invalid("only \"Never\" is supported when podFailurePolicy is specified");
        }
        "OnFailure" | "Never" => {}
        _ => restart.not_supported(&["OnFailure", "Never"]),
    }
}

/// `example.com/manager`.
fn check_manager(manager: &Field<'_>) {
    if !manager.is_set() {
        return;
    }
    match manager.str().split_once('/') {
        _ if manager.is_empty() => manager.required(""),
        Some((host, path)) if !host.is_empty() && !path.is_empty() => {
            manager.with(&host.into()).faults(names::dns_subdomain(host));
            let legal = |it: u8| it.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&it);
            if !path.bytes().all(legal) {
                manager.invalid_value(path, "Invalid path");
            }
        }
        _ => manager.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")"),
    }
    if manager.str().len() > MAX_MANAGER {
        manager.too_long(MAX_MANAGER);
    }
}

fn check_indexed(spec: &Field<'_>) {
    let (completions, parallelism, failed) =
        (spec.field("completions"), spec.field("parallelism"), spec.field("maxFailedIndexes"));
    if !completions.is_set() {
        completions.required("when completion mode is Indexed");
    }
    let at_most = |field: &Field<'_>, most: i64| {
        if field.int().is_some_and(|it| it > most) {
            field.invalid(&format!("must be less than or equal to {most}"));
        }
    };
    at_most(&parallelism, MAX_INDEXED);
    if let Some(all) = completions.int() {
        at_most(&failed, all);
    }
    at_most(&failed, MAX_INDEXED);
    let many = completions.int().is_some_and(|it| it > MAX_INDEXED);
    if many && spec.has("backoffLimitPerIndex") {
        if !failed.is_set() {
            failed.required("must be specified when completions is above 100000");
        }
        at_most(&parallelism, MAX_OF_MANY);
        at_most(&failed, MAX_OF_MANY);
    }
}

/// `ValidateJobSpecUpdate`: what an update may not bring.
fn check_update(root: &Field<'_>, spec: &Field<'_>, was: &Value, live: &Value) {
    const IMMUTABLE: [&str; 5] = [
        "completionMode",
        "podFailurePolicy",
        "backoffLimitPerIndex",
        "managedBy",
        "successPolicy",
    ];
    check_completions(spec, was);
    check_same_selector(spec, Some(was));
    check_template_update(spec, was, is_mutable(live));
    for name in IMMUTABLE {
        root.field("spec").field(name).immutable_pointer(was.get(name));
    }
}

fn check_completions(spec: &Field<'_>, was: &Value) {
    let completions = spec.field("completions");
    if spec.text("completionMode") != "Indexed" {
        return completions.immutable_pointer(was.get("completions"));
    }
    let changed = completions.value != was.get("completions").unwrap_or(&Value::Null);
    let parallelism = spec.field("parallelism");
    if changed && completions.is_set() && completions.value != parallelism.value {
        completions.invalid("can only be modified in tandem with spec.parallelism");
    }
}

/// Whether the template of a job can change: it is suspended, and no pod of it is left
/// (`shouldAllowMutablePodTemplate`).
fn is_mutable(live: &Value) -> bool {
    let suspended = live.pointer("/spec/suspend") == Some(&Value::Bool(true));
    let conditions = live.pointer("/status/conditions").and_then(Value::as_list);
    let told = conditions.unwrap_or_default().iter().any(|it| {
        it.get("type") == Some(&"Suspended".into()) && it.get("status") == Some(&"True".into())
    });
    let started = live.pointer("/status/startTime").is_some_and(|it| !it.is_null());
    let active = live.pointer("/status/active").and_then(Value::as_int).unwrap_or_default();
    suspended && (told || !started) && active == 0
}

fn check_template_update(spec: &Field<'_>, was: &Value, mutable: bool) {
    let template = spec.field("template");
    let old = was.get("template").unwrap_or(&Value::Null);
    if !mutable {
        return template.immutable(Some(old));
    }
    let mut old = old.clone();
    take_directives(&mut old, template.value);
    take_resources(&mut old, template.value);
    let none = Value::Null;
    let of = |it: &Value| it.get("spec").unwrap_or(&none).clone();
    if !same(&of(template.value), &of(&old)) {
        spec.field("template.spec").with(&of(template.value)).invalid("field is immutable");
    }
}

/// What says where pods run, and what they are called, may change.
fn take_directives(old: &mut Value, new: &Value) {
    const OF_SPEC: [&str; 3] = ["nodeSelector", "tolerations", "schedulingGates"];
    const OF_METADATA: [&str; 2] = ["annotations", "labels"];
    let Some(old) = old.as_map_mut() else { return };
    for name in OF_METADATA {
        set(old.map_at("metadata"), name, new.pointer(&format!("/metadata/{name}")));
    }
    let pod = old.map_at("spec");
    for name in OF_SPEC {
        set(pod, name, new.pointer(&format!("/spec/{name}")));
    }
    let nodes = new.pointer("/spec/affinity/nodeAffinity");
    if nodes.is_some() || pod.contains_key("affinity") {
        set(pod.map_at("affinity"), "nodeAffinity", nodes);
    }
}

/// What containers ask for may change.
fn take_resources(old: &mut Value, new: &Value) {
    for list in ["containers", "initContainers"] {
        let new =
            new.pointer(&format!("/spec/{list}")).and_then(Value::as_list).unwrap_or_default();
        let pod = old.as_map_mut().map(|it| it.map_at("spec"));
        let old = pod.and_then(|it| it.get_mut(list)).and_then(Value::as_list_mut);
        let Some(old) = old.filter(|it| it.len() == new.len()) else { continue };
        for (old, new) in old.iter_mut().zip(new) {
            if old.get("name") == new.get("name")
                && let Some(old) = old.as_map_mut()
            {
                set(old, "resources", new.get("resources"));
            }
        }
    }
}

fn set(map: &mut Map, name: &str, value: Option<&Value>) {
    match value {
        Some(value) => map.insert(name, value.clone()),
        None => map.remove(name),
    };
}

pub(super) fn check_cron_job(root: &Field<'_>, live: Option<&Value>) {
    let (spec, was) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    cron::check_schedule(&spec, was);
    for name in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"]
    {
        spec.field(name).not_negative();
    }
    let policy = spec.field("concurrencyPolicy");
    if policy.is_empty() {
        policy.required("");
    } else {
        policy.one_of(&["Allow", "Forbid", "Replace"]);
    }
    let template = spec.field("jobTemplate");
    let job = template.field("spec");
    check_spec(&job, was.and_then(|it| it.pointer("/jobTemplate/spec/template")));
    if job.has("selector") {
        job.field("selector").invalid("`selector` will be auto-generated");
    }
    if job.field("manualSelector").is_true() {
        job.field("manualSelector").not_supported(&["nil", "false"]);
    }
    let metadata = root.field("metadata");
    let name = metadata.field("name");
    if live.is_none() && name.str().len() > 52 {
        name.invalid("must be no more than 52 characters");
    }
}
