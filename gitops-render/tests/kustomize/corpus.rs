//! Where the recorded builds are.

use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// A path in the part of the corpus that is about Kustomize.
pub(crate) fn path(of: &str) -> PathBuf {
    let root = std::env::var_os("GITOPS_CORPUS").unwrap_or_default();
    Path::new(&root).join("kustomize").join(of)
}

/// The rows of a file; none where there is no corpus, which is said aloud.
pub(crate) fn rows(of: &str) -> Vec<Json> {
    if std::env::var_os("GITOPS_CORPUS").is_none() {
        // Not by macro: the harness hides what passing tests print.
        let _ = writeln!(std::io::stderr(), "left out: kustomize/{of} (set GITOPS_CORPUS)");
        return Vec::new();
    }
    let packed = std::fs::read(path(of)).expect("because it is in the corpus");
    let mut text = String::new();
    let read = flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text);
    read.expect("because it is packed by gzip");
    text.lines().map(|line| serde_json::from_str(line).expect("a row of JSON")).collect()
}

/// The names of the recorded repositories.
pub(crate) fn repositories() -> Vec<String> {
    if std::env::var_os("GITOPS_CORPUS").is_none() {
        let _ = writeln!(std::io::stderr(), "left out: kustomize/real (set GITOPS_CORPUS)");
        return Vec::new();
    }
    let mut names: Vec<String> = std::fs::read_dir(path("real"))
        .expect("because it is in the corpus")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".jsonl.gz").map(str::to_owned))
        .collect();
    names.sort();
    names
}
