//! Rules of other tools: what is carried over, and what is refused with its field.

use gitops_diff::policy::{Document, Policy, Rule, import};
use gitops_diff::{Origin, Value};

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|why| why.to_string())
}

fn read(document: &str) -> Result<Vec<Rule>, String> {
    let value = json(document).unwrap_or_else(|why| panic!("{why}: {document}"));
    let rules = import::any(Document::new(&value), &json).map_err(|why| why.to_string())?;
    Policy::new(rules.clone()).map_err(|why| why.to_string())?;
    Ok(rules)
}

/// What a document says in the words of rules, or why it is refused.
fn check(document: &str, expected: &[&str]) {
    let rules = read(document).unwrap_or_else(|why| panic!("{why}: {document}"));
    let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
    assert_eq!(rules, expected, "{document}");
}

fn check_refused(document: &str, expected: &str) {
    assert_eq!(read(document).unwrap_err(), expected, "{document}");
}

fn application(spec: &str) -> String {
    format!(r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Application","spec":{spec}}}"#)
}

#[test]
fn argo_ignores_by_pointer_by_jq_and_by_manager() {
    check(&application("{}"), &[]);
    check(
        &application(
            r#"{"ignoreDifferences":[
                {"group":"apps","kind":"Deployment","name":"guestbook","namespace":"default",
                 "jsonPointers":["/spec/replicas","/metadata/annotations/a~1b"]},
                {"group":"*","kind":"*","managedFieldsManagers":["kube-controller-manager"]},
                {"kind":"Service","jqPathExpressions":[
                    ".spec.ports[] | select(.name == \"a\" or .name == \"b\") | .nodePort"]}]}"#,
        ),
        &[
            "live spec.replicas of Deployment.apps/default/guestbook on drift",
            r#"live metadata.annotations["a/b"] of Deployment.apps/default/guestbook on drift"#,
            "live by kube-controller-manager of *.* on drift",
            "live spec.ports[name=a].nodePort of Service on drift",
            "live spec.ports[name=b].nodePort of Service on drift",
        ],
    );
}

#[test]
fn argo_leaves_ignored_fields_alone_when_it_is_told_to_respect_them() {
    check(
        &application(
            r#"{"syncPolicy":{"syncOptions":["CreateNamespace=true","RespectIgnoreDifferences=true"]},
                "ignoreDifferences":[{"group":"apps","kind":"*Set","jsonPointers":["/spec/x"]}]}"#,
        ),
        &["live spec.x of *Set.apps"],
    );
}

#[test]
fn argo_customizes_for_all_applications() {
    let config = |data: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"argocd-cm"}},"data":{data}}}"#
        )
    };
    check(
        &config(
            r#"{"url":"https://x","resource.customizations.ignoreDifferences.admissionregistration.k8s.io_MutatingWebhookConfiguration":
                "{\"jqPathExpressions\":[\".webhooks[]?.clientConfig.caBundle\"]}",
                "resource.customizations.ignoreDifferences.all":
                "{\"managedFieldsManagers\":[\"hpa\"],\"jsonPointers\":[\"/spec/replicas\"]}",
                "resource.customizations.ignoreDifferences.Secret":"{\"jsonPointers\":[\"/data\"]}",
                "resource.customizations":"{\"*.example.com/*\":{\"ignoreDifferences\":{\"jsonPointers\":[\"/spec/a\"]},\"health.lua\":\"\"}}",
                "resource.compareoptions":"{\"ignoreAggregatedRoles\":true,\"ignoreResourceStatusField\":\"all\"}"}"#,
        ),
        &[
            "live-else-desired rules of ClusterRole.rbac.authorization.k8s.io that has aggregationRule",
            "live spec.a of *.*.example.com on drift",
            "live data of Secret on drift",
            "live webhooks.*.clientConfig.caBundle of MutatingWebhookConfiguration.admissionregistration.k8s.io on drift",
            "live spec.replicas on drift",
            "live by hpa on drift",
        ],
    );
    check_refused(
        &config(
            r#"{"resource.customizations.ignoreDifferences.all":"{\"jsonPointers\":[\"spec\"]}"}"#,
        ),
        "Argo CD: data[\"resource.customizations.ignoreDifferences.all\"].jsonPointers[0]: \
         `spec` is no JSON Pointer: a slash is missing in front",
    );
    check_refused(
        &config(r#"{"resource.compareoptions":"{"}"#),
        "Argo CD: data[\"resource.compareoptions\"]: EOF while parsing an object at line 1 column 1",
    );
}

