//! From JSON to a structural schema (`NewStructural` of `apiextensions-apiserver`).

use std::collections::BTreeMap;

use super::{Bound, Checks, Definition, JsonType, Others, Range, Rule, Scale, Structural};
use crate::golang::Pattern;
use crate::schema::Keys;
use crate::{DiffError, Map, Text, Value};

/// Deeper than any schema that an API server accepts; a limit against hostile input.
const MAX_DEPTH: usize = 200;

/// The formats that the server checks in strings, without dashes.
const FORMATS: [&str; 26] = [
    "bsonobjectid",
    "byte",
    "cidr",
    "creditcard",
    "date",
    "datetime",
    "duration",
    "email",
    "hexcolor",
    "hostname",
    "ipv4",
    "ipv6",
    "isbn",
    "isbn10",
    "isbn13",
    "k8slongname",
    "k8sshortname",
    "mac",
    "password",
    "rgbcolor",
    "ssn",
    "uri",
    "uuid",
    "uuid3",
    "uuid4",
    "uuid5",
];

impl Definition {
    /// Reads the definition of one version: an item of `spec.versions`.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where its schema is deeper than any that a server takes.
    pub(crate) fn read(
        version: &Value,
        stored: Text,
        keeps_unknown: bool,
    ) -> Result<Self, DiffError> {
        let root = match version.pointer("/schema/openAPIV3Schema") {
            Some(schema) => Structural::read(schema)?,
            None => Structural { keeps_unknown: true, ..Structural::default() },
        };
        let text = |pointer: &str| Some(Text::from(version.pointer(pointer)?.as_str()?));
        let scale = version.pointer("/subresources/scale").map(|_| Scale {
            wanted: text("/subresources/scale/specReplicasPath").unwrap_or_default(),
            counted: text("/subresources/scale/statusReplicasPath").unwrap_or_default(),
            selector: text("/subresources/scale/labelSelectorPath"),
        });
        let status = version.pointer("/subresources/status").is_some_and(|it| !it.is_null());
        Ok(Self { root, keeps_unknown, status, scale, stored })
    }
}

impl Definition {
    /// Reads what a server publishes of one version.
    ///
    /// # Errors
    /// As [`Definition::read`].
    pub(crate) fn published(schema: &Value, status: bool) -> Result<Self, DiffError> {
        let root = Reader { source: Source::Document, depth: 0 }.schema(schema)?;
        Ok(Self { root, status, ..Self::default() })
    }
}

impl Structural {
    /// Reads a schema.
    ///
    /// # Errors
    /// [`DiffError::Limit`] where it is deeper than any that a server takes.
    pub(crate) fn read(schema: &Value) -> Result<Self, DiffError> {
        let mut root = Reader { source: Source::Definition, depth: 0 }.schema(schema)?;
        root.prune_defaults();
        Ok(root)
    }
}

/// How deep in a schema the reader is.
#[derive(Clone, Copy)]
struct Reader {
    source: Source,
    depth: usize,
}

/// Where a schema comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Definition,
    /// A published document: whole objects have fields in it that the server put there.
    Document,
}

impl Reader {
    fn schema(self, schema: &Value) -> Result<Structural, DiffError> {
        if self.depth >= MAX_DEPTH {
            let what = "the depth of a schema".into();
            return Err(DiffError::Limit { what, limit: MAX_DEPTH as u64 });
        }
        let below = Self { depth: self.depth + 1, ..self };
        let kind = schema.get("type").and_then(Value::as_str).and_then(json_type);
        let int_or_string = marks(schema, "x-kubernetes-int-or-string");
        let mut read = Structural {
            kind,
            int_or_string,
            nullable: marks(schema, "nullable"),
            embedded: marks(schema, "x-kubernetes-embedded-resource"),
            keeps_unknown: marks(schema, "x-kubernetes-preserve-unknown-fields"),
            list: list_type(schema),
            default: schema.get("default").filter(|it| !it.is_null()).cloned(),
            properties: below.properties(schema)?,
            others: below.others(schema)?,
            items: schema.get("items").map(|it| below.schema(it).map(Box::new)).transpose()?,
            checks: below.checks(schema, kind.filter(|_| !int_or_string))?,
            rules: list(schema, "x-kubernetes-validations").iter().map(rule).collect(),
            ..Structural::default()
        };
        read.is_ruled = read.rules_below();
        Ok(read)
    }

    fn properties(self, schema: &Value) -> Result<BTreeMap<Text, Structural>, DiffError> {
        let properties = schema.get("properties").and_then(Value::as_map);
        let properties = properties.into_iter().flat_map(Map::iter);
        let embedded = marks(schema, "x-kubernetes-embedded-resource");
        let is_servers = |name: &str, it: &Value| {
            self.source == Source::Document
                && (is_reference(it) || (embedded && matches!(name, "apiVersion" | "kind")))
        };
        let own = properties.filter(|(name, it)| !is_servers(name, it));
        own.map(|(name, it)| Ok((name.clone(), self.schema(it)?))).collect()
    }

