//! Percent-encoding as Go's `net/url` has it for each part of an address.

use std::borrow::Cow;

use crate::helm::gofmt::quote;

/// A part of an address, by which characters stand in it as they are.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

impl Part {
    /// Whether `byte` stands in the part as it is.
    pub(super) fn allows(self, byte: u8) -> bool {
        let reserved: &[u8] = match self {
            Self::Path => b"$&+,/:;=@",
            Self::Host | Self::Zone => b"!\"$&'()*+,:;<=>[]",
            Self::User => b"$&+,;=",
            Self::Fragment => b"!$&()*+,/:;=?@",
        };
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || reserved.contains(&byte)
    }
}

/// The text with `%XX` for what does not stand in `part` as it is.
pub(super) fn escaped(text: &[u8], part: Part) -> Cow<'_, [u8]> {
    if text.iter().all(|byte| part.allows(*byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for byte in text {
        if part.allows(*byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    Cow::Owned(out)
}

/// The text with the bytes that `%XX` stands for.
///
/// # Errors
/// What is wrong, as Go says it.
pub(super) fn unescaped(text: &[u8], part: Part) -> Result<Vec<u8>, Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == b'%' {
            out.push(code(&text[at..], part)?);
            at += 3;
            continue;
        }
        if matches!(part, Part::Host | Part::Zone) && byte.is_ascii() && !part.allows(*byte) {
            return Err([b"invalid character ", &*quote(&[*byte]), b" in host name"].concat());
        }
        out.push(*byte);
        at += 1;
    }
    Ok(out)
}

/// The byte that the `%XX` at the start of `text` stands for.
fn code(text: &[u8], part: Part) -> Result<u8, Vec<u8>> {
    let sequence = &text[..text.len().min(3)];
    let error = || [b"invalid URL escape ", &*quote(sequence)].concat();
    let [_, high, low] = sequence else { return Err(error()) };
    let (high, low) = hex(*high).zip(hex(*low)).ok_or_else(error)?;
    let value = high << 4 | low;
    let refused = match part {
        _ if sequence == b"%25" => false,
        Part::Host => high < 8,
        Part::Zone => value != b' ' && !Part::Host.allows(value),
        _ => false,
    };
    if refused { Err(error()) } else { Ok(value) }
}

fn hex(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}
