//! The Kubernetes applier and its ledgers against a real API server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests")]

use gitops_apply::testkit::{ApiServer, left_out};
use gitops_apply::{
    Applier, ApplyError, Conflicts, ErrorClass, KubeApplier, KubeLedger, KubeOptions, Ledger,
    Outcome, Readiness, Stamped,
};
use gitops_diff::{Change, Entry, Inventory, Live, Object, ObjectId, ObjectSet, Operation, Reason};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

static SERVER: OnceCell<Option<ApiServer>> = OnceCell::const_new();

/// A client of the server that all tests share, and a namespace of the test's own.
async fn cluster(namespace: &str) -> Option<kube::Client> {
    let server = SERVER.get_or_init(|| async { ApiServer::from_env().await.unwrap() }).await;
    let Some(server) = server else {
        left_out(&format!("the Kubernetes applier on a real API server ({namespace})"));
        return None;
    };
    let client = server.client().await.unwrap();
    let own = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } });
    let made = make(&KubeApplier::new(client.clone()), &object(own)).await.unwrap();
    assert!(matches!(made, Outcome::Created { uid: Some(_), .. }));
    Some(client)
}

fn object(body: Value) -> Object {
    Object::new(body.into()).unwrap()
}

fn settings(namespace: &str, name: &str, colour: &str) -> Object {
    object(json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": namespace, "name": name }, "data": { "colour": colour } }))
}

fn change(object: &Object, operation: Operation) -> Change {
    let mut change = Change::new(object.id().clone(), object.version(), operation, Reason::Missing);
    change.desired = Some(object.clone());
    change
}

async fn make(applier: &KubeApplier, object: &Object) -> Result<Outcome, ApplyError> {
    applier.apply(&change(object, Operation::Create)).await
}

async fn update(applier: &KubeApplier, object: &Object, uid: &str) -> Result<Outcome, ApplyError> {
    let mut change = change(object, Operation::Update);
    change.preconditions.uid = Some(uid.into());
    applier.apply(&change).await
}

fn deletion(object: &Object, uid: &str) -> Change {
    let mut change = change(object, Operation::Delete);
    change.preconditions.uid = Some(uid.into());
    change
}

async fn live(applier: &KubeApplier, object: &Object) -> Live {
    let desired: ObjectSet = [object.clone()].into_iter().collect();
    let observed = applier.observe(&desired, &Inventory::new()).await.unwrap();
    observed.get(object.id()).unwrap().clone()
}

async fn ready(applier: &KubeApplier, change: &Change) -> Readiness {
    for _ in 0..100 {
        match applier.ready(change).await.unwrap() {
            Readiness::Waiting(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            other => return other,
        }
    }
    panic!("{} does not become ready", change.id);
}

fn uid(outcome: &Outcome) -> &str {
    outcome.uid().unwrap()
}

#[tokio::test]
async fn an_object_is_made_changed_left_alone_and_deleted() {
    let Some(client) = cluster("life").await else { return };
    let applier = KubeApplier::new(client);
    let green = settings("life", "settings", "green");
    assert_eq!(live(&applier, &green).await, Live::Absent);
    let made = make(&applier, &green).await.unwrap();
    assert!(matches!(made, Outcome::Created { .. }));

    let Live::Present(before) = live(&applier, &green).await else { panic!("it was made") };
    assert_eq!(before.uid(), Some(uid(&made)));
    assert!(before.pointer("/metadata/managedFields/0/manager").is_some());
    let mut same = change(&green, Operation::Update);
    same.preconditions.uid = before.uid().map(Into::into);
    same.preconditions.resource_version = before.resource_version().map(Into::into);
    assert!(matches!(applier.apply(&same).await.unwrap(), Outcome::Unchanged { .. }));
    let blue = settings("life", "settings", "blue");
    assert!(matches!(update(&applier, &blue, uid(&made)).await.unwrap(), Outcome::Updated { .. }));
    let Live::Present(after) = live(&applier, &green).await else { panic!("it was changed") };
    assert_eq!(after.pointer("/data/colour"), Some(&"blue".into()));
    let stale = applier.apply(&same).await.unwrap_err();
    assert!(matches!(stale, ApplyError::Conflict { .. }), "{stale}");

    let delete = deletion(&green, uid(&made));
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted);
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleted, "done twice");
    assert_eq!(applier.ready(&delete).await.unwrap(), Readiness::Ready);
    assert_eq!(live(&applier, &green).await, Live::Absent);
}

