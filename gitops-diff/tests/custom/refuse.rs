//! What the schema refuses.

use crate::{causes, json, object, things};

fn check(properties: &str, cases: &[(&str, &[&str])]) {
    let schema = things(properties);
    for (spec, expected) in cases {
        assert_eq!(causes(&schema, &object(spec), None, None), *expected, "{properties} {spec}");
    }
}

#[test]
fn values_have_the_types_of_the_schema() {
    check(
        r#"{"s":{"type":"string"},"i":{"type":"integer"},"n":{"type":"number"},"b":{"type":"boolean"},
            "l":{"type":"array","items":{"type":"string"}},"o":{"type":"object"},
            "x":{"x-kubernetes-int-or-string":true},"maybe":{"type":"string","nullable":true}}"#,
        &[
            (r#"{"s":"","i":1,"n":1.5,"b":true,"l":["a"],"o":{},"x":1}"#, &[]),
            (r#"{"i":1.0,"n":1,"x":"a","maybe":null}"#, &[]),
            (r#"{"s":1}"#, &["TypeInvalid spec.s"]),
            (r#"{"i":1.5}"#, &["TypeInvalid spec.i", "Invalid <nil>"]),
            (r#"{"i":"1"}"#, &["TypeInvalid spec.i"]),
            (r#"{"b":"true"}"#, &["TypeInvalid spec.b"]),
            (r#"{"l":{}}"#, &["TypeInvalid spec.l"]),
            (r#"{"l":["a",1,null]}"#, &["TypeInvalid spec.l[1]", "TypeInvalid spec.l[2]"]),
            (r#"{"o":[]}"#, &["TypeInvalid spec.o"]),
            (r#"{"x":true}"#, &["TypeInvalid spec.x"]),
            (r#"{"s":null}"#, &["TypeInvalid spec.s"]),
        ],
    );
}

#[test]
fn numbers_are_in_their_range() {
    check(
        r#"{"i":{"type":"integer","minimum":1,"maximum":10,"multipleOf":3},
            "n":{"type":"number","exclusiveMinimum":true,"minimum":0,"exclusiveMaximum":true,"maximum":1},
            "small":{"type":"integer","format":"int32"},"half":{"type":"number","multipleOf":0.5}}"#,
        &[
            (r#"{"i":3,"n":0.5,"small":-2147483648,"half":1.5}"#, &[]),
            (r#"{"i":0}"#, &["Invalid spec.i"]),
            (r#"{"i":12}"#, &["Invalid spec.i"]),
            (r#"{"i":4}"#, &["Invalid spec.i"]),
            (r#"{"n":0}"#, &["Invalid spec.n"]),
            (r#"{"n":1}"#, &["Invalid spec.n"]),
            (r#"{"small":2147483648}"#, &["Invalid <nil>"]),
            (r#"{"half":0.7}"#, &["Invalid spec.half"]),
        ],
    );
}

#[test]
fn strings_have_their_length_pattern_and_format() {
    check(
        r#"{"s":{"type":"string","minLength":2,"maxLength":4,"pattern":"^[a-zü]+$"},
            "e":{"type":"string","enum":["a","b"]},"n":{"type":"integer","enum":[1,2]},
            "ip":{"type":"string","format":"ipv4"},"when":{"type":"string","format":"date-time"},
            "odd":{"type":"string","format":"not-known"},"took":{"type":"string","format":"duration"}}"#,
        &[
            (
                r#"{"s":"üüüü","e":"a","n":2,"ip":"10.0.0.1","when":"2024-01-01T00:00:00Z","odd":"x"}"#,
                &[],
            ),
            (r#"{"s":"a"}"#, &["Invalid spec.s"]),
            (r#"{"s":"abcde"}"#, &["TooLong spec.s"]),
            (r#"{"s":"AB"}"#, &["Invalid spec.s"]),
            (r#"{"e":"c"}"#, &["NotSupported spec.e"]),
            (r#"{"n":3}"#, &["NotSupported spec.n"]),
            (r#"{"ip":"10.0.0.256"}"#, &["TypeInvalid spec.ip"]),
            (r#"{"when":"yesterday"}"#, &["TypeInvalid spec.when"]),
            (r#"{"took":"soon"}"#, &["TypeInvalid spec.took"]),
            (r#"{"took":"2 days"}"#, &[]),
        ],
    );
}

#[test]
fn lists_and_maps_have_their_size_and_members() {
    check(
        r#"{"l":{"type":"array","minItems":1,"maxItems":2,"items":{"type":"integer"}},
            "m":{"type":"object","minProperties":1,"maxProperties":2,"additionalProperties":{"type":"integer"}},
            "o":{"type":"object","required":["a","b"],"properties":{"a":{"type":"string"},"b":{}}}}"#,
        &[
            (r#"{"l":[1],"m":{"a":1},"o":{"a":"x","b":1}}"#, &[]),
            (r#"{"l":[]}"#, &["Invalid spec.l"]),
            (r#"{"l":[1,2,3]}"#, &["TooMany spec.l"]),
            (r#"{"m":{}}"#, &["Invalid spec.m"]),
            (r#"{"m":{"a":1,"b":2,"c":3}}"#, &["TooMany spec.m"]),
            (r#"{"m":{"k":"x"}}"#, &["TypeInvalid spec.m.k"]),
            (r#"{"o":{"a":"x"}}"#, &["Required spec.o.b"]),
            (r#"{"o":{}}"#, &["Required spec.o.a", "Required spec.o.b"]),
        ],
    );
}

#[test]
fn schemas_are_combined() {
    check(
        r#"{"any":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},
                "anyOf":[{"required":["a"]},{"required":["b"]}]},
            "one":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},
                "oneOf":[{"required":["a"]},{"required":["b"]}]},
            "all":{"type":"integer","allOf":[{"minimum":1},{"maximum":5}]},
            "not":{"type":"string","not":{"enum":["never"]}}}"#,
        &[
            (r#"{"any":{"a":"x","b":"y"},"one":{"a":"x"},"all":3,"not":"sometimes"}"#, &[]),
            (r#"{"any":{}}"#, &["Invalid <nil>", "Required spec.any.a"]),
            (r#"{"one":{}}"#, &["Invalid <nil>", "Required spec.one.a"]),
            (r#"{"one":{"a":"x","b":"y"}}"#, &["Invalid <nil>"]),
            (r#"{"all":0}"#, &["Invalid spec.all", "Invalid <nil>"]),
            (r#"{"not":"never"}"#, &["Invalid <nil>"]),
        ],
    );
}

#[test]
fn items_of_sets_and_list_maps_are_there_once() {
    check(
        r#"{"set":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
            "one":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
                "items":{"type":"object","properties":{"k":{"type":"string"},
                    "in":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"integer"}}}}},
            "two":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["p","q"],
                "items":{"type":"object","properties":{"p":{"type":"integer"},"q":{"type":"string"}}}}}"#,
        &[
            (
                r#"{"set":["a","b"],"one":[{"k":"a"},{"k":"b"}],"two":[{"p":1,"q":"a"},{"p":1,"q":"b"}]}"#,
                &[],
            ),
            (r#"{"set":["a","b","a","a"]}"#, &["Duplicate spec.set[2]"]),
            (r#"{"one":[{"k":"a"},{"k":"a"}]}"#, &["Duplicate spec.one[1]"]),
            (r#"{"one":[{},{}]}"#, &["Duplicate spec.one[1]"]),
            (r#"{"one":[{"k":"a","in":[1,1]}]}"#, &["Duplicate spec.one[0].in[1]"]),
            (r#"{"two":[{"p":1,"q":"a"},{"p":1,"q":"a"}]}"#, &["Duplicate spec.two[1]"]),
        ],
    );
}

#[test]
fn embedded_objects_say_what_they_are() {
    check(
        r#"{"e":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true},
            "m":{"type":"object","additionalProperties":{"type":"object","x-kubernetes-embedded-resource":true}}}"#,
        &[
            (r#"{"e":{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"ns"}}}"#, &[]),
            (r#"{"e":{}}"#, &["Required spec.e.apiVersion", "Required spec.e.kind"]),
            (
                r#"{"e":{"apiVersion":"a/b/c","kind":"foo.bar-com"}}"#,
                &["Invalid spec.e.apiVersion", "Invalid spec.e.kind"],
            ),
            (
                r#"{"e":{"apiVersion":"","kind":1}}"#,
                &["Invalid spec.e.apiVersion", "Invalid spec.e.kind"],
            ),
            (
                r##"{"e":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"..","namespace":"$$$","labels":{"#":"#"}}}}"##,
                &[
                    "Invalid spec.e.metadata.name",
                    "Invalid spec.e.metadata.namespace",
                    "Invalid spec.e.metadata.labels",
                    "Invalid spec.e.metadata.labels",
                ],
            ),
            (r#"{"m":{"k":{"kind":"Pod"}}}"#, &["Required spec.m[k].apiVersion"]),
        ],
    );
}

#[test]
fn what_was_invalid_before_does_not_count() {
    let schema = things(
        r#"{"s":{"type":"string","maxLength":2},"t":{"type":"string","maxLength":2},
            "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
                "items":{"type":"object","required":["v"],"properties":{"k":{"type":"string"},"v":{"type":"string"}}}},
            "atomic":{"type":"array","items":{"type":"string","maxLength":1}},
            "all":{"type":"string","allOf":[{"maxLength":1}]}}"#,
    );
    let live = object(r#"{"s":"long","l":[{"k":"a"}],"atomic":["long"],"all":"long"}"#);
    let cases: [(&str, &[&str]); 7] = [
        (r#"{"s":"long","l":[{"k":"a"}],"atomic":["long"],"all":"long"}"#, &[]),
        (r#"{"s":"long","t":"x","l":[{"k":"b","v":""},{"k":"a"}]}"#, &[]),
        (r#"{"s":"longer"}"#, &["TooLong spec.s"]),
        (r#"{"t":"long"}"#, &["TooLong spec.t"]),
        (r#"{"l":[{"k":"b"}]}"#, &["Required spec.l[0].v"]),
        (r#"{"atomic":["long","x"]}"#, &["TooLong spec.atomic[0]"]),
        (r#"{"all":"long"}"#, &[]),
    ];
    for (spec, expected) in cases {
        assert_eq!(causes(&schema, &object(spec), Some(&live), None), expected, "{spec}");
    }
}

#[test]
fn duplicates_do_not_count_where_there_were_some() {
    let schema = things(
        r#"{"s":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}}"#,
    );
    let (clean, dirty) = (object(r#"{"s":["a"]}"#), object(r#"{"s":["a","a"]}"#));
    let next = object(r#"{"s":["b","b"]}"#);
    assert_eq!(causes(&schema, &next, Some(&clean), None), ["Duplicate spec.s[1]"]);
    assert!(causes(&schema, &next, Some(&dirty), None).is_empty());
}

#[test]
fn a_write_of_the_status_is_judged_by_its_status() {
    let schema = things(r#"{"s":{"type":"string"}}"#);
    let live = object(r#"{"s":1}"#);
    let with = |status: &str| {
        let mut object = live.clone();
        object.as_map_mut().unwrap().insert("status", json(status));
        object
    };
    let cases: [(&str, &[&str]); 3] = [
        (r#"{"ready":true}"#, &[]),
        (r#"{"ready":"yes"}"#, &["TypeInvalid status.ready"]),
        (r#"{"n":10}"#, &["Invalid status.n"]),
    ];
    for (status, expected) in cases {
        let found = causes(&schema, &with(status), Some(&live), Some("status"));
        assert_eq!(found, expected, "{status}");
    }
}
