//! One declared object beside how it lives, and the verdict on both.

use std::borrow::Cow;

use super::options::{Extent, Leftovers, Strategy};
use super::{Drift, field_ownership, leftovers, server_dry_run, strict, three_way};
use crate::compare::{Comparison, Difference, Others};
use crate::merge::{self, Apply, Force};
use crate::server::{Prospect, Refusal, Write, prospect};
use crate::{
    Answer, DiffError, FieldChange, FieldPath, Fingerprint, Map, Object, Owner, Schema, Value,
};

/// What is known of an object when it is judged.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) drift: &'a Drift,
    pub(super) schema: &'a Schema,
    pub(super) desired: &'a Object,
    pub(super) live: &'a Object,
    /// The digest of what was applied last and of what became of it.
    pub(super) applied: Option<&'a Fingerprint>,
    /// What the server answered to a dry-run.
    pub(super) answer: Option<&'a Answer>,
}

/// What is to become of an object that lives.
#[derive(Default)]
pub(super) struct Verdict {
    /// The fields that change.
    pub(super) fields: Vec<FieldChange>,
    /// Whose fields become ours first.
    pub(super) absorbs: Vec<Owner>,
    /// Whether more than we own is to go, beyond what an apply alone would change.
    pub(super) reaches_further: bool,
    /// Whether the target says who owns what, and nothing of the object is ours.
    pub(super) unowned: bool,
    /// Why the server would refuse the change.
    pub(super) refusal: Option<Refusal>,
}

/// Times are no drift: any will do.
const NOW: &str = "2000-01-01T00:00:00Z";

impl<'a> Look<'a> {
    pub(super) fn new(
        drift: &'a Drift,
        schema: &'a Schema,
        desired: &'a Object,
        live: &'a Object,
    ) -> Self {
        Self { drift, schema, desired, live, applied: None, answer: None }
    }

