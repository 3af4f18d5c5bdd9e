//! The folder of manifests as a target.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

use std::fs;
use std::path::Path;

use gitops_apply::{Applier, DirApplier, DirOptions, Format, Outcome};
use gitops_diff::{
    Differ, Drift, Entry, Inventory, Live, Object, ObjectSet, Operation, Plan, Prune, Value,
};
use serde_json::json;

fn object(body: serde_json::Value) -> Object {
    Object::new(body.into()).unwrap()
}

fn settings(name: &str, data: &serde_json::Value) -> Object {
    object(json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "shop", "name": name }, "data": data }))
}

fn set(objects: impl IntoIterator<Item = Object>) -> ObjectSet {
    objects.into_iter().collect()
}

/// One pass: looks, plans, applies; answers the plan and what is ours now.
async fn pass(folder: &Path, desired: &ObjectSet, owned: &Inventory) -> (Plan, Inventory) {
    let applier = DirApplier::new(folder);
    let observed = applier.observe(desired, owned).await.unwrap();
    let plan = Drift { prune: Prune::On, ..Drift::default() };
    let plan = plan.diff(desired, &observed, owned).unwrap();
    assert_eq!((plan.failures.len(), plan.refusals.len()), (0, 0), "{plan:?}");
    let mut next = owned.union(desired);
    for change in plan.changes() {
        match applier.apply(change).await.unwrap() {
            Outcome::Deleted | Outcome::Released => drop(next.entries.remove(&change.id)),
            outcome => {
                let entry = next.entries.get_mut(&change.id).unwrap();
                entry.uid = outcome.uid().cloned();
            }
        }
    }
    (plan, next)
}

fn operations(plan: &Plan) -> Vec<String> {
    plan.changes().map(|it| format!("{:?} {}", it.operation, it.id)).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let path = path.strip_prefix(folder).unwrap();
                files.push(path.display().to_string().replace('\\', "/"));
            }
        }
    }
    files.sort();
    files
}

#[tokio::test]
async fn manifests_are_written_kept_changed_and_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("README"), "not ours").unwrap();
    let namespace = object(json!({ "apiVersion": "v1", "kind": "Namespace",
        "metadata": { "name": "shop" } }));
    let one = set([
        namespace.clone(),
        settings("a", &json!({ "k": "v", "l": "w" })),
        settings("b", &json!({})),
    ]);
    let (_, owned) = pass(root, &one, &Inventory::new()).await;
    let written = [
        "README",
        "_cluster/Namespace_shop.json",
        "shop/ConfigMap_a.json",
        "shop/ConfigMap_b.json",
    ];
    assert_eq!(files(root), written);

    let (plan, owned) = pass(root, &one, &owned).await;
    assert!(plan.is_empty(), "{:?}", operations(&plan));

    let two =
        set([namespace.clone(), settings("a", &json!({ "k": "v" })), settings("b", &json!({}))]);
    let (plan, owned) = pass(root, &two, &owned).await;
    assert_eq!(operations(&plan), ["Update ConfigMap/shop/a"], "a field less is a change");
    let text = fs::read_to_string(root.join("shop/ConfigMap_a.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap().pointer("/data/l"), None);

    let (plan, owned) = pass(root, &set([namespace]), &owned).await;
    assert_eq!(operations(&plan).len(), 2);
    assert_eq!(files(root), ["README", "_cluster/Namespace_shop.json"]);
    assert!(!root.join("shop").exists(), "its last file is gone");
    assert_eq!(owned.len(), 1);
}

#[tokio::test]
async fn what_a_hand_broke_is_healed_or_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let desired = set([settings("a", &json!({ "k": "v" })), settings("b", &json!({ "k": "v" }))]);
    let (_, owned) = pass(folder.path(), &desired, &Inventory::new()).await;
    let whole = fs::read(folder.path().join("shop/ConfigMap_a.json")).unwrap();
    for broken in [&b"{"[..], b"\xff\xfe", b"", b"{\"apiVersion\":\"v1\"}", b"null"] {
        fs::write(folder.path().join("shop/ConfigMap_a.json"), broken).unwrap();
        let (plan, _) = pass(folder.path(), &desired, &owned).await;
        assert_eq!(operations(&plan), ["Update ConfigMap/shop/a"]);
        assert_eq!(fs::read(folder.path().join("shop/ConfigMap_a.json")).unwrap(), whole);
    }
    fs::write(folder.path().join("shop/ConfigMap_b.json"), b"{").unwrap();
    let fewer = set([settings("a", &json!({ "k": "v" }))]);
    let (plan, _) = pass(folder.path(), &fewer, &owned).await;
    assert_eq!(operations(&plan), ["Delete ConfigMap/shop/b"]);
    assert_eq!(files(folder.path()), ["shop/ConfigMap_a.json"]);
}

