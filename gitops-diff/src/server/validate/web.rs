//! How the server reaches a webhook (`apiserver/pkg/util/webhook/validation.go`).

use super::field::Field;
use super::names;

/// `ValidateWebhookURL`: `https://host[/path]`.
pub(crate) fn check_url(url: &Field<'_>) {
    const FORM: &str = "; desired format: https://host[/path]";
    let Some(parts) = Parts::of(url.str()) else {
        return url.required(&format!("url must be a valid URL{FORM}"));
    };
    if !parts.scheme.eq_ignore_ascii_case("https") {
        url.invalid_value(parts.scheme, &format!("'https' is the only allowed URL scheme{FORM}"));
    }
    if parts.host.is_empty() {
        url.invalid_value("", &format!("host must be specified{FORM}"));
    }
    for (part, wrong) in [
        (parts.user, "user information is not permitted in the URL"),
        (parts.fragment, "fragments are not permitted in the URL"),
        (parts.query, "query parameters are not permitted in the URL"),
    ] {
        if let Some(part) = part {
            url.invalid_value(part, wrong);
        }
    }
}

/// The parts of a URL as Go tells them apart.
struct Parts<'u> {
    scheme: &'u str,
    user: Option<&'u str>,
    host: &'u str,
    query: Option<&'u str>,
    fragment: Option<&'u str>,
}

impl<'u> Parts<'u> {
    /// `None` for what is no URL to Go.
    fn of(url: &'u str) -> Option<Self> {
        if url.bytes().any(|it| it < b' ' || it == 0x7f) {
            return None;
        }
        let (rest, fragment) = split(url, '#');
        let (scheme, rest) = scheme(rest)?;
        let (rest, query) = split(rest, '?');
        let rooted = scheme.is_empty() && !rest.starts_with('/');
        let first = rest.split('/').next().unwrap_or_default();
        if rooted && first.contains(':') {
            return None;
        }
        let authority = rest.strip_prefix("//").map(|it| it.split('/').next().unwrap_or_default());
        let (user, host) = match authority.unwrap_or_default().rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority.unwrap_or_default()),
        };
        (is_host(host) && are_escapes(url)).then_some(Self { scheme, user, host, query, fragment })
    }
}

/// What is before and, unless it is empty, after a mark.
fn split(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after).filter(|it| !it.is_empty())),
        None => (text, None),
    }
}

fn scheme(url: &str) -> Option<(&str, &str)> {
    let legal = |it: u8| it.is_ascii_alphanumeric() || b"+-.".contains(&it);
    match url.split_once(':') {
        Some(("", _)) => None,
        Some((scheme, rest)) if scheme.bytes().all(legal) => {
            let letter = scheme.starts_with(|it: char| it.is_ascii_alphabetic());
            Some(if letter { (scheme, rest) } else { ("", url) })
        }
        _ => Some(("", url)),
    }
}

/// A name or address, and a port of digits.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) => (name, port),
            None => return false,
        },
        None => host.rfind(':').map_or((host, ""), |at| host.split_at(at)),
    };
    let digits = port.strip_prefix(':').is_none_or(|it| it.bytes().all(|it| it.is_ascii_digit()));
    let legal = |it: char| !it.is_ascii() || it.is_ascii_graphic() && !"\\^`{|}<>\"".contains(it);
    digits && (port.is_empty() || port.starts_with(':')) && name.chars().all(legal)
}

/// Whether each `%` is followed by two hexadecimal digits.
fn are_escapes(url: &str) -> bool {
    url.split('?').next().unwrap_or_default().split('%').skip(1).all(|it| {
        let digits = it.as_bytes().iter().take(2);
        digits.clone().count() == 2 && digits.clone().all(u8::is_ascii_hexdigit)
    })
}

/// `ValidateWebhookService`; all callers give it name and namespace the wrong way round, so that
/// the server asks for the one where the other is missing.
pub(crate) fn check_service(service: &Field<'_>) {
    for (missing, told) in [("name", "namespace"), ("namespace", "name")] {
        if service.text(missing).is_empty() {
            service.field(told).required("");
        }
    }
    let port = service.field("port");
    port.faults(names::port_number(port.int().unwrap_or_default()));
    path(&service.field("path"));
}

fn path(path: &Field<'_>) {
    let text = path.str();
    if matches!(text, "" | "/") {
        return;
    }
    if text == "//" {
        return path.invalid("segment[0] may not be empty");
    }
    if !text.starts_with('/') {
        path.invalid("must start with a '/'");
    }
    let mut letters = text.chars();
    letters.next();
    let rest = letters.as_str();
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    for (at, segment) in rest.split('/').enumerate() {
        if segment.is_empty() {
            path.invalid(&format!("segment[{at}] may not be empty"));
            continue;
        }
        for fault in names::dns_subdomain(segment) {
            path.invalid(&format!("segment[{at}]: {fault}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use crate::server::validate::field::Report;

    fn faults(check: fn(&Field<'_>), value: &str) -> Vec<String> {
        let report = Report::default();
        let value: Value = serde_json::from_str(value).unwrap();
        check(&Field::root(&value, &report));
        report
            .into_causes()
            .iter()
            .map(|it| format!("{} {}", &it.reason["FieldValue".len()..], it.field))
            .collect()
    }

    #[test]
    fn a_url_is_https_and_a_host() {
        let cases: [(&str, usize); 13] = [
            ("https://a.b/c", 0),
            ("HTTPS://a:443", 0),
            ("https://[::1]:443/x", 0),
            ("http://a", 1),
            ("a.b/c", 2),
            ("https:///a", 1),
            ("https://u:p@a", 1),
            ("https://a?b=c", 1),
            ("https://a#b", 1),
            ("https://a?", 0),
            ("https://a b", 1),
            ("https://a:b", 1),
            ("", 2),
        ];
        for (url, expected) in cases {
            assert_eq!(faults(check_url, &format!("{url:?}")).len(), expected, "{url}");
        }
    }

    #[test]
    fn a_service_has_a_name_a_port_and_a_plain_path() {
        let cases: [(&str, &[&str]); 5] = [
            (r#"{"name":"a","namespace":"b","port":1,"path":"/a/b/"}"#, &[]),
            (r#"{"name":"a","port":0}"#, &["Required name", "Invalid port"]),
            (
                r#"{"name":"a","namespace":"b","port":1,"path":"a"}"#,
                &["Invalid path", "Invalid path"],
            ),
            (r#"{"name":"a","namespace":"b","port":1,"path":"/a//b"}"#, &["Invalid path"]),
            (r#"{"name":"a","namespace":"b","port":1,"path":"//"}"#, &["Invalid path"]),
        ];
        for (service, expected) in cases {
            assert_eq!(faults(check_service, service), expected, "{service}");
        }
    }
}
