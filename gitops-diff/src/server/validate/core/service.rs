//! Services.

use std::collections::BTreeSet;

use super::super::addresses::{check_address, check_network};
use super::super::field::{Field, Report};
use super::super::names;
use super::super::selectors::check_labels;
use super::containers::check_protocol;
use super::endpoints::check_endpoint_address;
use super::probes::check_port;
use super::service_addresses::{check_address_changes, check_addresses, is_headless, texts};
use crate::Value;

const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";
const ONLY_LOAD_BALANCERS: &str = "may only be used when `type` is 'LoadBalancer'";
/// The longest time for which a client can be bound to one pod, in seconds.
const MAX_AFFINITY: i64 = 86_400;

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let (spec, was) = (root.field("spec"), live.and_then(|it| it.get("spec")));
    if let Some(was) = was {
        check_address_changes(&spec, was);
        check_kept(&spec, was);
    }
    check_topology(root);
    check_type(&spec);
    check_ports(&spec);
    check_labels(&spec.field("selector"));
    check_affinity(&spec);
    check_addresses(&spec, was);
    check_external_addresses(&spec, was);
    check_source_ranges(root, live);
    check_load_balancer(&spec);
    check_traffic(&spec);
}

/// What a load balancer keeps as long as it is one.
fn check_kept(spec: &Field<'_>, was: &Value) {
    let class = spec.field("loadBalancerClass");
    let both = |kind: &str| spec.text("type") == kind && was.get("type") == Some(&kind.into());
    if both("LoadBalancer") && class.value != was.get("loadBalancerClass").unwrap_or(&Value::Null) {
        class.invalid("may not change once set");
    }
    let scratch = Report::default();
    let old = Field::root(was, &scratch);
    let port = spec.field("healthCheckNodePort");
    let was_port = old.field("healthCheckNodePort");
    if needs_health_check(&old) && needs_health_check(spec) && port.or_zero() != was_port.or_zero()
    {
        port.forbidden("field is immutable");
    }
}

fn check_topology(root: &Field<'_>) {
    let metadata = root.field("metadata");
    let notes = metadata.field("annotations");
    let (hints, mode) = (notes.key(TOPOLOGY_HINTS), notes.key(TOPOLOGY_MODE));
    if hints.is_set() && mode.is_set() && hints.value != mode.value {
        let detail = format!("must match annotations[{TOPOLOGY_HINTS}] when both are specified");
        mode.invalid(&detail);
    }
}

