//! Makes the table of built-in kinds from the documents of an API server.
//!
//! ```text
//! cargo run -p gitops-diff --example schema -- DIR [--fields FILE] [--without GROUP]… \
//!     > src/schema/builtin.txt
//! ```
//!
//! `DIR` holds what the API server serves, one JSON file a document: `v3/*.json` (each
//! `/openapi/v3/…`) and `discovery/*-aggregated.json` (`/api` and `/apis`, asked for as
//! `application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`). Files that end in
//! `.json.gz` are unpacked.
//!
//! `FILE` is what `tools/fields` prints: how the Go types print fields that nobody set.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use gitops_diff::{Schema, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let directory = PathBuf::from(args.next().ok_or("which directory?")?);
    let mut without = Vec::new();
    let mut fields = String::new();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--without" => without.push(args.next().ok_or("--without which group?")?),
            "--fields" => {
                fields = fs::read_to_string(args.next().ok_or("--fields of which file?")?)?;
            }
            other => return Err(format!("`{other}` is not understood").into()),
        }
    }
    let left_out = |name: &str| without.iter().any(|group| name.contains(group.as_str()));
    let mut documents = read_all(&directory.join("v3"), &|name| !left_out(name))?;
    for line in fields.lines() {
        for document in &mut documents {
            note(document, line);
        }
    }
    let discovery = read_all(&directory.join("discovery"), &|name| name.contains("aggregated"))?;
    let discovery: Vec<Value> = discovery.into_iter().map(|it| drop_groups(it, &without)).collect();
    let schema = Schema::from_openapi(&documents, &discovery)?;
    std::io::stdout().write_all(schema.to_table().as_bytes())?;
    Ok(())
}

/// Writes a line of `FILE` into the documents that hold the definition.
fn note(document: &mut Value, line: &str) {
    let mut columns = line.split(' ');
    let mut column = || columns.next().unwrap_or_default();
    let path = ["components", "schemas", column(), "properties", column()];
    let property =
        path.iter().try_fold(document, |it, key| it.as_map_mut().and_then(|it| it.get_mut(key)));
    if let Some(property) = property.and_then(Value::as_map_mut) {
        property.insert("x-unset", column().into());
    }
}

fn drop_groups(mut discovery: Value, without: &[String]) -> Value {
    let name =
        |group: &Value| group.pointer("/metadata/name").and_then(Value::as_str).map(String::from);
    let groups = discovery.as_map_mut().and_then(|it| it.get_mut("items"));
    if let Some(groups) = groups.and_then(Value::as_list_mut) {
        groups.retain(|group| !name(group).is_some_and(|it| without.contains(&it)));
    }
    discovery
}

fn read_all(directory: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Value>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if wanted(&name) && name.contains(".json") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    let file = BufReader::new(File::open(path)?);
    let mut json = String::new();
    if path.extension().is_some_and(|it| it == "gz") {
        flate2::read::GzDecoder::new(file).read_to_string(&mut json)?;
    } else {
        { file }.read_to_string(&mut json)?;
    }
    serde_json::from_str(&json).map_err(|why| format!("{}: {why}", path.display()).into())
}
