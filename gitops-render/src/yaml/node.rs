//! Values under construction.

use gitops_diff::{Text, Value};

use super::budget::Size;
use super::event::Anchor;
use super::members::{self, Member};
use super::{Dialect, Duplicates, Error, Mark, Options, Place, meaning};

/// A complete value.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) place: Place,
    pub(super) size: Size,
    /// Whether the text has nothing at all here.
    pub(super) absent: bool,
}

impl Node {
    /// A value without parts, out of `length` bytes of text.
    pub(super) fn scalar(value: Value, mark: Mark, length: usize) -> Self {
        let size = Size::of_text(length);
        Self { value, place: Place::new(mark, Vec::new()), size, absent: false }
    }
}

/// A list or map whose end is not seen yet.
pub(super) struct Open {
    parts: Parts,
    mark: Mark,
    anchor: Anchor,
    size: Size,
}

enum Parts {
    List(Vec<Value>, Vec<Place>),
    Map(Members),
}

/// The members of a map so far.
#[derive(Default)]
struct Members {
    done: Vec<Member>,
    /// The key that waits for its value.
    key: Option<Key>,
    /// Where the first `<<` stands.
    merge: Option<Mark>,
}

/// A key that waits for its value.
pub(super) enum Key {
    Name(Text, Mark),
    /// `<<`.
    Merge(Mark),
}

impl Open {
    pub(super) fn list(mark: Mark, anchor: Anchor) -> Self {
        Self::new(Parts::List(Vec::new(), Vec::new()), mark, anchor)
    }

    pub(super) fn map(mark: Mark, anchor: Anchor) -> Self {
        Self::new(Parts::Map(Members::default()), mark, anchor)
    }

    fn new(parts: Parts, mark: Mark, anchor: Anchor) -> Self {
        Self { parts, mark, anchor, size: Size::of_text(0) }
    }

    pub(super) fn mark(&self) -> Mark {
        self.mark
    }

    /// Whether the next part is the key of a member.
    pub(super) fn needs_key(&self) -> bool {
        matches!(&self.parts, Parts::Map(Members { key: None, .. }))
    }

    /// Sets the key of the next member.
    pub(super) fn set_key(&mut self, key: Key, options: &Options) -> Result<(), Error> {
        let Parts::Map(members) = &mut self.parts else { return Ok(()) };
        if let Key::Merge(mark) = key {
            members.first_merge(mark, options)?;
        }
        if let Key::Name(name, _) = &key {
            self.size.add(Size::of_text(name.len()));
        }
        members.key = Some(key);
        Ok(())
    }

    /// Takes a complete part in.
    pub(super) fn take(&mut self, node: Node, options: &Options) -> Result<(), Error> {
        self.size.add(node.size);
        let Node { value, place, .. } = node;
        match &mut self.parts {
            Parts::List(items, places) => {
                items.push(value);
                places.push(place);
                Ok(())
            }
            Parts::Map(members) => members.take(value, place, options),
        }
    }

    /// The complete list or map.
    pub(super) fn close(self, options: &Options) -> Result<(Node, Anchor), Error> {
        let Self { parts, mark, anchor, mut size } = self;
        size.depth += 1;
        let (value, parts) = match parts {
            Parts::List(items, places) => (Value::List(items), places),
            Parts::Map(members) => {
                let (map, places) = members::into_map(members.done, options)?;
                (Value::Map(map), places)
            }
        };
        Ok((Node { value, place: Place::new(mark, parts), size, absent: false }, anchor))
    }
}

impl Members {
    /// go-yaml v3 takes a second `<<` for a duplicate key; v2 applies one after the other.
    fn first_merge(&mut self, mark: Mark, options: &Options) -> Result<(), Error> {
        let strict = options.dialect == Dialect::GoV3 && options.duplicates == Duplicates::Refuse;
        match self.merge {
            Some(first) if strict => Err(members::duplicate("<<", first, mark)),
            _ => {
                self.merge.get_or_insert(mark);
                Ok(())
            }
        }
    }

    /// Takes a value in, or a key that is an alias.
    fn take(&mut self, value: Value, place: Place, options: &Options) -> Result<(), Error> {
        let mark = place.mark();
        match self.key.take() {
            None => {
                let name = meaning::key_of(&value, options.dialect)
                    .map_err(|problem| Error::invalid(mark, problem))?;
                self.key = Some(Key::Name(name, mark));
            }
            Some(Key::Name(key, mark)) => {
                self.done.push(Member { key, value, place: place.at(mark), merged: false });
            }
            Some(Key::Merge(mark)) => {
                let merged = members::merged(value, place, options.dialect).ok_or_else(|| {
                    Error::invalid(mark, "the value of `<<` must be a map or a list of maps")
                })?;
                self.done.extend(merged);
            }
        }
        Ok(())
    }
}
