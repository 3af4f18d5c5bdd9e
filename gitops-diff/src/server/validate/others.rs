//! The other groups that are built in.

use crate::Value;
use crate::server::{Cause, Write};

pub(super) fn check(_write: &Write<'_>, _object: &Value, _causes: &mut Vec<Cause>) {}