#[tokio::test]
async fn a_crash_before_uids_were_recorded_leaves_no_orphan() {
    let folder = tempfile::tempdir().unwrap();
    let desired = set([settings("a", &json!({})), settings("b", &json!({}))]);
    let ahead = Inventory::new().union(&desired);
    pass(folder.path(), &desired, &Inventory::new()).await;
    assert!(ahead.entries.values().all(|entry| entry.uid.is_none()));
    let (plan, _) = pass(folder.path(), &set([settings("a", &json!({}))]), &ahead).await;
    assert_eq!(operations(&plan), ["Delete ConfigMap/shop/b"]);
    assert_eq!(files(folder.path()), ["shop/ConfigMap_a.json"]);
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_refused_not_followed() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let applier = DirApplier::new(folder.path());
    fs::write(outside.path().join("ConfigMap_a.json"), "secret").unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("shop")).unwrap();
    let desired = set([settings("a", &json!({}))]);
    let observed = applier.observe(&desired, &Inventory::new()).await.unwrap();
    let id = settings("a", &json!({})).id().clone();
    assert!(matches!(observed.get(&id), Some(Live::Unknown(_))), "{observed:?}");
    for operation in [Operation::Create, Operation::Update, Operation::Delete] {
        let reason = gitops_diff::Reason::Missing;
        let mut change = gitops_diff::Change::new(id.clone(), "v1", operation, reason);
        change.desired = Some(settings("a", &json!({})));
        let error = applier.apply(&change).await.unwrap_err().to_string();
        assert!(error.contains("`shop` is a link"), "{error}");
    }
    assert_eq!(fs::read(outside.path().join("ConfigMap_a.json")).unwrap(), b"secret");
}

#[tokio::test]
async fn another_form_is_written_and_read_by_its_functions() {
    const KYAML: Format = Format {
        extension: "yaml",
        encode: |object| Ok(format!("---\n{}", serde_json::to_string(object).unwrap())),
        decode: |text| {
            let json = text.strip_prefix("---\n").ok_or("no document")?;
            serde_json::from_str(json).map_err(|error| error.to_string())
        },
    };
    let folder = tempfile::tempdir().unwrap();
    let options = DirOptions { format: KYAML, ..DirOptions::default() };
    let applier = DirApplier::with_options(folder.path(), options);
    let object = settings("a", &json!({}));
    let desired = set([object.clone()]);
    let mut owned = Inventory::new();
    owned.entries.insert(object.id().clone(), Entry { version: "v1".into(), ..Entry::default() });
    let reason = gitops_diff::Reason::Missing;
    let mut change = gitops_diff::Change::new(object.id().clone(), "v1", Operation::Create, reason);
    change.desired = Some(object.clone());
    assert!(matches!(applier.apply(&change).await.unwrap(), Outcome::Created { .. }));
    assert!(matches!(applier.apply(&change).await.unwrap(), Outcome::Unchanged { .. }));
    assert_eq!(files(folder.path()), ["shop/ConfigMap_a.yaml"]);
    let observed = applier.observe(&desired, &owned).await.unwrap();
    assert_eq!(observed.object(object.id()).unwrap().uid(), Some("shop/ConfigMap_a.yaml"));
}
