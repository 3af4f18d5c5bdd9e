//! What holds for the metadata of every object.

use crate::Value;
use crate::server::{Cause, Write};

pub(super) fn check(_write: &Write<'_>, _object: &Value, _causes: &mut Vec<Cause>) {}