#[test]
fn what_argo_says_beyond_rules_is_refused() {
    let cases = [
        (
            r#"{"ignoreDifferences":[{"kind":"A","jqPathExpressions":[".a",".b | keys"]}]}"#,
            "Argo CD: spec.ignoreDifferences[0].jqPathExpressions[1]: the jq path `.b | keys` \
             cannot be carried over: `keys` is no path that can be carried over",
        ),
        (
            r#"{"ignoreDifferences":[{"kind":"A"}]}"#,
            "Argo CD: spec.ignoreDifferences[0]: it names no fields",
        ),
        (
            r#"{"ignoreDifferences":[{"kind":"A","jsonPointer":["/a"]}]}"#,
            "Argo CD: spec.ignoreDifferences[0].jsonPointer: there is no such field; known are \
             `group`, `kind`, `name`, `namespace`, `jsonPointers`, `jqPathExpressions`, \
             `managedFieldsManagers`",
        ),
        (
            r#"{"ignoreDifferences":[{"kind":"{A","jsonPointers":["/a"]}]}"#,
            "Argo CD: spec.ignoreDifferences[0].kind: `{A` is no pattern: `{` without `}`",
        ),
        (
            r#"{"ignoreDifferences":{}}"#,
            "Argo CD: spec.ignoreDifferences: must be a list, not a map",
        ),
    ];
    for (spec, expected) in cases {
        check_refused(&application(spec), expected);
    }
}

fn kustomization(ignore: &str) -> String {
    format!(
        r#"{{"apiVersion":"kustomize.toolkit.fluxcd.io/v1","kind":"Kustomization",
            "spec":{{"interval":"5m","ignore":{ignore}}}}}"#
    )
}

#[test]
fn flux_ignores_paths_of_targets() {
    check(
        &kustomization(
            r#"[{"paths":["/spec/replicas"],"target":{"kind":"(Deployment|StatefulSet)",
                "group":"apps","version":"v1","name":"web-.*","namespace":"shop",
                "labelSelector":"tier in (a, b)","annotationSelector":"x"}},
                {"paths":["/data/a","/spec/ports/0/nodePort"],"target":{"kind":"Service"}}]"#,
        ),
        &[
            "live spec.replicas of /(Deployment|StatefulSet)/.apps v1/shop//web-.*/ with tier in \
             (a,b) annotated x",
            "live data.a of Service.*",
            "live spec.ports[0].nodePort of Service.*",
        ],
    );
    check(
        r#"{"apiVersion":"helm.toolkit.fluxcd.io/v2","kind":"HelmRelease","spec":{"driftDetection":
            {"mode":"warn","ignore":[{"paths":[""],"target":{"kind":"Secret"}},
            {"paths":["/spec/replicas"]}]}}}"#,
        &["live of Secret.* on drift", "live spec.replicas on drift"],
    );
}

#[test]
fn what_flux_says_beyond_rules_is_refused() {
    let cases = [
        (r#"[{"target":{}}]"#, "Flux: spec.ignore[0]: `paths` is missing"),
        (
            r#"[{"paths":["spec"]}]"#,
            "Flux: spec.ignore[0].paths[0]: `spec` is no JSON Pointer: a slash is missing in front",
        ),
        (
            r#"[{"paths":["/a/-"]}]"#,
            "Flux: spec.ignore[0].paths[0]: `-` is the place after the last item",
        ),
        (
            r#"[{"paths":[""]}]"#,
            "Flux: spec.ignore[0].paths[0]: it is about every field of every object",
        ),
        (
            r#"[{"paths":["/a"],"target":{"kinds":"A"}}]"#,
            "Flux: spec.ignore[0].target.kinds: there is no such field; known are `group`, \
             `version`, `kind`, `name`, `namespace`, `labelSelector`, `annotationSelector`",
        ),
        (
            r#"[{"paths":["/a"],"target":{"labelSelector":"a among b"}}]"#,
            "Flux: spec.ignore[0].target.labelSelector: `a among b` is no key of a label",
        ),
    ];
    for (ignore, expected) in cases {
        check_refused(&kustomization(ignore), expected);
    }
    let error = read(&kustomization(r#"[{"paths":["/a"],"target":{"name":"("}}]"#)).unwrap_err();
    assert!(error.starts_with("Flux: spec.ignore[0].target.name: `/(/` is no pattern"), "{error}");
}

#[test]
fn fleet_compares_patched() {
    check(
        r#"{"defaultNamespace":"shop","diff":{"comparePatches":[
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
             "name":"policy","jsonPointers":["/webhooks/0/failurePolicy"],
             "operations":[{"op":"remove","path":"/webhooks/0/rules"},
                           {"op":"replace","path":"/metadata/labels/a","value":"b"}]},
            {"apiVersion":"v1","kind":"ConfigMap","name":"kube-root-ca.crt","namespace":"a",
             "operations":[{"op":"ignore"}]},
            {"apiVersion":"apps/v1","kind":"Deployment","namespace":"b",
             "operations":[{"op":"ignore"}]}]}}"#,
        &[
            "live webhooks[0].failurePolicy of \
             ValidatingWebhookConfiguration.admissionregistration.k8s.io/*/policy on drift",
            "live webhooks[0].rules of \
             ValidatingWebhookConfiguration.admissionregistration.k8s.io v1//policy on drift",
            "live metadata.labels.a of \
             ValidatingWebhookConfiguration.admissionregistration.k8s.io v1//policy on drift",
            "live of ConfigMap v1/a//(?s:.*)(?:kube-root-ca.crt)(?s:.*)/ on drift",
            "live of Deployment.apps v1/b/* on drift",
        ],
    );
    check(
        r#"{"apiVersion":"fleet.cattle.io/v1alpha1","kind":"Bundle","spec":{"diff":{"comparePatches":[
            {"apiVersion":"v1","kind":"Service","jsonPointers":["/spec/type"]}]}}}"#,
        &["live spec.type of Service on drift"],
    );
    check(r#"{"helm":{"chart":"a"}}"#, &[]);
}

