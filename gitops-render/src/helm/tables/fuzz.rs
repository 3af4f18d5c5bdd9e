//! Templates of a grammar, here and in Helm.
//!
//! `GITOPS_HELM_ORACLE` names the program of [`oracle`](super::oracle), `GITOPS_SEED` and
//! `GITOPS_CASES` say which templates and how many, `GITOPS_RULE` which rule of the grammar they
//! begin with. Rows that differ are made as short as they can be and are added to the file
//! `GITOPS_HELM_NEW`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::{Value as Json, json};

use super::grammar::{Grammar, Random};
use super::oracle::Oracle;
use super::{evaluate, left_out, lossy};
use crate::helm::registry;

pub(super) const GRAMMAR: &str = include_str!("../../../tests/data/helm_grammar.txt");

/// A template and the values and files that it sees.
#[derive(Clone)]
struct Case {
    template: String,
    given: Json,
}

/// What a case gives here and in Helm.
struct Difference {
    case: Case,
    wanted: Result<String, String>,
    got: Result<String, String>,
}

/// How many cases there were of each kind.
#[derive(Debug, Default)]
struct Count {
    printed: usize,
    failed: usize,
    /// Helm gives something else each time.
    unstable: usize,
    /// Helm ends with it.
    fatal: usize,
    /// Known to differ.
    known: usize,
}

impl Case {
    fn new(grammar: &Grammar, rule: &str, random: &mut Random) -> Self {
        let template = grammar.text(rule, random);
        let values: Json =
            serde_json::from_str(&grammar.text("values", random)).expect("values are JSON");
        let files: Json =
            serde_json::from_str(&grammar.text("files", random)).expect("files are JSON");
        Self { template, given: json!({ "values": values, "files": files }) }
    }

    /// The values, where the template can see them.
    fn values(&self) -> String {
        let sees = self.template.contains("alues") || self.template.contains('$');
        if sees { self.given["values"].to_string() } else { String::new() }
    }

    fn evaluate(&self) -> Result<Vec<u8>, String> {
        let Self { template, given } = self;
        std::panic::catch_unwind(|| evaluate(template, &given["values"], &given["files"]))
            .unwrap_or_else(|_| Err("panic".to_owned()))
    }

    fn difference(&self, oracle: &mut Oracle, count: &mut Count) -> Option<Difference> {
        let Some(answer) = oracle.ask(&self.template, &self.given, 1) else {
            count.fatal += 1;
            return None;
        };
        let got = self.evaluate();
        *(if answer.printed.is_ok() { &mut count.printed } else { &mut count.failed }) += 1;
        if without_addresses(&got) == without_addresses(&answer.printed) {
            return None;
        }
        if is_known(&got) {
            count.known += 1;
            return None;
        }
        let is_stable = oracle.is_stable(&self.template, &self.given, &answer.printed);
        if !is_stable && got.is_ok() == answer.printed.is_ok() {
            count.unstable += 1;
            return None;
        }
        let text = |it: Result<Vec<u8>, String>| it.map(|printed| lossy(&printed));
        Some(Difference { case: self.clone(), wanted: text(answer.printed), got: text(got) })
    }
}

impl Difference {
    /// The same with as little of the template as makes a difference.
    fn shortened(mut self, oracle: &mut Oracle) -> Self {
        let mut step = self.case.template.chars().count() / 2;
        while step > 0 {
            let mut start = 0;
            while start < self.case.template.chars().count() {
                match self.without(start, step).difference(oracle, &mut Count::default()) {
                    Some(shorter) => self = shorter,
                    None => start += step,
                }
            }
            step /= 2;
        }
        self
    }

    fn without(&self, start: usize, length: usize) -> Case {
        let chars = self.case.template.chars().enumerate();
        let kept = chars.filter(|(index, _)| !(start..start + length).contains(index));
        Case { template: kept.map(|(_, char)| char).collect(), given: self.case.given.clone() }
    }

