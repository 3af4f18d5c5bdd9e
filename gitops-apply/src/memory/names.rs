//! Which names are legal: RFC 1123 and the API server's rules for labels.

use gitops_diff::Value;

use super::resource::Resource;
use super::status::Cause;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
    characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
    'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
    characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  \
    or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const NAME_PART: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and \
    must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or \
    '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric \
    characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. \
    'MyValue',  or 'my_value',  or '12345', regex used for validation is \
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// What is wrong with the name of an object.
pub(super) fn object_name(resource: &Resource, name: &str) -> Option<Cause> {
    let cause = |why: &str| Cause::invalid("metadata.name", &Value::from(name), why);
    if resource.group == "rbac.authorization.k8s.io" || resource.kind == "APIService" {
        return path_segment(name).map(|it| cause(&it));
    }
    let short = matches!(resource.kind.as_str(), "Namespace" | "Service");
    let limit = if short { 63 } else { 253 };
    if name.len() > limit {
        return Some(cause(&format!("must be no more than {limit} bytes")));
    }
    let legal = if short { is_label(name) } else { is_subdomain(name) };
    (!legal).then(|| cause(if short { LABEL } else { SUBDOMAIN }))
}

fn path_segment(name: &str) -> Option<String> {
    if matches!(name, "." | "..") {
        return Some(format!("may not be '{name}'"));
    }
    let bad = ["/", "%"].into_iter().find(|it| name.contains(it))?;
    Some(format!("may not contain '{bad}'"))
}

/// What is wrong with the key of a label or an annotation (of which letters in upper case are
/// allowed in the prefix).
pub(super) fn qualified(key: &str) -> Option<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    match prefix {
        Some("") => return Some("prefix part must be non-empty".into()),
        Some(prefix) if !is_subdomain(prefix) => return Some(format!("prefix part {SUBDOMAIN}")),
        _ => {}
    }
    if name.is_empty() {
        return Some("name part must be non-empty".into());
    }
    if name.len() > 63 {
        return Some("name part must be no more than 63 bytes".into());
    }
    (!is_word(name)).then(|| NAME_PART.into())
}

/// What is wrong with the value of a label.
pub(super) fn label_value(value: &str) -> Option<&'static str> {
    if value.len() > 63 {
        return Some("must be no more than 63 bytes");
    }
    (!value.is_empty() && !is_word(value)).then_some(LABEL_VALUE)
}

pub(super) fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label_of_any_length)
}

pub(super) fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_label_of_any_length(name)
}

fn is_label_of_any_length(name: &str) -> bool {
    let edge = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    framed(name, edge, |it| edge(it) || it == b'-')
}

fn is_word(name: &str) -> bool {
    framed(
        name,
        |it| it.is_ascii_alphanumeric(),
        |it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'),
    )
}

/// Whether all bytes are `inner` and the first and the last are `edge`.
fn framed(name: &str, edge: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    match name.as_bytes() {
        [] => false,
        bytes @ [first, .., last] => {
            edge(*first) && edge(*last) && bytes.iter().all(|it| inner(*it))
        }
        [only] => edge(*only),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_joined_by_dots() {
        for good in ["a", "0", "a-b", "a.b-c.d"] {
            assert!(is_subdomain(good), "{good}");
        }
        for bad in ["", "-", "A", "a_b", "a.", ".a", "a..b", "a-", "-a", "ä"] {
            assert!(!is_subdomain(bad), "{bad}");
        }
        assert!(!is_label("a.b") && !is_label(&"a".repeat(64)));
    }

    #[test]
    fn keys_have_at_most_one_prefix() {
        for good in ["a", "A_b.c", "example.com/a"] {
            assert_eq!(qualified(good), None, "{good}");
        }
        for bad in ["", "a/", "/a", "a/b/c", "Example.com/a", "a b"] {
            assert!(qualified(bad).is_some(), "{bad}");
        }
    }
}
