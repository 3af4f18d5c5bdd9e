//! Label and field selectors.

use gitops_diff::{Text, Value};

use super::status::Status;

/// Which objects a request is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<Field>,
}

/// One condition on a label.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Requirement {
    In(Text, Vec<Text>),
    NotIn(Text, Vec<Text>),
    Exists(Text),
    Missing(Text),
    Greater(Text, i64),
    Less(Text, i64),
}

/// One condition on `metadata.name` or `metadata.namespace`.
#[derive(Clone, Debug)]
struct Field {
    pointer: &'static str,
    value: Text,
    equal: bool,
}

impl Selector {
    pub(super) fn read(labels: &str, fields: &str) -> Result<Self, Status> {
        let label_error = |it: &str| {
            let message = format!("unable to parse requirement: `{it}` is no label selector");
            Status::bad_request(message)
        };
        let labels = requirements(labels)
            .map(|it| requirement(it).ok_or_else(|| label_error(it)))
            .collect::<Result<_, _>>()?;
        let fields = fields.split(',').filter(|it| !it.trim().is_empty()).map(field);
        Ok(Self { labels, fields: fields.collect::<Result<_, _>>()? })
    }

    /// Whether everything is selected.
    pub(super) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }

    /// Whether one object is selected by its name.
    pub(super) fn is_name(&self) -> bool {
        self.fields.iter().any(|it| it.pointer == "/metadata/name" && it.equal)
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        self.labels.iter().all(|it| it.matches(object))
            && self.fields.iter().all(|it| it.matches(object))
    }
}

/// Splits at the commas that are not within parentheses.
fn requirements(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let at_comma = move |it: char| {
        depth += match it {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        it == ',' && depth == 0
    };
    text.split(at_comma).map(str::trim).filter(|it| !it.is_empty())
}

fn requirement(text: &str) -> Option<Requirement> {
    if let Some(key) = text.strip_prefix('!') {
        return Some(Requirement::Missing(word(key)?));
    }
    if let Some((head, set)) = text.split_once('(') {
        let values = set.strip_suffix(')')?.split(',').map(|it| Text::from(it.trim())).collect();
        let (key, operator) = head.trim().split_once(char::is_whitespace)?;
        return match operator.trim() {
            "in" => Some(Requirement::In(word(key)?, values)),
            "notin" => Some(Requirement::NotIn(word(key)?, values)),
            _ => None,
        };
    }
    compared(text).or_else(|| Some(Requirement::Exists(word(text)?)))
}

fn compared(text: &str) -> Option<Requirement> {
    let (at, operator) = ["!=", "==", "=", ">", "<"]
        .iter()
        .filter_map(|it| Some((text.find(it)?, *it)))
        .min_by_key(|(at, operator)| (*at, usize::MAX - operator.len()))?;
    let key = word(&text[..at])?;
    let value = text[at + operator.len()..].trim();
    if value.contains(['=', '!', ' ', '<', '>']) {
        return None;
    }
    match operator {
        "!=" => Some(Requirement::NotIn(key, vec![value.into()])),
        ">" => Some(Requirement::Greater(key, value.parse().ok()?)),
        "<" => Some(Requirement::Less(key, value.parse().ok()?)),
        _ => Some(Requirement::In(key, vec![value.into()])),
    }
}

/// A label key; `None` where the text cannot be one.
fn word(text: &str) -> Option<Text> {
    let text = text.trim();
    let legal = |it: char| it.is_ascii_alphanumeric() || "-_./".contains(it);
    (!text.is_empty() && text.chars().all(legal)).then(|| text.into())
}

impl Requirement {
    fn matches(&self, object: &Value) -> bool {
        let label = |key: &Text| object.pointer("/metadata/labels")?.get(key)?.as_str();
        let number = |key| label(key).and_then(|it| it.parse::<i64>().ok());
        match self {
            Self::In(key, values) => label(key).is_some_and(|it| values.iter().any(|v| *v == it)),
            Self::NotIn(key, values) => label(key).is_none_or(|it| values.iter().all(|v| *v != it)),
            Self::Exists(key) => label(key).is_some(),
            Self::Missing(key) => label(key).is_none(),
            Self::Greater(key, bound) => number(key).is_some_and(|it| it > *bound),
            Self::Less(key, bound) => number(key).is_some_and(|it| it < *bound),
        }
    }
}

fn field(text: &str) -> Result<Field, Status> {
    let (key, value, equal) = if let Some((key, value)) = text.split_once("!=") {
        (key, value, false)
    } else {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        (key, value.strip_prefix('=').unwrap_or(value), true)
    };
    let pointer = match key.trim() {
        "metadata.name" => "/metadata/name",
        "metadata.namespace" => "/metadata/namespace",
        "status.phase" => "/status/phase",
        "spec.nodeName" => "/spec/nodeName",
        "type" => "/type",
        "involvedObject.name" => "/involvedObject/name",
        "involvedObject.uid" => "/involvedObject/uid",
        other => {
            return Err(Status::bad_request(format!("field label not supported: {other}")));
        }
    };
    Ok(Field { pointer, value: value.trim().into(), equal })
}

impl Field {
    fn matches(&self, object: &Value) -> bool {
        let value = object.pointer(self.pointer).and_then(Value::as_str).unwrap_or_default();
        (self.value == value) == self.equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(labels: &str, fields: &str) -> bool {
        let object = serde_json::from_str(
            r#"{"metadata":{"name":"a","namespace":"shop","labels":{"app":"web","tier":"3"}}}"#,
        )
        .unwrap();
        Selector::read(labels, fields).unwrap().matches(&object)
    }

    #[test]
    fn labels_are_selected_by_equality_and_by_sets() {
        let cases = [
            ("", true),
            ("app=web", true),
            ("app==web", true),
            ("app!=web", false),
            ("other!=web", true),
            ("app", true),
            ("!app", false),
            ("!other", true),
            ("app in (api, web)", true),
            ("app in (api),tier=3", false),
            ("app notin (api),tier", true),
            ("other in (x)", false),
            ("other notin (x)", true),
            ("tier>2,tier<4", true),
            ("tier>3", false),
        ];
        for (selector, expected) in cases {
            assert_eq!(matches(selector, ""), expected, "{selector}");
        }
    }

    #[test]
    fn fields_are_selected_by_name_and_namespace() {
        let cases = [
            ("metadata.name=a", true),
            ("metadata.name==b", false),
            ("metadata.name!=b,metadata.namespace=shop", true),
        ];
        for (selector, expected) in cases {
            assert_eq!(matches("", selector), expected, "{selector}");
        }
    }

    #[test]
    fn what_is_no_selector_is_refused() {
        for labels in ["a in b", "a in (b", "a b", "=x", "a=b=c", "!", "a,,!"] {
            assert_eq!(Selector::read(labels, "").unwrap_err().code, 400, "{labels}");
        }
        assert_eq!(Selector::read("", "spec.replicas=1").unwrap_err().code, 400);
    }
}
