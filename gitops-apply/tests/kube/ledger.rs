//! Ledgers in the cluster over a bad wire, and two writers of one.

use gitops_apply::memory::Cluster;
use gitops_apply::{ApplyError, KubeLedger, Ledger};
use gitops_diff::{Entry, Inventory};
use insta::assert_snapshot;

use crate::wire::{Fault, Wire, settings};

fn inventory(count: usize) -> Inventory {
    let entries = (0..count).map(|n| {
        let uid = Some("0123456789abcdef0123456789abcdef0123".into());
        let entry = Entry { version: "v1".into(), uid, ..Entry::default() };
        (format!("ConfigMap/default/settings-{n}").parse().unwrap(), entry)
    });
    Inventory { entries: entries.collect(), ..Inventory::new() }
}

/// As large as a hundred times as many objects.
fn bulky(count: usize) -> Inventory {
    let mut inventory = inventory(count);
    for entry in inventory.entries.values_mut() {
        entry.uid = Some("x".repeat(10_000).into());
    }
    inventory
}

fn open(cluster: &Cluster, wire: &Wire) -> KubeLedger {
    KubeLedger::config_map(wire.client(cluster), "default", "gitops")
}

#[tokio::test(start_paused = true)]
async fn a_store_whose_answer_was_lost_is_recognised() {
    for fault in [Fault::Lost, Fault::Hang] {
        let (cluster, wire) = (Cluster::default(), Wire::sound());
        let ledger = open(&cluster, &wire);
        wire.then([fault.clone()]);
        let first = ledger.store(&inventory(1), None).await.unwrap();
        assert_eq!(ledger.load().await.unwrap(), first, "{fault:?}");
        wire.then([fault.clone()]);
        let second = ledger.store(&inventory(2), first.stamp.as_deref()).await.unwrap();
        assert_eq!(ledger.load().await.unwrap(), second, "{fault:?}");
        assert_ne!(first.stamp, second.stamp);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_another_writer_overtook_is_fenced_even_with_the_same_content() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let (ours, theirs) = (open(&cluster, &wire), open(&cluster, &Wire::sound()));
    let first = ours.store(&inventory(1), None).await.unwrap();
    let theirs = theirs.store(&inventory(2), first.stamp.as_deref()).await.unwrap();
    let late = ours.store(&inventory(2), first.stamp.as_deref()).await.unwrap_err();
    assert_snapshot!(late, @"ConfigMap/default/gitops: the ledger was changed by another writer; load it again");
    assert!(matches!(late, ApplyError::Fenced(_)));
    assert_eq!(ours.load().await.unwrap(), theirs);
    let late = ours.store(&inventory(3), None).await.unwrap_err();
    assert!(matches!(late, ApplyError::Fenced(_)), "{late}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_stored_or_read_is_an_error_that_says_what_to_do() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let ledger = open(&cluster, &wire);
    let huge = Inventory { revision: Some("x".repeat(60_000_000).into()), ..Inventory::new() };
    assert_snapshot!(ledger.store(&huge, None).await.unwrap_err(), @"ConfigMap/default/gitops: the inventory takes 60000028 bytes, and a ledger holds 57600000; deploy the objects in several parts with a ledger each");
    assert_eq!(wire.targets(), [""; 0], "nothing is sent");

    let foreign = crate::wire::object(serde_json::json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "default", "name": "gitops" }, "data": { "colour": "green" } }));
    let applier = crate::wire::applier(&cluster, &wire);
    let making = crate::wire::change(&foreign, gitops_diff::Operation::Create, None);
    gitops_apply::Applier::apply(&applier, &making).await.unwrap();
    assert_snapshot!(ledger.load().await.unwrap_err(), @"ConfigMap/default/gitops: its data has no `inventory`; restore it from a backup, or delete it: what it listed is then no longer pruned, and becomes ours again where it is declared");
    let refused = ledger.store(&inventory(1), None).await.unwrap_err();
    assert!(matches!(refused, ApplyError::Invalid(_)), "{refused}");
    assert!(cluster.object(settings("gitops", "green").id()).is_some(), "it is left as it is");
}

fn objects(cluster: &Cluster) -> usize {
    let ours = |it: &gitops_diff::Value| {
        it.pointer("/metadata/name")
            .and_then(|name| name.as_str()?.strip_prefix("gitops"))
            .is_some()
    };
    cluster.objects().iter().filter(|it| ours(it)).count()
}

#[tokio::test(start_paused = true)]
async fn a_large_inventory_is_kept_in_parts_that_come_and_go_with_it() {
    for fault in [Fault::None, Fault::Lost] {
        let cluster = Cluster::default();
        // Every third call, which the budget of retries can make up for.
        let wire =
            Wire::new((0..50).flat_map(|_| [fault.clone(), Fault::None, Fault::None]), Fault::None);
        let ledger = open(&cluster, &wire);
        let small = ledger.store(&inventory(1), None).await.unwrap();
        let large = ledger.store(&bulky(250), small.stamp.as_deref()).await.unwrap();
        assert_eq!(objects(&cluster), 4, "the ledger and three parts");
        assert_eq!(open(&cluster, &Wire::sound()).load().await.unwrap(), large);
        let larger = ledger.store(&bulky(350), large.stamp.as_deref()).await.unwrap();
        assert_eq!(objects(&cluster), 5, "parts of the store before are gone");
        assert_eq!(ledger.load().await.unwrap(), larger);
        ledger.store(&inventory(1), larger.stamp.as_deref()).await.unwrap();
        assert_eq!(objects(&cluster), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_of_parts_that_dies_anywhere_leaves_the_ledger_as_it_was() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let mut stored = open(&cluster, &wire).store(&bulky(200), None).await.unwrap();
    let calls = wire.targets().len();
    assert_eq!(calls, 5, "a list, three parts and the ledger");
    for position in 0..calls {
        let before = (0..position).map(|_| Fault::None);
        let dying = Wire::new(before, Fault::Reset);
        let next = bulky(201 + position);
        let died = open(&cluster, &dying).store(&next, stored.stamp.as_deref()).await;
        assert!(died.is_err(), "at call {position}");
        let alive = open(&cluster, &Wire::sound());
        assert_eq!(alive.load().await.unwrap(), stored, "at call {position}");
        stored = alive.store(&next, stored.stamp.as_deref()).await.unwrap();
        assert_eq!(objects(&cluster), 4, "what the dead store left is removed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_lost_a_part_is_an_error_and_never_smaller() {
    let cluster = Cluster::default();
    let ledger = open(&cluster, &Wire::sound());
    ledger.store(&bulky(200), None).await.unwrap();
    let part = cluster.objects().into_iter().find_map(|it| {
        let object = gitops_diff::Object::new(it).ok()?;
        object.id().name().ends_with(".1").then_some(object)
    });
    let part = part.unwrap();
    let applier = crate::wire::applier(&cluster, &Wire::sound());
    let deletion = crate::wire::change(&part, gitops_diff::Operation::Delete, part.uid());
    gitops_apply::Applier::apply(&applier, &deletion).await.unwrap();
    assert_snapshot!(ledger.load().await.unwrap_err(), @"ConfigMap/default/gitops: parts of it are missing; restore it from a backup, or delete it: what it listed is then no longer pruned, and becomes ours again where it is declared");
}
