//! What the strategies of the kinds do to an object before it is validated and stored.

use super::Write;
use crate::Value;

pub(super) fn prepare(_write: &Write<'_>, _object: &mut Value) {}
