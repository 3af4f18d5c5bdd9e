//! How files behind http(s) are fetched.

use std::fmt;
use std::sync::Arc;

use super::Network;
use crate::{Credentials, Deadlines};

/// How [`HttpFiles`](crate::HttpFiles) are fetched.
#[derive(Clone)]
pub struct HttpOptions {
    /// Bytes of one file; 32 MiB by default.
    pub file_bytes: u64,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// Where credentials come from. A user and password in the URL are used before.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// Whether credentials may be sent over plain `http`.
    pub plain_http_credentials: PlainHttp,
    /// Certificates of authorities to trust besides the system's, in PEM.
    pub ca: Option<Vec<u8>>,
    /// The proxy, such as `http://proxy:3128`; by default the one that the environment names
    /// (`HTTPS_PROXY`, `NO_PROXY`).
    pub proxy: Option<String>,
}

/// Whether credentials may be sent over plain `http`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlainHttp {
    /// Only to this machine; the default.
    #[default]
    LoopbackOnly,
    /// To anyone, where each who carries them can read them.
    Anywhere,
}

impl HttpOptions {
    pub(crate) fn network(&self) -> Network {
        Network { connect: self.deadlines.connect, ca: self.ca.clone(), proxy: self.proxy.clone() }
    }
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            file_bytes: 32 << 20,
            deadlines: Deadlines::default(),
            credentials: None,
            plain_http_credentials: PlainHttp::default(),
            ca: None,
            proxy: None,
        }
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("file_bytes", &self.file_bytes)
            .field("deadlines", &self.deadlines)
            .field("plain_http_credentials", &self.plain_http_credentials)
            .finish_non_exhaustive()
    }
}
