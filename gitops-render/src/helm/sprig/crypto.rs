//! Keys, certificates and passwords (sprig's `crypto.go`).
//!
//! All that is random is drawn from the entropy of the run, keys too; so a render with the same
//! entropy and clock makes the same certificates.

mod asn1;
mod certificate;
mod der;
mod dsa;
mod key;
mod object;
mod password;
mod prime;
mod rsa;
#[cfg(test)]
mod tests;
mod x509;

use std::net::IpAddr;

use self::certificate::{Signer, Template};
use self::der::{pem, unpem};
use self::key::PrivateKey;
use self::object::{CERTIFICATE, Pair, pair};
use super::args::{int, text};
use super::codecs;
use super::random::Stream;
use crate::helm::go::{IntKind, Type, Value};
use crate::helm::gofmt::sprint;
use crate::helm::gotemplate::{Fault, Function, Machine};

const S: Type = Type::Str;
const I: Type = Type::INT;
const L: Type = Type::LIST;
const U: Type = Type::Int(IntKind::Uint32);
const C: Type = CERTIFICATE;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", &[S], password::bcrypt),
    Function::new("htpasswd", &[S, S], password::htpasswd),
    Function::new("derivePassword", &[U, S, S, S, S], password::derive),
    Function::new("encryptAES", &[S, S], password::encrypt),
    Function::new("decryptAES", &[S, S], password::decrypt),
    Function::new("genPrivateKey", &[S], gen_private_key),
    Function::new("buildCustomCert", &[S, S], build_custom_cert),
    Function::new("genCA", &[S, I], |machine, args| authority(machine, args, None)),
    Function::new("genCAWithKey", &[S, I, S], |machine, args| {
        authority(machine, args, Some(given_key(text(args, 2))?))
    }),
    Function::new("genSelfSignedCert", &[S, L, L, I], |machine, args| {
        self_signed(machine, args, None)
    }),
    Function::new("genSelfSignedCertWithKey", &[S, L, L, I, S], |machine, args| {
        self_signed(machine, args, Some(given_key(text(args, 4))?))
    }),
    Function::new("genSignedCert", &[S, L, L, I, C], |machine, args| signed(machine, args, None)),
    Function::new("genSignedCertWithKey", &[S, L, L, I, C, S], |machine, args| {
        signed(machine, args, Some(given_key(text(args, 5))?))
    }),
];

/// How many steps making a key counts for: it takes some tenths of a second.
const KEY_STEPS: u64 = 5_000_000;

/// The same for one that takes seconds.
const LARGE_KEY_STEPS: u64 = 50_000_000;

fn gen_private_key(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let kind = text(args, 0);
    let is_large = matches!(&**kind, b"" | b"rsa" | b"dsa");
    machine.work(if is_large { LARGE_KEY_STEPS } else { KEY_STEPS })?;
    let mut stream = Stream::of(machine);
    let key = match &**kind {
        b"" | b"rsa" => PrivateKey::rsa_4096(&mut stream),
        b"dsa" => PrivateKey::Dsa(dsa::generate(&mut stream)),
        b"ecdsa" => PrivateKey::p256(&mut stream),
        b"ed25519" => PrivateKey::ed25519(&mut stream),
        other => return Ok(Value::string([b"Unknown type ", other].concat())),
    };
    Ok(Value::string(key.to_pem()))
}

fn given_key(text: &[u8]) -> Result<PrivateKey, Fault> {
    PrivateKey::parse(text).map_err(|why| Fault::new(format!("parsing private key: {why}")))
}

/// The key that was given, or a new one.
fn key_or_new(
    machine: &mut Machine<'_>,
    stream: &mut Stream,
    key: Option<PrivateKey>,
) -> Result<PrivateKey, Fault> {
    if let Some(key) = key {
        return Ok(key);
    }
    machine.work(KEY_STEPS)?;
    Ok(PrivateKey::rsa_2048(stream))
}

fn authority(
    machine: &mut Machine<'_>,
    args: &[Value],
    key: Option<PrivateKey>,
) -> Result<Value, Fault> {
    let mut stream = Stream::of(machine);
    let key = key_or_new(machine, &mut stream, key)?;
    let nothing = Value::Nil;
    let template = template(machine, &mut stream, args, [&nothing, &nothing], int(args, 1))?;
    made(&Template { is_authority: true, ..template }, &key, None)
}

