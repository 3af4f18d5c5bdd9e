//! Why a server refuses a write.

use std::fmt::Write as _;

use super::immutable;
use crate::merge::{Conflict, MergeError};
use crate::{GroupKind, Text, Value};

/// Why a server refuses a write: the `Status` of `meta/v1` without what HTTP adds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP code.
    pub code: u16,
    /// `Invalid`, `Conflict`, …; empty where the server gives none (500).
    pub reason: Text,
    /// For people.
    pub message: String,
    /// What is wrong, field by field.
    pub causes: Vec<Cause>,
}

/// One thing that is wrong with an object (`meta/v1` `StatusCause`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `FieldValueRequired`, `FieldValueInvalid`, ….
    pub reason: Text,
    /// The path of the field as the server prints it: `spec.containers[0].name`.
    pub field: String,
    /// For people.
    pub message: String,
    /// Whether the rule that is broken compares with the live object.
    unchangeable: bool,
}

impl Refusal {
    /// A refusal without causes.
    pub fn new(code: u16, reason: impl Into<Text>, message: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), message: message.into(), causes: Vec::new() }
    }

    /// A request that cannot be read (400).
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// An object whose fields are wrong (422).
    pub fn invalid(kind: &GroupKind, object: &Value, causes: Vec<Cause>) -> Self {
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let mut texts: Vec<String> =
            causes.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
        texts.dedup();
        let text = match &texts[..] {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let mut message = kind.kind.to_string();
        if !kind.group.is_empty() {
            let _infallible = write!(message, ".{}", kind.group);
        }
        let _infallible = write!(message, " \"{name}\" is invalid: {text}");
        Self { causes, ..Self::new(422, "Invalid", message) }
    }

    pub(super) fn from_merge(error: &MergeError) -> Self {
        match error {
            MergeError::Conflicts(conflicts) => {
                let causes = conflicts.iter().map(Cause::of_conflict).collect();
                Self { causes, ..Self::new(409, "Conflict", error.to_string()) }
            }
            MergeError::Invalid(why) if why == "metadata.managedFields must be nil" => {
                Self::bad_request(why)
            }
            MergeError::Invalid(why) => Self::new(500, "", why),
        }
    }
}

impl Cause {
    /// One thing that is wrong: `FieldValueInvalid`, `metadata.name`, `Invalid value: "x": …`.
    pub fn new(
        reason: impl Into<Text>,
        field: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            reason: reason.into(),
            field: field.into(),
            message: message.into(),
            unchangeable: false,
        }
    }

    fn of_conflict(conflict: &Conflict) -> Self {
        let message = format!("conflict with {}", conflict.owner());
        Self::new("FieldManagerConflict", conflict.path.server_form(), message)
    }

    /// The same cause of a rule that compares with the live object, whatever its message says:
    /// a transition rule of a custom resource.
    #[must_use]
    pub fn unchangeable(self) -> Self {
        Self { unchangeable: true, ..self }
    }

    /// Whether this says that a field cannot be changed while the object lives: no update can
    /// succeed, a new object can.
    ///
    /// ```
    /// use gitops_diff::server::Cause;
    ///
    /// let cause = Cause::invalid("spec.selector", &"app=web".into(), "field is immutable");
    /// assert!(cause.is_immutable());
    /// assert!(!Cause::required("spec.selector", "").is_immutable());
    /// ```
    pub fn is_immutable(&self) -> bool {
        self.unchangeable || immutable::is_told(self)
    }

    /// A field that must be there and is not (`field.Required`).
    pub fn required(field: impl Into<String>, detail: &str) -> Self {
        let message = match detail {
            "" => "Required value".into(),
            detail => format!("Required value: {detail}"),
        };
        Self::new("FieldValueRequired", field, message)
    }

    /// A field whose value is wrong (`field.Invalid`).
    pub fn invalid(field: impl Into<String>, value: &Value, detail: &str) -> Self {
        Self::new(
            "FieldValueInvalid",
            field,
            format!("Invalid value: {}: {detail}", printed(value)),
        )
    }

    /// A field that may not be set (`field.Forbidden`).
    pub fn forbidden(field: impl Into<String>, detail: &str) -> Self {
        let message = match detail {
            "" => "Forbidden".into(),
            detail => format!("Forbidden: {detail}"),
        };
        Self::new("FieldValueForbidden", field, message)
    }

    /// A field whose value is none of those that are known (`field.NotSupported`).
    pub fn not_supported(field: impl Into<String>, value: &Value, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|it| format!("{it:?}")).collect();
        let known = match &known[..] {
            [] => String::new(),
            known => format!(": supported values: {}", known.join(", ")),
        };
        Self::new(
            "FieldValueNotSupported",
            field,
            format!("Unsupported value: {}{known}", printed(value)),
        )
    }

    /// A value that names something that is not there (`field.NotFound`).
    pub fn not_found(field: impl Into<String>, value: &Value) -> Self {
        Self::new("FieldValueNotFound", field, format!("Not found: {}", printed(value)))
    }

    /// A value that is there twice (`field.Duplicate`).
    pub fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self::new("FieldValueDuplicate", field, format!("Duplicate value: {}", printed(value)))
    }

    /// A value that is too long (`field.TooLong`).
    pub fn too_long(field: impl Into<String>, limit: usize) -> Self {
        let message = format!("Too long: may not be more than {limit} bytes");
        Self::new("FieldValueTooLong", field, message)
    }

    /// A list with too many items (`field.TooMany`).
    pub fn too_many(field: impl Into<String>, found: usize, limit: usize) -> Self {
        let message = format!("Too many: {found}: must have at most {limit} items");
        Self::new("FieldValueTooMany", field, message)
    }

    /// What the server cannot make sense of (`field.InternalError`).
    pub fn internal(field: impl Into<String>, detail: &str) -> Self {
        Self::new("InternalError", field, format!("Internal error: {detail}"))
    }

    /// A value of a wrong type (`field.TypeInvalid`).
    pub fn type_invalid(field: impl Into<String>, value: &Value, detail: &str) -> Self {
        let message = format!("Invalid value: {}: {detail}", printed(value));
        Self::new("FieldValueTypeInvalid", field, message)
    }
}

/// A value as Go prints it in messages; strings quoted, `null` for what is not there.
fn printed(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{:?}", text.as_str()),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
