//! Which strings are legal names, keys and values: RFC 1123, RFC 1035 and the server's own rules
//! (`apimachinery/pkg/util/validation`, `pkg/api/validate/content`).

use std::borrow::Cow;

/// What is wrong with a string; nothing where it is legal.
pub(crate) type Faults = Vec<Cow<'static, str>>;

const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
    characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  \
    or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1035: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or \
    '-', start with an alphabetic character, and end with an alphanumeric character (e.g. \
    'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
    characters, '-' or '.', and must start and end with an alphanumeric character (e.g. \
    'example.com', regex used for validation is \
    '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const SUBDOMAIN_WITH_UNDERSCORE: &str = "a lowercase RFC 1123 subdomain must consist of lower \
    case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric \
    character (e.g. 'example.com', regex used for validation is \
    '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid \
    DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end \
    with an alphanumeric character (e.g. '*.example.com', regex used for validation is \
    '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and \
    end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used \
    for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric \
    characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. \
    'MyValue',  or 'my_value',  or '12345', regex used for validation is \
    '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' \
    or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is \
    '[-._a-zA-Z0-9]+')";
const IDENTIFIER: &str = "a valid C identifier must start with alphabetic character or '_', \
    followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or \
    'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' \
    (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. \
    'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

/// The longest DNS label, and the longest value of a label.
const MAX_LABEL: usize = 63;
/// The longest DNS name.
const MAX_SUBDOMAIN: usize = 253;

/// The last segment of a name: `NameIsDNSLabel`, `IsDNS1123Label`.
pub(crate) fn dns_label(name: &str) -> Faults {
    let mut faults = too_long(name, MAX_LABEL, "characters");
    if !is_label(name) {
        let dots = is_subdomain(name);
        faults.push(if dots { "must not contain dots".into() } else { LABEL.into() });
    }
    faults
}

/// A label that starts with a letter: `NameIsDNS1035Label`.
pub(crate) fn dns_1035_label(name: &str) -> Faults {
    let mut faults = too_long(name, MAX_LABEL, "characters");
    if !is_label(name) || name.starts_with(|it: char| it.is_ascii_digit()) {
        faults.push(LABEL_1035.into());
    }
    faults
}

/// Labels joined by dots: `NameIsDNSSubdomain`, `IsDNS1123Subdomain`.
pub(crate) fn dns_subdomain(name: &str) -> Faults {
    let mut faults = too_long(name, MAX_SUBDOMAIN, "characters");
    if !is_subdomain(name) {
        faults.push(SUBDOMAIN.into());
    }
    faults
}

/// The same, where labels may have underscores: `IsDNS1123SubdomainWithUnderscore`.
pub(crate) fn dns_subdomain_with_underscore(name: &str) -> Faults {
    let label = |it: &str| {
        let rest = it.strip_prefix('_').unwrap_or(it);
        framed(rest, is_lower, |it| is_lower(it) || it == b'-' || it == b'_')
    };
    let mut faults = too_long(name, MAX_SUBDOMAIN, "characters");
    if !name.split('.').all(label) {
        faults.push(SUBDOMAIN_WITH_UNDERSCORE.into());
    }
    faults
}

/// `*.` before a subdomain: `IsWildcardDNS1123Subdomain`.
pub(crate) fn wildcard_subdomain(name: &str) -> Faults {
    let mut faults = too_long(name, MAX_SUBDOMAIN, "characters");
    if !name.strip_prefix("*.").is_some_and(is_subdomain) {
        faults.push(WILDCARD.into());
    }
    faults
}

/// The key of a label, of an annotation in lower case, of a taint: `IsQualifiedName`.
pub(crate) fn qualified_name(key: &str) -> Faults {
    let mut faults = Faults::new();
    let (prefix, name) = match key.split_once('/') {
        Some((_, rest)) if rest.contains('/') => {
            let tail = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            return vec![format!("a valid label key {KEY} {tail}").into()];
        }
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    match prefix {
        Some("") => faults.push("prefix part must be non-empty".into()),
        Some(prefix) => {
            let of_prefix = dns_subdomain(prefix).into_iter();
            faults.extend(of_prefix.map(|it| Cow::from(format!("prefix part {it}"))));
        }
        None => {}
    }
    if name.is_empty() {
        faults.push("name part must be non-empty".into());
    } else if name.len() > MAX_LABEL {
        faults.push("name part must be no more than 63 bytes".into());
    }
    if !is_word(name) {
        faults.push(format!("name part {KEY}").into());
    }
    faults
}

/// The value of a label: `IsValidLabelValue`.
pub(crate) fn label_value(value: &str) -> Faults {
    let mut faults = too_long(value, MAX_LABEL, "bytes");
    if !value.is_empty() && !is_word(value) {
        faults.push(LABEL_VALUE.into());
    }
    faults
}

/// A key of a config map or secret: `IsConfigMapKey`.
pub(crate) fn config_key(key: &str) -> Faults {
    let mut faults = too_long(key, MAX_SUBDOMAIN, "characters");
    if key.is_empty() || !key.bytes().all(is_config_byte) {
        faults.push(CONFIG_KEY.into());
    }
    faults.extend(points_upwards(key));
    faults
}

/// The name of an environment variable as it is since 1.32: `IsRelaxedEnvVarName`.
pub(crate) fn env_name(name: &str) -> Faults {
    let mut faults = Faults::new();
    if name.is_empty() {
        faults.push("environment variable name must be non-empty".into());
    }
    if name.bytes().any(|it| !matches!(it, b' '..=b'~') || it == b'=') {
        let only = "a valid environment variable name must consist only of printable ASCII \
            characters other than '='";
        faults.push(only.into());
    }
    faults
}

/// An identifier of the language C: `IsCIdentifier`.
pub(crate) fn identifier(name: &str) -> Faults {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    let digit = name.starts_with(|it: char| it.is_ascii_digit());
    let legal = !name.is_empty() && !digit && name.bytes().all(word);
    if legal { Faults::new() } else { vec![IDENTIFIER.into()] }
}

/// The name of a port: `IsValidPortName`.
pub(crate) fn port_name(name: &str) -> Faults {
    let mut faults = too_long(name, 15, "characters");
    if name.is_empty() || !name.bytes().all(|it| is_lower(it) || it == b'-') {
        let only = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        faults.push(only.into());
    }
    if !name.bytes().any(|it| it.is_ascii_lowercase()) {
        faults.push("must contain at least one letter (a-z)".into());
    }
    if name.contains("--") {
        faults.push("must not contain consecutive hyphens".into());
    }
    if name.starts_with('-') || name.ends_with('-') {
        faults.push("must not begin or end with a hyphen".into());
    }
    faults
}

/// A share in percent: `IsValidPercent`.
pub(crate) fn percent(text: &str) -> Faults {
    let digits = text.strip_suffix('%').unwrap_or_default();
    let legal = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    if legal { Faults::new() } else { vec![PERCENT.into()] }
}

/// The name of an HTTP header: `IsHTTPHeaderName`.
pub(crate) fn header_name(name: &str) -> Faults {
    let byte = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    let legal = !name.is_empty() && name.bytes().all(byte);
    if legal { Faults::new() } else { vec![HEADER.into()] }
}

/// What can stand between two slashes of a request path: `IsPathSegmentName`.
pub(crate) fn path_segment(name: &str) -> Faults {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'").into()];
    }
    path_segment_prefix(name)
}

/// The beginning of such a name: `IsPathSegmentPrefix`.
pub(crate) fn path_segment_prefix(name: &str) -> Faults {
    let contained = ["/", "%"].into_iter().filter(|it| name.contains(it));
    contained.map(|it| format!("may not contain '{it}'").into()).collect()
}

/// The number of a port: `IsValidPortNum`.
pub(crate) fn port_number(port: i64) -> Faults {
    in_range(port, 1, 65535)
}

/// A number between two others, both inclusive: `IsInRange`.
pub(crate) fn in_range(number: i64, least: i64, most: i64) -> Faults {
    let legal = (least..=most).contains(&number);
    let fault = || format!("must be between {least} and {most}, inclusive").into();
    if legal { Faults::new() } else { vec![fault()] }
}

/// The number of a user or a group: `IsValidUserID`, `IsValidGroupID`.
pub(crate) fn unix_id(number: i64) -> Faults {
    in_range(number, 0, i64::from(i32::MAX))
}

/// Whether the name is a DNS label, whatever its length.
pub(crate) fn is_label(name: &str) -> bool {
    framed(name, is_lower, |it| is_lower(it) || it == b'-')
}

/// Whether the name is labels joined by dots, whatever its length.
pub(crate) fn is_subdomain(name: &str) -> bool {
    name.split('.').all(is_label)
}

fn is_word(name: &str) -> bool {
    let edge = |it: u8| it.is_ascii_alphanumeric();
    framed(name, edge, |it| edge(it) || matches!(it, b'-' | b'_' | b'.'))
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_config_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Whether all bytes are `inner` and the first and the last are `edge`.
fn framed(name: &str, edge: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    match name.as_bytes() {
        [] => false,
        [only] => edge(*only),
        [first, between @ .., last] => {
            edge(*first) && edge(*last) && between.iter().all(|it| inner(*it))
        }
    }
}

fn too_long(text: &str, limit: usize, unit: &str) -> Faults {
    let fault = || format!("must be no more than {limit} {unit}").into();
    if text.len() > limit { vec![fault()] } else { Faults::new() }
}

fn points_upwards(name: &str) -> Option<Cow<'static, str>> {
    match name {
        "." => Some("must not be '.'".into()),
        ".." => Some("must not be '..'".into()),
        _ if name.starts_with("..") => Some("must not start with '..'".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every string of `good` obeys the rule, none of `bad`.
    fn check(rule: fn(&str) -> Faults, good: &[&str], bad: &[&str]) {
        for it in good {
            assert_eq!(rule(it), Faults::new(), "{it:?}");
        }
        for it in bad {
            assert_ne!(rule(it), Faults::new(), "{it:?}");
        }
    }

    #[test]
    fn a_label_is_lower_case_and_short() {
        let long = "a".repeat(64);
        check(dns_label, &["a", "0", "a-b", &long[1..]], &["", "-", "A", "a.b", "a-", "-a", &long]);
        check(dns_1035_label, &["a", "a-0"], &["0", "0a", "", "A"]);
        assert_eq!(dns_label("a.b"), ["must not contain dots"]);
    }

    #[test]
    fn a_subdomain_is_labels_joined_by_dots() {
        let long = format!("{}a", "a.".repeat(127));
        check(
            dns_subdomain,
            &["a", "0", "a-b", "a.b-c.d", &long[2..]],
            &["", "-", "A", "a_b", "a.", ".a", "a..b", "a-", "-a", "ä", &long],
        );
        check(dns_subdomain_with_underscore, &["_a", "a_b.c"], &["__a", "a_", "_", "A", "a-"]);
        check(wildcard_subdomain, &["*.a"], &["*", "*.", "a", "*a", "*.*.a"]);
    }

    #[test]
    fn a_key_has_at_most_one_prefix() {
        let long = format!("{}/a", "a".repeat(254));
        check(
            qualified_name,
            &["a", "A_b.c", "example.com/a", "1234/5678", &long[1..]],
            &["", "a/", "/a", "a/b/c", "Example.com/a", "a b", "-a", &long, &"a".repeat(64)],
        );
        assert_eq!(qualified_name("").len(), 2);
    }

    #[test]
    fn a_label_value_may_be_empty() {
        check(label_value, &["", "a", "A_b.c"], &["-a", "a-", "a b", "a/b", &"a".repeat(64)]);
    }

    #[test]
    fn a_config_key_is_a_file_name() {
        check(config_key, &["a", ".a", "A-b_c", "a.."], &["", ".", "..", "..a", "a/b", "a,b"]);
    }

    #[test]
    fn an_environment_variable_is_printable() {
        check(env_name, &["a", "1a", "a b", "..", "a-b"], &["", "a=b", "ä", "a\n"]);
        check(identifier, &["a", "_a1"], &["", "1a", "a-b"]);
    }

    #[test]
    fn a_port_has_a_name_with_a_letter_or_a_number() {
        check(port_name, &["http", "a-1"], &["", "80", "a--b", "-a", "a-", "A", &"a".repeat(16)]);
        for (port, legal) in [(0, false), (1, true), (65535, true), (65536, false)] {
            assert_eq!(port_number(port).is_empty(), legal, "{port}");
        }
    }

    #[test]
    fn percents_headers_and_path_segments() {
        check(percent, &["1%", "093%"], &["", "%", "1", "-1%", "1 %"]);
        check(header_name, &["X-A"], &["", "a b", "a_b"]);
        check(path_segment, &["a:b", "A"], &[".", "..", "a/b", "a%b"]);
        check(path_segment_prefix, &["..", "a:b"], &["a/b", "a%b"]);
        assert!(unix_id(2_147_483_647).is_empty() && !unix_id(-1).is_empty());
    }
}
