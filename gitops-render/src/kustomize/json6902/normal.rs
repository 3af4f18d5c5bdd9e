//! What is left of a resource on its way through JSON and back: whole numbers become floats,
//! dates become texts, and everything is spelled as go-yaml spells it.

use gitops_diff::Text;

use crate::kustomize::node::{Member, Members, Node, Scalar, Style, Tag, tag_of};
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::number::go_general;
use crate::yaml::scalar::Scalar as Meaning;
use crate::yaml::{self, Dialect};

/// The node that comes back.
///
/// # Errors
/// Where JSON has no such value.
pub(super) fn node(node: Node) -> Result<Node> {
    match node {
        Node::Scalar(it) => scalar(&it).map(Node::Scalar),
        Node::List(items) => {
            items.into_iter().map(self::node).collect::<Result<_>>().map(Node::List)
        }
        Node::Map(members) => {
            let member = |Member { key, value, .. }: Member| {
                Ok(Member { key: self::key(key)?, value: self::node(value)?, comment: None })
            };
            members.into_iter().map(member).collect::<Result<Members>>().map(Node::Map)
        }
    }
}

/// The key that comes back.
///
/// # Errors
/// Where it is no string.
pub(super) fn key(key: Scalar) -> Result<Scalar> {
    match key.kind() {
        Tag::Str | Tag::Merge | Tag::Other => Ok(Scalar { line: key.line, ..text(key.text) }),
        _ => Err(Problem::new("json: unsupported type: map[interface {}]interface {}")),
    }
}

/// A scalar of a patch, as it is written.
///
/// # Errors
/// Where it is a number that no float is close to.
pub(super) fn raw(raw: &str) -> Result<Node> {
    let raw = raw.trim();
    Ok(Node::Scalar(match raw.as_bytes().first() {
        Some(b'n') => return Ok(Node::null()),
        Some(b't' | b'f') => plain(raw),
        Some(b'"') => {
            let unquoted: String = serde_json::from_str(raw)
                .map_err(|error| Problem::new(format!("invalid JSON text: {error}")))?;
            text(unquoted.into())
        }
        _ => number(raw.parse().unwrap_or(f64::INFINITY)).ok_or_else(|| {
            Problem::new(format!(
                "json: cannot unmarshal number {raw} into Go value of type float64"
            ))
        })?,
    }))
}

fn scalar(scalar: &Scalar) -> Result<Scalar> {
    let line = scalar.line;
    #[expect(clippy::cast_precision_loss, reason = "as Go reads JSON")]
    let back = match scalar.meaning().map_err(Problem::new)? {
        Meaning::Null => Scalar { tag: Tag::Null, ..Scalar::plain("null") },
        Meaning::Bool(value) => plain(if value { "true" } else { "false" }),
        Meaning::Int(value) => float(value as f64)?,
        Meaning::Unsigned(value) => float(value as f64)?,
        Meaning::Float(value) => float(value)?,
        Meaning::Text => text(scalar.reread().map_err(Problem::new)?.as_ref().into()),
        Meaning::Time(time) => text(time.into()),
        Meaning::Bytes(bytes) => text(String::from_utf8_lossy(&bytes).as_ref().into()),
    };
    Ok(Scalar { line, ..back })
}

fn float(value: f64) -> Result<Scalar> {
    number(value).ok_or_else(|| {
        Problem::new(format!(
            "json: unsupported value: {}",
            go_general(value).replace(".nan", "NaN").replace(".inf", "Inf")
        ))
    })
}

fn number(value: f64) -> Option<Scalar> {
    value.is_finite().then(|| plain(&go_general(value)))
}

fn plain(text: &str) -> Scalar {
    Scalar { tag: tag_of(text), ..Scalar::plain(text) }
}

/// A text with the quotes that go-yaml gives it.
pub(super) fn text(text: Text) -> Scalar {
    let style = if text.contains('\n') {
        Style::Literal
    } else if yaml::is_plain(&text, Dialect::GoV3) {
        Style::Plain
    } else {
        Style::Double
    };
    Scalar { tag: Tag::Str, style, ..Scalar::plain(text) }
}
