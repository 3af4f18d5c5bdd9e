//! The wrong diffs that users of Argo CD reported, each by its cause: differences that are none,
//! and differences that were missed. The number is that of the issue in `argoproj/argo-cd`.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::merge::{Apply, Force};
use gitops_diff::policy::{OwnedBy, Pattern, Rule, Select, Take};
use gitops_diff::{
    Class, Differ, Drift, Entry, Extent, FieldChange, Inventory, Map, Object, Observed, Plan,
    Policy, Schema, Strategy, Value, predict,
};

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn object(api_version: &str, kind: &str, rest: &str) -> Object {
    let json = format!(
        r#"{{"apiVersion":"{api_version}","kind":"{kind}","metadata":{{"name":"a","namespace":"n"}},{rest}}}"#
    );
    Object::new(value(&json)).unwrap()
}

/// The builtin kinds and one custom kind, with this schema of its `spec`.
fn schema(spec: &str) -> Schema {
    let definition = format!(
        r#"{{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{{"name":"widgets.example.com"}},"spec":{{"group":"example.com","scope":"Namespaced",
            "names":{{"plural":"widgets","kind":"Widget"}},"versions":[{{"name":"v1","served":true,
            "storage":true,"subresources":{{"status":{{}}}},"schema":{{"openAPIV3Schema":{{"type":"object",
            "properties":{{"spec":{spec}}}}}}}}}]}}}}"#
    );
    Schema::builtin().with_crd(&Object::new(value(&definition)).unwrap()).unwrap()
}

fn widget(spec: &str) -> Object {
    object("example.com/v1", "Widget", &format!(r#""spec":{spec}"#))
}

/// A workload with one container, or several.
fn workload(kind: &str, containers: &str, pod: &str, spec: &str) -> Object {
    object(
        "apps/v1",
        kind,
        &format!(
            r#""spec":{{"selector":{{"matchLabels":{{"a":"b"}}}},"template":{{
            "metadata":{{"labels":{{"a":"b"}}}},"spec":{{"containers":[{containers}]{pod}}}}}{spec}}}"#
        ),
    )
}

/// The live object after `manager` applied `desired`, as the server answers it.
fn applied(schema: &Schema, live: Option<&Object>, manager: &str, desired: &Object) -> Object {
    let apply = Apply {
        live: live.map(Object::body),
        desired: desired.body(),
        manager,
        force: Force::Yes,
        subresource: None,
        now: "2026-01-01T00:00:00Z",
    };
    let next = Object::new(predict(schema, &apply).unwrap()).unwrap();
    let seen = |body: &mut Map| {
        body.map_at("metadata").insert("uid", "u".into());
        body.map_at("metadata").insert("resourceVersion", "7".into());
    };
    next.edit(seen).unwrap()
}

/// The live object with what `manager` applied as what it updated.
fn updated(live: Object, manager: &str) -> Object {
    live.edit(|body| {
        let metadata = body.map_at("metadata");
        let entries = metadata.get_mut("managedFields").and_then(Value::as_list_mut).unwrap();
        for entry in entries.iter_mut().filter_map(Value::as_map_mut) {
            if entry.get("manager") == Some(&manager.into()) {
                entry.insert("operation", "Update".into());
            }
        }
    })
    .unwrap()
}

fn plan(drift: &Drift, desired: &Object, live: &Object, owned: &Inventory) -> Plan {
    let observed: Observed = [live.clone()].into_iter().collect();
    drift.diff(&[desired.clone()].into_iter().collect(), &observed, owned).unwrap()
}

fn lines(fields: &[FieldChange]) -> Vec<String> {
    fields.iter().map(|it| format!("{:?} {}", it.operation, it.path)).collect()
}

/// What the default strategy finds.
fn drift(schema: &Schema, desired: &Object, live: &Object) -> Vec<String> {
    let drift = Drift { schema: schema.clone(), ..Drift::default() };
    let plan = plan(&drift, desired, live, &Inventory::new());
    assert!(plan.failures.is_empty(), "{:?}", plan.failures);
    plan.changes().flat_map(|it| lines(&it.fields)).collect()
}

/// What was just applied, and is as the server makes it, has not drifted.
fn check_phantom(schema: &Schema, desired: &Object) {
    let live = applied(schema, None, "gitops", desired);
    assert_ne!(live.pointer("/spec"), desired.pointer("/spec"), "the server changes nothing here");
    assert_eq!(drift(schema, desired, &live), [] as [&str; 0]);
}

