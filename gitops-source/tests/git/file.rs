//! One file behind http.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gitops_source::{Credential, Fetched, HttpOptions, HttpSource, Limits, Source, SourceError};
use tempfile::tempdir;

use crate::support::{Backend, Request, Verdict, impatient};

/// A server that answers like this.
fn served(guard: impl Fn(&Request) -> Verdict + Send + Sync + 'static) -> Backend {
    Backend::guarded(tempdir().unwrap().path(), guard)
}

fn url(backend: &Backend, path: &str) -> String {
    format!("http://127.0.0.1:{}/{path}", backend.port)
}

fn ok(body: &str) -> Verdict {
    Verdict::Answer(200, &[], body.into())
}

async fn text(source: &HttpSource) -> Result<String, SourceError> {
    let Fetched::Changed { revision, tree } = source.fetch(None).await? else { unreachable!() };
    let (path, file) = tree.files().next().unwrap();
    let text = String::from_utf8(file.content.to_vec()).unwrap();
    Ok(format!("{} {path}: {text}", revision.name().unwrap_or_default()))
}

#[tokio::test]
async fn a_file_is_a_tree_of_one_file_and_changes_with_its_content() {
    let round = AtomicUsize::new(0);
    let backend = served(move |_| match round.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => ok("a: 1"),
        _ => ok("a: 2"),
    });
    let source = HttpSource::new(url(&backend, "v1/crds.yaml?x=1#y")).unwrap();
    let Fetched::Changed { revision, tree } = source.fetch(None).await.unwrap() else { panic!() };
    assert_eq!(tree.read("crds.yaml"), Some(&b"a: 1"[..]));
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    let next = source.fetch(Some(&revision)).await.unwrap();
    let Fetched::Changed { tree, .. } = next else { panic!() };
    assert_eq!(tree.read("crds.yaml"), Some(&b"a: 2"[..]));
    assert_eq!(backend.requests(), ["GET /v1/crds.yaml?x=1"; 3]);
}

#[tokio::test]
async fn what_has_an_entity_tag_is_not_sent_again() {
    let backend = served(|request| match request.header("if-none-match") {
        Some("\"1\"") => Verdict::Answer(304, &[("ETag", "\"1\"")], Vec::new()),
        _ => Verdict::Answer(200, &[("ETag", "\"1\"")], b"a: 1".to_vec()),
    });
    let source = HttpSource::new(url(&backend, "a.yaml")).unwrap();
    let Fetched::Changed { revision, .. } = source.fetch(None).await.unwrap() else { panic!() };
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    let tags: Vec<bool> =
        backend.taken().iter().map(|it| it.header("if-none-match").is_some()).collect();
    assert_eq!(tags, [false, true]);
    // Whoever has seen nothing gets it whole.
    assert_eq!(text(&source).await.unwrap(), "a.yaml a.yaml: a: 1");
}

#[tokio::test]
async fn a_file_is_called_by_its_address() {
    let backend = served(|_| ok(""));
    for (path, name) in [("a/b.yaml", "b.yaml"), ("a/", "a"), ("", "file"), (".git", "file")] {
        let source = HttpSource::new(url(&backend, path)).unwrap();
        assert_eq!(text(&source).await.unwrap(), format!("{name} {name}: "), "{path}");
    }
}

#[tokio::test]
async fn a_status_a_limit_and_silence_are_errors_of_their_kinds() {
    let backend = served(|request| match request.target.as_str() {
        "/big" => ok("0123456789"),
        "/busy" => Verdict::Answer(503, &[("Retry-After", "7")], Vec::new()),
        "/secret" => Verdict::Answer(403, &[], Vec::new()),
        // Promised and never sent.
        "/slow" => Verdict::Answer(200, &[("Content-Length", "5")], b"0".to_vec()),
        _ => Verdict::Answer(404, &[], Vec::new()),
    });
    let options = HttpOptions {
        limits: Limits { file_bytes: 8, ..Limits::default() },
        deadlines: impatient(),
        ..HttpOptions::default()
    };
    for (path, kind) in [
        ("big", "Limit"),
        ("busy", "Unavailable"),
        ("slow", "Unavailable"),
        ("secret", "Denied"),
        ("nothing?token=hidden", "NotFound"),
    ] {
        let source = HttpSource::with_options(url(&backend, path), options.clone()).unwrap();
        let error = source.fetch(None).await.unwrap_err();
        let shown = format!("{error:?}");
        assert!(shown.starts_with(kind), "{path}: {shown}");
        assert!(!shown.contains("hidden"), "{shown}");
    }
}

#[tokio::test]
async fn credentials_are_sent_to_their_server_and_to_nobody_else() {
    let elsewhere = served(|request| {
        ok(if request.header("authorization").is_some() { "leaked" } else { "clean" })
    });
    // The same machine by another name is another server.
    let location: &'static str =
        Box::leak(format!("http://localhost:{}/b.yaml", elsewhere.port).into_boxed_str());
    let moved: &'static [(&str, &str)] = Box::leak(Box::new([("Location", location)]));
    let backend = served(move |request| match request.header("authorization") {
        None => Verdict::Answer(401, &[], Vec::new()),
        Some(_) if request.target == "/moved" => Verdict::Answer(302, moved, Vec::new()),
        Some(_) => ok("welcome"),
    });
    let credential = Credential::Basic { user: "me".into(), password: "s3cret".into() };
    let options = HttpOptions { credentials: Some(Arc::new(credential)), ..HttpOptions::default() };
    let source = HttpSource::with_options(url(&backend, "a.yaml"), options.clone()).unwrap();
    assert_eq!(text(&source).await.unwrap(), "a.yaml a.yaml: welcome");
    let source = HttpSource::with_options(url(&backend, "moved"), options).unwrap();
    assert_eq!(text(&source).await.unwrap(), "moved moved: clean");
    assert!(!format!("{source:?}").contains("s3cret"));
}

#[test]
fn only_http_is_reached() {
    for url in ["file:///etc/passwd", "ftp://host/a", "a.yaml", "https://", ""] {
        assert!(HttpSource::new(url).is_err(), "{url}");
    }
    let error = HttpSource::new("ftp://me:s3cret@host/a?token=x").unwrap_err();
    assert_eq!(error.to_string(), "`host/a` is no URL of a file: only http and https are");
}
