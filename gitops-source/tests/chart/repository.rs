//! Chart repositories behind HTTP.

use gitops_source::{
    ChartLimits, ChartOptions, ChartSource, Digest, Fetched, HttpOptions, PassCredentials,
    Provenance, Source, SourceError,
};

use super::server::{Answer, Request, Server};
use super::{changed, credential, error, query, source, with_credential};

const BASIC: &str = "Basic cm9ib3Q6czNjcmV0LXcwcmQ=";

fn archive(version: &str) -> Vec<u8> {
    format!("the archive of {version}").into_bytes()
}

fn index() -> String {
    let digest = |version| Digest::sha256(archive(version)).hex();
    format!(
        "apiVersion: v1\nentries:\n  other:\n  - version: 9.0.0\n    urls: [other.tgz]\n  web:\n  \
         - digest: {}\n    urls:\n    - web-1.0.0.tgz\n    version: 1.0.0\n  - digest: {}\n    urls:\n    \
         - charts/web-1.1.0.tgz\n    version: 1.1.0\n  - urls:\n    - web-2.0.0-rc.1.tgz\n    version: \
         2.0.0-rc.1\n  - digest: {}\n    urls:\n    - false.tgz\n    version: 0.1.0\n  - version: 0.2.0\n",
        digest("1.0.0"),
        digest("1.1.0"),
        digest("0.1.0")
    )
}

fn ok(body: impl Into<Vec<u8>>) -> Answer {
    (200, vec!["etag: \"one\"".to_owned()], body.into())
}

/// A repository in the folder `/charts`.
fn answer(request: &Request) -> Answer {
    let path = request.path.split('?').next().unwrap_or_default();
    match path {
        "/charts/index.yaml" if request.if_none_match.as_deref() == Some("\"one\"") => {
            (304, vec![], vec![])
        }
        "/charts/index.yaml" => ok(index()),
        "/charts/web-1.0.0.tgz.prov" => ok("signed"),
        "/charts/web-1.0.0.tgz" => ok(archive("1.0.0")),
        "/charts/charts/web-1.1.0.tgz" => ok(archive("1.1.0")),
        "/charts/web-2.0.0-rc.1.tgz" => ok(archive("2.0.0-rc.1")),
        "/charts/false.tgz" => ok("something else"),
        _ => (404, vec![], b"no".to_vec()),
    }
}

#[tokio::test]
async fn the_newest_version_in_a_range_is_fetched_and_checked() {
    let server = Server::start(answer);
    let url = format!("{}/charts/", server.url);
    for (version, expected) in
        [("", "1.1.0"), ("^1", "1.1.0"), ("1.0.0", "1.0.0"), (">=2-0", "2.0.0-rc.1")]
    {
        let source = source(&url, "web", version, ChartOptions::default());
        let (revision, path, bytes) = changed(&source, None).await;
        assert_eq!(bytes, archive(expected), "{version}");
        assert_eq!(path, format!("web-{expected}.tgz"));
        let digest = Digest::sha256(archive(expected));
        assert_eq!(revision.to_string(), format!("{expected}@{digest}"));
    }
}

#[tokio::test]
async fn an_unchanged_index_is_one_request_and_nothing_is_downloaded() {
    let server = Server::start(answer);
    let source = source(&format!("{}/charts", server.url), "web", "~1.1", ChartOptions::default());
    let (revision, ..) = changed(&source, None).await;
    assert_eq!(server.requests().len(), 2);
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].if_none_match.as_deref(), Some("\"one\""));
}

#[tokio::test]
async fn what_cannot_be_fetched_is_said() {
    let server = Server::start(answer);
    let url = format!("{}/charts", server.url);
    let small = ChartLimits { archive_bytes: 5, ..ChartLimits::default() };
    let tiny = ChartLimits { index_bytes: 50, ..ChartLimits::default() };
    let limited = |limits| ChartOptions { limits, ..ChartOptions::default() };
    let signed = ChartOptions { provenance: Provenance::Required, ..ChartOptions::default() };
    let cases = [
        ("absent", "", ChartOptions::default(), "the index does not know such a chart"),
        ("web", ">3", ChartOptions::default(), "none of the 5 versions in the index fits"),
        ("web", "0.2.0", ChartOptions::default(), "the index names no address for version 0.2.0"),
        ("web", "0.1.0", ChartOptions::default(), "is not the one that the index tells of"),
        ("web", "1.0.0", limited(small), "over the limit of 5; raise `limits.archive_bytes`"),
        ("web", "1.0.0", limited(tiny), "over the limit of 50; raise `limits.index_bytes`"),
        ("web", "1.1.0", signed, "answered 404"),
    ];
    for (name, version, options, expected) in cases {
        let text = error(&source(&url, name, version, options)).await.to_string();
        assert!(text.contains(expected), "{name} {version}: {text}");
        let shown =
            format!("chart {name} {} of http", if version.is_empty() { "*" } else { version });
        assert!(text.contains(&shown), "{text}");
    }
    let nothing = source(&format!("{}/none", server.url), "web", "", ChartOptions::default());
    assert!(matches!(error(&nothing).await, SourceError::NotFound(_)));
    for (repository, version) in
        [("ftp://host", ""), ("charts", ""), (&*url, "latest"), ("oci://", "")]
    {
        let refused = ChartSource::new(query(repository, "web", version), ChartOptions::default());
        assert!(matches!(refused, Err(SourceError::Invalid(_))), "{repository} {version}");
    }
}

