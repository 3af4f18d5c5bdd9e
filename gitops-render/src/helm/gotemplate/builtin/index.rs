//! `index` and `len`.

use crate::helm::go::{IntKind, Type, Value};
use crate::helm::gotemplate::Fault;
use crate::helm::gotemplate::operand::{Operand, item_type, zero};

pub(super) fn length(args: &[Operand]) -> Result<Operand, Fault> {
    let item = &args[0];
    if item.is_nil_interface() {
        return Err(Fault::new("len of nil pointer"));
    }
    let Some(ty) = item.value.ty() else {
        return Err(Fault::new("reflect: call of reflect.Value.Type on zero Value"));
    };
    let count = match opened(&item.value) {
        Value::Str(text) | Value::Bytes(text) => text.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => {
            let ty = ty.to_string();
            return Err(Fault::new(format!("len of type {}", ty.trim_start_matches('*'))));
        }
    };
    Ok(Operand::plain(Value::int(i64::try_from(count).unwrap_or(i64::MAX))))
}

/// The first argument indexed by the second, that by the third, and so on.
pub(super) fn index(args: &[Operand]) -> Result<Operand, Fault> {
    let [item, indices @ ..] = args else { return Ok(Operand::default()) };
    if matches!(item.value, Value::Nil) {
        return Err(Fault::new("index of untyped nil"));
    }
    let mut item = item.clone();
    for index in indices {
        if matches!(item.value, Value::Nil) {
            return Err(Fault::new("index of nil pointer"));
        }
        item = step(&item.value, &index.value)?;
    }
    Ok(item)
}

fn step(item: &Value, index: &Value) -> Result<Operand, Fault> {
    match opened(item) {
        Value::List(list) => {
            let at = position(index, list.len(), "slice")?;
            Ok(Operand::element(list[at].clone(), *list.item))
        }
        Value::Str(text) => {
            let at = position(index, text.len(), "string")?;
            Ok(byte(text[at]))
        }
        Value::Bytes(bytes) => {
            let at = position(index, bytes.len(), "slice")?;
            Ok(byte(bytes[at]))
        }
        Value::Map(map) => {
            let key = match (index, index.ty()) {
                (Value::Str(key), _) => key,
                (_, None) => return Err(Fault::new("value is nil; should be of type string")),
                (_, Some(ty)) => {
                    return Err(Fault::new(format!("value has type {ty}; should be string")));
                }
            };
            let item = item_type(map.ty);
            let found = map.get(key);
            Ok(found.map_or_else(|| zero(item), |found| Operand::element(found, item)))
        }
        _ => {
            let ty = item.ty().unwrap_or(Type::Any).to_string();
            Err(Fault::new(format!("can't index item of type {}", ty.trim_start_matches('*'))))
        }
    }
}

/// The collection that an object is.
fn opened(value: &Value) -> Value {
    match value {
        Value::Object(object) => object.as_collection().unwrap_or(Value::Nil),
        _ => value.clone(),
    }
}

/// `index` as a place among `count`. Go checks it twice, and the second time panics.
fn position(index: &Value, count: usize, what: &str) -> Result<usize, Fault> {
    let number = match index {
        Value::Object(object) => object.as_collection(),
        _ => None,
    };
    let (at, shown) = match (number.as_ref().unwrap_or(index), index.ty()) {
        (Value::Int(at, kind), _) if kind.is_unsigned() => {
            (usize::try_from(at.cast_unsigned()).ok().filter(|_| *at >= 0), *at)
        }
        (Value::Int(at, _), _) => (usize::try_from(*at).ok(), *at),
        (_, None) => return Err(Fault::new("cannot index slice/array with nil")),
        (_, Some(ty)) => {
            return Err(Fault::new(format!("cannot index slice/array with type {ty}")));
        }
    };
    match at {
        Some(at) if at < count => Ok(at),
        Some(at) if at == count => Err(Fault::new(format!("reflect: {what} index out of range"))),
        _ => Err(Fault::new(format!("index out of range: {shown}"))),
    }
}

fn byte(byte: u8) -> Operand {
    Operand::plain(Value::Int(byte.into(), IntKind::Uint8))
}
