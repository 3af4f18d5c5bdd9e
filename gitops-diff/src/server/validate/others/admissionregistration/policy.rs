//! Policies in the Common Expression Language.

use super::expressions::{self, Check};
use super::{Edit, FAILURE_POLICIES, Field, REINVOCATION_POLICIES, rules};
use crate::server::validate::{conditions, names};

const MAX_ANNOTATIONS: usize = 20;
/// The longest expression of the value of an annotation, in bytes.
const MAX_ANNOTATION: usize = 5 * 1024;
const REASONS: [&str; 3] = ["Forbidden", "Invalid", "RequestEntityTooLarge"];

pub(super) fn validating(edit: &Edit<'_>, spec: &Field<'_>) {
    let check = policy(edit, spec);
    let (validations, annotations) = (spec.field("validations"), spec.field("auditAnnotations"));
    if validations.is_empty() && annotations.is_empty() {
        let missing = "validations or auditAnnotations must contain at least one item";
        validations.required(missing);
        return annotations.required(missing);
    }
    validations.items().for_each(|it| validation(&it, &check));
    if annotations.list().len() > MAX_ANNOTATIONS {
        annotations.invalid("must not have more than 20 auditAnnotations");
    }
    let policy = edit.new.field("metadata");
    let mut seen = Vec::new();
    for annotation in annotations.items() {
        audit_annotation(&annotation, policy.text("name"), &check);
        let key = annotation.field("key");
        if seen.contains(&key.str()) {
            key.duplicate();
        }
        seen.push(annotation.text("key"));
    }
}

pub(super) fn mutating(edit: &Edit<'_>, spec: &Field<'_>) {
    policy(edit, spec);
    rules::check_mutating(&spec.field("matchConstraints"));
    let mutations = spec.field("mutations");
    if mutations.is_empty() {
        mutations.required("mutations must contain at least one item");
    }
    mutations.items().for_each(|it| mutation(&it));
    let policy = spec.field("reinvocationPolicy");
    if policy.is_empty() {
        policy.required("");
    } else {
        policy.one_of(&REINVOCATION_POLICIES);
    }
}

/// A write of the status.
pub(super) fn status(status: &Field<'_>) {
    let checking = status.field("typeChecking");
    for warning in checking.field("expressionWarnings").items() {
        warning.field("warning").require();
        let reference = warning.field("fieldRef");
        if reference.str().trim().is_empty() {
            reference.required("");
        }
    }
    conditions::check(&status.field("conditions"));
}

/// What policies of both kinds share.
fn policy<'a>(edit: &Edit<'a>, spec: &Field<'a>) -> Check {
    let failure = spec.field("failurePolicy");
    if failure.is_set() {
        failure.one_of(&FAILURE_POLICIES);
    } else {
        failure.required("");
    }
    let parameters = spec.field("paramKind");
    if parameters.is_set() {
        parameter_kind(&parameters);
    }
    let constraints = spec.field("matchConstraints");
    if constraints.is_set() {
        rules::check_resources(&constraints);
        constraints.field("resourceRules").require();
    } else {
        constraints.required("");
    }
    let mut check = Check::of(spec);
    let conditions = spec.field("matchConditions");
    let unchanged = edit.is_update()
        && conditions.is_same(edit.live_at("/spec/matchConditions"))
        && parameters.is_same(edit.live_at("/spec/paramKind"));
    if !unchanged {
        expressions::check_conditions(&conditions, Some(&check));
    }
    for variable in spec.field("variables").items() {
        self::variable(&variable, &mut check);
    }
    check
}

fn parameter_kind(kind: &Field<'_>) {
    let (version, name) = (kind.field("apiVersion"), kind.field("kind"));
    let text = version.str();
    match text.split('/').collect::<Vec<_>>()[..] {
        _ if version.is_empty() => version.required(""),
        ["", ""] => version.invalid("version must be specified"),
        [only] => version.faults(names::dns_1035_label(only)),
        [group, number] => {
            if !group.is_empty() {
                version.faults(names::dns_subdomain(group));
            }
            if number.is_empty() {
                version.invalid("version must be specified");
            } else {
                version.faults(names::dns_1035_label(number));
            }
        }
        _ => version.invalid("unexpected GroupVersion string"),
    }
    if name.is_empty() {
        name.required("");
    } else {
        name.faults(names::dns_1035_label(&name.str().to_lowercase()));
    }
}

fn variable(variable: &Field<'_>, check: &mut Check) {
    let (name, expression) = (variable.field("name"), variable.field("expression"));
    if name.str().trim().is_empty() {
        name.required("name is not specified");
    } else if !expressions::is_identifier(name.str()) {
        name.invalid("must be a valid CEL identifier");
    }
    if expression.str().trim().is_empty() {
        expression.required("expression is not specified");
    } else {
        check.variable(name.str(), &expression);
    }
}

fn validation(validation: &Field<'_>, check: &Check) {
    let expression = validation.field("expression");
    if expression.str().trim().is_empty() {
        expression.required("expression is not specified");
    } else {
        check.condition(&expression);
    }
    let (message, text) = (validation.field("message"), validation.field("messageExpression"));
    match text.str().trim() {
        "" if text.is_empty() => {}
        "" => text.invalid("must be non-empty if specified"),
        _ => check.message(&text),
    }
    match message.str().trim() {
        "" if message.is_empty() => {}
        "" => message.invalid("must be non-empty if specified"),
        line if line.contains(['\n', '\r']) => message.invalid("must not contain line breaks"),
        _ => {}
    }
    validation.field("reason").one_of_where_set(&REASONS);
}

fn audit_annotation(annotation: &Field<'_>, policy: &str, check: &Check) {
    let (key, value) = (annotation.field("key"), annotation.field("valueExpression"));
    if policy.is_empty() {
        key.invalid("requires metadata.name be non-empty");
    } else {
        key.faults(names::qualified_name(&format!("{policy}/{}", key.str())));
    }
    match value.str().trim().len() {
        0 => value.required("valueExpression is not specified"),
        1..=MAX_ANNOTATION => check.annotation(&value),
        _ => value.required("must not exceed 5120 bytes in length"),
    }
}

const PATCHES: [(&str, &str); 2] =
    [("JSONPatch", "jsonPatch"), ("ApplyConfiguration", "applyConfiguration")];

fn mutation(mutation: &Field<'_>) {
    let kind = mutation.field("patchType");
    if kind.is_empty() {
        return kind.required("");
    }
    if !PATCHES.iter().any(|(of, _)| *of == kind.str()) {
        return kind.not_supported(&["ApplyConfiguration", "JSONPatch"]);
    }
    for (of, name) in PATCHES {
        let patch = mutation.field(name);
        let expression = patch.field("expression");
        if of != kind.str() {
            if patch.is_set() {
                patch.invalid(&format!("must not be specified when patchType is {}", kind.str()));
            }
        } else if !patch.is_set() {
            patch.required(&format!("must be specified when patchType is {of}"));
        } else if expression.str().trim().is_empty() {
            expression.required("");
        }
    }
}
