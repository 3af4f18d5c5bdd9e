//! Outputs beside those that are expected.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// What upstream did.
pub(crate) enum Expected {
    /// It printed this.
    Output(String),
    /// It printed one of these, now this and now that.
    AnyOf(Vec<String>),
    /// It printed the lines of one of these in some order.
    Lines(Vec<String>),
    /// It failed.
    Error,
    /// It failed, and said all of this.
    ErrorWith(Vec<String>),
}

/// One build.
pub(crate) struct Case<'a> {
    pub(crate) id: &'a str,
    pub(crate) expected: Expected,
    pub(crate) found: Result<String, String>,
}

/// How many builds are equal.
pub(crate) struct Tally {
    name: String,
    wanted: Option<String>,
    known: BTreeSet<String>,
    total: usize,
    different: Vec<String>,
    listed: usize,
}

impl Tally {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            wanted: std::env::var("GITOPS_CASE").ok(),
            known: known(name),
            total: 0,
            different: Vec::new(),
            listed: 0,
        }
    }

    /// Whether the case is to be looked at.
    pub(crate) fn wants(&self, id: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| id.contains(wanted.as_str()))
    }

    pub(crate) fn add(&mut self, case: &Case<'_>) {
        if !self.wants(case.id) {
            return;
        }
        self.total += 1;
        let Some(difference) = difference(case) else { return };
        if self.known.contains(case.id) {
            self.listed += 1;
        } else {
            self.different.push(format!("{}\n{difference}", case.id));
        }
    }

    /// Prints what is equal and wants everything to be, but for what is listed.
    pub(crate) fn judge(self) {
        let equal = self.total - self.different.len() - self.listed;
        println!("{}: {equal} of {} equal, {} listed", self.name, self.total, self.listed);
        let shown = std::env::var("GITOPS_SHOW").ok().and_then(|it| it.parse().ok()).unwrap_or(3);
        for difference in self.different.iter().take(shown) {
            println!("== {difference}");
        }
        assert!(self.different.is_empty(), "{}: {} differ", self.name, self.different.len());
    }
}

/// The cases that differ, with the reason beside each.
fn known(name: &str) -> BTreeSet<String> {
    let listed: Json = serde_json::from_str(include_str!("../data/kustomize_differences.json"))
        .expect("because it is JSON");
    listed[name].as_object().into_iter().flatten().map(|(id, _)| id.clone()).collect()
}

/// What the error of a case must hold.
pub(crate) fn wanted(row: &Json) -> Vec<String> {
    let contains = row["error_contains"].as_array().into_iter().flatten();
    let texts = contains.chain(Some(&row["error_equal"])).filter_map(Json::as_str);
    texts.map(squeezed).filter(|text| !text.is_empty()).collect()
}

/// Whitespace is squeezed, and quotes are taken for escaped ones.
fn squeezed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("\\\"", "\"").replace("/TMPROOT/", "/").replace("/TMPROOT", "/")
}

fn difference(case: &Case<'_>) -> Option<String> {
    match (&case.expected, &case.found) {
        (Expected::Output(wanted), Ok(found)) if wanted == found => None,
        (Expected::AnyOf(wanted), Ok(found)) if wanted.contains(found) => None,
        (Expected::Lines(wanted), Ok(found))
            if wanted.iter().any(|it| lines(it) == lines(found)) =>
        {
            None
        }
        (Expected::Error, Err(_)) => None,
        (Expected::ErrorWith(wanted), Err(found)) => {
            let found = squeezed(found);
            let missing = wanted.iter().find(|text| !found.contains(text.as_str()))?;
            Some(format!("wanted the error: {missing}\nfound: {found}"))
        }
        (Expected::Error | Expected::ErrorWith(_), Ok(found)) => {
            Some(format!("wanted an error, found:\n{}", head(found)))
        }
        (_, Err(found)) => Some(format!("found the error: {found}")),
        (Expected::Output(wanted), Ok(found)) => Some(first_difference(wanted, found)),
        (Expected::AnyOf(wanted) | Expected::Lines(wanted), Ok(found)) => {
            Some(first_difference(&wanted[0], found))
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

fn head(text: &str) -> String {
    text.lines().take(12).collect::<Vec<_>>().join("\n")
}

/// The first line that differs, with those around it.
fn first_difference(wanted: &str, found: &str) -> String {
    let same = wanted.lines().zip(found.lines()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| {
        let lines = text.lines().skip(same.saturating_sub(4)).take(9);
        lines.map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
    };
    format!("line {}, wanted:\n{}\nfound:\n{}", same + 1, part(wanted), part(found))
}
