//! Server-side apply, and what other writes do to the ownership of fields.
//!
//! The rules are those of the API server 1.36: structured-merge-diff v6 (`typed`, `merge`) and
//! `k8s.io/apimachinery/pkg/util/managedfields`. What comes after them in a server is the
//! server's: defaults, admission, validation, status that is reset.

mod absorb;
mod collect;
mod combine;
mod compare;
mod context;
mod error;
mod formats;
mod last_applied;
mod print;
mod prune;
pub(crate) mod quantity;
mod reconcile;
mod remove;
mod scalar;
mod settle;
mod typed;
mod update;
mod validate;

use std::borrow::Cow;

pub use self::absorb::absorb;
pub use self::context::Force;
pub(crate) use self::context::kind_of;
use self::context::{Context, stripped};
pub use self::error::{Conflict, MergeError};
pub(crate) use self::print::{keeps_empty, printed, structured};
pub use self::settle::settle;
pub(crate) use self::settle::settle_written;
pub use self::update::{Update, update};
use self::validate::{Duplicates, validate};
use crate::fields::same;
use crate::managed::ManagerOperation;
use crate::{FieldSet, ManagedEntry, ManagedFields, Map, Schema, Text, Value};

/// A server-side apply.
#[derive(Clone, Copy, Debug)]
pub struct Apply<'a> {
    /// The object as it lives, defaults and managedFields included; `None` where there is none.
    pub live: Option<&'a Value>,
    /// The object as declared.
    pub desired: &'a Value,
    /// Who applies.
    pub manager: &'a str,
    /// Whether fields of others are taken.
    pub force: Force,
    /// Through which subresource; `None` is the object itself.
    pub subresource: Option<&'a str>,
    /// The time of the apply: RFC 3339 in UTC to the second, as the API server prints it.
    pub now: &'a str,
}

/// The object that the API server makes of an apply, with its managedFields, before defaults.
///
/// An apply that changes nothing returns the live object as it is, times included.
///
/// ```
/// use gitops_diff::{Schema, Value, merge};
///
/// let desired: Value = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#,
/// )?;
/// let apply = |live, desired, manager, now| {
///     let force = merge::Force::No;
///     merge::apply(
///         &Schema::builtin(),
///         &merge::Apply { live, desired, manager, force, subresource: None, now },
///     )
/// };
/// let live = apply(None, &desired, "gitops", "2026-01-01T00:00:00Z")?;
/// assert_eq!(live.pointer("/metadata/managedFields/0/fieldsV1/f:data/f:k").is_some(), true);
/// assert_eq!(apply(Some(&live), &desired, "gitops", "2026-01-01T00:01:00Z")?, live);
///
/// let other = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"w"}}"#,
/// )?;
/// let refused = apply(Some(&live), &other, "somebody", "2026-01-01T00:02:00Z").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     r#"Apply failed with 1 conflict: conflict with "gitops": .data.k"#,
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MergeError::Conflicts`] where others own fields whose values would change, unless forced;
/// [`MergeError::Invalid`] where an object has not the form that its type demands.
pub fn apply(schema: &Schema, apply: &Apply<'_>) -> Result<Value, MergeError> {
    let context = Context::new(schema, apply.desired, apply.subresource)?;
    let declared = declared(&context, apply.desired)?;
    let live = apply.live.map_or_else(|| context.empty(), without_managed);
    context.check("typed live object", &live, Duplicates::Allowed)?;
    let mut managed = apply.live.map_or_else(|| Ok(ManagedFields::new()), ManagedFields::read)?;
    if managed.is_empty() && apply.live.is_some() {
        update::first_owner(&context, &live, &mut managed, apply.now)?;
    }
    reconcile_all(&context, &live, &mut managed)?;
    let merge = Merge { context: &context, apply, live: &live, declared: &declared };
    let (mut object, managed) = merge.upgrading(managed)?;
    if apply.manager == last_applied::KUBECTL {
        last_applied::refresh(&mut object, apply.desired);
    }
    context.check_formats(&object)?;
    let object = print::decoded(&context, object);
    Ok(settle::written(object, &managed, apply.live))
}

/// The fields that an apply of `desired` would own.
///
/// ```
/// use gitops_diff::{Schema, Value, merge};
///
/// let desired: Value = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#,
/// )?;
/// let fields = merge::fields_of(&Schema::builtin(), &desired)?;
/// assert_eq!(fields.paths()[0].to_string(), "data.k");
/// assert_eq!(fields.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MergeError::Invalid`] where the object has not the form that its type demands.
pub fn fields_of(schema: &Schema, desired: &Value) -> Result<FieldSet, MergeError> {
    let context = Context::new(schema, desired, None)?;
    let declared = declared(&context, desired)?;
    let mut fields = collect::fields(context.of, &declared);
    fields.drop_below(&context.reset_in(&context.api_version));
    fields.subtract(&stripped());
    Ok(fields)
}

