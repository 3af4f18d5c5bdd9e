//! `values.schema.json`: what values a chart takes. The rules are those of Helm's
//! `pkg/chart/common/util/jsonschema.go`; the words of single errors are like those of its library.

mod weight;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, Retrieve, Uri, ValidationError, Validator};
use serde_json::Value as Json;

use self::weight::{TooMuch, weight};
use super::node::Node;
use crate::helm::go::{Map, Str, Value};
use crate::yaml::number::go_general;

/// Errors that are looked for one by one.
const MOST_ERRORS: u64 = 500_000;

/// Schemas that lie elsewhere: those that are at hand, and those that were asked for.
#[derive(Clone, Debug, Default)]
pub(in crate::helm) struct Elsewhere {
    known: Arc<BTreeMap<String, Vec<u8>>>,
    missing: Arc<Mutex<BTreeSet<String>>>,
    asked: Arc<AtomicBool>,
}

impl Elsewhere {
    /// With these texts at hand, by their addresses.
    pub(in crate::helm) fn new(known: BTreeMap<String, Vec<u8>>) -> Self {
        Self { known: Arc::new(known), ..Self::default() }
    }

    /// Whether something was asked for, at hand or not.
    pub(in crate::helm) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Those that are at hand and can be read.
    fn schemas(&self) -> Vec<Json> {
        self.known.values().filter_map(|text| serde_json::from_slice(text).ok()).collect()
    }

    /// The addresses that were asked for and are not at hand.
    pub(in crate::helm) fn missing(&self) -> BTreeSet<String> {
        self.missing.lock().map(|missing| missing.clone()).unwrap_or_default()
    }
}

impl Retrieve for Elsewhere {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<Json, Box<dyn std::error::Error + Send + Sync>> {
        self.asked.store(true, Ordering::Relaxed);
        let address = uri.as_str();
        if let Some(text) = self.known.get(address) {
            return Ok(serde_json::from_slice(text)?);
        }
        if address.starts_with("urn:") {
            return Ok(Json::Bool(true)); // As Helm, which lets everything pass.
        }
        if address.starts_with("http://") || address.starts_with("https://") {
            if let Ok(mut missing) = self.missing.lock() {
                missing.insert(address.to_owned());
            }
            return Err(format!("{address} has to be fetched first").into());
        }
        Err(format!("{address} is not part of the chart").into())
    }
}

/// Checks the values of a chart and of all charts inside it.
///
/// # Errors
/// All that is wrong, chart by chart.
pub(in crate::helm) fn check(
    node: &Node<'_>,
    values: &Map,
    elsewhere: &Elsewhere,
) -> Result<(), String> {
    let mut wrong = String::new();
    collect(node, values, elsewhere, &mut wrong);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{wrong}"
    ))
}

fn collect(node: &Node<'_>, values: &Map, elsewhere: &Elsewhere, wrong: &mut String) {
    if let Some(schema) = &node.chart.schema
        && let Err(problem) = schema.check(values, elsewhere)
    {
        let _ = write!(wrong, "{}:\n{problem}", &*node.name());
    }
    for inner in &node.dependencies {
        let name = inner.name().to_owned();
        match values.get(name.as_bytes()) {
            None | Some(Value::Nil) => {}
            Some(Value::Map(values)) => collect(inner, &values, elsewhere, wrong),
            Some(other) => {
                let found = other.ty().map_or_else(|| "<nil>".to_owned(), |ty| ty.to_string());
                let _ = writeln!(
                    wrong,
                    "{name}:\ninvalid type for values: expected object (map), got {found}"
                );
            }
        }
    }
}

/// A `values.schema.json`, which is made ready once as long as nothing of it lies elsewhere.
#[derive(Clone, Debug)]
pub(in crate::helm) struct Schema {
    text: Str,
    ready: Arc<OnceLock<Ready>>,
}

/// A schema that was read.
#[derive(Debug)]
struct Ready {
    schema: Json,
    /// The schemas that it may refer to.
    others: Vec<Json>,
    validator: Validator,
}

