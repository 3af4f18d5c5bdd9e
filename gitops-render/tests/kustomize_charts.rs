//! Charts in kustomizations, beside what `kustomize build --enable-helm` printed with Helm 3.21.

use gitops_render::{
    HelmCharts, HelmCompat, HelmFlags, Input, Kustomize, KustomizeOptions, RenderError,
};
use gitops_source::{Tree, TreePath};
use serde_json::Value as Json;

fn text<'a>(json: &'a Json, key: &str) -> Option<&'a str> {
    json[key].as_str()
}

/// The charts and files of values, with this kustomization.
fn tree(all: &Json, kustomization: &str) -> Tree {
    let files = all["files"].as_object().expect("files").iter();
    let files = files.map(|(path, content)| (path.clone(), content.as_str().expect("a text")));
    let own = ("kustomization.yaml".to_owned(), kustomization);
    Tree::from_files(files.chain([own]).map(|(path, content)| (path, content.to_owned())))
        .expect("the paths are sound")
}

fn build(tree: &Tree, charts: HelmCharts) -> Result<String, RenderError> {
    let options = KustomizeOptions { helm_charts: charts, ..KustomizeOptions::default() };
    Kustomize::new(options).build(&Input::new(tree, TreePath::default()))
}

/// Charts by the rules of the Helm that made the table.
fn recorded() -> HelmCharts {
    HelmCharts::Render(HelmFlags { compat: HelmCompat::V3_21, ..HelmFlags::default() })
}

#[test]
fn charts_print_what_kustomize_prints() {
    let all: Json = serde_json::from_str(include_str!("data/kustomize_charts.json")).expect("JSON");
    let mut differences = Vec::new();
    for case in all["cases"].as_array().expect("cases") {
        let name = text(case, "name").expect("a name");
        let tree = tree(&all, text(case, "kustomization").expect("a kustomization"));
        let found = build(&tree, recorded());
        let is_same = match (text(case, "out"), &found) {
            (Some(wanted), Ok(found)) => wanted == found,
            (None, Err(error)) => {
                let wanted = text(case, "err").expect("an output or an error");
                let wanted = wanted.trim_start_matches("Error: ").trim();
                error.to_string().contains(wanted)
            }
            _ => false,
        };
        if !is_same {
            differences.push(format!("{name}: {found:#?}\nwanted {case:#}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn charts_that_lie_elsewhere_are_asked_for() {
    let all: Json = serde_json::from_str(include_str!("data/kustomize_charts.json")).expect("JSON");
    let kustomization =
        "helmCharts:\n- name: far\n  repo: https://charts.example\n  version: 1.2.3\n";
    let error = build(&tree(&all, kustomization), recorded()).expect_err("no such chart");
    let RenderError::Missing(missing) = error else { panic!("{error}") };
    let shown: Vec<String> = missing.iter().map(|it| format!("{it:?}")).collect();
    assert_eq!(
        shown,
        ["Chart { repository: \"https://charts.example\", name: \"far\", version: \"1.2.3\", \
          lock: None }"]
    );
}

#[test]
fn charts_are_refused_unless_they_are_allowed() {
    let all: Json = serde_json::from_str(include_str!("data/kustomize_charts.json")).expect("JSON");
    let kustomization = "helmCharts:\n- name: shop\n  releaseName: r\n";
    let error = build(&tree(&all, kustomization), HelmCharts::default()).expect_err("not allowed");
    assert!(error.to_string().contains("must specify --enable-helm"), "{error}");
}
