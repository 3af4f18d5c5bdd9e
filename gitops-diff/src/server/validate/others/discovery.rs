//! `discovery.k8s.io`: slices of endpoints (`pkg/apis/discovery/validation`).

use super::{Edit, Field, count_faults};
use crate::server::validate::addresses::{self, Family};
use crate::server::validate::names;
use crate::server::validate::selectors::check_labels;

const MAX_PORTS: usize = 20_000;
const MAX_ENDPOINTS: usize = 1000;
const MAX_ADDRESSES: usize = 100;
const MAX_TOPOLOGY: usize = 16;
const MAX_HINTS: usize = 8;

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind != "EndpointSlice" {
        return;
    }
    let (kind, slices) = (edit.new.field("addressType"), edit.new.field("endpoints"));
    if kind.is_empty() {
        kind.required("");
    } else {
        kind.one_of(&["FQDN", "IPv4", "IPv6"]);
    }
    if edit.is_update() {
        kind.immutable(edit.live_at("/addressType"));
    }
    ports(&edit.new.field("ports"));
    // What the object lived with stays legal.
    if !(edit.is_update() && slices.is_same(edit.live_at("/endpoints"))) {
        endpoints(&slices, kind.str());
    }
}

fn ports(ports: &Field<'_>) {
    if ports.list().len() > MAX_PORTS {
        return ports.too_many(MAX_PORTS);
    }
    let mut seen = Vec::new();
    for port in ports.items() {
        let (name, protocol) = (port.field("name"), port.field("protocol"));
        if !name.is_empty() {
            name.check(names::dns_label);
        }
        if seen.contains(&name.str()) {
            name.duplicate_value(name.str());
        } else {
            seen.push(port.text("name"));
        }
        if !protocol.is_set() {
            protocol.required("");
        }
        protocol.one_of_where_set(&["SCTP", "TCP", "UDP"]);
        let application = port.field("appProtocol");
        if application.is_set() {
            application.check(names::qualified_name);
        }
    }
}

fn endpoints(endpoints: &Field<'_>, kind: &str) {
    if endpoints.list().len() > MAX_ENDPOINTS {
        return endpoints.too_many(MAX_ENDPOINTS);
    }
    for endpoint in endpoints.items() {
        addresses_of(&endpoint.field("addresses"), kind);
        for (name, rule) in [
            ("nodeName", names::dns_subdomain as fn(&str) -> names::Faults),
            ("hostname", names::dns_label),
        ] {
            let field = endpoint.field(name);
            if field.is_set() {
                field.check(rule);
            }
        }
        let topology = endpoint.field("deprecatedTopology");
        if topology.map().is_some_and(|it| it.len() > MAX_TOPOLOGY) {
            topology.too_many(MAX_TOPOLOGY);
        }
        check_labels(&topology);
        hints(&endpoint.field("hints"));
    }
}

fn addresses_of(list: &Field<'_>, kind: &str) {
    match list.list().len() {
        0 => list.required("must contain at least 1 address"),
        1..=MAX_ADDRESSES => {}
        _ => list.too_many(MAX_ADDRESSES),
    }
    for address in list.items() {
        match kind {
            "IPv4" => {
                let check = |it: &Field<'_>| addresses::check_address(it, &[]);
                address_of(list, &address, check, Family::V4);
            }
            "IPv6" => address_of(list, &address, addresses::check_canonical_address, Family::V6),
            "FQDN" => domain(&address),
            _ => {}
        }
    }
}

fn address_of(list: &Field<'_>, address: &Field<'_>, check: fn(&Field<'_>), family: Family) {
    check(address);
    if count_faults(address.value, check) > 0 {
        return;
    }
    if addresses::family(address.str()) != Some(family) {
        let wrong = match family {
            Family::V4 => "must be an IPv4 address",
            Family::V6 => "must be an IPv6 address",
        };
        list.invalid_value(address.str(), wrong);
    }
    addresses::check_endpoint(address);
}

/// `IsFullyQualifiedDomainName`.
fn domain(name: &Field<'_>) {
    if name.is_empty() {
        return name.required("");
    }
    let text = name.str().strip_suffix('.').unwrap_or(name.str());
    let faults = names::dns_subdomain(text);
    if !faults.is_empty() {
        name.faults(faults);
    } else if !text.contains('.') {
        name.invalid("should be a domain with at least two segments separated by dots");
    } else if let Some(label) = text.split('.').find(|it| !names::dns_label(it).is_empty()) {
        name.faults(names::dns_label(label));
    }
}

fn hints(hints: &Field<'_>) {
    for (list, rule) in [
        ("forZones", names::label_value as fn(&str) -> names::Faults),
        ("forNodes", names::dns_subdomain),
    ] {
        let list = hints.field(list);
        if list.list().len() > MAX_HINTS {
            return list.too_many(MAX_HINTS);
        }
        let mut seen = Vec::new();
        for hint in list.items() {
            let name = hint.field("name");
            if seen.contains(&name.str()) {
                name.duplicate();
            } else {
                seen.push(hint.text("name"));
            }
            name.check(rule);
        }
    }
}
