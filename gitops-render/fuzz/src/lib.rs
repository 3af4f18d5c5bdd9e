//! What the targets for charts share.

use std::sync::Arc;

use gitops_render::{
    ChartLimits, FixedClock, Helm, HelmLimits, HelmOptions, HelmValues, Input, RenderError,
    SeededEntropy,
};
use gitops_source::{Tree, TreePath};

/// What templates may print and functions may make.
const BYTES: u64 = 1 << 20;

/// What is printed beside that: a line for each document.
const LINES: usize = 1 << 20;

/// A renderer of charts that knows no time and no chance, and does not let them do much.
pub fn helm(values: HelmValues) -> Helm {
    let limits = HelmLimits { steps: 20_000, bytes: BYTES, depth: 100, ..HelmLimits::default() };
    let chart_limits = ChartLimits {
        bytes: BYTES,
        file_bytes: BYTES / 4,
        total_bytes: 2 * BYTES,
        files: 200,
        ..ChartLimits::default()
    };
    Helm::new(HelmOptions {
        values,
        limits,
        chart_limits,
        clock: Arc::new(FixedClock(1_700_000_000_123_456_789)),
        entropy: Arc::new(SeededEntropy::new(b"seed")),
        ..HelmOptions::default()
    })
}

/// Renders a chart twice: both give the same, an error with a message or a text within limits.
pub fn check(helm: &Helm, tree: &Tree, path: &str) {
    let path = TreePath::new(path).expect("it is plain");
    let render = |helm: &Helm| helm.template(&Input::new(tree, path.clone()));
    let once = render(helm);
    match &once {
        Ok(text) => assert!(text.len() <= usize::try_from(BYTES).unwrap_or_default() + LINES),
        Err(RenderError::Missing(requirements)) => assert!(!requirements.is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    assert_eq!(once, render(helm), "the second time, with what is kept from the first");
    assert_eq!(once, render(helm), "the third time, with what is kept of values");
    assert_eq!(once, render(&Helm::new(helm.options.clone())), "with nothing kept");
}
