//! Charts in OCI registries (Helm's `pkg/registry`).

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciDescriptor, OciImageManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use super::version::Wanted;
use super::{Chart, ChartOptions, ChartQuery, Found, PlainRegistry, Provenance};
use crate::version::Version;
use crate::{Credential, Digest, SourceError, http};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: [&str; 2] =
    ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";
/// A manifest of a chart has two or three descriptors.
const MANIFEST_BYTES: usize = 1 << 20;
const PROVENANCE_BYTES: u64 = 1 << 20;
/// How many tags are asked for at once.
const PAGE: usize = 1000;

/// The repository of one chart in a registry.
pub(super) struct Registry {
    /// Without tag and digest.
    repository: Reference,
    client: Client,
    options: ChartOptions,
}

impl Registry {
    /// The chart `name` below `place`, such as `ghcr.io/owner/charts`.
    pub(super) fn new(place: &str, name: &str, options: ChartOptions) -> Result<Self, SourceError> {
        let (host, path) = place.split_once('/').unwrap_or((place, ""));
        let path = format!("{}/{name}", path.trim_end_matches('/'));
        let text = format!("{host}/{}", path.trim_start_matches('/'));
        let parsed: Reference = text.parse().map_err(|error| {
            SourceError::invalid(format!("`oci://{text}` names no chart in a registry: {error}"))
        })?;
        if parsed.digest().is_some()
            || parsed.tag().is_some_and(|tag| tag != "latest")
            || host.contains('@')
        {
            return Err(SourceError::invalid(
                "an OCI repository is such as `oci://host/path`; version and credentials are options",
            ));
        }
        // A host without a dot would be read as a folder of Docker's registry.
        let path = path.trim_start_matches('/').to_owned();
        let repository = Reference::with_tag(host.to_owned(), path, "latest".to_owned());
        let client =
            Client::try_from(config(host, &options)?).map_err(|error| meaning(error, host))?;
        Ok(Self { repository, client, options })
    }

    /// Where it is.
    pub(super) fn shown(&self) -> String {
        format!("oci://{}/{}", self.repository.registry(), self.repository.repository())
    }

    /// The tag that fits `query`, and the manifest that it names now.
    pub(super) async fn find(&self, query: &ChartQuery) -> Result<Found, SourceError> {
        let wanted = Wanted::parse(&query.version)?;
        let auth = self.auth().await?;
        let version = match wanted.exact() {
            Some(version) => version.to_owned(),
            None => self.newest(&wanted, &auth).await?,
        };
        let manifest = self.raw_manifest(&self.tagged(&version), &auth).await?;
        let at = Digest::sha256(manifest).to_string();
        Ok(Found { version, digest: None, at })
    }

    /// The archive that `found` is.
    pub(super) async fn download(
        &self,
        query: &ChartQuery,
        found: &Found,
    ) -> Result<Chart, SourceError> {
        let auth = self.auth().await?;
        let manifest = self.manifest(&found.at, &auth).await?;
        let layer = |kind: &str| manifest.layers.iter().find(|it| it.media_type == kind);
        let chart = CHART.into_iter().find_map(layer).ok_or_else(|| {
            SourceError::invalid("the manifest has no layer that is a chart".to_owned())
        })?;
        let limit = self.options.limits.archive_bytes;
        let archive = self.blob(chart, limit, "limits.archive_bytes").await?;
        let provenance = match (self.options.provenance, layer(PROVENANCE)) {
            (Provenance::Ignored, _) | (Provenance::IfPresent, None) => None,
            (Provenance::Required, None) => {
                return Err(SourceError::NotFound("the chart has no provenance".to_owned()));
            }
            (_, Some(layer)) => Some(self.blob(layer, PROVENANCE_BYTES, "provenance").await?),
        };
        let digest = Digest::sha256(&archive);
        let (name, version) = (query.name.clone(), found.version.clone());
        Ok(Chart { name, version, digest, archive, provenance })
    }

