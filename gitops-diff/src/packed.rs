//! An object as one piece of bytes: a fraction of the size of a tree, compared by parts at once.

mod expected;
mod json;
mod key;
mod parts;
mod tape;
mod tree;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use self::expected::{Expected, Verdict};
use self::json::{Level, Splitting};
use self::parts::{HEADER, Parts};
use self::tape::{Node, Tape};
use self::tree::Joined;
use crate::{DiffError, Map, Object, ObjectId, Value};

/// An object, or any JSON value, in one immutable piece of bytes. Cheap to clone.
///
/// It is for what lives: a watch and a list decode straight into it, a cache holds it in a tenth
/// of what a tree takes, and it is compared with what is declared without being decoded. The
/// names of fields that Kubernetes knows are numbers, members are sorted, each part has its
/// length; `status` and `metadata.managedFields` are kept apart.
///
/// Two of them are equal exactly where their values are, but for floats, which are compared by
/// their bits. The bytes mean nothing to another version of this crate: they are not for storage.
///
/// ```
/// use gitops_diff::{Packed, Value};
///
/// let live = Packed::from_json(
///     br#"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","resourceVersion":"7"}}"#,
/// )?;
/// assert_eq!(live.text("/metadata/resourceVersion"), Some("7"));
/// assert_eq!(live.id()?.to_string(), "ConfigMap/a");
/// assert_eq!(live, Packed::try_from(&Value::from(&live))?);
/// # Ok::<(), gitops_diff::DiffError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Packed(Arc<[u8]>);

impl Packed {
    /// Packs a JSON text. Of members with equal names the last stays.
    ///
    /// # Errors
    /// [`DiffError::Invalid`] where the text is no JSON or nested deeper than 128;
    /// [`DiffError::Limit`] beyond 4 GiB.
    pub fn from_json(json: &[u8]) -> Result<Self, DiffError> {
        let wrong = |error: &dyn fmt::Display| {
            DiffError::invalid(format!("this is no JSON to pack: {error}"))
        };
        // All at once is faster than string by string.
        let json = std::str::from_utf8(json).map_err(|error| wrong(&error))?;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let mut parts = Parts::with_capacity(json.len());
        let read =
            Splitting { parts: &mut parts, level: Level::Root }.deserialize(&mut deserializer);
        read.and_then(|()| deserializer.end()).map_err(|error| wrong(&error))?;
        parts.join()
    }

    /// Who it is.
    ///
    /// # Errors
    /// As [`Object::new`].
    pub fn id(&self) -> Result<ObjectId, DiffError> {
        let mut identity = Map::new();
        for name in ["apiVersion", "kind"] {
            self.pointer(&format!("/{name}")).map(|it| identity.insert(name, it));
        }
        for name in ["name", "namespace"] {
            let found = self.pointer(&format!("/metadata/{name}"));
            found.map(|it| identity.map_at("metadata").insert(name, it));
        }
        Object::new(identity.into()).map(|it| it.id().clone())
    }

    /// The string at a JSON Pointer; `None` where there is none, or something else.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.node(pointer)?.text()
    }

    /// The value at a JSON Pointer, unpacked.
    pub fn pointer(&self, pointer: &str) -> Option<Value> {
        match pointer {
            "" => Some(self.into()),
            "/metadata" => Value::from(self).pointer(pointer).cloned(),
            _ => self.node(pointer).map(Value::from),
        }
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    fn node(&self, pointer: &str) -> Option<Node<'_>> {
        let apart = [("/status", self.status()), ("/metadata/managedFields", self.owners())];
        for (at, node) in apart.into_iter().filter_map(|(at, node)| Some((at, node?))) {
            match pointer.strip_prefix(at) {
                Some(below) if below.is_empty() || below.starts_with('/') => {
                    return node.pointer(below);
                }
                _ => {}
            }
        }
        self.body().pointer(pointer)
    }

    pub(crate) fn body(&self) -> Node<'_> {
        self.part(0).expect("because each value has a body")
    }

    pub(crate) fn status(&self) -> Option<Node<'_>> {
        self.part(1)
    }

    /// `metadata.managedFields`.
    pub(crate) fn owners(&self) -> Option<Node<'_>> {
        self.part(2)
    }

    fn part(&self, at: usize) -> Option<Node<'_>> {
        let len = |at: usize| key::size(&self.0[4 * at..4 * at + 4]);
        let (body, rest) = self.0[HEADER..].split_at(len(0));
        let (status, owners) = rest.split_at(len(1));
        Node::whole([body, status, owners][at])
    }
}

/// A digest of a value: equal ones have equal digests. For this process only.
pub(crate) fn digest(value: &Value) -> u128 {
    let mut tape = Tape::default();
    tape.value(value);
    twox_hash::XxHash3_128::oneshot(tape.bytes())
}

impl TryFrom<&Value> for Packed {
    type Error = DiffError;

    /// # Errors
    /// [`DiffError::Limit`] beyond 4 GiB.
    fn try_from(value: &Value) -> Result<Self, DiffError> {
        Parts::of(value).join()
    }
}

impl fmt::Debug for Packed {
    /// Its identity and size: what it holds may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id().map_or_else(|_| "no object".into(), |id| id.to_string());
        write!(f, "Packed({id}, {} bytes)", self.size())
    }
}

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Joined { packed: self, level: Level::Root, node: self.body() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parts = Parts::default();
        Splitting { parts: &mut parts, level: Level::Root }.deserialize(deserializer)?;
        parts.join().map_err(serde::de::Error::custom)
    }
}
