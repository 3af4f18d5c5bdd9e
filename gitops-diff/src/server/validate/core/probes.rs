//! Probes and hooks of containers.

use super::super::field::Field;
use super::super::names;
use crate::Value;

/// What the server asks a container for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    Liveness,
    Readiness,
    Startup,
}

/// The probes of a container that runs as long as its pod.
pub(super) fn check_probes(container: &Field<'_>) {
    check_probe(&container.field("livenessProbe"), Probe::Liveness);
    check_probe(&container.field("readinessProbe"), Probe::Readiness);
    check_probe(&container.field("startupProbe"), Probe::Startup);
}

fn check_probe(probe: &Field<'_>, role: Probe) {
    const NUMBERS: [&str; 5] = [
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold",
    ];
    if !probe.is_set() {
        return;
    }
    check_handler(probe, &["exec", "httpGet", "tcpSocket", "grpc"], None);
    for name in NUMBERS {
        probe.field(name).not_negative();
    }
    let grace = probe.field("terminationGracePeriodSeconds");
    if grace.int().is_some_and(|it| it <= 0) {
        grace.invalid("must be greater than 0");
    }
    let successes = probe.field("successThreshold");
    if role == Probe::Readiness {
        if grace.is_set() {
            grace.invalid("must not be set for readinessProbes");
        }
    } else if successes.int() != Some(1) {
        successes.invalid("must be 1");
    }
}

/// What is run when a container has started and before it is stopped.
///
/// The signal that stops it is not looked at: the server drops it while the feature is off.
pub(super) fn check_lifecycle(lifecycle: &Field<'_>, grace: Option<i64>) {
    for name in ["postStart", "preStop"] {
        let hook = lifecycle.field(name);
        if hook.is_set() {
            check_handler(&hook, &["exec", "httpGet", "tcpSocket", "sleep"], grace);
        }
    }
}

/// Exactly one of the handlers that can be used here.
fn check_handler(handler: &Field<'_>, kinds: &[&str], grace: Option<i64>) {
    let mut count = 0;
    for kind in kinds.iter().filter(|it| handler.has(it)) {
        count += 1;
        let action = handler.field(kind);
        if count > 1 {
            action.forbidden("may not specify more than 1 handler type");
        } else {
            check_action(&action, kind, grace);
        }
    }
    if count == 0 {
        handler.required("must specify a handler type");
    }
}

fn check_action(action: &Field<'_>, kind: &str, grace: Option<i64>) {
    match kind {
        "exec" => action.field("command").require(),
        "httpGet" => check_http(action),
        "sleep" => check_sleep(action, grace),
        _ => check_port(&action.field("port")),
    }
}

fn check_http(action: &Field<'_>) {
    action.field("path").require();
    check_port(&action.field("port"));
    action.field("scheme").one_of(&["HTTP", "HTTPS"]);
    let headers = action.field("httpHeaders");
    for header in headers.list() {
        let name = header.get("name").and_then(Value::as_str).unwrap_or_default();
        headers.with(&name.into()).check(names::header_name);
    }
}

/// How long a hook sleeps is told of at the path of the hook.
fn check_sleep(sleep: &Field<'_>, grace: Option<i64>) {
    let seconds = sleep.field("seconds").or_zero();
    let legal = |grace| (0..=grace).contains(&seconds.as_int().unwrap_or_default());
    if let Some(grace) = grace.filter(|it| !legal(*it)) {
        let detail =
            format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        sleep.with(&seconds).invalid(&detail);
    }
}

/// The number of a port, or its name.
pub(super) fn check_port(port: &Field<'_>) {
    if port.value.as_str().is_some() {
        port.check(names::port_name);
    } else {
        let number = port.or_zero();
        port.with(&number).faults(names::port_number(port.int().unwrap_or_default()));
    }
}
