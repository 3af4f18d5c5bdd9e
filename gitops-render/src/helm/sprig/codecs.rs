//! Base 64 and base 32 (Go's `encoding`). What cannot be decoded gives the text of the error.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::args::text;
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("b64enc", &[S], |machine, args| {
        machine.charge(text(args, 0).len() / 3 * 4 + 4)?;
        Ok(Value::string(STANDARD.encode(&**text(args, 0))))
    }),
    Function::new("b64dec", &[S], |machine, args| decoded(machine, args, 64, decode_64)),
    Function::new("b32enc", &[S], |machine, args| {
        machine.charge(text(args, 0).len() / 5 * 8 + 8)?;
        Ok(Value::string(encode_32(text(args, 0))))
    }),
    Function::new("b32dec", &[S], |machine, args| decoded(machine, args, 32, decode_32)),
];

/// The bytes, or the place of the byte that is wrong.
type Decode = fn(&[u8]) -> Result<Vec<u8>, usize>;

fn decoded(
    machine: &mut Machine<'_>,
    args: &[Value],
    base: u8,
    decode: Decode,
) -> Result<Value, Fault> {
    // What is read is copied without its line ends.
    machine.charge(text(args, 0).len().saturating_mul(2))?;
    Ok(match decode(text(args, 0)) {
        Ok(bytes) => Value::string(bytes),
        Err(at) => Value::string(format!("illegal base{base} data at input byte {at}")),
    })
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn digit_64(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Line ends anywhere are skipped, and bits behind the last byte are not looked at.
pub(super) fn decode_64(bytes: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let (mut value, mut digits) = (0_u32, 0);
    for (at, byte) in bytes.iter().enumerate() {
        if is_line_end(*byte) {
            continue;
        }
        let Some(digit) = digit_64(*byte) else {
            padding_64(bytes, at, digits)?;
            value <<= 6 * (4 - digits);
            out.extend_from_slice(&value.to_be_bytes()[1..digits]);
            return Ok(out);
        };
        value = value << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            out.extend_from_slice(&value.to_be_bytes()[1..]);
            (value, digits) = (0, 0);
        }
    }
    if digits == 0 { Ok(out) } else { Err(bytes.len() - digits) }
}

/// Whether what starts at `at` ends the text behind `digits` of its last group as it must.
fn padding_64(bytes: &[u8], at: usize, digits: usize) -> Result<(), usize> {
    if bytes[at] != b'=' || digits < 2 {
        return Err(at);
    }
    let mut rest = (at + 1..bytes.len()).filter(|at| !is_line_end(bytes[*at]));
    if digits == 2 {
        match rest.next() {
            None => return Err(bytes.len()),
            Some(next) if bytes[next] != b'=' => return Err(next - 1),
            Some(_) => {}
        }
    }
    rest.next().map_or(Ok(()), Err)
}

const ALPHABET_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn encode_32(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(5) * 8);
    for group in bytes.chunks(5) {
        let mut padded = [0; 8];
        padded[3..3 + group.len()].copy_from_slice(group);
        let value = u64::from_be_bytes(padded);
        let digits = (group.len() * 8).div_ceil(5);
        for at in 0..8 {
            let digit = usize::try_from(value >> (35 - 5 * at) & 31).unwrap_or_default();
            out.push(if at < digits { ALPHABET_32[digit] } else { b'=' });
        }
    }
    out
}

/// Places of errors are counted without line ends.
fn decode_32(bytes: &[u8]) -> Result<Vec<u8>, usize> {
    let bytes: Vec<u8> = bytes.iter().copied().filter(|byte| !is_line_end(*byte)).collect();
    let mut out = Vec::with_capacity(bytes.len() / 8 * 5 + 5);
    let (mut value, mut digits) = (0_u64, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let left = bytes.len() - at - 1;
        if *byte == b'=' && digits >= 2 && left < 8 {
            padding_32(&bytes, at, digits)?;
            value <<= 5 * (8 - digits);
            out.extend_from_slice(&value.to_be_bytes()[3..3 + digits * 5 / 8]);
            return Ok(out);
        }
        let digit = ALPHABET_32.iter().position(|it| it == byte).ok_or(at)?;
        value = value << 5 | digit as u64;
        digits += 1;
        if digits == 8 {
            out.extend_from_slice(&value.to_be_bytes()[3..]);
            (value, digits) = (0, 0);
        }
    }
    if digits == 0 { Ok(out) } else { Err(bytes.len() - digits) }
}

/// Whether the padding at `at` behind `digits` of the last group is as it must be.
fn padding_32(bytes: &[u8], at: usize, digits: usize) -> Result<(), usize> {
    let rest = &bytes[at + 1..];
    if rest.len() + digits < 7 {
        return Err(bytes.len());
    }
    let wrong = rest.iter().take(7 - digits).position(|byte| *byte != b'=');
    if let Some(wrong) = wrong {
        return Err(at + wrong);
    }
    if matches!(digits, 3 | 6) { Err(at) } else { Ok(()) }
}
