//! The in-memory cluster under an unmodified `kube::Client`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::time::Duration;

use futures::StreamExt;
use gitops_apply::memory::{Cluster, Verb};
use gitops_apply::testkit::{Fault, Faults};
use kube::api::{
    Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, WatchEvent,
    WatchParams,
};
use kube::core::{ApiResource, GroupVersionKind};
use kube::discovery::{Discovery, Scope};
use kube::{Client, Error};
use serde_json::json;

fn config_maps(client: Client) -> Api<DynamicObject> {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
    Api::namespaced_with(client, "default", &kind)
}

fn map(name: &str, value: &str) -> DynamicObject {
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": value}
    }))
    .unwrap()
}

fn code(error: Error) -> u16 {
    match error {
        Error::Api(status) => status.code,
        other => panic!("no answer of the server: {other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn the_client_creates_reads_patches_lists_and_deletes() {
    let cluster = Cluster::default();
    let maps = config_maps(cluster.client());
    let made = maps.create(&PostParams::default(), &map("a", "1")).await.unwrap();
    let mut next = made.clone();
    next.data["data"]["a"] = json!("2");
    let replaced = maps.replace("a", &PostParams::default(), &next).await.unwrap();
    assert_ne!(replaced.metadata.resource_version, made.metadata.resource_version);
    assert_eq!(code(maps.replace("a", &PostParams::default(), &next).await.unwrap_err()), 409);

    let merge = Patch::Merge(json!({"data": {"b": "3"}}));
    let patched = maps.patch("a", &PatchParams::default(), &merge).await.unwrap();
    assert_eq!(patched.data["data"], json!({"a": "2", "b": "3"}));
    let params = PatchParams::apply("gitops").force();
    let applied = maps.patch("a", &params, &Patch::Apply(map("a", "4"))).await.unwrap();
    assert_eq!(applied.data["data"], json!({"a": "4", "b": "3"}));
    let managers: Vec<_> =
        applied.metadata.managed_fields.unwrap().into_iter().filter_map(|it| it.manager).collect();
    assert_eq!(managers, ["gitops", "unknown"]);

    assert_eq!(maps.list(&ListParams::default()).await.unwrap().items.len(), 1);
    maps.delete("a", &DeleteParams::default()).await.unwrap();
    assert!(maps.get_opt("a").await.unwrap().is_none());
    let calls = cluster.calls();
    assert_eq!(calls.count(Verb::Apply, "configmaps"), 1);
    assert_eq!(calls.count_of(Verb::Update), 2);
}

#[tokio::test(start_paused = true)]
async fn pages_of_a_list_show_one_state() {
    let cluster = Cluster::default();
    let maps = config_maps(cluster.client());
    for name in ["a", "b", "c", "d", "e"] {
        maps.create(&PostParams::default(), &map(name, "1")).await.unwrap();
    }
    let first = maps.list(&ListParams::default().limit(2)).await.unwrap();
    assert_eq!(first.metadata.remaining_item_count, Some(3));
    maps.delete("d", &DeleteParams::default()).await.unwrap();
    let token = first.metadata.continue_.unwrap();
    let rest = maps.list(&ListParams::default().continue_token(&token)).await.unwrap();
    let names: Vec<_> = rest.items.into_iter().filter_map(|it| it.metadata.name).collect();
    assert_eq!(names, ["c", "d", "e"], "as it was when the first page was read");
    cluster.compact();
    let late = maps.list(&ListParams::default().continue_token(&token)).await;
    assert_eq!(code(late.unwrap_err()), 410);
}

#[tokio::test(start_paused = true)]
async fn a_watch_tells_what_happens_and_ends_in_time() {
    let cluster = Cluster::default();
    let maps = config_maps(cluster.client());
    maps.create(&PostParams::default(), &map("a", "1")).await.unwrap();
    let params = WatchParams::default().timeout(60);
    let mut events = maps.watch(&params, "0").await.unwrap().boxed();
    let writer = maps.clone();
    let writing = async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let merge = Patch::Merge(json!({"data": {"a": "2"}}));
        writer.patch("a", &PatchParams::default(), &merge).await.unwrap();
        writer.delete("a", &DeleteParams::default()).await.unwrap();
    };
    let read = async {
        let mut seen = Vec::new();
        while let Some(event) = events.next().await {
            seen.push(match event.unwrap() {
                WatchEvent::Added(it) => format!("added {}", it.data["data"]["a"]),
                WatchEvent::Modified(it) => format!("modified {}", it.data["data"]["a"]),
                WatchEvent::Deleted(it) => format!("deleted {}", it.data["data"]["a"]),
                WatchEvent::Bookmark(_) => "bookmark".to_owned(),
                WatchEvent::Error(it) => format!("error {}", it.code),
            });
        }
        seen
    };
    let started = tokio::time::Instant::now();
    let ((), seen) = tokio::join!(writing, read);
    assert_eq!(seen, ["added \"1\"", "modified \"2\"", "deleted \"2\"", "bookmark"]);
    assert_eq!(started.elapsed().as_secs(), 60, "in virtual time");
}

#[tokio::test(start_paused = true)]
async fn discovery_finds_the_same_both_ways() {
    let client = Cluster::default().client();
    let plain = Discovery::new(client.clone()).run().await.unwrap();
    let aggregated = Discovery::new(client).run_aggregated().await.unwrap();
    for discovery in [&plain, &aggregated] {
        let kind = GroupVersionKind::gvk("apps", "v1", "Deployment");
        let (resource, capabilities) = discovery.resolve_gvk(&kind).unwrap();
        assert_eq!(
            (resource.plural.as_str(), capabilities.scope),
            ("deployments", Scope::Namespaced)
        );
        assert!(capabilities.subresources.iter().any(|(it, _)| it.plural == "scale"));
    }
    let names = |it: &Discovery| {
        let mut names: Vec<String> = it.groups().map(|it| it.name().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&plain), names(&aggregated));
}

#[tokio::test(start_paused = true)]
async fn every_fault_is_felt_and_only_those_that_commit_write() {
    for fault in Fault::ALL {
        let cluster = Cluster::default();
        let faults = Faults::new();
        let maps = config_maps(faults.client(cluster.service()));
        faults.inject(0, fault);
        let map = map("a", "1");
        let params = PostParams::default();
        let create = maps.create(&params, &map);
        let answered = tokio::time::timeout(Duration::from_secs(60), create).await;
        assert!(!matches!(answered, Ok(Ok(_))), "{fault:?} is no success");
        let silent = matches!(fault, Fault::Hang | Fault::Crash | Fault::CrashAfter);
        assert_eq!(answered.is_err(), silent, "{fault:?}");
        assert_eq!(faults.is_crashed(), matches!(fault, Fault::Crash | Fault::CrashAfter));
        assert_eq!(cluster.calls().writes(), u64::from(fault.commits()), "{fault:?}");
        faults.heal();
        let found = maps.get_opt("a").await.unwrap();
        assert_eq!(found.is_some(), fault.commits(), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crashed_agent_can_be_told_from_a_slow_one() {
    let cluster = Cluster::default();
    let faults = Faults::new();
    let maps = config_maps(faults.client(cluster.service()));
    faults.inject(1, Fault::CrashAfter);
    let agent = async {
        for name in ["a", "b", "c"] {
            maps.create(&PostParams::default(), &map(name, "1")).await.unwrap();
        }
    };
    tokio::select! {
        () = agent => panic!("a dead agent does not go on"),
        () = faults.crashed() => {}
    }
    let codes: Vec<_> = faults.calls().into_iter().map(|it| it.code).collect();
    assert_eq!(codes, [Some(201), None]);
    assert_eq!(cluster.calls().writes(), 2);
}
