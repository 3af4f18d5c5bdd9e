//! Plans that are written, read back and executed again; and what they never say.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gitops_diff::{
    Class, Color, Detail, Differ, Drift, Inventory, Layout, Object, ObjectSet, Observed, Plan,
    Report,
};
use proptest::prelude::*;

fn object(json: &str) -> Object {
    serde_json::from_str(json).unwrap()
}

fn map(value: &str) -> Object {
    object(&format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a"}},"data":{{"k":"{value}"}}}}"#
    ))
}

fn plan(desired: Object, live: Object) -> Plan {
    let desired: ObjectSet = [desired].into_iter().collect();
    let observed: Observed = [live].into_iter().collect();
    Drift::default().diff(&desired, &observed, &Inventory::new()).unwrap()
}

#[test]
fn a_plan_is_written_without_bodies() {
    insta::assert_snapshot!(plan(map("new"), map("old")).to_json().unwrap(), @r#"
    {
      "version": 2,
      "waves": [
        {
          "name": "config",
          "changes": [
            {
              "id": "ConfigMap/a",
              "version": "v1",
              "operation": "update",
              "reason": "drifted",
              "fields": [
                {
                  "path": "data.k",
                  "operation": "replace",
                  "old": {
                    "value": "old"
                  },
                  "new": {
                    "value": "new"
                  }
                }
              ],
              "preconditions": {},
              "fingerprint": "3a682bb5278b642cae6d6ef433a4509132f6586ba5d47342c4f1e4e6059bf3d8"
            }
          ]
        }
      ],
      "unchanged": []
    }
    "#);
}

#[test]
fn a_plan_of_a_later_version_is_refused_and_unknown_fields_are_passed_over() {
    let json = plan(map("new"), map("old")).to_json().unwrap();
    let newer = json.replace(r#""version": 2"#, r#""version": 3"#);
    insta::assert_snapshot!(Plan::from_json(&newer).unwrap_err(), @"this is no plan to read: its version is 3, known are versions up to 2: read it with the program that wrote it at line 2 column 14");
    insta::assert_snapshot!(Plan::from_json("{}").unwrap_err(), @"this is no plan to read: missing field `version` at line 1 column 2");
    let more = json.replacen(r#""waves""#, r#""mood": "good", "waves""#, 1);
    assert_ne!(more, json);
    assert_eq!(Plan::from_json(&more).unwrap().to_json().unwrap(), json);
}

#[test]
fn a_plan_of_the_first_version_is_read() {
    let first = r#"{"version":1,"revision":"main@1","waves":[{"name":"config","changes":[{
        "id":"ConfigMap/a","version":"v1","operation":"update","reason":"drifted","fields":[{
        "path":"data.k","operation":"replace","old":{"value":"old"},"new":{"value":"new"},
        "owner":{"manager":"kubectl","operation":"Update","time":"2026-01-01T00:00:00Z"}}],
        "preconditions":{"uid":"7"},"fingerprint":"00"}]}],"unchanged":["ConfigMap/b"]}"#;
    let plan = Plan::from_json(first).unwrap();
    let change = plan.changes().next().unwrap();
    assert_eq!(change.fields[0].class, Class::Ours);
    assert_eq!(change.fields[0].owner.as_ref().unwrap().manager, "kubectl");
    assert_eq!(change.preconditions.uid.as_deref(), Some("7"));
    assert!(change.absorbs.is_empty() && plan.observations.is_empty());
}

#[test]
fn only_the_bodies_that_were_planned_are_attached() {
    let made = plan(map("new"), map("old"));
    let read = || Plan::from_json(&made.to_json().unwrap()).unwrap();
    let attach = |desired: Vec<Object>| {
        let mut plan = read();
        let result = plan.attach(&desired.into_iter().collect());
        (plan, result.map_err(|it| it.to_string()))
    };
    assert_eq!(attach(vec![map("new")]), (made.clone(), Ok(())));
    let (other, error) = attach(vec![map("newer")]);
    insta::assert_snapshot!(error.unwrap_err(), @"`ConfigMap/a` is declared otherwise than when the plan was made: plan again");
    assert_eq!(other, read());
    let (_, error) = attach(vec![]);
    insta::assert_snapshot!(error.unwrap_err(), @"the plan changes `ConfigMap/a`, which is not declared: plan again");
}

