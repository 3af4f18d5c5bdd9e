//! Rows beside the recorded tables, and what hostile arguments do.

use serde_json::{Value as Json, json};

use crate::helm::tables::evaluate;

fn text(template: &str, values: &Json) -> Result<String, String> {
    let out = evaluate(template, values, &json!({}))?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[test]
fn functions_give_what_helm_gives() {
    let rows = include_str!("../../../tests/data/helm_sprig.jsonl").lines();
    let mut differences = Vec::new();
    for row in rows {
        let row: Json = serde_json::from_str(row).expect("a row is JSON");
        let cell = |name: &str| row[name].as_str().map(str::to_owned);
        let template = cell("t").expect("a row has a template");
        let wanted = cell("out").ok_or_else(|| cell("err").unwrap_or_default());
        let got = text(&template, &row["values"]);
        if got != wanted {
            differences.push(format!("{template}\n  wanted {wanted:?}\n  got    {got:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn hostile_arguments_end_at_a_limit() {
    let cyclic = |then: &str| {
        format!("{{{{ $a := dict }}}}{{{{ $_ := set $a \"a\" (list $a) }}}}{{{{ {then} }}}}")
    };
    let cases = [
        "{{ repeat 2000000000 \"x\" }}".to_owned(),
        "{{ until 1000000000000 }}".to_owned(),
        "{{ untilStep 0 9223372036854775807 1 }}".to_owned(),
        "{{ seq 1 1000000000000 }}".to_owned(),
        "{{ indent 999999999 \"a\\nb\\nc\" }}".to_owned(),
        "{{ nindent 2000000000 \"a\" }}".to_owned(),
        "{{ replace \"\" (repeat 100000 \"x\") (repeat 100000 \"y\") }}".to_owned(),
        "{{ wrapWith 1 (repeat 100000 \"x\") (repeat 100000 \"y\") }}".to_owned(),
        "{{ join (repeat 100000 \"x\") (until 100000) }}".to_owned(),
        "{{ fromYaml (repeat 1000 \"[\") }}".to_owned(),
        "{{ fromToml (printf \"a = %s\" (repeat 1000 \"[\")) }}".to_owned(),
        "{{ randBytes 10000000000 }}".to_owned(),
        "{{ range until 1000 }}{{ randAlphaNum 2000000 }}{{ end }}".to_owned(),
        cyclic("deepCopy $a"),
        cyclic("merge (dict \"a\" (dict)) (dict \"a\" $a) | toYamlPretty"),
        cyclic("toYamlPretty $a"),
        cyclic("toToml $a"),
        cyclic("toString $a"),
        "{{ $a := dict }}{{ $_ := set $a \"a\" $a }}{{ merge $a $a }}".to_owned(),
    ];
    for template in cases {
        let error = text(&template, &json!({})).expect_err(&template);
        let ended = [" is over the limit of ", " more than 10000 deep"];
        assert!(ended.iter().any(|it| error.contains(it)), "{template}: {error}");
    }
}

#[test]
fn hostile_arguments_end_as_in_go() {
    let bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c \
                [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    let cases = [
        ("{{ mulf 1e308 1e308 1e-308 1e-308 | int }}", "1"),
        ("{{ addf 1e308 5e-324 }}", "1e+308"),
        ("{{ uniq (until 100000) | len }}", "100000"),
        (
            "{{ fromJsonArray (repeat 20000 \"[\") | first }}",
            "invalid character '[' exceeded max depth",
        ),
        (
            "{{ (fromYaml .Values.bomb).Error }}",
            "error converting YAML to JSON: yaml: document contains excessive aliasing",
        ),
        (
            "{{ $a := dict }}{{ $b := dict }}{{ $_ := set $a \"x\" $a }}{{ $_ := set $b \"x\" $b }}\
             {{ deepEqual $a $b }}",
            "true",
        ),
    ];
    for (template, wanted) in cases {
        assert_eq!(text(template, &json!({ "bomb": bomb })).as_deref(), Ok(wanted), "{template}");
    }
}
