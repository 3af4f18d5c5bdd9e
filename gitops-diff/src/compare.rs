//! What differs between an object as it is declared and as it lives, field by field.

mod atomic;
mod exact;
mod findings;
mod gone;
mod lists;
mod notes;
mod owned;
mod place;
mod scalar;

use std::cell::OnceCell;
use std::cmp::Ordering;
use std::iter::Peekable;

use self::findings::Findings;
use self::lists::Items;
pub(crate) use self::notes::is_allocated;
use self::owned::Owned;
use self::place::{Place, Step};
pub(crate) use self::place::{is_identity_at, is_zero};
use crate::plan::applied;
use crate::{
    DiffError, FieldChange, Fingerprint, GroupKind, Map, MapRef, Object, Schema, TypeRef, Value,
};

/// Deeper than any object the API server accepts; a limit against hostile input.
const MAX_DEPTH: u16 = 200;

/// How objects are compared.
#[derive(Clone, Copy)]
pub(crate) struct Comparison<'a> {
    /// The kinds.
    pub(crate) schema: &'a Schema,
    /// Who we are to the target.
    pub(crate) manager: &'a str,
    /// The digest of what was applied last and of what became of it, where it is known.
    pub(crate) applied: Option<&'a Fingerprint>,
    /// Whether fields that others hold are spared when we give them up.
    pub(crate) others: Others,
}

/// What becomes of fields that we give up and others hold as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Others {
    /// They stay.
    #[default]
    Spared,
    /// They go.
    Ignored,
}

/// What a comparison found.
pub(crate) struct Difference {
    /// The fields that applying the declared object changes, in the order of their paths.
    pub(crate) changes: Vec<FieldChange>,
    /// Whether the target says who owns what, and nothing of the object is ours.
    pub(crate) unowned: bool,
}

impl<'a> Comparison<'a> {
    /// Compares one object with how it lives.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where an object is nested too deeply.
    pub(crate) fn of(self, desired: &'a Object, live: &'a Object) -> Result<Difference, DiffError> {
        self.of_owned(desired, live, Owned::of(live, self.manager))
    }

    /// Compares as if these fields (`FieldsV1`), and no others, had been declared before.
    ///
    /// # Errors
    /// As [`Comparison::of`].
    pub(crate) fn against(
        self,
        desired: &'a Object,
        live: &'a Object,
        declared: &'a Map,
    ) -> Result<Difference, DiffError> {
        self.of_owned(desired, live, Owned::Yes(declared))
    }

    fn of_owned(
        self,
        desired: &'a Object,
        live: &'a Object,
        owned: Owned<'a>,
    ) -> Result<Difference, DiffError> {
        let kind = desired.id().group_kind();
        let mut walk = Walk {
            comparison: self,
            desired,
            live,
            known: Known::of(self.schema, kind),
            findings: Findings::new(self, desired, live),
            settled: OnceCell::new(),
            agreed: false,
            too_deep: false,
        };
        let root = Place::root(self.schema.type_of(kind, desired.version()));
        walk.value(&root, desired.body(), live.body(), owned);
        if walk.too_deep {
            let what = format!("the nesting of `{}`", desired.id());
            return Err(DiffError::Limit { what, limit: MAX_DEPTH.into() });
        }
        let unowned = walk.agreed && matches!(owned, Owned::No);
        Ok(Difference { changes: walk.findings.found, unowned })
    }
}

/// What is known of a kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It is one of the API server's own.
    Builtin,
    /// It is one whose definition is known: fields that it does not name are dropped.
    Defined,
    /// Nothing.
    Nothing,
}

impl Known {
    fn of(schema: &Schema, kind: &GroupKind) -> Self {
        match schema.scope(kind) {
            None => Self::Nothing,
            Some(_) if schema.is_builtin(kind) => Self::Builtin,
            Some(_) => Self::Defined,
        }
    }
}

/// One comparison under way.
struct Walk<'a> {
    comparison: Comparison<'a>,
    desired: &'a Object,
    live: &'a Object,
    known: Known,
    findings: Findings<'a>,
    settled: OnceCell<bool>,
    /// Whether at least one field that can be owned lives as declared.
    agreed: bool,
    too_deep: bool,
}

impl<'a> Walk<'a> {
    fn value(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a Value,
        live: &'a Value,
        owned: Owned<'a>,
    ) {
        if self.is_too_deep(place) {
            return;
        }
        // Where both sides are equal there is nothing to set and nothing to take away, whoever
        // owns it; most of most objects is dealt with here.
        if desired == live {
            self.agreed = self.agreed || !is_zero(desired);
            return;
        }
        match (desired, live) {
            (Value::Map(fields), Value::Map(lives)) if !is_one_value(place, owned) => {
                self.map(place, fields, lives, owned);
            }
            (Value::Null, Value::Map(_) | Value::List(_)) => {}
            (Value::Null, _) if !self.findings.owners.others_claim(&place.path()) => {}
            (Value::List(_), Value::List(_)) => self.list(place, desired, live, owned),
            (Value::Map(_), Value::Map(_)) => self.whole(place, desired, live, owned),
            _ if scalar::means_the_same(place, self.known, desired, live) => {
                self.agreed |= !desired.is_null();
            }
            _ => self.differs(place, desired, live, owned),
        }
    }

