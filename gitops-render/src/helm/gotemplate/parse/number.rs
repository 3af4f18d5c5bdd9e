//! Reads numbers, as all the types that they fit.

use crate::helm::gofmt::{parse_float, parse_int, parse_uint, quote, unquote_char};
use crate::helm::gotemplate::ast::{Number, Span};
use crate::helm::gotemplate::lex::{Item, Kind};

/// The number that `token` is, which stands at `span` of the text.
///
/// # Errors
/// What is wrong with it.
pub(super) fn number(token: &Item<'_>, span: Span) -> Result<Number, Vec<u8>> {
    let text = token.text;
    let number = Number { text: span, int: None, uint: None, float: None, complex: None };
    match token.kind {
        Kind::CharConstant => character(number, text),
        Kind::Complex => complex(number, text),
        _ => match imaginary(text) {
            Some(part) => Ok(simplify(number, (0.0, part))),
            None => plain(number, text),
        },
    }
}

fn character(number: Number, text: &[u8]) -> Result<Number, Vec<u8>> {
    let (rune, tail) = unquote_char(&text[1..], b'\'')?;
    if tail != b"'" {
        return Err([b"malformed character constant: ", text].concat());
    }
    let code = u32::from(rune);
    Ok(Number {
        int: Some(i64::from(code)),
        uint: Some(u64::from(code)),
        float: Some(f64::from(code)),
        ..number
    })
}

/// `1+2i`, as `fmt.Sscan` reads it.
fn complex(number: Number, text: &[u8]) -> Result<Number, Vec<u8>> {
    let syntax = || b"syntax error scanning complex number".to_vec();
    let sign = |byte: &u8| matches!(byte, b'+' | b'-');
    let exponent = |at: usize| text[..at].last().is_some_and(|byte| b"eEpP".contains(byte));
    let middle = (1..text.len()).find(|&at| sign(&text[at]) && !exponent(at));
    let (real, rest) = text.split_at(middle.ok_or_else(syntax)?);
    let part = imaginary(rest).ok_or_else(syntax)?;
    let real = parse_float(real).ok().ok_or_else(syntax)?;
    Ok(simplify(number, (real, part)))
}

fn imaginary(text: &[u8]) -> Option<f64> {
    parse_float(text.strip_suffix(b"i")?).ok()
}

/// The other types that a complex number fits if nothing of it is imaginary.
fn simplify(number: Number, complex: (f64, f64)) -> Number {
    let float = (complex.1 == 0.0).then_some(complex.0);
    Number {
        complex: Some(complex),
        float,
        int: float.and_then(whole),
        uint: float.and_then(natural),
        ..number
    }
}

fn plain(mut number: Number, text: &[u8]) -> Result<Number, Vec<u8>> {
    number.uint = parse_uint(text, 0).ok();
    number.int = parse_int(text, 0).ok();
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    #[expect(clippy::cast_precision_loss, reason = "Go rounds here too")]
    let promoted = number.int.map(|int| int as f64).or(number.uint.map(|uint| uint as f64));
    number.float = promoted;
    if promoted.is_none()
        && let Ok(float) = parse_float(text)
    {
        if !text.iter().any(|byte| b".eEpP".contains(byte)) {
            return Err([b"integer overflow: ", &*quote(text)].concat());
        }
        number.float = Some(float);
        number.int = whole(float);
        number.uint = natural(float);
    }
    if number.float.is_none() {
        return Err([b"illegal number syntax: ", &*quote(text)].concat());
    }
    Ok(number)
}

/// The `int64` that `float` is, if it is one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "compared after, exactly as Go does"
)]
fn whole(float: f64) -> Option<i64> {
    let int = float as i64;
    (float < 9_223_372_036_854_775_808.0 && int as f64 == float).then_some(int)
}

/// The `uint64` that `float` is, if it is one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "compared after, exactly as Go does"
)]
fn natural(float: f64) -> Option<u64> {
    let uint = float as u64;
    (float < 18_446_744_073_709_551_616.0 && uint as f64 == float).then_some(uint)
}
