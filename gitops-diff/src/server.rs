//! What an API server makes of a write around the merge: it reads, fills in, prepares, validates.
//!
//! The rules are those of the API server 1.36: `SetDefaults_*` and the types of `k8s.io/api` for
//! what is filled in, the strategies of `pkg/registry` for what is prepared, `pkg/apis/*/validation`
//! for what is refused, `apiextensions-apiserver` for custom resources.

mod admission;
mod custom;
mod default;
pub(crate) mod formats;
mod immutable;
mod prepare;
mod read;
mod refusal;
mod request;
mod validate;
mod warnings;

pub use self::read::{Read, read};
pub use self::refusal::{Cause, Refusal};
use crate::merge::{self, Apply};
use crate::{GroupKind, Schema, Value};

/// One object that is written through one path.
///
/// For a version that the schema does not have, of a kind that it has, there are no rules: nothing
/// is filled in, prepared or refused.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// The kinds that the server knows.
    pub schema: &'a Schema,
    /// The kind of the object.
    pub kind: &'a GroupKind,
    /// The version in which it is written.
    pub version: &'a str,
    /// Through which subresource; `None` is the object itself.
    pub subresource: Option<&'a str>,
    /// The object as it lives, in the version of the write; `None` where there is none.
    pub live: Option<&'a Value>,
}

impl Write<'_> {
    /// Fills in what is missing and has a default: of built-in kinds and of custom resources.
    ///
    /// Idempotent. What it fills in belongs to nobody.
    pub fn default(&self, object: &mut Value) {
        if self.is_served() {
            default::fill(self, object);
        }
    }

    /// Prepares the merged, defaulted object for its place in the store: takes back what this
    /// path cannot write (status, spec of a status write), sets what only the server sets
    /// (`generation`, the labels of namespaces, …), and drops what nobody may set.
    ///
    /// Names, uids, times and what a server allocates (addresses, ports) are the caller's.
    pub fn prepare(&self, object: &mut Value) {
        if self.is_served() {
            prepare::prepare(self, object);
        }
    }

    /// The validated object as it comes back from the store: a custom resource without what the
    /// version in which it is stored does not have, an object of a built-in kind without what is
    /// empty.
    pub fn store(&self, object: &mut Value) {
        if !self.schema.is_builtin(self.kind) {
            custom::store(self, object);
        } else if merge::keeps_empty(self.kind) {
            let of = self.schema.type_of(self.kind, self.version);
            *object = merge::printed(of, std::mem::take(object));
        }
    }

    /// What the server refuses of a prepared object: every cause, in the server's order where
    /// that is fixed.
    pub fn validate(&self, object: &Value) -> Vec<Cause> {
        if self.is_served() { validate::validate(self, object) } else { Vec::new() }
    }

    /// Whether there are rules for the version; a kind that nobody knows has general ones.
    fn is_served(&self) -> bool {
        self.schema.knows(self.kind, self.version)
    }
}

/// The object that the API server answers to a server-side apply, or why it refuses.
///
/// What only a server can know stays as it lives, and is missing in a new object: uid,
/// resourceVersion, creation time, allocated addresses and ports.
///
/// ```
/// use gitops_diff::merge::{Apply, Force};
/// use gitops_diff::{Schema, Value, predict};
///
/// let desired: Value = serde_json::from_str(
///     r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}"#,
/// )?;
/// let apply = Apply {
///     live: None,
///     desired: &desired,
///     manager: "gitops",
///     force: Force::No,
///     subresource: None,
///     now: "2026-01-01T00:00:00Z",
/// };
/// let answer = predict(&Schema::builtin(), &apply)?;
/// assert_eq!(answer.pointer("/metadata/managedFields/0/manager"), Some(&"gitops".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Refusal`] with the code, the reason and the causes that the server gives: conflicts, and a
/// `uid` or a `resourceVersion` that is declared and does not live (409), an object that is not of
/// its type (500), or invalid (422), as is a manager without a name.
pub fn predict(schema: &Schema, apply: &Apply<'_>) -> Result<Value, Refusal> {
    request::check_manager(apply.manager)?;
    let Prospect { object, causes } = prospect(schema, apply)?;
    request::check_preconditions(schema, apply)?;
    if causes.is_empty() {
        return Ok(object);
    }
    let kind = merge::kind_of(apply.desired).map_err(|error| Refusal::from_merge(&error))?.0;
    Err(Refusal::invalid(&kind, &object, causes))
}

/// What an apply would make, and what of it the server would refuse.
pub(crate) struct Prospect {
    pub(crate) object: Value,
    pub(crate) causes: Vec<Cause>,
}

/// The object that an apply would make, valid or not.
///
/// # Errors
/// A [`Refusal`] where there is none: conflicts, or an object that is not of its type.
pub(crate) fn prospect(schema: &Schema, apply: &Apply<'_>) -> Result<Prospect, Refusal> {
    let kind = merge::kind_of(apply.desired);
    let (kind, version) = kind.map_err(|error| Refusal::from_merge(&error))?;
    let whole = (!schema.is_builtin(&kind)).then(|| custom::with_whole_numbers(apply.desired));
    let desired = whole.as_ref().unwrap_or(apply.desired);
    let merged = merge::apply(schema, &Apply { desired, ..*apply });
    let merged = merged.map_err(|error| Refusal::from_merge(&error))?;
    let write = Write {
        schema,
        kind: &kind,
        version: &version,
        subresource: apply.subresource,
        live: apply.live,
    };
    Ok(write.answer(merged))
}

impl Write<'_> {
    /// The merged object as the server stores and answers it, and what it refuses of it.
    fn answer(&self, mut object: Value) -> Prospect {
        self.default(&mut object);
        self.prepare(&mut object);
        let causes = self.validate(&object);
        self.store(&mut object);
        let object = match self.live {
            Some(live) => merge::settle_written(live, object),
            None => object,
        };
        Prospect { object, causes }
    }
}