const NONE: [&str; 0] = [];

#[test]
fn issue_11074_defaults_of_a_custom_kind_are_no_drift() {
    let schema = schema(
        r#"{"type":"object","properties":{"scheme":{"type":"string","default":"http"},"port":{"type":"integer"}}}"#,
    );
    check_phantom(&schema, &widget(r#"{"port":1}"#));
}

#[test]
fn issue_10740_defaults_inside_lists_of_a_custom_kind_are_no_drift() {
    let schema = schema(
        r#"{"type":"object","properties":{"data":{"type":"array","items":{"type":"object","properties":{
            "key":{"type":"string"},"remote":{"type":"object","default":{},"properties":{
            "policy":{"type":"string","default":"None"}}}}}}}}"#,
    );
    check_phantom(&schema, &widget(r#"{"data":[{"key":"x"},{"key":"y","remote":{}}]}"#));
}

#[test]
fn issue_11106_defaults_of_a_definition_itself_are_no_drift() {
    let definition = value(
        r#"{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
            "preserveUnknownFields":false,"names":{"plural":"widgets","kind":"Widget"},
            "versions":[{"name":"v1","served":true,"storage":true,
            "schema":{"openAPIV3Schema":{"type":"object"}}}]}}"#,
    );
    check_phantom(&Schema::builtin(), &Object::new(definition).unwrap());
}

#[test]
fn issue_11143_what_a_claim_template_is_filled_with_is_no_drift() {
    let claims = r#","serviceName":"s","volumeClaimTemplates":[{"metadata":{"name":"data"},
        "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]"#;
    let set = workload("StatefulSet", r#"{"name":"c","image":"i"}"#, "", claims);
    let live = applied(&Schema::builtin(), None, "gitops", &set);
    let template = |field: &str| live.pointer(&format!("/spec/volumeClaimTemplates/0/{field}"));
    assert_eq!(template("kind"), Some(&"PersistentVolumeClaim".into()));
    assert_eq!(template("spec/volumeMode"), Some(&"Filesystem".into()));
    assert_eq!(drift(&Schema::builtin(), &set, &live), NONE);
}

#[test]
fn issue_21439_what_a_claim_is_bound_by_is_no_drift() {
    let claim = object(
        "v1",
        "PersistentVolumeClaim",
        r#""spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1024Mi"}}}"#,
    );
    let live = applied(&Schema::builtin(), None, "gitops", &claim);
    let bound = |body: &mut Map| {
        body.map_at("spec").insert("volumeName", "pv-1".into());
        body.map_at("spec").insert("storageClassName", "standard".into());
        body.map_at("status").insert("phase", "Bound".into());
    };
    assert_eq!(drift(&Schema::builtin(), &claim, &live.edit(bound).unwrap()), NONE);
}

#[test]
fn issue_16400_an_unknown_field_does_not_keep_quantities_from_being_compared() {
    let resources =
        r#"{"name":"c","image":"i","resources":{"limits":{"cpu":"1000m","memory":"1024Mi"}}}"#;
    let spread = r#","topologySpreadConstraints":[{"maxSkew":1,"minDomains":1,
        "topologyKey":"kubernetes.io/hostname","whenUnsatisfiable":"DoNotSchedule",
        "labelSelector":{"matchLabels":{"a":"b"}},"matchLabelKeys":["pod-template-hash"],
        "nodeAffinityPolicy":"Honor"}]"#;
    check_phantom(&Schema::builtin(), &workload("Deployment", resources, spread, ""));
}

