//! The structural schema of a custom kind: what a definition says of its objects.

mod default;
mod parse;
mod prune;

use std::collections::BTreeMap;

use super::Keys;
use crate::golang::Pattern;
use crate::{Text, Value};

/// What a definition says of its kind in one version.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    /// The type of the objects.
    pub(crate) root: Structural,
    /// Whether fields that the schema does not name stay (`spec.preserveUnknownFields`).
    pub(crate) keeps_unknown: bool,
    /// Whether there is a subresource for the status.
    pub(crate) status: bool,
    /// Where `scale` finds its numbers.
    pub(crate) scale: Option<Scale>,
    /// The version in which the server stores the objects.
    pub(crate) stored: Text,
}

/// The paths of the subresource `scale`: `.spec.replicas`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scale {
    pub(crate) wanted: Text,
    pub(crate) counted: Text,
    pub(crate) selector: Option<Text>,
}

/// One type of a structural schema. A schema inside of `allOf`, `anyOf`, `oneOf` and `not` has
/// the same form.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "because a schema has as many markers")]
pub(crate) struct Structural {
    pub(crate) kind: Option<JsonType>,
    /// `x-kubernetes-int-or-string`.
    pub(crate) int_or_string: bool,
    pub(crate) nullable: bool,
    /// `x-kubernetes-embedded-resource`.
    pub(crate) embedded: bool,
    /// `x-kubernetes-preserve-unknown-fields`.
    pub(crate) keeps_unknown: bool,
    /// `x-kubernetes-list-type` and its keys.
    pub(crate) list: Option<Keys>,
    pub(crate) default: Option<Value>,
    pub(crate) properties: BTreeMap<Text, Structural>,
    /// `additionalProperties`.
    pub(crate) others: Others,
    pub(crate) items: Option<Box<Structural>>,
    pub(crate) checks: Option<Box<Checks>>,
    /// `x-kubernetes-validations`.
    pub(crate) rules: Vec<Rule>,
    /// The rules, compiled when they are first asked.
    pub(crate) programs: std::sync::OnceLock<Vec<crate::cel::Compiled>>,
    /// Whether there are rules here or below, those inside of `allOf` included.
    pub(crate) is_ruled: bool,
}

/// A rule in CEL.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) expression: Text,
    pub(crate) message: Text,
    pub(crate) message_expression: Text,
    /// `FieldValueInvalid`, …; empty where none is given.
    pub(crate) reason: Text,
    pub(crate) field_path: Text,
    pub(crate) optional_old_self: bool,
}

/// The fields that `properties` does not name.
#[derive(Debug, Default)]
pub(crate) enum Others {
    /// Nothing is said of them.
    #[default]
    Unsaid,
    /// There may be none (`false`).
    Refused,
    /// They may be anything (`true`).
    Anything,
    /// All are of one type.
    Of(Box<Structural>),
}

/// A type of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonType {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

/// What a value of a type must fulfil.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    /// Only a format that the server knows.
    pub(crate) format: Option<Text>,
    pub(crate) maximum: Option<Bound>,
    pub(crate) minimum: Option<Bound>,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) length: Range,
    pub(crate) items: Range,
    pub(crate) properties: Range,
    pub(crate) unique_items: bool,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) required: Vec<Text>,
    pub(crate) values: Vec<Value>,
    pub(crate) all_of: Vec<Structural>,
    pub(crate) any_of: Vec<Structural>,
    pub(crate) one_of: Vec<Structural>,
    pub(crate) not: Option<Structural>,
}

/// The end of a range of numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) at: f64,
    pub(crate) exclusive: bool,
}

/// How many there may be of something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range {
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

impl Structural {
    /// The type of the field `name`.
    pub(crate) fn field(&self, name: &str) -> Option<&Structural> {
        self.properties.get(name).or_else(|| self.others.of())
    }

    fn rules_below(&self) -> bool {
        let all_of = self.checks.iter().flat_map(|it| &it.all_of);
        let mut below = self.properties.values().chain(self.items.as_deref()).chain(all_of);
        !self.rules.is_empty()
            || self.others.of().is_some_and(|it| it.is_ruled)
            || below.any(|it| it.is_ruled)
    }

    /// Whether there are rules in this type or below; those inside of `allOf` do not count.
    pub(crate) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
            || self.items.as_deref().is_some_and(Self::has_rules)
            || self.others.of().is_some_and(Self::has_rules)
            || self.properties.values().any(Self::has_rules)
    }
}

impl Others {
    /// The type of all of them.
    pub(crate) fn of(&self) -> Option<&Structural> {
        match self {
            Self::Of(of) => Some(of),
            Self::Unsaid | Self::Refused | Self::Anything => None,
        }
    }

    /// Whether the schema says anything of them.
    pub(crate) fn is_said(&self) -> bool {
        !matches!(self, Self::Unsaid)
    }
}

impl JsonType {
    /// The name in schemas and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }

    /// The type of a value; `None` for `null`.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::Bool(_) => Self::Boolean,
            Value::Int(_) => Self::Integer,
            Value::Float(_) => Self::Number,
            Value::Str(_) => Self::String,
            Value::List(_) => Self::Array,
            Value::Map(_) => Self::Object,
        })
    }
}
