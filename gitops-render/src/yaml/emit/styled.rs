//! Texts in the style that they had, as go-yaml v3 writes the nodes that it has read
//! (`yaml_emitter_select_scalar_style`).

use super::layout::Layout;
use super::scalar::Pen;
use super::shape::{self, Shape};
use crate::yaml::Dialect;
use crate::yaml::event::Style;

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Before a `:`.
    Key,
    /// In brackets.
    Flow,
    /// Anywhere else.
    Block,
}

/// The text in the style `wanted`, or in the next one that can hold it; its further lines go to
/// `indent`. What is folded becomes a block that is not.
pub(crate) fn write_styled(text: &str, wanted: Style, spot: Spot, indent: usize) -> String {
    let layout = Layout { dialect: Dialect::GoV3, ..Layout::default() };
    let mut pen = Pen::new(&layout, String::new());
    pen.styled(text, fitting(text, wanted, spot), indent);
    pen.into_text()
}

fn fitting(text: &str, wanted: Style, spot: Spot) -> shape::Style {
    let shape = Shape::of(text, Dialect::GoV3);
    if spot == Spot::Key && shape.multiline {
        return shape::Style::Double;
    }
    let plain = shape.plain && !(spot == Spot::Flow && has_flow_indicator(text));
    let plain = plain && !(text.is_empty() && spot != Spot::Block);
    match wanted {
        Style::Plain if plain => shape::Style::Plain,
        Style::Plain | Style::Single if shape.single => shape::Style::Single,
        Style::Literal | Style::Folded if shape.literal && spot == Spot::Block => {
            shape::Style::Literal
        }
        _ => shape::Style::Double,
    }
}

fn has_flow_indicator(text: &str) -> bool {
    text.contains([',', '?', '[', ']', '{', '}', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_style_where_that_can_hold_it() {
        let cases = [
            ("a", Style::Plain, Spot::Block, "a"),
            ("a", Style::Double, Spot::Block, "\"a\""),
            ("it's", Style::Single, Spot::Block, "'it''s'"),
            ("a: b", Style::Plain, Spot::Block, "'a: b'"),
            ("a:b", Style::Plain, Spot::Flow, "'a:b'"),
            ("a:b", Style::Plain, Spot::Block, "a:b"),
            ("", Style::Plain, Spot::Flow, "''"),
            ("", Style::Plain, Spot::Block, ""),
            ("a\nb", Style::Literal, Spot::Block, "|-\n  a\n  b"),
            ("a\nb", Style::Literal, Spot::Flow, "\"a\\nb\""),
            ("a\nb", Style::Plain, Spot::Key, "\"a\\nb\""),
            ("\u{1}", Style::Single, Spot::Block, "\"\\x01\""),
        ];
        for (text, wanted, spot, expected) in cases {
            assert_eq!(write_styled(text, wanted, spot, 2), expected, "{text:?} {wanted:?}");
        }
    }
}
