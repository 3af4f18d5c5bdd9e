//! `policy`: disruption budgets (`pkg/apis/policy/validation`).

use super::{Edit, Field, count_faults};
use crate::Value;
use crate::server::validate::conditions;
use crate::server::validate::names;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};

pub(super) fn check(edit: &Edit<'_>) {
    match (edit.kind, edit.subresource) {
        ("PodDisruptionBudget", "status") => status(edit),
        ("PodDisruptionBudget", _) => spec(edit),
        _ => {}
    }
}

fn spec(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    if spec.has("minAvailable") && spec.has("maxUnavailable") {
        spec.invalid("minAvailable and maxUnavailable cannot be both set");
    }
    share(&spec.field("minAvailable"));
    share(&spec.field("maxUnavailable"));
    let strict = |it: &Field<'_>| check_label_selector(it, SelectorValues::Strict);
    let lenient = edit.live_at("/spec/selector").is_some_and(|it| count_faults(it, strict) > 0);
    let values = if lenient { SelectorValues::Any } else { SelectorValues::Strict };
    check_label_selector(&spec.field("selector"), values);
    let policy = spec.field("unhealthyPodEvictionPolicy");
    policy.one_of_where_set(&["AlwaysAllow", "IfHealthyBudget"]);
}

/// A number that is not negative, or a percentage up to 100.
fn share(share: &Field<'_>) {
    share.not_negative();
    if let Value::Str(text) = share.value {
        share.check(names::percent);
        let percent = text.strip_suffix('%').map(|it| it.parse().unwrap_or(u32::MAX));
        if names::percent(text).is_empty() && percent.is_some_and(|it| it > 100) {
            share.invalid("must not be greater than 100%");
        }
    }
}

fn status(edit: &Edit<'_>) {
    let status = edit.new.field("status");
    conditions::check(&status.field("conditions"));
    for name in ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] {
        status.field(name).not_negative();
    }
}
