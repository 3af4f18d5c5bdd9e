//! Where a repository is, and how to write that without a secret.

use std::fmt;
use std::path::PathBuf;

use gix::url::Scheme;
use reqwest::Url;

use crate::{Credential, SourceError, credentials};

/// A repository's address; prints without its credential.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) place: Place,
    pub(super) credential: Option<Credential>,
    shown: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Local(PathBuf),
    Http(Url),
    Daemon { host: String, port: u16, path: String },
    Ssh { destination: String, port: Option<u16>, path: String },
}

impl Address {
    /// Reads a URL, an scp-like address (`git@host:path`) or a path.
    pub(super) fn parse(text: &str) -> Result<Self, SourceError> {
        if text.starts_with("http://") || text.starts_with("https://") {
            return Self::http(text);
        }
        let refuse = |why: &str| Err(SourceError::invalid(format!("`{}` {why}", hide(text))));
        let Ok(url) = gix::url::parse(text) else {
            return refuse("is no address of a Git repository");
        };
        let path = url.path.to_string();
        if text.is_empty() || path.contains(['\0', '\n']) {
            return refuse("is no address of a Git repository");
        }
        let host = || url.host_argument_safe().filter(|host| !host.is_empty()).map(str::to_owned);
        let place = match (&url.scheme, host()) {
            (Scheme::File, _) => Place::Local(path.into()),
            (Scheme::Git, Some(host)) => {
                Place::Daemon { host, port: url.port.unwrap_or(9418), path }
            }
            (Scheme::Ssh, Some(host)) => {
                let destination = match (url.user(), url.user_argument_safe()) {
                    (None, _) => host,
                    (Some(_), Some(user)) => format!("{user}@{host}"),
                    (Some(_), None) => return refuse("has a user that looks like an option"),
                };
                Place::Ssh { destination, port: url.port, path }
            }
            (Scheme::Git | Scheme::Ssh, None) => return refuse("has no usable host"),
            _ => return refuse("is not reached by file, git, http, https or ssh"),
        };
        Ok(Self { place, credential: None, shown: hide(text) })
    }

    fn http(text: &str) -> Result<Self, SourceError> {
        let mut url: Url = text.parse().map_err(|error| {
            SourceError::invalid(format!("`{}` is no URL: {error}", hide(text)))
        })?;
        let credential = credentials::of_url(&url);
        let cleared = url.set_username("").and_then(|()| url.set_password(None));
        debug_assert!(cleared.is_ok(), "an http URL has a host");
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { shown: url.to_string(), place: Place::Http(url), credential })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// `text` without what stands before the host where that may hold a secret.
fn hide(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if !user.contains(':') && scheme.contains("ssh") => {
            format!("{user}@{host}")
        }
        Some((_, host)) => host.to_owned(),
        None => authority.to_owned(),
    };
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_what_git_takes_them_for() {
        let ssh = |destination: &str, port, path: &str| Place::Ssh {
            destination: destination.into(),
            port,
            path: path.into(),
        };
        for (text, place) in [
            ("/srv/repo.git", Place::Local("/srv/repo.git".into())),
            ("./repo", Place::Local("./repo".into())),
            ("file:///srv/repo.git", Place::Local("/srv/repo.git".into())),
            (
                "git://host/a/b",
                Place::Daemon { host: "host".into(), port: 9418, path: "/a/b".into() },
            ),
            ("git://host:99/a", Place::Daemon { host: "host".into(), port: 99, path: "/a".into() }),
            ("git@host:a/b.git", ssh("git@host", None, "a/b.git")),
            ("host:a/b.git", ssh("host", None, "a/b.git")),
            ("ssh://git@host:2222/a/b", ssh("git@host", Some(2222), "/a/b")),
        ] {
            assert_eq!(Address::parse(text).unwrap().place, place, "{text}");
        }
    }

    #[test]
    fn a_secret_in_a_url_becomes_the_credential_and_shows_nowhere() {
        let address = Address::parse("https://me:s%40cret@host:8443/a/b.git/?x=1#y").unwrap();
        assert_eq!(address.to_string(), "https://host:8443/a/b.git");
        let credential = Credential::Basic { user: "me".into(), password: "s@cret".into() };
        assert_eq!(address.credential, Some(credential));
        assert!(!format!("{address:?}").contains("cret"));
        assert_eq!(Address::parse("git://me:secret@host/a").unwrap().to_string(), "git://host/a");
    }

    #[test]
    fn what_cannot_be_reached_or_would_be_an_option_is_refused() {
        for text in [
            "",
            "ftp://me:secret@host/a",
            "ext::sh -c id",
            "ssh://-oProxyCommand=id/a",
            "ssh://-l@host/a",
            "git://host/a\nb",
            "https://",
            "https://me:secret@[bad",
            "ssh:///a",
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