#[test]
fn issue_21135_quantities_are_compared_by_what_they_are_worth() {
    let resources = r#"{"name":"c","image":"i","resources":{
        "requests":{"memory":"1000M","cpu":"1000m"},"limits":{"memory":"1000M"}}}"#;
    let set = workload("StatefulSet", resources, "", r#","serviceName":"s""#);
    let live = applied(&Schema::builtin(), None, "gitops", &set);
    let memory = "/spec/template/spec/containers/0/resources/limits/memory";
    assert_eq!(live.pointer(memory), Some(&"1G".into()));
    assert_eq!(drift(&Schema::builtin(), &set, &live), NONE);
    let other = resources.replace("\"cpu\":\"1000m\"", "\"cpu\":\"1001m\"");
    let other = workload("StatefulSet", &other, "", r#","serviceName":"s""#);
    assert_eq!(
        drift(&Schema::builtin(), &other, &live),
        ["Replace spec.template.spec.containers[name=c].resources.requests.cpu"]
    );
}

#[test]
fn issue_16355_numbers_are_quantities_too() {
    let resources = r#"{"name":"c","image":"i","resources":{"limits":{"cpu":1.5,"memory":"1073741824"},
        "requests":{"cpu":1,"memory":"1Gi"}}}"#;
    check_phantom(&Schema::builtin(), &workload("Deployment", resources, "", ""));
}

#[test]
fn issue_15898_fields_that_say_nothing_are_no_drift() {
    let empty = r#","nodeSelector":{},"tolerations":[],"hostNetwork":false,"volumes":null"#;
    let container = r#"{"name":"c","image":"i","env":[],"command":[],"tty":false,"workingDir":""}"#;
    check_phantom(
        &Schema::builtin(),
        &workload("Deployment", container, empty, r#","paused":false"#),
    );
    // Of a custom kind the server keeps them.
    let schema = schema(r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#);
    let said = widget(r#"{"ignoreDifferences":[],"skipCrds":false,"valueFiles":[]}"#);
    let live = applied(&schema, None, "gitops", &said);
    assert_eq!(drift(&schema, &said, &live), NONE);
}

#[test]
fn issue_1079_an_order_that_the_server_makes_is_no_drift_of_what_was_applied() {
    let metric = |name: &str| {
        format!(
            r#"{{"type":"Resource","resource":{{"name":"{name}","target":{{"type":"Utilization","averageUtilization":80}}}}}}"#
        )
    };
    let scaler = |one: &str, other: &str| {
        object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            &format!(
                r#""spec":{{"maxReplicas":5,"scaleTargetRef":{{"apiVersion":"apps/v1","kind":"Deployment","name":"w"}},
                    "metrics":[{},{}]}}"#,
                metric(one),
                metric(other)
            ),
        )
    };
    let declared = scaler("cpu", "memory");
    let live = applied(&Schema::builtin(), None, "gitops", &declared);
    // A server that stores another version gives the metrics back in another order.
    let turned = scaler("memory", "cpu").pointer("/spec/metrics").cloned().unwrap();
    let live = live.edit(|body| drop(body.map_at("spec").insert("metrics", turned))).unwrap();
    let created = Observed::from_iter([]);
    let mut nowhere = created;
    nowhere.insert(declared.id().clone(), gitops_diff::Live::Absent);
    let all = [declared.clone()].into_iter().collect();
    let made = Drift::default().diff(&all, &nowhere, &Inventory::new()).unwrap();
    let fingerprint = made.changes().next().unwrap().applied(&live, "gitops");
    let mut owned = Inventory::new();
    let entry = Entry { uid: Some("u".into()), applied: fingerprint, ..Entry::default() };
    owned.entries.insert(declared.id().clone(), entry);
    assert!(plan(&Drift::default(), &declared, &live, &owned).is_empty());
    let other = scaler("memory", "cpu");
    assert!(plan(&Drift::default(), &other, &live, &owned).is_empty());
    let third = scaler("cpu", "storage");
    assert!(!plan(&Drift::default(), &third, &live, &owned).is_empty());
}

