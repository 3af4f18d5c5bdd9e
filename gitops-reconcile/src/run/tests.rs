//! The state machine by itself: what it asks for, step by step.

use std::sync::Arc;
use std::time::Duration;

use gitops_apply::{ApplyError, Outcome, Readiness, Stamped};
use gitops_diff::{Change, Object, ObjectSet, Observed, Operation, Plan, Reason, Value, Wave};
use gitops_render::Rendered;
use gitops_source::{Digest, Fetched, Revision, Tree, TreePath};

use super::{Action, Job, Planned, Run, Signal, State};
use crate::report::{Conclusion, Report, Trigger};
use crate::{Options, ReconcileError};

/// A run that is told by hand what happens.
struct Script {
    run: Run,
    now: Duration,
    out: Vec<Action>,
}

impl Script {
    /// A run that has just been told its plan: to make these objects, wave by wave.
    fn planned(waves: &[&[&str]]) -> Self {
        let job = Job {
            options: Arc::new(Options::default()),
            path: TreePath::default(),
            renderer: Digest::sha256("none"),
            trigger: Trigger::Start,
        };
        let mut script =
            Self { run: Run::new(job, State::default()), now: Duration::ZERO, out: Vec::new() };
        let objects: ObjectSet =
            waves.iter().flat_map(|wave| wave.iter()).map(|id| object(id)).collect();
        let tree = Tree::from_files([("a", "b")]).unwrap();
        let revision = Revision::new("main", tree.digest().clone());
        let mut plan = Plan::new();
        plan.waves = waves.iter().map(|wave| to_wave(wave)).collect();
        script.tell(Signal::Start);
        script.tell(Signal::Fetched(Ok(Fetched::Changed { revision, tree })));
        script.tell(Signal::Rendered(Ok(Rendered::new(objects.clone()))));
        script.tell(Signal::Resolved(Ok(objects)));
        script.tell(Signal::Loaded(Ok(Stamped::default())));
        script.tell(Signal::Observed(Ok(Observed::new())));
        script.tell(Signal::Planned(Ok(plan)));
        script
    }

    fn tell(&mut self, signal: Signal) {
        self.out.clear();
        self.run.step(self.now, signal, &mut self.out);
        self.out.retain(|action| !matches!(action, Action::Tell(_)));
    }

    /// Confirms the store that was asked for.
    fn stored(&mut self) {
        let [Action::Store { next, .. }] = &self.out[..] else { panic!("{:?}", self.out) };
        let stamped = Stamped { inventory: next.clone(), stamp: Some("1".into()) };
        self.tell(Signal::Stored(Ok(stamped)));
    }

    /// The changes that were asked for.
    fn applying(&self) -> Vec<Planned> {
        let change = |action: &Action| match action {
            Action::Apply(change) => Some(change.clone()),
            _ => None,
        };
        self.out.iter().filter_map(change).collect()
    }

    fn names(&self) -> Vec<String> {
        self.applying().iter().map(|change| change.id.to_string()).collect()
    }

    fn looking(&self) -> Planned {
        let [Action::Look(change)] = &self.out[..] else { panic!("{:?}", self.out) };
        change.clone()
    }

    fn report(&self) -> &Report {
        let [Action::Done(report)] = &self.out[..] else { panic!("{:?}", self.out) };
        report
    }
}

fn object(id: &str) -> Object {
    let (kind, rest) = id.split_once('/').unwrap();
    let (namespace, name) = rest.split_once('/').map_or((None, rest), |(a, b)| (Some(a), b));
    let body = serde_json::json!({
        "apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace},
    });
    Object::new(serde_json::from_value::<Value>(body).unwrap()).unwrap()
}

fn to_wave(ids: &[&str]) -> Wave {
    let change = |id: &&str| {
        let desired = object(id);
        let id = desired.id().clone();
        let mut change = Change::new(id, "v1", Operation::Create, Reason::Missing);
        change.desired = Some(desired);
        change
    };
    Wave { name: "wave".into(), changes: ids.iter().map(change).collect() }
}

const WAVES: &[&[&str]] = &[&["Namespace/shop"], &["ConfigMap/shop/a", "ConfigMap/other/b"]];

