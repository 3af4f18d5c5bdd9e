//! The types out of an `OpenAPI` document, and out of a comment that names one.

use gitops_diff::{Map, Text, Value};

use super::types::{Edge, Shape, Types, short};
use crate::kustomize::problem::{Problem, Result};
use crate::yaml::{self, Dialect, Duplicates, Options};

const KINDS: &str = "x-kubernetes-group-version-kind";
const STRATEGY: &str = "x-kubernetes-patch-strategy";
const KEY: &str = "x-kubernetes-patch-merge-key";
const KEYS: &str = "x-kubernetes-list-map-keys";

/// The types that a document defines, in JSON or YAML.
///
/// # Errors
/// Where it is neither, or its definitions are no map.
pub(super) fn read(bytes: &[u8]) -> Result<Types> {
    let options =
        Options { dialect: Dialect::GoV2, duplicates: Duplicates::LastWins, ..Options::default() };
    let documents =
        yaml::parse(bytes, &options).map_err(|error| Problem::new(error.to_string()))?;
    let Some(document) = documents.into_iter().next() else { return Err(Problem::new("EOF")) };
    let root = map(&document.value, "the document")?;
    let mut types = Types::default();
    if let Some(definitions) = root.get("definitions") {
        for (name, definition) in map(definitions, "definitions")?.iter() {
            define(&mut types, name, definition)?;
        }
    }
    if let Some(paths) = root.get("paths") {
        for (path, item) in map(paths, "paths")?.iter() {
            note_scope(&mut types, path, item);
        }
    }
    Ok(types)
}

/// The type that a comment behind a field names, if it names one: by reference, or in full.
pub(super) fn comment(text: &str, types: &mut Types) -> Option<Edge> {
    let value: Value = serde_json::from_str(text).ok()?;
    let map = value.as_map().filter(|map| !map.is_empty())?;
    let all_texts = map.values().all(|value| value.as_str().is_some());
    match map.get("$openapi").and_then(Value::as_str) {
        Some(name) if all_texts && !name.is_empty() => {
            Some(Edge::Named(format!("cli.setters.{name}").into()))
        }
        _ => Some(compile(types, map)),
    }
}

fn map<'a>(value: &'a Value, what: &str) -> Result<&'a Map> {
    value.as_map().ok_or_else(|| Problem::new(format!("{what} must be an object")))
}

fn define(types: &mut Types, name: &str, definition: &Value) -> Result<()> {
    let definition = map(definition, name)?;
    let edge = compile(types, definition);
    for kind in definition.get(KINDS).and_then(Value::as_list).unwrap_or_default() {
        if let Some(kind) = kind_of(kind) {
            types.set_kind(kind, edge.clone());
        }
    }
    types.name(short(name), edge);
    Ok(())
}

/// `apps/v1/Deployment`.
fn kind_of(value: &Value) -> Option<Text> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let (version, kind) = (text("version")?, text("kind")?);
    Some(match text("group") {
        Some(group) if !group.is_empty() => format!("{group}/{version}/{kind}").into(),
        _ => format!("{version}/{kind}").into(),
    })
}

fn note_scope(types: &mut Types, path: &str, item: &Value) {
    let kind = item.get("get").and_then(|get| get.get(KINDS)).and_then(kind_of);
    if let Some(kind) = kind {
        types.scope(kind, path.contains("namespaces/{namespace}"));
    }
}

/// The type that a schema describes. It nests as deep as the document, which is within limits.
fn compile(types: &mut Types, schema: &Map) -> Edge {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str).filter(|it| !it.is_empty())
    {
        let name = reference.strip_prefix("#/definitions/").map_or(reference, short);
        return Edge::Named(name.replace("~1", "/").replace("~0", "~").into());
    }
    let mut part = |value: &Value| Some(compile(types, value.as_map()?));
    let properties = schema.get("properties").and_then(Value::as_map);
    let fields: Vec<(Text, Edge)> = properties
        .into_iter()
        .flat_map(Map::iter)
        .filter_map(|(name, value)| Some((name.clone(), part(value)?)))
        .collect();
    let values = schema.get("additionalProperties").and_then(&mut part);
    let items = schema.get("items").filter(|_| is_array(schema)).and_then(&mut part);
    let keys = merge_keys(schema);
    if fields.is_empty() && values.is_none() && items.is_none() && keys.is_none() {
        return Edge::Leaf;
    }
    let mut shape = Shape { fields, values, items, keys };
    shape.fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    types.add(shape)
}

fn is_array(schema: &Map) -> bool {
    match schema.get("type") {
        Some(Value::Str(name)) => *name == "array",
        Some(Value::List(names)) => names.len() == 1 && names[0].as_str() == Some("array"),
        _ => false,
    }
}

/// The keys by which a list is merged, if it is.
fn merge_keys(schema: &Map) -> Option<Vec<Text>> {
    let strategy = schema.get(STRATEGY)?.as_str()?;
    if !strategy.split(',').any(|it| it == "merge") {
        return None;
    }
    if let Some(keys) = schema.get(KEYS).and_then(Value::as_list) {
        return Some(keys.iter().filter_map(Value::as_str).map(Text::from).collect());
    }
    let key = schema.get(KEY).and_then(Value::as_str);
    Some(key.into_iter().map(Text::from).collect())
}
