//! The renderer of charts.

use gitops_source::Digest;

use super::kept::Kept;
use super::objects;
use super::options::HelmOptions;
use super::release::{Printed, print};
use super::run::Run;
use crate::{Input, Position, RenderError, Rendered, Renderer, Warning};

/// Renders a chart as `helm template` does, byte for byte.
///
/// A chart is a folder with a `Chart.yaml`, or an archive (`.tgz`) as `helm package` makes them;
/// the path of the [`Input`] names either. A render is pure: the clock, random bytes and the
/// objects that `lookup` finds are what the options say. Dependencies that the chart does not
/// hold are asked for by [`RenderError::Missing`], all at once; so are schemas that lie elsewhere,
/// and objects of a cluster where a [`LiveLookup`](crate::LiveLookup) lets charts look them up.
///
/// The charts and templates of the latest renders are kept, what became of charts with values that
/// they met twice, and what templates printed last, so that another render does none of this again.
/// Clones of a renderer share what is kept, some hundred megabytes at most, and it goes with the last
/// of them; Secrets are among it where charts print or values hold them.
///
/// Errors are in Helm's words, with the file and line of the tree that they are about. Hooks are
/// no objects of the release, and come apart from them, with their moments, weights and policies.
#[derive(Clone, Debug, Default)]
pub struct Helm {
    /// How.
    pub options: HelmOptions,
    /// What was read, made and printed in earlier renders.
    kept: Kept,
}

/// What `helm template` prints, and what it says beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HelmOutput {
    /// The bytes on its standard output.
    pub text: String,
    /// What the chart's `NOTES.txt` gives, which only `helm install` shows.
    pub notes: Option<String>,
    /// What goes to its standard error though it is no error, mostly in Helm's words.
    pub warnings: Vec<Warning>,
}

impl Helm {
    /// A renderer with these options.
    pub fn new(options: HelmOptions) -> Self {
        Self { options, kept: Kept::default() }
    }

    /// The bytes that `helm template` prints.
    ///
    /// ```
    /// use gitops_render::{Helm, Input};
    /// use gitops_source::{Tree, TreePath};
    ///
    /// let tree = Tree::from_files([
    ///     ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
    ///     ("shop/values.yaml", "replicas: 2\n"),
    ///     ("shop/templates/web.yaml", "kind: Web\nreplicas: {{ .Values.replicas }}\n"),
    /// ])?;
    /// let output = Helm::default().template(&Input::new(&tree, TreePath::new("shop")?))?;
    /// assert_eq!(output, "---\n# Source: shop/templates/web.yaml\nkind: Web\nreplicas: 2\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the chart or its values are wrong, or something has to be fetched first.
    pub fn template(&self, input: &Input<'_>) -> Result<String, RenderError> {
        self.output(input).map(|output| output.text)
    }

    /// The same, with what Helm says beside it: warnings, and the chart's notes.
    ///
    /// # Errors
    /// As [`template`](Self::template).
    pub fn output(&self, input: &Input<'_>) -> Result<HelmOutput, RenderError> {
        let outcome = Run::new(input, &self.options, &self.kept).render()?;
        let printed = Printed {
            crds: &outcome.crds,
            sorted: &outcome.sorted,
            hooks: self.options.hooks,
            only: &self.options.show_only,
            compat: self.options.compat,
        };
        let text = print(&printed).map_err(|message| RenderError::Invalid {
            position: Position { file: input.path.to_string(), ..Position::default() },
            message,
        })?;
        Ok(HelmOutput { text, notes: outcome.notes, warnings: outcome.warnings })
    }
}

impl Renderer for Helm {
    fn render(&self, input: &Input<'_>) -> Result<Rendered, RenderError> {
        objects::rendered(Run::new(input, &self.options, &self.kept).render_traced()?)
    }

    fn fingerprint(&self) -> Digest {
        Digest::sha256(format!("helm {} {:?}", env!("CARGO_PKG_VERSION"), self.options))
    }
}