    fn others(self, schema: &Value) -> Result<Others, DiffError> {
        Ok(match schema.get("additionalProperties") {
            None | Some(Value::Null) => Others::Unsaid,
            Some(Value::Bool(false)) => Others::Refused,
            Some(Value::Bool(true)) => Others::Anything,
            Some(of) => Others::Of(Box::new(self.schema(of)?)),
        })
    }

    fn all(self, schema: &Value, key: &str) -> Result<Vec<Structural>, DiffError> {
        list(schema, key).iter().map(|it| self.schema(it)).collect()
    }

    fn checks(
        self,
        schema: &Value,
        kind: Option<JsonType>,
    ) -> Result<Option<Box<Checks>>, DiffError> {
        const CHECKED: [&str; 21] = [
            "format",
            "maximum",
            "minimum",
            "multipleOf",
            "maxLength",
            "minLength",
            "maxItems",
            "minItems",
            "maxProperties",
            "minProperties",
            "uniqueItems",
            "pattern",
            "required",
            "enum",
            "allOf",
            "anyOf",
            "oneOf",
            "not",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "$ref",
        ];
        if !CHECKED.iter().any(|it| schema.get(it).is_some()) {
            return Ok(None);
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str).filter(|it| !it.is_empty());
        let number = |key: &str| schema.get(key).and_then(as_float);
        let bound = |key: &str, exclusive: &str| {
            number(key).map(|at| Bound { at, exclusive: marks(schema, exclusive) })
        };
        let range = |least: &str, most: &str| {
            let count = |key: &str| schema.get(key).and_then(Value::as_int);
            Range { least: count(least), most: count(most) }
        };
        Ok(Some(Box::new(Checks {
            format: text("format").and_then(|it| known_format(it, kind)),
            maximum: bound("maximum", "exclusiveMaximum"),
            minimum: bound("minimum", "exclusiveMinimum"),
            multiple_of: number("multipleOf"),
            length: range("minLength", "maxLength"),
            items: range("minItems", "maxItems"),
            properties: range("minProperties", "maxProperties"),
            unique_items: marks(schema, "uniqueItems"),
            pattern: text("pattern").map(Pattern::new),
            required: texts(schema, "required"),
            values: list(schema, "enum").to_vec(),
            all_of: self.all(schema, "allOf")?,
            any_of: self.all(schema, "anyOf")?,
            one_of: self.all(schema, "oneOf")?,
            not: schema.get("not").map(|it| self.schema(it)).transpose()?,
        })))
    }
}

fn json_type(name: &str) -> Option<JsonType> {
    Some(match name {
        "object" => JsonType::Object,
        "array" => JsonType::Array,
        "string" => JsonType::String,
        "integer" => JsonType::Integer,
        "number" => JsonType::Number,
        "boolean" => JsonType::Boolean,
        _ => return None,
    })
}

/// The format as the server checks it; formats that do not fit the type are none.
fn known_format(name: &str, kind: Option<JsonType>) -> Option<Text> {
    let fits: &[&str] = match kind {
        None | Some(JsonType::String) => {
            let known = FORMATS.contains(&name.replace('-', "").as_str());
            return known.then(|| name.into());
        }
        Some(JsonType::Integer) => &["int32", "int64"],
        Some(JsonType::Number) => &["float", "double"],
        Some(JsonType::Object | JsonType::Array | JsonType::Boolean) => &[],
    };
    fits.contains(&name).then(|| name.into())
}

fn list_type(schema: &Value) -> Option<Keys> {
    Some(match schema.get("x-kubernetes-list-type")?.as_str()? {
        "set" => Keys::Set,
        "map" => Keys::Map(texts(schema, "x-kubernetes-list-map-keys")),
        _ => Keys::Atomic,
    })
}

fn rule(rule: &Value) -> Rule {
    let text = |key: &str| rule.get(key).and_then(Value::as_str).unwrap_or_default().into();
    Rule {
        expression: text("rule"),
        message: text("message"),
        message_expression: text("messageExpression"),
        reason: text("reason"),
        field_path: text("fieldPath"),
        optional_old_self: marks(rule, "optionalOldSelf"),
    }
}

fn is_reference(schema: &Value) -> bool {
    let first = list(schema, "allOf").first();
    schema.get("$ref").is_some() || first.is_some_and(|it| it.get("$ref").is_some())
}

fn marks(schema: &Value, key: &str) -> bool {
    schema.get(key).and_then(Value::as_bool) == Some(true)
}

fn list<'a>(schema: &'a Value, key: &str) -> &'a [Value] {
    schema.get(key).and_then(Value::as_list).unwrap_or_default()
}

fn texts(schema: &Value, key: &str) -> Vec<Text> {
    list(schema, key).iter().filter_map(|it| it.as_str().map(Text::from)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "as the server reads bounds")]
fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
