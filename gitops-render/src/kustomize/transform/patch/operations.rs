//! JSON patches, and the entries of `patchesJson6902`.

use std::borrow::Cow;

use super::{Target, Transformer};
use crate::kustomize::build::Build;
use crate::kustomize::documents;
use crate::kustomize::folder::Folder;
use crate::kustomize::json6902::Operations;
use crate::kustomize::kustomization;
use crate::kustomize::node::Node;
use crate::kustomize::problem::{Problem, Result};
use crate::kustomize::resource::Resource;
use crate::kustomize::resources::Resources;

/// An entry of `patchesJson6902`.
pub(crate) struct PatchJson6902<'a> {
    build: &'a Build<'a>,
    operations: Operations,
    target: Target,
    /// The file that holds it; empty where it stands in the kustomization.
    path: String,
}

impl<'a> PatchJson6902<'a> {
    /// Reads an entry of `patchesJson6902` in the kustomization of `folder`.
    ///
    /// # Errors
    /// Where it names no target, or is no JSON patch.
    pub(crate) fn new(entry: &kustomization::Patch, folder: &Folder<'a>) -> Result<Self> {
        let (path, inline) = (entry.path.as_str(), entry.inline.as_str());
        let target = entry.target.as_ref().filter(|target| !target.id.name.is_empty());
        let target = target.ok_or_else(|| Problem::new("must specify the target name"))?;
        let text = match (path.is_empty(), inline.is_empty()) {
            (true, true) => return Err(Problem::new("empty file path and empty jsonOp")),
            (false, false) => {
                return Err(Problem::new("must specify a file path or jsonOp, not both"));
            }
            (true, false) => Cow::Borrowed(inline),
            (false, true) => {
                let file = folder.resolve(path).unwrap_or_else(|| path.to_owned());
                documents::text(folder.load(path)?, &file)?
            }
        };
        if text.is_empty() {
            return Err(Problem::new(format!("patch file '{path}' empty seems to be empty")));
        }
        let operations =
            Operations::parse(&text).map_err(|it| it.within(format_args!("decoding {text}")))?;
        if operations.is_empty() {
            return Err(Problem::new(format!(
                "patch appears to be empty; file={path}, JsonOp={text}"
            )));
        }
        let (target, path) = (Target::new(target), path.to_owned());
        Ok(Self { build: folder.build, operations, target, path })
    }
}

impl Transformer for PatchJson6902<'_> {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        let selected = self.target.select(resources)?;
        if selected.is_empty() {
            self.target.warn(self.build, &format!("[path: {:?}]", self.path));
        }
        for at in selected {
            resources.edit(at, |resource| apply(resource, &self.operations))?;
        }
        Ok(())
    }
}

/// Carries operations out on a resource. What the build remembers in annotations stays, whatever
/// they do, and all annotations become texts.
///
/// # Errors
/// Where one does not apply.
pub(super) fn apply(resource: &mut Resource, operations: &Operations) -> Result<()> {
    let kept = resource.internal_annotations();
    let node = std::mem::replace(resource.node_mut(), Node::null());
    resource.set_node(operations.apply(node)?);
    let mut annotations = resource.texts("annotations");
    annotations.extend(kept);
    resource.set_texts("annotations", &annotations);
    Ok(())
}
