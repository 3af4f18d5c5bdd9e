//! A chart in Git that keeps a password by `lookup`, as many charts do.

use std::sync::Arc;

use gitops_diff::{Drift, Live, ObjectId};
use gitops_reconcile::{Conclusion, Reconciler, Report};
use gitops_render::{Auto, Helm, HelmOptions, LiveLookup, LookupKinds};
use gitops_source::{GitSource, RefSelector};
use serde_json::json;

use crate::cluster::{NAME, Target, api_server};
use crate::git::Served;
use crate::programs::example;

const SECRET: &str = "\
{{- $old := lookup \"v1\" \"Secret\" .Release.Namespace .Release.Name }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}
  labels: {tier: {{ .Values.tier }}}
data:
  {{- if $old }}
  password: {{ $old.data.password }}
  {{- else }}
  password: {{ randAlphaNum 24 | b64enc }}
  {{- end }}
";

/// Of the namespaces that live, which no render knows beforehand.
const SETTINGS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  uid: {{ (lookup \"v1\" \"Namespace\" \"\" .Release.Namespace).metadata.uid }}
  teams: {{ range (lookup \"v1\" \"Namespace\" \"\" \"\").items -}}
    {{ with .metadata.labels.team }}{{ . }}{{ end }}
  {{- end }}
";

fn repository(test: &str) -> Option<Served> {
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: vault\nversion: 0.1.0\n"),
        ("values.yaml", "tier: test\n"),
        ("templates/secret.yaml", SECRET),
        ("templates/settings.yaml", SETTINGS),
    ];
    Served::new(&files.map(|(path, text)| (path.to_owned(), text.to_owned())), test)
}

fn reconciler(target: &Target, served: &Served, kinds: LookupKinds) -> Reconciler {
    let source = GitSource::new(served.url(), RefSelector::Branch("main".into())).unwrap();
    let helm = Helm::new(HelmOptions {
        release: "vault".into(),
        lookup: Arc::new(LiveLookup { kinds }),
        ..HelmOptions::default()
    });
    let renderer = Auto::default().with_helm(helm);
    Reconciler::new(source, renderer, target.applier("default"), target.ledger())
        .with_differ(Drift { manager: NAME.into(), ..Drift::default() })
}

/// Runs, and says how often it rendered and how many objects it changed.
async fn run(reconciler: &mut Reconciler) -> (u64, usize) {
    let report = succeed(reconciler.run_once().await);
    (report.counters.renders, report.changes.len())
}

fn succeed(report: Arc<Report>) -> Arc<Report> {
    assert_eq!(report.conclusion, Conclusion::InSync, "{report}");
    report
}

async fn data(target: &Target, kind: &str, key: &str) -> String {
    let id: ObjectId = format!("{kind}/default/vault").parse().unwrap();
    let owned = target.owned().await;
    let Some(Live::Present(object)) = owned.get(&id) else { panic!("{id} is missing") };
    object.pointer(&format!("/data/{key}")).unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_password_that_a_chart_looks_up_stays_in_memory() {
    tell(&Target::memory()).await;
}

#[tokio::test]
async fn a_password_that_a_chart_looks_up_stays_on_a_real_api_server() {
    let Some(server) = api_server("a chart that looks up").await else { return };
    let client = server.client().await.unwrap();
    tell(&Target { client, memory: None }).await;
}

async fn tell(target: &Target) {
    let Some(mut served) = repository("a chart that looks up") else { return };
    let mut agent = reconciler(target, &served, LookupKinds::All);
    // Without its namespace the settings fail, before they ask for all namespaces.
    assert_eq!(run(&mut agent).await, (3, 2));
    let password = data(target, "Secret", "password").await;
    assert_eq!(password.len(), 32);
    assert_eq!(data(target, "ConfigMap", "uid").await.len(), 36);

    // The Secret is there now; its password stays. Then nothing is new.
    assert_eq!(run(&mut agent).await, (1, 0));
    assert_eq!(run(&mut agent).await, (0, 0));
    assert_eq!(run(&mut reconciler(target, &served, LookupKinds::All)).await.1, 0);

    served.repository.commit("Another tier", &[("values.yaml", Some("tier: real\n"))]).unwrap();
    assert_eq!(run(&mut agent).await.1, 1);
    assert_eq!(data(target, "Secret", "password").await, password);

    let labels = json!({"name": "ours", "labels": {"team": "ours"}});
    target.make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": labels})).await;
    assert_eq!(run(&mut agent).await.1, 1);
    assert_eq!(data(target, "ConfigMap", "teams").await, "ours");

    let report = reconciler(target, &served, LookupKinds::default()).run_once().await;
    let error = report.error.as_deref().unwrap().to_string();
    assert!(error.starts_with("templates/secret.yaml:1:12: "), "{error}");
    assert!(error.contains("the kind of v1 Secret default/vault may not be looked up"), "{error}");
    assert_eq!(data(target, "Secret", "password").await, password);
}

#[tokio::test]
async fn the_agent_lets_charts_look_up_what_it_is_told() {
    let Some(served) = repository("the agent and a chart that looks up") else { return };
    let agent = |kinds: &[&str]| {
        let output = example("agent")
            .args(["--repo", &served.url(), "--once", "--release", "vault"])
            .args(kinds)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, printed) = agent(&["--lookup", "Secret,Namespace"]);
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains("+ Secret/default/vault: created"), "{printed}");
    let (code, printed) = agent(&["--lookup", "Secret"]);
    assert_eq!(code, Some(2), "{printed}");
    assert!(printed.contains("the kind of v1 Namespace default may not be looked up"), "{printed}");
    let (code, printed) = agent(&[]);
    assert_eq!(code, Some(2), "nothing is found: {printed}");
    assert!(printed.contains("nil pointer evaluating interface {}.uid"), "{printed}");
}
