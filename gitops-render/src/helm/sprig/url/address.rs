//! Whether a text is an IPv6 address, and what is wrong else (Go's `netip.ParseAddr`).

use std::net::Ipv6Addr;

use crate::helm::gofmt::quote;

/// What is wrong with the part of a text.
struct Problem<'a>(&'static str, &'a [u8]);

/// Whether `text` is an IPv6 address, with a zone or without.
pub(super) fn check_ipv6(text: &[u8]) -> Result<(), Vec<u8>> {
    let problem = match text.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b':') if is_ipv6(text) => return Ok(()),
        Some(b':') => ipv6_problem(text),
        Some(b'.') => match ipv4_problem(text) {
            Some(problem) => problem,
            None => return Err(b"invalid IP-literal".to_vec()),
        },
        Some(_) => Problem("missing IPv6 address", b""),
        None => Problem("unable to parse IP", b""),
    };
    let Problem(message, at) = problem;
    let mut error = [b"invalid host: ParseAddr(", &*quote(text), b"): "].concat();
    error.extend_from_slice(message.as_bytes());
    if !at.is_empty() {
        error.extend_from_slice(&[b" (at ", &*quote(at), b")"].concat());
    }
    Err(error)
}

fn is_ipv6(text: &[u8]) -> bool {
    let (address, zone) = match memchr::memchr(b'%', text) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let address = std::str::from_utf8(address).unwrap_or_default();
    address.parse::<Ipv6Addr>().is_ok() && zone.is_none_or(|zone| !zone.is_empty())
}

/// What is wrong with the dotted numbers, if anything is.
fn ipv4_problem(text: &[u8]) -> Option<Problem<'_>> {
    let (mut value, mut digits, mut dots) = (0_u32, 0, 0);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' if digits == 1 && value == 0 => {
                return Some(Problem("IPv4 field has octet with leading zero", b""));
            }
            b'0'..=b'9' => {
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Some(Problem("IPv4 field has value >255", b""));
                }
            }
            b'.' if at == 0 || at + 1 == text.len() || text[at - 1] == b'.' => {
                return Some(Problem("IPv4 field must have at least one digit", &text[at..]));
            }
            b'.' if dots == 3 => return Some(Problem("IPv4 address too long", b"")),
            b'.' => (value, digits, dots) = (0, 0, dots + 1),
            _ => return Some(Problem("unexpected character", &text[at..])),
        }
    }
    (dots < 3).then_some(Problem("IPv4 address too short", b""))
}

/// What is wrong with a text that is no IPv6 address.
fn ipv6_problem(text: &[u8]) -> Problem<'_> {
    let mut rest = text;
    if let Some(zone) = memchr::memchr(b'%', text) {
        if zone + 1 == text.len() {
            return Problem("zone must be a non-empty string", b"");
        }
        rest = &text[..zone];
    }
    let mut fields = 0;
    let mut ellipsis = rest.strip_prefix(b"::").inspect(|after| rest = after).is_some();
    while fields < 8 && !rest.is_empty() {
        let field = match field(rest, fields, ellipsis) {
            Ok(field) => field,
            Err(problem) => return problem,
        };
        fields += field.count;
        rest = &rest[field.length..];
        if rest.is_empty() {
            break;
        }
        rest = match rest {
            [b':'] => return Problem("colon must be followed by more characters", rest),
            [b':', after @ ..] => after,
            _ => return Problem("unexpected character, want colon", rest),
        };
        if let Some(after) = rest.strip_prefix(b":") {
            if ellipsis {
                return Problem("multiple :: in address", rest);
            }
            ellipsis = true;
            rest = after;
        }
    }
    match (rest.is_empty(), ellipsis) {
        (false, _) => Problem("trailing garbage after address", rest),
        (true, true) => Problem("the :: must expand to at least one field of zeros", b""),
        (true, false) => Problem("address string too short", b""),
    }
}

/// A group of an address: how many bytes of text, how many fields of 16 bits.
struct Field {
    length: usize,
    count: usize,
}

fn field(rest: &[u8], fields: usize, ellipsis: bool) -> Result<Field, Problem<'_>> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if length > 4 {
        return Err(Problem("each group must have 4 or less digits", rest));
    }
    if length == 0 {
        let message = "each colon-separated field must have at least one digit";
        return Err(Problem(message, rest));
    }
    if rest.get(length) != Some(&b'.') {
        return Ok(Field { length, count: 1 });
    }
    if !ellipsis && fields != 6 {
        let message = "embedded IPv4 address must replace the final 2 fields of the address";
        return Err(Problem(message, rest));
    }
    if fields + 2 > 8 {
        let message = "too many hex fields to fit an embedded IPv4 at the end of the address";
        return Err(Problem(message, rest));
    }
    match ipv4_problem(rest) {
        Some(problem) => Err(problem),
        None => Ok(Field { length: rest.len(), count: 2 }),
    }
}
