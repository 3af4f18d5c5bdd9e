//! What the server refuses, kind by kind.

pub(super) mod addresses;
mod conditions;
mod core;
mod custom;
pub(super) mod field;
mod metadata;
pub(super) mod names;
mod others;
pub(super) mod quantity;
mod selectors;
mod web;

use super::{Cause, Write};
use crate::Value;

pub(super) fn validate(write: &Write<'_>, object: &Value) -> Vec<Cause> {
    let mut causes = core::check_early(write, object);
    if !causes.is_empty() {
        return causes;
    }
    metadata::check(write, object, &mut causes);
    if !write.schema.is_builtin(write.kind) {
        custom::check(write, object, &mut causes);
    } else if matches!(&*write.kind.group, "" | "apps" | "batch") {
        core::check(write, object, &mut causes);
    } else {
        others::check(write, object, &mut causes);
    }
    causes
}
