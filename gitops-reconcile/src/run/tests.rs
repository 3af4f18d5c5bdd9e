//! The state machine by itself: what it asks for, step by step.

use std::sync::Arc;
use std::time::Duration;

use gitops_apply::{ApplyError, Outcome, Readiness, Stamped};
use gitops_diff::{
    Change, Failure, Live, Object, ObjectSet, Observed, Operation, Plan, Reason, Value, Wave,
};
use gitops_render::Rendered;
use gitops_source::{Digest, Fetched, Revision, Tree, TreePath};

use super::{Action, Job, Planned, Run, Signal, State};
use crate::report::{Conclusion, Report, Trigger, TroubleKind};
use crate::{Mode, Options, ReconcileError};

/// A run that is told by hand what happens.
struct Script {
    run: Run,
    now: Duration,
    out: Vec<Action>,
}

impl Script {
    /// A run that has just been told its plan: to make these objects, wave by wave.
    fn planned(waves: &[&[&str]]) -> Self {
        let objects = waves.iter().flat_map(|wave| wave.iter()).map(|id| object(id)).collect();
        let mut plan = Plan::new();
        plan.waves = waves.iter().map(|wave| to_wave(wave)).collect();
        Self::told(Options::default(), objects, Observed::new(), plan)
    }

    /// A run that has just been told `plan`.
    fn told(options: Options, objects: ObjectSet, observed: Observed, plan: Plan) -> Self {
        let job = Job {
            options: Arc::new(options),
            path: TreePath::default(),
            renderer: Digest::sha256("none"),
            trigger: Trigger::Start,
        };
        let mut script =
            Self { run: Run::new(job, State::default()), now: Duration::ZERO, out: Vec::new() };
        let tree = Tree::from_files([("a", "b")]).unwrap();
        let revision = Revision::new("main", tree.digest().clone());
        script.tell(Signal::Start);
        script.tell(Signal::Fetched(Ok(Fetched::Changed { revision, tree })));
        script.tell(Signal::Rendered(Ok(Rendered::new(objects.clone()))));
        script.tell(Signal::Resolved(Ok(objects)));
        script.tell(Signal::Loaded(Ok(Stamped::default())));
        script.tell(Signal::Observed(Ok(observed)));
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
    Outcome::Created { uid: Some("7".into()), applied: None }
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

/// A run that deletes a custom resource, and then makes one object and deletes its operator.
fn pruning(resource: Object) -> Script {
    let delete = |id: &str| {
        let id = object(id).id().clone();
        Change::new(id, "v1", Operation::Delete, Reason::Undeclared)
    };
    let mut later = to_wave(&["ConfigMap/shop/new"]);
    later.changes.push(delete("Deployment/shop/operator"));
    let mut plan = Plan::new();
    let first = Wave { name: "first".into(), changes: vec![delete("Widget/shop/one")] };
    plan.waves = vec![first, later];
    let mut observed = Observed::new();
    observed.insert(resource.id().clone(), Live::Present(resource));
    let objects = [object("ConfigMap/shop/new")].into_iter().collect();
    let mut script = Script::told(Options::default(), objects, observed, plan);
    script.stored();
    script
}

#[test]
fn a_finalizer_that_nobody_clears_is_looked_at_once_and_holds_back_deletions_alone() {
    let mut body = serde_json::to_value(object("Widget/shop/one").body()).unwrap();
    body["metadata"]["deletionTimestamp"] = "2024-01-01T00:00:00Z".into();
    let mut script = pruning(Object::new(serde_json::from_value(body).unwrap()).unwrap());
    let looked = script.looking();
    script.tell(Signal::Looked(looked, Ok(Readiness::Waiting("finalizer x/y".into()))));
    assert_eq!(script.names(), ["ConfigMap/shop/new"]);
    let new = script.applying().remove(0);
    script.tell(Signal::Applied(new, Ok(created())));
    script.stored();
    let troubles = script.report().troubles.iter();
    let troubles: Vec<_> = troubles.map(|it| (it.id.name(), it.kind)).collect();
    assert_eq!(troubles, [("operator", TroubleKind::Skipped), ("one", TroubleKind::NotReady)]);
}

#[test]
fn what_this_run_began_to_delete_is_waited_for() {
    let mut script = pruning(object("Widget/shop/one"));
    let resource = script.applying().remove(0);
    script.tell(Signal::Applied(resource, Ok(Outcome::Deleting)));
    let looked = script.looking();
    script.tell(Signal::Looked(looked.clone(), Ok(Readiness::Waiting("finalizer x/y".into()))));
    assert!(matches!(script.out[..], [Action::Sleep(_)]), "{:?}", script.out);
    script.tell(Signal::Woke);
    script.tell(Signal::Looked(looked, Ok(Readiness::Ready)));
    assert_eq!(script.names(), ["ConfigMap/shop/new", "Deployment/shop/operator"]);
}

#[test]
fn the_ledger_is_known_to_be_ours_from_when_it_was_asked_and_not_from_when_it_answered() {
    let confirm = Options::default().confirm;
    let names: Vec<String> = (0..20).map(|number| format!("ConfigMap/x/{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut script = Script::planned(&[&names]);
    // The store takes too long, and so does the look that follows.
    script.now = confirm;
    script.stored();
    assert!(matches!(script.out[..], [Action::Load]), "{:?}", script.out);
    script.now = confirm * 2;
    script.tell(Signal::Loaded(Ok(Stamped { stamp: Some("1".into()), ..Stamped::default() })));
    let first = script.applying().remove(0);
    script.tell(Signal::Applied(first, Ok(created())));
    assert!(matches!(script.out[..], [Action::Load]), "{:?}", script.out);
}

#[test]
fn a_report_only_run_tells_differences_and_troubles() {
    let options = Options { mode: Mode::Report, ..Options::default() };
    let cases = [
        (0, Conclusion::Different, "2 to change"),
        (1, Conclusion::Incomplete, "1 in trouble, 2 to change"),
    ];
    for (failures, conclusion, summary) in cases {
        let mut plan = Plan::new();
        plan.waves = vec![to_wave(&["ConfigMap/x/a", "ConfigMap/x/b"])];
        let failure = |_| Failure {
            id: object("ConfigMap/x/c").id().clone(),
            message: "it could not be looked at".into(),
            origin: None,
        };
        plan.failures = (0..failures).map(failure).collect();
        let script = Script::told(options.clone(), ObjectSet::default(), Observed::new(), plan);
        assert_eq!(script.report().conclusion, conclusion);
        let text = script.report().to_string();
        assert!(text.contains(&format!("{conclusion}: {summary} (")), "{text}");
    }
}
