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
    if let Some(value) = whole_name(text).and_then(&mut *value_of) {
        return value;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = name(rest) {
            match value_of(name) {
                Some(value) => value.print(&mut out),
                None => out.extend(["$(", name, ")"]),
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out.push_str(rest);
    Value::Text(out.into())
}

/// The name of a text that is nothing but `$(NAME)`.
fn whole_name(text: &str) -> Option<&str> {
    let (name, after) = name(text.strip_prefix('$')?)?;
    after.is_empty().then_some(name)
}

/// The name in `(NAME)…`, and what follows.
fn name(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('(')?.split_once(')')
}
