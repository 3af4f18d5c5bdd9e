//! What the server fills in where it is missing.

mod image;
mod kinds;
mod pods;
mod resources;
mod rules;
mod workloads;

pub(super) use self::workloads::label_as_pods;
use super::{Write, custom};
use crate::Value;

pub(super) fn fill(write: &Write<'_>, object: &mut Value) {
    if write.schema.is_builtin(write.kind) {
        rules::of(write.kind, write.version).fill(object);
    } else {
        custom::fill(write, object);
    }
}
