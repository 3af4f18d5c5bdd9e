//! What was allocated to a claim.

use super::claim::{MAX_CONFIG, Requests, check_configuration, check_object};
use super::{Edit, Expressions, Field, at_most, by, device, distinct, names};
use crate::Value;
use crate::server::validate::addresses::parse_network;
use crate::server::validate::conditions;
use crate::server::validate::core::check_node_selector;
use crate::server::validate::names::dns_label;
use crate::server::validate::others::at;
use crate::server::validate::selectors::SelectorValues;

const MAX_CONSUMERS: usize = 256;
const MAX_RESULTS: usize = 32;
const MAX_CONDITIONS: usize = 8;
/// The most that a driver may tell of a device, in bytes of JSON.
const MAX_REPORT: usize = 10 * 1024;
const MAX_ADDRESSES: usize = 16;
const MAX_INTERFACE: usize = 256;
const MAX_HARDWARE_ADDRESS: usize = 128;

/// `ValidateResourceClaimStatusUpdate`.
pub(super) fn check(edit: &Edit<'_>) {
    let status = edit.new.field("status");
    let (allocation, consumers) = (status.field("allocation"), status.field("reservedFor"));
    if at_most(&consumers, MAX_CONSUMERS) {
        for consumer in consumers.items() {
            for name in ["resource", "name", "uid"] {
                consumer.field(name).require();
            }
        }
        distinct(&consumers, by("uid"));
    }
    devices(&status.field("devices"), &allocation);
    reserved(edit, &consumers, &allocation);
    let live = edit.live_at("/status/allocation").filter(|it| !it.is_null());
    if live.is_some() && allocation.is_set() {
        allocation.immutable(live);
    } else if allocation.is_set() {
        let requests = at(edit.new.value, "/spec/devices/requests");
        let known = Requests::of(requests.as_list().unwrap_or_default());
        self::allocation(&allocation, &known);
    }
}

fn reserved(edit: &Edit<'_>, consumers: &Field<'_>, allocation: &Field<'_>) {
    if consumers.is_empty() {
        return;
    }
    let live = edit.live_at("/status/reservedFor").and_then(Value::as_list).unwrap_or_default();
    let new = consumers.list().iter().any(|it| !live.contains(it));
    if !allocation.is_set() {
        consumers.forbidden("may not be specified when `allocated` is not set");
    } else if new && !at(edit.new.value, "/metadata/deletionTimestamp").is_null() {
        consumers.forbidden(
            "new entries may not be added while `deallocationRequested` or `deletionTimestamp` \
             are set",
        );
    }
}

/// What tells one allocated device from another.
fn identity(device: &Value) -> [String; 4] {
    ["driver", "pool", "device", "shareID"]
        .map(|it| device.get(it).and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn devices(devices: &Field<'_>, allocation: &Field<'_>) {
    let results = at(allocation.value, "/devices/results").as_list().unwrap_or_default();
    let allocated: Vec<_> = results.iter().map(identity).collect();
    for device in devices.items() {
        named(&device);
        if !allocated.contains(&identity(device.value)) {
            device.invalid_value(
                identity(device.value)[..3].join("/"),
                "must be an allocated device in the claim",
            );
        }
        let conditions = device.field("conditions");
        if conditions.list().len() > MAX_CONDITIONS {
            conditions.too_many(MAX_CONDITIONS);
        }
        conditions::check(&conditions);
        if device.has("data") {
            check_object(&device.field("data"), MAX_REPORT);
        }
        network(&device.field("networkData"));
    }
    distinct(devices, |it| (identity(it.value), identity(it.value)[..3].join("/").into()));
}

fn named(device: &Field<'_>) {
    names::check_driver(&device.field("driver"));
    names::check_pool(&device.field("pool"));
    device.field("device").check(dns_label);
    let share = device.field("shareID");
    if share.is_set() && !is_uid(share.str()) {
        share.invalid(
            "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` \
             with lowercase hexadecimal characters",
        );
    }
}

fn is_uid(text: &str) -> bool {
    let hex = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let legal = |(at, byte): (usize, u8)| if dash(at) { byte == b'-' } else { hex(byte) };
    text.len() == 36 && text.bytes().enumerate().all(legal)
}

fn network(data: &Field<'_>) {
    for (name, limit) in
        [("interfaceName", MAX_INTERFACE), ("hardwareAddress", MAX_HARDWARE_ADDRESS)]
    {
        let field = data.field(name);
        if field.str().len() > limit {
            field.too_long(limit);
        }
    }
    let addresses = data.field("ips");
    if at_most(&addresses, MAX_ADDRESSES) {
        for address in addresses.items() {
            let printed = parse_network(address.str()).map(|(ip, bits)| format!("{ip}/{bits}"));
            match printed {
                None => address.invalid(
                    "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or \
                     2001:db8::1/64)",
                ),
                Some(printed) if printed != address.str() => {
                    address.invalid(&format!("must be in canonical form ({printed:?})"));
                }
                Some(_) => {}
            }
        }
        distinct(&addresses, super::by_itself);
    }
}

fn allocation(allocation: &Field<'_>, known: &Requests<'_>) {
    let devices = allocation.field("devices");
    let (results, config) = (devices.field("results"), devices.field("config"));
    if at_most(&results, MAX_RESULTS) {
        for result in results.items() {
            known.check(&result.field("request"));
            named(&result);
            device::check_binding(&result);
        }
    }
    if at_most(&config, 2 * MAX_CONFIG) {
        for entry in config.items() {
            let source = entry.field("source");
            if source.is_empty() {
                source.required("");
            } else {
                source.one_of(&["FromClaim", "FromClass"]);
            }
            known.check_list(&entry.field("requests"));
            check_configuration(&entry, Expressions::New);
        }
    }
    let selector = allocation.field("nodeSelector");
    if selector.is_set() {
        check_node_selector(&selector, SelectorValues::Strict);
    }
}
