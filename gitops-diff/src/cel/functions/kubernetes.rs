//! What Kubernetes adds: quantities, URLs, addresses, networks, versions, formats
//! (`apiserver/pkg/cel/library`).

use std::cmp::Ordering;
use std::net::IpAddr;
use std::rc::Rc;

use crate::cel::value::{Evaluated, Fail, Val};
use crate::golang::Url;
use crate::merge::quantity;
use crate::server::formats;

const NANOS: i128 = 1_000_000_000;

/// Calls a function; `None` where there is none.
pub(super) fn call<'a>(name: &str, args: &[Val<'a>]) -> Option<Evaluated<'a>> {
    if let Some(format) = name.strip_prefix("format.").filter(|it| *it != "named") {
        return Some(Ok(Val::Format(format_named(format)?)));
    }
    let (Val::Str(text), rest) = args.split_first()? else { return None };
    let parsed = match (name, rest) {
        ("quantity" | "isQuantity", []) => quantity_of(text).map(Val::Quantity),
        ("url" | "isURL", []) => Url::parse_request(text).map(|it| Val::Url(Rc::new(it))),
        ("ip" | "isIP", []) => address(text).map(Val::Ip),
        ("cidr" | "isCIDR", []) => network(text).map(|(it, length)| Val::Cidr(it, length)),
        ("semver" | "isSemver", []) => version(text, false),
        ("semver" | "isSemver", [Val::Bool(lenient)]) => version(text, *lenient),
        ("ip.isCanonical", []) => {
            return Some(match address(text) {
                Some(it) => Ok(Val::Bool(it.to_string() == text.as_str())),
                None => Err(Fail::other(format!(
                    "IP Address {text:?} parse error during conversion from string"
                ))),
            });
        }
        ("format.named", []) => {
            return Some(Ok(Val::optional(format_named(text).map(Val::Format))));
        }
        _ => return None,
    };
    if name.starts_with("is") {
        return Some(Ok(Val::Bool(parsed.is_some())));
    }
    Some(parsed.ok_or_else(|| Fail::other(format!("{name}: cannot parse {:?}", text.as_str()))))
}

/// Calls a method; `None` where the value has none of that name.
pub(super) fn method<'a>(name: &str, of: &Val<'a>, args: &[Val<'a>]) -> Option<Evaluated<'a>> {
    match of {
        Val::Quantity(nanos) => of_quantity(name, *nanos, args),
        Val::Url(url) => of_url(name, url, args),
        Val::Ip(address) => of_address(name, *address, args),
        Val::Cidr(address, length) => of_network(name, *address, *length, args),
        Val::Semver(version) => of_version(name, version, args),
        Val::Format(format) => match (name, args) {
            ("validate", [Val::Str(text)]) => {
                let faults = formats::faults(format, text);
                let faults: Vec<Val<'a>> = faults.into_iter().map(Val::str).collect();
                let faults = (!faults.is_empty()).then(|| Val::list(faults));
                Some(Ok(Val::optional(faults)))
            }
            _ => None,
        },
        _ => None,
    }
}

fn quantity_of(text: &str) -> Option<i128> {
    let plain = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
    plain.then(|| quantity::nanos(&text.into()))?
}

#[expect(clippy::cast_precision_loss, reason = "because the result is approximate by name")]
fn of_quantity<'a>(name: &str, nanos: i128, args: &[Val<'a>]) -> Option<Evaluated<'a>> {
    let whole = || i64::try_from(nanos / NANOS).ok().filter(|_| nanos % NANOS == 0);
    let changed = |by: &Val<'a>, sign: i128| {
        let by = match by {
            Val::Quantity(nanos) => *nanos,
            Val::Int(number) => i128::from(*number) * NANOS,
            _ => return None,
        };
        let sum = by.checked_mul(sign).and_then(|it| nanos.checked_add(it));
        Some(sum.map(Val::Quantity).ok_or_else(|| Fail::other("quantity overflow")))
    };
    Some(match (name, args) {
        ("sign", []) => Ok(Val::Int(i64::try_from(nanos.signum()).unwrap_or_default())),
        ("isInteger", []) => Ok(Val::Bool(whole().is_some())),
        ("asInteger", []) => {
            whole().map(Val::Int).ok_or_else(|| Fail::other("cannot convert value to integer"))
        }
        ("asApproximateFloat", []) => Ok(Val::Double(nanos as f64 / NANOS as f64)),
        ("add", [by]) => changed(by, 1)?,
        ("sub", [by]) => changed(by, -1)?,
        (_, [Val::Quantity(other)]) => order(name, nanos.cmp(other))?,
        _ => return None,
    })
}

fn order<'a>(name: &str, order: Ordering) -> Option<Evaluated<'a>> {
    Some(Ok(match name {
        "isGreaterThan" => Val::Bool(order.is_gt()),
        "isLessThan" => Val::Bool(order.is_lt()),
        "compareTo" => Val::Int(match order {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }),
        _ => return None,
    }))
}

