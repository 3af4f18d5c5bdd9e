//! What a run costs where nothing, or little, changed (P5).

use std::sync::Arc;

use gitops_reconcile::{Compute, Conclusion, Mode, Options, Reconciler, Report};
use gitops_source::{MemorySource, Tree, TreePath};

use crate::ports::{Lines, Port};
use crate::world::World;

fn source(files: &[(&'static str, &'static str)]) -> Arc<MemorySource> {
    let source = Arc::new(MemorySource::new("main"));
    push(&source, files);
    source
}

fn push(source: &MemorySource, files: &[(&'static str, &'static str)]) {
    source.push(Tree::from_files(files.iter().copied()).unwrap());
}

fn reconciler(world: &World, source: &Arc<MemorySource>, mode: Mode) -> Reconciler {
    let port = Port { world: world.clone(), agent: 0 };
    let options = Options { compute: Compute::Inline, mode, ..Options::default() };
    Reconciler::new(Arc::clone(source), Lines, port.clone(), port)
        .with_sink(|_: &_| {})
        .with_options(options)
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_revision_costs_one_question_two_looks_and_no_write() {
    let world = World::default();
    let source = source(&[("objects", "a 1\nb 1")]);
    let mut agent = reconciler(&world, &source, Mode::Heal);

    let first = agent.run_once().await;
    assert_eq!(first.conclusion, Conclusion::InSync);
    let cost = (first.counters.renders, first.counters.stores, first.counters.applies);
    assert_eq!(cost, (1, 2, 2), "written ahead, applied, recorded");

    let before = world.lock().calls.len();
    let second = agent.run_once().await;
    let calls: Vec<&str> = world.lock().calls[before..].iter().map(|(_, what, _)| *what).collect();
    assert_eq!(calls, ["load", "observe"]);
    let counters = &second.counters;
    assert_eq!((counters.fetches, counters.renders, counters.unchanged), (1, 0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_new_commit_that_leaves_the_folder_as_it_was_costs_no_render_and_no_write() {
    let world = World::default();
    let source = source(&[("apps/objects", "a 1"), ("README", "one")]);
    let mut agent =
        reconciler(&world, &source, Mode::Heal).with_path(TreePath::new("apps").unwrap());
    let first = agent.run_once().await;
    push(&source, &[("apps/objects", "a 1"), ("README", "two")]);

    let writes = world.writes();
    let second = agent.run_once().await;
    assert_ne!(first.revision, second.revision);
    assert_eq!((second.counters.renders, world.writes()), (0, writes));

    push(&source, &[("apps/objects", "a 2"), ("README", "two")]);
    assert_eq!(agent.run_once().await.counters.renders, 1);
    assert_eq!(world.data()["ConfigMap/shop/a"], "2");
}

#[tokio::test(start_paused = true)]
async fn report_only_shows_the_plan_and_writes_nothing() {
    let world = World::default();
    let source = source(&[("objects", "a 1\nb 1")]);
    let report = reconciler(&world, &source, Mode::Report).run_once().await;
    assert_eq!(report.conclusion, Conclusion::Different);
    assert_eq!(report.plan.as_ref().unwrap().changes().count(), 2);
    assert_eq!(world.writes(), 0);

    reconciler(&world, &source, Mode::Heal).run_once().await;
    let report = reconciler(&world, &source, Mode::Report).run_once().await;
    assert_eq!(report.conclusion, Conclusion::InSync);
}

#[tokio::test(start_paused = true)]
async fn healing_a_drift_touches_only_the_drifted_object_and_not_the_ledger() {
    let world = World::default();
    let source = source(&[("objects", "a 1\nb 1")]);
    let mut agent = reconciler(&world, &source, Mode::Heal);
    agent.run_once().await;
    world.edit("ConfigMap/shop/b", "hacked");

    let report = agent.run_once().await;
    assert_eq!((report.counters.applies, report.counters.stores), (1, 0));
    assert_eq!(report.changes[0].id.to_string(), "ConfigMap/shop/b");
    assert_eq!(world.data()["ConfigMap/shop/b"], "1");
}

#[tokio::test(start_paused = true)]
async fn what_the_target_writes_in_its_own_way_is_no_drift_and_an_edit_of_it_is() {
    let world = World::default();
    world.lock().rewrites = true;
    let source = source(&[("objects", "a red\nb green")]);
    let mut agent = reconciler(&world, &source, Mode::Heal);
    let costs = |report: &Report| (report.counters.applies, report.counters.stores);
    assert_eq!(costs(&*agent.run_once().await), (2, 2), "written ahead, applied, recorded");
    assert_eq!(world.data()["ConfigMap/shop/a"], "RED");
    assert_eq!(costs(&*agent.run_once().await), (0, 0));
    // A new process knows it from the ledger.
    let mut agent = reconciler(&world, &source, Mode::Heal);
    assert_eq!(costs(&*agent.run_once().await), (0, 0));

    for edit in ["hacked", "GREEN"] {
        world.edit("ConfigMap/shop/a", edit);
        assert_eq!(costs(&*agent.run_once().await), (1, 0), "{edit}");
        assert_eq!(world.data()["ConfigMap/shop/a"], "RED", "{edit}");
    }
    // What is declared otherwise is applied, even where the target makes the same of it.
    push(&source, &[("objects", "a Red\nb green")]);
    assert_eq!(costs(&*agent.run_once().await), (1, 2));
    assert_eq!(costs(&*agent.run_once().await), (0, 0));
    // Somebody else's object of the name says nothing of ours.
    world.delete("ConfigMap/shop/b");
    world.edit("ConfigMap/shop/b", "GREEN");
    assert_eq!(agent.run_once().await.counters.applies, 1);
    assert_eq!(costs(&*agent.run_once().await), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_a_ledger_says_of_an_apply_without_what_became_of_it_is_not_believed() {
    let world = World::default();
    let source = source(&[("objects", "a 1")]);
    let mut agent = reconciler(&world, &source, Mode::Heal);
    let report = agent.run_once().await;
    let declared = report.plan.as_ref().unwrap().changes().next().unwrap().fingerprint.clone();
    for entry in world.lock().inventory.entries.values_mut() {
        entry.applied.clone_from(&declared);
    }
    world.edit("ConfigMap/shop/a", "hacked");
    assert_eq!(agent.run_once().await.counters.applies, 1);
    assert_eq!(world.data()["ConfigMap/shop/a"], "1");
}
