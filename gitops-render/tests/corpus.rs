//! The YAML core beside what Helm and Kustomize printed. Needs `GITOPS_CORPUS`.

#![expect(clippy::print_stdout, reason = "a test says aloud what it leaves out and measures")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gitops_diff::Value;
use gitops_render::yaml::{self, Dialect, Document, Documents, Duplicates, Options};
use serde_json::Value as Json;

/// The folder of the corpus; none is said aloud.
fn corpus(part: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("GITOPS_CORPUS").map(|root| Path::new(&root).join(part));
    if folder.is_none() {
        left_out(&format!("{part} (set GITOPS_CORPUS to the folder of the corpus)"));
    }
    folder
}

/// Not by macro: the harness hides what passing tests print.
fn left_out(what: &str) {
    let _ = writeln!(std::io::stderr(), "left out: {what}");
}

fn rows(text: &str) -> Vec<Json> {
    text.lines().map(|line| serde_json::from_str(line).expect("a row of JSON")).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("because it is in the corpus")
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

fn gunzip(path: &Path) -> Option<String> {
    output(Command::new("gzip").arg("-dc").arg(path))
}

/// Prints how many are equal and the first differences, and wants none.
fn judge(what: &str, total: usize, differences: &[String]) {
    println!("{what}: {} of {total} equal", total - differences.len());
    for difference in differences.iter().take(20) {
        println!("{difference}");
    }
    assert!(total > 0, "{what}: no rows");
    assert!(differences.is_empty(), "{what}: {} rows differ", differences.len());
}

/// Go writes JSON first and reads it back as YAML, which refuses or folds these.
fn is_lost_in_json(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

#[test]
fn texts_are_written_as_helm_writes_them() {
    let Some(folder) = corpus("helm/functions") else { return };
    let (mut total, mut differences) = (0, Vec::new());
    for row in rows(&read(&folder.join("toyaml_scalars.jsonl"))) {
        let value = match row["t"].as_str() {
            Some("{{ toYaml .Values.s }}") => &row["values"]["s"],
            _ => &row["values"],
        };
        if value.to_string().contains(is_lost_in_json) {
            continue;
        }
        let text = yaml::to_string(&Value::from(value.clone()));
        total += 1;
        if text.strip_suffix('\n') != row["out"].as_str() {
            differences.push(format!("{value}\n  {:?}\n  {text:?}", row["out"]));
        }
    }
    judge("toYaml", total, &differences);
}

#[test]
fn texts_are_read_as_helm_reads_them() {
    let Some(folder) = corpus("helm/functions") else { return };
    let options = Options { duplicates: Duplicates::LastWins, ..Options::default() };
    let (mut total, mut differences) = (0, Vec::new());
    for row in rows(&read(&folder.join("fromyaml_scalars.jsonl"))) {
        let (Some(text), Some(answer)) = (row["values"]["s"].as_str(), row["out"].as_str()) else {
            continue;
        };
        let ours = Documents::new(text.as_bytes(), &options)
            .and_then(|mut documents| documents.next().transpose());
        total += 1;
        let answer: Json = serde_json::from_str(answer).expect("because toJson made it");
        if !agrees(ours.as_ref(), &answer) {
            differences.push(format!("{text:?}\n  {answer}\n  {ours:?}"));
        }
    }
    judge("fromYaml", total, &differences);
}

/// Whether what we read is what `fromYaml` or `fromYamlArray` answered: both demand a type.
fn agrees(ours: Result<&Option<Document>, &yaml::Error>, answer: &Json) -> bool {
    let error = answer.get("Error").or_else(|| answer.get(0)).and_then(Json::as_str);
    let error = error.filter(|it| it.starts_with("error "));
    match (ours, error) {
        (Ok(_), Some(error)) => error.starts_with("error unmarshaling JSON"),
        (Err(_), error) => error.is_some(),
        (Ok(None), None) => answer.as_object().is_none_or(serde_json::Map::is_empty),
        (Ok(Some(document)), None) => same(&Json::from(document.value.clone()), answer),
    }
}

/// Whether two values are equal where every number is a float, as in Helm.
fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
        }
        _ => one == other,
    }
}

#[test]
fn keys_come_in_the_order_of_kustomize() {
    let Some(folder) = corpus("kustomize/fuzz") else { return };
    let Some(text) = gunzip(&folder.join("keys.jsonl.gz")) else {
        return left_out("the order of keys (no gzip in PATH)");
    };
    let options = Options { dialect: Dialect::GoV3, ..Options::default() };
    let (mut total, mut differences) = (0, Vec::new());
    for row in rows(&text) {
        let (Some(input), Some(out)) = (row["in"].as_str(), row["out"].as_str()) else { continue };
        // What Go prints for keys that compare in a circle depends on chance, and Kustomize takes
        // a quoted `<<` for a merge when it reads its own output again.
        if row["cyclic"].as_bool() == Some(true) || input.contains("\"<<\"") {
            continue;
        }
        let ours = yaml::parse(input.as_bytes(), &options)
            .map(|documents| yaml::to_string(&documents[0].value));
        total += 1;
        if ours.as_deref().ok() != Some(out) {
            differences.push(format!("{input:?}\n  {out:?}\n  {ours:?}"));
        }
    }
    judge("keys of kustomize", total, &differences);
}

#[test]
fn every_real_document_is_written_as_it_was_read() {
    let Some(folder) = corpus("kustomize/real") else { return };
    let entries = std::fs::read_dir(folder).expect("because it is in the corpus");
    let mut archives: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    archives.retain(|path| path.to_string_lossy().ends_with(".expected.tar.zst"));
    archives.sort();
    let (mut total, mut differences) = (0, Vec::new());
    for archive in archives {
        let Some(text) = output(Command::new("tar").args(["--zstd", "-xOf"]).arg(&archive)) else {
            return left_out("the outputs of Kustomize (no tar with zstd in PATH)");
        };
        for text in text.split_inclusive("\n---\n") {
            let text = text.strip_suffix("---\n").unwrap_or(text);
            // Two outputs follow each other without a separator: keys appear twice.
            let Ok(documents) = yaml::parse(text.as_bytes(), &Options::default()) else { continue };
            let [document] = documents.as_slice() else { continue };
            total += 1;
            if yaml::to_string(&document.value) != text {
                differences.push(format!("{}: {text:.300}", archive.display()));
            }
        }
    }
    judge("real documents", total, &differences);
}
