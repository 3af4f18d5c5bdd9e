//! The status of pods.

use super::super::addresses::{check_address, family};
use super::super::field::Field;
use super::super::names;
use super::{annotations, pod_claims};
use crate::Value;

pub(super) fn check(root: &Field<'_>, live: &Value) {
    let (metadata, status) = (root.field("metadata"), root.field("status"));
    let was = |pointer: &str| live.pointer(pointer);
    annotations::check_update(&metadata.field("annotations"), was("/metadata/annotations"));
    check_conditions(&status.field("conditions"));
    check_nomination(&status, live);
    let observed = status.field("observedGeneration");
    if observed.int().is_some_and(|it| it < 0) {
        observed.invalid("must be a non-negative integer");
    }
    status.field("qosClass").immutable(was("/status/qosClass"));
    check_states(&status, live);
    pod_claims::check(root);
    check_addresses(&status.field("podIPs"), was("/status/podIPs"));
    let (hosts, host) = (status.field("hostIPs"), status.text("hostIP"));
    if hosts.list().first().is_some_and(|it| it.get("ip").and_then(Value::as_str) != Some(host)) {
        hosts.item(0).field("ip").invalid("must be equal to `hostIP`");
    }
    check_addresses(&hosts, was("/status/hostIPs"));
}

fn check_conditions(conditions: &Field<'_>) {
    for condition in conditions.items() {
        let observed = condition.field("observedGeneration");
        if observed.int().is_some_and(|it| it < 0) {
            observed.invalid("must be a non-negative integer");
        }
        let kind = condition.field("type");
        if !matches!(kind.str(), "PodScheduled" | "Ready" | "Initialized") {
            kind.named("Type").with(&kind.str().into()).check(names::qualified_name);
        }
    }
}

fn check_nomination(status: &Field<'_>, live: &Value) {
    let nominated = status.field("nominatedNodeName");
    let was = live.pointer("/status/nominatedNodeName").unwrap_or(&Value::Null);
    if nominated.is_empty() || nominated.value == was {
        return;
    }
    nominated.check(names::dns_subdomain);
    let bound =
        live.pointer("/spec/nodeName").and_then(Value::as_str).is_some_and(|it| !it.is_empty());
    if bound {
        nominated.forbidden("may not be set on pods that are already bound to a node");
    }
}

/// What has ended does not run again, unless it is restarted.
fn check_states(status: &Field<'_>, live: &Value) {
    const LISTS: [(&str, &str); 3] = [
        ("containerStatuses", "containers"),
        ("initContainerStatuses", "initContainers"),
        ("ephemeralContainerStatuses", ""),
    ];
    let spec = live.get("spec").unwrap_or(&Value::Null);
    for (list, containers) in LISTS {
        if !containers.is_empty() && restarts_all(spec) {
            continue;
        }
        let (statuses, old) = (status.field(list), live.pointer(&format!("/status/{list}")));
        let old = old.and_then(Value::as_list).unwrap_or_default();
        for (at, old) in old.iter().enumerate() {
            let code = old
                .pointer("/state/terminated")
                .map(|it| it.get("exitCode").and_then(Value::as_int).unwrap_or_default());
            let Some(code) = code else { continue };
            let runs = |it: &&Value| {
                it.get("name") == old.get("name") && it.pointer("/state/terminated").is_none()
            };
            let runs = statuses.list().iter().any(|it| runs(&it));
            let declared = spec.get(containers).and_then(Value::as_list).unwrap_or_default();
            let own = declared.iter().find(|it| it.get("name") == old.get("name"));
            if runs && !own.is_some_and(|it| restarts(it, spec, code)) {
                let told = statuses.item(at);
                told.field("state").forbidden("may not be transitioned to non-terminated state");
            }
        }
    }
}

fn restarts_all(spec: &Value) -> bool {
    let lists = ["containers", "initContainers"];
    let containers = lists.iter().filter_map(|it| spec.get(it)?.as_list()).flatten();
    let mut rules = containers.filter_map(|it| it.get("restartPolicyRules")?.as_list()).flatten();
    rules.any(|it| it.get("action") == Some(&"RestartAllContainers".into()))
}

/// Whether a container that ended with a code is started again.
fn restarts(container: &Value, spec: &Value, code: i64) -> bool {
    let text = |of: &Value| of.get("restartPolicy").and_then(Value::as_str).map(str::to_owned);
    let rules = container.get("restartPolicyRules").and_then(Value::as_list).unwrap_or_default();
    let matches = |rule: &Value| {
        let codes = rule.pointer("/exitCodes/values").and_then(Value::as_list).unwrap_or_default();
        let listed = codes.contains(&Value::Int(code));
        match rule.pointer("/exitCodes/operator").and_then(Value::as_str) {
            Some("In") => listed,
            Some("NotIn") => !listed,
            _ => false,
        }
    };
    let own = text(container);
    if own.is_some() && rules.iter().any(matches) {
        return true;
    }
    match own.or_else(|| text(spec)).as_deref() {
        Some("Always") | None => true,
        Some("OnFailure") => code != 0,
        Some(_) => false,
    }
}

/// At most one address of each family.
fn check_addresses(addresses: &Field<'_>, was: Option<&Value>) {
    let texts = |of: Option<&Value>| -> Vec<String> {
        let list = of.and_then(Value::as_list).unwrap_or_default();
        list.iter().filter_map(|it| it.get("ip")?.as_str().map(Into::into)).collect()
    };
    let known = texts(was);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let own = texts(Some(addresses.value));
    for (address, text) in addresses.items().zip(&own) {
        check_address(&address.with(&text.as_str().into()), &known);
    }
    if own.len() < 2 {
        return;
    }
    let families: Vec<_> = own.iter().map(|it| family(it)).collect();
    let unknown = families.contains(&None);
    if unknown {
        addresses.internal("failed to check for dual stack");
    }
    if unknown || own.len() > 2 || families[0] == families[1] {
        addresses.invalid("may specify no more than one IP for each IP family");
    }
}
