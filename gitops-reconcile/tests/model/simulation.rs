//! Random scripts of pushes, edits, faults, crashes and time, from one seed each (T3).
//!
//! `GITOPS_SEEDS` sets how many are tried, `GITOPS_SEED` tries that one alone.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::runtime::Runtime;

use crate::agent::Agent;
use crate::interleavings::in_runtime;
use crate::world::{Fault, World};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

struct Simulation<'a> {
    runtime: &'a Runtime,
    seed: u64,
    random: StdRng,
    world: World,
    agents: [Agent; 2],
}

impl<'a> Simulation<'a> {
    fn new(runtime: &'a Runtime, seed: u64) -> Self {
        let world = World::default();
        let agents = [Agent::new(0, &world), Agent::new(1, &world)];
        Self { runtime, seed, random: StdRng::seed_from_u64(seed), world, agents }
    }

    fn pick(&mut self, count: usize) -> usize {
        self.random.random_range(0..count)
    }

    /// A revision: at least one object, each with one of three values.
    fn revision(&mut self) -> String {
        let first = self.pick(NAMES.len());
        let mut lines = Vec::new();
        for (index, name) in NAMES.into_iter().enumerate() {
            if index == first || self.pick(2) == 0 {
                lines.push(format!("{name} {}", self.pick(3)));
            }
        }
        lines.join("\n")
    }

    fn step(&mut self) {
        let agent = self.pick(2);
        let object = format!("ConfigMap/shop/{}", NAMES[self.pick(NAMES.len())]);
        match self.pick(12) {
            0 | 1 => self.push([true, true]),
            2 => self.push([agent == 0, agent == 1]),
            3 => self.world.edit(&object, "edited"),
            4 => self.world.delete(&object),
            5 | 6 => self.break_a_call(),
            7 => self.restart(agent),
            8 => self.pass(Duration::from_secs(61)),
            9 => drop(self.agents[agent].run()),
            _ => (0..self.pick(12)).for_each(|_| drop(self.agents[agent].poll())),
        }
    }

    /// A new process takes as long to start as a call of another may take: what it knows nothing
    /// of is over by then (see the limits in RELIABILITY.md).
    fn restart(&mut self, agent: usize) {
        self.agents[agent].restart();
        self.pass(Duration::from_secs(61));
    }

    fn push(&mut self, to: [bool; 2]) {
        let revision = self.revision();
        for (agent, _) in self.agents.iter().zip(to).filter(|(_, sees)| *sees) {
            agent.push(&revision);
        }
    }

    fn break_a_call(&mut self) {
        let fault = [Fault::Fail, Fault::Lose, Fault::Hang][self.pick(3)];
        let ahead = self.pick(8);
        let mut inner = self.world.lock();
        let at = inner.calls.len() + ahead;
        inner.faults.insert(at, fault);
    }

    fn pass(&mut self, time: Duration) {
        self.runtime.block_on(tokio::time::advance(time));
    }

    /// No more faults, and both see one last revision.
    fn heal(&mut self) -> String {
        self.world.lock().faults.clear();
        let last = self.revision();
        for agent in &mut self.agents {
            agent.push(&last);
            // Whoever hangs is dead.
            if agent.run().is_none() {
                agent.restart();
            }
        }
        last
    }

    fn check(&mut self) {
        let seed = self.seed;
        for agent in &mut self.agents {
            agent.push("a 0");
            agent.run();
        }
        for _ in 0..30 {
            self.step();
            self.calm();
        }
        let last = self.heal();
        for _ in 0..3 {
            self.both();
        }
        let before = self.world.writes();
        self.both();
        assert_eq!(self.world.writes(), before, "seed {seed}: it does not come to rest");
        self.calm();
        let ours: BTreeMap<String, String> = self.world.ours();
        let declared = last.lines().filter_map(|line| line.split_once(' '));
        let declared =
            declared.map(|(name, value)| (format!("ConfigMap/shop/{name}"), value.into()));
        assert_eq!(ours, declared.collect::<BTreeMap<String, String>>(), "seed {seed}");
    }

    /// No violation so far; the calls that led to one are shown.
    fn calm(&self) {
        let inner = self.world.lock();
        let first = inner.violations.first();
        assert_eq!(first, None, "seed {}, after the calls {:?}", self.seed, inner.calls);
    }

    fn both(&mut self) {
        self.pass(Duration::from_secs(61));
        for agent in &mut self.agents {
            agent.run();
        }
    }
}

#[test]
fn every_random_script_converges_without_orphan_or_theft() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("GITOPS_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("GITOPS_SEEDS").unwrap_or(400),
    };
    let count = seeds.end - seeds.start;
    for seed in seeds {
        in_runtime(|runtime| Simulation::new(runtime, seed).check());
    }
    println!("simulation: {count} seeds of 30 steps, 0 violations");
}
