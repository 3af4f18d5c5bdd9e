//! Laws of `Drift` on generated objects, with structured merge in the place of a server.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::merge::{Apply, Force, apply};
use gitops_diff::server::{self, Write};
use gitops_diff::{
    Budget, Consent, Differ, Drift, Entry, Guards, Inventory, Map, Object, ObjectSet, Observed,
    Operation, Plan, Schema, Stage, Value,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn map(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::Map(members.into_iter().collect())
}

/// Some of these members.
fn some(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let all = 0..=members.len();
    subsequence(members, all)
        .prop_flat_map(|chosen| {
            let (names, values): (Vec<_>, Vec<_>) = chosen.into_iter().unzip();
            values.prop_map(move |values| map(names.iter().copied().zip(values)))
        })
        .boxed()
}

fn word() -> BoxedStrategy<Value> {
    select(vec!["x", "y", "z", ""]).prop_map(Value::from).boxed()
}

fn number() -> BoxedStrategy<Value> {
    (0..4_i64).prop_map(Value::from).boxed()
}

fn words() -> BoxedStrategy<Value> {
    some(vec![("a", word()), ("b", word()), ("c.d/e", word())])
}

/// Some of which say the same.
fn quantities() -> BoxedStrategy<Value> {
    let quantity = || select(vec!["1", "500m", "0.5", "1Gi", "1024Mi"]).prop_map(Value::from);
    some(vec![("cpu", quantity().boxed()), ("memory", quantity().boxed())])
}

/// A list map: items with some of these keys in some order, and what `rest` makes.
fn keyed(
    key: &'static str,
    keys: Vec<Value>,
    rest: impl Fn() -> BoxedStrategy<Value> + 'static,
) -> BoxedStrategy<Value> {
    let all = 0..=keys.len();
    subsequence(keys, all)
        .prop_shuffle()
        .prop_flat_map(move |keys| {
            let items: Vec<_> = keys
                .into_iter()
                .map(|value| {
                    rest().prop_map(move |mut item| {
                        item.as_map_mut().unwrap().insert(key, value.clone());
                        item
                    })
                })
                .collect();
            items.prop_map(Value::List)
        })
        .boxed()
}

fn names() -> Vec<Value> {
    ["a", "b", "c"].map(Value::from).into()
}

fn container() -> BoxedStrategy<Value> {
    let args = prop::collection::vec(word(), 0..3).prop_map(Value::List).boxed();
    let ports =
        || keyed("containerPort", vec![80.into(), 81.into()], || some(vec![("name", word())]));
    some(vec![
        ("image", word()),
        ("args", args),
        ("env", keyed("name", names(), || some(vec![("value", word())]))),
        ("ports", ports()),
        ("resources", some(vec![("limits", quantities())])),
        ("tty", any::<bool>().prop_map(Value::from).boxed()),
    ])
}

fn deployment() -> BoxedStrategy<Object> {
    let pod = some(vec![
        ("containers", keyed("name", names(), container)),
        ("nodeSelector", words()),
        ("securityContext", some(vec![("runAsUser", number()), ("fsGroup", number())])),
    ]);
    let template = some(vec![("spec", pod), ("metadata", some(vec![("labels", words())]))]);
    let spec =
        some(vec![("replicas", number()), ("template", template), ("minReadySeconds", number())]);
    let finalizers = subsequence(vec!["f/a", "f/b", "f/c"], 0..=3)
        .prop_shuffle()
        .prop_map(|all| Value::List(all.into_iter().map(Value::from).collect()))
        .boxed();
    let metadata =
        some(vec![("labels", words()), ("annotations", words()), ("finalizers", finalizers)]);
    let spec = some(vec![("spec", spec), ("metadata", metadata)]);
    // What servers make of empty values, the recorded answers of a real one test.
    spec.prop_map(|body| {
        let mut body = without_empty(body);
        let members = body.as_map_mut().unwrap();
        members.insert("apiVersion", "apps/v1".into());
        members.insert("kind", "Deployment".into());
        members.map_at("metadata").insert("name", "web".into());
        Object::new(body).unwrap()
    })
    .boxed()
}

fn applied(live: Option<&Object>, desired: &Object, manager: &str) -> Object {
    let now = "2026-01-01T00:00:00Z";
    let live = live.map(Object::body);
    let request =
        Apply { live, desired: desired.body(), manager, force: Force::Yes, subresource: None, now };
    let schema = Schema::builtin();
    let mut next = apply(&schema, &request).unwrap();
    let write = Write {
        schema: &schema,
        kind: desired.id().group_kind(),
        version: "v1",
        subresource: None,
        live: request.live,
    };
    write.default(&mut next);
    let owners = next.pointer("/metadata/managedFields").cloned();
    let store =
        |body: &mut Map| drop(owners.map(|it| body.map_at("metadata").insert("managedFields", it)));
    Object::new(stored(&Object::new(next).unwrap())).unwrap().edit(store).unwrap()
}

/// Deployments that a server takes.
fn valid() -> BoxedStrategy<Object> {
    let completed = |object: Object| object.edit(complete).unwrap();
    deployment().prop_map(completed).boxed()
}

fn complete(body: &mut Map) {
    let spec = body.map_at("spec");
    spec.map_at("selector").map_at("matchLabels").insert("app", "web".into());
    let template = spec.map_at("template");
    template.map_at("metadata").map_at("labels").insert("app", "web".into());
    let pod = template.map_at("spec");
    let containers = pod.entry("containers", || Value::List(Vec::new()));
    let containers = containers.as_list_mut().unwrap();
    containers.retain(|it| it.get("name") != Some(&"main".into()));
    containers.push(map([("name", "main".into())]));
    for container in containers.iter_mut().filter_map(Value::as_map_mut) {
        let image = container.entry("image", || "i".into());
        if image.as_str() == Some("") {
            *image = "i".into();
        }
        // Names of ports are there only once.
        let ports = container.get_mut("ports").and_then(Value::as_list_mut);
        for port in ports.into_iter().flatten().filter_map(Value::as_map_mut) {
            port.remove("name");
        }
    }
}

/// The object that a server answers to an apply.
fn predicted(live: Option<&Object>, desired: &Object, manager: &str) -> Object {
    let now = "2026-01-01T00:00:00Z";
    let live = live.map(Object::body);
    let request =
        Apply { live, desired: desired.body(), manager, force: Force::Yes, subresource: None, now };
    Object::new(gitops_diff::predict(&Schema::builtin(), &request).unwrap()).unwrap()
}

/// What a server makes of a patched object when it reads it: it drops zeros that say nothing,
/// and writes quantities in its own way.
fn stored_as(patched: Object) -> Object {
    let (kind, version) = (patched.id().group_kind().clone(), patched.version().to_owned());
    let read = server::read(&Schema::builtin(), &kind, &version, patched.into_body()).unwrap();
    Object::new(read.object).unwrap()
}

fn bare(object: &Object) -> Value {
    let strip = |body: &mut Map| {
        let metadata = body.map_at("metadata");
        metadata.remove("managedFields");
        metadata.remove("generation");
    };
    object.clone().edit(strip).unwrap().into_body()
}

fn plan(desired: &Object, live: &Object) -> Plan {
    let desired: ObjectSet = [desired.clone()].into_iter().collect();
    let observed: Observed = [live.clone()].into_iter().collect();
    Drift::default().diff(&desired, &observed, &Inventory::new()).unwrap()
}

/// What a server stores: without owners, and without empty maps and lists.
fn stored(object: &Object) -> Value {
    let strip = |body: &mut Map| drop(body.map_at("metadata").remove("managedFields"));
    without_empty(object.clone().edit(strip).unwrap().into_body())
}

fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Map(members) => members.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    };
    match value {
        Value::Map(members) => {
            let members = members.into_iter().map(|(name, value)| (name, without_empty(value)));
            Value::Map(members.filter(|(_, value)| !is_empty(value)).collect())
        }
        Value::List(items) => Value::List(items.into_iter().map(without_empty).collect()),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_object_does_not_differ_from_itself(object in deployment()) {
        prop_assert!(plan(&object, &object).is_empty());
    }

    #[test]
    fn drift_is_found_if_and_only_if_an_apply_would_change_the_object(
        first in deployment(),
        foreign in deployment(),
        second in deployment(),
    ) {
        let live = applied(None, &first, "gitops");
        let live = applied(Some(&live), &foreign, "somebody");
        let found = plan(&second, &live);
        let next = applied(Some(&live), &second, "gitops");
        let fields: Vec<_> = found.changes().flat_map(|it| &it.fields).collect();
        prop_assert_eq!(!fields.is_empty(), stored(&live) != stored(&next),
            "{:?}\n{:?}\n{:?}\n{:?}", fields, second, live, next);
    }

    #[test]
    fn what_was_applied_has_not_drifted(
        first in deployment(),
        foreign in deployment(),
        second in deployment(),
    ) {
        let live = applied(None, &first, "gitops");
        let live = applied(Some(&live), &foreign, "somebody");
        let live = applied(Some(&live), &second, "gitops");
        let again = plan(&second, &live);
        prop_assert!(again.is_empty(), "{:?}", again);
    }

    #[test]
    fn after_the_plan_was_applied_the_next_diff_is_empty(
        first in valid(),
        foreign in valid(),
        second in valid(),
    ) {
        let live = predicted(None, &first, "gitops");
        let live = predicted(Some(&live), &foreign, "somebody");
        let found = plan(&second, &live);
        let next = predicted(Some(&live), &second, "gitops");
        let fields: Vec<_> = found.changes().flat_map(|it| &it.fields).collect();
        prop_assert_eq!(fields.is_empty(), bare(&live) == bare(&next), "{:?}", fields);
        let again = plan(&second, &next);
        prop_assert!(again.is_empty(), "{:?}", again);
    }

    #[test]
    fn prediction_is_idempotent(first in valid(), second in valid()) {
        let live = predicted(None, &first, "gitops");
        let next = predicted(Some(&live), &second, "gitops");
        prop_assert_eq!(&next, &predicted(Some(&next), &second, "gitops"));
    }

    #[test]
    fn patches_lead_from_what_lives_to_what_will_be(
        first in valid(),
        foreign in valid(),
        second in valid(),
    ) {
        let live = predicted(None, &first, "gitops");
        let live = predicted(Some(&live), &foreign, "somebody");
        let next = predicted(Some(&live), &second, "gitops");
        for change in plan(&second, &live).changes() {
            let by_patch = {
                let patch = serde_json::to_value(change.json_patch(Some(&live)).unwrap()).unwrap();
                let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
                let mut body = serde_json::to_value(&live).unwrap();
                json_patch::patch(&mut body, &patch).unwrap();
                body
            };
            let by_merge = {
                let patch = serde_json::to_value(change.merge_patch(Some(&live)).unwrap()).unwrap();
                let mut body = serde_json::to_value(&live).unwrap();
                json_patch::merge(&mut body, &patch);
                body
            };
            prop_assert_eq!(&by_patch, &by_merge);
            // Applied in place of the whole object, the patched one leaves nothing to do.
            let patched = stored_as(serde_json::from_value(by_patch).unwrap());
            let left = plan(&second, &patched);
            // A patch adds to lists at their end, a server merges: their order may be another.
            let order = |it: &gitops_diff::FieldChange| {
                ["containers", "env", "ports", "finalizers"].iter().any(|end| it.path.ends_with(end))
            };
            let fields: Vec<_> =
                left.changes().flat_map(|it| &it.fields).filter(|it| !order(it)).collect();
            prop_assert!(fields.is_empty(), "{:?}\n{:?}\n{:?}", fields, live, next);
        }
    }

    #[test]
    fn a_plan_is_the_same_each_time_and_reads_back(one in deployment(), other in deployment()) {
        let made = plan(&one, &other);
        prop_assert_eq!(&made, &plan(&one, &other));
        let json = made.to_json().unwrap();
        let mut read = Plan::from_json(&json).unwrap();
        prop_assert_eq!(&json, &read.to_json().unwrap());
        read.attach(&[one].into_iter().collect()).unwrap();
        prop_assert_eq!(made, read);
    }
}

