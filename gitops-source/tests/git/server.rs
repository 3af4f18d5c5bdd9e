//! Repositories on servers: real Git over HTTP, its own protocol and ssh.

use crate::support::{
    Backend, Daemon, Fixture, Request, Verdict, branch, changed, failed, git_is_here, main_of,
    mirrored, packs, quiet,
};
use gitops_source::{
    Credential, ErrorClass, Fetched, GitOptions, GitSource, RefSelector, Source, SourceError,
};

/// What every transport has to do.
async fn follows_a_branch(url: &str, fixture: &mut Fixture) {
    let mirror = fixture.root().join("mirror");
    let source = main_of(url, mirrored(&mirror));
    let (first, tree) = changed(&source, None).await;
    assert!(tree.files().count() > 100);
    assert!(matches!(source.fetch(Some(&first)).await.unwrap(), Fetched::Unchanged));
    let commit = fixture
        .repository
        .commit("Two", &[("new", Some("2")), ("apps/app-0/file-0.txt", None)])
        .unwrap();
    let (second, next) = changed(&source, Some(&first)).await;
    assert_eq!(second.digest(), &commit);
    assert_eq!(next.read("new"), Some(&b"2"[..]));
    assert_eq!(next.digest_of("apps/app-1"), tree.digest_of("apps/app-1"));
    assert_ne!(next.digest_of("apps/app-0"), tree.digest_of("apps/app-0"));
    let local = changed(&main_of(&fixture.repository.url(), GitOptions::default()), None).await.1;
    assert_eq!(next.digest(), local.digest());
    let mut fsck = std::process::Command::new("git");
    fsck.args(["fsck", "--strict"]).env("GIT_DIR", &mirror);
    let output = quiet(&mut fsck).output().unwrap();
    assert!(output.status.success(), "git finds the mirror whole: {output:?}");
    let packs = packs(&mirror);
    assert_eq!(packs.len(), 2, "each fetch adds a pack");
    assert!(packs.iter().min().unwrap() < &2000, "the second brings what is new only: {packs:?}");
}

#[tokio::test]
async fn a_branch_is_followed_over_http() {
    if !git_is_here("a_branch_is_followed_over_http") {
        return;
    }
    let mut fixture = Fixture::with_noise(120);
    let backend = Backend::start(fixture.root());
    follows_a_branch(&backend.url(), &mut fixture).await;
}

#[tokio::test]
async fn a_branch_is_followed_over_gits_own_protocol() {
    if !git_is_here("a_branch_is_followed_over_gits_own_protocol") {
        return;
    }
    let mut fixture = Fixture::with_noise(120);
    let daemon = Daemon::start(fixture.root());
    follows_a_branch(&daemon.url(), &mut fixture).await;
}

#[tokio::test]
async fn unchanged_costs_one_round_trip_over_http() {
    if !git_is_here("unchanged_costs_one_round_trip_over_http") {
        return;
    }
    let mut fixture = Fixture::with_noise(3);
    let backend = Backend::start(fixture.root());
    let source = main_of(&backend.url(), GitOptions::default());
    let (greeting, post) =
        ("GET /repo.git/info/refs?service=git-upload-pack", "POST /repo.git/git-upload-pack");
    let (revision, _) = changed(&source, None).await;
    assert_eq!(backend.requests(), [greeting, post, post]);
    for _ in 0..3 {
        assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
        assert_eq!(backend.requests(), [post]);
    }
    fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    changed(&source, Some(&revision)).await;
    assert_eq!(backend.requests(), [post, post]);
}

#[tokio::test]
async fn a_commit_that_is_known_costs_no_request() {
    if !git_is_here("a_commit_that_is_known_costs_no_request") {
        return;
    }
    let mut fixture = Fixture::with_noise(3);
    let first = fixture.repository.commit("One", &[("a", Some("1"))]).unwrap();
    fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    let backend = Backend::start(fixture.root());
    let source = GitSource::new(backend.url(), RefSelector::Commit(first.clone())).unwrap();
    let (revision, tree) = changed(&source, None).await;
    assert_eq!((revision.digest(), tree.read("a")), (&first, Some(&b"1"[..])));
    backend.requests();
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    assert!(backend.requests().is_empty());
}

