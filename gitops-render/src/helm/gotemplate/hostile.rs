//! Templates that mean harm end in errors.

use proptest::prelude::*;

use super::HelmLimits;
use crate::helm::tables::{evaluate, evaluate_within};

fn run(template: &str) -> Result<Vec<u8>, String> {
    let limits = HelmLimits { steps: 200_000, bytes: 1 << 20, depth: 2_000, ..Default::default() };
    let none = serde_json::json!({});
    evaluate_within(template, &none, &none, limits)
}

#[track_caller]
fn refused(template: &str, wanted: &str) {
    let error = run(template).expect_err("it means harm");
    assert!(error.contains(wanted), "wanted {wanted:?}, got {error:?}");
}

#[test]
fn endless_recursion_ends_at_a_limit_that_names_the_place() {
    refused(
        "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
        "t.yaml:1:28: the depth of templates inside one another is over the limit",
    );
    refused(
        "{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "rendering template has a nested reference name: a",
    );
    refused(
        "{{ tpl \"{{ tpl . . }}\" \"{{ tpl . . }}\" }}",
        "the depth of templates inside one another",
    );
}

#[test]
fn work_and_output_are_bounded() {
    refused("{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}", "the number of steps");
    refused(
        "{{ range 100000 }}a lot of text for nothing at all{{ end }}",
        "in bytes, is over the limit",
    );
    refused("{{ printf \"%1000000d%1000000d\" 1 1 }}", "in bytes, is over the limit");
    refused(
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
        "in bytes, is over the limit",
    );
}

#[test]
fn values_count_for_the_memory_that_they_take() {
    for make in [
        "{{ $x := dict }}{{ range 100000 }}{{ $x = dict \"a\" $x }}{{ end }}",
        "{{ $x := list }}{{ range 100000 }}{{ $x = list $x }}{{ end }}",
        "{{ $x := dict }}{{ range 100000 }}{{ $_ := set $x (toString .) 1 }}{{ end }}",
        "{{ $x := list }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ $x = deepCopy $x }}",
        "{{ $x := dict }}{{ range 40 }}{{ $x = dict \"a\" $x \"b\" $x }}{{ end }}{{ $x = deepCopy $x }}",
        "{{ $x := list }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}",
        "{{ $x := dict }}{{ range 40 }}{{ $x = dict \"a\" $x \"b\" $x }}{{ end }}{{ toJson $x }}",
    ] {
        refused(make, "in bytes, is over the limit");
    }
}

#[test]
fn texts_count_before_they_are_made() {
    for call in [
        "abbrev 500000 $x",
        "abbrevboth 5 500000 $x",
        "base $x",
        "camelcase $x",
        "clean $x",
        "initials $x",
        "kebabcase $x",
        "lower $x",
        "nospace $x",
        "osBase $x",
        "regexFind \".*\" $x",
        "regexFindAll \"a\" $x -1",
        "regexReplaceAll \"b\" $x \"c\"",
        "regexReplaceAll \"^.*$\" (repeat 2000 \"a\") (repeat 2000 \"$0\")",
        "regexReplaceAllLiteral \"a\" \"aaaa\" $x",
        "regexSplit \" \" $x -1",
        "semver $x",
        "semverCompare $x \"1.0.0\"",
        "seq 1000000000000000000 1000000000000100000",
        "snakecase $x",
        "split \" \" $x",
        "splitList \" \" $x",
        "splitn \"\" 100000 $x",
        "substr 1 600000 $x",
        "swapcase $x",
        "title $x",
        "trim $x",
        "trimAll \"b\" $x",
        "trimPrefix \"a\" $x",
        "trimSuffix \" \" $x",
        "trunc 599999 $x",
        "untitle $x",
        "upper $x",
        "urlParse $x",
    ] {
        let template = format!("{{{{ $x := repeat 300000 \"A \" }}}}{{{{ $_ := {call} }}}}");
        refused(&template, "in bytes, is over the limit");
    }
}

