//! The spec of pods, by themselves and in templates.

use std::collections::BTreeSet;

use super::super::addresses::check_address;
use super::super::field::Field;
use super::super::names::{self, Faults};
use super::super::quantity::Quantity;
use super::super::selectors::check_labels;
use super::containers::Pod;
use super::mounts::check_env_files;
use super::resources::{
    amounts, check_container_name, check_pod_name, check_requirements, is_huge_page,
};
use super::rules::PodRules;
use super::scheduling::{check_affinity, check_spread, check_tolerations};
use super::security::check_pod_context;
use super::volumes::check_volumes;
use super::windows::{check_host_processes, check_os};
use crate::{Map, Value};

/// A rule for names.
type Rule = fn(&str) -> Faults;

/// Calls `check` for each container of a pod.
pub(super) fn each_container(spec: &Field<'_>, mut check: impl FnMut(&Field<'_>)) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.field(list).items() {
            check(&container);
        }
    }
}

/// `ValidatePodSpec`; `metadata` is that of a pod, and `null` in templates.
pub(super) fn check(spec: &Field<'_>, metadata: &Value, rules: &PodRules<'_>) {
    let grace = spec.field("terminationGracePeriodSeconds");
    if !grace.is_set() {
        grace.required("");
    }
    let name = metadata.get("name").and_then(Value::as_str).unwrap_or_default();
    let volumes = spec.field("volumes");
    let volumes = check_volumes(&volumes, volumes.list(), name, rules);
    let claims = spec.field("resourceClaims");
    check_resource_claims(&claims, metadata);
    let restart = spec.field("restartPolicy");
    let names = claims.list().iter().filter_map(|it| it.get("name")?.as_str());
    let pod = Pod {
        volumes,
        claims: names.filter(|it| !it.is_empty()).collect(),
        grace: grace.int(),
        restart: restart.str(),
        host_users: spec.field("hostUsers").value.as_bool() != Some(false),
        rules: *rules,
    };
    let containers = spec.field("containers");
    pod.check_containers(&containers);
    pod.check_init_containers(&spec.field("initContainers"), &containers);
    pod.check_ephemeral_containers(spec);
    check_pod_resources(spec, &pod);
    check_host_network(spec, rules);
    check_policies(spec);
    check_labels(&spec.field("nodeSelector"));
    check_pod_context(spec, rules);
    check_affinity(&spec.field("affinity"), rules);
    check_dns(spec);
    check_gates(spec);
    check_spread(&spec.field("topologySpreadConstraints"), rules);
    check_host_processes(spec);
    check_own_users(spec, rules);
    check_names(spec);
    check_tolerations(&spec.field("tolerations"), rules);
    check_host_aliases(&spec.field("hostAliases"));
    check_overhead(&spec.field("overhead"), rules);
    check_os(spec);
    each_container(spec, |it| check_env_files(it, &spec.field("volumes")));
}

