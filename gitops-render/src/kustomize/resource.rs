//! One resource of a build: its tree, and what the build knows of it.
//!
//! As upstream has it, what the build has to remember (earlier names, prefixes, whether a hash is
//! wanted) stands in annotations of the tree itself until the end: patches see them, count them
//! and can take them away, and the output depends on that.

use std::collections::BTreeMap;
mod sharing;

use std::sync::{Arc, OnceLock};

use gitops_diff::{Origin, Text};

use self::sharing::Sharing;
use super::id::{Gvk, ResId};
use super::node::{Members, Node};
use super::schema::Schema;

/// The annotations in which a build remembers what it needs; none of them is printed.
pub(crate) mod internal {
    pub(crate) const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
    pub(crate) const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
    pub(crate) const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
    pub(crate) const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
    pub(crate) const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
    pub(crate) const ALLOW_NAME_CHANGE: &str = "internal.config.kubernetes.io/allowNameChange";
    pub(crate) const ALLOW_KIND_CHANGE: &str = "internal.config.kubernetes.io/allowKindChange";
    pub(crate) const REFERRED_BY: &str = "internal.config.kubernetes.io/refBy";
    pub(crate) const BEHAVIOR: &str = "internal.config.kubernetes.io/generatorBehavior";
    pub(crate) const NEEDS_HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
    pub(crate) const HELM_GENERATED: &str = "internal.config.kubernetes.io/helm-generated";

    /// All that are taken off before the output.
    pub(crate) const ALL: [&str; 19] = [
        PREVIOUS_KINDS,
        PREVIOUS_NAMES,
        PREFIXES,
        SUFFIXES,
        PREVIOUS_NAMESPACES,
        ALLOW_NAME_CHANGE,
        ALLOW_KIND_CHANGE,
        REFERRED_BY,
        BEHAVIOR,
        NEEDS_HASH,
        "internal.config.kubernetes.io/path",
        "internal.config.kubernetes.io/index",
        "internal.config.kubernetes.io/seqindent",
        "internal.config.kubernetes.io/id",
        "internal.config.kubernetes.io/annotations-migration-resource-id",
        "config.kubernetes.io/path",
        "config.kubernetes.io/index",
        "config.k8s.io/id",
        HELM_GENERATED,
    ];
}

/// A resource of a build.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    node: Arc<Node>,
    schema: Arc<Schema>,
    /// The names it has and had, worked out when they are asked for.
    names: OnceLock<Names>,
    sharing: Sharing,
    /// The variables whose values stand in it.
    pub(crate) variables: Vec<Text>,
    /// Where it was written, or which file's generator made it.
    pub(crate) origin: Option<Origin>,
}

/// The names a resource has and had.
#[derive(Clone, Debug)]
struct Names {
    current: ResId,
    previous: Vec<ResId>,
}

impl Resource {
    pub(crate) fn new(node: impl Into<Arc<Node>>, schema: &Arc<Schema>) -> Self {
        Self {
            node: node.into(),
            schema: Arc::clone(schema),
            names: OnceLock::new(),
            sharing: Sharing::default(),
            variables: Vec::new(),
            origin: None,
        }
    }

    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// The tree to change; what others share of it is copied first.
    pub(crate) fn node_mut(&mut self) -> &mut Node {
        self.names.take();
        self.sharing.is_touched = true;
        Arc::make_mut(&mut self.node)
    }

    /// The tree itself, and what it has to be replaced with.
    pub(crate) fn set_node(&mut self, node: Node) {
        self.names.take();
        self.sharing.is_touched = true;
        self.node = Arc::new(node);
    }

    /// Whether nothing is left of it: whoever deletes a resource empties it.
    pub(crate) fn is_gone(&self) -> bool {
        self.node.is_empty()
    }

    /// The tree as JSON, for errors.
    pub(crate) fn json(&self) -> String {
        match self.node.value() {
            Ok(value) => serde_json::to_string(&value).unwrap_or_default(),
            Err(problem) => format!("<{problem}>"),
        }
    }

    /// What it is called now.
    pub(crate) fn id(&self) -> &ResId {
        &self.names().current
    }

    /// What it was called before, the oldest first.
    pub(crate) fn previous_ids(&self) -> &[ResId] {
        &self.names().previous
    }

    /// What it was called at first.
    pub(crate) fn original_id(&self) -> &ResId {
        self.previous_ids().first().unwrap_or_else(|| self.id())
    }

    /// All that it was called, and what it is called now.
    pub(crate) fn all_ids(&self) -> impl Iterator<Item = &ResId> {
        self.previous_ids().iter().chain([self.id()])
    }

