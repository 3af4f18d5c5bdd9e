//! What kapp was told to rebase: `rebaseRules` of its `Config`.
//!
//! The rules are those of `pkg/kapp/config` and `pkg/kapp/resources` of kapp: `copy` takes the
//! first of its sources that has the field, and leaves what is declared where none has it;
//! `remove` leaves the field out. A later rule works on what an earlier one made.

mod matcher;

use self::matcher::selects;
use super::super::path::Step;
use super::super::read::{Document, Node, Wrong};
use super::super::{PolicyError, Rule, RulePath, Take, When};

const FROM: &str = "kapp";

/// Parts of a `Config` that are not about whose fields are.
const OTHERS: [&str; 12] = [
    "apiVersion",
    "kind",
    "metadata",
    "minimumRequiredVersion",
    "waitRules",
    "ownershipLabelRules",
    "labelScopingRules",
    "templateRules",
    "diffMaskRules",
    "preflightRules",
    "additionalLabels",
    "changeGroupBindings",
];

/// The rules of a `Config`: its `rebaseRules`, and the fields that it excludes from diffs.
///
/// # Errors
/// [`PolicyError::Import`] where a part cannot be carried over: programs in ytt, and matchers that
/// depend on more than the object.
pub fn config(document: Document<'_>) -> Result<Vec<Rule>, PolicyError> {
    let read = || {
        let mut fields = Node::root(document.value).fields()?;
        fields.pass(&OTHERS);
        fields.pass(&["changeRuleBindings"]);
        let mut rules = Vec::new();
        for node in fields.items("rebaseRules")? {
            rules.extend(rebase(&node, document)?);
        }
        for list in
            ["diffAgainstExistingFieldExclusionRules", "diffAgainstLastAppliedFieldExclusionRules"]
        {
            for node in fields.items(list)? {
                rules.extend(exclusion(&node, document)?);
            }
        }
        fields.done()?;
        Ok(rules)
    };
    read().map_err(|wrong: Wrong| wrong.of(FROM, document))
}

fn rebase(node: &Node<'_>, document: Document<'_>) -> Result<Vec<Rule>, Wrong> {
    let mut fields = node.fields()?;
    if let Some(ytt) = fields.get("ytt") {
        return Err(ytt.wrong("a program in ytt cannot be carried over; write rules for its paths"));
    }
    let path = fields.get("path");
    let paths = fields.items("paths")?;
    let paths: Vec<RulePath> = path.iter().chain(&paths).map(path_of).collect::<Result<_, _>>()?;
    let sources = fields.items("sources")?;
    let sources: Vec<&str> = sources.iter().map(Node::text).collect::<Result<_, _>>()?;
    let take = match (fields.text("type")?.unwrap_or_default(), &sources[..]) {
        ("remove", _) => Take::Remove,
        ("copy", ["new"]) => Take::Desired,
        ("copy", ["new", "existing"]) => Take::DesiredElseLive,
        ("copy", ["existing"] | ["existing", "new"]) => Take::LiveElseDesired,
        ("copy", _) => {
            return Err(node.wrong("`sources` must be `new`, `existing` or both"));
        }
        (other, _) => return Err(node.wrong(format!("`type` is `{other}`, not copy or remove"))),
    };
    let matchers = fields.items("resourceMatchers")?;
    fields.done()?;
    if paths.is_empty() {
        return Err(node.wrong("neither `path` nor `paths` says which fields it is about"));
    }
    expanded(node, &paths, take, When::Always, &matchers, document)
}

/// A field that counts only where it is declared.
fn exclusion(node: &Node<'_>, document: Document<'_>) -> Result<Vec<Rule>, Wrong> {
    let mut fields = node.fields()?;
    let path = fields.get("path").ok_or_else(|| node.wrong("`path` is missing"))?;
    let matchers = fields.items("resourceMatchers")?;
    fields.done()?;
    let paths = [path_of(&path)?];
    expanded(node, &paths, Take::DesiredElseLive, When::Drift, &matchers, document)
}

fn expanded(
    node: &Node<'_>,
    paths: &[RulePath],
    take: Take,
    when: When,
    matchers: &[Node<'_>],
    document: Document<'_>,
) -> Result<Vec<Rule>, Wrong> {
    if matchers.is_empty() {
        return Err(node.wrong("without `resourceMatchers` it is about no object"));
    }
    let mut rules = Vec::new();
    for matcher in matchers {
        for select in selects(matcher)? {
            for path in paths {
                let mut rule = Rule::new(path.clone(), take);
                rule.select = select.clone();
                rule.when = when;
                rule.origin = (document.places)(node.pointer());
                rules.push(rule);
            }
        }
    }
    Ok(rules)
}

/// A list of names, places, `{allIndexes: true}` and `{regex: …}`.
fn path_of(node: &Node<'_>) -> Result<RulePath, Wrong> {
    node.items()?.iter().map(step).collect::<Result<_, _>>().map(RulePath::new)
}

fn step(node: &Node<'_>) -> Result<Step, Wrong> {
    if let Some(name) = node.value.as_str() {
        return Ok(Step::Field(name.into()));
    }
    let mut fields = node.fields()?;
    let all = fields.get("allIndexes");
    let index = fields.get("index");
    let regex = fields.get("regex");
    fields.done()?;
    match (all, index, regex) {
        (Some(all), None, None) if all.value.as_bool() == Some(true) => Ok(Step::Items),
        (None, Some(index), None) => index
            .value
            .as_int()
            .and_then(|it| u32::try_from(it).ok())
            .map(Step::Index)
            .ok_or_else(|| index.wrong("must be a place in a list")),
        (None, None, Some(regex)) => {
            let text = regex.text()?;
            let pattern = format!("/(?s:.*)(?:{text})(?s:.*)/").parse();
            pattern.map(Step::Fields).map_err(|why: String| regex.wrong(why))
        }
        _ => Err(node.wrong("must be a name, `{index: 0}`, `{allIndexes: true}` or `{regex: …}`")),
    }
}
