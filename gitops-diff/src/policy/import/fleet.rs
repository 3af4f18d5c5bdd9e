//! What Fleet was told to ignore: `diff.comparePatches` of a `fleet.yaml` or a `Bundle`.
//!
//! The rules are those of Fleet's agent: JSON Pointers are removed from both sides of what has the
//! group and the kind (globs), and the name and the namespace where they are given. Operations
//! are made on both sides of exactly one object; `ignore` is about all of it.

use super::super::read::{Document, Node, Wrong};
use super::super::{Pattern, PolicyError, Rule, Select, When};
use super::{RulePath, live, pointer};

const FROM: &str = "Fleet";

/// The rules of `diff.comparePatches` of a `fleet.yaml`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn fleet_yaml(document: Document<'_>) -> Result<Vec<Rule>, PolicyError> {
    let read = || {
        let root = Node::root(document.value);
        let mut fields = root.fields()?;
        for target in fields.items("targetCustomizations")? {
            if let Some(diff) = target.fields()?.get("diff") {
                return Err(diff.wrong("it is for one target alone; read the rules of that target"));
            }
        }
        patches(fields.get("diff").as_ref(), document)
    };
    read().map_err(|wrong: Wrong| wrong.of(FROM, document))
}

/// The rules of `spec.diff.comparePatches` of a `Bundle`, or of `spec.options.diff` of a
/// `BundleDeployment`.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over.
pub fn bundle(document: Document<'_>) -> Result<Vec<Rule>, PolicyError> {
    let read = || {
        let Some(spec) = Node::root(document.value).fields()?.get("spec") else {
            return Ok(Vec::new());
        };
        let mut fields = spec.fields()?;
        for target in fields.items("targets")? {
            if let Some(diff) = target.fields()?.get("diff") {
                return Err(diff.wrong("it is for one target alone; read the rules of that target"));
            }
        }
        let options = fields.get("options").map(|it| it.fields()).transpose()?;
        let diff = fields.get("diff").or_else(|| options?.get("diff"));
        patches(diff.as_ref(), document)
    };
    read().map_err(|wrong: Wrong| wrong.of(FROM, document))
}

fn patches(diff: Option<&Node<'_>>, document: Document<'_>) -> Result<Vec<Rule>, Wrong> {
    let Some(diff) = diff else { return Ok(Vec::new()) };
    let mut fields = diff.fields()?;
    let patches = fields.items("comparePatches")?;
    fields.done()?;
    let mut rules = Vec::new();
    for patch in patches {
        let origin = (document.places)(patch.pointer());
        for mut rule in rules_of(&patch)? {
            rule.origin.clone_from(&origin);
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// What a patch is about, as it is written.
struct About<'a> {
    version: Option<&'a str>,
    group: &'a str,
    kind: &'a str,
    name: &'a str,
    namespace: &'a str,
}

fn rules_of(patch: &Node<'_>) -> Result<Vec<Rule>, Wrong> {
    let mut fields = patch.fields()?;
    let api_version = fields.text("apiVersion")?.unwrap_or_default();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let about = About {
        version: Some(version).filter(|it| !it.is_empty()),
        group,
        kind: fields.text("kind")?.unwrap_or_default(),
        name: fields.text("name")?.unwrap_or_default(),
        namespace: fields.text("namespace")?.unwrap_or_default(),
    };
    let mut rules = Vec::new();
    for node in fields.items("jsonPointers")? {
        let select = about.loosely(patch)?;
        rules.push(Rule { select, ..live(pointer(&node)?, When::Drift) });
    }
    for node in fields.items("operations")? {
        rules.push(operation(&node, &about)?);
    }
    fields.done()?;
    if rules.is_empty() {
        return Err(patch.wrong("it has neither `jsonPointers` nor `operations`"));
    }
    Ok(rules)
}

impl About<'_> {
    /// What JSON Pointers are about.
    fn loosely(&self, node: &Node<'_>) -> Result<Select, Wrong> {
        let glob = |text: &str| text.parse::<Pattern>().map_err(|why| node.wrong(why));
        let some = |text: &str| (!text.is_empty()).then(|| Pattern::exact(text));
        Ok(Select {
            group: Some(glob(self.group)?),
            kind: Some(glob(self.kind)?),
            name: some(self.name),
            namespace: some(self.namespace),
            ..Select::default()
        })
    }

    /// What operations are about.
    fn exactly(&self) -> Select {
        Select {
            version: self.version.map(Pattern::exact),
            name: Some(Pattern::exact(self.name)),
            namespace: Some(Pattern::exact(self.namespace)),
            ..Select::kind(self.group, self.kind)
        }
    }

    /// What is left out of the check: the name is a regular expression that some part must
    /// match, and without one it is all of the namespace.
    fn ignored(&self, node: &Node<'_>) -> Result<Select, Wrong> {
        let is_word = self.name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-');
        let name = match self.name {
            "" => None,
            word if is_word => Some(format!("*{word}*")),
            regex => Some(format!("/(?s:.*)(?:{regex})(?s:.*)/")),
        };
        let name = name.map(|it| it.parse::<Pattern>().map_err(|why| node.wrong(why)));
        Ok(Select { name: name.transpose()?, ..self.exactly() })
    }
}

fn operation(node: &Node<'_>, about: &About<'_>) -> Result<Rule, Wrong> {
    let mut fields = node.fields()?;
    let op = fields.text("op")?.unwrap_or_default();
    let path = fields.get("path");
    fields.pass(&["value"]);
    let rule = match (op, path) {
        ("ignore", _) => {
            Rule { select: about.ignored(node)?, ..live(RulePath::default(), When::Drift) }
        }
        // What is removed from both sides, or set to one value on both, makes no difference.
        ("remove" | "replace" | "add", Some(path)) => {
            if about.name.is_empty() {
                return Err(node.wrong("an operation needs the `name` of its object"));
            }
            Rule { select: about.exactly(), ..live(pointer(&path)?, When::Drift) }
        }
        ("remove" | "replace" | "add", None) => return Err(node.wrong("`path` is missing")),
        (op, _) => {
            return Err(node.wrong(format!("the operation `{op}` cannot be carried over")));
        }
    };
    fields.done()?;
    Ok(rule)
}
