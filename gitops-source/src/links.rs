//! What becomes of links that leave a tree.

/// What becomes of a symbolic link that leads out of its source.
///
/// Links that stay inside are followed. A link to nothing, or to a folder that holds the link, is
/// left out and listed by [`Tree::skipped`](crate::Tree::skipped) in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Links {
    /// The source is refused as a whole, as Argo CD does; the default.
    #[default]
    Refuse,
    /// The link is left out, as Flux does, and listed by
    /// [`Tree::skipped`](crate::Tree::skipped).
    Skip,
}
