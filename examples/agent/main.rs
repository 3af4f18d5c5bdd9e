//! An agent to copy: follows a Git repository and keeps a cluster equal to it.
//!
//! ```sh
//! cargo run -p gitops-examples --example agent -- \
//!     --repo https://example.org/fleet.git --ref main --path apps/shop \
//!     --name shop --kubeconfig ~/.kube/config
//! ```
//! The folder may be a kustomization; its remote bases and files are fetched without credentials.
//! Without `--kubeconfig` the cluster is embedded, in memory; without `--repo` it shows itself on a
//! small shop, once.
//!
//! Exit codes: 0 the cluster is as declared, or an agent that goes on was asked to stop; 1 it
//! differs and the mode is `--report-only`; 2 something failed; 130 `--once` was interrupted, or a
//! second Ctrl-C ended the agent at once.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program prints")]

mod options;
mod progress;
mod setup;

use std::process::ExitCode;

use clap::Parser;
use gitops_reconcile::{Conclusion, Handle, Report};
use tokio::signal::unix::{SignalKind, signal};

use crate::options::Options;
use crate::setup::Setup;

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    gitops_examples::start(options.verbose);
    match agent(&options).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn agent(options: &Options) -> Result<ExitCode, Error> {
    let Setup { mut reconciler, once, demo: _demo } = setup::set_up(options).await?;
    tokio::spawn(stop_on_signal(reconciler.handle()));
    if once {
        return Ok(exit_code(&*reconciler.run_once().await));
    }
    // It ends only when it is asked to.
    reconciler.run().await;
    Ok(ExitCode::SUCCESS)
}

/// The first signal finishes what is under way, the second ends the process at once: the ledger
/// was written ahead, so that the next agent goes on from there.
async fn stop_on_signal(handle: Handle) -> Result<(), std::io::Error> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    eprintln!("stopping: what is under way is finished first (again to end at once)");
    handle.stop();
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    std::process::exit(130);
}

fn exit_code(report: &Report) -> ExitCode {
    ExitCode::from(match report.conclusion {
        Conclusion::InSync | Conclusion::Pending => 0,
        Conclusion::Different => 1,
        Conclusion::Stopped => 130,
        _ => 2,
    })
}
