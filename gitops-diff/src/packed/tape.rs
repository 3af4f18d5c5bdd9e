//! The bytes of a value in the order of a walk: each part with its length, so that it is skipped
//! or compared at once.

use super::key::{self, Key};
use crate::Value;

pub(super) const NULL: u8 = 0;
pub(super) const FALSE: u8 = 1;
pub(super) const TRUE: u8 = 2;
/// A whole number: zigzag, seven bits a byte.
pub(super) const INT: u8 = 3;
/// A float: its eight bytes.
pub(super) const FLOAT: u8 = 4;
/// A string: its length, seven bits a byte, and itself.
pub(super) const TEXT: u8 = 5;
/// A list: the length of all items in four bytes, and the items.
pub(super) const LIST: u8 = 6;
/// A map: the length of all members in four bytes, and the members sorted by name.
pub(super) const MAP: u8 = 7;
pub(super) const EMPTY_LIST: u8 = 8;
pub(super) const EMPTY_MAP: u8 = 9;
/// Nothing: only where it is expected that there is no such member.
pub(super) const ABSENT: u8 = 10;

/// Where the content of a list or a map starts.
const CONTENT: usize = 5;

/// One value: exactly its bytes. Two values are equal where their bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node<'a>(&'a [u8]);

impl<'a> Node<'a> {
    /// The value that `bytes` start with, and what is after it.
    pub(super) fn split(bytes: &'a [u8]) -> (Self, &'a [u8]) {
        let len = match bytes[0] {
            INT => 1 + varint(&bytes[1..]).1,
            FLOAT => 9,
            TEXT => {
                let (len, digits) = varint(&bytes[1..]);
                1 + digits + usize::try_from(len).unwrap_or(usize::MAX)
            }
            LIST | MAP => CONTENT + key::size(&bytes[1..CONTENT]),
            _ => 1,
        };
        let (node, rest) = bytes.split_at(len);
        (Self(node), rest)
    }

    /// The one value that `bytes` are; `None` where there are none.
    pub(super) fn whole(bytes: &'a [u8]) -> Option<Self> {
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    pub(super) fn tag(self) -> u8 {
        self.0[0]
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn is_map(self) -> bool {
        matches!(self.tag(), MAP | EMPTY_MAP)
    }

    pub(super) fn is_container(self) -> bool {
        matches!(self.tag(), LIST | MAP | EMPTY_LIST | EMPTY_MAP)
    }

    pub(crate) fn is_list(self) -> bool {
        matches!(self.tag(), LIST | EMPTY_LIST)
    }

    /// The members, sorted by name; none where this is no map.
    pub(super) fn members(self) -> Members<'a> {
        Members(if self.tag() == MAP { &self.0[CONTENT..] } else { &[] })
    }

    /// The items; none where this is no list.
    pub(crate) fn items(self) -> Items<'a> {
        Items(if self.tag() == LIST { &self.0[CONTENT..] } else { &[] })
    }

    /// The member with this encoded name.
    pub(super) fn member(self, key: &[u8]) -> Option<Node<'a>> {
        self.members().find(|(name, _)| name.bytes() == key).map(|(_, value)| value)
    }

    /// The member `name`.
    pub(crate) fn get(self, name: &str) -> Option<Node<'a>> {
        self.members().find(|(key, _)| key.is(name)).map(|(_, value)| value)
    }

    pub(crate) fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.text_bytes()?).ok()
    }

    pub(super) fn text_bytes(self) -> Option<&'a [u8]> {
        (self.tag() == TEXT).then(|| &self.0[1 + varint(&self.0[1..]).1..])
    }

    /// The number, if this is a whole one.
    pub(super) fn int(self) -> Option<i64> {
        let (zigzag, _) = varint(self.0.get(1..)?);
        let half = i64::try_from(zigzag >> 1).unwrap_or(i64::MAX);
        (self.tag() == INT).then_some(if zigzag & 1 == 1 { !half } else { half })
    }

    pub(super) fn float(self) -> f64 {
        self.0.get(1..9).and_then(|it| it.try_into().ok()).map_or(f64::NAN, f64::from_le_bytes)
    }

    /// The value at a JSON Pointer (RFC 6901) without escapes below it.
    pub(crate) fn pointer(self, pointer: &str) -> Option<Node<'a>> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |node, token| {
            if node.is_list() {
                return node.items().nth(crate::value::index(token)?);
            }
            node.get(&token.replace("~1", "/").replace("~0", "~"))
        })
    }
}

/// The members of a map.
#[derive(Clone)]
pub(super) struct Members<'a>(&'a [u8]);

