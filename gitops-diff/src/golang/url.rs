//! URLs of requests (`net/url.ParseRequestURI`).

use std::fmt::Write as _;

/// An absolute URI or path, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: String,
    /// With its port.
    pub(crate) host: String,
    /// As it was written where that is valid.
    pub(crate) escaped_path: String,
    query: String,
}

impl Url {
    /// Reads a URI; a fragment is part of the path.
    pub(crate) fn parse_request(text: &str) -> Option<Self> {
        if text.is_empty() || text.bytes().any(|it| it < 0x20 || it == 0x7f) {
            return None;
        }
        let mut url = Self {
            scheme: String::new(),
            host: String::new(),
            escaped_path: String::new(),
            query: String::new(),
        };
        if text == "*" {
            url.escaped_path = "*".into();
            return Some(url);
        }
        let rest = url.take_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        url.query = query.into();
        if !rest.starts_with('/') {
            // What has a scheme and no slash is opaque.
            return (!url.scheme.is_empty()).then_some(url);
        }
        let path = url.take_host(rest)?;
        url.escaped_path = escaped(path)?;
        Some(url)
    }

    fn take_scheme<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let scheme = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
        let end = text.find(|it: char| !scheme(it)).unwrap_or(text.len());
        let starts = text.starts_with(|it: char| it.is_ascii_alphabetic());
        match text[end..].strip_prefix(':') {
            Some(_) if end == 0 => None,
            Some(rest) if starts => {
                self.scheme = text[..end].to_ascii_lowercase();
                Some(rest)
            }
            _ => Some(text),
        }
    }

    fn take_host<'t>(&mut self, rest: &'t str) -> Option<&'t str> {
        let Some(after) = rest.strip_prefix("//").filter(|_| !self.scheme.is_empty()) else {
            return Some(rest);
        };
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        let host = match authority.rsplit_once('@') {
            Some((user, _)) if !is_user(user) => return None,
            Some((_, host)) => host,
            None => authority,
        };
        self.host = read_host(host)?;
        Some(path)
    }

    /// The host without its port and brackets.
    pub(crate) fn hostname(&self) -> &str {
        let host = split_port(&self.host).0;
        host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host)
    }

    /// The port; empty where there is none.
    pub(crate) fn port(&self) -> &str {
        split_port(&self.host).1
    }

    /// The parameters of the query in the order of their names; what cannot be decoded is left
    /// out.
    pub(crate) fn query(&self) -> Vec<(String, Vec<String>)> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for part in self.query.split('&').filter(|it| !it.is_empty() && !it.contains(';')) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let decode = |text: &str| unescaped(&text.replace('+', " "));
            let (Some(name), Some(value)) = (decode(name), decode(value)) else { continue };
            match found.iter_mut().find(|(it, _)| *it == name) {
                Some((_, values)) => values.push(value),
                None => found.push((name, vec![value])),
            }
        }
        found.sort();
        found
    }
}

fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    }
}

fn is_user(user: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(it);
    user.chars().all(allowed) && unescaped(user).is_some()
}

fn read_host(host: &str) -> Option<String> {
    let after = match host.strip_prefix('[') {
        Some(rest) => &rest[rest.rfind(']')? + 1..],
        None => host.rfind(':').map_or("", |at| &host[at..]),
    };
    let port = after
        .strip_prefix(':')
        .map_or(after.is_empty(), |port| port.bytes().all(|it| it.is_ascii_digit()));
    let allowed = |it: char| {
        !it.is_ascii() || it.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(it)
    };
    if !port || !host.chars().all(allowed) {
        return None;
    }
    // Only what is not ASCII may be escaped.
    let bytes = unescaped(host)?;
    let escapes_ascii = host.contains('%') && bytes.is_ascii();
    (!escapes_ascii).then_some(bytes)
}

/// A path as it was written, or escaped where it has to be; `None` where escapes are broken.
fn escaped(path: &str) -> Option<String> {
    let plain = |it: u8| it.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:@[]/%".contains(&it);
    if path.bytes().all(plain) {
        return unescaped_bytes(path).map(|_| path.to_owned());
    }
    let mut text = String::new();
    for byte in unescaped_bytes(path)? {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _infallible = write!(text, "%{byte:02X}");
        }
    }
    Some(text)
}

fn unescaped(text: &str) -> Option<String> {
    unescaped_bytes(text).map(|it| String::from_utf8_lossy(&it).into_owned())
}

fn unescaped_bytes(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_read_as_in_go() {
        let cases = [
            ("https://example.com:80/path?k=v", Some(("https", "example.com:80", "/path"))),
            ("/absolute/path", Some(("", "", "/absolute/path"))),
            ("mailto:a@b", Some(("mailto", "", ""))),
            ("https://[::1]:80/", Some(("https", "[::1]:80", "/"))),
            ("https://user:pw@host/%20", Some(("https", "host", "/%20"))),
            ("HTTP://h/a b", Some(("http", "h", "/a%20b"))),
            ("../relative", None),
            ("example.com", None),
            (":nothing", None),
            ("https://a:b/", None),
            ("https://host/%zz", None),
            ("https://a b/", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let url = Url::parse_request(text);
            let parts = url
                .as_ref()
                .map(|it| (it.scheme.as_str(), it.host.as_str(), it.escaped_path.as_str()));
            assert_eq!(parts, expected, "{text}");
        }
    }

    #[test]
    fn hosts_and_queries_come_apart() {
        let url = Url::parse_request("https://[::1]:80/?b=2&a=1&b=%20+").unwrap();
        assert_eq!((url.hostname(), url.port()), ("::1", "80"));
        let query = url.query();
        assert_eq!(query[0], ("a".into(), vec!["1".into()]));
        assert_eq!(query[1], ("b".into(), vec!["2".into(), "  ".into()]));
    }
}
