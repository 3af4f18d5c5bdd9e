//! `autoscaling`: autoscalers and scales (`pkg/apis/autoscaling/validation`).

mod behavior;
mod metrics;
mod v1;

use std::borrow::Cow;

use super::{Edit, Field, at};
use crate::Value;
use crate::server::validate::names;

pub(super) fn check(edit: &Edit<'_>) {
    match (edit.kind, edit.subresource) {
        ("Scale", _) => {
            let spec = edit.new.field("spec");
            spec.field("replicas").not_negative();
        }
        ("HorizontalPodAutoscaler", "status") => {
            let status = edit.new.field("status");
            for name in ["currentReplicas", "desiredReplicas"] {
                status.field(name).not_negative();
            }
        }
        ("HorizontalPodAutoscaler", _) => {
            let new = as_v2(edit, edit.new.value);
            let live = edit.live.map(|it| as_v2(edit, it));
            let root = edit.new.with(&new);
            spec_of(&root.field("spec"), live.as_deref().map(|it| at(it, "/spec")));
        }
        _ => {}
    }
}

fn as_v2<'a>(edit: &Edit<'_>, object: &'a Value) -> Cow<'a, Value> {
    match edit.version {
        "v1" => Cow::Owned(v1::to_v2(object)),
        _ => Cow::Borrowed(object),
    }
}

fn spec_of(spec: &Field<'_>, live: Option<&Value>) {
    replicas(spec, live);
    let target = spec.field("scaleTargetRef");
    reference(&target, groups_of_target(&target, live));
    let groups = match live {
        Some(live) if metrics::has_wrong_group(live) => Groups::Any,
        _ => Groups::Core,
    };
    metrics::check(&spec.field("metrics"), groups);
    if spec.field("minReplicas").int() == Some(0) {
        metrics::check_scaling_to_zero(&spec.field("metrics"));
    }
    let behavior = spec.field("behavior");
    behavior::check(&behavior.field("scaleUp"));
    behavior::check(&behavior.field("scaleDown"));
}

fn replicas(spec: &Field<'_>, live: Option<&Value>) {
    let (least, most) = (spec.field("minReplicas"), spec.field("maxReplicas"));
    let lived_with_none = live.is_some_and(|it| at(it, "/minReplicas").as_int() == Some(0));
    let bound = i64::from(!lived_with_none);
    let max = most.int().unwrap_or_default();
    if least.int().is_some_and(|it| it < bound) {
        least.invalid(&format!("must be greater than or equal to {bound}"));
    }
    if max == 0 {
        most.required("must be set and greater than 0");
    } else if max < 0 {
        most.invalid("must be greater than or equal to 1");
    }
    if least.int().is_some_and(|it| max < it) {
        most.with(&Value::Int(max)).invalid("must be greater than or equal to `minReplicas`");
    }
}

/// Which groups a reference may name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Groups {
    /// Any but the core group.
    Named,
    /// Any.
    Core,
    /// Not even a version need it be.
    Any,
}

fn groups_of_target(target: &Field<'_>, live: Option<&Value>) -> Groups {
    let was = live.map(|it| at(it, "/scaleTargetRef"));
    let same = |name| was.is_some_and(|it| target.field(name).is_same(it.get(name)));
    match target.text("kind") {
        _ if same("apiVersion") && same("kind") => Groups::Any,
        "ReplicationController" => Groups::Core,
        _ => Groups::Named,
    }
}

/// `ValidateCrossVersionObjectReference`.
fn reference(reference: &Field<'_>, groups: Groups) {
    for name in ["kind", "name"] {
        let field = reference.field(name);
        field.require();
        field.check(names::path_segment);
    }
    let version = reference.field("apiVersion");
    if let Some(wrong) = wrong_version(version.str(), groups) {
        version.invalid(wrong);
    }
}

fn wrong_version(version: &str, groups: Groups) -> Option<&'static str> {
    let slashes = version.matches('/').count();
    match groups {
        Groups::Any => None,
        _ if slashes > 1 => Some("unexpected GroupVersion string"),
        Groups::Named if slashes == 0 || version.starts_with('/') => {
            Some("apiVersion must specify API group")
        }
        Groups::Core | Groups::Named => None,
    }
}
