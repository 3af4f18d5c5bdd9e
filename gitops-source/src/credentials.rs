//! Credentials for sources, asked for when they are needed.

use std::fmt;

use async_trait::async_trait;

use crate::SourceError;

/// What proves to a server who asks. Its secret shows in no error and no `Debug`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A user's name and password, or whatever the host takes for one: an access token goes into
    /// `password`, and most hosts take any name beside it.
    Basic {
        /// The name.
        user: String,
        /// The secret.
        password: String,
    },
    /// A token that is sent as `Authorization: Bearer`.
    Bearer(String),
}

/// Where credentials come from; never a person at a terminal.
///
/// A single [`Credential`] is the simplest implementation. One that has to ask elsewhere, such
/// as for a token that is valid for an hour, keeps it until [`rejected`](Credentials::rejected)
/// is called.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The credential for the repository at `url`, which holds no secret; none to go without.
    ///
    /// # Errors
    /// [`SourceError`], which becomes the error of the fetch.
    async fn credential(&self, url: &str) -> Result<Option<Credential>, SourceError>;

    /// The server at `url` did not accept the last credential. If another one is given now, it is
    /// tried once.
    async fn rejected(&self, _url: &str) {}
}

/// The credential that stands in a URL.
#[cfg(feature = "http")]
pub(crate) fn of_url(url: &reqwest::Url) -> Option<Credential> {
    let named = !url.username().is_empty() || url.password().is_some();
    named.then(|| Credential::Basic {
        user: decode(url.username()),
        password: decode(url.password().unwrap_or_default()),
    })
}

#[cfg(feature = "http")]
/// Undoes the percent-encoding of a user or password.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[async_trait]
impl Credentials for Credential {
    async fn credential(&self, _url: &str) -> Result<Option<Credential>, SourceError> {
        Ok(Some(self.clone()))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}