    /// The newest tag that `wanted` holds; tags that are no complete versions are none of charts.
    async fn newest(&self, wanted: &Wanted, auth: &RegistryAuth) -> Result<String, SourceError> {
        let mut versions: Vec<String> = Vec::new();
        let mut last: Option<String> = None;
        let mut seen = 0;
        loop {
            let page = self.client.list_tags(&self.repository, auth, Some(PAGE), last.as_deref());
            let tags = page.await.map_err(|error| self.meaning(error))?.tags;
            seen += tags.len() as u64;
            let limit = self.options.limits.tags;
            if seen > limit {
                let (what, option) = ("the list of tags".to_owned(), "limits.tags");
                return Err(SourceError::Limit { what, limit, option });
            }
            let whole = tags.len() < PAGE || tags.last() == last.as_ref();
            last = tags.last().cloned();
            let found = tags.iter().map(|tag| tag.replace('_', "+"));
            versions.extend(found.filter(|it| Version::parse_strict(it).is_ok()));
            if whole {
                break;
            }
        }
        let count = versions.len();
        wanted.best(versions, |version| version).ok_or_else(|| {
            SourceError::NotFound(format!("none of the {count} versions in the registry fits"))
        })
    }

    async fn manifest(
        &self,
        digest: &str,
        auth: &RegistryAuth,
    ) -> Result<OciImageManifest, SourceError> {
        let place = self.repository.clone_with_digest(digest.to_owned());
        let bytes = self.raw_manifest(&place, auth).await?;
        check(&bytes, digest)?;
        let manifest: OciImageManifest = serde_json::from_slice(&bytes).map_err(|error| {
            SourceError::invalid(format!("the manifest cannot be read: {error}"))
        })?;
        if manifest.config.media_type != CONFIG {
            return Err(SourceError::invalid(format!(
                "what lies there is no chart: its type is {}",
                manifest.config.media_type
            )));
        }
        Ok(manifest)
    }

    async fn raw_manifest(
        &self,
        place: &Reference,
        auth: &RegistryAuth,
    ) -> Result<Bytes, SourceError> {
        let raw = self.client.pull_manifest_raw(place, auth, &[OCI_IMAGE_MEDIA_TYPE]).await;
        let (bytes, _) = raw.map_err(|error| self.meaning(error))?;
        if bytes.len() <= MANIFEST_BYTES {
            return Ok(bytes);
        }
        Err(SourceError::invalid(format!("the manifest has {} bytes, so it is none", bytes.len())))
    }

    async fn blob(
        &self,
        layer: &OciDescriptor,
        limit: u64,
        option: &'static str,
    ) -> Result<Bytes, SourceError> {
        let too_large = || SourceError::Limit { what: "the chart".to_owned(), limit, option };
        if u64::try_from(layer.size).is_ok_and(|size| size > limit) {
            return Err(too_large());
        }
        let stream = self.client.pull_blob_stream(&self.repository, layer).await;
        let mut stream = stream.map_err(|error| self.meaning(error))?.stream;
        let mut all = BytesMut::new();
        let lost = |error: std::io::Error| SourceError::unavailable(error.to_string());
        while let Some(chunk) = stream.try_next().await.map_err(lost)? {
            if (all.len() + chunk.len()) as u64 > limit {
                return Err(too_large());
            }
            all.extend_from_slice(&chunk);
        }
        check(&all, &layer.digest)?;
        Ok(all.freeze())
    }

    fn tagged(&self, version: &str) -> Reference {
        let (registry, repository) = (self.repository.registry(), self.repository.repository());
        let tag = version.replace('+', "_");
        Reference::with_tag(registry.to_owned(), repository.to_owned(), tag)
    }

