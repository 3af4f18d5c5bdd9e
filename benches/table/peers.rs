//! Runs the engines that are written in Go.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gitops_benches::Case;
use serde::Deserialize;
use serde_json::json;

/// What each peer said of each case.
pub(crate) type Peers = BTreeMap<String, BTreeMap<String, Said>>;

/// What a peer said of a case.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Said {
    /// Whether it drifted; `None` where the peer failed.
    pub(crate) drifted: Option<bool>,
    /// Why it failed.
    #[serde(default)]
    pub(crate) error: String,
    /// Processor time, where it was measured.
    #[serde(default)]
    pub(crate) nanos: f64,
    /// Allocations.
    #[serde(default)]
    pub(crate) allocs: u64,
}

/// Builds and runs them; nobody, said aloud, where there is no Go.
pub(crate) fn run(cases: &[Case]) -> std::io::Result<Peers> {
    let home = std::env::temp_dir().join(format!("gitops-benches-{}", std::process::id()));
    std::fs::create_dir_all(&home)?;
    let fixtures = home.join("cases.json");
    std::fs::write(&fixtures, fixture(cases))?;
    let said = built(&home).and_then(|program| {
        let output = Command::new(program).arg(&fixtures).stderr(Stdio::inherit()).output().ok()?;
        serde_json::from_slice(&output.stdout).ok()
    });
    std::fs::remove_dir_all(&home)?;
    if said.is_none() {
        writeln!(
            std::io::stderr(),
            "left out: the peers that are written in Go (no Go, or no modules)"
        )?;
    }
    Ok(said.unwrap_or_default())
}

/// The program; one that was built before where the environment names it.
fn built(home: &Path) -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("GITOPS_PEERS") {
        return Some(program.into());
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let program = home.join("peers");
    let built =
        Command::new("go").arg("build").arg("-o").arg(&program).current_dir(source).status();
    built.is_ok_and(|it| it.success()).then_some(program)
}

fn fixture(cases: &[Case]) -> String {
    let case = |it: &Case| {
        json!({
            "name": it.name, "desired": it.desired, "before": it.before, "live": it.live,
            "answer": it.answer, "timed": is_timed(it),
        })
    };
    json!(cases.iter().map(case).collect::<Vec<_>>()).to_string()
}

/// What was not changed is what engines compare most of the time.
pub(crate) fn is_timed(case: &Case) -> bool {
    case.name.ends_with(", unchanged")
}
