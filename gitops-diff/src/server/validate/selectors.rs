//! Label selectors (`ValidateLabelSelector`) and sets of labels.

use super::field::Field;
use super::names;
use crate::server::Cause;

/// Refuses what is no label selector; nothing is fine.
pub(in crate::server) fn check(selector: &Field<'_>, causes: &mut Vec<Cause>) {
    check_except_values(selector, causes);
    for requirement in selector.at("matchExpressions").items() {
        for value in requirement.at("values").items() {
            value.must(names::label_value(value.text()), causes);
        }
    }
}

/// The same, but takes any value in `matchExpressions`: for objects that lived with such.
pub(in crate::server) fn check_except_values(selector: &Field<'_>, causes: &mut Vec<Cause>) {
    labels(&selector.at("matchLabels"), causes);
    for requirement in selector.at("matchExpressions").items() {
        operator(&requirement, causes);
        let key = requirement.at("key");
        key.must(names::qualified_name(key.text()), causes);
    }
}

/// Whether a value in `matchExpressions` is no label value (`LabelSelectorHasInvalidLabelValue`).
pub(in crate::server) fn has_invalid_values(selector: &Field<'_>) -> bool {
    selector.at("matchExpressions").items().any(|requirement| {
        let wrong = |value: Field<'_>| names::label_value(value.text()).is_some();
        requirement.at("values").items().any(wrong)
    })
}

/// Refuses what are no labels; the whole map is named, not the member.
pub(in crate::server) fn labels(labels: &Field<'_>, causes: &mut Vec<Cause>) {
    for (key, value) in labels.members() {
        labels.must(names::qualified_name(key), causes);
        labels.must(names::label_value(value.text()), causes);
    }
}

fn operator(requirement: &Field<'_>, causes: &mut Vec<Cause>) {
    let (operator, values) = (requirement.at("operator"), requirement.at("values"));
    match operator.text() {
        "In" | "NotIn" if values.is_empty() => {
            causes.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => causes.push(
            values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        ),
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => causes.push(operator.invalid("not a valid selector operator")),
    }
}