fn self_signed(
    machine: &mut Machine<'_>,
    args: &[Value],
    key: Option<PrivateKey>,
) -> Result<Value, Fault> {
    let mut stream = Stream::of(machine);
    let key = key_or_new(machine, &mut stream, key)?;
    let template = template(machine, &mut stream, args, [&args[1], &args[2]], int(args, 3))?;
    made(&template, &key, None)
}

fn signed(
    machine: &mut Machine<'_>,
    args: &[Value],
    key: Option<PrivateKey>,
) -> Result<Value, Fault> {
    let mut stream = Stream::of(machine);
    let key = key_or_new(machine, &mut stream, key)?;
    let authority = pair(&args[4]);
    let (_, certificate) =
        unpem(&authority.certificate).ok_or_else(|| Fault::new("unable to decode certificate"))?;
    x509::parse(&certificate).map_err(|why| {
        Fault::new(format!("error parsing certificate: decodedSignerCert.Bytes: {why}"))
    })?;
    let signing = PrivateKey::parse(&authority.key)
        .map_err(|why| Fault::new(format!("error parsing private key: {why}")))?;
    let template = template(machine, &mut stream, args, [&args[1], &args[2]], int(args, 3))?;
    let signer = Signer::parse(&certificate, signing);
    let signer = signer.ok_or_else(|| Fault::new("unable to decode certificate"))?;
    made(&template, &key, Some(&signer))
}

fn made(template: &Template, key: &PrivateKey, signer: Option<&Signer>) -> Result<Value, Fault> {
    let der = template
        .signed(key, signer)
        .map_err(|why| Fault::new(format!("error creating certificate: {why}")))?;
    Ok(Pair { certificate: pem("CERTIFICATE", &der).into(), key: key.to_pem().into() }.into())
}

/// What a certificate for the name `args[0]` says that is valid for so many days.
fn template(
    machine: &mut Machine<'_>,
    stream: &mut Stream,
    args: &[Value],
    [addresses, hosts]: [&Value; 2],
    days: i64,
) -> Result<Template, Fault> {
    const DAY: i64 = 86_400_000_000_000;
    let addresses = addresses_of(machine, addresses)?;
    let hosts = hosts_of(machine, hosts)?;
    let mut serial = [0; 16];
    stream.fill(&mut serial);
    let now = machine.clock.now();
    let until = now + i128::from(DAY.wrapping_mul(days));
    let seconds = |nanos: i128| i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
    Ok(Template {
        serial,
        name: text(args, 0).to_vec(),
        addresses,
        hosts,
        from: seconds(now),
        until: seconds(until),
        is_authority: false,
    })
}

fn addresses_of(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<IpAddr>, Fault> {
    let mut addresses = Vec::new();
    for item in value.as_list().map_or(&[][..], |list| list) {
        let Some(text) = item.as_str() else {
            let shown = sprint(machine, std::slice::from_ref(item))?;
            return Err(Fault::new([b"error parsing ip: ", &*shown, b" is not a string"].concat()));
        };
        let address = text.lossy().parse();
        let bad = |_| Fault::new([b"error parsing ip: ", &**text].concat());
        addresses.push(address.map_err(bad)?);
    }
    Ok(addresses)
}

fn hosts_of(machine: &mut Machine<'_>, value: &Value) -> Result<Vec<Vec<u8>>, Fault> {
    let mut hosts = Vec::new();
    for item in value.as_list().map_or(&[][..], |list| list) {
        let Some(text) = item.as_str() else {
            let shown = sprint(machine, std::slice::from_ref(item))?;
            let parts = [b"error processing alternate dns name: ", &*shown, b" is not a string"];
            return Err(Fault::new(parts.concat()));
        };
        hosts.push(text.to_vec());
    }
    Ok(hosts)
}

fn build_custom_cert(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.charge(text(args, 0).len().saturating_add(text(args, 1).len()))?;
    let decoded = |at: usize, what: &str| {
        codecs::decode_64(text(args, at))
            .map_err(|_| Fault::new(format!("unable to decode base64 {what}")))
    };
    let certificate = decoded(0, "certificate")?;
    let key = decoded(1, "private key")?;
    let (_, der) = unpem(&certificate).ok_or_else(|| Fault::new("unable to decode certificate"))?;
    x509::parse(&der).map_err(|why| {
        Fault::new(format!("error parsing certificate: decodedCert.Bytes: {why}"))
    })?;
    PrivateKey::parse(&key)
        .map_err(|why| Fault::new(format!("error parsing private key: {why}")))?;
    Ok(Pair { certificate: certificate.into(), key: key.into() }.into())
}
