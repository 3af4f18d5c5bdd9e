//! What pods can and cannot have on Windows and on Linux.

use super::super::field::Field;
use super::super::names;
use super::pod_spec::each_container;
use crate::Value;

/// The longest description of an account, in bytes.
const MAX_CREDENTIAL: usize = 64 * 1024;
/// The first length of a domain that is too long, in bytes.
const MAX_DOMAIN: usize = 256;
/// The longest name of a user, in bytes.
const MAX_USER: usize = 104;

pub(super) fn check_windows_options(options: &Field<'_>) {
    if !options.is_set() {
        return;
    }
    let name = options.field("gmsaCredentialSpecName");
    if name.is_set() {
        name.check(names::dns_subdomain);
    }
    let spec = options.field("gmsaCredentialSpec");
    if spec.is_set() && spec.is_empty() {
        spec.invalid("gmsaCredentialSpec cannot be an empty string");
    } else if spec.str().len() > MAX_CREDENTIAL {
        spec.invalid("gmsaCredentialSpec size must be under 64 KiB");
    }
    let user = options.field("runAsUserName");
    if user.is_set() {
        check_account(&user);
    }
}

/// `DOMAIN\user`, or a user.
fn check_account(account: &Field<'_>) {
    let text = account.str();
    if text.is_empty() {
        return account.invalid("runAsUserName cannot be an empty string");
    }
    if text.bytes().any(|it| it.is_ascii_control()) {
        return account.invalid("runAsUserName cannot contain control characters");
    }
    if text.matches('\\').count() > 1 {
        return account.invalid("runAsUserName cannot contain more than one backslash");
    }
    let (domain, user) = match text.split_once('\\') {
        Some((domain, user)) => (Some(domain), user),
        None => (None, text),
    };
    if let Some(domain) = domain {
        if domain.len() >= MAX_DOMAIN {
            account.invalid("runAsUserName's Domain length must be under 256 characters");
        }
        if !is_netbios(domain) && !is_dns_domain(domain) {
            let detail = "runAsUserName's Domain doesn't match the NetBios nor the DNS format";
            account.invalid(detail);
        }
    }
    check_user(account, user);
}

fn check_user(account: &Field<'_>, user: &str) {
    if user.is_empty() {
        account.invalid("runAsUserName's User cannot be empty");
    } else if user.len() > MAX_USER {
        account.invalid("runAsUserName's User length must not be longer than 104 characters");
    }
    if !user.is_empty() && user.bytes().all(|it| matches!(it, b'.' | b' ')) {
        account.invalid("runAsUserName's User cannot contain only periods or spaces");
    }
    if user
        .contains(['"', '/', '\\', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']'])
    {
        account.invalid(
            "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]",
        );
    }
}

fn is_netbios(domain: &str) -> bool {
    let illegal = |it: char| "\\/:*?\"<>|".contains(it);
    (1..=15).contains(&domain.chars().count())
        && !domain.starts_with('.')
        && !domain.contains(illegal)
}

fn is_dns_domain(domain: &str) -> bool {
    domain.split('.').all(|it| it.len() <= 63 && names::is_label(&it.to_ascii_lowercase()))
}

/// A pod whose containers are processes of the host: all or none.
pub(super) fn check_host_processes(spec: &Field<'_>) {
    const OPTION: &str = "/securityContext/windowsOptions/hostProcess";
    let of_pod = spec.value.pointer(OPTION).and_then(Value::as_bool);
    let (mut all, mut of_host) = (0, 0);
    each_container(spec, |container| {
        all += 1;
        let own = container.value.pointer(OPTION).and_then(Value::as_bool);
        if of_pod.is_some() && own.is_some() && own != of_pod {
            let context = container.field("securityContext");
            let options = context.field("windowsOptions");
            let detail = "pod hostProcess value must be identical if both are specified";
            options.field("hostProcess").invalid(detail);
        }
        of_host += usize::from(own.or(of_pod) == Some(true));
    });
    if of_host == 0 {
        return;
    }
    if of_host != all {
        spec.invalid_value(
            "",
            "If pod contains any hostProcess containers then all containers must be HostProcess \
             containers",
        );
    }
    if !spec.field("hostNetwork").is_true() {
        let detail = "hostNetwork must be true if pod contains any hostProcess containers";
        spec.field("hostNetwork").invalid_value(false, detail);
    }
}

/// The system on which a pod runs, and what cannot be set there.
pub(super) fn check_os(spec: &Field<'_>) {
    let os = spec.field("os");
    match os.text("name") {
        _ if !os.is_set() => {}
        "" => os.field("name").required(""),
        "linux" => check_linux(spec),
        "windows" => check_windows(spec),
        _ => os.with(os.field("name").value).not_supported(&["linux", "windows"]),
    }
}

fn check_linux(spec: &Field<'_>) {
    let check = |holder: &Field<'_>| {
        let context = holder.field("securityContext");
        if context.has("windowsOptions") {
            context
                .field("windowsOptions")
                .forbidden("windows options cannot be set for a linux pod");
        }
    };
    check(spec);
    each_container(spec, check);
}

fn check_windows(spec: &Field<'_>) {
    const OF_SPEC: [&str; 4] = ["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"];
    const OF_POD: [&str; 11] = [
        "appArmorProfile",
        "seLinuxOptions",
        "seccompProfile",
        "fsGroup",
        "fsGroupChangePolicy",
        "sysctls",
        "runAsUser",
        "runAsGroup",
        "supplementalGroups",
        "supplementalGroupsPolicy",
        "seLinuxChangePolicy",
    ];
    const OF_CONTAINER: [&str; 10] = [
        "appArmorProfile",
        "seLinuxOptions",
        "seccompProfile",
        "capabilities",
        "readOnlyRootFilesystem",
        "privileged",
        "allowPrivilegeEscalation",
        "procMount",
        "runAsUser",
        "runAsGroup",
    ];
    const REFUSED: &str = "cannot be set for a windows pod";
    for name in OF_SPEC {
        let field = spec.field(name);
        let unset = matches!(name, "hostPID" | "hostIPC") && !field.is_true();
        if field.is_set() && !unset {
            field.forbidden(REFUSED);
        }
    }
    let refuse = |holder: &Field<'_>, refused: &[&str]| {
        let context = holder.field("securityContext");
        for name in refused.iter().filter(|it| context.has(it)) {
            context.field(name).forbidden(REFUSED);
        }
    };
    refuse(spec, &OF_POD);
    each_container(spec, |it| refuse(it, &OF_CONTAINER));
}

#[cfg(test)]
mod tests {
    use super::super::super::field::Report;
    use super::*;

    #[test]
    fn accounts_are_users_with_or_without_a_domain() {
        let cases = [
            ("ContainerUser", 0),
            ("NT AUTHORITY\\SYSTEM", 0),
            ("example.com\\me", 0),
            ("", 1),
            ("a\\b\\c", 1),
            ("a\tb", 1),
            ("domain\\", 1),
            (".bad:domain.that.is.long\\me", 1),
            ("...", 1),
            ("a@b", 1),
        ];
        for (account, expected) in cases {
            let report = Report::default();
            let value = Value::from(account);
            check_account(&Field::root(&value, &report));
            assert_eq!(report.len(), expected, "{account}");
        }
    }
}
