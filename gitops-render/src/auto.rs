//! The renderer that looks first.

use gitops_source::Digest;

use crate::{Input, Kind, Plain, RenderError, Rendered, Renderer, detect};

/// Renders each folder as what [`detect`] says it is.
///
/// ```
/// use gitops_render::{Auto, Input, Renderer};
/// use gitops_source::{Tree, TreePath};
///
/// let manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";
/// let tree = Tree::from_files([("apps/shop.yaml", manifest)])?;
/// let rendered = Auto::default().render(&Input::new(&tree, TreePath::new("apps")?))?;
/// let namespace = rendered.objects.iter().next().expect("because one is rendered");
/// assert_eq!(namespace.id().to_string(), "Namespace/shop");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Auto {
    plain: Plain,
}

impl Auto {
    /// The same, with `plain` for the folders that are neither kustomizations nor charts.
    #[must_use]
    pub fn with_plain(self, plain: Plain) -> Self {
        Self { plain }
    }
}

impl Renderer for Auto {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        match detect(input.tree, &input.path) {
            Kind::Plain => self.plain.render(input),
            kind => Err(unsupported(kind, input)),
        }
    }

    fn fingerprint(&self) -> Digest {
        Digest::sha256(format!("auto {}", self.plain.fingerprint()))
    }
}

fn unsupported(kind: Kind, input: &Input<'_>) -> RenderError {
    let (what, command) = match kind {
        Kind::Helm => ("Helm chart", "helm template"),
        _ => ("kustomization", "kustomize build"),
    };
    RenderError::Unsupported(format!(
        "`{}` is a {what}, which this version does not render; commit the output of `{command}` \
         and name that folder",
        input.path
    ))
}
