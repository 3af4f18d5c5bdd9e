//! Conditions of a status (`metav1.Condition`: `ValidateConditions`).

use super::field::Field;
use super::names;

const MAX_REASON: usize = 1024;
const MAX_MESSAGE: usize = 32 * 1024;

pub(crate) fn check(conditions: &Field<'_>) {
    let mut seen = Vec::new();
    for condition in conditions.items() {
        let kind = condition.field("type");
        if seen.contains(&kind.str()) {
            kind.duplicate();
        }
        seen.push(condition.text("type"));
        check_one(&condition);
    }
}

fn check_one(condition: &Field<'_>) {
    condition.field("type").check(names::qualified_name);
    condition.field("status").one_of(&["False", "True", "Unknown"]);
    condition.field("observedGeneration").not_negative();
    condition.field("lastTransitionTime").require();
    let (reason, message) = (condition.field("reason"), condition.field("message"));
    reason.require();
    if !reason.is_empty() && !is_reason(reason.str()) {
        reason.invalid(
            "a condition reason must start with alphabetic character, optionally followed by a \
             string of alphanumeric characters or '_,:', and must end with an alphanumeric \
             character or '_'",
        );
    }
    if reason.str().len() > MAX_REASON {
        reason.too_long(MAX_REASON);
    }
    if message.str().len() > MAX_MESSAGE {
        message.too_long(MAX_MESSAGE);
    }
}

fn is_reason(reason: &str) -> bool {
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    reason.starts_with(|it: char| it.is_ascii_alphabetic())
        && reason.ends_with(plain)
        && reason.chars().all(|it| plain(it) || it == ',' || it == ':')
}
