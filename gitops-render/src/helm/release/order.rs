//! The order in which kinds are installed.

use std::cmp::Ordering;

use crate::helm::HelmCompat;

/// Helm's `InstallOrder`.
const KINDS: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// How many of them Helm 3 knows: webhooks came with Helm 4.
const KINDS_OF_3: usize = 36;

/// Which kind is installed first. Kinds that are not known come last, by their names.
pub(super) fn compare(one: &str, other: &str, compat: HelmCompat) -> Ordering {
    let known = match compat {
        HelmCompat::V3_21 => &KINDS[..KINDS_OF_3],
        HelmCompat::V4_2_3 | HelmCompat::V4_2_4 => &KINDS[..],
    };
    let rank = |kind: &str| known.iter().position(|it| *it == kind).unwrap_or(known.len());
    let (first, second) = (rank(one), rank(other));
    let by_name = || if first == known.len() { one.cmp(other) } else { Ordering::Equal };
    first.cmp(&second).then_with(by_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_in_their_order_and_unknown_ones_last() {
        let mut kinds = ["Zoo", "Ape", "ValidatingWebhookConfiguration", "Deployment", "Namespace"];
        kinds.sort_by(|one, other| compare(one, other, HelmCompat::V4_2_4));
        assert_eq!(
            kinds,
            ["Namespace", "Deployment", "ValidatingWebhookConfiguration", "Ape", "Zoo"]
        );
        kinds.sort_by(|one, other| compare(one, other, HelmCompat::V3_21));
        assert_eq!(
            kinds,
            ["Namespace", "Deployment", "Ape", "ValidatingWebhookConfiguration", "Zoo"]
        );
    }
}