    /// Walks three sorted maps side by side: what is declared, what lives, what is ours.
    fn map(&mut self, place: &Place<'_, 'a>, desired: &'a Map, live: &'a Map, owned: Owned<'a>) {
        let mut lives = live.iter().map(|(name, value)| (name.as_str(), value)).peekable();
        let mut ours = owned.fields().peekable();
        for (name, value) in desired.iter() {
            let below = seek(&mut ours, name, |name, below| {
                self.undeclared(place, name, live, owned.below(Some(below)));
            });
            let lives = seek(&mut lives, name, |_, _| ());
            if self.findings.is_server_set(place, name) || self.is_fixed(place, name) {
                continue;
            }
            let here = place.child(Step::Field(name));
            match lives {
                Some(lives) => self.value(&here, value, lives, owned.below(below)),
                None => self.missing(&here, value, owned.below(below)),
            }
        }
        for (name, below) in ours {
            self.undeclared(place, name, live, owned.below(Some(below)));
        }
    }

    fn list(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a Value,
        live: &'a Value,
        owned: Owned<'a>,
    ) {
        match Items::of(place, owned) {
            Items::Keyed(names) => self.keyed(place, (desired, live), owned, &names),
            Items::Set => self.set(place, (desired, live), owned),
            Items::Whole => self.whole(place, desired, live, owned),
        }
    }

    fn whole(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a Value,
        live: &'a Value,
        owned: Owned<'a>,
    ) {
        if self.same_whole(place, desired, live, owned.is_some()) {
            self.agreed |= !is_zero(desired);
        } else {
            self.differs(place, desired, live, owned);
        }
    }

    /// A value that lives otherwise than declared.
    ///
    /// Where it was applied as it is declared now, and what is ours is as it was then, the server
    /// made of it what lives: it filled in, rounded, or wrote it in its own way.
    fn differs(
        &mut self,
        place: &Place<'_, 'a>,
        desired: &'a Value,
        live: &'a Value,
        owned: Owned<'a>,
    ) {
        if !(owned.is_some() && self.is_settled()) {
            self.record(place, Some(live), Some(desired));
        }
    }

    /// A declared value that does not live.
    ///
    /// A server drops what says nothing from what it stores, and still writes down whose it is;
    /// it drops what it does not know as well.
    fn missing(&mut self, place: &Place<'_, 'a>, desired: &Value, owned: Owned<'a>) {
        let says_nothing = || is_zero(desired) && self.findings.owners.any_claims(&place.path());
        let was_dropped = || match place.of() {
            None if self.known == Known::Defined => true,
            of => (of.is_none() || owned.is_some()) && self.is_settled(),
        };
        let is_same = desired.is_null()
            || (self.known == Known::Builtin && is_empty_collection(place, desired))
            || (owned.is_some() && is_zero(desired))
            || says_nothing()
            || was_dropped();
        if !is_same {
            self.record(place, None, Some(desired));
        }
    }

    fn record(&mut self, place: &Place<'_, 'a>, old: Option<&Value>, new: Option<&Value>) {
        self.findings.record(place, old, new);
    }

    /// Whether a field cannot be set once the object lives: the strategy of signing requests
    /// resets their `spec`.
    fn is_fixed(&self, place: &Place<'_, 'a>, name: &str) -> bool {
        let kind = || self.desired.id().group_kind();
        place.depth() == 0
            && name == "spec"
            && kind().is("certificates.k8s.io", "CertificateSigningRequest")
    }

    fn is_too_deep(&mut self, place: &Place<'_, 'a>) -> bool {
        self.too_deep |= place.depth() > MAX_DEPTH;
        self.too_deep
    }

    /// Whether what is declared is known to be what was applied last, and nobody has changed since
    /// what is ours.
    fn is_settled(&self) -> bool {
        let Comparison { applied, manager, .. } = self.comparison;
        let now = || applied::digest(self.desired, self.live, manager);
        *self.settled.get_or_init(|| applied.is_some_and(|last| now().as_ref() == Some(last)))
    }
}

/// Whether a map is one value. Where we own parts of it, it is not; else the schema knows.
fn is_one_value<'a>(place: &Place<'_, 'a>, owned: Owned<'a>) -> bool {
    let atomic = || place.of().and_then(TypeRef::map).is_some_and(MapRef::is_atomic);
    owned.kind() != Some(b'f') && atomic()
}

/// Whether a value is a list or a map (no struct) without members, which a built-in kind does
/// not tell from none at all.
fn is_empty_collection(place: &Place<'_, '_>, value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(members) => {
            let is_map = |it: MapRef<'_>| it.field_names().next().is_none();
            members.is_empty() && place.of().and_then(TypeRef::map).is_some_and(is_map)
        }
        _ => false,
    }
}

/// Moves on to `name`, and hands what is passed to `skipped`.
fn seek<'a, T>(
    members: &mut Peekable<impl Iterator<Item = (&'a str, T)>>,
    name: &str,
    mut skipped: impl FnMut(&'a str, T),
) -> Option<T> {
    while let Some((next, _)) = members.peek() {
        match next.cmp(&name) {
            Ordering::Less => {
                if let Some((passed, value)) = members.next() {
                    skipped(passed, value);
                }
            }
            Ordering::Equal => return members.next().map(|(_, value)| value),
            Ordering::Greater => break,
        }
    }
    None
}
