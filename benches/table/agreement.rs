//! How often each way says of an object what a forced apply by the server would do to it.

use std::fmt::Write;

use gitops_benches::{Case, parse, subset};
use gitops_diff::{Drift, Expected, Packed, Verdict};

use crate::peers::Peers;

/// The verdicts of one way.
struct Way {
    name: String,
    right: usize,
    phantoms: Vec<String>,
    missed: Vec<String>,
    failed: Vec<String>,
}

/// One line a way.
pub(crate) fn table(cases: &[Case], peers: &Peers) -> String {
    let mut ways: Vec<Way> = OURS.iter().map(|(name, judge)| way(name, cases, judge)).collect();
    for (name, said) in peers {
        ways.push(way(name, cases, &|it| said.get(&it.name)?.drifted));
        let errors = said.values().map(|it| it.error.as_str()).filter(|it| !it.is_empty());
        if let (Some(way), Some(error)) = (ways.last_mut(), errors.min()) {
            way.name =
                format!("{name} (fails with `{}`)", error.lines().next().unwrap_or_default());
        }
    }
    let mut text = format!(
        "### Verdicts on {} cases\n\n| way | right | phantom drift | missed drift | failed |\n|---|---|---|---|---|\n",
        cases.len()
    );
    for it in &ways {
        // Where a way is often wrong, the number says enough.
        let list = |all: &[String]| match all.len() {
            0 => "0".to_owned(),
            count @ 1..=4 => format!("{count}: {}", all.join("; ")),
            count => format!("{count}: {}; …", all[..2].join("; ")),
        };
        let share = 100 * it.right / cases.len().max(1);
        let _ = writeln!(
            text,
            "| {} | {} ({share} %) | {} | {} | {} |",
            it.name,
            it.right,
            list(&it.phantoms),
            list(&it.missed),
            list(&it.failed)
        );
    }
    text
}

type Judge = fn(&Case) -> Option<bool>;

const OURS: [(&str, Judge); 5] = [
    ("ours, plan", |it| {
        Drift::default().compare(&it.desired, &it.live).ok().map(|it| !it.is_empty())
    }),
    ("ours, quick look, then plan", |it| {
        let drift = Drift::default();
        let expected = Expected::new(&drift.schema, &drift.manager, &it.desired);
        match expected.holds(&Packed::try_from(it.live.body()).ok()?) {
            Verdict::InSync => Some(false),
            Verdict::LookCloser => {
                drift.compare(&it.desired, &it.live).ok().map(|it| !it.is_empty())
            }
        }
    }),
    ("naive walk", |it| Some(!subset(&tree(&it.desired), &tree(&it.live)))),
    ("naive `==`", |it| Some(tree(&it.desired) != tree(&it.live))),
    ("`json-patch`", |it| Some(!json_patch::diff(&tree(&it.desired), &tree(&it.live)).is_empty())),
];

fn tree(object: &gitops_diff::Object) -> serde_json::Value {
    parse(&serde_json::to_string(object).unwrap_or_default())
}

fn way(name: &str, cases: &[Case], judge: &dyn Fn(&Case) -> Option<bool>) -> Way {
    let mut way = Way {
        name: name.into(),
        right: 0,
        phantoms: Vec::new(),
        missed: Vec::new(),
        failed: Vec::new(),
    };
    for case in cases {
        match judge(case) {
            Some(said) if said == case.has_drifted => way.right += 1,
            Some(true) => way.phantoms.push(case.name.clone()),
            Some(false) => way.missed.push(case.name.clone()),
            None => way.failed.push(case.name.clone()),
        }
    }
    way
}
