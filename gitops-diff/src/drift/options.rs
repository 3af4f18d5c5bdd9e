//! What `Drift` lets a program choose.

/// What counts as drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Strategy {
    /// What a server-side apply would change, by who owns which field: predicted here, without a
    /// call. What others added is none.
    #[default]
    FieldOwnership,
    /// What differs between what was applied last, what is declared and what lives, as `kubectl
    /// apply` on the client's side finds it: what was applied last is in the annotation
    /// `kubectl.kubernetes.io/last-applied-configuration`. What was declared then and is not now
    /// goes, whoever holds it. An object without the annotation is compared by field ownership.
    ThreeWay,
    /// Whatever is not declared goes: of an object nothing but what is declared, defaults, status
    /// and what a server allocates is to live. Finalizers and references to owners stay.
    Strict,
    /// What the server answers to a dry-run of the apply, to the letter. The
    /// [answers](crate::Observed::answered) are the applier's to get; an object without one is a
    /// failure.
    ServerDryRun,
}

/// How much a plan says of what changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extent {
    /// What rules suppress.
    #[default]
    Changes,
    /// Also what is not declared: what others set, defaults, status, what admission injected
    /// ([`Plan::observations`](crate::Plan)). Costs a second walk of every object.
    Everything,
}

/// What becomes of the fields that clients left behind who no longer write: `kubectl` before it
/// applied on the server's side, whoever wrote before fields had owners, and we ourselves by
/// another kind of write. Nobody else takes away what of them is no longer declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftovers {
    /// They stay as they are.
    #[default]
    Kept,
    /// They become ours, by an operation of its own
    /// ([`RepairOwnership`](crate::Operation::RepairOwnership)).
    Repaired,
}

/// Whether an object is deleted and made anew where fields that cannot be changed are to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recreation {
    /// It is not; the object is a failure of the plan, which names the fields.
    #[default]
    Never,
    /// It is where an annotation on the declared object allows it:
    /// [`RECREATE_ANNOTATION`](crate::RECREATE_ANNOTATION)`: allowed`,
    /// `kustomize.toolkit.fluxcd.io/force: enabled`, or both `Replace=true` and `Force=true` in
    /// `argocd.argoproj.io/sync-options`.
    Annotated,
    /// It always is.
    Always,
}

/// What must hold of an object when it is changed, else the change does nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Demand {
    /// It is the same object, by its uid.
    #[default]
    Identity,
    /// It is the same object, and all fields that the plan touches or that are ours are as they
    /// were when it was compared. Costs a look more for each change; for plans that are executed
    /// long after they were made.
    Fields,
}

/// Whether objects that are ours and no longer declared are deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prune {
    /// They are.
    #[default]
    On,
    /// They stay, and stay ours.
    Off,
}
