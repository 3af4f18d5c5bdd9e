//! Guards: what is not deleted without consent.

use std::collections::BTreeMap;

use crate::{GroupKind, Inventory, Object, ObjectId, ObjectSet, Refusal};

/// This annotation on a live object decides about pruning it: `disabled` keeps it (it is then
/// forgotten), `allowed` consents to deleting an object of a protected kind.
pub const PRUNE_ANNOTATION: &str = "gitops-rs.dev/prune";

/// What must hold for objects to be deleted.
///
/// What a guard withholds stays ours and stays alive; the plan says so in a [`Refusal`]. Beyond
/// these guards, an object is never deleted to be made anew.
///
/// ```
/// use gitops_diff::{Budget, Consent, Guards};
///
/// let guards = Guards::default();
/// assert_eq!(guards.empty_render, Consent::Withheld);
/// assert_eq!(guards.budget.limit(10), 5);
/// assert_eq!(guards.budget.limit(100), 50);
/// assert_eq!(guards.budget.limit(10_000), 100);
/// assert_eq!(Budget::UNLIMITED.limit(10_000), 10_000);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Guards {
    /// Whether everything may be deleted when nothing at all is declared any more.
    pub empty_render: Consent,
    /// How many objects may go in one run.
    pub budget: Budget,
    /// Kinds whose deletion destroys more than the object itself: they are deleted only where
    /// the live object has the annotation [`PRUNE_ANNOTATION`] with the value `allowed`.
    pub protected: Vec<GroupKind>,
}

/// Whether someone agreed to what is dangerous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// No.
    #[default]
    Withheld,
    /// Yes.
    Given,
}

/// How many objects may be deleted in one run: more than `free` of them only while they are no
/// more than `objects` and no more than `percent` of all that is ours.
///
/// Over budget nothing is deleted at all, since half of a wrong deletion helps nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// So many always may.
    pub free: usize,
    /// The most objects.
    pub objects: usize,
    /// The most of the inventory, in percent.
    pub percent: u8,
}

impl Budget {
    /// No limit.
    pub const UNLIMITED: Self = Self { free: usize::MAX, objects: usize::MAX, percent: 100 };

    /// How many objects may go of an inventory of `owned`.
    pub fn limit(&self, owned: usize) -> usize {
        let share = owned.saturating_mul(self.percent.into()) / 100;
        self.objects.min(share).max(self.free).min(owned)
    }
}

impl Default for Budget {
    /// Five always, else at most a hundred and at most half of all.
    fn default() -> Self {
        Self { free: 5, objects: 100, percent: 50 }
    }
}

impl Default for Guards {
    fn default() -> Self {
        let protected = [
            ("", "Namespace"),
            ("apiextensions.k8s.io", "CustomResourceDefinition"),
            ("", "PersistentVolumeClaim"),
            ("", "PersistentVolume"),
        ];
        Self {
            empty_render: Consent::default(),
            budget: Budget::default(),
            protected: protected.map(|(group, kind)| GroupKind::new(group, kind)).into(),
        }
    }
}

impl Guards {
    /// No guard at all; what holds something that is to stay is still not deleted.
    pub fn none() -> Self {
        Self { empty_render: Consent::Given, budget: Budget::UNLIMITED, protected: Vec::new() }
    }

    /// Whether the object is of a protected kind and nobody consented to deleting it.
    pub(crate) fn protects(&self, live: &Object) -> bool {
        self.protected.contains(live.id().group_kind())
            && live.annotation(PRUNE_ANNOTATION) != Some("allowed")
    }

    /// Takes out of `doomed` what may not be deleted, and says why.
    pub(crate) fn withhold(
        &self,
        doomed: &mut Vec<&Object>,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        refusals.extend(self.withhold_all_of_nothing(doomed, desired));
        refusals.extend(self.withhold_protected(doomed));
        // Who consented to nothing being left consented to more than any budget.
        if !desired.is_empty() {
            refusals.extend(self.withhold_over_budget(doomed, owned.len()));
        }
        refusals
    }

    fn withhold_all_of_nothing(
        &self,
        doomed: &mut Vec<&Object>,
        desired: &ObjectSet,
    ) -> Option<Refusal> {
        if !desired.is_empty() || self.empty_render == Consent::Given {
            return None;
        }
        let withheld = ids(std::mem::take(doomed));
        let message = format!(
            "nothing is declared any more; {} kept, since an empty render is more often a \
             mistake than a wish (consent with `Guards::empty_render`)",
            count(&withheld),
        );
        refusal("empty-render", message, withheld)
    }

    fn withhold_protected(&self, doomed: &mut Vec<&Object>) -> Option<Refusal> {
        let withheld = ids(doomed.extract_if(.., |it| self.protects(it)));
        let message = format!(
            "{} kept, since what depends on them would be lost with them (consent with the \
             annotation `{PRUNE_ANNOTATION}: allowed` on the live object, or with \
             `Guards::protected`)",
            count(&withheld),
        );
        refusal("protected-kind", message, withheld)
    }

    fn withhold_over_budget(&self, doomed: &mut Vec<&Object>, owned: usize) -> Option<Refusal> {
        let limit = self.budget.limit(owned);
        // What is on its way out already costs nothing more.
        let fresh = doomed.iter().filter(|it| !it.is_deleting()).count();
        if fresh <= limit {
            return None;
        }
        let withheld = ids(doomed.extract_if(.., |it| !it.is_deleting()));
        let message = format!(
            "{} of {owned} kept, since no more than {limit} may go in one run (consent with \
             `Guards::budget`)",
            count(&withheld),
        );
        refusal("prune-budget", message, withheld)
    }
}

/// Takes the holders out of `doomed` that are `occupied` by something that is to stay: it would
/// go with them.
pub(crate) fn still_holds(
    doomed: &mut Vec<&Object>,
    occupied: &BTreeMap<&ObjectId, &ObjectId>,
) -> Option<Refusal> {
    const SHOWN: usize = 5;
    let withheld = ids(doomed.extract_if(.., |it| occupied.contains_key(it.id())));
    let inside = withheld.iter().take(SHOWN).filter_map(|it| Some((it, occupied.get(it)?)));
    let inside: Vec<String> =
        inside.map(|(holder, inside)| format!("{inside} lives in {holder}")).collect();
    let message = format!(
        "{} kept, since what is to stay would go with them: {} (declare them, or remove what \
         lives in them first)",
        count(&withheld),
        inside.join(", "),
    );
    refusal("still-holds", message, withheld)
}

fn ids<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<ObjectId> {
    objects.into_iter().map(|it| it.id().clone()).collect()
}

fn count(withheld: &[ObjectId]) -> String {
    match withheld.len() {
        1 => "1 object that is no longer declared is".into(),
        many => format!("{many} objects that are no longer declared are"),
    }
}

fn refusal(guard: &str, message: String, withheld: Vec<ObjectId>) -> Option<Refusal> {
    (!withheld.is_empty()).then(|| Refusal { guard: guard.into(), message, withheld })
}