#[test]
fn what_fleet_says_beyond_rules_is_refused() {
    let patch = |patch: &str| format!(r#"{{"diff":{{"comparePatches":[{patch}]}}}}"#);
    let cases = [
        (
            patch(r#"{"kind":"A","name":"a","operations":[{"op":"move","path":"/a"}]}"#),
            "Fleet: diff.comparePatches[0].operations[0]: the operation `move` cannot be carried over",
        ),
        (
            patch(r#"{"kind":"A","operations":[{"op":"remove","path":"/a"}]}"#),
            "Fleet: diff.comparePatches[0].operations[0]: an operation needs the `name` of its object",
        ),
        (
            patch(r#"{"kind":"A","name":"a","operations":[{"op":"remove"}]}"#),
            "Fleet: diff.comparePatches[0].operations[0]: `path` is missing",
        ),
        (
            patch(r#"{"kind":"A"}"#),
            "Fleet: diff.comparePatches[0]: it has neither `jsonPointers` nor `operations`",
        ),
        (
            r#"{"targetCustomizations":[{"name":"a","diff":{}}]}"#.into(),
            "Fleet: targetCustomizations[0].diff: it is for one target alone; read the rules of \
             that target",
        ),
    ];
    for (document, expected) in cases {
        check_refused(&document, expected);
    }
}

fn kapp(rule: &str) -> String {
    format!(
        r#"{{"apiVersion":"kapp.k14s.io/v1alpha1","kind":"Config","waitRules":[],
            "rebaseRules":[{rule}]}}"#
    )
}

#[test]
fn kapp_rebases_what_matches() {
    let service = r#"[{"apiVersionKindMatcher":{"apiVersion":"v1","kind":"Service"}}]"#;
    let rule = |rest: &str| kapp(&format!(r#"{{{rest},"resourceMatchers":{service}}}"#));
    check(
        &rule(
            r#""paths":[["spec","clusterIP"],["spec","ports",{"allIndexes":true},"nodePort"]],
            "type":"copy","sources":["new","existing"]"#,
        ),
        &[
            "desired-else-live spec.clusterIP of Service v1",
            "desired-else-live spec.ports[*].nodePort of Service v1",
        ],
    );
    let path = r#""path":["metadata","annotations",{"regex":"^a/"},{"index":1}]"#;
    for (kind, expected) in [
        (r#""type":"copy","sources":["existing"]"#, "live-else-desired"),
        (r#""type":"copy","sources":["existing","new"]"#, "live-else-desired"),
        (r#""type":"copy","sources":["new"]"#, "desired"),
        (r#""type":"remove""#, "remove"),
    ] {
        let expected = format!(
            r#"{expected} metadata.annotations[~"/(?s:.*)(?:^a/)(?s:.*)/"][1] of Service v1"#
        );
        check(&rule(&format!("{path},{kind}")), &[&expected]);
    }
    check(
        r#"{"apiVersion":"kapp.k14s.io/v1alpha1","kind":"Config",
            "diffAgainstExistingFieldExclusionRules":[
                {"path":["status"],"resourceMatchers":[{"allMatcher":{}}]}]}"#,
        &["desired-else-live status on drift"],
    );
}

#[test]
fn kapp_matchers_stand_for_selections() {
    let cases: [(&str, &[&str]); 8] = [
        (r#"{"allMatcher":{}}"#, &[""]),
        (
            r#"{"apiGroupKindMatcher":{"apiGroup":"apps","kind":"Deployment"}}"#,
            &[" of Deployment.apps"],
        ),
        (
            r#"{"kindNamespaceNameMatcher":{"kind":"Pod","namespace":"a","name":"b"}}"#,
            &[" of Pod.*/a/b"],
        ),
        (r#"{"hasNamespaceMatcher":{}}"#, &[" of *.*/?*/*"]),
        (r#"{"hasNamespaceMatcher":{"names":["a","b"]}}"#, &[" of *.*/{a,b}/*"]),
        (
            r#"{"anyMatcher":{"matchers":[{"apiGroupKindMatcher":{"kind":"A"}},
                {"apiGroupKindMatcher":{"kind":"B"}}]}}"#,
            &[" of A", " of B"],
        ),
        (
            r#"{"andMatcher":{"matchers":[
                {"anyMatcher":{"matchers":[{"apiGroupKindMatcher":{"apiGroup":"g","kind":"A"}},
                    {"apiGroupKindMatcher":{"apiGroup":"g","kind":"B"}}]}},
                {"hasAnnotationMatcher":{"keys":["x","y/z"]}},
                {"notMatcher":{"matcher":{"hasAnnotationMatcher":{"keys":["off"]}}}},
                {"notMatcher":{"matcher":{"emptyFieldMatcher":{"path":["aggregationRule"]}}}}]}}"#,
            &[
                " of A.g annotated x,y/z,!off that has aggregationRule",
                " of B.g annotated x,y/z,!off that has aggregationRule",
            ],
        ),
        (
            r#"{"andMatcher":{"matchers":[{"apiGroupKindMatcher":{"kind":"A"}},
                {"apiGroupKindMatcher":{"kind":"B"}}]}}"#,
            &[],
        ),
    ];
    for (matcher, expected) in cases {
        let document = kapp(&format!(
            r#"{{"path":["spec","a"],"type":"remove","resourceMatchers":[{matcher}]}}"#
        ));
        let expected: Vec<String> =
            expected.iter().map(|it| format!("remove spec.a{it}")).collect();
        check(&document, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn what_kapp_says_beyond_rules_is_refused() {
    let matched = |matcher: &str| {
        format!(r#"{{"path":["a"],"type":"remove","resourceMatchers":[{matcher}]}}"#)
    };
    let cases = [
        (
            r#"{"ytt":{"overlayContractV1":{"overlay.yml":""}},"resourceMatchers":[]}"#.to_owned(),
            "kapp: rebaseRules[0].ytt: a program in ytt cannot be carried over; write rules for \
             its paths",
        ),
        (
            r#"{"path":["a"],"type":"remove"}"#.into(),
            "kapp: rebaseRules[0]: without `resourceMatchers` it is about no object",
        ),
        (
            r#"{"path":["a"],"type":"copy","resourceMatchers":[{"allMatcher":{}}]}"#.into(),
            "kapp: rebaseRules[0]: `sources` must be `new`, `existing` or both",
        ),
        (
            r#"{"path":["a"],"type":"merge","resourceMatchers":[]}"#.into(),
            "kapp: rebaseRules[0]: `type` is `merge`, not copy or remove",
        ),
        (
            r#"{"path":["a",{"allIndexes":false}],"type":"remove","resourceMatchers":[]}"#.into(),
            "kapp: rebaseRules[0].path[1]: must be a name, `{index: 0}`, `{allIndexes: true}` or \
             `{regex: …}`",
        ),
        (
            matched(r#"{"customResourceMatcher":{}}"#),
            "kapp: rebaseRules[0].resourceMatchers[0].customResourceMatcher: \
             `customResourceMatcher` depends on more than fields that are there; name the kinds",
        ),
        (
            matched(r#"{"notMatcher":{"matcher":{"allMatcher":{}}}}"#),
            "kapp: rebaseRules[0].resourceMatchers[0].notMatcher.matcher.allMatcher: that \
             `allMatcher` does not match cannot be carried over",
        ),
        (matched("{}"), "kapp: rebaseRules[0].resourceMatchers[0]: must hold one matcher"),
    ];
    for (rule, expected) in cases {
        check_refused(&kapp(&rule), expected);
    }
}

#[test]
fn rules_and_errors_say_where_they_were_written() {
    let places = |pointer: &str| {
        let line = u32::try_from(pointer.len()).expect("pointers are short");
        Some(Origin { file: "app.yaml".into(), line, document: 1 })
    };
    let read = |document: &str| {
        let value = json(document).expect("it is JSON");
        import::any(Document { value: &value, places: &places }, &json)
    };
    let rules = read(&application(r#"{"ignoreDifferences":[{"kind":"A","jsonPointers":["/a"]}]}"#));
    let origin = rules.expect("it can be read")[0].origin.clone().expect("it has an origin");
    assert_eq!(origin.to_string(), "app.yaml:25");
    let error = read(r#"{"apiVersion":"v1","kind":"Pod"}"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "app.yaml:5: rules: kind: `Pod` of `v1` holds no rules that are known"
    );
    let error =
        read(r#"{"rules":[{"path":"a","take":"live"},{"id":"x","path":"b"}]}"#).unwrap_err();
    assert_eq!(error.to_string(), "app.yaml:8: rule 2 (`x`): `take` is missing");
}
