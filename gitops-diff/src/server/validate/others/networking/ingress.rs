//! `Ingress`: hosts, paths and backends.

use super::{Edit, Field, addresses, names, typed_reference};
use crate::Value;
use crate::server::validate::others::{at, count_faults};

const CLASS: &str = "kubernetes.io/ingress.class";

pub(super) fn check(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let default = spec.field("defaultBackend");
    if spec.field("rules").is_empty() && !default.is_set() {
        spec.invalid("either `defaultBackend` or `rules` must be specified");
    }
    if default.is_set() {
        backend(&default);
    }
    rules(&spec.field("rules"), edit.live_at("/spec/rules"));
    tls(&spec.field("tls"), edit.live_at("/spec/tls"));
    let class = spec.field("ingressClassName");
    if class.is_set() {
        class.check(names::dns_subdomain);
        agrees_with_annotation(edit, class.str());
    }
}

/// A write of the status.
pub(super) fn status(edit: &Edit<'_>) {
    let live = edit.live_at("/status/loadBalancer/ingress").and_then(Value::as_list);
    let known: Vec<&str> =
        live.into_iter().flatten().filter_map(|it| at(it, "/ip").as_str()).collect();
    let status = edit.new.field("status");
    let balancer = status.field("loadBalancer");
    for point in balancer.field("ingress").items() {
        let (ip, host) = (point.field("ip"), point.field("hostname"));
        if !ip.is_empty() {
            addresses::check_address(&ip, &known);
        }
        if !host.is_empty() {
            host.check(names::dns_subdomain);
            no_address(&host);
        }
    }
}

fn agrees_with_annotation(edit: &Edit<'_>, class: &str) {
    let annotations = edit.new.field("metadata");
    let annotations = annotations.field("annotations");
    let annotation = annotations.field(CLASS);
    if !edit.is_update() && annotation.is_set() && annotation.str() != class {
        // The server leaves `metadata` out of the path.
        let root = edit.new.field("annotations");
        let annotation = root.field(CLASS);
        annotation.invalid("must match `ingressClassName` when both are specified");
    }
}

fn rules(rules: &Field<'_>, live: Option<&Value>) {
    let has_wrong_wildcard_rule = live.and_then(Value::as_list).into_iter().flatten().any(|rule| {
        let host = at(rule, "/host").as_str().unwrap_or_default();
        host.contains('*') && count_faults(rule, paths) > 0
    });
    for rule in rules.items() {
        let host = rule.field("host");
        if !host.is_empty() {
            no_address(&host);
            dns_name(&host);
        }
        if !(has_wrong_wildcard_rule && host.str().contains('*')) {
            paths(&rule);
        }
    }
}

fn tls(entries: &Field<'_>, live: Option<&Value>) {
    let wrong = |name: &str| !name.is_empty() && !names::dns_subdomain(name).is_empty();
    let lenient = live
        .and_then(Value::as_list)
        .into_iter()
        .flatten()
        .any(|entry| at(entry, "/secretName").as_str().is_some_and(wrong));
    for entry in entries.items() {
        entry.field("hosts").items().for_each(|host| dns_name(&host));
        let secret = entry.field("secretName");
        if !lenient && !secret.is_empty() {
            secret.check(names::dns_subdomain);
        }
    }
}

fn no_address(host: &Field<'_>) {
    if addresses::parse(host.str()).is_some() {
        host.invalid("must be a DNS name, not an IP address");
    }
}

fn dns_name(host: &Field<'_>) {
    let wildcard = host.str().contains('*');
    host.check(if wildcard { names::wildcard_subdomain } else { names::dns_subdomain });
}

fn paths(rule: &Field<'_>) {
    let http = rule.field("http");
    if http.is_set() {
        let paths = http.field("paths");
        paths.require();
        paths.items().for_each(|it| path(&it));
    }
}

const NEVER_WITHIN: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
const NEVER_LAST: [&str; 2] = ["/..", "/."];

fn path(entry: &Field<'_>) {
    let (path, kind) = (entry.field("path"), entry.field("pathType"));
    if !kind.is_set() {
        return kind.required("pathType must be specified");
    }
    let text = path.str();
    let exact = matches!(kind.str(), "Exact" | "Prefix");
    if !exact && kind.str() != "ImplementationSpecific" {
        kind.not_supported(&["Exact", "ImplementationSpecific", "Prefix"]);
    } else if !text.starts_with('/') && (exact || !text.is_empty()) {
        path.invalid("must be an absolute path");
    }
    if exact {
        for part in NEVER_WITHIN.iter().filter(|it| text.contains(**it)) {
            path.invalid(&format!("must not contain '{part}'"));
        }
        for end in NEVER_LAST.iter().filter(|it| text.ends_with(**it)) {
            path.invalid(&format!("cannot end with '{end}'"));
        }
    }
    backend(&entry.field("backend"));
}

fn backend(backend: &Field<'_>) {
    let (resource, service) = (backend.field("resource"), backend.field("service"));
    match (resource.is_set(), service.is_set()) {
        (true, true) => backend.invalid("cannot set both resource and service backends"),
        (true, false) => typed_reference(&resource),
        (false, true) => {
            let name = service.field("name");
            name.require();
            if !name.is_empty() {
                name.check(names::dns_label);
            }
            port(backend, &service.field("port"));
        }
        (false, false) => backend.invalid("resource or service backend is required"),
    }
}

fn port(backend: &Field<'_>, port: &Field<'_>) {
    let (name, number) = (port.field("name"), port.field("number"));
    match (!name.is_empty(), number.int().unwrap_or_default()) {
        (true, 0) => name.check(names::port_name),
        (true, _) => backend.invalid("cannot set both port name & port number"),
        (false, 0) => backend.required("port name or number is required"),
        (false, port) => number.faults(names::port_number(port)),
    }
}
