//! `networking.k8s.io`: classes, addresses and ranges (`pkg/apis/networking/validation`).

mod ingress;
mod network_policy;

use super::{Edit, Field};
use crate::Value;
use crate::server::validate::{addresses, names};

pub(super) fn check(edit: &Edit<'_>) {
    match (edit.kind, edit.subresource) {
        ("Ingress", "status") => ingress::status(edit),
        ("ServiceCIDR", "status") => {}
        ("Ingress", _) => ingress::check(edit),
        ("NetworkPolicy", _) => network_policy::check(edit),
        ("IngressClass", _) => ingress_class(edit),
        ("IPAddress", _) => ip_address(edit),
        ("ServiceCIDR", _) => service_cidr(edit),
        _ => {}
    }
}

const MAX_CONTROLLER: usize = 250;

fn ingress_class(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let controller = spec.field("controller");
    if controller.str().len() > MAX_CONTROLLER {
        controller.too_long(MAX_CONTROLLER);
    }
    domain_prefixed_path(&controller);
    let parameters = spec.field("parameters");
    if parameters.is_set() {
        typed_reference(&parameters);
        scope(&parameters);
    }
    if edit.is_update() {
        controller.immutable(edit.live_at("/spec/controller"));
    }
}

/// `IsDomainPrefixedPath`.
fn domain_prefixed_path(path: &Field<'_>) {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&it);
    match path.str().split_once('/') {
        _ if path.is_empty() => path.required(""),
        None | Some(("", _) | (_, "")) => {
            path.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")");
        }
        Some((host, rest)) => {
            path.faults(names::dns_subdomain(host));
            if !rest.bytes().all(plain) {
                path.invalid("Invalid path");
            }
        }
    }
}

/// `apiGroup`, `kind` and `name` of an object elsewhere.
fn typed_reference(reference: &Field<'_>) {
    let group = reference.field("apiGroup");
    if group.is_set() {
        group.check(names::dns_subdomain);
    }
    for name in ["kind", "name"] {
        let field = reference.field(name);
        field.require();
        field.check(names::path_segment);
    }
}

fn scope(parameters: &Field<'_>) {
    let (scope, namespace) = (parameters.field("scope"), parameters.field("namespace"));
    match scope.str() {
        _ if !scope.is_set() => scope.required(""),
        "Namespace" if namespace.is_set() => namespace.check(names::dns_label),
        "Namespace" => namespace.required("`parameters.scope` is set to 'Namespace'"),
        "Cluster" if namespace.is_set() => {
            namespace.forbidden("`parameters.scope` is set to 'Cluster'");
        }
        "Cluster" => {}
        _ => scope.not_supported(&["Cluster", "Namespace"]),
    }
}

fn ip_address(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let parent = spec.field("parentRef");
    if edit.is_update() {
        parent.immutable(edit.live_at("/spec/parentRef"));
    }
    if !parent.is_set() {
        return parent.required("");
    }
    let group = parent.field("group");
    if !group.is_empty() {
        group.check(names::dns_subdomain);
    }
    for name in ["resource", "name"] {
        let field = parent.field(name);
        field.require();
        field.check(names::path_segment);
    }
    parent.field("namespace").check(names::path_segment);
}

fn service_cidr(edit: &Edit<'_>) {
    let spec = edit.new.field("spec");
    let cidrs = spec.field("cidrs");
    if !edit.is_update() {
        return ranges(&cidrs);
    }
    let live = edit.live_at("/spec/cidrs").and_then(Value::as_list).unwrap_or_default();
    let grows = live.len() == 1 && cidrs.list().len() == 2;
    if live.len() != cidrs.list().len() && !grows {
        return cidrs.invalid("field is immutable");
    }
    for (new, live) in cidrs.items().zip(live) {
        new.immutable(Some(live));
    }
    if grows {
        ranges(&cidrs);
    }
}

fn ranges(cidrs: &Field<'_>) {
    match cidrs.list().len() {
        0 => return cidrs.required("at least one CIDR required"),
        1 | 2 => {}
        _ => return cidrs.invalid("may only hold up to 2 values"),
    }
    cidrs.items().for_each(|it| addresses::check_canonical_network(&it));
    let family = |it: &Value| addresses::family_of_network(it.as_str().unwrap_or_default());
    if let [one, other] = cidrs.list()
        && family(one).is_some()
        && family(one) == family(other)
    {
        cidrs.invalid(
            "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and \
             2001:db8::/64",
        );
    }
}
