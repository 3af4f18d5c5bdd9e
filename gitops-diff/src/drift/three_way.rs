//! Drift by what was applied last: what was declared then and is not now goes.

use super::field_ownership;
use super::look::Look;
use crate::compare::{Difference, Others};
use crate::{DiffError, Value, merge};

/// Where `kubectl` keeps what it applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What differs, with the fields that were applied last in the place of those that we own.
///
/// # Errors
/// Where the annotation holds no object of the kind: what of it is to go cannot be known.
pub(super) fn suspected(look: Look<'_>) -> Result<Difference, DiffError> {
    let Some(text) = look.live.annotation(LAST_APPLIED) else {
        return field_ownership::suspected(look);
    };
    let invalid = |why: String| {
        let id = look.desired.id();
        DiffError::invalid(format!("{id}: what was applied last (`{LAST_APPLIED}`): {why}"))
    };
    let last: Value = serde_json::from_str(text).map_err(|it| invalid(it.to_string()))?;
    let fields = merge::fields_of(look.schema, &last).map_err(|it| invalid(it.to_string()))?;
    let fields = fields.to_value();
    let empty = crate::Map::new();
    let declared = fields.as_map().unwrap_or(&empty);
    look.comparison(Others::Ignored).against(look.desired, look.live, declared)
}
