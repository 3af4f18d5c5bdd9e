//! `"%s".format([x])` of the strings extension, and values as text.

use crate::cel::operators::entries;
use crate::cel::time;
use crate::cel::value::{Fail, Val};

/// More digits than a float has; a limit against hostile clauses.
const MAX_PRECISION: usize = 100;

/// Puts arguments in the places of clauses.
pub(super) fn format(template: &str, args: &[Val<'_>]) -> Result<String, Fail> {
    let (mut out, mut args, mut rest) = (String::new(), args.iter(), template);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (precision, after) = precision(rest)?;
        let clause = after.chars().next();
        let clause = clause.ok_or_else(|| Fail::other("unexpected end of string"))?;
        let arg = args.next().ok_or_else(|| {
            Fail::other("index out of range: too few arguments for the format string")
        })?;
        out.push_str(&one(clause, precision, arg)?);
        rest = &after[clause.len_utf8()..];
    }
    out.push_str(rest);
    Ok(out)
}

fn precision(clause: &str) -> Result<(usize, &str), Fail> {
    let Some(rest) = clause.strip_prefix('.') else {
        return Ok((6, clause));
    };
    let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    let digits = rest[..end].parse().ok().filter(|it| *it <= MAX_PRECISION);
    let digits =
        digits.ok_or_else(|| Fail::other("error while converting precision to integer"))?;
    Ok((digits, &rest[end..]))
}

fn one(clause: char, precision: usize, arg: &Val<'_>) -> Result<String, Fail> {
    Ok(match (clause, arg) {
        ('s', arg) => text(arg),
        ('d', Val::Int(number)) => number.to_string(),
        ('d', Val::Uint(number)) => number.to_string(),
        ('f', Val::Double(number)) => fixed(*number, precision),
        ('f' | 'e', Val::Str(text))
            if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") =>
        {
            text.to_string()
        }
        ('e', Val::Double(number)) => scientific(*number, precision),
        ('b', Val::Bool(value)) => u8::from(*value).to_string(),
        ('b' | 'o' | 'x' | 'X', Val::Int(number)) => {
            let sign = if *number < 0 { "-" } else { "" };
            format!("{sign}{}", in_base(clause, number.unsigned_abs()))
        }
        ('b' | 'o' | 'x' | 'X', Val::Uint(number)) => in_base(clause, *number),
        ('x' | 'X', Val::Str(text)) => hexadecimal(clause, text.as_bytes()),
        ('x' | 'X', Val::Bytes(bytes)) => hexadecimal(clause, bytes),
        (clause @ ('d' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X'), arg) => {
            let name = arg.type_name();
            return Err(Fail::other(format!(
                "error during formatting: no formatting function for %{clause} of {name}"
            )));
        }
        (other, _) => {
            return Err(Fail::other(format!("unrecognized formatting clause \"{other}\"")));
        }
    })
}

fn in_base(clause: char, number: u64) -> String {
    match clause {
        'b' => format!("{number:b}"),
        'o' => format!("{number:o}"),
        'X' => format!("{number:X}"),
        _ => format!("{number:x}"),
    }
}

fn hexadecimal(clause: char, bytes: &[u8]) -> String {
    let digits = |it: &u8| if clause == 'X' { format!("{it:02X}") } else { format!("{it:02x}") };
    bytes.iter().map(digits).collect()
}

fn special(number: f64) -> Option<&'static str> {
    match number {
        it if it.is_nan() => Some("NaN"),
        f64::INFINITY => Some("Infinity"),
        f64::NEG_INFINITY => Some("-Infinity"),
        _ => None,
    }
}

fn fixed(number: f64, precision: usize) -> String {
    special(number).map_or_else(|| format!("{number:.precision$}"), str::to_owned)
}

/// With raised digits, as the extension prints in English.
fn scientific(number: f64, precision: usize) -> String {
    if let Some(special) = special(number) {
        return special.into();
    }
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let raised = |it: char| match it {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        it => it.to_digit(10).and_then(|it| char::from_u32(0x2070 + it)).unwrap_or(it),
    };
    let sign = if exponent < 0 { "-" } else { "" };
    let exponent: String =
        format!("{sign}{:02}", exponent.unsigned_abs()).chars().map(raised).collect();
    format!("{digits}\u{202f}×\u{202f}10{exponent}")
}

/// A value as `%s` prints it.
pub(super) fn text(value: &Val<'_>) -> String {
    match value {
        Val::Str(text) => text.to_string(),
        other => nested(other),
    }
}

fn nested(value: &Val<'_>) -> String {
    match value {
        Val::Null => "null".into(),
        Val::Bool(value) => value.to_string(),
        Val::Int(number) => number.to_string(),
        Val::Uint(number) => number.to_string(),
        Val::Double(number) => double(*number),
        Val::Str(text) => format!("{:?}", text.as_str()),
        Val::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Val::Duration(nanos) => time::print_duration(*nanos),
        Val::Timestamp(time) => time::print(*time),
        Val::Type(name) => name.to_string(),
        Val::List(list) => {
            let items: Vec<String> = list.items.iter().map(nested).collect();
            format!("[{}]", items.join(", "))
        }
        Val::Map(_) | Val::View(_) => {
            let entries = entries(value).unwrap_or_default();
            let mut printed: Vec<(String, String)> =
                entries.iter().map(|(key, value)| (nested(key), nested(value))).collect();
            printed.sort();
            let printed: Vec<String> =
                printed.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            format!("{{{}}}", printed.join(", "))
        }
        other => other.type_name().into(),
    }
}

/// A double without an end of zeros.
pub(super) fn double(number: f64) -> String {
    special(number).map_or_else(|| format!("{number}"), str::to_owned)
}
