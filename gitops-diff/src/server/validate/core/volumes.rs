//! The volumes of pods.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use super::super::quantity::Quantity;
use super::mounts::Volumes;
use super::rules::PodRules;
use super::{claim, projected, volume_sources as sources};
use crate::{Text, Value};

/// The name in the object, the name where there is one too many, the name where it is wrong.
type Source = (&'static str, &'static str, &'static str, fn(&Field<'_>));

/// In the order in which the server looks at them; `emptyDir` and those that need more than
/// their own fields apart.
const SOURCES: [Source; 25] = [
    ("hostPath", "hostPath", "hostPath", sources::check_host_path),
    ("gitRepo", "gitRepo", "gitRepo", sources::check_git_repo),
    ("gcePersistentDisk", "gcePersistentDisk", "persistentDisk", sources::check_gce_disk),
    (
        "awsElasticBlockStore",
        "awsElasticBlockStore",
        "awsElasticBlockStore",
        sources::check_aws_disk,
    ),
    ("secret", "secret", "secret", sources::check_secret),
    ("nfs", "nfs", "nfs", sources::check_nfs),
    ("iscsi", "iscsi", "iscsi", sources::check_iscsi),
    ("glusterfs", "glusterfs", "glusterfs", sources::check_glusterfs),
    ("flocker", "flocker", "flocker", sources::check_flocker),
    ("persistentVolumeClaim", "persistentVolumeClaim", "persistentVolumeClaim", |it| {
        it.field("claimName").require();
    }),
    ("rbd", "rbd", "rbd", sources::check_rbd),
    ("cinder", "cinder", "cinder", sources::check_cinder),
    ("cephfs", "cephFS", "cephfs", |it| it.field("monitors").require()),
    ("quobyte", "quobyte", "quobyte", sources::check_quobyte),
    ("downwardAPI", "downwarAPI", "downwardAPI", projected::check_downward_api),
    ("fc", "fc", "fc", sources::check_fc),
    ("flexVolume", "flexVolume", "flexVolume", sources::check_flex),
    ("configMap", "configMap", "configMap", sources::check_config_map),
    ("azureFile", "azureFile", "azureFile", sources::check_azure_file),
    ("vsphereVolume", "vsphereVolume", "vsphereVolume", |it| it.field("volumePath").require()),
    ("photonPersistentDisk", "photonPersistentDisk", "photonPersistentDisk", |it| {
        it.field("pdID").require();
    }),
    ("portworxVolume", "portworxVolume", "portworxVolume", |it| it.field("volumeID").require()),
    ("azureDisk", "azureDisk", "azureDisk", sources::check_azure_disk),
    ("storageos", "storageos", "storageos", sources::check_storageos),
    ("scaleIO", "scaleIO", "scaleIO", sources::check_scale_io),
];

/// Checks all volumes and returns those that nothing is wrong with.
///
/// `pod` is the name of the pod, empty in templates.
pub(super) fn check_volumes<'a>(
    volumes: &Field<'_>,
    of: &'a [Value],
    pod: &str,
    rules: &PodRules<'_>,
) -> Volumes<'a> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut legal = Volumes::new();
    let claims = claims_made(of, pod);
    for (volume, value) in volumes.items().zip(of) {
        let before = volume.report().len();
        let own: &'a str = value.get("name").and_then(Value::as_str).unwrap_or_default();
        check_source(&volume, own, pod, rules);
        let name = volume.field("name");
        if own.is_empty() {
            name.required("");
        } else {
            name.check(names::dns_label);
        }
        if names.contains(own) {
            name.duplicate();
        }
        if volume.report().len() == before {
            names.insert(own);
            legal.insert(own, value);
        }
        let claim = volume.field("persistentVolumeClaim");
        let claim = claim.field("claimName");
        if claims.contains(claim.str()) {
            claim.invalid("must not reference a PVC that gets created for an ephemeral volume");
        }
    }
    legal
}

/// The names of the claims that are made for the ephemeral volumes of a pod.
fn claims_made(volumes: &[Value], pod: &str) -> BTreeSet<String> {
    let ephemeral = volumes.iter().filter(|it| !pod.is_empty() && it.get("ephemeral").is_some());
    let name = |it: &Value| it.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    ephemeral.map(|it| format!("{pod}-{}", name(it))).collect()
}

