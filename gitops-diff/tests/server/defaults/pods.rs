//! Pods and templates for them.

use super::{Case, check_all};

const CASES: &[Case] = &[
    (
        "v1 Pod",
        r#"{"spec":{"containers":[{"name":"a","image":"i:1"}]}}"#,
        &[
            ("/spec/restartPolicy", r#""Always""#),
            ("/spec/dnsPolicy", r#""ClusterFirst""#),
            ("/spec/schedulerName", r#""default-scheduler""#),
            ("/spec/terminationGracePeriodSeconds", "30"),
            ("/spec/securityContext", "{}"),
            ("/spec/enableServiceLinks", "true"),
            ("/spec/containers/0/imagePullPolicy", r#""IfNotPresent""#),
            ("/spec/containers/0/resources", "{}"),
            ("/spec/containers/0/terminationMessagePath", r#""/dev/termination-log""#),
            ("/spec/containers/0/terminationMessagePolicy", r#""File""#),
        ],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"containers":[],"serviceAccount":"old","hostNetwork":false,"hostname":""}}"#,
        &[
            ("/spec/serviceAccountName", r#""old""#),
            ("/spec/serviceAccount", r#""old""#),
            ("/spec/hostNetwork", ""),
            ("/spec/hostname", ""),
            ("/spec/containers", "null"),
        ],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"serviceAccount":"old","serviceAccountName":"new"}}"#,
        &[("/spec/serviceAccount", r#""new""#)],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"0.5"},"requests":{"memory":"1e3"}}}]}}"#,
        &[(
            "/spec/containers/0/resources",
            r#"{"limits":{"cpu":"500m"},"requests":{"cpu":"500m","memory":"1e3"}}"#,
        )],
    ),
    (
        "apps/v1 Deployment",
        r#"{"spec":{"template":{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"100u"}}}]}}}}"#,
        &[("/spec/template/spec/containers/0/resources", r#"{"limits":{"cpu":"1m"}}"#)],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"hostNetwork":true,"containers":[{"name":"a","ports":[{"containerPort":80}]}]}}"#,
        &[("/spec/containers/0/ports/0", r#"{"containerPort":80,"hostPort":80,"protocol":"TCP"}"#)],
    ),
    (
        "v1 PodTemplate",
        r#"{"template":{"spec":{"hostNetwork":true,"containers":[{"name":"a","ports":[{"containerPort":80}]}]}}}"#,
        &[("/template/spec/containers/0/ports/0", r#"{"containerPort":80,"protocol":"TCP"}"#)],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"containers":[{"name":"a","livenessProbe":{"httpGet":{"port":80}},"startupProbe":{"grpc":{"port":1},"periodSeconds":0}}]}}"#,
        &[
            (
                "/spec/containers/0/livenessProbe",
                r#"{"failureThreshold":3,"httpGet":{"path":"/","port":80,"scheme":"HTTP"},
                       "periodSeconds":10,"successThreshold":1,"timeoutSeconds":1}"#,
            ),
            ("/spec/containers/0/startupProbe/grpc", r#"{"port":1,"service":""}"#),
            ("/spec/containers/0/startupProbe/periodSeconds", "10"),
        ],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"ephemeralContainers":[{"name":"a","image":"i","env":[{"name":"E","valueFrom":{"fieldRef":{"fieldPath":"f"}}}],"lifecycle":{"preStop":{"httpGet":{"port":"p"}}}}]}}"#,
        &[
            ("/spec/ephemeralContainers/0/imagePullPolicy", r#""Always""#),
            ("/spec/ephemeralContainers/0/env/0/valueFrom/fieldRef/apiVersion", r#""v1""#),
            (
                "/spec/ephemeralContainers/0/lifecycle/preStop/httpGet",
                r#"{"path":"/","port":"p","scheme":"HTTP"}"#,
            ),
        ],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"volumes":[{"name":"e"},{"name":"s","secret":{}},{"name":"h","hostPath":{"path":"/"}},{"name":"i","image":{"reference":"r"}},{"name":"d","azureDisk":{"diskName":"d","diskURI":"u"}}]}}"#,
        &[
            ("/spec/volumes/0/emptyDir", "{}"),
            ("/spec/volumes/1/secret/defaultMode", "420"),
            ("/spec/volumes/1/emptyDir", ""),
            ("/spec/volumes/2/hostPath/type", r#""""#),
            ("/spec/volumes/3/image/pullPolicy", r#""Always""#),
            (
                "/spec/volumes/4/azureDisk",
                r#"{"cachingMode":"ReadWrite","diskName":"d","diskURI":"u","fsType":"ext4","kind":"Shared","readOnly":false}"#,
            ),
        ],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"volumes":[{"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}},{"downwardAPI":{"items":[{"path":"x","fieldRef":{"fieldPath":"f"}}]}}]}}]}}"#,
        &[
            ("/spec/volumes/0/projected/defaultMode", "420"),
            ("/spec/volumes/0/projected/sources/0/serviceAccountToken/expirationSeconds", "3600"),
            (
                "/spec/volumes/0/projected/sources/1/downwardAPI/items/0/fieldRef/apiVersion",
                r#""v1""#,
            ),
        ],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"volumes":[{"name":"c","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["x"]}}}}]}}"#,
        &[("/spec/volumes/0/ephemeral/volumeClaimTemplate/spec/volumeMode", r#""Filesystem""#)],
    ),
    (
        "v1 Pod",
        r#"{"metadata":{"annotations":{"pod.beta.kubernetes.io/init-containers":"[]","k":"v"}},"status":{"podIPs":[{"ip":"1.2.3.4"}]}}"#,
        &[("/metadata/annotations", r#"{"k":"v"}"#), ("/status/podIP", r#""1.2.3.4""#)],
    ),
    (
        "v1 Pod",
        r#"{"status":{"podIP":"1.2.3.5","podIPs":[{"ip":"1.2.3.4"},{"ip":"::1"}]}}"#,
        &[("/status/podIPs", r#"[{"ip":"1.2.3.5"}]"#)],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"resources":{"limits":{"cpu":"4","memory":"2Gi","hugepages-2Mi":"4Mi"}},
            "containers":[{"name":"a","resources":{"requests":{"cpu":"500m"}}},{"name":"b","resources":{"requests":{"cpu":"1"}}}],
            "initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},
                {"name":"i","resources":{"requests":{"cpu":"3"}}}]}}"#,
        &[("/spec/resources/requests", r#"{"cpu":"4","hugepages-2Mi":"4Mi","memory":"2Gi"}"#)],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"resources":{"requests":{"cpu":"1"}},
            "containers":[{"name":"a","resources":{"limits":{"hugepages-2Mi":"2Mi"}}},{"name":"b","resources":{"limits":{"hugepages-2Mi":"2Mi"}}}]}}"#,
        &[(
            "/spec/resources",
            r#"{"limits":{"hugepages-2Mi":"4Mi"},"requests":{"cpu":"1","hugepages-2Mi":"4Mi"}}"#,
        )],
    ),
    (
        "v1 Pod",
        r#"{"spec":{"resources":{},"containers":[{"name":"a","resources":{"limits":{"cpu":"1"}}}]}}"#,
        &[("/spec/resources", "{}")],
    ),
];

#[test]
fn pods_and_their_containers_are_complete() {
    check_all(CASES);
}
