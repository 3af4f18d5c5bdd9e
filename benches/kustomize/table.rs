//! Each build in each way, as a table.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use gitops_render::{Input, Kustomize};

use super::builds::Build;
use super::cost::{Cost, digest, of_call, of_process};
use super::kustomization;

/// How often a cheap build is repeated; the least counts.
const ROUNDS: usize = 5;

/// A process that took longer than this is not repeated.
const LONG: Duration = Duration::from_secs(5);

/// The program that the builds are compared with.
pub(crate) struct Peer {
    program: PathBuf,
    /// Up to how many generated resources it is asked.
    resources: u64,
}

impl Peer {
    /// The peer, if there is one.
    pub(crate) fn find() -> Option<Self> {
        let program = std::env::var_os("GITOPS_KUSTOMIZE").unwrap_or_else(|| "kustomize".into());
        let limit = std::env::var("GITOPS_PEER_RESOURCES").ok();
        let resources = limit.and_then(|it| it.parse().ok()).unwrap_or(1000);
        if Command::new(&program).arg("version").output().is_ok() {
            return Some(Self { program: program.into(), resources });
        }
        eprintln!("left out: kustomize (GITOPS_KUSTOMIZE names none, and PATH has none)");
        None
    }

    fn costs(&self, build: &Build) -> Result<Option<(String, Cost)>, Box<dyn Error>> {
        if build.expected.resources.is_some_and(|it| it > self.resources) {
            return Ok(None);
        }
        whole(&self.program, &["build", &build.dir.to_string_lossy()])
    }
}

/// Prints what each build costs in each way.
pub(crate) fn print<'a>(
    title: &str,
    builds: impl Iterator<Item = &'a Build>,
    peer: Option<&Peer>,
) -> Result<(), Box<dyn Error>> {
    println!("### {title}\n");
    println!(
        "| build | kB, documents | kustomize: CPU, wall, peak | ours, process: CPU, wall, peak | \
         ours, library: CPU | kustomize / process | kustomize / library | peak, part of kustomize's |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let (mut equal, mut all) = (0, 0);
    for build in builds {
        equal += usize::from(row(build, peer)?);
        all += 1;
    }
    println!("\n{equal} of {all} outputs equal the expected bytes.\n");
    Ok(())
}

/// Prints a row. Whether ours is equal, in both ways.
fn row(build: &Build, peer: Option<&Peer>) -> Result<bool, Box<dyn Error>> {
    let theirs = peer.map(|it| it.costs(build)).transpose()?.flatten().map(|it| it.1);
    let program = std::env::current_exe()?;
    let process = whole(&program, &["build", &build.dir.to_string_lossy()])?;
    let library = library(build)?;
    let wanted = &build.expected.sha256;
    let equal = process.as_ref().is_some_and(|it| it.0 == *wanted)
        && library.as_ref().is_some_and(|it| it.0 == *wanted);
    let process = process.map(|it| it.1);
    let alone = library.map(|it| it.1);
    let less = |ours: Option<Duration>| Some(theirs?.processor.div_duration_f64(ours?));
    let shown = |it: Option<f64>| it.map_or("–".to_owned(), |it| format!("{it:.0}×"));
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let peak = theirs.zip(process).map(|(theirs, ours)| ours.peak as f64 / theirs.peak as f64);
    println!(
        "| {}{} | {}, {} | {} | {} | {} | {} | {} | {} |",
        build.name,
        if equal { "" } else { " (NOT EQUAL)" },
        build.expected.bytes / 1000,
        build.expected.docs,
        cost(theirs),
        cost(process),
        alone.map_or("–".to_owned(), milliseconds),
        shown(less(process.map(|it| it.processor))),
        shown(less(alone)),
        peak.map_or("–".to_owned(), |it| format!("{:.0} %", it * 100.0)),
    );
    Ok(equal)
}

fn cost(cost: Option<Cost>) -> String {
    let Some(Cost { processor, wall, peak }) = cost else { return "–".to_owned() };
    format!("{}, {}, {} MiB", milliseconds(processor), milliseconds(wall), peak / 1024)
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// The least of several runs of a program.
fn whole(program: &Path, arguments: &[&str]) -> Result<Option<(String, Cost)>, Box<dyn Error>> {
    let Some((output, mut least)) = of_process(program, arguments)? else { return Ok(None) };
    for _ in 1..ROUNDS {
        if least.processor > LONG {
            break;
        }
        let Some((again, cost)) = of_process(program, arguments)? else { return Ok(None) };
        if again != output {
            return Err("two runs differ".into());
        }
        least = least.least(cost);
    }
    Ok(Some((output, least)))
}

/// The least of several builds of a tree that is in memory. The clock of the system ticks every few
/// milliseconds, so that small builds are timed many at once.
fn library(build: &Build) -> Result<Option<(String, Duration)>, Box<dyn Error>> {
    let (tree, path) = kustomization::tree(&build.dir)?;
    let times = u32::try_from(4_000_000 / build.expected.bytes.max(1))?.clamp(1, 100);
    let input = Input::new(&tree, path);
    let kustomize = Kustomize::default();
    let mut least = None::<(String, Duration)>;
    for _ in 0..ROUNDS {
        let (output, cost) = of_call(|| {
            for _ in 1..times {
                std::hint::black_box(kustomize.build(&input)).ok();
            }
            kustomize.build(&input)
        })?;
        let cost = cost / times;
        let Ok(output) = output else { return Ok(None) };
        let before = least.take().map_or(cost, |it| it.1);
        least = Some((digest(output.as_bytes()), cost.min(before)));
    }
    Ok(least)
}