    /// Remembers what it is called now, before that changes.
    pub(crate) fn store_previous_id(&mut self) {
        let id = self.id().clone();
        self.store_id(id.effective_namespace(), &id.name, &id.gvk.kind);
    }

    /// Remembers that it was called so.
    pub(crate) fn store_id(&mut self, namespace: &str, name: &str, kind: &str) {
        self.append(internal::PREVIOUS_NAMES, name);
        self.append(internal::PREVIOUS_NAMESPACES, namespace);
        self.append(internal::PREVIOUS_KINDS, kind);
    }

    pub(crate) fn name(&self) -> &str {
        self.metadata_text("name")
    }

    pub(crate) fn namespace(&self) -> &str {
        self.metadata_text("namespace")
    }

    fn metadata_text(&self, key: &str) -> &str {
        let node = self.node.at(&["metadata", key]).filter(|node| !node.is_null());
        node.and_then(Node::as_text).map_or("", Text::as_str)
    }

    pub(crate) fn kind(&self) -> &str {
        self.node.text_at(&["kind"]).unwrap_or_default()
    }

    /// The text of an annotation.
    pub(crate) fn annotation(&self, key: &str) -> Option<&str> {
        self.node.text_at(&["metadata", "annotations", key])
    }

    /// The parts of an annotation that holds several, with commas between them.
    pub(crate) fn list(&self, annotation: &str) -> Vec<&str> {
        self.annotation(annotation).map_or_else(Vec::new, |text| text.split(',').collect())
    }

    /// Puts `value` at the end of an annotation that holds several; an empty one is left out.
    pub(crate) fn append(&mut self, annotation: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let all = match self.annotation(annotation) {
            Some(before) => format!("{before},{value}"),
            None => value.to_owned(),
        };
        self.set_annotation(annotation, &all);
    }

    /// Sets one annotation and leaves the others as they are written.
    pub(crate) fn set_annotation(&mut self, key: &str, value: &str) {
        let annotations = self.metadata("annotations");
        annotations.set(key, Node::string(value));
    }

    /// The texts of `metadata.KEY`: `labels` or `annotations`. What is no scalar is an empty text,
    /// and the items of a list are taken for keys and values in turn.
    pub(crate) fn texts(&self, key: &str) -> BTreeMap<Text, Text> {
        let text = |node: &Node| node.as_text().cloned().unwrap_or_default();
        match self.node.at(&["metadata", key]) {
            Some(Node::Map(members)) => {
                members.iter().map(|it| (it.key.text.clone(), text(&it.value))).collect()
            }
            Some(Node::List(items)) => {
                items.chunks_exact(2).map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
            }
            _ => BTreeMap::new(),
        }
    }

    /// Writes `metadata.KEY` anew, as strings in the order of their keys; without any it goes away.
    pub(crate) fn set_texts(&mut self, key: &str, texts: &BTreeMap<Text, Text>) {
        let root = self.node_mut().as_map_or_make();
        let metadata = root.get_or_insert("metadata", Node::map).as_map_or_make();
        metadata.remove(key);
        if texts.is_empty() {
            return;
        }
        let mut members = Members::default();
        for (key, text) in texts {
            members.set_field(key, Node::string(text.clone()));
        }
        metadata.set(key, Node::Map(members));
    }

    /// The map `metadata.KEY`, made where it is not there.
    pub(crate) fn metadata(&mut self, key: &str) -> &mut Members {
        let root = self.node_mut().as_map_or_make();
        let metadata = root.get_or_insert("metadata", Node::map).as_map_or_make();
        metadata.get_or_insert(key, Node::map).as_map_or_make()
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names { current: self.current_id(), previous: self.stored_ids() })
    }

    fn current_id(&self) -> ResId {
        let api_version = self.node.text_at(&["apiVersion"]).unwrap_or_default();
        ResId {
            gvk: self.schema.gvk(api_version, self.kind()),
            name: self.name().into(),
            namespace: self.namespace().into(),
        }
    }

    /// Group and version are not remembered: the present ones stand for those of all times. Nor is
    /// the scope: a namespace that cannot be stands for it.
    fn stored_ids(&self) -> Vec<ResId> {
        let names = self.list(internal::PREVIOUS_NAMES);
        let namespaces = self.list(internal::PREVIOUS_NAMESPACES);
        let kinds = self.list(internal::PREVIOUS_KINDS);
        let api_version = self.node.text_at(&["apiVersion"]).unwrap_or_default();
        names
            .into_iter()
            .zip(namespaces)
            .zip(kinds)
            .map(|((name, namespace), kind)| ResId {
                gvk: Gvk::unscoped(api_version, kind),
                name: name.into(),
                namespace: namespace.into(),
            })
            .collect()
    }
}
