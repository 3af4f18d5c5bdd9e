//! What a cluster knows of kinds: built in, from its OpenAPI documents, from definitions.

use std::error::Error;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use gitops_diff::{Object, Schema, Value};

/// The kinds that are built into Kubernetes, or those of the OpenAPI documents in a folder, and
/// those that `objects` define.
///
/// # Errors
/// What is wrong, with the file.
pub fn read<'a>(
    openapi: Option<&Path>,
    objects: impl IntoIterator<Item = &'a Object>,
) -> Result<Schema, Box<dyn Error>> {
    let mut schema = match openapi {
        Some(folder) => documents(folder)?,
        None => Schema::builtin(),
    };
    for object in objects {
        if object.id().group_kind().is("apiextensions.k8s.io", "CustomResourceDefinition") {
            schema = schema.with_crd(object).map_err(|why| match object.origin() {
                Some(origin) => format!("{origin}: {why}"),
                None => why.to_string(),
            })?;
        }
    }
    Ok(schema)
}

/// The kinds of `/openapi/v3/…` and of the aggregated discovery documents, however the files in
/// the folder are called; those that end in `.gz` are unpacked.
fn documents(folder: &Path) -> Result<Schema, Box<dyn Error>> {
    let (mut openapi, mut discovery) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        let value = json(&path).map_err(|why| format!("{}: {why}", path.display()))?;
        let kind = value.get("kind").and_then(Value::as_str);
        if kind == Some("APIGroupDiscoveryList") {
            discovery.push(value);
        } else if value.pointer("/components/schemas").is_some() {
            openapi.push(value);
        }
    }
    if openapi.is_empty() {
        let folder = folder.display();
        return Err(format!("`{folder}` holds no OpenAPI v3 documents (`/openapi/v3/…`)").into());
    }
    Ok(Schema::from_openapi(&openapi, &discovery)?)
}

/// The JSON files of a folder and of those in it, in the order of their paths.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder)
        .map_err(|why| format!("`{}` cannot be read: {why}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut files(&path)?);
        } else if is_json(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file is called `….json` or `….json.gz`.
fn is_json(path: &Path) -> bool {
    let unpacked = path.extension().filter(|it| *it == "gz").map(|_| path.with_extension(""));
    unpacked.as_deref().unwrap_or(path).extension().is_some_and(|it| it == "json")
}

fn json(path: &Path) -> Result<Value, Box<dyn Error>> {
    let mut bytes = fs::read(path)?;
    if path.extension().is_some_and(|it| it == "gz") {
        let mut plain = Vec::new();
        GzDecoder::new(&bytes[..]).read_to_end(&mut plain)?;
        bytes = plain;
    }
    Ok(serde_json::from_slice(&bytes)?)
}
