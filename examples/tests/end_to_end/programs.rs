//! The examples as a person runs them.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// An example, built beside this test.
pub(crate) fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).expect("because tests lie in `deps`");
    let program: PathBuf = profile.join("examples").join(name);
    assert!(program.exists(), "{} is built by `cargo test --workspace`", program.display());
    Command::new(program)
}

fn run(name: &str, arguments: &[&str]) -> (Output, String) {
    let output = example(name).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (output, text)
}

#[test]
fn the_quickstart_tells_the_whole_story() {
    let (output, text) = run("quickstart", &[]);
    assert!(output.status.success(), "{text}");
    for line in ["writes: 0", "Deployment.apps/shop/web updated", "ConfigMap/shop/banner deleted"] {
        assert!(text.contains(line), "{line} in:\n{text}");
    }
    assert!(!text.contains("correct-horse"), "values of Secrets are hidden:\n{text}");
}

#[test]
fn the_agent_shows_itself_without_arguments() {
    let (output, text) = run("agent", &[]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("+ Deployment.apps/shop/web: created"), "{text}");
}

#[test]
fn the_agent_prints_json_and_says_by_its_exit_code_that_something_differs() {
    let (output, text) = run("agent", &["--report-only", "--output", "json"]);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let events: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let finished = events.iter().find(|event| event["event"] == "finished").unwrap();
    assert_eq!(finished["report"]["conclusion"], "different");
    assert!(!text.contains("correct-horse"), "values of Secrets are hidden:\n{text}");
}

#[test]
fn the_agent_says_what_is_wrong_with_a_repository() {
    let (output, text) = run("agent", &["--repo", "/nowhere.git", "--once"]);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("nowhere.git"), "{text}");
}

#[test]
fn render_prints_yaml_that_renders_to_itself() {
    let (output, text) = run("render", &[]);
    assert!(output.status.success(), "{text}");
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("all.yaml");
    std::fs::write(&file, &text).unwrap();
    let (_, again) = run("render", &[file.to_str().unwrap()]);
    assert_eq!(text, again);
}

#[test]
fn render_names_the_line_that_is_wrong() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("bad.yaml"), "apiVersion: v1\nkind: [\n").unwrap();
    let output = example("render").arg(folder.path()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("bad.yaml:"), "{error}");
}

#[test]
fn predict_prints_what_a_server_answers() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let config = |k: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: {k}\n")
    };
    let one = file("one.yaml", &config("one"));
    let (output, answer) = run("predict", &["--desired", &one, "--manager", "m"]);
    assert!(output.status.success(), "{answer}");
    assert!(answer.contains("f:k: {}\n    manager: m\n    operation: Apply"), "{answer}");

    let (live, two) = (file("live.yaml", &answer), file("two.json", &config("two")));
    let other = ["--live", &live, "--desired", &two, "--manager", "other"];
    let (output, text) = run("predict", &other);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), text.as_str()), (Some(1), ""), "{error}");
    assert!(
        error.contains("ConfigMap/a is refused (409 Conflict)\n  .data.k: conflict with \"m\"")
    );

    let (output, text) = run("predict", &[&other[..], &["--force", "--output", "json"]].concat());
    assert!(output.status.success(), "{text}");
    let forced: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(forced["data"]["k"], "two");

    let nameless = file("bad.yaml", "# no name\napiVersion: v1\nkind: ConfigMap\n");
    let (output, _) = run("predict", &["--desired", &nameless, "--manager", "m"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("bad.yaml:2: `metadata.name` is missing"), "{error}");
}

#[test]
fn diff_exits_as_kubectl_diff_does() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, data: &str| {
        let path = folder.path().join(name);
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: ";
        std::fs::write(&path, format!("{head}{data}\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, two) = (file("one.yaml", "new"), file("two.yaml", "old"));
    let cases = [(&one, &one, 0), (&one, &two, 1), (&one, &"nowhere.yaml".to_owned(), 2)];
    for (desired, live, code) in cases {
        let (output, text) = run("diff", &[desired, live]);
        assert_eq!(output.status.code(), Some(code), "{desired} {live}: {text}");
    }
    let (_, text) = run("diff", &[&one, &two]);
    assert!(text.contains("-  k: old\n+  k: new\n"), "{text}");
}

#[test]
fn diff_follows_rules_of_other_tools_and_says_why() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let config = |k: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  b: x\n  k: {k}\n")
    };
    let (desired, live) = (file("a.yaml", &config("new")), file("b.yaml", &config("old")));
    let argo = file(
        "app.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  ignoreDifferences:\n  \
         - kind: ConfigMap\n    jqPathExpressions: [.data.k]\n",
    );
    let both = [desired.as_str(), live.as_str()];
    let diff = |more: &[&str]| {
        let (output, text) = run("diff", &[&both[..], more].concat());
        (output.status.code(), text, String::from_utf8(output.stderr).unwrap())
    };
    let (code, text, _) = diff(&["--rules", &argo]);
    assert_eq!(code, Some(0), "{text}");

    let (code, text, _) = diff(&["--rules", &argo, "--explain", "data.k"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("declared  \"new\" at a.yaml:7\n  lives     \"old\"\n"), "{text}");
    assert!(text.contains("app.yaml:5)\n"), "{text}");

    let (code, rules, _) = diff(&["--suggest"]);
    assert_eq!(code, Some(1), "{rules}");
    let (code, text, _) = diff(&["--rules", &file("rules.yaml", &rules)]);
    assert_eq!(code, Some(0), "{rules}{text}");

    let bad =
        file("bad.yaml", "rules:\n- path: data.k\n  take: live\n- path: a..b\n  take: live\n");
    let (code, _, error) = diff(&["--rules", &bad]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("bad.yaml:4: rule 2: path: `a..b` is no path"), "{error}");
}

#[test]
fn diff_prints_patches_and_markdown() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, data: &str| {
        let path = folder.path().join(name);
        let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: ";
        std::fs::write(&path, format!("{head}{data}\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, two) = (file("one.yaml", "new"), file("two.yaml", "old"));
    let (_, text) = run("diff", &[&one, &two, "--output", "patch"]);
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["object"], "ConfigMap/a");
    assert_eq!(line["patch"][0]["path"], "/data/k");
    let (_, text) = run("diff", &[&one, &two, "--output", "markdown"]);
    assert!(text.contains("```diff"), "{text}");
}

#[test]
fn diff_shows_itself_without_arguments() {
    let (output, text) = run("diff", &[]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("-  replicas: 5\n+  replicas: 2\n"), "{text}");
    assert!(!text.contains("correct-horse"), "values of Secrets are hidden:\n{text}");
}