#[tokio::test]
async fn a_provenance_file_comes_along_where_it_is_wanted() {
    let server = Server::start(answer);
    let url = format!("{}/charts", server.url);
    let wanted = |provenance| ChartOptions { provenance, ..ChartOptions::default() };
    for (version, provenance, expected) in [
        ("1.0.0", Provenance::Ignored, None),
        ("1.0.0", Provenance::IfPresent, Some(&b"signed"[..])),
        ("1.0.0", Provenance::Required, Some(b"signed")),
        ("1.1.0", Provenance::IfPresent, None),
    ] {
        let chart = source(&url, "web", version, wanted(provenance)).chart().await.unwrap();
        assert_eq!(chart.provenance.as_deref(), expected, "{version} {provenance:?}");
    }
}

#[tokio::test]
async fn credentials_stay_with_the_server_of_the_index_unless_they_are_passed_on() {
    let elsewhere = Server::start(|_| ok(archive("1.0.0")));
    let index =
        format!("entries:\n  web:\n  - version: 1.0.0\n    urls: [{}/w.tgz]\n", elsewhere.url);
    let server = Server::start(move |request| match request.authorization.as_deref() {
        Some(BASIC) => ok(index.clone()),
        _ => (401, vec![], vec![]),
    });
    for (pass_credentials, expected) in
        [(PassCredentials::SameServer, None), (PassCredentials::AllServers, Some(BASIC))]
    {
        let options = ChartOptions { pass_credentials, ..with_credential() };
        changed(&source(&server.url, "web", "", options), None).await;
        assert_eq!(elsewhere.requests()[0].authorization.as_deref(), expected);
    }
    // A user and password in the address are the repository's as well.
    let url = server.url.replace("http://", "http://robot:s3cret-w0rd@");
    changed(&source(&url, "web", "", ChartOptions::default()), None).await;
    assert_eq!(elsewhere.requests()[0].authorization, None);

    let refused = error(&source(&server.url, "web", "", ChartOptions::default())).await;
    assert!(matches!(refused, SourceError::Denied(_)), "{refused}");
    let wrong =
        source(&url.replace("s3cret-w0rd", "s3cret-w0rd-no"), "web", "", ChartOptions::default());
    let text = format!("{} {wrong:?}", error(&wrong).await);
    assert!(!text.contains("s3cret-w0rd"), "{text}");
}

#[tokio::test]
async fn the_query_of_a_repository_goes_along_and_shows_nowhere() {
    let server = Server::start(answer);
    let url = format!("{}/charts?token=hidden-token", server.url);
    changed(&source(&url, "web", "1.0.0", ChartOptions::default()), None).await;
    assert!(server.requests().iter().all(|it| it.path.ends_with("?token=hidden-token")));
    let absent = source(&url, "absent", "", ChartOptions::default());
    let text = format!("{} {absent:?}", error(&absent).await);
    assert!(!text.contains("hidden-token"), "{text}");
}

#[tokio::test]
async fn an_index_of_hundreds_of_megabytes_goes_by_without_being_kept() {
    let entry =
        "  - apiVersion: v2\n    description: a chart among many\n    version: 1.0.0\n".repeat(40);
    let many: Vec<String> = (0..4000).map(|it| format!("  chart-{it}:\n{entry}")).collect();
    let many = many.concat();
    let index = format!("entries:\n{many}  web:\n  - version: 1.0.0\n    urls: [web-1.0.0.tgz]\n");
    assert!(index.len() > 10 << 20);
    let server = Server::start(move |request| match &*request.path {
        "/index.yaml" => ok(index.clone()),
        _ => ok(archive("1.0.0")),
    });
    let limits = ChartLimits { entry_bytes: 200, ..ChartLimits::default() };
    let options = ChartOptions { limits, ..ChartOptions::default() };
    let (revision, ..) = changed(&source(&server.url, "web", "", options), None).await;
    assert_eq!(revision.name(), Some("1.0.0"));
}

#[tokio::test]
async fn a_server_that_is_silent_or_breaks_off_is_tried_again_later() {
    let server =
        Server::start(|_| (200, vec!["transfer-encoding: chunked".into()], b"zz".to_vec()));
    let http = HttpOptions { credentials: Some(credential()), ..HttpOptions::default() };
    let options = ChartOptions { http, ..ChartOptions::default() };
    let lost = error(&source(&server.url, "web", "", options)).await;
    assert!(matches!(lost, SourceError::Unavailable { .. }), "{lost}");
}
