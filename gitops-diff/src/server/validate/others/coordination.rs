//! `coordination.k8s.io`: leases (`pkg/apis/coordination/validation`).

use super::{Edit, Field};
use crate::server::validate::names;

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind == "Lease" {
        lease(&edit.new.field("spec"));
    }
}

fn lease(spec: &Field<'_>) {
    let (seconds, strategy) = (spec.field("leaseDurationSeconds"), spec.field("strategy"));
    if seconds.int().is_some_and(|it| it <= 0) {
        seconds.invalid("must be greater than 0");
    }
    spec.field("leaseTransitions").not_negative();
    if strategy.is_set() {
        // The server names the field twice.
        let nested = strategy.field("strategy");
        let nested = nested.with(strategy.value);
        if strategy.str().contains('/') {
            nested.check(names::qualified_name);
        } else {
            nested.one_of(&["OldestEmulationVersion"]);
        }
    }
    let preferred = spec.field("preferredHolder");
    if !preferred.is_empty() && strategy.is_empty() {
        preferred.forbidden("may only be specified if `strategy` is defined");
    }
}
