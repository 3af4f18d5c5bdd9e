//! Passwords: derived, hashed, and what is encrypted with them.

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::helm::go::{Str, Value};
use crate::helm::gotemplate::{Fault, Machine};
use crate::helm::sprig::args::text;
use crate::helm::sprig::codecs;
use crate::helm::sprig::random::Stream;

const BLOCK: usize = 16;

/// A bcrypt hash of cost 10.
pub(super) fn bcrypt(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    hash(machine, text(args, 0)).map(Value::string)
}

/// A line for a file of passwords.
pub(super) fn htpasswd(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let user = text(args, 0);
    if user.contains(&b':') {
        return Ok(Value::string([b"invalid username: ", &**user].concat()));
    }
    let hash = hash(machine, text(args, 1))?;
    Ok(Value::string([&**user, b":", &hash].concat()))
}

/// How many steps a hash counts for: it takes tens of milliseconds.
const HASH_STEPS: u64 = 2_000_000;

fn hash(machine: &mut Machine<'_>, password: &[u8]) -> Result<Vec<u8>, Fault> {
    const COST: u32 = 10;
    const FAILED: &str = "failed to encrypt string with bcrypt: ";
    if password.len() > 72 {
        return Ok(format!("{FAILED}bcrypt: password length exceeds 72 bytes").into_bytes());
    }
    machine.work(HASH_STEPS)?;
    let mut salt = [0; BLOCK];
    Stream::of(machine).fill(&mut salt);
    Ok(match bcrypt::hash_with_salt(password, COST, salt) {
        Ok(hash) => hash.format_for_version(bcrypt::Version::TwoA).into_bytes(),
        Err(why) => format!("{FAILED}{why}").into_bytes(),
    })
}

/// Characters that stand for a place in a template of a password.
const CHARACTERS: [(u8, &[u8]); 8] = [
    (b'V', b"AEIOU"),
    (b'C', b"BCDFGHJKLMNPQRSTVWXYZ"),
    (b'v', b"aeiou"),
    (b'c', b"bcdfghjklmnpqrstvwxyz"),
    (b'A', b"AEIOUBCDFGHJKLMNPQRSTVWXYZ"),
    (b'a', b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"),
    (b'n', b"0123456789"),
    (b'o', b"@&%?,=[]_:-+*$#!'^~;()/."),
];

/// And the one of the longest.
const ANY: &[u8] = b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";

/// The templates of a kind of password.
fn templates(kind: &[u8]) -> Option<&'static [&'static [u8]]> {
    Some(match kind {
        b"maximum" => &[b"anoxxxxxxxxxxxxxxxxx", b"axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            b"CvcvnoCvcvCvcv",
            b"CvcvCvcvnoCvcv",
            b"CvcvCvcvCvcvno",
            b"CvccnoCvcvCvcv",
            b"CvccCvcvnoCvcv",
            b"CvccCvcvCvcvno",
            b"CvcvnoCvccCvcv",
            b"CvcvCvccnoCvcv",
            b"CvcvCvccCvcvno",
            b"CvcvnoCvcvCvcc",
            b"CvcvCvcvnoCvcc",
            b"CvcvCvcvCvccno",
            b"CvccnoCvccCvcv",
            b"CvccCvccnoCvcv",
            b"CvccCvccCvcvno",
            b"CvcvnoCvccCvcc",
            b"CvcvCvccnoCvcc",
            b"CvcvCvccCvccno",
            b"CvccnoCvcvCvcc",
            b"CvccCvcvnoCvcc",
            b"CvccCvcvCvccno",
        ],
        b"medium" => &[b"CvcnoCvc", b"CvcCvcno"],
        b"short" => &[b"Cvcn"],
        b"basic" => &[b"aaanaaan", b"aannaaan", b"aaannaaa"],
        b"pin" => &[b"nnnn"],
        _ => return None,
    })
}

/// A password out of a master password, by the rules of masterpassword.app.
pub(super) fn derive(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    const SEED: &[u8] = b"com.lyndir.masterpassword";
    let counter = match args[0] {
        Value::Int(counter, _) => u32::try_from(counter).unwrap_or_default(),
        _ => 0,
    };
    let kind = text(args, 1);
    let Some(templates) = templates(kind) else {
        return Ok(Value::string([b"cannot find password template ", &**kind].concat()));
    };
    machine.work(5 * HASH_STEPS)?;
    let length = |text: &Str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let (password, user, site) = (text(args, 2), text(args, 3), text(args, 4));
    let salt = [SEED, &length(user), user].concat();
    let mut key = [0; 64];
    let params = scrypt::Params::new(15, 8, 2).expect("because these parameters are in range");
    scrypt::scrypt(password, &salt, &params, &mut key)
        .expect("because a key of 64 bytes is in range");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("because keys have any length");
    mac.update(&[SEED, &length(site), site, &counter.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let character = |(place, seed): (&u8, &u8)| {
        let found = CHARACTERS.iter().find(|(it, _)| it == place);
        let characters = found.map_or(ANY, |(_, characters)| characters);
        characters[usize::from(*seed) % characters.len()]
    };
    let password: Vec<u8> = template.iter().zip(&seed[1..]).map(character).collect();
    Ok(Value::string(password))
}

/// The first 32 bytes of a password, with zeros at the end.
fn key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    key
}

/// AES-256 in CBC mode with a random beginning, as base64.
pub(super) fn encrypt(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (password, plain) = (text(args, 0), text(args, 1));
    if plain.is_empty() {
        return Ok(Value::string(""));
    }
    machine.charge(plain.len().saturating_mul(3))?;
    let mut start = [0; BLOCK];
    Stream::of(machine).fill(&mut start);
    let cipher = cbc::Encryptor::<Aes256>::new(&key(password).into(), &start.into());
    let encrypted = cipher.encrypt_padded_vec::<Pkcs7>(plain);
    Ok(Value::string(STANDARD.encode([&start[..], &encrypted].concat())))
}

/// What [`encrypt`] encrypted, with the panics that Go has for what is too short.
pub(super) fn decrypt(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (password, coded) = (text(args, 0), text(args, 1));
    if coded.is_empty() {
        return Ok(Value::string(""));
    }
    machine.charge(coded.len().saturating_mul(2))?;
    let bytes = codecs::decode_64(coded)
        .map_err(|at| Fault::new(format!("illegal base64 data at input byte {at}")))?;
    let capacity = coded.len() / 4 * 3;
    let panics = |text: String| Fault::new(format!("runtime error: {text}"));
    if capacity < BLOCK {
        let text = format!("slice bounds out of range [:{BLOCK}] with capacity {capacity}");
        return Err(panics(text));
    }
    let Some((start, encrypted)) = bytes.split_first_chunk::<BLOCK>() else {
        return Err(panics(format!("slice bounds out of range [{BLOCK}:{}]", bytes.len())));
    };
    if encrypted.is_empty() {
        return Err(panics("index out of range [-1]".to_owned()));
    }
    let cipher = cbc::Decryptor::<Aes256>::new(&key(password).into(), &(*start).into());
    let plain = cipher
        .decrypt_padded_vec::<NoPadding>(encrypted)
        .map_err(|_| Fault::new("crypto/cipher: input not full blocks"))?;
    let padding = plain.last().map_or(0, |last| usize::from(*last));
    if let Some(length) = plain.len().checked_sub(padding) {
        Ok(Value::string(&plain[..length]))
    } else {
        let below = padding - plain.len();
        Err(panics(format!("slice bounds out of range [:-{below}]")))
    }
}
