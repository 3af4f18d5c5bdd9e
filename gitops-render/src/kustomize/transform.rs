//! What changes the resources of a build.

pub(crate) mod annotations;
pub(crate) mod images;
pub(crate) mod labels;
pub(crate) mod namespace;
pub(crate) mod patch;
pub(crate) mod prefix;
pub(crate) mod replicas;

use super::problem::Result;
use super::resources::Resources;

/// A step that changes resources. Whatever deletes one empties its tree; it is dropped after the
/// step.
pub(crate) trait Transformer {
    fn transform(&self, resources: &mut Resources) -> Result<()>;

    /// How many of upstream's transformers it stands for: a build that notes in each resource
    /// what changed it notes so many.
    fn count(&self) -> usize {
        1
    }
}

#[cfg(test)]
pub(crate) mod laws;
#[cfg(test)]
pub(crate) mod tests;
