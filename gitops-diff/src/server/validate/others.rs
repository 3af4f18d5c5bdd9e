//! The other groups that are built in: one folder or file for each.

mod admissionregistration;
mod apiextensions;
mod apiregistration;
mod autoscaling;
mod certificates;
mod coordination;
mod discovery;
mod events;
mod flowcontrol;
mod networking;
mod node;
mod policy;
mod rbac;
mod resource;
mod scheduling;
mod storage;
#[cfg(test)]
mod tests;

use super::field::{Field, Report};
use crate::Value;
use crate::server::{Cause, Write};

pub(super) fn check(write: &Write<'_>, object: &Value, causes: &mut Vec<Cause>) {
    let report = Report::default();
    let edit = Edit {
        kind: &write.kind.kind,
        version: write.version,
        subresource: write.subresource.unwrap_or_default(),
        new: Field::root(object, &report),
        live: write.live,
    };
    match &*write.kind.group {
        "admissionregistration.k8s.io" => admissionregistration::check(&edit),
        "apiextensions.k8s.io" => apiextensions::check(&edit),
        "apiregistration.k8s.io" => apiregistration::check(&edit),
        "autoscaling" => autoscaling::check(&edit),
        "certificates.k8s.io" => certificates::check(&edit),
        "coordination.k8s.io" => coordination::check(&edit),
        "discovery.k8s.io" => discovery::check(&edit),
        "events.k8s.io" => events::check(&edit),
        "flowcontrol.apiserver.k8s.io" => flowcontrol::check(&edit),
        "networking.k8s.io" => networking::check(&edit),
        "node.k8s.io" => node::check(&edit),
        "policy" => policy::check(&edit),
        "rbac.authorization.k8s.io" => rbac::check(&edit),
        "resource.k8s.io" => resource::check(&edit),
        "scheduling.k8s.io" => scheduling::check(&edit),
        "storage.k8s.io" => storage::check(&edit),
        _ => {}
    }
    causes.extend(report.into_causes());
}

/// A write as the groups see it: what is to be stored, and what is stored.
struct Edit<'a> {
    kind: &'a str,
    version: &'a str,
    /// Empty where the object itself is written.
    subresource: &'a str,
    new: Field<'a>,
    live: Option<&'a Value>,
}

impl<'a> Edit<'a> {
    fn is_update(&self) -> bool {
        self.live.is_some()
    }

    /// What lives at a JSON pointer.
    fn live_at(&self, pointer: &str) -> Option<&'a Value> {
        self.live?.pointer(pointer)
    }
}

/// What is at a JSON pointer; `null` where nothing is.
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// How many faults `check` finds with a value.
fn count_faults(value: &Value, check: impl FnOnce(&Field<'_>)) -> usize {
    let report = Report::default();
    check(&Field::root(value, &report));
    report.len()
}
