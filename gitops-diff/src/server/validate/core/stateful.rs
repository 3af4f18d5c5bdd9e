//! Stateful sets.

use super::super::field::{Field, Report};
use super::super::metadata::check_annotations;
use super::super::names;
use super::super::selectors::check_labels;
use super::workloads::{
    check_at_most_all, check_int_or_percent, check_selector, int_or_percent, same_but_for, selects,
};
use super::{claim, template};
use crate::{Map, Value};

/// What an update may not bring.
const IMMUTABLE: &str = "updates to statefulset spec for fields other than 'replicas', \
    'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', \
    'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
/// What an update may bring.
const MUTABLE: [&str; 7] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let (spec, live) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    let Some(live) = live else {
        let name = spec.field("serviceName");
        if !name.is_empty() {
            name.check(names::dns_label);
        }
        for template in spec.field("volumeClaimTemplates").items() {
            claim::check_spec(&template.field("spec"), None);
        }
        return check_spec(&spec, None, Template::Whole);
    };
    let report = Report::default();
    check_spec(&Field::root(live, &report), Some(live), Template::Whole);
    let broken = report.len() > 0;
    check_spec(&spec, Some(live), if broken { Template::Selected } else { Template::Whole });
    if !same_but_for(spec.value, live, &MUTABLE) {
        spec.forbidden(IMMUTABLE);
    }
}

/// How much of the template is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Template {
    /// All of it.
    Whole,
    /// Whether it is selected: the live set is broken anyway.
    Selected,
}

fn check_spec(spec: &Field<'_>, live: Option<&Value>, how: Template) {
    check_policies(spec);
    spec.field("replicas").not_negative();
    spec.field("minReadySeconds").not_negative();
    let ordinals = spec.field("ordinals");
    let start = ordinals.field("start");
    if start.int().is_some_and(|it| it < 0) {
        let told = spec.field("ordinals.start");
        told.with(start.value).invalid("must be greater than or equal to 0");
    }
    let (selector, pods) = (spec.field("selector"), spec.field("template"));
    check_selector(&selector, "empty selector is invalid for statefulset");
    match selects(&selector, &pods) {
        None => selector.invalid(""),
        Some(selected) => {
            template::check_selected(&pods, selected);
            check_template(spec, &pods, live, how);
        }
    }
    template::check_lasting(&pods, "StatefulSet");
}

fn check_policies(spec: &Field<'_>) {
    let (management, strategy) = (spec.field("podManagementPolicy"), spec.field("updateStrategy"));
    match management.str() {
        "" => management.required(""),
        "OrderedReady" | "Parallel" => {}
        _ => management.invalid("must be 'OrderedReady' or 'Parallel'"),
    }
    let rolling = strategy.field("rollingUpdate");
    match strategy.text("type") {
        "" => strategy.required(""),
        "OnDelete" if rolling.is_set() => {
            rolling.invalid("only allowed for updateStrategy 'RollingUpdate'");
        }
        "OnDelete" => {}
        "RollingUpdate" => check_rolling(&rolling),
        _ => strategy.invalid("must be 'RollingUpdate' or 'OnDelete'"),
    }
    let retention = spec.field("persistentVolumeClaimRetentionPolicy");
    if retention.is_set() {
        for name in ["whenDeleted", "whenScaled"] {
            retention.field(name).one_of(&["Retain", "Delete"]);
        }
    }
}

fn check_rolling(rolling: &Field<'_>) {
    rolling.field("partition").not_negative();
    let unavailable = rolling.field("maxUnavailable");
    if !unavailable.is_set() {
        return;
    }
    check_int_or_percent(&unavailable);
    if int_or_percent(&unavailable) == 0 {
        unavailable.invalid("cannot be 0");
    }
    check_at_most_all(&unavailable);
}

/// The template as its pods will be: with a volume for each claim, with names of their own.
fn check_template(spec: &Field<'_>, pods: &Field<'_>, live: Option<&Value>, how: Template) {
    if how == Template::Selected {
        let metadata = pods.field("metadata");
        let of = |name| metadata.value.get(name).unwrap_or(&Value::Null);
        check_labels(&pods.field("labels").with(of("labels")));
        return check_annotations(&pods.field("annotations").with(of("annotations")));
    }
    let live = live.and_then(|it| it.get("template"));
    match with_claims(spec) {
        Some(own) => template::check(&pods.with(&own), live),
        None => template::check(pods, live),
    }
}

fn with_claims(spec: &Field<'_>) -> Option<Value> {
    let claims = spec.field("volumeClaimTemplates");
    let own = ["/template/spec/hostname", "/template/spec/subdomain"];
    let own = own.iter().any(|it| spec.value.pointer(it).is_some());
    if claims.list().is_empty() && !own {
        return None;
    }
    let mut template = spec.value.get("template")?.clone();
    let pod = template.as_map_mut()?.map_at("spec");
    pod.remove("hostname");
    pod.remove("subdomain");
    let name = |it: &Value| it.pointer("/metadata/name").cloned().unwrap_or_default();
    let mut names: Vec<Value> = claims.list().iter().map(name).collect();
    names.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    names.dedup();
    let volumes = pod.entry("volumes", || Value::List(Vec::new())).as_list_mut()?;
    volumes.retain(|it| !names.contains(it.get("name").unwrap_or(&Value::Null)));
    volumes.splice(0..0, names.into_iter().map(claimed));
    Some(template)
}

/// The volume of a claim.
fn claimed(name: Value) -> Value {
    let claim: Map = [("claimName", name.clone())].into_iter().collect();
    let volume: Map =
        [("name", name), ("persistentVolumeClaim", Value::Map(claim))].into_iter().collect();
    Value::Map(volume)
}
