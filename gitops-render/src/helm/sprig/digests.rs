//! Checksums as text.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::args::text;
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::Function;

const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("sha1sum", &[S], |_, args| Ok(hex(&Sha1::digest(&**text(args, 0))))),
    Function::new("sha256sum", &[S], |_, args| Ok(hex(&Sha256::digest(&**text(args, 0))))),
    Function::new("sha512sum", &[S], |_, args| Ok(hex(&Sha512::digest(&**text(args, 0))))),
    Function::new("adler32sum", &[S], |_, args| {
        Ok(Value::string(adler32(text(args, 0)).to_string()))
    }),
];

fn hex(bytes: &[u8]) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pair = |byte: &u8| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    Value::string(bytes.iter().flat_map(pair).collect::<Vec<u8>>())
}

/// RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65521;
    // As many bytes as cannot overflow the sums.
    let (low, high) = bytes.chunks(5552).fold((1, 0), |(mut low, mut high), chunk| {
        for byte in chunk {
            low += u32::from(*byte);
            high += low;
        }
        (low % MODULUS, high % MODULUS)
    });
    high << 16 | low
}
