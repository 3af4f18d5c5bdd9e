//! When the generation of an object counts on.

use super::{check, created, updated};

/// A kind, an object, one whose change does not count, one whose change does.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CASES: [Case; 14] = [
    (
        "apps/v1 ReplicaSet",
        r#"{"spec":{"replicas":1}}"#,
        r#"{"metadata":{"annotations":{"a":"b"}}}"#,
        r#"{"spec":{"replicas":2}}"#,
    ),
    (
        "apps/v1 Deployment",
        "{}",
        r#"{"metadata":{"labels":{"a":"b"}}}"#,
        r#"{"metadata":{"annotations":{"a":"b"}}}"#,
    ),
    (
        "apps/v1 StatefulSet",
        "{}",
        r#"{"status":{"replicas":3}}"#,
        r#"{"spec":{"serviceName":"s"}}"#,
    ),
    (
        "apps/v1 DaemonSet",
        "{}",
        r#"{"spec":{"revisionHistoryLimit":10}}"#,
        r#"{"spec":{"minReadySeconds":1}}"#,
    ),
    (
        "v1 PodTemplate",
        "{}",
        r#"{"metadata":{"labels":{"a":"b"}}}"#,
        r#"{"template":{"metadata":{"labels":{"a":"b"}}}}"#,
    ),
    (
        "batch/v1 CronJob",
        r#"{"spec":{"schedule":"* * * * *"}}"#,
        r#"{"spec":{"schedule":"* * * * *","suspend":false}}"#,
        r#"{"spec":{"schedule":"1 * * * *"}}"#,
    ),
    (
        "v1 Pod",
        r#"{"spec":{"overhead":{"cpu":"1"}}}"#,
        r#"{"spec":{"overhead":{"cpu":"1000m"}}}"#,
        r#"{"spec":{"overhead":{"cpu":"2"}}}"#,
    ),
    (
        "networking.k8s.io/v1 Ingress",
        "{}",
        r#"{"spec":{"rules":[]}}"#,
        r#"{"spec":{"ingressClassName":"c"}}"#,
    ),
    (
        "networking.k8s.io/v1 NetworkPolicy",
        "{}",
        r#"{"metadata":{"labels":{"a":"b"}}}"#,
        r#"{"spec":{"ingress":[]}}"#,
    ),
    (
        "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
        r#"{"webhooks":[{"name":"n"}]}"#,
        r#"{"webhooks":[{"name":"n","failurePolicy":"Fail"}]}"#,
        r#"{"webhooks":[{"name":"n","rules":[]}]}"#,
    ),
    (
        "discovery.k8s.io/v1 EndpointSlice",
        "{}",
        r#"{"metadata":{"annotations":{"a":"b"}}}"#,
        r#"{"metadata":{"labels":{"a":"b"}}}"#,
    ),
    ("scheduling.k8s.io/v1 PriorityClass", "{}", r#"{"description":"d"}"#, ""),
    (
        "policy/v1 PodDisruptionBudget",
        "{}",
        r#"{"status":{"currentHealthy":1}}"#,
        r#"{"spec":{"minAvailable":1}}"#,
    ),
    (
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        r#"{"spec":{"group":"a"}}"#,
        r#"{"spec":{"group":"a"},"status":{"conditions":[]}}"#,
        r#"{"spec":{"group":"b"}}"#,
    ),
];

#[test]
fn a_generation_counts_what_matters_to_the_kind() {
    const GENERATION: &str = "/metadata/generation";
    for (kind, before, same, other) in CASES {
        check(&created(kind, before), kind, &[(GENERATION, "1")]);
        check(&updated(kind, before, None, same), same, &[(GENERATION, "1")]);
        if !other.is_empty() {
            check(&updated(kind, before, None, other), other, &[(GENERATION, "2")]);
        }
    }
}

#[test]
fn some_kinds_do_not_count_or_begin_with_a_change() {
    const GENERATION: &str = "/metadata/generation";
    for kind in ["v1 Service", "v1 ConfigMap", "v1 Secret", "v1 PersistentVolumeClaim", "v1 Node"] {
        check(&created(kind, "{}"), kind, &[(GENERATION, "")]);
        let next = r#"{"metadata":{"generation":7,"labels":{"a":"b"}}}"#;
        check(&updated(kind, "{}", None, next), kind, &[(GENERATION, "")]);
    }
    let driver = "storage.k8s.io/v1 CSIDriver";
    check(&created(driver, "{}"), driver, &[(GENERATION, "")]);
    let changed = updated(driver, "{}", None, r#"{"spec":{"attachRequired":false}}"#);
    check(&changed, driver, &[(GENERATION, "1")]);
}
