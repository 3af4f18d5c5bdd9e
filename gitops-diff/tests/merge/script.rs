//! Writes to one object, one after the other.

use gitops_diff::merge::{self, Apply, Force, MergeError, Update};
use gitops_diff::{ManagedFields, Schema, Value};

/// One object and who wrote it; each write is a minute later than the one before.
pub(crate) struct Script {
    pub(crate) schema: Schema,
    pub(crate) live: Option<Value>,
    minute: usize,
}

pub(crate) fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|why| panic!("{json}: {why}"))
}

impl Script {
    pub(crate) fn new() -> Self {
        Self { schema: Schema::builtin(), live: None, minute: 0 }
    }

    pub(crate) fn with_schema(schema: Schema) -> Self {
        Self { schema, ..Self::new() }
    }

    /// Applies; a refusal leaves the object as it is.
    pub(crate) fn try_apply(
        &mut self,
        manager: &str,
        desired: &str,
        force: Force,
    ) -> Result<(), MergeError> {
        let now = self.now();
        let (live, desired) = (self.live.as_ref(), &value(desired));
        let apply = Apply { live, desired, manager, force, subresource: None, now: &now };
        self.live = Some(merge::apply(&self.schema, &apply)?);
        Ok(())
    }

    pub(crate) fn apply(&mut self, manager: &str, desired: &str) -> &mut Self {
        let done = self.try_apply(manager, desired, Force::No);
        done.unwrap_or_else(|why| panic!("{why}"));
        self
    }

    /// Writes what `edit` makes of the object.
    pub(crate) fn update(&mut self, manager: &str, edit: impl FnOnce(&mut Value)) -> &mut Self {
        let mut next = self.live.clone().unwrap();
        edit(&mut next);
        self.put(manager, &next)
    }

    pub(crate) fn put(&mut self, manager: &str, next: &Value) -> &mut Self {
        let now = self.now();
        let live = self.live.as_ref();
        let update = Update { live, next, manager, subresource: None, now: &now };
        self.live = Some(merge::update(&self.schema, &update));
        self
    }

    fn now(&mut self) -> String {
        self.minute += 1;
        format!("2026-01-01T00:{:02}:00Z", self.minute)
    }

    /// The object without its managedFields.
    pub(crate) fn object(&self) -> String {
        let mut object = self.live.clone().unwrap();
        let metadata = object.as_map_mut().unwrap().map_at("metadata");
        metadata.remove("managedFields");
        serde_json::to_string(&object).unwrap()
    }

    /// One line an owner: name, kind of write, minute of its time, fields.
    pub(crate) fn owners(&self) -> String {
        let managed = ManagedFields::read(self.live.as_ref().unwrap()).unwrap();
        let line = |entry: &gitops_diff::ManagedEntry| {
            let paths: Vec<String> = entry.fields.paths().iter().map(ToString::to_string).collect();
            let minute = entry.time.as_ref().map_or("-", |it| &it[14..16]);
            format!("{} {} {minute} {}", entry.manager, entry.operation, paths.join(" "))
        };
        managed.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A ConfigMap with this data.
pub(crate) fn config(data: &str) -> String {
    format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a"}},"data":{data}}}"#)
}

/// A Deployment with this spec.
pub(crate) fn deployment(spec: &str) -> String {
    let metadata = r#"{"name":"web","namespace":"shop"}"#;
    format!(r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{metadata},"spec":{spec}}}"#)
}
