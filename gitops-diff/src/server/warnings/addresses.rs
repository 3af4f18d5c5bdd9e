//! Addresses and networks that are not written as they should be
//! (`apimachinery/pkg/util/validation/ip.go`).

use std::net::IpAddr;

use super::Warnings;
use crate::server::validate::addresses::{parse, parse_network};
use crate::server::validate::field::Field;

/// `GetWarningsForIP`.
pub(super) fn warn_of_address(field: &Field<'_>, warnings: &mut Warnings) {
    let text = field.str();
    let Some(address) = parse(text) else { return };
    match text.parse::<IpAddr>() {
        Ok(strict) if !is_mapped(strict) => {
            if strict.is_ipv6() && strict.to_string() != text {
                warnings.of(
                    field,
                    &format!(
                        "IPv6 address {text:?} should be in RFC 5952 canonical format \
                         ({:?})",
                        strict.to_string()
                    ),
                );
            }
        }
        _ => {
            let standard = address.to_canonical().to_string();
            warnings.of(
                field,
                &format!("non-standard IP address {text:?} is invalid: use {standard:?}"),
            );
        }
    }
}

/// `GetWarningsForCIDR`.
pub(super) fn warn_of_network(field: &Field<'_>, warnings: &mut Warnings) {
    let text = field.str();
    let Some((address, length)) = parse_network(text) else { return };
    let network = format!("{}/{length}", masked(address, length));
    if masked(address, length) != address {
        let single = format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 });
        return warnings.of(
            field,
            &format!(
                "CIDR value {text:?} is ambiguous in this context (should be {network:?} or \
                 {single:?}?)"
            ),
        );
    }
    let plain = text.split_once('/').is_some_and(|(ip, bits)| {
        let zeros = bits.len() > 1 && bits.starts_with('0');
        ip.parse::<IpAddr>().is_ok_and(|it| !is_mapped(it)) && !zeros
    });
    if !plain {
        let wrong = format!("non-standard CIDR value {text:?} is invalid: use {network:?}");
        warnings.of(field, &wrong);
    } else if address.is_ipv6() && network != text {
        warnings.of(
            field,
            &format!(
                "IPv6 CIDR value {text:?} should be in RFC 5952 canonical format ({network:?})"
            ),
        );
    }
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(it) if it.to_ipv4_mapped().is_some())
}

/// An address without the bits beyond the length of a prefix.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use crate::server::validate::field::Report;

    fn warned(check: fn(&Field<'_>, &mut Warnings), text: &str) -> Vec<String> {
        let (report, value) = (Report::default(), Value::from(text));
        let mut warnings = Warnings::default();
        check(&Field::root(&value, &report), &mut warnings);
        warnings.0
    }

    #[test]
    fn addresses_are_wished_in_their_standard_form() {
        let cases = [
            ("10.0.0.1", None),
            ("2001:db8::1", None),
            (
                "010.0.0.1",
                Some(": non-standard IP address \"010.0.0.1\" is invalid: use \"10.0.0.1\""),
            ),
            (
                "::ffff:1.2.3.4",
                Some(": non-standard IP address \"::ffff:1.2.3.4\" is invalid: use \"1.2.3.4\""),
            ),
            (
                "2001:DB8::1",
                Some(
                    ": IPv6 address \"2001:DB8::1\" should be in RFC 5952 canonical format \
                     (\"2001:db8::1\")",
                ),
            ),
            ("no", None),
        ];
        for (text, expected) in cases {
            let found = warned(warn_of_address, text);
            assert_eq!(found.first().map(String::as_str), expected, "{text}");
        }
    }

    #[test]
    fn networks_are_wished_without_bits_beyond_their_prefix() {
        let cases = [
            ("10.0.0.0/8", None),
            (
                "10.0.0.1/8",
                Some(
                    ": CIDR value \"10.0.0.1/8\" is ambiguous in this context (should be \
                     \"10.0.0.0/8\" or \"10.0.0.1/32\"?)",
                ),
            ),
            (
                "010.0.0.0/8",
                Some(": non-standard CIDR value \"010.0.0.0/8\" is invalid: use \"10.0.0.0/8\""),
            ),
            (
                "2001:DB8::/32",
                Some(
                    ": IPv6 CIDR value \"2001:DB8::/32\" should be in RFC 5952 canonical format \
                     (\"2001:db8::/32\")",
                ),
            ),
            ("::/0", None),
        ];
        for (text, expected) in cases {
            let found = warned(warn_of_network, text);
            assert_eq!(found.first().map(String::as_str), expected, "{text}");
        }
    }
}
