//! What `Drift` plans: creates, updates, deletes and releases, and what guards withhold.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::{
    Budget, Change, Consent, Differ, Drift, Entry, Guards, Inventory, Live, Object, ObjectId,
    ObjectSet, Observed, Operation, Plan, Prune, Reason, Report,
};

fn map(name: &str, metadata: &str) -> Object {
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}","namespace":"n"{metadata}}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn live(name: &str, uid: &str) -> Object {
    map(name, &format!(r#","uid":"{uid}""#))
}

fn id(name: &str) -> ObjectId {
    format!("ConfigMap/n/{name}").parse().unwrap()
}

fn inventory(entries: impl IntoIterator<Item = (ObjectId, Option<&'static str>)>) -> Inventory {
    let entry = |uid: Option<&str>| Entry {
        version: "v1".into(),
        uid: uid.map(Into::into),
        ..Entry::default()
    };
    let mut inventory = Inventory::new();
    inventory.entries = entries.into_iter().map(|(id, uid)| (id, entry(uid))).collect();
    inventory
}

fn plan(drift: &Drift, desired: &[Object], observed: &Observed, owned: &Inventory) -> Plan {
    drift.diff(&desired.iter().cloned().collect(), observed, owned).unwrap()
}

/// What happens to an object that the ledger knows with `uid` and that nobody declares.
fn fate(observed: Live, uid: Option<&'static str>) -> String {
    let mut all = Observed::new();
    all.insert(id("a"), observed);
    let mut keep = Observed::new();
    keep.insert(id("keep"), Live::Present(live("keep", "k")));
    let mut both: Observed = keep;
    for (id, live) in all.iter() {
        both.insert(id.clone(), live.clone());
    }
    let owned = inventory([(id("a"), uid), (id("keep"), Some("k"))]);
    let plan = plan(&Drift::default(), &[map("keep", "")], &both, &owned);
    let changes = plan.changes().map(|it| {
        let uid = it.preconditions.uid.as_deref().unwrap_or("none");
        format!("{:?} {:?} uid {uid}", it.operation, it.reason)
    });
    let failures = plan.failures.iter().map(|it| format!("failed: {}", it.message));
    changes.chain(failures).collect::<Vec<_>>().join(", ")
}

#[test]
fn only_what_is_ours_is_deleted() {
    let applied = |manager: &str, operation: &str| {
        map(
            "a",
            &format!(
                r#","uid":"1","managedFields":[{{"manager":"{manager}","operation":"{operation}",
                    "apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{{"f:data":{{}}}}}}]"#
            ),
        )
    };
    let annotated =
        |annotation: &str| map("a", &format!(r#","uid":"1","annotations":{{{annotation}}}"#));
    let present = |object| Live::Present(object);
    let delete = "Delete Undeclared uid 1";
    let cases = [
        (present(live("a", "1")), Some("1"), delete),
        (present(live("a", "2")), Some("1"), "Release NotOurs uid none"),
        (present(live("a", "1")), None, "Release NotOurs uid none"),
        (present(applied("gitops", "Apply")), None, delete),
        (present(applied("gitops", "Update")), None, "Release NotOurs uid none"),
        (present(applied("other", "Apply")), None, "Release NotOurs uid none"),
        (present(applied("other", "Apply")), Some("1"), delete),
        (Live::Absent, Some("1"), "Release Gone uid none"),
        (Live::Unserved, Some("1"), "Release Gone uid none"),
        (Live::Unknown("timeout".into()), Some("1"), "failed: it could not be looked at: timeout"),
        (
            present(annotated(r#""kustomize.toolkit.fluxcd.io/prune":"Disabled""#)),
            Some("1"),
            "Release Kept uid none",
        ),
        (
            present(annotated(
                r#""argocd.argoproj.io/sync-options":"Validate=false, Prune=false""#,
            )),
            Some("1"),
            "Release Kept uid none",
        ),
        (
            present(annotated(r#""gitops-rs.dev/prune":"disabled""#)),
            Some("1"),
            "Release Kept uid none",
        ),
        (
            present(annotated(r#""helm.sh/resource-policy":"keep""#)),
            Some("1"),
            "Release Kept uid none",
        ),
        (present(annotated(r#""gitops-rs.dev/prune":"allowed""#)), Some("1"), delete),
    ];
    for (observed, uid, expected) in cases {
        assert_eq!(fate(observed.clone(), uid), expected, "{observed:?} {uid:?}");
    }
}

#[test]
fn one_object_that_fails_spoils_no_other() {
    let mut observed = Observed::new();
    observed.insert(id("a"), Live::Unknown("403 Forbidden".into()));
    observed.insert(id("b"), Live::Absent);
    observed
        .insert(id("d"), Live::Present(map("d", r#","deletionTimestamp":"2026-01-01T00:00:00Z""#)));
    observed.insert(id("e"), Live::Unserved);
    let desired = ["a", "b", "c", "d", "e"].map(|name| map(name, ""));
    let plan = plan(&Drift::default(), &desired, &observed, &Inventory::new());
    insta::assert_snapshot!(Report::new(&plan).layout(gitops_diff::Layout {
        detail: gitops_diff::Detail::Objects,
        ..Default::default()
    }), @r#"
    + ConfigMap/n/b  create, missing
    + ConfigMap/n/e  create, missing
    x ConfigMap/n/a  it could not be looked at: 403 Forbidden
    x ConfigMap/n/c  nobody looked whether it lives
    x ConfigMap/n/d  it is being deleted; it can be made anew when it is gone
    + 2  ~ 0  - 0  = 0  (3 failed)
    "#);
}

#[test]
fn what_lives_as_declared_and_is_not_ours_is_taken_once() {
    let with = |manager: &str| {
        map(
            "a",
            &format!(
                r#","labels":{{"x":"y"}},"managedFields":[{{"manager":"{manager}",
                    "operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1",
                    "fieldsV1":{{"f:metadata":{{"f:labels":{{"f:x":{{}}}}}}}}}}]"#
            ),
        )
    };
    let desired = [map("a", r#","labels":{"x":"y"}"#)];
    for (live, expected) in [(with("kubectl"), 1), (with("gitops"), 0), (desired[0].clone(), 0)] {
        let plan =
            plan(&Drift::default(), &desired, &Observed::from_iter([live]), &Inventory::new());
        assert_eq!(plan.summary().updated, expected);
    }
    // Nothing of it could be owned, so that taking it would never end.
    let bare = plan(
        &Drift::default(),
        &[map("a", "")],
        &Observed::from_iter([with("kubectl")]),
        &Inventory::new(),
    );
    assert!(bare.is_empty());
}

/// `declared` of `owned` ConfigMaps are still declared; how many go, and which guards refuse.
fn pruned(drift: &Drift, owned: usize, declared: usize) -> (usize, Vec<String>) {
    let name = |at: usize| format!("m{at:05}");
    let observed = (0..owned).map(|at| live(&name(at), "u")).collect();
    let desired: Vec<Object> = (0..declared).map(|at| map(&name(at), "")).collect();
    let ledger = inventory((0..owned).map(|at| (id(&name(at)), Some("u"))));
    let plan = plan(drift, &desired, &observed, &ledger);
    let guards = plan.refusals.iter().map(|it| it.guard.to_string()).collect();
    let summary = plan.summary();
    assert_eq!(summary.deleted + summary.withheld, owned - declared);
    (summary.deleted, guards)
}

#[test]
fn an_empty_or_shrunken_render_prunes_nothing() {
    let cases: [(usize, usize, usize, &[&str]); 9] = [
        (3, 2, 1, &[]),
        (1, 0, 0, &["empty-render"]),
        (9, 0, 0, &["empty-render"]),
        (6, 1, 5, &[]),
        (12, 6, 6, &[]),
        (12, 5, 0, &["prune-budget"]),
        (1000, 900, 100, &[]),
        (1000, 899, 0, &["prune-budget"]),
        (0, 0, 0, &[]),
    ];
    for (owned, declared, deleted, guards) in cases {
        let found = pruned(&Drift::default(), owned, declared);
        assert_eq!(
            found,
            (deleted, guards.iter().map(ToString::to_string).collect()),
            "{owned} {declared}"
        );
    }
}

#[test]
fn consent_lifts_a_guard() {
    let with = |guards| Drift { guards, ..Drift::default() };
    let empty = Guards { empty_render: Consent::Given, ..Guards::default() };
    assert_eq!(pruned(&with(empty), 1000, 0), (1000, vec![]));
    let budget = Guards { budget: Budget::UNLIMITED, ..Guards::default() };
    assert_eq!(pruned(&with(budget), 1000, 1), (999, vec![]));
    let off = Drift { prune: Prune::Off, ..Drift::default() };
    assert_eq!(pruned(&off, 3, 2), (0, vec!["prune-off".into()]));
}

#[test]
fn protected_kinds_need_consent_and_say_so() {
    let namespace = |annotations: &str| -> Object {
        let json = format!(
            r#"{{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"old","uid":"1",
                "annotations":{{{annotations}}}}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    };
    let owned = inventory([("Namespace/old".parse().unwrap(), Some("1")), (id("a"), Some("2"))]);
    let report = |namespace: Object, drift: &Drift| {
        let observed = Observed::from_iter([namespace, live("a", "2")]);
        let plan = plan(drift, &[map("a", "")], &observed, &owned);
        Report::new(&plan)
            .layout(gitops_diff::Layout {
                detail: gitops_diff::Detail::Objects,
                ..Default::default()
            })
            .to_string()
    };
    insta::assert_snapshot!(report(namespace(""), &Drift::default()), @r#"
    ! protected-kind: 1 object that is no longer declared is kept, since what depends on them would be lost with them (consent with the annotation `gitops-rs.dev/prune: allowed` on the live object, or with `Guards::protected`)
        Namespace/old
    + 0  ~ 0  - 0  = 1  (1 withheld)
    "#);
    let allowed = report(namespace(r#""gitops-rs.dev/prune":"allowed""#), &Drift::default());
    assert!(allowed.contains("- Namespace/old"), "{allowed}");
    let unguarded = Drift { guards: Guards::none(), ..Drift::default() };
    assert!(report(namespace(""), &unguarded).contains("- Namespace/old"));
}

/// What happens to what is ours and lives: `Delete Namespace/n`, `still-holds Namespace/n`.
fn fates(desired: &[Object], live: &[Object], drift: &Drift) -> Vec<String> {
    let owned = inventory(live.iter().map(|it| (it.id().clone(), Some("1"))));
    let plan = plan(drift, desired, &live.iter().cloned().collect(), &owned);
    let changes = plan.changes().map(|it| format!("{:?} {}", it.operation, it.id));
    let withheld = plan
        .refusals
        .iter()
        .flat_map(|refusal| refusal.withheld.iter().map(|it| format!("{} {it}", refusal.guard)));
    changes.chain(withheld).collect()
}

fn any(api_version: &str, kind: &str, place: &str, annotation: &str, rest: &str) -> Object {
    let json = format!(
        r#"{{"apiVersion":"{api_version}","kind":"{kind}","metadata":{{{place},"uid":"1",
            "annotations":{{{annotation}}}}}{rest}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

const CONSENT: &str = r#""gitops-rs.dev/prune":"allowed""#;
const KEEP: &str = r#""gitops-rs.dev/prune":"disabled""#;

/// A case: its name, the way to plan, what is declared, what lives and is ours, what happens.
type Holding<'a> = (&'a str, &'a Drift, Vec<Object>, Vec<Object>, &'a [&'a str]);

#[test]
fn what_holds_something_that_stays_is_not_deleted() {
    let namespace = any("v1", "Namespace", r#""name":"n""#, CONSENT, "");
    let definition = any(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        r#""name":"widgets.example.com""#,
        CONSENT,
        r#","spec":{"group":"example.com","names":{"kind":"Widget"}}"#,
    );
    let in_n = r#""name":"a","namespace":"n""#;
    let widget = |annotation| any("example.com/v1", "Widget", in_n, annotation, "");
    let claim = |annotation| any("v1", "PersistentVolumeClaim", in_n, annotation, "");
    let other = any("v1", "ConfigMap", r#""name":"a","namespace":"other""#, "", "");
    let unguarded = Drift { guards: Guards::none(), ..Drift::default() };
    let (deleted_n, deleted_definition) = (
        "Delete Namespace/n",
        "Delete CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com",
    );
    let held_definition =
        "still-holds CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com";
    let cases: [Holding<'_>; 6] = [
        (
            "nothing in it stays",
            &Drift::default(),
            vec![],
            vec![widget(""), namespace.clone(), definition.clone()],
            &["Delete Widget.example.com/n/a", deleted_definition, deleted_n],
        ),
        (
            "it is still declared",
            &unguarded,
            vec![widget("")],
            vec![namespace.clone(), definition.clone()],
            &["still-holds Namespace/n", held_definition],
        ),
        (
            "a guard withholds it",
            &Drift::default(),
            vec![],
            vec![claim(""), namespace.clone(), definition.clone()],
            &[
                deleted_definition,
                "protected-kind PersistentVolumeClaim/n/a",
                "still-holds Namespace/n",
            ],
        ),
        (
            "an annotation keeps it, and it is not forgotten",
            &Drift::default(),
            vec![],
            vec![widget(KEEP), namespace.clone(), definition.clone()],
            &["still-holds Namespace/n", held_definition, "kept Widget.example.com/n/a"],
        ),
        (
            "an annotation keeps it in a namespace that stays",
            &Drift::default(),
            vec![namespace.clone()],
            vec![claim(KEEP), definition.clone()],
            &[deleted_definition, "Release PersistentVolumeClaim/n/a"],
        ),
        (
            "consent for all",
            &Drift::default(),
            vec![],
            vec![claim(CONSENT), namespace, definition],
            &["Delete PersistentVolumeClaim/n/a", deleted_definition, deleted_n],
        ),
    ];
    for (name, drift, mut desired, live, expected) in cases {
        desired.push(other.clone());
        assert_eq!(fates(&desired, &live, drift), expected, "{name}");
    }
}

#[test]
fn a_namespace_is_not_deleted_around_what_nobody_could_look_at() {
    let namespace = any("v1", "Namespace", r#""name":"n""#, CONSENT, "");
    let mut observed = Observed::from_iter([namespace.clone()]);
    observed.insert(id("a"), Live::Unknown("timeout".into()));
    observed.insert("ConfigMap/other/keep".parse().unwrap(), Live::Absent);
    let owned = inventory([(namespace.id().clone(), Some("1")), (id("a"), Some("2"))]);
    let other = any("v1", "ConfigMap", r#""name":"keep","namespace":"other""#, "", "");
    let plan = plan(&Drift::default(), &[other], &observed, &owned);
    insta::assert_snapshot!(plan.refusals[0].message, @"1 object that is no longer declared is kept, since what is to stay would go with them: ConfigMap/n/a lives in Namespace/n (declare them, or remove what lives in them first)");
}

#[test]
fn an_object_that_moved_to_another_api_group_is_not_deleted() {
    let ingress = |group: &str| any(group, "Ingress", r#""name":"a","namespace":"n""#, "", "");
    let (old, new) = (ingress("extensions/v1beta1"), ingress("networking.k8s.io/v1"));
    let owned = inventory([old.clone(), new.clone()].map(|it| (it.id().clone(), Some("1"))));
    let twin = |live: Live| {
        let mut observed = Observed::from_iter([old.clone()]);
        observed.insert(new.id().clone(), live);
        let plan = plan(&Drift::default(), std::slice::from_ref(&new), &observed, &owned);
        let changes =
            plan.changes().map(|it| format!("{:?} {:?} {}", it.operation, it.reason, it.id));
        let failures = plan.failures.iter().map(|it| format!("failed {}", it.id));
        changes.chain(failures).collect::<Vec<_>>()
    };
    let (create, old_id) = ("Create Missing Ingress.networking.k8s.io/n/a", old.id());
    assert_eq!(twin(Live::Present(new.clone())), [format!("Release Moved {old_id}")]);
    assert_eq!(twin(Live::Absent), [create.into(), format!("Delete Undeclared {old_id}")]);
    assert_eq!(
        twin(Live::Unknown("timeout".into())),
        [format!("failed {}", new.id()), format!("failed {old_id}")]
    );
}

#[test]
fn what_was_applied_to_another_object_says_nothing_of_this_one() {
    let binding = |uid: &str, rest: &str| -> Object {
        let json = format!(
            r#"{{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":
                {{"name":"a","namespace":"n"{uid}}},"roleRef":{{"kind":"Role","name":"r",
                "apiGroup":"rbac.authorization.k8s.io"}},
                "subjects":[{{"kind":"User","name":"x"{rest}}}]}}"#
        );
        serde_json::from_str(&json).unwrap()
    };
    let desired = binding("", "");
    let managed = r#","uid":"1","managedFields":[{"manager":"gitops","operation":"Apply",
        "apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:subjects":{}}}]"#;
    let live = binding(managed, r#","namespace":"left""#);
    let api_version = desired.api_version();
    let mut made =
        Change::new(desired.id().clone(), api_version, Operation::Create, Reason::Missing);
    made.desired = Some(desired.clone());
    let applied = made.applied(&live, "gitops");
    assert!(applied.is_some());
    for (uid, drifted) in [("1", 0), ("2", 1)] {
        let mut owned = inventory([(desired.id().clone(), Some(uid))]);
        owned.entries.values_mut().for_each(|it| it.applied.clone_from(&applied));
        let observed = Observed::from_iter([live.clone()]);
        let plan = plan(&Drift::default(), std::slice::from_ref(&desired), &observed, &owned);
        assert_eq!(plan.summary().updated, drifted, "{uid}");
    }
}

#[test]
fn what_is_on_its_way_out_costs_no_budget() {
    let gone = |at: usize| {
        let deleting = r#","uid":"u","deletionTimestamp":"2026-01-01T00:00:00Z""#;
        map(&format!("m{at:02}"), deleting)
    };
    let observed: Observed = (0..20).map(gone).chain([live("keep", "u")]).collect();
    let names = (0..20).map(|at| format!("m{at:02}")).chain(["keep".into()]);
    let owned = inventory(names.map(|name| (id(&name), Some("u"))));
    let plan = plan(&Drift::default(), &[map("keep", "")], &observed, &owned);
    assert_eq!((plan.summary().deleted, plan.refusals.len()), (20, 0));
}

#[test]
fn kinds_that_are_declared_in_the_set_are_compared_by_their_definition() {
    let definition: Object = serde_json::from_str(
        r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com",
            "scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"},"versions":[
            {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{
            "type":"object","properties":{"spec":{"type":"object","properties":{"parts":{
            "type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["id"],
            "items":{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"}}}
            }}}}}}}]}}"#,
    )
    .unwrap();
    let widget = |parts: &str, typo: &str| -> Object {
        let json = format!(
            r#"{{"apiVersion":"example.com/v1","kind":"Widget","metadata":{{"name":"w",
                "namespace":"n"}},"spec":{{"parts":[{parts}]{typo}}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    };
    let desired = [definition.clone(), widget(r#"{"id":"a","n":1}"#, r#","tpyo":1"#)];
    let observed = [definition, widget(r#"{"id":"b","n":2},{"id":"a","n":3}"#, "")];
    let plan =
        plan(&Drift::default(), &desired, &observed.into_iter().collect(), &Inventory::new());
    let paths: Vec<_> = plan.changes().flat_map(|it| &it.fields).map(|it| &it.path).collect();
    assert_eq!(paths, ["spec.parts[id=a].n"]);
    let set: ObjectSet = desired.into_iter().collect();
    assert_eq!(plan.unchanged.len() + 1, set.len());
}