impl<'a> Iterator for Members<'a> {
    type Item = (Key<'a>, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let (key, rest) = Key::split(self.0);
        let (value, rest) = Node::split(rest);
        self.0 = rest;
        Some((key, value))
    }
}

/// The items of a list.
#[derive(Clone)]
pub(crate) struct Items<'a>(&'a [u8]);

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.0.is_empty() {
            return None;
        }
        let (value, rest) = Node::split(self.0);
        self.0 = rest;
        Some(value)
    }
}

/// Bytes under way.
#[derive(Default)]
pub(super) struct Tape {
    out: Vec<u8>,
    /// Where the members of the maps that are not closed yet start.
    starts: Vec<usize>,
    spare: Vec<u8>,
}

/// A list or a map that is not closed yet.
pub(super) struct Open {
    at: usize,
    members: usize,
}

impl Tape {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), ..Self::default() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.out
    }

    pub(super) fn clear(&mut self) {
        self.out.clear();
    }

    pub(super) fn push(&mut self, tag: u8) {
        self.out.push(tag);
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.out.push(if value { TRUE } else { FALSE });
    }

    pub(super) fn int(&mut self, value: i64) {
        self.out.push(INT);
        let zigzag = (value << 1) ^ (value >> 63);
        self.varint(u64::from_ne_bytes(zigzag.to_ne_bytes()));
    }

    pub(super) fn float(&mut self, value: f64) {
        self.out.push(FLOAT);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn text(&mut self, value: &str) {
        self.out.push(TEXT);
        self.varint(value.len() as u64);
        self.out.extend_from_slice(value.as_bytes());
    }

    pub(super) fn open(&mut self) -> Open {
        let open = Open { at: self.out.len(), members: self.starts.len() };
        self.out.extend_from_slice(&[LIST, 0, 0, 0, 0]);
        open
    }

    /// Starts a member; its value is to be written next.
    pub(super) fn key(&mut self, name: &str) {
        self.starts.push(self.out.len());
        key::write(&mut self.out, name);
    }

    pub(super) fn close_list(&mut self, open: &Open) {
        self.close(open, EMPTY_LIST, LIST);
    }

    pub(super) fn close_map(&mut self, open: &Open) {
        if !self.is_sorted(open) {
            self.sort(open);
        }
        self.starts.truncate(open.members);
        self.close(open, EMPTY_MAP, MAP);
    }

    fn close(&mut self, open: &Open, empty: u8, full: u8) {
        let len = self.out.len() - open.at - CONTENT;
        if len == 0 {
            self.out.truncate(open.at);
            self.out.push(empty);
            return;
        }
        self.out[open.at] = full;
        self.out[open.at + 1..open.at + CONTENT].copy_from_slice(&key::u32_of(len).to_le_bytes());
    }

    fn is_sorted(&self, open: &Open) -> bool {
        let key = |at: &usize| Key::split(&self.out[*at..]).0;
        self.starts[open.members..].is_sorted_by(|a, b| key(a).order(key(b)).is_lt())
    }

    /// Sorts the members by name; of several with one name the last stays.
    fn sort(&mut self, open: &Open) {
        let Self { out, starts, spare } = self;
        let key = |at: usize| Key::split(&out[at..]).0;
        let starts = &mut starts[open.members..];
        starts.sort_by(|a, b| key(*a).order(key(*b)));
        spare.clear();
        for (at, start) in starts.iter().enumerate() {
            let is_last = starts.get(at + 1).is_none_or(|next| key(*next) != key(*start));
            if is_last {
                let (_, value) = Key::split(&out[*start..]);
                let end = out.len() - Node::split(value).1.len();
                spare.extend_from_slice(&out[*start..end]);
            }
        }
        out.truncate(open.at + CONTENT);
        out.extend_from_slice(spare);
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.out.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
            value >>= 7;
        }
        self.out.push(u8::try_from(value).unwrap_or_default());
    }

    /// Writes a tree.
    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.push(NULL),
            Value::Bool(value) => self.bool(*value),
            Value::Int(value) => self.int(*value),
            Value::Float(value) => self.float(*value),
            Value::Str(value) => self.text(value),
            Value::List(items) => {
                let open = self.open();
                for item in items {
                    self.value(item);
                }
                self.close_list(&open);
            }
            Value::Map(members) => {
                let open = self.open();
                for (name, value) in members.iter() {
                    self.key(name);
                    self.value(value);
                }
                self.close_map(&open);
            }
        }
    }
}

/// A number of seven bits a byte, and how many bytes it has.
fn varint(bytes: &[u8]) -> (u64, usize) {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at.min(9));
        if byte & 0x80 == 0 {
            return (value, at + 1);
        }
    }
    (value, bytes.len())
}
