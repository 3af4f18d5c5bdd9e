//! The builtin fields, as upstream lists them in `api/internal/konfig/builtinpluginconsts`.

use std::sync::{Arc, LazyLock};

use super::references::{name_references, var_references};
use super::{BackReferences, Config};
use crate::kustomize::id::Gvk;
use crate::kustomize::kustomization::FieldSpec;

/// Fields of a kind: the kind as `group/version/Kind`, each of which may be empty and then means
/// any, and the paths.
pub(super) type Row = (&'static str, &'static [&'static str]);

const LABELS: [Row; 10] = [
    ("", &["metadata/labels"]),
    ("/v1/ReplicationController", &["spec/template/metadata/labels"]),
    ("Deployment", &["spec/template/metadata/labels"]),
    ("ReplicaSet", &["spec/template/metadata/labels"]),
    ("DaemonSet", &["spec/template/metadata/labels"]),
    ("apps//StatefulSet", &["spec/template/metadata/labels"]),
    ("batch//Job", &["spec/template/metadata/labels"]),
    ("batch//CronJob", &["spec/jobTemplate/metadata/labels"]),
    ("batch//CronJob", &["spec/jobTemplate/spec/template/metadata/labels"]),
    // Only those of volume claims; the last one, see `volume_claim_template_labels`.
    ("apps//StatefulSet", &["spec/volumeClaimTemplates[]/metadata/labels"]),
];

const SELECTORS_MADE: [Row; 6] = [
    ("/v1/Service", &["spec/selector"]),
    ("/v1/ReplicationController", &["spec/selector"]),
    ("Deployment", &["spec/selector/matchLabels"]),
    ("ReplicaSet", &["spec/selector/matchLabels"]),
    ("DaemonSet", &["spec/selector/matchLabels"]),
    ("apps//StatefulSet", &["spec/selector/matchLabels"]),
];

const POD_SELECTORS: &[&str] = &[
    "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
];

const SELECTORS: [Row; 6] = [
    ("apps//Deployment", POD_SELECTORS),
    ("apps//StatefulSet", POD_SELECTORS),
    ("batch//Job", &["spec/selector/matchLabels"]),
    ("batch//CronJob", &["spec/jobTemplate/spec/selector/matchLabels"]),
    ("policy//PodDisruptionBudget", &["spec/selector/matchLabels"]),
    (
        "networking.k8s.io//NetworkPolicy",
        &[
            "spec/podSelector/matchLabels",
            "spec/ingress/from/podSelector/matchLabels",
            "spec/egress/to/podSelector/matchLabels",
        ],
    ),
];

const ANNOTATIONS: [Row; 8] = [
    ("", &["metadata/annotations"]),
    ("/v1/ReplicationController", &["spec/template/metadata/annotations"]),
    ("Deployment", &["spec/template/metadata/annotations"]),
    ("ReplicaSet", &["spec/template/metadata/annotations"]),
    ("DaemonSet", &["spec/template/metadata/annotations"]),
    ("StatefulSet", &["spec/template/metadata/annotations"]),
    ("batch//Job", &["spec/template/metadata/annotations"]),
    (
        "batch//CronJob",
        &[
            "spec/jobTemplate/metadata/annotations",
            "spec/jobTemplate/spec/template/metadata/annotations",
        ],
    ),
];

const NAMESPACES_MADE: [Row; 2] = [
    ("Namespace", &["metadata/name"]),
    ("apiregistration.k8s.io//APIService", &["spec/service/namespace"]),
];

const NAMESPACES: [Row; 1] = [(
    "apiextensions.k8s.io//CustomResourceDefinition",
    &["spec/conversion/webhook/clientConfig/service/namespace"],
)];

const NAMES: [Row; 1] = [("", &["metadata/name"])];

const IMAGES: [Row; 1] = [(
    "",
    &[
        "spec/containers[]/image",
        "spec/initContainers[]/image",
        "spec/volumes[]/image/reference",
        "spec/template/spec/containers[]/image",
        "spec/template/spec/initContainers[]/image",
        "spec/template/spec/volumes[]/image/reference",
    ],
)];

const REPLICAS: [Row; 4] = [
    ("Deployment", &["spec/replicas"]),
    ("ReplicationController", &["spec/replicas"]),
    ("ReplicaSet", &["spec/replicas"]),
    ("StatefulSet", &["spec/replicas"]),
];

impl Config {
    /// The builtin configuration.
    pub(crate) fn builtin() -> &'static Arc<Self> {
        static BUILTIN: LazyLock<Arc<Config>> = LazyLock::new(|| {
            let mut config = Config::unsorted();
            config.sort();
            Arc::new(config)
        });
        &BUILTIN
    }

    fn unsorted() -> Self {
        let (claims, templates) = LABELS.split_last().expect("because it is not empty");
        Self {
            name_prefix: specs(&NAMES, Missing::Left),
            name_suffix: specs(&NAMES, Missing::Left),
            namespace: [specs(&NAMESPACES_MADE, Missing::Made), specs(&NAMESPACES, Missing::Left)]
                .concat(),
            common_labels: [
                specs(&SELECTORS_MADE, Missing::Made),
                specs(&SELECTORS, Missing::Left),
                specs(&LABELS, Missing::Made),
            ]
            .concat(),
            labels: Vec::new(),
            template_labels: specs(templates, Missing::Made),
            volume_claim_template_labels: specs(&[*claims], Missing::Made),
            common_annotations: specs(&ANNOTATIONS, Missing::Made),
            name_reference: name_references(),
            var_reference: var_references(),
            images: specs(&IMAGES, Missing::Made),
            replicas: specs(&REPLICAS, Missing::Made),
            ..Self::default()
        }
    }
}

/// What becomes of a field that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Made,
    Left,
}

pub(super) fn specs(rows: &[Row], missing: Missing) -> Vec<FieldSpec> {
    let create = missing == Missing::Made;
    let one = |kind: &str, path: &&str| FieldSpec { gvk: gvk(kind), path: (*path).into(), create };
    rows.iter().flat_map(|(kind, paths)| paths.iter().map(|path| one(kind, path))).collect()
}

/// The kind of `group/version/Kind`, or only of `Kind`.
pub(super) fn gvk(text: &str) -> Gvk {
    let mut parts = text.rsplitn(3, '/');
    let mut part = || parts.next().unwrap_or_default().into();
    let (kind, version, group) = (part(), part(), part());
    Gvk { group, version, kind, cluster_scoped: false }
}

/// A row of references: the kind that is referred to, and where.
pub(super) fn references(target: &str, rows: &[Row]) -> BackReferences {
    BackReferences { target: gvk(target), referrers: specs(rows, Missing::Left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_fields_are_those_of_upstream_by_number() {
        let config = Config::builtin();
        let counts: Vec<usize> = config.lists().iter().map(|(_, specs)| specs.len()).collect();
        assert_eq!(counts, [1, 1, 3, 9, 32, 0, 9, 1, 72, 6, 4]);
        let references = config.name_reference.iter().map(|it| it.referrers.len());
        assert_eq!((references.len(), references.sum::<usize>()), (16, 167));
    }
}