#[tokio::test]
async fn every_selector_works_over_http() {
    if !git_is_here("every_selector_works_over_http") {
        return;
    }
    let mut fixture = Fixture::with_noise(1);
    fixture.repository.tag("v1.0.0", None).unwrap();
    let second = fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    fixture.repository.tag("v1.1.0", Some("annotated")).unwrap();
    let backend = Backend::start(fixture.root());
    for selector in [
        branch("main"),
        RefSelector::Tag("v1.1.0".into()),
        RefSelector::Semver { range: "1.x".into(), prefix: String::new() },
        RefSelector::Name("refs/heads/main".into()),
        RefSelector::Name("HEAD".into()),
    ] {
        let source = GitSource::new(backend.url(), selector.clone()).unwrap();
        assert_eq!(changed(&source, None).await.0.digest(), &second, "{selector:?}");
    }
    let error = failed(&GitSource::new(backend.url(), branch("mian")).unwrap()).await;
    let text = error.to_string().replace(&backend.url(), "URL");
    insta::assert_snapshot!(text, @"URL has no ref `refs/heads/mian`; there are `main`");
}

#[tokio::test]
async fn a_forced_push_and_a_deleted_branch_are_followed() {
    if !git_is_here("a_forced_push_and_a_deleted_branch_are_followed") {
        return;
    }
    let mut fixture = Fixture::with_noise(3);
    let first = fixture.repository.commit("One", &[("a", Some("1"))]).unwrap();
    fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    let backend = Backend::start(fixture.root());
    let source = main_of(&backend.url(), GitOptions::default());
    let (second, _) = changed(&source, None).await;
    fixture.repository.reset(&first).unwrap();
    let third = fixture.repository.commit("Other", &[("a", Some("3"))]).unwrap();
    let (revision, tree) = changed(&source, Some(&second)).await;
    assert_eq!((revision.digest(), tree.read("a")), (&third, Some(&b"3"[..])));
    fixture.repository.branch("other").unwrap();
    fixture.repository.delete("refs/heads/main").unwrap();
    let error = source.fetch(Some(&revision)).await.unwrap_err();
    assert!(
        matches!(&error, SourceError::NotFound(text) if text.contains("there are `other`")),
        "{error}"
    );
}

#[tokio::test]
async fn a_tag_that_moves_is_another_revision() {
    if !git_is_here("a_tag_that_moves_is_another_revision") {
        return;
    }
    let mut fixture = Fixture::with_noise(1);
    fixture.repository.tag("v1", None).unwrap();
    let backend = Backend::start(fixture.root());
    let source = GitSource::new(backend.url(), RefSelector::Tag("v1".into())).unwrap();
    let (first, _) = changed(&source, None).await;
    let moved = fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    fixture.repository.tag("v1", None).unwrap();
    let (second, _) = changed(&source, Some(&first)).await;
    assert_eq!((second.name(), second.digest()), (Some("v1"), &moved));
}

fn basic(request: &Request) -> Verdict {
    // ada:s3cret
    match request.header("authorization") {
        Some("Basic YWRhOnMzY3JldA==") => Verdict::Serve,
        _ => Verdict::Answer(401, &[("WWW-Authenticate", "Basic realm=\"git\"")], Vec::new()),
    }
}

#[tokio::test]
async fn credentials_are_sent_and_never_shown() {
    if !git_is_here("credentials_are_sent_and_never_shown") {
        return;
    }
    let fixture = Fixture::with_noise(1);
    let backend = Backend::guarded(fixture.root(), basic);
    let with = |password: &str| {
        let credential = Credential::Basic { user: "ada".into(), password: password.into() };
        let credentials: std::sync::Arc<dyn gitops_source::Credentials> =
            std::sync::Arc::new(credential);
        GitOptions { credentials: Some(credentials), ..GitOptions::default() }
    };
    changed(&main_of(&backend.url(), with("s3cret")), None).await;
    let in_url = backend.url().replace("http://", "http://ada:s3cret@");
    changed(&main_of(&in_url, GitOptions::default()), None).await;
    for (url, options) in [
        (backend.url(), GitOptions::default()),
        (backend.url(), with("wr0ng")),
        (backend.url().replace("http://", "http://ada:wr0ng@"), GitOptions::default()),
    ] {
        let source = main_of(&url, options);
        let error = failed(&source).await;
        assert!(matches!(error, SourceError::Denied(_)), "{error:?}");
        assert_eq!(error.class(), ErrorClass::Fix);
        assert!(!format!("{error:?} {source:?}").contains("wr0ng"));
    }
}

#[tokio::test]
async fn a_status_says_what_the_caller_can_do() {
    let fixture = Fixture::new();
    for (status, headers, class) in [
        (403, &[][..], "Denied"),
        (404, &[], "NotFound"),
        (429, &[("Retry-After", "7")], "Unavailable 7s"),
        (503, &[("Retry-After", "30")], "Unavailable 30s"),
        (500, &[], "Unavailable"),
        (418, &[], "Invalid"),
        (301, &[], "Invalid"),
        (200, &[("Content-Type", "text/html")], "NotFound"),
    ] {
        let backend = Backend::guarded(fixture.root(), move |_| {
            Verdict::Answer(status, headers, b"no".to_vec())
        });
        let error = failed(&main_of(&backend.url(), GitOptions::default())).await;
        let got = match &error {
            SourceError::Denied(_) => "Denied".to_owned(),
            SourceError::NotFound(_) => "NotFound".to_owned(),
            SourceError::Invalid(_) => "Invalid".to_owned(),
            SourceError::Unavailable { retry_after: None, .. } => "Unavailable".to_owned(),
            SourceError::Unavailable { retry_after: Some(after), .. } => {
                format!("Unavailable {after:?}")
            }
            other => format!("{other:?}"),
        };
        assert_eq!(got, class, "{status}: {error}");
    }
}

