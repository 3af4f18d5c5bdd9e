//! The builds that are timed.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// A folder with the digest of what comes out of it.
pub(crate) struct Build {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) expected: Expected,
}

/// What is known of an output.
#[derive(Deserialize)]
pub(crate) struct Expected {
    /// SHA-256 in hexadecimal digits.
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) docs: u64,
    /// How many resources it was made of, if it was made.
    pub(crate) resources: Option<u64>,
}

#[derive(Deserialize)]
struct Real {
    repo: String,
    dir: String,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Deserialize)]
struct Synthetic {
    build: String,
    #[serde(flatten)]
    expected: Expected,
}

type Builds = Result<Vec<Build>, Box<dyn Error>>;

/// Folders of public repositories, unpacked below `scratch`.
pub(crate) fn real(list: &Path, archives: &Path, scratch: &Path) -> Builds {
    let rows: Vec<Real> = rows(list)?;
    for repo in rows.iter().map(|row| &row.repo).collect::<BTreeSet<_>>() {
        let folder = scratch.join(repo);
        std::fs::create_dir_all(&folder)?;
        let archive = archives.join(format!("{repo}.tar.zst"));
        let mut tar = Command::new("tar");
        run(tar.arg("--zstd").arg("-xf").arg(archive).arg("-C").arg(folder))?;
    }
    let build = |Real { repo, dir, expected }| {
        let (_, short) = repo.split_once('+').unwrap_or(("", &repo));
        Build { name: format!("{short}: {dir}"), dir: scratch.join(&repo).join(&dir), expected }
    };
    Ok(rows.into_iter().map(build).collect())
}

/// Generated folders of 500 to 4,000 resources, below `scratch`.
pub(crate) fn synthetic(perf: &Path, scratch: &Path) -> Builds {
    let scratch = scratch.join("synthetic");
    let mut python = Command::new("python3");
    let sizes = ["500", "1000", "2000", "4000"];
    run(python.arg(perf.join("gen_synthetic.py")).arg(&scratch).args(sizes))?;
    let rows: Vec<Synthetic> = rows(&perf.join("synthetic.jsonl"))?;
    let build = |Synthetic { build, expected }| {
        let dir = scratch.join(&build);
        Build { name: build, dir, expected }
    };
    Ok(rows.into_iter().map(build).collect())
}

fn rows<T: for<'a> Deserialize<'a>>(list: &Path) -> Result<Vec<T>, Box<dyn Error>> {
    let text = std::fs::read_to_string(list)?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
