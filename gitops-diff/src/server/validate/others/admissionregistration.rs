//! `admissionregistration.k8s.io`: webhooks and policies
//! (`pkg/apis/admissionregistration/validation`).

mod binding;
mod expressions;
mod policy;
mod rules;
mod webhook;

use super::{Edit, Field, count_faults};

pub(super) fn check(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    match (edit.kind, edit.subresource) {
        ("ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration", _) => {
            webhook::check(edit);
        }
        ("ValidatingAdmissionPolicy", "status") => policy::status(&edit.new.field("status")),
        ("ValidatingAdmissionPolicy", _) => policy::validating(edit, &spec),
        ("MutatingAdmissionPolicy", _) => policy::mutating(edit, &spec),
        ("ValidatingAdmissionPolicyBinding", _) => binding::validating(&spec),
        ("MutatingAdmissionPolicyBinding", _) => binding::mutating(&spec),
        _ => {}
    }
}

const FAILURE_POLICIES: [&str; 2] = ["Fail", "Ignore"];
const REINVOCATION_POLICIES: [&str; 2] = ["IfNeeded", "Never"];
