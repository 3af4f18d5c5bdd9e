//! `metadata.managedFields`: who set which fields, when, and by which kind of write.

use std::fmt;

use crate::{FieldPath, FieldSet, FieldsError, Map, Text, Value};

/// The kind of write by which a manager came to own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManagerOperation {
    /// Server-side apply.
    Apply,
    /// Any other write.
    Update,
}

/// What one manager owns of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedEntry {
    /// The name of the manager.
    pub manager: Text,
    /// By which kind of write it owns.
    pub operation: ManagerOperation,
    /// In which version of the kind: `apps/v1`.
    pub api_version: Text,
    /// When it last changed something: RFC 3339 as the API server prints it. Missing where it
    /// never changed anything, only agreed.
    pub time: Option<Text>,
    /// Through which subresource; `None` is the object itself.
    pub subresource: Option<Text>,
    /// The fields.
    pub fields: FieldSet,
}

impl ManagedEntry {
    /// Whether both are entries of one manager, one of which would replace the other: the
    /// version counts for updates alone.
    pub fn same_manager(&self, other: &Self) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == ManagerOperation::Apply || self.api_version == other.api_version)
    }
}

/// The owners of an object's fields; at most one entry a manager, operation and subresource
/// (and version, for updates).
///
/// ```
/// use gitops_diff::{ManagedFields, Value};
///
/// let live: Value = serde_json::from_str(r#"{"metadata":{"managedFields":[{
///     "manager": "gitops", "operation": "Apply", "apiVersion": "apps/v1",
///     "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
///     "fieldsV1": {"f:spec": {"f:replicas": {}}}
/// }]}}"#)?;
/// let managed = ManagedFields::read(&live)?;
/// let owners: Vec<&str> = managed
///     .owners(&"spec.replicas".parse()?)
///     .map(|entry| entry.manager.as_str())
///     .collect();
/// assert_eq!(owners, ["gitops"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedFields(Vec<ManagedEntry>);

impl ManagedFields {
    /// Nobody owns anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `metadata.managedFields` of an object; missing or `null`, it is empty.
    ///
    /// # Errors
    /// Where an entry is none that the API server would have written; the message names it.
    pub fn read(object: &Value) -> Result<Self, FieldsError> {
        match object.pointer("/metadata/managedFields") {
            None | Some(Value::Null) => Ok(Self::new()),
            Some(Value::List(entries)) => {
                let mut managed = Self::new();
                for (at, entry) in entries.iter().enumerate() {
                    managed.insert(read(entry).map_err(|why| {
                        FieldsError::new(format!("metadata.managedFields[{at}]: {why}"))
                    })?);
                }
                Ok(managed)
            }
            Some(other) => {
                let kind = other.type_name();
                let message = format!("metadata.managedFields must be a list, not a {kind}");
                Err(FieldsError::new(message))
            }
        }
    }

    /// Writes `metadata.managedFields` of an object, sorted as the API server sorts it; nothing
    /// is written where nobody owns anything.
    pub fn write(&self, object: &mut Map) {
        if self.0.is_empty() {
            if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_map_mut) {
                metadata.remove("managedFields");
            }
            return;
        }
        let mut entries: Vec<&ManagedEntry> = self.0.iter().collect();
        entries.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        let entries = entries.into_iter().map(write).collect();
        object.map_at("metadata").insert("managedFields", Value::List(entries));
    }

    /// Whether nobody owns anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The entries.
    pub fn iter(&self) -> std::slice::Iter<'_, ManagedEntry> {
        self.0.iter()
    }

    /// The entries that own the field at `path` itself.
    pub fn owners(&self, path: &FieldPath) -> impl Iterator<Item = &ManagedEntry> {
        self.0.iter().filter(move |entry| entry.fields.has(path))
    }

    /// What `manager` owns by server-side apply of the object itself.
    pub fn applied_by(&self, manager: &str) -> Option<&ManagedEntry> {
        self.0.iter().find(|entry| {
            entry.manager == manager
                && entry.operation == ManagerOperation::Apply
                && entry.subresource.is_none()
        })
    }

    /// Puts an entry in the place of that of the same manager.
    pub(crate) fn insert(&mut self, entry: ManagedEntry) {
        match self.0.iter_mut().find(|it| it.same_manager(&entry)) {
            Some(place) => *place = entry,
            None => self.0.push(entry),
        }
    }

    /// The same for a manager who writes again: the time of the former entry stays, which is
    /// returned.
    pub(crate) fn replace(&mut self, mut entry: ManagedEntry) -> Option<ManagedEntry> {
        let Some(place) = self.0.iter_mut().find(|it| it.same_manager(&entry)) else {
            self.0.push(entry);
            return None;
        };
        entry.time.clone_from(&place.time);
        Some(std::mem::replace(place, entry))
    }

    pub(crate) fn entries_mut(&mut self) -> &mut Vec<ManagedEntry> {
        &mut self.0
    }
}

impl<'a> IntoIterator for &'a ManagedFields {
    type Item = &'a ManagedEntry;
    type IntoIter = std::slice::Iter<'a, ManagedEntry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Operation, time, manager, version, subresource (`sortEncodedManagedFields`).
fn sort_key(entry: &ManagedEntry) -> impl Ord + '_ {
    let time = entry.time.as_deref();
    let subresource = entry.subresource.as_deref();
    (entry.operation, time, &entry.manager, &entry.api_version, subresource)
}

fn read(entry: &Value) -> Result<ManagedEntry, FieldsError> {
    let text = |key: &str| match entry.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Str(text)) => Ok(Some(text.clone()).filter(|it| !it.is_empty())),
        Some(_) => Err(FieldsError::new(format!("{key} must be a string"))),
    };
    let operation = match text("operation")?.as_deref() {
        Some("Apply") => ManagerOperation::Apply,
        Some("Update") => ManagerOperation::Update,
        _ => return Err(FieldsError::new("operation must be `Apply` or `Update`")),
    };
    let missing = || FieldsError::new("apiVersion must not be empty");
    let api_version = text("apiVersion")?.ok_or_else(missing)?;
    match text("fieldsType")?.as_deref() {
        Some("FieldsV1") => {}
        other => {
            let message = format!("invalid fieldsType `{}`", other.unwrap_or_default());
            return Err(FieldsError::new(message));
        }
    }
    let fields = entry.get("fieldsV1").map_or_else(|| Ok(FieldSet::new()), FieldSet::from_value)?;
    Ok(ManagedEntry {
        manager: text("manager")?.unwrap_or_default(),
        operation,
        api_version,
        time: text("time")?,
        subresource: text("subresource")?,
        fields,
    })
}

fn write(entry: &ManagedEntry) -> Value {
    let operation = entry.operation.to_string();
    let text = |key: &'static str, value: &str| (key, Value::from(value));
    let all = [
        text("operation", &operation),
        text("apiVersion", &entry.api_version),
        text("fieldsType", "FieldsV1"),
        ("fieldsV1", entry.fields.to_value()),
    ];
    let manager = Some(&entry.manager).filter(|it| !it.is_empty());
    let some = [
        manager.map(|it| text("manager", it)),
        entry.time.as_ref().map(|it| text("time", it)),
        entry.subresource.as_ref().map(|it| text("subresource", it)),
    ];
    let members = all.into_iter().chain(some.into_iter().flatten());
    Value::Map(members.collect())
}

impl fmt::Display for ManagerOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        })
    }
}
