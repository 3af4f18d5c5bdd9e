//! The ledger in a file: two writers, damage, and processes that are killed.

#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]
#![expect(clippy::print_stdout, reason = "a writer tells how far it is")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use gitops_apply::{ApplyError, FileLedger, Ledger, Stamped};
use gitops_diff::{Entry, Inventory};

fn inventory(count: usize) -> Inventory {
    let entry = || Entry { version: "v1".into(), ..Entry::default() };
    let id = |n| format!("ConfigMap/shop/settings-{n}").parse().unwrap();
    Inventory { entries: (0..count).map(|n| (id(n), entry())).collect(), ..Inventory::new() }
}

/// The first line of a message, with the path made the same on every machine.
fn shown(error: &ApplyError, folder: &Path) -> String {
    error.to_string().replace(&folder.display().to_string(), "FOLDER")
}

#[tokio::test]
async fn of_two_writers_the_second_is_fenced() {
    let folder = tempfile::tempdir().unwrap();
    let open = || FileLedger::new(folder.path().join("new/shop.json"));
    let (one, two) = (open(), open());
    assert_eq!(one.load().await.unwrap(), Stamped::default());
    let first = one.store(&inventory(1), None).await.unwrap();
    let late = two.store(&inventory(2), None).await.unwrap_err();
    insta::assert_snapshot!(shown(&late, folder.path()), @"FOLDER/new/shop.json: the ledger was changed by another writer; load it again");
    assert!(matches!(late, ApplyError::Fenced(_)));
    let second = two.store(&inventory(1), first.stamp.as_deref()).await.unwrap();
    assert_ne!(first.stamp, second.stamp, "the same content, stored anew, is another store");
    let late = one.store(&inventory(3), first.stamp.as_deref()).await.unwrap_err();
    assert!(matches!(late, ApplyError::Fenced(_)), "{late}");
    assert_eq!(one.load().await.unwrap(), second);
}

#[tokio::test]
async fn a_file_that_was_put_back_fences_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let ledger = FileLedger::new(&path);
    let first = ledger.store(&inventory(1), None).await.unwrap();
    let backup = fs::read(&path).unwrap();
    let second = ledger.store(&inventory(2), first.stamp.as_deref()).await.unwrap();
    fs::write(&path, backup).unwrap();
    let late = ledger.store(&inventory(3), second.stamp.as_deref()).await.unwrap_err();
    assert!(matches!(late, ApplyError::Fenced(_)), "{late}");
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_never_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let ledger = FileLedger::new(&path);
    let stored = ledger.store(&inventory(3), None).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let mut damaged: Vec<Vec<u8>> = (0..whole.len() - 2).map(|end| whole[..end].to_vec()).collect();
    damaged.push(b"{\"version\":1,\"generation\":1}".to_vec());
    damaged.push(vec![0; 4096]);
    for content in damaged {
        fs::write(&path, &content).unwrap();
        let error = ledger.load().await.unwrap_err();
        assert!(matches!(error, ApplyError::Invalid(_)), "{error}");
        for expected in [None, stored.stamp.as_deref()] {
            assert!(matches!(
                ledger.store(&inventory(1), expected).await,
                Err(ApplyError::Invalid(_))
            ));
        }
        assert_eq!(fs::read(&path).unwrap(), content, "it is left as it is");
    }
    fs::write(&path, b"{\"version\":2,\"generation\":1,\"inventory\":{}}").unwrap();
    insta::assert_snapshot!(shown(&ledger.load().await.unwrap_err(), folder.path()), @"FOLDER/shop.json: its form is version 2, and this program knows version 1; restore the file from a backup, or remove it: what it listed is then no longer pruned, and becomes ours again where it is declared");
}

#[tokio::test]
async fn a_writer_at_work_keeps_others_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let lock = fs::File::create(folder.path().join("shop.json.lock")).unwrap();
    lock.lock().unwrap();
    let ledger = FileLedger::new(&path);
    let busy = ledger.store(&inventory(1), None).await.unwrap_err();
    insta::assert_snapshot!(shown(&busy, folder.path()), @"FOLDER/shop.json: another process is writing the ledger");
    drop(lock);
    ledger.store(&inventory(1), None).await.unwrap();
}

const FILE: &str = "GITOPS_TEST_LEDGER";

/// No test of its own: the process that the next test kills.
#[tokio::test]
async fn writer_that_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let ledger = FileLedger::new(path);
    let mut stamp = ledger.load().await.unwrap().stamp;
    for count in 1.. {
        stamp = ledger.store(&inventory(count % 50), stamp.as_deref()).await.unwrap().stamp;
        println!("\nstored {count}");
    }
}

#[tokio::test]
async fn a_killed_writer_leaves_a_whole_ledger_and_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let mut last = 0;
    for kill_after in [1, 2, 3, 5, 8, 13] {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer_that_is_killed", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert_eq!(
            lines.filter(|it| it.starts_with("stored")).take(kill_after).count(),
            kill_after
        );
        writer.kill().unwrap();
        writer.wait().unwrap();
        let ledger = FileLedger::new(&path);
        let stored = ledger.load().await.unwrap();
        let generation = stored.stamp.as_ref().unwrap().split('-').next().unwrap();
        let generation: usize = generation.parse().unwrap();
        assert!(generation >= last + kill_after, "a store that was reported is kept");
        let next = ledger.store(&stored.inventory, stored.stamp.as_deref()).await.unwrap();
        assert_eq!(ledger.load().await.unwrap(), next);
        last = generation + 1;
    }
}
