//! Where the builtin kinds refer to others by name, and where variables are replaced.

use super::BackReferences;
use super::builtin::{Missing, Row, gvk, references, specs};
use crate::kustomize::kustomization::FieldSpec;

/// Kinds with pods whose references to configuration are fixed, and where their pods are.
const CONFIGURED_PODS: [(&str, &str); 8] = [
    ("/v1/Pod", "spec/"),
    ("PodTemplate", "template/spec/"),
    ("Deployment", "spec/template/spec/"),
    ("ReplicaSet", "spec/template/spec/"),
    ("DaemonSet", "spec/template/spec/"),
    ("StatefulSet", "spec/template/spec/"),
    ("Job", "spec/template/spec/"),
    ("CronJob", "spec/jobTemplate/spec/template/spec/"),
];

/// Kinds with pods whose references to anything else are fixed.
const OTHER_PODS: [(&str, &str); 7] = [
    ("Pod", "spec/"),
    ("StatefulSet", "spec/template/spec/"),
    ("Deployment", "spec/template/spec/"),
    ("ReplicationController", "spec/template/spec/"),
    ("CronJob", "spec/jobTemplate/spec/template/spec/"),
    ("Job", "spec/template/spec/"),
    ("DaemonSet", "spec/template/spec/"),
];

const CONFIG_MAPS_OF_PODS: [&str; 6] = [
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name",
];

const CONFIG_MAPS: [Row; 4] = [
    ("Node", &["spec/configSource/configMap"]),
    ("Role", &["rules/resourceNames"]),
    ("ClusterRole", &["rules/resourceNames"]),
    ("Ingress", &[r"metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap"]),
];

const SECRETS_OF_PODS: [&str; 7] = [
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name",
];

const SECRETS: [Row; 7] = [
    (
        "Ingress",
        &[
            "spec/tls/secretName",
            r"metadata/annotations/ingress.kubernetes.io\/auth-secret",
            r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret",
            r"metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret",
            // Twice, as upstream has it.
            "spec/tls/secretName",
        ],
    ),
    ("ServiceAccount", &["imagePullSecrets/name"]),
    (
        "StorageClass",
        &[
            "parameters/secretName",
            "parameters/adminSecretName",
            "parameters/userSecretName",
            "parameters/secretRef",
        ],
    ),
    ("Role", &["rules/resourceNames"]),
    ("ClusterRole", &["rules/resourceNames"]),
    (
        "serving.knative.dev/v1/Service",
        &["spec/template/spec/containers/env/valueFrom/secretKeyRef/name"],
    ),
    ("PersistentVolume", &["spec/azureFile/secretName"]),
];

const SERVICES: [Row; 5] = [
    ("apps//StatefulSet", &["spec/serviceName"]),
    (
        "Ingress",
        &[
            "spec/rules/http/paths/backend/serviceName",
            "spec/backend/serviceName",
            "spec/rules/http/paths/backend/service/name",
            "spec/defaultBackend/service/name",
        ],
    ),
    ("apiregistration.k8s.io//APIService", &["spec/service/name"]),
    (
        "admissionregistration.k8s.io//ValidatingWebhookConfiguration",
        &["webhooks/clientConfig/service"],
    ),
    (
        "admissionregistration.k8s.io//MutatingWebhookConfiguration",
        &["webhooks/clientConfig/service"],
    ),
];

const SCALED: &[Row] = &[("HorizontalPodAutoscaler", &["spec/scaleTargetRef/name"])];

const ROLE_BINDING: Row = ("rbac.authorization.k8s.io//RoleBinding", &["roleRef/name"]);

/// Kinds without a part in pods.
const PLAIN: [(&str, &[Row]); 10] = [
    ("Deployment", SCALED),
    ("ReplicationController", SCALED),
    ("ReplicaSet", SCALED),
    ("StatefulSet", SCALED),
    ("/v1/Service", &SERVICES),
    ("rbac.authorization.k8s.io//Role", &[ROLE_BINDING]),
    (
        "rbac.authorization.k8s.io//ClusterRole",
        &[ROLE_BINDING, ("rbac.authorization.k8s.io//ClusterRoleBinding", &["roleRef/name"])],
    ),
    (
        "/v1/PersistentVolume",
        &[
            ("PersistentVolumeClaim", &["spec/volumeName"]),
            ("ClusterRole", &["rules/resourceNames"]),
        ],
    ),
    (
        "storage.k8s.io/v1/StorageClass",
        &[
            ("PersistentVolume", &["spec/storageClassName"]),
            ("PersistentVolumeClaim", &["spec/storageClassName"]),
            ("StatefulSet", &["spec/volumeClaimTemplates/spec/storageClassName"]),
        ],
    ),
    (
        "admissionregistration.k8s.io//ValidatingAdmissionPolicy",
        &[("admissionregistration.k8s.io//ValidatingAdmissionPolicyBinding", &["spec/policyName"])],
    ),
];

