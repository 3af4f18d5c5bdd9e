//! The families of a Service's addresses (`initIPFamilyFields`).

use gitops_diff::server::Cause;
use gitops_diff::{Map, Value};

use super::{Draw, has_address, list, text};
use crate::memory::status::Status;

/// Gives a Service its families and their policy.
pub(super) fn complete(
    draw: &Draw<'_>,
    before: Option<&Map>,
    spec: &mut Map,
) -> Result<(), Status> {
    if !has_address(spec) || before.is_some_and(|it| prefers_both(it, spec)) {
        return Ok(());
    }
    let anywhere = text(spec, "clusterIP") == "None"
        && spec.get("selector").and_then(Value::as_map).is_none_or(Map::is_empty);
    if spec.get("ipFamilyPolicy").is_none_or(Value::is_null) {
        let before = before.and_then(|it| it.get("ipFamilyPolicy")).cloned();
        let usual = if anywhere { "RequireDualStack" } else { "SingleStack" };
        spec.insert("ipFamilyPolicy", before.unwrap_or_else(|| usual.into()));
    }
    let mut causes = Vec::new();
    shrink(before, spec, &mut causes);
    let known = list(spec, "ipFamilies").len();
    let more = of_addresses(spec, known, !anywhere, &mut causes);
    refuse(draw, std::mem::take(&mut causes))?;
    if !more.is_empty() {
        let families = spec.entry("ipFamilies", || Value::List(Vec::new()));
        families.as_list_mut().into_iter().for_each(|it| it.extend(more.clone()));
    }
    if anywhere {
        complete_anywhere(spec);
        return Ok(());
    }
    not_configured(spec, &mut causes);
    refuse(draw, causes)?;
    if list(spec, "ipFamilies").is_empty() {
        spec.insert("ipFamilies", Value::List(vec!["IPv4".into()]));
    }
    Ok(())
}

fn refuse(draw: &Draw<'_>, causes: Vec<Cause>) -> Result<(), Status> {
    if causes.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(draw.resource, draw.name, causes))
}

/// Whether nothing moved of a Service that takes both families where there are both.
fn prefers_both(before: &Map, spec: &Map) -> bool {
    let prefers = |it: &Map| text(it, "ipFamilyPolicy") == "PreferDualStack";
    let same = |key: &str| list(before, key) == list(spec, key);
    text(before, "type") == text(spec, "type")
        && (prefers(before) && prefers(spec))
        && (same("clusterIPs") && same("ipFamilies"))
}

/// Gives up the second address and family for a single stack, and refuses two of them there.
fn shrink(before: Option<&Map>, spec: &mut Map, causes: &mut Vec<Cause>) {
    const TWO: [(&str, &str); 2] = [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")];
    let single = text(spec, "ipFamilyPolicy") == "SingleStack";
    for (key, what) in TWO {
        let same = before.is_some_and(|it| list(it, key) == list(spec, key));
        let list = spec.get_mut(key).and_then(Value::as_list_mut);
        if let Some(list) = list.filter(|it| single && it.len() > 1) {
            if same {
                list.truncate(1);
            } else {
                let why = format!(
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are \
                     specified"
                );
                causes.push(Cause::invalid("spec.ipFamilyPolicy", &"SingleStack".into(), &why));
            }
        }
    }
}

/// The families of the addresses behind the first `known`.
fn of_addresses(spec: &Map, known: usize, checked: bool, causes: &mut Vec<Cause>) -> Vec<Value> {
    let addresses = list(spec, "clusterIPs").iter().enumerate();
    let mut families = Vec::new();
    for (at, address) in addresses.skip(known) {
        match address.as_str() {
            Some("None") => break,
            Some(address) if address.contains(':') && checked => {
                let field = format!("spec.clusterIPs[{at}]");
                let all = spec.get("clusterIPs").cloned().unwrap_or_default();
                let why = "IPv6 is not configured on this cluster";
                causes.push(Cause::invalid(field, &all, why));
            }
            _ => families.push("IPv4".into()),
        }
    }
    families
}

/// Headless and without a selector: its endpoints may have any family.
fn complete_anywhere(spec: &mut Map) {
    let single = text(spec, "ipFamilyPolicy") == "SingleStack";
    let families = spec.entry("ipFamilies", || Value::List(vec!["IPv4".into()]));
    let Some(families) = families.as_list_mut().filter(|it| it.len() < 2 && !single) else {
        return;
    };
    let first = families.first().and_then(Value::as_str);
    let other = if first == Some("IPv4") { "IPv6" } else { "IPv4" };
    families.push(other.into());
}

fn not_configured(spec: &Map, causes: &mut Vec<Cause>) {
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
}
