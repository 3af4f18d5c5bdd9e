//! Laws that hold for any rules and objects.

use gitops_diff::policy::{
    Applying, OwnedBy, Policy, Rule, RulePath, Select, Step, Take, Want, When, suggest,
};
use gitops_diff::{Drift, FieldPath, Object, PathElement, Value};
use proptest::prelude::*;

use super::object;

/// Words of a small language, so that rules meet objects.
fn word() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("0")]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => word().prop_map(|it| Step::Field(it.into())),
        1 => Just(Step::Any),
        1 => Just(Step::Items),
        1 => (0..2_u32).prop_map(Step::Index),
        1 => word().prop_map(|it| Step::Fields(format!("{it}*").parse().expect("a pattern"))),
        1 => word().prop_map(|it| Step::Item(vec![("a".into(), Want::Is(it.into()))])),
        1 => word().prop_map(|it| {
            Step::Item(vec![("b".into(), Want::Like(format!("{it}*").parse().expect("a pattern")))])
        }),
        1 => word().prop_map(|it| Step::Value(it.into())),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let path = prop::collection::vec(step(), 1..4).prop_map(|mut steps| {
        steps.insert(0, Step::Field("spec".into()));
        RulePath::new(steps)
    });
    let take = prop_oneof![
        1 => Just(Take::Desired),
        3 => Just(Take::Live),
        1 => Just(Take::DesiredElseLive),
        1 => Just(Take::LiveElseDesired)
    ];
    let when =
        prop_oneof![2 => Just(When::Always), 1 => Just(When::Drift), 1 => Just(When::Update)];
    let owner = prop::option::weighted(
        0.2,
        word().prop_map(|it| OwnedBy { manager: it.parse().expect("a pattern"), operation: None }),
    );
    let kind = prop_oneof![Just(None), Just(Some("Thing")), Just(Some("T*")), Just(Some("Other"))];
    (path, take, when, owner, kind).prop_map(|(path, take, when, owner, kind)| {
        let kind = kind.map(|it| it.parse().expect("a pattern"));
        let select = Select { kind, ..Select::default() };
        Rule { select, when, owner, ..Rule::new(path, take) }
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![word().prop_map(Value::from), (0..3_i64).prop_map(Value::from)];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec((word(), inner.clone()), 0..3)
                .prop_map(|it| Value::Map(it.into_iter().collect())),
            prop::collection::vec(inner, 0..3).prop_map(Value::List),
        ]
    })
}

fn element() -> impl Strategy<Value = PathElement> {
    prop_oneof![
        3 => word().prop_map(PathElement::field),
        1 => (word(), word()).prop_map(|(name, it)| PathElement::key(vec![(name.into(), it.into())])),
        1 => word().prop_map(|it| PathElement::Value(it.into())),
        1 => (0..2_i64).prop_map(PathElement::Index),
    ]
}

fn thing(spec: &Value, managed: Option<&str>) -> Object {
    let managed = managed.map(|it| format!(r#","managedFields":[{it}]"#)).unwrap_or_default();
    object(&format!(
        r#"{{"apiVersion":"example.com/v1","kind":"Thing",
            "metadata":{{"name":"t"{managed}}},"spec":{}}}"#,
        serde_json::to_string(spec).expect("a value is JSON")
    ))
}

/// A live object of which everything that is there is ours, or nothing is known.
fn living() -> impl Strategy<Value = Object> {
    (value(), any::<bool>()).prop_map(|(spec, ours)| {
        let bare = thing(&spec, None);
        let fields = gitops_diff::merge::fields_of(&gitops_diff::Schema::builtin(), bare.body());
        let entry = fields.ok().filter(|_| ours).map(|fields| {
            format!(
                r#"{{"manager":"gitops","operation":"Apply","apiVersion":"example.com/v1",
                    "fieldsType":"FieldsV1","fieldsV1":{}}}"#,
                serde_json::to_string(&fields.to_value()).expect("fields are JSON")
            )
        });
        thing(&spec, entry.as_deref())
    })
}

fn changes(desired: &Object, live: &Object) -> Vec<String> {
    let changes = Drift::default().compare(desired, live).expect("the objects are shallow");
    changes.into_iter().map(|it| it.path.to_string()).collect()
}

/// The rule that decides, found by looking at each.
fn naive<'r>(rules: &'r [Rule], object: &Object, when: When, path: &FieldPath) -> Option<&'r Rule> {
    rules.iter().rev().find(|rule| {
        rule.when.includes(when)
            && rule.select.fits(object)
            && rule.path.covers(path)
            && rule.owner.as_ref().is_none_or(|it| it.manager.matches("a"))
    })
}