impl Schema {
    pub(super) fn new(text: Str) -> Self {
        Self { text, ready: Arc::default() }
    }

    fn check(&self, values: &Map, elsewhere: &Elsewhere) -> Result<(), String> {
        if let Some(ready) = self.ready.get() {
            return ready.check(values);
        }
        let ready = Ready::new(&self.text, elsewhere)?;
        let result = ready.check(values);
        if !elsewhere.was_asked() {
            // Two renders may both have made it ready: either is as good.
            let _ = self.ready.set(ready);
        }
        result
    }
}

impl Ready {
    fn new(text: &[u8], elsewhere: &Elsewhere) -> Result<Self, String> {
        let mut schema: Json = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let validator = validator(&mut schema, elsewhere)?;
        let others = if elsewhere.was_asked() { elsewhere.schemas() } else { Vec::new() };
        Ok(Self { schema, others, validator })
    }

    fn check(&self, values: &Map) -> Result<(), String> {
        let values = json(&Value::Map(values.clone()), 0)?;
        let weight = weight(&self.schema, &self.others, &values).map_err(|TooMuch| {
            "values.schema.json has values looked at too often to be checked\n".to_owned()
        })?;
        if weight > MOST_ERRORS {
            return if self.validator.is_valid(&values) {
                Ok(())
            } else {
                Err("- at '': too much is wrong to be told\n\n".to_owned())
            };
        }
        validate(&self.validator, &values)
    }
}

fn validator(schema: &mut Json, elsewhere: &Elsewhere) -> Result<Validator, String> {
    let draft = draft(schema);
    jsonschema::options()
        .with_draft(draft)
        .with_base_uri("file:///values.schema.json")
        .with_retriever(elsewhere.clone())
        .build(schema)
        .map_err(|error| {
            let (meta, path) = (meta_schema(draft), error.instance_path().as_str().to_owned());
            format!(
                "\"file:///values.schema.json#\" is not valid against metaschema: jsonschema \
                 validation failed with '{meta}#'\n- at '{path}': {}",
                words(&error)
            )
        })
}

fn validate(validator: &Validator, values: &Json) -> Result<(), String> {
    let errors: Vec<ValidationError<'_>> = validator.iter_errors(values).collect();
    // Where the type is wrong, Helm's library looks no further into the schema that says so.
    let is_type =
        |error: &&ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::Type { .. });
    let of_types: BTreeSet<(&str, &str)> = errors.iter().filter(is_type).map(place).collect();
    let mut lines: Vec<(String, String)> = (errors.iter())
        .filter(|error| is_type(error) || !of_types.contains(&place(error)))
        .map(|error| (error.instance_path().as_str().to_owned(), words(error)))
        .collect();
    lines.sort();
    if lines.is_empty() {
        return Ok(());
    }
    let lines = lines.iter().map(|(path, words)| format!("- at '{path}': {words}\n"));
    Err(lines.collect::<Vec<_>>().concat() + "\n")
}

/// The value that an error is about, and the schema that it offends.
fn place<'e>(error: &'e ValidationError<'_>) -> (&'e str, &'e str) {
    let keyword = error.schema_path().as_str();
    let schema = keyword.rsplit_once('/').map_or("", |(schema, _)| schema);
    (error.instance_path().as_str(), schema)
}

/// The draft that a schema names, the newest without a name. The name itself is taken out, since
/// not all names that Helm knows are known here.
fn draft(schema: &mut Json) -> Draft {
    let named = schema.as_object_mut().and_then(|members| members.remove("$schema"));
    let name = named.as_ref().and_then(Json::as_str).unwrap_or_default();
    let name = name.trim_end_matches('#');
    match name.split_once("://").map_or(name, |(_, rest)| rest) {
        "json-schema.org/draft/2019-09/schema" => Draft::Draft201909,
        "json-schema.org/draft-07/schema" => Draft::Draft7,
        "json-schema.org/draft-06/schema" => Draft::Draft6,
        "json-schema.org/draft-04/schema" => Draft::Draft4,
        _ => Draft::Draft202012,
    }
}

