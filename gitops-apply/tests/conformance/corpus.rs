//! Recorded scripts: what a real API server answered once.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

use crate::script::Script;

/// The transcripts in the folder that `GITOPS_CORPUS` names.
pub(crate) struct Corpus {
    folder: PathBuf,
}

impl Corpus {
    /// The files of scripts.
    pub(crate) const FILES: [&str; 4] = ["kinds", "special", "custom", "real"];

    pub(crate) fn from_env() -> Option<Self> {
        let root = std::env::var_os("GITOPS_CORPUS")?;
        Some(Self { folder: Path::new(&root).join("apply/transcripts") })
    }

    /// What has to exist before any script runs: (path, object).
    pub(crate) fn setup(&self) -> Vec<(String, Value)> {
        let row = |row: Value| {
            (row["path"].as_str().expect("because rows have paths").to_owned(), row["body"].clone())
        };
        self.rows("setup").map(row).collect()
    }

    pub(crate) fn scripts(&self, file: &str) -> impl Iterator<Item = Script> + use<> {
        self.rows(file).map(|row| serde_json::from_value(row).expect("because rows are scripts"))
    }

    fn rows(&self, file: &str) -> impl Iterator<Item = Value> + use<> {
        let path = self.folder.join(format!("{file}.jsonl.gz"));
        let file = std::fs::File::open(&path)
            .map_err(|error| format!("{}: {error}", path.display()))
            .expect("because GITOPS_CORPUS has the transcripts");
        BufReader::new(GzDecoder::new(file)).lines().map(|line| {
            let line = line.expect("because the file is whole");
            serde_json::from_str(&line).expect("because each line is JSON")
        })
    }
}
