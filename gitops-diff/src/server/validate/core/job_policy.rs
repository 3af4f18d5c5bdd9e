//! When a job has failed, and when it has succeeded.

use std::collections::BTreeSet;

use super::super::field::Field;
use super::super::names;
use crate::Value;

const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;
const MAX_INDEXES: usize = 64 * 1024;

pub(super) fn check_failure_policy(spec: &Field<'_>) {
    let policy = spec.field("podFailurePolicy");
    let rules = policy.field("rules");
    if rules.list().len() > MAX_RULES {
        rules.too_many(MAX_RULES);
    }
    for rule in rules.items() {
        check_failure_rule(&rule, spec);
    }
}

fn check_failure_rule(rule: &Field<'_>, spec: &Field<'_>) {
    let action = rule.field("action");
    match action.str() {
        "" => action.required("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"),
        "FailIndex" if !spec.has("backoffLimitPerIndex") => {
            action.invalid("requires the backoffLimitPerIndex to be set");
        }
        _ => action.one_of(&["Count", "FailIndex", "FailJob", "Ignore"]),
    }
    let (codes, conditions) = (rule.field("onExitCodes"), rule.field("onPodConditions"));
    if codes.is_set() {
        check_exit_codes(&codes, spec);
    }
    check_conditions(&conditions);
    match (codes.is_set(), !conditions.list().is_empty()) {
        (true, true) => {
            rule.invalid("specifying both OnExitCodes and OnPodConditions is not supported");
        }
        (false, false) => {
            rule.invalid("specifying one of OnExitCodes and OnPodConditions is required");
        }
        _ => {}
    }
}

fn check_conditions(conditions: &Field<'_>) {
    if conditions.list().len() > MAX_RULES {
        conditions.too_many(MAX_RULES);
    }
    for pattern in conditions.items() {
        let (kind, status) = (pattern.field("type"), pattern.field("status"));
        kind.with(&kind.str().into()).check(names::qualified_name);
        if status.is_empty() {
            status.required("valid values: [\"False\" \"True\" \"Unknown\"]");
        } else {
            status.one_of(&["False", "True", "Unknown"]);
        }
    }
}

fn check_exit_codes(codes: &Field<'_>, spec: &Field<'_>) {
    let (operator, name, values) =
        (codes.field("operator"), codes.field("containerName"), codes.field("values"));
    if operator.is_empty() {
        operator.required("valid values: [\"In\" \"NotIn\"]");
    } else {
        operator.one_of(&["In", "NotIn"]);
    }
    if name.is_set() && !has_container(spec, name.value) {
        name.invalid("must be one of the container or initContainer names in the pod template");
    }
    if values.list().is_empty() {
        values.invalid("at least one value is required");
    } else if values.list().len() > MAX_EXIT_CODES {
        values.too_many(MAX_EXIT_CODES);
    }
    let (mut seen, mut last, mut ordered) = (BTreeSet::new(), i64::MIN, true);
    for value in values.items() {
        let code = value.int().unwrap_or_default();
        if operator.str() == "In" && code == 0 {
            value.invalid("must not be 0 for the In operator");
        }
        if !seen.insert(code) {
            value.duplicate();
        }
        ordered &= last <= code;
        last = code;
    }
    if !ordered {
        values.invalid("must be ordered");
    }
}

fn has_container(spec: &Field<'_>, name: &Value) -> bool {
    ["containers", "initContainers"].into_iter().any(|list| {
        let list = spec.value.pointer(&format!("/template/spec/{list}")).and_then(Value::as_list);
        list.unwrap_or_default().iter().any(|it| it.get("name") == Some(name))
    })
}

pub(super) fn check_success_policy(spec: &Field<'_>) {
    let policy = spec.field("successPolicy");
    if !policy.is_set() {
        return;
    }
    if spec.text("completionMode") != "Indexed" {
        return policy.invalid("requires indexed completion mode");
    }
    let rules = policy.field("rules");
    if rules.list().is_empty() {
        rules.required("at least one rules must be specified when the successPolicy is specified");
    }
    if rules.list().len() > MAX_RULES {
        rules.too_many(MAX_RULES);
    }
    let completions = spec.field("completions").int().unwrap_or_default();
    for rule in rules.items() {
        check_success_rule(&rule, completions);
    }
}

fn check_success_rule(rule: &Field<'_>, completions: i64) {
    let (count, indexes) = (rule.field("succeededCount"), rule.field("succeededIndexes"));
    if !count.is_set() && !indexes.is_set() {
        rule.required("at least one of succeededCount or succeededIndexes must be specified");
    }
    let mut total = None;
    if indexes.is_set() {
        if indexes.str().len() > MAX_INDEXES {
            indexes.too_long(MAX_INDEXES);
        }
        let counted = count_indexes(indexes.str(), completions);
        if let Err(why) = &counted {
            indexes.invalid(&format!("error parsing succeededIndexes: {why}"));
        }
        total = Some(counted.unwrap_or_default());
    }
    count.not_negative();
    let asked = count.int().unwrap_or_default();
    if asked > completions {
        let of = "the number of specified completions";
        count.invalid(&format!("must be less than or equal to {completions} ({of})"));
    }
    if let Some(total) = total.filter(|it| count.is_set() && asked > *it) {
        let of = "the number of indexes in the specified succeededIndexes field";
        count.invalid(&format!("must be less than or equal to {total} ({of})"));
    }
}

/// How many indexes `1,3-5` names.
pub(super) fn count_indexes(text: &str, completions: i64) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let (mut last, mut total) = (None, 0_i64);
    for interval in text.split(',') {
        let (first, end) = read_interval(interval, completions)?;
        if last.is_some_and(|it| it >= first) {
            return Err("non-increasing order".into());
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

/// The first and the last index of `3-5`.
pub(super) fn read_interval(text: &str, completions: i64) -> Result<(i64, i64), String> {
    let mut parts = text.split('-').map(|it| {
        let index: i64 = it
            .parse()
            .map_err(|_| format!("cannot convert string to integer for index: {it:?}"))?;
        if index < completions { Ok(index) } else { Err(format!("too large index: {it:?}")) }
    });
    let first = parts.next().unwrap_or(Ok(0))?;
    let Some(last) = parts.next().transpose()? else { return Ok((first, first)) };
    if parts.next().is_some() {
        return Err(format!("the fragment {text:?} has more than two parts"));
    }
    if first >= last { Err("non-increasing order".into()) } else { Ok((first, last)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_rise_and_stay_below_the_completions() {
        let cases = [
            ("", Some(0)),
            ("0", Some(1)),
            ("1,3-5,9", Some(5)),
            ("3-3", None),
            ("5-3", None),
            ("1,1", None),
            ("3,1", None),
            ("10", None),
            ("1-10", None),
            ("1-2-3", None),
            ("a", None),
            ("1,", None),
        ];
        for (text, expected) in cases {
            assert_eq!(count_indexes(text, 10).ok(), expected, "{text}");
        }
    }
}
