//! Private keys of all kinds: made, read and written as Go does.

use ed25519_dalek::Signer as _;
use pkcs8::PrivateKeyInfoRef;

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
            return parse_pkcs8(&der).ok_or_else(|| {
                "decoding PEM as PKCS#8: asn1: structure error: malformed private key".to_owned()
            });
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        match kind {
            "RSA" => RsaKey::parse(&der).map(|key| Self::Rsa(Box::new(key))).ok_or_else(|| {
                "parsing RSA private key from PEM: asn1: structure error: malformed key".to_owned()
            }),
            "EC" => parse_sec1(&der).ok_or_else(|| {
                "parsing EC private key from PEM: x509: failed to parse EC private key".to_owned()
            }),
            "DSA" => Ok(Self::Dsa(der)),
            kind => Err(format!("invalid private key type {kind}")),
        }
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
            Self::Dsa(_) => return None,
        })
    }

    /// The algorithm of its signatures, as DER.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => sequence(&[oid(oids::SHA256_RSA), super::der::null()]),
            Self::P256(_) => sequence(&[oid(oids::ECDSA_SHA256)]),
            Self::P384(_) => sequence(&[oid(oids::ECDSA_SHA384)]),
            Self::P521(_) => sequence(&[oid(oids::ECDSA_SHA512)]),
            Self::Ed25519(_) | Self::Dsa(_) => sequence(&[oid(oids::ED25519)]),
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
            Self::Dsa(_) => {
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

fn parse_pkcs8(der: &[u8]) -> Option<PrivateKey> {
    let key = PrivateKeyInfoRef::try_from(der).ok()?;
    let bytes = key.private_key.as_bytes();
    match key.algorithm.oid.as_bytes() {
        oids::RSA => RsaKey::parse(bytes).map(|key| PrivateKey::Rsa(Box::new(key))),
        oids::ED25519 => {
            let seed = bytes.strip_prefix(&[0x04, 0x20])?;
            let seed: &[u8; 32] = seed.try_into().ok()?;
            Some(PrivateKey::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)))
        }
        oids::EC => {
            let curve = key.algorithm.parameters_oid().ok()?;
            of_curve(curve.as_bytes(), sec1::EcPrivateKey::try_from(bytes).ok()?.private_key)
        }
        _ => None,
    }
}

fn parse_sec1(der: &[u8]) -> Option<PrivateKey> {
    let key = sec1::EcPrivateKey::try_from(der).ok()?;
    let curve = key.parameters?.named_curve()?;
    of_curve(curve.as_bytes(), key.private_key)
}

fn of_curve(curve: &[u8], scalar: &[u8]) -> Option<PrivateKey> {
    match curve {
        oids::P256 => p256::SecretKey::from_slice(scalar).ok().map(PrivateKey::P256),
        oids::P384 => p384::SecretKey::from_slice(scalar).ok().map(PrivateKey::P384),
        oids::P521 => p521::SecretKey::from_slice(scalar).ok().map(PrivateKey::P521),
        _ => None,
    }
}
