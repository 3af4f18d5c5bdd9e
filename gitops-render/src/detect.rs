//! What a folder is: a kustomization, a chart, or plain manifests.

use std::fmt;

use gitops_source::{Tree, TreePath};

/// The names under which Kustomize looks for its file.
pub(crate) const KUSTOMIZATIONS: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What renders a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// It has a `kustomization.yaml`, `kustomization.yml` or `Kustomization`.
    Kustomize,
    /// It has a `Chart.yaml`, or is an archive (`.tgz`), which only charts are.
    Helm,
    /// Neither: its files are the objects.
    Plain,
}

/// What the folder `path` of `tree` is. A kustomization beside a chart goes first, since it may
/// be the one that renders the chart.
///
/// ```
/// use gitops_render::{Kind, detect};
/// use gitops_source::{Tree, TreePath};
///
/// let tree = Tree::from_files([("web/Chart.yaml", "name: web"), ("cm.yaml", "kind: ConfigMap")])?;
/// assert_eq!(detect(&tree, &TreePath::new("web")?), Kind::Helm);
/// assert_eq!(detect(&tree, &TreePath::new(".")?), Kind::Plain);
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
pub fn detect(tree: &Tree, path: &TreePath) -> Kind {
    let has = |name: &str| tree.file(&below(path, name)).is_some();
    if KUSTOMIZATIONS.into_iter().any(has) {
        Kind::Kustomize
    } else if has("Chart.yaml") || is_archive(tree, path) {
        Kind::Helm
    } else {
        Kind::Plain
    }
}

fn is_archive(tree: &Tree, path: &TreePath) -> bool {
    path.as_str().as_bytes().ends_with(b".tgz") && tree.file(path.as_str()).is_some()
}

/// `name` below `path`, as a path from the root.
pub(crate) fn below(path: &TreePath, name: &str) -> String {
    if path.is_root() { name.to_owned() } else { format!("{}/{name}", path.as_str()) }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kustomize => "Kustomize",
            Self::Helm => "Helm",
            Self::Plain => "plain",
        })
    }
}
