//! Webhooks and how they are reached.

use super::{
    Edit, FAILURE_POLICIES, Field, REINVOCATION_POLICIES, count_faults, expressions, rules,
};
use crate::Value;
use crate::server::validate::names;
use crate::server::validate::selectors::{SelectorValues, check_label_selector};
use crate::server::validate::web;

const REVIEW_VERSIONS: [&str; 2] = ["v1", "v1beta1"];
const NO_EFFECTS: [&str; 2] = ["None", "NoneOnDryRun"];
const EFFECTS: [&str; 4] = ["None", "NoneOnDryRun", "Some", "Unknown"];

pub(super) fn check(edit: &Edit<'_>) {
    let lived = edit.live.map_or_else(Lived::default, Lived::with);
    let hooks = edit.new.field("webhooks");
    let was = edit.live_at("/webhooks").and_then(Value::as_list);
    let conditions_stay = was.is_some_and(|was| {
        let same = |(hook, old): (Field<'_>, &Value)| {
            hook.field("matchConditions").is_same(old.get("matchConditions"))
        };
        was.len() == hooks.list().len() && hooks.items().zip(was).all(same)
    });
    let mut seen = Vec::new();
    for hook in hooks.items() {
        self::hook(&hook, &lived);
        if !conditions_stay {
            expressions::check_conditions(&hook.field("matchConditions"), None);
        }
        review_versions(&hook.field("admissionReviewVersions"), &lived);
        let name = hook.field("name");
        if !lived.same_names && !name.is_empty() && seen.contains(&name.str()) {
            name.duplicate();
        }
        seen.push(hook.text("name"));
    }
}

/// What an update is spared because the object lived with it.
#[derive(Default)]
struct Lived {
    effects: bool,
    unknown_versions: bool,
    same_names: bool,
    values: Option<SelectorValues>,
}

impl Lived {
    fn with(live: &Value) -> Self {
        let hooks = live.get("webhooks").and_then(Value::as_list).unwrap_or_default();
        let text = |hook: &Value, name| -> String {
            hook.get(name).and_then(Value::as_str).unwrap_or_default().into()
        };
        let unknown = |hook: &Value| {
            let versions = hook.get("admissionReviewVersions").and_then(Value::as_list);
            let versions = versions.unwrap_or_default();
            let known = |it: &Value| it.as_str().is_some_and(|it| REVIEW_VERSIONS.contains(&it));
            !versions.is_empty() && !versions.iter().any(known)
        };
        let strict = |it: &Field<'_>| check_label_selector(it, SelectorValues::Strict);
        let wrong_selector = |hook: &Value| {
            ["namespaceSelector", "objectSelector"]
                .iter()
                .any(|it| hook.get(it).is_some_and(|it| count_faults(it, strict) > 0))
        };
        let names: Vec<String> = hooks.iter().map(|it| text(it, "name")).collect();
        Self {
            effects: !hooks.iter().all(|it| NO_EFFECTS.contains(&&*text(it, "sideEffects"))),
            unknown_versions: hooks.iter().any(unknown),
            same_names: names.iter().enumerate().any(|(at, it)| names[..at].contains(it)),
            values: hooks.iter().any(wrong_selector).then_some(SelectorValues::Any),
        }
    }
}

fn hook(hook: &Field<'_>, lived: &Lived) {
    qualified(&hook.field("name"));
    hook.field("rules").items().for_each(|it| rules::check_rule(&it));
    hook.field("failurePolicy").one_of_where_set(&FAILURE_POLICIES);
    hook.field("matchPolicy").one_of_where_set(&rules::MATCH_POLICIES);
    hook.field("reinvocationPolicy").one_of_where_set(&REINVOCATION_POLICIES);
    let effects = hook.field("sideEffects");
    let legal: &[&str] = if lived.effects { &EFFECTS } else { &NO_EFFECTS };
    if effects.is_set() {
        effects.one_of(legal);
    } else {
        effects.required(&format!("must specify one of {}", legal.join(", ")));
    }
    let timeout = hook.field("timeoutSeconds");
    if timeout.int().is_some_and(|it| !(1..=30).contains(&it)) {
        timeout.invalid("the timeout value must be between 1 and 30 seconds");
    }
    let values = lived.values.unwrap_or(SelectorValues::Strict);
    for name in ["namespaceSelector", "objectSelector"] {
        check_label_selector(&hook.field(name), values);
    }
    let client = hook.field("clientConfig");
    let (url, service) = (client.field("url"), client.field("service"));
    match (url.is_set(), service.is_set()) {
        (true, false) => web::check_url(&url),
        (false, true) => web::check_service(&service),
        _ => client.required("exactly one of url or service is required"),
    }
}

/// `IsFullyQualifiedName`: a DNS name of at least three segments.
fn qualified(name: &Field<'_>) {
    let faults = names::dns_subdomain(name.str());
    if name.is_empty() {
        name.required("");
    } else if !faults.is_empty() {
        name.faults(faults);
    } else if name.str().split('.').count() < 3 {
        name.invalid("should be a domain with at least three segments separated by dots");
    }
}

fn review_versions(versions: &Field<'_>, lived: &Lived) {
    if versions.is_empty() {
        return versions.required("must specify one of v1, v1beta1");
    }
    let mut seen: Vec<&Value> = Vec::new();
    for (value, version) in versions.list().iter().zip(versions.items()) {
        if seen.contains(&value) {
            version.invalid("duplicate version");
            continue;
        }
        seen.push(value);
        version.check(names::dns_1035_label);
    }
    let known = seen.iter().any(|it| it.as_str().is_some_and(|it| REVIEW_VERSIONS.contains(&it)));
    if !known && !lived.unknown_versions {
        versions.invalid("must include at least one of v1, v1beta1");
    }
}
