//! Values to TOML and back, as `BurntSushi/toml` v1.6 does it.

mod decode;
mod encode;
mod scan;
mod time;

use crate::helm::go::{Entries, Map, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function};
use crate::helm::sprig::args::text;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("toToml", &[Type::Any], |machine, args| {
        match encode::encode(machine, &args[0])? {
            Ok(text) | Err(text) => Ok(Value::string(text)),
        }
    }),
    Function::new("mustToToml", &[Type::Any], |machine, args| {
        encode::encode(machine, &args[0])?.map(Value::string).map_err(Fault::new)
    }),
    Function::new("fromToml", &[Type::Str], |machine, args| {
        Ok(Value::Map(decode::decode(machine, text(args, 0))?.unwrap_or_else(|error| {
            Map::of(Entries::from([("Error".into(), Value::string(error))]))
        })))
    }),
];

/// A key as it stands in a text: in quotes where it is not of letters, digits, `_` and `-` alone.
fn key_text(key: &[u8]) -> Vec<u8> {
    if !key.is_empty() && key.iter().all(|byte| is_bare(*byte)) {
        key.to_vec()
    } else {
        quoted(key)
    }
}

/// Keys with dots between them.
fn path_text(path: &[Str]) -> Vec<u8> {
    let keys: Vec<Vec<u8>> = path.iter().map(|key| key_text(key)).collect();
    keys.join(&b'.')
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// The text between double quotes.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\x08' => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\x0c' => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            ..=0x1f | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
    out
}
