//! What names, labels and other short texts may be (`apimachinery/pkg/util/validation`).
//!
//! Each check answers what is wrong, if something is.

/// What is wrong with a text; `None` where nothing is.
pub(in crate::server) type Complaint = Option<&'static str>;

/// `IsDNS1123Label`.
pub(in crate::server) fn dns_label(text: &str) -> Complaint {
    if text.len() > 63 {
        return Some("must be no more than 63 characters");
    }
    if text.contains('.') && is_subdomain(text) {
        return Some("must not contain dots");
    }
    (!is_label(text, is_lower_or_digit)).then_some(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
         and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', \
         regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    )
}

/// `IsDNS1035Label`.
pub(in crate::server) fn dns_1035_label(text: &str) -> Complaint {
    if text.len() > 63 {
        return Some("must be no more than 63 characters");
    }
    (!is_label(text, |byte| byte.is_ascii_lowercase())).then_some(
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with \
         an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or \
         'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    )
}

/// `IsDNS1123Subdomain`.
pub(in crate::server) fn dns_subdomain(text: &str) -> Complaint {
    if text.len() > 253 {
        return Some("must be no more than 253 characters");
    }
    (!is_subdomain(text)).then_some(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' \
         or '.', and must start and end with an alphanumeric character (e.g. 'example.com', \
         regex used for validation is \
         '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    )
}

/// `IsWildcardDNS1123Subdomain`: `*.` and a subdomain.
pub(in crate::server) fn wildcard_subdomain(text: &str) -> Complaint {
    if text.len() > 253 {
        return Some("must be no more than 253 characters");
    }
    (!text.strip_prefix("*.").is_some_and(is_subdomain)).then_some(
        "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, \
         which must consist of lower case alphanumeric characters, '-' or '.' and end with an \
         alphanumeric character (e.g. '*.example.com', regex used for validation is \
         '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    )
}

/// `IsQualifiedName`: an optional subdomain and a slash, and a name.
pub(in crate::server) fn qualified_name(text: &str) -> Complaint {
    let name = match text.split_once('/') {
        None => text,
        Some(("", _)) => return Some("prefix part must be non-empty"),
        Some((prefix, name)) if !name.contains('/') => {
            if dns_subdomain(prefix).is_some() {
                return Some(
                    "prefix part a lowercase RFC 1123 subdomain must consist of lower case \
                     alphanumeric characters, '-' or '.', and must start and end with an \
                     alphanumeric character",
                );
            }
            name
        }
        Some(_) => {
            return Some(
                "a valid label key must consist of alphanumeric characters, '-', '_' or '.', \
                 and must start and end with an alphanumeric character with an optional DNS \
                 subdomain prefix and '/' (e.g. 'example.com/MyName')",
            );
        }
    };
    match name.len() {
        0 => Some("name part must be non-empty"),
        1..=63 => (!is_name(name)).then_some(
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start \
             and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or \
             '123-abc', regex used for validation is \
             '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        ),
        _ => Some("name part must be no more than 63 characters"),
    }
}

/// `IsValidLabelValue`.
pub(in crate::server) fn label_value(text: &str) -> Complaint {
    if text.len() > 63 {
        return Some("must be no more than 63 bytes");
    }
    (!text.is_empty() && !is_name(text)).then_some(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' \
         or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
         'my_value',  or '12345', regex used for validation is \
         '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    )
}

/// `IsPathSegmentName`: what can be a segment of a URL.
pub(in crate::server) fn path_segment(text: &str) -> Complaint {
    match text {
        "." => Some("may not be '.'"),
        ".." => Some("may not be '..'"),
        _ if text.contains('/') => Some("may not contain '/'"),
        _ if text.contains('%') => Some("may not contain '%'"),
        _ => None,
    }
}

/// `IsValidPortNum`.
pub(in crate::server) fn port_number(number: i64) -> Complaint {
    (!(1..=65535).contains(&number)).then_some("must be between 1 and 65535, inclusive")
}

/// `IsValidPortName`.
pub(in crate::server) fn port_name(text: &str) -> Complaint {
    if text.len() > 15 {
        return Some("must be no more than 15 characters");
    }
    let bytes = text.as_bytes();
    if !bytes.iter().all(|&byte| is_lower_or_digit(byte) || byte == b'-') {
        return Some("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
    }
    if !bytes.iter().any(u8::is_ascii_lowercase) {
        return Some("must contain at least one letter (a-z)");
    }
    if text.contains("--") {
        return Some("must not contain consecutive hyphens");
    }
    (text.starts_with('-') || text.ends_with('-')).then_some("must not begin or end with a hyphen")
}

/// `IsFullyQualifiedDomainName`: a subdomain of labels, with or without a dot at the end.
pub(in crate::server) fn domain(text: &str) -> Complaint {
    let name = text.strip_suffix('.').unwrap_or(text);
    if let Some(complaint) = dns_subdomain(name) {
        return Some(complaint);
    }
    if !name.contains('.') {
        return Some("should be a domain with at least two segments separated by dots");
    }
    name.split('.').any(|it| it.len() > 63).then_some("must be no more than 63 characters")
}

/// `IsFullyQualifiedName`: a subdomain of at least three labels.
pub(in crate::server) fn three_segments(text: &str) -> Complaint {
    dns_subdomain(text).or_else(|| {
        (text.split('.').count() < 3)
            .then_some("should be a domain with at least three segments separated by dots")
    })
}

/// `IsCIdentifier`.
pub(in crate::server) fn c_identifier(text: &str) -> Complaint {
    let starts = text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    let rest = text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    (!starts || !rest).then_some(
        "a valid C identifier must start with alphabetic character or '_', followed by a string \
         of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex \
         used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
    )
}

fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Lower case letters, digits and inner hyphens, the first of the kind `first`.
fn is_label(text: &str, first: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|&byte| first(byte))
        && bytes.last().is_some_and(|&byte| is_lower_or_digit(byte))
        && bytes.iter().all(|&byte| is_lower_or_digit(byte) || byte == b'-')
}

fn is_subdomain(text: &str) -> bool {
    text.split('.').all(|label| is_label(label, is_lower_or_digit))
}

/// Letters, digits and inner `-`, `_`, `.`.
fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_takes_what_the_server_takes() {
        type Check = fn(&str) -> Complaint;
        let long = "a".repeat(64);
        let cases: [(&str, Check, &[&str], &[&str]); 9] = [
            ("label", dns_label, &["a", "0-a"], &["", "-a", "a-", "A", "a.b", &long]),
            ("1035", dns_1035_label, &["a", "v1"], &["", "1v", "a_b", &long]),
            ("subdomain", dns_subdomain, &["a", "a.b-c", &long], &["", ".", "a..b", "a.-b", "a_"]),
            ("wildcard", wildcard_subdomain, &["*.a.b"], &["*", "*a.b", "a.b", "*."]),
            (
                "qualified",
                qualified_name,
                &["a", "A_b.c", "x.io/a"],
                &["", "/a", "a/", "a/b/c", "X/a", "-", &long],
            ),
            ("value", label_value, &["", "a", "A_b.c"], &["-", "a b", &long]),
            ("port", port_name, &["http", "a-1"], &["", "1", "A", "a--b", "-a", "a-", &long]),
            ("three", three_segments, &["a.b.c"], &["a.b", "", "A.b.c"]),
            ("identifier", c_identifier, &["a", "_1"], &["", "1a", "a-b"]),
        ];
        for (name, check, good, bad) in cases {
            for text in good {
                assert_eq!(check(text), None, "{name}: {text}");
            }
            for text in bad {
                assert!(check(text).is_some(), "{name}: {text}");
            }
        }
    }
}
