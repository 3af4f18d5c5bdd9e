//! The fields that a resource's strategy resets: facts from `GetResetFields` in the API server's
//! `pkg/registry/*/strategy.go` (1.36).

use crate::{FieldPath, FieldSet, GroupKind, PathElement};

/// What a write to `subresource` (`None`: the main resource) of the kind cannot set.
pub(super) fn fields(
    kind: &GroupKind,
    builtin: bool,
    has_status: bool,
    subresource: Option<&str>,
) -> FieldSet {
    let paths: &[&str] = match subresource {
        None if kind.is("certificates.k8s.io", "CertificateSigningRequest") => &["spec", "status"],
        None if has_status => &["status"],
        Some("status") if builtin => of_status(kind),
        Some("status") => &["metadata", "spec"],
        Some("finalize") => &["status"],
        Some("approval") => &["spec", "status.certificate"],
        None | Some(_) => &[],
    };
    let path = |it: &&str| FieldPath::new(it.split('.').map(PathElement::field).collect());
    paths.iter().map(path).collect()
}

fn of_status(kind: &GroupKind) -> &'static [&'static str] {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment") => &["metadata.labels", "spec"],
        ("", "Pod") => &["metadata.deletionTimestamp", "metadata.ownerReferences", "spec"],
        ("certificates.k8s.io", "CertificateSigningRequest") => &["spec", "status.conditions"],
        (
            "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "apiregistration.k8s.io"
            | "flowcontrol.apiserver.k8s.io"
            | "resource.k8s.io"
            | "storage.k8s.io",
            _,
        )
        | ("networking.k8s.io", "ServiceCIDR") => &["metadata", "spec"],
        _ => &["spec"],
    }
}
