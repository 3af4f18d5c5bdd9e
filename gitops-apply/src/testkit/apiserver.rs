//! etcd and kube-apiserver, started and stopped.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tempfile::TempDir;

use super::certificates::Certificates;
use super::process::{Afterwards, Process};
use super::{Assets, StartError};

/// How long a server may take to become ready: seconds on an idle machine, far more on a busy one.
const READY_WITHIN: Duration = Duration::from_secs(120);
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);
/// How often other ports are tried when somebody was faster to take one.
const ATTEMPTS: usize = 3;

/// A running Kubernetes API server with its etcd; dropping it ends both and removes their data.
///
/// Its only user is `admin` of the group `system:masters`, who may do anything. No controller
/// runs: deleted namespaces stay `Terminating`, nothing is garbage-collected, Deployments make no
/// progress. So use a namespace for each test, and do not wait for its end.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use gitops_apply::testkit::{ApiServer, Assets};
///
/// let assets = Assets::in_folder("/usr/local/kubebuilder/bin".as_ref())?;
/// let mut server = ApiServer::start(&assets).await?;
/// println!("kubectl --kubeconfig {} get namespaces", server.kubeconfig_path().display());
/// server.restart().await?; // Same address, same objects.
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ApiServer {
    // In this order they are dropped: the server before its store, both before their folder.
    server: Option<Process>,
    etcd: Process,
    folder: TempDir,
    assets: Assets,
    etcd_port: u16,
    port: u16,
    kubeconfig: String,
}

impl ApiServer {
    /// Starts a server out of `KUBEBUILDER_ASSETS`, or returns `None` where it is unset.
    ///
    /// # Errors
    /// As [`Assets::from_env`] and [`start`](Self::start).
    pub async fn from_env() -> Result<Option<Self>, StartError> {
        match Assets::from_env()? {
            Some(assets) => Self::start(&assets).await.map(Some),
            None => Ok(None),
        }
    }

    /// Starts a server, and waits until it is ready.
    ///
    /// # Errors
    /// [`StartError`], with the end of a program's log where that tells more.
    pub async fn start(assets: &Assets) -> Result<Self, StartError> {
        let mut attempt = 1;
        loop {
            match Self::start_once(assets).await {
                Err(error) if attempt < ATTEMPTS && is_port_taken(&error) => attempt += 1,
                result => return result,
            }
        }
    }

    /// Where it listens: `https://127.0.0.1:<port>`, the same after a [`restart`](Self::restart).
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The text of a kubeconfig of the user `admin` (JSON, which every reader takes).
    pub fn kubeconfig(&self) -> &str {
        &self.kubeconfig
    }

    /// A file with the [`kubeconfig`](Self::kubeconfig), for other programs.
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// A client of the user `admin`. It belongs to the tokio runtime of the caller.
    ///
    /// # Errors
    /// [`StartError::Client`] when kube does not take the kubeconfig.
    pub async fn client(&self) -> Result<kube::Client, StartError> {
        let kubeconfig = Kubeconfig::from_yaml(&self.kubeconfig)
            .map_err(|e| StartError::Client(e.to_string()))?;
        let mut config =
            kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                .await
                .map_err(|e| StartError::Client(e.to_string()))?;
        // The server is on this machine, whatever proxy the environment names.
        config.proxy_url = None;
        kube::Client::try_from(config).map_err(|e| StartError::Client(e.to_string()))
    }

    /// Kills the API server as a crash would: no connection is closed in order. Its objects stay.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Kills the API server, if it runs, and starts it again: same address, same objects.
    ///
    /// # Errors
    /// [`StartError`]; another call tries again.
    pub async fn restart(&mut self) -> Result<(), StartError> {
        self.kill();
        self.start_server()?;
        self.ready().await
    }

