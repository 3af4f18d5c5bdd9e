//! What keeps pods running, and what runs them to their end.

use super::{check_created, check_status, check_updated};

const TEMPLATE: &str = r#""selector":{"matchLabels":{"a":"b"}},"template":{
    "metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;

fn workload(kind: &str, spec: &str) -> String {
    let metadata = r#"{"name":"a","namespace":"n","resourceVersion":"1"}"#;
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"{kind}","metadata":{metadata},"spec":{{{spec}{TEMPLATE}}}}}"#
    )
}

#[test]
fn selectors_and_templates_go_together() {
    for kind in ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"] {
        let group_kind = format!("apps/{kind}");
        check_created(
            &group_kind,
            &workload(kind, ""),
            &[
                ("", "", &[]),
                (
                    "spec.template.metadata.labels",
                    r#"{"a":"c"}"#,
                    &["Invalid spec.template.metadata.labels"],
                ),
                (
                    "spec.template.metadata.labels",
                    r#"{"a":"b","c":"d e"}"#,
                    &["Invalid spec.template.labels"],
                ),
                (
                    "spec.template.spec.restartPolicy",
                    r#""Never""#,
                    &["NotSupported spec.template.spec.restartPolicy"],
                ),
                (
                    "spec.template.spec.activeDeadlineSeconds",
                    "1",
                    &["Forbidden spec.template.spec.activeDeadlineSeconds"],
                ),
                (
                    "spec.template.spec.containers",
                    "[]",
                    &["Required spec.template.spec.containers"],
                ),
                ("spec.minReadySeconds", "-1", &["Invalid spec.minReadySeconds"]),
            ],
        );
    }
    let no_selector: [(&str, &[&str]); 2] = [
        ("Deployment", &["Required spec.selector", "Invalid spec.template.metadata.labels"]),
        ("DaemonSet", &["Invalid spec.template.metadata.labels"]),
    ];
    for (kind, expected) in no_selector {
        let cases = [("spec.selector", "nothing", expected)];
        check_created(&format!("apps/{kind}"), &workload(kind, ""), &cases);
    }
    for kind in ["Deployment", "ReplicaSet", "DaemonSet"] {
        let cases: [(&str, &str, &[&str]); 2] = [
            ("metadata.labels", r#"{"x":"y"}"#, &[]),
            (
                "spec.selector",
                r#"{"matchExpressions":[{"key":"a","operator":"Exists"}]}"#,
                &["Invalid spec.selector"],
            ),
        ];
        check_updated(&format!("apps/{kind}"), &workload(kind, ""), &cases);
    }
}

