//! From a `CustomResourceDefinition` to a kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::openapi::{Builder, Place};
use super::structural::Definition;
use super::table::{Atom, Map, Origin};
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
    let mut builder = Builder::new(Origin::Custom);
    builder.object_meta = object_meta(&mut builder);
    let preserve = crd.pointer("/spec/preserveUnknownFields").and_then(Value::as_bool);
    let place = Place { keep_unknown: preserve == Some(true), depth: 0 };
    let root = match version.pointer("/schema/openAPIV3Schema") {
        None | Some(Value::Null) => super::table::DEDUCED,
        Some(schema) => {
            let mut atom = builder.atom(schema, place)?;
            complete(&mut builder, &mut atom);
            builder.push(atom)
        }
    };
    let definition = Definition::read(version, stored.into(), place.keep_unknown)?;
    let definition = Some(Arc::new(definition));
    let subresources = version.get("subresources").and_then(Value::as_map);
    let subresources = subresources.into_iter().flat_map(|it| it.keys().cloned()).collect();
    let table = Arc::new(builder.finish());
    Ok((name.into(), Version { table, root, subresources, definition }))
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
