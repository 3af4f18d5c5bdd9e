//! Private keys of all kinds: made, read and written as Go does.

use ed25519_dalek::Signer as _;

use super::asn1::{self, Field, Shape, Struct, Value};
use super::der::{bits, integer, octets, oid, pem, sequence, unpem};
use super::rsa::RsaKey;
use crate::helm::sprig::random::Stream;

/// The content of object identifiers.
mod oids {
    pub(super) const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    pub(super) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
    pub(super) const P384: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];
    pub(super) const P521: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x23];
    pub(super) const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
    pub(super) const X25519: &[u8] = &[0x2B, 0x65, 0x6E];
    pub(super) const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
    pub(super) const SHA256_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
    pub(super) const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
    pub(super) const ECDSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03];
    pub(super) const ECDSA_SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04];
}

/// A private key.
#[derive(Clone)]
pub(super) enum PrivateKey {
    Rsa(Box<RsaKey>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
    P521(p521::SecretKey),
    Ed25519(ed25519_dalek::SigningKey),
    /// One that no certificate can be signed with, as DER.
    Dsa(Vec<u8>),
    /// One that cannot even sign.
    X25519,
}

/// The public half, as certificates hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey {
    /// As DER.
    pub(super) algorithm: Vec<u8>,
    pub(super) key: Vec<u8>,
}

impl PrivateKey {
    /// A key for a certificate.
    pub(super) fn rsa_2048(stream: &mut Stream) -> Self {
        Self::Rsa(Box::new(RsaKey::generate::<16>(stream)))
    }

    pub(super) fn rsa_4096(stream: &mut Stream) -> Self {
        Self::Rsa(Box::new(RsaKey::generate::<32>(stream)))
    }

    pub(super) fn p256(stream: &mut Stream) -> Self {
        loop {
            let mut bytes = [0; 32];
            stream.fill(&mut bytes);
            if let Ok(key) = p256::SecretKey::from_slice(&bytes) {
                return Self::P256(key);
            }
        }
    }

    pub(super) fn ed25519(stream: &mut Stream) -> Self {
        let mut seed = [0; 32];
        stream.fill(&mut seed);
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Reads the first block of PEM in `text`.
    ///
    /// # Errors
    /// The text of sprig's error.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let (label, der) = unpem(text).ok_or("no PEM data in input")?;
        if label == "PRIVATE KEY" {
            return parse_pkcs8(&der).map_err(|why| format!("decoding PEM as PKCS#8: {why}"));
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        let key = match kind {
            "RSA" => parse_pkcs1(&der),
            "EC" => parse_sec1(None, &der),
            "DSA" => asn1::read(&der, Shape::Struct(&DSA)).map(|_| Self::Dsa(der.clone())),
            _ => return Err(format!("invalid private key type {label}")),
        };
        key.map_err(|why| format!("parsing {kind} private key from PEM: {why}"))
    }

    /// As PEM, in the form that Go gives keys of the kind.
    pub(super) fn to_pem(&self) -> String {
        let sec1 = |der: Option<Vec<u8>>| pem("EC PRIVATE KEY", &der.unwrap_or_default());
        match self {
            Self::Rsa(key) => pem("RSA PRIVATE KEY", &key.to_der()),
            Self::P256(key) => sec1(key.to_sec1_der().ok().map(|der| der.to_vec())),
            Self::P384(key) => sec1(key.to_sec1_der().ok().map(|der| der.to_vec())),
            Self::P521(key) => sec1(key.to_sec1_der().ok().map(|der| der.to_vec())),
            Self::Ed25519(key) => {
                let algorithm = sequence(&[oid(oids::ED25519)]);
                let key = octets(&octets(key.as_bytes()));
                pem("PRIVATE KEY", &sequence(&[integer(&[]), algorithm, key]))
            }
            Self::Dsa(der) => pem("DSA PRIVATE KEY", der),
            // No certificate comes with it.
            Self::X25519 => String::new(),
        }
    }

    /// The public half; none of a kind that certificates cannot have.
    pub(super) fn public(&self) -> Option<PublicKey> {
        let curve = |name: &[u8], key: Box<[u8]>| PublicKey {
            algorithm: sequence(&[oid(oids::EC), oid(name)]),
            key: key.into_vec(),
        };
        Some(match self {
            Self::Rsa(key) => {
                let (algorithm, key) = key.public();
                PublicKey { algorithm, key }
            }
            Self::P256(key) => curve(oids::P256, key.public_key().to_sec1_bytes()),
            Self::P384(key) => curve(oids::P384, key.public_key().to_sec1_bytes()),
            Self::P521(key) => curve(oids::P521, key.public_key().to_sec1_bytes()),
            Self::Ed25519(key) => PublicKey {
                algorithm: sequence(&[oid(oids::ED25519)]),
                key: key.verifying_key().as_bytes().to_vec(),
            },
            Self::Dsa(_) | Self::X25519 => return None,
        })
    }

    /// The package of Go that has keys of a kind that no certificate has.
    pub(super) fn package(&self) -> &'static str {
        if matches!(self, Self::X25519) { "ecdh" } else { "dsa" }
    }

