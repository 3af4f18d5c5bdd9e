//! Telling a render that its result is not wanted any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells renders that their result is not wanted any more; clones tell the same.
///
/// A render looks at it between its steps, and ends with
/// [`RenderError::Cancelled`](crate::RenderError::Cancelled).
///
/// ```
/// use gitops_render::{Auto, Input, RenderError, Renderer};
/// use gitops_source::{Tree, TreePath};
///
/// let tree = Tree::from_files([("a.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: a}}")])?;
/// let input = Input::new(&tree, TreePath::default());
/// // Another thread would do this while the render is under way.
/// input.stop.clone().stop();
/// assert_eq!(Auto::default().render(&input), Err(RenderError::Cancelled));
/// # Ok::<(), gitops_source::SourceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the renders that were given it, and those that will be.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody said so.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Goes on, unless somebody said so.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`](crate::RenderError::Cancelled).
    pub fn check(&self) -> Result<(), crate::RenderError> {
        if self.is_stopped() { Err(crate::RenderError::Cancelled) } else { Ok(()) }
    }
}
