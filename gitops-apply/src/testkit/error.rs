//! Why no API server runs.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

/// Why an API server could not be started, or is not ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The folder is not in the layout of `KUBEBUILDER_ASSETS`; correct the variable.
    #[error("no program at {}: KUBEBUILDER_ASSETS must name a folder with etcd and kube-apiserver", missing.display())]
    Assets {
        /// The path where there is none.
        missing: PathBuf,
    },
    /// The temporary folder, a port or a process was refused by the system.
    #[error("cannot {doing}: {source}")]
    System {
        /// What was tried.
        doing: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A key or a certificate could not be made.
    #[error("cannot make the certificates: {0}")]
    Certificates(#[from] rcgen::Error),
    /// A program ended by itself; its log says why.
    #[error("{program} ended by itself ({status}); the end of its log:\n{log}")]
    Ended {
        /// Which one.
        program: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The last lines that it wrote.
        log: String,
    },
    /// The API server runs and is not ready in time; its log may say why.
    #[error("kube-apiserver is not ready after {waited:?} ({last}); the end of its log:\n{log}")]
    NotReady {
        /// How long it was waited for.
        waited: Duration,
        /// What the last question for `/readyz` ended in.
        last: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// No client can be made for the server.
    #[error("no client for the API server: {0}")]
    Client(String),
}

impl StartError {
    /// For `map_err`: names what was tried when the system refused.
    pub(super) fn system(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::System { doing, source }
    }
}
