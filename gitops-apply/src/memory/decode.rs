//! What the API server reads of a body: the fields that the kind has, in the types they have.

use gitops_diff::{Scalar, Schema, TypeRef, Value};

use super::params::Validation;
use super::resource::Resource;
use super::status::Status;

/// An object without the fields that its kind does not have.
///
/// # Errors
/// A value of a wrong type in a built-in kind; with strict validation an unknown field.
pub(super) fn decode(
    schema: &Schema,
    resource: &Resource,
    object: Value,
    validation: Validation,
    warnings: &mut Vec<String>,
) -> Result<Value, Status> {
    let of = schema.type_of(&resource.group_kind(), &resource.version);
    let mut decoder = Decoder { resource, unknown: Vec::new(), path: Vec::new() };
    let object = decoder.value(of, object)?;
    let unknown = decoder.unknown.iter().map(|it| format!("unknown field \"{it}\""));
    match validation {
        Validation::Ignore => {}
        Validation::Warn => warnings.extend(unknown),
        Validation::Strict if decoder.unknown.is_empty() => {}
        Validation::Strict => {
            let fields: Vec<String> = unknown.collect();
            let why = format!("strict decoding error: {}", fields.join(", "));
            return Err(unreadable(resource, &why));
        }
    }
    Ok(object)
}

/// Checks what a body says it is, and says it where it does not.
///
/// # Errors
/// Another kind or version than the path's.
pub(super) fn typed(resource: &Resource, object: &mut Value) -> Result<(), Status> {
    let Some(members) = object.as_map_mut() else {
        let message = format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; \
             json parse error: json: cannot unmarshal into Go value",
            resource.kind
        );
        return Err(Status::bad_request(message));
    };
    let expected = resource.api_version();
    let text = |key| members.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if (version.is_empty() || kind.is_empty()) && resource.rules.custom {
        let missing = if kind.is_empty() { "Kind" } else { "apiVersion" };
        return Err(Status::bad_request(format!("Object '{missing}' is missing")));
    }
    if !version.is_empty() && version != expected {
        let message = format!(
            "the API version in the data ({version}) does not match the expected API version \
             ({expected})"
        );
        return Err(Status::bad_request(message));
    }
    if !kind.is_empty() && resource.kind != kind.as_str() {
        let message = format!(
            "{kind} in version \"{}\" cannot be handled as a {}: converting ({}.{kind}) to \
             ({}.{}): unknown conversion",
            resource.version, resource.kind, resource.version, resource.group, resource.kind
        );
        return Err(Status::bad_request(message));
    }
    members.insert("apiVersion", expected.into());
    members.insert("kind", resource.kind.clone().into());
    Ok(())
}

fn unreadable(resource: &Resource, why: &str) -> Status {
    let Resource { kind, version, .. } = resource;
    let message = format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {why}");
    Status::bad_request(message)
}

struct Decoder<'a> {
    resource: &'a Resource,
    unknown: Vec<String>,
    path: Vec<String>,
}

impl Decoder<'_> {
    fn value(&mut self, of: TypeRef<'_>, value: Value) -> Result<Value, Status> {
        if of.is_deduced() {
            return Ok(value);
        }
        match value {
            Value::Map(members) => {
                let Some(map) = of.map() else {
                    return self.wrong(of, Value::Map(members));
                };
                let mut kept = Vec::with_capacity(members.len());
                for (name, value) in members {
                    let nullable = map.is_nullable(&name);
                    let Some(below) = map.field(&name) else {
                        self.unknown.push(self.at(&name));
                        continue;
                    };
                    if !value.is_null() || nullable {
                        self.path.push(name.to_string());
                        kept.push((name, self.value(below, value)?));
                        self.path.pop();
                    }
                }
                Ok(Value::Map(kept.into_iter().collect()))
            }
            Value::List(items) => {
                let Some(list) = of.list() else {
                    return self.wrong(of, Value::List(items));
                };
                let mut kept = Vec::with_capacity(items.len());
                for (at, item) in items.into_iter().enumerate() {
                    self.path.push(format!("[{at}]"));
                    kept.push(self.value(list.element(), item)?);
                    self.path.pop();
                }
                Ok(Value::List(kept))
            }
            scalar => self.scalar(of, scalar),
        }
    }

    fn scalar(&mut self, of: TypeRef<'_>, value: Value) -> Result<Value, Status> {
        let fits = match (&value, of.scalar()) {
            (Value::Null, _) | (_, Some(Scalar::Untyped)) => true,
            (Value::Str(_), Some(scalar)) => scalar == Scalar::String,
            (Value::Bool(_), Some(scalar)) => scalar == Scalar::Boolean,
            (_, Some(scalar)) => scalar == Scalar::Numeric,
            (_, None) => false,
        };
        if fits { Ok(value) } else { self.wrong(of, value) }
    }

    /// A value of a wrong type: a built-in kind cannot hold it, a custom one leaves it to the
    /// validation by its schema.
    fn wrong(&self, of: TypeRef<'_>, value: Value) -> Result<Value, Status> {
        if self.resource.rules.custom {
            return Ok(value);
        }
        let found = match value {
            Value::List(_) => "array",
            Value::Map(_) => "object",
            Value::Bool(_) => "bool",
            ref other => other.type_name(),
        };
        let expected = match (of.scalar(), of.list(), of.map()) {
            (Some(Scalar::String), ..) => "string",
            (Some(Scalar::Boolean), ..) => "bool",
            (Some(_), ..) => "number",
            (_, Some(_), _) => "list",
            _ => "struct",
        };
        let why = format!(
            "json: cannot unmarshal {found} into Go struct field {}.{} of type {expected}",
            self.resource.kind,
            self.path
                .iter()
                .filter(|it| !it.starts_with('['))
                .cloned()
                .collect::<Vec<_>>()
                .join(".")
        );
        Err(unreadable(self.resource, &why))
    }

    /// The path of a field of the value that is read: `spec.containers[0].name`.
    fn at(&self, name: &str) -> String {
        let mut path = String::new();
        for part in self.path.iter().map(String::as_str).chain([name]) {
            if !path.is_empty() && !part.starts_with('[') {
                path.push('.');
            }
            path.push_str(part);
        }
        path
    }
}
