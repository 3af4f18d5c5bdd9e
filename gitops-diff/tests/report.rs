//! How plans look to people.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::{
    Color, Detail, Differ, Drift, Entry, Inventory, Layout, Object, ObjectSet, Observed, Origin,
    Plan, Report,
};

fn object(json: &str) -> Object {
    serde_json::from_str(json).unwrap()
}

fn from(json: &str, file: &str, line: u32) -> Object {
    object(json).with_origin(Origin { file: file.into(), line, document: 1 })
}

const LIVE: &str = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web",
    "namespace":"shop","uid":"7","resourceVersion":"12","generation":3,
    "creationTimestamp":"2026-01-01T00:00:00Z","annotations":{"note":"by hand"},
    "managedFields":[
    {"manager":"gitops","operation":"Apply","apiVersion":"apps/v1","fieldsType":"FieldsV1",
    "time":"2026-01-01T00:00:00Z","fieldsV1":{"f:spec":{"f:paused":{},"f:template":{"f:spec":{
    "f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{},"f:image":{}}}}}}}},
    {"manager":"kubectl-scale","operation":"Update","apiVersion":"apps/v1",
    "fieldsType":"FieldsV1","time":"2026-01-02T00:00:00Z","fieldsV1":{"f:spec":{"f:replicas":{}}}}]},
    "spec":{"replicas":9,"paused":true,"template":{"spec":{"containers":[
    {"name":"app","image":"shop:1.0","imagePullPolicy":"IfNotPresent"}]}}},
    "status":{"replicas":9}}"#;

const DECLARED: &str = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web",
    "namespace":"shop"},"spec":{"replicas":3,"template":{"spec":{"containers":[
    {"name":"app","image":"shop:1.1"},{"name":"proxy","image":"p:1","args":["-v","a: b"]}]}}}}"#;

const SECRET: &str = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"key",
    "namespace":"shop"},"stringData":{"new":"hunter2","same":"a","turned":"hunter3"}}"#;

const LIVE_SECRET: &str = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"key",
    "namespace":"shop","uid":"8"},"data":{"same":"YQ==","turned":"aHVudGVyMQ==","other":"eA=="}}"#;

fn scene() -> (Plan, Observed) {
    let desired: ObjectSet = [
        from(DECLARED, "apps/web.yaml", 12),
        from(SECRET, "apps/key.yaml", 1),
        from(
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings",
                "namespace":"shop"},"data":{"motd":"hello\nworld\n","debug":"true"}}"#,
            "apps/settings.yaml",
            3,
        ),
    ]
    .into_iter()
    .collect();
    let gone = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"old","namespace":"shop",
        "uid":"9"},"spec":{"ports":[{"port":80}]}}"#;
    let mut observed: Observed =
        [object(LIVE), object(LIVE_SECRET), object(gone)].into_iter().collect();
    observed.insert("ConfigMap/shop/settings".parse().unwrap(), gitops_diff::Live::Absent);
    let mut owned = Inventory::new();
    let entry = Entry { uid: Some("9".into()), ..Entry::default() };
    owned.entries.insert("Service/shop/old".parse().unwrap(), entry);
    let plan = Drift::default().diff(&desired, &observed, &owned).unwrap();
    (plan, observed)
}

