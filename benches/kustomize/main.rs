//! Builds of kustomizations: `kustomize build`, our whole process, and our library alone.
//!
//! `GITOPS_CORPUS=… cargo bench -p gitops-benches --bench kustomize` makes the tables of the README
//! in one run. `GITOPS_KUSTOMIZE` names the peer, else `kustomize` in the PATH; what is not there is
//! left out, said aloud. `GITOPS_PEER_RESOURCES` is up to how many resources the peer is asked in
//! the table of growth (1000), since it is quadratic: at 4,000 it needs minutes.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

mod builds;
mod cost;
#[expect(unreachable_pub, reason = "it is public where it comes from")]
#[path = "../../examples/kustomization.rs"]
mod kustomization;
mod table;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use gitops_render::{Input, Kustomize};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["build", dir] => build(Path::new(dir)),
        ["measure", report, program, ref arguments @ ..] => {
            cost::measure(Path::new(report), program, arguments)
        }
        ref filter => tables(filter),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What the example `render -- kustomize DIR` does.
fn build(dir: &Path) -> Outcome {
    let (tree, path) = kustomization::tree(dir)?;
    let output = Kustomize::default().build(&Input::new(&tree, path))?;
    Ok(std::io::stdout().write_all(output.as_bytes())?)
}

fn tables(filter: &[&str]) -> Outcome {
    let Some(corpus) = std::env::var_os("GITOPS_CORPUS").map(PathBuf::from) else {
        eprintln!("left out: builds of kustomizations (GITOPS_CORPUS names no corpus)");
        return Ok(());
    };
    let scratch = tempfile::tempdir()?;
    let perf = corpus.join("kustomize/perf");
    let wanted = |it: &builds::Build| filter.iter().all(|part| it.name.contains(part));
    let peer = table::Peer::find();
    let real =
        builds::real(&perf.join("real.jsonl"), &corpus.join("kustomize/real"), scratch.path())?;
    table::print("Real builds", real.iter().filter(|it| wanted(it)), peer.as_ref())?;
    let synthetic = builds::synthetic(&perf, scratch.path())?;
    table::print("Growth", synthetic.iter().filter(|it| wanted(it)), peer.as_ref())
}
