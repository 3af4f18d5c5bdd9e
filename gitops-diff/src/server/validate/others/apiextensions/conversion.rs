//! How objects are converted between versions.

use super::Field;
use super::demands::{Demand, Demands};
use crate::Value;
use crate::server::validate::names::dns_1035_label;
use crate::server::validate::web;

/// `validateCustomResourceConversion`.
pub(super) fn check(conversion: &Field<'_>, demands: &Demands) {
    if !conversion.is_set() {
        return;
    }
    let (strategy, webhook) = (conversion.field("strategy"), conversion.field("webhook"));
    if strategy.is_empty() {
        strategy.required("");
    } else {
        strategy.one_of(&["None", "Webhook"]);
    }
    // The server's own type has the members of the webhook one level higher.
    let client = conversion.field("webhookClientConfig");
    let reviewed = conversion.field("conversionReviewVersions");
    let (given, versions) =
        (webhook.field("clientConfig"), webhook.field("conversionReviewVersions"));
    let (client, reviewed) = (client.with(given.value), reviewed.with(versions.value));
    if strategy.str() == "Webhook" {
        reached(&client);
        review_versions(&reviewed, demands);
        return;
    }
    if client.is_set() {
        client.forbidden("should not be set when strategy is not set to Webhook");
    }
    if !reviewed.is_empty() {
        reviewed.forbidden("should not be set when strategy is not set to Webhook");
    }
}

fn reached(client: &Field<'_>) {
    let (url, service) = (client.field("url"), client.field("service"));
    match (url.is_set(), service.is_set()) {
        _ if !client.is_set() => client.required("required when strategy is set to Webhook"),
        (true, false) => web::check_url(&url),
        (false, true) => web::check_service(&service),
        _ => client.required("exactly one of url or service is required"),
    }
}

fn review_versions(versions: &Field<'_>, demands: &Demands) {
    if versions.is_empty() {
        return versions.required("");
    }
    let mut seen: Vec<&Value> = Vec::new();
    for (value, version) in versions.list().iter().zip(versions.items()) {
        if seen.contains(&value) {
            version.invalid("duplicate version");
            continue;
        }
        seen.push(value);
        version.check(dns_1035_label);
    }
    let known = |it: &&Value| matches!(it.as_str(), Some("v1" | "v1beta1"));
    if demands.makes(Demand::ReviewVersions) && !seen.iter().any(known) {
        versions.invalid("must include at least one of v1, v1beta1");
    }
}