const KINDS: [(&str, &str); 9] = [
    ("v1", "Namespace"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("apps/v1", "Deployment"),
    ("example.com/v1", "Widget"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
];

/// Whether an object is declared, lives, is in the ledger.
type Place = (bool, bool, bool);

fn target() -> BoxedStrategy<(ObjectSet, Observed, Inventory)> {
    let objects = prop::collection::btree_map((0..KINDS.len(), 0..12_u8), any::<Place>(), 0..60);
    objects
        .prop_map(|objects| {
            let (mut desired, mut observed, mut owned) =
                (ObjectSet::new(), Observed::new(), Inventory::new());
            for ((kind, name), (is_declared, lives, is_ours)) in objects {
                let (version, kind) = KINDS[kind];
                let metadata = map([("name", format!("o{name}").into()), ("uid", "u".into())]);
                let body =
                    [("apiVersion", version.into()), ("kind", kind.into()), ("metadata", metadata)];
                let object = Object::new(map(body)).unwrap();
                if is_declared {
                    desired.replace(object.clone());
                }
                if is_ours {
                    let entry = Entry { uid: Some("u".into()), ..Entry::default() };
                    owned.entries.insert(object.id().clone(), entry);
                }
                let id = object.id().clone();
                let live = if lives {
                    gitops_diff::Live::Present(object)
                } else {
                    gitops_diff::Live::Absent
                };
                observed.insert(id, live);
            }
            (desired, observed, owned)
        })
        .boxed()
}

fn guards() -> BoxedStrategy<Guards> {
    let consent = select(vec![Consent::Given, Consent::Withheld]);
    let budget = (0..10_usize, 0..40_usize, 0..=100_u8)
        .prop_map(|(free, objects, percent)| Budget { free, objects, percent });
    (consent, budget, any::<bool>())
        .prop_map(|(empty_render, budget, protect)| {
            let protected = if protect { Guards::default().protected } else { Vec::new() };
            Guards { empty_render, budget, protected }
        })
        .boxed()
}

fn deleted(guards: Guards, (desired, observed, owned): &(ObjectSet, Observed, Inventory)) -> Plan {
    Drift { guards, ..Drift::default() }.diff(desired, observed, owned).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_object_is_dealt_with_once_and_nothing_is_deleted_that_is_not_ours(
        target in target(),
        guards in guards(),
    ) {
        let plan = deleted(guards, &target);
        let (desired, _, owned) = &target;
        let mut seen: Vec<_> = plan.changes().map(|it| &it.id).chain(&plan.unchanged).collect();
        seen.extend(plan.refusals.iter().flat_map(|it| &it.withheld));
        seen.sort();
        let mut all: Vec<_> = desired.ids().chain(owned.minus(desired).map(|it| it.0)).collect();
        all.sort();
        prop_assert_eq!(seen, all);
        for change in plan.changes_of(Operation::Delete) {
            prop_assert!(owned.contains(&change.id) && !desired.contains(&change.id));
            prop_assert!(change.preconditions.uid.is_some());
        }
    }

    #[test]
    fn waves_follow_the_stages_and_pruning_comes_last(target in target()) {
        let plan = deleted(Guards::none(), &target);
        let place = |change: &gitops_diff::Change| match change.operation {
            Operation::Create | Operation::Update => (0, Stage::of(&change.id) as i8),
            Operation::Delete => (1, -(Stage::of(&change.id) as i8)),
            _ => (2, 0),
        };
        let places: Vec<_> = plan.waves.iter().map(|wave| {
            let mut all: Vec<_> = wave.changes.iter().map(place).collect();
            all.dedup();
            all
        }).collect();
        prop_assert!(places.iter().all(|it| it.len() == 1), "{:?}", places);
        prop_assert!(places.windows(2).all(|it| it[0] < it[1]), "{:?}", places);
    }

    #[test]
    fn looser_guards_delete_no_less(
        target in target(),
        tight in guards(),
        loose in guards(),
    ) {
        let loose = Guards {
            empty_render: if tight.empty_render == Consent::Given { Consent::Given } else { loose.empty_render },
            budget: Budget {
                free: tight.budget.free.max(loose.budget.free),
                objects: tight.budget.objects.max(loose.budget.objects),
                percent: tight.budget.percent.max(loose.budget.percent),
            },
            protected: tight.protected.clone(),
        };
        let ids = |guards| -> Vec<_> {
            let plan = deleted(guards, &target);
            plan.changes_of(Operation::Delete).map(|it| it.id.clone()).collect()
        };
        let (tight, loose) = (ids(tight), ids(loose));
        prop_assert!(tight.iter().all(|it| loose.contains(it)));
    }
}
