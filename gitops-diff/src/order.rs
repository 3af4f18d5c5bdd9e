//! In which order objects are applied and pruned.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::{Change, GroupKind, ObjectId, Operation, Text, Wave};

/// What a wave is for; waves run in this order, prune waves in the opposite one.
///
/// The stages are those of Flux's staged apply (definitions, then classes, then the rest), cut
/// finer along the kinds of Helm's install order. Whatever an object needs to exist is in an
/// earlier stage: its namespace, the definition of its kind, the account it runs as.
///
/// ```
/// use gitops_diff::Stage;
///
/// let stage = |id: &str| Stage::of(&id.parse().unwrap());
/// assert_eq!(stage("Namespace/shop"), Stage::Namespaces);
/// assert!(stage("ConfigMap/shop/settings") < stage("Deployment.apps/shop/web"));
/// assert_eq!(stage("Service.serving.knative.dev/shop/web"), Stage::Rest);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Namespaces.
    Namespaces,
    /// Definitions of custom kinds.
    Definitions,
    /// What the whole cluster shares: cluster roles, every kind of class, volumes.
    Prerequisites,
    /// What workloads read or are bound by: accounts, roles, secrets, settings, claims, quotas.
    Config,
    /// Services and what runs pods.
    Workloads,
    /// Everything else, custom resources among it.
    Rest,
    /// What intercepts requests, and could fail them while its backend starts.
    Webhooks,
}

