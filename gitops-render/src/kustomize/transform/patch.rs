//! Patches: strategic merges and JSON patches, of one resource or of all that a selector means.

mod operations;
mod strategic;

use std::collections::BTreeMap;
use std::fmt;

use gitops_diff::Text;

pub(crate) use self::operations::PatchJson6902;
pub(crate) use self::strategic::PatchStrategicMerge;
use super::Transformer;
use crate::Warning;
use crate::kustomize::build::Build;
use crate::kustomize::documents;
use crate::kustomize::folder::Folder;
use crate::kustomize::id::{Gvk, ResId};
use crate::kustomize::json6902::Operations;
use crate::kustomize::kustomization::{self, PatchOptions};
use crate::kustomize::problem::{Problem, ProblemKind, Result};
use crate::kustomize::resource::{Resource, internal};
use crate::kustomize::resources::Resources;
use crate::kustomize::selector::Selector;

/// An entry of `patches`.
pub(crate) struct Patch<'a> {
    build: &'a Build<'a>,
    /// Where the patch stands, for errors.
    source: Source,
    content: Content,
    target: Option<Target>,
}

/// What a patch says.
enum Content {
    /// Nothing but comments.
    Nothing,
    Merges(Vec<Resource>),
    Operations(Operations),
}

/// Where a patch stands.
#[derive(Clone, Debug)]
enum Source {
    File(String),
    Inline(String),
}

/// The resources that a patch is for.
pub(super) struct Target {
    fields: kustomization::Selector,
    selector: Result<Selector>,
}

impl<'a> Patch<'a> {
    /// Reads the patch of an entry of `patches` in the kustomization of `folder`.
    ///
    /// # Errors
    /// Where it is no patch, or both a strategic merge and a JSON patch.
    pub(crate) fn new(entry: &kustomization::Patch, folder: &Folder<'a>) -> Result<Self> {
        let (source, text) = Source::read(entry, folder)?;
        let file = source.file(folder);
        let merges = folder.build.resources(&text, &file);
        let operations = documents::text(&text, &file).and_then(|it| Operations::parse(&it));
        let content = match (merges, operations) {
            (Ok(merges), Ok(operations)) if !merges.is_empty() && !operations.is_empty() => {
                return Err(Problem::new(format!(
                    "illegally qualifies as both an SM and JSON patch: {source}"
                )));
            }
            (Ok(merges), _) if merges.is_empty() => Content::Nothing,
            (Ok(merges), _) => Content::Merges(with_options(merges, entry.options)),
            (Err(_), Ok(operations)) if operations.is_empty() => Content::Nothing,
            (Err(_), Ok(operations)) => Content::Operations(operations),
            (Err(merge), Err(operations)) => return Err(source.unreadable(&merge, &operations)),
        };
        let target = entry.target.as_ref().map(Target::new);
        Ok(Self { build: folder.build, source, content, target })
    }

    fn merge(&self, merges: &[Resource], resources: &mut Resources) -> Result<()> {
        let compat = self.build.options.compat;
        let Some(target) = &self.target else {
            return merges.iter().try_for_each(|patch| {
                let at = strategic::target(patch, resources).map_err(|it| {
                    let id = patch.original_id().to_string();
                    it.within(format_args!("no resource matches strategic merge patch {id:?}"))
                })?;
                resources.edit(at, |it| strategic::apply(it, patch.node().clone(), compat))
            });
        };
        let [patch] = merges else {
            return Err(Problem::new(format!(
                "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set \
                 `patches.target` field: {}",
                self.source
            )));
        };
        let selected = target.select(resources).map_err(|it| {
            it.within(format_args!(
                "unable to find patch target {:?} in `resources`",
                target.shown()
            ))
        })?;
        self.warn_if_none(&selected, target);
        strategic::apply_to(&selected, patch, resources, compat)
    }

    fn operate(&self, operations: &Operations, resources: &mut Resources) -> Result<()> {
        let Some(target) = &self.target else {
            let source = &self.source;
            return Err(Problem::new(format!("must specify a target for JSON patch {source}")));
        };
        let selected = target.select(resources)?;
        self.warn_if_none(&selected, target);
        for at in selected {
            resources.edit(at, |resource| {
                resource.store_previous_id();
                operations::apply(resource, operations)
            })?;
        }
        Ok(())
    }

    fn warn_if_none(&self, selected: &[usize], target: &Target) {
        if selected.is_empty() {
            target.warn(self.build, &self.source.to_string());
        }
    }
}

impl Transformer for Patch<'_> {
    fn transform(&self, resources: &mut Resources) -> Result<()> {
        match &self.content {
            Content::Nothing => Ok(()),
            Content::Merges(merges) => self.merge(merges, resources),
            Content::Operations(operations) => self.operate(operations, resources),
        }
    }
}

