//! Packed objects are what trees are: the same values, the same JSON, the same lookups.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use gitops_diff::{Map, Packed, Value};
use proptest::prelude::*;
use proptest::sample::select;

/// Names that are known, unknown, kept apart, and of owned fields.
fn name() -> impl Strategy<Value = String> {
    let names = [
        "spec",
        "f:spec",
        "status",
        "metadata",
        "managedFields",
        "containers",
        "f:unknown",
        ".",
        "k:{\"name\":\"a\"}",
        "",
        "f:",
        "zz",
        "é",
        "app.kubernetes.io/name",
    ];
    prop_oneof![3 => select(names.to_vec()).prop_map(String::from), 1 => "[a-f]{0,3}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-70..70_i64).prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no other", |it| it.is_finite()).prop_map(Value::Float),
        "\\PC{0,200}".prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Value::Map(members.into_iter().collect())),
        ]
    })
}

fn packed(value: &Value) -> Packed {
    Packed::try_from(value).unwrap()
}

/// All pointers into a value, and some that lead nowhere.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.extend([at.to_owned(), format!("{at}/nowhere"), format!("{at}/0")]);
    match value {
        Value::List(items) => {
            let below = items.iter().enumerate();
            below.for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), all));
        }
        Value::Map(members) => members.iter().for_each(|(name, value)| {
            let token = name.replace('~', "~0").replace('/', "~1");
            pointers(value, &format!("{at}/{token}"), all);
        }),
        _ => {}
    }
}

proptest! {
    #[test]
    fn a_value_comes_back_as_it_was(value in value()) {
        prop_assert_eq!(Value::from(&packed(&value)), value);
    }

    #[test]
    fn json_is_packed_as_its_tree_is(value in value()) {
        let json = serde_json::to_string(&value).unwrap();
        let from_json = Packed::from_json(json.as_bytes()).unwrap();
        prop_assert_eq!(&from_json, &packed(&value));
        prop_assert_eq!(serde_json::to_string(&from_json).unwrap(), json.clone());
        prop_assert_eq!(serde_json::from_str::<Packed>(&json).unwrap(), from_json);
    }

    #[test]
    fn equal_bytes_are_equal_values(one in value(), other in value()) {
        prop_assert_eq!(packed(&one) == packed(&other), one == other);
    }

    #[test]
    fn a_pointer_leads_where_it_leads_in_the_tree(value in value()) {
        let packed = packed(&value);
        let mut all = Vec::new();
        pointers(&value, "", &mut all);
        for pointer in all {
            prop_assert_eq!(packed.pointer(&pointer), value.pointer(&pointer).cloned(), "{}", pointer);
            let text = value.pointer(&pointer).and_then(Value::as_str);
            prop_assert_eq!(packed.text(&pointer), text, "{}", pointer);
        }
    }

    #[test]
    fn no_text_makes_packing_panic(text in "[\\[\\]{}\":,a0.\\\\-]{0,40}") {
        let expected = serde_json::from_str::<Value>(&text).ok();
        let found = Packed::from_json(text.as_bytes()).ok().map(|it| Value::from(&it));
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn of_members_with_one_name_the_last_stays() {
    let cases = [
        (r#"{"b":1,"a":2,"b":3}"#, r#"{"a":2,"b":3}"#),
        (r#"{"status":{"a":1},"spec":1,"status":2}"#, r#"{"spec":1,"status":2}"#),
        (
            r#"{"metadata":{"managedFields":[1],"name":"a"},"metadata":{"name":"b"}}"#,
            r#"{"metadata":{"name":"b"}}"#,
        ),
        (r#"{"metadata":{"managedFields":[1]},"metadata":7}"#, r#"{"metadata":7}"#),
        (
            r#"{"metadata":7,"metadata":{"managedFields":[1]}}"#,
            r#"{"metadata":{"managedFields":[1]}}"#,
        ),
    ];
    for (json, expected) in cases {
        let packed = Packed::from_json(json.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&packed).unwrap(), expected, "{json}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    let deep = "[".repeat(500);
    let cases: [(&[u8], &str); 5] = [
        (b"", "this is no JSON to pack: EOF while parsing a value at line 1 column 0"),
        (b"{\"a\":", "this is no JSON to pack: EOF while parsing a value at line 1 column 5"),
        (b"1 2", "this is no JSON to pack: trailing characters at line 1 column 3"),
        (b"\"\xff\"", "this is no JSON to pack: invalid utf-8 sequence of 1 bytes from index 1"),
        (deep.as_bytes(), "this is no JSON to pack: recursion limit exceeded at line 1 column 128"),
    ];
    for (json, expected) in cases {
        assert_eq!(Packed::from_json(json).unwrap_err().to_string(), expected);
    }
}

#[test]
fn values_of_an_object_are_not_in_its_debug_output() {
    let json =
        br#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{"k":"aHVzaA=="}}"#;
    let shown = format!("{:?}", Packed::from_json(json).unwrap());
    assert_eq!(shown, "Packed(Secret/a, 61 bytes)");
    let nameless = packed(&Value::Map(Map::new()));
    assert_eq!(format!("{nameless:?}"), "Packed(no object, 9 bytes)");
}
