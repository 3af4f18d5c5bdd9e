//! The sources of volumes, those of pods and those of persistent volumes.

use super::super::field::Field;
use super::super::names;
use super::volumes::{check_items, check_mode, check_no_backsteps};
use crate::Map;

pub(super) fn check_host_path(source: &Field<'_>) {
    const TYPES: [&str; 8] = [
        "",
        "BlockDevice",
        "CharDevice",
        "Directory",
        "DirectoryOrCreate",
        "File",
        "FileOrCreate",
        "Socket",
    ];
    let path = source.field("path");
    if path.is_empty() {
        return path.required("");
    }
    check_no_backsteps(&path);
    source.field("type").one_of_where_set(&TYPES);
}

pub(super) fn check_git_repo(source: &Field<'_>) {
    source.field("repository").require();
    super::volumes::check_descending_path(&source.field("directory"));
}

pub(super) fn check_gce_disk(source: &Field<'_>) {
    source.field("pdName").require();
    check_partition(&source.field("partition"));
}

pub(super) fn check_aws_disk(source: &Field<'_>) {
    source.field("volumeID").require();
    check_partition(&source.field("partition"));
}

fn check_partition(partition: &Field<'_>) {
    if partition.int().is_some_and(|it| !(0..=255).contains(&it)) {
        partition.invalid("must be between 1 and 255, inclusive");
    }
}

pub(super) fn check_secret(source: &Field<'_>) {
    source.field("secretName").require();
    check_mode(&source.field("defaultMode"));
    check_items(&source.field("items"));
}

pub(super) fn check_config_map(source: &Field<'_>) {
    source.field("name").require();
    check_mode(&source.field("defaultMode"));
    check_items(&source.field("items"));
}

pub(super) fn check_nfs(source: &Field<'_>) {
    source.field("server").require();
    let path = source.field("path");
    path.require();
    if !path.str().starts_with('/') {
        path.with(&path.str().into()).invalid("must be an absolute path");
    }
}

pub(super) fn check_iscsi(source: &Field<'_>) {
    check_iscsi_target(source);
    let initiator = source.field("initiatorName");
    if initiator.is_set() && !is_iscsi_name(initiator.str()) {
        initiator.named("initiatorname").invalid("must be valid format");
    }
}

/// The same of a persistent volume, whose secret must have a name.
pub(super) fn check_iscsi_of_volume(source: &Field<'_>, volume: &str) {
    let portal = source.text("targetPortal");
    if source.has("initiatorName") && volume.len() + 1 + portal.len() > 64 {
        let detail = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 \
            characters if iscsi.initiatorName is specified.";
        source.field("targetPortal").named("targetportal").invalid(detail);
    }
    check_iscsi(source);
    check_secret_name(&source.field("secretRef"));
}

fn check_iscsi_target(source: &Field<'_>) {
    source.field("targetPortal").require();
    let name = source.field("iqn");
    if name.is_empty() {
        name.required("");
    } else if !is_iscsi_name(name.str()) {
        name.invalid("must be valid format");
    }
    let lun = source.field("lun");
    lun.faults(names::in_range(lun.int().unwrap_or_default(), 0, 255));
    let asks = ["chapAuthDiscovery", "chapAuthSession"];
    if asks.iter().any(|it| source.field(it).is_true()) && !source.has("secretRef") {
        source.field("secretRef").required("");
    }
}

/// `iqn.2001-04.com.example:storage`, `eui.` or `naa.` and hexadecimal digits.
fn is_iscsi_name(name: &str) -> bool {
    let word =
        |it: &str, length| it.len() == length && it.bytes().all(|it| it.is_ascii_alphanumeric());
    let numbered = |prefix: &str, length| {
        let rest = name.strip_prefix(prefix).unwrap_or_default();
        let mut rest = rest.chars();
        rest.next().is_some_and(|it| it != '\n') && word(rest.as_str(), length)
    };
    if name.starts_with("iqn") {
        return name.match_indices("iqn.").any(|(at, _)| is_qualified_iscsi_name(&name[at + 4..]));
    }
    numbered("eui", 16) || numbered("naa", 32)
}