/// One apply, with everything read and checked.
struct Merge<'a> {
    context: &'a Context<'a>,
    apply: &'a Apply<'a>,
    live: &'a Value,
    declared: &'a Value,
}

impl Merge<'_> {
    /// Where `kubectl` takes over what it applied on the client's side, that is no conflict.
    fn upgrading(&self, managed: ManagedFields) -> Result<(Value, ManagedFields), MergeError> {
        if self.apply.manager != last_applied::KUBECTL {
            return self.run(managed, self.apply.force);
        }
        match self.run(managed.clone(), self.apply.force) {
            Err(MergeError::Conflicts(conflicts)) => {
                let left = last_applied::not_allowed(self.context, self.live, conflicts);
                if left.is_empty() {
                    return self.run(managed, Force::Yes);
                }
                Err(MergeError::Conflicts(left))
            }
            other => other,
        }
    }

    fn run(
        &self,
        mut managed: ManagedFields,
        force: Force,
    ) -> Result<(Value, ManagedFields), MergeError> {
        let me = self.entry();
        let mine = ManagedEntry { fields: self.declared_fields(), ..me.clone() };
        let last = managed.replace(mine);
        let merged = combine::combine(self.context.of, self.live, self.declared);
        let object = match &last {
            Some(last) => prune::prune(self.context, merged, &managed, last),
            None => merged,
        };
        let change = (self.live, &object);
        self.context.take(change, &mut managed, Some(&me), force)?;
        let changed = !same(self.live, &object);
        managed.entries_mut().retain_mut(|it| {
            if it.same_manager(&me) {
                it.fields.subtract(&stripped());
                if changed {
                    it.time = Some(self.apply.now.into());
                }
            }
            !it.fields.is_empty()
        });
        Ok((object, managed))
    }

    /// What the manager will own.
    fn declared_fields(&self) -> FieldSet {
        let mut fields = collect::fields(self.context.of, self.declared);
        fields.drop_below(&self.context.reset_in(&self.context.api_version));
        fields
    }

    /// The manager, without fields.
    fn entry(&self) -> ManagedEntry {
        ManagedEntry {
            manager: manager_name(self.apply.manager).into(),
            operation: ManagerOperation::Apply,
            api_version: self.context.api_version.clone(),
            time: None,
            subresource: self.apply.subresource.map(Into::into),
            fields: FieldSet::new(),
        }
    }
}

fn manager_name(name: &str) -> &str {
    if name.is_empty() { "unknown" } else { name }
}

/// The declared object; who owns what is not declared.
fn declared<'d>(context: &Context<'_>, desired: &'d Value) -> Result<Cow<'d, Value>, MergeError> {
    let declared = match desired.pointer("/metadata/managedFields") {
        None => Cow::Borrowed(desired),
        Some(Value::Null) => Cow::Owned(without_managed(desired)),
        Some(_) => return Err(MergeError::Invalid("metadata.managedFields must be nil".into())),
    };
    context.check("typed patch object", &declared, Duplicates::Refused)?;
    Ok(declared)
}

/// The object without its managedFields, which are not even copied: they are most of it.
fn without_managed(object: &Value) -> Value {
    let Value::Map(members) = object else {
        return object.clone();
    };
    let member = |(name, value): (&Text, &Value)| {
        let value = match value {
            Value::Map(metadata) if *name == "metadata" => {
                let others = metadata.iter().filter(|(name, _)| **name != "managedFields");
                let others = others.map(|(name, value)| (name.clone(), value.clone()));
                Value::Map(Map::from_sorted(others.collect()))
            }
            value => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Map(Map::from_sorted(members.iter().map(member).collect()))
}

/// Fits what is owned to the schema of today; what is owned in versions that are not served is
/// forgotten. The object must be one in each version that is left.
fn reconcile_all(
    context: &Context<'_>,
    live: &Value,
    managed: &mut ManagedFields,
) -> Result<(), MergeError> {
    managed.entries_mut().retain(|it| context.type_in(&it.api_version).is_some());
    for entry in managed.entries_mut() {
        let of = context.type_in(&entry.api_version).unwrap_or(context.of);
        if of != context.of {
            validate(of, live, Duplicates::Allowed).map_err(MergeError::Invalid)?;
        }
        reconcile::reconcile(of, &mut entry.fields);
    }
    Ok(())
}
