use super::pattern::Pattern;
use super::{Groups, expand, fault, quoted};

fn pattern(source: &str) -> Pattern {
    Pattern::new(source.as_bytes()).unwrap_or_else(|why| panic!("{source}: {why:?}"))
}

fn found<'t>(source: &str, text: &'t [u8]) -> Vec<&'t [u8]> {
    pattern(source).find_all(text, usize::MAX).into_iter().map(|it| &text[it]).collect()
}

#[test]
fn matches_are_those_of_go() {
    let cases: [(&str, &str, &[&str]); 24] = [
        ("a*", "baac", &["", "aa", ""]),
        ("", "ab", &["", "", ""]),
        (r"\d+", "a12 ١", &["12"]),
        (r"\w+", "é_a1", &["_a1"]),
        (r"\s", "\u{a0}\u{b}\t", &["\t"]),
        (r"\bfoo\b", "foo éfoo", &["foo", "foo"]),
        ("(?i)k", "kK\u{212a}", &["k", "K", "\u{212a}"]),
        ("(?i)[^k]", "aK\u{212a}", &["a"]),
        ("^b$", "a\nb", &[]),
        ("(?m)^b$", "a\nb", &["b"]),
        ("a.b", "a\nb", &[]),
        ("(?s)a.b", "a\nb", &["a\nb"]),
        ("a+?", "aaa", &["a", "a", "a"]),
        ("(?U)a+", "aaa", &["a", "a", "a"]),
        ("a{,2}", "a{,2}", &["a{,2}"]),
        ("a{2}", "aaaaa", &["aa", "aa"]),
        (r"\Qa.b\E+", "a.bb", &["a.bb"]),
        ("[]a]+", "a]b", &["a]"]),
        ("[[:alpha:]-]+", "a-1", &["a-"]),
        ("[^[:^digit:]]+", "a12", &["12"]),
        (r"\pL\p{Lu}\P{^Greek}", "aBγ", &["aBγ"]),
        ("a|ab", "ab", &["a"]),
        (r"\x41\x{42}\103", "ABC", &["ABC"]),
        ("(?P<n>a)(?<n>b)", "ab", &["ab"]),
    ];
    for (source, text, expected) in cases {
        let expected: Vec<&[u8]> = expected.iter().map(|it| it.as_bytes()).collect();
        assert_eq!(found(source, text.as_bytes()), expected, "{source} in {text:?}");
    }
}

#[test]
fn a_byte_that_is_no_text_matches_as_one_character() {
    assert_eq!(found(".", b"a\xff\xfe"), [&b"a"[..], b"\xff", b"\xfe"]);
    assert_eq!(found("\u{fffd}+", b"a\xff\xfeb"), [b"\xff\xfe"]);
    assert_eq!(found("^..$", b"\xc3\xa9\xff"), [b"\xc3\xa9\xff"]);
    assert_eq!(found("", b"\xff"), [&b""[..], b""]);
}

#[test]
fn what_go_refuses_is_refused_in_its_words() {
    for (source, error) in [
        ("(", "missing closing ): `(`"),
        (")", "unexpected ): `)`"),
        ("[a", "missing closing ]: `[a`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a|*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a*??", "invalid nested repetition operator: `*??`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("(a{100}){100}", "invalid repeat count: `{100}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?<=a)b", "invalid named capture: `(?<=a)b`"),
        ("(?i-)", "invalid or unsupported Perl syntax: `(?i-)`"),
        ("(?P<a-b>x)", "invalid named capture: `(?P<a-b>`"),
        (r"\1", r"invalid escape sequence: `\1`"),
        (r"\q", r"invalid escape sequence: `\q`"),
        (r"\C", r"invalid escape sequence: `\C`"),
        (r"\x{110000}", r"invalid escape sequence: `\x{110000`"),
        (r"\p{Foo}", r"invalid character class range: `\p{Foo}`"),
        (r"\p{Old_Italic}", r"invalid character class range: `\p{Old_Italic}`"),
        (r"\", "trailing backslash at end of expression: ``"),
    ] {
        let why = Pattern::new(source.as_bytes()).expect_err(source);
        let text = String::from_utf8(fault(why, Vec::new()).text()).unwrap();
        assert_eq!(text, format!("error parsing regexp: {error}"), "{source}");
    }
    let deep = "(".repeat(1001) + &")".repeat(1001);
    let why = Pattern::new(deep.as_bytes()).unwrap_err();
    let text = String::from_utf8(fault(why, Vec::new()).text()).unwrap();
    assert!(text.starts_with("error parsing regexp: expression nests too deeply"), "{text}");
}

#[test]
fn hostile_expressions_end_at_a_limit() {
    let classes = r"\pL".repeat(4000);
    for source in [r"(\pL{100}){10}\pL{900}".repeat(20), classes] {
        let refused = Pattern::new(source.as_bytes()).err();
        assert_eq!(refused, Some(super::Refused::Large), "{}", &source[..20]);
    }
}

#[test]
fn replacements_name_groups_as_in_go() {
    let replaced = |source: &str, text: &str, template: &str| {
        let pattern = pattern(source);
        let write = |groups: &Groups<'_>, out: &mut Vec<u8>| {
            expand(template.as_bytes(), &pattern, groups, &mut |part| {
                out.extend_from_slice(part);
                Ok(())
            })
        };
        String::from_utf8(pattern.replace_all(text.as_bytes(), write).unwrap()).unwrap()
    };
    for (source, text, template, expected) in [
        ("(a)(b)?", "ab a", "$2$1", "ba a"),
        ("(a)", "a", "$1W-${1}W-$0-$$-$", "-aW-a-$-$"),
        ("(?P<x>a)", "a", "$x ${x} $y ${", "a a  ${"),
        ("(a)", "a", "$01 ${}", " ${}"),
        ("", "ab", "-", "-a-b-"),
        ("b*", "abc", "-", "-a-c-"),
        ("(?<n>a)|(?<n>b)", "ab", "<$n>", "<a><b>"),
    ] {
        assert_eq!(replaced(source, text, template), expected, "{source} {template}");
    }
}

#[test]
fn expressions_in_errors_are_quoted_as_go_can() {
    assert_eq!(quoted(b"a\tb"), b"`a\tb`");
    assert_eq!(quoted(b"a`b"), b"\"a`b\"");
    assert_eq!(quoted(b"a\nb\xff"), br#""a\nb\xff""#);
}
