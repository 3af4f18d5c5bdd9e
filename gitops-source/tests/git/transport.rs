//! The ways to a server: ssh, TLS, proxies, redirects, old protocols, other hash functions.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use gitops_source::{Credential, Fetched, GitOptions, PlainHttp, Source, SourceError};

use crate::support::{
    Backend, Daemon, Fixture, Verdict, changed, failed, git_is_here, main_of, mirrored, quiet,
};

/// An ssh that runs the command on this machine.
fn fake_ssh(folder: &Path, script: &str) -> GitOptions {
    let path = folder.join("ssh");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let words = [path.to_str().unwrap(), "-i", "key"].map(str::to_owned).to_vec();
    GitOptions { ssh: words, ..GitOptions::default() }
}

#[tokio::test]
async fn ssh_is_run_without_questions_and_speaks_version_2() {
    if !git_is_here("ssh_is_run_without_questions_and_speaks_version_2") {
        return;
    }
    let mut fixture = Fixture::with_noise(20);
    let script = "#!/bin/sh\necho \"$GIT_PROTOCOL $*\" >> \"$0.log\"\nfor last; do :; done\nexec sh -c \"$last\"\n";
    let options = fake_ssh(fixture.root(), script);
    let url = format!("ssh://git@host:2222{}", fixture.repository.path().display());
    let source = main_of(&url, options);
    let (first, tree) = changed(&source, None).await;
    assert_eq!(tree.files().count(), 20);
    assert!(matches!(source.fetch(Some(&first)).await.unwrap(), Fetched::Unchanged));
    let commit = fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    assert_eq!(changed(&source, Some(&first)).await.0.digest(), &commit);
    let log = std::fs::read_to_string(fixture.root().join("ssh.log")).unwrap();
    let place = fixture.repository.path().display().to_string();
    let line = log.lines().next().unwrap().replace(&place, "PATH");
    insta::assert_snapshot!(line, @"version=2 -i key -o BatchMode=yes -o SendEnv=GIT_PROTOCOL -o ConnectTimeout=10 -p 2222 -- git@host git-upload-pack 'PATH'");
}

#[tokio::test]
async fn what_ssh_says_becomes_the_error() {
    let fixture = Fixture::new();
    for (said, class) in [
        ("git@host: Permission denied (publickey).", "Denied"),
        ("Host key verification failed.", "Denied"),
        ("fatal: '/x' does not appear to be a git repository", "NotFound"),
        ("ssh: connect to host host port 22: Connection refused", "Unavailable"),
    ] {
        let options =
            fake_ssh(fixture.root(), &format!("#!/bin/sh\necho \"{said}\" >&2\nexit 255\n"));
        let error = failed(&main_of("git@host:x", options)).await;
        assert!(format!("{error:?}").starts_with(class), "{error:?}");
        assert!(error.to_string().contains(&said[..20]), "{error}");
    }
    let options = GitOptions { ssh: vec!["/no/such/ssh".into()], ..GitOptions::default() };
    assert!(matches!(failed(&main_of("git@host:x", options)).await, SourceError::Invalid(_)));
}

#[tokio::test]
async fn a_server_with_a_certificate_of_ones_own_is_trusted_by_option() {
    if !git_is_here("a_server_with_a_certificate_of_ones_own_is_trusted_by_option") {
        return;
    }
    let fixture = Fixture::with_noise(5);
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let backend = Backend::tls(fixture.root(), Arc::new(config));
    let url = format!("https://localhost:{}/repo.git", backend.port);
    let error = failed(&main_of(&url, GitOptions::default())).await;
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");
    let options = GitOptions { ca: Some(made.cert.pem().into_bytes()), ..GitOptions::default() };
    let (_, tree) = changed(&main_of(&url, options), None).await;
    assert_eq!(tree.files().count(), 5);
}

#[tokio::test]
async fn a_proxy_is_used_where_one_is_named() {
    if !git_is_here("a_proxy_is_used_where_one_is_named") {
        return;
    }
    let fixture = Fixture::with_noise(5);
    let proxy = Backend::start(fixture.root());
    let options = GitOptions {
        proxy: Some(format!("http://127.0.0.1:{}", proxy.port)),
        ..GitOptions::default()
    };
    changed(&main_of("http://repositories.example/repo.git", options), None).await;
    let requests = proxy.taken();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|it| it.header("host") == Some("repositories.example")));
}

