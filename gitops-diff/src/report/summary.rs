//! A plan in numbers.

use std::fmt;

use crate::{Operation, Plan};

/// How many objects a plan makes, changes and deletes, and how many it leaves as they are.
///
/// Prints as `+ 3  ~ 2  - 1  = 40`; what was withheld, failed or released is added only where
/// there is some: `+ 3  ~ 2  - 0  = 40  (1 withheld, 2 failed)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Made.
    pub created: usize,
    /// Changed.
    pub updated: usize,
    /// Deleted and made anew.
    pub recreated: usize,
    /// Deleted.
    pub deleted: usize,
    /// As they should be.
    pub unchanged: usize,
    /// Forgotten, without a write.
    pub released: usize,
    /// Kept by guards.
    pub withheld: usize,
    /// Not planned, since something is wrong with them.
    pub failed: usize,
}

impl Plan {
    /// The plan in numbers.
    pub fn summary(&self) -> Summary {
        let count = |operation| self.changes_of(operation).count();
        Summary {
            created: count(Operation::Create),
            updated: count(Operation::Update)
                + count(Operation::TakeOver)
                + count(Operation::RepairOwnership),
            recreated: count(Operation::Recreate),
            deleted: count(Operation::Delete),
            released: count(Operation::Release),
            unchanged: self.unchanged.len(),
            withheld: self.refusals.iter().map(|it| it.withheld.len()).sum(),
            failed: self.failures.len(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, deleted, unchanged, .. } = self;
        write!(f, "+ {created}  ~ {updated}  - {deleted}  = {unchanged}")?;
        let rest = [
            (self.recreated, "recreated"),
            (self.released, "released"),
            (self.withheld, "withheld"),
            (self.failed, "failed"),
        ];
        let rest = rest.iter().filter(|(count, _)| *count > 0);
        let rest: Vec<String> = rest.map(|(count, what)| format!("{count} {what}")).collect();
        if rest.is_empty() { Ok(()) } else { write!(f, "  ({})", rest.join(", ")) }
    }
}
