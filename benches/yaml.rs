//! Reading and writing YAML beside `serde_yaml`, and JSON beside it as a yardstick, in one run.
//!
//! The texts are the largest definitions of custom resources in the corpus; `GITOPS_CORPUS` names
//! its folder: `GITOPS_CORPUS=… cargo bench -p gitops-benches --bench yaml`.

#![expect(clippy::print_stderr, reason = "a benchmark says what it leaves out")]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use criterion::{Criterion, Throughput};
use gitops_render::yaml::{self, Dialect, Layout, Options};
use serde::Deserialize as _;

const ARCHIVE: &str = "kustomize/real/kubeflow+manifests.tar.zst";

/// Names of files in the archive, by their ends.
const FILES: [(&str, &str); 2] = [
    ("kserve, 3.7 MB", "kserve/kserve_kubeflow.yaml"),
    ("ray, 3.1 MB", "kuberay-operator/base/resources.yaml"),
];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, file) in FILES {
        match text(file) {
            Some(text) => measure(&mut criterion, name, &text),
            None => eprintln!("left out: {name} (GITOPS_CORPUS is no corpus, or no tar with zstd)"),
        }
    }
    criterion.final_summary();
}

fn text(file: &str) -> Option<String> {
    let archive = Path::new(&std::env::var_os("GITOPS_CORPUS")?).join(ARCHIVE);
    let tar = |arguments: &[&str], rest: &[&str]| {
        let output = Command::new("tar").args(arguments).arg(&archive).args(rest).output().ok()?;
        output.status.success().then(|| String::from_utf8(output.stdout).ok())?
    };
    let names = tar(&["--zstd", "-tf"], &[])?;
    let name = names.lines().find(|name| name.ends_with(file))?;
    tar(&["--zstd", "-xOf"], &[name])
}

fn measure(criterion: &mut Criterion, name: &str, text: &str) {
    read(criterion, name, text);
    write(criterion, name, text);
}

fn read(criterion: &mut Criterion, name: &str, text: &str) {
    let mut group = criterion.benchmark_group(format!("read {name}"));
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    for (dialect, called) in [(Dialect::GoV2, "ours, v2"), (Dialect::GoV3, "ours, v3")] {
        let options = Options { dialect, ..Options::default() };
        group.bench_function(called, |b| {
            b.iter(|| yaml::parse(black_box(text.as_bytes()), &options).expect("as Go reads it"));
        });
    }
    group.bench_function("serde_yaml", |b| b.iter(|| peer(black_box(text))));
    let json: Vec<String> = peer(text).iter().map(ToString::to_string).collect();
    group.bench_function("serde_json, the same as JSON", |b| {
        b.iter(|| {
            let values = json.iter().map(|text| serde_json::from_str(black_box(text)));
            values.collect::<Result<Vec<serde_json::Value>, _>>().expect("what was written")
        });
    });
}

fn write(criterion: &mut Criterion, name: &str, text: &str) {
    let documents = yaml::parse(text.as_bytes(), &Options::default()).expect("as Go reads it");
    let values = peer(text);
    let mut group = criterion.benchmark_group(format!("write {name}"));
    group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
    for (dialect, called) in [(Dialect::GoV2, "ours, v2"), (Dialect::GoV3, "ours, v3")] {
        let layout = Layout { dialect, ..Layout::default() };
        group.bench_function(called, |b| {
            b.iter(|| {
                let texts = documents.iter().map(|it| yaml::write(black_box(&it.value), &layout));
                texts.map(|text| text.len()).sum::<usize>()
            });
        });
    }
    group.bench_function("serde_yaml", |b| {
        b.iter(|| {
            let texts = values.iter().map(|value| serde_yaml::to_string(black_box(value)));
            texts.map(|text| text.map_or(0, |it| it.len())).sum::<usize>()
        });
    });
    group.bench_function("serde_json", |b| {
        b.iter(|| values.iter().map(|value| black_box(value).to_string().len()).sum::<usize>());
    });
}

/// The documents into the trees that most programs use.
fn peer(text: &str) -> Vec<serde_json::Value> {
    let documents = serde_yaml::Deserializer::from_str(text);
    documents.map(|it| serde_json::Value::deserialize(it).expect("as Go reads it")).collect()
}