/// The schema of schemas of a draft.
fn meta_schema(draft: Draft) -> &'static str {
    match draft {
        Draft::Draft4 => "http://json-schema.org/draft-04/schema",
        Draft::Draft6 => "http://json-schema.org/draft-06/schema",
        Draft::Draft7 => "http://json-schema.org/draft-07/schema",
        Draft::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
        _ => "https://json-schema.org/draft/2020-12/schema",
    }
}

/// Values as JSON; a whole float is an integer, as it is to Helm's library.
fn json(value: &Value, depth: u32) -> Result<Json, String> {
    if depth > 512 {
        return Err("the values are nested too deep".to_owned());
    }
    Ok(match value {
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value, _) => Json::from(*value),
        Value::Float(value) => match go_general_whole(*value) {
            Some(whole) => Json::from(whole),
            None => Json::from(*value),
        },
        Value::Str(text) => Json::String(text.lossy().into_owned()),
        Value::List(items) => {
            Json::Array(items.iter().map(|item| json(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let entries = map.entries();
            let members = entries
                .iter()
                .map(|(key, value)| Ok((key.lossy().into_owned(), json(value, depth + 1)?)));
            Json::Object(members.collect::<Result<_, String>>()?)
        }
        _ => Json::Null,
    })
}

fn go_general_whole(value: f64) -> Option<i64> {
    // Within 53 bits each whole float is one integer.
    let whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 53 bits")]
    whole.then_some(value as i64)
}

/// The error in the words of Helm's library, where it is one of those that are seen every day.
fn words(error: &ValidationError<'_>) -> String {
    let found = error.instance();
    match error.kind() {
        ValidationErrorKind::Type { kind } => {
            format!("got {}, want {}", type_name(found), type_names(kind))
        }
        ValidationErrorKind::Required { property } => {
            format!("missing property '{}'", property.as_str().unwrap_or_default())
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("'{name}'")).collect();
            format!("additional properties {} not allowed", names.join(", "))
        }
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let options: Vec<String> = options.iter().map(shown).collect();
            format!("value must be one of {}", options.join(", "))
        }
        ValidationErrorKind::Constant { expected_value } => {
            format!("value must be {}", shown(expected_value))
        }
        ValidationErrorKind::Pattern { pattern } => {
            format!("{} does not match pattern '{pattern}'", shown(found))
        }
        ValidationErrorKind::Minimum { limit } => bound("minimum", found, limit),
        ValidationErrorKind::Maximum { limit } => bound("maximum", found, limit),
        ValidationErrorKind::ExclusiveMinimum { limit } => bound("exclusiveMinimum", found, limit),
        ValidationErrorKind::ExclusiveMaximum { limit } => bound("exclusiveMaximum", found, limit),
        ValidationErrorKind::OneOfMultipleValid { .. } => "'oneOf' failed".to_owned(),
        ValidationErrorKind::OneOfNotValid { .. } => "'oneOf' failed, none matched".to_owned(),
        ValidationErrorKind::AnyOf { .. } => "'anyOf' failed".to_owned(),
        ValidationErrorKind::Not { .. } => "'not' failed".to_owned(),
        ValidationErrorKind::FalseSchema => "false schema".to_owned(),
        _ => error.to_string(),
    }
}

fn bound(keyword: &str, found: &Json, limit: &Json) -> String {
    format!("{keyword}: got {}, want {}", grouped(found), grouped(limit))
}

/// A number with a comma between each three digits before the point.
fn grouped(number: &Json) -> String {
    let text = number.as_i64().map_or_else(
        || number.as_f64().map(go_general).unwrap_or_default(),
        |whole| whole.to_string(),
    );
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = String::from(sign);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + fraction
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

fn type_names(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => {
            let names: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            names.join(" or ")
        }
    }
}
