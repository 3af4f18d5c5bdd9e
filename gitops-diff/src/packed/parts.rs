//! An object under way: its body, and what is kept apart of it.

use super::Packed;
use super::key::u32_of;
use super::tape::Tape;
use crate::{DiffError, Map, Value};

/// The parts of an object.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) body: Tape,
    pub(super) status: Tape,
    pub(super) owners: Tape,
}

impl Parts {
    /// For a JSON text of so many bytes.
    pub(super) fn with_capacity(json: usize) -> Self {
        Self { body: Tape::with_capacity(json / 2), ..Self::default() }
    }

    /// Splits a tree.
    pub(super) fn of(value: &Value) -> Self {
        let mut parts = Self::default();
        match value {
            Value::Map(members) => parts.root(members),
            other => parts.body.value(other),
        }
        parts
    }

    fn root(&mut self, members: &Map) {
        let open = self.body.open();
        for (name, value) in members.iter() {
            match (name.as_str(), value) {
                ("status", status) => self.status.value(status),
                ("metadata", Value::Map(metadata)) => {
                    self.body.key(name);
                    self.metadata(metadata);
                }
                (name, value) => {
                    self.body.key(name);
                    self.body.value(value);
                }
            }
        }
        self.body.close_map(&open);
    }

    fn metadata(&mut self, members: &Map) {
        let open = self.body.open();
        for (name, value) in members.iter() {
            if name == "managedFields" {
                self.owners.value(value);
            } else {
                self.body.key(name);
                self.body.value(value);
            }
        }
        self.body.close_map(&open);
    }

    /// All parts in one piece.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where they are together longer than 4 GiB.
    pub(super) fn join(&self) -> Result<Packed, DiffError> {
        let parts = [self.body.bytes(), self.status.bytes(), self.owners.bytes()];
        let len = HEADER + parts.iter().map(|it| it.len()).sum::<usize>();
        if u32::try_from(len).is_err() {
            let what = "the size of an object in bytes".into();
            return Err(DiffError::Limit { what, limit: u32::MAX.into() });
        }
        let mut bytes = Vec::with_capacity(len);
        for part in &parts[..2] {
            bytes.extend_from_slice(&u32_of(part.len()).to_le_bytes());
        }
        for part in parts {
            bytes.extend_from_slice(part);
        }
        Ok(Packed(bytes.into()))
    }
}

/// The lengths of body and status in four bytes each; what is after them belongs to the owners.
pub(super) const HEADER: usize = 8;
