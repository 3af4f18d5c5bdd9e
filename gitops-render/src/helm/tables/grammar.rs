//! Texts made by a grammar: templates, and the values that they see.
//!
//! The grammar is a text. A name at the start of a line is a rule, the indented lines below it
//! are what it may be, the first of them where the text is deep enough already. `*5 ` before one
//! makes it five times as likely.
//!
//! | in an alternative | is |
//! |---|---|
//! | `«rule»` | what the rule gives |
//! | `«rule*3»`, `«rule+3»` | that up to three times, or none at all only for `*` |
//! | `«'rule»`, `«"rule»` | that as a constant of a template, or as a string of JSON |
//! | `«-9..9»` | a whole number |
//! | `«nl»` `«tab»` `«cr»` `«sp»` `«»` | characters that lines cannot hold, or nothing |

use std::collections::HashMap;
use std::fmt::Write as _;

/// Numbers that look random: `splitmix64`.
pub(super) struct Random(pub(super) u64);

/// Rules by their names.
pub(super) struct Grammar(HashMap<&'static str, Vec<Vec<Part>>>);

enum Part {
    Text(&'static str),
    Rule { name: &'static str, times: (u64, u64), quotes: Quotes },
    Number(i64, i64),
}

#[derive(Clone, Copy)]
enum Quotes {
    None,
    Template,
    Json,
}

/// From here on rules give their first alternative.
const DEEPEST: usize = 14;

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }
}

impl Grammar {
    pub(super) fn new(text: &'static str) -> Self {
        let mut rules: HashMap<&'static str, Vec<Vec<Part>>> = HashMap::new();
        let mut name = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("    ") {
                None => name = line,
                Some(line) => {
                    let (weight, line) = weighted(line);
                    let rule = rules.entry(name).or_default();
                    rule.extend((0..weight).map(|_| parts(line)));
                }
            }
        }
        Self(rules)
    }

    /// The names that rules refer to and that are no rules.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        let parts = self.0.values().flatten().flatten();
        let named = parts.filter_map(|part| match part {
            Part::Rule { name, .. } => Some(*name),
            Part::Text(_) | Part::Number(..) => None,
        });
        named.filter(|name| !self.0.contains_key(name)).collect()
    }

    /// A text that the rule `name` gives.
    pub(super) fn text(&self, name: &str, random: &mut Random) -> String {
        let mut text = String::new();
        self.add(name, 0, random, &mut text);
        text
    }

    fn add(&self, name: &str, depth: usize, random: &mut Random, text: &mut String) {
        let rule = self.0.get(name).map_or(&[][..], Vec::as_slice);
        let most = if depth >= DEEPEST { 1 } else { rule.len() as u64 };
        let chosen = usize::try_from(random.below(most)).expect("below the length");
        for part in rule.get(chosen).into_iter().flatten() {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Number(least, most) => {
                    let number = random.below(most.abs_diff(*least) + 1);
                    text.push_str(&least.wrapping_add_unsigned(number).to_string());
                }
                Part::Rule { name, times, quotes } => {
                    let mut inner = String::new();
                    for _ in 0..times.0 + random.below(times.1 - times.0 + 1) {
                        self.add(name, depth + 1, random, &mut inner);
                    }
                    text.push_str(&quotes.around(inner));
                }
            }
        }
    }
}

impl Quotes {
    fn around(self, text: String) -> String {
        match self {
            Self::None => text,
            Self::Json => serde_json::Value::String(text).to_string(),
            Self::Template if text.len() % 5 == 1 && !text.contains(['`', '\r']) => {
                format!("`{text}`")
            }
            Self::Template => constant(&text),
        }
    }
}

/// `text` as Go writes a constant.
fn constant(text: &str) -> String {
    let mut constant = "\"".to_owned();
    for char in text.chars() {
        match char {
            '"' | '\\' => constant.extend(['\\', char]),
            '\n' => constant.push_str("\\n"),
            char if char.is_control() => {
                let _ = write!(constant, "\\u{:04x}", u32::from(char));
            }
            char => constant.push(char),
        }
    }
    constant + "\""
}

/// How likely an alternative is, and its text.
fn weighted(line: &'static str) -> (usize, &'static str) {
    let weighted = line.strip_prefix('*').and_then(|line| line.split_once(' '));
    weighted.and_then(|(weight, line)| Some((weight.parse().ok()?, line))).unwrap_or((1, line))
}

fn parts(line: &'static str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some((text, after)) = rest.split_once('«') {
        let (inner, after) = after.split_once('»').expect("what is opened is closed");
        parts.extend([Part::Text(text), part(inner)]);
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

fn part(inner: &'static str) -> Part {
    match inner {
        "nl" => return Part::Text("\n"),
        "tab" => return Part::Text("\t"),
        "cr" => return Part::Text("\r"),
        "sp" => return Part::Text(" "),
        "" => return Part::Text(""),
        _ => {}
    }
    if let Some((least, most)) = inner.split_once("..") {
        let number = |text: &str| text.parse().expect("a number");
        return Part::Number(number(least), number(most));
    }
    let (quotes, inner) = match inner.as_bytes()[0] {
        b'\'' => (Quotes::Template, &inner[1..]),
        b'"' => (Quotes::Json, &inner[1..]),
        _ => (Quotes::None, inner),
    };
    let times = |text: &str| text.parse().expect("a number of times");
    match (inner.split_once('*'), inner.split_once('+')) {
        (Some((name, most)), _) => Part::Rule { name, times: (0, times(most)), quotes },
        (_, Some((name, most))) => Part::Rule { name, times: (1, times(most)), quotes },
        _ => Part::Rule { name: inner, times: (1, 1), quotes },
    }
}