fn check_resource_claims(claims: &Field<'_>, metadata: &Value) {
    let is_static = metadata.get("annotations").is_some_and(|it| it.get(MIRROR).is_some());
    let mut names = BTreeSet::new();
    for claim in claims.items() {
        if is_static {
            claim.forbidden("static pods do not support resource claims");
            continue;
        }
        let name = claim.field("name");
        if name.is_empty() {
            name.required("");
        } else if names.insert(claim.text("name")) {
            name.check(names::dns_label);
        } else {
            name.duplicate();
        }
        let (one, template) =
            (claim.field("resourceClaimName"), claim.field("resourceClaimTemplateName"));
        match (one.is_set(), template.is_set()) {
            (true, true) => claim.invalid(
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
            ),
            (false, false) => claim.invalid(
                "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            ),
            _ => {}
        }
        for name in [one, template].into_iter().filter(Field::is_set) {
            name.check(names::dns_subdomain);
        }
    }
}

/// The annotation of pods that a node runs by itself.
pub(super) const MIRROR: &str = "kubernetes.io/config.mirror";

/// What a pod asks for as a whole, and that its containers ask for no more.
fn check_pod_resources(spec: &Field<'_>, pod: &Pod<'_>) {
    let resources = spec.field("resources");
    if !resources.is_set() {
        return;
    }
    if spec.value.pointer("/os/name").and_then(Value::as_str) == Some("windows") {
        return resources.forbidden("may not be set for a windows pod");
    }
    if resources.has("claims") {
        let detail = "claims may not be set for Resources at pod-level";
        resources.field("claims").forbidden(detail);
    }
    check_requirements(&resources, check_pod_name, &pod.claims, &pod.rules);
    check_sums(spec, &resources);
    for container in spec.field("containers").items() {
        for (name, limit) in amounts(container.value.pointer("/resources/limits")) {
            let most = Quantity::member(resources.field("limits").value, name);
            if most.is_some_and(|it| limit > it) {
                let list = resources.field("containers");
                let index = spec.field("containers").list().iter();
                let at = index.take_while(|it| !std::ptr::eq(*it, container.value)).count();
                let told = list.item(at);
                told.key(name).field("limits").invalid("must be less than or equal to pod limits");
            }
        }
    }
}

/// Containers together ask for no more than their pod.
fn check_sums(spec: &Field<'_>, resources: &Field<'_>) {
    let checks = [("requests", "/resources/requests"), ("limits", "/resources/limits")];
    for (kind, pointer) in checks {
        let whole = resources.field(kind);
        for (name, amount) in
            whole.members().filter(|(name, _)| kind == "requests" || is_huge_page(name))
        {
            if summed(spec.value, pointer, name) > Quantity::of(amount.value) {
                let detail = format!("must be greater than or equal to aggregate container {kind}");
                amount.invalid(&detail);
            }
        }
    }
}

/// What containers ask for together: those that run beside each other added up, the most of
/// those that run one after the other (`AggregateContainerRequests`).
fn summed(spec: &Value, pointer: &str, name: &str) -> Quantity {
    let list = |it| spec.get(it).and_then(Value::as_list).unwrap_or_default();
    let of = |it: &Value| {
        it.pointer(pointer).and_then(|it| Quantity::member(it, name)).unwrap_or_default()
    };
    let mut sum = list("containers").iter().fold(Quantity::default(), |sum, it| sum + of(it));
    let (mut most, mut beside) = (Quantity::default(), Quantity::default());
    for container in list("initContainers") {
        if container.get("restartPolicy") == Some(&"Always".into()) {
            sum = sum + of(container);
            beside = beside + of(container);
            most = most.max(beside);
        } else {
            most = most.max(of(container) + beside);
        }
    }
    sum.max(most)
}

/// On the network of the host a port is that of the host.
fn check_host_network(spec: &Field<'_>, rules: &PodRules<'_>) {
    if !spec.field("hostNetwork").is_true() {
        return;
    }
    for container in spec.field("containers").items() {
        for port in container.field("ports").items() {
            let (host, own) = (port.field("hostPort"), port.field("containerPort"));
            let asked = rules.is_pod || host.int().unwrap_or_default() != 0;
            if asked && host.or_zero() != own.or_zero() {
                host.invalid("must match `containerPort` when `hostNetwork` is true");
            }
        }
    }
}

fn check_policies(spec: &Field<'_>) {
    let policies: [(&str, &[&str]); 2] = [
        ("restartPolicy", &["Always", "OnFailure", "Never"]),
        ("dnsPolicy", &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]),
    ];
    for (name, known) in policies {
        let policy = spec.field(name);
        if policy.is_empty() {
            policy.required("");
        } else {
            policy.one_of(known);
        }
    }
    let preemption = spec.field("preemptionPolicy");
    if preemption.is_set() && preemption.is_empty() {
        preemption.required("");
    } else {
        preemption.one_of_where_set(&["PreemptLowerPriority", "Never"]);
    }
}