#[test]
fn deployments() {
    let strategy =
        r#"{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":"0%"}}"#;
    check_created(
        "apps/Deployment",
        &workload("Deployment", ""),
        &[
            ("spec.replicas", "-1", &["Invalid spec.replicas"]),
            ("spec.strategy", strategy, &["Invalid spec.strategy.rollingUpdate.maxUnavailable"]),
            (
                "spec.strategy",
                r#"{"type":"Recreate","rollingUpdate":{"maxSurge":1}}"#,
                &["Forbidden spec.strategy.rollingUpdate"],
            ),
            (
                "spec.strategy",
                r#"{"rollingUpdate":{"maxUnavailable":"101%","maxSurge":"x"}}"#,
                &[
                    "Invalid spec.strategy.rollingUpdate.maxSurge",
                    "Invalid spec.strategy.rollingUpdate.maxUnavailable",
                ],
            ),
            ("spec.strategy", r#"{"type":"Blue"}"#, &["NotSupported spec.strategy"]),
            ("spec.progressDeadlineSeconds", "0", &["Invalid spec.progressDeadlineSeconds"]),
        ],
    );
    let live = workload("Deployment", "").replacen(
        '{',
        r#"{"status":{"replicas":1,"collisionCount":2},"#,
        1,
    );
    check_status(
        "apps/Deployment",
        &live,
        &[
            ("status.readyReplicas", "2", &["Invalid status.readyReplicas"]),
            ("status.availableReplicas", "1", &["Invalid status.availableReplicas"]),
            ("status.collisionCount", "1", &["Invalid status.collisionCount"]),
        ],
    );
}

#[test]
fn stateful_sets() {
    let claims = r#""serviceName":"db","volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{
        "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],"#;
    let set = workload("StatefulSet", claims);
    let mounts = "spec.template.spec.containers.0.volumeMounts";
    check_created(
        "apps/StatefulSet",
        &set,
        &[
            (mounts, r#"[{"name":"data","mountPath":"/d"}]"#, &[]),
            (
                mounts,
                r#"[{"name":"other","mountPath":"/d"}]"#,
                &["NotFound spec.template.spec.containers[0].volumeMounts[0].name"],
            ),
            (
                "spec.volumeClaimTemplates.0.spec.accessModes",
                "[]",
                &["Required spec.volumeClaimTemplates[0].spec.accessModes"],
            ),
            ("spec.serviceName", r#""A""#, &["Invalid spec.serviceName"]),
            ("spec.podManagementPolicy", r#""x""#, &["Invalid spec.podManagementPolicy"]),
            ("spec.updateStrategy", r#"{"type":"x"}"#, &["Invalid spec.updateStrategy"]),
            ("metadata.name", r#""a.b""#, &["Invalid metadata.name"]),
        ],
    );
    check_updated(
        "apps/StatefulSet",
        &set,
        &[
            ("spec.replicas", "3", &[]),
            ("spec.template.metadata.annotations", r#"{"a":"b"}"#, &[]),
            ("spec.serviceName", r#""other""#, &["Forbidden spec"]),
            ("spec.volumeClaimTemplates.0.spec.resources.requests.storage", r#""1024Mi""#, &[]),
            (
                "spec.volumeClaimTemplates.0.spec.resources.requests.storage",
                r#""2Gi""#,
                &["Forbidden spec"],
            ),
            ("spec.volumeClaimTemplates.0.metadata.labels", r#"{"a":""}"#, &["Forbidden spec"]),
        ],
    );
}

#[test]
fn daemon_sets_and_controllers() {
    let rolling = |it: &str| format!(r#"{{"type":"RollingUpdate","rollingUpdate":{it}}}"#);
    check_created(
        "apps/DaemonSet",
        &workload("DaemonSet", ""),
        &[
            (
                "spec.updateStrategy",
                &rolling(r#"{"maxUnavailable":1,"maxSurge":1}"#),
                &["Invalid spec.updateStrategy.rollingUpdate.maxSurge"],
            ),
            (
                "spec.updateStrategy",
                &rolling(r#"{"maxUnavailable":0}"#),
                &["Required spec.updateStrategy.rollingUpdate.maxUnavailable"],
            ),
            ("spec.selector", "{}", &["Invalid spec.selector"]),
        ],
    );
    let controller = workload("ReplicationController", "")
        .replace(r#"{"matchLabels":{"a":"b"}}"#, r#"{"a":"b"}"#)
        .replace("apps/v1", "v1");
    check_created(
        "ReplicationController",
        &controller,
        &[
            ("", "", &[]),
            ("spec.template", "nothing", &["Required spec.template"]),
            ("spec.selector", r#"{"a":"x"}"#, &["Invalid spec.template.metadata.labels"]),
        ],
    );
    let revision = r#"{"apiVersion":"apps/v1","kind":"ControllerRevision","revision":1,
        "metadata":{"name":"a","namespace":"n","resourceVersion":"1"},"data":{"a":1}}"#;
    check_created(
        "apps/ControllerRevision",
        revision,
        &[("data", "[1]", &["Required data"]), ("revision", "-1", &["Invalid revision"])],
    );
    check_updated(
        "apps/ControllerRevision",
        revision,
        &[("revision", "2", &[]), ("data.a", "2", &["Invalid data"])],
    );
}

const JOB: &str = r#"{"apiVersion":"batch/v1","kind":"Job",
    "metadata":{"name":"a","namespace":"n","uid":"u","resourceVersion":"1"},
    "spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}"#;

#[test]
fn jobs_end() {
    let policy = "spec.podFailurePolicy";
    check_created(
        "batch/Job",
        JOB,
        &[
            ("", "", &[]),
            (
                "spec.template.spec.restartPolicy",
                r#""Always""#,
                &["Required spec.template.spec.restartPolicy"],
            ),
            (
                "spec.maxFailedIndexes",
                "1",
                &["Required spec.backoffLimitPerIndex", "Invalid spec.maxFailedIndexes"],
            ),
            ("spec.backoffLimitPerIndex", "1", &["Invalid spec.backoffLimitPerIndex"]),
            ("spec.managedBy", r#""me""#, &["Invalid spec.managedBy"]),
            ("spec.successPolicy", r#"{"rules":[]}"#, &["Invalid spec.successPolicy"]),
            (
                policy,
                r#"{"rules":[{}]}"#,
                &[
                    "Required spec.podFailurePolicy.rules[0].action",
                    "Invalid spec.podFailurePolicy.rules[0]",
                ],
            ),
            (
                policy,
                r#"{"rules":[{"action":"FailJob","onExitCodes":{"operator":"In","values":[2,0]}}]}"#,
                &[
                    "Invalid spec.podFailurePolicy.rules[0].onExitCodes.values[1]",
                    "Invalid spec.podFailurePolicy.rules[0].onExitCodes.values",
                ],
            ),
            ("spec.podReplacementPolicy", r#""x""#, &["NotSupported spec.podReplacementPolicy"]),
        ],
    );
    check_updated(
        "batch/Job",
        JOB,
        &[
            ("spec.parallelism", "2", &[]),
            ("spec.completions", "2", &["Invalid spec.completions"]),
            ("spec.template.spec.containers.0.image", r#""j""#, &["Invalid spec.template"]),
            (
                policy,
                r#"{"rules":[]}"#,
                &["NotSupported spec.podReplacementPolicy", "Invalid spec.podFailurePolicy"],
            ),
        ],
    );
    let suspended = JOB.replace(r#""spec":{"template""#, r#""spec":{"suspend":true,"template""#);
    check_updated(
        "batch/Job",
        &suspended,
        &[
            ("spec.template.spec.nodeSelector", r#"{"a":"b"}"#, &[]),
            ("spec.template.spec.containers.0.resources", r#"{"requests":{"cpu":"1"}}"#, &[]),
            ("spec.template.spec.containers.0.image", r#""j""#, &["Invalid spec.template.spec"]),
        ],
    );
}

#[test]
fn the_status_of_a_job_does_not_go_back() {
    let live = JOB.replacen(
        '{',
        r#"{"status":{"succeeded":1,"startTime":"2026-01-01T00:00:00Z",
            "conditions":[{"type":"FailureTarget","status":"True"}]},"#,
        1,
    );
    let failed = r#"[{"type":"FailureTarget","status":"True"},{"type":"Failed","status":"True"}]"#;
    check_status(
        "batch/Job",
        &live,
        &[
            ("", "", &[]),
            ("status.conditions", failed, &[]),
            ("status.conditions", "[]", &["Invalid status.conditions"]),
            ("status.succeeded", "0", &["Invalid status.succeeded"]),
            (
                "status.completionTime",
                r#""2026-01-02T00:00:00Z""#,
                &["Invalid status.completionTime"],
            ),
            ("status.startTime", r#""2026-01-02T00:00:00Z""#, &["Invalid status.startTime"]),
            ("status.ready", "1", &["Invalid status.ready"]),
            ("status.completedIndexes", r#""0""#, &["Invalid status.completedIndexes"]),
        ],
    );
}

#[test]
fn cron_jobs() {
    let cron = r#"{"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"a","namespace":"n"},
        "spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{
            "restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}"#;
    let long = format!("\"{}\"", "a".repeat(53));
    check_created(
        "batch/CronJob",
        cron,
        &[
            ("", "", &[]),
            ("spec.schedule", r#""""#, &["Required spec.schedule"]),
            ("spec.schedule", r#""often""#, &["Invalid spec.schedule"]),
            ("spec.schedule", r#""TZ=UTC 0 0 * * *""#, &["Invalid spec.schedule"]),
            ("spec.timeZone", r#""Europe/Berlin""#, &[]),
            ("spec.timeZone", r#""Mars""#, &["Invalid spec.timeZone"]),
            ("spec.concurrencyPolicy", r#""x""#, &["NotSupported spec.concurrencyPolicy"]),
            ("metadata.name", &long, &["Invalid metadata.name"]),
        ],
    );
}
