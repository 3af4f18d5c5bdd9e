//! Certificates as Go's `crypto/x509` makes them.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use x509_cert::der::Encode as _;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::der::{bits, integer, octets, oid, sequence, set, tagged};
use super::key::PrivateKey;
use super::x509;
use crate::helm::sprig::date;

/// What a certificate says.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    pub(super) serial: [u8; 16],
    pub(super) name: Vec<u8>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) hosts: Vec<Vec<u8>>,
    /// Seconds since 1970.
    pub(super) from: i64,
    /// Seconds since 1970.
    pub(super) until: i64,
    pub(super) is_authority: bool,
}

/// Who signs.
pub(super) struct Signer {
    /// The name, as DER.
    pub(super) name: Vec<u8>,
    /// The identifier of the key, if the certificate has one.
    key_id: Vec<u8>,
    /// The public key, as DER.
    public: Vec<u8>,
    pub(super) key: PrivateKey,
}

impl Signer {
    /// From the certificate and the key of an authority.
    pub(super) fn parse(certificate: &[u8], key: PrivateKey) -> Option<Self> {
        let certificate = x509::parse(certificate).ok()?;
        let tbs = certificate.tbs_certificate();
        let key_id = tbs.get_extension::<SubjectKeyIdentifier>().ok().flatten();
        let key_id = key_id.map(|(_, id)| id.0.as_bytes().to_vec()).unwrap_or_default();
        let name = tbs.subject().to_der().ok()?;
        let public = tbs.subject_public_key_info().to_der().ok()?;
        Some(Self { name, key_id, public, key })
    }
}

impl Template {
    /// The certificate of the public half of `key`, signed by `signer` or else by `key` itself.
    ///
    /// # Errors
    /// The text of Go's error.
    pub(super) fn signed(
        &self,
        key: &PrivateKey,
        signer: Option<&Signer>,
    ) -> Result<Vec<u8>, String> {
        const UNSUPPORTED: &str = "x509: certificate private key does not implement crypto.Signer";
        let signing = signer.map_or(key, |signer| &signer.key);
        let own = signing.public().ok_or(UNSUPPORTED)?;
        let public = key.public().ok_or_else(|| {
            format!("x509: unsupported public key type: *{}.PublicKey", key.package())
        })?;
        let subject = subject(&self.name)?;
        let issuer = signer.map_or(&subject, |signer| &signer.name);
        if signer.is_some_and(|signer| signer.public != own.to_der()) {
            return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
        }
        let is_own = *issuer == subject;
        let authority = signer.filter(|_| !is_own).map_or(&[][..], |signer| &signer.key_id);
        let tbs = sequence(&[
            tagged(0xA0, &integer(&[2])),
            integer(&self.serial),
            signing.algorithm(),
            issuer.clone(),
            sequence(&[time(self.from), time(self.until)]),
            subject.clone(),
            public.to_der(),
            tagged(0xA3, &self.extensions(&public.key, authority, subject.len() == 2)?),
        ]);
        let signature = signing.sign(&tbs)?;
        Ok(sequence(&[tbs, signing.algorithm(), bits(&signature)]))
    }

    fn extensions(
        &self,
        key: &[u8],
        authority: &[u8],
        is_nameless: bool,
    ) -> Result<Vec<u8>, String> {
        // Digital signature, key encipherment; for an authority also signing certificates.
        let usage: [u8; 2] = if self.is_authority { [2, 0xA4] } else { [5, 0xA0] };
        let purposes = [1, 2].map(|last| oid(&[0x2B, 6, 1, 5, 5, 7, 3, last]));
        let authority_mark = tagged(0x01, &[0xFF]);
        let constraints = if self.is_authority { vec![authority_mark] } else { Vec::new() };
        let mut all = vec![
            extension(15, Critical::Yes, &tagged(0x03, &usage)),
            extension(37, Critical::No, &sequence(&purposes)),
            extension(19, Critical::Yes, &sequence(&constraints)),
        ];
        if self.is_authority {
            all.push(extension(14, Critical::No, &octets(&Sha256::digest(key)[..20])));
        }
        if !authority.is_empty() {
            all.push(extension(35, Critical::No, &sequence(&[tagged(0x80, authority)])));
        }
        let names = self.names()?;
        if !names.is_empty() {
            let critical = if is_nameless { Critical::Yes } else { Critical::No };
            all.push(extension(17, critical, &sequence(&names)));
        }
        Ok(sequence(&all))
    }

    /// The other names: hosts, then addresses.
    fn names(&self) -> Result<Vec<Vec<u8>>, String> {
        let mut names = Vec::new();
        for host in &self.hosts {
            if !host.is_ascii() {
                let shown = crate::helm::gofmt::quote(host);
                let shown = String::from_utf8_lossy(&shown).into_owned();
                return Err(format!("x509: {shown} cannot be encoded as an IA5String"));
            }
            names.push(tagged(0x82, host));
        }
        for address in &self.addresses {
            names.push(match address.to_canonical() {
                IpAddr::V4(address) => tagged(0x87, &address.octets()),
                IpAddr::V6(address) => tagged(0x87, &address.octets()),
            });
        }
        Ok(names)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Critical {
    Yes,
    No,
}

/// An extension of `2.5.29`.
fn extension(number: u8, critical: Critical, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(&[0x55, 0x1D, number])];
    if critical == Critical::Yes {
        parts.push(tagged(0x01, &[0xFF]));
    }
    parts.push(octets(value));
    sequence(&parts)
}

/// A name with a common name only, or none.
fn subject(name: &[u8]) -> Result<Vec<u8>, String> {
    if name.is_empty() {
        return Ok(sequence(&[]));
    }
    let is_printable = |it: &u8| it.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(it);
    let text = if name.iter().all(is_printable) {
        tagged(0x13, name)
    } else if std::str::from_utf8(name).is_ok() {
        tagged(0x0C, name)
    } else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    Ok(sequence(&[set(&[sequence(&[oid(&[0x55, 0x04, 0x03]), text])])]))
}

/// Years up to 2049 are written with two digits.
fn time(seconds: i64) -> Vec<u8> {
    let text = date::utc(seconds, b"20060102150405Z");
    let has_two_digits = text[..] >= b"1950"[..] && text[..] < b"2050"[..];
    if has_two_digits { tagged(0x17, &text[2..]) } else { tagged(0x18, &text) }
}
