//! From OpenAPI v3 documents to tables, by the rules of kube-openapi's `schemaconv`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::table::{
    Atom, DEDUCED, Field, Format, Keys, List, Map, Origin, Scalar, Table, UNTYPED, Unset,
};
use super::{Kind, Kinds, Scope, Version, text};
use crate::{DiffError, GroupKind, Text, Value};

/// Deeper than any schema that an API server accepts; a limit against hostile input.
const MAX_DEPTH: usize = 256;

/// Reads the kinds that `discovery` names, with their types from `documents`.
pub(super) fn kinds<'a>(
    documents: impl IntoIterator<Item = &'a Value>,
    discovery: impl IntoIterator<Item = &'a Value>,
) -> Result<Kinds, DiffError> {
    let mut builder = Builder::new(Origin::Builtin);
    for document in documents {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_map);
        let schemas = schemas.into_iter().flat_map(crate::Map::iter);
        builder.definitions.extend(schemas.map(|(name, schema)| (name.as_str(), schema)));
    }
    let definitions = builder.definitions.clone();
    let roots = builder.roots()?;
    let table = Arc::new(builder.finish());
    let mut kinds = Kinds::default();
    for resource in discovery.into_iter().flat_map(resources) {
        resource.add_to(&mut kinds, &table, &roots, &definitions)?;
    }
    Ok(kinds)
}

/// Group, version and kind to the place of its type.
type Roots = BTreeMap<(Text, Text, Text), u32>;

/// Named schemas.
type Definitions<'a> = BTreeMap<&'a str, &'a Value>;

/// The name under which a server publishes a kind that a definition defines: `com.example.v1.Kind`.
/// The types of its own kinds have the names of Go packages.
fn custom_name(group: &str, version: &str, kind: &str) -> String {
    let domain: Vec<&str> = group.rsplit('.').collect();
    format!("{}.{version}.{kind}", domain.join("."))
}

/// One resource of a discovery document.
struct Resource<'a> {
    group: &'a str,
    version: &'a str,
    value: &'a Value,
}

fn resources(discovery: &Value) -> impl Iterator<Item = Resource<'_>> {
    list(discovery, "items").flat_map(|item| {
        let group = item.pointer("/metadata/name").and_then(Value::as_str);
        let group = group.unwrap_or_default();
        list(item, "versions").flat_map(move |version| {
            let number = version.get("version").and_then(Value::as_str);
            let version_name = number.unwrap_or_default();
            list(version, "resources").map(move |value| Resource {
                group,
                version: version_name,
                value,
            })
        })
    })
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_list).into_iter().flatten()
}

impl Resource<'_> {
    fn add_to(
        &self,
        kinds: &mut Kinds,
        table: &Arc<Table>,
        roots: &Roots,
        definitions: &Definitions<'_>,
    ) -> Result<(), DiffError> {
        let text = |pointer| self.value.pointer(pointer).and_then(Value::as_str);
        let (Some(kind), Some(plural)) = (text("/responseKind/kind"), text("/resource")) else {
            return Ok(());
        };
        let (group, version) = (Text::from(self.group), Text::from(self.version));
        let root = roots.get(&(group.clone(), version.clone(), kind.into()));
        let subresources = list(self.value, "subresources");
        let subresources = subresources.filter_map(|it| it.get("subresource")?.as_str());
        let mut subresources: Vec<Text> = subresources.map(Text::from).collect();
        subresources.sort();
        let custom = definitions.get(custom_name(self.group, self.version, kind).as_str());
        let described = match custom {
            Some(schema) => super::crd::published(schema, subresources)?,
            None => Version {
                table: Arc::clone(table),
                root: root.copied().unwrap_or(DEDUCED),
                subresources,
                definition: None,
            },
        };
        let cluster = text("/scope") == Some("Cluster");
        let entry = kinds.0.entry(GroupKind::new(group, kind)).or_insert_with(|| {
            Arc::new(Kind {
                scope: if cluster { Scope::Cluster } else { Scope::Namespaced },
                plural: plural.into(),
                versions: BTreeMap::new(),
            })
        });
        Arc::make_mut(entry).versions.insert(version, described);
        Ok(())
    }
}

