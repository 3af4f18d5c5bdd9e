//! What two answers to the same call have in common, and where they differ.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::wire::Answer;

/// A place where answers differ.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    pub(crate) part: Part,
    /// A JSON pointer into the body; empty for code and warnings.
    pub(crate) at: String,
    pub(crate) expected: Value,
    pub(crate) actual: Value,
}

/// What of an answer differs, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The HTTP code or the reason of a `Status`.
    Code,
    /// The object, the list, or the details of a `Status`.
    Body,
    /// Who owns which fields.
    ManagedFields,
    /// The warnings.
    Warnings,
    /// The text of a `Status`, which is for people.
    Message,
}

/// All differences of two normalised answers. After another code, bodies are not compared.
pub(crate) fn differences(expected: &Answer, actual: &Answer) -> Vec<Difference> {
    let code = |answer: &Answer| -> Value {
        let reason = answer.body["reason"].as_str().filter(|_| answer.body["kind"] == "Status");
        reason
            .map_or_else(|| answer.code.into(), |reason| format!("{} {reason}", answer.code).into())
    };
    let mut found = Vec::new();
    let difference =
        |part, expected, actual| Difference { part, at: String::new(), expected, actual };
    if code(expected) != code(actual) {
        found.push(difference(Part::Code, code(expected), code(actual)));
        return found;
    }
    walk(&expected.body, &actual.body, String::new(), &mut found);
    if expected.warnings != actual.warnings {
        let warnings = |answer: &Answer| answer.warnings.clone().into();
        found.push(difference(Part::Warnings, warnings(expected), warnings(actual)));
    }
    found
}

fn walk(expected: &Value, actual: &Value, at: String, found: &mut Vec<Difference>) {
    match (expected, actual) {
        _ if expected == actual => {}
        (Value::Object(one), Value::Object(other)) => {
            let added = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(added) {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                walk(&expected[key], &actual[key], at, found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (expected, actual)) in one.iter().zip(other).enumerate() {
                walk(expected, actual, format!("{at}/{index}"), found);
            }
        }
        _ => {
            let part = match at.as_str() {
                "/message" => Part::Message,
                _ if at.contains("/metadata/managedFields") => Part::ManagedFields,
                _ => Part::Body,
            };
            let (expected, actual) = (expected.clone(), actual.clone());
            found.push(Difference { part, at, expected, actual });
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, at, expected, actual } = self;
        write!(f, "{part:?} {at}: expected {expected}, got {actual}")
    }
}

impl Difference {
    /// Equal for the same difference at another place of a list.
    pub(crate) fn signature(&self, verb: &str) -> String {
        let Self { part, at, expected, actual } = self;
        let at = at.replace(|it: char| it.is_ascii_digit(), "#");
        let code = match part {
            Part::Code => format!("{expected}, got {actual}"),
            _ => String::new(),
        };
        format!("{verb} {part:?} {at} {code}")
    }
}

/// How often scripts differ first in which way, each with the id of one.
#[derive(Default)]
pub(crate) struct Frequent(BTreeMap<String, (usize, String)>);

impl Frequent {
    pub(crate) fn add(&mut self, script: &str, signature: Option<String>) {
        if let Some(signature) = signature {
            self.0.entry(signature).or_insert_with(|| (0, script.to_owned())).0 += 1;
        }
    }
}

impl fmt::Display for Frequent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(_, (times, _))| std::cmp::Reverse(*times));
        for (signature, (times, example)) in all.into_iter().take(8) {
            writeln!(f, "{times:6} × {signature} ({example})")?;
        }
        Ok(())
    }
}

/// How many answers agree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) answers: usize,
    differing: [usize; 5],
    whole: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, differences: &[Difference]) {
        self.answers += 1;
        for part in Part::ALL {
            let differs = differences.iter().any(|it| it.part == part);
            self.differing[part as usize] += usize::from(differs);
        }
        self.whole += usize::from(differences.iter().all(|it| it.part == Part::Message));
    }

    /// How many agree in a part, in percent. What differs in its code is not compared further.
    pub(crate) fn percent(&self, part: Part) -> f64 {
        let compared = match part {
            Part::Code => self.answers,
            _ => self.answers - self.differing[Part::Code as usize],
        };
        percent(compared - self.differing[part as usize], compared)
    }

    /// How many agree in all but the message, in percent.
    pub(crate) fn percent_whole(&self) -> f64 {
        percent(self.whole, self.answers)
    }
}

impl Part {
    pub(crate) const ALL: [Self; 5] =
        [Self::Code, Self::Body, Self::ManagedFields, Self::Warnings, Self::Message];
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers are small")]
fn percent(some: usize, all: usize) -> f64 {
    if all == 0 { 100.0 } else { 100.0 * some as f64 / all as f64 }
}

/// A table of tallies, one line each.
pub(crate) fn table(tallies: &BTreeMap<String, Tally>) -> String {
    let mut text = format!(
        "{:<28} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8}\n",
        "", "answers", "whole", "code", "body", "owners", "warnings", "messages"
    );
    for (name, tally) in tallies {
        let parts = Part::ALL.map(|part| tally.percent(part));
        let [code, body, owners, warnings, messages] = parts;
        let (answers, whole) = (tally.answers, tally.percent_whole());
        let line = format!(
            "{name:<28} {answers:>7} {whole:>6.1}% {code:>6.1}% {body:>6.1}% {owners:>6.1}% \
             {warnings:>7.1}% {messages:>7.1}%\n"
        );
        text.push_str(&line);
    }
    text
}
