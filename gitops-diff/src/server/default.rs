//! What the server fills in where it is missing.

use super::Write;
use crate::Value;

pub(super) fn fill(_write: &Write<'_>, _object: &mut Value) {}
