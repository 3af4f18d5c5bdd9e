//! What the API server reads of a body: the fields that the kind has, in the types they have.

use gitops_diff::{Map, MapRef, Scalar, Schema, Text, TypeRef, Value};

use super::definition;
use super::metadata;
use super::params::Validation;
use super::resource::Resource;
use super::status::Status;

/// A body that was read.
pub(super) struct Decoded {
    /// The object without the fields that its kind does not have.
    pub(super) object: Value,
    /// Those fields.
    pub(super) unknown: Vec<String>,
}

/// An object without the fields that its kind does not have.
///
/// # Errors
/// A value of a wrong type in a built-in kind.
pub(super) fn decode(
    schema: &Schema,
    resource: &Resource,
    object: Value,
) -> Result<Decoded, Status> {
    let of = schema.type_of(&resource.group_kind(), &resource.version);
    let mut decoder = Decoder { resource, unknown: Vec::new(), path: Vec::new() };
    let object = decoder.value(of, object)?;
    Ok(Decoded { object, unknown: decoder.unknown })
}

impl Decoded {
    /// The object; unknown fields are warned of, or refused.
    pub(super) fn validated(
        self,
        resource: &Resource,
        validation: Validation,
        warnings: &mut Vec<String>,
    ) -> Result<Value, Status> {
        let unknown = self.unknown.iter().map(|it| format!("unknown field \"{it}\""));
        match validation {
            Validation::Warn => warnings.extend(unknown),
            Validation::Strict if !self.unknown.is_empty() => {
                let fields: Vec<String> = unknown.collect();
                let why = format!("strict decoding error: {}", fields.join(", "));
                return Err(unreadable(resource, &why));
            }
            _ => {}
        }
        Ok(self.object)
    }
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

/// An object of a built-in kind without its empty lists and free-form maps: the Go structs that
/// hold them leave them out (`omitempty`).
pub(super) fn without_empty(schema: &Schema, resource: &Resource, mut object: Value) -> Value {
    // In definitions, what is empty speaks: `subresources: {status: {}}`, `default: {}`.
    if resource.rules.custom || definition::is_definition(resource) {
        metadata::of(&mut object).retain(|_, value| !is_empty(value));
        return object;
    }
    let managed = metadata::of(&mut object).remove("managedFields");
    object = filled(schema.type_of(&resource.group_kind(), &resource.version), object);
    metadata::set(&mut object, "managedFields", managed);
    object
}

/// The metadata of every kind is a Go struct.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    }
}

fn filled(of: TypeRef<'_>, value: Value) -> Value {
    match (value, of.map(), of.list()) {
        (Value::Map(members), Some(map), _) if !of.is_deduced() => {
            let member = |(name, value): (Text, Value)| {
                let Some(below) = map.field(&name) else {
                    return Some((name, value));
                };
                let value = filled(below, value);
                (!is_left_out(below, &value)).then_some((name, value))
            };
            Value::Map(members.into_iter().filter_map(member).collect())
        }
        (Value::List(items), _, Some(list)) => {
            Value::List(items.into_iter().map(|it| filled(list.element(), it)).collect())
        }
        (other, ..) => other,
    }
}

/// Structs stay where they are empty (`emptyDir: {}`), maps and lists do not.
fn is_left_out(of: TypeRef<'_>, value: &Value) -> bool {
    let is_struct = || of.map().is_some_and(|it| it.field_names().next().is_some());
    match value {
        Value::List(items) => items.is_empty() && !of.is_deduced(),
        Value::Map(members) => members.is_empty() && !of.is_deduced() && !is_struct(),
        _ => false,
    }
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
            Value::Map(members) => match of.map() {
                Some(map) => self.members(map, members),
                None => self.wrong(of, Value::Map(members)),
            },
            Value::List(items) => match of.list() {
                Some(list) => self.items(list.element(), items),
                None => self.wrong(of, Value::List(items)),
            },
            scalar => self.scalar(of, scalar),
        }
    }

    fn members(&mut self, of: MapRef<'_>, members: Map) -> Result<Value, Status> {
        let mut kept = Vec::with_capacity(members.len());
        for (name, value) in members {
            let Some(below) = of.field(&name) else {
                self.unknown.push(self.at(&name));
                continue;
            };
            if !value.is_null() || of.is_nullable(&name) {
                self.path.push(name.to_string());
                kept.push((name, self.value(below, value)?));
                self.path.pop();
            }
        }
        Ok(Value::Map(kept.into_iter().collect()))
    }

    fn items(&mut self, of: TypeRef<'_>, items: Vec<Value>) -> Result<Value, Status> {
        let mut kept = Vec::with_capacity(items.len());
        for (at, item) in items.into_iter().enumerate() {
            self.path.push(format!("[{at}]"));
            kept.push(self.value(of, item)?);
            self.path.pop();
        }
        Ok(Value::List(kept))
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
