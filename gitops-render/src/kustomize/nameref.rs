//! References between resources by name, fixed after names have changed
//! (`api/filters/nameref`, `api/internal/accumulator/namereferencetransformer.go`).
//!
//! Upstream runs some 250 filters over each resource and asks each time all others. Here the
//! fields of a resource are found in one walk, and what a name can mean in a map of earlier names;
//! they are changed in upstream's order.

mod candidates;
mod paths;
mod subjects;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use self::candidates::{Candidates, Referrer, Wanted};
use self::paths::{Paths, Place};
use super::config::{BackReferences, Config};
use super::fieldspec::{Field, Make};
use super::id::{Gvk, ResId};
use super::node::{Node, Scalar, Tag};
use super::problem::{Problem, Result};
use super::resource::{Resource, internal};
use super::resources::Resources;
use super::transform::Transformer;

/// Fixes references by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameReferences<'a> {
    references: &'a [BackReferences],
}

impl<'a> NameReferences<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        Self { references: &config.name_reference }
    }

    /// All fields that hold names, in the order in which they are fixed.
    fn fields(&self) -> Vec<Reference<'a>> {
        let referrers = |it: &'a BackReferences| {
            it.referrers.iter().map(|spec| Reference {
                field: Field::new(spec),
                target: &it.target,
                is_role: spec.path.ends_with("roleRef/name"),
            })
        };
        self.references.iter().flat_map(referrers).collect()
    }
}

impl Transformer for NameReferences<'_> {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let mut fixer = Fixer::new(self.fields(), resources);
        for at in 0..resources.len() {
            fixer.fix(resources, at)?;
        }
        for (at, referrers) in fixer.referred {
            resources.get_mut(at).append(internal::REFERRED_BY, &referrers.join(","));
        }
        Ok(())
    }
}

/// A field that holds the name of a resource of the kind `target`.
struct Reference<'a> {
    field: Field,
    target: &'a Gvk,
    is_role: bool,
}

struct Fixer<'a> {
    references: Vec<Reference<'a>>,
    candidates: Candidates,
    /// The fields of the kinds that were met.
    kinds: HashMap<Gvk, Rc<Fields>>,
    /// Who refers to the resource at a place.
    referred: BTreeMap<usize, Vec<String>>,
    /// What a reference could be to, where that is not clear.
    ambiguous: Vec<usize>,
}

/// The fields of one kind.
#[derive(Default)]
struct Fields {
    paths: Paths,
    /// Those with steps that are no plain keys.
    odd: Vec<usize>,
}

impl<'a> Fixer<'a> {
    fn new(references: Vec<Reference<'a>>, resources: &Resources) -> Self {
        Self {
            references,
            candidates: Candidates::of(resources),
            kinds: HashMap::new(),
            referred: BTreeMap::new(),
            ambiguous: Vec::new(),
        }
    }

    /// Fixes the references in one resource.
    fn fix(&mut self, resources: &mut Resources, at: usize) -> Result<()> {
        let resource = resources.get(at);
        let fields = self.fields_of(&resource.original_id().gvk.clone());
        let mut places = fields.paths.find(resource.node());
        places.extend(fields.odd.iter().map(|number| (*number, Vec::new())));
        if places.is_empty() {
            return Ok(());
        }
        let referrer = Referrer::of(resource)?;
        for (number, places) in places {
            let resource = resources.get_mut(at);
            self.fix_field(resource, number, &places, &referrer)
                .map_err(|problem| self.explained(problem, resources, at, number))?;
        }
        Ok(())
    }

    fn fields_of(&mut self, gvk: &Gvk) -> Rc<Fields> {
        if let Some(fields) = self.kinds.get(gvk) {
            return Rc::clone(fields);
        }
        let mut fields = Fields::default();
        let is_meant = |it: &Reference<'_>| gvk.is_selected(it.field.kinds());
        for (number, it) in self.references.iter().enumerate().filter(|(_, it)| is_meant(it)) {
            if it.field.is_plain() {
                fields.paths.add(&it.field, number);
            } else {
                fields.odd.push(number);
            }
        }
        let fields = Rc::new(fields);
        self.kinds.insert(gvk.clone(), Rc::clone(&fields));
        fields
    }

    fn fix_field(
        &mut self,
        resource: &mut Resource,
        number: usize,
        places: &[Place],
        referrer: &Referrer,
    ) -> Result<()> {
        if places.is_empty() || places.contains(&Place::Blocked) {
            return self.visit(resource.node_mut(), number, referrer);
        }
        for place in places {
            let Place::At(positions) = place else { continue };
            let Some(node) = resource.node().descend(positions) else { continue };
            let Ok(fixed) = self.fixed(node, number, referrer) else {
                // Once more, for the words of the error.
                return self.visit(&mut resource.node().clone(), number, referrer);
            };
            if let (Some(node), Some(fixed)) = (fixed, resource.node_mut().descend_mut(positions)) {
                *fixed = node;
            }
        }
        Ok(())
    }

    /// Fixes a field wherever its path leads.
    fn visit(&mut self, root: &mut Node, number: usize, referrer: &Referrer) -> Result<()> {
        let field = self.references[number].field.clone();
        field.visit(root, &Make::Nothing, &mut |node| {
            if let Some(fixed) = self.fixed(node, number, referrer)? {
                *node = fixed;
            }
            Ok(())
        })
    }

