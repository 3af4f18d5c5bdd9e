//! The end of a run: its report.

use std::sync::Arc;

use gitops_apply::{ErrorClass, Outcome};
use gitops_diff::{Change, Failure};

use gitops_render::Requirement;
use gitops_source::Revision;

use super::{Action, Run};
use crate::report::{Changed, Conclusion, REPORT_VERSION, Report, Stage, Trouble, TroubleKind};
use crate::{Event, Mode, ReconcileError, Remote};

impl Run {
    /// The end that was planned, or asked for.
    pub(super) fn conclude(&mut self, out: &mut Vec<Action>) {
        let stage = if self.stopping { self.stage } else { Stage::Done };
        let report = self.report(self.conclusion(), stage);
        self.finish(report, out);
    }

    /// The end of a run that cannot go on. Nothing more is written: the ledger was written ahead.
    pub(super) fn fail(&mut self, error: ReconcileError, out: &mut Vec<Action>) {
        let conclusion = match &error {
            ReconcileError::Target(gitops_apply::ApplyError::Fenced(_)) => Conclusion::Fenced,
            _ => Conclusion::Failed,
        };
        let mut report = self.report(conclusion, self.stage);
        report.error = Some(Arc::new(error));
        self.finish(report, out);
    }

    /// The report of a run that is dropped where it stands.
    pub(crate) fn abandon(&mut self, now: super::Moment) -> Report {
        self.now = now;
        self.report(Conclusion::Stopped, self.stage)
    }

    fn finish(&mut self, report: Report, out: &mut Vec<Action>) {
        self.stage = Stage::Done;
        out.push(Action::Tell(Event::Finished { report: Arc::new(report.clone()) }));
        out.push(Action::Done(Box::new(report)));
    }

    fn conclusion(&self) -> Conclusion {
        let plan = self.plan.as_deref();
        let different = plan.is_some_and(|plan| !plan.is_empty());
        let reports = self.job.options.mode == Mode::Report;
        let deleting = self.results.values().any(|(_, outcome)| *outcome == Outcome::Deleting);
        let withheld = plan.is_some_and(|plan| !plan.refusals.is_empty());
        if self.stopping {
            Conclusion::Stopped
        } else if different && self.troubles.is_empty() && reports {
            Conclusion::Different
        } else if withheld || !self.troubles.is_empty() {
            Conclusion::Incomplete
        } else if deleting || self.waves.lingers {
            Conclusion::Pending
        } else {
            Conclusion::InSync
        }
    }

    fn report(&self, conclusion: Conclusion, stage: Stage) -> Report {
        let changes = self.results.iter().map(|(id, (operation, outcome))| Changed {
            id: id.clone(),
            operation: *operation,
            outcome: outcome.clone(),
        });
        let warnings = self.rendered.iter().flat_map(|rendered| &rendered.warnings);
        Report {
            version: REPORT_VERSION,
            run: self.state.runs,
            trigger: self.job.trigger,
            mode: self.job.options.mode,
            revision: self.state.seen.as_ref().map(|(revision, _)| revision.clone()),
            remotes: self.remotes.iter().filter_map(revision_of).collect(),
            conclusion,
            stage,
            duration: self.now.saturating_sub(self.begun),
            counters: self.counters.clone(),
            changes: changes.collect(),
            troubles: self.troubles.values().cloned().collect(),
            refusals: self.plan.iter().flat_map(|plan| plan.refusals.clone()).collect(),
            warnings: warnings.map(warning_text).collect(),
            error: None,
            plan: self.plan.clone(),
        }
    }
}

/// Of what was declared; the digest of an answer could be one of a Secret.
fn revision_of((requirement, remote): (&Requirement, &Remote)) -> Option<(String, Revision)> {
    match requirement {
        Requirement::Object(_) => None,
        _ => Some((requirement.to_string(), remote.revision.clone())),
    }
}

fn warning_text(warning: &gitops_render::Warning) -> String {
    match &warning.origin {
        Some(origin) => format!("{origin}: {}", warning.message),
        None => warning.message.clone(),
    }
}

impl Trouble {
    /// Trouble with what a change is about; someone has to fix it, or it waits for what is fixed.
    pub(super) fn new(change: &Change, kind: TroubleKind, message: String) -> Self {
        let (id, origin) = (change.id.clone(), change.origin.clone());
        Self { id, kind, message, class: ErrorClass::Fix, origin }
    }

    /// An object that could not be looked at may be seen the next time.
    pub(super) fn unplanned(failure: &Failure) -> Self {
        Self {
            id: failure.id.clone(),
            kind: TroubleKind::Unplanned,
            message: failure.message.clone(),
            class: ErrorClass::Retry(None),
            origin: failure.origin.clone(),
        }
    }
}
