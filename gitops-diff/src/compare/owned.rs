//! What we own of a live object, read in place from the raw `FieldsV1`.

use std::cell::OnceCell;
use std::fmt::Write;

use super::Others;
use super::place::ItemKey;
use crate::{FieldPath, ManagedEntry, ManagedFields, Map, Object, Owner, Value};

/// What we own at a place.
#[derive(Clone, Copy)]
pub(super) enum Owned<'a> {
    /// The target does not say who owns what.
    Untracked,
    /// Nothing.
    No,
    /// This, in the form of `FieldsV1`; without members it is the field itself.
    Yes(&'a Map),
}

impl<'a> Owned<'a> {
    /// What `manager` owns of `live` by server-side apply.
    pub(super) fn of(live: &'a Object, manager: &str) -> Self {
        let entries = live.pointer("/metadata/managedFields").and_then(Value::as_list);
        let Some(entries) = entries.filter(|it| !it.is_empty()) else {
            return Self::Untracked;
        };
        // Of two entries of one manager a server keeps the last.
        let entry = entries.iter().rfind(|entry| is_apply_of(entry, manager));
        let fields = entry.and_then(|it| it.get("fieldsV1")).and_then(Value::as_map);
        fields.map_or(Self::No, Self::Yes)
    }

    /// Whether something is owned here.
    pub(super) fn is_some(self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// The owned fields of a map, in order.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.members().filter_map(|(key, below)| Some((key.strip_prefix("f:")?, below)))
    }

    /// The raw members of what is owned here.
    pub(super) fn members(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let members = match self {
            Self::Yes(members) => Some(members.iter()),
            Self::Untracked | Self::No => None,
        };
        members.into_iter().flatten().map(|(key, below)| (key.as_str(), below))
    }

    /// Whether it is owned as one, whatever is in it; so it is where nobody keeps parts apart.
    pub(super) fn is_whole(self) -> bool {
        match self {
            Self::Yes(members) => members.is_empty() || members.contains_key("."),
            Self::Untracked | Self::No => true,
        }
    }

    /// What is owned of the part with this key.
    pub(super) fn part(self, key: &str) -> Self {
        match self {
            Self::Yes(members) => self.below(members.get(key)),
            Self::Untracked | Self::No => self,
        }
    }

    /// How many parts of it are owned apart.
    pub(super) fn parts(self) -> usize {
        match self {
            Self::Yes(members) => members.len() - usize::from(members.contains_key(".")),
            Self::Untracked | Self::No => 0,
        }
    }

    /// The kind of the parts that are owned apart: `f`, `k`, `v`, `i`.
    pub(super) fn kind(self) -> Option<u8> {
        let part = self.members().find(|(key, _)| *key != ".");
        part.and_then(|(key, _)| key.bytes().next())
    }

    /// What is owned below, where nothing is known of `below` itself it is nothing.
    pub(super) fn below(self, below: Option<&'a Value>) -> Self {
        match (self, below) {
            (Self::Untracked, _) => Self::Untracked,
            (_, Some(Value::Map(members))) => Self::Yes(members),
            _ => Self::No,
        }
    }

    /// What is owned of the item with this key.
    pub(super) fn item(self, key: &ItemKey<'a>) -> Self {
        let mut text = Short::default();
        match write_key(key, &mut text) {
            Some(()) => self.part(text.as_str()),
            None => self.part(&key.to_element().to_key()),
        }
    }
}

fn is_apply_of(entry: &Value, manager: &str) -> bool {
    let text = |name| entry.get(name).and_then(Value::as_str);
    text("manager") == Some(manager)
        && text("operation") == Some("Apply")
        && text("subresource").is_none_or(str::is_empty)
}

/// A text on the stack; most keys of list items fit.
struct Short {
    bytes: [u8; 120],
    len: usize,
}

impl Default for Short {
    fn default() -> Self {
        Self { bytes: [0; 120], len: 0 }
    }
}

