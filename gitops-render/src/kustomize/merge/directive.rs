//! `$patch`: what a patch says of itself. Upstream knows no other directive; all others are fields
//! like any.

use super::{Members, Node, Problem, Result};

/// The field that holds it.
const FIELD: &str = "$patch";

/// What a part of a patch does with what it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Directive {
    fn of(text: &str) -> Result<Self> {
        match text {
            "merge" => Ok(Self::Merge),
            "replace" => Ok(Self::Replace),
            "delete" => Ok(Self::Delete),
            other => Err(Problem::new(format!("unknown patch strategy '{other}'"))),
        }
    }

    /// The directive of a map, which is taken out of it.
    ///
    /// # Errors
    /// Where it is not known; then it stays.
    pub(super) fn take(members: &mut Members) -> Result<Self> {
        let Some(value) = members.get(FIELD) else { return Ok(Self::Merge) };
        let directive = Self::of(text(value))?;
        members.remove(FIELD);
        Ok(directive)
    }

    /// The directive of a list: an item that says nothing else. It is taken out, and with it all
    /// items that say the same, and those that are empty.
    ///
    /// # Errors
    /// Where it is not known.
    pub(super) fn take_of_list(items: &mut Vec<Node>) -> Result<Self> {
        let named = items.iter().filter_map(Node::as_map).find(|it| it.get(FIELD).is_some());
        let Some(members) = named.filter(|it| it.len() == 1) else { return Ok(Self::Merge) };
        let word = members.get(FIELD).map_or_else(String::new, |it| text(it).to_owned());
        let directive = Self::of(&word)?;
        items.retain(|item| {
            !item.is_null()
                && item.as_map().is_none_or(|members| {
                    !members.is_empty() && members.get(FIELD).is_none_or(|it| text(it) != word)
                })
        });
        Ok(directive)
    }
}

/// Whether a map has the directive `name`.
pub(super) fn names(patch: &Node, name: &str) -> bool {
    patch.get(FIELD).is_some_and(|it| text(it) == name)
}

/// What a scalar says; lists and maps say nothing.
pub(super) fn text(node: &Node) -> &str {
    node.as_text().map_or("", |text| text.as_str())
}
