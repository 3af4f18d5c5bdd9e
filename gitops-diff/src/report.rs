//! A plan as text for people, in the manner of `kubectl diff`.

mod markdown;
mod summary;
mod text;
mod unified;
pub(crate) mod will;
mod yaml;

pub use self::markdown::{Markdown, MarkdownLimits};
pub use self::summary::Summary;
use crate::{Observed, Plan};

/// A plan as text: what is done to which object, why, where it was written, and what of it
/// changes; then what guards withheld and what failed; last a line that counts.
///
/// Values of Secrets are shown as `***`, with `(before)` and `(after)` where they change.
///
/// ```
/// use gitops_diff::{Differ, Drift, Inventory, ObjectSet, Observed, Report};
///
/// let live: Observed = [serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"old","l":"x"}}"#,
/// )?].into_iter().collect();
/// let desired: ObjectSet = [serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"new"}}"#,
/// )?].into_iter().collect();
/// let plan = Drift::default().diff(&desired, &live, &Inventory::new())?;
///
/// let report = Report::new(&plan).beside(&live).to_string();
/// assert!(report.contains("~ ConfigMap/a  update, drifted"), "{report}");
/// assert!(report.contains("-  k: old\n+  k: new\n"), "{report}");
/// assert!(report.ends_with("+ 0  ~ 1  - 0  = 0\n"), "{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    plan: &'a Plan,
    live: Option<&'a Observed>,
    layout: Layout,
}

/// How a [`Report`] looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How much is said of an object.
    pub detail: Detail,
    /// Whether it is coloured.
    pub color: Color,
    /// Lines around each difference.
    pub context: usize,
}

/// How much a [`Report`] says of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// A line an object.
    Objects,
    /// A line a field that changes.
    Fields,
    /// A unified diff of the object as it lives and as it will be; where the report does not
    /// know how it lives, a line a field.
    #[default]
    Diff,
}

/// Whether text has ANSI colours. Whether there is a terminal, the caller knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    #[default]
    Never,
    /// Red for what goes, green for what comes, yellow for what needs attention.
    Always,
}

impl Default for Layout {
    /// Unified diffs with three lines of context, without colours.
    fn default() -> Self {
        Self { detail: Detail::default(), color: Color::default(), context: 3 }
    }
}

impl<'a> Report<'a> {
    /// A report of `plan`.
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, live: None, layout: Layout::default() }
    }

    /// With what lives, so that changes can be shown in their places.
    #[must_use]
    pub fn beside(self, live: &'a Observed) -> Self {
        Self { live: Some(live), ..self }
    }

    /// In another layout.
    #[must_use]
    pub fn layout(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }
}
