//! A tree as it was written, for errors: with its quotes and the order of its keys, as go-yaml v3
//! prints it.

use std::fmt::Write as _;

use super::{Node, Scalar, Style};

impl Node {
    /// The YAML of the tree with the spelling of its source.
    pub(crate) fn spelled(&self) -> String {
        let mut out = String::new();
        spell(self, 0, &mut out);
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out
    }
}

/// Writes a node whose first line is begun and whose other lines are indented by `indent`.
fn spell(node: &Node, indent: usize, out: &mut String) {
    match node {
        Node::Scalar(scalar) => spell_scalar(scalar, out),
        Node::List(items) if items.is_empty() => out.push_str("[]\n"),
        Node::Map(members) if members.is_empty() => out.push_str("{}\n"),
        Node::List(items) => {
            for (at, item) in items.iter().enumerate() {
                start(at, indent, out);
                out.push_str("- ");
                spell(item, indent + 2, out);
            }
        }
        Node::Map(members) => {
            for (at, member) in members.iter().enumerate() {
                start(at, indent, out);
                spell_text(&member.key, out);
                out.push(':');
                spell_value(&member.value, indent, out);
            }
        }
    }
}

fn start(at: usize, indent: usize, out: &mut String) {
    if at > 0 {
        out.push_str(&" ".repeat(indent));
    }
}

fn spell_value(value: &Node, indent: usize, out: &mut String) {
    let inner = match value {
        Node::List(items) if !items.is_empty() => indent,
        Node::Map(members) if !members.is_empty() => indent + 2,
        flat => {
            out.push(' ');
            return spell(flat, indent, out);
        }
    };
    out.push('\n');
    out.push_str(&" ".repeat(inner));
    spell(value, inner, out);
}

fn spell_scalar(scalar: &Scalar, out: &mut String) {
    spell_text(scalar, out);
    out.push('\n');
}

fn spell_text(scalar: &Scalar, out: &mut String) {
    let text = &scalar.text;
    match scalar.style {
        Style::Single => out.extend(["'", &text.replace('\'', "''"), "'"]),
        Style::Plain if !text.contains('\n') => out.push_str(text),
        _ => {
            let _ = write!(out, "{:?}", text.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;

    #[test]
    fn trees_are_spelled_as_they_were_written() {
        let text =
            "b: \"x\"\na:\n- 'it''s'\n- - 1\n  - []\n- k: {}\n  l:\n  - null\n  m:\n    n: yes\n";
        assert_eq!(tree(text).spelled(), text);
        assert_eq!(tree("x").spelled(), "x\n");
        assert_eq!(tree("\"a\\nb\"").spelled(), "\"a\\nb\"\n");
    }
}
