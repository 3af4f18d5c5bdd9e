//! Values to JSON and back, as Go's `encoding/json` does it.

mod decode;
mod encode;

pub(super) use self::decode::{Decoded, decode, fitting_list, fitting_map};
pub(crate) use self::decode::{read, read_prefix};
pub(super) use self::encode::{Style, encode};
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::sprig::args::text;

const A: Type = Type::Any;
const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toJson", &[A], |machine, args| {
        or_empty(encode(machine, &args[0], Style::Compact))
    }),
    Function::new("mustToJson", &[A], |machine, args| {
        encode(machine, &args[0], Style::Compact).map(Value::string)
    }),
    Function::new("toPrettyJson", &[A], |machine, args| {
        or_empty(encode(machine, &args[0], Style::Pretty))
    }),
    Function::new("mustToPrettyJson", &[A], |machine, args| {
        encode(machine, &args[0], Style::Pretty).map(Value::string)
    }),
    Function::new("toRawJson", &[A], to_raw_json),
    Function::new("mustToRawJson", &[A], to_raw_json),
    Function::new("mustFromJson", &[S], |machine, args| {
        decode(machine, text(args, 0))?.sound().map_err(Fault::new)
    }),
    Function::new("fromJson", &[S], |machine, args| {
        Ok(fitting_map(decode(machine, text(args, 0))?, ""))
    }),
    Function::new("fromJsonArray", &[S], |machine, args| {
        Ok(fitting_list(decode(machine, text(args, 0))?, ""))
    }),
];

fn to_raw_json(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    encode(machine, &args[0], Style::Raw).map(Value::string)
}

/// The text, or none where there is an error; limits are not caught.
pub(super) fn or_empty(text: Result<Vec<u8>, Fault>) -> Result<Value, Fault> {
    match text {
        Err(Fault::Error(_)) => Ok(Value::string("")),
        other => other.map(Value::string),
    }
}
