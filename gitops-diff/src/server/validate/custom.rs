//! Custom resources: their structural schema and its rules.

use crate::Value;
use crate::server::{Cause, Write};

pub(super) fn check(_write: &Write<'_>, _object: &Value, _causes: &mut Vec<Cause>) {}
