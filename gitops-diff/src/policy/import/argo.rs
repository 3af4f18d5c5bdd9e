//! What Argo CD was told to ignore: `ignoreDifferences` of applications and of `argocd-cm`.
//!
//! The rules are those of `util/argo/normalizers` of Argo CD 3: groups and kinds are globs, names
//! and namespaces are texts, JSON Pointers and jq paths are removed from both sides, fields of
//! trusted managers are as they live. Where `RespectIgnoreDifferences=true` is set, they hold for
//! the sync as well, otherwise for the comparison alone.

use super::super::read::{Document, Fields, Node, Wrong};
use super::super::{Catalogue, OwnedBy, Pattern, PolicyError, Rule, Select, When};
use super::{jq, live, pointer};
use crate::Value;

const FROM: &str = "Argo CD";
const PREFIX: &str = "resource.customizations.ignoreDifferences.";

/// Reads what stands as YAML in a string.
pub type Yaml<'y> = dyn Fn(&str) -> Result<Value, String> + 'y;

/// The rules of `spec.ignoreDifferences` of an `Application`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn application(document: Document<'_>) -> Result<Vec<Rule>, PolicyError> {
    let read = || {
        let Some(mut spec) = Node::root(document.value).fields()?.get("spec") else {
            return Ok(Vec::new());
        };
        let mut fields = spec.fields()?;
        let when = if respects(&mut fields)? { When::Always } else { When::Drift };
        spec = match fields.get("ignoreDifferences") {
            Some(list) => list,
            None => return Ok(Vec::new()),
        };
        differences(&spec, when, document)
    };
    read().map_err(|wrong: Wrong| wrong.of(FROM, document))
}

/// The rules of a list in the form of `ignoreDifferences`, which hold in the case `when`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn ignore_differences(document: Document<'_>, when: When) -> Result<Vec<Rule>, PolicyError> {
    differences(&Node::root(document.value), when, document)
        .map_err(|wrong| wrong.of(FROM, document))
}

/// The rules of `argocd-cm`: `resource.customizations.ignoreDifferences.*`, the same in
/// `resource.customizations`, and what `resource.compareoptions` says of aggregated roles.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn config(document: Document<'_>, yaml: &Yaml<'_>) -> Result<Vec<Rule>, PolicyError> {
    let Some(Value::Map(data)) = document.value.get("data") else {
        return Ok(Vec::new());
    };
    let mut rules = Vec::new();
    for (key, text) in data.iter() {
        let at = || (document.places)(&format!("/data/{}", key.replace('/', "~1")));
        let refused = |wrong: Wrong| PolicyError::Import {
            from: FROM,
            field: format!("data[\"{key}\"]{}", dotted(&wrong.field)),
            why: wrong.why,
            at: at().map(Box::new),
        };
        let value = || {
            let text = text.as_str().unwrap_or_default();
            yaml(text).map_err(|why| refused(Wrong::whole(why)))
        };
        let mut found = match key.as_str() {
            "resource.customizations" => customizations(&value()?).map_err(refused)?,
            "resource.compareoptions" => compare_options(&value()?).map_err(refused)?,
            key => match key.strip_prefix(PREFIX) {
                Some(kind) => customization(kind, &value()?).map_err(refused)?,
                None => continue,
            },
        };
        for rule in &mut found {
            rule.origin = at();
        }
        rules.append(&mut found);
    }
    Ok(rules)
}

fn dotted(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!(".{field}") }
}

/// Whether the sync leaves alone what the comparison ignores.
fn respects(spec: &mut Fields<'_>) -> Result<bool, Wrong> {
    let Some(policy) = spec.get("syncPolicy") else { return Ok(false) };
    let options = policy.fields()?.items("syncOptions")?;
    let texts: Vec<&str> = options.iter().map(Node::text).collect::<Result<_, _>>()?;
    Ok(texts.contains(&"RespectIgnoreDifferences=true"))
}

