//! Counts what is equal, and holds what is not against the list of known differences.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

const KNOWN: &str = include_str!("../data/helm_differences.json");

/// The result of one table.
pub(crate) struct Tally {
    table: &'static str,
    equal: usize,
    wrong: BTreeMap<String, String>,
}

impl Tally {
    pub(crate) fn new(table: &'static str) -> Self {
        Self { table, equal: 0, wrong: BTreeMap::new() }
    }

    /// Whether `GITOPS_CASE` wants the case `name`.
    pub(crate) fn wants(name: &str) -> bool {
        std::env::var("GITOPS_CASE").map_or(true, |wanted| name.contains(&wanted))
    }

    /// Notes whether a case is equal, and if not why.
    pub(crate) fn add(&mut self, name: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.equal += 1,
            Err(difference) => drop(self.wrong.insert(name.to_owned(), difference)),
        }
    }

    /// Fails where something differs that is not known to, or is known to and does not.
    pub(crate) fn judge(self) {
        let known: BTreeMap<String, BTreeMap<String, String>> =
            serde_json::from_str(KNOWN).expect("the list of differences");
        let known = known.get(self.table).cloned().unwrap_or_default();
        let mut report = String::new();
        let total = self.equal + self.wrong.len();
        let _ = writeln!(report, "{}: {} of {total} are equal", self.table, self.equal);
        let show = std::env::var("GITOPS_SHOW").ok().and_then(|it| it.parse().ok()).unwrap_or(0);
        for (name, difference) in self.wrong.iter().take(show) {
            let _ = writeln!(report, "== {name}\n{difference}");
        }
        let _ = std::io::stderr().write_all(report.as_bytes());
        let unknown: Vec<_> = self.wrong.keys().filter(|it| !known.contains_key(*it)).collect();
        assert!(unknown.is_empty(), "{} more differ: {unknown:?}", unknown.len());
        let all = std::env::var_os("GITOPS_CASE").is_none();
        let gone: Vec<_> = known.keys().filter(|it| !self.wrong.contains_key(*it)).collect();
        assert!(!all || gone.is_empty(), "these are equal now, take them off the list: {gone:?}");
    }
}

/// The first lines that differ.
pub(crate) fn difference(expected: &str, found: &str) -> String {
    let mut shown = String::new();
    let mut count = 0;
    let (wanted, printed): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    for at in 0..wanted.len().max(printed.len()) {
        let (one, other) = (wanted.get(at), printed.get(at));
        if one != other {
            let _ = writeln!(shown, "line {}:\n  - {one:?}\n  + {other:?}", at + 1);
            count += 1;
            if count == 4 {
                break;
            }
        }
    }
    if count == 0 { "they differ in the ends of lines only".to_owned() } else { shown }
}
