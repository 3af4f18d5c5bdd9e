//! Servers and networks that fail at every place.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use gitops_source::{Deadlines, ErrorClass, Fetched, GitOptions, Limits, Source, SourceError};

use crate::support::{
    Backend, Daemon, Fault, Fixture, Verdict, Wire, changed, failed, git_is_here, impatient,
    main_of, mirrored, packs, snapshot,
};

type Damage = fn(&mut Vec<u8>);

/// What a failed fetch must not leave: no lock, no quarantine, no half pack.
fn assert_clean(mirror: &Path, after: &str) {
    let files = snapshot(mirror);
    let left = |name: &&String| {
        let path = Path::new(name.as_str());
        let odd = path.extension().is_some_and(|it| it == "lock" || it == "keep" || it == "tmp");
        odd || name.contains("quarantine-") || name.contains("tmp_")
    };
    let left: Vec<&String> = files.keys().filter(left).collect();
    assert!(left.is_empty(), "{after} left {left:?}");
}

/// The end of an answer over HTTP in chunks: it says nothing that Git's own end has not said.
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// Cuts the connection at every 500th byte of a first and of a second fetch.
///
/// A server says more or less of its progress each time, so that an answer may be shorter than
/// the one that was measured. What then comes whole, is taken; what does not, never.
async fn survives_every_cut(fixture: &mut Fixture, port: u16, url: impl Fn(u16) -> String) {
    let wire = Wire::to(port);
    let url = url(wire.port);
    let mirror = fixture.root().join("mirror");
    for round in ["first", "second"] {
        let whole = main_of(&url, mirrored(&fixture.root().join(format!("probe-{round}"))));
        if round == "second" {
            // A probe that has the first commit as the mirror has it.
            copy(&mirror, &fixture.root().join("probe-second"));
        }
        wire.set(Fault::None);
        let (revision, real) = changed(&whole, None).await;
        let length = wire.passed();
        assert!(length > 2000, "the {round} fetch is worth cutting: {length} bytes");
        let before = snapshot(&mirror);
        let mut cuts = 0;
        for cut in (0..length).step_by(500) {
            wire.set(Fault::Cut(cut));
            let fetched = main_of(&url, mirrored(&mirror)).fetch(None).await;
            let withheld = wire.withheld();
            assert_clean(&mirror, &format!("a cut at {cut}"));
            match fetched {
                Err(error) => {
                    let retries = matches!(error.class(), ErrorClass::Retry(_));
                    assert!(retries && !withheld.is_empty(), "cut at {cut}: {error}");
                    let after = snapshot(&mirror);
                    assert!(without_layout(&before) == without_layout(&after), "cut at {cut}");
                    cuts += 1;
                }
                Ok(Fetched::Changed { revision: got, tree }) => {
                    let lost = String::from_utf8_lossy(&withheld);
                    assert!(LAST_CHUNK.ends_with(&withheld), "cut at {cut} of {length}: {lost:?}");
                    assert_eq!((got.digest(), tree.digest()), (revision.digest(), real.digest()));
                    std::fs::remove_dir_all(&mirror).unwrap();
                    restore(&mirror, &before);
                }
                Ok(other) => panic!("cut at {cut}: {other:?}"),
            }
        }
        wire.set(Fault::None);
        let (_, tree) = changed(&main_of(&url, mirrored(&mirror)), None).await;
        assert!(tree.files().count() > 30 && cuts >= (length / 500).max(4) / 2, "{cuts} cuts");
        assert_clean(&mirror, "the fetch after all cuts");
        println!("{round} fetch: {length} bytes, {cuts} cuts, no change of the mirror, no lock");
        let noise: String =
            (0..80).map(|part| gitops_source::Digest::sha256(format!("{part}")).hex()).collect();
        fixture.repository.commit("More", &[("more", Some(&noise))]).unwrap();
    }
}

/// The files of a mirror but those that an empty one has too.
fn without_layout(files: &BTreeMap<String, Vec<u8>>) -> Vec<(&String, &Vec<u8>)> {
    let layout = ["HEAD", "config", "in-use"];
    files.iter().filter(|(name, _)| !layout.contains(&name.as_str())).collect()
}

fn copy(from: &Path, to: &Path) {
    restore(to, &snapshot(from));
}