fn of_url<'a>(name: &str, url: &Url, args: &[Val<'a>]) -> Option<Evaluated<'a>> {
    if !args.is_empty() {
        return None;
    }
    Some(Ok(match name {
        "getScheme" => Val::str(url.scheme.as_str()),
        "getHost" => Val::str(url.host.as_str()),
        "getHostname" => Val::str(url.hostname()),
        "getPort" => Val::str(url.port()),
        "getEscapedPath" => Val::str(url.escaped_path.as_str()),
        "getQuery" => {
            let mut query = crate::cel::value::Map::default();
            for (name, values) in url.query() {
                let key = Val::str(name);
                let values = Val::list(values.into_iter().map(Val::str).collect());
                query.0.insert(key.key()?, (key, values));
            }
            Val::Map(Rc::new(query))
        }
        _ => return None,
    }))
}

/// An address; those of IPv6 that stand for one of IPv4, and zones, are none.
fn address(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    (address.to_canonical() == address).then_some(address)
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (start, length) = text.split_once('/')?;
    let start = address(start)?;
    let digits = length.bytes().all(|it| it.is_ascii_digit());
    let plain = digits && (length.len() == 1 || !length.starts_with('0'));
    let length = length.parse().ok().filter(|it| plain && *it <= bits(start))?;
    Some((start, length))
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The first bits of an address, the others zero.
fn masked(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(it) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            IpAddr::V4((u32::from(it) & mask).into())
        }
        IpAddr::V6(it) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            IpAddr::V6((u128::from(it) & mask).into())
        }
    }
}

fn of_address<'a>(name: &str, address: IpAddr, args: &[Val<'a>]) -> Option<Evaluated<'a>> {
    if !args.is_empty() {
        return None;
    }
    let is_link_local = match address {
        IpAddr::V4(it) => it.is_link_local(),
        IpAddr::V6(it) => it.is_unicast_link_local(),
    };
    let is_broadcast = matches!(address, IpAddr::V4(it) if it.is_broadcast());
    Some(Ok(Val::Bool(match name {
        "family" => return Some(Ok(Val::Int(if address.is_ipv4() { 4 } else { 6 }))),
        "isUnspecified" => address.is_unspecified(),
        "isLoopback" => address.is_loopback(),
        "isLinkLocalUnicast" => is_link_local,
        "isLinkLocalMulticast" => match address {
            IpAddr::V4(it) => it.octets()[..3] == [224, 0, 0],
            IpAddr::V6(it) => it.segments()[0] & 0xff0f == 0xff02,
        },
        "isGlobalUnicast" => {
            !(is_broadcast
                || address.is_unspecified()
                || address.is_loopback()
                || address.is_multicast()
                || is_link_local)
        }
        _ => return None,
    })))
}

fn of_network<'a>(
    name: &str,
    start: IpAddr,
    length: u32,
    args: &[Val<'a>],
) -> Option<Evaluated<'a>> {
    let holds = |other: IpAddr, bits: u32| {
        let same = start.is_ipv4() == other.is_ipv4();
        Val::Bool(same && bits >= length && masked(other, length) == masked(start, length))
    };
    let wrong = |text: &str| Fail::other(format!("cannot parse {text:?}"));
    Some(match (name, args) {
        ("ip", []) => Ok(Val::Ip(start)),
        ("prefixLength", []) => Ok(Val::Int(i64::from(length))),
        ("masked", []) => Ok(Val::Cidr(masked(start, length), length)),
        ("containsIP", [Val::Ip(other)]) => Ok(holds(*other, bits(*other))),
        ("containsIP", [Val::Str(text)]) => {
            address(text).map(|it| holds(it, bits(it))).ok_or_else(|| wrong(text))
        }
        ("containsCIDR", [Val::Cidr(other, bits)]) => Ok(holds(*other, *bits)),
        ("containsCIDR", [Val::Str(text)]) => {
            network(text).map(|(it, bits)| holds(it, bits)).ok_or_else(|| wrong(text))
        }
        _ => return None,
    })
}

fn version<'a>(text: &str, lenient: bool) -> Option<Val<'a>> {
    let text = if lenient { completed(text) } else { text.to_owned() };
    semver::Version::parse(&text).ok().map(|it| Val::Semver(Rc::new(it)))
}

/// `v1.02` as `1.2.0`.
fn completed(text: &str) -> String {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
    if parts.len() < 3 {
        let last = parts.last().cloned().unwrap_or_default();
        if last.contains(['+', '-']) {
            return text.to_owned();
        }
        parts.resize(3, "0".into());
    }
    parts.join(".")
}

fn without_zeros(part: &str) -> String {
    let rest = part.trim_start_matches('0');
    if part.len() < 2 || rest.starts_with(|it: char| it.is_ascii_digit()) {
        return if part.len() < 2 { part.into() } else { rest.into() };
    }
    format!("0{rest}")
}

fn of_version<'a>(
    name: &str,
    version: &semver::Version,
    args: &[Val<'a>],
) -> Option<Evaluated<'a>> {
    let number = |it: u64| Ok(Val::Int(i64::try_from(it).unwrap_or(i64::MAX)));
    Some(match (name, args) {
        ("major", []) => number(version.major),
        ("minor", []) => number(version.minor),
        ("patch", []) => number(version.patch),
        (_, [Val::Semver(other)]) => order(name, version.cmp_precedence(other))?,
        _ => return None,
    })
}

fn format_named(name: &str) -> Option<&'static str> {
    formats::NAMED.into_iter().find(|it| *it == name)
}