fn differences(list: &Node<'_>, when: When, document: Document<'_>) -> Result<Vec<Rule>, Wrong> {
    let mut rules = Vec::new();
    for item in list.items()? {
        let mut fields = item.fields()?;
        let select = Select {
            group: Some(glob(fields.get("group").as_ref())?),
            kind: Some(glob(fields.get("kind").as_ref())?),
            name: fields.filled("name")?.map(|it| Pattern::exact(&it)),
            namespace: fields.filled("namespace")?.map(|it| Pattern::exact(&it)),
            ..Select::default()
        };
        let origin = (document.places)(item.pointer());
        let mut found = paths(&mut fields, when)?;
        fields.done()?;
        if found.is_empty() {
            return Err(item.wrong("it names no fields"));
        }
        for rule in &mut found {
            rule.select = select.clone();
            rule.origin.clone_from(&origin);
        }
        rules.append(&mut found);
    }
    Ok(rules)
}

/// A glob; nothing is the empty one, which is the core group.
fn glob(node: Option<&Node<'_>>) -> Result<Pattern, Wrong> {
    node.map_or_else(|| Ok(Pattern::exact("")), Node::parsed)
}

fn paths(fields: &mut Fields<'_>, when: When) -> Result<Vec<Rule>, Wrong> {
    let mut rules = Vec::new();
    for node in fields.items("jsonPointers")? {
        rules.push(live(pointer(&node)?, when));
    }
    for node in fields.items("jqPathExpressions")? {
        let expression = node.text()?;
        let paths = jq::paths(expression).map_err(|why| {
            node.wrong(format!("the jq path `{expression}` cannot be carried over: {why}"))
        })?;
        rules.extend(paths.into_iter().map(|it| live(it, when)));
    }
    for node in fields.items("managedFieldsManagers")? {
        let owner = OwnedBy { manager: Pattern::exact(node.text()?), operation: None };
        rules.push(Rule { owner: Some(owner), ..live(super::RulePath::default(), when) });
    }
    Ok(rules)
}

/// The rules for `group_Kind`, for `Kind` of the core group, or for `all`.
fn customization(kind: &str, value: &Value) -> Result<Vec<Rule>, Wrong> {
    let select = match kind.rsplit_once('_') {
        _ if kind == "all" => Select::default(),
        Some((group, kind)) => Select::kind(group, kind),
        None => Select::kind("", kind),
    };
    rules_of(&select, &Node::root(value))
}

fn rules_of(select: &Select, node: &Node<'_>) -> Result<Vec<Rule>, Wrong> {
    let mut fields = node.fields()?;
    let mut rules = paths(&mut fields, When::Drift)?;
    fields.done()?;
    for rule in &mut rules {
        rule.select = select.clone();
    }
    Ok(rules)
}

/// `resource.customizations`: customisations by `group/Kind`, where stars may stand.
fn customizations(value: &Value) -> Result<Vec<Rule>, Wrong> {
    let root = Node::root(value);
    let Value::Map(kinds) = value else {
        return if value.is_null() { Ok(Vec::new()) } else { root.fields().map(|_| Vec::new()) };
    };
    let mut rules = Vec::new();
    for (kind, _) in kinds.iter() {
        let (group, name) = kind.split_once('/').unwrap_or(("", kind));
        let pattern = |text: &str| text.parse::<Pattern>().map_err(|why| root.wrong(why));
        let select = Select {
            group: Some(pattern(group)?),
            kind: Some(pattern(name)?),
            ..Select::default()
        };
        let Some(ignore) =
            root.member(kind).and_then(|it| it.fields().ok()?.get("ignoreDifferences"))
        else {
            continue;
        };
        rules.extend(rules_of(&select, &ignore)?);
    }
    Ok(rules)
}

/// `resource.compareoptions`; that status is ignored is how things are compared here anyway.
fn compare_options(value: &Value) -> Result<Vec<Rule>, Wrong> {
    let mut fields = Node::root(value).fields()?;
    let aggregated = fields.get("ignoreAggregatedRoles").and_then(|it| it.value.as_bool());
    fields.pass(&["ignoreResourceStatusField", "ignoreDifferencesOnResourceUpdates"]);
    fields.done()?;
    Ok(if aggregated == Some(true) { Catalogue::AggregatedRoles.rules() } else { Vec::new() })
}
