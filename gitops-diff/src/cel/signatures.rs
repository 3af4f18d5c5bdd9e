//! The functions that expressions can call, and their types: the standard ones of CEL, its
//! extensions for strings, lists, sets and optional values, and those of Kubernetes 1.36.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::types::Type;
use crate::Text;

/// One way to call a function.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// Whether the first argument stands before the dot.
    pub(super) method: bool,
    pub(super) args: Vec<Type>,
    pub(super) result: Type,
}

type Table = BTreeMap<Text, Vec<Signature>>;

/// All ways to call a function.
pub(super) fn of(function: &str) -> &'static [Signature] {
    table().get(function).map(Vec::as_slice).unwrap_or_default()
}

/// Whether there is a function of this name that is no method.
pub(super) fn is_function(name: &str) -> bool {
    of(name).iter().any(|it| !it.method)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for line in include_str!("signatures.txt").lines() {
            // Never skipped: a test reads every line.
            if let Some((name, signature)) = read(line) {
                table.entry(name).or_default().push(signature);
            }
        }
        for other in ["_<=_", "_>_", "_>=_"] {
            let less = table.get("_<_").cloned().unwrap_or_default();
            table.insert(other.into(), less);
        }
        table
    })
}

/// `(string).charAt(int): string`.
fn read(line: &str) -> Option<(Text, Signature)> {
    let (head, result) = line.rsplit_once(": ")?;
    let mut args = Vec::new();
    let (method, head) = match head.strip_prefix('(') {
        Some(rest) => {
            let (target, rest) = rest.split_once(").")?;
            let target = if target.contains('(') && !target.ends_with(')') {
                format!("{target})")
            } else {
                target.to_owned()
            };
            args.push(read_type(&target)?);
            (true, rest)
        }
        None => (false, head),
    };
    let (name, rest) = head.split_once('(')?;
    for arg in split(rest.strip_suffix(')')?) {
        args.push(read_type(arg)?);
    }
    Some((name.into(), Signature { method, args, result: read_type(result)? }))
}

/// Splits at commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, it) in text.char_indices() {
        match it {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        parts.push(&text[start..]);
    }
    parts
}

fn read_type(text: &str) -> Option<Type> {
    if let Some((name, args)) = text.split_once('(') {
        let args: Option<Vec<Type>> =
            split(args.strip_suffix(')')?).into_iter().map(read_type).collect();
        let mut args = args?.into_iter();
        let first = args.next()?;
        return Some(match name {
            "list" => Type::list(first),
            "map" => Type::map(first, args.next()?),
            "optional" => Type::optional(first),
            "type" => Type::Kind(Box::new(first)),
            _ => return None,
        });
    }
    Some(match text {
        "A" => Type::Open(0),
        "B" => Type::Open(1),
        "dyn" => Type::Dyn,
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "duration" => Type::Duration,
        "timestamp" => Type::Timestamp,
        name if name.starts_with("kubernetes.") => Type::Named(name.into()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_signature() {
        for line in include_str!("signatures.txt").lines() {
            assert!(read(line).is_some(), "{line}");
        }
        let join = &of("join")[0];
        assert!(join.method);
        assert_eq!(join.args, [Type::list(Type::String)]);
    }
}