fn check_type(spec: &Field<'_>) {
    let kind = spec.field("type");
    let ports = spec.field("ports");
    if ports.list().is_empty() && !is_headless(spec.value) && kind.str() != "ExternalName" {
        ports.required("");
    }
    if kind.is_empty() {
        kind.required("");
    } else {
        kind.one_of(&["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
    }
    match kind.str() {
        "LoadBalancer" | "NodePort" if is_headless(spec.value) => {
            let detail = format!("may not be set to 'None' for {} services", kind.str());
            spec.field("clusterIPs").item(0).invalid(&detail);
        }
        "ExternalName" => check_external_name(spec),
        _ => {}
    }
}

fn check_external_name(spec: &Field<'_>) {
    for name in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        let field = spec.field(name);
        if !field.is_empty() {
            field.forbidden("may not be set for ExternalName services");
        }
    }
    let name = spec.field("externalName");
    match name.str().strip_suffix('.').unwrap_or(name.str()) {
        "" => name.required(""),
        domain => name.faults(names::dns_subdomain(domain)),
    }
}

fn check_ports(spec: &Field<'_>) {
    let ports = spec.field("ports");
    let needs_names = ports.list().len() > 1;
    let (mut known, mut node_ports, mut numbers) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for port in ports.items() {
        let name = port.field("name");
        if !name.is_empty() {
            name.check(names::dns_label);
            if !known.insert(port.text("name")) {
                name.duplicate();
            }
        } else if needs_names {
            name.required("");
        }
        let number = port.field("port");
        let zero = number.or_zero();
        number.with(&zero).faults(names::port_number(number.int().unwrap_or_default()));
        check_protocol(&port.field("protocol"));
        check_port(&port.field("targetPort"));
        let protocol = port.field("appProtocol");
        if protocol.is_set() {
            protocol.check(names::qualified_name);
        }
        let node_port = port.field("nodePort");
        if let Some(it) = node_port.int().filter(|it| *it != 0) {
            if spec.text("type") == "ClusterIP" {
                node_port.forbidden("may not be used when `type` is 'ClusterIP'");
            }
            if !node_ports.insert((port.text("protocol"), it)) {
                node_port.duplicate();
            }
        }
        if !numbers.insert((port.text("protocol"), number.int())) {
            port.duplicate();
        }
    }
}

fn check_affinity(spec: &Field<'_>) {
    let (affinity, config) = (spec.field("sessionAffinity"), spec.field("sessionAffinityConfig"));
    match affinity.str() {
        "" => affinity.required(""),
        "ClientIP" => check_client_affinity(&config),
        "None" if config.is_set() => {
            config.forbidden("must not be set when session affinity is None");
        }
        "None" => {}
        _ => affinity.not_supported(&["ClientIP", "None"]),
    }
}

fn check_client_affinity(config: &Field<'_>) {
    const DETAIL: &str = "when session affinity type is ClientIP";
    let client = config.field("clientIP");
    let timeout = client.field("timeoutSeconds");
    if !config.is_set() {
        config.required(DETAIL);
    } else if !client.is_set() {
        client.required(DETAIL);
    } else if !timeout.is_set() {
        timeout.required(DETAIL);
    } else if !timeout.int().is_some_and(|it| (1..=MAX_AFFINITY).contains(&it)) {
        timeout.invalid("must be greater than 0 and less than 86400");
    }
}

fn check_external_addresses(spec: &Field<'_>, was: Option<&Value>) {
    let known = texts(was, "externalIPs");
    for address in spec.field("externalIPs").items() {
        let before = address.report().len();
        check_address(&address, &known);
        if address.report().len() == before {
            check_endpoint_address(&address);
        }
    }
}

/// From where a load balancer can be reached: a field, or an annotation.
fn check_source_ranges(root: &Field<'_>, live: Option<&Value>) {
    let (spec, metadata) = (root.field("spec"), root.field("metadata"));
    let balances = spec.text("type") == "LoadBalancer";
    let ranges = spec.field("loadBalancerSourceRanges");
    let ranges = ranges.named("LoadBalancerSourceRanges");
    if !ranges.list().is_empty() {
        if !balances {
            ranges.forbidden(ONLY_LOAD_BALANCERS);
        }
        let known = texts(live.and_then(|it| it.get("spec")), "loadBalancerSourceRanges");
        let known: Vec<&str> = known.into_iter().map(str::trim).collect();
        for range in ranges.items() {
            check_network(&range.with(&range.str().trim().into()), &known);
        }
        return;
    }
    let notes = metadata.field("annotations");
    let note = notes.key(SOURCE_RANGES);
    if !note.is_set() {
        return;
    }
    if !balances {
        note.forbidden(ONLY_LOAD_BALANCERS);
    }
    let was = live.and_then(|it| it.pointer("/metadata/annotations")?.get(SOURCE_RANGES));
    if was != Some(note.value) && !note.str().trim().is_empty() {
        for range in note.str().split(',') {
            check_network(&note.with(&range.trim().into()), &[]);
        }
    }
}

fn check_load_balancer(spec: &Field<'_>) {
    let balances = spec.text("type") == "LoadBalancer";
    let ports = spec.field("allocateLoadBalancerNodePorts");
    if ports.is_set() && !balances {
        ports.forbidden(ONLY_LOAD_BALANCERS);
    }
    let class = spec.field("loadBalancerClass");
    if class.is_set() && balances {
        class.check(names::qualified_name);
    } else if class.is_set() {
        class.forbidden(ONLY_LOAD_BALANCERS);
    }
}

/// Which traffic goes where.
///
/// The port of health checks is not asked for: the server allocates one.
fn check_traffic(spec: &Field<'_>) {
    let kind = spec.text("type");
    let (external, internal) =
        (spec.field("externalTrafficPolicy"), spec.field("internalTrafficPolicy"));
    if is_external(spec) {
        if external.is_empty() {
            external.required("");
        } else {
            external.one_of(&["Cluster", "Local"]);
        }
    } else if !external.is_empty() {
        external.invalid("may only be set for externally-accessible services");
    }
    let port = spec.field("healthCheckNodePort");
    if let Some(number) = port.int().filter(|it| *it != 0) {
        if needs_health_check(spec) {
            port.faults(names::port_number(number));
        } else {
            port.invalid(
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is \
                 'Local'",
            );
        }
    }
    let serves = matches!(kind, "NodePort" | "LoadBalancer" | "ClusterIP");
    if !internal.is_set() && serves {
        internal.required("");
    }
    internal.one_of_where_set(&["Cluster", "Local"]);
    let near = ["PreferClose", "PreferSameZone", "PreferSameNode"];
    spec.field("trafficDistribution").one_of_where_set(&near);
}

/// Whether a service can be reached from outside of the cluster.
fn is_external(spec: &Field<'_>) -> bool {
    match spec.text("type") {
        "LoadBalancer" | "NodePort" => true,
        "ClusterIP" => !spec.field("externalIPs").list().is_empty(),
        _ => false,
    }
}

fn needs_health_check(spec: &Field<'_>) -> bool {
    spec.text("type") == "LoadBalancer" && spec.text("externalTrafficPolicy") == "Local"
}

pub(super) fn check_status(root: &Field<'_>, live: Option<&Value>) {
    let (status, spec) = (root.field("status"), root.field("spec"));
    let balancer = status.field("loadBalancer");
    let ingress = balancer.field("ingress");
    if spec.text("type") != "LoadBalancer" && !ingress.list().is_empty() {
        return ingress.forbidden("may only be used when `spec.type` is 'LoadBalancer'");
    }
    let known = live.and_then(|it| it.pointer("/status/loadBalancer/ingress")?.as_list());
    let known = known.unwrap_or_default().iter().filter_map(|it| it.get("ip")?.as_str());
    let known: Vec<&str> = known.collect();
    for entrance in ingress.items() {
        let (address, mode, name) =
            (entrance.field("ip"), entrance.field("ipMode"), entrance.field("hostname"));
        if !address.is_empty() {
            check_address(&address, &known);
        }
        match (mode.is_set(), !address.is_empty()) {
            (false, true) => mode.required("must be specified when `ip` is set"),
            (true, false) => mode.forbidden("may not be specified when `ip` is not set"),
            _ => mode.one_of_where_set(&["Proxy", "VIP"]),
        }
        if !name.is_empty() {
            name.check(names::dns_subdomain);
            if super::super::addresses::parse(name.str()).is_some() {
                name.invalid("must be a DNS name, not an IP address");
            }
        }
    }
}