#[test]
fn a_secret_with_string_data_is_attached_as_it_was_planned() {
    let secret =
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"stringData":{"k":"v"}}"#;
    let live = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{}}"#;
    let made = plan(object(secret), object(live));
    let mut read = Plan::from_json(&made.to_json().unwrap()).unwrap();
    read.attach(&[object(secret)].into_iter().collect()).unwrap();
    assert_eq!(made, read);
}

/// A word that is in no message by chance.
fn secret() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9]{3}[^\\x00-\\x7f\"\\\\]{1,3}Qz[A-Z0-9]{8,40}"
}

/// A Secret, and what was meant as one.
const HEADS: [&str; 4] = [
    r#""apiVersion":"v1","kind":"Secret""#,
    r#""apiVersion":"v1","kind":"secret""#,
    r#""apiVersion":"example.com/v1","kind":"Secret""#,
    r#""apiVersion":"apps/v1","kind":"SECRET""#,
];

/// Annotations in which tools keep what they applied.
const COPIES: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "kapp.k14s.io/original-diff",
    "objectset.rio.cattle.io/applied",
];

/// Everything that is ever shown or written of a plan.
fn outputs(plan: &Plan, live: &Observed) -> Vec<String> {
    let mut all = vec![plan.to_json().unwrap(), format!("{plan:?}"), format!("{plan:#?}")];
    all.push(format!("{live:?}"));
    for detail in [Detail::Objects, Detail::Fields, Detail::Diff] {
        for color in [Color::Never, Color::Always] {
            let report = Report::new(plan).layout(Layout { detail, color, ..Layout::default() });
            all.push(report.to_string());
            all.push(report.beside(live).to_string());
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_of_secrets_are_never_shown(
        words in prop::collection::vec(secret(), 8),
        lives in any::<bool>(),
        head in prop::sample::select(HEADS.as_slice()),
        copy in prop::sample::select(COPIES.as_slice()),
    ) {
        let encoded: Vec<String> = words.iter().map(|it| STANDARD.encode(it)).collect();
        let last_applied = |word: &str| {
            format!(r#""{copy}":"{{\"x\":\"{word}\"}}""#)
        };
        let desired = object(&format!(
            r#"{{{head},"metadata":{{"name":"a","labels":{{"l":"1"}},
                "annotations":{{{}}}}},"type":"Opaque","stringData":{{"a":"{}"}},
                "data":{{"b":"{}","c":"{}"}},"odd":["{}"],"odder":"{}"}}"#,
            last_applied(&words[0]), words[1], encoded[2], words[3], words[4], words[5],
        ));
        let live = object(&format!(
            r#"{{{head},"metadata":{{"name":"a","annotations":{{{}}}}},
                "data":{{"a":"{}","b":"{}","d":"{}"}},"odd":{{"x":"{}"}}}}"#,
            last_applied(&words[6]), encoded[1], encoded[3], encoded[7], words[7],
        ));
        let mut observed = Observed::new();
        let here = if lives { gitops_diff::Live::Present(live) } else { gitops_diff::Live::Absent };
        observed.insert(desired.id().clone(), here);
        let set: ObjectSet = [desired].into_iter().collect();
        let plan = Drift::default().diff(&set, &observed, &Inventory::new()).unwrap();
        prop_assert_eq!(plan.changes().count(), 1);
        for output in outputs(&plan, &observed) {
            for word in words.iter().chain(&encoded) {
                prop_assert!(!output.contains(word), "{}", output);
            }
        }
    }
}
