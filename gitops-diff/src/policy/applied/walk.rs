//! Goes through what is declared and what lives side by side, and lets rules decide.

use std::collections::BTreeSet;

use super::owners::Owners;
use crate::policy::{Cursor, PolicyError, Take, Verdict, When};
use crate::{FieldPath, Map, MapRef, ObjectId, PathElement, Text, TypeRef, Value};

/// Deeper than any object the API server accepts; a limit against hostile input.
const MAX_DEPTH: usize = 200;

/// What a rule makes of a declared value: nothing (`None`), another one, or none at all.
pub(super) type Decision = Option<Option<Value>>;

/// One walk under way.
pub(super) struct Walk<'a> {
    pub(super) object: &'a ObjectId,
    pub(super) when: When,
    pub(super) owners: Owners<'a>,
    /// Whether the object does not live yet.
    pub(super) is_new: bool,
}

/// A place in both objects.
#[derive(Clone)]
pub(super) struct Here<'p, 's> {
    pub(super) rules: Cursor<'p>,
    pub(super) of: Option<TypeRef<'s>>,
    pub(super) path: FieldPath,
    /// The place of the value that is one for the server and that this is in or is.
    pub(super) whole: Option<FieldPath>,
    /// Whether this is in an item that does not live yet.
    pub(super) is_new: bool,
}

impl<'p, 's> Here<'p, 's> {
    pub(super) fn root(rules: Cursor<'p>, of: TypeRef<'s>) -> Self {
        let path = FieldPath::default();
        Self { rules, of: Some(of), path, whole: None, is_new: false }
    }

    fn field(&self, name: &Text) -> Self {
        let of = self.of.and_then(|it| it.field(name));
        self.below(self.rules.field(name), of, PathElement::Field(name.clone()))
    }

    pub(super) fn below(
        &self,
        rules: Cursor<'p>,
        of: Option<TypeRef<'s>>,
        element: PathElement,
    ) -> Self {
        let mut path = self.path.clone();
        path.push(element);
        Self { rules, of, path, whole: self.whole.clone(), is_new: self.is_new }
    }

    /// The place to which managedFields say who owns it.
    fn owned(&self) -> &FieldPath {
        self.whole.as_ref().unwrap_or(&self.path)
    }
}

impl Walk<'_> {
    /// What rules make of the value here.
    pub(super) fn value(
        &self,
        here: &Here<'_, '_>,
        desired: Option<&Value>,
        live: Option<&Value>,
    ) -> Result<Decision, PolicyError> {
        if here.rules.is_spent() || here.path.elements().len() > MAX_DEPTH {
            return Ok(None);
        }
        self.check(here, desired)?;
        self.check(here, live)?;
        let is_map = |it: Option<&Value>| it.is_none_or(|it| it.as_map().is_some());
        let is_list = |it: Option<&Value>| it.is_none_or(|it| it.as_list().is_some());
        let is_atomic = || here.of.and_then(TypeRef::map).is_some_and(MapRef::is_atomic);
        if desired.is_none() && live.is_none() {
            return Ok(None);
        }
        if is_map(desired) && is_map(live) {
            if !is_atomic() {
                return self.map(here, desired, live);
            }
            if here.rules.leads_on() {
                let whole = here.whole.clone().or_else(|| Some(here.path.clone()));
                return self.map(&Here { whole, ..here.clone() }, desired, live);
            }
        }
        if is_list(desired) && is_list(live) {
            return self.list(here, desired, live);
        }
        Ok(self.leaf(here, desired, live))
    }

    fn map(
        &self,
        here: &Here<'_, '_>,
        desired: Option<&Value>,
        live: Option<&Value>,
    ) -> Result<Decision, PolicyError> {
        let declared = desired.and_then(Value::as_map);
        let lives = live.and_then(Value::as_map);
        // Empty on both sides there are no fields to decide on; the map itself is one then.
        if declared.is_none_or(Map::is_empty) && lives.is_none_or(Map::is_empty) {
            return Ok(self.leaf(here, desired, live));
        }
        let names: BTreeSet<&Text> =
            [declared, lives].into_iter().flatten().flat_map(Map::keys).collect();
        let mut changed = None::<Map>;
        for name in names {
            let (mine, theirs) =
                (declared.and_then(|it| it.get(name)), lives.and_then(|it| it.get(name)));
            let Some(decided) = self.value(&here.field(name), mine, theirs)? else { continue };
            let changed = changed.get_or_insert_with(|| declared.cloned().unwrap_or_default());
            match decided {
                Some(value) => changed.insert(name, value),
                None => changed.remove(name),
            };
        }
        // A map that lost all of its fields would still be declared, where none lives.
        Ok(changed.map(|it| (!it.is_empty() || live.is_some()).then_some(Value::Map(it))))
    }

    /// What the rule for a single value makes of it.
    pub(super) fn leaf(
        &self,
        here: &Here<'_, '_>,
        desired: Option<&Value>,
        live: Option<&Value>,
    ) -> Decision {
        let take = self.verdict(here)?.take;
        if take == Take::Remove {
            return desired.is_some().then_some(None);
        }
        if self.is_new || here.is_new {
            return None;
        }
        match (take, desired, live) {
            (Take::Live, Some(_), None) => Some(None),
            (Take::Live | Take::LiveElseDesired, Some(desired), Some(live)) => {
                if self.when != When::Drift
                    && here.whole.is_none()
                    && self.owners.others_own(&here.path)
                {
                    return Some(None);
                }
                (desired != live).then(|| Some(live.clone()))
            }
            (Take::Live | Take::LiveElseDesired | Take::DesiredElseLive, None, Some(live)) => {
                let path = here.owned();
                let would_go = here.whole.is_some()
                    || (self.owners.we_own(path) && !self.owners.others_own(path));
                would_go.then(|| Some(live.clone()))
            }
            _ => None,
        }
    }

    pub(super) fn verdict<'p>(&self, here: &Here<'p, '_>) -> Option<Verdict<'p>> {
        here.rules.verdict(|by| self.owners.owns(by, here.owned()))
    }

    /// Refuses a value that is not of the kind that a rule leads into.
    fn check(&self, here: &Here<'_, '_>, value: Option<&Value>) -> Result<(), PolicyError> {
        let Some(value) = value.filter(|it| !it.is_null()) else { return Ok(()) };
        match here.rules.misfit(value) {
            None => Ok(()),
            Some((rule, expected)) => Err(PolicyError::Object {
                rule: rule.clone(),
                object: Box::new(self.object.clone()),
                why: format!(
                    "`{}` is a {}, and its path leads into a {expected}",
                    here.path,
                    value.type_name()
                ),
            }),
        }
    }
}
