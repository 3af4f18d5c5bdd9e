//! From a `CustomResourceDefinition` to a kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::openapi::{Builder, Place};
use super::structural::Definition;
use super::table::{Atom, Map, Origin, Table};
use super::{Kind, Schema, Scope, Version};
use crate::{DiffError, GroupKind, Object, Text, Value};

/// Reads the kind that `crd` defines.
pub(super) fn kind(crd: &Object) -> Result<(GroupKind, Kind), DiffError> {
    if !crd.id().group_kind().is("apiextensions.k8s.io", "CustomResourceDefinition") {
        let message = format!("{} is no CustomResourceDefinition", crd.id());
        return Err(DiffError::invalid(message));
    }
    let group_kind = GroupKind::new(text(crd, "/spec/group")?, text(crd, "/spec/names/kind")?);
    let scope = match text(crd, "/spec/scope")? {
        "Namespaced" => Scope::Namespaced,
        "Cluster" => Scope::Cluster,
        _ => return Err(wrong(crd, "/spec/scope", "`Namespaced` or `Cluster`")),
    };
    let versions = crd.pointer("/spec/versions").and_then(Value::as_list);
    let versions = versions.ok_or_else(|| wrong(crd, "/spec/versions", "a list"))?;
    let stored = versions.iter().find(|it| it.get("storage") == Some(&Value::Bool(true)));
    let stored = stored.and_then(|it| it.get("name")?.as_str()).unwrap_or_default();
    let versions = versions.iter().map(|it| version(crd, it, stored)).collect::<Result<_, _>>()?;
    let plural = text(crd, "/spec/names/plural")?.into();
    Ok((group_kind, Kind { scope, plural, versions }))
}

fn version(crd: &Object, version: &Value, stored: &str) -> Result<(Text, Version), DiffError> {
    let name = version.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| wrong(crd, "/spec/versions/name", "a string"))?;
    let preserve = crd.pointer("/spec/preserveUnknownFields").and_then(Value::as_bool);
    let keep_unknown = preserve == Some(true);
    let schema = version.pointer("/schema/openAPIV3Schema").filter(|it| !it.is_null());
    let (table, root) = table(schema, keep_unknown)?;
    let definition = Definition::read(version, stored.into(), keep_unknown)?;
    let definition = Some(Arc::new(definition));
    let subresources = version.get("subresources").and_then(Value::as_map);
    let subresources = subresources.into_iter().flat_map(|it| it.keys().cloned()).collect();
    Ok((name.into(), Version { table, root, subresources, definition }))
}

/// A version as a server publishes it: not said is in which version objects are stored, and
/// where the subresource `scale` finds its numbers.
pub(super) fn published(schema: &Value, subresources: Vec<Text>) -> Result<Version, DiffError> {
    let (table, root) = table(Some(schema), false)?;
    let status = subresources.iter().any(|it| *it == "status");
    let definition = Definition::published(schema, status)?;
    Ok(Version { table, root, subresources, definition: Some(Arc::new(definition)) })
}

/// The types of a schema, and the place of its own.
fn table(schema: Option<&Value>, keep_unknown: bool) -> Result<(Arc<Table>, u32), DiffError> {
    let mut builder = Builder::new(Origin::Custom);
    builder.object_meta = object_meta(&mut builder);
    let root = match schema {
        None => super::table::DEDUCED,
        Some(schema) => {
            let mut atom = builder.atom(schema, Place { keep_unknown, depth: 0 })?;
            complete(&mut builder, &mut atom);
            builder.push(atom)
        }
    };
    Ok((Arc::new(builder.finish()), root))
}

/// The fields that every object has, whatever the schema says of them.
fn complete(builder: &mut Builder<'_>, atom: &mut Atom) {
    let empty = || Map { atomic: false, fields: Vec::new(), element: None };
    let map = atom.map.get_or_insert_with(empty);
    builder.embed(&mut map.fields);
}

/// The type of `metadata`, copied from the built-in kinds.
fn object_meta(builder: &mut Builder<'_>) -> Option<u32> {
    let builtin = Schema::builtin();
    let namespace = builtin.0.0.get(&GroupKind::new("", "Namespace"))?;
    let version = namespace.versions.get("v1")?;
    let root = version.table.types[version.root as usize].map.as_ref()?;
    let metadata = root.fields.iter().find(|it| it.name == "metadata")?;
    let mut seen = BTreeMap::from([(0, 0), (1, 1)]);
    Some(builder.import(&version.table, metadata.of, &mut seen))
}

fn text<'a>(crd: &'a Object, pointer: &str) -> Result<&'a str, DiffError> {
    let text = crd.pointer(pointer).and_then(Value::as_str);
    text.ok_or_else(|| wrong(crd, pointer, "a string"))
}

fn wrong(crd: &Object, pointer: &str, expected: &str) -> DiffError {
    let field = pointer[1..].replace('/', ".");
    DiffError::invalid(format!("{}: `{field}` must be {expected}", crd.id()))
}
