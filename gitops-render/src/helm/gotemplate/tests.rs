//! Rules of `text/template`, one row each: those of its own tests, in our words.

use crate::helm::tables::evaluate;

/// What a template gives with some values: its output, or its error after `!`.
fn check(rows: &[(&str, &str)]) {
    let values = serde_json::json!({
        "n": null, "t": true, "i": 7, "s": "text", "e": "", "l": ["x", 1, null], "el": [],
        "m": {"k": "v"}, "d": {"a": {"b": "deep"}},
    });
    let none = serde_json::json!({});
    let failed: Vec<String> = rows
        .iter()
        .filter_map(|(template, wanted)| {
            let got = match evaluate(template, &values, &none) {
                Ok(out) => String::from_utf8_lossy(&out).into_owned(),
                Err(error) => format!("!{error}"),
            };
            (got != *wanted).then(|| format!("{template}\n  wanted {wanted:?}\n  got    {got:?}"))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn space_is_trimmed_where_a_marker_says_so() {
    check(&[
        ("a {{- 1 }} b", "a1 b"),
        ("a {{ 1 -}} b", "a 1b"),
        ("a {{-1}} b", "a -1 b"),
        ("a \n\t {{- /* c */ -}} \n b", "ab"),
        ("{{/* a\nb */}}x", "x"),
        ("{{ 1\n}}", "1"),
        ("{{- 1 -}}", "1"),
    ]);
}

#[test]
fn constants_are_of_the_types_that_they_look_like() {
    check(&[
        ("{{ printf \"%T\" 1 }}", "int"),
        ("{{ printf \"%T %v\" 'a' 'a' }}", "int 97"),
        ("{{ printf \"%T %v\" 1e3 1e3 }}", "float64 1000"),
        ("{{ printf \"%T %v\" 2i 1+2i }}", "complex128 (1+2i)"),
        (
            "{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 0x1p4 }}",
            "31 5 15 15 1000 16",
        ),
        ("{{ `a\\n` }}{{ \"b\\t\\u00e9\\x41\" }}", "a\\nb\téA"),
        (
            "{{ 9223372036854775808 }}",
            "!c/templates/t.yaml:1:3\n  executing \"c/templates/t.yaml\" at <9223372036854775808>:\n    9223372036854775808 overflows int",
        ),
    ]);
}

#[test]
fn variables_live_until_the_end_of_their_block() {
    check(&[
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"),
        ("{{ range $i, $e := .Values.l }}{{ $i }}={{ $e }};{{ end }}", "0=x;1=1;2=;"),
        ("{{ $e := 0 }}{{ range $e = .Values.l }}{{ end }}{{ $e | quote }}", ""),
        ("{{ $x := 0 }}{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}", "0"),
        (
            "{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}",
            "!c/templates/t.yaml:1:40\n  executing \"c/templates/t.yaml\" at <$x>:\n    undefined variable: $x",
        ),
        ("{{ $x }}", "!parse error at (c/templates/t.yaml:1): undefined variable \"$x\""),
    ]);
}

#[test]
fn actions_written_twice_mean_what_they_mean_where_they_stand() {
    let parse =
        |line: u32, what: &str| format!("!parse error at (c/templates/t.yaml:{line}): {what}");
    let undefined = |line, name: &str| parse(line, &format!("undefined variable \"{name}\""));
    check(&[
        ("{{ range list 1 }}{{ $y := . }}{{ $y }}{{ end }}\n{{ $y }}", &undefined(2, "$y")),
        (
            "{{ with $x := 1 }}{{ $x }}{{ end }}{{ with $x := 1 }}{{ $x }}{{ end }}\n{{ $x }}",
            &undefined(2, "$x"),
        ),
        ("{{ `a}}\nb` }}x\n{{ `a}}\nb` }}{{ $z }}", &undefined(4, "$z")),
        ("{{ 1\n}}{{ 1\n}}\n{{ $z }}", &undefined(4, "$z")),
        (
            "{{ $v := dict \"a\" 1 }}{{ $v.a }}{{ $v := 1 }}\n {{ $v.a }}",
            "!c/templates/t.yaml:2:6\n  executing \"c/templates/t.yaml\" at <$v.a>:\n    can't evaluate field a in type int",
        ),
        ("{{ \"}}\" }}{{ \"}}\" }}", "}}}}"),
        ("a {{- \"x\" -}}  y {{- \"x\" -}}  z", "axyxz"),
        (
            "{{ range $i, $e := list 1 2 }}{{ $i }}{{ end }}{{ range $i, $e := list 1 2 }}{{ $e }}{{ end }}",
            "0112",
        ),
        (
            "{{ if false }}a{{ else if true }}b{{ end }}{{ if false }}a{{ else if true }}b{{ end }}",
            "bb",
        ),
        (
            "{{ if true }}c{{ end }}{{ if false }}a{{ else if true }}b{{ end }}{{ else }}",
            &parse(1, "unexpected {{else}}"),
        ),
        (
            "{{ template \"t\" 1 }}{{ template \"t\" 2 }}{{ define \"t\" }}{{ . }}{{ end }}{{ template \"t\" 1 }}",
            "121",
        ),
        (
            "{{ range list 1 2 }}{{ continue }}{{ end }}{{ if true }}\n{{ continue }}{{ end }}",
            &parse(2, "{{continue}} outside {{range}}"),
        ),
        ("{{ block \"t\" 1 }}{{ . }}{{ end }}{{ block \"u\" 2 }}{{ . }}{{ end }}", "12"),
        ("{{ tpl \"{{define \\\"gotpl\\\"}}x{{end}}{{define \\\"b\\\"}}y{{end}}\" . }}", "x"),
    ]);
}

#[test]
fn ranges_go_over_numbers_lists_and_maps_in_order() {
    check(&[
        ("{{ range 3 }}{{ . }}{{ end }}", "012"),
        ("{{ range $k, $v := dict \"b\" 1 \"a\" 2 }}{{ $k }}{{ $v }}{{ end }}", "a2b1"),
        ("{{ range .Values.el }}x{{ else }}none{{ end }}", "none"),
        ("{{ range .Values.n }}x{{ else }}none{{ end }}", "none"),
        (
            "{{ range 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}",
            "02",
        ),
        (
            "{{ range .Values.s }}{{ end }}",
            "!c/templates/t.yaml:1:16\n  executing \"c/templates/t.yaml\" at <.Values.s>:\n    range can't iterate over text",
        ),
    ]);
}

#[test]
fn nil_is_no_value_and_its_fields_are_errors_only_where_go_sees_an_interface() {
    check(&[
        ("[{{ .Values.n }}{{ .Values.none }}]", "[]"),
        ("[{{ (.Values.none).b.c }}]", "[]"),
        ("{{ $x := .Values.none }}[{{ $x.b }}]", "[]"),
        (
            "{{ .Values.none.b }}",
            "!c/templates/t.yaml:1:10\n  executing \"c/templates/t.yaml\" at <.Values.none.b>:\n    nil pointer evaluating interface {}.b",
        ),
        (
            "{{ .Values.s.b }}",
            "!c/templates/t.yaml:1:10\n  executing \"c/templates/t.yaml\" at <.Values.s.b>:\n    can't evaluate field b in type interface {}",
        ),
        (
            "{{ len .Values.none }}",
            "!template: c/templates/t.yaml:1:3: executing \"c/templates/t.yaml\" at <len .Values.none>: error calling len: len of nil pointer",
        ),
    ]);
}

#[test]
fn comparisons_know_kinds_and_stop_early() {
    check(&[
        (
            "{{ eq 1 2 1 }}{{ ne \"a\" \"b\" }}{{ lt 1.5 2.5 }}{{ ge \"b\" \"a\" }}",
            "truetruetruetrue",
        ),
        ("{{ or 0 \"\" \"x\" }}{{ and 1 0 (fail \"never\") }}", "x0"),
        ("{{ not .Values.el }}{{ not 1 }}", "truefalse"),
        (
            "{{ eq .Values.i 7 }}",
            "!template: c/templates/t.yaml:1:3: executing \"c/templates/t.yaml\" at <eq .Values.i 7>: error calling eq: incompatible types for comparison: float64 and int",
        ),
        (
            "{{ eq .Values.l .Values.l }}",
            "!template: c/templates/t.yaml:1:3: executing \"c/templates/t.yaml\" at <eq .Values.l .Values.l>: error calling eq: non-comparable type [x %!s(float64=1) <nil>]: []interface {}",
        ),
    ]);
}

#[test]
fn templates_are_found_by_name_and_the_last_that_is_not_empty_counts() {
    check(&[
        ("{{ define \"a\" }}1{{ end }}{{ template \"a\" }}", "1"),
        ("{{ block \"a\" 5 }}[{{ . }}]{{ end }}", "[5]"),
        ("{{ define \"a\" }}1{{ end }}{{ define \"a\" }} {{ end }}{{ include \"a\" . }}", "1"),
        ("{{ tpl \"{{ define \\\"q\\\" }}{{ . }}{{ end }}{{ include \\\"q\\\" 3 }}\" . }}", "3"),
        (
            "{{ template \"none\" . }}",
            "!c/templates/t.yaml:1:12\n  executing \"c/templates/t.yaml\" at <{{template \"none\" .}}>:\n    template \"none\" not defined",
        ),
        (
            "{{ define \"a\" }}1{{ end }}{{ define \"a\" }}2{{ end }}",
            "!parse error at (c/templates/t.yaml:1): multiple definition of template \"a\"",
        ),
    ]);
}

#[test]
fn errors_of_reading_tell_the_line_and_what_is_wrong() {
    check(&[
        (
            "\n{{ nosuch }}",
            "!parse error at (c/templates/t.yaml:2): function \"nosuch\" not defined",
        ),
        ("{{ if }}", "!parse error at (c/templates/t.yaml:1): missing value for if"),
        (
            "{{ 1 | 2 }}",
            "!parse error at (c/templates/t.yaml:1): non executable command in pipeline stage 2",
        ),
        ("{{ \"a }}", "!parse error at (c/templates/t.yaml:1): unterminated quoted string"),
        ("{{ (1 }}", "!parse error at (c/templates/t.yaml:1): unclosed left paren"),
        (
            "{{ if 1 }}{{ define \"x\" }}{{ end }}{{ end }}",
            "!parse error at (c/templates/t.yaml:1): unexpected <define> in command",
        ),
        ("{{ break }}", "!parse error at (c/templates/t.yaml:1): {{break}} outside {{range}}"),
        ("{{ .a | }}", ""),
        (
            "{{\n1",
            "!parse error at (c/templates/t.yaml:2): unclosed action started at c/templates/t.yaml:1",
        ),
        ("{{ \u{1F600} }}", "!parse error at (c/templates/t.yaml:1): U+1F600 '😀'"),
    ]);
}

#[test]
fn arguments_must_be_of_the_types_of_parameters() {
    const AT: &str = "!c/templates/t.yaml:1:9\n  executing \"c/templates/t.yaml\" at";
    check(&[
        ("{{ upper 1 }}", &format!("{AT} <1>:\n    expected string; found 1")),
        ("{{ upper nil }}", &format!("{AT} <nil>:\n    cannot assign nil to string")),
        (
            "{{ upper (list) }}",
            &format!(
                "{} <list>:\n    wrong type for value; expected string; got []interface {{}}",
                AT.replace(":9", ":10")
            ),
        ),
        (
            "{{ upper }}",
            &format!(
                "{} <upper>:\n    wrong number of args for upper: want 1 got 0",
                AT.replace(":9", ":3")
            ),
        ),
        (
            "{{ 1 2 }}",
            &format!("{} <1>:\n    can't give argument to non-function 1", AT.replace(":9", ":3")),
        ),
    ]);
}
