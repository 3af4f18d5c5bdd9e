//! `NetworkPolicy`: peers, ports and policy types.

use super::{Edit, Field, addresses, names};
use crate::Value;
use crate::server::validate::others::count_faults;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};

pub(super) fn check(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let lived = Lived::with(edit.live_at("/spec"));
    check_label_selector(&spec.field("podSelector"), lived.values);
    for (rules, peers) in DIRECTIONS {
        for rule in spec.field(rules).items() {
            rule.field("ports").items().for_each(|it| port(&it));
            rule.field(peers).items().for_each(|it| lived.check_peer(&it));
        }
    }
    let types = spec.field("policyTypes");
    if types.list().len() > 2 {
        return types.invalid("may not specify more than two policyTypes");
    }
    types.items().for_each(|it| it.one_of(&["Ingress", "Egress"]));
}

const DIRECTIONS: [(&str, &str); 2] = [("ingress", "from"), ("egress", "to")];

/// What an update is spared because the object lived with it.
struct Lived<'a> {
    values: SelectorValues,
    /// Networks that were there before.
    networks: Vec<&'a str>,
}

impl<'a> Lived<'a> {
    fn with(live: Option<&'a Value>) -> Self {
        let mut lived = Self { values: SelectorValues::Strict, networks: Vec::new() };
        let Some(live) = live else { return lived };
        let strict = |it: &Field<'_>| check_label_selector(it, SelectorValues::Strict);
        if live.get("podSelector").is_some_and(|it| count_faults(it, strict) > 0) {
            lived.values = SelectorValues::Any;
        }
        let list = |value: Option<&'a Value>| value.and_then(Value::as_list).unwrap_or_default();
        for (rules, peers) in DIRECTIONS {
            for peer in list(live.get(rules)).iter().flat_map(|it| list(it.get(peers))) {
                let except = list(peer.pointer("/ipBlock/except")).iter();
                let networks = except.chain(peer.pointer("/ipBlock/cidr"));
                lived.networks.extend(networks.filter_map(Value::as_str));
            }
        }
        lived
    }

    fn check_peer(&self, peer: &Field<'_>) {
        let block = peer.field("ipBlock");
        let selectors = [peer.field("podSelector"), peer.field("namespaceSelector")];
        for selector in &selectors {
            check_label_selector(selector, self.values);
        }
        if block.is_set() {
            self.check_block(&block);
        }
        let selects = selectors.iter().any(Field::is_set);
        if !selects && !block.is_set() {
            peer.required("must specify a peer");
        } else if selects && block.is_set() {
            peer.forbidden("may not specify both ipBlock and another peer");
        }
    }

    fn check_block(&self, block: &Field<'_>) {
        let cidr = block.field("cidr");
        if cidr.is_empty() {
            return cidr.required("");
        }
        addresses::check_network(&cidr, &self.networks);
        if addresses::parse_network(cidr.str()).is_none() {
            return;
        }
        for except in block.field("except").items() {
            addresses::check_network(&except, &self.networks);
            if addresses::holds(cidr.str(), except.str()) == Some(false) {
                except.invalid("must be a strict subset of `cidr`");
            }
        }
    }
}

fn port(entry: &Field<'_>) {
    let (port, end) = (entry.field("port"), entry.field("endPort"));
    entry.field("protocol").one_of_where_set(&["TCP", "UDP", "SCTP"]);
    match port.value {
        Value::Null if end.is_set() => {
            end.invalid("may not be specified when `port` is not specified");
        }
        Value::Null => {}
        Value::Int(number) => {
            port.faults(names::port_number(*number));
            if let Some(last) = end.int() {
                if last < *number {
                    end.invalid("must be greater than or equal to `port`");
                }
                end.faults(names::port_number(last));
            }
        }
        _ => {
            if end.is_set() {
                end.invalid("may not be specified when `port` is non-numeric");
            }
            port.check(names::port_name);
        }
    }
}
