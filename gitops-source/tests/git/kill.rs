//! A process that is killed while it fetches.

use std::process::{Command, Stdio};
use std::time::Duration;

use gitops_source::Source;

use crate::support::{
    Daemon, Fault, Fixture, Wire, changed, git_is_here, main_of, mirrored, quiet, snapshot,
};

const URL: &str = "GITOPS_SOURCE_TEST_URL";
const MIRROR: &str = "GITOPS_SOURCE_TEST_MIRROR";

/// The process to kill: this test in a child, which has a URL and a mirror.
#[tokio::test]
async fn a_process_that_is_killed_leaves_a_mirror_that_works() {
    if let (Ok(url), Ok(mirror)) = (std::env::var(URL), std::env::var(MIRROR)) {
        // It is killed before or after it is done; both are meant.
        let _ = main_of(&url, mirrored(mirror.as_ref())).fetch(None).await;
        return;
    }
    if !git_is_here("a_process_that_is_killed_leaves_a_mirror_that_works") {
        return;
    }
    let fixture = Fixture::with_noise(60);
    let daemon = Daemon::start(fixture.root());
    let wire = Wire::to(daemon.port);
    let url = format!("git://127.0.0.1:{}/repo.git", wire.port);
    let mirror = fixture.root().join("mirror");
    let mut left = 0;
    for after in (0..18_000).step_by(1500) {
        wire.set(Fault::Hang(after));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::a_process_that_is_killed_leaves_a_mirror_that_works"])
            .env(URL, &url)
            .env(MIRROR, &mirror)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Until the child has got all that it will get, and a little further.
        while wire.passed() <= after && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(20));
        child.kill().unwrap();
        child.wait().unwrap();
        left += usize::from(snapshot(&mirror).keys().any(|name| name.contains("quarantine-")));
    }
    assert!(left > 0, "no kill came in the middle of a fetch");
    wire.set(Fault::None);
    let (_, tree) = changed(&main_of(&url, mirrored(&mirror)), None).await;
    assert_eq!(tree.files().count(), 60);
    let files = snapshot(&mirror);
    assert!(!files.keys().any(|name| name.contains("quarantine-")), "what was left is swept");
    println!("12 kills, {left} in the middle of a fetch, and the next fetch worked");
}

#[tokio::test]
async fn every_instant_of_a_promotion_is_a_whole_mirror() {
    if !git_is_here("every_instant_of_a_promotion_is_a_whole_mirror") {
        return;
    }
    let mut fixture = Fixture::with_noise(10);
    let daemon = Daemon::start(fixture.root());
    let mirror = fixture.root().join("mirror");
    let source = main_of(&daemon.url(), mirrored(&mirror));
    changed(&source, None).await;
    let before = snapshot(&mirror);
    fixture.repository.commit("Two", &[("a", Some("2"))]).unwrap();
    changed(&source, None).await;
    let after = snapshot(&mirror);
    // In the order in which they are moved in.
    let rank = |name: &&String| {
        ["pack", "idx", "shallow"].iter().position(|end| name.ends_with(end)).unwrap_or(3)
    };
    let mut moved: Vec<&String> =
        after.keys().filter(|name| before.get(*name) != after.get(*name)).collect();
    moved.sort_by_key(rank);
    assert_eq!(moved.len(), 4, "{moved:?}");
    fixture.repository.commit("Three", &[("a", Some("3"))]).unwrap();
    for count in 0..=moved.len() {
        let instant = fixture.root().join(format!("instant-{count}"));
        let changes = moved[..count].iter().map(|name| (*name, &after[*name]));
        for (name, content) in before.iter().chain(changes) {
            let path = instant.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let (_, tree) = changed(&main_of(&daemon.url(), mirrored(&instant)), None).await;
        assert_eq!((tree.files().count(), tree.read("a")), (11, Some(&b"3"[..])), "{count}");
        let mut fsck = Command::new("git");
        let output = quiet(fsck.arg("fsck").env("GIT_DIR", &instant)).output().unwrap();
        assert!(output.status.success(), "after {count} moves: {output:?}");
    }
}
