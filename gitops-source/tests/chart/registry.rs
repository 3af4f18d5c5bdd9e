//! Charts in a real registry: Debian's `docker-registry`, where `DOCKER_REGISTRY` names it or it
//! lies in the path.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gitops_source::{ChartLimits, ChartOptions, Digest, Fetched, Provenance, Source, SourceError};
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use tempfile::TempDir;

use super::{changed, error, source};

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

struct Registry {
    host: String,
    child: Child,
    _folder: TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("DOCKER_REGISTRY").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("docker-registry"));
    named.or_else(|| found.find(|it| it.is_file()))
}

impl Registry {
    fn start() -> Option<Self> {
        let Some(program) = program() else {
            let _ = writeln!(std::io::stderr(), "left out: there is no docker-registry");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = format!("127.0.0.1:{port}");
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.yml");
        let root = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \
             \"{host}\"}}\n",
            root.display()
        );
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new(program);
        command.arg("serve").arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(&host).is_err() {
            assert!(Instant::now() < deadline, "the registry does not start");
            std::thread::yield_now();
        }
        Some(Self { host, child, _folder: folder })
    }

    fn url(&self) -> String {
        format!("oci://{}/team/charts", self.host)
    }

    async fn push(&self, name: &str, tag: &str, layers: &[(&str, &str)], kind: &str) {
        let protocol = ClientProtocol::Http;
        let client = Client::new(ClientConfig { protocol, ..ClientConfig::default() });
        let repository = format!("team/charts/{name}");
        let place = Reference::with_tag(self.host.clone(), repository, tag.to_owned());
        let layers: Vec<_> = layers
            .iter()
            .map(|(kind, text)| ImageLayer::new(text.as_bytes().to_vec(), (*kind).to_owned(), None))
            .collect();
        let config = Config::new(b"{}".to_vec(), kind.to_owned(), None);
        client.push(&place, &layers, config, &RegistryAuth::Anonymous, None).await.unwrap();
    }
}

#[tokio::test]
async fn charts_are_fetched_from_a_registry_by_tag_and_by_range() {
    let Some(registry) = Registry::start() else { return };
    for tag in ["1.0.0", "1.1.0", "2.0.0-rc.1", "1.1.1_build.5", "latest", "v1.9"] {
        registry.push("web", tag, &[(PROVENANCE, "signed"), (CHART, tag)], CONFIG).await;
    }
    let url = registry.url();
    for (wanted, version, tag) in [
        ("1.0.0", "1.0.0", "1.0.0"),
        ("~1.0", "1.0.0", "1.0.0"),
        ("", "1.1.1+build.5", "1.1.1_build.5"),
        ("1.1.1+build.5", "1.1.1+build.5", "1.1.1_build.5"),
        (">1-0", "2.0.0-rc.1", "2.0.0-rc.1"),
    ] {
        let source = source(&url, "web", wanted, ChartOptions::default());
        let (revision, path, bytes) = changed(&source, None).await;
        assert_eq!((&*path, &*bytes), (&*format!("web-{version}.tgz"), tag.as_bytes()), "{wanted}");
        assert_eq!(revision.digest(), &Digest::sha256(tag));
        assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    }
    let signed = ChartOptions { provenance: Provenance::Required, ..ChartOptions::default() };
    let chart = source(&url, "web", "1.0.0", signed).chart().await.unwrap();
    assert_eq!(chart.provenance.as_deref(), Some(&b"signed"[..]));
}

#[tokio::test]
async fn a_tag_that_moves_is_seen() {
    let Some(registry) = Registry::start() else { return };
    registry.push("web", "1.0.0", &[(CHART, "one")], CONFIG).await;
    let source = source(&registry.url(), "web", "1.0.0", ChartOptions::default());
    let (first, ..) = changed(&source, None).await;
    registry.push("web", "1.0.0", &[(CHART, "two")], CONFIG).await;
    let (second, _, bytes) = changed(&source, Some(&first)).await;
    assert_eq!((bytes, second.name()), (b"two".to_vec(), Some("1.0.0")));
}

#[tokio::test]
async fn what_a_registry_does_not_have_is_said() {
    let Some(registry) = Registry::start() else { return };
    registry.push("web", "1.0.0", &[(CHART, "a chart of many bytes")], CONFIG).await;
    registry
        .push("image", "1.0.0", &[(CHART, "x")], "application/vnd.oci.image.config.v1+json")
        .await;
    registry.push("empty", "1.0.0", &[("text/plain", "x")], CONFIG).await;
    registry.push("old", "1.0.0", &[("application/tar+gzip", "old")], CONFIG).await;
    let limits = ChartLimits { archive_bytes: 5, ..ChartLimits::default() };
    let small = ChartOptions { limits, ..ChartOptions::default() };
    let signed = ChartOptions { provenance: Provenance::Required, ..ChartOptions::default() };
    for (name, version, options, expected) in [
        ("absent", "1.0.0", ChartOptions::default(), "manifest unknown"),
        ("absent", "", ChartOptions::default(), "answered"),
        ("web", "2.0.0", ChartOptions::default(), "manifest unknown"),
        ("web", ">2", ChartOptions::default(), "none of the 1 versions in the registry fits"),
        ("image", "1.0.0", ChartOptions::default(), "what lies there is no chart"),
        ("empty", "1.0.0", ChartOptions::default(), "the manifest has no layer that is a chart"),
        ("web", "1.0.0", small, "over the limit of 5"),
        ("web", "1.0.0", signed, "the chart has no provenance"),
    ] {
        let text = error(&source(&registry.url(), name, version, options)).await.to_string();
        assert!(text.contains(expected), "{name} {version}: {text}");
    }
    let old = source(&registry.url(), "old", "", ChartOptions::default());
    assert_eq!(changed(&old, None).await.2, b"old");
    let gone = source("oci://127.0.0.1:1/charts", "web", "1.0.0", ChartOptions::default());
    assert!(matches!(error(&gone).await, SourceError::Unavailable { .. }));
}
