//! Any bytes end in an error or in values that read back from what is written, in each layout.
#![no_main]

use gitops_render::yaml::{self, Dialect, Duplicates, Escapes, Layout, Limits, Lists, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((mode, text)) = data.split_first() else { return };
    let dialect = if mode & 1 == 0 { Dialect::GoV2 } else { Dialect::GoV3 };
    let options = Options {
        dialect,
        duplicates: if mode & 2 == 0 { Duplicates::Refuse } else { Duplicates::LastWins },
        escapes: if mode & 4 == 0 { Escapes::Yaml } else { Escapes::Json },
        limits: Limits { alias_bytes: 1 << 20, alias_nodes: 10_000, ..Limits::default() },
    };
    let lists = if mode & 8 == 0 { Lists::Indented } else { Lists::Compact };
    let layout = Layout { dialect, lists, indent: 2 };
    let documents = match yaml::parse(text, &options) {
        Ok(documents) => documents,
        Err(error) => return assert!(error.as_go().starts_with("yaml: ")),
    };
    for document in documents {
        let written = yaml::write(&document.value, &layout);
        if is_lost(&written, dialect) {
            continue;
        }
        let again = yaml::parse(written.as_bytes(), &options).expect("what is written is read");
        assert_eq!(again.len(), 1, "{written}");
        assert_eq!(again[0].value, document.value, "{written}");
    }
});

/// What go-yaml writes and does not read as it was: a key without quotes that means a merge, and
/// under v3 a block that starts with a tab.
fn is_lost(written: &str, dialect: Dialect) -> bool {
    let lines: Vec<&str> = written.lines().collect();
    let tab = lines.windows(2).any(|pair| {
        let header = ["|", "|-", "|+"].iter().any(|end| pair[0].ends_with(end));
        header && pair[1].trim_start_matches(' ').starts_with('\t')
    });
    written.contains("<<") || dialect == Dialect::GoV3 && tab
}
