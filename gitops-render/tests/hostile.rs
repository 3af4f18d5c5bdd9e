//! Hostile YAML ends in a typed error within the limits.

use gitops_render::yaml::{self, Dialect, Error, Limits, Options};

fn refuse(name: &str, text: &[u8]) -> Error {
    yaml::parse(text, &Options::default()).expect_err(name)
}

/// The option whose limit `text` is over.
fn limit_of(name: &str, text: &[u8]) -> Result<&'static str, Error> {
    match refuse(name, text) {
        Error::Limit { option, .. } => Ok(option),
        other => Err(other),
    }
}

/// Anchors of ten aliases each: `10^levels` values out of a few lines.
fn billion_laughs(levels: usize) -> String {
    let lines = (1..=levels).map(|level| {
        let aliases = format!("*a{},", level - 1).repeat(10);
        format!("a{level}: &a{level} [{aliases}]\n")
    });
    "a0: &a0 lol\n".to_owned() + &lines.collect::<String>()
}

/// One long text and as many aliases to it as fit into 115 kB: 500 MB of expanded bytes.
fn long_text_many_times() -> String {
    let aliases = "- *a\n".repeat(11_000);
    format!("a: &a \"{}\"\nb:\n{aliases}", "x".repeat(50_000))
}

#[test]
fn what_grows_beyond_a_limit_is_refused_with_the_option_that_sets_it() {
    let cases = [
        ("10^6 documents", "---\n".repeat(1_000_000), "documents"),
        ("10^6 documents with content", "--- a\n".repeat(1_000_000), "documents"),
        ("115 kB for 500 MB", long_text_many_times(), "alias_bytes"),
        ("billion laughs", billion_laughs(9), "alias_nodes"),
        ("anchors in anchors", anchors_in_anchors(), "alias_bytes"),
        ("deep by aliases", deep_by_aliases(), "depth"),
        ("100k brackets", "[".repeat(100_000), "depth"),
        ("100k dashes", "- ".repeat(100_000), "depth"),
        ("800 kB of maps", "{a: ".repeat(200_000), "depth"),
        ("many values", "- \n".repeat(2_000_001), "nodes"),
        ("a long text", "x".repeat(33 << 20), "bytes"),
    ];
    for (name, text, option) in cases {
        assert_eq!(limit_of(name, text.as_bytes()), Ok(option), "{name}");
    }
}

/// Each of 100 nested lists has an anchor, and all of them hold the same megabyte.
fn anchors_in_anchors() -> String {
    let opened: Vec<String> = (0..100).map(|level| format!("&a{level} [")).collect();
    format!("{}{}{}", opened.join(""), "x".repeat(1 << 20), "]".repeat(100))
}

/// Each anchor holds the one before: 200 levels that are nowhere deep in the text.
fn deep_by_aliases() -> String {
    let lines = (1..200).map(|level| format!("a{level}: &a{level} [*a{}]\n", level - 1));
    "a0: &a0 []\n".to_owned() + &lines.collect::<String>()
}

#[test]
fn no_depth_that_is_asked_for_exhausts_the_stack() {
    let limits = Limits { depth: u64::MAX, ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        assert!(yaml::parse(text.as_bytes(), &options).is_err());
    }
    let text = format!("{}a", "- ".repeat(511));
    assert_eq!(yaml::parse(text.as_bytes(), &options).map(|it| it.len()), Ok(1));
}

#[test]
fn what_is_no_text_is_refused_with_its_place() {
    let cases: [(&[u8], &str); 4] = [
        (b"\x7fELF\x02\x01", "1:1: the control character U+007F"),
        (b"\x89PNG\r\n\x1a\n", "1:1: the text is not UTF-8"),
        (b"a: 1\nb: \xc3\x28\n", "2:4: the text is not UTF-8"),
        (b"\xfe\xff\0ab", "1:2: the text ends within a character of UTF-16"),
    ];
    for (bytes, expected) in cases {
        let error = refuse(expected, bytes).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn an_alias_inside_of_its_own_anchor_is_refused() {
    let error = refuse("self", b"a: &a\n  - b\n  - *a\n").to_string();
    assert_eq!(error, "3:5: the value of this alias contains the alias itself");
}

#[test]
fn a_key_that_is_no_scalar_is_refused_where_it_starts() {
    let error = refuse("100k question marks", "? ".repeat(100_000).as_bytes()).to_string();
    assert_eq!(error, "1:3: a list or a map cannot be a key");
}

#[test]
fn what_is_wrong_with_a_value_is_said_without_the_value() {
    let kyaml = Options { dialect: Dialect::GoV3, ..Options::default() };
    let cases = [
        ("a: !!int hunter2", "1:4: the value cannot be read as a !!int"),
        ("a: !!bool hunter2", "1:4: the value cannot be read as a !!bool"),
        ("a: !!timestamp hunter2", "1:4: the value cannot be read as a !!timestamp"),
        ("a: !!binary hunter2", "1:4: a !!binary value is not valid base64"),
        ("123456: x", "1:1: the key is not a string; quote it"),
        ("a: -.inf", "1:4: the number cannot be written in JSON; quote it if a text is meant"),
    ];
    for (text, expected) in cases {
        let error = yaml::parse(text.as_bytes(), &kyaml).expect_err(text).to_string();
        assert_eq!(error, expected, "{text}");
    }
}

#[test]
fn odd_tokens_in_masses_take_linear_time() {
    // A quarter of a megabyte each: quadratic time would be noticed by whoever runs this.
    for unit in
        ["!", "&a ", "*a ", "!!str ", "\t", "'", "\"", "|\n", "? a\n: ", "a: a: ", "#", "%\n"]
    {
        let text = unit.repeat((1 << 18) / unit.len());
        let _ = yaml::parse(text.as_bytes(), &Options::default());
    }
}
