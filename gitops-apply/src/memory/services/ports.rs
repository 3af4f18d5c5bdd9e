//! The ports that nodes open for a Service (`initNodePorts`, `updateNodePorts`).

use std::collections::BTreeMap;

use gitops_diff::{Map, Value};

use super::{Draw, list, text};
use crate::memory::status::Status;

/// Draws what is missing, and takes what is named.
pub(super) fn draw(draw: &Draw<'_>, before: Option<&Map>, spec: &mut Map) -> Result<(), Status> {
    let mut taken = Vec::new();
    match before {
        None if opens(spec) => create(draw, spec, &mut taken)?,
        None => {}
        Some(before) => update(draw, before, spec, &mut taken)?,
    }
    let needed = before.is_some_and(needs_health_check);
    let port = spec.get("healthCheckNodePort").and_then(Value::as_int).unwrap_or_default();
    if !needs_health_check(spec) || needed {
        return Ok(());
    }
    let why = |why: &str| {
        let why = format!("failed to allocate requested HealthCheck NodePort {port}: {why}");
        Status::new(500, "InternalError", format!("Internal error occurred: {why}"))
    };
    if port == 0 {
        spec.insert("healthCheckNodePort", next(draw, &taken)?.into());
        return Ok(());
    }
    claim(draw, port, &taken).map_err(|it| why(&it))
}

/// Ports with the same number, of other protocols, share one on the nodes.
fn create(draw: &Draw<'_>, spec: &mut Map, taken: &mut Vec<i64>) -> Result<(), Status> {
    let allocates = allocates(spec);
    let mut of = BTreeMap::<i64, i64>::new();
    for at in 0..list(spec, "ports").len() {
        let port = list(spec, "ports")[at].clone();
        let named = node_port(&port);
        if named == 0 && !allocates {
            continue;
        }
        let number = number(&port);
        let shared = of.get(&number).copied();
        let node = match (shared, asked(spec, number)) {
            (Some(shared), _) if named == 0 || named == shared => shared,
            (Some(_), _) => claimed(draw, at, named, taken)?,
            (None, Some(asked)) => claimed(draw, at, asked, taken)?,
            (None, None) => next(draw, taken)?,
        };
        taken.push(node);
        of.entry(number).or_insert(node);
        put(spec, at, node);
    }
    Ok(())
}

/// The node port that is asked for any port with this number.
fn asked(spec: &Map, wanted: i64) -> Option<i64> {
    let same = list(spec, "ports").iter().filter(|it| number(it) == wanted);
    same.map(node_port).find(|it| *it != 0)
}

fn number(port: &Value) -> i64 {
    port.get("port").and_then(Value::as_int).unwrap_or_default()
}

fn update(
    draw: &Draw<'_>,
    before: &Map,
    spec: &mut Map,
    taken: &mut Vec<i64>,
) -> Result<(), Status> {
    if !opens(spec) {
        return Ok(());
    }
    let (old, allocates) = (node_ports(before), allocates(spec));
    let mut opened = Vec::new();
    for at in 0..list(spec, "ports").len() {
        let port = list(spec, "ports")[at].clone();
        let mut node = node_port(&port);
        if node == 0 && !allocates {
            continue;
        }
        if node == 0 {
            node = next(draw, &[&old[..], taken].concat())?;
            put(spec, at, node);
        } else if !old.contains(&node) && !taken.contains(&node) {
            node = claimed(draw, at, node, taken)?;
        }
        taken.push(node);
        let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or_default();
        let opening = (protocol.to_owned(), node);
        if opened.contains(&opening) {
            return Err(Status::failure(format!("duplicate nodePort: {{{protocol} {node}}}")));
        }
        opened.push(opening);
    }
    Ok(())
}

fn claimed(draw: &Draw<'_>, at: usize, port: i64, taken: &[i64]) -> Result<i64, Status> {
    let refuse =
        |why: String| draw.refuse(&format!("spec.ports[{at}].nodePort"), &port.into(), &why);
    claim(draw, port, taken).map(|()| port).map_err(refuse)
}

fn claim(draw: &Draw<'_>, port: i64, taken: &[i64]) -> Result<(), String> {
    if taken.contains(&port) {
        return Err("provided port is already allocated".into());
    }
    draw.claims.check_port(port)
}

fn next(draw: &Draw<'_>, taken: &[i64]) -> Result<i64, Status> {
    draw.claims.free_port(draw.seed, taken).ok_or_else(|| {
        let why = "Internal error occurred: failed to allocate a nodePort: range is full";
        Status::new(500, "InternalError", why)
    })
}

fn put(spec: &mut Map, at: usize, port: i64) {
    let ports = spec.get_mut("ports").and_then(Value::as_list_mut);
    if let Some(it) = ports.and_then(|it| it.get_mut(at)) {
        set(it, port);
    }
}

fn set(port: &mut Value, node: i64) {
    if let Some(members) = port.as_map_mut() {
        members.insert("nodePort", node.into());
    }
}

fn node_port(port: &Value) -> i64 {
    port.get("nodePort").and_then(Value::as_int).unwrap_or_default()
}

fn node_ports(spec: &Map) -> Vec<i64> {
    list(spec, "ports").iter().map(node_port).filter(|it| *it != 0).collect()
}

fn opens(spec: &Map) -> bool {
    matches!(text(spec, "type"), "NodePort" | "LoadBalancer")
}

/// Whether ports are drawn where none are named.
fn allocates(spec: &Map) -> bool {
    let balanced = spec.get("allocateLoadBalancerNodePorts").and_then(Value::as_bool);
    opens(spec) && (text(spec, "type") == "NodePort" || balanced != Some(false))
}

fn needs_health_check(spec: &Map) -> bool {
    text(spec, "type") == "LoadBalancer" && text(spec, "externalTrafficPolicy") == "Local"
}
