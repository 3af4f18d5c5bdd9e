//! What the agent prints while it works.

use std::io::{self, Write};

use gitops_diff::Operation;
use gitops_reconcile::{Event, Stage};

/// One line of JSON for each event, on standard output.
pub(crate) fn json(event: &Event) {
    match serde_json::to_string(event) {
        Ok(line) => say(&line),
        Err(error) => eprintln!("error: an event could not be written: {error}"),
    }
}

/// Progress on standard error, changes and reports on standard output.
pub(crate) fn text(event: &Event) {
    match event {
        Event::Entered { stage } => {
            if let Some(what) = doing(*stage) {
                eprintln!("· {what} …");
            }
        }
        Event::Fetched { revision } => say(&format!("revision {}", revision.short())),
        Event::Gathered { remotes } => eprintln!("· {remotes} inputs from elsewhere at hand"),
        Event::Rendered { objects } => eprintln!("· {objects} objects declared"),
        Event::Wave { name, changes } => eprintln!("· wave {name}: {changes} to change"),
        Event::Changed { id, operation, outcome } => {
            say(&format!("  {} {id}: {}", sign(*operation), gitops_examples::outcome(outcome)));
        }
        Event::Troubled { trouble } => say(&format!("  ! {trouble}")),
        Event::Waiting { id, reason } => eprintln!("· waiting for {id}: {reason}"),
        Event::Finished { report } => say(&report.to_string()),
        Event::Scheduled { after, .. } => eprintln!("· again in {:.0} s", after.as_secs_f64()),
        Event::Suspended => eprintln!("· suspended"),
        Event::Resumed => eprintln!("· resumed"),
        _ => {}
    }
}

/// A line on standard output. A reader that went away is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// What takes long enough that a person wants to know of it.
fn doing(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Fetch => Some("fetching"),
        Stage::Observe => Some("looking at the cluster"),
        Stage::Record => Some("writing the ledger ahead"),
        _ => None,
    }
}

fn sign(operation: Operation) -> char {
    match operation {
        Operation::Create => '+',
        Operation::Update => '~',
        Operation::Delete => '-',
        _ => '·',
    }
}
