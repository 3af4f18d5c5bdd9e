//! The total order of values that path elements are sorted by; numbers compare by what they are
//! worth, so that `1` and `1.0` are one key (structured-merge-diff, `value.Compare`).

use std::cmp::Ordering;

use crate::{Map, Value};

/// Whether two values are the same to the API server: beside a float, an integer is compared as
/// one, whatever that loses (`value.Equals`).
#[expect(clippy::cast_precision_loss, reason = "because the API server loses it, too")]
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            float_order(*int as f64, *float).is_eq()
        }
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let mut pairs = a.iter().zip(b.iter());
            a.len() == b.len() && pairs.all(|((ka, a), (kb, b))| ka == kb && same(a, b))
        }
        _ => compare(a, b).is_eq(),
    }
}

/// Numbers, strings, booleans, lists, maps, null: in this order.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => float_order(*a, *b),
        (Value::Int(a), Value::Float(b)) => int_and_float(*a, *b),
        (Value::Float(a), Value::Int(b)) => int_and_float(*b, *a).reverse(),
        (Value::Str(a), Value::Str(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => {
            let mut pairs = a.iter().zip(b).map(|(a, b)| compare(a, b));
            let first = pairs.find(|it| it.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Map(a), Value::Map(b)) => maps(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn maps(a: &Map, b: &Map) -> Ordering {
    let mut pairs = a.iter().zip(b.iter()).map(|((ka, va), (kb, vb))| {
        let keys = ka.cmp(kb);
        keys.then_with(|| compare(va, vb))
    });
    let first = pairs.find(|it| it.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Int(_) | Value::Float(_) => 0,
        Value::Str(_) => 1,
        Value::Bool(_) => 2,
        Value::List(_) => 3,
        Value::Map(_) => 4,
        Value::Null => 5,
    }
}

/// As numbers; `-0.0` is `0.0`, and NaN, which no JSON holds, comes last.
fn float_order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// 2^63, the first float above every `i64`.
const ABOVE: f64 = 9_223_372_036_854_775_808.0;

/// Exact, so that the order stays total where a float cannot hold the integer.
#[expect(
    clippy::cast_possible_truncation,
    reason = "because the float was found to be within the range of i64"
)]
fn int_and_float(int: i64, other: f64) -> Ordering {
    if other.is_nan() || other >= ABOVE {
        return Ordering::Less;
    }
    if other < -ABOVE {
        return Ordering::Greater;
    }
    let whole = other.trunc();
    int.cmp(&(whole as i64)).then_with(|| float_order(0.0, other - whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_by_type_and_numbers_by_worth() {
        let sorted = [
            Value::Float(-1e300),
            Value::Int(i64::MIN),
            Value::Float(-1.5),
            Value::Int(-1),
            Value::Int(0),
            Value::Float(0.5),
            Value::Int(1),
            Value::Float(1e300),
            Value::from("a"),
            Value::from(false),
            Value::from(true),
            Value::List(vec![]),
            Value::List(vec![Value::Int(1)]),
            Value::Map(Map::new()),
            Value::Null,
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} and {b:?}");
            }
        }
        assert!(same(&Value::Int(1), &Value::Float(1.0)));
        assert!(same(&Value::Int(0), &Value::Float(-0.0)));
        assert!(same(&Value::Int(i64::MAX), &Value::Float(ABOVE)));
        assert!(compare(&Value::Int(i64::MAX), &Value::Float(ABOVE)).is_lt());
    }
}
