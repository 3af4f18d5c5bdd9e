//! The trees that a kustomization edits: YAML with the spelling that its output depends on.
//!
//! What a build prints is a function of data, but upstream matches, replaces and hashes the *text*
//! of scalars, and a text that is set keeps the quotes of the one before. So a scalar holds its
//! text, its tag and how it was written, and nothing else of the syntax is kept.

mod block;
mod edit;
mod json;
mod meaning;
mod read;
mod set;
mod spell;
mod write;

use gitops_diff::Text;

pub(crate) use self::meaning::tag_of;
pub(crate) use self::read::read;
pub(crate) use self::write::to_yaml;
pub(crate) use crate::yaml::event::Style;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// A value without parts.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Members),
}

/// A value without parts, as the text has it.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    /// What it says, without quotes and escapes.
    pub(crate) text: Text,
    pub(crate) tag: Tag,
    /// Whether the text names the tag; such a tag is always printed.
    pub(crate) tagged: bool,
    pub(crate) style: Style,
    /// The line it stands on, from 1; 0 where it was made by a transformer.
    pub(crate) line: u32,
    /// What next to no scalar has. There are very many, so that each byte of them counts.
    pub(crate) rare: Option<Box<Rare>>,
}

/// What few scalars have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rare {
    /// The number of the value that it shares with other places of its resource, from 1.
    shared: u32,
    /// The name of a tag that is [`Tag::Other`].
    tag: Box<str>,
}

/// Two scalars are the same where they are written the same, on whichever line.
impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.tag_name(), self.style) == (&other.text, other.tag_name(), other.style)
    }
}

/// What a scalar is: what the text says, or else what it looks like. go-yaml works it out when it
/// reads, and it stays when the text is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// Nobody looked yet: a plain text made by a transformer.
    Unknown,
    /// `!!str`
    Str,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!bool`
    Bool,
    /// `!!null`
    Null,
    /// `!!binary`
    Binary,
    /// `!!timestamp`
    Timestamp,
    /// `!!merge`: a plain `<<`.
    Merge,
    /// Any other; the scalar has its name.
    Other,
}

/// The members of a map in the order in which they were written or added.
///
/// A map that was read may hold a key twice, as upstream's do until they are printed; whoever asks
/// for a key gets the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Members(Vec<Member>);

/// A member of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub(crate) key: Scalar,
    pub(crate) value: Node,
    /// The comment behind the value on its line, where it starts with `{`: it can name a schema.
    pub(crate) comment: Option<Box<Comment>>,
}

/// A comment, without its `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comment(pub(crate) Box<str>);

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::yaml::{Allowance, Dialect, Duplicates, Options};

    /// The tree of a text, for tests.
    pub(crate) fn tree(text: &str) -> Node {
        let options = Options {
            dialect: Dialect::GoV3,
            duplicates: Duplicates::LastWins,
            ..Options::default()
        };
        let mut allowance = Allowance::new(1_000_000, 1_000_000);
        read(text.as_bytes(), &options, &mut allowance).expect("YAML").expect("a document")
    }

    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        assert_eq!(to_yaml(&tree(text), &mut out), Ok(()));
        assert_eq!(out, expected);
    }

    #[test]
    fn what_is_printed_depends_on_what_is_said_and_not_on_how() {
        check("b: 1.0\na: [x, 'y']  # why\n", "a:\n- x\n- \"y\"\nb: 1\n");
        check(
            "a: yes\nb: 0o17\nc: \"1\"\nd: 2020-01-01\n",
            "a: \"yes\"\nb: 15\nc: \"1\"\nd: \"2020-01-01T00:00:00Z\"\n",
        );
        check("a: !!str 1\nb: !!int \"2\"\n", "a: \"1\"\nb: 2\n");
    }

    #[test]
    fn what_is_merged_never_replaces_what_a_map_has_itself() {
        check(
            "x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x\n",
            "x:\n  a: 1\n  b: 2\n\"y\":\n  a: 1\n  b: 3\n",
        );
        check(
            "x: [&x {a: 1}, &y {a: 2, b: 2}]\ny:\n  <<: [*x, *y]\n",
            "x:\n- a: 1\n- a: 2\n  b: 2\n\"y\":\n  a: 1\n  b: 2\n",
        );
    }
}
