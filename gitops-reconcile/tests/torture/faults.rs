//! Every scenario × every call × every fault, and all pairs of them on a small scenario.

use gitops_apply::memory::Snapshot;
use gitops_apply::testkit::Fault;
use gitops_diff::Value;

use crate::scenarios::{self, Scenario};
use crate::target::Target;

/// A scenario, ready to be run many times.
pub(crate) struct Prepared {
    pub(crate) scenario: Scenario,
    snapshot: Snapshot,
}

impl Prepared {
    pub(crate) async fn new(scenario: Scenario) -> Self {
        let target = Target::empty();
        let mut agent = target.agent();
        for revision in scenario.before {
            target.push(revision);
            target.converge(&mut agent).await.unwrap();
        }
        (scenario.meddle)(&target);
        Self { snapshot: target.cluster.snapshot(), scenario }
    }

    /// The cluster as prepared, and the revision that is next.
    pub(crate) fn target(&self) -> Target {
        let target = Target::restored(&self.snapshot, self.scenario.others);
        target.push(self.scenario.revision);
        target
    }

    /// How many calls it takes without faults.
    async fn calls(&self) -> usize {
        let target = self.target();
        let mut agent = target.agent();
        target.run(&mut agent).await.unwrap();
        target.faults.calls().len()
    }

    /// Runs with these faults, then heals and checks.
    async fn try_faults(&self, faults: &[(usize, Fault)]) -> Result<usize, String> {
        let target = self.target();
        for (at, fault) in faults {
            target.faults.inject(*at, *fault);
        }
        let mut agent = target.agent();
        if target.run(&mut agent).await.is_none() {
            agent = target.agent();
        }
        target.faults.heal();
        self.check(&target, agent).await
    }

    /// Whatever happened to the target: it converges, comes to rest, and is as declared.
    pub(crate) async fn check(
        &self,
        target: &Target,
        mut agent: gitops_reconcile::Reconciler,
    ) -> Result<usize, String> {
        (self.scenario.after)(target);
        let passes = target.converge(&mut agent).await?;
        target.rest(&mut agent).await?;
        for (id, pointer, expected) in self.scenario.end {
            let expected = expected.map(|json| serde_json::from_str::<Value>(json).unwrap());
            let found = target.look(&[(id, pointer)]).into_values().next().flatten();
            if found != expected {
                return Err(format!("{id} {pointer} is {found:?}, not {expected:?}"));
            }
        }
        Ok(passes)
    }
}

/// What was tried, for the figures.
#[derive(Default)]
struct Tally {
    positions: usize,
    runs: usize,
    most_passes: usize,
    violations: Vec<String>,
}

impl Tally {
    fn add(&mut self, what: &str, result: Result<usize, String>) {
        self.runs += 1;
        match result {
            Ok(passes) => self.most_passes = self.most_passes.max(passes),
            Err(violation) => self.violations.push(format!("{what}: {violation}")),
        }
    }

    fn print(&self, what: &str) {
        println!(
            "torture: {what}: {} positions, {} runs, at most {} passes to converge, {} violations",
            self.positions,
            self.runs,
            self.most_passes,
            self.violations.len()
        );
        assert!(self.violations.is_empty(), "{:#?}", self.violations);
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_at_every_call_of_every_scenario_heals() {
    let mut all = Tally::default();
    let scenarios = scenarios::all();
    for scenario in &scenarios {
        let name = scenario.name;
        let prepared = Prepared::new(scenario.clone()).await;
        let calls = prepared.calls().await;
        all.positions += calls;
        all.add(&format!("{name} without faults"), prepared.try_faults(&[]).await);
        for at in 0..calls {
            for fault in Fault::ALL {
                let result = prepared.try_faults(&[(at, fault)]).await;
                all.add(&format!("{name}, {fault:?} at call {at}"), result);
            }
        }
    }
    all.print(&format!("{} scenarios x {} faults", scenarios.len(), Fault::ALL.len()));
}

#[tokio::test(start_paused = true)]
async fn every_pair_of_faults_heals() {
    const KINDS: [Fault; 4] =
        [Fault::Conflict, Fault::Internal, Fault::ReplyLost, Fault::CrashAfter];
    let prepared = Prepared::new(scenarios::prune()).await;
    let calls = prepared.calls().await;
    let mut all = Tally { positions: calls, ..Tally::default() };
    for first in 0..calls {
        for second in first + 1..calls {
            for one in KINDS {
                for two in KINDS {
                    let faults = [(first, one), (second, two)];
                    let result = prepared.try_faults(&faults).await;
                    all.add(&format!("prune, {faults:?}"), result);
                }
            }
        }
    }
    all.print("all pairs of 4 faults on prune");
}
