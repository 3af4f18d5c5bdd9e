//! IP addresses and networks as the server reads them (`apimachinery/pkg/util/validation/ip.go`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::field::Field;

/// The family of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// The family of what is no address is not known.
pub(crate) fn family(text: &str) -> Option<Family> {
    parse(text).map(|it| family_of(&it))
}

/// The family of a network: `10.0.0.0/8`.
pub(crate) fn family_of_network(text: &str) -> Option<Family> {
    parse_network(text).map(|(it, _)| family_of(&it))
}

/// An address that maps one of IPv4 is one of IPv4, as in Go.
fn family_of(address: &IpAddr) -> Family {
    if address.to_canonical().is_ipv4() { Family::V4 } else { Family::V6 }
}

/// Reads an address; numbers of IPv4 may have leading zeros (`ParseIPSloppy`).
pub(crate) fn parse(text: &str) -> Option<IpAddr> {
    if !text.contains(':') {
        return parse_v4(text).map(IpAddr::V4);
    }
    let (head, tail) = text.rsplit_once(':')?;
    if tail.contains('.') {
        let tail = parse_v4(tail)?;
        return format!("{head}:{tail}").parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    text.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let mut parts = text.split('.').map(number);
    let mut next = || parts.next().flatten().and_then(|it| u8::try_from(it).ok());
    let octets = [next()?, next()?, next()?, next()?];
    parts.next().is_none().then(|| octets.into())
}

/// A number of digits only.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Reads a network: an address and the length of its prefix (`ParseCIDRSloppy`).
pub(crate) fn parse_network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, length) = text.split_once('/')?;
    let address = parse(address)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    number(length).filter(|it| *it <= most).map(|length| (address, length))
}

/// A field that holds an address, as fields do since the beginning: `IsValidIPForLegacyField`.
///
/// What the live object already held stays legal.
pub(crate) fn check_address(field: &Field<'_>, live: &[&str]) {
    let text = field.str();
    if live.contains(&text) {
        return;
    }
    match parse(text) {
        None => field.invalid("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        Some(_) if text.parse::<IpAddr>().is_err() => field.invalid("must not have leading 0s"),
        Some(IpAddr::V6(it)) if it.to_ipv4_mapped().is_some() => {
            field.invalid("must not be an IPv4-mapped IPv6 address");
        }
        Some(_) => {}
    }
}

/// A field that holds an address as newer fields do: `IsValidIP`.
pub(crate) fn check_canonical_address(field: &Field<'_>) {
    let before = field.report().len();
    check_address(field, &[]);
    if field.report().len() > before {
        return;
    }
    let printed = parse(field.str()).map(|it| it.to_string()).unwrap_or_default();
    if printed != field.str() {
        field.invalid(&format!("must be in canonical form ({printed:?})"));
    }
}

/// A field that holds a network: `IsValidCIDRForLegacyField`.
///
/// What the live object already held stays legal.
pub(crate) fn check_network(field: &Field<'_>, live: &[&str]) {
    let text = field.str();
    if live.contains(&text) {
        return;
    }
    let Some((address, length)) = parse_network(text) else {
        let wrong = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        return field.invalid(wrong);
    };
    if !is_strict_network(text) {
        field.invalid("must not have leading 0s in IP or prefix length");
    } else if matches!(address, IpAddr::V6(it) if it.to_ipv4_mapped().is_some()) {
        field.invalid("must not have an IPv4-mapped IPv6 address");
    } else if has_host_bits(address, length) {
        field.invalid("must not have bits set beyond the prefix length");
    }
}

/// A field that holds a network as newer fields do: `IsValidCIDR`.
pub(crate) fn check_canonical_network(field: &Field<'_>) {
    let before = field.report().len();
    check_network(field, &[]);
    if field.report().len() > before {
        return;
    }
    if let Some((address, length)) = parse_network(field.str()) {
        let printed = format!("{address}/{length}");
        if printed != field.str() {
            field.invalid(&format!("must be in canonical form ({printed:?})"));
        }
    }
}

/// Whether a network holds another one and is larger; nothing is known of what is none.
pub(crate) fn holds(outer: &str, inner: &str) -> Option<bool> {
    let ((outer, most), (inner, length)) = (parse_network(outer)?, parse_network(inner)?);
    let shared = |a: u128, b: u128, bits: u32| (a ^ b).checked_shr(bits - most).unwrap_or(0) == 0;
    Some(match (outer, inner) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            most < length && shared(u32::from(a).into(), u32::from(b).into(), 32)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => most < length && shared(a.into(), b.into(), 128),
        _ => false,
    })
}

