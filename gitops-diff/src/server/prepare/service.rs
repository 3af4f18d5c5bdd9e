//! Services: what is allocated together, and what goes with the type.

use super::same::same;
use super::strategy::keep;
use crate::schema::TypeRef;
use crate::{GroupKind, Map, Value};

const NONE: &str = "None";

/// What is filled in before a service is prepared: addresses in both their fields, families.
///
/// The addresses are those of a cluster that has IPv4 only; allocated ones are the caller's.
pub(super) fn begin(kind: &GroupKind, live: Option<&Map>, members: &mut Map) {
    if !kind.is("", "Service") {
        return;
    }
    let live = live.and_then(spec_of);
    let Some(spec) = members.get_mut("spec").and_then(Value::as_map_mut) else {
        return;
    };
    if let Some(live) = live {
        keep_allocated(live, spec);
    }
    pair_addresses(live, spec);
    if needs_address(spec) {
        name_families(live, spec);
    }
}

fn spec_of(members: &Map) -> Option<&Map> {
    members.get("spec").and_then(Value::as_map)
}

fn text<'a>(spec: &'a Map, field: &str) -> &'a str {
    spec.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(spec: &'a Map, field: &str) -> &'a [Value] {
    spec.get(field).and_then(Value::as_list).unwrap_or_default()
}

fn kind(spec: &Map) -> &str {
    text(spec, "type")
}

fn needs_address(spec: &Map) -> bool {
    kind(spec) != "ExternalName"
}

fn needs_ports(spec: &Map) -> bool {
    matches!(kind(spec), "NodePort" | "LoadBalancer")
}

fn needs_health_port(spec: &Map) -> bool {
    kind(spec) == "LoadBalancer" && text(spec, "externalTrafficPolicy") == "Local"
}

fn is_external(spec: &Map) -> bool {
    needs_ports(spec) || kind(spec) == "ClusterIP" && !list(spec, "externalIPs").is_empty()
}

/// Who leaves out what was allocated, means what it is.
fn keep_allocated(live: &Map, spec: &mut Map) {
    if needs_address(live) && needs_address(spec) {
        for field in ["clusterIP", "clusterIPs"] {
            if !spec.contains_key(field) {
                keep(live, spec, field);
            }
        }
    }
    if needs_ports(live) && needs_ports(spec) {
        keep_ports(live, spec);
    }
    if needs_health_port(live)
        && needs_health_port(spec)
        && !spec.contains_key("healthCheckNodePort")
    {
        keep(live, spec, "healthCheckNodePort");
    }
}

fn keep_ports(live: &Map, spec: &mut Map) {
    let number = |port: &Value| port.get("nodePort").and_then(Value::as_int).filter(|it| *it != 0);
    let name =
        |port: &Value| port.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let before: Vec<_> = list(live, "ports").iter().map(|it| (name(it), number(it))).collect();
    let named: Vec<i64> = list(spec, "ports").iter().filter_map(number).collect();
    let ports = spec.get_mut("ports").and_then(Value::as_list_mut);
    for port in ports.into_iter().flatten().filter(|it| number(it).is_none()) {
        let known = before.iter().rfind(|(it, _)| *it == name(port)).and_then(|(_, it)| *it);
        if let (Some(known), Some(port)) = (known, port.as_map_mut())
            && !named.contains(&known)
        {
            port.insert("nodePort", known.into());
        }
    }
}

/// The first of the addresses is the address.
fn pair_addresses(live: Option<&Map>, spec: &mut Map) {
    let one = text(spec, "clusterIP").to_owned();
    let only = || Value::List(vec![one.as_str().into()]);
    let Some(live) = live else {
        if !one.is_empty() && list(spec, "clusterIPs").is_empty() {
            spec.insert("clusterIPs", only());
        }
        return;
    };
    if list(spec, "clusterIPs").is_empty() && text(live, "clusterIP") == one {
        keep(live, spec, "clusterIPs");
    }
    if text(live, "clusterIP") != one && list(live, "clusterIPs") == list(spec, "clusterIPs") {
        if one.is_empty() {
            spec.remove("clusterIPs");
        } else {
            spec.insert("clusterIPs", only());
        }
    }
}

fn name_families(live: Option<&Map>, spec: &mut Map) {
    let selects = spec.get("selector").and_then(Value::as_map).is_some_and(|it| !it.is_empty());
    let headless = text(spec, "clusterIP") == NONE && !selects;
    if text(spec, "ipFamilyPolicy").is_empty() {
        let before = live.map(|it| text(it, "ipFamilyPolicy")).filter(|it| !it.is_empty());
        let inferred = if headless { "RequireDualStack" } else { "SingleStack" };
        spec.insert("ipFamilyPolicy", before.unwrap_or(inferred).into());
    }
    let single = text(spec, "ipFamilyPolicy") == "SingleStack";
    if let Some(live) = live.filter(|_| single) {
        for field in ["clusterIPs", "ipFamilies"] {
            if list(live, field) == list(spec, field) {
                shorten(spec, field);
            }
        }
    }
    infer_families(spec);
    let families = list(spec, "ipFamilies");
    let reduced = live.is_some_and(|it| list(it, "ipFamilies").len() > families.len());
    if families.len() == 1 && headless && !single && !reduced {
        let other = if families[0].as_str() == Some("IPv4") { "IPv6" } else { "IPv4" };
        let families = vec![families[0].clone(), other.into()];
        spec.insert("ipFamilies", Value::List(families));
    }
}

/// Keeps the first item.
fn shorten(spec: &mut Map, field: &str) {
    let items = list(spec, field);
    if items.len() > 1 {
        let first = vec![items[0].clone()];
        spec.insert(field, Value::List(first));
    }
}

/// The families are those of the addresses, or else IPv4.
fn infer_families(spec: &mut Map) {
    let mut families = list(spec, "ipFamilies").to_vec();
    let addresses = list(spec, "clusterIPs").iter().filter_map(Value::as_str);
    for address in addresses.take_while(|it| *it != NONE).skip(families.len()) {
        families.push(if address.contains(':') { "IPv6" } else { "IPv4" }.into());
    }
    if families.is_empty() {
        families.push("IPv4".into());
    }
    spec.insert("ipFamilies", Value::List(families));
}

/// Drops what the new type does not have, where nobody changed it at the same time.
pub(super) fn drop_dependent(of: TypeRef<'_>, live: &Map, members: &mut Map) {
    let Some(live) = spec_of(live) else {
        return;
    };
    let mut dropped = Vec::new();
    if let Some(spec) = members.get_mut("spec").and_then(Value::as_map_mut) {
        if needs_address(live) && !needs_address(spec) {
            if ["clusterIP", "clusterIPs"].iter().all(|it| live.get(it) == spec.get(it)) {
                spec.remove("clusterIP");
                spec.remove("clusterIPs");
            }
            dropped.extend(["ipFamilies", "ipFamilyPolicy"]);
        }
        if needs_ports(live) && !needs_ports(spec) {
            drop_ports(live, spec);
        }
        if needs_health_port(live) && !needs_health_port(spec) {
            dropped.push("healthCheckNodePort");
        }
        if kind(live) == "LoadBalancer" && kind(spec) != "LoadBalancer" {
            dropped.extend(["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
        }
        if is_external(live) && !is_external(spec) {
            dropped.push("externalTrafficPolicy");
        }
        let type_of = of.field("spec").unwrap_or_else(TypeRef::deduced);
        for field in dropped {
            let of = type_of.field(field).unwrap_or_else(TypeRef::deduced);
            if same(of, live.get(field), spec.get(field)) {
                spec.remove(field);
            }
        }
        if kind(spec) != "LoadBalancer"
            && let Some(status) = members.get_mut("status").and_then(Value::as_map_mut)
        {
            status.insert("loadBalancer", Map::new().into());
        }
    }
}

fn drop_ports(live: &Map, spec: &mut Map) {
    let number = |it: &Value| it.get("nodePort").and_then(Value::as_int).filter(|it| *it != 0);
    let before: Vec<i64> = list(live, "ports").iter().filter_map(number).collect();
    if list(spec, "ports").iter().filter_map(number).all(|it| before.contains(&it)) {
        let ports = spec.get_mut("ports").and_then(Value::as_list_mut);
        for port in ports.into_iter().flatten().filter_map(Value::as_map_mut) {
            port.remove("nodePort");
        }
    }
}
