//! Drift by who owns which field: what a server-side apply would change.

use super::look::Look;
use crate::DiffError;
use crate::compare::{Difference, Others};

/// What an apply may change: all that it does, and some that a server would make the same of.
pub(super) fn suspected(look: Look<'_>) -> Result<Difference, DiffError> {
    look.comparison(Others::Spared).of(look.desired, look.live)
}
