//! Drift as the server tells it: its answer to a dry-run of the apply.

use super::look::{Look, Verdict};
use crate::compare::Others;
use crate::{Answer, DiffError};

/// What differs between the live object and the answer.
///
/// # Errors
/// Where nobody asked the server.
pub(super) fn verdict(look: Look<'_>) -> Result<Verdict, DiffError> {
    match look.answer {
        None => Err(DiffError::invalid(format!(
            "{}: the server was not asked what an apply would change; let the applier ask it \
             before the diff",
            look.desired.id()
        ))),
        Some(Answer::Refused(refusal)) => {
            Ok(Verdict { refusal: Some(refusal.clone()), ..Verdict::default() })
        }
        Some(Answer::Object(next)) => {
            let comparison = look.comparison(Others::Spared);
            let fields = comparison.exact(look.desired, look.live, next.body())?;
            Ok(Verdict { fields, ..Verdict::default() })
        }
    }
}
