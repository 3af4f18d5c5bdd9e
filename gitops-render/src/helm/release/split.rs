//! Where the text of a file is cut into documents. This rule changed from version to version.

use memchr::{memchr, memmem};

use crate::helm::HelmCompat;

/// The documents of `text` that are not blank.
pub(super) fn documents(text: &str, compat: HelmCompat) -> Vec<&str> {
    let cut = match compat {
        HelmCompat::V3_21 => at_any_dashes(text.trim()),
        HelmCompat::V4_2_3 => at_any_dashes(text.trim_start()),
        HelmCompat::V4_2_4 => at_lines(text.trim_start()),
    };
    let trimmed = cut.into_iter().map(|document| match compat {
        HelmCompat::V3_21 => document.trim(),
        HelmCompat::V4_2_3 | HelmCompat::V4_2_4 => document.trim_start(),
    });
    trimmed.filter(|document| !document.trim().is_empty()).collect()
}

/// Cuts at `(?:^|\s*\n)---\s*`, so that the white space around goes too.
fn at_any_dashes(text: &str) -> Vec<&str> {
    let space = |character: char| matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}');
    let mut documents = Vec::new();
    let mut start = 0;
    if let Some(rest) = text.strip_prefix("---") {
        documents.push("");
        start = text.len() - rest.trim_start_matches(space).len();
    }
    let dashes = memmem::Finder::new("\n---");
    while let Some(at) = dashes.find(&text.as_bytes()[start..]) {
        let document = &text[start..start + at];
        documents.push(document.trim_end_matches(space));
        let rest = &text[start + at + "\n---".len()..];
        start = text.len() - rest.trim_start_matches(space).len();
    }
    documents.push(&text[start..]);
    documents
}

/// Cuts at `(?m)^---[ \t]*`.
fn at_lines(text: &str) -> Vec<&str> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut line = 0;
    loop {
        if let Some(rest) = text[line..].strip_prefix("---") {
            documents.push(&text[start..line]);
            start = text.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        match memchr(b'\n', &text.as_bytes()[line..]) {
            Some(end) => line += end + 1,
            None => break,
        }
    }
    documents.push(&text[start..]);
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_cuts_in_its_own_way() {
        let text = "\n---\n# one\na: 1\n\n---  \nb: 2\n---c: 3\n--- # four\nd: 4\n\n";
        let cases = [
            (HelmCompat::V3_21, vec!["# one\na: 1", "b: 2", "c: 3", "# four\nd: 4"]),
            (HelmCompat::V4_2_3, vec!["# one\na: 1", "b: 2", "c: 3", "# four\nd: 4\n\n"]),
            (HelmCompat::V4_2_4, vec!["# one\na: 1\n\n", "b: 2\n", "c: 3\n", "# four\nd: 4\n\n"]),
        ];
        for (compat, wanted) in cases {
            assert_eq!(documents(text, compat), wanted, "{compat:?}");
        }
    }

    #[test]
    fn dashes_right_behind_dashes_were_part_of_the_document_once() {
        let text = "---\n---\na: 1";
        assert_eq!(documents(text, HelmCompat::V4_2_3), ["---\na: 1"]);
        assert_eq!(documents(text, HelmCompat::V4_2_4), ["a: 1"]);
        for compat in [HelmCompat::V3_21, HelmCompat::V4_2_3, HelmCompat::V4_2_4] {
            assert!(documents(" \n---\n \n", compat).is_empty());
        }
    }
}