fn is_qualified_iscsi_name(rest: &str) -> bool {
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let month = rest.split_at_checked(8).filter(|(date, _)| {
        let (year, month) = (date.get(..4), date.get(5..7));
        let marks = date.as_bytes()[4] == b'-' && date.as_bytes()[7] == b'.';
        marks && year.is_some_and(digits) && month.is_some_and(digits)
    });
    let Some((authority, unique)) = month.and_then(|(_, it)| it.split_once(':')) else {
        return false;
    };
    let legal = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.');
    let illegal = |it: char| ",;*&$|".contains(it) || it.is_ascii_whitespace();
    let named = !authority.is_empty() && authority.bytes().all(legal);
    named && !unique.is_empty() && !unique.contains(illegal)
}

pub(super) fn check_glusterfs(source: &Field<'_>) {
    source.field("endpoints").require();
    source.field("path").require();
}

pub(super) fn check_glusterfs_of_volume(source: &Field<'_>) {
    check_glusterfs(source);
    let namespace = source.field("endpointsNamespace");
    if !namespace.is_set() {
        return;
    }
    if namespace.is_empty() {
        let detail = "if the endpointnamespace is set, it must be a valid namespace name";
        namespace.invalid(detail);
    } else {
        namespace.check(names::dns_label);
    }
}

pub(super) fn check_flocker(source: &Field<'_>) {
    match (source.text("datasetName"), source.text("datasetUUID")) {
        ("", "") => source.required("one of datasetName and datasetUUID is required"),
        (name, id) if !name.is_empty() && !id.is_empty() => source.invalid_value(
            "resource",
            "datasetName and datasetUUID can not be specified simultaneously",
        ),
        _ => {}
    }
    if source.text("datasetName").contains('/') {
        source.field("datasetName").invalid("must not contain '/'");
    }
}

pub(super) fn check_rbd(source: &Field<'_>) {
    source.field("monitors").require();
    source.field("image").require();
}

pub(super) fn check_cinder(source: &Field<'_>) {
    source.field("volumeID").require();
    check_secret_name(&source.field("secretRef"));
}

pub(super) fn check_cinder_of_volume(source: &Field<'_>) {
    check_cinder(source);
    check_secret_namespace(&source.field("secretRef"));
}

fn check_secret_name(secret: &Field<'_>) {
    if secret.is_set() {
        secret.field("name").require();
    }
}

fn check_secret_namespace(secret: &Field<'_>) {
    if secret.is_set() {
        secret.field("namespace").require();
    }
}

pub(super) fn check_quobyte(source: &Field<'_>) {
    const DETAIL: &str = "must be a host:port pair or multiple pairs separated by commas";
    let registry = source.field("registry");
    if registry.is_empty() {
        registry.required(DETAIL);
    } else if source.text("tenant").len() >= 65 {
        let detail = "must be a UUID and may not exceed a length of 64 characters";
        source.field("tenant").required(detail);
    } else {
        for _ in registry.str().split(',').filter(|it| !is_host_and_port(it)) {
            registry.invalid(DETAIL);
        }
    }
    source.field("volume").require();
}

/// What `net.SplitHostPort` can split.
fn is_host_and_port(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let bracketed = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let inner = bracketed.unwrap_or(host);
    let brackets = |it: &str| it.contains(['[', ']']);
    let colons = bracketed.is_none() && host.contains(':');
    !colons && !brackets(inner) && !brackets(port)
}

pub(super) fn check_fc(source: &Field<'_>) {
    let names = source.field("targetWWNs");
    let (has_names, has_ids) = (!names.is_empty(), !source.field("wwids").is_empty());
    if !has_names && !has_ids {
        names.required("must specify either targetWWNs or wwids, but not both");
    }
    if has_names && has_ids {
        names.invalid("targetWWNs and wwids can not be specified simultaneously");
    }
    let lun = source.field("lun");
    match lun.int() {
        _ if !has_names => {}
        None => lun.required("lun is required if targetWWNs is specified"),
        Some(number) => lun.faults(names::in_range(number, 0, 255)),
    }
}

pub(super) fn check_flex(source: &Field<'_>) {
    source.field("driver").require();
    let options = source.field("options");
    for key in options.map().into_iter().flat_map(Map::keys) {
        let namespace = key.split_once('/').map_or(key.as_str(), |(it, _)| it);
        let namespace = format!(".{}", namespace.to_lowercase());
        if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
            let detail = "kubernetes.io and k8s.io namespaces are reserved";
            options.key(key).invalid_value(key.as_str(), detail);
        }
    }
}

