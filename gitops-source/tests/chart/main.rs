//! Charts beside servers: a chart repository over HTTP, and a real OCI registry where there is one.
#![cfg(feature = "charts")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests are tests")]

#[cfg(feature = "provenance")]
mod provenance;
mod registry;
mod repository;
mod server;

use std::sync::Arc;

use gitops_source::{
    ChartOptions, ChartQuery, ChartSource, Credential, Credentials, Fetched, HttpOptions, Revision,
    Source, SourceError,
};

/// The chart `name` in `version` of the repository at `url`.
fn query(url: &str, name: &str, version: &str) -> ChartQuery {
    ChartQuery { repository: url.into(), name: name.into(), version: version.into() }
}

fn source(url: &str, name: &str, version: &str, options: ChartOptions) -> ChartSource {
    ChartSource::new(query(url, name, version), options).unwrap()
}

fn credential() -> Arc<dyn Credentials> {
    let (user, password) = ("robot".into(), "s3cret-w0rd".into());
    Arc::new(Credential::Basic { user, password })
}

fn with_credential() -> ChartOptions {
    let http = HttpOptions { credentials: Some(credential()), ..HttpOptions::default() };
    ChartOptions { http, ..ChartOptions::default() }
}

/// The revision and the bytes of the only file.
async fn changed(source: &ChartSource, seen: Option<&Revision>) -> (Revision, String, Vec<u8>) {
    let Fetched::Changed { revision, tree } = source.fetch(seen).await.unwrap() else {
        panic!("nothing changed");
    };
    let files: Vec<_> = tree.files().collect();
    let [(path, file)] = &files[..] else { panic!("{} files", files.len()) };
    (revision, path.to_string(), file.content.to_vec())
}

async fn error(source: &ChartSource) -> SourceError {
    source.fetch(None).await.unwrap_err()
}
