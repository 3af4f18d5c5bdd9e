//! Whether what is expected is there, told from the text of an object without reading all of it.

use serde::de::DeserializeSeed;

use super::scan::Scan;
use super::{Expected, Fields, Kind};
use crate::packed::json::Writing;
use crate::packed::tape::{ABSENT, FALSE, INT, NULL, Node, TEXT, TRUE, Tape};

/// Maps with more members are packed.
const MAX_MEMBERS: u32 = 128;

/// How deep in an object a map is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Metadata,
    Inside,
}

/// A walk along a tape and a text. Each step is `None` where what is expected is not certainly
/// there: it is not, or a longer look is needed to know.
pub(super) struct Reading<'a> {
    expected: &'a Expected,
    fields: &'a Fields,
    scan: Scan<'a>,
    met_owners: bool,
    is_ours: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(expected: &'a Expected, fields: &'a Fields, json: &'a [u8]) -> Self {
        Self { expected, fields, scan: Scan::new(json), met_owners: false, is_ours: false }
    }

    /// The whole object.
    pub(super) fn object(mut self) -> Option<()> {
        let root = Node::whole(&self.fields.tape)?;
        self.members(root, 1, Level::Root)?;
        (self.is_ours && self.scan.is_done()).then_some(())
    }

    /// One value, the shape of which is the one at `shape` where it has one.
    fn value(&mut self, expected: Node<'a>, shape: usize, level: Level) -> Option<()> {
        if !expected.is_container() {
            return self.scalar(expected);
        }
        match self.fields.shapes.get(shape)?.kind {
            Kind::Whole => self.whole(expected),
            Kind::Fields => self.members(expected, shape + 1, level),
            Kind::Set | Kind::Keyed(_) => self.items(expected, shape + 1),
        }
    }

    fn scalar(&mut self, expected: Node<'a>) -> Option<()> {
        match expected.tag() {
            TEXT => self.scan.text(expected.text_bytes()?),
            TRUE => self.scan.literal(b"true"),
            FALSE => self.scan.literal(b"false"),
            NULL => self.scan.literal(b"null"),
            INT => self.scan.int(expected.int()?),
            _ => self.scan.float(expected.float()),
        }
    }

    /// A value that is compared as one, whatever the order of its members.
    fn whole(&mut self, expected: Node<'a>) -> Option<()> {
        if !expected.is_container() {
            return self.scalar(expected);
        }
        if expected.is_map() {
            return self.whole_map(expected);
        }
        self.scan.eat(b'[')?;
        for (at, item) in expected.items().enumerate() {
            if at > 0 {
                self.scan.eat(b',')?;
            }
            self.whole(item)?;
        }
        self.scan.eat(b']')
    }

    fn whole_map(&mut self, expected: Node<'a>) -> Option<()> {
        let mut finder = Finder::new(self.fields, expected, 0);
        self.scan.eat(b'{')?;
        while let Some(name) = self.scan.next_name()? {
            let (value, _) = finder.find(name)?;
            self.whole(value)?;
        }
        finder.has_all().then_some(())
    }

    /// The members of a map in any order, with others between them.
    fn members(&mut self, expected: Node<'a>, shape: usize, level: Level) -> Option<()> {
        let mut finder = Finder::new(self.fields, expected, shape);
        self.scan.eat(b'{')?;
        while let Some(name) = self.scan.next_name()? {
            let found = finder.find(name);
            match (level, name) {
                (Level::Metadata, b"managedFields") => self.owners()?,
                (Level::Metadata, b"deletionTimestamp") => self.scan.literal(b"null")?,
                _ => match found {
                    Some((value, shape)) => self.value(value, shape, below(level, name))?,
                    None => self.scan.skip().map(drop)?,
                },
            }
        }
        finder.has_all().then_some(())
    }

    /// The items of a list one by one; where there are others between them, a longer look tells.
    fn items(&mut self, expected: Node<'a>, mut shape: usize) -> Option<()> {
        self.scan.eat(b'[')?;
        for (at, item) in expected.items().enumerate() {
            if at > 0 {
                self.scan.eat(b',')?;
            }
            self.value(item, shape, Level::Inside)?;
            shape += self.fields.shapes_of(item, shape);
        }
        self.scan.eat(b']')
    }

    /// Who owns what: one of them has to be us, with what is declared.
    fn owners(&mut self) -> Option<()> {
        // Of two members with one name the last counts.
        (!std::mem::replace(&mut self.met_owners, true)).then_some(())?;
        self.scan.eat(b'[')?;
        if self.scan.peek() == Some(b']') {
            return self.scan.eat(b']');
        }
        loop {
            if self.owner()? {
                (!std::mem::replace(&mut self.is_ours, true)).then_some(())?;
            }
            match self.scan.peek()? {
                b',' => self.scan.eat(b',')?,
                _ => return self.scan.eat(b']'),
            }
        }
    }

    /// Whether the next owner is us, who own what is declared.
    fn owner(&mut self) -> Option<bool> {
        let entry = self.entry()?;
        let expected = self.expected;
        let is_us = entry.manager == Some(expected.manager.as_bytes())
            && entry.operation == Some(b"Apply")
            && entry.subresource.is_none_or(<[u8]>::is_empty);
        if !is_us {
            return Some(false);
        }
        let is_so = entry.api_version == Some(expected.api_version.as_bytes())
            && self.is_owned(entry.fields?);
        is_so.then_some(true)
    }

    /// The next owner, which must have each member once, and texts without escapes.
    fn entry(&mut self) -> Option<Entry<'a>> {
        let mut entry = Entry::default();
        self.scan.eat(b'{')?;
        while let Some(name) = self.scan.next_name()? {
            let text = match name {
                b"fieldsV1" => {
                    let fields = self.scan.same_or_skip(self.expected.owned_text())?;
                    entry.fields.replace(fields).is_none().then_some(())?;
                    continue;
                }
                b"manager" => &mut entry.manager,
                b"operation" => &mut entry.operation,
                b"apiVersion" => &mut entry.api_version,
                b"subresource" => &mut entry.subresource,
                _ => {
                    self.scan.skip()?;
                    continue;
                }
            };
            text.replace(self.scan.plain()?).is_none().then_some(())?;
        }
        Some(entry)
    }

    /// Whether these fields are what is to be owned, however they are written.
    fn is_owned(&self, fields: Result<(), &[u8]>) -> bool {
        let Err(other) = fields else { return true };
        let mut tape = Tape::default();
        let mut deserializer = serde_json::Deserializer::from_slice(other);
        let read = Writing(&mut tape).deserialize(&mut deserializer);
        read.is_ok() && *tape.bytes() == *self.fields.owned
    }
}

