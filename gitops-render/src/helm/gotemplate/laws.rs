//! Templates that are printed back, as errors show their nodes, stay what they are.

use proptest::prelude::*;

use super::ast::Tree;
use super::parse::parse;
use super::print::Print;
use crate::helm::go::Str;
use crate::helm::gofmt::quote;
use crate::helm::tables::{evaluate, sentence};
use crate::helm::{HelmCompat, registry};

/// What `text` defines and, last, what is left, by their names and each printed back; none where
/// it is no template.
fn printed(text: &[u8]) -> Option<Vec<(Str, Vec<u8>)>> {
    let callees = registry::callees(HelmCompat::default());
    let trees = parse(Str::from("t"), &Str::from(text), callees).ok()?;
    let shown =
        |tree: &Tree| tree.code[tree.root].iter().flat_map(|node| node.show(&tree.code)).collect();
    Some(trees.iter().map(|tree| (tree.name.clone(), shown(tree))).collect())
}

/// What is left of `text` without what it defines, printed back.
fn main(text: &[u8]) -> Option<String> {
    let (_, main) = printed(text)?.pop()?;
    Some(String::from_utf8_lossy(&main).into_owned())
}

#[track_caller]
fn check(text: &str) {
    for (_, once) in printed(text.as_bytes()).into_iter().flatten() {
        assert_eq!(main(&once), Some(String::from_utf8_lossy(&once).into_owned()), "{text}");
    }
}

/// All of `text` printed back.
fn whole(text: &str) -> Option<String> {
    let mut trees = printed(text.as_bytes())?;
    let (_, main) = trees.pop()?;
    let mut whole = Vec::new();
    for (name, body) in trees {
        whole.extend([b"{{define ", &*quote(&name), b"}}", &body, b"{{end}}"].concat());
    }
    whole.extend(main);
    String::from_utf8(whole).ok()
}

#[test]
fn what_is_printed_back_is_printed_the_same_again() {
    for (text, wanted) in [
        ("a {{- /* c */ -}} b {{ .x }}", "ab {{.x}}"),
        ("{{if .a}}1{{else if .b}}2{{end}}", "{{if .a}}1{{else}}{{if .b}}2{{end}}{{end}}"),
        (
            "{{ range $i , $e:=.l }}{{break}}{{else}}x{{end}}",
            "{{range $i, $e := .l}}{{break}}{{else}}x{{end}}",
        ),
        ("{{ with $x := 1 }}{{ $x = 0x1F }}{{ end }}", "{{with $x := 1}}{{$x = 0x1F}}{{end}}"),
        (
            "{{ ( print 1 'a' `b` ).c | default nil|quote }}",
            "{{(print 1 'a' `b`).c | default nil | quote}}",
        ),
        ("{{ template \"x\\n\" . }}{{ -1 }}", "{{template \"x\\n\" .}}{{-1}}"),
        ("{{block `b` .}}{{ $.x.y }}{{end}}", "{{template \"b\" .}}"),
    ] {
        assert_eq!(main(text.as_bytes()).as_deref(), Some(wanted), "{text}");
        check(text);
    }
}

proptest! {
    #[test]
    fn templates_of_the_grammar_are_printed_the_same_again(seed: u64) {
        check(&sentence("case", seed));
        check(&sentence("template", seed));
    }

    #[test]
    fn a_template_that_is_printed_back_prints_what_it_did(seed: u64) {
        let text = sentence("sound_template", seed);
        let json = |rule| serde_json::from_str(&sentence(rule, seed)).expect("it is JSON");
        let (values, files) = (json("values"), json("files"));
        if let Ok(wanted) = evaluate(&text, &values, &files) {
            let back = whole(&text).expect("what prints can be printed back");
            prop_assert_eq!(evaluate(&back, &values, &files), Ok(wanted), "{}", text);
        }
    }
}
