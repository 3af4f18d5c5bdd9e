//! Agreement by kind, and the floors it must not fall below.

use std::collections::BTreeMap;

/// Agreement in tenths of a percent.
pub(crate) struct Floor {
    pub(crate) objects: u64,
    pub(crate) refusals: u64,
}

/// What came of one step.
#[derive(Clone, Copy)]
pub(crate) enum Verdict {
    /// Both give an object; whether it is the same.
    Object(bool),
    /// Both refuse; whether for the same reasons.
    Refusal(bool),
    /// The server alone refuses.
    Missed,
    /// We alone refuse.
    False,
}

impl Verdict {
    /// How `GITOPS_SHOW` calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Object(_) => "objects",
            Self::Refusal(_) => "refusals",
            Self::Missed => "missed",
            Self::False => "false",
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Row {
    /// Objects that are equal, of those that the server answered.
    objects: (u64, u64),
    /// Refusals that are equal, of those of the server.
    refusals: (u64, u64),
    missed: u64,
    refused_alone: u64,
}

#[derive(Default)]
pub(crate) struct Tally {
    all: Row,
    kinds: BTreeMap<String, Row>,
}

impl Row {
    fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Object(same) => {
                self.objects.0 += u64::from(same);
                self.objects.1 += 1;
            }
            Verdict::Refusal(same) => {
                self.refusals.0 += u64::from(same);
                self.refusals.1 += 1;
            }
            Verdict::Missed => {
                self.missed += 1;
                self.refusals.1 += 1;
            }
            Verdict::False => {
                self.refused_alone += 1;
                self.objects.1 += 1;
            }
        }
    }

    fn print(&self, name: &str) {
        let rate = |(hits, of)| {
            let tenths = tenths((hits, of));
            format!("{hits:>5} of {of:<5} {:>3}.{} %", tenths / 10, tenths % 10)
        };
        let (objects, refusals) = (rate(self.objects), rate(self.refusals));
        let (missed, alone) = (self.missed, self.refused_alone);
        println!("  {name:<34} {objects:<24} {refusals:<24} missed {missed:<5} false {alone}");
    }
}

fn tenths((hits, of): (u64, u64)) -> u64 {
    (hits * 1000).checked_div(of).unwrap_or(1000)
}

impl Tally {
    pub(crate) fn count(&mut self, kind: &str, verdict: Verdict) {
        self.all.count(verdict);
        self.kinds.entry(kind.into()).or_default().count(verdict);
    }

    pub(crate) fn print(&self, file: &str) {
        println!("{file:<36} {:<24} refusals", "objects");
        let wanted = std::env::var("GITOPS_SHOW").unwrap_or_default();
        if wanted.split(',').any(|it| it == "kinds") {
            self.kinds.iter().for_each(|(kind, row)| row.print(kind));
        }
        self.all.print("all");
    }

    pub(crate) fn check(&self, file: &str, floor: &Floor) {
        let measured = [tenths(self.all.objects), tenths(self.all.refusals)];
        let floors = [floor.objects, floor.refusals];
        for ((name, measured), floor) in ["objects", "refusals"].iter().zip(measured).zip(floors) {
            assert!(measured >= floor, "{file}: {name} fell to {measured} from {floor}");
        }
    }
}