/// An owner, as far as it matters here.
#[derive(Default)]
struct Entry<'a> {
    manager: Option<&'a [u8]>,
    operation: Option<&'a [u8]>,
    api_version: Option<&'a [u8]>,
    subresource: Option<&'a [u8]>,
    /// Whether the fields are written as they are to be, or how else.
    fields: Option<Result<(), &'a [u8]>>,
}

fn below(level: Level, name: &[u8]) -> Level {
    if level == Level::Root && name == b"metadata" { Level::Metadata } else { Level::Inside }
}

/// Finds the members of an expected map by their names; those in order fastest.
struct Finder<'a> {
    fields: &'a Fields,
    map: Node<'a>,
    first_shape: usize,
    /// Where the last one was found: what is after it, its number and the next shape.
    rest: crate::packed::tape::Members<'a>,
    at: u32,
    shape: usize,
    /// The numbers of those that were found.
    found: u128,
    /// Whether one was found twice: the last counts, whatever the first was.
    is_doubtful: bool,
}

impl<'a> Finder<'a> {
    fn new(fields: &'a Fields, map: Node<'a>, first_shape: usize) -> Self {
        let rest = map.members();
        Self {
            fields,
            map,
            first_shape,
            rest,
            at: 0,
            shape: first_shape,
            found: 0,
            is_doubtful: false,
        }
    }

    /// The member `name` and its shape.
    fn find(&mut self, name: &[u8]) -> Option<(Node<'a>, usize)> {
        let before = self.at;
        self.step_to(name, u32::MAX).or_else(|| {
            (self.rest, self.at, self.shape) = (self.map.members(), 0, self.first_shape);
            self.step_to(name, before)
        })
    }

    fn step_to(&mut self, name: &[u8], end: u32) -> Option<(Node<'a>, usize)> {
        while self.at < end {
            let (key, value) = self.rest.next()?;
            let (at, shape) = (self.at, self.shape);
            self.at += 1;
            self.shape += self.fields.shapes_of(value, shape);
            if key.is_bytes(name) {
                let bit = 1_u128.checked_shl(at).unwrap_or_default();
                self.is_doubtful |= self.found & bit != 0;
                self.found |= bit;
                return Some((value, shape));
            }
        }
        None
    }

    /// Whether all members were found that are to be there, once, and none that is not.
    fn has_all(&self) -> bool {
        let mut numbers = 0..;
        let mut members = self.map.members();
        !self.is_doubtful
            && members.all(|(_, value)| {
                let at: u32 = numbers.next().unwrap_or(MAX_MEMBERS);
                let is_found = at < MAX_MEMBERS && self.found >> at & 1 == 1;
                at < MAX_MEMBERS && is_found == (value.tag() != ABSENT)
            })
    }
}
