//! Objects, inventories, drift and the plan that an applier executes. Pure: no async, no I/O.
//!
//! The crate answers, from three things that the caller has, what to do and why:
//!
//! - what is **declared**: an [`ObjectSet`], out of manifests;
//! - what **lives**: [`Observed`], out of a cluster or anything like one;
//! - what is **ours**: an [`Inventory`], out of a ledger.
//!
//! [`Drift`], the default [`Differ`], compares by field ownership as server-side apply does: it
//! predicts locally what the API server would change, so that a comparison costs no call. The
//! outcome is a [`Plan`]: waves of changes, each with its reason, its fields (path with list
//! keys, old, new, who set it), the file and line it comes from, and what must hold for it to be
//! executed. A plan is shown by [`Report`], written as JSON by [`Plan::to_json`], and executed as
//! it was shown.
//!
//! ```
//! use gitops_diff::{Differ, Drift, Inventory, Object, ObjectSet, Observed, Origin, Plan, Report};
//!
//! let object = |json| serde_json::from_str::<Object>(json);
//!
//! // What is declared, and where.
//! let web = object(
//!     r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},
//!         "spec":{"replicas":3,"template":{"spec":{"containers":[
//!             {"name":"app","image":"shop:1.1","resources":{"limits":{"cpu":"1000m"}}}]}}}}"#,
//! )?;
//! let web = web.with_origin(Origin { file: "apps/web.yaml".into(), line: 1, document: 1 });
//! let desired: ObjectSet = [web].into_iter().collect();
//!
//! // What lives: scaled by hand, an older image, a sidecar that somebody injected.
//! let live = object(
//!     r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",
//!         "uid":"5f0c"},"spec":{"replicas":9,"template":{"spec":{"containers":[
//!             {"name":"mesh","image":"mesh:2"},
//!             {"name":"app","image":"shop:1.0","resources":{"limits":{"cpu":"1"}}}]}}}}"#,
//! )?;
//! let observed: Observed = [live].into_iter().collect();
//!
//! let plan = Drift::default().diff(&desired, &observed, &Inventory::new())?;
//! let change = plan.changes().next().unwrap();
//! let paths: Vec<&str> = change.fields.iter().map(|it| it.path.as_str()).collect();
//! assert_eq!(paths, ["spec.replicas", "spec.template.spec.containers[name=app].image"]);
//!
//! println!("{}", Report::new(&plan).beside(&observed));
//! // ~ Deployment.apps/shop/web  update, drifted  apps/web.yaml:1
//! // @@ -4,12 +4,12 @@
//! // -  replicas: 9
//! // +  replicas: 3
//! // …
//! // + 0  ~ 1  - 0  = 0
//!
//! // A plan is data: written, reviewed elsewhere, read back, executed as it was shown.
//! let mut read = Plan::from_json(&plan.to_json()?)?;
//! read.attach(&desired)?;
//! assert_eq!(read, plan);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is never done
//! - Nothing is deleted that is not in the inventory and still the object that was made.
//! - An empty or shrunken declaration prunes nothing, and namespaces, definitions and volumes go
//!   only with consent: [`Guards`].
//! - Values of Secrets appear in no plan, report, digest or debug output.
//! - What is wrong with one object spoils no other: it is a [`Failure`] in the plan.
//!
//! # What else is here
//! The object model ([`Object`], [`Value`]), what the API server knows of kinds ([`Schema`]), who
//! owns which field ([`ManagedFields`], [`FieldSet`]), and server-side apply itself ([`merge`]).

mod value;

mod id;
mod object;
mod origin;
mod packed;
mod query;
mod secret;
mod set;

mod inventory;
mod observed;

mod fields;
mod managed;
mod schema;

pub mod cel;
pub mod golang;
pub mod merge;
pub mod policy;
pub mod server;

mod cached;
mod cascade;
mod compare;
mod differ;
mod drift;
mod guard;
mod order;
mod plan;
mod report;
mod tracker;

mod error;
mod fingerprint;

pub use crate::cached::Cached;
pub use crate::differ::Differ;
pub use crate::drift::{
    Demand, Drift, Extent, Leftovers, Prune, RECREATE_ANNOTATION, Recreation, Strategy,
};
pub use crate::error::DiffError;
pub use crate::fields::{FieldPath, FieldSet, FieldsError, PathElement};
pub use crate::fingerprint::Fingerprint;
pub use crate::guard::{Budget, Consent, Guards, PRUNE_ANNOTATION};
pub use crate::id::{GroupKind, ObjectId, ParseObjectIdError};
pub use crate::inventory::{Entry, Inventory};
pub use crate::managed::{ManagedEntry, ManagedFields, ManagerOperation};
pub use crate::object::Object;
pub use crate::observed::{Answer, Live, Observed};
pub use crate::order::{Stage, apply_order};
pub use crate::origin::Origin;
pub use crate::packed::{Expected, Packed, Verdict};
pub use crate::plan::{
    Change, Class, Failure, FieldChange, FieldOperation, Observation, Operation, Owner,
    PLAN_VERSION, Plan, Preconditions, Reason, Refusal, Shown, Wave,
};
pub use crate::policy::{Policy, PolicyError};
pub use crate::query::Query;
pub use crate::report::{Color, Detail, Layout, Markdown, MarkdownLimits, Report, Summary};
pub use crate::schema::{Format, Keys, ListRef, MapRef, Scalar, Schema, Scope, TypeRef};
pub use crate::server::predict;
pub use crate::set::{Duplicate, ObjectSet};
pub use crate::tracker::{Counters, Stale, Tracker};
pub use crate::value::{Map, Text, Value};
