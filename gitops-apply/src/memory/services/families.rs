//! Which families the addresses of a Service may have (`initIPFamilyFields`).

use gitops_diff::server::Cause;
use gitops_diff::{Map, Value};

use super::{Draw, has_address, list, text};
use crate::memory::status::Status;

/// Refuses families that a cluster with IPv4 alone does not have.
pub(super) fn check(draw: &Draw<'_>, before: Option<&Map>, spec: &Map) -> Result<(), Status> {
    if !has_address(spec) || before.is_some_and(|it| is_unmoved(it, spec)) {
        return Ok(());
    }
    let anywhere = text(spec, "clusterIP") == "None"
        && spec.get("selector").and_then(Value::as_map).is_none_or(Map::is_empty);
    let mut causes = too_many(spec);
    if causes.is_empty() && !anywhere {
        causes = of_addresses(spec);
    }
    if causes.is_empty() && !anywhere {
        causes = not_configured(spec);
    }
    if causes.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(draw.resource, draw.name, causes))
}

/// Whether nothing moved of a Service that takes both families where there are both.
fn is_unmoved(before: &Map, spec: &Map) -> bool {
    let prefers = |it: &Map| text(it, "ipFamilyPolicy") == "PreferDualStack";
    let same = |key: &str| list(before, key) == list(spec, key);
    text(before, "type") == text(spec, "type")
        && (prefers(before) && prefers(spec))
        && (same("clusterIPs") && same("ipFamilies"))
}

/// A single stack has one address of one family.
fn too_many(spec: &Map) -> Vec<Cause> {
    const TWO: [(&str, &str); 2] = [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")];
    if text(spec, "ipFamilyPolicy") != "SingleStack" {
        return Vec::new();
    }
    let too_many = TWO.into_iter().filter(|(key, _)| list(spec, key).len() == 2);
    let cause = |(_, what)| {
        let why = format!(
            "must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
        );
        Cause::invalid("spec.ipFamilyPolicy", &"SingleStack".into(), &why)
    };
    too_many.map(cause).collect()
}

fn of_addresses(spec: &Map) -> Vec<Cause> {
    let all = spec.get("clusterIPs").cloned().unwrap_or_default();
    let addresses = list(spec, "clusterIPs").iter().enumerate();
    let strange = addresses.filter(|(_, it)| it.as_str().is_some_and(|it| it.contains(':')));
    let why = "IPv6 is not configured on this cluster";
    strange.map(|(at, _)| Cause::invalid(format!("spec.clusterIPs[{at}]"), &all, why)).collect()
}

fn not_configured(spec: &Map) -> Vec<Cause> {
    let mut causes = Vec::new();
    if text(spec, "ipFamilyPolicy") == "RequireDualStack" {
        let why = "this cluster is not configured for dual-stack services";
        causes.push(Cause::invalid("spec.ipFamilyPolicy", &"RequireDualStack".into(), why));
    }
    for (at, family) in list(spec, "ipFamilies").iter().enumerate() {
        if family.as_str() != Some("IPv4") {
            let field = format!("spec.ipFamilies[{at}]");
            causes.push(Cause::invalid(field, family, "not configured on this cluster"));
        }
    }
    causes
}
