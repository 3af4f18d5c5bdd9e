//! Charts that Helm refuses, with its words.

use std::collections::BTreeSet;
use std::path::Path;

use gitops_render::{
    Helm, HelmCompat, HelmOptions, HelmValues, Input, RenderError, Requirement, ValuesFile,
};
use gitops_source::{Tree, TreePath};

use crate::corpus;
use crate::tally::Tally;

/// Why a chart is refused.
fn refusal(folder: &Path) -> Result<String, RenderError> {
    let files = corpus::files(&folder.join("chart"));
    let files = files.into_iter().map(|(path, content)| (format!("chart/{path}"), content));
    let tree = Tree::from_files(files).expect("a tree");
    let values = corpus::text(&folder.join("values.yaml"));
    let values = ValuesFile::Text { name: "values.yaml".to_owned(), text: values };
    let options = HelmOptions {
        values: HelmValues { files: vec![values], ..HelmValues::default() },
        compat: HelmCompat::V4_2_3,
        limits: corpus::limits(),
        ..HelmOptions::default()
    };
    let path = TreePath::new("chart").expect("a path");
    Helm::new(options).template(&Input::new(&tree, path))
}

/// The words of an error, without its place.
fn words(error: &RenderError) -> String {
    match error {
        RenderError::Invalid { message, .. } => message.clone(),
        RenderError::Missing(requirements) => {
            let names: Vec<&str> = requirements
                .iter()
                .filter_map(|requirement| match requirement {
                    Requirement::Chart { name, .. } => Some(&**name),
                    _ => None,
                })
                .collect();
            format!(
                "chart dependencies are missing; run dependency update/build first: found in \
                 Chart.yaml, but missing in charts/ directory: {}",
                names.join(", ")
            )
        }
        other => other.to_string(),
    }
}

/// The places that an error of a schema names; of nested ones the innermost.
fn places(error: &str) -> BTreeSet<&str> {
    let lines: Vec<(usize, &str)> = error
        .lines()
        .filter_map(|line| {
            let (indent, rest) = line.split_once("- at '")?;
            Some((indent.len(), rest.split('\'').next()?))
        })
        .collect();
    let inner = |at: usize| lines.get(at + 1).is_none_or(|next| next.0 <= lines[at].0);
    (0..lines.len()).filter(|at| inner(*at)).map(|at| lines[at].1).collect()
}

fn compare(name: &str, expected: &str, found: Result<String, RenderError>) -> Result<(), String> {
    let found = match found {
        Ok(_) => return Err(format!("it renders, but should fail with\n{expected}")),
        Err(error) => words(&error),
    };
    let schema = name.starts_with("schema-") && {
        let frame = |text: &str| text.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
        frame(expected) == frame(&found) && places(expected) == places(&found)
    };
    if schema || expected.strip_suffix('\n') == Some(&*found) {
        return Ok(());
    }
    Err(format!("wanted: {expected}found:  {found}"))
}

#[test]
fn charts_that_helm_refuses_are_refused_in_its_words() {
    let Some(folder) = corpus::folder("negative") else { return };
    let mut tally = Tally::new("negative");
    for case in corpus::entries(&folder) {
        let name = corpus::name(&case);
        if Tally::wants(&name) {
            let expected = corpus::text(&case.join("expected-error.txt"));
            tally.add(&name, compare(&name, &expected, refusal(&case)));
        }
    }
    tally.judge();
}
