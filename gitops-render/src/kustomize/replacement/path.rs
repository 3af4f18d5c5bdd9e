//! The parts of a field path, and places in a tree (`SmarterPathSplitter`).

use crate::kustomize::node::Node;
use crate::kustomize::problem::{Problem, Result};

/// No tree is deeper.
pub(super) const MAX_DEPTH: usize = 512;

/// The way from a node to one below it: the positions of members and items.
pub(super) type Place = Vec<usize>;

/// The parts of a path: `\.` is no separator, nor is a dot in brackets. The brackets of a part
/// that selects an item stay, those of a key go.
///
/// # Errors
/// Where there are more parts than a tree can be deep.
pub(super) fn split(path: &str) -> Result<Vec<String>> {
    let mut parts = Vec::new();
    let mut pieces = pieces(path).into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut bracketed = piece;
        for more in pieces.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        let selects = bracketed.contains('=');
        let key = || bracketed.trim_matches(['[', ']']).to_owned();
        parts.push(if selects { bracketed } else { key() });
    }
    if parts.len() > MAX_DEPTH {
        return Err(Problem::new(format!("a field path has more than {MAX_DEPTH} parts")));
    }
    Ok(parts)
}

/// The path split at dots that no backslash stands before.
fn pieces(path: &str) -> Vec<String> {
    let mut rest = path.split('.');
    let first = rest.next().unwrap_or_default();
    let first = if first.is_empty() { rest.next().unwrap_or_default() } else { first };
    let mut pieces = vec![first.to_owned()];
    for piece in rest {
        match pieces.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(piece);
            }
            _ => pieces.push(piece.to_owned()),
        }
    }
    pieces
}

/// The field and the value of `[field=value]`.
///
/// # Errors
/// Where there is no `=`.
pub(super) fn item_selector(part: &str) -> Result<(&str, &str)> {
    let inner = part.strip_suffix(']').unwrap_or(part);
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    inner.split_once('=').ok_or_else(|| {
        Problem::new("list path element must contain fieldName=fieldValue for element to match")
    })
}

/// Whether the part selects items: it stands in brackets.
pub(super) fn is_item(part: &str) -> bool {
    part.starts_with('[') && part.ends_with(']')
}

/// The position that the part names, as Go's `Atoi` reads it.
pub(super) fn index(part: &str) -> Option<i64> {
    part.parse().ok()
}

impl Node {
    /// What is at a place.
    pub(super) fn place(&self, place: &[usize]) -> Option<&Node> {
        place.iter().try_fold(self, |node, at| match node {
            Self::Scalar(_) => None,
            Self::List(items) => items.get(*at),
            Self::Map(members) => members.iter().nth(*at).map(|it| &it.value),
        })
    }

    /// What is at a place.
    pub(super) fn place_mut(&mut self, place: &[usize]) -> Option<&mut Node> {
        place.iter().try_fold(self, |node, at| match node {
            Self::Scalar(_) => None,
            Self::List(items) => items.get_mut(*at),
            Self::Map(members) => members.iter_mut().nth(*at).map(|it| &mut it.value),
        })
    }

    /// Whether it is `null`, or a list or a map without anything in it.
    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.is_null(),
            Self::List(items) => items.is_empty(),
            Self::Map(members) => members.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_dots_outside_of_brackets_and_behind_no_backslash() {
        let cases: [(&str, &[&str]); 11] = [
            ("a.b", &["a", "b"]),
            (".a.b", &["a", "b"]),
            ("a..b", &["a", "", "b"]),
            ("a\\.b.c", &["a.b", "c"]),
            ("", &[""]),
            ("a.[name=x.y].b", &["a", "[name=x.y]", "b"]),
            ("a.[name=x].b", &["a", "[name=x]", "b"]),
            ("m.[a.b/c].d", &["m", "a.b/c", "d"]),
            ("m.[ab].d", &["m", "[ab]", "d"]),
            ("m.[a.b", &["m", "a.b"]),
            ("a.*.0.-", &["a", "*", "0", "-"]),
        ];
        for (path, expected) in cases {
            assert_eq!(split(path).expect("few parts"), expected, "{path}");
        }
        assert!(split(&"a.".repeat(MAX_DEPTH)).is_err());
    }
}
