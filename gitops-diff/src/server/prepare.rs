//! What the strategies of the kinds do to an object before it is validated and stored.

use super::{Write, custom};
use crate::Value;

pub(super) fn prepare(write: &Write<'_>, object: &mut Value) {
    if !write.schema.is_builtin(write.kind) {
        custom::prepare(write, object);
    }
}
