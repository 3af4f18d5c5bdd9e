//! What the strategies of the kinds do to an object before it is validated and stored.

mod claims;
mod disabled;
mod pods;
mod same;
mod service;
mod strategy;
mod workloads;

use super::{Write, admission, custom};
use crate::Value;

pub(super) fn prepare(write: &Write<'_>, object: &mut Value) {
    if write.schema.is_builtin(write.kind) {
        admission::admit(write, object);
        strategy::prepare(write, object);
    } else {
        custom::prepare(write, object);
    }
}
