//! The one type of rule.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Labels, Pattern, RulePath};
use crate::{ManagedEntry, ManagerOperation, Object, ObjectId, Origin, Text, Value};

/// Which side decides some fields of some objects.
///
/// As YAML or JSON, where all but `path` or `owner`, and `take` may be left out:
///
/// ```yaml
/// id: replicas                 # default: made from what the rule says
/// because: KEDA scales them    # for people
/// select:                      # default: every object
///   group: apps                # a Pattern; the core group is ""
///   version: v1
///   kind: "{Deployment,StatefulSet}"
///   namespace: shop-*
///   name: /web-[0-9]+/
///   labels: tier in (front,edge),!legacy
///   annotations: example.com/managed
///   has: spec.autoscaling      # something that is not empty is there, names between dots
///   targetOf: {group: autoscaling, kind: HorizontalPodAutoscaler, path: spec.scaleTargetRef}
/// path: spec.replicas          # a RulePath; "" is the whole object
/// owner:                       # only fields that such a manager owns in the live object
///   manager: kube-controller-manager
///   operation: Update
/// when: always                 # create, update, drift; default: always
/// take: live                   # desired, live, desired-else-live, live-else-desired, remove
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name in plans, reports and errors; where none is given, one is made.
    pub id: Option<Text>,
    /// Why it is there, for people.
    pub because: Option<Text>,
    /// The objects it is about.
    pub select: Select,
    /// The fields it is about.
    pub path: RulePath,
    /// Only those fields that such a manager owns in the live object.
    pub owner: Option<OwnedBy>,
    /// When it holds.
    pub when: When,
    /// Which side decides.
    pub take: Take,
    /// Where it was written; not part of its form.
    pub origin: Option<Origin>,
}

/// The objects that a rule is about: all that fit every part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// The API group; empty for the core group.
    pub group: Option<Pattern>,
    /// The version of the kind, as declared.
    pub version: Option<Pattern>,
    /// The kind.
    pub kind: Option<Pattern>,
    /// The namespace; objects without one have the empty namespace.
    pub namespace: Option<Pattern>,
    /// The name.
    pub name: Option<Pattern>,
    /// The labels, as declared; of objects that are not declared, as they live.
    pub labels: Labels,
    /// The annotations, in the form of a label selector.
    pub annotations: Labels,
    /// A field that is there and not empty, as names between dots.
    pub has: Option<Text>,
    /// Only objects that another object refers to.
    pub target_of: Option<Reference>,
}

/// The way in which objects of one kind refer to others in their namespace: by a map with
/// `apiVersion`, `kind` and `name`, as autoscalers do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The group of the objects that refer.
    pub group: Text,
    /// Their kind.
    pub kind: Text,
    /// Where in them the reference is, as names between dots: `spec.scaleTargetRef`.
    pub path: Text,
}

/// A field manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedBy {
    /// Its name.
    pub manager: Pattern,
    /// By which kind of write it owns; `None` by any.
    pub operation: Option<ManagerOperation>,
}

/// When a rule holds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// When an object is made.
    Create,
    /// When an object that lives is written.
    Update,
    /// When it is decided whether an object that lives is as declared.
    Drift,
    /// In all these cases.
    #[default]
    Always,
}

/// Which side decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Take {
    /// What is declared, as without a rule: an exception from rules before it.
    Desired,
    /// What lives, where the object lives; what does not live is not set.
    Live,
    /// What is declared; what is declared no longer stays as it lives.
    DesiredElseLive,
    /// What lives; what does not live is set as declared.
    LiveElseDesired,
    /// Neither: it is as if the field were not declared, so that what is ours of it goes.
    Remove,
}

impl Rule {
    /// The rule that `take` decides the fields at `path` of every object, always.
    pub fn new(path: RulePath, take: Take) -> Self {
        Self {
            id: None,
            because: None,
            select: Select::default(),
            path,
            owner: None,
            when: When::default(),
            take,
            origin: None,
        }
    }

    /// The given id, or one that says what the rule does: `live spec.replicas of Deployment.apps`.
    pub fn id(&self) -> Text {
        self.id.clone().unwrap_or_else(|| self.to_string().into())
    }
}

impl fmt::Display for Rule {
    /// What the rule does, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.take)?;
        if !self.path.is_empty() {
            write!(f, " {}", self.path)?;
        }
        if let Some(owner) = &self.owner {
            write!(f, " by {owner}")?;
        }
        if self.select != Select::default() {
            write!(f, " of {}", self.select)?;
        }
        match self.when {
            When::Always => Ok(()),
            when => write!(f, " on {when}"),
        }
    }
}

