//! Labels of nodes that went out of use (`pkg/api/node`).

use super::Warnings;
use crate::server::validate::field::Field;
use crate::server::validate::names;

const DEPRECATED: [(&str, &str); 8] = [
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    (
        "beta.kubernetes.io/instance-type",
        "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    ),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    (
        "failure-domain.beta.kubernetes.io/region",
        "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
    ),
    (
        "failure-domain.beta.kubernetes.io/zone",
        "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
    ),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
    (
        "scheduler.alpha.kubernetes.io/preferAvoidPods",
        "deprecated since v1.22; use Taints and Tolerations instead",
    ),
];

/// What is said of a label that went out of use.
pub(super) fn deprecated(label: &str) -> Option<&'static str> {
    DEPRECATED.iter().find(|(known, _)| *known == label).map(|(_, why)| *why)
}

/// The keys of a set of labels.
pub(super) fn warn_of_keys(labels: &Field<'_>, warnings: &mut Warnings) {
    for (key, label) in labels.members() {
        if let Some(why) = deprecated(key) {
            warnings.of(&label, why);
        }
    }
}

/// A field that holds the key of a label.
pub(super) fn warn_of_key(key: &Field<'_>, warnings: &mut Warnings) {
    if let Some(why) = deprecated(key.str()) {
        warnings.of(key, &format!("{} is {why}", key.str()));
    }
}

/// The terms by which nodes are selected.
pub(super) fn warn_of_terms(selector: &Field<'_>, warnings: &mut Warnings) {
    for term in selector.field("nodeSelectorTerms").items() {
        warn_of_term(&term, warnings);
    }
}

fn warn_of_term(term: &Field<'_>, warnings: &mut Warnings) {
    for expression in term.field("matchExpressions").items() {
        warn_of_key(&expression.field("key"), warnings);
    }
}

/// A term that is preferred, whose values are not refused.
pub(super) fn warn_of_preference(term: &Field<'_>, warnings: &mut Warnings) {
    for expression in term.field("matchExpressions").items() {
        warn_of_key(&expression.field("key"), warnings);
        for value in expression.field("values").items() {
            for fault in names::label_value(value.str()) {
                warnings.of(&value, &format!("{} is invalid, {fault}", value.str()));
            }
        }
    }
}