    fn row(&self) -> Json {
        let Case { template, given } = &self.case;
        let mut row = json!({ "t": template });
        for part in ["values", "files"] {
            if template.contains(&part[1..]) {
                row[part] = given[part].clone();
            }
        }
        let (name, text) = match &self.wanted {
            Ok(text) => ("out", text),
            Err(text) => ("err", text),
        };
        row[name] = text.as_str().into();
        row
    }
}

/// Slices of Go have room for more than they hold, and `slice` can show that: how much depends on
/// how they were made, so here they have none.
fn is_known(got: &Result<Vec<u8>, String>) -> bool {
    got.as_ref().is_err_and(|error| error.ends_with("slice index out of bounds"))
}

/// What was printed, with one address for all: Go's differ from run to run.
fn without_addresses(printed: &Result<Vec<u8>, String>) -> Result<Vec<u8>, Vec<u8>> {
    let masked = |text: &[u8]| {
        let address = regex::bytes::Regex::new("0x[0-9a-f]{6,12}").expect("a pattern");
        address.replace_all(text, &b"0xc000000000"[..]).into_owned()
    };
    match printed {
        Ok(text) => Ok(masked(text)),
        Err(text) => Err(masked(text.as_bytes())),
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn templates_of_a_grammar_print_what_they_print_in_helm() {
    let Some(program) = std::env::var_os("GITOPS_HELM_ORACLE") else {
        return left_out("templates of a grammar (GITOPS_HELM_ORACLE is not set)");
    };
    let (seed, cases) = (setting("GITOPS_SEED", 1), setting("GITOPS_CASES", 10_000));
    let rule = std::env::var("GITOPS_RULE").unwrap_or_else(|_| "case".to_owned());
    let (grammar, mut random) = (Grammar::new(GRAMMAR), Random(seed));
    let (mut oracle, mut count) = (Oracle::new(program), Count::default());
    let (mut tried, mut differences) = (BTreeSet::new(), Vec::new());
    for _ in 0..cases {
        let case = Case::new(&grammar, &rule, &mut random);
        if tried.insert((case.template.clone(), case.values()))
            && let Some(found) = case.difference(&mut oracle, &mut count)
        {
            differences.push(found.shortened(&mut oracle));
        }
    }
    let _ = writeln!(std::io::stderr(), "seed {seed}: {} distinct, {count:?}", tried.len());
    keep(&differences);
    assert!(differences.is_empty(), "{} differ\n{}", differences.len(), report(&differences));
}

/// Adds rows to the file for them.
fn keep(differences: &[Difference]) {
    let Some(path) = std::env::var_os("GITOPS_HELM_NEW") else { return };
    let mut file =
        std::fs::OpenOptions::new().create(true).append(true).open(path).expect("a file");
    for found in differences {
        writeln!(file, "{}", found.row()).expect("a file that can be written");
    }
}

fn report(differences: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { case, wanted, got } in differences.iter().take(60) {
        let Case { template, given } = case;
        let _ = writeln!(text, "{template:?}\n  wanted {wanted:?}\n  got    {got:?}");
        if template.contains("alues") {
            let _ = writeln!(text, "  values {}", given["values"]);
        }
    }
    text
}

#[test]
fn the_grammar_has_all_its_rules_and_all_functions() {
    let grammar = Grammar::new(GRAMMAR);
    assert_eq!(grammar.missing(), [""; 0]);
    let words: BTreeSet<&str> = GRAMMAR
        .split(|it: char| !it.is_ascii_alphanumeric() && it != '_')
        .filter(|it| !it.is_empty())
        .collect();
    let absent: Vec<&str> = registry::names().filter(|name| !words.contains(name)).collect();
    assert_eq!(absent, [""; 0]);
}

#[test]
fn templates_of_a_grammar_end() {
    let (grammar, mut random) = (Grammar::new(GRAMMAR), Random(7));
    for _ in 0..1_000 {
        let case = Case::new(&grammar, "case", &mut random);
        assert_ne!(case.evaluate(), Err("panic".to_owned()), "{}", case.template);
    }
}
