//! What certificates and requests are made of, as far as it is seen without their keys: the
//! armour (RFC 7468) and the outermost layer of the encoding (X.690).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What is wrong with a request, in base64; its signature is not verified.
pub(super) fn wrong_request(request: &str) -> Option<&'static str> {
    match blocks(request).and_then(|it| it.into_iter().next()) {
        Some(Block { kind, der, .. }) if kind == "CERTIFICATE REQUEST" => {
            (!is_sequence_of_three(&der)).then_some("asn1: structure error")
        }
        _ => Some("PEM block type must be CERTIFICATE REQUEST"),
    }
}

/// What is wrong with a chain of certificates, in base64; none at all is fine.
pub(super) fn wrong_certificate(certificate: &str) -> Option<&'static str> {
    if certificate.is_empty() {
        return None;
    }
    let blocks = blocks(certificate).unwrap_or_default();
    if blocks.is_empty() {
        return Some("must contain at least one CERTIFICATE PEM block");
    }
    blocks.iter().find_map(|block| match block {
        Block { kind, .. } if kind != "CERTIFICATE" => {
            Some("only CERTIFICATE PEM blocks are allowed")
        }
        Block { has_headers: true, .. } => Some("no PEM block headers are permitted"),
        Block { der, .. } => (!is_sequence_of_three(der)).then_some("x509: malformed certificate"),
    })
}

struct Block {
    kind: String,
    has_headers: bool,
    der: Vec<u8>,
}

/// The blocks of a text that is itself in base64; what stands around them is nothing.
fn blocks(encoded: &str) -> Option<Vec<Block>> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (mut found, mut rest) = (Vec::new(), text.as_str());
    while let Some((block, after)) = next(rest) {
        found.extend(block);
        rest = after;
    }
    Some(found)
}

/// The next block, if it is one, and what follows it.
fn next(text: &str) -> Option<(Option<Block>, &str)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, rest) = rest.split_once(&format!("-----END {kind}-----"))?;
    let (headers, body) = match body.split_once("\n\n") {
        Some((headers, body)) if headers.contains(':') => (headers, body),
        _ => ("", body),
    };
    let letters: String = body.split_ascii_whitespace().collect();
    let has_headers = !headers.is_empty();
    let der = STANDARD.decode(letters).ok();
    Some((der.map(|der| Block { kind: kind.into(), has_headers, der }), rest))
}

/// A sequence of what is signed, how it is signed, and the signature: nothing more.
fn is_sequence_of_three(der: &[u8]) -> bool {
    let Some((0x30, inner, [])) = element(der) else { return false };
    let Some((0x30, _, rest)) = element(inner) else { return false };
    let Some((0x30, _, rest)) = element(rest) else { return false };
    matches!(element(rest), Some((0x03, _, [])))
}

/// The tag and content of the first element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = der.split_first_chunk()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let bytes = rest.get(..usize::from(first & 0x7f)).filter(|it| it.len() <= 4)?;
        let length = bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
        (length, &rest[bytes.len()..])
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn armoured(kind: &str, der: &[u8]) -> String {
        let body = STANDARD.encode(der);
        STANDARD.encode(format!("-----BEGIN {kind}-----\n{body}\n-----END {kind}-----\n"))
    }

    const SIGNED: [u8; 9] = [0x30, 7, 0x30, 0, 0x30, 0, 0x03, 1, 0];

    #[test]
    fn a_request_is_one_armoured_sequence_of_three() {
        let cases = [
            (armoured("CERTIFICATE REQUEST", &SIGNED), true),
            (armoured("CERTIFICATE REQUEST", &SIGNED[..8]), false),
            (armoured("CERTIFICATE REQUEST", &[0x30, 0]), false),
            (armoured("CERTIFICATE", &SIGNED), false),
            (STANDARD.encode("hello"), false),
            ("?".into(), false),
            (String::new(), false),
        ];
        for (request, expected) in cases {
            assert_eq!(wrong_request(&request).is_none(), expected, "{request}");
        }
    }

    #[test]
    fn a_chain_is_certificates_and_nothing_else() {
        let cases = [
            (String::new(), true),
            (armoured("CERTIFICATE", &SIGNED), true),
            (armoured("CERTIFICATE", &[]), false),
            (armoured("PRIVATE KEY", &SIGNED), false),
            (STANDARD.encode("hello"), false),
        ];
        for (chain, expected) in cases {
            assert_eq!(wrong_certificate(&chain).is_none(), expected, "{chain}");
        }
    }
}
