//! Renderers: from a tree of files to objects that know where they come from.

mod render;

mod error;

pub use crate::error::{Position, RenderError, Requirement};
pub use crate::render::{Input, Rendered, Renderer, Warning};