/// Credentials that expire: each is good until it is rejected.
struct Rotating(std::sync::Mutex<Vec<&'static str>>);

#[async_trait::async_trait]
impl gitops_source::Credentials for Rotating {
    async fn credential(&self, url: &str) -> Result<Option<Credential>, SourceError> {
        assert!(url.ends_with("/repo.git"), "{url}");
        let next = self.0.lock().unwrap().last().copied();
        Ok(next.map(|password| Credential::Basic { user: "ada".into(), password: password.into() }))
    }

    async fn rejected(&self, _url: &str) {
        self.0.lock().unwrap().pop();
    }
}

#[tokio::test]
async fn a_credential_that_expired_is_replaced_once() {
    if !git_is_here("a_credential_that_expired_is_replaced_once") {
        return;
    }
    let fixture = Fixture::with_noise(1);
    let backend = Backend::guarded(fixture.root(), basic);
    for (passwords, works) in [
        (vec!["s3cret", "expired"], true),
        (vec!["s3cret", "expired", "expired long ago"], false),
        (vec!["expired"], false),
    ] {
        let credentials = std::sync::Arc::new(Rotating(std::sync::Mutex::new(passwords.clone())));
        let options = GitOptions { credentials: Some(credentials), ..GitOptions::default() };
        let fetched = main_of(&backend.url(), options).fetch(None).await;
        assert_eq!(fetched.is_ok(), works, "{passwords:?}: {fetched:?}");
        let denied = fetched.is_err_and(|error| matches!(error, SourceError::Denied(_)));
        assert_eq!(denied, !works);
    }
}

#[tokio::test]
async fn a_ref_that_moves_while_it_is_fetched_never_mixes_two_commits() {
    if !git_is_here("a_ref_that_moves_while_it_is_fetched_never_mixes_two_commits") {
        return;
    }
    for gone in [false, true] {
        let mut fixture = Fixture::new();
        let first = fixture.repository.commit("One", &[("a", Some("1"))]).unwrap();
        let path = fixture.repository.path().to_owned();
        let object = path.join("objects").join(&first.hex()[..2]).join(&first.hex()[2..]);
        let repository = std::sync::Mutex::new(fixture.repository);
        let push = move |request: &Request| {
            if request.body.windows(4).any(|it| it == b"want") {
                repository.lock().unwrap().commit("Two", &[("a", Some("2"))]).unwrap();
                if gone {
                    std::fs::remove_file(&object).unwrap();
                }
            }
            Verdict::Serve
        };
        let backend = Backend::guarded(fixture.folder.path(), push);
        let fetched = main_of(&backend.url(), GitOptions::default()).fetch(None).await;
        match fetched {
            Ok(Fetched::Changed { revision, tree }) if !gone => {
                assert_eq!((revision.digest(), tree.read("a")), (&first, Some(&b"1"[..])));
            }
            Err(error) if gone => assert!(matches!(error.class(), ErrorClass::Retry(_)), "{error}"),
            other => panic!("{gone}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn whoever_asks_is_told_how_many_bytes_came() {
    if !git_is_here("whoever_asks_is_told_how_many_bytes_came") {
        return;
    }
    let fixture = Fixture::with_noise(200);
    let daemon = Daemon::start(fixture.root());
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&told);
    let progress = move |bytes: u64| sink.lock().unwrap().push(bytes);
    let options =
        GitOptions { progress: Some(std::sync::Arc::new(progress)), ..GitOptions::default() };
    changed(&main_of(&daemon.url(), options), None).await;
    let told = told.lock().unwrap();
    assert!(told.is_sorted() && *told.last().unwrap() > 20_000, "{told:?}");
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let credential = Credential::Bearer("s3cret".into());
    let options = GitOptions {
        credentials: Some(std::sync::Arc::new(credential.clone())),
        proxy: Some("http://me:s3cret@proxy:3128".into()),
        ..GitOptions::default()
    };
    let source = main_of("https://me:s3cret@host/repo", options.clone());
    let shown = format!("{source:?} {options:?} {credential:?} {}", source.url());
    assert!(!shown.contains("s3cret"), "{shown}");
}
