//! One document of a text: its value, and the place of each part.

use gitops_diff::Value;

use super::Mark;

/// One document of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Where each part of that stands.
    pub place: Place,
    /// Which document of the text it is, from 1; those without content count too.
    pub number: u32,
}

/// Where a value stands in the text, and where its parts do.
///
/// A member of a map stands where its key does. What comes out of an alias or of `<<` stands
/// where its anchor has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    mark: Mark,
    /// In the order of the value's own parts: items by index, members by sorted key.
    parts: Vec<Place>,
}

impl Document {
    /// The place of the value at a JSON Pointer (RFC 6901), as in [`Value::pointer`].
    ///
    /// ```
    /// use gitops_render::yaml;
    ///
    /// let text = b"kind: Pod\nspec:\n  containers:\n  - name: app\n";
    /// let documents = yaml::parse(text, &yaml::Options::default())?;
    /// let mark = documents[0].mark("/spec/containers/0/name");
    /// assert_eq!(mark.map(|it| it.to_string()).as_deref(), Some("4:5"));
    /// # Ok::<(), yaml::Error>(())
    /// ```
    pub fn mark(&self, pointer: &str) -> Option<Mark> {
        let mut found = (&self.value, &self.place);
        let tokens = match pointer.strip_prefix('/') {
            Some(tokens) => tokens.split('/'),
            None => return pointer.is_empty().then_some(self.place.mark),
        };
        for token in tokens {
            found = step(found, token)?;
        }
        Some(found.1.mark)
    }
}

fn step<'a>((value, place): (&'a Value, &'a Place), token: &str) -> Option<(&'a Value, &'a Place)> {
    let at = match value {
        Value::List(_) => token.parse().ok()?,
        Value::Map(map) => {
            let key = token.replace("~1", "/").replace("~0", "~");
            map.keys().position(|it| *it == key.as_str())?
        }
        _ => return None,
    };
    let part = match value {
        Value::List(items) => items.get(at)?,
        Value::Map(map) => map.values().nth(at)?,
        _ => return None,
    };
    Some((part, place.parts.get(at)?))
}

impl Place {
    /// The place `mark`, of a value whose parts stand at `parts`.
    pub(super) fn new(mark: Mark, parts: Vec<Place>) -> Self {
        Self { mark, parts }
    }

    /// The place itself.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The places of the parts: items by index, members in the order of their sorted keys.
    pub fn parts(&self) -> &[Place] {
        &self.parts
    }

    pub(crate) fn into_parts(self) -> Vec<Place> {
        self.parts
    }

    /// The same parts, of a value that is found at `mark`.
    pub(super) fn at(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::{Options, parse};

    #[test]
    fn each_part_stands_where_its_key_or_anchor_does() {
        let text = "a: &x\n  k: 1\nb/c:\n- *x\n-   - d\ne:\n  <<: *x\n  l: 2\n";
        let documents = parse(text.as_bytes(), &Options::default()).unwrap();
        let cases = [
            ("", Some((1, 1))),
            ("/a", Some((1, 1))),
            ("/a/k", Some((2, 3))),
            ("/b~1c", Some((3, 1))),
            ("/b~1c/0/k", Some((2, 3))),
            ("/b~1c/1/0", Some((5, 7))),
            ("/e/k", Some((2, 3))),
            ("/e/l", Some((8, 3))),
            ("/e/m", None),
            ("/b~1c/2", None),
            ("/a/k/0", None),
            ("a", None),
        ];
        for (pointer, expected) in cases {
            let found = documents[0].mark(pointer).map(|mark| (mark.line, mark.column));
            assert_eq!(found, expected, "{pointer}");
        }
    }
}