#[tokio::test]
async fn an_object_of_another_life_is_neither_changed_nor_deleted() {
    let Some(client) = cluster("lives").await else { return };
    let applier = KubeApplier::new(client);
    let green = settings("lives", "settings", "green");
    let first = make(&applier, &green).await.unwrap();
    applier.apply(&deletion(&green, uid(&first))).await.unwrap();
    let gone = update(&applier, &green, uid(&first)).await.unwrap_err();
    assert!(matches!(gone, ApplyError::Conflict { .. }), "{gone}");
    assert_eq!(live(&applier, &green).await, Live::Absent, "an update never makes an object");

    let second = make(&applier, &green).await.unwrap();
    assert_ne!(uid(&first), uid(&second));
    let blue = settings("lives", "settings", "blue");
    let other = update(&applier, &blue, uid(&first)).await.unwrap_err();
    assert!(matches!(other, ApplyError::Conflict { .. }), "{other}");
    let delete = deletion(&green, uid(&first));
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Released);
    assert_eq!(applier.ready(&delete).await.unwrap(), Readiness::Ready);
    let Live::Present(kept) = live(&applier, &green).await else { panic!("it is not ours") };
    assert_eq!(kept.pointer("/data/colour"), Some(&"green".into()));
}

#[tokio::test]
async fn fields_of_others_are_named_or_taken() {
    let Some(client) = cluster("owners").await else { return };
    let manager = |name: &str, conflicts| KubeOptions {
        field_manager: name.into(),
        conflicts,
        ..KubeOptions::default()
    };
    let other = KubeApplier::with_options(client.clone(), manager("other", Conflicts::Force));
    let polite = KubeApplier::with_options(client.clone(), manager("ours", Conflicts::Fail));
    let firm = KubeApplier::with_options(client, manager("ours", Conflicts::Force));
    make(&other, &settings("owners", "settings", "green")).await.unwrap();
    let blue = settings("owners", "settings", "blue");
    let refused = make(&polite, &blue).await.unwrap_err();
    insta::assert_snapshot!(refused, @r#"
    ConfigMap/owners/settings: Apply failed with 1 conflict (Conflict)
      .data.colour is owned by "other" (Apply)
    "#);
    assert_eq!(refused.class(), ErrorClass::Retry(None));
    assert!(matches!(make(&firm, &blue).await.unwrap(), Outcome::Updated { .. }));
}

#[tokio::test]
async fn refusals_say_what_is_wrong_with_the_object() {
    let Some(client) = cluster("refused").await else { return };
    let applier = KubeApplier::new(client);
    let refused = async |body: Value| make(&applier, &object(body)).await.unwrap_err().to_string();
    let deployment = |spec: Value| {
        json!({ "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "namespace": "refused", "name": "web" }, "spec": spec })
    };
    let container = json!({ "name": "web", "image": "web" });
    let template = json!({ "metadata": { "labels": { "app": "web" } },
        "spec": { "containers": [container] } });
    let wrong_selector =
        json!({ "selector": { "matchLabels": { "app": "api" } }, "template": template });
    insta::assert_snapshot!(refused(deployment(wrong_selector)).await, @r#"
    Deployment.apps/refused/web: Deployment.apps "web" is invalid (Invalid)
      spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`
    "#);
    insta::assert_snapshot!(refused(deployment(json!({ "replicas": "many" }))).await, @"Deployment.apps/refused/web: failed to create typed patch object (refused/web; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string (Invalid)");
    insta::assert_snapshot!(refused(json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "nowhere", "name": "settings" } })).await, @"ConfigMap/nowhere/settings: its namespace `nowhere` does not exist; declare it too");
    insta::assert_snapshot!(refused(json!({ "apiVersion": "example.com/v1", "kind": "Widget",
        "metadata": { "namespace": "refused", "name": "a" } })).await, @"Widget.example.com/refused/a: its kind is not served; is its definition missing?");
    insta::assert_snapshot!(refused(json!({ "apiVersion": "v1", "kind": "Secret",
        "metadata": { "namespace": "refused", "name": "token" },
        "data": { "token": "not base64: hunter2" } })).await, @"Secret/refused/token: the API server says 500 (Invalid); its message is hidden, since it may quote the Secret");
    insta::assert_snapshot!(refused(json!({ "apiVersion": "v1", "kind": "Secret",
        "metadata": { "namespace": "refused", "name": "token" },
        "stringData": { "token": { "hunter2": 1 } } })).await, @"Secret/refused/token: the API server says 500 (Invalid); its message is hidden, since it may quote the Secret");
}

fn widget_definition(group: &str) -> Object {
    object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("widgets.{group}") },
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": { "plural": "widgets", "singular": "widget", "kind": "Widget" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": { "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true } } }],
        },
    }))
}

#[tokio::test]
async fn a_definition_is_waited_for_and_its_objects_follow() {
    let Some(client) = cluster("widgets").await else { return };
    let applier = KubeApplier::new(client);
    let definition = widget_definition("widgets.example.com");
    let widget = object(json!({ "apiVersion": "widgets.example.com/v1", "kind": "Widget",
        "metadata": { "name": "a" } }));
    let desired: ObjectSet = [definition.clone(), widget].into_iter().collect();
    let desired = applier.resolve(desired).await.unwrap();
    let widget = desired.iter().find(|it| it.id().kind() == "Widget").unwrap();
    assert_eq!(widget.id().namespace(), Some("default"), "by the definition beside it");
    assert_eq!(live(&applier, widget).await, Live::Unserved);
    let early = make(&applier, widget).await.unwrap_err();
    assert!(matches!(early, ApplyError::Unserved { .. }), "{early}");

    let made = make(&applier, &definition).await.unwrap();
    assert_eq!(ready(&applier, &change(&definition, Operation::Create)).await, Readiness::Ready);
    let made_widget = make(&applier, widget).await.unwrap();
    assert!(matches!(made_widget, Outcome::Created { .. }));
    assert!(matches!(live(&applier, widget).await, Live::Present(_)));

    let delete = deletion(&definition, uid(&made));
    let deleted = applier.apply(&delete).await.unwrap();
    assert!(matches!(deleted, Outcome::Deleting | Outcome::Deleted), "{deleted:?}");
    assert_eq!(ready(&applier, &delete).await, Readiness::Ready);
    let gone = deletion(widget, uid(&made_widget));
    let deleted = loop {
        match applier.apply(&gone).await {
            // The server may name the version of the kind a moment longer.
            Err(ApplyError::Unavailable { .. }) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            deleted => break deleted.unwrap(),
        }
    };
    assert_eq!(deleted, Outcome::Deleted, "with its kind");
}

#[tokio::test]
async fn an_object_is_found_and_deleted_when_its_kind_moves_to_another_version() {
    let Some(client) = cluster("moves").await else { return };
    let (applier, other) = (KubeApplier::new(client.clone()), KubeApplier::new(client));
    let definition = widget_definition("moves.example.com");
    let defined = make(&other, &definition).await.unwrap();
    assert_eq!(ready(&other, &change(&definition, Operation::Create)).await, Readiness::Ready);
    let widget = object(json!({ "apiVersion": "moves.example.com/v1", "kind": "Widget",
        "metadata": { "namespace": "moves", "name": "a" } }));
    let made = make(&applier, &widget).await.unwrap();

    let schema = json!({ "openAPIV3Schema": { "type": "object" } });
    let versions = json!([
        { "name": "v1", "served": false, "storage": false, "schema": schema },
        { "name": "v2", "served": true, "storage": true, "schema": schema },
    ]);
    let moved = definition.edit(|body| {
        body.map_at("spec").insert("versions", versions.into());
    });
    let moved = moved.unwrap();
    update(&other, &moved, uid(&defined)).await.unwrap();
    assert_eq!(ready(&other, &change(&moved, Operation::Update)).await, Readiness::Ready);

    let entry = Entry { version: "v1".into(), ..Entry::default() };
    let entries = [(widget.id().clone(), entry)].into_iter().collect();
    let owned = Inventory { entries, ..Inventory::new() };
    let found = loop {
        let seen = applier.observe(&ObjectSet::new(), &owned).await;
        match seen.as_ref().map(|it| it.get(widget.id()).unwrap()) {
            Ok(Live::Present(live)) if live.version() == "v2" => break live.clone(),
            // The server may serve the first version, or neither, a moment longer.
            Ok(Live::Present(_) | Live::Unknown(_)) | Err(ApplyError::Unavailable { .. }) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(found.uid(), Some(uid(&made)));
    assert_eq!(applier.apply(&deletion(&widget, uid(&made))).await.unwrap(), Outcome::Deleted);
    assert_eq!(live(&other, &found).await, Live::Absent);
}

#[tokio::test]
async fn names_that_are_taken_end_the_wait_for_a_definition() {
    let Some(client) = cluster("taken").await else { return };
    let applier = KubeApplier::new(client);
    let first = widget_definition("taken.example.com");
    make(&applier, &first).await.unwrap();
    assert_eq!(ready(&applier, &change(&first, Operation::Create)).await, Readiness::Ready);
    let second = object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "gadgets.taken.example.com" },
        "spec": {
            "group": "taken.example.com", "scope": "Namespaced",
            "names": { "plural": "gadgets", "singular": "gadget", "kind": "Widget" },
            "versions": [{ "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object" } } }],
        },
    }));
    make(&applier, &second).await.unwrap();
    match ready(&applier, &change(&second, Operation::Create)).await {
        Readiness::Failed(why) => {
            insta::assert_snapshot!(why, @r#"CustomResourceDefinition.apiextensions.k8s.io/gadgets.taken.example.com: its names are taken: "WidgetList" is already in use"#);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_object_with_finalizers_goes_when_they_are_gone() {
    let Some(client) = cluster("finalizers").await else { return };
    let applier = KubeApplier::new(client);
    let held = |finalizers: Value| {
        object(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": {
            "namespace": "finalizers", "name": "held", "finalizers": finalizers } }))
    };
    let made = make(&applier, &held(json!(["example.com/hold"]))).await.unwrap();
    let delete = deletion(&held(json!([])), uid(&made));
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleting);
    assert_eq!(applier.apply(&delete).await.unwrap(), Outcome::Deleting, "done twice");
    match applier.ready(&delete).await.unwrap() {
        Readiness::Waiting(why) => {
            insta::assert_snapshot!(why, @"ConfigMap/finalizers/held waits for its finalizers: example.com/hold");
        }
        other => panic!("{other:?}"),
    }
    update(&applier, &held(json!([])), uid(&made)).await.unwrap();
    assert_eq!(ready(&applier, &delete).await, Readiness::Ready);
}

#[tokio::test]
async fn many_objects_are_found_by_lists_few_by_name() {
    let Some(client) = cluster("many").await else { return };
    let applier = KubeApplier::with_options(client, KubeOptions { page: 3, ..Default::default() });
    let all: ObjectSet = (0..8).map(|n| settings("many", &format!("c{n}"), "green")).collect();
    for object in all.iter().take(7) {
        make(&applier, object).await.unwrap();
    }
    let before = applier.calls();
    let observed = applier.observe(&all, &Inventory::new()).await.unwrap();
    assert_eq!(applier.calls() - before, 3, "pages of three");
    let there = all.iter().filter(|it| observed.object(it.id()).is_some()).count();
    assert_eq!((there, observed.len()), (7, 8));
    assert_eq!(observed.get(all.iter().last().unwrap().id()), Some(&Live::Absent));
    let found = observed.object(all.iter().next().unwrap().id()).unwrap();
    assert_eq!(found.api_version(), "v1", "items of a list get the type that the list has");
}

#[tokio::test]
async fn what_the_ledger_holds_in_a_version_that_is_gone_is_found_in_another() {
    let Some(client) = cluster("versions").await else { return };
    let applier = KubeApplier::new(client);
    let id: ObjectId = "HorizontalPodAutoscaler.autoscaling/versions/web".parse().unwrap();
    let made = object(json!({ "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": { "namespace": "versions", "name": "web" },
        "spec": { "maxReplicas": 2, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "web" } } }));
    make(&applier, &made).await.unwrap();
    let mut owned = Inventory::new();
    owned.entries.insert(id.clone(), Entry { version: "v2beta2".into(), ..Entry::default() });
    let observed = applier.observe(&ObjectSet::new(), &owned).await.unwrap();
    assert_eq!(observed.object(&id).unwrap().version(), "v2");
}

#[tokio::test]
async fn whoever_may_not_look_gets_unknown_objects() {
    let Some(client) = cluster("denied").await else { return };
    let admin = KubeApplier::new(client.clone());
    make(&admin, &settings("denied", "settings", "green")).await.unwrap();
    let nobody = tower::ServiceBuilder::new()
        .map_request(|mut request: http::Request<kube::client::Body>| {
            let nobody = http::HeaderValue::from_static("nobody");
            request.headers_mut().insert("impersonate-user", nobody);
            request
        })
        .service_fn(move |request| {
            let client = client.clone();
            async move { client.send(request).await }
        });
    let applier = KubeApplier::new(kube::Client::new(nobody, "default"));
    let settings = settings("denied", "settings", "blue");
    match live(&applier, &settings).await {
        Live::Unknown(why) => {
            insta::assert_snapshot!(why, @r#"ConfigMap/denied/settings: configmaps "settings" is forbidden: User "nobody" cannot get resource "configmaps" in API group "" in the namespace "denied" (Forbidden)"#);
        }
        other => panic!("{other:?}"),
    }
    let denied = make(&applier, &settings).await.unwrap_err();
    assert!(matches!(denied, ApplyError::Denied(_)), "{denied}");
}

fn inventory(names: &[&str]) -> Inventory {
    let mut inventory = Inventory::new();
    for name in names {
        let uid = Some(format!("uid of {name}").into());
        let entry = Entry { version: "v1".into(), uid, ..Entry::default() };
        inventory.entries.insert(format!("ConfigMap/shop/{name}").parse().unwrap(), entry);
    }
    inventory
}

#[tokio::test]
async fn of_two_writers_of_a_ledger_the_second_is_fenced() {
    let Some(client) = cluster("ledgers").await else { return };
    for name in ["config-map", "secret"] {
        let open = || match name {
            "secret" => KubeLedger::secret(client.clone(), "ledgers", name),
            _ => KubeLedger::config_map(client.clone(), "ledgers", name),
        };
        let (one, two) = (open(), open());
        assert_eq!(one.load().await.unwrap(), Stamped::default());
        let first = one.store(&inventory(&["a"]), None).await.unwrap();
        let late = two.store(&inventory(&["b"]), None).await.unwrap_err();
        assert!(matches!(late, ApplyError::Fenced(_)), "{late}");
        assert_eq!(two.load().await.unwrap(), first);
        let second = two.store(&inventory(&["b"]), first.stamp.as_deref()).await.unwrap();
        assert_eq!(one.load().await.unwrap(), second);
        let late = one.store(&inventory(&["c"]), first.stamp.as_deref()).await.unwrap_err();
        assert!(matches!(late, ApplyError::Fenced(_)), "{late}");
        assert_eq!(one.load().await.unwrap().inventory, inventory(&["b"]));
    }
}

#[tokio::test]
async fn a_ledger_without_its_namespace_says_so_or_makes_it() {
    let Some(client) = cluster("ledger-namespace").await else { return };
    let ledger = KubeLedger::config_map(client.clone(), "not-there", "gitops");
    let missing = ledger.store(&inventory(&["a"]), None).await.unwrap_err();
    insta::assert_snapshot!(missing, @"ConfigMap/not-there/gitops: the namespace of the ledger does not exist; create it, or let the ledger do so (`making_namespace`)");
    let ledger = ledger.making_namespace();
    let stored = ledger.store(&inventory(&["a"]), None).await.unwrap();
    assert_eq!(ledger.load().await.unwrap(), stored);
}

#[tokio::test]
async fn a_ledger_that_was_deleted_fences_its_writer() {
    let Some(client) = cluster("ledger-deleted").await else { return };
    let ledger = KubeLedger::config_map(client.clone(), "ledger-deleted", "gitops");
    let stored = ledger.store(&inventory(&["a"]), None).await.unwrap();
    let applier = KubeApplier::new(client);
    let record = settings("ledger-deleted", "gitops", "");
    let Live::Present(live) = live(&applier, &record).await else { panic!("it was stored") };
    assert_eq!(live.label("app.kubernetes.io/managed-by"), Some("gitops"));
    applier.apply(&deletion(&record, live.uid().unwrap())).await.unwrap();
    let late = ledger.store(&inventory(&["b"]), stored.stamp.as_deref()).await.unwrap_err();
    assert!(matches!(late, ApplyError::Fenced(_)), "{late}");
}
