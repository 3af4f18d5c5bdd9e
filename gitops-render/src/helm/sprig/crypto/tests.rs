use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use x509_cert::Certificate;
use x509_cert::der::Encode as _;

use super::certificate::{Signer, Template};
use super::der::{pem, unpem};
use super::key::PrivateKey;
use super::x509;
use crate::helm::sprig::random::Stream;
use crate::helm::tables::evaluate;

fn stream() -> Stream {
    Stream::new([5; 32])
}

#[test]
fn keys_come_back_as_they_were_written() {
    let all = [
        (PrivateKey::rsa_2048(&mut stream()), "-----BEGIN RSA PRIVATE KEY-----"),
        (PrivateKey::p256(&mut stream()), "-----BEGIN EC PRIVATE KEY-----"),
        (PrivateKey::ed25519(&mut stream()), "-----BEGIN PRIVATE KEY-----"),
    ];
    for (key, begin) in all {
        let text = key.to_pem();
        assert!(text.starts_with(begin), "{text}");
        let back = PrivateKey::parse(text.as_bytes()).unwrap();
        assert_eq!((back.to_pem(), back.public()), (text, key.public()));
    }
}

#[test]
fn the_same_entropy_makes_the_same_key() {
    let key = || PrivateKey::rsa_2048(&mut stream()).to_pem();
    assert_eq!(key(), key());
    assert_ne!(key(), PrivateKey::rsa_2048(&mut Stream::new([6; 32])).to_pem());
}

#[test]
fn what_is_no_key_is_refused_in_the_words_of_sprig() {
    for (text, error) in [
        (String::new(), "no PEM data in input"),
        (pem("CERTIFICATE", b"x"), "no private key data in PEM block of type CERTIFICATE"),
        (pem("OPENSSH PRIVATE KEY", b"x"), "invalid private key type OPENSSH PRIVATE KEY"),
    ] {
        assert_eq!(PrivateKey::parse(text.as_bytes()).err().as_deref(), Some(error));
    }
}

#[test]
fn a_certificate_names_who_signed_it() {
    let authority = PrivateKey::p256(&mut stream());
    let template = Template { name: b"ca".to_vec(), is_authority: true, ..Template::default() };
    let root = template.signed(&authority, None).unwrap();
    assert!(x509::parse(&root).is_ok());
    let key = PrivateKey::ed25519(&mut stream());
    let leaf =
        Template { name: b"web".to_vec(), hosts: vec![b"a.b".to_vec()], ..Template::default() };
    let signer = Signer::parse(&root, authority).unwrap();
    let certificate = leaf.signed(&key, Some(&signer)).unwrap();
    assert!(certificate.windows(signer.name.len()).any(|it| it == signer.name));
    let other = Signer::parse(&root, PrivateKey::p256(&mut Stream::new([1; 32]))).unwrap();
    let error = leaf.signed(&key, Some(&other)).unwrap_err();
    assert_eq!(error, "x509: provided PrivateKey doesn't match parent's PublicKey");
    let dsa = PrivateKey::Dsa(Vec::new());
    let error = template.signed(&dsa, None).unwrap_err();
    assert_eq!(error, "x509: certificate private key does not implement crypto.Signer");
    assert!(unpem(pem("CERTIFICATE", &root).as_bytes()).is_some());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What a certificate says, but for its number, its times and the signature.
fn described(certificate: &Certificate) -> String {
    let tbs = certificate.tbs_certificate();
    let serial = tbs.serial_number().as_bytes();
    let is_short = serial.strip_prefix(&[0]).unwrap_or(serial).len() <= 16;
    let validity = tbs.validity();
    let seconds = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs();
    let seconds =
        seconds(&validity.not_after).cast_signed() - seconds(&validity.not_before).cast_signed();
    #[expect(clippy::cast_precision_loss, reason = "so many seconds are no large number")]
    let days = crate::yaml::number::go_general(seconds as f64 / 3600.0 / 24.0);
    let der = |it: x509_cert::der::Result<Vec<u8>>| it.expect("a certificate is DER");
    let key = der(tbs.subject_public_key_info().to_der());
    let mut out = format!("version 3; serial at most 16 bytes: {is_short}; days {days}\n");
    let _ = writeln!(out, "issuer {}", hex(&der(tbs.issuer().to_der())));
    let _ = writeln!(out, "subject {}", hex(&der(tbs.subject().to_der())));
    let _ = writeln!(out, "key {}", hex(&key[..key.len().min(40)]));
    let algorithm = der(certificate.signature_algorithm().to_der());
    let _ = writeln!(out, "signature {}", hex(&algorithm));
    for extension in tbs.extensions().into_iter().flatten() {
        let value = hex(extension.extn_value.as_bytes());
        let _ = writeln!(out, "{} {} {value}", extension.extn_id, extension.critical);
    }
    out
}

#[test]
fn certificates_say_what_those_of_go_say() {
    let values = serde_json::from_str(include_str!("../../../../tests/data/helm_keys.json"));
    let values: Json = values.expect("the keys are JSON");
    for row in include_str!("../../../../tests/data/helm_certificates.jsonl").lines() {
        let row: Json = serde_json::from_str(row).expect("a row is JSON");
        let template = row["t"].as_str().expect("a row has a template");
        let pem =
            evaluate(&format!("{{{{ ({template}).Cert }}}}"), &values, &json!({})).expect(template);
        let (_, der) = unpem(&pem).expect(template);
        let certificate = x509::parse(&der).expect(template);
        assert_eq!(Some(&*described(&certificate)), row["dump"].as_str(), "{template}");
    }
}
