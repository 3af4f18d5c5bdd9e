//! Each chart in each way, as a table.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gitops_render::Input;
use serde::Deserialize;

use super::charts::Chart;
use super::cost::{Cost, of_call, of_process};
use super::{helm, tree};

/// How often each is done; the least counts.
const ROUNDS: usize = 5;

/// What Helm costs as a library, in nanoseconds.
#[derive(Deserialize)]
struct InProcess {
    error: Option<String>,
    load: u64,
    render: u64,
}

/// Prints what each chart costs in each way.
pub(crate) fn print(charts: &[Chart]) -> Result<(), Box<dyn Error>> {
    let program = std::env::var_os("GITOPS_HELM").unwrap_or_else(|| "helm".into());
    let program = Command::new(&program).arg("version").output().is_ok().then_some(program);
    if program.is_none() {
        eprintln!("left out: helm (GITOPS_HELM names none, and PATH has none)");
    }
    println!(
        "| chart | helm: CPU, wall, peak | ours, process: CPU, wall, peak | helm, library: CPU | \
         ours, cold: CPU | ours, warm: CPU | process | library, cold | library, warm |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for chart in charts {
        row(chart, program.as_ref())?;
    }
    Ok(())
}

fn row(chart: &Chart, program: Option<&OsString>) -> Result<(), Box<dyn Error>> {
    let path = chart.path.to_string_lossy();
    let theirs = match program {
        Some(program) => whole(Path::new(program), &["template", "release-name", &path])?,
        None => None,
    };
    let ours = whole(&std::env::current_exe()?, &["template", &path])?;
    let library = in_process(&chart.path)?;
    let (cold, warm) = own(&chart.path)?;
    let ratio = |theirs: Option<Duration>, ours: Option<Duration>| {
        let (Some(theirs), Some(ours)) = (theirs, ours) else { return "–".to_owned() };
        format!("{:.0}×", theirs.div_duration_f64(ours))
    };
    println!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
        chart.name,
        cost(theirs),
        cost(ours),
        library.map_or("–".to_owned(), milliseconds),
        milliseconds(cold),
        milliseconds(warm),
        ratio(theirs.map(|it| it.processor), ours.map(|it| it.processor)),
        ratio(library, Some(cold)),
        ratio(library, Some(warm)),
    );
    Ok(())
}

fn whole(program: &Path, arguments: &[&str]) -> Result<Option<Cost>, Box<dyn Error>> {
    let mut least: Option<Cost> = None;
    for _ in 0..ROUNDS {
        let Some((_, cost)) = of_process(program, arguments)? else { return Ok(None) };
        least = Some(least.map_or(cost, |known| known.least(cost)));
    }
    Ok(least)
}

/// What reading and rendering the chart costs in Helm's library.
fn in_process(chart: &Path) -> Result<Option<Duration>, Box<dyn Error>> {
    let Some(peer) = std::env::var_os("GITOPS_HELM_PEER") else { return Ok(None) };
    let output = Command::new(peer).arg(ROUNDS.to_string()).arg(chart).output()?;
    let results: Vec<InProcess> = serde_json::from_slice(&output.stdout)?;
    let result = results.first().ok_or("the peer says nothing")?;
    if let Some(error) = &result.error {
        return Err(format!("{}: {error}", chart.display()).into());
    }
    Ok(Some(Duration::from_nanos(result.load + result.render)))
}

/// What a render of a tree in memory costs, with a new renderer and with one that knows the chart.
/// The clock of the system ticks every few milliseconds, so each is done for half a second.
fn own(chart: &Path) -> Result<(Duration, Duration), Box<dyn Error>> {
    let (tree, path) = tree(chart)?;
    let input = Input::new(&tree, path);
    let known = helm();
    known.template(&input)?;
    let cold = many(|| helm().template(&input).map(drop))?;
    let warm = many(|| known.template(&input).map(drop))?;
    Ok((cold, warm))
}

/// The least that a call costs on the average of half a second.
fn many<E: Error + 'static>(
    mut call: impl FnMut() -> Result<(), E>,
) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    call()?;
    let times = Duration::from_millis(500).div_duration_f64(start.elapsed());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let times = times.clamp(5.0, 2000.0) as u32;
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let (result, cost) = of_call(|| (0..times).try_for_each(|_| call()))?;
        result?;
        least = least.min(cost / times);
    }
    Ok(least)
}

fn cost(cost: Option<Cost>) -> String {
    let Some(Cost { processor, wall, peak }) = cost else { return "–".to_owned() };
    format!("{}, {}, {} MiB", milliseconds(processor), milliseconds(wall), peak / 1024)
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
