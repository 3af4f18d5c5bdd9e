//! Looking things up in a tree, and changing it.

use gitops_diff::Text;

use super::{Member, Members, Node, Scalar, Style, Tag, meaning};

impl Node {
    /// An empty map.
    pub(crate) fn map() -> Self {
        Self::Map(Members::default())
    }

    /// A text tagged as a string, as upstream makes new ones.
    pub(crate) fn string(text: impl Into<Text>) -> Self {
        Self::Scalar(Scalar::string(text))
    }

    /// `null`.
    pub(crate) fn null() -> Self {
        Self::Scalar(Scalar { tag: Tag::Null, ..Scalar::plain("null") })
    }

    /// The scalar, if it is one.
    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        if let Self::Scalar(scalar) = self { Some(scalar) } else { None }
    }

    /// The text of the scalar, if it is one: of `null` too.
    pub(crate) fn as_text(&self) -> Option<&Text> {
        self.as_scalar().map(|scalar| &scalar.text)
    }

    /// The items, if it is a list.
    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The members, if it is a map.
    pub(crate) fn as_map(&self) -> Option<&Members> {
        if let Self::Map(members) = self { Some(members) } else { None }
    }

    /// The members, if it is a map.
    pub(crate) fn as_map_mut(&mut self) -> Option<&mut Members> {
        if let Self::Map(members) = self { Some(members) } else { None }
    }

    /// Whether it is `null`, or nothing at all.
    pub(crate) fn is_null(&self) -> bool {
        self.as_scalar().is_some_and(Scalar::is_null)
    }

    /// Whether there is nothing in it: `null`, `{}` or `[]`. An empty text is something.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Scalar(scalar) => scalar.is_null(),
            Self::List(items) => items.is_empty(),
            Self::Map(members) => members.is_empty(),
        }
    }

    /// The members; what is no map becomes an empty one first.
    pub(crate) fn as_map_or_make(&mut self) -> &mut Members {
        if !matches!(self, Self::Map(_)) {
            *self = Self::map();
        }
        self.as_map_mut().expect("because it was just made one")
    }

    /// The value of the key `key`, if it is a map that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value of the key `key`, if it is a map that has it.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_map_mut()?.get_mut(key)
    }

    /// The value at the end of `path`, through maps.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// What is at these positions in lists and maps.
    pub(crate) fn descend(&self, positions: &[usize]) -> Option<&Node> {
        positions.iter().try_fold(self, |node, at| match node {
            Self::Scalar(_) => None,
            Self::List(items) => items.get(*at),
            Self::Map(members) => members.0.get(*at).map(|member| &member.value),
        })
    }

    /// What is at these positions in lists and maps.
    pub(crate) fn descend_mut(&mut self, positions: &[usize]) -> Option<&mut Node> {
        positions.iter().try_fold(self, |node, at| match node {
            Self::Scalar(_) => None,
            Self::List(items) => items.get_mut(*at),
            Self::Map(members) => members.0.get_mut(*at).map(|member| &mut member.value),
        })
    }

    /// The text of the scalar at the end of `path`, through maps.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_text().map(Text::as_str)
    }
}

impl Scalar {
    /// A plain text that means what it looks like.
    pub(crate) fn plain(text: impl Into<Text>) -> Self {
        let text = text.into();
        Self { text, tag: Tag::Unknown, tagged: false, style: Style::Plain, line: 0, rare: None }
    }

    /// A text tagged as a string; one of several lines is a block.
    pub(crate) fn string(text: impl Into<Text>) -> Self {
        let plain = Self { tag: Tag::Str, ..Self::plain(text) };
        let style = if plain.text.contains('\n') { Style::Literal } else { Style::Plain };
        Self { style, ..plain }
    }

    /// Whether it is `null`, or nothing at all.
    pub(crate) fn is_null(&self) -> bool {
        self.tag == Tag::Null
    }

    /// Whether it stands in quotes or in a block.
    pub(crate) fn is_quoted(&self) -> bool {
        self.style != Style::Plain
    }

    /// What it is: by its tag, or by its text where it has none.
    pub(crate) fn kind(&self) -> Tag {
        match self.tag {
            Tag::Unknown if self.is_quoted() => Tag::Str,
            Tag::Unknown => meaning::tag_of(&self.text),
            tag => tag,
        }
    }

    /// The tag with its short name; nothing where nobody looked yet.
    pub(crate) fn tag_name(&self) -> &str {
        match (self.tag, &self.rare) {
            (Tag::Other, Some(rare)) => &rare.tag,
            (tag, _) => tag.name(),
        }
    }

    /// The number of the value that it shares with other places of its resource, from 1; 0 where
    /// it stands alone. Whatever sets one of them sets them all.
    pub(crate) fn shared(&self) -> u32 {
        self.rare.as_ref().map_or(0, |rare| rare.shared)
    }

    /// Sets the number of the value that it shares.
    pub(crate) fn set_shared(&mut self, number: u32) {
        if number != self.shared() {
            self.rare.get_or_insert_default().shared = number;
        }
    }

    /// The same scalar under the tag that has this short name.
    pub(crate) fn named(mut self, tag: &str) -> Self {
        self.tag = Tag::of(tag);
        if self.tag == Tag::Other {
            self.rare.get_or_insert_default().tag = tag.into();
        }
        self
    }
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Member> {
        self.0.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Member> {
        self.0.iter_mut()
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Member> {
        self.0.iter().find(|member| member.key.text == key)
    }

    pub(crate) fn find_mut(&mut self, key: &str) -> Option<&mut Member> {
        self.0.iter_mut().find(|member| member.key.text == key)
    }

    /// The position and the value of `key`.
    pub(crate) fn locate(&self, key: &str) -> Option<(usize, &Node)> {
        let at = self.0.iter().position(|member| member.key.text == key)?;
        Some((at, &self.0[at].value))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.find(key).map(|member| &member.value)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.find_mut(key).map(|member| &mut member.value)
    }

    /// Sets the value of `key`, in its place if it is there, else at the end.
    pub(crate) fn set(&mut self, key: &str, value: Node) {
        match self.get_mut(key) {
            Some(old) => *old = value,
            None => self.push(Member { key: Scalar::plain(key), value, comment: None }),
        }
    }

    /// The value of `key`, made by `make` at the end if it is not there.
    pub(crate) fn get_or_insert(&mut self, key: &str, make: impl FnOnce() -> Node) -> &mut Node {
        let at = self.0.iter().position(|member| member.key.text == key).unwrap_or_else(|| {
            self.push(Member { key: Scalar::plain(key), value: make(), comment: None });
            self.0.len() - 1
        });
        &mut self.0[at].value
    }

    pub(crate) fn push(&mut self, member: Member) {
        self.0.push(member);
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.0.iter().position(|member| member.key.text == key)?;
        Some(self.0.remove(at).value)
    }
}

impl FromIterator<Member> for Members {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl IntoIterator for Members {
    type Item = Member;
    type IntoIter = std::vec::IntoIter<Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
