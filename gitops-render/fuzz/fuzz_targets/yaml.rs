//! Any bytes end in an error or in values that read back from what is written.
#![no_main]

use gitops_render::yaml::{self, Dialect, Duplicates, Limits, Options};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((mode, text)) = data.split_first() else { return };
    let options = Options {
        dialect: if mode & 1 == 0 { Dialect::GoV2 } else { Dialect::GoV3 },
        duplicates: if mode & 2 == 0 { Duplicates::Refuse } else { Duplicates::LastWins },
        limits: Limits { alias_bytes: 1 << 20, alias_nodes: 10_000, ..Limits::default() },
        ..Options::default()
    };
    let Ok(documents) = yaml::parse(text, &options) else { return };
    for document in documents {
        let written = yaml::to_string(&document.value);
        // Line ends of YAML 1.1 that Go writes as they are, while the scanner is one of YAML 1.2,
        // and a key that Go writes without quotes, though it means a merge then.
        if written.contains(['\u{2028}', '\u{2029}']) || written.contains("<<") {
            continue;
        }
        let again = yaml::parse(written.as_bytes(), &options).expect("what is written is read");
        assert_eq!(again.len(), 1, "{written}");
        assert_eq!(again[0].value, document.value, "{written}");
    }
});
