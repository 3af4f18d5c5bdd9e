//! Objects of which fields that cannot be changed are to be.

use super::options::Recreation;
use crate::Object;
use crate::server::{Cause, Refusal};

/// This annotation on a declared object, with the value `allowed`, consents to deleting the live
/// one and making it anew where a field that cannot be changed is to be
/// ([`Recreation::Annotated`]).
pub const RECREATE_ANNOTATION: &str = "gitops-rs.dev/recreate";

/// What a refusal means for an object.
pub(super) enum Refused {
    /// It may be deleted and made anew.
    Recreate,
    /// Fields that cannot be changed are to be, and nobody consented: what to tell.
    Immutable(String),
    /// Something else is wrong; the server says what when it is applied.
    Otherwise,
}

pub(super) fn weigh(refusal: &Refusal, desired: &Object, recreate: Recreation) -> Refused {
    let immutable: Vec<&Cause> = refusal.causes.iter().filter(|it| it.is_immutable()).collect();
    if immutable.is_empty() {
        return Refused::Otherwise;
    }
    let others = refusal.causes.len() - immutable.len();
    let consents = match recreate {
        Recreation::Never => false,
        Recreation::Annotated => is_annotated(desired),
        Recreation::Always => true,
    };
    // What is wrong besides would be wrong of a new object as well.
    if consents && others == 0 {
        return Refused::Recreate;
    }
    Refused::Immutable(format!(
        "{} cannot be changed once it lives; declare it as it lives, or consent to deleting the \
         object and making it anew with the annotation `{RECREATE_ANNOTATION}: allowed` and \
         `Recreation::Annotated`",
        fields(refusal)
    ))
}

/// The fields that a refusal says cannot be changed.
pub(super) fn fields(refusal: &Refusal) -> String {
    let immutable = refusal.causes.iter().filter(|it| it.is_immutable());
    let mut fields: Vec<&str> = immutable.map(|it| it.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.join(", ")
}

fn is_annotated(desired: &Object) -> bool {
    let is = |key, value: &str| {
        desired.annotation(key).is_some_and(|it| it.trim().eq_ignore_ascii_case(value))
    };
    let options = desired.annotation("argocd.argoproj.io/sync-options").unwrap_or_default();
    let has = |option| options.split(',').any(|it| it.trim() == option);
    is(RECREATE_ANNOTATION, "allowed")
        || is("kustomize.toolkit.fluxcd.io/force", "enabled")
        || (has("Replace=true") && has("Force=true"))
}
