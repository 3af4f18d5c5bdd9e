//! The value at a path like `spec.ports[0].port` or `data.[a.b]`, as kyaml's `GetFieldValue` finds
//! it (`kyaml/yaml/rnode.go`).

use super::expand::Value;
use crate::kustomize::fieldspec::split;
use crate::kustomize::node::{Node, Scalar, Tag};

/// The value at `path`, if there is one that can be read as what its tag says.
pub(super) fn value(root: &Node, path: &str) -> Option<Value> {
    let steps = steps(path);
    let node = steps.iter().map(|step| step.trim()).filter(|step| !step.is_empty());
    match node.clone().try_fold(root, step)? {
        Node::Scalar(scalar) => scalar_value(scalar),
        Node::List(_) | Node::Map(_) => Some(Value::Compound),
    }
}

fn scalar_value(scalar: &Scalar) -> Option<Value> {
    let text = &scalar.text;
    match scalar.tag {
        Tag::Int => text.parse().ok().map(Value::Int),
        Tag::Float => float(text).map(Value::Float),
        Tag::Bool => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => Some(Value::Text(text.clone())),
    }
}

/// As Go's `ParseFloat`, which knows no `.inf`.
fn float(text: &str) -> Option<f64> {
    if text.starts_with('.') && !text[1..].starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn step<'a>(node: &'a Node, step: &str) -> Option<&'a Node> {
    if let Ok(at) = step.parse::<i64>() {
        return node.as_list()?.get(usize::try_from(at).ok()?);
    }
    match step {
        "-" => node.as_list()?.last(),
        "*" => None,
        _ => match step.strip_prefix('[').and_then(|step| step.strip_suffix(']')) {
            Some(condition) => element(node, condition),
            None => node.get(step),
        },
    }
}

/// The first element of a list that is `=value`, or whose field is: `name=value`.
fn element<'a>(node: &'a Node, condition: &str) -> Option<&'a Node> {
    let (name, value) = condition.split_once('=')?;
    let is_value = |node: &Node| node.as_text().is_some_and(|text| text == value);
    node.as_list()?.iter().find(|item| match name {
        "" => is_value(item),
        name => item.get(name).is_some_and(is_value),
    })
}

/// The steps of a path: dots in brackets separate nothing, `name[0]` is two steps.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut parts = split(path, '.').into_iter();
    while let Some(part) = parts.next() {
        if !part.starts_with('[') || part.ends_with(']') {
            steps.push(part);
            continue;
        }
        let mut bracketed = part;
        for part in parts.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&part);
            if part.ends_with(']') {
                break;
            }
        }
        let is_condition = bracketed.contains('=');
        let name = || bracketed.trim_matches(['[', ']']).to_owned();
        steps.push(if is_condition { bracketed } else { name() });
    }
    steps.into_iter().flat_map(indexed).collect()
}

/// `name[0]` as two steps.
fn indexed(step: String) -> Vec<String> {
    let parts = step.strip_suffix(']').and_then(|it| it.rsplit_once('['));
    match parts {
        Some((name, at)) if !at.is_empty() && at.bytes().all(|it| it.is_ascii_digit()) => {
            let name = (!name.is_empty()).then(|| name.to_owned());
            name.into_iter().chain([at.to_owned()]).collect()
        }
        _ => vec![step],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::node::tests::tree;

    fn check(path: &str, expected: impl Into<Option<Value>>) {
        let root = tree(
            "a: {b.c: x, n: 12, h: 0x1F, f: 1.5e3, t: true, i: .inf, z: null}\n\
             l: [1, {k: v.w, x: y}, plain]\n",
        );
        assert_eq!(value(&root, path), expected.into(), "{path}");
    }

    #[test]
    fn paths_lead_through_maps_and_lists() {
        let text = |text: &str| Some(Value::Text(text.into()));
        check("a.[b.c]", text("x"));
        check(r"a.b\.c", text("x"));
        check("l[0]", Some(Value::Int(1)));
        check("l.1.x", text("y"));
        check("l.[k=v.w].x", text("y"));
        check("l.[=plain]", text("plain"));
        check("l.-", text("plain"));
        check("a", Some(Value::Compound));
        for path in ["b", "a.b", "l[3]", "l.k", "a.0", "l.[k=q]", "a.*", "a.n.m"] {
            check(path, None);
        }
    }

    #[test]
    fn values_are_read_as_their_tags_say() {
        check("a.n", Some(Value::Int(12)));
        check("a.h", None);
        check("a.f", Some(Value::Float(1500.0)));
        check("a.i", None);
        check("a.t", Some(Value::Bool(true)));
        check("a.z", Some(Value::Text("null".into())));
    }
}