fn restore(to: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (name, content) in files {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

#[tokio::test]
async fn a_cut_at_every_500th_byte_of_a_daemon_changes_nothing() {
    if !git_is_here("a_cut_at_every_500th_byte_of_a_daemon_changes_nothing") {
        return;
    }
    let mut fixture = Fixture::with_noise(60);
    let daemon = Daemon::start(fixture.root());
    let url = |port| format!("git://127.0.0.1:{port}/repo.git");
    survives_every_cut(&mut fixture, daemon.port, url).await;
}

#[tokio::test]
async fn a_cut_at_every_500th_byte_of_http_changes_nothing() {
    if !git_is_here("a_cut_at_every_500th_byte_of_http_changes_nothing") {
        return;
    }
    let mut fixture = Fixture::with_noise(60);
    let backend = Backend::start(fixture.root());
    let url = |port| format!("http://127.0.0.1:{port}/repo.git");
    survives_every_cut(&mut fixture, backend.port, url).await;
}

#[tokio::test]
async fn a_flipped_bit_is_never_taken_for_the_tree() {
    if !git_is_here("a_flipped_bit_is_never_taken_for_the_tree") {
        return;
    }
    let fixture = Fixture::with_noise(8);
    let daemon = Daemon::start(fixture.root());
    let wire = Wire::to(daemon.port);
    let url = format!("git://127.0.0.1:{}/repo.git", wire.port);
    let (revision, real) = changed(&main_of(&url, GitOptions::default()), None).await;
    let length = wire.passed();
    let mirror = fixture.root().join("mirror");
    let mut refused = 0;
    for place in (0..length).step_by(41) {
        wire.set(Fault::Flip(place));
        let deadlines = Deadlines { idle: Duration::from_millis(100), ..impatient() };
        let options = GitOptions { deadlines, ..mirrored(&mirror) };
        match main_of(&url, options).fetch(None).await {
            // Flips in what is not content, such as progress, change nothing.
            Ok(Fetched::Changed { revision: got, tree }) => {
                assert_eq!((got.digest(), tree.digest()), (revision.digest(), real.digest()));
                std::fs::remove_dir_all(&mirror).unwrap();
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 10, "{refused} of {} flips were refused", length / 41);
    wire.set(Fault::None);
    changed(&main_of(&url, mirrored(&mirror)), None).await;
}

#[tokio::test]
async fn a_server_that_hangs_or_trickles_meets_a_deadline() {
    if !git_is_here("a_server_that_hangs_or_trickles_meets_a_deadline") {
        return;
    }
    let fixture = Fixture::with_noise(60);
    let (daemon, backend) = (Daemon::start(fixture.root()), Backend::start(fixture.root()));
    for (port, scheme) in [(daemon.port, "git"), (backend.port, "http")] {
        let wire = Wire::to(port);
        let url = format!("{scheme}://127.0.0.1:{}/repo.git", wire.port);
        let mirror = fixture.root().join(scheme);
        let hasty = Deadlines { idle: Duration::from_millis(300), ..Deadlines::default() };
        let short = Deadlines { total: Duration::from_millis(1500), ..Deadlines::default() };
        for (fault, deadlines, message) in [
            (Fault::Hang(0), hasty.clone(), "sent nothing for 300ms"),
            (Fault::Hang(3000), hasty, "sent nothing for 300ms"),
            (Fault::Trickle(3000), short, "was not fetched within 1.5s"),
        ] {
            wire.set(fault);
            let options = GitOptions { deadlines, ..mirrored(&mirror) };
            let error = failed(&main_of(&url, options)).await;
            assert!(
                matches!(&error, SourceError::Unavailable { message: got, .. } if got.contains(message)),
                "{scheme} {fault:?}: {error}"
            );
        }
        wire.set(Fault::None);
        changed(&main_of(&url, mirrored(&mirror)), None).await;
        assert_clean(&mirror, "the fetch after deadlines");
    }
}

#[tokio::test]
async fn a_server_that_promises_two_gigabytes_meets_the_limit() {
    let fixture = Fixture::new();
    let advertisement = |_: &crate::support::Request| {
        let headers = &[
            ("Content-Type", "application/x-git-upload-pack-advertisement"),
            ("Content-Length", "2147483648"),
        ];
        Verdict::Answer(200, headers, b"001e# service=git-upload-pack\n0000".to_vec())
    };
    let backend = Backend::guarded(fixture.root(), advertisement);
    let error = failed(&main_of(&backend.url(), GitOptions::default())).await;
    assert!(matches!(error, SourceError::Limit { option: "refs_bytes", .. }), "{error}");
    let line = "0000000000000000000000000000000000000001 refs/heads/main\n";
    let pack = move |request: &crate::support::Request| match request.method.as_str() {
        "GET" => Verdict::Serve,
        _ if request.body.windows(4).any(|it| it == b"want") => {
            let headers = &[
                ("Content-Type", "application/x-git-upload-pack-result"),
                ("Content-Length", "2147483648"),
            ];
            Verdict::Answer(200, headers, b"000dpackfile\n".to_vec())
        }
        _ => {
            let body = format!("{:04x}{line}0000", line.len() + 4);
            Verdict::Answer(200, &[], body.into_bytes())
        }
    };
    if git_is_here("a_server_that_promises_two_gigabytes_meets_the_limit") {
        let fixture = Fixture::with_noise(1);
        let backend = Backend::guarded(fixture.root(), pack);
        let error = failed(&main_of(&backend.url(), GitOptions::default())).await;
        assert!(matches!(error, SourceError::Limit { option: "fetch_bytes", .. }), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_lists_refs_without_end_meets_the_limit() {
    if !git_is_here("a_server_that_lists_refs_without_end_meets_the_limit") {
        return;
    }
    let mut fixture = Fixture::with_noise(1);
    for number in 0..50 {
        fixture.repository.tag(&format!("v1.0.{number}"), None).unwrap();
    }
    let daemon = Daemon::start(fixture.root());
    let limits = Limits { refs_bytes: 2000, ..Limits::default() };
    let selector = gitops_source::RefSelector::Semver { range: "*".into(), prefix: String::new() };
    let options = GitOptions { limits, ..GitOptions::default() };
    let source = gitops_source::GitSource::with_options(daemon.url(), selector, options).unwrap();
    let error = failed(&source).await;
    assert!(matches!(error, SourceError::Limit { option: "refs_bytes", .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_sends_more_than_allowed_is_cut_off() {
    if !git_is_here("a_server_that_sends_more_than_allowed_is_cut_off") {
        return;
    }
    let fixture = Fixture::with_noise(300);
    let daemon = Daemon::start(fixture.root());
    let wire = Wire::to(daemon.port);
    let url = format!("git://127.0.0.1:{}/repo.git", wire.port);
    let mirror = fixture.root().join("mirror");
    let limits = Limits { fetch_bytes: 4000, ..Limits::default() };
    let error = failed(&main_of(&url, GitOptions { limits, ..mirrored(&mirror) })).await;
    assert!(
        matches!(error, SourceError::Limit { option: "fetch_bytes", limit: 4000, .. }),
        "{error}"
    );
    assert_clean(&mirror, "the limit");
}

#[tokio::test]
async fn a_dropped_fetch_leaves_a_mirror_that_works() {
    if !git_is_here("a_dropped_fetch_leaves_a_mirror_that_works") {
        return;
    }
    let fixture = Fixture::with_noise(60);
    let daemon = Daemon::start(fixture.root());
    let wire = Wire::to(daemon.port);
    let url = format!("git://127.0.0.1:{}/repo.git", wire.port);
    let mirror = fixture.root().join("mirror");
    let source = main_of(&url, mirrored(&mirror));
    for after in [0, 200, 1000, 4000] {
        wire.set(Fault::Hang(after));
        let fetch = tokio::time::timeout(Duration::from_millis(100), source.fetch(None));
        assert!(fetch.await.is_err(), "hung after {after}");
    }
    wire.set(Fault::None);
    changed(&source, None).await;
    assert_clean(&mirror, "dropped fetches");
}

#[tokio::test]
async fn what_a_killed_process_left_is_swept() {
    if !git_is_here("what_a_killed_process_left_is_swept") {
        return;
    }
    let fixture = Fixture::with_noise(5);
    let backend = Backend::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    for name in [
        "quarantine-x/objects/pack/tmp_pack",
        "quarantine-x/shallow.lock",
        "quarantine-y/ref",
        "in-use",
    ] {
        let path = mirror.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "left").unwrap();
    }
    changed(&main_of(&backend.url(), mirrored(&mirror)), None).await;
    assert_clean(&mirror, "the next fetch");
}

#[tokio::test]
async fn a_damaged_mirror_is_thrown_away_and_filled_again() {
    if !git_is_here("a_damaged_mirror_is_thrown_away_and_filled_again") {
        return;
    }
    let mut fixture = Fixture::with_noise(30);
    let backend = Backend::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    let (revision, real) = changed(&main_of(&backend.url(), mirrored(&mirror)), None).await;
    let names: Vec<String> = snapshot(&mirror).into_keys().collect();
    let damages: [(&str, Damage); 3] = [
        ("gone", Vec::clear),
        ("half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("noise", |bytes| bytes.iter_mut().skip(20).step_by(97).for_each(|byte| *byte ^= 0x55)),
    ];
    for name in &names {
        for (what, damage) in damages {
            let whole = snapshot(&mirror);
            let Some(mut bytes) = whole.get(name).cloned() else { continue };
            damage(&mut bytes);
            let path = mirror.join(name);
            // Packs are written once and are read-only.
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, bytes).unwrap();
            let source = main_of(&backend.url(), mirrored(&mirror));
            let (again, tree) = changed(&source, None).await;
            assert_eq!(
                (again.digest(), tree.digest()),
                (revision.digest(), real.digest()),
                "{name} {what}"
            );
        }
    }
    let commit = fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    let (next, _) = changed(&main_of(&backend.url(), mirrored(&mirror)), None).await;
    assert_eq!(next.digest(), &commit);
}

#[tokio::test]
async fn a_mirror_that_claims_too_much_is_not_built_on_for_long() {
    if !git_is_here("a_mirror_that_claims_too_much_is_not_built_on_for_long") {
        return;
    }
    let mut fixture = Fixture::with_noise(5);
    let daemon = Daemon::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    let source = || main_of(&daemon.url(), mirrored(&mirror));
    changed(&source(), None).await;
    let first: Vec<String> = snapshot(&mirror.join("objects/pack")).into_keys().collect();
    fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    changed(&source(), None).await;
    // The second pack builds on the first, which is lost.
    for name in first {
        std::fs::remove_file(mirror.join("objects/pack").join(name)).unwrap();
    }
    fixture.repository.commit("Three", &[("a", Some("3"))]).unwrap();
    let error = failed(&source()).await;
    assert!(matches!(error, SourceError::Corrupt(_)), "{error}");
    let (_, tree) = changed(&source(), None).await;
    assert_eq!((tree.read("a"), tree.files().count()), (Some(&b"3"[..]), 6));
}

#[tokio::test]
async fn sources_that_share_a_mirror_wait_for_each_other() {
    if !git_is_here("sources_that_share_a_mirror_wait_for_each_other") {
        return;
    }
    let fixture = Fixture::with_noise(60);
    let backend = Backend::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    let sources: Vec<_> = (0..6).map(|_| main_of(&backend.url(), mirrored(&mirror))).collect();
    let mut running = tokio::task::JoinSet::new();
    for source in sources {
        running.spawn(async move { changed(&source, None).await.0 });
    }
    let revisions = running.join_all().await;
    assert!(revisions.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(packs(&mirror).len(), 1, "it was fetched once");
}

#[tokio::test]
async fn a_mirror_that_another_process_holds_is_waited_for_until_the_deadline() {
    if !git_is_here("a_mirror_that_another_process_holds_is_waited_for_until_the_deadline") {
        return;
    }
    let fixture = Fixture::with_noise(3);
    let backend = Backend::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    std::fs::create_dir_all(&mirror).unwrap();
    let holder = std::fs::File::create(mirror.join("in-use")).unwrap();
    holder.lock().unwrap();
    let deadlines = Deadlines { total: Duration::from_millis(500), ..Deadlines::default() };
    let options = GitOptions { deadlines, ..mirrored(&mirror) };
    let source = main_of(&backend.url(), options);
    let error = failed(&source).await;
    assert!(matches!(error, SourceError::Unavailable { .. }), "{error}");
    drop(holder);
    changed(&main_of(&backend.url(), mirrored(&mirror)), None).await;
}

#[tokio::test]
async fn a_mirror_does_not_grow_without_end() {
    if !git_is_here("a_mirror_does_not_grow_without_end") {
        return;
    }
    let mut fixture = Fixture::with_noise(10);
    let backend = Backend::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    let source = main_of(&backend.url(), GitOptions { packs: 3, ..mirrored(&mirror) });
    for number in 0..8 {
        let commit =
            fixture.repository.commit("Next", &[("a", Some(&number.to_string()))]).unwrap();
        let (revision, tree) = changed(&source, None).await;
        assert_eq!(revision.digest(), &commit);
        assert_eq!(tree.files().count(), 11);
        let packs = packs(&mirror).len();
        assert!(packs <= 3, "{packs} packs after fetch {number}");
    }
}
