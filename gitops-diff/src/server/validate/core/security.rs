//! Security contexts of pods and of containers.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names::unix_id;
use super::rules::PodRules;
use super::volumes::check_descending_path;
use super::windows::check_windows_options;
use crate::Value;

/// The longest name of a profile of `AppArmor`, in bytes.
const MAX_PROFILE: usize = 4095;

pub(super) fn check_pod_context(spec: &Field<'_>, rules: &PodRules<'_>) {
    let context = spec.field("securityContext");
    for name in ["fsGroup", "runAsUser", "runAsGroup"] {
        check_id(&context.field(name));
    }
    for group in context.field("supplementalGroups").items() {
        check_id(&group);
    }
    let shared = spec.field("shareProcessNamespace");
    if shared.is_true() && spec.field("hostPID").is_true() {
        let told = context.field("shareProcessNamespace");
        told.with(shared.value).invalid("ShareProcessNamespace and HostPID cannot both be enabled");
    }
    check_sysctls(&context.field("sysctls"), spec, rules);
    context.field("fsGroupChangePolicy").one_of_where_set(&["Always", "OnRootMismatch"]);
    check_seccomp(&context.field("seccompProfile"));
    check_windows_options(&context.field("windowsOptions"));
    check_apparmor(&context.field("appArmorProfile"));
    context.field("supplementalGroupsPolicy").one_of_where_set(&["Merge", "Strict"]);
    context.field("seLinuxChangePolicy").one_of_where_set(&["MountOption", "Recursive"]);
}

pub(super) fn check_container_context(context: &Field<'_>, host_users: bool) {
    if !context.is_set() {
        return;
    }
    check_id(&context.field("runAsUser"));
    check_id(&context.field("runAsGroup"));
    let mount = context.field("procMount");
    mount.one_of_where_set(&["Default", "Unmasked"]);
    if host_users && mount.str() == "Unmasked" {
        mount.invalid("`hostUsers` must be false to use `Unmasked`");
    }
    check_seccomp(&context.field("seccompProfile"));
    check_escalation(context);
    check_windows_options(&context.field("windowsOptions"));
    check_apparmor(&context.field("appArmorProfile"));
}

/// Who has all rights cannot be kept from gaining more.
fn check_escalation(context: &Field<'_>) {
    if context.field("allowPrivilegeEscalation").value.as_bool() != Some(false) {
        return;
    }
    if context.field("privileged").is_true() {
        context.invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    }
    let added = context.value.pointer("/capabilities/add").and_then(Value::as_list);
    for _ in added.into_iter().flatten().filter(|it| it.as_str() == Some("CAP_SYS_ADMIN")) {
        context.invalid(
            "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
        );
    }
}

fn check_id(id: &Field<'_>) {
    if let Some(number) = id.int() {
        id.faults(unix_id(number));
    }
}

fn check_seccomp(profile: &Field<'_>) {
    if !profile.is_set() {
        return;
    }
    let (kind, path) = (profile.field("type"), profile.field("localhostProfile"));
    if kind.is_empty() {
        kind.required("type is required when seccompProfile is set");
    } else {
        kind.one_of(&["Localhost", "RuntimeDefault", "Unconfined"]);
    }
    if kind.str() != "Localhost" {
        if path.is_set() {
            path.invalid("can only be set when seccomp type is Localhost");
        }
    } else if path.is_set() {
        check_descending_path(&path);
    } else {
        path.required("must be set when seccomp type is Localhost");
    }
}

fn check_apparmor(profile: &Field<'_>) {
    const REQUIRED: &str = "must be set when AppArmor type is Localhost";
    if !profile.is_set() {
        return;
    }
    let (kind, path) = (profile.field("type"), profile.field("localhostProfile"));
    match kind.str() {
        "Localhost" if !path.is_set() => path.required(REQUIRED),
        "Localhost" => {
            if path.str().trim() != path.str() {
                path.invalid("must not be padded with whitespace");
            } else if path.is_empty() {
                path.required(REQUIRED);
            }
            if path.str().len() > MAX_PROFILE {
                path.too_long(MAX_PROFILE);
            }
        }
        "RuntimeDefault" | "Unconfined" if path.is_set() => {
            path.invalid("can only be set when AppArmor type is Localhost");
        }
        "RuntimeDefault" | "Unconfined" => {}
        "" => kind.required("type is required when appArmorProfile is set"),
        _ => kind.not_supported(&["Localhost", "RuntimeDefault", "Unconfined"]),
    }
}

fn check_sysctls(sysctls: &Field<'_>, spec: &Field<'_>, rules: &PodRules<'_>) {
    let mut seen = BTreeSet::new();
    for sysctl in sysctls.items() {
        let name = sysctl.field("name");
        if name.is_empty() {
            name.required("");
        } else if !is_sysctl(name.str()) {
            name.invalid(
                "must have at most 253 characters and match regex \
                 ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$",
            );
        } else if seen.contains(sysctl.text("name")) {
            name.duplicate();
        }
        if is_host_sysctl(name.str(), spec.value) && !rules.allows_host_sysctls() {
            name.invalid("may not be specified when 'hostNetwork' or 'hostIPC' is true");
        }
        seen.insert(sysctl.text("name"));
    }
}

/// Words that are joined by dots or slashes: `IsValidSysctlName`.
fn is_sysctl(name: &str) -> bool {
    let edge = |it: &u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let word = |it: &str| {
        let bytes = it.as_bytes();
        let inner = |it: &u8| edge(it) || matches!(it, b'-' | b'_');
        bytes.first().is_some_and(edge) && bytes.last().is_some_and(edge) && bytes.iter().all(inner)
    };
    name.len() <= 253 && name.split(['.', '/']).all(word)
}

/// Whether a parameter is one of the host, whose network or memory the pod shares
/// (`ValidateHostSysctl`).
pub(super) fn is_host_sysctl(name: &str, spec: &Value) -> bool {
    const OF_MEMORY: [&str; 10] = [
        "kernel.sem",
        "kernel.shmall",
        "kernel.shmmax",
        "kernel.shmmni",
        "kernel.shm_rmid_forced",
        "kernel.shm",
        "kernel.msgmax",
        "kernel.msgmnb",
        "kernel.msgmni",
        "kernel.msg",
    ];
    let shares = |it| spec.get(it) == Some(&Value::Bool(true));
    let name = dotted(name);
    let name = name.split('*').next().unwrap_or_default();
    let of_memory = OF_MEMORY.contains(&name) || name.starts_with("fs.mqueue.");
    shares("hostNetwork") && name.starts_with("net.") || shares("hostIPC") && of_memory
}

/// A name whose first separator is a slash has slashes for dots, and dots for slashes.
fn dotted(name: &str) -> String {
    let slashes = name.find(['.', '/']).is_some_and(|at| name.as_bytes()[at] == b'/');
    let swapped = |it| match it {
        '/' => '.',
        '.' => '/',
        it => it,
    };
    if slashes { name.chars().map(swapped).collect() } else { name.into() }
}
