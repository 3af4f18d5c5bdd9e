//! Renders of charts: `helm template` and Helm as a library beside our process and our library.
//!
//! `GITOPS_CORPUS=… cargo bench -p gitops-benches --bench helm` makes the table of the README in
//! one run. `GITOPS_HELM` names the program `helm`, `GITOPS_HELM_PEER` the program that
//! `go build` makes of `benches/helm/peer`; what is not there is left out, said aloud.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

mod charts;
#[path = "../kustomize/cost.rs"]
mod cost;
mod table;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gitops_render::{Helm, HelmCompat, HelmOptions, Input};
use gitops_source::{Limits, Tree, TreeBuilder, TreePath};
use mimalloc::MiMalloc;

/// As in the examples: a library leaves the choice to the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["template", chart] => template(Path::new(chart)),
        ["measure", report, program, ref arguments @ ..] => {
            cost::measure(Path::new(report), program, arguments)
        }
        _ => tables(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the example `render -- helm CHART` does.
fn template(chart: &Path) -> Outcome {
    let (tree, path) = tree(chart)?;
    let helm = helm();
    let output = helm.template(&Input::new(&tree, path))?;
    std::mem::forget(helm);
    Ok(std::io::stdout().write_all(output.as_bytes())?)
}

/// A renderer that prints as the peer does.
fn helm() -> Helm {
    Helm::new(HelmOptions { compat: HelmCompat::V4_2_3, ..HelmOptions::default() })
}

/// The tree that holds an archive or a folder, and where the chart is in it.
fn tree(chart: &Path) -> Result<(Tree, TreePath), Box<dyn Error>> {
    let mut builder = TreeBuilder::new(Limits::default());
    if chart.is_file() {
        let name = chart.file_name().unwrap_or_default().to_string_lossy();
        builder.insert(&name, std::fs::read(chart)?)?;
        return Ok((builder.build(), TreePath::new(&name)?));
    }
    let mut folders = vec![chart.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            builder.insert(&path.strip_prefix(chart)?.to_string_lossy(), std::fs::read(&path)?)?;
        }
    }
    Ok((builder.build(), TreePath::default()))
}

fn tables() -> Outcome {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS").map(PathBuf::from) else {
        eprintln!("left out: renders of charts (GITOPS_CORPUS names no corpus)");
        return Ok(());
    };
    let scratch = tempfile::tempdir()?;
    let charts = charts::all(&corpus.join("helm/charts"), scratch.path())?;
    table::print(&charts)
}
