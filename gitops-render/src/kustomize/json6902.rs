//! JSON patches (RFC 6902) with the rules of evanphx/json-patch v4, and with what upstream's way
//! there and back does to the rest of a resource.

mod decode;
mod document;
mod normal;

use self::document::{Container, Json};
use super::node::Node;
use super::problem::{Problem, Result};

/// The operations of a patch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Operations(Vec<Operation>);

/// One operation; what is wrong with it shows when it is carried out.
#[derive(Clone, Debug, PartialEq)]
struct Operation {
    kind: String,
    path: Pointer,
    from: Pointer,
    /// The value; none where there is none.
    value: Option<Json>,
}

/// A path as an operation has it.
#[derive(Clone, Debug, PartialEq)]
enum Pointer {
    Path(String),
    /// It is not there, or no text; with the rest of the error.
    Wrong(String),
}

impl Operations {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Carries them out on a resource. All of it comes back as JSON would bring it: whole numbers
    /// are floats, dates are texts, quotes are as go-yaml would write them.
    ///
    /// # Errors
    /// Where one of them does not apply, or the resource cannot be written as JSON.
    pub(crate) fn apply(&self, node: Node) -> Result<Node> {
        let mut root = Container::of_root(node)?;
        let mut copied = 0;
        for operation in &self.0 {
            operation.apply(&mut root, &mut copied)?;
        }
        match root {
            Container::Map(_) => root.into_node(),
            Container::List(_) => Err(Problem::new(
                "json: cannot unmarshal array into Go value of type map[string]interface {}",
            )),
        }
    }
}

/// More values than this are not copied by one patch: copies of copies grow without end.
const MOST_COPIED: usize = 1_000_000;

impl Operation {
    fn apply(&self, root: &mut Container, copied: &mut usize) -> Result<()> {
        match self.kind.as_str() {
            "add" => self.add(root),
            "remove" => self.remove(root),
            "replace" => self.replace(root),
            "move" => self.relocate(root),
            "test" => self.test(root),
            "copy" => self.copy(root, copied),
            other => Err(Problem::new(format!("Unexpected kind: {other}"))),
        }
    }

    fn add(&self, root: &mut Container) -> Result<()> {
        let Pointer::Path(path) = &self.path else {
            return Err(Problem::new("add operation failed to decode path: missing value"));
        };
        let Some((container, key)) = root.find(path) else {
            return Err(Problem::new(format!(
                "add operation does not apply: doc is missing path: \"{path}\": missing value"
            )));
        };
        container
            .add(&key, self.value.clone().unwrap_or(Json::Nil))
            .map_err(|it| it.within(format_args!("error in add for path: '{path}'")))
    }

    fn remove(&self, root: &mut Container) -> Result<()> {
        let Pointer::Path(path) = &self.path else {
            return Err(Problem::new("remove operation failed to decode path: missing value"));
        };
        let Some((container, key)) = root.find(path) else {
            return Err(Problem::new(format!(
                "remove operation does not apply: doc is missing path: \"{path}\": missing value"
            )));
        };
        let removed = container.remove(&key);
        removed.map_err(|it| it.within(format_args!("error in remove for path: '{path}'")))?;
        Ok(())
    }

    fn replace(&self, root: &mut Container) -> Result<()> {
        let path = self.path("replace")?;
        if path.is_empty() {
            let value = self.value.clone().and_then(Json::opened);
            *root = value.ok_or_else(|| {
                Problem::new("replace operation value must be object or array: %!w(<nil>)")
            })?;
            return Ok(());
        }
        let missing = |what: &str| {
            Problem::new(format!(
                "replace operation does not apply: doc is missing {what}: {path}: missing value"
            ))
        };
        let (container, key) = root.find(path).ok_or_else(|| missing("path"))?;
        container.get(&key).map_err(|_| missing("key"))?;
        container
            .set(&key, self.value.clone().unwrap_or(Json::Nil))
            .map_err(|it| it.within(format_args!("error in remove for path: '{path}'")))
    }

    fn relocate(&self, root: &mut Container) -> Result<()> {
        let from = self.from("move")?;
        let Some((container, key)) = root.find(from) else {
            return Err(Problem::new(format!(
                "move operation does not apply: doc is missing from path: {from}: missing value"
            )));
        };
        let within = |it: Problem| it.within(format_args!("error in move for path: '{key}'"));
        let value = container.remove(&key).map_err(within)?;
        let path = self.path("move")?;
        let Some((container, key)) = root.find(path) else {
            return Err(Problem::new(format!(
                "move operation does not apply: doc is missing destination path: {path}: missing \
                 value"
            )));
        };
        container
            .add(&key, value)
            .map_err(|it| it.within(format_args!("error in move for path: '{path}'")))
    }

    fn test(&self, root: &mut Container) -> Result<()> {
        let path = self.path("test")?;
        let failed = || Problem::new(format!("testing value {path} failed: test failed"));
        let expected = self.value.as_ref();
        if path.is_empty() {
            let same = expected.is_some_and(|expected| root.equals(expected));
            return if same { Ok(()) } else { Err(failed()) };
        }
        let Some((container, key)) = root.find(path) else {
            return Err(Problem::new(format!(
                "test operation does not apply: is missing path: {path}: missing value"
            )));
        };
        let value = container
            .get(&key)
            .map_err(|it| it.within(format_args!("error in test for path: '{path}'")))?;
        let same = match (value, expected) {
            (None | Some(Json::Nil), expected) => expected.is_none_or(Json::is_nothing),
            (Some(_), None) => false,
            (Some(value), Some(expected)) => value.equals(expected),
        };
        if same { Ok(()) } else { Err(failed()) }
    }

    fn copy(&self, root: &mut Container, copied: &mut usize) -> Result<()> {
        let from = self.from("copy")?;
        let Some((container, key)) = root.find(from) else {
            return Err(Problem::new(format!(
                "copy operation does not apply: doc is missing from path: {from}: missing value"
            )));
        };
        let value = container
            .get(&key)
            .map_err(|it| it.within(format_args!("error in copy for from: '{from}'")))?;
        let value = value.map_or(Json::Nil, Clone::clone);
        *copied += value.size();
        if *copied > MOST_COPIED {
            return Err(Problem::new(format!(
                "copy operations of one patch make more than {MOST_COPIED} values: copy less"
            )));
        }
        let Pointer::Path(path) = &self.path else {
            return Err(Problem::new("copy operation failed to decode path: missing value"));
        };
        let Some((container, key)) = root.find(path) else {
            return Err(Problem::new(format!(
                "copy operation does not apply: doc is missing destination path: {path}: missing \
                 value"
            )));
        };
        container.add(&key, value).map_err(|it| it.within("error while adding value during copy"))
    }

    fn path(&self, operation: &str) -> Result<&str> {
        self.path.read(|why| format!("{operation} operation failed to decode path: {why}"))
    }

    fn from(&self, operation: &str) -> Result<&str> {
        self.from.read(|why| format!("{operation} operation failed to decode from: {why}"))
    }
}

impl Pointer {
    fn read(&self, message: impl FnOnce(&str) -> String) -> Result<&str> {
        match self {
            Self::Path(path) => Ok(path),
            Self::Wrong(why) => Err(Problem::new(message(why))),
        }
    }
}

#[cfg(test)]
mod tests;
