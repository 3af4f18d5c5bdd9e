//! What the server refuses of a request to apply, whatever the object is.

use super::{Cause, Refusal};
use crate::merge::{Apply, kind_of};
use crate::{GroupKind, Schema, Value};

/// Checks who applies (`ValidatePatchOptions` of `meta/v1`).
///
/// # Errors
/// 422 where the name is missing, too long or not printable.
pub(super) fn check_manager(manager: &str) -> Result<(), Refusal> {
    const FIELD: &str = "fieldManager";
    const MAX_LENGTH: usize = 128;
    let mut causes = Vec::new();
    if manager.is_empty() {
        causes.push(Cause::required(FIELD, "is required for apply patch"));
    }
    if manager.len() > MAX_LENGTH {
        causes.push(Cause::too_long(FIELD, MAX_LENGTH));
    }
    let is_odd = |it: char| it.is_control() || it != ' ' && it.is_whitespace();
    let odd = manager.char_indices().filter(|(_, char)| is_odd(*char));
    causes.extend(odd.map(|(at, char)| {
        let detail = format!("invalid character U+{:04X} (at position {at})", u32::from(char));
        Cause::invalid(FIELD, &manager.into(), &detail)
    }));
    if causes.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid(&GroupKind::new("meta.k8s.io", "PatchOptions"), &Value::Null, causes))
}

/// Checks that the object that is declared is the one that lives, where the declaration says
/// which one it means (`applyPatcher` and `Store.Update` of the API server).
///
/// # Errors
/// 409 for a `uid` where nothing lives, and for a `resourceVersion` that is not the live one.
pub(super) fn check_preconditions(schema: &Schema, apply: &Apply<'_>) -> Result<(), Refusal> {
    let text = |object: &Value, name| -> Option<String> {
        let text = object.get("metadata")?.get(name)?.as_str()?;
        (!text.is_empty()).then(|| text.into())
    };
    let Some(live) = apply.live else {
        return text(apply.desired, "uid").map_or(Ok(()), |uid| {
            let why = format!(
                "uid mismatch: the provided object specified uid {uid}, and no existing object \
                 was found"
            );
            Err(unfulfilled(schema, apply.desired, &why))
        });
    };
    let (declared, lives) = (text(apply.desired, "resourceVersion"), text(live, "resourceVersion"));
    match (declared, lives) {
        (Some(declared), Some(lives)) if declared != lives && declared != "0" => {
            let why = "the object has been modified; please apply your changes to the latest \
                       version and try again";
            Err(unfulfilled(schema, apply.desired, why))
        }
        _ => Ok(()),
    }
}

fn unfulfilled(schema: &Schema, object: &Value, why: &str) -> Refusal {
    let resource = kind_of(object).map_or_else(
        |_| String::new(),
        |(kind, _)| {
            let dot = if kind.group.is_empty() { "" } else { "." };
            let plural = schema.plural(&kind).unwrap_or(&kind.kind);
            format!("{plural}{dot}{}", kind.group)
        },
    );
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
    Refusal::new(409, "Conflict", message)
}

#[cfg(test)]
mod tests {
    use crate::merge::{Apply, Force};
    use crate::{Schema, Value, predict};

    /// The code, and what comes first in the message, of an apply of a ConfigMap.
    fn refusal(manager: &str, metadata: &str, live: Option<&str>) -> Option<(u16, String)> {
        let object = |metadata: &str| -> Value {
            let metadata = format!(r#"{{"name":"a","namespace":"n"{metadata}}}"#);
            let json = format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{metadata}}}"#);
            serde_json::from_str(&json).unwrap()
        };
        let (desired, live) = (object(metadata), live.map(object));
        let (force, now) = (Force::No, "2026-01-01T00:00:00Z");
        let (live, desired) = (live.as_ref(), &desired);
        let apply = Apply { live, desired, manager, force, subresource: None, now };
        predict(&Schema::builtin(), &apply).err().map(|it| (it.code, it.message))
    }

    #[test]
    fn who_applies_has_a_name_that_can_be_printed() {
        let cases = [
            ("gitops", None),
            ("", Some("fieldManager: Required value: is required for apply patch")),
            (&"m".repeat(129), Some("fieldManager: Too long: may not be more than 128 bytes")),
            (
                "a\u{7}b",
                Some(
                    "fieldManager: Invalid value: \"a\\u{7}b\": invalid character U+0007 (at \
                     position 1)",
                ),
            ),
        ];
        for (manager, why) in cases {
            let expected =
                why.map(|it| (422, format!("PatchOptions.meta.k8s.io \"\" is invalid: {it}")));
            assert_eq!(refusal(manager, "", None), expected, "{manager}");
        }
    }

    #[test]
    fn an_object_that_is_not_the_one_that_is_meant_is_not_written() {
        let live = Some(r#","uid":"u","resourceVersion":"7""#);
        let cases = [
            (r#","uid":"u""#, None, Some("uid mismatch: the provided object specified uid u, and")),
            (r#","resourceVersion":"1""#, None, None),
            (r#","uid":"u","resourceVersion":"7""#, live, None),
            (r#","resourceVersion":"0""#, live, None),
            (r#","resourceVersion":"1""#, live, Some("the object has been modified; please apply")),
        ];
        for (metadata, live, why) in cases {
            let refusal = refusal("gitops", metadata, live);
            let Some(why) = why else {
                assert_eq!(refusal, None, "{metadata}");
                continue;
            };
            let (code, message) = refusal.unwrap();
            let expected = format!("Operation cannot be fulfilled on configmaps \"a\": {why}");
            assert_eq!((code, message.starts_with(&expected)), (409, true), "{message}");
        }
    }
}
