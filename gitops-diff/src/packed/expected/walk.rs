//! Whether what is expected is there: a walk along two tapes.

use super::{Fields, Kind};
use crate::Packed;
use crate::packed::tape::{ABSENT, NULL, Node};

/// So many items are looked at beside those that are expected, before a closer look is cheaper.
const MAX_LOOKS: usize = 4096;

impl Fields {
    /// Whether all of it lives, in an object that is not being deleted.
    pub(super) fn hold(&self, live: &Packed) -> bool {
        let Some(expected) = Node::whole(&self.tape) else {
            return false;
        };
        let mut walk = Walk { fields: self, at: 0, looks: MAX_LOOKS };
        walk.value(expected, live.body()) && !is_deleting(live)
    }
}

fn is_deleting(live: &Packed) -> bool {
    let deletion = live.body().get("metadata").and_then(|it| it.get("deletionTimestamp"));
    deletion.is_some_and(|it| it.tag() != NULL)
}

/// A walk under way.
struct Walk<'a> {
    fields: &'a Fields,
    /// The next shape.
    at: usize,
    /// How many items may still be looked at beside those that are expected.
    looks: usize,
}

impl Walk<'_> {
    fn value(&mut self, expected: Node<'_>, live: Node<'_>) -> bool {
        let is_equal = expected == live;
        if !expected.is_container() {
            return is_equal;
        }
        let Some(shape) = self.fields.shapes.get(self.at) else {
            return false;
        };
        self.at += 1;
        if is_equal {
            self.at += shape.inside as usize;
            return true;
        }
        match shape.kind {
            Kind::Whole => false,
            Kind::Fields => live.is_map() && self.members(expected, live),
            Kind::Set => live.is_list() && self.set(expected, live),
            Kind::Keyed(keys) => live.is_list() && self.keyed(expected, live, keys),
        }
    }

    fn members(&mut self, expected: Node<'_>, live: Node<'_>) -> bool {
        let mut lives = live.members();
        expected.members().all(|(key, value)| {
            if value.tag() == ABSENT {
                return live.member(key.bytes()).is_none();
            }
            let found = lives.find(|(name, _)| *name == key);
            found.is_some_and(|(_, live)| self.value(value, live))
        })
    }

    /// Finds the items of a set in their order.
    fn set(&mut self, expected: Node<'_>, live: Node<'_>) -> bool {
        let mut left = expected.items();
        let mut next = left.next();
        for item in live.items() {
            if next.is_some_and(|it| it == item) {
                next = left.next();
            } else if !self.is_other(expected, |it| it == item) {
                return false;
            }
        }
        next.is_none()
    }

    /// Finds the items of a list map in their order, and looks into each.
    fn keyed(&mut self, expected: Node<'_>, live: Node<'_>, keys: u32) -> bool {
        let fields = self.fields;
        let keys = fields.keys.get(keys as usize).map(Vec::as_slice).unwrap_or_default();
        let same = |one: Node<'_>, other: Node<'_>| {
            keys.iter().all(|key| {
                let one = one.member(key);
                one.is_some() && one == other.member(key)
            })
        };
        let mut left = expected.items();
        let mut next = left.next();
        for item in live.items() {
            match next {
                Some(wanted) if wanted == item || same(wanted, item) => {
                    if !self.value(wanted, item) {
                        return false;
                    }
                    next = left.next();
                }
                _ if self.is_other(expected, |it| same(it, item)) => {}
                _ => return false,
            }
        }
        next.is_none()
    }

    /// Whether a live item is none of those that are expected: not one of them out of its turn,
    /// and not another one of the same name.
    fn is_other(&mut self, expected: Node<'_>, is: impl Fn(Node<'_>) -> bool) -> bool {
        for item in expected.items() {
            let Some(looks) = self.looks.checked_sub(1) else {
                return false;
            };
            self.looks = looks;
            if is(item) {
                return false;
            }
        }
        true
    }
}
