//! Workloads, and what scales them.

use super::{Case, check_all};

const CASES: &[Case] = &[
    (
        "apps/v1 Deployment",
        r#"{"spec":{}}"#,
        &[
            ("/spec/replicas", "1"),
            ("/spec/revisionHistoryLimit", "10"),
            ("/spec/progressDeadlineSeconds", "600"),
            (
                "/spec/strategy",
                r#"{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"}"#,
            ),
            ("/spec/selector", "null"),
            ("/status", "{}"),
        ],
    ),
    (
        "apps/v1 Deployment",
        r#"{"spec":{"replicas":0,"strategy":{"type":"Recreate"}}}"#,
        &[("/spec/replicas", "0"), ("/spec/strategy", r#"{"type":"Recreate"}"#)],
    ),
    (
        "apps/v1 DaemonSet",
        r#"{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":1}}}}"#,
        &[(
            "/spec/updateStrategy",
            r#"{"rollingUpdate":{"maxSurge":1,"maxUnavailable":1},"type":"RollingUpdate"}"#,
        )],
    ),
    (
        "apps/v1 StatefulSet",
        r#"{"spec":{"volumeClaimTemplates":[{"metadata":{"name":"d"}}]}}"#,
        &[
            ("/spec/updateStrategy", r#"{"rollingUpdate":{"partition":0},"type":"RollingUpdate"}"#),
            ("/spec/podManagementPolicy", r#""OrderedReady""#),
            (
                "/spec/persistentVolumeClaimRetentionPolicy",
                r#"{"whenDeleted":"Retain","whenScaled":"Retain"}"#,
            ),
            (
                "/spec/volumeClaimTemplates/0",
                r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"d"},
                       "spec":{"resources":{},"volumeMode":"Filesystem"},"status":{"phase":"Pending"}}"#,
            ),
        ],
    ),
    (
        "apps/v1 StatefulSet",
        r#"{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}"#,
        &[("/spec/updateStrategy", r#"{"type":"RollingUpdate"}"#)],
    ),
    ("apps/v1 ReplicaSet", r#"{"spec":{}}"#, &[("/spec/replicas", "1")]),
    (
        "v1 ReplicationController",
        r#"{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}"#,
        &[
            ("/spec/replicas", "1"),
            ("/spec/selector", r#"{"a":"b"}"#),
            ("/metadata/labels", r#"{"a":"b"}"#),
        ],
    ),
    (
        "batch/v1 Job",
        r#"{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}"#,
        &[
            ("/metadata/labels", r#"{"a":"b"}"#),
            ("/spec/completions", "1"),
            ("/spec/parallelism", "1"),
            ("/spec/backoffLimit", "6"),
            ("/spec/completionMode", r#""NonIndexed""#),
            ("/spec/suspend", "false"),
            ("/spec/manualSelector", "false"),
            ("/spec/podReplacementPolicy", r#""TerminatingOrFailed""#),
        ],
    ),
    (
        "batch/v1 Job",
        r#"{"spec":{"parallelism":0,"backoffLimitPerIndex":1,"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"T"}]}]}}}"#,
        &[
            ("/spec/completions", ""),
            ("/spec/parallelism", "0"),
            ("/spec/backoffLimit", "2147483647"),
            ("/spec/podReplacementPolicy", r#""Failed""#),
            ("/spec/podFailurePolicy/rules/0/onPodConditions/0/status", r#""True""#),
        ],
    ),
    (
        "batch/v1 CronJob",
        r#"{"spec":{"jobTemplate":{"spec":{"template":{"spec":{}}}}}}"#,
        &[
            ("/spec/concurrencyPolicy", r#""Allow""#),
            ("/spec/suspend", "false"),
            ("/spec/successfulJobsHistoryLimit", "3"),
            ("/spec/failedJobsHistoryLimit", "1"),
            ("/spec/jobTemplate/spec/backoffLimit", ""),
            ("/spec/jobTemplate/spec/template/spec/dnsPolicy", r#""ClusterFirst""#),
        ],
    ),
    (
        "autoscaling/v2 HorizontalPodAutoscaler",
        r#"{"spec":{"behavior":{"scaleDown":{"policies":[{"type":"Pods","value":1,"periodSeconds":1}]}}}}"#,
        &[
            ("/spec/minReplicas", "1"),
            (
                "/spec/metrics",
                r#"[{"resource":{"name":"cpu","target":{"averageUtilization":80,"type":"Utilization"}},"type":"Resource"}]"#,
            ),
            (
                "/spec/behavior/scaleUp",
                r#"{"policies":[{"periodSeconds":15,"type":"Pods","value":4},{"periodSeconds":15,"type":"Percent","value":100}],
                       "selectPolicy":"Max","stabilizationWindowSeconds":0}"#,
            ),
            (
                "/spec/behavior/scaleDown",
                r#"{"policies":[{"periodSeconds":1,"type":"Pods","value":1}],"selectPolicy":"Max"}"#,
            ),
        ],
    ),
    (
        "autoscaling/v1 HorizontalPodAutoscaler",
        r#"{"spec":{"maxReplicas":3}}"#,
        &[
            ("/spec/minReplicas", "1"),
            ("/spec/targetCPUUtilizationPercentage", "80"),
            ("/status", r#"{"currentReplicas":0,"desiredReplicas":0}"#),
        ],
    ),
    (
        "autoscaling/v1 HorizontalPodAutoscaler",
        r#"{"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/metrics":"[]"}},"spec":{}}"#,
        &[("/spec/targetCPUUtilizationPercentage", "")],
    ),
];

#[test]
fn workloads_roll_and_remember() {
    check_all(CASES);
}
