//! What templates look up, beside the `helm` that `GITOPS_HELM` names (4.2), against the same API
//! server.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use gitops_apply::testkit::ApiServer;
use gitops_apply::{Applier, KubeApplier};
use gitops_render::{Helm, HelmOptions, Input, LiveLookup, LookupKinds, RenderError, Requirement};
use gitops_source::{Tree, TreePath};
use serde_json::json;
use tempfile::TempDir;

use crate::cluster::{Target, api_server};
use crate::left_out;

const CHART: &str = "apiVersion: v2\nname: looks\nversion: 0.1.0\n";

/// What is printed of lookups. The revision of a list moves with every write of the server's own,
/// so only its items are.
const PRINTED: [&str; 19] = [
    r#"lookup "v1" "Service" "beside" "web" | toYaml"#,
    r#"(lookup "v1" "Service" "beside" "").items | toJson"#,
    r#"lookup "v1" "Service" "" "web""#,
    r#"(lookup "v1" "Secret" "nowhere" "").kind"#,
    r#"lookup "v1" "Secret" "default" "none""#,
    r#"lookup "v1" "Namespace" "elsewhere" "default" | toJson"#,
    r#"(lookup "scheduling.k8s.io/v1" "PriorityClass" "" "").items | toYaml"#,
    r#"kindOf (lookup "scheduling.k8s.io/v1" "PriorityClass" "" "system-node-critical").value"#,
    r#"lookup "flowcontrol.apiserver.k8s.io/v1" "PriorityLevelConfiguration" "" "exempt" | toYaml"#,
    r#"(lookup "flowcontrol.apiserver.k8s.io/v1" "FlowSchema" "" "").items | toJson"#,
    r#"lookup "/v1" "Service" "beside" "web" | toJson"#,
    r#"lookup "v1" "Secret" "beside" "a b?c#é""#,
    r#"lookup "v1" "Nothing" "default" "none""#,
    r#"lookup "v1" "Nothing" "default" "v1" | toJson"#,
    r#"lookup "v1" "Nothing" "a/b" "" | toJson"#,
    r#"lookup "v1" "services" "beside" "web" | toJson"#,
    r#"lookup "v1" "" "" "" | toJson"#,
    r#"lookup "apps/v1" "Nothing" "" "" | toJson"#,
    r#"lookup "apps/v1" "Deployment" (lookup "v1" "Namespace" "" "default").metadata.name "" | kindOf"#,
];

const REFUSED: [&str; 8] = [
    r#"lookup "v9" "Secret" "default" "none""#,
    r#"lookup "example.com/v1" "Widget" "" """#,
    r#"lookup "" "Secret" "default" "none""#,
    r#"lookup "v1" "Secret" "default" "a/b""#,
    r#"lookup "v1" "Secret" "." "a""#,
    r#"lookup "v1" "Nothing" "beside" "%""#,
    r#"lookup "../v1" "Nothing" "" """#,
    r#"lookup "authentication.k8s.io/v1" "TokenReview" "" """#,
];

#[tokio::test]
async fn lookups_print_what_helm_prints() {
    let Ok(helm) = std::env::var("GITOPS_HELM") else {
        return left_out("lookups beside helm", "GITOPS_HELM is not set");
    };
    let Some(server) = api_server("lookups beside helm").await else { return };
    let target = Target { client: server.client().await.unwrap(), memory: None };
    let applier = target.applier("default");
    target
        .make(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "beside"}}))
        .await;
    let service = json!({"apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "web", "namespace": "beside", "labels": {"on": "y"}},
        "spec": {"ports": [{"port": 80}], "selector": {"app": "1e3"}}});
    target.make(service).await;
    for action in PRINTED.iter().chain(&REFUSED) {
        let template = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: {{{{ {action} | quote }}}}\n"
        );
        let ours = ours(&applier, &template).await;
        let theirs = theirs(&helm, &server, &template);
        assert_eq!(ours.is_err(), REFUSED.contains(action), "{action}: {ours:?}");
        assert_eq!(ours, theirs, "{action}");
    }
}

/// What is printed once nothing is missing any more, or the error without its place.
async fn ours(applier: &KubeApplier, template: &str) -> Result<String, String> {
    let tree = Tree::from_files([
        ("looks/Chart.yaml", CHART.to_owned()),
        ("looks/templates/a.yaml", template.to_owned()),
    ]);
    let tree = tree.unwrap();
    let lookup = Arc::new(LiveLookup { kinds: LookupKinds::All });
    let helm = Helm::new(HelmOptions { lookup, ..HelmOptions::default() });
    let mut input = Input::new(&tree, TreePath::new("looks").unwrap());
    loop {
        let missing = match helm.template(&input) {
            Ok(text) => return Ok(text),
            Err(RenderError::Missing(missing)) => missing,
            Err(RenderError::Invalid { message, .. }) => return Err(message),
            Err(other) => return Err(other.to_string()),
        };
        for requirement in missing {
            let Requirement::Object(query) = &requirement else { panic!("{requirement}") };
            let found = applier.look_up(query).await.map_err(|error| error.to_string());
            let found = found.as_ref().map(Option::as_ref).map_err(String::as_str);
            let answer = Requirement::answer(found);
            input.fetched.insert(requirement, answer);
        }
    }
}

/// What the command prints, or its error.
fn theirs(helm: &str, server: &ApiServer, template: &str) -> Result<String, String> {
    let folder = TempDir::new().unwrap();
    let chart = folder.path().join("looks");
    let write = |path: &str, text: &str| {
        let path = chart.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("Chart.yaml", CHART);
    write("templates/a.yaml", template);
    let output = Command::new(helm)
        .args(["template", "release-name"])
        .arg(&chart)
        .args(["--dry-run=server", "--kubeconfig"])
        .arg(server.kubeconfig_path())
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    let said = String::from_utf8(output.stderr).unwrap();
    let error = said.lines().find_map(|line| line.strip_prefix("Error: "));
    Err(error.unwrap_or(&said).to_owned())
}
