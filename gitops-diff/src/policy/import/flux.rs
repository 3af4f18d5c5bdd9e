//! What Flux was told to ignore: `spec.ignore` of a Kustomization, `spec.driftDetection.ignore`
//! of a `HelmRelease`.
//!
//! The rules are those of `fluxcd/pkg/ssa`: paths are JSON Pointers, targets are regular
//! expressions that a whole text must match. A Kustomization leaves ignored fields alone when it
//! applies; a Helm upgrade does not, so that its rules are about drift alone.

use super::super::read::{Document, Node, Wrong};
use super::super::{Pattern, PolicyError, Rule, Select, When};
use super::{live, pointer, regex};

const FROM: &str = "Flux";

/// The rules of `spec.ignore` of a `Kustomization`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn kustomization(document: Document<'_>) -> Result<Vec<Rule>, PolicyError> {
    let read = || {
        let Some(spec) = Node::root(document.value).fields()?.get("spec") else {
            return Ok(Vec::new());
        };
        let list = spec.fields()?.get("ignore");
        list.map_or_else(|| Ok(Vec::new()), |it| ignored(&it, When::Always, document))
    };
    read().map_err(|wrong: Wrong| wrong.of(FROM, document))
}

/// The rules of `spec.driftDetection.ignore` of a `HelmRelease`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn helm_release(document: Document<'_>) -> Result<Vec<Rule>, PolicyError> {
    let read = || {
        let Some(spec) = Node::root(document.value).fields()?.get("spec") else {
            return Ok(Vec::new());
        };
        let Some(detection) = spec.fields()?.get("driftDetection") else {
            return Ok(Vec::new());
        };
        let mut fields = detection.fields()?;
        fields.pass(&["mode"]);
        let list = fields.get("ignore");
        fields.done()?;
        list.map_or_else(|| Ok(Vec::new()), |it| ignored(&it, When::Drift, document))
    };
    read().map_err(|wrong: Wrong| wrong.of(FROM, document))
}

/// The rules of a list of `paths` and `target`, which hold in the case `when`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn ignore_rules(document: Document<'_>, when: When) -> Result<Vec<Rule>, PolicyError> {
    ignored(&Node::root(document.value), when, document).map_err(|wrong| wrong.of(FROM, document))
}

fn ignored(list: &Node<'_>, when: When, document: Document<'_>) -> Result<Vec<Rule>, Wrong> {
    let mut rules = Vec::new();
    for item in list.items()? {
        let mut fields = item.fields()?;
        let select = fields.get("target").map(|it| target(&it)).transpose()?.unwrap_or_default();
        let paths = fields.items("paths")?;
        fields.done()?;
        if paths.is_empty() {
            return Err(item.wrong("`paths` is missing"));
        }
        for path in paths {
            let mut rule = live(pointer(&path)?, when);
            if rule.path.is_empty() && select == Select::default() {
                return Err(path.wrong("it is about every field of every object"));
            }
            rule.select = select.clone();
            rule.origin = (document.places)(path.pointer());
            rules.push(rule);
        }
    }
    Ok(rules)
}

fn target(node: &Node<'_>) -> Result<Select, Wrong> {
    let mut fields = node.fields()?;
    let group = fields.get("group").map(|it| group(&it)).transpose()?.flatten();
    let mut pattern = |name| fields.get(name).map(|it| regex(&it)).transpose().map(Option::flatten);
    let (version, kind) = (pattern("version")?, pattern("kind")?);
    let (name, namespace) = (pattern("name")?, pattern("namespace")?);
    let labels = fields.parsed("labelSelector")?.unwrap_or_default();
    let annotations = fields.parsed("annotationSelector")?.unwrap_or_default();
    fields.done()?;
    let select =
        Select { group, version, kind, namespace, name, labels, annotations, ..Select::default() };
    Ok(select)
}

/// A group is written as it is; that its dots are any character in a regular expression is
/// nothing that a group could tell.
fn group(node: &Node<'_>) -> Result<Option<Pattern>, Wrong> {
    let text = node.text()?;
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.');
    if !text.is_empty()
        && text.contains(|it: char| it.is_ascii_alphanumeric())
        && text.chars().all(is_plain)
        && !text.contains("..")
    {
        return Ok(Some(Pattern::exact(text)));
    }
    regex(node)
}
