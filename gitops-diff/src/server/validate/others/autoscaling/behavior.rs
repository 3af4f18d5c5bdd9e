//! How fast an autoscaler scales up and down.

use super::Field;
use crate::server::validate::quantity;

const MAX_WINDOW: i64 = 3600;
const MAX_PERIOD: i64 = 1800;

/// `validateScalingRules`.
pub(super) fn check(rules: &Field<'_>) {
    if !rules.is_set() {
        return;
    }
    let window = rules.field("stabilizationWindowSeconds");
    match window.int() {
        Some(..=-1) => window.invalid("must be greater than or equal to zero"),
        Some(seconds) if seconds > MAX_WINDOW => {
            window.invalid("must be less than or equal to 3600");
        }
        _ => {}
    }
    rules.field("selectPolicy").one_of_where_set(&["Disabled", "Max", "Min"]);
    let policies = rules.field("policies");
    if policies.is_empty() {
        policies.required("must specify at least one Policy");
    }
    policies.items().for_each(|it| policy(&it));
    quantity::check_not_negative(&rules.field("tolerance"));
}

fn policy(policy: &Field<'_>) {
    policy.field("type").one_of(&["Percent", "Pods"]);
    policy.field("value").positive();
    let period = policy.field("periodSeconds");
    period.positive();
    if period.int().is_some_and(|it| it > MAX_PERIOD) {
        period.invalid("must be less than or equal to 1800");
    }
}
