//! Values beside their types: what every walk of the merge starts from.

use crate::schema::{ListRef, MapRef, Scalar, TypeRef};
use crate::{Keys, Map, PathElement, Text, Value};

/// What a value is taken for.
#[derive(Clone, Copy)]
pub(super) enum Shape<'s> {
    Map(MapRef<'s>),
    Scalar(Scalar),
    List(ListRef<'s>),
}

/// The alternative of a type that fits a value. Where none does, or where the value is missing
/// or `null`, the first one that the type has (`deduceAtom` and `handleAtom`).
pub(super) fn shape<'s>(of: TypeRef<'s>, value: Option<&Value>) -> Shape<'s> {
    let fitting = match value {
        None | Some(Value::Null) => None,
        Some(Value::Map(_)) => of.map().map(Shape::Map),
        Some(Value::List(_)) => of.list().map(Shape::List),
        Some(_) => of.scalar().map(Shape::Scalar),
    };
    fitting.unwrap_or_else(|| first(of))
}

fn first(of: TypeRef<'_>) -> Shape<'_> {
    let map = of.map().map(Shape::Map);
    let scalar = || of.scalar().map(Shape::Scalar);
    let list = || of.list().map(Shape::List);
    map.or_else(scalar).or_else(list).unwrap_or(Shape::Scalar(Scalar::Untyped))
}

/// The shapes that two values of one type have, if they differ: then both walks are made.
pub(super) fn shapes<'s>(
    of: TypeRef<'s>,
    left: Option<&Value>,
    right: Option<&Value>,
) -> (Option<Shape<'s>>, Shape<'s>) {
    match (left, right) {
        (Some(_), None) => (None, shape(of, left)),
        (None, _) => (None, shape(of, right)),
        (Some(a), Some(b)) if alternative(of, a) == alternative(of, b) => (None, shape(of, right)),
        _ => (Some(shape(of, left)), shape(of, right)),
    }
}

/// Which alternative of a type a value picks: 0 is all of them.
fn alternative(of: TypeRef<'_>, value: &Value) -> u8 {
    let only = |has: bool, others: bool, number| if has && others { number } else { 0 };
    let (map, list, scalar) = (of.map().is_some(), of.list().is_some(), of.scalar().is_some());
    match value {
        Value::Null => 0,
        Value::Map(_) => only(map, list || scalar, 1),
        Value::List(_) => only(list, map || scalar, 2),
        _ => only(scalar, map || list, 3),
    }
}

/// The element that names an item of a list that is not atomic.
///
/// # Errors
/// Says why the item has no name, in the words of the API server.
pub(super) fn item_element(list: ListRef<'_>, item: &Value) -> Result<PathElement, String> {
    let why = match (list.keys(), item) {
        (Keys::Atomic, _) => "invalid indexing of non-associative list",
        (Keys::Set, Value::Map(_)) => {
            "associative list without keys has an element that's a map type"
        }
        (Keys::Set, Value::List(_)) => "not supported: associative list with lists as elements",
        (Keys::Set, Value::Null) => {
            "associative list without keys has an element that's an explicit null"
        }
        (Keys::Set, scalar) => return Ok(PathElement::Value(scalar.clone())),
        (Keys::Map(keys), Value::Map(fields)) => return keyed(list, keys, fields),
        (Keys::Map(_), Value::Null) => "associative list with keys may not have a null element",
        (Keys::Map(_), _) => "associative list with keys may not have non-map elements",
    };
    Err(why.into())
}

/// Whether an item surely has a name, found without making it.
pub(super) fn has_element(list: ListRef<'_>, item: &Value) -> bool {
    match (list.keys(), item) {
        (Keys::Map(keys), Value::Map(fields)) => keys.iter().any(|it| fields.contains_key(it)),
        (Keys::Set, item) => !matches!(item, Value::Map(_) | Value::List(_) | Value::Null),
        _ => false,
    }
}

fn keyed(list: ListRef<'_>, keys: &[Text], fields: &Map) -> Result<PathElement, String> {
    let of = list.element().map();
    let value = |key: &Text| {
        let default = || of.and_then(|it| it.default_of(key));
        let value = fields.get(key).or_else(default)?;
        Some((key.clone(), value.clone()))
    };
    let named: Vec<(Text, Value)> = keys.iter().filter_map(value).collect();
    if named.is_empty() && !keys.is_empty() {
        let keys: Vec<String> = keys.iter().map(|it| format!("{it:?}")).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] (and \
             doesn't have default values for any key fields)",
            keys.join(" ")
        ));
    }
    Ok(PathElement::key(named))
}
