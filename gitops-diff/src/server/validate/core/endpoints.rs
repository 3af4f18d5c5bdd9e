//! Endpoints.

use std::net::IpAddr;

use super::super::addresses::{check_address, parse};
use super::super::field::{Field, same};
use super::super::names;
use super::containers::check_protocol;
use crate::Value;

pub(super) fn check(root: &Field<'_>, live: Option<&Value>) {
    let subsets = root.field("subsets");
    let was = live.map(|it| it.get("subsets").unwrap_or(&Value::Null));
    if was.is_some_and(|it| same(it, subsets.value)) {
        return;
    }
    for subset in subsets.items() {
        let (ready, waiting) = (subset.field("addresses"), subset.field("notReadyAddresses"));
        if ready.list().is_empty() && waiting.list().is_empty() {
            subset.required("must specify `addresses` or `notReadyAddresses`");
        }
        for address in ready.items().chain(waiting.items()) {
            check_subset_address(&address);
        }
        let ports = subset.field("ports");
        for port in ports.items() {
            check_port(&port, ports.list().len() > 1);
        }
    }
}

fn check_subset_address(address: &Field<'_>) {
    let text = address.field("ip");
    let own = Value::from(text.str());
    let text = text.with(&own);
    check_address(&text, &[]);
    let (host, node) = (address.field("hostname"), address.field("nodeName"));
    if !host.is_empty() {
        host.check(names::dns_label);
    }
    if node.is_set() {
        node.check(names::dns_subdomain);
    }
    check_endpoint_address(&text);
}

/// An address that others can reach: `ValidateEndpointIP`.
pub(crate) fn check_endpoint_address(address: &Field<'_>) {
    let Some(parsed) = parse(address.str()) else {
        return address.invalid("must be a valid IP address");
    };
    let parsed = parsed.to_canonical();
    if parsed.is_unspecified() {
        address.invalid(&format!("may not be unspecified ({})", address.str()));
    }
    if parsed.is_loopback() {
        address.invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let (local, multicast) = match parsed {
        IpAddr::V4(it) => (it.is_link_local(), it.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(it) => (it.is_unicast_link_local(), it.segments()[0] & 0xff0f == 0xff02),
    };
    if local {
        address.invalid("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if multicast {
        address.invalid("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

fn check_port(port: &Field<'_>, needs_name: bool) {
    let (name, number) = (port.field("name"), port.field("port"));
    if !name.is_empty() {
        name.check(names::dns_label);
    } else if needs_name {
        name.required("");
    }
    let zero = number.or_zero();
    number.with(&zero).faults(names::port_number(number.int().unwrap_or_default()));
    check_protocol(&port.field("protocol"));
    let protocol = port.field("appProtocol");
    if protocol.is_set() {
        protocol.check(names::qualified_name);
    }
}
