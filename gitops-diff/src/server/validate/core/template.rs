//! Pod templates, and what the kinds that have one ask of it.

use super::super::field::Field;
use super::super::metadata::check_annotations;
use super::super::selectors::check_labels;
use super::rules::PodRules;
use super::{annotations, pod_spec};
use crate::{Map, Value};

/// `ValidatePodTemplateSpec`. Labels and annotations are told of beside `metadata`, not in it.
pub(super) fn check(template: &Field<'_>, live: Option<&Value>) {
    let rules = PodRules::template(live);
    let metadata = template.field("metadata");
    let spec = template.field("spec");
    let notes = metadata.value.get("annotations").unwrap_or(&Value::Null);
    let told = template.field("annotations");
    let told = told.with(notes);
    check_labels(&template.field("labels").with(labels_value(template.value)));
    check_annotations(&told);
    annotations::check(&told, &spec, &rules);
    pod_spec::check(&spec, &Value::Null, &rules);
    annotations::check_profiles(notes, &spec);
    if !spec.field("ephemeralContainers").is_empty() {
        let detail = "ephemeral containers not allowed in pod template";
        spec.field("ephemeralContainers").forbidden(detail);
    }
}

/// A template whose pods are kept running: they are always restarted, and never end by themselves.
pub(super) fn check_lasting(template: &Field<'_>, kind: &str) {
    let spec = template.field("spec");
    spec.field("restartPolicy").one_of(&["Always"]);
    if spec.has("activeDeadlineSeconds") {
        let detail = format!("activeDeadlineSeconds in {kind} is not Supported");
        spec.field("activeDeadlineSeconds").forbidden(&detail);
    }
}

/// The labels of a template.
pub(super) fn labels(template: &Value) -> Option<&Map> {
    template.pointer("/metadata/labels").and_then(Value::as_map)
}

fn labels_value(template: &Value) -> &Value {
    template.pointer("/metadata/labels").unwrap_or(&Value::Null)
}

/// A selector must select what is made from the template.
pub(super) fn check_selected(template: &Field<'_>, selected: bool) {
    if !selected {
        let metadata = template.field("metadata");
        metadata.field("labels").invalid("`selector` does not match template `labels`");
    }
}

/// `PodTemplate`.
pub(super) fn check_pod_template(root: &Field<'_>, live: Option<&Value>) {
    check(&root.field("template"), live.and_then(|it| it.get("template")));
}
