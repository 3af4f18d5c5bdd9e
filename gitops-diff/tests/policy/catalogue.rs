//! What the shipped rules do to objects as clusters make them.

use gitops_diff::policy::{Applying, Catalogue, Policy};
use gitops_diff::{Object, Value};

use super::object;

/// What a catalogue leaves of a declared object beside a live one, at a pointer.
fn check(
    catalogue: Catalogue,
    (kind, annotations): (&str, &str),
    (desired, live): (&str, &str),
    (pointer, expected): (&str, Option<&str>),
) {
    let (api_version, kind) = kind.split_once(' ').expect("version and kind");
    let thing = |rest: &str| {
        object(&format!(
            r#"{{"apiVersion":"{api_version}","kind":"{kind}",
                "metadata":{{"name":"a","annotations":{{{annotations}}}}},{rest}}}"#
        ))
    };
    let policy = Policy::new(catalogue.rules()).expect("the rules are rules");
    let (desired, live) = (thing(desired), thing(live));
    let compared = policy.compared(&Applying::default(), &desired, &live).expect("they fit");
    let found = compared.pointer(pointer).map(|it| serde_json::to_string(it).expect("JSON"));
    assert_eq!(found.as_deref(), expected, "{kind} {pointer}");
}

const HOOKS: &str = "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration";
const BUNDLE: &str = "/webhooks/0/clientConfig/caBundle";

fn hook(bundle: &str) -> String {
    format!(r#""webhooks":[{{"name":"h.example.com","clientConfig":{{{bundle}}}}}]"#)
}

#[test]
fn bundles_are_as_they_live_where_somebody_was_asked_for_them() {
    let (mine, theirs) = (hook(r#""caBundle":"bWluZQ==""#), hook(r#""caBundle":"dGhlaXJz""#));
    for (annotations, expected) in [
        ("", r#""bWluZQ==""#),
        (r#""cert-manager.io/inject-ca-from":"a/b""#, r#""dGhlaXJz""#),
        (r#""service.beta.openshift.io/inject-cabundle":"true""#, r#""dGhlaXJz""#),
        (r#""service.beta.openshift.io/inject-cabundle":"false""#, r#""bWluZQ==""#),
    ] {
        let pair = (mine.as_str(), theirs.as_str());
        check(Catalogue::CaBundles, (HOOKS, annotations), pair, (BUNDLE, Some(expected)));
    }
    let empty = hook("");
    let asked = r#""cert-manager.io/inject-ca-from":"a/b""#;
    let new = (mine.as_str(), empty.as_str());
    check(Catalogue::CaBundles, (HOOKS, asked), new, (BUNDLE, Some(r#""bWluZQ==""#)));
}

#[test]
fn gathered_rules_are_as_they_live_where_a_role_gathers_others() {
    let role = "rbac.authorization.k8s.io/v1 ClusterRole";
    let live = r#""rules":[{"verbs":["get"]}]"#;
    let gathers = r#""aggregationRule":{"clusterRoleSelectors":[{}]},"rules":[]"#;
    let check = |desired, expected| {
        check(Catalogue::AggregatedRoles, (role, ""), (desired, live), ("/rules", Some(expected)));
    };
    check(gathers, r#"[{"verbs":["get"]}]"#);
    check(r#""rules":[]"#, "[]");
}

#[test]
fn what_is_declared_goes_before_what_a_cluster_allocates() {
    let service = |desired, pointer, expected| {
        let live = r#""spec":{"clusterIP":"10.0.0.7","ports":[{"port":80,"nodePort":30001}]}"#;
        let kind = ("v1 Service", "");
        check(Catalogue::ClusterOwned, kind, (desired, live), (pointer, expected));
    };
    service(r#""spec":{"clusterIP":"10.0.0.9"}"#, "/spec/clusterIP", Some(r#""10.0.0.9""#));
    let ports = r#""spec":{"ports":[{"port":80,"nodePort":30002}]}"#;
    service(ports, "/spec/ports/0/nodePort", Some("30002"));
}

fn deployment(name: &str, replicas: u8) -> Object {
    object(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"Deployment",
            "metadata":{{"name":"{name}","namespace":"shop"}},"spec":{{"replicas":{replicas}}}}}"#
    ))
}

#[test]
fn replicas_are_as_they_live_where_an_autoscaler_means_the_object() {
    let hpa = |namespace: &str, kind: &str| {
        object(&format!(
            r#"{{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler",
                "metadata":{{"name":"h","namespace":"{namespace}"}},"spec":{{"scaleTargetRef":
                {{"apiVersion":"apps/v1","kind":"{kind}","name":"web"}}}}}}"#
        ))
    };
    let keda = object(
        r#"{"apiVersion":"keda.sh/v1alpha1","kind":"ScaledObject",
            "metadata":{"name":"k","namespace":"shop"},"spec":{"scaleTargetRef":{"name":"web"}}}"#,
    );
    let replicas = |scalers: &[Object], name: &str| {
        let policy = Policy::new(Catalogue::ScaledReplicas.rules()).expect("they are rules");
        let policy = policy.among(scalers);
        let (desired, live) = (deployment(name, 1), deployment(name, 7));
        let applied = policy.applied(&Applying::default(), &desired, Some(&live));
        applied.expect("they fit").pointer("/spec/replicas").and_then(Value::as_int)
    };
    assert_eq!(replicas(&[], "web"), Some(1));
    assert_eq!(replicas(&[hpa("shop", "Deployment")], "web"), Some(7));
    assert_eq!(replicas(&[hpa("shop", "Deployment")], "api"), Some(1));
    assert_eq!(replicas(&[hpa("shop", "StatefulSet")], "web"), Some(1));
    assert_eq!(replicas(&[hpa("other", "Deployment")], "web"), Some(1));
    assert_eq!(replicas(&[keda], "web"), Some(7));
}
