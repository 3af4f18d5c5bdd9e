//! Compiled rules: by kind, then by what else selects objects, then step by step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::path::Step;
use super::{PolicyError, Reference, Rule, Select, Take};
use crate::{GroupKind, Text};

/// The most rules of a policy.
const MAX_RULES: usize = 20_000;

/// The rules, made ready.
#[derive(Debug, Default)]
pub(super) struct Trie {
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) ids: Vec<Text>,
    pub(super) groups: Vec<Group>,
    /// The groups for one kind, by that.
    pub(super) exact: BTreeMap<GroupKind, Vec<u32>>,
    /// The groups for kinds that match a pattern.
    pub(super) loose: Vec<u32>,
    pub(super) nodes: Vec<Node>,
    /// Every way in which objects refer to others.
    pub(super) references: Vec<Reference>,
}

/// The rules that select the same objects.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) select: Select,
    /// Which of [`Trie::references`] counts.
    pub(super) reference: Option<usize>,
    pub(super) root: u32,
    /// The rules of this group hold in these cases.
    pub(super) whens: Vec<super::When>,
}

/// What follows one step.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// By the name of a field; sorted.
    pub(super) fields: Vec<(Text, u32)>,
    /// By any other step.
    pub(super) others: Vec<(Step, u32)>,
    /// The rules that are about all from here on.
    pub(super) ends: Vec<u32>,
    /// Whether this is for one kind alone.
    pub(super) is_exact: bool,
}

impl Node {
    pub(super) fn is_leaf(&self) -> bool {
        self.fields.is_empty() && self.others.is_empty()
    }

    /// Whether a step leads into maps alone.
    pub(super) fn leads_into_maps(&self) -> bool {
        let is = |(step, _): &(Step, u32)| matches!(step, Step::Fields(_));
        !self.fields.is_empty() || self.others.iter().any(is)
    }

    /// Whether a step leads into lists alone.
    pub(super) fn leads_into_lists(&self) -> bool {
        let is =
            |(step, _): &(Step, u32)| matches!(step, Step::Items | Step::Item(_) | Step::Value(_));
        self.others.iter().any(is)
    }
}

impl Trie {
    pub(super) fn new(rules: Vec<Rule>) -> Result<Self, PolicyError> {
        if rules.len() > MAX_RULES {
            return Err(PolicyError::Limit {
                what: "the number of rules".into(),
                limit: MAX_RULES,
            });
        }
        let mut trie = Self::default();
        let mut ids = BTreeMap::new();
        for (at, rule) in rules.into_iter().enumerate() {
            check(at + 1, &rule)?;
            let id = unique(at + 1, &rule, &mut ids)?;
            trie.add(u32::try_from(at).unwrap_or(u32::MAX), id, rule);
        }
        Ok(trie)
    }

    fn add(&mut self, number: u32, id: Text, rule: Rule) {
        let group = self.group(&rule.select);
        let mut node = {
            let group = &mut self.groups[group];
            if !group.whens.contains(&rule.when) {
                group.whens.push(rule.when);
            }
            group.root
        };
        for step in rule.path.steps() {
            node = self.child(node, step);
        }
        self.nodes[node as usize].ends.push(number);
        self.rules.push(Arc::new(rule));
        self.ids.push(id);
    }

    fn group(&mut self, select: &Select) -> usize {
        let exact = |it: &Option<super::Pattern>| it.as_ref()?.as_exact().cloned();
        let kind = exact(&select.group)
            .zip(exact(&select.kind))
            .map(|(group, kind)| GroupKind::new(group, kind));
        let number = self.groups.len();
        let is_exact = kind.is_some();
        let peers = match kind {
            Some(kind) => self.exact.entry(kind).or_default(),
            None => &mut self.loose,
        };
        let groups = &self.groups;
        if let Some(at) = peers.iter().find(|at| groups[**at as usize].select == *select) {
            return *at as usize;
        }
        peers.push(u32::try_from(number).unwrap_or(u32::MAX));
        let reference = select.target_of.as_ref().map(|it| self.reference(it));
        let root = self.node(is_exact);
        self.groups.push(Group { select: select.clone(), reference, root, whens: Vec::new() });
        number
    }

    fn reference(&mut self, reference: &Reference) -> usize {
        self.references.iter().position(|it| it == reference).unwrap_or_else(|| {
            self.references.push(reference.clone());
            self.references.len() - 1
        })
    }

    /// The first rule that is about something below a node.
    pub(super) fn first_below(&self, node: &Node) -> Option<u32> {
        let next = node.fields.iter().map(|it| it.1).chain(node.others.iter().map(|it| it.1));
        next.filter_map(|it| {
            let node = &self.nodes[it as usize];
            node.ends.first().copied().into_iter().chain(self.first_below(node)).min()
        })
        .min()
    }

    fn node(&mut self, is_exact: bool) -> u32 {
        self.nodes.push(Node { is_exact, ..Node::default() });
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    fn child(&mut self, parent: u32, step: &Step) -> u32 {
        let node = &self.nodes[parent as usize];
        if let Step::Field(name) = step {
            return match node.fields.binary_search_by(|(it, _)| it.cmp(name)) {
                Ok(at) => node.fields[at].1,
                Err(at) => {
                    let child = self.node(self.nodes[parent as usize].is_exact);
                    self.nodes[parent as usize].fields.insert(at, (name.clone(), child));
                    child
                }
            };
        }
        if let Some((_, child)) = node.others.iter().find(|(it, _)| it == step) {
            return *child;
        }
        let child = self.node(self.nodes[parent as usize].is_exact);
        self.nodes[parent as usize].others.push((step.clone(), child));
        child
    }
}

/// Refuses rules that would take the identity from an object.
fn check(number: usize, rule: &Rule) -> Result<(), PolicyError> {
    let identity = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];
    let takes = |path: &str| path.parse().is_ok_and(|it| rule.path.covers(&it));
    let refused = |field: &str, why: String| {
        let (id, at) = (rule.id.clone(), rule.origin.clone().map(Box::new));
        Err(PolicyError::Rule { number, id, field: field.into(), why, at })
    };
    if let Some(part) = identity.into_iter().find(|it| rule.take == Take::Remove && takes(it)) {
        return refused("take", format!("`remove` would take `{part}` from objects"));
    }
    if rule.path.is_empty() && rule.owner.is_none() && rule.select == Select::default() {
        let why = "it is about every field of every object; say which objects, fields or owners";
        return refused("", why.into());
    }
    Ok(())
}

/// The id of a rule; one that was made for an equal rule before gets a number.
fn unique(
    number: usize,
    rule: &Rule,
    seen: &mut BTreeMap<Text, usize>,
) -> Result<Text, PolicyError> {
    let id = rule.id();
    let count = seen.entry(id.clone()).or_default();
    *count += 1;
    match (*count, &rule.id) {
        (1, _) => Ok(id),
        (_, Some(_)) => Err(PolicyError::Rule {
            number,
            id: Some(id),
            field: "id".into(),
            why: "another rule has this id".into(),
            at: rule.origin.clone().map(Box::new),
        }),
        (count, None) => Ok(format!("{id} #{count}").into()),
    }
}