/// Notes in the patches themselves what they may change, as upstream does.
fn with_options(mut merges: Vec<Resource>, options: Option<PatchOptions>) -> Vec<Resource> {
    let options = options.unwrap_or_default();
    let mut allowed = Vec::new();
    allowed.extend(options.allow_name_change.then_some(internal::ALLOW_NAME_CHANGE));
    allowed.extend(options.allow_kind_change.then_some(internal::ALLOW_KIND_CHANGE));
    for patch in &mut merges {
        for key in &allowed {
            let mut annotations = patch.texts("annotations");
            annotations.insert(Text::from(*key), ENABLED.into());
            patch.set_texts("annotations", &annotations);
        }
    }
    merges
}

/// What an annotation says that allows something.
const ENABLED: &str = "enabled";

impl Source {
    fn read(entry: &kustomization::Patch, folder: &Folder<'_>) -> Result<(Self, Vec<u8>)> {
        let (inline, path) = (entry.inline.trim(), entry.path.as_str());
        match (inline.is_empty(), path.is_empty()) {
            (true, true) => Err(Problem::new(format!(
                "must specify one of patch and path in\n{}",
                described(entry)
            ))),
            (false, false) => Err(Problem::new(format!(
                "patch and path can't be set at the same time\n{}",
                described(entry)
            ))),
            (false, true) => Ok((Self::Inline(inline.to_owned()), inline.as_bytes().to_vec())),
            (true, false) => {
                let text = folder.load(path).map_err(|it| {
                    it.within(format_args!("failed to get the patch file from path({path})"))
                })?;
                Ok((Self::File(path.to_owned()), text.to_vec()))
            }
        }
    }

    /// The file in which the patch stands, from the root of the tree.
    fn file(&self, folder: &Folder<'_>) -> String {
        match self {
            Self::File(path) => folder.resolve(path).unwrap_or_else(|| path.clone()),
            Self::Inline(_) => folder.path.clone(),
        }
    }

    fn unreadable(&self, merge: &Problem, operations: &Problem) -> Problem {
        let message = format!(
            "unable to parse SM or JSON patch from {self}: as a merge: {merge}; as JSON patch: \
             {operations}"
        );
        let (position, kind) = match (self, &merge.kind) {
            (Self::File(_), ProblemKind::Limit(_)) => (merge.position.clone(), merge.kind.clone()),
            (Self::File(_), _) => (merge.position.clone(), ProblemKind::Wrong),
            (Self::Inline(_), _) => (None, ProblemKind::Wrong),
        };
        Problem { message, position, kind }
    }
}

/// As upstream prints it in errors.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "[path: {path:?}]"),
            Self::Inline(text) => write!(f, "[patch: {text:?}]"),
        }
    }
}

/// An entry, for errors about what it says.
fn described(entry: &kustomization::Patch) -> String {
    let mut lines: Vec<String> = Vec::new();
    if !entry.inline.is_empty() {
        lines.push(format!("patch: {:?}", entry.inline.as_str()));
    }
    if !entry.path.is_empty() {
        lines.push(format!("path: {}", entry.path));
    }
    if let Some(target) = &entry.target {
        lines.push(format!("target: {}", Target::new(target).shown()));
    }
    lines.join("\n")
}

impl Target {
    pub(super) fn new(fields: &kustomization::Selector) -> Self {
        Self { fields: fields.clone(), selector: Selector::new(fields) }
    }

    /// Where the resources are that are meant.
    pub(super) fn select(&self, resources: &Resources) -> Result<Vec<usize>> {
        match &self.selector {
            Ok(selector) => resources.select(selector),
            Err(problem) => Err(problem.clone()),
        }
    }

    /// As upstream prints it in errors.
    pub(super) fn shown(&self) -> String {
        let id = &self.fields.id;
        let gvk = Gvk {
            group: id.group.clone(),
            version: id.version.clone(),
            kind: id.kind.clone(),
            cluster_scoped: false,
        };
        let id = ResId { gvk, name: id.name.clone(), namespace: id.namespace.clone() };
        let (annotations, labels) = (&self.fields.annotations, &self.fields.labels);
        format!("{id}:a={annotations}:l={labels}")
    }

    /// Warns that nothing is meant: upstream says nothing, and then nobody finds the slip.
    pub(super) fn warn(&self, build: &Build<'_>, source: &str) {
        let message = format!("patch {source} matches no resource: its target is {}", self.shown());
        build.warnings.borrow_mut().push(Warning { message, origin: None });
    }
}

impl Resource {
    /// What the build remembers in annotations.
    fn internal_annotations(&self) -> BTreeMap<Text, Text> {
        let mut annotations = self.texts("annotations");
        annotations.retain(|key, _| is_internal(key));
        annotations
    }
}

fn is_internal(annotation: &str) -> bool {
    annotation.starts_with("internal.config.kubernetes.io/")
        || matches!(
            annotation,
            "config.kubernetes.io/path" | "config.kubernetes.io/index" | "config.k8s.io/id"
        )
}

#[cfg(test)]
mod tests;