    /// The algorithm of its signatures, as DER.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => sequence(&[oid(oids::SHA256_RSA), super::der::null()]),
            Self::P256(_) => sequence(&[oid(oids::ECDSA_SHA256)]),
            Self::P384(_) => sequence(&[oid(oids::ECDSA_SHA384)]),
            Self::P521(_) => sequence(&[oid(oids::ECDSA_SHA512)]),
            Self::Ed25519(_) | Self::Dsa(_) | Self::X25519 => sequence(&[oid(oids::ED25519)]),
        }
    }

    /// The signature of `message`.
    ///
    /// # Errors
    /// The text of Go's error.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, &'static str> {
        Ok(match self {
            Self::Rsa(key) => {
                key.sign(message).ok_or("crypto/rsa: message too long for RSA key size")?
            }
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::SigningKey::from(key).sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    p384::ecdsa::SigningKey::from(key).sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::P521(key) => {
                let signature: p521::ecdsa::Signature =
                    p521::ecdsa::SigningKey::from(key).sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::Dsa(_) | Self::X25519 => {
                return Err("x509: certificate private key does not implement crypto.Signer");
            }
        })
    }
}

impl PublicKey {
    /// As `SubjectPublicKeyInfo`.
    pub(super) fn to_der(&self) -> Vec<u8> {
        sequence(&[self.algorithm.clone(), bits(&self.key)])
    }
}

static ALGORITHM: Struct = Struct {
    name: "AlgorithmIdentifier",
    fields: &[Field::of(Shape::Oid), Field::optional(Shape::Any)],
};
static PKCS8: Struct = Struct {
    name: "pkcs8",
    fields: &[
        Field::of(Shape::Int),
        Field::of(Shape::Struct(&ALGORITHM)),
        Field::of(Shape::Octets),
    ],
};
static PKCS1: Struct = Struct {
    name: "pkcs1PrivateKey",
    fields: &[
        Field::of(Shape::Int),
        Field::of(Shape::Big),
        Field::of(Shape::Int),
        Field::of(Shape::Big),
        Field::of(Shape::Big),
        Field::of(Shape::Big),
        Field::optional(Shape::Big),
        Field::optional(Shape::Big),
        Field::optional(Shape::Big),
        Field::optional(Shape::List),
    ],
};
static SEC1: Struct = Struct {
    name: "ecPrivateKey",
    fields: &[
        Field::of(Shape::Int),
        Field::of(Shape::Octets),
        Field::tagged(Shape::Oid, 0),
        Field::tagged(Shape::Bits, 1),
    ],
};
static DSA: Struct = Struct {
    name: "DSAKeyFormat",
    fields: &[
        Field::of(Shape::Int),
        Field::of(Shape::Big),
        Field::of(Shape::Big),
        Field::of(Shape::Big),
        Field::of(Shape::Big),
        Field::of(Shape::Big),
    ],
};

