//! The report for people.

use std::fmt;

use gitops_apply::Outcome;

use super::{Conclusion, Report, Stage, Trouble, TroubleKind};

impl fmt::Display for Report {
    /// One line, and one more for each thing that is wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.revision {
            Some(revision) => write!(f, "{}: {}", revision.short(), self.conclusion)?,
            None => write!(f, "{}", self.conclusion)?,
        }
        let counts = self.counts();
        if !counts.is_empty() {
            write!(f, ": {}", counts.join(", "))?;
        }
        write!(f, " ({:.1} s)", self.duration.as_secs_f64())?;
        if let Some(error) = &self.error {
            write!(f, "\n  {} failed: {error}", self.stage)?;
        }
        for trouble in &self.troubles {
            write!(f, "\n  {trouble}")?;
        }
        for refusal in &self.refusals {
            write!(f, "\n  withheld by {}: {}", &*refusal.guard, refusal.message)?;
        }
        Ok(())
    }
}

impl Report {
    fn counts(&self) -> Vec<String> {
        let of = |kind: fn(&Outcome) -> bool| self.changed(kind) as u64;
        let same = of(|it| matches!(it, Outcome::Unchanged { .. }));
        let counts = [
            (of(|it| matches!(it, Outcome::Created { .. })), "created"),
            (of(|it| matches!(it, Outcome::Updated { .. })), "updated"),
            (of(|it| matches!(it, Outcome::Deleted)), "deleted"),
            (of(|it| matches!(it, Outcome::Deleting)), "being deleted"),
            (of(|it| matches!(it, Outcome::Released)), "released"),
            (self.troubles.len() as u64, "in trouble"),
            (self.planned(), "to change"),
            (self.counters.unchanged + same, "unchanged"),
        ];
        let shown = counts.into_iter().filter(|(count, _)| *count > 0);
        shown.map(|(count, what)| format!("{count} {what}")).collect()
    }

    /// How many changes a report-only run would make.
    fn planned(&self) -> u64 {
        match (&self.plan, self.conclusion) {
            (Some(plan), Conclusion::Different) => plan.changes().count() as u64,
            _ => 0,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.to_string();
        let message = self.message.strip_prefix(&format!("{id}: ")).unwrap_or(&self.message);
        write!(f, "{id} {}: {message}", self.kind)?;
        match &self.origin {
            Some(origin) => write!(f, " (from {origin})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for TroubleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unplanned => "could not be planned",
            Self::Failed => "failed",
            Self::NotReady => "is not ready",
            Self::Skipped => "was skipped",
            Self::Stalled => "is stalled",
        })
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InSync => "in sync",
            Self::Different => "different",
            Self::Pending => "pending",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Fenced => "fenced",
            Self::Stopped => "stopped",
        })
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fetch => "fetching",
            Self::Render => "rendering",
            Self::Resolve => "identifying the objects",
            Self::Load => "reading the ledger",
            Self::Observe => "looking at the target",
            Self::Diff => "planning",
            Self::Record => "recording what will be ours",
            Self::Apply => "applying",
            Self::Wait => "waiting for a wave",
            Self::Settle => "recording what is ours",
            Self::Done => "ending",
        })
    }
}
