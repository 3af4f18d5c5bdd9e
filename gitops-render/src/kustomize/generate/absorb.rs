//! How generated resources join those that are there (`resWrangler.AbsorbAll`).

use std::collections::BTreeMap;

use gitops_diff::Text;

use crate::kustomize::id::ResId;
use crate::kustomize::node::{Member, Members, Node, Scalar};
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;

/// The annotation that says where a resource comes from.
const ORIGIN: &str = "config.kubernetes.io/origin";

impl Resources {
    /// Adds, merges or replaces, as each of the resources says of itself.
    ///
    /// # Errors
    /// Where one is to be made that is there, or one is to be changed that is not.
    pub(crate) fn absorb(&mut self, generated: impl IntoIterator<Item = Resource>) -> Result<()> {
        generated.into_iter().try_for_each(|resource| self.absorb_one(resource))
    }

    fn absorb_one(&mut self, mut resource: Resource) -> Result<()> {
        let id = resource.id().clone();
        let found = self.by_any_id(&id);
        let behavior = behavior(&resource);
        let at = match (found.as_slice(), behavior) {
            ([], "merge" | "replace") => return Err(nothing_to_change(&id)),
            ([], _) => return self.append(resource),
            ([at], "merge" | "replace") => *at,
            ([_], other) => return Err(exists(&id, other)),
            _ => return Err(self.several(&found, &id)),
        };
        if behavior == "merge" {
            resource.merge_into(self.get(at));
        } else {
            resource.take_over_metadata(self.get(at));
        }
        self.refuse_another(&resource, at)?;
        self.edit(at, |old| *old = resource);
        Ok(())
    }

    /// What replaces a resource must be called as it is.
    fn refuse_another(&self, resource: &Resource, at: usize) -> Result<()> {
        let id = resource.id();
        let problem = match self.by_current_id(id).as_slice() {
            [found] if *found == at => return Ok(()),
            [] => format!("cannot find resource with id {id} to replace"),
            [_] => "unexpected target index in replacement".to_owned(),
            several => format!("in Replace: id matched {} resources", several.len()),
        };
        Err(Problem::new(problem))
    }

    fn several(&self, found: &[usize], id: &ResId) -> Problem {
        let json = |at: &usize| self.get(*at).json();
        let all: Vec<String> = found.iter().map(json).collect();
        Problem::new(format!(
            "found multiple objects [{}] that could accept merge of {id}",
            all.join(" ")
        ))
    }
}

fn behavior(resource: &Resource) -> &'static str {
    match resource.annotation(internal::BEHAVIOR) {
        Some("replace") => "replace",
        Some("merge") => "merge",
        Some("create") => "create",
        _ => "unspecified",
    }
}

fn nothing_to_change(id: &ResId) -> Problem {
    Problem::new(format!("id {} does not exist; cannot merge or replace", detailed(id)))
}

fn exists(id: &ResId, behavior: &str) -> Problem {
    Problem::new(format!(
        "id {} exists; can not use behavior: '{behavior}', behavior must be merge or replace",
        detailed(id)
    ))
}

/// An id as Go prints its parts.
fn detailed(id: &ResId) -> String {
    format!(
        "resid.ResId{{Gvk:resid.Gvk{{Group:{:?}, Version:{:?}, Kind:{:?}, isClusterScoped:{}}}, \
         Name:{:?}, Namespace:{:?}}}",
        &*id.gvk.group,
        &*id.gvk.version,
        &*id.gvk.kind,
        id.gvk.cluster_scoped,
        &*id.name,
        &*id.namespace
    )
}

impl Resource {
    /// Takes the names of `old`, which it replaces, and what is said there and not here.
    fn merge_into(&mut self, old: &Resource) {
        self.take_over_metadata(old);
        let node = self.node_mut().as_map_or_make();
        merge_data(node, old.node(), "data");
        merge_data(node, old.node(), "binaryData");
        if let Some(origin) = old.annotation(ORIGIN) {
            self.set_annotation(ORIGIN, origin);
        }
    }

    /// Takes name and namespace of `old`, which it replaces, and labels and annotations that it
    /// does not have itself.
    pub(crate) fn take_over_metadata(&mut self, old: &Resource) {
        let mut labels = old.texts("labels");
        labels.extend(self.texts("labels"));
        let annotations = merged_annotations(old, self);
        self.variables.clone_from(&old.variables);
        self.set_texts("labels", &labels);
        self.set_texts("annotations", &annotations);
        let Some(metadata) = self.node_mut().get_mut("metadata").and_then(Node::as_map_mut) else {
            return;
        };
        metadata.set_field("name", Node::Scalar(Scalar::plain(old.name())));
        metadata.set_field(
            "namespace",
            match old.namespace() {
                "" => Node::null(),
                namespace => Node::Scalar(Scalar::plain(namespace)),
            },
        );
    }
}

/// What the build remembers of the old one stays, and nothing of the new one but whether it wants
/// a hash.
fn merged_annotations(old: &Resource, new: &Resource) -> BTreeMap<Text, Text> {
    let (old, new) = (old.texts("annotations"), new.texts("annotations"));
    let mut merged = old.clone();
    merged.extend(new.iter().map(|(key, text)| (key.clone(), text.clone())));
    for key in internal::ALL {
        match old.get(key) {
            Some(text) => merged.insert(key.into(), text.clone()),
            None => merged.remove(key),
        };
    }
    if !new.contains_key(internal::NEEDS_HASH) {
        merged.remove(internal::NEEDS_HASH);
    }
    merged
}

/// Writes the texts of both anew, at the end.
fn merge_data(node: &mut Members, old: &Node, field: &str) {
    let mut merged = texts(old.get(field));
    merged.extend(texts(node.get(field)));
    node.remove(field);
    if merged.is_empty() {
        return;
    }
    let mut map = Members::default();
    for (key, text) in merged {
        map.set_field(&key, Node::Scalar(Scalar::string(text)));
    }
    node.set(field, Node::Map(map));
}

fn texts(node: Option<&Node>) -> BTreeMap<Text, Text> {
    let members = node.and_then(Node::as_map);
    let text =
        |value: &Node| value.as_scalar().filter(|it| !it.is_null()).map(|it| it.text.clone());
    let pair = |it: &Member| (it.key.text.clone(), text(&it.value).unwrap_or_default());
    members.into_iter().flat_map(Members::iter).map(pair).collect()
}
