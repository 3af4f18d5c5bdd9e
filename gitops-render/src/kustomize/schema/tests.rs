use super::*;

fn view(schema: &Schema) -> View {
    schema.view().expect("a schema")
}

/// The keys of the list at the end of the path, where `[]` stands for the items of a list.
fn keys(view: &View, api_version: &str, kind: &str, path: &str) -> Option<Vec<String>> {
    let root = view.kind(api_version, kind)?;
    let spot = path.split('/').try_fold(root, |spot, part| match part {
        "[]" => view.items(spot),
        name => view.field(spot, name),
    })?;
    view.merge_keys(spot).map(|keys| keys.iter().map(ToString::to_string).collect())
}

#[test]
fn lists_of_kubernetes_are_merged_by_their_keys() {
    let view = view(&Schema::default());
    let check = |api_version: &str, kind: &str, path: &str, expected: Option<&[&str]>| {
        let found = keys(&view, api_version, kind, path);
        let expected = expected.map(|it| it.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(found, expected, "{kind} {path}");
    };
    let pod = "spec/template/spec";
    check("apps/v1", "Deployment", &format!("{pod}/containers"), Some(&["name"]));
    check("apps/v1", "Deployment", &format!("{pod}/containers/[]/env"), Some(&["name"]));
    let ports = format!("{pod}/containers/[]/ports");
    check("apps/v1", "Deployment", &ports, Some(&["containerPort", "protocol"]));
    check("apps/v1", "Deployment", &format!("{pod}/containers/[]/args"), None);
    check("apps/v1", "Deployment", &format!("{pod}/volumes"), Some(&["name"]));
    check("batch/v1", "CronJob", "spec/jobTemplate/spec/template/spec/containers", Some(&["name"]));
    check("v1", "Service", "spec/ports", Some(&["port", "protocol"]));
    check("v1", "Pod", "metadata/finalizers", Some(&[]));
    check("v1", "ServiceAccount", "imagePullSecrets", None);
    check("apps/v1beta1", "Deployment", &format!("{pod}/containers"), None);
    check(
        "kustomize.config.k8s.io/v1beta1",
        "Kustomization",
        "configMapGenerator",
        Some(&["name"]),
    );
}

#[test]
fn fields_that_nobody_knows_differ_from_those_in_which_nothing_is_merged() {
    let view = view(&Schema::default());
    let root = view.kind("apps/v1", "ControllerRevision").expect("a known kind");
    assert_eq!(view.field(root, "data"), Some(Spot::Leaf));
    assert_eq!(view.field(root, "date"), None);
    let map = view.field(view.kind("v1", "ConfigMap").expect("known"), "data").expect("a field");
    assert_eq!(view.field(map, "any"), Some(Spot::Leaf));
}

#[test]
fn scopes_are_certain_for_known_kinds_only() {
    let schema = Schema::default();
    for (api_version, kind, expected) in [
        ("v1", "Namespace", true),
        ("v1", "Pod", false),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", true),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", true),
        ("rbac.authorization.k8s.io/v2", "ClusterRole", false),
        ("example.com/v1", "Thing", false),
        ("", "Namespace", false),
    ] {
        assert_eq!(schema.is_cluster_scoped(api_version, kind), expected, "{api_version} {kind}");
    }
}

const DOCUMENT: &str = r##"{"definitions": {
  "com.example.v1.Thing": {
    "x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Thing", "version": "v1"}],
    "properties": {"spec": {"$ref": "#/definitions/com.example.v1.Spec"}}},
  "com.example.v1.Spec": {"properties": {
    "parts": {"type": "array", "items": {"$ref": "#/definitions/io.k8s.api.core.v1.Container"},
      "x-kubernetes-patch-merge-key": "id", "x-kubernetes-patch-strategy": "merge"}}},
  "loop": {"$ref": "#/definitions/loop"},
  "com.example.v1.Loop": {"$ref": "#/definitions/loop",
    "x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Loop", "version": "v1"}]}},
 "paths": {"/apis/example.com/v1/things": {"get": {"x-kubernetes-group-version-kind":
   {"group": "example.com", "kind": "Thing", "version": "v1"}}}}}"##;

