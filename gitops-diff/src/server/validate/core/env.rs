//! Environment variables and where their values come from.

use super::super::field::Field;
use super::super::names;
use super::super::quantity::Quantity;
use super::volumes::check_no_backsteps;

/// A check of one field.
type Check = fn(&Field<'_>);

/// What variables can be set to.
const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// What `ConvertDownwardAPIFieldLabel` knows.
const FIELDS: [&str; 14] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

pub(super) fn check_env(variables: &Field<'_>) {
    for variable in variables.items() {
        let name = variable.field("name");
        if name.is_empty() {
            name.required("");
        } else {
            name.check(names::env_name);
        }
        let from = variable.field("valueFrom");
        if from.is_set() {
            check_value_from(&from, variable.text("value"));
        }
    }
}

fn check_value_from(from: &Field<'_>, value: &str) {
    const SOURCES: [(&str, Check); 5] = [
        ("fieldRef", |it| check_field_ref(it, &ENV_FIELDS)),
        ("resourceFieldRef", check_resource_ref),
        ("configMapKeyRef", check_key_ref),
        ("secretKeyRef", check_key_ref),
        ("fileKeyRef", check_file_ref),
    ];
    let mut count = 0;
    for (name, check) in SOURCES.into_iter().filter(|(name, _)| from.has(name)) {
        count += 1;
        check(&from.field(name));
    }
    if count == 0 {
        let detail = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, \
            `secretKeyRef` or `fileKeyRef`";
        from.invalid_value("", detail);
    } else if !value.is_empty() {
        from.invalid_value("", "may not be specified when `value` is not empty");
    } else if count > 1 {
        from.invalid_value("", "may not have more than one field specified at a time");
    }
}

/// A field of the pod, one of those that are `known` in this place.
pub(super) fn check_field_ref(reference: &Field<'_>, known: &[&str]) {
    let path = reference.field("fieldPath");
    if reference.text("apiVersion").is_empty() {
        return reference.field("apiVersion").required("");
    }
    if path.is_empty() {
        return path.required("");
    }
    let text = path.str();
    let subscripted = text.strip_suffix("']").and_then(|it| it.split_once("['"));
    let convertible = match subscripted {
        Some((whole, _)) => matches!(whole, "metadata.annotations" | "metadata.labels"),
        None => text == "spec.host" || FIELDS.contains(&text),
    };
    if reference.text("apiVersion") != "v1" || !convertible {
        return path.invalid("error converting fieldPath: field label not supported");
    }
    match subscripted {
        Some(("metadata.annotations", key)) => {
            reference.with(&key.into()).faults(names::qualified_name(&key.to_lowercase()));
        }
        Some((_, key)) => reference.with(&key.into()).faults(names::qualified_name(key)),
        None if text == "spec.host" && known.contains(&"spec.nodeName") => {}
        None if !known.contains(&text) => path.not_supported(known),
        None => {}
    }
}

fn check_resource_ref(reference: &Field<'_>) {
    check_resource(reference);
    check_divisor(reference);
}

/// The same in a volume, which must name the container.
pub(super) fn check_resource_ref_of_volume(reference: &Field<'_>) {
    if reference.text("containerName").is_empty() {
        reference.field("containerName").required("");
    } else {
        check_resource(reference);
    }
    check_divisor(reference);
}

fn check_resource(reference: &Field<'_>) {
    let resource = reference.field("resource");
    let name = resource.str();
    let pages = ["limits.hugepages-", "requests.hugepages-"];
    if name.is_empty() {
        resource.required("");
    } else if !RESOURCES.contains(&name) && !pages.iter().any(|it| name.starts_with(it)) {
        resource.not_supported(&RESOURCES);
    }
}

fn check_divisor(reference: &Field<'_>) {
    const SIZES: [&str; 13] =
        ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
    let divisor = reference.field("divisor");
    if Quantity::of(divisor.value) == Quantity::default() {
        return;
    }
    let known: &[&str] = match reference.text("resource") {
        "limits.cpu" | "requests.cpu" => &["1m", "1"],
        "limits.memory"
        | "requests.memory"
        | "limits.ephemeral-storage"
        | "requests.ephemeral-storage" => &SIZES,
        it if it.starts_with("limits.hugepages-") || it.starts_with("requests.hugepages-") => {
            &SIZES
        }
        _ => return,
    };
    let printed = divisor.int().map_or_else(|| divisor.str().to_owned(), |it| it.to_string());
    if !known.contains(&&*printed) {
        let resource = reference.text("resource");
        let detail = format!("only divisor's values {} are supported", known.join(", "));
        divisor.invalid_value(resource, &detail);
    }
}

/// A key of a config map or of a secret.
fn check_key_ref(reference: &Field<'_>) {
    reference.field("name").check(names::dns_subdomain);
    let key = reference.field("key");
    if key.is_empty() {
        key.required("");
    } else {
        key.check(names::config_key);
    }
}

fn check_file_ref(reference: &Field<'_>) {
    let checks: [(&str, Check); 3] = [
        ("key", |it| it.check(names::env_name)),
        ("volumeName", |it| it.check(names::dns_label)),
        ("path", check_no_backsteps),
    ];
    for (name, check) in checks {
        let field = reference.field(name);
        if field.is_empty() {
            field.required("");
        } else {
            check(&field);
        }
    }
}

/// Variables that are taken whole from a config map or a secret.
pub(super) fn check_env_from(sources: &Field<'_>) {
    for source in sources.items() {
        let prefix = source.field("prefix");
        if !prefix.is_empty() {
            prefix.check(names::env_name);
        }
        let mut count = 0;
        for kind in ["configMapRef", "secretRef"].into_iter().filter(|it| source.has(it)) {
            count += 1;
            check_env_source(&source.field(kind));
        }
        if count == 0 {
            sources.invalid_value("", "must specify one of: `configMapRef` or `secretRef`");
        } else if count > 1 {
            sources.invalid_value("", "may not have more than one field specified at a time");
        }
    }
}

/// A name that may be a prefix, which may end in a dash.
fn check_env_source(source: &Field<'_>) {
    let name = source.field("name");
    if name.is_empty() {
        return name.required("");
    }
    name.faults(super::super::metadata::as_prefix(name.str(), names::dns_subdomain));
}
