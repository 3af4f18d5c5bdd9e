//! Groups of Kubernetes itself, whose kinds need the approval of its reviewers
//! (`apiextensions-apiserver/pkg/apihelpers`).

use super::{Edit, at};

const ANNOTATION: &str = "api-approved.kubernetes.io";

pub(super) fn check(edit: &Edit<'_>) {
    let group = at(edit.new.value, "/spec/group").as_str().unwrap_or_default();
    let protected = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|it| group.strip_suffix(it).is_some_and(|it| it.is_empty() || it.ends_with('.')));
    if !protected {
        return;
    }
    let metadata = edit.new.field("metadata");
    let annotations = metadata.field("annotations");
    let annotation = annotations.key(ANNOTATION);
    let approval = Approval::of(annotation.str());
    let lived = edit.live.map(|it| {
        let annotations = at(it, "/metadata/annotations");
        Approval::of(annotations.get(ANNOTATION).and_then(|it| it.as_str()).unwrap_or_default())
    });
    if lived == Some(approval) {
        return;
    }
    match approval {
        Approval::Missing => annotation.required(
            "protected groups must have approval annotation \"api-approved.kubernetes.io\", see \
             https://github.com/kubernetes/enhancements/pull/1111",
        ),
        Approval::Wrong => annotation.invalid(
            "protected groups must have approval annotation \"api-approved.kubernetes.io\" with \
             either a URL or a reason starting with \"unapproved\", see \
             https://github.com/kubernetes/enhancements/pull/1111",
        ),
        Approval::Given | Approval::Bypassed => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Approval {
    Missing,
    Bypassed,
    Given,
    Wrong,
}

impl Approval {
    fn of(annotation: &str) -> Self {
        let url = annotation.split_once("://");
        let host = |it: &str| it.split('/').next().is_some_and(|it| !it.is_empty());
        match annotation {
            "" => Self::Missing,
            _ if annotation.starts_with("unapproved") => Self::Bypassed,
            _ if url.is_some_and(|(scheme, rest)| !scheme.is_empty() && host(rest)) => Self::Given,
            _ => Self::Wrong,
        }
    }
}