fn choose(schema: &Schema, document: &str, precedence: Precedence) {
    schema.choose(&BTreeMap::new(), Some(document.as_bytes()), precedence).expect("a choice");
}

#[test]
fn a_chosen_document_stands_for_all_types() {
    let schema = Schema::default();
    choose(&schema, DOCUMENT, Precedence::Root);
    choose(&schema, "{}", Precedence::Base);
    assert!(schema.is_cluster_scoped("example.com/v1", "Thing"));
    assert!(schema.is_cluster_scoped("v1", "Node"));
    let view = view(&schema);
    assert_eq!(keys(&view, "example.com/v1", "Thing", "spec/parts"), Some(vec!["id".to_owned()]));
    assert_eq!(keys(&view, "example.com/v1", "Thing", "spec/parts/[]/env"), None);
    assert_eq!(view.kind("apps/v1", "Deployment"), None);
    assert_eq!(view.kind("example.com/v1", "Loop"), None);
}

#[test]
fn types_that_were_asked_for_before_a_choice_stay() {
    let schema = Schema::default();
    assert!(!schema.is_cluster_scoped("example.com/v1", "Thing"));
    choose(&schema, DOCUMENT, Precedence::Base);
    let view = view(&schema);
    assert!(view.kind("apps/v1", "Deployment").is_some());
    let env = keys(&view, "example.com/v1", "Thing", "spec/parts/[]/env");
    assert_eq!(env, Some(vec!["name".to_owned()]));
}

#[test]
fn a_choice_that_cannot_be_is_refused() {
    let schema = Schema::default();
    let version = |it: &str| BTreeMap::from([("version".into(), it.into())]);
    let problem = |openapi, document| {
        let found: Result<()> = schema.choose(&openapi, document, Precedence::Root);
        found.expect_err("a wrong choice").message
    };
    let both = problem(version("v1.21.2"), Some(b"{}".as_slice()));
    assert_eq!(both, "builtin version and custom schema provided, cannot use both");
    let unknown = problem(version("v1.18.8"), None);
    assert_eq!(unknown, "the specified OpenAPI version is not built in");
    assert_eq!(schema.choose(&version("v1.21.2"), None, Precedence::Root), Ok(()));
    choose(&schema, "definitions: []", Precedence::Root);
    assert_eq!(schema.check(), Ok(()));
    assert!(!schema.is_cluster_scoped("example.com/v1", "Thing"));
    assert!(schema.check().is_err());
    let wrong = schema.view().expect_err("no definitions").message;
    assert_eq!(wrong, "invalid schema file: definitions must be an object");
}

#[test]
fn comments_name_types() {
    let mut view = view(&Schema::default());
    let mut check = |text: &str, expected: Option<Option<&[&str]>>| {
        let spot = view.comment(text);
        let found = spot.map(|spot| view.merge_keys(spot).map(<[Text]>::to_vec));
        let expected =
            expected.map(|it| it.map(|it| it.iter().map(|it| Text::from(*it)).collect()));
        assert_eq!(found, expected, "{text}");
    };
    check(r#"{"$openapi":"replicas"}"#, Some(None));
    check(r##"{"$ref":"#/definitions/io.k8s.nothing"}"##, Some(None));
    check(r#"{"type":"array","x-kubernetes-patch-strategy":"merge"}"#, Some(Some(&[])));
    check("{}", None);
    check("{nothing", None);
    let spec = view.comment(r##"{"$ref":"#/definitions/io.k8s.api.core.v1.PodSpec"}"##);
    let containers = view.field(spec.expect("a type"), "containers").expect("a field");
    assert_eq!(view.merge_keys(containers), Some(["name".into()].as_slice()));
}