impl Short {
    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }

    /// Adds `text`; `None` where it does not fit.
    fn push(&mut self, text: &str) -> Option<()> {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Some(())
    }

    fn push_number(&mut self, number: i64) -> Option<()> {
        write!(self, "{number}").ok()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.push(text).ok_or(std::fmt::Error)
    }
}

/// Writes `k:{"name":"app"}`; `None` where that takes more than plain copying.
fn write_key(key: &ItemKey<'_>, out: &mut Short) -> Option<()> {
    if !key.names.is_sorted() {
        return None;
    }
    let mut separator = "k:{\"";
    for (name, value) in key.fields() {
        out.push(separator)?;
        out.push(name)?;
        out.push("\":")?;
        match value {
            Value::Str(text) if text.bytes().all(is_plain) => {
                out.push("\"")?;
                out.push(text)?;
                out.push("\"")?;
            }
            Value::Int(number) => out.push_number(*number)?,
            Value::Bool(true) => out.push("true")?,
            Value::Bool(false) => out.push("false")?,
            _ => return None,
        }
        separator = ",\"";
    }
    out.push("}")
}

/// Whether JSON, as Go prints it, writes this byte as it is.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
}

/// Everybody's fields, read when they are first asked for.
pub(super) struct Owners<'a> {
    live: &'a Object,
    manager: &'a str,
    others: Others,
    all: OnceCell<ManagedFields>,
}

impl<'a> Owners<'a> {
    pub(super) fn new(live: &'a Object, manager: &'a str, others: Others) -> Self {
        Self { live, manager, others, all: OnceCell::new() }
    }

    fn all(&self) -> &ManagedFields {
        self.all.get_or_init(|| ManagedFields::read(self.live.body()).unwrap_or_default())
    }

    /// Who set the field at `path`, or else something below it; of several the one who did it
    /// last.
    pub(super) fn of(&self, path: &FieldPath) -> Option<Owner> {
        let all = self.all();
        let last = all.owners(path).max_by_key(|it| it.time.clone());
        let below = || all.iter().filter(|it| claims(it, path)).max_by_key(|it| it.time.clone());
        last.or_else(below).map(Owner::from)
    }

    /// Who of the others owns the field at `path` or something below it; of several the one who
    /// wrote last.
    pub(super) fn holder(&self, path: &FieldPath) -> Option<Owner> {
        let others = self.all().iter().filter(|it| !self.is_ours(it) && claims(it, path));
        others.max_by_key(|it| it.time.clone()).map(Owner::from)
    }

    /// Whether somebody else owns the field at `path` or something below it.
    pub(super) fn others_claim(&self, path: &FieldPath) -> bool {
        let others = || self.all().iter().filter(|it| !self.is_ours(it));
        self.others == Others::Spared && others().any(|entry| claims(entry, path))
    }

    /// Whether the field at `path` or something below it is ours.
    pub(super) fn is_ours_at(&self, path: &FieldPath) -> bool {
        self.all().iter().any(|entry| self.is_ours(entry) && claims(entry, path))
    }

    /// Whether the target does not say who owns what.
    pub(super) fn is_untracked(&self) -> bool {
        self.all().is_empty()
    }

    /// Whether anybody owns the field at `path`.
    pub(super) fn any_claims(&self, path: &FieldPath) -> bool {
        self.all().owners(path).next().is_some()
    }

    fn is_ours(&self, entry: &ManagedEntry) -> bool {
        entry.manager == *self.manager
            && entry.operation == crate::ManagerOperation::Apply
            && entry.subresource.is_none()
    }
}

impl From<&ManagedEntry> for Owner {
    fn from(entry: &ManagedEntry) -> Self {
        Self {
            manager: entry.manager.clone(),
            operation: format!("{:?}", entry.operation).into(),
            time: entry.time.clone(),
        }
    }
}

fn claims(entry: &ManagedEntry, path: &FieldPath) -> bool {
    if entry.fields.has(path) {
        return true;
    }
    let below = path.elements().iter().try_fold(&entry.fields, |set, it| set.children(it));
    below.is_some_and(|it| !it.is_empty())
}
