//! The other groups that are built in: one file for each.

mod rbac;

use super::field::Field;
use super::{names, selectors};
use crate::Value;
use crate::server::{Cause, Write};

pub(super) fn check(write: &Write<'_>, object: &Value, causes: &mut Vec<Cause>) {
    let new = Field::root(object);
    let old = write.live.map(Field::root);
    let edit = Edit { kind: &write.kind.kind, version: write.version, new, old };
    match (&*write.kind.group, write.subresource) {
        ("rbac.authorization.k8s.io", None) => rbac::check(&edit, causes),
        _ => {}
    }
}

/// A write as the groups see it: what is to be stored, and what is.
struct Edit<'a> {
    kind: &'a str,
    version: &'a str,
    new: Field<'a>,
    old: Option<Field<'a>>,
}