#[test]
fn texts_that_are_read_count_for_what_becomes_of_them() {
    for text in ["{{ 1 }}", "{{ define `a` }}{{ end }}", "{{ if 1 }}a{{ end }}"] {
        let template = format!("{{{{ tpl (repeat 10000 {text:?}) . }}}}");
        refused(&template, "t.yaml:1:3: what templates and functions make, in bytes, is over");
    }
    assert_eq!(run("{{ tpl (repeat 1000 `{{ 1 }}`) . | len }}"), Ok(b"1000".to_vec()));
    let nested = "{{ fromToml (printf \"%sa=1\" (repeat 10000 \"a.\")) }}";
    refused(nested, "t.yaml:1:3: what templates and functions make, in bytes, is over");
}

#[test]
fn what_takes_long_counts_for_many_steps() {
    for call in [
        "genPrivateKey \"rsa\"",
        "genPrivateKey \"ecdsa\"",
        "genCA \"a\" 1",
        "bcrypt \"a\"",
        "htpasswd \"a\" \"b\"",
        "derivePassword 1 \"long\" \"a\" \"b\" \"c\"",
    ] {
        refused(&format!("{{{{ {call} }}}}"), "t.yaml:1:3: the number of steps is over the limit");
    }
}

#[test]
fn looks_at_large_texts_and_lists_count_for_many_steps() {
    let text = "{{ $x := repeat 500000 \"a\" }}{{ range 1000 }}";
    let list = "{{ $x := until 5000 }}{{ range 1000 }}";
    for (make, call) in [
        (text, "contains \"b\" $x"),
        (text, "eq $x $x"),
        (text, "sha256sum $x"),
        (list, "has -1 $x"),
    ] {
        refused(&format!("{make}{{{{ $_ := {call} }}}}{{{{ end }}}}"), "the number of steps");
    }
    let large = "{{ regexMatch (repeat 20 \"(a{0,1000}b)?\") (repeat 500000 \"a\") }}";
    refused(large, "the number of steps is over the limit");
    let large = "{{ regexMatch \"(a|b|ab)*([a-z][^c]){500}(x|y){500}z\" (repeat 5000 \"ab\") }}";
    refused(large, "the number of steps is over the limit");
    assert_eq!(run("{{ regexMatch \"^[a-z0-9-]+$\" (repeat 5000 \"ab\") }}"), Ok(b"true".to_vec()));
}

#[test]
fn what_nests_deep_is_refused_or_done_but_never_overflows_the_stack() {
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    refused(&parens, "max expression depth exceeded");
    let blocks = "{{ if 1 }}".repeat(100_000) + &"{{ end }}".repeat(100_000);
    refused(&blocks, "max expression depth exceeded");
    let blocks = "{{ if 1 }}".repeat(900) + "x" + &"{{ end }}".repeat(900);
    assert_eq!(run(&blocks), Ok(b"x".to_vec()));
    let lists = "{{ $x := list }}{{ range 12000 }}{{ $x = list $x }}{{ end }}";
    assert_eq!(run(lists), Ok(Vec::new()));
    refused(&format!("{lists}{{{{ $x }}}}"), "values hold one another more than 10000 deep");
}

#[test]
fn maps_that_hold_themselves_do_not_print_without_end() {
    refused("{{ $x := dict }}{{ $x = set $x \"a\" $x }}{{ $x }}", "values hold one another");
}

proptest! {
    #[test]
    fn no_text_makes_a_template_panic(text in r"(\{\{|\}\}|[ -~\n]|é|\{\{- | -\}\}|if |end|range |\$x := |\.a|print |\(|\)|\||1e9|0x|'|.){0,30}") {
        let none = serde_json::json!({});
        let _ = evaluate(&text, &none, &none);
    }

    #[test]
    fn no_format_makes_printf_panic(format in "(%|[-+# 0*.]|[0-9]{1,3}|\\[[0-9]\\]|[a-zA-Z%]|é){0,12}") {
        let template = format!("{{{{ printf {format:?} 1 2.5 \"a\" nil true (list 1) }}}}");
        let _ = run(&template);
    }
}
