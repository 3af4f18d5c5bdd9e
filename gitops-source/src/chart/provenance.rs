//! Provenance files: who signed an archive (Helm's `pkg/provenance`, RFC 9580).

use std::fmt;
use std::time::SystemTime;

use pgp::composed::{CleartextSignedMessage, SignedPublicKey};
use pgp::packet::Signature;
use pgp::types::{KeyDetails, VerifyingKey};

use super::Chart;
use crate::{Digest, SourceError};

/// The public keys that are trusted to sign charts.
///
/// ```no_run
/// use std::time::SystemTime;
/// use gitops_source::{ChartOptions, ChartQuery, ChartSource, Keyring, Provenance};
///
/// # async fn example(pubring: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
/// let query = ChartQuery {
///     repository: "https://charts.example.com".into(),
///     name: "web".into(),
///     version: "^1".into(),
/// };
/// let options = ChartOptions { provenance: Provenance::Required, ..ChartOptions::default() };
/// let chart = ChartSource::new(query, options)?.chart().await?;
/// let signer = Keyring::parse(pubring)?.verify(&chart, SystemTime::now())?;
/// println!("signed by {}", signer.fingerprint);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Keyring(Vec<SignedPublicKey>);

/// Who signed a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signer {
    /// The fingerprint of the primary key, in hexadecimal digits.
    pub fingerprint: String,
    /// The names that the key gives itself, such as `Jane <jane@example.com>`.
    pub names: Vec<String>,
}

impl Keyring {
    /// Reads keys, armored or binary, as `gpg --export` writes them. Keys whose own signatures
    /// do not hold are left out.
    ///
    /// # Errors
    /// [`SourceError::Invalid`] where there is no key.
    pub fn parse(bytes: &[u8]) -> Result<Self, SourceError> {
        use pgp::composed::Deserializable;

        let no_keys =
            |why: String| SourceError::invalid(format!("there are no public keys to trust: {why}"));
        let (keys, _) =
            SignedPublicKey::from_reader_many(bytes).map_err(|error| no_keys(error.to_string()))?;
        let keys =
            keys.collect::<Result<Vec<_>, _>>().map_err(|error| no_keys(error.to_string()))?;
        let good: Vec<_> = keys.into_iter().filter(|key| key.verify_bindings().is_ok()).collect();
        if good.is_empty() {
            return Err(no_keys("none of them holds".to_owned()));
        }
        Ok(Self(good))
    }

    /// Checks that one of these keys signed `chart`, at a time when it was valid, and that it still
    /// is at the time `now`.
    ///
    /// # Errors
    /// [`SourceError::Denied`] where there is no such signature, [`SourceError::Invalid`] for a
    /// provenance file that is none.
    pub fn verify(&self, chart: &Chart, now: SystemTime) -> Result<Signer, SourceError> {
        let file = format!("{}-{}.tgz", chart.name, chart.version);
        let statement = chart.provenance.as_ref().ok_or_else(|| {
            SourceError::Denied(format!("{file} has no provenance file, so nobody vouches for it"))
        })?;
        let unreadable = |why: String| {
            SourceError::invalid(format!("the provenance file of {file} cannot be read: {why}"))
        };
        let text = std::str::from_utf8(statement).map_err(|error| unreadable(error.to_string()))?;
        let (message, _) = CleartextSignedMessage::from_string(text)
            .map_err(|error| unreadable(error.to_string()))?;
        let key = self.0.iter().find(|key| signs(key, &message, now)).ok_or_else(|| {
            SourceError::Denied(format!("none of the keys that are trusted signed {file}"))
        })?;
        let told = told(&message.signed_text(), &file).ok_or_else(|| {
            SourceError::Denied(format!("the provenance file vouches for others, not for {file}"))
        })?;
        if told != format!("sha256:{}", Digest::sha256(&chart.archive).hex()) {
            return Err(SourceError::Denied(format!(
                "{file} is not the archive that was signed, whose digest is {told}"
            )));
        }
        Ok(Signer::of(key))
    }
}

impl Signer {
    fn of(key: &SignedPublicKey) -> Self {
        let name =
            |user: &pgp::types::SignedUser| String::from_utf8_lossy(user.id.id()).into_owned();
        Self {
            fingerprint: key.fingerprint().to_string(),
            names: key.details.users.iter().map(name).collect(),
        }
    }
}

/// Whether `key`, or a subkey of it that may sign, signed `message` and is valid.
fn signs(key: &SignedPublicKey, message: &CleartextSignedMessage, now: SystemTime) -> bool {
    let own: Vec<&Signature> = key
        .details
        .direct_signatures
        .iter()
        .chain(key.details.users.iter().flat_map(|user| &user.signatures))
        .collect();
    let primary = &key.primary_key;
    if !key.details.revocation_signatures.is_empty() || is_over(primary, &own, now) {
        return false;
    }
    if is_signed(message, primary, now) {
        return true;
    }
    key.public_subkeys.iter().any(|subkey| {
        let bindings: Vec<&Signature> = subkey.signatures.iter().collect();
        let revoked = bindings
            .iter()
            .any(|it| it.typ() == Some(pgp::packet::SignatureType::SubkeyRevocation));
        let may_sign = bindings.iter().any(|it| it.key_flags().sign());
        may_sign
            && !revoked
            && !is_over(&subkey.key, &bindings, now)
            && is_signed(message, &subkey.key, now)
    })
}

/// Whether the time of a key is over, by what its newest signature says.
fn is_over(key: &impl KeyDetails, signatures: &[&Signature], now: SystemTime) -> bool {
    let newest = signatures
        .iter()
        .filter_map(|it| Some((it.created()?.as_secs(), it)))
        .max_by_key(|it| it.0);
    let lifetime = newest.and_then(|(_, signature)| signature.key_expiration_time());
    let end = lifetime.map(|it| u64::from(key.created_at().as_secs()) + u64::from(it.as_secs()));
    lifetime.is_some_and(|it| it.as_secs() > 0) && end.is_some_and(|end| seconds(now) >= end)
}

fn is_signed(message: &CleartextSignedMessage, key: &impl VerifyingKey, now: SystemTime) -> bool {
    let Ok(signature) = message.verify(key) else { return false };
    let created = signature.created().map_or(0, |it| u64::from(it.as_secs()));
    let lifetime = signature.signature_expiration_time().map_or(0, |it| u64::from(it.as_secs()));
    let began = created >= u64::from(key.created_at().as_secs());
    began && (lifetime == 0 || seconds(now) < created + lifetime)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

/// The digest that a statement tells for `file`. It is the chart's metadata, a line `...`, and
/// below `files:` a line for each file.
fn told(statement: &str, file: &str) -> Option<String> {
    let mut lines = statement.lines().map(str::trim_end).skip_while(|line| *line != "...");
    lines.find(|line| *line == "files:")?;
    let mut files = lines.take_while(|line| line.starts_with(' ') || line.is_empty());
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    files.find_map(|line| {
        let (name, digest) = line.split_once(": ")?;
        (unquoted(name) == file).then(|| unquoted(digest))
    })
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(Signer::of)).finish()
    }
}