#[test]
fn a_plan_reads_like_kubectl_diff() {
    let (plan, live) = scene();
    insta::assert_snapshot!(Report::new(&plan).beside(&live), @r#"
    ~ Secret/shop/key  update, drifted  apps/key.yaml:1
    @@ -1,8 +1,9 @@
     apiVersion: v1
     data:
    +  new: ***
       other: ***
       same: ***
    -  turned: *** (before)
    +  turned: *** (after)
     kind: Secret
     metadata:
       name: key
    + ConfigMap/shop/settings  create, missing  apps/settings.yaml:3
    @@ -0,0 +1,10 @@
    +apiVersion: v1
    +data:
    +  debug: "true"
    +  motd: |
    +    hello
    +    world
    +kind: ConfigMap
    +metadata:
    +  name: settings
    +  namespace: shop
    ~ Deployment.apps/shop/web  update, drifted  apps/web.yaml:12
    @@ -6,11 +6,15 @@
       name: web
       namespace: shop
     spec:
    -  paused: true
    -  replicas: 9
    +  replicas: 3
       template:
         spec:
           containers:
    -      - image: shop:1.0
    +      - image: shop:1.1
             imagePullPolicy: IfNotPresent
             name: app
    +      - args:
    +        - "-v"
    +        - "a: b"
    +        image: p:1
    +        name: proxy
    - Service/shop/old  delete, no longer declared
    @@ -1,8 +0,0 @@
    -apiVersion: v1
    -kind: Service
    -metadata:
    -  name: old
    -  namespace: shop
    -spec:
    -  ports:
    -  - port: 80
    + 1  ~ 2  - 1  = 0
    "#);
}

#[test]
fn without_what_lives_fields_are_listed() {
    let (plan, _) = scene();
    let read = Plan::from_json(&plan.to_json().unwrap()).unwrap();
    insta::assert_snapshot!(Report::new(&read), @r#"
    ~ Secret/shop/key  update, drifted  apps/key.yaml:1
      + data.new: *** (after)
      ~ data.turned: *** (before) -> *** (after)
    + ConfigMap/shop/settings  create, missing  apps/settings.yaml:3
    ~ Deployment.apps/shop/web  update, drifted  apps/web.yaml:12
      - spec.paused: true  (set by gitops)
      ~ spec.replicas: 9 -> 3  (set by kubectl-scale)
      ~ spec.template.spec.containers[name=app].image: shop:1.0 -> shop:1.1  (set by gitops)
      + spec.template.spec.containers[name=proxy]: {"args":["-v","a: b"],"image":"p:1","name":"proxy"}
    - Service/shop/old  delete, no longer declared
    + 1  ~ 2  - 1  = 0
    "#);
}

#[test]
fn colors_are_put_around_whole_lines() {
    let (plan, _) = scene();
    let layout = Layout { detail: Detail::Objects, color: Color::Always, ..Layout::default() };
    let report = Report::new(&plan).layout(layout).to_string();
    insta::assert_snapshot!(report.replace('\u{1b}', "ESC"), @r#"
    ESC[33m~ Secret/shop/key  update, drifted  apps/key.yaml:1ESC[0m
    ESC[32m+ ConfigMap/shop/settings  create, missing  apps/settings.yaml:3ESC[0m
    ESC[33m~ Deployment.apps/shop/web  update, drifted  apps/web.yaml:12ESC[0m
    ESC[31m- Service/shop/old  delete, no longer declaredESC[0m
    ESC[1m+ 1  ~ 2  - 1  = 0ESC[0m
    "#);
}

#[test]
fn nothing_in_an_object_can_steer_a_terminal() {
    let evil = |value: &str| {
        let name = r#""name":"a","namespace":"n""#;
        let json = format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{{name}}},
                "data":{{"k":"{value}","\u001b[2J":"x\u001b]0;y\u0007\nz\u009b"}}}}"#
        );
        object(&json)
    };
    let observed: Observed = [evil("1")].into_iter().collect();
    let desired: ObjectSet = [evil("2\\u001b[0m")].into_iter().collect();
    let plan = Drift::default().diff(&desired, &observed, &Inventory::new()).unwrap();
    for detail in [Detail::Objects, Detail::Fields, Detail::Diff] {
        let layout = Layout { detail, ..Layout::default() };
        let report = Report::new(&plan).beside(&observed).layout(layout).to_string();
        assert!(!report.contains(|c: char| c.is_control() && c != '\n'), "{report:?}");
    }
}

#[test]
fn two_long_texts_without_a_common_line_are_shown_as_a_field() {
    let long = |word: &str| {
        let text = vec![word; 3000].join("\\n");
        object(&format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a"}},"data":{{"k":"{text}"}}}}"#
        ))
    };
    let observed: Observed = [long("x")].into_iter().collect();
    let desired: ObjectSet = [long("y")].into_iter().collect();
    let plan = Drift::default().diff(&desired, &observed, &Inventory::new()).unwrap();
    let report = Report::new(&plan).beside(&observed).to_string();
    assert!(report.lines().count() == 3 && report.lines().all(|it| it.len() < 300), "{report}");
}
