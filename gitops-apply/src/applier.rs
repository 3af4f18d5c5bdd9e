//! The seam of every target.

use std::sync::Arc;

use async_trait::async_trait;
use gitops_diff::{Change, Inventory, ObjectSet, Observed, Operation, Query, Reason, Text, Value};

use crate::{ApplyError, Outcome, Readiness};

/// A target that can be looked at and changed.
#[async_trait]
pub trait Applier: Send + Sync {
    /// The desired objects as the target identifies them: namespaced objects without a namespace
    /// get the target's default one, cluster-scoped ones lose theirs. Two objects that become
    /// one are an [`ApplyError::Invalid`].
    ///
    /// # Errors
    /// [`ApplyError`]; its [`class`](ApplyError::class) says whether to retry.
    async fn resolve(&self, desired: ObjectSet) -> Result<ObjectSet, ApplyError> {
        Ok(desired)
    }

    /// Desired and owned objects as they live in the target.
    ///
    /// What is wrong with a single object is a [`Live::Unknown`](gitops_diff::Live::Unknown) in
    /// the answer.
    ///
    /// # Errors
    /// [`ApplyError`] where the target cannot be looked at.
    async fn observe(&self, desired: &ObjectSet, owned: &Inventory)
    -> Result<Observed, ApplyError>;

    /// What was observed, with what the target answers to dry-runs of applying the desired objects
    /// that live ([`Observed::answered`]): a call for each. By default a target answers nothing.
    ///
    /// Only asked where a differ [needs it](gitops_diff::Differ::asks). An object that cannot be
    /// asked about becomes [`Live::Unknown`](gitops_diff::Live::Unknown).
    ///
    /// # Errors
    /// [`ApplyError`] where the target cannot be asked.
    async fn answers(
        &self,
        _desired: &ObjectSet,
        observed: Observed,
    ) -> Result<Observed, ApplyError> {
        Ok(observed)
    }

    /// What templates of charts find in the target by `lookup`, by the rules of Helm: an object, all
    /// of a kind as a list, or nothing.
    ///
    /// # Errors
    /// [`ApplyError`], in the words of the target: where its API has no such version, where the
    /// caller may not see it, and by default, since not every target can be looked up in.
    async fn look_up(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
        Err(ApplyError::Invalid(format!("{query}: this target cannot be looked up in")))
    }

    /// Executes one change. Idempotent: done twice it does nothing more, and a change whose
    /// reply was lost may be tried again.
    ///
    /// # Errors
    /// [`ApplyError`]; nothing was written unless its class is to retry.
    async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError>;

    /// Whether what `change` made or deleted is so far that the next wave can start: a
    /// definition is established, a namespace active. A single look, which does not wait.
    ///
    /// # Errors
    /// [`ApplyError`] where the target cannot be looked at.
    async fn ready(&self, _change: &Change) -> Result<Readiness, ApplyError> {
        Ok(Readiness::Ready)
    }
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[async_trait]
        impl<T: Applier + ?Sized> Applier for $pointer {
            async fn resolve(&self, desired: ObjectSet) -> Result<ObjectSet, ApplyError> {
                (**self).resolve(desired).await
            }

            async fn observe(
                &self,
                desired: &ObjectSet,
                owned: &Inventory,
            ) -> Result<Observed, ApplyError> {
                (**self).observe(desired, owned).await
            }

            async fn answers(
                &self,
                desired: &ObjectSet,
                observed: Observed,
            ) -> Result<Observed, ApplyError> {
                (**self).answers(desired, observed).await
            }

            async fn look_up(&self, query: &Query) -> Result<Option<Value>, ApplyError> {
                (**self).look_up(query).await
            }

            async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError> {
                (**self).apply(change).await
            }

            async fn ready(&self, change: &Change) -> Result<Readiness, ApplyError> {
                (**self).ready(change).await
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);

/// For each desired object that lives, the change that applying it to the one that was seen would
/// be.
pub(crate) fn rehearsals(desired: &ObjectSet, observed: &Observed) -> Vec<Change> {
    let rehearsal = |object: &gitops_diff::Object| {
        let live = observed.object(object.id()).filter(|it| !it.is_deleting())?;
        let id = object.id().clone();
        let mut change = Change::new(id, object.version(), Operation::Update, Reason::Drifted);
        change.preconditions.uid = live.uid().map(Text::from);
        change.desired = Some(object.folded());
        Some(change)
    };
    desired.iter().filter_map(rehearsal).collect()
}
