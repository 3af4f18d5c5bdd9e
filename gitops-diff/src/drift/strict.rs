//! Drift as any difference: whatever is not declared goes.

use super::look::Look;
use crate::compare::{Difference, Others, is_allocated};
use crate::{DiffError, FieldPath, FieldSet, Object, PathElement, merge};

/// What differs, as if all that lives had been declared before.
///
/// # Errors
/// Where the object cannot be compared.
pub(super) fn suspected(look: Look<'_>) -> Result<Difference, DiffError> {
    let comparison = look.comparison(Others::Ignored);
    let declared = Object::new(comparison.made_of(look.desired))?;
    let strip = |body: &mut crate::Map| {
        body.remove("status");
        body.map_at("metadata").remove("managedFields");
    };
    let living = look.live.clone().edit(strip)?;
    let all = merge::fields_of(look.schema, living.body());
    let all = all.map_err(|it| DiffError::invalid(format!("{}: {it}", look.live.id())))?;
    let fields = all.paths().into_iter().filter(may_go).collect::<FieldSet>().to_value();
    let empty = crate::Map::new();
    let fields = fields.as_map().unwrap_or(&empty);
    comparison.against(&declared, look.live, fields)
}

/// What holds an object, and what a server allocated, is nobody's to declare away.
fn may_go(path: &FieldPath) -> bool {
    let name = |at: usize| match path.elements().get(at) {
        Some(PathElement::Field(name)) => Some(name.as_str()),
        _ => None,
    };
    let holds_it =
        name(0) == Some("metadata") && matches!(name(1), Some("finalizers" | "ownerReferences"));
    let allocated = |it: &PathElement| matches!(it, PathElement::Field(name) if is_allocated(name));
    !holds_it && !path.elements().iter().any(allocated)
}