    async fn start_once(assets: &Assets) -> Result<Self, StartError> {
        let folder = TempDir::with_prefix("gitops-testkit-")
            .map_err(StartError::system("make a temporary folder"))?;
        let [etcd_port, port] = free_ports()?;
        let certificates = Certificates::write(folder.path())?;
        let token = rcgen::KeyPair::generate()?.serialize_der();
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token);
        let kubeconfig = kubeconfig(port, &certificates.authority, &token);
        write(folder.path(), "kubeconfig", &kubeconfig)?;
        write(folder.path(), "tokens.csv", &format!("{token},admin,admin,system:masters\n"))?;
        let mut server = Self {
            server: None,
            etcd: start_etcd(assets, folder.path(), etcd_port)?,
            folder,
            assets: assets.clone(),
            etcd_port,
            port,
            kubeconfig,
        };
        server.start_server()?;
        server.ready().await?;
        Ok(server)
    }

    fn start_server(&mut self) -> Result<(), StartError> {
        self.server = Some(Process::start(
            "kube-apiserver",
            self.assets.kube_apiserver(),
            &server_flags(self.folder.path(), self.etcd_port, self.port),
            self.folder.path().join("kube-apiserver.log"),
            &Afterwards::Keep,
        )?);
        Ok(())
    }

    /// Waits for `/readyz`, as long as both programs run.
    async fn ready(&mut self) -> Result<(), StartError> {
        let client = self.client().await?;
        // The wall clock, so that a test may pause tokio's.
        let started = Instant::now();
        loop {
            self.etcd.check()?;
            if let Some(server) = &mut self.server {
                server.check()?;
            }
            let question = http::Request::get("/readyz")
                .body(Vec::new())
                .expect("because the path is a constant");
            let Err(error) = client.request_text(question).await else { return Ok(()) };
            if started.elapsed() > READY_WITHIN {
                return Err(self.not_ready(started.elapsed(), &error));
            }
            tokio::time::sleep(BETWEEN_QUESTIONS).await;
        }
    }

    fn not_ready(&self, waited: Duration, last: &kube::Error) -> StartError {
        let log = self.server.as_ref().map(Process::log_tail).unwrap_or_default();
        StartError::NotReady { waited, last: last.to_string(), log }
    }
}

fn start_etcd(assets: &Assets, folder: &Path, port: u16) -> Result<Process, StartError> {
    let address = format!("http://127.0.0.1:{port}");
    let flags = [
        format!("--data-dir={}", folder.join("etcd").display()),
        format!("--listen-client-urls={address}"),
        format!("--advertise-client-urls={address}"),
        "--listen-peer-urls=http://127.0.0.1:0".to_owned(),
        // Data that nobody needs after a power cut is written faster.
        "--unsafe-no-fsync".to_owned(),
    ];
    let log = folder.join("etcd.log");
    Process::start("etcd", assets.etcd(), &flags, log, &Afterwards::Remove(folder))
}

/// The flags of a server for tests; the API is as by default, with two exceptions: there is no
/// controller that would make the service accounts that the `ServiceAccount` admission wants, and
/// no peer to whom an endpoint of the server would be of use.
fn server_flags(folder: &Path, etcd_port: u16, port: u16) -> Vec<String> {
    let file = |flag: &str, name: &str| format!("--{flag}={}", folder.join(name).display());
    let mut flags = vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd_port}"),
        format!("--secure-port={port}"),
        file("tls-cert-file", Certificates::SERVER),
        file("tls-private-key-file", Certificates::SERVER_KEY),
        file("client-ca-file", Certificates::AUTHORITY),
        file("token-auth-file", "tokens.csv"),
        file("service-account-key-file", Certificates::SERVICE_ACCOUNT),
        file("service-account-signing-key-file", Certificates::SERVICE_ACCOUNT_KEY),
    ];
    flags.extend(
        [
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--allow-privileged=true",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",
            "--endpoint-reconciler-type=none",
            "--profiling=false",
        ]
        .map(String::from),
    );
    flags
}

fn kubeconfig(port: u16, authority: &str, token: &str) -> String {
    let authority = base64::engine::general_purpose::STANDARD.encode(authority);
    let server = format!("https://127.0.0.1:{port}");
    let config = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": "testkit",
            "cluster": { "server": server, "certificate-authority-data": authority },
        }],
        "users": [{ "name": "admin", "user": { "token": token } }],
        "contexts": [{ "name": "testkit", "context": { "cluster": "testkit", "user": "admin" } }],
        "current-context": "testkit",
    });
    format!("{config:#}\n")
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), StartError> {
    std::fs::write(folder.join(name), text).map_err(StartError::system(format!("write {name}")))
}

/// Ports that nobody listens on. They are free again when this returns, so somebody else may get
/// one of them first; [`ApiServer::start`] then tries others.
fn free_ports<const N: usize>() -> Result<[u16; N], StartError> {
    let bind = || TcpListener::bind(("127.0.0.1", 0)).map_err(StartError::system("bind a port"));
    // All are held until the last is chosen, so that they differ.
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = bind()?;
        *port = listener.local_addr().map_err(StartError::system("read a port"))?.port();
        held.push(listener);
    }
    Ok(ports)
}

fn is_port_taken(error: &StartError) -> bool {
    matches!(error, StartError::Ended { log, .. } if log.contains("address already in use"))
}
