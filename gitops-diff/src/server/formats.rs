//! The formats of strings (`kube-openapi/pkg/validation/strfmt`).

use std::sync::OnceLock;

use regex::Regex;

use super::validate::{addresses, names};
use crate::golang::{Url, compile, lenient_duration};

/// The pattern of each format that is one.
const PATTERNS: [(&str, &str); 14] = [
    ("bsonobjectid", "^[0-9a-fA-F]{24}$"),
    ("byte", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$"),
    ("datetime", r"^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(.\d+)?(z|[+-]\d{2}:\d{2})$"),
    ("hexcolor", "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"),
    (
        "hostname",
        r"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$",
    ),
    ("k8slongname", r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
    ("k8sshortname", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
    (
        "mac",
        "^([0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}((:[0-9a-fA-F]{2}){2}|(:[0-9a-fA-F]{2}){14})?|\
         [0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}((-[0-9a-fA-F]{2}){2}|(-[0-9a-fA-F]{2}){14})?|\
         [0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2}((\\.[0-9a-fA-F]{4})|(\\.[0-9a-fA-F]{4}){7})?)$",
    ),
    (
        "rgbcolor",
        r"^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$",
    ),
    ("ssn", r"^\d{3}[- ]?\d{2}[- ]?\d{4}$"),
    ("uuid", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    ("uuid3", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$"),
    ("uuid4", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
    ("uuid5", "(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$"),
];
/// A card's number, without what stands between the digits.
const CARD: &str = r"^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$";

/// Whether a string has a format that the server knows (its name as the schema writes it).
pub(crate) fn fits(format: &str, text: &str) -> bool {
    match format.replace('-', "").as_str() {
        "cidr" => addresses::parse_network(text).is_some(),
        "ipv4" => text.contains('.') && addresses::parse(text).is_some(),
        "ipv6" => text.contains(':') && text.parse::<std::net::Ipv6Addr>().is_ok(),
        "date" => is_date(text),
        "datetime" => is_date_time(text),
        "duration" => lenient_duration(text).is_some(),
        "email" => is_email(text),
        "uri" => is_uri(text),
        "creditcard" => is_card(text),
        "isbn" => is_isbn10(text) || is_isbn13(text),
        "isbn10" => is_isbn10(text),
        "isbn13" => is_isbn13(text),
        "hostname" => {
            matches("hostname", text)
                && text.len() <= 255
                && text.split('.').all(|it| it.len() <= 63)
        }
        "k8sshortname" => text.len() <= 63 && names::is_label(text),
        "k8slongname" => text.len() <= 253 && matches("k8slongname", text),
        "ssn" => text.len() == 11 && matches("ssn", text),
        name => matches(name, text),
    }
}

/// The formats that expressions know by name.
pub(crate) const NAMED: [&str; 13] = [
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime",
];

/// What is wrong with a string of a named format.
pub(crate) fn faults(name: &str, text: &str) -> Vec<String> {
    // Something follows a prefix.
    let prefix = || text.strip_suffix('-').map_or(text.to_owned(), |it| format!("{it}a"));
    let faults = match name {
        "dns1123Label" => names::dns_label(text),
        "dns1123Subdomain" => names::dns_subdomain(text),
        "dns1035Label" => names::dns_1035_label(text),
        "qualifiedName" => names::qualified_name(text),
        "dns1123LabelPrefix" => names::dns_label(&prefix()),
        "dns1123SubdomainPrefix" => names::dns_subdomain(&prefix()),
        "dns1035LabelPrefix" => names::dns_1035_label(&prefix()),
        "labelValue" => names::label_value(text),
        other => {
            let why = match other {
                "uuid" => "does not match the UUID format".to_owned(),
                "byte" => "invalid base64".to_owned(),
                "uri" => format!("parse {text:?}: invalid URI for request"),
                other => format!("invalid {other}"),
            };
            return if fits(other, text) { Vec::new() } else { vec![why] };
        }
    };
    faults.into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Whether a string has the pattern of its format; a format without one takes every string.
fn matches(name: &str, text: &str) -> bool {
    static COMPILED: [OnceLock<Option<Regex>>; PATTERNS.len()] =
        [const { OnceLock::new() }; PATTERNS.len()];
    let Some(at) = PATTERNS.iter().position(|(it, _)| *it == name) else {
        return true;
    };
    let regex = COMPILED[at].get_or_init(|| compile(PATTERNS[at].1).ok());
    regex.as_ref().is_some_and(|it| it.is_match(text))
}

fn is_date(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|it| it.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let dashes = text.len() == 10 && text[4..5] == *"-" && text[7..8] == *"-";
    dashes && (1..=days).contains(&day)
}

fn is_date_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut parts = lower.split('t');
    let (Some(date), Some(time)) = (parts.next(), parts.next()) else {
        return false;
    };
    is_date(date) && matches("datetime", time)
}

/// An address with or without a name: `Ann <ann@example.com>` (`net/mail.ParseAddress`).
fn is_email(text: &str) -> bool {
    let text = text.trim();
    let address = match text.strip_suffix('>').and_then(|it| it.rsplit_once('<')) {
        Some((_, address)) => address,
        None => text,
    };
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let atom = |text: &str| {
        let odd = |it: char| it.is_whitespace() || it.is_control() || "()<>[]:;@\\,\"".contains(it);
        !text.is_empty() && !text.contains(odd)
    };
    let dotted = |text: &str| text.split('.').all(atom);
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let literal = domain.starts_with('[') && domain.ends_with(']');
    (quoted || dotted(local)) && (literal || dotted(domain))
}

/// An absolute URI or path (`net/url.ParseRequestURI`).
fn is_uri(text: &str) -> bool {
    Url::parse_request(text).is_some()
}

fn is_card(text: &str) -> bool {
    static CARDS: OnceLock<Option<Regex>> = OnceLock::new();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let cards = CARDS.get_or_init(|| compile(CARD).ok());
    let sum: u32 = digits.bytes().rev().enumerate().map(luhn).sum();
    cards.as_ref().is_some_and(|it| it.is_match(&digits)) && sum.is_multiple_of(10)
}

/// What a digit counts at its place from the right.
fn luhn((at, digit): (usize, u8)) -> u32 {
    let digit = u32::from(digit - b'0');
    match (at % 2, digit * 2) {
        (0, _) => digit,
        (_, twice) if twice >= 10 => twice % 10 + 1,
        (_, twice) => twice,
    }
}

fn is_isbn10(text: &str) -> bool {
    let text = without_dashes(text);
    let value = |(at, it): (usize, char)| match it {
        'X' if at == 9 => Some(10),
        it => it.to_digit(10),
    };
    let digits: Option<Vec<u32>> = text.chars().enumerate().map(value).collect();
    digits.is_some_and(|it| {
        it.len() == 10
            && (1..).zip(&it).map(|(times, it)| times * it).sum::<u32>().is_multiple_of(11)
    })
}

fn is_isbn13(text: &str) -> bool {
    let digits: Option<Vec<u32>> = without_dashes(text).chars().map(|it| it.to_digit(10)).collect();
    digits.is_some_and(|it| {
        let sum: u32 = it.iter().zip([1, 3].iter().cycle()).map(|(it, times)| it * times).sum();
        it.len() == 13 && sum.is_multiple_of(10)
    })
}

fn without_dashes(text: &str) -> String {
    text.chars().filter(|it| *it != '-' && !it.is_ascii_whitespace()).collect()
}