/// Kinds in the order they are applied, with their stage; the names are those of Helm's install
/// order, the groups keep a Knative `Service` from being taken for a core one.
#[rustfmt::skip]
const KINDS: [(Stage, &str, &str); 45] = {
    use Stage::{Config, Definitions, Namespaces, Prerequisites, Rest, Webhooks, Workloads};
    [
        (Namespaces, "", "Namespace"),
        (Definitions, "apiextensions.k8s.io", "CustomResourceDefinition"),
        (Prerequisites, "scheduling.k8s.io", "PriorityClass"),
        (Prerequisites, "node.k8s.io", "RuntimeClass"),
        (Prerequisites, "storage.k8s.io", "CSIDriver"),
        (Prerequisites, "storage.k8s.io", "StorageClass"),
        (Prerequisites, "", "PersistentVolume"),
        (Prerequisites, "networking.k8s.io", "IngressClass"),
        (Prerequisites, "rbac.authorization.k8s.io", "ClusterRole"),
        (Config, "networking.k8s.io", "NetworkPolicy"),
        (Config, "", "ResourceQuota"),
        (Config, "", "LimitRange"),
        (Config, "policy", "PodDisruptionBudget"),
        (Config, "", "ServiceAccount"),
        (Config, "", "Secret"),
        (Config, "", "ConfigMap"),
        (Config, "", "PersistentVolumeClaim"),
        (Config, "rbac.authorization.k8s.io", "ClusterRoleBinding"),
        (Config, "rbac.authorization.k8s.io", "Role"),
        (Config, "rbac.authorization.k8s.io", "RoleBinding"),
        (Workloads, "", "Service"),
        (Workloads, "", "Endpoints"),
        (Workloads, "discovery.k8s.io", "EndpointSlice"),
        (Workloads, "", "PodTemplate"),
        (Workloads, "apps", "DaemonSet"),
        (Workloads, "", "Pod"),
        (Workloads, "", "ReplicationController"),
        (Workloads, "apps", "ReplicaSet"),
        (Workloads, "apps", "ControllerRevision"),
        (Workloads, "apps", "Deployment"),
        (Workloads, "autoscaling", "HorizontalPodAutoscaler"),
        (Workloads, "apps", "StatefulSet"),
        (Workloads, "batch", "Job"),
        (Workloads, "batch", "CronJob"),
        (Rest, "networking.k8s.io", "Ingress"),
        (Rest, "gateway.networking.k8s.io", "Gateway"),
        (Rest, "gateway.networking.k8s.io", "HTTPRoute"),
        (Rest, "certificates.k8s.io", "CertificateSigningRequest"),
        (Webhooks, "apiregistration.k8s.io", "APIService"),
        (Webhooks, "admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        (Webhooks, "admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        (Webhooks, "admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        (Webhooks, "admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        (Webhooks, "admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        (Webhooks, "admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ]
};

impl Stage {
    /// The stage in which `id` is applied.
    pub fn of(id: &ObjectId) -> Self {
        rank(id.group_kind()).0
    }

    /// The name of its wave: `namespaces`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Definitions => "definitions",
            Self::Prerequisites => "prerequisites",
            Self::Config => "config",
            Self::Workloads => "workloads",
            Self::Rest => "rest",
            Self::Webhooks => "webhooks",
        }
    }
}

/// The order in which objects are applied: by stage, by kind within it, then by identity.
///
/// Deleting goes the other way round.
pub fn apply_order(one: &ObjectId, other: &ObjectId) -> Ordering {
    let rank = |id: &ObjectId| rank(id.group_kind());
    rank(one).cmp(&rank(other)).then_with(|| one.cmp(other))
}

/// The stage of a kind and its place in it; kinds that are not known come last in theirs.
///
/// A kind of another group whose name ends in `Class` configures what is made with it later, as
/// Flux has it.
fn rank(kind: &GroupKind) -> (Stage, usize) {
    let known = KINDS.iter().position(|(_, group, name)| kind.is(group, name));
    match known {
        Some(at) => (KINDS[at].0, at),
        None if kind.kind.ends_with("Class") => (Stage::Prerequisites, KINDS.len()),
        None => (Stage::Rest, KINDS.len()),
    }
}

/// Puts changes into waves: what is made and changed stage by stage, then what is deleted in
/// the opposite order, and lastly what is only forgotten.
pub(crate) fn waves(changes: Vec<Change>) -> Vec<Wave> {
    let mut waves: BTreeMap<(u8, i8), (Text, Vec<Change>)> = BTreeMap::new();
    for change in changes {
        let (place, name) = wave_of(&change);
        waves.entry(place).or_insert_with(|| (name, Vec::new())).1.push(change);
    }
    waves.into_values().map(|(name, changes)| Wave { name, changes: sorted(changes) }).collect()
}

fn wave_of(change: &Change) -> ((u8, i8), Text) {
    let stage = Stage::of(&change.id);
    let place = stage as i8;
    match change.operation {
        it if it.is_apply() => ((0, place), stage.name().into()),
        Operation::Delete => ((1, -place), format!("prune {}", stage.name()).into()),
        _ => ((2, 0), "release".into()),
    }
}

/// The changes of one wave in the order they should be started.
fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|a, b| match a.operation {
        Operation::Delete => apply_order(&b.id, &a.id),
        _ => apply_order(&a.id, &b.id),
    });
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    fn change(id: &str, operation: Operation) -> Change {
        Change::new(id.parse().unwrap(), "v1", operation, Reason::Missing)
    }

    fn check(changes: &[(&str, Operation)], expected: &[(&str, &[&str])]) {
        let changes = changes.iter().map(|(id, operation)| change(id, *operation)).collect();
        let waves = waves(changes);
        let names = |wave: &Wave| wave.changes.iter().map(|it| it.id.to_string()).collect();
        let found: Vec<(String, Vec<String>)> =
            waves.iter().map(|wave| (wave.name.to_string(), names(wave))).collect();
        let texts = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        let expected: Vec<(String, Vec<String>)> =
            expected.iter().map(|(name, ids)| ((*name).into(), texts(ids))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_others_need_is_applied_before_them() {
        use Operation::{Create, Update};
        check(
            &[
                ("ValidatingWebhookConfiguration.admissionregistration.k8s.io/w", Create),
                ("Widget.example.com/shop/a", Create),
                ("Deployment.apps/shop/web", Update),
                ("Service/shop/web", Create),
                ("ConfigMap/shop/b", Update),
                ("ConfigMap/shop/a", Create),
                ("ServiceAccount/shop/web", Create),
                ("GatewayClass.gateway.networking.k8s.io/g", Create),
                ("ClusterRole.rbac.authorization.k8s.io/r", Create),
                ("CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com", Create),
                ("Namespace/shop", Create),
            ],
            &[
                ("namespaces", &["Namespace/shop"]),
                (
                    "definitions",
                    &["CustomResourceDefinition.apiextensions.k8s.io/widgets.example.com"],
                ),
                (
                    "prerequisites",
                    &[
                        "ClusterRole.rbac.authorization.k8s.io/r",
                        "GatewayClass.gateway.networking.k8s.io/g",
                    ],
                ),
                ("config", &["ServiceAccount/shop/web", "ConfigMap/shop/a", "ConfigMap/shop/b"]),
                ("workloads", &["Service/shop/web", "Deployment.apps/shop/web"]),
                ("rest", &["Widget.example.com/shop/a"]),
                ("webhooks", &["ValidatingWebhookConfiguration.admissionregistration.k8s.io/w"]),
            ],
        );
    }

    #[test]
    fn pruning_goes_the_other_way_and_comes_after_all_applies() {
        use Operation::{Create, Delete, Release};
        check(
            &[
                ("Namespace/old", Delete),
                ("ConfigMap/old/a", Delete),
                ("ConfigMap/old/b", Delete),
                ("Deployment.apps/old/web", Delete),
                ("ConfigMap/old/c", Release),
                ("Ingress.networking.k8s.io/new/web", Create),
            ],
            &[
                ("rest", &["Ingress.networking.k8s.io/new/web"]),
                ("prune workloads", &["Deployment.apps/old/web"]),
                ("prune config", &["ConfigMap/old/b", "ConfigMap/old/a"]),
                ("prune namespaces", &["Namespace/old"]),
                ("release", &["ConfigMap/old/c"]),
            ],
        );
    }

    #[test]
    fn kinds_of_a_stage_stand_together() {
        let stages: Vec<Stage> = KINDS.iter().map(|(stage, ..)| *stage).collect();
        assert!(stages.is_sorted());
    }
}
