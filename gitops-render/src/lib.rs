//! Renderers: from a tree of files to objects that know where they come from.

mod render;

mod auto;
mod detect;
mod plain;

pub mod yaml;

mod error;

pub use crate::auto::Auto;
pub use crate::detect::{Kind, detect};
pub use crate::error::{Position, RenderError, Requirement};
pub use crate::plain::{Folders, Plain, PlainLimits, PlainOptions};
pub use crate::render::{Input, Rendered, Renderer, Warning};
