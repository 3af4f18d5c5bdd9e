//! What devices are claimed.

use super::{Expressions, Field, at_most, by, by_itself, distinct, names};
use crate::Value;
use crate::cel::Environment;
use crate::server::validate::names::{dns_label, dns_subdomain, label_value, qualified_name};

const MAX_REQUESTS: usize = 32;
const MAX_CONSTRAINTS: usize = 32;
pub(super) const MAX_CONFIG: usize = 32;
const MAX_ALTERNATIVES: usize = 8;
const MAX_SELECTORS: usize = 32;
/// The longest expression of a selector, in bytes.
const MAX_EXPRESSION: usize = 10 * 1024;
/// The largest parameters of a driver, in bytes of JSON.
const MAX_PARAMETERS: usize = 10 * 1024;

/// `validateDeviceClaim`.
pub(super) fn check(devices: &Field<'_>) {
    let requests = devices.field("requests");
    if at_most(&requests, MAX_REQUESTS) {
        requests.items().for_each(|it| request(&it));
        distinct(&requests, by("name"));
    }
    let known = Requests::of(requests.list());
    let constraints = devices.field("constraints");
    if at_most(&constraints, MAX_CONSTRAINTS) {
        constraints.items().for_each(|it| constraint(&it, &known));
    }
    let config = devices.field("config");
    if at_most(&config, MAX_CONFIG) {
        for entry in config.items() {
            known.check_list(&entry.field("requests"));
            check_configuration(&entry, Expressions::New);
        }
    }
}

/// The requests of a claim, by which constraints and results name them.
pub(super) struct Requests<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl<'a> Requests<'a> {
    pub(super) fn of(requests: &'a [Value]) -> Self {
        let name = |it: &'a Value| it.get("name").and_then(Value::as_str).unwrap_or_default();
        let alternatives = |it: &'a Value| {
            let list = it.get("firstAvailable").and_then(Value::as_list).unwrap_or_default();
            list.iter().map(name).collect()
        };
        Self(requests.iter().map(|it| (name(it), alternatives(it))).collect())
    }

    fn has(&self, name: &str) -> bool {
        let (request, alternative) = match name.split_once('/') {
            Some((request, alternative)) => (request, Some(alternative)),
            None => (name, None),
        };
        let found = self.0.iter().rev().find(|(known, _)| *known == request);
        found.is_some_and(|(_, known)| alternative.is_none_or(|it| known.contains(&it)))
    }

    /// A name of a request, or of one of its alternatives: `request/alternative`.
    pub(super) fn check(&self, name: &Field<'_>) {
        const WHY: &str = "must be the name of a request in the claim or the name of a request \
            and a subrequest separated by '/'";
        if name.str().matches('/').count() > 1 {
            return name.invalid(WHY);
        }
        for segment in name.str().split('/') {
            name.faults(dns_label(segment));
        }
        if !self.has(name.str()) {
            name.invalid(WHY);
        }
    }

    pub(super) fn check_list(&self, list: &Field<'_>) {
        if at_most(list, MAX_REQUESTS) {
            list.items().for_each(|it| self.check(&it));
            distinct(list, by_itself);
        }
    }
}

fn request(request: &Field<'_>) {
    request.field("name").check(dns_label);
    let (exactly, first) = (request.field("exactly"), request.field("firstAvailable"));
    match (exactly.is_set(), !first.is_empty()) {
        (false, false) => {
            request.required("exactly one of `exactly` or `firstAvailable` is required");
        }
        (true, true) => request.invalid_value(
            Value::Null,
            "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are \
             set",
        ),
        (true, false) => wanted(&exactly),
        (false, true) if at_most(&first, MAX_ALTERNATIVES) => {
            for alternative in first.items() {
                alternative.field("name").check(dns_label);
                wanted(&alternative);
            }
            distinct(&first, by("name"));
        }
        (false, true) => {}
    }
}

fn wanted(request: &Field<'_>) {
    let class = request.field("deviceClassName");
    class.require();
    if !class.is_empty() {
        class.check(dns_subdomain);
    }
    check_selectors(&request.field("selectors"));
    let (mode, count) = (request.field("allocationMode"), request.field("count"));
    match (mode.str(), count.int().unwrap_or_default()) {
        ("All", 0) | ("ExactCount", 1..) => {}
        ("All", _) => count.invalid("must not be specified when allocationMode is 'All'"),
        ("ExactCount", _) => count.with(&count.or_zero()).invalid("must be greater than zero"),
        _ => mode.not_supported(&["All", "ExactCount"]),
    }
    request.field("tolerations").items().for_each(|it| toleration(&it));
}

pub(super) fn check_selectors(selectors: &Field<'_>) {
    if !at_most(selectors, MAX_SELECTORS) || selectors.is_empty() {
        return;
    }
    let devices = Environment::device();
    for selector in selectors.items() {
        let cel = selector.field("cel");
        let expression = cel.field("expression");
        if !cel.is_set() {
            cel.required("");
        } else if expression.str().len() > MAX_EXPRESSION {
            expression.too_long(MAX_EXPRESSION);
        } else if let Err(why) = devices.device_condition(expression.str()) {
            expression.invalid(&why);
        }
    }
}

fn constraint(constraint: &Field<'_>, known: &Requests<'_>) {
    known.check_list(&constraint.field("requests"));
    let names = ["matchAttribute", "distinctAttribute"];
    match names.iter().find(|it| constraint.has(it)) {
        Some(name) => names::check_fully_qualified(&constraint.field(name)),
        None => constraint.required(
            "exactly one of \"matchAttribute\" or \"distinctAttribute\" is required, but \
             multiple fields are set",
        ),
    }
}

/// `validateDeviceConfiguration`: parameters for a driver, an object that only it understands.
pub(super) fn check_configuration(config: &Field<'_>, expressions: Expressions) {
    let opaque = config.field("opaque");
    if !opaque.is_set() {
        return opaque.required("");
    }
    names::check_driver(&opaque.field("driver"));
    let limit = if expressions == Expressions::New { MAX_PARAMETERS } else { usize::MAX };
    check_object(&opaque.field("parameters"), limit);
}

/// `validateRawExtension`.
pub(super) fn check_object(object: &Field<'_>, limit: usize) {
    match object.value {
        Value::Null => object.required(""),
        value if size(value) > limit => object.too_long(limit),
        Value::Map(_) => {}
        _ => object.invalid_value("<value omitted>", "must be a valid JSON object"),
    }
}

/// How many bytes a value has as JSON.
fn size(value: &Value) -> usize {
    serde_json::to_string(value).map_or(0, |it| it.len())
}

pub(super) const EFFECTS: [&str; 3] = ["NoExecute", "NoSchedule", "None"];

fn toleration(toleration: &Field<'_>) {
    let (key, value) = (toleration.field("key"), toleration.field("value"));
    let (operator, effect) = (toleration.field("operator"), toleration.field("effect"));
    if !key.is_empty() {
        key.check(qualified_name);
    }
    match operator.str() {
        "Exists" if !value.is_empty() => value.invalid("must be empty for operator `Exists`"),
        "Exists" => {}
        "Equal" => value.check(label_value),
        "" => operator.required(""),
        _ => operator.not_supported(&["Equal", "Exists"]),
    }
    if !effect.is_empty() {
        effect.one_of(&EFFECTS);
    }
}
