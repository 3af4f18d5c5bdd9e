//! The diff beside what one writes without it, in one run.
//!
//! `cargo bench -p gitops-benches --bench diff` ends with the table of `README.md`.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::Criterion;
use gitops_benches::{Fleet, Pair, fleet, pairs, parse, subset};
use gitops_diff::{Differ, Drift, Layout, Live, Object, Report};

const COUNT: usize = 10_000;

fn main() {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().configure_from_args().output_directory(&home);
    for pair in pairs() {
        one(&mut criterion, &pair);
    }
    for drifted in [0, 1, 100] {
        set(&mut criterion, drifted);
    }
    criterion.final_summary();
    ratios(&home);
}

/// One object that is as declared: both sides in memory, and from the bytes of what lives.
fn one(criterion: &mut Criterion, pair: &Pair) {
    let drift = Drift::default();
    let mut group = criterion.benchmark_group(pair.name);
    let json = |object: &Object| serde_json::to_string(object).unwrap_or_default();
    let (desired, live) = (json(&pair.desired), json(&pair.live));
    let (naive_desired, naive_live) = (parse(&desired), parse(&live));
    group.bench_function("ours, warm", |b| {
        b.iter(|| drift.compare(&pair.desired, black_box(&pair.live)));
    });
    group.bench_function("naive walk, warm", |b| {
        b.iter(|| subset(&naive_desired, black_box(&naive_live)));
    });
    group.bench_function("ours, cold", |b| {
        b.iter(|| {
            let live = serde_json::from_str::<Object>(black_box(&live));
            live.map(|live| drift.compare(&pair.desired, &live))
        });
    });
    group.bench_function("naive parse and ==", |b| {
        b.iter(|| parse(black_box(&desired)) == parse(black_box(&live)));
    });
    group.bench_function("naive parse and walk", |b| {
        b.iter(|| subset(&parse(black_box(&desired)), &parse(black_box(&live))));
    });
    group.finish();
}

/// A set of which some percent have drifted: the whole plan, and its report.
fn set(criterion: &mut Criterion, drifted: usize) {
    let drift = Drift::default();
    let fleet = fleet(COUNT, drifted);
    let mut group = criterion.benchmark_group(format!("10 000 objects, {drifted} % drifted"));
    group.sample_size(10);
    let naive = naive_fleet(&fleet);
    group.bench_function("ours, warm", |b| {
        b.iter(|| drift.diff(&fleet.desired, black_box(&fleet.observed), &fleet.owned));
    });
    group.bench_function("naive walk, warm", |b| {
        b.iter(|| naive.iter().filter(|(desired, live)| !subset(desired, black_box(live))).count());
    });
    if let Ok(plan) = drift.diff(&fleet.desired, &fleet.observed, &fleet.owned) {
        let report =
            || Report::new(&plan).beside(&fleet.observed).layout(Layout::default()).to_string();
        group.bench_function("report", |b| b.iter(report));
        agreement(&naive, plan.summary().updated, drifted);
    }
    group.finish();
}

type Naive = (serde_json::Value, serde_json::Value);

fn naive_fleet(fleet: &Fleet) -> Vec<Naive> {
    let tree = |object: &Object| serde_json::Value::from(object.body().clone());
    let pair = |desired: &Object| match fleet.observed.get(desired.id()) {
        Some(Live::Present(live)) => Some((tree(desired), tree(live))),
        _ => None,
    };
    fleet.desired.iter().filter_map(pair).collect()
}

/// How often each verdict is right.
fn agreement(naive: &[Naive], ours: usize, drifted: usize) {
    let expected = COUNT * drifted / 100;
    let walked = naive.iter().filter(|(desired, live)| !subset(desired, live)).count();
    let equal = naive.iter().filter(|(desired, live)| desired != live).count();
    println!(
        "verdicts at {drifted} % (expected {expected} drifted): ours {ours}, naive walk {walked}, == {equal}"
    );
}

/// The table of `README.md`: how many times as long the naive ways take.
fn ratios(home: &Path) {
    let means = means(home);
    println!("\n| what | compared with | ratio |\n|---|---|---|");
    for (group, functions) in &means {
        for (name, mean) in functions.iter().filter(|(name, _)| name.starts_with("naive")) {
            let ours = if name.contains("parse") { "ours, cold" } else { "ours, warm" };
            if let Some(base) = functions.get(ours) {
                println!("| {group}, {ours} | {name} | {:.2} |", mean / base);
            }
        }
    }
}

/// The mean times of the last run, by group and function.
fn means(home: &Path) -> BTreeMap<String, BTreeMap<String, f64>> {
    let mut means: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for function in folders(home).iter().flat_map(|group| folders(group)) {
        let read = |file: &str| {
            let text = std::fs::read_to_string(function.join("new").join(file)).ok()?;
            serde_json::from_str::<serde_json::Value>(&text).ok()
        };
        let (Some(names), Some(estimates)) = (read("benchmark.json"), read("estimates.json"))
        else {
            continue;
        };
        let text = |name: &str| names[name].as_str().unwrap_or_default().to_owned();
        let mean = estimates["mean"]["point_estimate"].as_f64().unwrap_or(f64::NAN);
        means.entry(text("group_id")).or_default().insert(text("function_id"), mean);
    }
    means
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|it| it.path()).filter(|it| it.is_dir()).collect()
}
