//! Drivers of the Container Storage Interface, and the nodes they run on.

use super::{Edit, Field, names};
use crate::Value;
use crate::server::validate::field::same;

const MAX_DRIVER_NAME: usize = 63;
const MAX_NODE_ID: usize = 256;
const MIN_UPDATE_PERIOD: i64 = 10;
/// A token lives ten minutes at least, 2^32 seconds at most.
const TOKEN_SECONDS: (i64, i64) = (600, 1 << 32);

/// `ValidateCSIDriver`.
pub(super) fn driver(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let attach = spec.field("attachRequired");
    // The server misspells it.
    let attach = attach.named("attachedRequired");
    let modes = spec.field("volumeLifecycleModes");
    required_flags(&spec, &attach);
    let policy = spec.field("fsGroupPolicy");
    policy.one_of_where_set(&["File", "None", "ReadWriteOnceWithFSType"]);
    tokens(&spec.field("tokenRequests"));
    for mode in modes.list() {
        modes.with(mode).one_of(&["Persistent", "Ephemeral"]);
    }
    let period = spec.field("nodeAllocatableUpdatePeriodSeconds");
    if period.int().is_some_and(|it| it < MIN_UPDATE_PERIOD) {
        period.invalid("must be greater than or equal to 10 seconds");
    }
    let in_secrets = spec.field("serviceAccountTokenInSecrets");
    if in_secrets.is_set() && spec.field("tokenRequests").is_empty() {
        in_secrets
            .invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified");
    }
    if edit.is_update() {
        attach.immutable(edit.live_at("/spec/attachRequired"));
        modes.immutable(edit.live_at("/spec/volumeLifecycleModes"));
    }
}

fn required_flags(spec: &Field<'_>, attach: &Field<'_>) {
    let others = ["podInfoOnMount", "storageCapacity", "seLinuxMount"];
    for flag in others.iter().map(|it| spec.field(it)).chain([*attach]) {
        if !flag.is_set() {
            flag.required("");
        }
    }
}

fn tokens(requests: &Field<'_>) {
    let mut seen = Vec::new();
    for request in requests.items() {
        let audience = request.field("audience");
        if seen.contains(&audience.str()) {
            audience.duplicate();
            continue;
        }
        seen.push(request.text("audience"));
        let seconds = request.field("expirationSeconds");
        let (least, most) = TOKEN_SECONDS;
        match seconds.int() {
            Some(it) if it < least => {
                seconds.invalid("may not specify a duration less than 10 minutes");
            }
            Some(it) if it > most => {
                seconds.invalid("may not specify a duration larger than 2^32 seconds");
            }
            _ => {}
        }
    }
}

/// `ValidateCSINode`.
pub(super) fn node(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let drivers = spec.field("drivers");
    let mut seen = Vec::new();
    for driver in drivers.items() {
        let name = driver.field("name");
        driver_name(&name);
        node_id(&driver.field("nodeID"));
        let allocatable = driver.field("allocatable");
        allocatable.field("count").not_negative();
        if seen.contains(&name.str()) {
            name.duplicate();
        }
        seen.push(driver.text("name"));
        topology_keys(&driver);
    }
    let live = edit.live_at("/spec/drivers").and_then(Value::as_list).unwrap_or_default();
    for old in live {
        for new in drivers.list().iter().filter(|it| it.get("name") == old.get("name")) {
            if !same(&without_allocatable(new), &without_allocatable(old)) {
                drivers.with(new).invalid("field is immutable");
            }
        }
    }
}

fn without_allocatable(driver: &Value) -> Value {
    let mut driver = driver.clone();
    if let Some(map) = driver.as_map_mut() {
        map.remove("allocatable");
    }
    driver
}

/// The name of a driver: a DNS name that may have capitals.
pub(in super::super) fn driver_name(name: &Field<'_>) {
    if name.is_empty() {
        return name.required("");
    }
    if name.str().len() > MAX_DRIVER_NAME {
        name.too_long(MAX_DRIVER_NAME);
    }
    name.faults(names::dns_subdomain(&name.str().to_lowercase()));
}

fn node_id(id: &Field<'_>) {
    id.require();
    if id.str().len() > MAX_NODE_ID {
        id.invalid("must be 256 characters or less");
    }
}

fn topology_keys(driver: &Field<'_>) {
    let mut seen = Vec::new();
    let keys = driver.field("topologyKeys");
    for key in keys.list().iter().map(|it| it.as_str().unwrap_or_default()) {
        if key.is_empty() {
            driver.required("");
        }
        if seen.contains(&key) {
            driver.duplicate_value(key);
        }
        seen.push(key);
        driver.faults(names::qualified_name(key));
    }
}
