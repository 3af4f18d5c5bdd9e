//! Calls that go wrong on the way.

use std::time::Duration;

use futures::future::join_all;
use gitops_apply::memory::Cluster;
use gitops_apply::{Applier, ApplyError, ErrorClass, KubeApplier, KubeOptions, Outcome};
use gitops_diff::{Inventory, Live, Object, ObjectSet, Operation};
use insta::assert_snapshot;
use tokio::time::Instant;

use crate::wire::{Fault, Wire, applier, change, options, settings};

/// Looks, makes, changes and deletes one object, and checks each answer.
async fn life(applier: &KubeApplier, cluster: &Cluster) -> Result<(), ApplyError> {
    let (green, blue) = (settings("a", "green"), settings("a", "blue"));
    let desired: ObjectSet = [green.clone()].into_iter().collect();
    let desired = applier.resolve(desired).await?;
    let seen = applier.observe(&desired, &Inventory::new()).await?;
    assert_eq!(seen.get(green.id()), Some(&Live::Absent));
    let made = applier.apply(&change(&green, Operation::Create, None)).await?;
    assert!(matches!(made, Outcome::Created { .. }), "{made:?}");
    let updated =
        applier.apply(&change(&blue, Operation::Update, made.uid().map(|it| &**it))).await?;
    assert!(matches!(updated, Outcome::Updated { .. }), "{updated:?}");
    let live = Object::new(cluster.object(green.id()).unwrap()).unwrap();
    assert_eq!(live.pointer("/data/colour"), Some(&"blue".into()));
    let deletion = change(&green, Operation::Delete, live.uid());
    assert_eq!(applier.apply(&deletion).await?, Outcome::Deleted);
    assert_eq!(cluster.object(green.id()), None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn any_fault_at_any_call_is_made_up_for() {
    let wire = Wire::sound();
    let cluster = Cluster::default();
    life(&applier(&cluster, &wire), &cluster).await.unwrap();
    let calls = wire.targets().len();
    let faults = [
        Fault::Status(429, Some(3)),
        Fault::Status(500, None),
        Fault::Status(503, None),
        Fault::Status(504, None),
        Fault::Reset,
        Fault::Lost,
        Fault::Hang,
    ];
    let mut runs = 0;
    for fault in &faults {
        for position in 0..calls {
            let before = (0..position).map(|_| Fault::None);
            let wire = Wire::new(before.chain([fault.clone()]), Fault::None);
            let cluster = Cluster::default();
            let lived = life(&applier(&cluster, &wire), &cluster).await;
            assert!(lived.is_ok(), "{fault:?} at call {position}: {lived:?}");
            assert_eq!(wire.targets().len(), calls + 1, "{fault:?} at call {position}");
            runs += 1;
        }
    }
    assert_eq!(runs, 7 * calls);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stays_in_trouble_is_left_alone_after_a_few_attempts() {
    let wire = Wire::new([], Fault::Status(503, Some(2)));
    let applier = applier(&Cluster::default(), &wire);
    let began = Instant::now();
    let desired: ObjectSet = [settings("a", "green")].into_iter().collect();
    let error = applier.resolve(desired).await.unwrap_err();
    assert_snapshot!(error, @"GET /api/v1: the server is in trouble (InternalError)");
    assert_eq!(error.class(), ErrorClass::Retry(Some(Duration::from_secs(2))));
    assert_eq!(applier.calls(), 4);
    assert!(began.elapsed() >= Duration::from_secs(6), "it asked for two seconds each time");
}

#[tokio::test(start_paused = true)]
async fn a_wish_for_a_long_pause_is_handed_on() {
    let cluster = Cluster::default();
    let wire = Wire::new([Fault::None, Fault::Status(429, Some(3600))], Fault::None);
    let began = Instant::now();
    let applier = applier(&cluster, &wire);
    let making = change(&settings("a", "green"), Operation::Create, None);
    let error = applier.apply(&making).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Retry(Some(Duration::from_secs(3600))));
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_ends_by_its_deadline() {
    let cluster = Cluster::default();
    let wire = Wire::new([Fault::None], Fault::Hang);
    let applier = applier(&cluster, &wire);
    let making = change(&settings("a", "green"), Operation::Create, None);
    let error = applier.apply(&making).await.unwrap_err();
    assert_snapshot!(error, @"PATCH /api/v1/namespaces/default/configmaps/a: no answer within 30 s");
    assert!(matches!(error, ApplyError::Unavailable { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_storm_costs_a_fifth_more_and_not_four_times_as_much() {
    let cluster = Cluster::default();
    let wire = Wire::new([Fault::None], Fault::Status(503, None));
    let mut options = options();
    options.retry.floor_per_second = 0;
    let applier = KubeApplier::with_options(wire.client(&cluster), options);
    for n in 0..500 {
        let making = change(&settings(&format!("c{n}"), "green"), Operation::Create, None);
        assert!(applier.apply(&making).await.is_err());
    }
    assert!(applier.calls() <= 601, "{} calls for 501", applier.calls());
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_under_way_than_allowed() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let options = KubeOptions { concurrency: 3, ..options() };
    let applier = KubeApplier::with_options(wire.client(&cluster), options);
    let changes: Vec<_> = (0..40)
        .map(|n| change(&settings(&format!("c{n}"), "green"), Operation::Create, None))
        .collect();
    for applied in join_all(changes.iter().map(|it| applier.apply(it))).await {
        applied.unwrap();
    }
    assert_eq!(wire.most_at_a_time(), 3);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_not_tried_again() {
    let cluster = Cluster::default();
    let wire = Wire::new([Fault::None], Fault::Status(401, None));
    let applier = applier(&cluster, &wire);
    let making = change(&settings("a", "green"), Operation::Create, None);
    let error = applier.apply(&making).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Fix);
    assert!(matches!(error, ApplyError::Denied(_)), "{error}");
    assert_eq!(applier.calls(), 2, "discovery and one attempt");
}

#[tokio::test(start_paused = true)]
async fn changes_without_the_uid_they_mean_are_not_made() {
    let (cluster, wire) = (Cluster::default(), Wire::sound());
    let applier = applier(&cluster, &wire);
    for operation in [Operation::Update, Operation::Delete] {
        let error = applier.apply(&change(&settings("a", "green"), operation, None)).await;
        let error = error.unwrap_err();
        assert!(matches!(error, ApplyError::Invalid(_)), "{error}");
        assert!(error.to_string().contains("does not say which uid it must have"), "{error}");
    }
    assert!(wire.targets().iter().all(|it| it.starts_with("GET")), "{:?}", wire.targets());
}
