//! How much of a device one request may take.

use super::{Field, at_most, distinct, names};
use crate::server::validate::quantity::Quantity;

const MAX_VALUES: usize = 10;

/// The capacities of a device; only devices that are shared have a policy.
pub(super) fn check(device: &Field<'_>) {
    let capacities = device.field("capacity");
    let shared = device.field("allowMultipleAllocations").is_true();
    for (name, capacity) in capacities.members() {
        names::check_qualified(name, &capacities);
        let request_policy = capacity.field("requestPolicy");
        if !request_policy.is_set() {
        } else if shared {
            policy(&request_policy, Quantity::of(capacity.field("value").value));
        } else {
            request_policy.forbidden("allowMultipleAllocations must be true");
        }
    }
}

fn policy(policy: &Field<'_>, most: Quantity) {
    let (values, range) = (policy.field("validValues"), policy.field("validRange"));
    let default = policy.field("default");
    let listed = !values.is_empty();
    if listed && range.is_set() {
        return policy.forbidden(
            "exactly one policy can be specified, cannot specify \"validValues\" and \
             \"validRange\" at the same time",
        );
    }
    if (listed || range.is_set()) && !default.is_set() {
        let by = if listed { "validValues" } else { "validRange" };
        return default.required(&format!("required when {by} is defined"));
    }
    if listed {
        self::values(&values, &default, most);
    } else if range.is_set() {
        self::range(&range, Quantity::of(default.value), most);
    }
}

fn values(values: &Field<'_>, default: &Field<'_>, most: Quantity) {
    for (at, pair) in values.list().windows(2).enumerate() {
        if Quantity::of(&pair[0]) > Quantity::of(&pair[1]) {
            values.item(at + 1).invalid("values must be sorted in ascending order");
        }
    }
    let mut found = false;
    if at_most(values, MAX_VALUES) {
        for value in values.items() {
            let amount = Quantity::of(value.value);
            found |= amount == Quantity::of(default.value);
            if amount > most {
                value.invalid("option is larger than capacity value");
            }
        }
        distinct(values, |it| (whole(Quantity::of(it.value)), it.value.clone()));
    }
    if !found {
        values.invalid_value(
            default.value.clone(),
            "default value is not valid according to the \
                requestPolicy",
        );
    }
}

fn range(range: &Field<'_>, default: Quantity, most: Quantity) {
    let (min, max, step) = (range.field("min"), range.field("max"), range.field("step"));
    if !min.is_set() {
        return min.required("required when validRange is defined");
    }
    let amount = |it: &Field<'_>| Quantity::of(it.value);
    let least = amount(&min);
    if least > most {
        min.invalid("min is larger than capacity value");
    }
    if default < least {
        min.invalid("default is less than min");
    }
    if max.is_set() {
        if least > amount(&max) {
            max.invalid("min is larger than max");
        }
        if amount(&max) > most {
            max.invalid("max is larger than capacity value");
        }
        if default > amount(&max) {
            max.invalid("default is more than max");
        }
    }
    if step.is_set() {
        if least.nanos().saturating_add(amount(&step).nanos()) > most.nanos() {
            step.invalid("one step is larger than capacity value");
        }
        let ends = max.is_set().then(|| amount(&max));
        for end in [Some(default), ends].into_iter().flatten() {
            let steps = (whole(end) - whole(least)).checked_rem(whole(amount(&step)));
            if steps != Some(0) {
                step.invalid("value is not a multiple of a given step");
            }
        }
    }
}

/// `Quantity.Value`: rounded up to a whole number.
fn whole(amount: Quantity) -> i128 {
    let nanos = amount.nanos();
    nanos.div_euclid(1_000_000_000) + i128::from(nanos.rem_euclid(1_000_000_000) != 0)
}
