//! Setting fields as kyaml's `FieldSetter` does (`kyaml/yaml/fns.go`): a value that replaces
//! another keeps the other's quotes, and a new text that YAML 1.1 would not read as one gets some.

use gitops_diff::{Text, Value};

use super::{Members, Node, Scalar, Style, Tag};
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::scalar::{Scalar as Meaning, resolve};
use crate::yaml::{self, Dialect, Options};

impl Node {
    /// Sets a field of a map; `null` takes it away. What is `null` itself has no fields: nothing
    /// happens.
    ///
    /// # Errors
    /// Where it is no map.
    pub(crate) fn set_field(&mut self, name: &str, value: Node) -> Result<()> {
        let Some(members) = self.fields_mut()? else { return Ok(()) };
        members.set_field(name, value);
        Ok(())
    }

    /// The members of a map, none for `null`.
    ///
    /// # Errors
    /// Where it is something else.
    pub(crate) fn fields_mut(&mut self) -> Result<Option<&mut Members>> {
        match self {
            Self::Map(members) => Ok(Some(members)),
            Self::Scalar(scalar) if scalar.is_null() => Ok(None),
            other => Err(other.wrong_kind("MappingNode")),
        }
    }

    /// The error of a node that is not of the kind `expected`.
    pub(crate) fn wrong_kind(&self, expected: &str) -> Problem {
        let kind = self.kind_name();
        let contents = self.spelled();
        Problem::new(format!(
            "wrong node kind: expected {expected} but got {kind}: node contents:\n{contents}"
        ))
    }

    /// What kyaml calls this kind of node.
    pub(crate) fn kind_name(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "ScalarNode",
            Self::List(_) => "SequenceNode",
            Self::Map(_) => "MappingNode",
        }
    }
}

impl Members {
    /// Sets a field: in its place and with the quotes of the value before, else at the end; `null`
    /// takes it away.
    pub(crate) fn set_field(&mut self, name: &str, mut value: Node) {
        if value.is_null() {
            self.remove(name);
            return;
        }
        if let Node::Scalar(scalar) = &mut value {
            scalar.quote_if_needed();
        }
        match self.get_mut(name) {
            Some(old) => old.replace(value),
            None => self.set(name, value),
        }
    }
}

impl Node {
    /// Becomes a text with a tag, and keeps its quotes; so does `null`.
    ///
    /// # Errors
    /// Where it is no scalar.
    pub(crate) fn set_text(&mut self, text: impl Into<Text>, tag: Tag) -> Result<()> {
        match self {
            Self::Scalar(_) => {
                self.replace(Node::Scalar(Scalar { tag, ..Scalar::plain(text) }));
                Ok(())
            }
            other => Err(other.wrong_kind("ScalarNode")),
        }
    }

    /// Becomes `value`, and a scalar keeps its quotes.
    pub(crate) fn replace(&mut self, mut value: Node) {
        if let Node::Scalar(new) = &mut value {
            let (style, tagged, shared) = match &*self {
                // Nothing in brackets is read as quoted, which upstream does not know yet.
                Self::Scalar(old) if old.is_null() && old.text.is_empty() => {
                    (Style::Plain, old.tagged, old.shared())
                }
                Self::Scalar(old) => (old.style, old.tagged, old.shared()),
                _ => (Style::Plain, false, 0),
            };
            (new.style, new.tagged) = (style, tagged);
            new.set_shared(shared);
        }
        *self = value;
    }
}

impl Node {
    /// Puts a plain text into quotes that a reader of YAML 1.1 would take for something else.
    pub(crate) fn quoted_if_needed(mut self) -> Self {
        if let Self::Scalar(scalar) = &mut self {
            scalar.quote_if_needed();
        }
        self
    }
}

impl Scalar {
    /// Quotes a plain text that a reader of YAML 1.1 would take for something else.
    fn quote_if_needed(&mut self) {
        let is_string = matches!(self.tag, Tag::Str | Tag::Unknown);
        if is_string && self.style == Style::Plain && !self.tagged && is_no_text(&self.text) {
            self.style = Style::Double;
        }
    }
}

/// Whether a text, read as YAML 1.1, is anything but a text.
fn is_no_text(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/+~=".contains(&byte);
    if text.bytes().all(is_word) && !matches!(text, "-" | "---" | "...") {
        return !matches!(resolve(text, Dialect::GoV2), Meaning::Text);
    }
    let options = Options { dialect: Dialect::GoV2, ..Options::default() };
    match yaml::parse(text.as_bytes(), &options) {
        Ok(documents) => !matches!(documents.first().map(|it| &it.value), Some(Value::Str(_))),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;
    use super::*;

    #[test]
    fn a_text_that_yaml_1_1_reads_as_something_else_needs_quotes() {
        let texts = ["y", "1", "on", "0o7", "a: b", "- a", "# a", "~", "null", "-", "[]"];
        for text in texts {
            assert!(is_no_text(text), "{text}");
        }
        for text in ["", "a", "a b", "1\n", "1.2.3", "a#b", "1:20", "[", "v1", "%", "é"] {
            assert!(!is_no_text(text), "{text}");
        }
    }

    #[test]
    fn a_field_keeps_the_quotes_of_its_value() {
        let mut node = tree("a: \"x\"\nb: x\nc: 1\n");
        for (name, value) in [("a", "1"), ("b", "1"), ("d", "1")] {
            node.set_field(name, Node::Scalar(Scalar::plain(value))).expect("a map");
        }
        node.set_field("c", Node::null()).expect("a map");
        assert_eq!(node.yaml().as_deref(), Ok("a: \"1\"\nb: 1\nd: \"1\"\n"));
    }

    #[test]
    fn only_maps_have_fields() {
        let problem = tree("[1, 2]").set_field("a", Node::string("x")).expect_err("a list");
        assert_eq!(
            problem.message,
            "wrong node kind: expected MappingNode but got SequenceNode: node contents:\n- 1\n- 2\n"
        );
        let mut nothing = tree("null");
        nothing.set_field("a", Node::string("x")).expect("nothing");
        assert_eq!(nothing, tree("null"));
    }
}
