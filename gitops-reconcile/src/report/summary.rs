//! The report for people.

use std::fmt;

use gitops_apply::Outcome;

use super::{Conclusion, Report, Stage, Trouble, TroubleKind};
use crate::Mode;

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
        for (remote, revision) in &self.remotes {
            write!(f, "\n  with {remote} at {}", revision.short())?;
        }
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
        match (&self.plan, self.mode) {
            (Some(plan), Mode::Report) => plan.changes().count() as u64,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::time::Duration;

    use gitops_apply::{ErrorClass, Outcome};
    use gitops_diff::{Operation, Origin};
    use gitops_source::{Digest, Revision, SourceError};

    use super::*;
    use crate::ReconcileError;
    use crate::report::{Changed, Counters, REPORT_VERSION, Trigger};

    fn report() -> Report {
        Report {
            version: REPORT_VERSION,
            run: 7,
            trigger: Trigger::Interval,
            mode: Mode::Heal,
            revision: Some(Revision::new("main", Digest::sha256("x"))),
            remotes: BTreeMap::new(),
            conclusion: Conclusion::Incomplete,
            stage: Stage::Done,
            duration: Duration::from_millis(1234),
            counters: Counters { unchanged: 3, ..Counters::default() },
            changes: vec![Changed {
                id: "ConfigMap/shop/a".parse().unwrap(),
                operation: Operation::Create,
                outcome: Outcome::Created { uid: None, applied: None },
            }],
            troubles: vec![Trouble {
                id: "ConfigMap/shop/b".parse().unwrap(),
                kind: TroubleKind::Failed,
                message: "ConfigMap/shop/b: no such field".into(),
                class: ErrorClass::Fix,
                origin: Some(Origin { file: "apps/b.yaml".into(), line: 3, document: 1 }),
            }],
            refusals: Vec::new(),
            warnings: Vec::new(),
            error: None,
            plan: None,
        }
    }

    #[test]
    fn a_report_reads_as_a_line_and_one_for_each_trouble() {
        insta::assert_snapshot!(report(), @r"
        main@2d711642: incomplete: 1 created, 1 in trouble, 3 unchanged (1.2 s)
          ConfigMap/shop/b failed: no such field (from apps/b.yaml:3)
        ");
        let error = ReconcileError::Source(SourceError::NotFound("no branch `main`".into()));
        let failed = Report {
            revision: None,
            conclusion: Conclusion::Failed,
            stage: Stage::Fetch,
            changes: Vec::new(),
            troubles: Vec::new(),
            counters: Counters::default(),
            remotes: [("https://h.io/a?ref=v1".into(), Revision::new("v1", Digest::sha256("x")))]
                .into(),
            error: Some(Arc::new(error)),
            ..report()
        };
        insta::assert_snapshot!(failed, @r"
        failed (1.2 s)
          with https://h.io/a?ref=v1 at v1@2d711642
          fetching failed: no branch `main`
        ");
    }

    #[test]
    fn a_report_serialises_with_its_version_and_without_empty_lists() {
        insta::assert_json_snapshot!(Report { revision: None, ..report() }, @r#"
        {
          "version": 1,
          "run": 7,
          "trigger": "interval",
          "mode": "heal",
          "conclusion": "incomplete",
          "stage": "done",
          "duration_ms": 1234,
          "counters": {
            "fetches": 0,
            "renders": 0,
            "remotes": 0,
            "lookups": 0,
            "desired": 0,
            "loads": 0,
            "observes": 0,
            "observed": 0,
            "stores": 0,
            "applies": 0,
            "looks": 0,
            "replans": 0,
            "unchanged": 3
          },
          "changes": [
            {
              "id": "ConfigMap/shop/a",
              "operation": "create",
              "outcome": {
                "created": {
                  "uid": null
                }
              }
            }
          ],
          "troubles": [
            {
              "id": "ConfigMap/shop/b",
              "kind": "failed",
              "message": "ConfigMap/shop/b: no such field",
              "class": "fix",
              "origin": {
                "file": "apps/b.yaml",
                "line": 3,
                "document": 1
              }
            }
          ]
        }
        "#);
    }
}
