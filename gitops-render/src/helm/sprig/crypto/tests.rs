use super::certificate::{Signer, Template, is_certificate};
use super::der::{pem, unpem};
use super::key::PrivateKey;
use crate::helm::sprig::random::Stream;

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
        (pem("OPENSSH PRIVATE KEY", b"x"), "invalid private key type OPENSSH"),
    ] {
        assert_eq!(PrivateKey::parse(text.as_bytes()).err().as_deref(), Some(error));
    }
}

#[test]
fn a_certificate_names_who_signed_it() {
    let authority = PrivateKey::p256(&mut stream());
    let template = Template { name: b"ca".to_vec(), is_authority: true, ..Template::default() };
    let root = template.signed(&authority, None).unwrap();
    assert!(is_certificate(&root));
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
