//! The files of the corpus.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use gitops_render::HelmLimits;
use serde_json::Value as Json;

/// The folder `name` of the corpus; none, said aloud, without a corpus.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS") else {
        let _ = writeln!(std::io::stderr(), "GITOPS_CORPUS is not set: helm/{name} is left out");
        return None;
    };
    Some(Path::new(&corpus).join("helm").join(name))
}

/// The entries of a folder by name, those that `GITOPS_CASE` wants.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// The last name of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn text(path: &Path) -> String {
    String::from_utf8(fs::read(path).expect("a file of the corpus")).expect("UTF-8")
}

pub(crate) fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let packed = fs::read(path).expect("a file of the corpus");
    GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("gzip of UTF-8");
    text
}

pub(crate) fn json(path: &Path) -> Json {
    serde_json::from_str(&text(path)).expect("JSON")
}

/// All files below a folder, with their paths in it.
pub(crate) fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for path in entries(&next) {
            if path.is_dir() {
                open.push(path);
            } else {
                let below = path.strip_prefix(folder).expect("below the folder");
                found
                    .push((below.to_string_lossy().into_owned(), fs::read(&path).expect("a file")));
            }
        }
    }
    found
}

/// The usual limits, without end of time: a busy machine makes keys for minutes where nothing is
/// optimised.
pub(crate) fn limits() -> HelmLimits {
    HelmLimits { time: None, ..HelmLimits::default() }
}