    async fn auth(&self) -> Result<RegistryAuth, SourceError> {
        let Some(credentials) = &self.options.http.credentials else {
            return Ok(RegistryAuth::Anonymous);
        };
        Ok(match credentials.credential(&self.shown()).await? {
            Some(Credential::Basic { user, password }) => RegistryAuth::Basic(user, password),
            Some(Credential::Bearer(token)) => RegistryAuth::Bearer(token),
            None => RegistryAuth::Anonymous,
        })
    }

    fn meaning(&self, error: OciDistributionError) -> SourceError {
        meaning(error, self.repository.registry())
    }
}

fn config(host: &str, options: &ChartOptions) -> Result<ClientConfig, SourceError> {
    let (url, ..) = http::address(&format!("http://{host}/"))?;
    let plain = options.plain_registry == PlainRegistry::Always || http::is_loopback(&url);
    let deadlines = &options.http.deadlines;
    Ok(ClientConfig {
        protocol: if plain { ClientProtocol::Http } else { ClientProtocol::Https },
        extra_root_certificates: certificates(options.http.ca.as_deref().unwrap_or_default()),
        read_timeout: Some(deadlines.idle),
        connect_timeout: Some(deadlines.connect),
        https_proxy: options.http.proxy.clone(),
        http_proxy: options.http.proxy.clone(),
        ..ClientConfig::default()
    })
}

/// The single certificates of a bundle.
fn certificates(bundle: &[u8]) -> Vec<Certificate> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(bundle);
    let single = text.split_inclusive(END).filter(|it| it.contains("-----BEGIN CERTIFICATE-----"));
    let pem = |text: &str| Certificate {
        encoding: CertificateEncoding::Pem,
        data: text.as_bytes().to_vec(),
    };
    single.map(pem).collect()
}

fn check(bytes: &[u8], digest: &str) -> Result<(), SourceError> {
    let told: Digest = digest.parse()?;
    let found = Digest::sha256(bytes);
    if found == told {
        return Ok(());
    }
    Err(SourceError::Corrupt(format!("what came has the digest {found}, not {told}")))
}

/// What an error of the client means to a caller; none shows a credential.
fn meaning(error: OciDistributionError, host: &str) -> SourceError {
    use OciDistributionError as E;
    use OciErrorCode as Code;

    match error {
        E::AuthenticationFailure(_) | E::UnauthorizedError { .. } => {
            SourceError::Denied(format!("{host} does not accept the credentials"))
        }
        E::ImageManifestNotFoundError(_) => {
            SourceError::NotFound(format!("{host} has no such chart or version"))
        }
        E::ServerError { code, message, .. } => {
            by_status(code, format!("{host} answered {code}: {message}"))
        }
        E::RegistryError { envelope, .. } => {
            let text = format!("{host} answered {envelope}");
            let has = |codes: &[Code]| envelope.errors.iter().any(|it| codes.contains(&it.code));
            if has(&[Code::ManifestUnknown, Code::NameUnknown, Code::BlobUnknown]) {
                SourceError::NotFound(text)
            } else if has(&[Code::Unauthorized, Code::Denied]) {
                SourceError::Denied(text)
            } else if has(&[Code::Toomanyrequests]) {
                SourceError::unavailable(text)
            } else {
                SourceError::invalid(text)
            }
        }
        E::RequestError(error) => {
            let text = crate::error::causes(&error.without_url());
            SourceError::unavailable(format!("{host} cannot be reached: {text}"))
        }
        E::IoError(error) => SourceError::unavailable(format!("{host} broke off: {error}")),
        E::DigestError(error) => SourceError::Corrupt(format!("{host}: {error}")),
        other => SourceError::invalid(format!("{host}: {other}")),
    }
}

fn by_status(code: u16, message: String) -> SourceError {
    match code {
        401 | 403 => SourceError::Denied(message),
        404 => SourceError::NotFound(message),
        408 | 429 | 500.. => SourceError::unavailable(message),
        _ => SourceError::invalid(message),
    }
}
