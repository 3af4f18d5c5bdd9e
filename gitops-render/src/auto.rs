//! The renderer that looks first.

use gitops_source::Digest;

use crate::{
    Crds, Helm, HelmOptions, Input, Kind, Kustomize, Plain, RenderError, Rendered, Renderer, detect,
};

/// Renders each folder as what [`detect`] says it is. Of charts, the definitions in `crds/` are part
/// of the result unless [`with_helm`](Auto::with_helm) says otherwise.
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
#[derive(Clone, Debug)]
pub struct Auto {
    plain: Plain,
    kustomize: Kustomize,
    helm: Helm,
}

impl Default for Auto {
    fn default() -> Self {
        let helm = Helm::new(HelmOptions { crds: Crds::Include, ..HelmOptions::default() });
        Self { plain: Plain::default(), kustomize: Kustomize::default(), helm }
    }
}

impl Auto {
    /// The same, with `plain` for the folders that are neither kustomizations nor charts.
    #[must_use]
    pub fn with_plain(self, plain: Plain) -> Self {
        Self { plain, ..self }
    }

    /// The same, with `kustomize` for kustomizations.
    #[must_use]
    pub fn with_kustomize(self, kustomize: Kustomize) -> Self {
        Self { kustomize, ..self }
    }

    /// The same, with `helm` for charts.
    #[must_use]
    pub fn with_helm(self, helm: Helm) -> Self {
        Self { helm, ..self }
    }
}

impl Renderer for Auto {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        match detect(input.tree, &input.path) {
            Kind::Plain => self.plain.render(input),
            Kind::Kustomize => self.kustomize.render(input),
            Kind::Helm => self.helm.render(input),
        }
    }

    fn fingerprint(&self) -> Digest {
        let Self { plain, kustomize, helm } = self;
        let [plain, kustomize, helm] =
            [plain.fingerprint(), kustomize.fingerprint(), helm.fingerprint()];
        Digest::sha256(format!("auto {plain} {kustomize} {helm}"))
    }
}