    /// What has to stand in the place of a reference, or of several.
    fn fixed(&mut self, node: &Node, number: usize, referrer: &Referrer) -> Result<Option<Node>> {
        match node {
            Node::Scalar(scalar) if scalar.is_null() => Ok(None),
            Node::Scalar(scalar) => self.fixed_name(scalar, number, referrer),
            Node::Map(_) => self.fixed_map(node, number, referrer),
            Node::List(items) => {
                let mut all: Option<Vec<Node>> = None;
                for (at, item) in items.iter().enumerate() {
                    if item.as_list().is_some() {
                        let text = "is expected to be either a string or a map of string";
                        return Err(Problem::new(format!("a list {text}")));
                    }
                    if let Some(fixed) = self.fixed(item, number, referrer)? {
                        all.get_or_insert_with(|| items.clone())[at] = fixed;
                    }
                }
                Ok(all.map(Node::List))
            }
        }
    }

    fn fixed_name(
        &mut self,
        scalar: &Scalar,
        number: usize,
        referrer: &Referrer,
    ) -> Result<Option<Node>> {
        let found = self.select(&scalar.text, None, number, referrer);
        let Some(name) = self.name_of(found, |first, it| first.name == it.name)? else {
            return Ok(None);
        };
        self.record(name.candidate, referrer);
        if name.id.name == scalar.text || name.id.name.is_empty() {
            return Ok(None);
        }
        let mut fixed = Node::Scalar(scalar.clone());
        fixed.set_text(name.id.name, Tag::Unknown)?;
        Ok(Some(fixed))
    }

    /// A map refers by its `name`, and `namespace` if it has one.
    fn fixed_map(
        &mut self,
        node: &Node,
        number: usize,
        referrer: &Referrer,
    ) -> Result<Option<Node>> {
        let Some(name) = node.get("name") else {
            return Err(Problem::new("path config error; no 'name' field in node"));
        };
        let text = |node: &Node| node.as_text().cloned().unwrap_or_default();
        let (name, namespace) = (text(name), node.get("namespace").map(text));
        let found = self.select(&name, namespace.as_deref(), number, referrer);
        let same = |first: &ResId, it: &ResId| {
            (&first.name, &first.namespace) == (&it.name, &it.namespace)
        };
        let Some(new) = self.name_of(found, same)? else { return Ok(None) };
        self.record(new.candidate, referrer);
        let ResId { name: new_name, namespace: new_namespace, .. } = new.id;
        if new_name == name && new_namespace.is_empty() {
            return Ok(None);
        }
        let mut fixed = node.clone();
        fixed.set_field("name", Node::Scalar(Scalar::plain(new_name)))?;
        if !new_namespace.is_empty() {
            fixed.set_field("namespace", Node::Scalar(Scalar::plain(new_namespace)))?;
        }
        Ok(Some(fixed))
    }

    fn select(
        &self,
        name: &str,
        namespace: Option<&str>,
        number: usize,
        referrer: &Referrer,
    ) -> Vec<usize> {
        let Reference { target, is_role, .. } = self.references[number];
        let wanted = Wanted { name, namespace, target, is_role };
        self.candidates.select(referrer, &wanted)
    }

    /// The name of the first of those found, if all have the same.
    fn name_of(
        &mut self,
        found: Vec<usize>,
        same: impl Fn(&ResId, &ResId) -> bool,
    ) -> Result<Option<NewName>> {
        let id = |at: &usize| &self.candidates.get(*at).id;
        let Some(first) = found.first() else { return Ok(None) };
        if found.iter().all(|at| same(id(first), id(at))) {
            return Ok(Some(NewName { candidate: *first, id: id(first).clone() }));
        }
        let ids: Vec<String> = found.iter().map(|at| id(at).to_string()).collect();
        self.ambiguous = found;
        Err(Problem::new(format!("found multiple possible referrals: {}", ids.join(", "))))
    }

    fn record(&mut self, candidate: usize, referrer: &Referrer) {
        self.referred.entry(candidate).or_default().push(referrer.id.to_string());
    }

    /// The problem with all that upstream says of it.
    fn explained(
        &self,
        mut problem: Problem,
        resources: &Resources,
        at: usize,
        number: usize,
    ) -> Problem {
        let yaml = |at: usize| resources.get(at).node().yaml().unwrap_or_default();
        if !self.ambiguous.is_empty() {
            let head = "\n\n**** Too many possible referral targets to referrer:\n";
            problem.message.extend([head, &yaml(at), "\n"]);
        }
        for (number, at) in self.ambiguous.iter().enumerate() {
            let head = format!("--- possible referral {number}:\n");
            problem.message.extend([&head, &yaml(*at), "\n"]);
        }
        let path = self.references[number].field.path();
        let id = resources.get(at).id();
        problem.within(format_args!("updating name reference in '{path}' field of '{id}'"))
    }
}

/// What a resource is called now.
struct NewName {
    candidate: usize,
    id: ResId,
}

#[cfg(test)]
mod tests;
