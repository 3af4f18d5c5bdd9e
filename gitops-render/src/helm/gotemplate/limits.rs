//! What a render may use up, since charts are written by strangers.

use std::time::Duration;

/// What one render of a chart may use up.
///
/// The defaults are far above what known charts need: the largest of them prints two megabytes. No
/// render prints more than half a million documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelmLimits {
    /// Steps: nodes of templates that run and functions that are called.
    pub steps: u64,
    /// Bytes that templates print and functions make, all in all, and as many again that templates
    /// take once they are read.
    pub bytes: u64,
    /// Templates that run inside one another, through `template`, `include` and `tpl`.
    pub depth: u64,
    /// How long the render may take, by the clock of the machine: a minute by default, without
    /// end where there is none. Unlike the other limits it depends on how busy the machine is, so
    /// it has to be far above what a render takes. What is called from outside (a `Lookup`, a
    /// `PostRender`) and a single function are not interrupted.
    pub time: Option<Duration>,
}

impl Default for HelmLimits {
    fn default() -> Self {
        Self {
            steps: 500_000_000,
            bytes: 256 << 20,
            depth: 10_000,
            time: Some(Duration::from_secs(60)),
        }
    }
}