/// Collects types from schemas; equal types are kept once.
pub(super) struct Builder<'a> {
    table: Table,
    definitions: Definitions<'a>,
    /// Named types by name and the map type that a reference to them demands.
    named: BTreeMap<(&'a str, Option<bool>), u32>,
    /// Types without a name, by their text.
    inlined: BTreeMap<String, u32>,
    /// The object meta of another table, copied into this one.
    pub(super) object_meta: Option<u32>,
}

/// Where in a schema the builder is.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) keep_unknown: bool,
    pub(super) depth: usize,
}

impl Place {
    fn below(self, schema: &Value) -> Result<Self, DiffError> {
        if self.depth >= MAX_DEPTH {
            let what = "the depth of a schema".into();
            return Err(DiffError::Limit { what, limit: MAX_DEPTH as u64 });
        }
        let keeps = marker(schema, "preserve-unknown-fields").and_then(Value::as_bool);
        let keep_unknown = self.keep_unknown || keeps == Some(true);
        Ok(Self { keep_unknown, depth: self.depth + 1 })
    }
}

fn marker<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    schema.get(&format!("x-kubernetes-{name}"))
}

impl<'a> Builder<'a> {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            table: Table::new(origin),
            definitions: BTreeMap::new(),
            named: BTreeMap::new(),
            inlined: BTreeMap::new(),
            object_meta: None,
        }
    }

    /// The types of all definitions that are the type of a kind.
    fn roots(&mut self) -> Result<Roots, DiffError> {
        let mut roots = Roots::new();
        for (name, schema) in self.definitions.clone() {
            let kinds = list(schema, "x-kubernetes-group-version-kind");
            // What every group has (DeleteOptions, WatchEvent) is no kind of its own.
            let kinds: Vec<_> = kinds.collect();
            if let [kind] = kinds[..] {
                let part =
                    |key| Text::from(kind.get(key).and_then(Value::as_str).unwrap_or_default());
                let place = self.reference(name, None)?;
                roots.insert((part("group"), part("version"), part("kind")), place);
            }
        }
        Ok(roots)
    }

    /// The table, with only those defaults that tell items of list maps apart.
    pub(super) fn finish(mut self) -> Table {
        let mut keys = std::collections::BTreeSet::new();
        for list in self.table.types.iter().filter_map(|it| it.list.as_ref()) {
            if let Keys::Map(names) = &list.keys {
                keys.extend(names.iter().map(|name| (list.element, name.clone())));
            }
        }
        for (at, atom) in (0..).zip(&mut self.table.types) {
            for field in atom.map.iter_mut().flat_map(|it| &mut it.fields) {
                field.default =
                    field.default.take().filter(|_| keys.contains(&(at, field.name.clone())));
            }
        }
        self.table
    }

    /// The type of a definition, with the map type that the reference demands.
    fn reference(&mut self, name: &'a str, atomic: Option<bool>) -> Result<u32, DiffError> {
        if let Some(place) = self.named.get(&(name, atomic)) {
            return Ok(*place);
        }
        let place = self.push(Atom::default());
        self.named.insert((name, atomic), place);
        let scalar = |format| Atom {
            scalar: Some(Scalar::Untyped),
            format: Some(format),
            ..Atom::default()
        };
        let mut atom = match (name, self.definitions.get(name).copied()) {
            ("io.k8s.apimachinery.pkg.api.resource.Quantity", _) => scalar(Format::Quantity),
            ("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", _) => scalar(Format::MicroTime),
            ("io.k8s.apimachinery.pkg.runtime.RawExtension", _) => Table::untyped().1,
            (_, None) => Table::untyped().0,
            (_, Some(schema)) => self.atom(schema, Place { keep_unknown: false, depth: 0 })?,
        };
        if let (Some(atomic), Some(map)) = (atomic, &mut atom.map) {
            map.atomic = atomic;
        }
        self.table.types[place as usize] = atom;
        Ok(place)
    }

    pub(super) fn push(&mut self, atom: Atom) -> u32 {
        let place = self.table.types.len();
        self.table.types.push(atom);
        u32::try_from(place).expect("because no document holds so many schemas")
    }

    /// The type of a schema that is part of another.
    pub(super) fn part(&mut self, schema: &'a Value, place: Place) -> Result<u32, DiffError> {
        let single = schema.get("allOf").and_then(Value::as_list).filter(|it| it.len() == 1);
        let reference = schema.get("$ref").or_else(|| single?.first()?.get("$ref"));
        if let Some(reference) = reference.and_then(Value::as_str) {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            return self.reference(name, map_type(schema));
        }
        let atom = self.atom(schema, place)?;
        Ok(self.intern(atom))
    }

    fn intern(&mut self, atom: Atom) -> u32 {
        let key = text::key(&atom);
        if let Some(place) = self.inlined.get(&key) {
            return *place;
        }
        let place = self.push(atom);
        self.inlined.insert(key, place);
        place
    }

    pub(super) fn atom(&mut self, schema: &'a Value, place: Place) -> Result<Atom, DiffError> {
        let place = place.below(schema)?;
        let mut atom = Atom::default();
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => atom.map = Some(self.map(schema, place)?),
            Some("array") => atom.list = Some(self.list(schema, place)?),
            Some(scalar) => {
                let scalar = scalar_type(scalar, schema);
                atom.format = format(schema).filter(|it| it.1 == scalar).map(|it| it.0);
                atom.scalar = Some(scalar);
            }
            None => {
                atom.scalar = Some(Scalar::Untyped);
                atom.format = format(schema).filter(|it| it.1 == Scalar::Untyped).map(|it| it.0);
                atom.list = Some(self.list(schema, place)?);
                atom.map = Some(self.map(schema, place)?);
            }
        }
        Ok(atom)
    }

    fn list(&mut self, schema: &'a Value, place: Place) -> Result<List, DiffError> {
        let keys = list_type(schema);
        let element = match schema.get("items") {
            Some(items) => self.part(items, place)?,
            None => UNTYPED,
        };
        Ok(List { keys, element })
    }

    fn map(&mut self, schema: &'a Value, place: Place) -> Result<Map, DiffError> {
        let properties = schema.get("properties").and_then(Value::as_map);
        let mut fields = Vec::new();
        for (name, property) in properties.into_iter().flat_map(crate::Map::iter) {
            fields.push(Field {
                name: name.clone(),
                of: self.part(property, place)?,
                default: property.get("default").filter(|it| !it.is_null()).cloned(),
                nullable: property.get("nullable").and_then(Value::as_bool) == Some(true),
                unset: self.unset(schema, name, property),
            });
        }
        if marker(schema, "embedded-resource").and_then(Value::as_bool) == Some(true) {
            self.embed(&mut fields);
        }
        let element = match schema.get("additionalProperties") {
            None if place.keep_unknown || fields.is_empty() => Some(DEDUCED),
            None | Some(Value::Bool(false)) => None,
            Some(Value::Bool(true)) => Some(DEDUCED),
            Some(schema) => Some(self.part(schema, place)?),
        };
        let atomic = map_type(schema) == Some(true);
        Ok(Map { atomic, fields, element })
    }

    /// What prints where nobody set the field: the documents say it only where somebody wrote
    /// the facts of the Go types into them (`x-unset`). Else, fields that print even so are those
    /// that are required, or structs: these have an empty default.
    fn unset(&self, schema: &Value, name: &str, property: &Value) -> Unset {
        if self.table.is_custom() {
            return Unset::Nothing;
        }
        let required = list(schema, "required").any(|it| it.as_str() == Some(name));
        match (property.get("x-unset").and_then(Value::as_str), property.get("default")) {
            (Some("omitted"), _) => Unset::Omitted,
            (Some("kept"), _) => Unset::Kept,
            (Some("null"), _) => Unset::Null,
            (Some("zero"), _) => Unset::Zero,
            (_, Some(Value::Map(fields))) if fields.is_empty() => Unset::Zero,
            (_, Some(Value::Int(0) | Value::Bool(false))) if required => Unset::Zero,
            (_, Some(Value::Str(text))) if required && text.is_empty() => Unset::Zero,
            (_, None) if required => Unset::Null,
            _ if is_collection(property) => Unset::Omitted,
            _ => Unset::Kept,
        }
    }

    /// Gives a struct the fields that every object has.
    pub(super) fn embed(&mut self, fields: &mut Vec<Field>) {
        let text = self.intern(Atom { scalar: Some(Scalar::String), ..Atom::default() });
        let meta = self.object_meta.unwrap_or(DEDUCED);
        for (name, of) in [("apiVersion", text), ("kind", text), ("metadata", meta)] {
            fields.retain(|it| it.name != name);
            fields.push(Field {
                name: name.into(),
                of,
                default: None,
                nullable: false,
                unset: Unset::Nothing,
            });
        }
        fields.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Copies a type of another table, with all that it refers to.
    pub(super) fn import(
        &mut self,
        from: &Table,
        place: u32,
        seen: &mut BTreeMap<u32, u32>,
    ) -> u32 {
        if let Some(copy) = seen.get(&place) {
            return *copy;
        }
        let copy = self.push(Atom::default());
        seen.insert(place, copy);
        let mut atom = from.types[place as usize].clone();
        if let Some(list) = &mut atom.list {
            list.element = self.import(from, list.element, seen);
        }
        if let Some(map) = &mut atom.map {
            for of in map.fields.iter_mut().map(|it| &mut it.of).chain(&mut map.element) {
                *of = self.import(from, *of, seen);
            }
        }
        self.table.types[copy as usize] = atom;
        copy
    }
}

