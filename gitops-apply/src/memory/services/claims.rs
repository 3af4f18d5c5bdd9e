//! Which addresses and ports are taken.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use gitops_diff::{Map, Value};

use super::{is_headless, list};

/// The addresses that Services may have: 10.0.0.0/12.
const FIRST_ADDRESS: u32 = 0x0a00_0000;
const ADDRESSES: u32 = 1 << 20;
/// The ports that nodes may open for Services.
const FIRST_PORT: i64 = 30_000;
const PORTS: i64 = 2_768;

/// The addresses and ports of all Services that are stored.
#[derive(Clone, Debug, Default)]
pub(in crate::memory) struct Claims {
    addresses: BTreeSet<u32>,
    ports: BTreeSet<i64>,
}

impl Claims {
    /// A Service became another, began or ended.
    pub(in crate::memory) fn move_on(&mut self, before: Option<&Value>, after: Option<&Value>) {
        fn spec(object: Option<&Value>) -> Option<&Map> {
            object?.get("spec")?.as_map()
        }
        if let Some(spec) = spec(before) {
            for address in addresses(spec) {
                self.addresses.remove(&address);
            }
            for port in ports(spec) {
                self.ports.remove(&port);
            }
        }
        if let Some(spec) = spec(after) {
            self.addresses.extend(addresses(spec));
            self.ports.extend(ports(spec));
        }
    }

    /// An address that is free.
    pub(super) fn free_address(&self, seed: u64) -> Option<String> {
        // Network and broadcast addresses are nobody's.
        let usable = ADDRESSES - 2;
        let start = u32::try_from(seed % u64::from(usable)).unwrap_or_default();
        let candidates = (start..usable).chain(0..start).map(|it| FIRST_ADDRESS + 1 + it);
        let free = candidates.into_iter().find(|it| !self.addresses.contains(it))?;
        Some(Ipv4Addr::from(free).to_string())
    }

    /// A port that is free and not among `others`.
    pub(super) fn free_port(&self, seed: u64, others: &[i64]) -> Option<i64> {
        let start = i64::try_from(seed % 0xffff).unwrap_or_default() % PORTS;
        let candidates = (start..PORTS).chain(0..start).map(|it| FIRST_PORT + it);
        candidates.into_iter().find(|it| !self.ports.contains(it) && !others.contains(it))
    }

    /// Why an address cannot be taken.
    pub(super) fn check_address(&self, wanted: &str) -> Result<(), String> {
        let address = wanted.parse::<Ipv4Addr>().map(u32::from).unwrap_or_default();
        if !(FIRST_ADDRESS + 1..FIRST_ADDRESS + ADDRESSES - 1).contains(&address) {
            let range = format!("{}/12", Ipv4Addr::from(FIRST_ADDRESS));
            return Err(format!(
                "the provided IP ({wanted}) is not in the valid range. The range of valid IPs is \
                 {range}"
            ));
        }
        if self.addresses.contains(&address) {
            return Err("provided IP is already allocated".into());
        }
        Ok(())
    }

    /// Why a port cannot be taken.
    pub(super) fn check_port(&self, wanted: i64) -> Result<(), String> {
        if !(FIRST_PORT..FIRST_PORT + PORTS).contains(&wanted) {
            let last = FIRST_PORT + PORTS - 1;
            return Err(format!(
                "provided port is not in the valid range. The range of valid ports is \
                 {FIRST_PORT}-{last}"
            ));
        }
        if self.ports.contains(&wanted) {
            return Err("provided port is already allocated".into());
        }
        Ok(())
    }
}

fn addresses(spec: &Map) -> impl Iterator<Item = u32> + '_ {
    let all = if is_headless(spec) { &[] } else { list(spec, "clusterIPs") };
    all.iter().filter_map(|it| it.as_str()?.parse::<Ipv4Addr>().ok()).map(u32::from)
}

fn ports(spec: &Map) -> Vec<i64> {
    let nodes = list(spec, "ports").iter().filter_map(|it| it.get("nodePort"));
    nodes.chain(spec.get("healthCheckNodePort")).filter_map(Value::as_int).collect()
}
