//! What a path writes, and what the server sets or takes back.

use super::{Found, check, created, json, stored, updated};

#[test]
fn nobody_creates_a_status() {
    let cases = [
        ("apps/v1 Deployment", r#"{"status":{"replicas":3}}"#, "{}"),
        ("apps/v1 ReplicaSet", r#"{"status":{"replicas":3}}"#, r#"{"replicas":0}"#),
        ("v1 PersistentVolume", r#"{"status":{"phase":"Bound"}}"#, r#"{"phase":"Pending"}"#),
        ("v1 PersistentVolumeClaim", r#"{"status":{"phase":"Bound"}}"#, r#"{"phase":"Pending"}"#),
        ("v1 Namespace", r#"{"status":{"phase":"Terminating"}}"#, r#"{"phase":"Active"}"#),
        ("v1 Service", "{}", r#"{"loadBalancer":{}}"#),
        (
            "v1 Node",
            r#"{"status":{"capacity":{"cpu":"1"}}}"#,
            r#"{"allocatable":{"cpu":"1"},"capacity":{"cpu":"1"},
            "daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{"architecture":"","bootID":"","containerRuntimeVersion":"",
            "kernelVersion":"","kubeProxyVersion":"","kubeletVersion":"","machineID":"","operatingSystem":"","osImage":"","systemUUID":""}}"#,
        ),
        (
            "apiextensions.k8s.io/v1 CustomResourceDefinition",
            r#"{"spec":{"versions":[{"name":"v1","storage":true}]},"status":{"storedVersions":["v0"]}}"#,
            r#"{"acceptedNames":{"kind":"","plural":""},"conditions":null,"storedVersions":["v1"]}"#,
        ),
    ];
    for (kind, body, expected) in cases {
        check(&created(kind, body), kind, &[("/status", expected)]);
    }
}

#[test]
fn each_path_writes_its_own_part() {
    let before = r#"{"metadata":{"labels":{"a":"1"}},"spec":{"replicas":1}}"#;
    let after =
        r#"{"metadata":{"labels":{"a":"2"}},"spec":{"replicas":2},"status":{"replicas":3}}"#;
    let cases: [(&str, Option<&str>, [&str; 4]); 4] = [
        ("apps/v1 Deployment", None, ["2", "{}", r#"{"a":"2"}"#, "2"]),
        ("apps/v1 Deployment", Some("status"), ["1", r#"{"replicas":3}"#, r#"{"a":"1"}"#, "1"]),
        ("apps/v1 ReplicaSet", None, ["2", r#"{"replicas":0}"#, r#"{"a":"2"}"#, "2"]),
        ("apps/v1 ReplicaSet", Some("status"), ["1", r#"{"replicas":3}"#, r#"{"a":"2"}"#, "1"]),
    ];
    for (kind, subresource, [spec, status, labels, generation]) in cases {
        let object = updated(kind, before, subresource, after);
        let expected = [
            ("/spec/replicas", spec),
            ("/status", status),
            ("/metadata/labels", labels),
            ("/metadata/generation", generation),
        ];
        check(&object, &format!("{kind} {subresource:?}"), &expected);
    }
}

#[test]
fn metadata_that_nobody_changes_stays() {
    let live = json(
        r#"{"metadata":{"uid":"u","creationTimestamp":"2026-01-01T00:00:00Z","deletionTimestamp":"2026-01-02T00:00:00Z","deletionGracePeriodSeconds":5,"generation":3}}"#,
    );
    let body = r#"{"metadata":{"creationTimestamp":"2020-01-01T00:00:00Z","generation":9,"selfLink":"/x"}}"#;
    let object = stored("v1 ConfigMap", Some(&live), None, body);
    check(
        &object,
        body,
        &[(
            "/metadata",
            r#"{"uid":"u","creationTimestamp":"2026-01-01T00:00:00Z","deletionTimestamp":"2026-01-02T00:00:00Z","deletionGracePeriodSeconds":5,"generation":3}"#,
        )],
    );
}

#[test]
fn namespaces_are_held_until_they_are_empty() {
    let kind = "v1 Namespace";
    let cases = [
        ("{}", r#"["kubernetes"]"#),
        (r#"{"spec":{"finalizers":["x"]}}"#, r#"["x","kubernetes"]"#),
    ];
    for (body, expected) in cases {
        check(&created(kind, body), body, &[("/spec/finalizers", expected)]);
    }
    let kept = updated(kind, "{}", None, r#"{"spec":{"finalizers":[]}}"#);
    check(&kept, "an update", &[("/spec/finalizers", r#"["kubernetes"]"#)]);
    let finalized = updated(kind, "{}", Some("finalize"), r#"{"spec":{"finalizers":[]}}"#);
    check(&finalized, "finalize", &[("/spec/finalizers", "")]);
}

#[test]
fn jobs_find_their_pods_by_name_and_uid() {
    let body = r#"{"metadata":{"name":"j","uid":"u"},"spec":{"template":{}}}"#;
    check(
        &created("batch/v1 Job", body),
        body,
        &[
            ("/spec/selector", r#"{"matchLabels":{"batch.kubernetes.io/controller-uid":"u"}}"#),
            (
                "/spec/template/metadata/labels",
                r#"{"batch.kubernetes.io/controller-uid":"u","batch.kubernetes.io/job-name":"j","controller-uid":"u","job-name":"j"}"#,
            ),
        ],
    );
    let body = r#"{"metadata":{"name":"j"},"spec":{"template":{}}}"#;
    check(
        &created("batch/v1 Job", body),
        "without a uid",
        &[
            ("/spec/selector", ""),
            ("/metadata/labels", r#"{"batch.kubernetes.io/job-name":"j","job-name":"j"}"#),
            (
                "/spec/template/metadata/labels",
                r#"{"batch.kubernetes.io/job-name":"j","job-name":"j"}"#,
            ),
        ],
    );
    let body =
        r#"{"metadata":{"name":"j","uid":"u"},"spec":{"manualSelector":true,"template":{}}}"#;
    check(&created("batch/v1 Job", body), "by hand", &[("/spec/template/metadata", "{}")]);
}

#[test]
fn daemon_sets_count_their_templates() {
    const COUNT: &str = "/metadata/annotations/deprecated.daemonset.template.generation";
    let kind = "apps/v1 DaemonSet";
    check(&created(kind, "{}"), "new", &[(COUNT, r#""1""#)]);
    let cases = [
        (
            None,
            r#"{"metadata":{"annotations":{"deprecated.daemonset.template.generation":"9"}}}"#,
            "1",
            "1",
        ),
        (None, r#"{"spec":{"minReadySeconds":1}}"#, "1", "2"),
        (None, r#"{"spec":{"template":{"spec":{"hostname":"h"}}}}"#, "2", "2"),
        (Some("status"), r#"{"spec":{"template":{"spec":{"hostname":"h"}}}}"#, "1", "1"),
    ];
    for (subresource, after, template, generation) in cases {
        let count = format!("{template:?}");
        let expected = [(COUNT, count.as_str()), ("/metadata/generation", generation)];
        check(&updated(kind, "{}", subresource, after), after, &expected);
    }
}

#[test]
fn the_first_status_of_a_pod_says_how_well_it_is_served() {
    let amounts = |cpu: &str, memory: &str| format!(r#"{{"cpu":"{cpu}","memory":"{memory}"}}"#);
    let container = |requests: &str, limits: &str| {
        format!(r#"{{"name":"c","resources":{{"requests":{requests},"limits":{limits}}}}}"#)
    };
    let both = amounts("1", "1Gi");
    let cases = [
        ("{}".to_owned(), "BestEffort"),
        (format!(r#"{{"containers":[{}]}}"#, container("{}", "{}")), "BestEffort"),
        (format!(r#"{{"containers":[{}]}}"#, container(&both, "{}")), "Burstable"),
        (format!(r#"{{"containers":[{}]}}"#, container("{}", &both)), "Guaranteed"),
        (
            format!(r#"{{"containers":[{}]}}"#, container(&amounts("1000m", "1024Mi"), &both)),
            "Guaranteed",
        ),
        (
            format!(
                r#"{{"containers":[{}],"initContainers":[{}]}}"#,
                container("{}", &both),
                container("{}", "{}")
            ),
            "Burstable",
        ),
        (format!(r#"{{"containers":[{}]}}"#, container("{}", r#"{"cpu":"1"}"#)), "Burstable"),
        (format!(r#"{{"resources":{{"requests":{both},"limits":{both}}}}}"#), "Guaranteed"),
    ];
    for (spec, expected) in cases {
        let pod = created("v1 Pod", &format!(r#"{{"spec":{spec}}}"#));
        let status = format!(r#"{{"phase":"Pending","qosClass":"{expected}"}}"#);
        check(&pod, &spec, &[("/status", &status)]);
    }
    let gated = created("v1 Pod", r#"{"spec":{"schedulingGates":[{"name":"g"}]}}"#);
    check(&gated, "gated", &[("/status/conditions/0/reason", r#""SchedulingGated""#)]);
}

#[test]
fn selectors_of_pods_follow_their_labels() {
    let pod = r#"{"metadata":{"labels":{"v":"1"}},"spec":{
        "topologySpreadConstraints":[{"maxSkew":1,"labelSelector":{},"matchLabelKeys":["v","w"]},{"maxSkew":1,"matchLabelKeys":["v"]}],
        "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"labelSelector":{},"mismatchLabelKeys":["v"]}]}}}}"#;
    check(
        &created("v1 Pod", pod),
        pod,
        &[
            (
                "/spec/topologySpreadConstraints/0/labelSelector",
                r#"{"matchExpressions":[{"key":"v","operator":"In","values":["1"]}]}"#,
            ),
            ("/spec/topologySpreadConstraints/1/labelSelector", ""),
            (
                "/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/labelSelector",
                r#"{"matchExpressions":[{"key":"v","operator":"NotIn","values":["1"]}]}"#,
            ),
        ],
    );
}

#[test]
fn subresources_of_pods_write_containers() {
    let before = r#"{"metadata":{"labels":{"a":"1"}},"spec":{"hostname":"h","containers":[{"name":"c","image":"i"}]}}"#;
    let debug = r#"{"spec":{"hostname":"x","ephemeralContainers":[{"name":"d","image":"i:1"}]}}"#;
    check(
        &updated("v1 Pod", before, Some("ephemeralcontainers"), debug),
        debug,
        &[
            ("/spec/hostname", r#""h""#),
            ("/spec/containers/0/name", r#""c""#),
            ("/spec/ephemeralContainers/0/name", r#""d""#),
            ("/metadata/labels", r#"{"a":"1"}"#),
            ("/metadata/generation", "2"),
        ],
    );
    let larger = r#"{"spec":{"hostname":"x","containers":[{"name":"c","image":"j","resources":{"requests":{"cpu":"1"}}}]}}"#;
    check(
        &updated("v1 Pod", before, Some("resize"), larger),
        larger,
        &[
            ("/spec/hostname", r#""h""#),
            ("/spec/containers/0/image", r#""i""#),
            ("/spec/containers/0/resources", r#"{"requests":{"cpu":"1"}}"#),
        ],
    );
    let status = r#"{"spec":{"hostname":"x"},"status":{"phase":"Running"}}"#;
    check(
        &updated("v1 Pod", before, Some("status"), status),
        status,
        &[
            ("/spec/hostname", r#""h""#),
            ("/status", r#"{"phase":"Running","qosClass":"BestEffort"}"#),
        ],
    );
}

#[test]
fn claims_name_their_source_in_two_fields() {
    let cases: [(&str, &[Found<'_>]); 4] = [
        (
            r#"{"spec":{"dataSource":{"kind":"PersistentVolumeClaim","name":"n"}}}"#,
            &[(
                "/spec/dataSourceRef",
                r#"{"apiGroup":null,"kind":"PersistentVolumeClaim","name":"n"}"#,
            )],
        ),
        (
            r#"{"spec":{"dataSourceRef":{"apiGroup":"g","kind":"K","name":"n"}}}"#,
            &[("/spec/dataSource", r#"{"apiGroup":"g","kind":"K","name":"n"}"#)],
        ),
        (
            r#"{"spec":{"dataSource":{"apiGroup":"g","kind":"K","name":"n"}}}"#,
            &[("/spec/dataSource", ""), ("/spec/dataSourceRef", "")],
        ),
        (
            r#"{"spec":{"dataSourceRef":{"apiGroup":"g","kind":"K","name":"n","namespace":"other"}}}"#,
            &[("/spec/dataSource", ""), ("/spec/dataSourceRef", "")],
        ),
    ];
    for (body, expected) in cases {
        check(&created("v1 PersistentVolumeClaim", body), body, expected);
    }
}

#[test]
fn fields_of_features_that_are_off_are_dropped_unless_they_are_in_use() {
    let cases = [
        (
            "v1 Pod",
            "/spec/containers/0/lifecycle",
            r#"{"spec":{"containers":[{"name":"c","lifecycle":{"stopSignal":"SIGUSR1"}}]}}"#,
            "",
        ),
        (
            "apps/v1 Deployment",
            "/spec/template/spec/containers/0/lifecycle",
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"c","lifecycle":{}}]}}}}"#,
            "{}",
        ),
        (
            "apps/v1 StatefulSet",
            "/spec/updateStrategy/rollingUpdate",
            r#"{"spec":{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":2}}}}"#,
            r#"{"partition":0}"#,
        ),
        (
            "coordination.k8s.io/v1 Lease",
            "/spec",
            r#"{"spec":{"strategy":"OldestEmulationVersion","leaseDurationSeconds":1}}"#,
            r#"{"leaseDurationSeconds":1}"#,
        ),
    ];
    for (kind, pointer, body, expected) in cases {
        check(&created(kind, body), body, &[(pointer, expected)]);
    }
    let lease = r#"{"spec":{"strategy":"OldestEmulationVersion"}}"#;
    let kept = stored("coordination.k8s.io/v1 Lease", Some(&json(lease)), None, lease);
    check(&kept, "in use", &[("/spec/strategy", r#""OldestEmulationVersion""#)]);
}

#[test]
fn some_kinds_keep_a_part_of_what_is_written() {
    let account = r#"{"secrets":[{"name":"s","namespace":"n"}]}"#;
    check(&created("v1 ServiceAccount", account), account, &[("/secrets", r#"[{"name":"s"}]"#)]);
    let slice = r#"{"endpoints":[{"addresses":["1.1.1.1"],"deprecatedTopology":{"kubernetes.io/hostname":"h"}}]}"#;
    let endpoints = [("/endpoints", r#"[{"addresses":["1.1.1.1"],"conditions":{}}]"#)];
    let plain = r#"{"endpoints":[{"addresses":["1.1.1.1"]}]}"#;
    let kind = "discovery.k8s.io/v1 EndpointSlice";
    check(&created(kind, slice), slice, &endpoints);
    let [endpoints] = endpoints;
    let generation = ("/metadata/generation", "2");
    check(&updated(kind, plain, None, slice), slice, &[endpoints, generation]);
    let kind = "certificates.k8s.io/v1 CertificateSigningRequest";
    let before = r#"{"spec":{"signerName":"a/b","usages":["x"]}}"#;
    let after = r#"{"spec":{"signerName":"c/d"},"status":{"conditions":[{"type":"Approved","status":"True"}]}}"#;
    check(&updated(kind, before, None, after), after, &[("/spec/signerName", r#""a/b""#)]);
    let approved = updated(kind, before, Some("approval"), after);
    check(
        &approved,
        "approval",
        &[("/spec/signerName", r#""a/b""#), ("/status/conditions/0/type", r#""Approved""#)],
    );
}
