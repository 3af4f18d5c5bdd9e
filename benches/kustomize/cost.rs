//! What a process costs.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use sha2::{Digest as _, Sha256};

/// What was paid for one build.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// In user and in system mode.
    pub(crate) processor: Duration,
    pub(crate) wall: Duration,
    /// The largest resident set, in KiB.
    pub(crate) peak: u64,
}

impl Cost {
    pub(crate) fn least(self, other: Self) -> Self {
        Self {
            processor: self.processor.min(other.processor),
            wall: self.wall.min(other.wall),
            peak: self.peak.min(other.peak),
        }
    }
}

/// Runs a program and writes what it cost into the file `report`.
///
/// This is a process of its own: a child starts with the peak of whoever starts it, which so is a
/// small one, and the usage of all children is that of one.
pub(crate) fn measure(
    report: &Path,
    program: &str,
    arguments: &[&str],
) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let status = Command::new(program).args(arguments).status()?;
    let wall = start.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let line =
        format!("{} {} {}", processor(&usage).as_micros(), wall.as_micros(), usage.max_rss());
    std::fs::write(report, line)?;
    if status.success() { Ok(()) } else { Err(format!("{program}: {status}").into()) }
}

/// The SHA-256 of what a program prints, and what the program cost; none where it fails.
pub(crate) fn of_process(
    program: &Path,
    arguments: &[&str],
) -> Result<Option<(String, Cost)>, Box<dyn Error>> {
    let report = tempfile::NamedTempFile::new()?;
    let output = Command::new(std::env::current_exe()?)
        .arg("measure")
        .arg(report.path())
        .arg(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Ok(None);
    }
    let line = std::fs::read_to_string(report.path())?;
    let numbers: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [processor, wall, peak] = numbers[..] else { return Err("no report".into()) };
    let cost = Cost {
        processor: Duration::from_micros(processor),
        wall: Duration::from_micros(wall),
        peak,
    };
    Ok(Some((digest(&output.stdout), cost)))
}

/// What `run` costs here, in processor time of this thread.
pub(crate) fn of_call<T>(run: impl FnOnce() -> T) -> Result<(T, Duration), Box<dyn Error>> {
    let before = processor(&getrusage(UsageWho::RUSAGE_THREAD)?);
    let result = run();
    let after = processor(&getrusage(UsageWho::RUSAGE_THREAD)?);
    Ok((result, after.saturating_sub(before)))
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn processor(usage: &Usage) -> Duration {
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(micros.unsigned_abs())
}
