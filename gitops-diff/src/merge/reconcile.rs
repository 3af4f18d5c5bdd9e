//! Field sets that were written when the schema was another one (structured-merge-diff,
//! `typed/reconcile_schema.go`).

use crate::schema::{MapRef, TypeRef};
use crate::{FieldSet, PathElement};

/// Makes what was owned in parts and is atomic now owned as a whole.
pub(super) fn reconcile(of: TypeRef<'_>, fields: &mut FieldSet) {
    // Schemas seldom change: most sets stay, and are not copied.
    if !fits(of, fields) {
        *fields = reconciled(of, fields);
    }
}

/// Whether nothing of an atomic value is owned in parts.
fn fits(of: TypeRef<'_>, fields: &FieldSet) -> bool {
    of.map().is_some_and(is_free_form)
        || fields.iter().all(|(element, _, children)| {
            children.is_empty()
                || step(of, element).is_none_or(|it| !is_atomic(it) && fits(it, children))
        })
}

fn reconciled(of: TypeRef<'_>, fields: &FieldSet) -> FieldSet {
    if of.map().is_some_and(is_free_form) {
        return fields.clone();
    }
    let mut set = FieldSet::new();
    for (element, member, children) in fields.iter() {
        let (member, below) = match step(of, element) {
            Some(below) if is_atomic(below) && !children.is_empty() => (true, FieldSet::new()),
            Some(below) => (member, reconciled(below, children)),
            None => (member, children.clone()),
        };
        set.place(element.clone(), member, below);
    }
    set
}

/// Whether nothing is known of a map's fields: then nothing can have changed.
fn is_free_form(map: MapRef<'_>) -> bool {
    map.field_names().next().is_none() && map.element().is_some_and(TypeRef::is_deduced)
}

/// The type below `element`, where the schema says what is there.
pub(super) fn step<'s>(of: TypeRef<'s>, element: &PathElement) -> Option<TypeRef<'s>> {
    match (element, of.map(), of.list()) {
        (PathElement::Field(name), Some(map), _) => map.field(name),
        (_, None, Some(list)) if of.scalar().is_none() => Some(list.element()),
        _ => None,
    }
}

/// Whether values of the type are owned as a whole, by the first alternative it has.
fn is_atomic(of: TypeRef<'_>) -> bool {
    match (of.map(), of.scalar(), of.list()) {
        (Some(map), _, _) => map.is_atomic(),
        (None, None, Some(list)) => list.is_atomic(),
        _ => false,
    }
}
