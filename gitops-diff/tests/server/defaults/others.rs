//! Other kinds.

use super::{Case, check_all};

const CASES: &[Case] = &[
    (
        "v1 Secret",
        r#"{"data":{"a":"eA==","b":"eQ=="},"stringData":{"b":"z"}}"#,
        &[("/type", r#""Opaque""#), ("/data", r#"{"a":"eA==","b":"eg=="}"#), ("/stringData", "")],
    ),
    ("v1 ConfigMap", r#"{"data":{}}"#, &[("/data", "")]),
    (
        "v1 Namespace",
        r#"{"metadata":{"name":"n"}}"#,
        &[
            ("/metadata/labels", r#"{"kubernetes.io/metadata.name":"n"}"#),
            ("/status/phase", r#""Active""#),
        ],
    ),
    (
        "v1 Node",
        r#"{"spec":{"podCIDRs":["10.0.0.0/24"]},"status":{"capacity":{"cpu":"4"}}}"#,
        &[("/spec/podCIDR", r#""10.0.0.0/24""#), ("/status/allocatable", r#"{"cpu":"4"}"#)],
    ),
    (
        "v1 PersistentVolume",
        r#"{"spec":{"iscsi":{"iqn":"i","lun":0,"targetPortal":"t"}}}"#,
        &[
            ("/status/phase", r#""Pending""#),
            ("/spec/persistentVolumeReclaimPolicy", r#""Retain""#),
            ("/spec/volumeMode", r#""Filesystem""#),
            ("/spec/iscsi/iscsiInterface", r#""default""#),
        ],
    ),
    (
        "v1 PersistentVolumeClaim",
        r#"{"spec":{"resources":{"requests":{"storage":"1.0001Gi"}}}}"#,
        &[("/spec/volumeMode", r#""Filesystem""#), ("/status/phase", r#""Pending""#)],
    ),
    (
        "v1 Endpoints",
        r#"{"subsets":[{"ports":[{"port":1}]}]}"#,
        &[("/subsets/0/ports/0", r#"{"port":1,"protocol":"TCP"}"#)],
    ),
    (
        "v1 LimitRange",
        r#"{"spec":{"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"}},{"type":"Pod","max":{"cpu":"2"}}]}}"#,
        &[
            ("/spec/limits/0/default", r#"{"cpu":"2"}"#),
            ("/spec/limits/0/defaultRequest", r#"{"cpu":"2","memory":"1Mi"}"#),
            ("/spec/limits/1/default", ""),
        ],
    ),
    (
        "networking.k8s.io/v1 NetworkPolicy",
        r#"{"spec":{"egress":[{"ports":[{"port":1}]}]}}"#,
        &[
            ("/spec/policyTypes", r#"["Ingress","Egress"]"#),
            ("/spec/egress/0/ports/0/protocol", r#""TCP""#),
        ],
    ),
    (
        "networking.k8s.io/v1 NetworkPolicy",
        r#"{"spec":{"podSelector":{}}}"#,
        &[("/spec", r#"{"podSelector":{},"policyTypes":["Ingress"]}"#)],
    ),
    (
        "networking.k8s.io/v1 IngressClass",
        r#"{"spec":{"parameters":{"kind":"K","name":"n"}}}"#,
        &[("/spec/parameters/scope", r#""Cluster""#)],
    ),
    (
        "rbac.authorization.k8s.io/v1 RoleBinding",
        r#"{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s"}]}"#,
        &[
            ("/roleRef/apiGroup", r#""rbac.authorization.k8s.io""#),
            (
                "/subjects",
                r#"[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s"}]"#,
            ),
        ],
    ),
    (
        "rbac.authorization.k8s.io/v1 ClusterRole",
        "{}",
        &[("/rules", "null"), ("/aggregationRule", "")],
    ),
    (
        "storage.k8s.io/v1 StorageClass",
        r#"{"provisioner":"p"}"#,
        &[("/reclaimPolicy", r#""Delete""#), ("/volumeBindingMode", r#""Immediate""#)],
    ),
    (
        "storage.k8s.io/v1 CSIDriver",
        "{}",
        &[(
            "/spec",
            r#"{"attachRequired":true,"fsGroupPolicy":"ReadWriteOnceWithFSType","podInfoOnMount":false,
                   "requiresRepublish":false,"seLinuxMount":false,"storageCapacity":false,"volumeLifecycleModes":["Persistent"]}"#,
        )],
    ),
    (
        "scheduling.k8s.io/v1 PriorityClass",
        "{}",
        &[("/preemptionPolicy", r#""PreemptLowerPriority""#), ("/value", "0")],
    ),
    (
        "discovery.k8s.io/v1 EndpointSlice",
        r#"{"ports":[{"port":1}]}"#,
        &[("/ports/0", r#"{"name":"","port":1,"protocol":"TCP"}"#), ("/endpoints", "null")],
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration",
        r#"{"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{"queues":5}}}}}"#,
        &[(
            "/spec/limited",
            r#"{"lendablePercent":0,"limitResponse":{"queuing":{"handSize":8,"queueLengthLimit":50,"queues":5},"type":"Queue"},"nominalConcurrencyShares":30}"#,
        )],
    ),
    (
        "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
        r#"{"webhooks":[{"name":"n","clientConfig":{"service":{"name":"s","namespace":"n"}},"rules":[{"resources":["r"]}]}]}"#,
        &[
            ("/webhooks/0/failurePolicy", r#""Fail""#),
            ("/webhooks/0/matchPolicy", r#""Equivalent""#),
            ("/webhooks/0/namespaceSelector", "{}"),
            ("/webhooks/0/objectSelector", "{}"),
            ("/webhooks/0/timeoutSeconds", "10"),
            ("/webhooks/0/reinvocationPolicy", r#""Never""#),
            ("/webhooks/0/clientConfig/service/port", "443"),
            ("/webhooks/0/rules/0/scope", r#""*""#),
        ],
    ),
    (
        "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
        r#"{"spec":{"matchConstraints":{"resourceRules":[{}]}}}"#,
        &[
            ("/spec/failurePolicy", r#""Fail""#),
            (
                "/spec/matchConstraints",
                r#"{"matchPolicy":"Equivalent","namespaceSelector":{},"objectSelector":{},"resourceRules":[{"scope":"*"}]}"#,
            ),
        ],
    ),
    (
        "resource.k8s.io/v1 ResourceClaim",
        r#"{"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"c","tolerations":[{"key":"k"}]}},{"name":"b","firstAvailable":[{"name":"s","deviceClassName":"c","allocationMode":"All"}]}]}}}"#,
        &[
            ("/spec/devices/requests/0/exactly/allocationMode", r#""ExactCount""#),
            ("/spec/devices/requests/0/exactly/count", "1"),
            ("/spec/devices/requests/0/exactly/tolerations/0/operator", r#""Equal""#),
            ("/spec/devices/requests/1/firstAvailable/0/count", ""),
        ],
    ),
    (
        "apiextensions.k8s.io/v1 CustomResourceDefinition",
        r#"{"spec":{"names":{"kind":"Thing","plural":"things"},"versions":[{"name":"v1","storage":true}]}}"#,
        &[
            (
                "/spec/names",
                r#"{"kind":"Thing","listKind":"ThingList","plural":"things","singular":"thing"}"#,
            ),
            ("/spec/conversion", r#"{"strategy":"None"}"#),
            ("/status/storedVersions", r#"["v1"]"#),
        ],
    ),
];

#[test]
fn the_other_kinds_are_complete() {
    check_all(CASES);
}