fn check_dns(spec: &Field<'_>) {
    const MAX_NAMESERVERS: usize = 3;
    const MAX_SEARCHES: usize = 32;
    const MAX_SEARCH_TEXT: usize = 2048;
    let config = spec.field("dnsConfig");
    let (servers, searches) = (config.field("nameservers"), config.field("searches"));
    if spec.text("dnsPolicy") == "None" {
        if !config.is_set() {
            return config.required("must provide `dnsConfig` when `dnsPolicy` is None");
        }
        if servers.list().is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            return servers.required(detail);
        }
    }
    if servers.list().len() > MAX_NAMESERVERS {
        servers.invalid("must not have more than 3 nameservers");
    }
    for server in servers.items() {
        check_address(&server, &[]);
    }
    if searches.list().len() > MAX_SEARCHES {
        searches.invalid("must not have more than 32 search paths");
    }
    let texts = searches.list().iter().filter_map(Value::as_str);
    if texts.map(|it| it.len() + 1).sum::<usize>() > MAX_SEARCH_TEXT + 1 {
        searches.invalid(
            "must not have more than 2048 characters (including spaces) in the search list",
        );
    }
    for search in searches.items().filter(|it| it.str() != ".") {
        let domain = search.str().strip_suffix('.').unwrap_or(search.str());
        search.faults(names::dns_subdomain_with_underscore(domain));
    }
    for option in config.field("options").items().filter(|it| it.text("name").is_empty()) {
        option.required("must not be empty");
    }
}

fn check_gates(spec: &Field<'_>) {
    for gate in spec.field("readinessGates").items() {
        let kind = gate.field("conditionType");
        kind.with(&kind.str().into()).check(names::qualified_name);
    }
    let mut seen = BTreeSet::new();
    let gates = spec.field("schedulingGates");
    for gate in gates.items() {
        let name = gate.field("name");
        gate.with(&name.str().into()).check(names::qualified_name);
        if !seen.insert(gate.text("name").to_owned()) {
            gate.duplicate_value(name.str());
        }
    }
}

/// A pod whose users are not those of the host shares nothing else with it.
fn check_own_users(spec: &Field<'_>, rules: &PodRules<'_>) {
    const DETAIL: &str = "when `hostUsers` is false";
    if spec.field("hostUsers").value.as_bool() != Some(false) {
        return;
    }
    if spec.field("hostNetwork").is_true() && !rules.allows_host_network_of_own_users() {
        spec.field("hostNetwork").forbidden(DETAIL);
    }
    for (name, told) in [("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec.field(name).is_true() {
            spec.field(told).forbidden(DETAIL);
        }
    }
    each_container(spec, |container| {
        let devices = container.field("volumeDevices");
        if !devices.list().is_empty() && !rules.allows_devices_of_own_users() {
            devices.forbidden(DETAIL);
        }
    });
}

fn check_names(spec: &Field<'_>) {
    const NAMES: [(&str, Rule); 5] = [
        ("serviceAccountName", names::dns_subdomain),
        ("nodeName", names::dns_subdomain),
        ("hostname", names::dns_label),
        ("subdomain", names::dns_label),
        ("priorityClassName", names::dns_subdomain),
    ];
    for (name, rule) in NAMES {
        let field = spec.field(name);
        if !field.is_empty() {
            field.check(rule);
        }
    }
    let class = spec.field("runtimeClassName");
    if class.is_set() {
        class.check(names::dns_subdomain);
    }
    let deadline = spec.field("activeDeadlineSeconds");
    if let Some(seconds) = deadline.int() {
        deadline.faults(names::in_range(seconds, 1, i64::from(i32::MAX)));
    }
    check_hostname_override(spec);
}

fn check_hostname_override(spec: &Field<'_>) {
    let name = spec.field("hostnameOverride");
    if !name.is_set() {
        return;
    }
    if spec.field("setHostnameAsFQDN").is_true() {
        name.forbidden("may not be specified when setHostnameAsFQDN is true");
    }
    if spec.field("hostNetwork").is_true() {
        name.forbidden("may not be specified when hostNetwork is true");
    }
    if name.str().len() > 64 {
        name.too_long(64);
    }
    name.check(names::dns_subdomain);
}

fn check_host_aliases(aliases: &Field<'_>) {
    for alias in aliases.items() {
        let address = alias.field("ip");
        check_address(&address.with(&address.str().into()), &[]);
        for name in alias.field("hostnames").items() {
            name.check(names::dns_subdomain);
        }
    }
}

/// What a runtime needs beside the containers; told of as limits.
pub(super) fn check_overhead(overhead: &Field<'_>, rules: &PodRules<'_>) {
    if !overhead.is_set() {
        return;
    }
    let limits: Map = [("limits", overhead.value.clone())].into_iter().collect();
    let limits = Value::Map(limits);
    let requirements = overhead.with(&limits);
    check_requirements(&requirements, check_container_name, &BTreeSet::new(), rules);
}