pub(super) fn check_azure_file(source: &Field<'_>) {
    source.field("secretName").require();
    source.field("shareName").require();
}

pub(super) fn check_azure_file_of_volume(source: &Field<'_>) {
    check_azure_file(source);
    let namespace = source.field("secretNamespace");
    if namespace.is_set() {
        namespace.require();
    }
}

pub(super) fn check_azure_disk(source: &Field<'_>) {
    source.field("diskName").require();
    let uri = source.field("diskURI");
    uri.require();
    source.field("cachingMode").one_of_where_set(&["None", "ReadOnly", "ReadWrite"]);
    source.field("kind").one_of_where_set(&["Dedicated", "Managed", "Shared"]);
    let known = match source.text("kind") {
        "" => return,
        "Managed" if uri.str().starts_with("/subscriptions/") => return,
        "Managed" => {
            "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/\
             disks/{disk-id}"
        }
        _ if uri.str().starts_with("https://") => return,
        _ => "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd",
    };
    uri.not_supported(&[known]);
}

pub(super) fn check_storageos(source: &Field<'_>) {
    let name = source.field("volumeName");
    if name.is_empty() {
        name.required("");
    } else {
        name.check(names::dns_label);
    }
    let namespace = source.field("volumeNamespace");
    if !namespace.is_empty() {
        namespace.check(names::dns_label);
    }
    check_secret_name(&source.field("secretRef"));
}

pub(super) fn check_storageos_of_volume(source: &Field<'_>) {
    check_storageos(source);
    check_secret_namespace(&source.field("secretRef"));
}

pub(super) fn check_scale_io(source: &Field<'_>) {
    for name in ["gateway", "system", "volumeName"] {
        source.field(name).require();
    }
}

pub(super) fn check_csi(source: &Field<'_>) {
    check_csi_driver(&source.field("driver"));
    let secret = source.field("nodePublishSecretRef");
    if !secret.is_set() {
        return;
    }
    let name = secret.field("name");
    if name.is_empty() {
        name.required("");
    } else {
        source.field("name").with(name.value).check(names::dns_subdomain);
    }
}

/// The name of a driver, in upper or lower case: `ValidateCSIDriverName`.
fn check_csi_driver(name: &Field<'_>) {
    if name.is_empty() {
        return name.required("");
    }
    if name.str().len() > 63 {
        name.too_long(63);
    }
    name.with(&name.str().into()).faults(names::dns_subdomain(&name.str().to_lowercase()));
}

pub(super) fn check_csi_of_volume(source: &Field<'_>) {
    const SECRETS: [&str; 4] = [
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ];
    check_csi_driver(&source.field("driver"));
    source.field("volumeHandle").require();
    for name in SECRETS.into_iter().filter(|it| source.has(it)) {
        let secret = source.field(name);
        check_reference(&secret.field("name"), names::dns_subdomain);
        check_reference(&secret.field("namespace"), names::dns_label);
    }
}

fn check_reference(name: &Field<'_>, rule: fn(&str) -> names::Faults) {
    if name.is_empty() {
        name.required("");
    } else {
        name.check(rule);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_targets_are_those_of_iscsi() {
        let cases = [
            ("iqn.2001-04.com.example:storage.disk1", true),
            ("iqn.2001-04.com.example:a:b", true),
            ("iqn.2001-04.com.example", false),
            ("iqn.2001-4.com.example:storage", false),
            ("iqn.2001-04.com.example:a b", false),
            ("iqn.2001-04.:a", false),
            ("eui.0123456789abcdef", true),
            ("eui.0123456789abcde", false),
            ("naa.0123456789abcdef0123456789abcdef", true),
            ("naa.0123456789abcdef", false),
            ("abc", false),
        ];
        for (name, expected) in cases {
            assert_eq!(is_iscsi_name(name), expected, "{name}");
        }
    }

    #[test]
    fn hosts_and_ports_are_split_as_go_splits_them() {
        for (text, expected) in
            [("a:1", true), (":", true), ("[::1]:1", true), ("a", false), ("::1:1", false)]
        {
            assert_eq!(is_host_and_port(text), expected, "{text}");
        }
    }
}
