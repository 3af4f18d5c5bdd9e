//! Nodes, namespaces and events.

use super::{check_created, check_status, check_updated};

#[test]
fn nodes() {
    let node = r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"a","resourceVersion":"1"},
        "spec":{"providerID":"p","podCIDRs":["10.0.0.0/24"],"podCIDR":"10.0.0.0/24"}}"#;
    let taint = r#"{"key":"a","effect":"NoSchedule"}"#;
    check_created(
        "Node",
        node,
        &[
            ("", "", &[]),
            ("spec.taints", r#"[{"key":"a"}]"#, &["Required metadata.taints[0].effect"]),
            ("spec.taints", &format!("[{taint},{taint}]"), &["Duplicate metadata.taints[1]"]),
            ("spec.podCIDRs", r#"["10.0.0.0/24","10.0.1.0/24"]"#, &["Invalid spec.podCIDRs"]),
            (
                "spec.podCIDRs",
                r#"["10.0.0.0/24","x"]"#,
                &[
                    "Invalid spec.podCIDRs[1]",
                    "InternalError spec.podCIDRs",
                    "Invalid spec.podCIDRs",
                ],
            ),
        ],
    );
    check_updated(
        "Node",
        node,
        &[
            ("metadata.labels", r#"{"a":"b"}"#, &[]),
            ("spec.providerID", r#""q""#, &["Forbidden spec.providerID"]),
            ("spec.podCIDR", r#""10.1.0.0/24""#, &["Forbidden spec.podCIDRs"]),
        ],
    );
    check_status(
        "Node",
        node,
        &[
            (
                "status.declaredFeatures",
                r#"["B","A","a/b"]"#,
                &["Invalid status.declaredFeatures[1]", "Invalid status.declaredFeatures[2]"],
            ),
            ("status.capacity", r#"{"pods":"1500m"}"#, &["Invalid status.capacity.pods"]),
        ],
    );
}

#[test]
fn namespaces() {
    let space = r#"{"apiVersion":"v1","kind":"Namespace",
        "metadata":{"name":"a","resourceVersion":"1","labels":{"a":"b"}}}"#;
    let level = "metadata.labels.pod-security~kubernetes~io/enforce";
    check_created(
        "Namespace",
        space,
        &[
            (level, r#""baseline""#, &[]),
            (level, r#""none""#, &["Invalid metadata.labels[pod-security.kubernetes.io/enforce]"]),
            (
                &format!("{level}-version"),
                r#""1.30""#,
                &["Invalid metadata.labels[pod-security.kubernetes.io/enforce-version]"],
            ),
            ("spec.finalizers", r#"["a"]"#, &["Invalid spec.finalizers"]),
            ("metadata.name", r#""A""#, &["Invalid metadata.name"]),
        ],
    );
    let wrong = space.replace(r#""a":"b""#, r#""pod-security.kubernetes.io/enforce":"x""#);
    check_updated("Namespace", &wrong, &[("metadata.labels.other", r#""y""#, &[])]);
    check_status(
        "Namespace",
        space,
        &[("status.phase", r#""Terminating""#, &["Invalid status.Phase"])],
    );
}

#[test]
fn events() {
    let event = r#"{"apiVersion":"v1","kind":"Event","metadata":{"name":"a","namespace":"n"},
        "involvedObject":{"namespace":"n"}}"#;
    check_created(
        "Event",
        event,
        &[
            ("", "", &[]),
            ("involvedObject.namespace", r#""m""#, &["Invalid involvedObject.namespace"]),
            (
                "eventTime",
                r#""2026-01-01T00:00:00.000000Z""#,
                &[
                    "Required reportingComponent",
                    "Invalid reportingComponent",
                    "Invalid reportingComponent",
                    "Required reportingInstance",
                    "Required action",
                    "Required reason",
                ],
            ),
        ],
    );
}
