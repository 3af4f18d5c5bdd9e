//! The order of kinds: what others refer to comes first.

use std::collections::HashMap;

use crate::kustomize::id::Gvk;

/// Kinds that come before all others, in this order.
const FIRST_KINDS: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that come after all others, in this order.
const LAST_KINDS: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// The places of kinds: before all others, among them, or after them.
pub(crate) struct Ranks<'a>(HashMap<&'a str, i64>);

impl<'a> Ranks<'a> {
    /// A kind that is named twice has its last place.
    pub(crate) fn new<T: AsRef<str> + 'a>(
        first: impl ExactSizeIterator<Item = &'a T>,
        last: impl Iterator<Item = &'a T>,
    ) -> Self {
        let before = i64::try_from(first.len()).unwrap_or(i64::MAX);
        let all = first.zip(-before..).chain(last.zip(1..));
        Self(all.map(|(kind, rank)| (kind.as_ref(), rank)).collect())
    }

    /// That of [`FIRST_KINDS`] and [`LAST_KINDS`].
    pub(crate) fn builtin() -> Self {
        Self::new(FIRST_KINDS.iter(), LAST_KINDS.iter())
    }

    pub(crate) fn of(&self, kind: &str) -> i64 {
        self.0.get(kind).copied().unwrap_or_default()
    }
}

impl Gvk {
    /// The text by which kinds of one rank are sorted.
    pub(crate) fn sort_text(&self) -> String {
        let or = |text: &str, none: &'static str| {
            if text.is_empty() { none.to_owned() } else { text.to_owned() }
        };
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

/// Sorts `items` by the kinds that `gvk` finds in them; those of one kind stay in their order.
pub(crate) fn sort_by_kind<T>(items: &mut [T], gvk: impl Fn(&T) -> &Gvk) {
    let ranks = Ranks::builtin();
    items.sort_by_cached_key(|item| {
        let gvk = gvk(item);
        (ranks.of(&gvk.kind), gvk.sort_text())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted_by_rank_and_then_by_text() {
        let gvk = |text: &str| {
            let (api_version, kind) = text.rsplit_once('/').expect("a kind");
            Gvk::unscoped(api_version, kind)
        };
        let mut kinds = ["v1/Pod", "/Pod", "apps/v1/Deployment", "/", "v1/Namespace", "a/v1/Pod"]
            .map(gvk)
            .to_vec();
        sort_by_kind(&mut kinds, |it| it);
        let texts: Vec<String> = kinds.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "Namespace.v1.[noGrp]",
                "Deployment.v1.apps",
                "Pod.v1.a",
                "Pod.v1.[noGrp]",
                "Pod.[noVer].[noGrp]",
                "[noKind].[noVer].[noGrp]",
            ]
        );
    }
}
