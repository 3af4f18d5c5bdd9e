//! What changes the resources of a build.

use super::problem::Result;
use super::resources::Resources;

/// A step that changes resources. Whatever deletes one empties its tree; it is dropped after the
/// step.
pub(crate) trait Transformer {
    fn transform(&self, resources: &mut Resources) -> Result<()>;
}