#[test]
fn what_is_suggested_accepts_what_goes_of_a_version_that_nobody_serves() {
    let desired: Object =
        object(r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"x":1}"#);
    let live = object(
        r#"{"apiVersion":"v0","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"1","managedFields":[
            {"manager":"gitops","operation":"Apply","apiVersion":"v1","fieldsType":"FieldsV1",
            "fieldsV1":{"f:data":{"f:gone":{},"f:ours":{}}}}]},"data":{"ours":"1","other":"2"}}"#,
    );
    let drift = Drift::default();
    let changes = drift.compare(&desired, &live).expect("they are shallow");
    let paths: Vec<&str> = changes.iter().map(|it| &*it.path).collect();
    assert_eq!(paths, ["data.ours", "x"]);
    let policy = Policy::new(suggest(desired.id(), &changes)).expect("they are rules");
    let compared = policy.compared(&Applying::default(), &desired, &live).expect("they fit");
    assert_eq!(drift.compare(&compared, &live).expect("they are shallow"), vec![]);
}

proptest! {
    #[test]
    fn compiled_rules_decide_as_rules_one_by_one(
        rules in prop::collection::vec(rule(), 0..12),
        path in prop::collection::vec(element(), 0..4),
        when in prop_oneof![Just(When::Create), Just(When::Update), Just(When::Drift)],
    ) {
        let mut path = path;
        path.insert(0, PathElement::field("spec"));
        let path = FieldPath::new(path);
        let object = thing(&Value::Null, None);
        let policy = Policy::new(rules.clone()).expect("the rules are rules");
        let selected = policy.select(&object, when);
        let found = selected.and_then(|it| it.at(&path, |by| by.manager.matches("a")));
        prop_assert_eq!(found.map(|it| &**it.rule), naive(&rules, &object, when, &path));
    }

    #[test]
    fn a_rule_reads_back_from_what_is_printed(rule in rule()) {
        let json = serde_json::to_string(&rule).expect("a rule is JSON");
        prop_assert_eq!(serde_json::from_str::<Rule>(&json).expect("it is a rule"), rule);
    }

    #[test]
    fn rules_invent_no_change(
        rules in prop::collection::vec(rule(), 1..6),
        spec in value(),
        live in living(),
    ) {
        let desired = thing(&spec, None);
        let policy = Policy::new(rules).expect("the rules are rules");
        let by = Applying::default();
        let before = changes(&desired, &live);
        let Ok(compared) = policy.compared(&by, &desired, &live) else { return Ok(()) };
        for path in changes(&compared, &live) {
            // Where a part of what goes is kept, the other parts go one by one.
            let is_known = before.iter().any(|it| path.starts_with(it.as_str()));
            prop_assert!(is_known, "{path} is new in {before:?}");
        }
    }

    #[test]
    fn an_object_that_lives_as_declared_stays_so(
        rules in prop::collection::vec(rule(), 1..6),
        live in living(),
    ) {
        let desired = thing(live.pointer("/spec").expect("it has one"), None);
        let policy = Policy::new(rules).expect("the rules are rules");
        if let Ok(applied) = policy.applied(&Applying::default(), &desired, Some(&live)) {
            prop_assert_eq!(changes(&applied, &live), Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_suggested_accepts_what_differs(spec in value(), live in living()) {
        let desired = thing(&spec, None);
        let drift = Drift::default();
        let changes = drift.compare(&desired, &live).expect("the objects are shallow");
        let rules = suggest(desired.id(), &changes);
        let read: Vec<Rule> = serde_json::from_str(
            &serde_json::to_string(&rules).expect("rules are JSON"),
        ).expect("they are rules");
        let policy = Policy::new(read).expect("the rules are rules");
        let by = Applying::default();
        let compared = policy.compared(&by, &desired, &live).expect("the rules fit");
        prop_assert_eq!(drift.compare(&compared, &live).expect("they are shallow"), vec![]);
        let applied = policy.applied(&by, &desired, Some(&live)).expect("the rules fit");
        prop_assert_eq!(drift.compare(&applied, &live).expect("they are shallow"), vec![]);
    }

    #[test]
    fn an_event_is_relevant_where_the_digests_differ(
        rules in prop::collection::vec(rule(), 0..6),
        old in living(),
        new in living(),
    ) {
        let policy = Policy::new(rules).expect("the rules are rules");
        let differ = policy.relevant_digest(&old) != policy.relevant_digest(&new);
        prop_assert_eq!(policy.is_relevant_event(&old, &new), differ);
        prop_assert!(!policy.is_relevant_event(&old, &old));
    }
}
