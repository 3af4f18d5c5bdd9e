//! `$(NAME)` in a text, as Kubernetes expands it in commands (`api/filters/refvar/expand.go`).

use gitops_diff::Text;

use crate::kustomize::node::Tag;

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(Text),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// A list or a map, which cannot stand in a text.
    Compound,
}

impl Value {
    /// Text and tag of the scalar that has the value.
    pub(super) fn into_parts(self) -> (Text, Tag) {
        match self {
            Self::Text(text) => (text, Tag::Str),
            Self::Int(number) => (number.to_string().into(), Tag::Int),
            Self::Float(number) => (decimal(number).into(), Tag::Float),
            Self::Bool(truth) => (truth.to_string().into(), Tag::Bool),
            Self::Compound => (Text::default(), Tag::Str),
        }
    }

    /// What stands for it among other text.
    fn print(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Int(number) => out.push_str(&number.to_string()),
            Self::Float(number) => out.push_str(&short(*number)),
            Self::Bool(truth) => out.push_str(&truth.to_string()),
            Self::Compound => {}
        }
    }
}

/// The number without an exponent.
fn decimal(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    format!("{number}")
}

/// The number as Go prints it by default: with an exponent below 1e-4 and from 1e21.
fn short(number: f64) -> String {
    let size = number.abs();
    if !number.is_finite() || size == 0.0 || (1e-4..1e21).contains(&size) {
        return decimal(number);
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// The text with the values of the names in it; what is nothing but a name keeps the type of its
/// value. `$$` stands for `$`, and names without a value stay as they are.
pub(super) fn expand(text: &str, value_of: &mut dyn FnMut(&str) -> Option<Value>) -> Value {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = match after.as_bytes()[0] {
            b'$' => {
                out.push('$');
                &after[1..]
            }
            b'(' => match after.find(')') {
                Some(end) => {
                    let (name, whole) = (&after[1..end], at == 0 && out.is_empty());
                    let is_all = whole && rest.len() == text.len() && end + 1 == after.len();
                    match value_of(name) {
                        Some(value) if is_all => return value,
                        Some(value) => value.print(&mut out),
                        None => out.push_str(&rest[at..=at + 1 + end]),
                    }
                    &after[end + 1..]
                }
                None => {
                    out.push_str("$(");
                    &after[1..]
                }
            },
            _ => {
                out.push('$');
                after
            }
        };
    }
    out.push_str(rest);
    Value::Text(out.into())
}
