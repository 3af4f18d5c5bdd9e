//! Reads what people and other tools wrote, field by field, and leaves nothing unread.

use std::str::FromStr;

use super::PolicyError;
use crate::{Map, Origin, Text, Value};

/// A value together with where its parts were written.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// The value.
    pub value: &'a Value,
    /// Where the part at a JSON Pointer was written.
    pub places: &'a dyn Fn(&str) -> Option<Origin>,
}

impl<'a> Document<'a> {
    /// A value of which nobody knows where it was written.
    pub fn new(value: &'a Value) -> Self {
        Self { value, places: &|_| None }
    }
}

impl std::fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("value", self.value).finish_non_exhaustive()
    }
}

/// What is wrong, and with which field.
#[derive(Debug)]
pub(super) struct Wrong {
    /// `ignoreDifferences[1].jsonPointers[0]`.
    pub(super) field: String,
    /// The same as a JSON Pointer.
    pub(super) pointer: String,
    pub(super) why: String,
}

impl Wrong {
    /// Something is wrong with the whole.
    pub(super) fn whole(why: impl Into<String>) -> Self {
        Self { field: String::new(), pointer: String::new(), why: why.into() }
    }

    /// As an error of an importer.
    pub(super) fn of(self, from: &'static str, document: Document<'_>) -> PolicyError {
        let at = (document.places)(&self.pointer).map(Box::new);
        PolicyError::Import { from, field: self.field, why: self.why, at }
    }
}

/// A value on its way to be read.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    path: String,
    pointer: String,
}

/// The fields of a map on their way to be read.
pub(super) struct Fields<'a> {
    map: &'a Map,
    node: Node<'a>,
    known: Vec<&'static str>,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new(), pointer: String::new() }
    }

    /// The place as a JSON Pointer.
    pub(super) fn pointer(&self) -> &str {
        &self.pointer
    }

    pub(super) fn wrong(&self, why: impl Into<String>) -> Wrong {
        Wrong { field: self.path.clone(), pointer: self.pointer.clone(), why: why.into() }
    }

    /// The member `name`, whatever its name is.
    pub(super) fn member(&self, name: &str) -> Option<Self> {
        self.value.get(name).map(|it| self.child(name, it))
    }

    fn is_no(&self, expected: &str) -> Wrong {
        self.wrong(format!("must be a {expected}, not a {}", self.value.type_name()))
    }

    fn child(&self, name: &str, value: &'a Value) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        let token = name.replace('~', "~0").replace('/', "~1");
        Self {
            value,
            path: format!("{}{dot}{name}", self.path),
            pointer: format!("{}/{token}", self.pointer),
        }
    }

    pub(super) fn fields(&self) -> Result<Fields<'a>, Wrong> {
        let map = self.value.as_map().ok_or_else(|| self.is_no("map"))?;
        Ok(Fields { map, node: self.clone(), known: Vec::new() })
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, Wrong> {
        let items = self.value.as_list().ok_or_else(|| self.is_no("list"))?;
        let item = |(at, value)| Self {
            value,
            path: format!("{}[{at}]", self.path),
            pointer: format!("{}/{at}", self.pointer),
        };
        Ok(items.iter().enumerate().map(item).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, Wrong> {
        self.value.as_str().ok_or_else(|| self.is_no("string"))
    }

    pub(super) fn parsed<T: FromStr<Err = String>>(&self) -> Result<T, Wrong> {
        self.text()?.parse().map_err(|why: String| self.wrong(why))
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, Wrong> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, it)| *it).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(format!("`{text}` is none of {}", known.join(", ")))
        })
    }
}

impl<'a> Fields<'a> {
    /// The field, if it is there and not `null`.
    pub(super) fn get(&mut self, name: &'static str) -> Option<Node<'a>> {
        self.known.push(name);
        let value = self.map.get(name).filter(|it| !it.is_null())?;
        Some(self.node.child(name, value))
    }

    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<&'a str>, Wrong> {
        self.get(name).map(|it| it.text()).transpose()
    }

    /// A text that is not empty.
    pub(super) fn filled(&mut self, name: &'static str) -> Result<Option<Text>, Wrong> {
        Ok(self.text(name)?.filter(|it| !it.is_empty()).map(Text::from))
    }

    pub(super) fn parsed<T: FromStr<Err = String>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, Wrong> {
        self.get(name).map(|it| it.parsed()).transpose()
    }

    /// The items of a list; none where there is none.
    pub(super) fn items(&mut self, name: &'static str) -> Result<Vec<Node<'a>>, Wrong> {
        self.get(name).map_or_else(|| Ok(Vec::new()), |it| it.items())
    }

    /// What is wrong with the map itself.
    pub(super) fn wrong(&self, why: impl Into<String>) -> Wrong {
        self.node.wrong(why)
    }

    /// Passes over fields that say nothing here.
    pub(super) fn pass(&mut self, names: &[&'static str]) {
        self.known.extend_from_slice(names);
    }

    /// Refuses fields that were not asked for.
    pub(super) fn done(self) -> Result<(), Wrong> {
        let unknown = |(name, _): &(&Text, &Value)| !self.known.iter().any(|it| **name == **it);
        match self.map.iter().find(unknown) {
            None => Ok(()),
            Some((name, value)) => {
                let known: Vec<String> = self.known.iter().map(|it| format!("`{it}`")).collect();
                let why = format!("there is no such field; known are {}", known.join(", "));
                Err(self.node.child(name, value).wrong(why))
            }
        }
    }
}
