//! Compares declared objects with live ones, offline.
//!
//! ```sh
//! cargo run -p gitops-examples --example diff -- DESIRED LIVE
//! ```
//! Both are files or folders; `LIVE` may be what `kubectl get -o yaml` printed. What the API server
//! or somebody else added to a live object is no difference. Without arguments it shows itself
//! on a small shop.
//!
//! Exit codes, as of `kubectl diff`: 0 equal, 1 different, 2 error.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use gitops_diff::{
    Color, Differ, Drift, Inventory, Layout, Live, ObjectSet, Observed, Plan, Report,
};
use gitops_examples::{demo, folder};
use gitops_render::{Auto, Input, Renderer};
use gitops_source::{Tree, TreePath};

type Error = Box<dyn std::error::Error>;

/// Compares declared objects with live ones, offline.
#[derive(Parser)]
struct Options {
    /// A file or folder with the declared objects.
    #[arg(requires = "live")]
    desired: Option<PathBuf>,
    /// A file or folder with the live objects.
    live: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A diff for people.
    Text,
    /// The plan.
    Json,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match diff(&options) {
        // Shown on its own shop, being different is no news for a caller.
        Ok(plan) if plan.is_empty() || options.desired.is_none() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn diff(options: &Options) -> Result<Plan, Error> {
    let (desired, live) = match (&options.desired, &options.live) {
        (Some(desired), Some(live)) => (folder::tree(desired)?, folder::tree(live)?),
        _ => (demo::tree()?, demo::edited()?),
    };
    let desired = objects(&desired)?;
    let observed = observed(&desired, objects(&live)?);
    let plan = Drift::default().diff(&desired, &observed, &Inventory::new())?;
    print(&plan, &observed, options.output)?;
    match &plan.failures[..] {
        [] => Ok(plan),
        failures => Err(format!("{} object(s) could not be compared", failures.len()).into()),
    }
}

fn objects(tree: &Tree) -> Result<ObjectSet, Error> {
    let rendered = Auto::default().render(&Input::new(tree, TreePath::default()))?;
    Ok(rendered.objects)
}

/// The live objects; what is declared and not among them does not live.
fn observed(desired: &ObjectSet, live: ObjectSet) -> Observed {
    let mut observed: Observed = live.into_iter().collect();
    for id in desired.ids() {
        if observed.get(id).is_none() {
            observed.insert(id.clone(), Live::Absent);
        }
    }
    observed
}

fn print(plan: &Plan, observed: &Observed, output: Output) -> Result<(), Error> {
    match output {
        Output::Json => println!("{}", serde_json::to_string_pretty(plan)?),
        Output::Text => {
            let terminal = std::io::stdout().is_terminal();
            let color = if terminal { Color::Always } else { Color::Never };
            let layout = Layout { color, ..Layout::default() };
            print!("{}", Report::new(plan).beside(observed).layout(layout));
        }
    }
    Ok(())
}
