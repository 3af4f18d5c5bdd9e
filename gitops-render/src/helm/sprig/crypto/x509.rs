//! What Go's `crypto/x509` says of bytes that are no certificate, as far as the parts go that
//! stand before the names.

use x509_cert::Certificate;
use x509_cert::der::Decode as _;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xA0;

/// The certificate that `der` is.
///
/// # Errors
/// The text of Go's error.
pub(super) fn parse(der: &[u8]) -> Result<Certificate, String> {
    check(der).map_err(|what| format!("x509: {what}"))?;
    // The rest of the certificate is not told apart.
    Certificate::from_der(der).map_err(|_| "x509: malformed certificate".to_owned())
}

fn check(der: &[u8]) -> Result<(), &'static str> {
    let (mut input, rest) = part(der, SEQUENCE).ok_or("malformed certificate")?;
    let mut tbs = take(&mut input, SEQUENCE).ok_or("malformed tbs certificate")?;
    if tbs.first() == Some(&VERSION) {
        let version = take(&mut tbs, VERSION).and_then(|it| part(it, INTEGER));
        match version.ok_or("malformed version")? {
            ([0x80..=0xFF, ..] | [], _) => return Err("malformed version"),
            ([0..=2], []) => {}
            _ => return Err("invalid version"),
        }
    }
    match take(&mut tbs, INTEGER).ok_or("malformed serial number")? {
        [] => return Err("malformed serial number"),
        [0x80..=0xFF, ..] => return Err("negative serial number"),
        _ => {}
    }
    let inner = take(&mut tbs, SEQUENCE).ok_or("malformed signature algorithm identifier")?;
    let outer = take(&mut input, SEQUENCE).ok_or("malformed algorithm identifier")?;
    if inner != outer {
        return Err("inner and outer signature algorithm identifiers don't match");
    }
    take(&mut tbs, SEQUENCE).ok_or("malformed issuer")?;
    let mut validity = take(&mut tbs, SEQUENCE).ok_or("malformed validity")?;
    check_time(&mut validity)?;
    check_time(&mut validity)?;
    take(&mut tbs, SEQUENCE).ok_or("malformed issuer")?;
    take(&mut tbs, SEQUENCE).ok_or("malformed spki")?;
    if rest.is_empty() { Ok(()) } else { Err("trailing data") }
}

fn check_time(validity: &mut &[u8]) -> Result<(), &'static str> {
    let (length, malformed) = match validity.first() {
        Some(0x17) => (13, "malformed UTCTime"),
        Some(0x18) => (15, "malformed GeneralizedTime"),
        _ => return Err("unsupported time format"),
    };
    let tag = validity[0];
    let text = take(validity, tag).ok_or(malformed)?;
    let is_sound = match text.split_last() {
        Some((b'Z', digits)) => text.len() == length && digits.iter().all(u8::is_ascii_digit),
        // Offsets, which no one writes, are left to whoever reads on.
        _ => text.len() > length && text.first().is_some_and(u8::is_ascii_digit),
    };
    if is_sound { Ok(()) } else { Err(malformed) }
}

/// The content of the part with `tag` that `input` starts with, which is taken off.
fn take<'d>(input: &mut &'d [u8], tag: u8) -> Option<&'d [u8]> {
    let (content, rest) = part(input, tag)?;
    *input = rest;
    Some(content)
}

/// The content of the part with `tag` that `input` starts with, and what stands behind it.
fn part(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match input {
        [found, length @ ..=0x7F, rest @ ..] if *found == tag => (usize::from(*length), rest),
        [found, 0x81, length @ 0x80..=0xFF, rest @ ..] if *found == tag => {
            (usize::from(*length), rest)
        }
        [found, 0x82, high @ 1..=0xFF, low, rest @ ..] if *found == tag => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        [found, 0x83, high @ 1..=0xFF, middle, low, rest @ ..] if *found == tag => {
            let length = u32::from_be_bytes([0, *high, *middle, *low]);
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
