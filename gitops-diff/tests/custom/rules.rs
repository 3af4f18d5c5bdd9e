//! Rules in CEL.

use gitops_diff::server::Write;

use crate::{causes, object, thing, things};

fn check(properties: &str, live: Option<&str>, cases: &[(&str, &[&str])]) {
    let schema = things(properties);
    let live = live.map(object);
    for (spec, expected) in cases {
        let found = causes(&schema, &object(spec), live.as_ref(), None);
        assert_eq!(found, *expected, "{properties} {spec}");
    }
}

#[test]
fn broken_rules_are_told_where_they_stand() {
    check(
        r#"{"a":{"type":"object","properties":{"min":{"type":"integer"},"max":{"type":"integer"}},
                "x-kubernetes-validations":[{"rule":"self.min <= self.max","fieldPath":".min","reason":"FieldValueForbidden"}]},
            "m":{"type":"object","additionalProperties":{"type":"string","x-kubernetes-validations":[{"rule":"self != ''"}]}},
            "l":{"type":"array","items":{"type":"integer","x-kubernetes-validations":[
                {"rule":"self > 0","reason":"FieldValueRequired"},{"rule":"self < 9","reason":"FieldValueDuplicate"}]}}}"#,
        None,
        &[
            (r#"{"a":{"min":1,"max":2},"m":{"k":"v"},"l":[1]}"#, &[]),
            (r#"{"a":{"min":2,"max":1}}"#, &["Forbidden spec.a.min"]),
            (r#"{"a":{"min":2}}"#, &["Invalid spec.a"]),
            (r#"{"m":{"k":""}}"#, &["Invalid spec.m[k]"]),
            (r#"{"l":[0,10]}"#, &["Required spec.l[0]", "Duplicate spec.l[1]"]),
        ],
    );
}

#[test]
fn rules_wait_for_the_form() {
    check(
        r#"{"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 0"}]},
            "b":{"type":"string","maxLength":1},"c":{"type":"string","minLength":1}}"#,
        None,
        &[
            (r#"{"a":0,"b":"long"}"#, &["TooLong spec.b", "Invalid <nil>"]),
            (r#"{"a":0,"c":""}"#, &["Invalid spec.c", "Invalid spec.a"]),
        ],
    );
}

#[test]
fn what_changes_is_judged_by_what_was_before() {
    const RULES: &str = r#"{"fixed":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf"}]},
        "once":{"type":"string","x-kubernetes-validations":[{"rule":"oldSelf.orValue(self) == self","optionalOldSelf":true}]},
        "map":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
            "items":{"type":"object","properties":{"k":{"type":"string"},
                "v":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf"}]}}}},
        "list":{"type":"array","items":{"type":"integer","x-kubernetes-validations":[{"rule":"self >= oldSelf"}]}}}"#;
    let live = r#"{"fixed":"a","once":"a","map":[{"k":"x","v":5},{"k":"y","v":5}],"list":[5]}"#;
    check(RULES, None, &[(r#"{"fixed":"b","once":"b","map":[{"k":"x","v":0}]}"#, &[])]);
    check(
        RULES,
        Some(live),
        &[
            (live, &[]),
            (r#"{"fixed":"b"}"#, &["Invalid spec.fixed"]),
            (r#"{"once":"b"}"#, &["Invalid spec.once"]),
            ("{}", &[]),
            (
                r#"{"map":[{"k":"y","v":4},{"k":"x","v":6},{"k":"new","v":0}]}"#,
                &["Invalid spec.map[0].v"],
            ),
            // Items of other lists stand for none.
            (r#"{"list":[1]}"#, &[]),
        ],
    );
}

#[test]
fn a_rule_about_what_was_before_makes_a_field_immutable() {
    let schema = things(
        r#"{"fixed":{"type":"string","x-kubernetes-validations":[{"rule":"self == oldSelf","message":"stays"}]},
            "short":{"type":"string","x-kubernetes-validations":[{"rule":"size(self) < 3"}]}}"#,
    );
    let (live, next) = (object(r#"{"fixed":"a"}"#), object(r#"{"fixed":"b","short":"long"}"#));
    let kind = thing();
    let write =
        Write { schema: &schema, kind: &kind, version: "v1", subresource: None, live: Some(&live) };
    let causes = write.validate(&next);
    let immutable: Vec<_> =
        causes.iter().map(|it| (it.field.as_str(), it.is_immutable())).collect();
    assert_eq!(immutable, [("spec.fixed", true), ("spec.short", false)]);
    assert_eq!(causes[0].message, "Invalid value: \"b\": stays");
    assert_eq!(causes[1].message, "Invalid value: \"long\": failed rule: size(self) < 3");
}

#[test]
fn broken_rules_of_what_did_not_change_do_not_count() {
    const RULES: &str = r#"{"a":{"type":"integer","x-kubernetes-validations":[{"rule":"self > 0"}]},
        "o":{"type":"object","properties":{"x":{"type":"integer"},"y":{"type":"integer"}},
            "x-kubernetes-validations":[{"rule":"self.x > 0"}]},
        "all":{"type":"integer","allOf":[{"x-kubernetes-validations":[{"rule":"self > 0"}]}]}}"#;
    check(
        RULES,
        Some(r#"{"a":0,"o":{"x":0},"all":0}"#),
        &[
            (r#"{"a":0,"o":{"x":0}}"#, &[]),
            (r#"{"a":-1}"#, &["Invalid spec.a"]),
            (r#"{"o":{"x":0,"y":1}}"#, &["Invalid spec.o"]),
            (r#"{"all":0,"a":1}"#, &["Invalid spec.all"]),
        ],
    );
}

#[test]
fn messages_are_made_by_expressions() {
    let schema = things(
        r#"{"a":{"type":"integer","x-kubernetes-validations":[
            {"rule":"self > 0","messageExpression":"'%d is too small'.format([self])","message":"no"},
            {"rule":"self > 1","messageExpression":"''","message":"fallback"},
            {"rule":"self / 0 == 1","message":"broken"}]}}"#,
    );
    let kind = thing();
    let write =
        Write { schema: &schema, kind: &kind, version: "v1", subresource: None, live: None };
    let causes = write.validate(&object(r#"{"a":0}"#));
    let messages: Vec<_> = causes.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "Invalid value: 0: 0 is too small",
            "Invalid value: 0: fallback",
            "Invalid value: \"integer\": division by zero evaluating rule: broken",
        ]
    );
}
