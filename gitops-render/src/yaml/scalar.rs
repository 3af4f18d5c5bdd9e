//! What the text of a scalar means, by go-yaml's tables (`resolve.go` of v2 and v3).

use super::number::{go_float, go_int, is_float};
use super::{Dialect, timestamp};

/// The meaning of a scalar.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number that only fits without a sign.
    Unsigned(u64),
    Float(f64),
    /// A string: the text as it stands.
    Text,
    /// A point in time, as RFC 3339 writes it.
    Time(String),
    /// The decoded bytes of a `!!binary`.
    Bytes(Vec<u8>),
}

/// What `text` means where it stands without quotes and without a tag.
pub(crate) fn resolve(text: &str, dialect: Dialect) -> Scalar {
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    match first {
        b'+' | b'-' | b'0'..=b'9' => word(text, dialect).unwrap_or_else(|| number(text, dialect)),
        b'.' => word(text, dialect)
            .or_else(|| go_float(text).map(Scalar::Float))
            .unwrap_or(Scalar::Text),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text, dialect).unwrap_or(Scalar::Text)
        }
        _ => Scalar::Text,
    }
}

/// What `text` means under the tag `tag`. The error says what is wrong without quoting the text,
/// which may be a secret.
pub(crate) fn resolve_tagged(
    text: &str,
    plain: bool,
    tag: &str,
    dialect: Dialect,
) -> Result<Scalar, String> {
    match tag {
        "!!binary" => binary(text),
        "!!timestamp" => time_tagged(text, dialect),
        "!" if plain && dialect == Dialect::GoV3 => Ok(resolve(text, dialect)),
        "!!bool" | "!!int" | "!!float" | "!!null" => {
            let scalar = resolve(text, dialect);
            fits(&scalar, tag).ok_or_else(|| format!("the value cannot be read as a {tag}"))
        }
        _ => Ok(Scalar::Text),
    }
}

fn fits(scalar: &Scalar, tag: &str) -> Option<Scalar> {
    match (tag, scalar) {
        #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
        ("!!float", Scalar::Int(int)) => Some(Scalar::Float(*int as f64)),
        ("!!bool", Scalar::Bool(_))
        | ("!!int", Scalar::Int(_) | Scalar::Unsigned(_))
        | ("!!float", Scalar::Float(_))
        | ("!!null", Scalar::Null) => Some(scalar.clone()),
        _ => None,
    }
}

fn time_tagged(text: &str, dialect: Dialect) -> Result<Scalar, String> {
    match (timestamp::rfc3339(text), dialect) {
        (None, _) => Err("the value cannot be read as a !!timestamp".to_owned()),
        (Some(_), Dialect::GoV2) => Ok(Scalar::Text),
        (Some(time), Dialect::GoV3) => Ok(Scalar::Time(time)),
    }
}

fn binary(text: &str) -> Result<Scalar, String> {
    use base64::Engine;
    let packed: String = text.chars().filter(|it| !matches!(it, '\r' | '\n')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(packed)
        .map(Scalar::Bytes)
        .map_err(|_| "a !!binary value is not valid base64".to_owned())
}

/// The words with a meaning of their own.
fn word(text: &str, dialect: Dialect) -> Option<Scalar> {
    Some(match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" if dialect == Dialect::GoV2 => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" if dialect == Dialect::GoV2 => {
            Scalar::Bool(false)
        }
        _ => return None,
    })
}

/// A number, a time or a plain text that starts with a digit or a sign.
fn number(text: &str, dialect: Dialect) -> Scalar {
    if let Some(time) = timestamp::rfc3339(text) {
        return if dialect == Dialect::GoV3 { Scalar::Time(time) } else { Scalar::Text };
    }
    let digits = text.replace('_', "");
    go_int(&digits, 0)
        .or_else(|| is_float(&digits).then(|| go_float(&digits).map(Scalar::Float)).flatten())
        .or_else(|| signed_after_prefix(&digits, dialect))
        .unwrap_or(Scalar::Text)
}

/// go-yaml cuts `0b` (and v3 `0o`) off by hand once more, so that a sign may follow: `0b-1`.
fn signed_after_prefix(digits: &str, dialect: Dialect) -> Option<Scalar> {
    if let Some(rest) = digits.strip_prefix("0b") {
        return go_int(rest, 2);
    }
    let rest = digits.strip_prefix("0o").filter(|_| dialect == Dialect::GoV3)?;
    go_int(rest, 8)
}