impl Select {
    /// This object alone.
    pub fn exactly(id: &ObjectId) -> Self {
        Self {
            group: Some(Pattern::exact(id.group())),
            kind: Some(Pattern::exact(id.kind())),
            namespace: Some(Pattern::exact(id.namespace().unwrap_or_default())),
            name: Some(Pattern::exact(id.name())),
            ..Self::default()
        }
    }

    /// The objects of this kind.
    pub fn kind(group: &str, kind: &str) -> Self {
        Self {
            group: Some(Pattern::exact(group)),
            kind: Some(Pattern::exact(kind)),
            ..Self::default()
        }
    }

    /// Whether `object` fits every part but [`target_of`](Select::target_of), which only a set
    /// of objects can tell.
    pub fn fits(&self, object: &Object) -> bool {
        self.fits_kind(object.id().group(), object.id().kind()) && self.fits_beyond_kind(object)
    }

    pub(super) fn fits_kind(&self, group: &str, kind: &str) -> bool {
        is(self.group.as_ref(), group) && is(self.kind.as_ref(), kind)
    }

    pub(super) fn fits_beyond_kind(&self, object: &Object) -> bool {
        let id = object.id();
        is(self.name.as_ref(), id.name())
            && is(self.version.as_ref(), object.version())
            && is(self.namespace.as_ref(), id.namespace().unwrap_or_default())
            && self.labels.holds(|key| object.label(key))
            && self.annotations.holds(|key| object.annotation(key))
            && self.has.as_ref().is_none_or(|it| has(object.body(), it))
    }
}

/// Whether something that is not empty is where the names lead.
fn has(body: &Value, names: &str) -> bool {
    match names.split('.').try_fold(body, Value::get) {
        None | Some(Value::Null) => false,
        Some(Value::Str(text)) => !text.is_empty(),
        Some(Value::List(items)) => !items.is_empty(),
        Some(Value::Map(members)) => !members.is_empty(),
        Some(Value::Bool(_) | Value::Int(_) | Value::Float(_)) => true,
    }
}

fn is(pattern: Option<&Pattern>, text: &str) -> bool {
    pattern.is_none_or(|it| it.matches(text))
}

impl fmt::Display for Select {
    /// `Deployment.apps/shop/web`, with a star for what is not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            |pattern: &Option<Pattern>| pattern.as_ref().map_or("*", Pattern::as_str).to_owned();
        f.write_str(&text(&self.kind))?;
        match text(&self.group) {
            group if group.is_empty() => {}
            group => write!(f, ".{group}")?,
        }
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        if self.namespace.is_some() || self.name.is_some() {
            write!(f, "/{}/{}", text(&self.namespace), text(&self.name))?;
        }
        if !self.labels.is_empty() {
            write!(f, " with {}", self.labels)?;
        }
        if !self.annotations.is_empty() {
            write!(f, " annotated {}", self.annotations)?;
        }
        if let Some(has) = &self.has {
            write!(f, " that has {has}")?;
        }
        match &self.target_of {
            Some(Reference { group, kind, path }) => {
                write!(f, " that {kind}.{group} means by {path}")
            }
            None => Ok(()),
        }
    }
}

impl OwnedBy {
    /// Whether this is such a manager.
    pub fn matches(&self, entry: &ManagedEntry) -> bool {
        self.manager.matches(&entry.manager)
            && self.operation.is_none_or(|it| it == entry.operation)
    }
}

impl fmt::Display for OwnedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.manager)?;
        self.operation.map_or(Ok(()), |it| write!(f, " ({it})"))
    }
}

impl When {
    /// Every value, with its name.
    pub(super) const NAMES: [(&'static str, Self); 4] = [
        ("create", Self::Create),
        ("update", Self::Update),
        ("drift", Self::Drift),
        ("always", Self::Always),
    ];

    /// Whether what holds in this case holds in `other`.
    pub fn includes(self, other: Self) -> bool {
        self == Self::Always || self == other
    }
}

impl Take {
    /// Every value, with its name.
    pub(super) const NAMES: [(&'static str, Self); 5] = [
        ("desired", Self::Desired),
        ("live", Self::Live),
        ("desired-else-live", Self::DesiredElseLive),
        ("live-else-desired", Self::LiveElseDesired),
        ("remove", Self::Remove),
    ];
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, it)| it == value).map_or("", |(name, _)| name)
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name_of(&Self::NAMES, self))
    }
}

impl fmt::Display for Take {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name_of(&Self::NAMES, self))
    }
}
