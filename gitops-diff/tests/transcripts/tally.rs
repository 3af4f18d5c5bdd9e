//! Agreement by tag, and the floors it must not fall below.

use std::collections::BTreeMap;

use gitops_diff::Value;

/// Agreement in tenths of a percent.
pub(crate) struct Floor {
    pub(crate) owners: u64,
    pub(crate) refusals: u64,
    pub(crate) updates: u64,
    pub(crate) content: u64,
}

/// Hits among tries.
#[derive(Clone, Copy, Default)]
pub(crate) struct Rate {
    hits: u64,
    of: u64,
}

impl Rate {
    pub(crate) fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += u64::from(hit);
    }

    fn tenths(self) -> u64 {
        (self.hits * 1000).checked_div(self.of).unwrap_or(1000)
    }

    fn print(self) -> String {
        let (whole, tenth) = (self.tenths() / 10, self.tenths() % 10);
        format!("{:>5} of {:<5} {whole:>3}.{tenth} %", self.hits, self.of)
    }
}

#[derive(Default)]
pub(crate) struct Row {
    pub(crate) owners: Rate,
    pub(crate) refusals: Rate,
    pub(crate) updates: Rate,
    pub(crate) content: Rate,
}

#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, Row>);

pub(crate) fn tags(script: &Value) -> Vec<&str> {
    let tags = script.get("tags").and_then(Value::as_list);
    tags.into_iter().flatten().filter_map(Value::as_str).collect()
}

impl Tally {
    pub(crate) fn count(&mut self, script: &Value, count: impl Fn(&mut Row)) {
        for tag in tags(script).into_iter().chain(["all"]) {
            count(self.0.entry(tag.into()).or_default());
        }
    }

    pub(crate) fn print(&self, file: &str) {
        println!("{file:<20} {:<24} {:<24} {:<24} content", "owners", "refusals", "updates");
        for (tag, row) in &self.0 {
            let (owners, refusals) = (row.owners.print(), row.refusals.print());
            let (updates, content) = (row.updates.print(), row.content.print());
            println!("  {tag:<18} {owners:<24} {refusals:<24} {updates:<24} {content}");
        }
    }

    pub(crate) fn check(&self, file: &str, floor: &Floor) {
        let all = self.0.get("all").expect("because every script has applies");
        let measured = [all.owners, all.refusals, all.updates, all.content].map(Rate::tenths);
        let floors = [floor.owners, floor.refusals, floor.updates, floor.content];
        let names = ["owners", "refusals", "updates", "content"];
        for ((name, measured), floor) in names.iter().zip(measured).zip(floors) {
            assert!(measured >= floor, "{file}: {name} fell to {measured} from {floor}");
        }
    }
}
