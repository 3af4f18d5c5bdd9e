//! A chart in Git with values from the same repository and a dependency from a chart repository.

use std::sync::{Arc, Mutex};

use gitops_diff::{Drift, Live, ObjectId};
use gitops_reconcile::{Conclusion, Reconciler, Remotes, Report};
use gitops_render::{Auto, Helm, HelmOptions, HelmValues, ValuesFile};
use gitops_source::{GitSource, RefSelector, TreePath};

use self::server::{Request, Server};
use crate::cluster::{NAME, Target, api_server};
use crate::git::Served;
use crate::programs::example;

#[path = "../../../gitops-source/tests/chart/server.rs"]
#[expect(dead_code, reason = "the tests of gitops-source use all of it")]
mod server;

const TEMPLATE: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-{{ .Chart.Name }}
data:
  colour: {{ .Values.colour }}
  version: {{ .Chart.Version | quote }}
";

/// A chart as `helm package` makes it.
fn packaged(name: &str, version: &str) -> Vec<u8> {
    let files = [
        ("Chart.yaml", format!("apiVersion: v2\nname: {name}\nversion: {version}\n")),
        ("values.yaml", "colour: grey\n".to_owned()),
        ("templates/settings.yaml", TEMPLATE.to_owned()),
    ];
    let mut archive =
        tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("{name}/{path}"), text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// A chart repository that has `settings` in the versions that were put into it.
fn charts(versions: &Arc<Mutex<Vec<&'static str>>>) -> Server {
    let versions = Arc::clone(versions);
    Server::start(move |request: &Request| {
        if let Some(file) = request.path.strip_prefix("/settings-") {
            return (200, vec![], packaged("settings", file.trim_end_matches(".tgz")));
        }
        let entry = |version: &&str| {
            format!("  - version: {version}\n    urls: [settings-{version}.tgz]\n")
        };
        let entries: Vec<String> = versions.lock().unwrap().iter().map(entry).collect();
        (200, vec![], format!("entries:\n  settings:\n{}", entries.concat()).into_bytes())
    })
}

/// A repository with a chart and the values of a cluster.
fn repository(charts: &Server, test: &str) -> Option<Served> {
    let chart = format!(
        "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies:\n- name: settings\n  version: ^1\n  \
         repository: {}\n",
        charts.url
    );
    let files = [
        ("charts/web/Chart.yaml", chart),
        ("charts/web/values.yaml", "colour: grey\n".to_owned()),
        ("charts/web/templates/web.yaml", TEMPLATE.to_owned()),
        ("clusters/production.yaml", "colour: blue\nsettings: {colour: green}\n".to_owned()),
    ];
    let files: Vec<_> = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    Served::new(&files, test)
}

fn reconciler(target: &Target, served: &Served) -> Reconciler {
    let source = GitSource::new(served.url(), RefSelector::Branch("main".into())).unwrap();
    let files = vec![ValuesFile::Tree(TreePath::new("clusters/production.yaml").unwrap())];
    let helm = Helm::new(HelmOptions {
        release: "shop".into(),
        values: HelmValues { files, ..HelmValues::default() },
        ..HelmOptions::default()
    });
    let renderer = Auto::default().with_helm(helm);
    Reconciler::new(source, renderer, target.applier("default"), target.ledger())
        .with_resolver(Arc::new(Remotes::default()))
        .with_differ(Drift { manager: NAME.into(), ..Drift::default() })
        .with_path(TreePath::new("charts/web").unwrap())
}

async fn run(reconciler: &mut Reconciler) -> Arc<Report> {
    let report = reconciler.run_once().await;
    assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
    report
}

/// A key of the data of a configuration of the release.
async fn data(target: &Target, chart: &str, key: &str) -> String {
    let id: ObjectId = format!("ConfigMap/default/shop-{chart}").parse().unwrap();
    let owned = target.owned().await;
    let Some(Live::Present(object)) = owned.get(&id) else { panic!("{id} is missing") };
    object.pointer(&format!("/data/{key}")).unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_chart_with_values_and_a_dependency_is_kept_in_memory() {
    tell(&Target::memory()).await;
}

#[tokio::test]
async fn a_chart_with_values_and_a_dependency_is_kept_on_a_real_api_server() {
    let Some(server) = api_server("a chart").await else { return };
    let client = server.client().await.unwrap();
    tell(&Target { client, memory: None }).await;
}

async fn tell(target: &Target) {
    let versions = Arc::new(Mutex::new(vec!["1.0.0", "2.0.0"]));
    let charts = charts(&versions);
    let Some(mut served) = repository(&charts, "a chart") else { return };
    let mut reconciler = reconciler(target, &served);

    run(&mut reconciler).await;
    assert_eq!(data(target, "web", "colour").await, "blue");
    assert_eq!(data(target, "settings", "colour").await, "green");
    assert_eq!(data(target, "settings", "version").await, "1.0.0");
    assert_eq!(run(&mut reconciler).await.counters.renders, 0, "nothing moved");

    let files = [("clusters/production.yaml", Some("colour: red\n"))];
    served.repository.commit("Paint it red", &files).unwrap();
    run(&mut reconciler).await;
    assert_eq!(data(target, "web", "colour").await, "red");
    assert_eq!(data(target, "settings", "colour").await, "grey");

    versions.lock().unwrap().push("1.1.0");
    run(&mut reconciler).await;
    assert_eq!(data(target, "settings", "version").await, "1.1.0");
}

#[tokio::test]
async fn the_agent_keeps_a_chart() {
    let charts = charts(&Arc::new(Mutex::new(vec!["1.0.0"])));
    let Some(served) = repository(&charts, "the agent and a chart") else { return };
    let path = ["--path", "charts/web", "--values", "clusters/production.yaml"];
    let output = example("agent")
        .args(["--repo", &served.url(), "--once", "--release", "shop"])
        .args(path)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    for name in ["web", "settings"] {
        let line = format!("+ ConfigMap/default/shop-{name}: created");
        assert!(printed.contains(&line), "{line} in:\n{printed}");
    }
}
