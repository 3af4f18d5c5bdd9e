//! Explains a field of every object that has it.

use std::error::Error;

use gitops_diff::merge::Force;
use gitops_diff::policy::{Applying, Explanation, Question};
use gitops_diff::{Drift, FieldPath, Object, ObjectId, ObjectSet, Observed, Origin, Schema};
use gitops_render::yaml;
use gitops_source::Tree;

/// What decides the field at `path`, written as `spec.replicas` or, for one object alone, as
/// `Deployment.apps/shop/web:spec.replicas`.
///
/// # Errors
/// Where nothing has such a field, or a rule fails.
pub(crate) fn explain(
    drift: &Drift,
    (desired, observed): (&ObjectSet, &Observed),
    tree: &Tree,
    path: &str,
) -> Result<Vec<Explanation>, Box<dyn Error>> {
    let (only, path) = question(path)?;
    let live = || observed.iter().filter_map(|(id, _)| observed.object(id));
    let policy = drift.policy.among(desired.iter().chain(live()));
    let by = Applying { schema: schema(drift, desired), manager: drift.manager.clone() };
    let ids = observed.iter().map(|(id, _)| id);
    let mut all = Vec::new();
    for id in ids.filter(|it| only.as_ref().is_none_or(|only| only == *it)) {
        let (desired, live) = (desired.get(id), observed.object(id));
        let question = Question { desired, live, path: &path, force: Force::Yes };
        let Some(mut found) = policy.explain(&by, question)? else { continue };
        if found.declared.is_none() && found.live.is_none() && only.is_none() {
            continue;
        }
        if let Some(line) = desired.and_then(|it| line(it, &path, tree)) {
            found.origin = found.origin.map(|it| Origin { line, ..it });
        }
        all.push(found);
    }
    if all.is_empty() { Err(format!("nothing has a field `{path}`").into()) } else { Ok(all) }
}

/// The kinds, and those that are declared; a definition that is none is the diff's to report.
fn schema(drift: &Drift, desired: &ObjectSet) -> Schema {
    let definition =
        |it: &&Object| it.id().group_kind().is("apiextensions.k8s.io", "CustomResourceDefinition");
    let definitions = desired.iter().filter(definition);
    definitions.fold(drift.schema.clone(), |all, it| all.with_crd(it).unwrap_or(all))
}

/// The object, if one is named, and the field.
fn question(text: &str) -> Result<(Option<ObjectId>, FieldPath), Box<dyn Error>> {
    match text.split_once(':') {
        Some((id, path)) if id.contains('/') && !id.contains('[') => {
            Ok((Some(id.parse()?), path.parse()?))
        }
        _ => Ok((None, text.parse()?)),
    }
}

/// The line on which a field is written, where its object is written as it is declared.
fn line(object: &Object, path: &FieldPath, tree: &Tree) -> Option<u32> {
    let Origin { file, document, .. } = object.origin()?;
    let documents = yaml::parse(tree.read(file)?, &yaml::Options::default()).ok()?;
    let written = documents.into_iter().find(|it| it.number == *document)?;
    let is_same = written.value.get("metadata")?.get("name")?.as_str()? == object.id().name();
    let pointer = path.pointer(&written.value).filter(|_| is_same)?;
    written.mark(&pointer).map(|it| it.line)
}
