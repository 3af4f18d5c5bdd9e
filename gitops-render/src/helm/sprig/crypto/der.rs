//! Writes DER (X.690), and the armour of PEM around it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A tag, a length and `content`.
pub(super) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if let Ok(short @ ..0x80) = u8::try_from(content.len()) {
        out.push(short);
    } else {
        let length = content.len().to_be_bytes();
        let zeros = length.iter().take_while(|byte| **byte == 0).count();
        // A length has eight bytes at most.
        out.push(0x80 | u8::try_from(length.len() - zeros).unwrap_or(8));
        out.extend_from_slice(&length[zeros..]);
    }
    out.extend_from_slice(content);
    out
}

pub(super) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

pub(super) fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    tagged(0x31, &parts.concat())
}

/// A number that is not negative, from its bytes, the highest first.
pub(super) fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[zeros..];
    match digits.first() {
        Some(..0x80) => tagged(0x02, digits),
        _ => tagged(0x02, &[&[0], digits].concat()),
    }
}

/// An object identifier, from its content.
pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    tagged(0x06, content)
}

pub(super) fn octets(bytes: &[u8]) -> Vec<u8> {
    tagged(0x04, bytes)
}

/// Whole bytes of bits.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], bytes].concat())
}

pub(super) fn null() -> Vec<u8> {
    tagged(0x05, &[])
}

/// In lines of 64 characters between marks with `label`.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let mut out = format!("-----BEGIN {label}-----\n");
    let text = STANDARD.encode(der);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "\n-----END ";
const DASHES: &str = "-----";

/// The first block of PEM in a text, as Go's `encoding/pem` finds it: its label and what it holds.
/// That is the last beginning before the first end that fits.
pub(super) fn unpem(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(text);
    let mut rest = &*text;
    loop {
        let end = rest.find(END)?;
        let behind = &rest[end + END.len()..];
        if let Some(begin) = rest[..end].rfind(BEGIN)
            && (begin == 0 || rest.as_bytes()[begin - 1] == b'\n')
            && let Some(found) = block(&rest[begin + BEGIN.len()..=end], behind)
        {
            return Some(found);
        }
        rest = behind;
    }
}

/// The block whose label and text are `text`, up to the end of a line, and whose last mark goes
/// on with `behind`.
fn block(text: &str, behind: &str) -> Option<(String, Vec<u8>)> {
    let (first, mut body) = text.split_once('\n')?;
    let label = trimmed(first).strip_suffix(DASHES)?;
    let rest = behind.strip_prefix(label)?.strip_prefix(DASHES)?;
    if !trimmed(rest.split('\n').next().unwrap_or_default()).is_empty() {
        return None;
    }
    while let Some((line, below)) = body.split_once('\n')
        && line.contains(':')
    {
        body = below;
    }
    let coded: String = body.chars().filter(|it| !matches!(it, ' ' | '\t' | '\r' | '\n')).collect();
    Some((label.to_owned(), STANDARD.decode(coded).ok()?))
}

/// A line without the blanks at its end.
fn trimmed(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line).trim_end_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_their_shortest_form() {
        assert_eq!(integer(&[0, 0, 5]), [2, 1, 5]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(tagged(4, &[7; 0x7F])[..2], [4, 0x7F]);
        assert_eq!(tagged(4, &[7; 0x80])[..3], [4, 0x81, 0x80]);
        assert_eq!(tagged(4, &[7; 0x1234])[..4], [4, 0x82, 0x12, 0x34]);
        assert_eq!(sequence(&[null(), bits(&[1])]), [0x30, 6, 5, 0, 3, 2, 0, 1]);
    }

    #[test]
    fn armour_comes_off_again() {
        let der: Vec<u8> = (0..200).collect();
        let armoured = pem("SOME KEY", &der);
        assert!(armoured.lines().all(|line| line.len() <= 64));
        let label = "SOME KEY".to_owned();
        assert_eq!(unpem(armoured.as_bytes()), Some((label.clone(), der.clone())));
        let noise = format!("words\n{}", armoured.replace('\n', "\r\n"));
        assert_eq!(unpem(noise.as_bytes()), Some((label, der)));
        for bad in ["", "-----BEGIN X-----\n", "-----BEGIN X-----\n!\n-----END X-----\n"] {
            assert_eq!(unpem(bad.as_bytes()), None, "{bad}");
        }
    }
}
