//! `node.k8s.io`: runtimes of containers (`pkg/apis/node/validation`).

use super::{Edit, Field};
use crate::server::validate::selectors::check_labels;
use crate::server::validate::{core, names};

pub(super) fn check(edit: &Edit<'_>) {
    if edit.kind != "RuntimeClass" {
        return;
    }
    let handler = edit.new.field("handler");
    handler.require();
    if !handler.is_empty() {
        handler.check(names::dns_label);
    }
    let scheduling = edit.new.field("scheduling");
    check_labels(&scheduling.field("nodeSelector"));
    core::check_tolerations(&scheduling.field("tolerations"));
    unique_tolerations(&scheduling.field("tolerations"));
    let overhead = edit.new.field("overhead");
    let amounts = overhead.field("podFixed");
    // The server judges the amounts as limits of the overhead.
    core::check_overhead(&overhead.with(amounts.value));
    if edit.is_update() {
        handler.immutable(edit.live_at("/handler"));
    }
}

fn unique_tolerations(tolerations: &Field<'_>) {
    let mut seen = Vec::new();
    for toleration in tolerations.items() {
        let key = ["key", "operator", "value", "effect"].map(|it| toleration.text(it).to_owned());
        if seen.contains(&key) {
            toleration.duplicate();
        } else {
            seen.push(key);
        }
    }
}
