//! What a render needs and does not have.

use std::fmt;
use std::time::Duration;

use gitops_diff::{Query, Value};
use gitops_source::{Limits, Tree, TreeBuilder};

/// An input that a render needs and does not have. Each comes as a tree: of files, or of
/// [what a cluster answers](Requirement::answer).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// A Git repository, of which a Kustomize base names a folder. All folders of one need it once.
    Git {
        /// The repository, as Git clones it.
        url: String,
        /// The branch, tag or commit, if one is named; else the default branch is meant.
        reference: Option<String>,
        /// Whether the submodules are needed too.
        submodules: bool,
        /// How long fetching it may take.
        timeout: Duration,
    },
    /// A file served over HTTP.
    Http {
        /// Its address.
        url: String,
    },
    /// A Helm chart.
    Chart {
        /// The chart repository.
        repository: String,
        /// The chart's name.
        name: String,
        /// The range of versions, or the one version that `Chart.lock` names.
        version: String,
        /// The digest of `Chart.lock`, if there is one: another chart may be locked to another
        /// version.
        lock: Option<String>,
    },
    /// What a cluster holds, which a chart looks up.
    Object(Query),
}

/// The files of a tree that holds an answer.
const OBJECT: &str = "object.json";
const REFUSAL: &str = "refusal.txt";

impl Requirement {
    /// The tree that stands for what a cluster answers to [`Object`](Self::Object): the object or
    /// the list, nothing, or why it refuses, in words that the template will fail with.
    pub fn answer(found: Result<Option<&Value>, &str>) -> Tree {
        match found {
            Ok(None) => TreeBuilder::default().build(),
            Ok(Some(object)) => only(OBJECT, json(object)),
            Err(message) => only(REFUSAL, message.into()),
        }
    }

    /// What such a tree stands for.
    pub(crate) fn answered(tree: &Tree) -> Result<Option<Value>, String> {
        if let Some(message) = tree.read(REFUSAL) {
            return Err(String::from_utf8_lossy(message).into_owned());
        }
        let Some(object) = tree.read(OBJECT) else { return Ok(None) };
        serde_json::from_slice(object)
            .map(Some)
            .map_err(|error| format!("the answer of the cluster cannot be read: {error}"))
    }
}

/// A tree of one file.
fn only(path: &str, content: Vec<u8>) -> Tree {
    let limits = Limits { bytes: u64::MAX, file_bytes: u64::MAX, ..Limits::default() };
    let mut tree = TreeBuilder::new(limits);
    tree.insert(path, content).expect("because it is the only file, and of any size");
    tree.build()
}

fn json(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("because every value can be written as JSON")
}

/// As a person names it, without credentials.
impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Git { url, reference: Some(reference), .. } => {
                write!(f, "{}?ref={reference}", public(url))
            }
            Self::Git { url, reference: None, .. } => f.write_str(&public(url)),
            // A query may be a key.
            Self::Http { url } => f.write_str(&public(url.split('?').next().unwrap_or_default())),
            Self::Chart { repository, name, version, .. } => {
                write!(f, "{}/{name} {version}", public(repository))
            }
            Self::Object(query) => query.fmt(f),
        }
    }
}

/// A URL without the user and password in it; the user of an scp-like address is no secret.
fn public(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_named_without_secrets() {
        let git = |url: &str, reference: Option<&str>| {
            let reference = reference.map(str::to_owned);
            let timeout = Duration::ZERO;
            Requirement::Git { url: url.into(), reference, submodules: true, timeout }.to_string()
        };
        assert_eq!(
            git("https://me:s3cret@h.io/a/b.git", Some("v1")),
            "https://h.io/a/b.git?ref=v1"
        );
        assert_eq!(git("git@github.com:a/b", None), "git@github.com:a/b");
        assert_eq!(git("https://token@h.io", None), "https://h.io");
        let file = Requirement::Http { url: "https://h.io/a.yaml?key=s3cret".into() };
        assert_eq!(file.to_string(), "https://h.io/a.yaml");
        let chart = Requirement::Chart {
            repository: "https://me:s3cret@charts.io".into(),
            name: "web".into(),
            version: "^1".into(),
            lock: None,
        };
        assert_eq!(chart.to_string(), "https://charts.io/web ^1");
    }
}