/// An address that can be an endpoint: `ValidateEndpointIP`.
pub(crate) fn check_endpoint(field: &Field<'_>) {
    let Some(address) = parse(field.str()) else { return };
    let (local, local_multicast) = match address {
        IpAddr::V4(it) => (it.is_link_local(), it.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(it) => (it.is_unicast_link_local(), it.segments()[0] & 0xff0f == 0xff02),
    };
    if address.is_unspecified() {
        field.invalid(&format!("may not be unspecified ({})", field.str()));
    }
    if address.is_loopback() {
        field.invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if local {
        field.invalid("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if local_multicast {
        field.invalid("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

fn is_strict_network(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, length)| {
        let zero = length.len() > 1 && length.starts_with('0');
        address.parse::<IpAddr>().is_ok() && !zero
    })
}

fn has_host_bits(address: IpAddr, length: u32) -> bool {
    match address {
        IpAddr::V4(it) => it.to_bits().checked_shl(length).unwrap_or_default() != 0,
        IpAddr::V6(it) => it.to_bits().checked_shl(length).unwrap_or_default() != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::field::Report;
    use super::*;
    use crate::Value;

    /// The messages of a check of one string.
    fn faults(check: fn(&Field<'_>), text: &str) -> Vec<String> {
        let report = Report::default();
        let value = Value::from(text);
        check(&Field::root(&value, &report));
        let messages = report.into_causes().into_iter().map(|it| it.message);
        messages.map(|it| it.rsplit(": ").next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn addresses_are_read_as_go_reads_them() {
        let cases = [
            ("10.9.8.7", Some(Family::V4)),
            ("010.009.008.007", Some(Family::V4)),
            ("::ffff:1.2.3.4", Some(Family::V4)),
            ("::1", Some(Family::V6)),
            ("1.2.3", None),
            ("1.2.3.4.5", None),
            ("1.2.3.256", None),
            ("1.2.3.+4", None),
            ("fe80::1%eth0", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(family(text), expected, "{text}");
        }
    }

    #[test]
    fn new_addresses_are_strict_and_old_ones_stay() {
        let strict: fn(&Field<'_>) = |it| check_address(it, &["01.2.3.4"]);
        assert_eq!(faults(strict, "1.2.3.4"), [""; 0]);
        assert_eq!(faults(strict, "01.2.3.4"), [""; 0]);
        assert_eq!(faults(strict, "1.2.3.04"), ["must not have leading 0s"]);
        assert_eq!(faults(strict, "::ffff:1.2.3.4"), ["must not be an IPv4-mapped IPv6 address"]);
        assert_eq!(faults(strict, "x").len(), 1);
        assert_eq!(faults(check_canonical_address, "2001:db8:0::1").len(), 1);
        assert_eq!(faults(check_canonical_address, "2001:db8::1"), [""; 0]);
    }

    #[test]
    fn a_network_holds_smaller_ones_within_it() {
        let cases = [
            ("10.1.0.0/16", Some(true)),
            ("10.0.0.0/8", Some(false)),
            ("11.0.0.0/16", Some(false)),
            ("::/16", Some(false)),
            ("0.0.0.0/0", Some(false)),
            ("10.1.0.0", None),
        ];
        for (inner, expected) in cases {
            assert_eq!(holds("10.0.0.0/8", inner), expected, "{inner}");
        }
        assert_eq!(holds("::/0", "::1/128"), Some(true));
    }

    #[test]
    fn networks_have_no_bits_beyond_their_prefix() {
        let cases = [
            ("10.0.0.0/8", 0),
            ("0.0.0.0/0", 0),
            ("2001:db8::/64", 0),
            ("::1/128", 0),
            ("10.0.0.1/8", 1),
            ("10.0.0.0/33", 1),
            ("10.0.0.0/08", 1),
            ("010.0.0.0/8", 1),
            ("10.0.0.0", 1),
            ("::ffff:1.2.3.4/128", 1),
        ];
        let check: fn(&Field<'_>) = |it| check_network(it, &[]);
        for (text, expected) in cases {
            assert_eq!(faults(check, text).len(), expected, "{text}");
        }
        assert_eq!(faults(check_canonical_network, "2001:DB8::/64").len(), 1);
    }
}
