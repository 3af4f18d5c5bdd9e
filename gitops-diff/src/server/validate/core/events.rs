//! Events of the core group, whose rules are few for the sake of old clients
//! (`legacyValidateEvent`). Those of `events.k8s.io` are elsewhere.

use super::super::field::Field;
use super::super::names;

pub(super) fn check(root: &Field<'_>) {
    let metadata = root.field("metadata");
    let object = root.field("involvedObject");
    let (namespace, own) = (object.field("namespace"), metadata.field("namespace"));
    let timed = root.has("eventTime");
    let same = match (namespace.str(), timed) {
        ("", false) => matches!(own.str(), "" | "default"),
        (named, false) => named == own.str(),
        ("", true) => matches!(own.str(), "default" | "kube-system"),
        (_, true) => true,
    };
    if !same {
        namespace.invalid_value(namespace.str(), "does not match event.namespace");
    }
    if timed {
        check_reporter(root);
    }
    if !own.is_empty() {
        root.field("namespace").with(own.value).check(names::dns_subdomain);
    }
}

fn check_reporter(root: &Field<'_>) {
    let controller = root.field("reportingComponent");
    controller.require();
    controller.with(&controller.str().into()).check(names::qualified_name);
    for name in ["reportingInstance", "action", "reason"] {
        let field = root.field(name);
        field.require();
        if field.str().len() > 128 {
            field.invalid_value("", "can have at most 128 characters");
        }
    }
    if root.text("message").len() > 1024 {
        root.field("message").invalid_value("", "can have at most 1024 characters");
    }
}