/// Reads `der` as `target`; else says which of `others` it is, or what Go says of it.
fn fields<'d>(
    der: &'d [u8],
    target: &'static Struct,
    others: [(&'static Struct, &str); 2],
) -> Result<(Value<'d>, &'d [u8]), String> {
    asn1::read(der, Shape::Struct(target)).map_err(|why| {
        let is = |other: &'static Struct| asn1::read(der, Shape::Struct(other)).is_ok();
        match others.iter().find(|(other, _)| is(other)) {
            Some((_, parser)) => {
                format!(
                    "x509: failed to parse private key (use {parser} instead for this key format)"
                )
            }
            None => why,
        }
    })
}

const AS_EC: (&Struct, &str) = (&SEC1, "ParseECPrivateKey");
const AS_PKCS1: (&Struct, &str) = (&PKCS1, "ParsePKCS1PrivateKey");
const AS_PKCS8: (&Struct, &str) = (&PKCS8, "ParsePKCS8PrivateKey");

fn parse_pkcs8(der: &[u8]) -> Result<PrivateKey, String> {
    let (key, _) = fields(der, &PKCS8, [AS_EC, AS_PKCS1])?;
    let (algorithm, bytes) = (key.field(1), key.field(2).content());
    let parameters = algorithm.field(1).content();
    match algorithm.field(0).content() {
        oids::RSA => parse_pkcs1(bytes).map_err(|why| {
            format!("x509: failed to parse RSA private key embedded in PKCS#8: {why}")
        }),
        oids::EC => {
            let curve = asn1::read(parameters, Shape::Oid).ok();
            let curve = curve.map(|(oid, _)| oid.content());
            parse_sec1(curve, bytes).map_err(|why| {
                format!("x509: failed to parse EC private key embedded in PKCS#8: {why}")
            })
        }
        oids::ED25519 => {
            let seed: [u8; 32] =
                seed("Ed25519", parameters, bytes)?.try_into().map_err(|seed: Vec<u8>| {
                    format!("x509: invalid Ed25519 private key length: {}", seed.len())
                })?;
            Ok(PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed)))
        }
        oids::X25519 => match seed("X25519", parameters, bytes)?.len() {
            32 => Ok(PrivateKey::X25519),
            _ => Err("crypto/ecdh: invalid private key size".to_owned()),
        },
        other => Err(format!(
            "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
            asn1::dotted(other)
        )),
    }
}

/// The bytes of a key that has no parameters.
fn seed(kind: &str, parameters: &[u8], bytes: &[u8]) -> Result<Vec<u8>, String> {
    if !parameters.is_empty() {
        return Err(format!("x509: invalid {kind} private key parameters"));
    }
    let (seed, _) = asn1::read(bytes, Shape::Octets)
        .map_err(|why| format!("x509: invalid {kind} private key: {why}"))?;
    Ok(seed.content().to_vec())
}

fn parse_pkcs1(der: &[u8]) -> Result<PrivateKey, String> {
    let (key, rest) = fields(der, &PKCS1, [AS_EC, AS_PKCS8])?;
    if !rest.is_empty() {
        return Err("asn1: syntax error: trailing data".to_owned());
    }
    let version = key.field(0).content();
    if version.len() > 1 || version[0] > 1 && version[0] < 0x80 {
        return Err("x509: unsupported private key version".to_owned());
    }
    let is_positive = |at: usize| match key.field(at) {
        Value::Absent => true,
        number => !matches!(number.content(), [0] | [0x80..=0xFF, ..]),
    };
    if ![1, 3, 4, 5, 6, 7, 8].into_iter().all(is_positive) {
        return Err("x509: private key contains zero or negative value".to_owned());
    }
    let key = RsaKey::parse(der).ok_or("crypto/rsa: invalid CRT exponent")?;
    Ok(PrivateKey::Rsa(Box::new(key)))
}

fn parse_sec1(curve: Option<&[u8]>, der: &[u8]) -> Result<PrivateKey, String> {
    let (key, _) = fields(der, &SEC1, [AS_PKCS8, AS_PKCS1]).map_err(|why| match why {
        why if why.starts_with("x509: ") => why,
        why => format!("x509: failed to parse EC private key: {why}"),
    })?;
    let version = key.field(0).content();
    if version != [1] {
        let negative = version[0] >= 0x80;
        let start = if negative { -1_i64 } else { 0 };
        let number = version.iter().fold(start, |all, byte| all << 8 | i64::from(*byte));
        return Err(format!("x509: unknown EC private key version {number}"));
    }
    of_curve(curve.unwrap_or(key.field(2).content()), key.field(1).content())
}

fn of_curve(curve: &[u8], scalar: &[u8]) -> Result<PrivateKey, String> {
    let size = match curve {
        oids::P256 => 32,
        oids::P384 => 48,
        oids::P521 => 66,
        _ => return Err("x509: unknown elliptic curve".to_owned()),
    };
    let (zeros, scalar) = scalar.split_at(scalar.len().saturating_sub(size));
    if zeros.iter().any(|byte| *byte != 0) {
        return Err("x509: invalid private key length".to_owned());
    }
    let mut padded = vec![0; size - scalar.len()];
    padded.extend_from_slice(scalar);
    let key = match curve {
        oids::P256 => p256::SecretKey::from_slice(&padded).ok().map(PrivateKey::P256),
        oids::P384 => p384::SecretKey::from_slice(&padded).ok().map(PrivateKey::P384),
        _ => p521::SecretKey::from_slice(&padded).ok().map(PrivateKey::P521),
    };
    key.ok_or_else(|| "ecdsa: private key scalar is zero or out of range".to_owned())
}
