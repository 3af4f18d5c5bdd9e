//! Every case of the corpus, byte for byte.

use std::path::Path;
use std::sync::Mutex;

use gitops_render::{Crds, Helm, HelmCompat, HelmOptions, HelmValues, Input, ValuesFile};
use gitops_source::{Tree, TreePath};

use crate::corpus;
use crate::tally::{Tally, difference};

/// What a case prints, or why it does not; the same when it is rendered anew,
/// unless it asks for random bytes or the time.
fn render(kept: &Helm, charts: &Path, case: &Path) -> Result<String, String> {
    let about = corpus::json(&case.join("case.json"));
    let chart = about["chart"].as_str().expect("a chart");
    let packed = std::fs::read(charts.join(chart)).expect("an archive");
    let tree = Tree::from_files([(chart, packed)]).map_err(|error| error.to_string())?;
    let values = ValuesFile::Text {
        name: "values.yaml".into(),
        text: corpus::text(&case.join("values.yaml")),
    };
    let options = HelmOptions {
        release: about["release"].as_str().expect("a release").to_owned(),
        namespace: about["namespace"].as_str().expect("a namespace").to_owned(),
        values: HelmValues { files: vec![values], ..HelmValues::default() },
        crds: if about["includeCrds"] == true { Crds::Include } else { Crds::Skip },
        compat: HelmCompat::V4_2_3,
        limits: corpus::limits(),
        ..HelmOptions::default()
    };
    let path = TreePath::new(chart).map_err(|error| error.to_string())?;
    let mut helm = kept.clone();
    helm.options = options;
    let input = Input::new(&tree, path);
    let printed = helm.template(&input).map_err(|error| error.to_string())?;
    let is_random = case.join("expected2.yaml.gz").exists();
    for time in 2..=if is_random { 1 } else { ANEW } {
        let again = helm.template(&input).map_err(|error| error.to_string())?;
        if again != printed {
            return Err(format!("render {time}: {}", difference(&printed, &again)));
        }
    }
    Ok(printed)
}

/// What is kept is made in the second render, and serves the third.
const ANEW: usize = 3;

/// Whether `found` is what Helm printed; on a line that differs between two renders of it
/// everything is.
fn compare(case: &Path, found: Result<String, String>) -> Result<(), String> {
    let found = found?;
    let expected = corpus::unpacked(&case.join("expected.yaml.gz"));
    let other = case.join("expected2.yaml.gz");
    if !other.exists() {
        return if expected == found { Ok(()) } else { Err(difference(&expected, &found)) };
    }
    let other = corpus::unpacked(&other);
    let same = expected.split('\n').count() == found.split('\n').count();
    let lines = expected.split('\n').zip(other.split('\n')).zip(found.split('\n'));
    let masked: Vec<&str> =
        lines.map(|((one, two), found)| if one == two { found } else { one }).collect();
    let masked = masked.join("\n");
    if same && masked == expected {
        return Ok(());
    }
    Err(difference(&expected, if same { &masked } else { &found }))
}

#[test]
fn charts_of_the_corpus_print_what_helm_printed() {
    let Some(cases) = corpus::folder("cases") else { return };
    let charts = corpus::folder("charts").expect("beside the cases");
    let mut work = Vec::new();
    for chart in corpus::entries(&cases) {
        for case in corpus::entries(&chart) {
            let name = format!("{}/{}", corpus::name(&chart), corpus::name(&case));
            if Tally::wants(&name) {
                work.push((name, case));
            }
        }
    }
    let kept = Helm::default();
    let (work, tally) = (Mutex::new(work.into_iter()), Mutex::new(Tally::new("cases")));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = work.lock().expect("no panic").next();
                    let Some((name, case)) = next else { break };
                    let result = compare(&case, render(&kept, &charts, &case));
                    tally.lock().expect("no panic").add(&name, result);
                }
            });
        }
    });
    tally.into_inner().expect("no panic").judge();
}
