//! Rules of other tools, carried over whole or refused with the field that has no counterpart.

pub mod argo;
pub mod fleet;
pub mod flux;
mod jq;
pub mod kapp;

use super::path::unescaped;
use super::read::{Document, Node, Wrong};
use super::{Pattern, PolicyError, Rule, RulePath, Step, Take, When};

/// The rules of a document of another tool, or of rules of our own, by what it says it is.
///
/// Known are an `Application` and the `argocd-cm` of Argo CD, a `Kustomization` and a
/// `HelmRelease` of Flux, a `Bundle` and a `fleet.yaml` of Fleet, a `Config` of kapp, and
/// [`Rule::read_all`]'s form.
///
/// `yaml` reads what stands as YAML in a string, as rules do in `argocd-cm`.
///
/// ```
/// use gitops_diff::policy::{Document, import};
///
/// let release = serde_json::from_str(
///     r#"{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","spec":{
///         "driftDetection":{"mode":"enabled","ignore":[
///             {"paths":["/spec/replicas"],"target":{"kind":"Deployment"}}]}}}"#,
/// )?;
/// let json = |text: &str| serde_json::from_str(text).map_err(|it| it.to_string());
/// let rules = import::any(Document::new(&release), &json)?;
/// assert_eq!(rules[0].id(), "live spec.replicas of Deployment.* on drift");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over, [`PolicyError::Rule`] where a rule
/// of our own is none.
pub fn any(document: Document<'_>, yaml: &argo::Yaml<'_>) -> Result<Vec<Rule>, PolicyError> {
    let text = |key| document.value.get(key).and_then(crate::Value::as_str).unwrap_or_default();
    let group = text("apiVersion").split('/').next().unwrap_or_default();
    match (group, text("kind")) {
        ("argoproj.io", "Application") => argo::application(document),
        ("v1", "ConfigMap") => argo::config(document, yaml),
        ("kustomize.toolkit.fluxcd.io", "Kustomization") => flux::kustomization(document),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => flux::helm_release(document),
        ("fleet.cattle.io", _) => fleet::bundle(document),
        ("kapp.k14s.io", _) => kapp::config(document),
        ("", "") if is_of_fleet(document.value) => fleet::fleet_yaml(document),
        ("", "") => Rule::read_all(document),
        (group, kind) => Err(PolicyError::Import {
            from: "rules",
            field: "kind".into(),
            why: format!("`{kind}` of `{group}` holds no rules that are known"),
            at: (document.places)("/kind").map(Box::new),
        }),
    }
}

/// A `fleet.yaml` says neither its version nor its kind.
fn is_of_fleet(value: &crate::Value) -> bool {
    let keys = ["diff", "helm", "defaultNamespace", "targetCustomizations", "kustomize"];
    value.get("rules").is_none() && keys.iter().any(|it| value.get(it).is_some())
}

/// A JSON Pointer without wildcards.
fn pointer(node: &Node<'_>) -> Result<RulePath, Wrong> {
    let text = node.text()?;
    if text.is_empty() {
        return Ok(RulePath::default());
    }
    let tokens = text.strip_prefix('/').ok_or_else(|| {
        node.wrong(format!("`{text}` is no JSON Pointer: a slash is missing in front"))
    })?;
    let step = |token: &str| match super::path::index(token) {
        Some(index) => Ok(Step::Index(index)),
        None if token == "-" => Err(node.wrong("`-` is the place after the last item")),
        None => unescaped(token).map(|it| Step::Field(it.into())).ok_or_else(|| {
            node.wrong(format!("`{text}` is no JSON Pointer: `~` stands before `0` or `1` alone"))
        }),
    };
    tokens.split('/').map(step).collect::<Result<_, _>>().map(RulePath::new)
}

/// A regular expression as a pattern for whole texts; words stay words.
fn regex(node: &Node<'_>) -> Result<Option<Pattern>, Wrong> {
    let text = node.text()?;
    let is_word = text.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
    match text {
        "" => Ok(None),
        word if is_word => Ok(Some(Pattern::exact(word))),
        regex => format!("/{regex}/").parse().map(Some).map_err(|why| node.wrong(why)),
    }
}

/// A rule that takes what lives.
fn live(path: RulePath, when: When) -> Rule {
    Rule { when, ..Rule::new(path, Take::Live) }
}
