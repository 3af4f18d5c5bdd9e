//! Trees as go-yaml v3 writes them again after it has read them: quotes, brackets and the order of
//! keys stay, comments and the empty space do not.

use std::collections::HashSet;

use super::path::Place;
use crate::kustomize::build::Build;
use crate::kustomize::node::{Members, Node, Scalar, Tag};
use crate::yaml::event::{Event, Style, events};
use crate::yaml::{Spot, write_styled};

/// The YAML of `node`, which `source` was read as before parts of it were set.
pub(super) fn write(node: &Node, source: &str) -> String {
    let mut writer = Writer { out: String::new(), place: Place::new(), flows: flows(source) };
    match node {
        Node::Scalar(scalar) => writer.scalar(scalar, Spot::Block, 2),
        node if writer.is_flow(node) => writer.flow(node),
        Node::List(items) => writer.list(items, 0),
        Node::Map(members) => writer.map(members, 0),
    }
    writer.out.trim().to_owned()
}

/// A scalar as it is written on its own.
pub(super) fn scalar(scalar: &Scalar) -> String {
    let mut writer = Writer { out: String::new(), place: Place::new(), flows: HashSet::new() };
    writer.scalar(scalar, Spot::Block, 2);
    writer.out
}

/// Where lists and maps stand in brackets; nowhere if there are aliases, which count otherwise.
fn flows(source: &str) -> HashSet<Place> {
    let mut flows = HashSet::new();
    let Ok(mut events) = events(source.as_bytes(), &Build::yaml()) else { return flows };
    let mut place = Place::new();
    // Whether each open collection is a map, and how many keys, values and items it has so far.
    let mut open: Vec<(bool, usize)> = Vec::new();
    while let Some(Ok((event, _))) = events.next() {
        let (is_map, opening) = match event {
            Event::Alias(_) => return HashSet::new(),
            Event::DocumentEnd => break,
            Event::DocumentStart => continue,
            Event::End(_) => {
                open.pop();
                place.pop();
                count(&mut open);
                continue;
            }
            Event::Scalar(_) => {
                count(&mut open);
                continue;
            }
            Event::ListStart(opening) => (false, opening),
            Event::MapStart(opening) => (true, opening),
        };
        if let Some((in_map, parts)) = open.last() {
            place.push(if *in_map { parts / 2 } else { *parts });
        }
        if opening.flow {
            flows.insert(place.clone());
        }
        open.push((is_map, 0));
    }
    flows
}

fn count(open: &mut [(bool, usize)]) {
    if let Some((_, parts)) = open.last_mut() {
        *parts += 1;
    }
}

struct Writer {
    out: String,
    place: Place,
    flows: HashSet<Place>,
}

impl Writer {
    fn is_flow(&self, node: &Node) -> bool {
        match node {
            Node::Scalar(_) => false,
            Node::List(items) => items.is_empty() || self.flows.contains(&self.place),
            Node::Map(members) => members.is_empty() || self.flows.contains(&self.place),
        }
    }

    fn map(&mut self, members: &Members, indent: usize) {
        for (at, member) in members.iter().enumerate() {
            self.line(at, indent);
            self.scalar(&member.key, Spot::Key, indent + 2);
            self.out.push(':');
            self.place.push(at);
            match &member.value {
                Node::Scalar(scalar) => {
                    self.out.push(' ');
                    self.scalar(scalar, Spot::Block, indent + 2);
                }
                value if self.is_flow(value) => {
                    self.out.push(' ');
                    self.flow(value);
                }
                Node::List(items) => {
                    self.line(1, indent);
                    self.list(items, indent);
                }
                Node::Map(members) => {
                    self.line(1, indent + 2);
                    self.map(members, indent + 2);
                }
            }
            self.place.pop();
        }
    }

    fn list(&mut self, items: &[Node], indent: usize) {
        for (at, item) in items.iter().enumerate() {
            self.line(at, indent);
            self.out.push_str("- ");
            self.place.push(at);
            match item {
                Node::Scalar(scalar) => self.scalar(scalar, Spot::Block, indent + 2),
                item if self.is_flow(item) => self.flow(item),
                Node::List(items) => self.list(items, indent + 2),
                Node::Map(members) => self.map(members, indent + 2),
            }
            self.place.pop();
        }
    }

    /// Goes to a new line for all parts but the first.
    fn line(&mut self, part: usize, indent: usize) {
        if part > 0 {
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }

    /// In brackets, on one line.
    fn flow(&mut self, node: &Node) {
        match node {
            Node::Scalar(scalar) => self.scalar(scalar, Spot::Flow, 0),
            Node::List(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at > 0 { ", " } else { "" });
                    self.flow(item);
                }
                self.out.push(']');
            }
            Node::Map(members) => {
                self.out.push('{');
                for (at, member) in members.iter().enumerate() {
                    self.out.push_str(if at > 0 { ", " } else { "" });
                    self.scalar(&member.key, Spot::Flow, 0);
                    self.out.push_str(": ");
                    self.flow(&member.value);
                }
                self.out.push('}');
            }
        }
    }

    /// A tag that the text shows by itself is not written, and a text that looks like something
    /// else gets quotes.
    fn scalar(&mut self, scalar: &Scalar, spot: Spot, indent: usize) {
        let is_quoted = scalar.style != Style::Plain;
        let shown = Scalar::plain(scalar.text.clone()).kind();
        let is_shown = scalar.tag == Tag::Unknown || scalar.tag == shown;
        let is_text = scalar.tag == Tag::Str;
        let forced = !is_shown && is_text && !is_quoted && !scalar.tagged;
        if scalar.tagged || !(is_shown || is_text) {
            self.out.push_str(scalar.tag_name());
            self.out.push(' ');
        }
        let style = match scalar.style {
            Style::Plain if scalar.text.contains('\n') => Style::Literal,
            Style::Plain if forced => Style::Double,
            style => style,
        };
        self.out.push_str(&write_styled(&scalar.text, style, spot, indent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::node::tests::tree;

    #[test]
    fn what_is_written_in_the_layout_of_kyaml_stays_as_it_is() {
        let texts = [
            "a",
            "b: 1\na: 'x'\nc:\n- d: \"y\"\n  e: {f: [1, \"2\"], g: {}}\n- - z\n  - []\n- |-\n  1\n  2",
            "[a, {b: c}]",
            "a:\n  b: |\n    x\n      y\n  c: ~\n  d:\n    e: 0x1F",
            "a: !!str 1\nb: ''\n\"yes\": on",
            "? a\n: b",
        ];
        for text in &texts[..5] {
            assert_eq!(write(&tree(text), text), *text);
        }
        assert_eq!(write(&tree(texts[5]), texts[5]), "a: b");
        assert_eq!(write(&tree("a:   b # c\n\nd:\n    - e"), ""), "a: b\nd:\n- e");
    }

    #[test]
    fn what_was_set_shows_its_tag() {
        let mut node = tree("a: 1\nb: x\nc: [1]\n");
        for (key, text) in [("a", "x"), ("b", "1")] {
            if let Some(Node::Scalar(scalar)) = node.get_mut(key) {
                scalar.text = text.into();
            }
        }
        assert_eq!(write(&node, "a: 1\nb: x\nc: [1]\n"), "a: !!int x\nb: \"1\"\nc: [1]");
    }
}
