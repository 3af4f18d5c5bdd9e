//! Volumes and claims to them.

use super::Warnings;
use super::core::deprecated_annotation;
use super::labels::warn_of_terms;
use crate::Value;
use crate::server::validate::field::Field;
use crate::server::validate::quantity::Quantity;

pub(super) const BETA_CLASS: (&str, &str) = (
    "volume.beta.kubernetes.io/storage-class",
    "deprecated since v1.8; use \"storageClassName\" attribute instead",
);
const BETA_OPTIONS: (&str, &str) = (
    "volume.beta.kubernetes.io/mount-options",
    "deprecated since v1.31; use \"mountOptions\" attribute instead",
);

/// Sources that went out of use: of persistent volumes in this order.
const OF_VOLUMES: [(&str, &str); 6] = [
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];
/// Of pods in this one.
const OF_PODS: [(&str, &str); 9] = [
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageOS", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

/// A persistent volume (`GetWarningsForPersistentVolume`).
pub(super) fn warn_of_volume(volume: &Field<'_>, warnings: &mut Warnings) {
    deprecated_annotation(volume, &BETA_CLASS, warnings);
    deprecated_annotation(volume, &BETA_OPTIONS, warnings);
    let spec = volume.field("spec");
    let policy = spec.field("persistentVolumeReclaimPolicy");
    if policy.str() == "Recycle" {
        warnings.of(
            &policy,
            "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to \
             use dynamic provisioning.",
        );
    }
    let affinity = spec.field("nodeAffinity");
    warn_of_terms(&affinity.field("required"), warnings);
    for (name, why) in OF_VOLUMES.iter().filter(|(name, _)| spec.has(name)) {
        warnings.of(&spec.field(name), why);
    }
}

/// The spec of a claim.
pub(super) fn warn_of_claim(spec: &Field<'_>, warnings: &mut Warnings) {
    let resources = spec.field("resources");
    for list in ["requests", "limits"] {
        let amounts = resources.field(list);
        warn_of_fraction(&amounts.key("storage"), warnings);
    }
}

/// Bytes come whole.
pub(super) fn warn_of_fraction(amount: &Field<'_>, warnings: &mut Warnings) {
    if amount.is_set() && !Quantity::of(amount.value).is_whole() {
        let text = amount.str();
        warnings
            .of(amount, &format!("fractional byte value {text:?} is invalid, must be an integer"));
    }
}

/// The volumes of a pod.
pub(super) fn warn_of_pod_volumes(volumes: &Field<'_>, warnings: &mut Warnings) {
    for volume in volumes.items() {
        for (name, why) in OF_PODS.iter().filter(|(name, _)| volume.has(name)) {
            warnings.of(&volume.field(name), why);
        }
        let ephemeral = volume.field("ephemeral");
        let template = ephemeral.field("volumeClaimTemplate");
        warn_of_claim(&template.field("spec"), warnings);
    }
    for volume in volumes.items() {
        warn_of_overlaps(&volume, warnings);
    }
}

/// A file in a volume and, where there are several sources, which one it comes from.
#[derive(PartialEq)]
struct File {
    path: String,
    source: String,
}

impl File {
    fn new(path: &str, source: &str) -> Self {
        Self { path: path.trim_end_matches('/').into(), source: source.into() }
    }

    fn printed(&self) -> String {
        match &*self.source {
            "" => format!("{:?}", self.path),
            source => format!("{:?} ({source})", self.path),
        }
    }

    /// Whether one is the other, or lies within it.
    fn overlaps(&self, other: &Self) -> bool {
        let (one, two) = (format!("{}/", self.path), format!("{}/", other.path));
        let named = !self.path.is_empty() && !other.path.is_empty();
        named && (one.starts_with(&two) || two.starts_with(&one))
    }
}

fn warn_of_overlaps(volume: &Field<'_>, warnings: &mut Warnings) {
    let mut warn = |source: &str, files: Vec<File>| {
        for (at, file) in files.iter().enumerate() {
            for earlier in files[..at].iter().filter(|it| it.overlaps(file)) {
                warnings.say(format!(
                    "volume {:?} ({source}): overlapping paths: {} with {}",
                    volume.text("name"),
                    file.printed(),
                    earlier.printed()
                ));
            }
        }
    };
    let (config, secret) = (volume.field("configMap"), volume.field("secret"));
    warn(&format!("ConfigMap {:?}", config.text("name")), files(&config, ""));
    warn(&format!("Secret {:?}", secret.text("secretName")), files(&secret, ""));
    warn("DownwardAPI", files(&volume.field("downwardAPI"), ""));
    let mut projected = Vec::new();
    let (mut sourceless, sources) = (0, volume.field("projected"));
    for source in sources.field("sources").items() {
        let is_empty = source.map().is_none_or(|it| it.values().all(Value::is_null));
        sourceless += usize::from(is_empty);
        projected.extend(projected_files(&source));
    }
    warn("Projected", projected);
    for _ in 0..sourceless {
        warnings
            .say(format!("volume {:?} (Projected) has no sources provided", volume.text("name")));
    }
}

/// The files that the items of a source become.
fn files(source: &Field<'_>, printed: &str) -> Vec<File> {
    source.field("items").items().map(|it| File::new(it.text("path"), printed)).collect()
}

fn projected_files(source: &Field<'_>) -> Vec<File> {
    let member = |name| source.field(name);
    if source.has("configMap") {
        let config = member("configMap");
        files(&config, &format!("ConfigMap {:?}", config.text("name")))
    } else if source.has("secret") {
        let secret = member("secret");
        files(&secret, &format!("Secret {:?}", secret.text("name")))
    } else if source.has("downwardAPI") {
        files(&member("downwardAPI"), "DownwardAPI")
    } else if source.has("serviceAccountToken") {
        vec![File::new(member("serviceAccountToken").text("path"), "ServiceAccountToken")]
    } else if source.has("clusterTrustBundle") {
        let bundle = member("clusterTrustBundle");
        let name = if bundle.has("name") { "name" } else { "signerName" };
        let printed = format!("ClusterTrustBundle {:?}", bundle.text(name));
        vec![File::new(bundle.text("path"), &printed)]
    } else {
        let certificate = member("podCertificate");
        let parts = [
            ("certificateChainPath", "PodCertificate chain"),
            ("keyPath", "PodCertificate key"),
            ("credentialBundlePath", "PodCertificate credential bundle"),
        ];
        let named = parts.iter().filter(|(name, _)| !certificate.text(name).is_empty());
        named.map(|(name, printed)| File::new(certificate.text(name), printed)).collect()
    }
}
