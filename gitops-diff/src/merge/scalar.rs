//! Scalars as the server prints them: quantities, times, bytes, whole numbers.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jiff::Timestamp;

use super::quantity::canonical;
use crate::schema::TypeRef;
use crate::{Format, Value};

/// The value as it is printed; what is none of its type stays as it is.
pub(super) fn printed(of: TypeRef<'_>, value: Value) -> Value {
    let text = match (of.format(), &value) {
        (Some(Format::Quantity), it) => canonical(it).map(Value::Str),
        (Some(Format::Time), Value::Str(text)) => time(text, "%Y-%m-%dT%H:%M:%SZ"),
        (Some(Format::MicroTime), Value::Str(text)) => time(text, "%Y-%m-%dT%H:%M:%S.%6fZ"),
        (Some(Format::Bytes), Value::Str(text)) => bytes(text),
        (Some(Format::Int32), Value::Float(it)) => whole(*it).map(wrapped),
        (Some(Format::Int32), Value::Int(it)) => Some(wrapped(*it)),
        (Some(Format::Int64 | Format::IntOrString), Value::Float(it)) => whole(*it).map(Value::Int),
        _ => None,
    };
    text.unwrap_or(value)
}

/// A time in UTC; `None` where it is so already, or no time.
fn time(text: &str, format: &str) -> Option<Value> {
    let time: Timestamp = text.parse().ok()?;
    let printed = time.strftime(format).to_string();
    (printed != text).then(|| printed.into())
}

/// Base64 without line ends, and without bits that say nothing.
fn bytes(text: &str) -> Option<Value> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    let is_line_end = |it: char| matches!(it, '\n' | '\r');
    let ends_whole = !text.ends_with('=');
    if ends_whole && !text.contains(is_line_end) {
        return None;
    }
    let bytes = LENIENT.decode(text.replace(is_line_end, "")).ok()?;
    Some(LENIENT.encode(bytes).into())
}

/// A number that JSON wrote with a fraction of zero.
#[expect(clippy::cast_possible_truncation, reason = "because larger numbers are left alone")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// A number as an `int32` of Go takes it: by its lower half.
#[expect(clippy::cast_possible_truncation, reason = "because that is what the server does")]
fn wrapped(number: i64) -> Value {
    Value::Int(i64::from(number as i32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupKind, Schema};

    #[test]
    fn scalars_print_as_the_server_prints_them() {
        let schema = Schema::builtin();
        let cases = [
            (
                "coordination.k8s.io Lease spec.acquireTime",
                r#""2026-02-02T04:04:05.1+01:00""#,
                r#""2026-02-02T03:04:05.100000Z""#,
            ),
            ("coordination.k8s.io Lease spec.leaseDurationSeconds", "15.0", "15"),
            ("coordination.k8s.io Lease spec.leaseDurationSeconds", "2147483647", "2147483647"),
            ("coordination.k8s.io Lease spec.leaseDurationSeconds", "2147483648", "-2147483648"),
            ("coordination.k8s.io Lease spec.leaseDurationSeconds", "4294967295.0", "-1"),
            (
                "coordination.k8s.io Lease metadata.creationTimestamp",
                r#""2026-02-02T23:30:05.7-01:00""#,
                r#""2026-02-03T00:30:05Z""#,
            ),
            (
                "coordination.k8s.io Lease metadata.creationTimestamp",
                r#""2026-02-02T00:00:00Z""#,
                r#""2026-02-02T00:00:00Z""#,
            ),
            ("coordination.k8s.io Lease metadata.creationTimestamp", r#""today""#, r#""today""#),
            ("coordination.k8s.io Lease spec.holderIdentity", r#""1.0""#, r#""1.0""#),
            (" Secret data.k", "\"YWJj\\nZGVm\"", r#""YWJjZGVm""#),
            (" Secret data.k", r#""YR==""#, r#""YQ==""#),
            (" Secret data.k", r#""YQ==""#, r#""YQ==""#),
            (" Secret data.k", r#""?=""#, r#""?=""#),
            (" ResourceQuota spec.hard.cpu", "0.5", r#""500m""#),
        ];
        for (field, json, expected) in cases {
            let [group, kind, path] = field.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let kind = GroupKind::new(group, kind);
            let of = path.split('.').try_fold(schema.type_of(&kind, "v1"), TypeRef::field);
            let printed = printed(of.unwrap(), serde_json::from_str(json).unwrap());
            assert_eq!(serde_json::to_string(&printed).unwrap(), expected, "{field} {json}");
        }
    }
}