#[tokio::test]
async fn a_redirect_is_followed_and_takes_no_credential_elsewhere() {
    if !git_is_here("a_redirect_is_followed_and_takes_no_credential_elsewhere") {
        return;
    }
    let fixture = Fixture::with_noise(5);
    let target = Backend::start(fixture.root());
    let location = format!("{}/info/refs?service=git-upload-pack", target.url());
    let header: &'static [(&str, &str)] =
        Box::leak(Box::new([("Location", &*Box::leak(location.into_boxed_str()))]));
    let old = Backend::guarded(fixture.root(), move |_| Verdict::Answer(301, header, Vec::new()));
    let with_secret = old.url().replace("http://", "http://ada:s3cret@");
    let source = main_of(&with_secret, GitOptions::default());
    let (revision, _) = changed(&source, None).await;
    assert!(old.taken()[0].header("authorization").is_some());
    let requests = target.taken();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|it| it.header("authorization").is_none()));
    assert!(matches!(source.fetch(Some(&revision)).await.unwrap(), Fetched::Unchanged));
    assert!(target.taken().iter().all(|it| it.header("authorization").is_none()));
}

#[tokio::test]
async fn credentials_do_not_travel_in_the_clear() {
    let credential = Credential::Bearer("s3cret".into());
    let options =
        || GitOptions { credentials: Some(Arc::new(credential.clone())), ..GitOptions::default() };
    let url = "http://repositories.example/repo.git";
    let error = failed(&main_of(url, options())).await;
    assert!(
        matches!(&error, SourceError::Denied(text) if text.contains("plain_http_credentials")),
        "{error}"
    );
    let fixture = Fixture::new();
    let proxy = Backend::guarded(fixture.root(), |_| Verdict::Answer(404, &[], Vec::new()));
    let allowed = GitOptions {
        plain_http_credentials: PlainHttp::Anywhere,
        proxy: Some(format!("http://127.0.0.1:{}", proxy.port)),
        ..options()
    };
    assert!(matches!(failed(&main_of(url, allowed)).await, SourceError::NotFound(_)));
    assert_eq!(proxy.taken()[0].header("authorization"), Some("Bearer s3cret"));
}

#[tokio::test]
async fn a_server_of_the_old_protocol_is_understood() {
    if !git_is_here("a_server_of_the_old_protocol_is_understood") {
        return;
    }
    let mut fixture = Fixture::with_noise(30);
    let backend = Backend::guarded(fixture.root(), |_| Verdict::ServeOld);
    let mirror = fixture.root().join("mirror");
    let source = main_of(&backend.url(), mirrored(&mirror));
    let (first, _) = changed(&source, None).await;
    assert!(matches!(source.fetch(Some(&first)).await.unwrap(), Fetched::Unchanged));
    let commit = fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    let (second, tree) = changed(&source, Some(&first)).await;
    assert_eq!((second.digest(), tree.files().count()), (&commit, 31));
}

#[tokio::test]
async fn a_repository_with_sha256_ids_is_understood() {
    if !git_is_here("a_repository_with_sha256_ids_is_understood") {
        return;
    }
    let fixture = Fixture::new();
    let folder = fixture.root().join("work");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
        let output = quiet(&mut command).args(arguments).current_dir(fixture.root()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    };
    git(&["init", "-q", "-b", "main", "--object-format=sha256", "work"]);
    std::fs::create_dir(folder.join("apps")).unwrap();
    std::fs::write(folder.join("apps/a"), "1").unwrap();
    git(&["-C", "work", "add", "."]);
    git(&["-C", "work", "commit", "-q", "-m", "One"]);
    git(&["clone", "-q", "--bare", "work", "long.git"]);
    let (daemon, backend) = (Daemon::start(fixture.root()), Backend::start(fixture.root()));
    for url in [
        folder.display().to_string(),
        daemon.url().replace("repo.git", "long.git"),
        backend.url().replace("repo.git", "long.git"),
    ] {
        let (revision, tree) = changed(&main_of(&url, GitOptions::default()), None).await;
        assert!(revision.to_string().starts_with("main@sha256:"), "{revision}");
        assert!(tree.digest_of("apps").unwrap().to_string().starts_with("sha256:"));
        assert_eq!(tree.read("apps/a"), Some(&b"1"[..]));
    }
}