fn created() -> Outcome {
    Outcome::Created { uid: Some("7".into()) }
}

#[test]
fn nothing_is_applied_before_the_ledger_is_stored() {
    let mut script = Script::planned(WAVES);
    let [Action::Store { next, expected: None }] = &script.out[..] else { panic!() };
    assert_eq!(next.len(), 3);
    script.stored();
    assert_eq!(script.names(), ["Namespace/shop"]);
}

#[test]
fn a_store_that_fails_ends_the_run_before_any_write() {
    let mut script = Script::planned(WAVES);
    let error = ApplyError::Unavailable { message: "down".into(), retry_after: None };
    script.tell(Signal::Stored(Err(ReconcileError::Target(error))));
    assert_eq!(script.report().conclusion, Conclusion::Failed);
}

#[test]
fn the_next_wave_waits_until_the_one_before_is_ready() {
    let mut script = Script::planned(WAVES);
    script.stored();
    let namespace = script.applying().remove(0);
    script.tell(Signal::Applied(namespace, Ok(created())));
    let looked = script.looking();
    script.tell(Signal::Looked(looked.clone(), Ok(Readiness::Waiting("it comes".into()))));
    assert!(matches!(script.out[..], [Action::Sleep(_)]));
    script.tell(Signal::Woke);
    script.tell(Signal::Looked(looked, Ok(Readiness::Ready)));
    assert_eq!(script.names(), ["ConfigMap/shop/a", "ConfigMap/other/b"]);
}

#[test]
fn what_needs_a_failed_namespace_is_skipped_and_the_rest_goes_on() {
    let mut script = Script::planned(WAVES);
    script.stored();
    let namespace = script.applying().remove(0);
    script.tell(Signal::Applied(namespace, Err(ApplyError::Denied("no".into()))));
    assert_eq!(script.names(), ["ConfigMap/other/b"]);
}

#[test]
fn what_needs_a_namespace_that_never_gets_ready_is_skipped_after_the_deadline() {
    let mut script = Script::planned(WAVES);
    script.stored();
    let namespace = script.applying().remove(0);
    script.tell(Signal::Applied(namespace, Ok(created())));
    let looked = script.looking();
    script.now = Options::default().timeouts.ready;
    script.tell(Signal::Looked(looked, Ok(Readiness::Waiting("terminating".into()))));
    script.tell(Signal::Loaded(Ok(Stamped { stamp: Some("1".into()), ..Stamped::default() })));
    assert_eq!(script.names(), ["ConfigMap/other/b"]);
}

#[test]
fn a_fenced_change_stops_the_run_at_once() {
    let mut script = Script::planned(&[&["ConfigMap/x/a", "ConfigMap/x/b"]]);
    script.stored();
    let first = script.applying().remove(0);
    script.tell(Signal::Applied(first, Err(ApplyError::Fenced("taken".into()))));
    assert_eq!(script.report().conclusion, Conclusion::Fenced);
}

#[test]
fn the_ledger_is_confirmed_again_before_a_write_long_after_it_was_read() {
    let mut script = Script::planned(WAVES);
    script.stored();
    let namespace = script.applying().remove(0);
    script.tell(Signal::Applied(namespace, Ok(created())));
    let looked = script.looking();
    script.now = Options::default().confirm;
    script.tell(Signal::Looked(looked, Ok(Readiness::Ready)));
    assert!(matches!(script.out[..], [Action::Load]));
    script.tell(Signal::Loaded(Ok(Stamped { stamp: Some("2".into()), ..Stamped::default() })));
    assert_eq!(script.report().conclusion, Conclusion::Fenced);
}

#[test]
fn no_more_changes_are_under_way_than_are_allowed() {
    let names: Vec<String> = (0..20).map(|number| format!("ConfigMap/x/{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut script = Script::planned(&[&names]);
    script.stored();
    assert_eq!(script.applying().len(), Options::default().concurrency);
    let first = script.applying().remove(0);
    script.tell(Signal::Applied(first, Ok(created())));
    assert_eq!(script.applying().len(), 1);
}
