//! Plans as Markdown, and single changes as patches.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::{
    Change, Differ, Drift, Inventory, Live, MarkdownLimits, Object, Observed, Operation, Origin,
    Plan, Report,
};

fn object(json: &str) -> Object {
    serde_json::from_str(json).unwrap()
}

fn config(name: &str, data: &str) -> Object {
    object(&format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}","namespace":"n"}},"data":{{{data}}}}}"#
    ))
}

fn plan(pairs: &[(Object, Option<Object>)]) -> (Plan, Observed) {
    let mut observed = Observed::new();
    for (desired, live) in pairs {
        let live = live.clone().map_or(Live::Absent, Live::Present);
        observed.insert(desired.id().clone(), live);
    }
    let desired = pairs.iter().map(|(desired, _)| desired.clone()).collect();
    (Drift::default().diff(&desired, &observed, &Inventory::new()).unwrap(), observed)
}

fn markdown(pairs: &[(Object, Option<Object>)], limits: MarkdownLimits) -> String {
    let (plan, observed) = plan(pairs);
    Report::new(&plan).beside(&observed).markdown(limits).to_string()
}

#[test]
fn a_plan_is_collapsible_parts_with_a_summary_that_counts() {
    let web = config("web", r#""k":"new""#);
    let web = web.with_origin(Origin { file: "apps/web.yaml".into(), line: 3, document: 1 });
    let pairs = [(web, Some(config("web", r#""k":"old""#))), (config("made", r#""a":"b""#), None)];
    insta::assert_snapshot!(markdown(&pairs, MarkdownLimits::default()), @r#"
    **`+ 1  ~ 1  - 0  = 0`**

    <details><summary><code>+ ConfigMap/n/made</code> create, missing</summary>

    ```diff
    @@ -0,0 +1,7 @@
    +apiVersion: v1
    +data:
    +  a: b
    +kind: ConfigMap
    +metadata:
    +  name: made
    +  namespace: "n"
    ```

    </details>

    <details><summary><code>~ ConfigMap/n/web</code> update, drifted · apps/web.yaml:3</summary>

    ```diff
    @@ -1,6 +1,6 @@
     apiVersion: v1
     data:
    -  k: old
    +  k: new
     kind: ConfigMap
     metadata:
       name: web
    ```

    </details>
    "#);
}

#[test]
fn nothing_in_an_object_breaks_out_of_its_part() {
    let hostile = config("a", r#""k":"```\n</details><script>@all ````""#);
    let text = markdown(&[(hostile, Some(config("a", r#""k":"x""#)))], MarkdownLimits::default());
    assert!(text.contains("`````diff\n"), "{text}");
    assert!(text.ends_with("`````\n\n</details>\n"), "{text}");
    let mut failed = Plan::new();
    failed.failures.push(gitops_diff::Failure {
        id: "ConfigMap/n/a".parse().unwrap(),
        message: "<b>bold</b> [link](x) @all\n# head".into(),
        origin: None,
    });
    let text = Report::new(&failed).markdown(MarkdownLimits::default()).to_string();
    insta::assert_snapshot!(text, @r#"
    **`+ 0  ~ 0  - 0  = 0  (1 failed)`**

    > **failed** <code>ConfigMap/n/a</code>: &lt;b&gt;bold&lt;/b&gt; &#91;link&#93;(x) &#64;all&#92;u{a}&#35; head
    "#);
}

#[test]
fn values_of_secrets_are_in_no_markdown_and_no_patch() {
    let secret = |value: &str| {
        object(&format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"a","namespace":"n"}},"type":"Opaque","stringData":{{"k":"{value}"}}}}"#
        ))
    };
    let live = object(
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"n"},"type":"Opaque","data":{"k":"aHVudGVyMQ=="}}"#,
    );
    for live in [Some(live), None] {
        let pairs = [(secret("hunter2"), live.clone())];
        let (plan, _) = plan(&pairs);
        let change = plan.changes().next().unwrap();
        let texts = [
            markdown(&pairs, MarkdownLimits::default()),
            serde_json::to_string(&change.json_patch(live.as_ref()).unwrap()).unwrap(),
            serde_json::to_string(&change.merge_patch(live.as_ref()).unwrap()).unwrap(),
        ];
        for text in texts {
            assert!(text.contains("***"), "{text}");
            assert!(!text.contains("hunter") && !text.contains("aHVudGVy"), "{text}");
        }
    }
}

#[test]
fn what_is_over_the_limits_is_left_out_and_said() {
    let long: Vec<String> = (0..500).map(|at| format!(r#""k{at:03}":"new""#)).collect();
    let old: Vec<String> = (0..500).map(|at| format!(r#""k{at:03}":"old""#)).collect();
    let pair = |name: &str| (config(name, &long.join(",")), Some(config(name, &old.join(","))));
    let pairs: Vec<_> = ["a", "b", "c", "d"].map(pair).into();
    let limits = MarkdownLimits { total: 3_000, object: 1_000 };
    let text = markdown(&pairs, limits);
    assert!(text.len() <= 3_000, "{}", text.len());
    assert!(text.contains(" lines more are not shown._"), "{text}");
    assert!(
        text.ends_with("_2 parts more are not shown: the text would be too long._\n"),
        "{text}"
    );
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn patches_test_the_uid_and_name_what_goes() {
    let live = object(
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"n","uid":"u","managedFields":[
            {"manager":"gitops","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1",
             "fieldsV1":{"f:data":{"f:a/b":{},"f:k":{}}}}]},"data":{"a/b":"1","k":"2"}}"#,
    );
    let (plan, _) = plan(&[(config("a", r#""k":"3""#), Some(live.clone()))]);
    let change = plan.changes().next().unwrap();
    let json = |value| serde_json::to_string(&value).unwrap();
    insta::assert_snapshot!(json(change.json_patch(Some(&live)).unwrap()), @r#"[{"op":"test","path":"/metadata/uid","value":"u"},{"op":"replace","path":"/data/k","value":"3"},{"op":"remove","path":"/data/a~1b"}]"#);
    insta::assert_snapshot!(json(change.merge_patch(Some(&live)).unwrap()), @r#"{"data":{"a/b":null,"k":"3"}}"#);
    let gone =
        Change::new(live.id().clone(), "v1", Operation::Delete, gitops_diff::Reason::Undeclared);
    assert_eq!(
        gone.json_patch(Some(&live)).unwrap_err().to_string(),
        "ConfigMap/n/a: to Delete is no patch"
    );
}
