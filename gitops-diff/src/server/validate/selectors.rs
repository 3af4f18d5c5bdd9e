//! Labels and what selects by them (`apimachinery/pkg/apis/meta/v1/validation`).

use super::field::Field;
use super::names;
use crate::{Map, Value};

/// Whether values that no label can have are refused in a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SelectorValues {
    /// They are refused.
    Strict,
    /// The live object has such a value already.
    Any,
}

/// Labels: keys and values are refused at the path of the map itself.
pub(crate) fn check_labels(labels: &Field<'_>) {
    for (key, value) in labels.map().into_iter().flat_map(Map::iter) {
        for fault in names::qualified_name(key) {
            labels.invalid_value(key.as_str(), &fault);
        }
        for fault in names::label_value(value.as_str().unwrap_or_default()) {
            labels.invalid_value(value.clone(), &fault);
        }
    }
}

/// A `LabelSelector`, where there is one.
pub(crate) fn check_label_selector(selector: &Field<'_>, values: SelectorValues) {
    check_labels(&selector.field("matchLabels"));
    for expression in selector.field("matchExpressions").items() {
        check_expression(&expression, values);
    }
}

fn check_expression(expression: &Field<'_>, values: SelectorValues) {
    let given = expression.field("values");
    match expression.text("operator") {
        "In" | "NotIn" if given.list().is_empty() => {
            given.required("must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !given.list().is_empty() => {
            given.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => expression.field("operator").invalid("not a valid selector operator"),
    }
    let key = expression.field("key");
    key.faults(names::qualified_name(key.str()));
    if values == SelectorValues::Strict {
        for value in given.items() {
            value.check(names::label_value);
        }
    }
}

/// Whether a live selector has values that no label can have.
pub(crate) fn values_of(live: Option<&Value>) -> SelectorValues {
    let expressions = live.and_then(|it| it.get("matchExpressions")).and_then(Value::as_list);
    let mut given = expressions.into_iter().flatten().filter_map(|it| it.get("values")?.as_list());
    let wrong = |it: &Value| !names::label_value(it.as_str().unwrap_or_default()).is_empty();
    let any = given.any(|it| it.iter().any(wrong));
    if any { SelectorValues::Any } else { SelectorValues::Strict }
}

/// Whether a `LabelSelector` selects by nothing.
pub(crate) fn is_empty(selector: &Value) -> bool {
    let labels = selector.get("matchLabels").and_then(Value::as_map).is_none_or(Map::is_empty);
    let expressions = selector.get("matchExpressions").and_then(Value::as_list);
    labels && expressions.is_none_or(<[Value]>::is_empty)
}

/// Whether a `LabelSelector` selects objects with these labels; `None` where it is no legal
/// selector (`LabelSelectorAsSelector` fails).
pub(crate) fn selects(selector: &Value, labels: Option<&Map>) -> Option<bool> {
    let members = selector.get("matchLabels").and_then(Value::as_map);
    let mut selected = true;
    for (key, value) in members.into_iter().flat_map(Map::iter) {
        let wanted = value.as_str().unwrap_or_default();
        is_legal(key, &[wanted]).then_some(())?;
        selected &= label(labels, key) == Some(wanted);
    }
    let expressions = selector.get("matchExpressions").and_then(Value::as_list);
    for expression in expressions.unwrap_or_default() {
        selected &= expression_selects(expression, labels)?;
    }
    Some(selected)
}

fn expression_selects(expression: &Value, labels: Option<&Map>) -> Option<bool> {
    let text = |name| expression.get(name).and_then(Value::as_str).unwrap_or_default();
    let values = expression.get("values").and_then(Value::as_list).unwrap_or_default();
    let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    is_legal(text("key"), &values).then_some(())?;
    let found = label(labels, text("key"));
    match (text("operator"), values.is_empty()) {
        ("In", false) => Some(found.is_some_and(|it| values.contains(&it))),
        ("NotIn", false) => Some(found.is_none_or(|it| !values.contains(&it))),
        ("Exists", true) => Some(found.is_some()),
        ("DoesNotExist", true) => Some(found.is_none()),
        _ => None,
    }
}

fn is_legal(key: &str, values: &[&str]) -> bool {
    let legal = values.iter().all(|it| names::label_value(it).is_empty());
    legal && names::qualified_name(key).is_empty()
}

fn label<'a>(labels: Option<&'a Map>, key: &str) -> Option<&'a str> {
    labels?.get(key).map(|it| it.as_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::field::Report;
    use super::*;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_selector_selects_by_all_it_names() {
        let labels = value(r#"{"app":"web","tier":"front"}"#);
        let cases = [
            ("{}", Some(true)),
            (r#"{"matchLabels":{"app":"web"}}"#, Some(true)),
            (r#"{"matchLabels":{"app":"web","x":"y"}}"#, Some(false)),
            (r#"{"matchLabels":{"-":"y"}}"#, None),
            (
                r#"{"matchExpressions":[{"key":"app","operator":"In","values":["a","web"]}]}"#,
                Some(true),
            ),
            (
                r#"{"matchExpressions":[{"key":"app","operator":"NotIn","values":["web"]}]}"#,
                Some(false),
            ),
            (
                r#"{"matchExpressions":[{"key":"x","operator":"NotIn","values":["web"]}]}"#,
                Some(true),
            ),
            (r#"{"matchExpressions":[{"key":"x","operator":"Exists"}]}"#, Some(false)),
            (r#"{"matchExpressions":[{"key":"x","operator":"DoesNotExist"}]}"#, Some(true)),
            (r#"{"matchExpressions":[{"key":"app","operator":"In"}]}"#, None),
            (r#"{"matchExpressions":[{"key":"app","operator":"Gt","values":["1"]}]}"#, None),
        ];
        for (selector, expected) in cases {
            assert_eq!(selects(&value(selector), labels.as_map()), expected, "{selector}");
        }
        assert!(is_empty(&value("{}")) && !is_empty(&value(cases[1].0)));
    }

    #[test]
    fn what_is_wrong_with_a_selector_is_told_field_by_field() {
        let selector = value(
            r#"{"matchLabels":{"a b":"-"},"matchExpressions":[
                {"key":"a","operator":"In"},{"key":"a","operator":"Exists","values":["x"]},
                {"key":"","operator":"Gt","values":["-"]}]}"#,
        );
        let found = |values| {
            let report = Report::default();
            check_label_selector(&Field::root(&selector, &report), values);
            report.into_causes().into_iter().map(|it| it.field).collect::<Vec<_>>()
        };
        let mut expected = vec![
            "matchLabels",
            "matchLabels",
            "matchExpressions[0].values",
            "matchExpressions[1].values",
            "matchExpressions[2].operator",
            "matchExpressions[2].key",
            "matchExpressions[2].key",
        ];
        assert_eq!(found(SelectorValues::Any), expected);
        expected.push("matchExpressions[2].values[0]");
        assert_eq!(found(SelectorValues::Strict), expected);
        assert_eq!(values_of(Some(&selector)), SelectorValues::Any);
        assert_eq!(values_of(None), SelectorValues::Strict);
    }
}
