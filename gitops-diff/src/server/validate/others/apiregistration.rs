//! `apiregistration.k8s.io`: services of further APIs
//! (`kube-aggregator/pkg/apis/apiregistration/validation`).

use super::{Edit, Field};
use crate::server::validate::names;

pub(super) fn check(edit: &Edit<'_>) {
    match (edit.kind, edit.subresource) {
        ("APIService", "status") => {
            let status = edit.new.field("status");
            for condition in status.field("conditions").items() {
                condition.field("status").one_of(&["True", "False", "Unknown"]);
            }
        }
        ("APIService", _) => spec(edit, &edit.new.field("spec")),
        _ => {}
    }
}

fn spec(edit: &Edit<'_>, spec: &Field<'_>) {
    let (group, version) = (spec.field("group"), spec.field("version"));
    let metadata = edit.new.field("metadata");
    let name = metadata.field("name");
    let required = format!("{}.{}", version.str(), group.str());
    if names::path_segment(name.str()).is_empty() && name.str() != required {
        name.invalid(&format!("must be `spec.version+\".\"+spec.group`: {required:?}"));
    }
    if !group.is_empty() {
        group.check(names::dns_subdomain);
    } else if version.str() != "v1" {
        group.required("only v1 may have an empty group and it better be legacy kube");
    }
    version.check(names::dns_1035_label);
    for (name, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
        let priority = spec.field(name);
        let number = priority.or_zero();
        if !(1..=most).contains(&number.as_int().unwrap_or_default()) {
            priority.with(&number).invalid(&format!("must be positive and less than {most}"));
        }
    }
    service(spec);
}

fn service(spec: &Field<'_>) {
    let (service, bundle) = (spec.field("service"), spec.field("caBundle"));
    let insecure = spec.field("insecureSkipTLSVerify");
    if !service.is_set() {
        if !bundle.is_empty() {
            bundle.invalid_value("bytes", "local APIServices may not have a caBundle");
        }
        if insecure.is_true() {
            insecure.invalid("local APIServices may not have insecureSkipTLSVerify");
        }
        return;
    }
    service.field("namespace").require();
    service.field("name").require();
    let port = service.field("port");
    port.faults(names::port_number(port.int().unwrap_or_default()));
    if insecure.is_true() && !bundle.is_empty() {
        insecure.invalid("may not be true if caBundle is present");
    }
}
