//! The way from client-side to server-side apply: what `kubectl` may take by itself because it
//! applied it before, and the annotation it keeps up to date for those who still read it
//! (`lastAppliedManager` and `lastAppliedUpdater`).

use super::context::Context;
use super::validate::{Duplicates, validate};
use super::{Conflict, collect, compare::compare};
use crate::fields::go_json;
use crate::{FieldSet, Map, Value};

/// The only manager for which any of this holds.
pub(super) const KUBECTL: &str = "kubectl";
const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// All annotations of an object together are refused beyond this many bytes.
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// The conflicts that are not about fields which the annotation of `live` says were applied
/// with the value they have.
pub(super) fn not_allowed(
    context: &Context<'_>,
    live: &Value,
    conflicts: Vec<Conflict>,
) -> Vec<Conflict> {
    let allowed = allowed(context, live).unwrap_or_default();
    conflicts.into_iter().filter(|it| !allowed.has(&it.path)).collect()
}

fn allowed(context: &Context<'_>, live: &Value) -> Option<FieldSet> {
    let applied: Value = serde_json::from_str(annotation(live)?).ok()?;
    let same_version = context.api_version == applied.get("apiVersion")?.as_str()?;
    let valid = |object| validate(context.of, object, Duplicates::Refused).is_ok();
    if !same_version || !valid(&applied) || !valid(live) {
        return None;
    }
    let found = compare(context.of, &applied, live);
    let fields = collect::fields(context.of, &applied);
    Some(fields.difference(&found.changed()).difference(&found.removed))
}

fn annotation(object: &Value) -> Option<&str> {
    let text = object.get("metadata")?.get("annotations")?.get(ANNOTATION)?;
    text.as_str().filter(|it| !it.is_empty())
}

/// Brings the annotation up to date, if `object` has one; too long, it goes.
pub(super) fn refresh(object: &mut Value, declared: &Value) {
    if annotation(object).is_none() {
        return;
    }
    let applied = go_json(&without(declared)) + "\n";
    let Some(annotations) = annotations(object) else {
        return;
    };
    annotations.insert(ANNOTATION, applied.into());
    let size =
        |(key, value): (&crate::Text, &Value)| key.len() + value.as_str().map_or(0, str::len);
    if annotations.iter().map(size).sum::<usize>() > MAX_ANNOTATIONS {
        annotations.remove(ANNOTATION);
    }
}

fn without(declared: &Value) -> Value {
    let mut declared = declared.clone();
    if let Some(annotations) = annotations(&mut declared) {
        annotations.remove(ANNOTATION);
    }
    declared
}

fn annotations(object: &mut Value) -> Option<&mut Map> {
    let metadata = object.as_map_mut()?.get_mut("metadata")?.as_map_mut()?;
    metadata.get_mut("annotations")?.as_map_mut()
}
