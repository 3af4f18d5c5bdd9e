//! The members of a map: merges, duplicates, order.

use gitops_diff::{Map, Text, Value};

use super::{Dialect, Duplicates, Error, Mark, Options, Place};

/// A member as the text has it.
pub(super) struct Member {
    pub(super) key: Text,
    pub(super) value: Value,
    /// Of the key.
    pub(super) place: Place,
    /// Whether it comes out of `<<`.
    pub(super) merged: bool,
}

/// The members that a `<<` with the value `value` brings, in the order in which a later one goes
/// before an earlier one under `dialect`. `None` where the value cannot be merged.
pub(super) fn merged(value: Value, place: Place, dialect: Dialect) -> Option<Vec<Member>> {
    let Value::List(items) = value else { return from_map(value, place) };
    let mut maps: Vec<(Value, Place)> = items.into_iter().zip(place.into_parts()).collect();
    // Of several maps the first goes before the others; v2 applies them one over the other.
    if dialect == Dialect::GoV2 {
        maps.reverse();
    }
    let mut members = Vec::new();
    for (value, place) in maps {
        members.extend(from_map(value, place)?);
    }
    Some(members)
}

fn from_map(value: Value, place: Place) -> Option<Vec<Member>> {
    let Value::Map(map) = value else { return None };
    let parts = map.into_iter().zip(place.into_parts());
    Some(parts.map(|((key, value), place)| Member { key, value, place, merged: true }).collect())
}

/// The map of these members, and their places in the order of their keys.
pub(super) fn into_map(
    mut members: Vec<Member>,
    options: &Options,
) -> Result<(Map, Vec<Place>), Error> {
    members.sort_by(|a, b| a.key.cmp(&b.key));
    let mut chosen: Vec<Member> = Vec::with_capacity(members.len());
    for next in members {
        match chosen.last_mut() {
            Some(last) if last.key == next.key => settle(last, next, options)?,
            _ => chosen.push(next),
        }
    }
    let mut places = Vec::with_capacity(chosen.len());
    let map = chosen.into_iter().map(|member| {
        places.push(member.place);
        (member.key, member.value)
    });
    Ok((map.collect(), places))
}

/// Two members of one name, `next` the later in the text: leaves the one that stays in `last`.
fn settle(last: &mut Member, next: Member, options: &Options) -> Result<(), Error> {
    if !last.merged && !next.merged && options.duplicates == Duplicates::Refuse {
        return Err(duplicate(&next.key, last.place.mark(), next.place.mark()));
    }
    let later_stays = match options.dialect {
        Dialect::GoV2 => true,
        Dialect::GoV3 => !next.merged,
    };
    if later_stays {
        *last = next;
    }
    Ok(())
}

/// The key `key` stands at `first` and again at `second`.
pub(super) fn duplicate(key: &str, first: Mark, second: Mark) -> Error {
    let line = first.line;
    Error::invalid(
        second,
        format!("the key `{key}` is already set on line {line}; remove one of the two"),
    )
}
