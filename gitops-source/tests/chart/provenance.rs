//! Who signed a chart. Keys and statements were made by `GnuPG`.

use std::time::{Duration, SystemTime};

use gitops_source::{Chart, ChartOptions, Keyring, Provenance, SourceError};

use super::server::Server;
use super::source;

const KEYRING: &[u8] = include_bytes!("../data/provenance/keyring.asc");
const BINARY: &[u8] = include_bytes!("../data/provenance/keyring.gpg");

/// The chart whose archive was signed, with this statement, from a repository.
async fn signed(statement: &[u8], archive: &str) -> Chart {
    let (statement, archive) = (statement.to_vec(), archive.to_owned());
    let index = "entries:\n  web:\n  - version: 1.0.0\n    urls: [web-1.0.0.tgz]\n";
    let server = Server::start(move |request| match &*request.path {
        "/index.yaml" => (200, vec![], index.into()),
        "/web-1.0.0.tgz" => (200, vec![], archive.clone().into_bytes()),
        _ if statement.is_empty() => (404, vec![], vec![]),
        _ => (200, vec![], statement.clone()),
    });
    let options = ChartOptions { provenance: Provenance::IfPresent, ..ChartOptions::default() };
    source(&server.url, "web", "1.0.0", options).chart().await.unwrap()
}

/// Days after the keys were made.
fn day(days: u64) -> SystemTime {
    const MADE: u64 = 1_767_225_600;
    SystemTime::UNIX_EPOCH + Duration::from_secs(MADE + days * 86_400)
}

macro_rules! statement {
    ($name:literal) => {
        include_bytes!(concat!("../data/provenance/", $name, ".prov")).as_slice()
    };
}

#[tokio::test]
async fn a_chart_is_vouched_for_by_a_trusted_key_that_is_valid_now() {
    let keyring = Keyring::parse(KEYRING).unwrap();
    let archive = "the archive of 1.0.0";
    for (statement, archive, at, expected) in [
        (statement!("trusted"), archive, day(60), "Trusted <trusted@example.com>"),
        (statement!("primary"), archive, day(60), "Primary <primary@example.com>"),
        (statement!("expired"), archive, day(20), "Expired <expired@example.com>"),
        (statement!("expired"), archive, day(40), "none of the keys that are trusted signed"),
        (statement!("revoked"), archive, day(20), "none of the keys that are trusted signed"),
        (statement!("stranger"), archive, day(20), "none of the keys that are trusted signed"),
        (statement!("tampered"), archive, day(20), "none of the keys that are trusted signed"),
        (statement!("other"), archive, day(20), "vouches for others, not for web-1.0.0.tgz"),
        (statement!("primary"), "another archive", day(20), "is not the archive that was signed"),
        (b"", archive, day(20), "has no provenance file"),
        (b"signed", archive, day(20), "cannot be read"),
        (b"\xff", archive, day(20), "cannot be read"),
    ] {
        let chart = signed(statement, archive).await;
        let found = match keyring.verify(&chart, at) {
            Ok(signer) => signer.names.join(", "),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{found} instead of {expected}");
    }
}

#[tokio::test]
async fn a_keyring_is_read_armored_or_binary() {
    let chart = signed(statement!("trusted"), "the archive of 1.0.0").await;
    let [armored, binary] = [KEYRING, BINARY].map(|it| Keyring::parse(it).unwrap());
    let signer = |keyring: &Keyring| keyring.verify(&chart, day(1)).unwrap().fingerprint;
    assert_eq!(signer(&armored), signer(&binary));
    for bytes in [&b""[..], b"nothing", &BINARY[..40]] {
        assert!(matches!(Keyring::parse(bytes), Err(SourceError::Invalid(_))), "{bytes:?}");
    }
}
