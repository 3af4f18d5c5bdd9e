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
    let calls = wire.targets().len();
    assert_snapshot!(ledger.store(&inventory(20_000), None).await.unwrap_err(), @"ConfigMap/default/gitops: the inventory of 20000 objects takes 1928903 bytes, and an object holds 900000; deploy them in several parts with a ledger each");
    assert_eq!(wire.targets().len(), calls, "nothing is sent");

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
