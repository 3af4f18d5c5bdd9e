//! The seam of everything that can make a plan.

use std::sync::Arc;

use crate::{DiffError, Inventory, ObjectSet, Observed, Plan};

/// Compares what is desired with what lives, and plans what to do. Sync and pure.
///
/// The default is [`Drift`](crate::Drift).
pub trait Differ: Send + Sync {
    /// The plan that makes `observed` be `desired`; `owned` says what may be pruned.
    ///
    /// What is wrong with a single object is a [`Failure`](crate::Failure) in the plan.
    ///
    /// # Errors
    /// [`DiffError`] where no plan can be made at all.
    fn diff(
        &self,
        desired: &ObjectSet,
        observed: &Observed,
        owned: &Inventory,
    ) -> Result<Plan, DiffError>;

    /// Whether it needs what the target answers to dry-runs ([`Observed::answer`]).
    fn asks(&self) -> bool {
        false
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: Differ + ?Sized> Differ for $pointer {
            fn diff(
                &self,
                desired: &ObjectSet,
                observed: &Observed,
                owned: &Inventory,
            ) -> Result<Plan, DiffError> {
                (**self).diff(desired, observed, owned)
            }

            fn asks(&self) -> bool {
                (**self).asks()
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);
