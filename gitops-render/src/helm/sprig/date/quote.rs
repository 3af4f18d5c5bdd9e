//! How Go's `time` quotes texts in errors: not as `strconv` does.

use std::fmt::Write as _;

/// `text` between quotes, with the bytes of all that is not plain ASCII as `\x…`.
pub(super) fn quote(text: &[u8]) -> Vec<u8> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for byte in text {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
            b' '..=0x7F => quoted.push(char::from(*byte)),
            _ => write!(quoted, "\\x{byte:02x}").expect("because texts take all that is written"),
        }
    }
    quoted.push('"');
    quoted.into_bytes()
}
