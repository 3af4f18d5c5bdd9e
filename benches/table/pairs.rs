//! One object, unchanged: how much processor time each way takes.

use std::fmt::Write;
use std::time::Duration;

use gitops_benches::{Case, nanos, parse, subset};
use gitops_diff::merge::{Apply, Force};
use gitops_diff::{Drift, Expected, Packed, Schema, predict};
use sha2::{Digest, Sha256};

use crate::peers::{Peers, is_timed};

/// For each way and fixture.
const BUDGET: Duration = Duration::from_millis(150);

/// What was measured of a fixture: a way and its nanoseconds.
type Times = Vec<(String, f64)>;

/// One column a fixture, one line a way.
pub(crate) fn table(cases: &[Case], peers: &Peers) -> String {
    let timed: Vec<&Case> = cases.iter().filter(|it| is_timed(it)).collect();
    let columns: Vec<Times> = timed.iter().map(|it| times(it, peers)).collect();
    let mut text = String::from("### One object, unchanged: µs of processor time\n\n| way |");
    for case in &timed {
        let _ = write!(text, " {} |", case.name.trim_end_matches(", unchanged"));
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(timed.len()));
    for (at, (way, _)) in columns[0].iter().enumerate() {
        let cells = columns.iter().map(|it| cell(it[at].1)).collect::<String>();
        let _ = writeln!(text, "| {way} |{cells}");
    }
    text += &allocations(&timed);
    for (name, said) in peers {
        let allocs = timed.iter().map(|it| said.get(&it.name).map_or(0, |it| it.allocs));
        let cells: Vec<String> = allocs.map(|it| it.to_string()).collect();
        let _ = writeln!(text, "| allocations: {name} | {} |", cells.join(" | "));
    }
    text + &ratios(&timed, &columns)
}

/// How often ours allocate where they allocate at all.
fn allocations(timed: &[&Case]) -> String {
    let (drift, schema) = (Drift::default(), Schema::builtin());
    let count = |run: &dyn Fn()| allocation_counter::measure(run).count_total;
    let predicting = |it: &&Case| count(&|| drop(predict(&schema, &apply(it))));
    let comparing = |it: &&Case| count(&|| drop(drift.compare(&it.desired, &it.live)));
    let row = |counts: Vec<String>| format!("| {} |\n", counts.join(" | "));
    let comparing = timed.iter().map(comparing).map(|it| it.to_string()).collect();
    let predicting = timed.iter().map(predicting).map(|it| it.to_string()).collect();
    format!(
        "| allocations: ours, whole comparison of trees {}| allocations: ours, prediction {}",
        row(comparing),
        row(predicting),
    )
}

fn apply(case: &Case) -> Apply<'_> {
    Apply {
        live: Some(case.live.body()),
        desired: case.desired.body(),
        manager: "gitops",
        force: Force::Yes,
        subresource: None,
        now: "2026-01-01T00:10:00Z",
    }
}

fn cell(nanos: f64) -> String {
    match nanos / 1000.0 {
        it if it.is_nan() => " – |".into(),
        it if it < 10.0 => format!(" {it:.2} |"),
        it => format!(" {it:.0} |"),
    }
}

/// How many times as long the others take as our quick look and as our look at a text.
fn ratios(timed: &[&Case], columns: &[Times]) -> String {
    let mut text = String::from("\n### How many times as long as ours\n\n| other / ours |");
    for case in timed {
        let _ = write!(text, " {} |", case.name.trim_end_matches(", unchanged"));
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(timed.len()));
    let pairs = [
        ("gitops-engine, three-way", "ours, warm: quick look"),
        ("gitops-engine, structured merge", "ours, warm: quick look"),
        ("Flux, local part", "ours, warm: quick look"),
        ("naive walk of `serde_json` trees", "ours, warm: quick look"),
        ("naive walk of `serde_json` trees", "ours, whole comparison of trees"),
        ("`serde_json`, both parsed and `==`", "ours, cold: from the text"),
        ("structured-merge-diff, merge and compare", "ours, prediction"),
    ];
    for (other, ours) in pairs {
        let of = |column: &Times, way: &str| {
            column.iter().find(|(name, _)| name == way).map_or(f64::NAN, |it| it.1)
        };
        let ratio = |column: &Times| match of(column, other) / of(column, ours) {
            it if it.is_nan() => " – |".into(),
            it if it < 10.0 => format!(" {it:.1} |"),
            it => format!(" {it:.0} |"),
        };
        let cells: String = columns.iter().map(ratio).collect();
        let _ = writeln!(text, "| {other} / {ours} |{cells}");
    }
    text
}

fn times(case: &Case, peers: &Peers) -> Times {
    let mut times = ours(case);
    times.extend(naive(case));
    times.extend(floors(case));
    for (name, said) in peers {
        let nanos = said.get(&case.name).map_or(0.0, |it| it.nanos);
        times.push((name.clone(), if nanos > 0.0 { nanos } else { f64::NAN }));
    }
    times
}

fn ours(case: &Case) -> Times {
    let drift = Drift::default();
    let schema = Schema::builtin();
    let json = serde_json::to_string(&case.live).unwrap_or_default();
    let packed = case.packed();
    let expected = Expected::new(&schema, "gitops", &case.desired);
    let apply = apply(case);
    vec![
        ("ours, warm: quick look".into(), nanos(BUDGET, || expected.holds(&packed))),
        (
            "ours, cold: from the text".into(),
            nanos(BUDGET, || expected.holds_json(json.as_bytes())),
        ),
        ("ours, packing the text".into(), nanos(BUDGET, || Packed::from_json(json.as_bytes()))),
        (
            "ours, whole comparison of trees".into(),
            nanos(BUDGET, || drift.compare(&case.desired, &case.live)),
        ),
        ("ours, prediction".into(), nanos(BUDGET, || predict(&schema, &apply))),
        (
            "ours, making ready for quick looks".into(),
            nanos(BUDGET, || Expected::new(&schema, "gitops", &case.desired)),
        ),
    ]
}

fn naive(case: &Case) -> Times {
    let texts = [&case.desired, &case.live].map(|it| serde_json::to_string(it).unwrap_or_default());
    let [desired, live] = [parse(&texts[0]), parse(&texts[1])];
    vec![
        ("naive walk of `serde_json` trees".into(), nanos(BUDGET, || subset(&desired, &live))),
        ("`json-patch` of trees".into(), nanos(BUDGET, || json_patch::diff(&desired, &live))),
        (
            "`serde_json`, both parsed and `==`".into(),
            nanos(BUDGET, || parse(&texts[0]) == parse(&texts[1])),
        ),
    ]
}

/// What no comparison can be faster than: the bytes of what lives are compared, or hashed.
fn floors(case: &Case) -> Times {
    let live = serde_json::to_vec(&case.live).unwrap_or_default();
    let other = live.clone();
    let xxh3 = || twox_hash::XxHash3_128::oneshot(&live);
    vec![
        ("floor: memcmp".into(), nanos(BUDGET, || std::hint::black_box(&live) == &other)),
        ("floor: xxh3".into(), nanos(BUDGET, xxh3)),
        ("floor: sha256".into(), nanos(BUDGET, || Sha256::digest(&live))),
    ]
}