#[test]
fn issue_9803_items_of_others_may_stand_between_ours() {
    let ours =
        workload("Deployment", r#"{"name":"x","image":"i"},{"name":"y","image":"i"}"#, "", "");
    let live = applied(&Schema::builtin(), None, "gitops", &ours);
    let between = |body: &mut Map| {
        let pod = body.map_at("spec").map_at("template").map_at("spec");
        let items = pod.get_mut("containers").and_then(Value::as_list_mut).unwrap();
        items.insert(1, value(r#"{"name":"mesh","image":"m"}"#));
        items.insert(0, value(r#"{"name":"log","image":"m"}"#));
    };
    assert_eq!(drift(&Schema::builtin(), &ours, &live.edit(between).unwrap()), NONE);
}

#[test]
fn issue_28861_a_stale_owner_of_a_field_that_is_gone_is_no_drift() {
    let service =
        object("v1", "Service", r#""spec":{"type":"ExternalName","externalName":"x.example.com"}"#);
    let live = applied(&Schema::builtin(), None, "gitops", &service);
    let stale = |body: &mut Map| {
        let metadata = body.map_at("metadata");
        let entries = metadata.get_mut("managedFields").and_then(Value::as_list_mut).unwrap();
        let fields = entries[0].as_map_mut().unwrap().map_at("fieldsV1").map_at("f:spec");
        fields.insert("f:internalTrafficPolicy", Map::new().into());
    };
    let live = live.edit(stale).unwrap();
    assert_eq!(live.pointer("/spec/internalTrafficPolicy"), None);
    assert_eq!(drift(&Schema::builtin(), &service, &live), NONE);
}

#[test]
fn issue_18038_and_16092_what_was_added_by_hand_is_seen() {
    let service = |ports: &str| {
        object("v1", "Service", &format!(r#""spec":{{"selector":{{"a":"b"}},"ports":[{ports}]}}"#))
    };
    let web = r#"{"name":"web","port":80,"protocol":"TCP"}"#;
    let extra = r#"{"name":"extra","port":81,"protocol":"TCP"}"#;
    let schema = Schema::builtin();
    let (ours, both) = (service(web), service(&format!("{web},{extra}")));
    let live = applied(&schema, None, "gitops", &ours);
    let live = updated(applied(&schema, Some(&live), "kubectl-edit", &both), "kubectl-edit");
    let all = Drift { extent: Extent::Everything, ..Drift::default() };
    let seen = plan(&all, &ours, &live, &Inventory::new());
    let notes = seen.observations.iter().flat_map(|it| &it.fields);
    let notes: Vec<_> = notes.filter(|it| it.class == Class::Undeclared).collect();
    assert_eq!(notes[0].path, "spec.ports[port=81,protocol=TCP]");
    assert_eq!(notes[0].owner.as_ref().unwrap().manager, "kubectl-edit");
    let strict = Drift { strategy: Strategy::Strict, ..Drift::default() };
    let found = plan(&strict, &ours, &live, &Inventory::new());
    let found: Vec<_> = found.changes().flat_map(|it| lines(&it.fields)).collect();
    assert_eq!(found, ["Remove spec.ports[port=81,protocol=TCP]"]);
}

#[test]
fn issue_23016_23126_and_23127_a_field_that_is_no_longer_declared_goes() {
    let before =
        widget(r#"{"source":{"path":"p"},"autoRestart":{"enabled":true},"config":{"a.b":"1"}}"#);
    let after = widget(r#"{"sourceHydrator":{"path":"p"},"config":{"a.b":"1","c.d":"2"}}"#);
    let free = schema(r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#);
    for schema in [free, Schema::builtin()] {
        let live = applied(&schema, None, "gitops", &before);
        let mut found = drift(&schema, &after, &live);
        found.sort();
        assert_eq!(
            found,
            [
                "Add spec.config[\"c.d\"]",
                "Add spec.sourceHydrator",
                "Remove spec.autoRestart",
                "Remove spec.source"
            ]
        );
    }
}

#[test]
fn issue_18251_what_helm_left_behind_is_named_and_can_be_taken_over() {
    let service = |ports: &str| {
        object("v1", "Service", &format!(r#""spec":{{"selector":{{"a":"b"}},"ports":[{ports}]}}"#))
    };
    let web = r#"{"name":"web","port":80,"protocol":"TCP"}"#;
    let old = r#"{"name":"old","port":9999,"protocol":"TCP"}"#;
    let both = service(&format!("{web},{old}"));
    let schema = Schema::builtin();
    let live = updated(applied(&schema, None, "helm", &both), "helm");
    let live = applied(&schema, Some(&live), "gitops", &both);
    // An apply alone cannot take away what helm holds as well; that is said, and can be done.
    assert_eq!(drift(&schema, &service(web), &live), NONE);
    let all = Drift { extent: Extent::Everything, ..Drift::default() };
    let seen = plan(&all, &service(web), &live, &Inventory::new());
    let notes = seen.observations.iter().flat_map(|it| &it.fields);
    let held = notes.filter(|it| it.owner.as_ref().is_some_and(|it| it.manager == "helm"));
    assert_eq!(
        held.map(|it| it.path.as_str()).collect::<Vec<_>>(),
        ["spec.ports[port=9999,protocol=TCP]"]
    );
    let strict = Drift { strategy: Strategy::Strict, ..Drift::default() };
    let found = plan(&strict, &service(web), &live, &Inventory::new());
    let change = found.changes().next().unwrap();
    assert_eq!(lines(&change.fields), ["Remove spec.ports[port=9999,protocol=TCP]"]);
    let owners = change.owners(&live, "gitops").unwrap();
    let mut next = live.body().clone();
    owners.write(next.as_map_mut().unwrap());
    let next = applied(&schema, Some(&Object::new(next).unwrap()), "gitops", &service(web));
    assert_eq!(next.pointer("/spec/ports/1"), None);
    assert!(plan(&strict, &service(web), &next, &Inventory::new()).is_empty());
}

#[test]
fn issue_17394_status_is_nobodys_drift() {
    let set = workload("DaemonSet", r#"{"name":"c","image":"i"}"#, "", "");
    let live = applied(&Schema::builtin(), None, "gitops", &set);
    let live =
        live.edit(|body| drop(body.map_at("status").insert("numberReady", 3.into()))).unwrap();
    let declared =
        set.edit(|body| drop(body.map_at("status").insert("numberReady", 0.into()))).unwrap();
    assert_eq!(drift(&Schema::builtin(), &declared, &live), NONE);
    let schema = schema(r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#);
    let live = applied(&schema, None, "gitops", &widget(r#"{"a":1}"#));
    let live = live.edit(|body| drop(body.map_at("status").insert("health", "ok".into()))).unwrap();
    let declared = widget(r#"{"a":1}"#);
    let declared = declared.edit(|body| _ = body.map_at("status")).unwrap();
    assert_eq!(drift(&schema, &declared, &live), NONE);
}

#[test]
fn issue_28976_a_rule_about_a_manager_hides_nothing_else() {
    let of = |replicas: &str, image: &str| {
        let container = format!(r#"{{"name":"c","image":"{image}"}}"#);
        workload("Deployment", &container, "", &format!(r#","replicas":{replicas}"#))
    };
    let schema = Schema::builtin();
    let live = applied(&schema, None, "gitops", &of("1", "i:1"));
    let live = updated(applied(&schema, Some(&live), "keda", &of("5", "i:1")), "keda");
    let mut rule = Rule::new("".parse().unwrap(), Take::Live);
    rule.id = Some("keda".into());
    rule.owner = Some(OwnedBy { manager: Pattern::exact("keda"), operation: None });
    rule.path = "spec.replicas".parse().unwrap();
    let drift = Drift { policy: Policy::new(vec![rule]).unwrap(), ..Drift::default() };
    let plan = plan(&drift, &of("1", "i:2"), &live, &Inventory::new());
    let found: Vec<_> = plan.changes().flat_map(|it| lines(&it.fields)).collect();
    assert_eq!(found, ["Replace spec.template.spec.containers[name=c].image"]);
    let accepted = &plan.observations[0].fields[0];
    assert_eq!(accepted.path, "spec.replicas");
    assert_eq!(accepted.class, Class::Suppressed { rule: "keda".into() });
}

#[test]
fn what_a_rule_accepts_of_an_item_selected_by_any_field_of_either_side_names_that_rule() {
    let of = |image: &str| {
        workload("Deployment", &format!(r#"{{"name":"c","image":"{image}"}}"#), "", "")
    };
    let schema = Schema::builtin();
    let live = applied(&schema, None, "gitops", &of("old:1"));
    for selector in ["old:*", "new:*"] {
        let path = format!("spec.template.spec.containers[image~\"{selector}\"].image");
        let mut rule = Rule::new(path.parse().unwrap(), Take::Live);
        rule.id = Some("images".into());
        let drift = Drift { policy: Policy::new(vec![rule]).unwrap(), ..Drift::default() };
        let plan = plan(&drift, &of("new:1"), &live, &Inventory::new());
        assert_eq!(plan.changes().count(), 0, "{selector}");
        let accepted = &plan.observations[0].fields[0];
        assert_eq!(accepted.class, Class::Suppressed { rule: "images".into() }, "{selector}");
    }
}

/// The fields that change, and the body that is applied, where rules keep the live value of what
/// `path` leads to.
fn ruled(
    schema: &Schema,
    path: &str,
    select: Select,
    pair: (&Object, &Object),
) -> (Vec<String>, Object) {
    let mut rule = Rule::new(path.parse().unwrap(), Take::Live);
    rule.select = select;
    let policy = Policy::new(vec![rule]).unwrap();
    let drift = Drift { policy, schema: schema.clone(), ..Drift::default() };
    let plan = plan(&drift, pair.0, pair.1, &Inventory::new());
    let change = plan.changes().next().unwrap();
    (lines(&change.fields), change.desired.clone().unwrap())
}

#[test]
fn issue_9678_a_rule_about_a_field_of_an_item_leaves_the_rest_of_the_item_to_us() {
    let schema = Schema::builtin();
    let of =
        |rest: &str| workload("Deployment", &format!(r#"{{"name":"service",{rest}}}"#), "", "");
    let live = applied(&schema, None, "gitops", &of(r#""image":"i:live""#));
    let declared = of(r#""image":"i:declared","env":[{"name":"NEW","value":"1"}]"#);
    let path = "spec.template.spec.containers[name=service].image";
    let (found, body) =
        ruled(&schema, path, Select::kind("apps", "Deployment"), (&declared, &live));
    assert_eq!(found, ["Add spec.template.spec.containers[name=service].env"]);
    let container = body.pointer("/spec/template/spec/containers/0").unwrap();
    assert_eq!(container.get("image"), Some(&"i:live".into()));
    assert_eq!(container.pointer("/env/0/value"), Some(&"1".into()));
}

#[test]
fn issue_11876_a_rule_about_every_item_leaves_the_rest_of_the_items_to_us() {
    let schema = Schema::builtin();
    let of = |image: &str, value: &str| {
        let item = |name: &str| {
            format!(
                r#"{{"name":"{name}","image":"{image}","env":[{{"name":"E","value":"{value}"}}]}}"#
            )
        };
        workload("Deployment", &format!("{},{}", item("x"), item("y")), "", "")
    };
    let live = applied(&schema, None, "gitops", &of("live", "1"));
    let path = "/spec/template/spec/containers/*/image";
    let pair = (&of("declared", "2"), &live);
    let (found, body) = ruled(&schema, path, Select::default(), pair);
    assert_eq!(
        found,
        [
            "Replace spec.template.spec.containers[name=x].env[name=E].value",
            "Replace spec.template.spec.containers[name=y].env[name=E].value"
        ]
    );
    assert_eq!(body.pointer("/spec/template/spec/containers/1/image"), Some(&"live".into()));
}

#[test]
fn issue_17694_a_rule_about_one_item_of_a_custom_kind_leaves_the_others_to_us() {
    let schema = schema(
        r#"{"type":"object","properties":{"containers":{"type":"array","x-kubernetes-list-type":"map",
            "x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{
            "name":{"type":"string"},"image":{"type":"string"}}}}}}"#,
    );
    let of = |one: &str, other: &str| {
        widget(&format!(
            r#"{{"containers":[{{"name":"x","image":"{one}"}},{{"name":"y","image":"{other}"}}]}}"#
        ))
    };
    let live = applied(&schema, None, "gitops", &of("live", "live"));
    let path = "spec.containers[name=x]";
    let pair = (&of("declared", "declared"), &live);
    let (found, body) = ruled(&schema, path, Select::kind("example.com", "Widget"), pair);
    assert_eq!(found, ["Replace spec.containers[name=y].image"]);
    assert_eq!(body.pointer("/spec/containers/0/image"), Some(&"live".into()));
    assert_eq!(body.pointer("/spec/containers/1/image"), Some(&"declared".into()));
}

#[test]
fn issue_26588_a_rule_about_other_objects_changes_nothing_of_this_one() {
    let schema = schema(r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true}"#);
    let live = applied(&schema, None, "gitops", &widget(r#"{"items":[1,2],"gone":{"a":1}}"#));
    let declared = widget(r#"{"items":[1,2,3]}"#);
    let select = Select::kind("apps", "Deployment");
    let (found, body) = ruled(&schema, "spec.items", select, (&declared, &live));
    assert_eq!(found, ["Remove spec.gone", "Replace spec.items"]);
    assert_eq!(body, declared);
}
