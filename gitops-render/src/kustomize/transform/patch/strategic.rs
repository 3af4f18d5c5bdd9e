//! Strategic merges, and the entries of `patchesStrategicMerge`.

use std::collections::BTreeSet;

use gitops_diff::Text;

use super::{ENABLED, Transformer};
use crate::kustomize::folder::Folder;
use crate::kustomize::merge::{MergeOptions, merge, replaces};
use crate::kustomize::node::{Node, Scalar};
use crate::kustomize::options::Compat;
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;

/// The patches of `patchesStrategicMerge`.
pub(crate) struct PatchStrategicMerge {
    patches: Vec<Resource>,
    compat: Compat,
}

impl PatchStrategicMerge {
    /// Reads patches: each of `paths` is a patch itself, or else the path of a file with patches;
    /// `inline` is more of them.
    ///
    /// # Errors
    /// Where one is neither, or there is no patch at all.
    pub(crate) fn new(paths: &[Text], inline: &str, folder: &Folder<'_>) -> Result<Self> {
        if paths.is_empty() && inline.is_empty() {
            return Err(Problem::new("empty file path and empty patch content"));
        }
        let mut patches = Vec::new();
        for path in paths {
            patches.extend(read(path, folder)?);
        }
        if !inline.is_empty() {
            patches.extend(folder.build.resources(inline.as_bytes(), &folder.path)?);
        }
        if patches.is_empty() {
            let files = paths.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
            return Err(Problem::new(format!(
                "patch appears to be empty; files=[{files}], Patch={inline}"
            )));
        }
        Ok(Self { patches, compat: folder.build.options.compat })
    }
}

impl Transformer for PatchStrategicMerge {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        self.patches.iter().try_for_each(|patch| {
            let at = target(patch, resources)?;
            apply_to(&[at], patch, resources, self.compat)
        })
    }
}

fn read(path: &Text, folder: &Folder<'_>) -> Result<Vec<Resource>> {
    if let Ok(patches) = folder.build.resources(path.as_bytes(), &folder.path) {
        return Ok(patches);
    }
    let content = folder.load(path)?;
    let file = folder.resolve(path).unwrap_or_default();
    folder.build.resources(content, &file)
}

/// Where the one resource is that is or was called as the patch is.
///
/// # Errors
/// Where there is none, or more than one.
pub(super) fn target(patch: &Resource, resources: &Resources) -> Result<usize> {
    let id = patch.original_id();
    match resources.by_any_id(id)[..] {
        [at] => Ok(at),
        [] => Err(Problem::new(format!(
            "no matches for Id {id}; failed to find unique target for patch {id}"
        ))),
        _ => Err(Problem::new(format!(
            "multiple matches for Id {id}; failed to find unique target for patch {id}"
        ))),
    }
}

/// Merges a patch into all selected resources, whatever they are called. Then no two of all
/// resources may be called the same.
///
/// # Errors
/// Where the patch does not fit, or two are called the same.
pub(super) fn apply_to(
    selected: &[usize],
    patch: &Resource,
    resources: &mut Resources,
    compat: Compat,
) -> Result<()> {
    let patch = adapted(patch);
    let selected: BTreeSet<usize> = selected.iter().copied().collect();
    for at in selected {
        let mut node = patch.node().clone();
        let api_version = resources.get(at).id().gvk.api_version();
        node.set_field("apiVersion", Node::Scalar(Scalar::plain(api_version)))?;
        resources.edit(at, |it| apply(it, node, compat))?;
    }
    resources.drop_gone();
    let all = resources.take();
    resources.append_all(all)
}

/// What upstream makes of a patch before it merges it into what a selector found: labels and
/// annotations become texts, name and namespace what they say.
fn adapted(patch: &Resource) -> Resource {
    let mut adapted = patch.clone();
    for field in ["labels", "annotations"] {
        let texts = adapted.texts(field);
        adapted.set_texts(field, &texts);
    }
    let (name, namespace) = (patch.name().to_owned(), patch.namespace().to_owned());
    set_name(adapted.node_mut(), &name);
    set_namespace(adapted.node_mut(), &namespace);
    adapted
}

/// Merges a patch into a resource. What it is called stays, unless the patch may change it.
///
/// # Errors
/// Where the patch does not fit.
pub(super) fn apply(resource: &mut Resource, patch: Node, compat: Compat) -> Result<()> {
    let (name, namespace) = (resource.name().to_owned(), resource.namespace().to_owned());
    let kind = resource.kind().to_owned();
    let name_may_change = allows(&patch, internal::ALLOW_NAME_CHANGE);
    let kind_may_change = allows(&patch, internal::ALLOW_KIND_CHANGE);
    if name_may_change || kind_may_change {
        resource.store_previous_id();
    }
    merge_into(resource, patch, compat)?;
    if resource.is_gone() {
        return Ok(());
    }
    let node = resource.node_mut();
    if !kind_may_change {
        node.set_field("kind", Node::Scalar(Scalar::plain(kind)))?;
    }
    if !name_may_change {
        set_name(node, &name);
    }
    set_namespace(node, &namespace);
    Ok(())
}

/// Merges a patch into the tree of a resource, of which nothing may be left.
fn merge_into(resource: &mut Resource, patch: Node, compat: Compat) -> Result<()> {
    if replaces(&patch) {
        return replace(resource, patch, compat);
    }
    let node = std::mem::replace(resource.node_mut(), Node::null());
    let merged = merged(node, patch, resource, compat)?;
    resource.set_node(merged.unwrap_or_else(Node::null));
    Ok(())
}

/// A patch that replaces all of a resource changes nothing, unless that is fixed: upstream changes
/// a copy.
fn replace(resource: &mut Resource, patch: Node, compat: Compat) -> Result<()> {
    let merged = merged(resource.node().clone(), patch, resource, compat)?;
    if compat == Compat::Fixed {
        let kept = resource.internal_annotations();
        resource.set_node(merged.unwrap_or_else(Node::null));
        let mut annotations = resource.texts("annotations");
        annotations.extend(kept);
        resource.set_texts("annotations", &annotations);
    }
    Ok(())
}

fn merged(node: Node, patch: Node, resource: &Resource, compat: Compat) -> Result<Option<Node>> {
    let options = MergeOptions { compat, ..MergeOptions::default() };
    merge(node, patch, resource.schema().view()?, options)
}

fn allows(patch: &Node, annotation: &str) -> bool {
    patch.text_at(&["metadata", "annotations", annotation]) == Some(ENABLED)
}

fn set_name(node: &mut Node, name: &str) {
    set_in_metadata(node, "name", name);
}

/// Sets the namespace, or takes it away where there is none.
fn set_namespace(node: &mut Node, namespace: &str) {
    if namespace.is_empty() {
        let metadata = node.get_mut("metadata").and_then(Node::as_map_mut);
        metadata.and_then(|members| members.remove("namespace"));
    } else {
        set_in_metadata(node, "namespace", namespace);
    }
}

fn set_in_metadata(node: &mut Node, key: &str, text: &str) {
    let Some(root) = node.as_map_mut() else { return };
    if let Node::Map(metadata) = root.get_or_insert("metadata", Node::map) {
        metadata.set_field(key, Node::Scalar(Scalar::plain(text)));
    }
}
