//! `flowcontrol.apiserver.k8s.io`: which requests wait for which
//! (`pkg/apis/flowcontrol/validation`).

mod flow_schema;
mod mandatory;
mod priority_level;

use super::{Edit, Field, at};

pub(super) fn check(edit: &Edit<'_>) {
    let name = at(edit.new.value, "/metadata/name").as_str().unwrap_or_default();
    if edit.subresource.is_empty() {
        let spec = edit.new.field("spec");
        match edit.kind {
            "FlowSchema" => {
                flow_schema::check(name, &spec);
                mandatory::check_flow_schema(name, &spec);
            }
            "PriorityLevelConfiguration" => {
                priority_level::check(name, &spec);
                mandatory::check_priority_level(name, &spec);
            }
            _ => return,
        }
    }
    let status = edit.new.field("status");
    conditions(&status.field("conditions"));
}

fn conditions(conditions: &Field<'_>) {
    let mut seen = Vec::new();
    for condition in conditions.items() {
        let kind = condition.field("type");
        kind.require();
        if seen.contains(&kind.str()) {
            kind.duplicate();
        }
        seen.push(condition.text("type"));
    }
}

const EXEMPT: &str = "exempt";
const CATCH_ALL: &str = "catch-all";