/// Upstream takes the version for a part of the group, so that this one refers to nothing.
const INGRESS_CLASS: (&str, &[Row]) =
    ("networking.k8s.io/v1/v1/IngressClass", &[("Ingress", &["spec/ingressClassName"])]);

const SUBJECTS: [Row; 2] = [
    ("rbac.authorization.k8s.io//RoleBinding", &["subjects"]),
    ("rbac.authorization.k8s.io//ClusterRoleBinding", &["subjects"]),
];

/// Where names of resources are referred to.
pub(super) fn name_references() -> Vec<BackReferences> {
    let mut all: Vec<_> =
        PLAIN.iter().chain([&INGRESS_CLASS]).map(|(kind, rows)| references(kind, rows)).collect();
    all.push(of_pods("/v1/ConfigMap", &CONFIGURED_PODS, &CONFIG_MAPS_OF_PODS, &CONFIG_MAPS));
    all.push(of_pods("/v1/Secret", &CONFIGURED_PODS, &SECRETS_OF_PODS, &SECRETS));
    all.push(of_pods("/v1/ServiceAccount", &OTHER_PODS, &["serviceAccountName"], &SUBJECTS));
    let claims = ["volumes/persistentVolumeClaim/claimName"];
    all.push(of_pods("/v1/PersistentVolumeClaim", &OTHER_PODS, &claims, &[]));
    let priority = "scheduling.k8s.io/v1/PriorityClass";
    all.push(of_pods(priority, &OTHER_PODS, &["priorityClassName"], &[]));
    all
}

fn of_pods(
    target: &str,
    pods: &[(&'static str, &'static str)],
    paths: &[&str],
    rows: &[Row],
) -> BackReferences {
    let referrers = [pod_fields(pods, paths), specs(rows, Missing::Left)].concat();
    BackReferences { target: gvk(target), referrers }
}

fn pod_fields(pods: &[(&'static str, &'static str)], paths: &[&str]) -> Vec<FieldSpec> {
    let field = |kind: &str, pod: &str, path: &str| FieldSpec {
        gvk: gvk(kind),
        path: format!("{pod}{path}").into(),
        create: false,
    };
    pods.iter().flat_map(|(kind, pod)| paths.iter().map(|path| field(kind, pod, path))).collect()
}

/// Kinds with pods in which variables are replaced, and where their pods are.
const VARIABLE_PODS: [(&str, &str); 7] = [
    ("CronJob", "spec/jobTemplate/spec/template/spec/"),
    ("DaemonSet", "spec/template/spec/"),
    ("Deployment", "spec/template/spec/"),
    ("Job", "spec/template/spec/"),
    ("Pod", "spec/"),
    ("ReplicaSet", "spec/template/spec/"),
    ("StatefulSet", "spec/template/spec/"),
];

const VARIABLES_OF_PODS: [&str; 8] = [
    "containers/args",
    "containers/command",
    "containers/env/value",
    "containers/volumeMounts/mountPath",
    "initContainers/args",
    "initContainers/command",
    "initContainers/env/value",
    "initContainers/volumeMounts/mountPath",
];

const VARIABLES: [Row; 11] = [
    // Not where the volumes of a pod are, as upstream has it.
    ("CronJob", &["spec/jobTemplate/spec/template/volumes/nfs/server"]),
    ("DaemonSet", &["spec/template/spec/volumes/nfs/server"]),
    (
        "Deployment",
        &["spec/template/spec/volumes/nfs/server", "spec/template/metadata/annotations"],
    ),
    ("Ingress", &["spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"]),
    ("Job", &["spec/template/spec/volumes/nfs/server"]),
    ("Pod", &["spec/volumes/nfs/server"]),
    ("ReplicaSet", &["spec/template/spec/volumes/nfs/server"]),
    ("Service", &["spec/ports/port", "spec/ports/targetPort"]),
    ("StatefulSet", &["spec/volumeClaimTemplates/spec/nfs/server"]),
    ("PersistentVolume", &["spec/nfs/server"]),
    ("", &["metadata/labels", "metadata/annotations"]),
];

/// Where variables are replaced.
pub(super) fn var_references() -> Vec<FieldSpec> {
    [pod_fields(&VARIABLE_PODS, &VARIABLES_OF_PODS), specs(&VARIABLES, Missing::Left)].concat()
}
