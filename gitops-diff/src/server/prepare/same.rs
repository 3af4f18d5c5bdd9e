//! When two values mean the same (`apiequality.Semantic`), and when they are the same.

use crate::merge::quantity::nanos;
use crate::schema::{ListRef, MapRef, TypeRef};
use crate::{Format, Value};

/// Whether both mean the same: quantities by their amount; what is empty is not there.
pub(super) fn same(of: TypeRef<'_>, a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a.filter(|it| !is_empty(it)), b.filter(|it| !is_empty(it))) {
        (None, None) => true,
        (Some(a), Some(b)) if of.format() == Some(Format::Quantity) => {
            a == b || nanos(a).is_some_and(|it| Some(it) == nanos(b))
        }
        (Some(Value::Map(a)), Some(Value::Map(b))) => {
            let below = |key: &str| of.map().and_then(|it: MapRef<'_>| it.field(key));
            let keys = a.keys().chain(b.keys().filter(|it| !a.contains_key(it)));
            keys.into_iter().all(|key| {
                let of = below(key).unwrap_or_else(TypeRef::deduced);
                same(of, a.get(key), b.get(key))
            })
        }
        (Some(Value::List(a)), Some(Value::List(b))) => {
            let of = of.list().map_or_else(TypeRef::deduced, ListRef::element);
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(of, Some(a), Some(b)))
        }
        (Some(a), Some(b)) => a == b,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Lists and `null` that the store does not keep; an empty struct is one.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_list().is_some_and(<[_]>::is_empty)
}
