//! A tape as a tree, and as JSON.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::Packed;
use super::json::Level;
use super::key::Key;
use super::tape::{FALSE, FLOAT, INT, NULL, Node, TEXT, TRUE};
use crate::{Map, Text, Value};

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Self {
        match node.tag() {
            NULL => Self::Null,
            FALSE | TRUE => Self::Bool(node.tag() == TRUE),
            INT => Self::Int(node.int().unwrap_or_default()),
            FLOAT => Self::Float(node.float()),
            TEXT => Self::Str(node.text().unwrap_or_default().into()),
            _ if node.is_list() => Self::List(node.items().map(Self::from).collect()),
            _ => {
                let members = node.members().map(|(key, value)| (text(key), value.into()));
                Self::Map(Map::from_sorted(members.collect()))
            }
        }
    }
}

fn text(key: Key<'_>) -> Text {
    match key.parts() {
        ("", name) => name.into(),
        (prefix, name) => [prefix, name].concat().into(),
    }
}

impl From<&Packed> for Value {
    fn from(packed: &Packed) -> Self {
        let mut value = Self::from(packed.body());
        let Self::Map(members) = &mut value else {
            return value;
        };
        if let Some(status) = packed.status() {
            members.insert("status", status.into());
        }
        let metadata = members.get_mut("metadata").and_then(Value::as_map_mut);
        if let (Some(metadata), Some(owners)) = (metadata, packed.owners()) {
            metadata.insert("managedFields", owners.into());
        }
        value
    }
}

/// One value, to be written by serde.
pub(super) struct Reading<'a>(pub(super) Node<'a>);

impl Serialize for Reading<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let node = self.0;
        match node.tag() {
            NULL => serializer.serialize_unit(),
            FALSE | TRUE => serializer.serialize_bool(node.tag() == TRUE),
            INT => serializer.serialize_i64(node.int().unwrap_or_default()),
            FLOAT => serializer.serialize_f64(node.float()),
            TEXT => serializer.serialize_str(node.text().unwrap_or_default()),
            _ if node.is_list() => {
                let mut list = serializer.serialize_seq(Some(node.items().count()))?;
                node.items().try_for_each(|item| list.serialize_element(&Reading(item)))?;
                list.end()
            }
            _ => {
                let mut map = serializer.serialize_map(Some(node.members().count()))?;
                for (key, value) in node.members() {
                    map.serialize_entry(&text(key), &Reading(value))?;
                }
                map.end()
            }
        }
    }
}

/// An object, or its metadata, with what is kept apart of it at its place.
pub(super) struct Joined<'a> {
    pub(super) packed: &'a Packed,
    pub(super) level: Level,
    pub(super) node: Node<'a>,
}

impl Serialize for Joined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { packed, level, node } = *self;
        if !node.is_map() {
            return Reading(node).serialize(serializer);
        }
        let (name, apart) = match level {
            Level::Root => ("status", packed.status()),
            Level::Metadata => ("managedFields", packed.owners()),
        };
        let count = node.members().count() + usize::from(apart.is_some());
        let mut map = serializer.serialize_map(Some(count))?;
        let mut apart = apart.map(|it| (name, Reading(it)));
        for (key, value) in node.members() {
            let key = text(key);
            if let Some((name, value)) = apart.take_if(|(name, _)| *key > **name) {
                map.serialize_entry(name, &value)?;
            }
            if level == Level::Root && key == "metadata" {
                map.serialize_entry(&key, &Joined { level: Level::Metadata, node: value, packed })?;
            } else {
                map.serialize_entry(&key, &Reading(value))?;
            }
        }
        if let Some((name, value)) = apart {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}