    pub(super) fn comparison(self, others: Others) -> Comparison<'a> {
        let applied = self.applied.filter(|_| others == Others::Spared);
        Comparison { schema: self.schema, manager: &self.drift.manager, applied, others }
    }

    /// What is to become of the object.
    ///
    /// # Errors
    /// Where it cannot be compared.
    pub(super) fn judge(self) -> Result<Verdict, DiffError> {
        let suspected = match self.drift.strategy {
            Strategy::ServerDryRun => return server_dry_run::verdict(self),
            Strategy::FieldOwnership => field_ownership::suspected(self)?,
            Strategy::ThreeWay => three_way::suspected(self)?,
            Strategy::Strict => strict::suspected(self)?,
        };
        let absorbs = match self.drift.leftovers {
            Leftovers::Kept => Vec::new(),
            Leftovers::Repaired => leftovers::of(self.live, &self.drift.manager),
        };
        let Difference { changes, unowned } = suspected;
        if changes.is_empty() && absorbs.is_empty() {
            return Ok(Verdict { unowned, ..Verdict::default() });
        }
        let verdict = Verdict { fields: changes, absorbs, unowned, ..Verdict::default() };
        self.confirmed(verdict)
    }

    /// What an apply really changes of what is suspected: the prediction knows what a server
    /// fills in, rounds, drops and refuses.
    fn confirmed(self, mut verdict: Verdict) -> Result<Verdict, DiffError> {
        let reach = self.reach(&verdict.fields);
        verdict.reaches_further = !reach.is_empty();
        let is_plain = || verdict.absorbs.is_empty() && reach.is_empty();
        if !self.is_predictable() || is_plain() && self.is_certain(&verdict.fields) {
            return Ok(verdict);
        }
        self.predicted(verdict, &reach)
    }

    /// The verdict with what an apply changes, once what is in our reach has been taken over.
    pub(super) fn predicted(
        self,
        mut verdict: Verdict,
        reach: &[FieldPath],
    ) -> Result<Verdict, DiffError> {
        let before = self.with_owners(&verdict.absorbs, reach);
        let desired = self.bare();
        let apply = Apply {
            live: Some(&before),
            desired: &desired,
            manager: &self.drift.manager,
            force: Force::Yes,
            subresource: None,
            now: NOW,
        };
        match prospect(self.schema, &apply) {
            Ok(Prospect { object, causes }) => {
                let others = if reach.is_empty() { Others::Spared } else { Others::Ignored };
                let exact = self.comparison(others).exact(self.desired, self.live, &object)?;
                verdict.fields = self.stored(exact, &verdict.fields);
                let kind = self.desired.id().group_kind();
                let refusal = || Refusal::invalid(kind, &object, causes.clone());
                verdict.refusal = (!causes.is_empty()).then(refusal);
            }
            Err(refusal) => verdict.refusal = Some(refusal),
        }
        Ok(verdict)
    }

    /// What a server has stored is written as it writes it; of all else, such as a file, only
    /// what the walk suspects is a difference, and not how it is written.
    fn stored(self, exact: Vec<FieldChange>, suspected: &[FieldChange]) -> Vec<FieldChange> {
        if self.live.resource_version().is_some() {
            return exact;
        }
        let is_suspected = |it: &FieldChange| {
            let meets = |other: &FieldChange| {
                it.path.starts_with(&*other.path) || other.path.starts_with(&*it.path)
            };
            suspected.iter().any(meets)
        };
        exact.into_iter().filter(is_suspected).collect()
    }

    /// Of kinds that nobody knows, the walk sees more in what the server wrote down than the rules
    /// for kinds without a schema tell.
    fn is_predictable(self) -> bool {
        let kind = self.desired.id().group_kind();
        self.schema.scope(kind).is_some()
            && self.schema.knows(kind, self.desired.version())
            && self.live.version() == self.desired.version()
    }

    /// The fields that are to go and are not ours: an apply alone leaves them.
    fn reach(self, fields: &[FieldChange]) -> Vec<FieldPath> {
        if !matches!(self.drift.strategy, Strategy::ThreeWay | Strategy::Strict) {
            return Vec::new();
        }
        let managed = crate::ManagedFields::read(self.live.body()).unwrap_or_default();
        let ours = managed.applied_by(&self.drift.manager);
        let only_ours = |path: &FieldPath| {
            ours.is_some_and(|it| it.fields.has(path)) && managed.owners(path).count() == 1
        };
        let gone = fields.iter().filter(|it| it.new.is_none());
        let paths = gone.filter_map(|it| it.path.parse().ok());
        paths.filter(|it| !only_ours(it)).collect()
    }

    /// The live object after we have taken over what we are to take over.
    ///
    /// What no server has stored, such as a file, lacks the defaults that an apply would fill in.
    fn with_owners(self, absorbs: &[Owner], reach: &[FieldPath]) -> Cow<'a, Value> {
        let mut body = Cow::Borrowed(self.live.body());
        if self.live.resource_version().is_none() {
            let (schema, kind) = (self.schema, self.live.id().group_kind());
            let version = self.live.version();
            Write { schema, kind, version, subresource: None, live: None }.default(body.to_mut());
        }
        if !(absorbs.is_empty() && reach.is_empty()) {
            let managed = merge::absorb(&body, &self.drift.manager, absorbs, reach);
            if let (Ok(managed), Some(members)) = (managed, body.to_mut().as_map_mut()) {
                managed.write(members);
            }
        }
        body
    }

    /// The declared object as appliers send it: without what only the server sets.
    fn bare(self) -> Cow<'a, Value> {
        const SERVER_SET: [&str; 5] =
            ["managedFields", "uid", "resourceVersion", "creationTimestamp", "generation"];
        let body = self.desired.body();
        let metadata = body.get("metadata").and_then(Value::as_map);
        let is_bare = |it: &Map| SERVER_SET.iter().all(|name| !it.contains_key(name));
        if metadata.is_none_or(is_bare) {
            return Cow::Borrowed(body);
        }
        let mut body = body.clone();
        if let Some(members) = body.as_map_mut() {
            members.map_at("metadata").retain(|name, _| !SERVER_SET.contains(&name));
        }
        Cow::Owned(body)
    }

    /// What lives and is not declared, where it is asked for.
    pub(super) fn notes(self) -> Vec<FieldChange> {
        match self.drift.extent {
            Extent::Changes => Vec::new(),
            Extent::Everything => self.comparison(Others::Spared).notes(self.desired, self.live),
        }
    }
}
