//! Rules in the Common Expression Language: what stands around the expressions.

use super::{Field, paths, structural};

const REASONS: [&str; 4] =
    ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

pub(super) fn check(schema: &Field<'_>) {
    for rule in schema.field("x-kubernetes-validations").items() {
        message(&rule);
        let text = rule.field("messageExpression");
        if !text.is_empty() && text.str().trim().is_empty() {
            text.required("messageExpression must be non-empty if specified");
        }
        rule.field("reason").one_of_where_set(&REASONS);
        field_path(&rule.field("fieldPath"), schema);
    }
}

fn has_lines(text: &str) -> bool {
    text.contains(['\n', '\r'])
}

fn message(rule: &Field<'_>) {
    let (expression, message) = (rule.field("rule"), rule.field("message"));
    let (trimmed, text) = (expression.str().trim(), message.str().trim());
    if trimmed.is_empty() {
        expression.required("rule is not specified");
    } else if !message.is_empty() && text.is_empty() {
        message.invalid("must be non-empty if specified");
    } else if has_lines(text) {
        message.invalid("must not contain line breaks");
    } else if has_lines(trimmed) && text.is_empty() {
        message.required("message must be specified if rule contains line breaks");
    }
}

fn field_path(path: &Field<'_>, schema: &Field<'_>) {
    if path.is_empty() {
        return;
    }
    if path.str().trim().is_empty() {
        path.invalid("must be non-empty if specified");
    }
    if has_lines(path.str()) {
        path.invalid("must not contain line breaks");
    }
    let legal = !structural::is_convertible(schema.value)
        || paths::resolve(path.str(), schema.value, paths::Notation::Brackets).is_ok();
    if !legal {
        path.invalid("must be a valid path");
    }
}
