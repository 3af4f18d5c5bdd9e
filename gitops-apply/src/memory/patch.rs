//! Patches: JSON (RFC 6902), merge (RFC 7396), strategic merge, and apply.

use gitops_diff::{Map, Value};
use json_patch::{AddOperation, PatchOperation};

use super::conversion::converted;
use super::create::Ownership;
use super::dispatch::Task;
use super::params::APPLY;
use super::request::{Reply, Request, bytes};
use super::resource::Resource;
use super::status::{Cause, Status};
use super::strategic;

impl Task<'_> {
    pub(super) fn patch(&mut self, request: &Request) -> Result<Reply, Status> {
        let media = request.content_type.split(';').next().unwrap_or_default().trim();
        if media == APPLY {
            return self.apply(request);
        }
        let resource = self.target.resource.clone();
        let kind = Kind::of(media, &resource)?;
        let live = self.live(self.name()).ok_or_else(|| self.not_found(self.name()))?;
        let target = converted(&resource, &live);
        let patched = match kind {
            Kind::Merge => merge(target, object(&request.body)?),
            Kind::Json => json(target, &request.body)?,
            Kind::Strategic => {
                let of = self.state.schema.type_of(&resource.group_kind(), &resource.version);
                strategic::merge(of, target, object(&request.body)?)?
            }
        };
        let next = self.read_patched(patched)?;
        self.check_name(&next)?;
        self.commit(&live, next, Ownership::ToTrack)
    }

    /// What is wrong with a patched object is said to be wrong with the patch.
    fn read_patched(&mut self, patched: Value) -> Result<Value, Status> {
        let shown = Value::from(String::from_utf8_lossy(&bytes(&patched)).into_owned());
        let place = self.place(&mut patched.clone());
        self.read_body(patched).map_err(|status| match (place, status.code) {
            (Ok(()), 400) => {
                Status::invalid_patch(Cause::invalid("patch", &shown, &status.message))
            }
            _ => status,
        })
    }
}

/// The kinds of patches but for apply.
#[derive(Clone, Copy)]
enum Kind {
    Merge,
    Json,
    Strategic,
}

impl Kind {
    fn of(media: &str, resource: &Resource) -> Result<Self, Status> {
        match media {
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/json-patch+json" => Ok(Self::Json),
            "application/strategic-merge-patch+json" if resource.rules.custom => {
                Err(Status { details: None, ..unsupported() })
            }
            "application/strategic-merge-patch+json" => Ok(Self::Strategic),
            _ => Err(unsupported()),
        }
    }
}

fn unsupported() -> Status {
    let status = Status::new(415, "UnsupportedMediaType", "415: Unsupported Media Type");
    Status { details: Some(Box::default()), ..status }
}

fn object(body: &[u8]) -> Result<Value, Status> {
    match serde_json::from_slice(body) {
        Ok(patch @ Value::Map(_)) => Ok(patch),
        Ok(other) => Err(Status::bad_request(format!(
            "error decoding patch: json: cannot unmarshal {} into Go value of type \
             map[string]interface {{}}",
            other.type_name()
        ))),
        Err(error) => Err(Status::bad_request(format!("error decoding patch: {error}"))),
    }
}

/// RFC 7396.
pub(super) fn merge(target: Value, patch: Value) -> Value {
    let Value::Map(patch) = patch else {
        return patch;
    };
    let mut members = match target {
        Value::Map(members) => members,
        _ => Map::new(),
    };
    for (key, value) in patch {
        let old = members.remove(&key);
        if !value.is_null() {
            members.insert(key, merge(old.unwrap_or_default(), value));
        }
    }
    Value::Map(members)
}

/// RFC 6902, with two liberties of the API server's library: `replace` adds what is not there, and
/// what is not there is `null` to a `test`.
fn json(target: Value, body: &[u8]) -> Result<Value, Status> {
    let operations: Vec<serde_json::Value> = serde_json::from_slice(body)
        .map_err(|error| Status::bad_request(format!("error decoding patch: {error}")))?;
    let mut document = serde_json::Value::from(target);
    for operation in operations {
        let operation: PatchOperation =
            serde_json::from_value(operation).map_err(|why| rejected(&why))?;
        if let PatchOperation::Test(it) = &operation
            && it.value.is_null()
            && it.path.resolve(&document).is_err()
        {
            continue;
        }
        let operation = lenient(operation, &document);
        json_patch::patch(&mut document, &[operation]).map_err(|why| rejected(&why))?;
    }
    Ok(document.into())
}

fn rejected(why: &dyn std::fmt::Display) -> Status {
    let status = Status::new(422, "Invalid", why.to_string());
    Status { details: Some(Box::default()), ..status }
}

fn lenient(operation: PatchOperation, document: &serde_json::Value) -> PatchOperation {
    match operation {
        PatchOperation::Replace(it) if it.path.resolve(document).is_err() => {
            PatchOperation::Add(AddOperation { path: it.path, value: it.value })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_patch_follows_the_examples_of_its_rfc() {
        let cases = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ];
        for (target, patch, expected) in cases {
            let value = |json| serde_json::from_str::<Value>(json).unwrap();
            assert_eq!(merge(value(target), value(patch)), value(expected), "{target} {patch}");
        }
    }
}