/// Whether the schema is one of a list or of a map that is no struct.
fn is_collection(schema: &Value) -> bool {
    let of = schema.get("type").and_then(Value::as_str);
    of == Some("array") || of == Some("object") && schema.get("properties").is_none()
}

fn scalar_type(name: &str, schema: &Value) -> Scalar {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match (name, format) {
        ("integer" | "number", _) => Scalar::Numeric,
        ("boolean", _) => Scalar::Boolean,
        ("string", "" | "byte") => Scalar::String,
        _ => Scalar::Untyped,
    }
}

/// The format of a schema, and the scalar that it is a format of.
fn format(schema: &Value) -> Option<(Format, Scalar)> {
    if marker(schema, "int-or-string").and_then(Value::as_bool) == Some(true) {
        return Some((Format::IntOrString, Scalar::Untyped));
    }
    match schema.get("format")?.as_str()? {
        "int-or-string" => Some((Format::IntOrString, Scalar::Untyped)),
        "date-time" => Some((Format::Time, Scalar::Untyped)),
        "byte" => Some((Format::Bytes, Scalar::String)),
        "int32" => Some((Format::Int32, Scalar::Numeric)),
        "int64" => Some((Format::Int64, Scalar::Numeric)),
        _ => None,
    }
}

/// Whether a map is atomic; `None` where the schema does not say.
fn map_type(schema: &Value) -> Option<bool> {
    let name = marker(schema, "map-type")?.as_str()?;
    Some(name == "atomic")
}

fn list_type(schema: &Value) -> Keys {
    let strings = |value: &Value| {
        let items = value.as_list().unwrap_or_default().iter();
        items.filter_map(|it| it.as_str().map(Text::from)).collect()
    };
    match marker(schema, "list-type").and_then(Value::as_str) {
        Some("set") => Keys::Set,
        Some("map") => {
            marker(schema, "list-map-keys").map_or(Keys::Set, |it| Keys::Map(strings(it)))
        }
        Some(_) => Keys::Atomic,
        None => by_patch_strategy(schema),
    }
}

/// What older schemas say instead of a list type.
fn by_patch_strategy(schema: &Value) -> Keys {
    let strategy = marker(schema, "patch-strategy").and_then(Value::as_str);
    let key = marker(schema, "patch-merge-key").and_then(Value::as_str);
    match (strategy, key) {
        (Some("merge" | "merge,retainKeys"), Some(key)) => Keys::Map(vec![key.into()]),
        (Some("merge" | "merge,retainKeys"), None) => Keys::Set,
        _ => Keys::Atomic,
    }
}
