//! Random texts and numbers (goutils, xstrings, google/uuid). All of them draw on the entropy of
//! the run.

mod stream;

pub(crate) use self::stream::Stream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::{int, text};
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const I: Type = Type::INT;
const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("randAlphaNum", &[I], rand_alpha_num),
    Function::new("randAlpha", &[I], |machine, args| rand(machine, args, LETTERS)),
    Function::new("randAscii", &[I], rand_ascii),
    Function::new("randNumeric", &[I], |machine, args| rand(machine, args, DIGITS)),
    Function::new("randBytes", &[I], rand_bytes),
    Function::new("randInt", &[I, I], rand_int),
    Function::new("shuffle", &[Type::Str], shuffle),
    Function::new("uuidv4", &[], uuid),
];

/// How many characters are asked for; none for a negative number.
fn count(machine: &mut Machine<'_>, args: &[Value]) -> Result<usize, Fault> {
    let count = usize::try_from(int(args, 0)).unwrap_or_default();
    machine.charge(count)?;
    Ok(count)
}

fn drawn(stream: &mut Stream, characters: &[u8]) -> u8 {
    characters[index(stream, characters.len())]
}

fn index(stream: &mut Stream, length: usize) -> usize {
    let index = usize::try_from(stream.below(length as u64));
    index.expect("because a number below one of usize is one")
}

fn rand(machine: &mut Machine<'_>, args: &[Value], of: &[u8]) -> Result<Value, Fault> {
    let count = count(machine, args)?;
    let mut stream = Stream::of(machine);
    let text: Vec<u8> = (0..count).map(|_| drawn(&mut stream, of)).collect();
    Ok(Value::string(text))
}

fn rand_ascii(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let all: Vec<u8> = (b' '..0x7F).collect();
    rand(machine, args, &all)
}

/// Letters and digits, of which at least one is a digit.
fn rand_alpha_num(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let count = count(machine, args)?;
    let mut stream = Stream::of(machine);
    let all = [DIGITS, LETTERS].concat();
    let mut text: Vec<u8> = (0..count).map(|_| drawn(&mut stream, &all)).collect();
    if count > 0 && !text.iter().any(u8::is_ascii_digit) {
        let at = index(&mut stream, count);
        text[at] = drawn(&mut stream, DIGITS);
    }
    Ok(Value::string(text))
}

/// Random bytes as base64.
fn rand_bytes(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let count = usize::try_from(int(args, 0))
        .map_err(|_| Fault::new("runtime error: makeslice: len out of range"))?;
    machine.charge(count.saturating_mul(2))?;
    let mut bytes = vec![0; count];
    Stream::of(machine).fill(&mut bytes);
    Ok(Value::string(STANDARD.encode(bytes)))
}

fn rand_int(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (least, above) = (int(args, 0), int(args, 1));
    let span = above.wrapping_sub(least);
    if span <= 0 {
        return Err(Fault::new("invalid argument to Intn"));
    }
    let number = Stream::of(machine).below(span.cast_unsigned()).cast_signed();
    Ok(Value::int(least.wrapping_add(number)))
}

fn shuffle(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let of = text(args, 0);
    machine.charge(of.len().saturating_mul(5))?;
    if of.is_empty() {
        return Ok(args[0].clone());
    }
    let mut characters: Vec<char> = of.utf8_chunks().flat_map(|chunk| shown(&chunk)).collect();
    let mut stream = Stream::of(machine);
    for at in (1..characters.len()).rev() {
        let other = index(&mut stream, at + 1);
        characters.swap(at, other);
    }
    Ok(Value::string(characters.into_iter().collect::<String>()))
}

/// Characters as Go sees them: each byte that is no UTF-8 is U+FFFD.
fn shown<'a>(chunk: &std::str::Utf8Chunk<'a>) -> impl Iterator<Item = char> + use<'a> {
    let bad = std::iter::repeat_n('\u{fffd}', chunk.invalid().len());
    chunk.valid().chars().chain(bad)
}

fn uuid(machine: &mut Machine<'_>, _: &[Value]) -> Result<Value, Fault> {
    let mut bytes = [0; 16];
    Stream::of(machine).fill(&mut bytes);
    bytes[6] = (bytes[6] & 0x0F) | 0x40;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let number = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [&number[..8], &number[8..12], &number[12..16], &number[16..20], &number[20..]];
    Ok(Value::string(parts.join("-")))
}