/// Exactly one source.
fn check_source(volume: &Field<'_>, name: &str, pod: &str, rules: &PodRules<'_>) {
    let mut count = usize::from(volume.has("emptyDir"));
    let size = volume.field("emptyDir");
    let size = size.field("sizeLimit");
    if size.is_set() && Quantity::of(size.value) < Quantity::default() {
        size.forbidden("SizeLimit field must be a valid resource quantity");
    }
    for (source, surplus, path, check) in SOURCES {
        one_source(volume, (source, surplus, path), &mut count, check);
    }
    check_initiator(volume, name);
    let plain = |it| (it, it, it);
    one_source(volume, plain("projected"), &mut count, |it| projected::check(it, rules));
    one_source(volume, plain("csi"), &mut count, sources::check_csi);
    one_source(volume, plain("ephemeral"), &mut count, |it| check_ephemeral(it, volume, name, pod));
    one_source(volume, plain("image"), &mut count, |it| check_image(it, rules));
    if count == 0 {
        volume.required("must specify a volume type");
    }
}

/// Checks a source, if there is one; the second and all that follow are refused as such.
pub(super) fn one_source(
    volume: &Field<'_>,
    (source, surplus, path): (&str, &str, &str),
    count: &mut usize,
    check: impl Fn(&Field<'_>),
) {
    let field = volume.field(source);
    if !field.is_set() {
        return;
    }
    if *count > 0 {
        field.named(surplus).forbidden("may not specify more than 1 volume type");
    } else {
        check(&field.named(path));
    }
    *count += 1;
}

fn check_initiator(volume: &Field<'_>, name: &str) {
    let iscsi = volume.field("iscsi");
    if iscsi.has("initiatorName") && name.len() + 1 + iscsi.text("targetPortal").len() > 64 {
        let detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 \
            characters if iscsi.initiatorName is specified.";
        volume.field("name").invalid(detail);
    }
}

fn check_ephemeral(source: &Field<'_>, volume: &Field<'_>, name: &str, pod: &str) {
    let template = source.field("volumeClaimTemplate");
    if template.is_set() {
        claim::check_template(&template);
    } else {
        template.required("");
    }
    if !pod.is_empty() && !name.is_empty() {
        for fault in names::dns_subdomain(&format!("{pod}-{name}")) {
            volume.field("name").invalid(&format!("PVC name \"{pod}-{name}\": {fault}"));
        }
    }
}

fn check_image(source: &Field<'_>, rules: &PodRules<'_>) {
    if rules.is_pod {
        source.field("reference").require();
    }
    check_pull_policy(&source.field("pullPolicy"));
}

pub(super) fn check_pull_policy(policy: &Field<'_>) {
    if policy.is_empty() {
        policy.required("");
    } else {
        policy.one_of(&["Always", "IfNotPresent", "Never"]);
    }
}

/// The mode of a file: nine bits.
pub(super) fn check_mode(mode: &Field<'_>) {
    if mode.int().is_some_and(|it| !(0..=0o777).contains(&it)) {
        mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
    }
}

/// A path that leads nowhere upwards.
pub(super) fn check_no_backsteps(path: &Field<'_>) {
    if path.str().split('/').any(|it| it == "..") {
        path.invalid("must not contain '..'");
    }
}

/// A path that leads downwards from where it starts.
pub(super) fn check_descending_path(path: &Field<'_>) {
    if path.str().starts_with('/') {
        path.invalid("must be a relative path");
    }
    check_no_backsteps(path);
}

/// A path of which the server does not make use itself.
pub(super) fn check_local_path(path: &Field<'_>) {
    check_descending_path(path);
    if path.str().starts_with("..") && !path.str().starts_with("../") {
        path.invalid("must not start with '..'");
    }
}

/// The names of the sources that pods and volumes have in common are checked alike: which key of
/// a config map or secret becomes which file.
pub(super) fn check_items(items: &Field<'_>) {
    for item in items.items() {
        check_item(&item);
    }
}

pub(super) fn check_item(item: &Field<'_>) {
    item.field("key").require();
    let path = item.field("path");
    path.require();
    check_local_path(&path);
    check_mode(&item.field("mode"));
}

/// A path that is told of, though it is another field's value.
pub(super) fn text_at(value: &Value, pointer: &str) -> Text {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().into()
}
