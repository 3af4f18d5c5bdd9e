//! Objects, inventories, drift and the plan that an applier executes. Pure: no async, no I/O.

mod value;

mod id;
mod object;
mod origin;
mod secret;
mod set;

mod inventory;
mod observed;

mod fields;
mod managed;
mod schema;

pub mod merge;

mod compare;
mod differ;
mod drift;
mod guard;
mod order;
mod plan;
mod report;

mod error;
mod fingerprint;

pub use crate::differ::Differ;
pub use crate::drift::{Drift, Prune};
pub use crate::error::DiffError;
pub use crate::fields::{FieldPath, FieldSet, FieldsError, PathElement};
pub use crate::fingerprint::Fingerprint;
pub use crate::guard::{Budget, Consent, Guards, PRUNE_ANNOTATION};
pub use crate::id::{GroupKind, ObjectId, ParseObjectIdError};
pub use crate::inventory::{Entry, Inventory};
pub use crate::managed::{ManagedEntry, ManagedFields, ManagerOperation};
pub use crate::object::Object;
pub use crate::observed::{Live, Observed};
pub use crate::order::{Stage, apply_order};
pub use crate::origin::Origin;
pub use crate::plan::{
    Change, Failure, FieldChange, FieldOperation, Operation, Owner, PLAN_VERSION, Plan,
    Preconditions, Reason, Refusal, Shown, Wave,
};
pub use crate::report::{Color, Detail, Layout, Report, Summary};
pub use crate::schema::{Format, Keys, ListRef, MapRef, Scalar, Schema, Scope, TypeRef};
pub use crate::set::{Duplicate, ObjectSet};
pub use crate::value::{Map, Text, Value};
