//! What goes wrong with single objects stays with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use gitops_apply::{Applier, ApplyError, Outcome};
use gitops_diff::{Change, Inventory, ObjectSet, Observed};
use gitops_reconcile::{Compute, Conclusion, ErrorClass, Options, Reconciler, Report, TroubleKind};
use gitops_source::{MemorySource, Tree};

use crate::ports::{Lines, Port};
use crate::world::World;

/// An applier that does something else with one object.
struct Odd<F> {
    port: Port,
    name: &'static str,
    times: AtomicU32,
    instead: F,
}

#[async_trait]
impl<F: Fn(&World) -> Option<ApplyError> + Send + Sync> Applier for Odd<F> {
    async fn observe(
        &self,
        desired: &ObjectSet,
        owned: &Inventory,
    ) -> Result<Observed, ApplyError> {
        self.port.observe(desired, owned).await
    }

    async fn apply(&self, change: &Change) -> Result<Outcome, ApplyError> {
        let left = self.times.load(Ordering::Relaxed);
        if change.id.name() == self.name && left > 0 {
            self.times.store(left - 1, Ordering::Relaxed);
            if let Some(error) = (self.instead)(&self.port.world) {
                return Err(error);
            }
        }
        self.port.apply(change).await
    }
}

struct Setup {
    world: World,
    source: Arc<MemorySource>,
}

impl Setup {
    fn new() -> Self {
        Self { world: World::default(), source: Arc::new(MemorySource::new("main")) }
    }

    fn push(&self, objects: &'static str) {
        self.source.push(Tree::from_files([("objects", objects)]).unwrap());
    }

    fn agent(&self, applier: impl Applier + 'static) -> Reconciler {
        let port = Port { world: self.world.clone(), agent: 0 };
        let options = Options { compute: Compute::Inline, ..Options::default() };
        Reconciler::new(Arc::clone(&self.source), Lines, applier, port)
            .with_options(options)
            .unwrap()
    }

    fn port(&self) -> Port {
        Port { world: self.world.clone(), agent: 0 }
    }

    fn odd<F: Fn(&World) -> Option<ApplyError> + Send + Sync + 'static>(
        &self,
        name: &'static str,
        times: u32,
        instead: F,
    ) -> Reconciler {
        self.agent(Odd { port: self.port(), name, times: AtomicU32::new(times), instead })
    }
}

fn kinds(report: &Report) -> Vec<(String, TroubleKind)> {
    report.troubles.iter().map(|it| (it.id.name().to_string(), it.kind)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_refused_object_stops_neither_the_others_nor_the_run_but_all_pruning() {
    let setup = Setup::new();
    setup.push("a 1\nb 1\nold 1");
    setup.agent(setup.port()).run_once().await;
    setup.push("a 2\nb 2\nc 2");
    let refuse = |_: &World| Some(ApplyError::Invalid("no such field".into()));
    let mut agent = setup.odd("b", 1, refuse);

    let report = agent.run_once().await;
    assert_eq!(report.conclusion, Conclusion::Incomplete);
    let expected =
        [("b".to_string(), TroubleKind::Failed), ("old".to_string(), TroubleKind::Skipped)];
    assert_eq!(kinds(&report), expected);
    assert_eq!(report.troubles[0].class, ErrorClass::Fix);
    let data = setup.world.data();
    let values =
        ["a", "b", "c", "old"].map(|name| data[&format!("ConfigMap/shop/{name}")].as_str());
    assert_eq!(values, ["2", "1", "2", "1"]);

    let report = agent.run_once().await;
    assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
    assert!(!setup.world.data().contains_key("ConfigMap/shop/old"));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_looked_at_again_within_the_run() {
    let setup = Setup::new();
    setup.push("a 1");
    setup.agent(setup.port()).run_once().await;
    setup.push("a 2");
    // Between the look and the write the object gets another life.
    let mut agent = setup.odd("a", 1, |world| {
        world.delete("ConfigMap/shop/a");
        world.edit("ConfigMap/shop/a", "theirs");
        None
    });
    let report = agent.run_once().await;
    assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
    assert_eq!((report.counters.replans, report.counters.observes), (1, 2));
    assert_eq!(setup.world.data()["ConfigMap/shop/a"], "2");
    assert_eq!(setup.world.lock().violations, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_does_not_end_is_given_up_after_the_set_number_of_plans() {
    let setup = Setup::new();
    setup.push("a 1\nb 1");
    let mut agent = setup.odd("a", u32::MAX, |_| {
        let id = Box::new("ConfigMap/shop/a".parse().unwrap());
        Some(ApplyError::Conflict { id, message: "held".into(), fields: Vec::new() })
    });
    let report = agent.run_once().await;
    assert_eq!(report.counters.replans, u64::from(Options::default().replans));
    assert_eq!(kinds(&report), [("a".to_string(), TroubleKind::Failed)]);
    assert_eq!(setup.world.data()["ConfigMap/shop/b"], "1");
}

#[tokio::test(start_paused = true)]
async fn a_fight_over_a_field_is_given_up_for_longer_and_longer() {
    let setup = Setup::new();
    setup.push("a 1\nb 1");
    let mut agent = setup.agent(setup.port());
    agent.run_once().await;
    let before = setup.world.writes();
    let mut stalled = 0;
    for _ in 0..100 {
        setup.world.edit("ConfigMap/shop/a", "theirs");
        let report = agent.run_once().await;
        stalled += usize::from(kinds(&report).contains(&("a".into(), TroubleKind::Stalled)));
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    let writes = setup.world.writes() - before;
    assert!((5..=12).contains(&writes), "{writes} writes in 100 passes");
    assert_eq!(stalled, 100 - writes);
    // What is declared anew is applied at once.
    setup.push("a 2\nb 1");
    agent.run_once().await;
    assert_eq!(setup.world.data()["ConfigMap/shop/a"], "2");
}
