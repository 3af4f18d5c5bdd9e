//! What a render may use up, since charts are written by strangers.

/// What one render of a chart may use up.
///
/// The defaults are far above what known charts need: the largest of them prints two megabytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HelmLimits {
    /// Steps: nodes of templates that run and functions that are called.
    pub steps: u64,
    /// Bytes that templates print and functions make, all in all.
    pub bytes: u64,
    /// Templates that run inside one another, through `template`, `include` and `tpl`.
    pub depth: u64,
}

impl Default for HelmLimits {
    fn default() -> Self {
        Self { steps: 500_000_000, bytes: 1 << 30, depth: 10_000 }
    }
}
