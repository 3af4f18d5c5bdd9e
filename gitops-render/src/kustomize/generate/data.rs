//! The values of config maps and secrets (`kyaml/yaml/datamap.go`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::kustomize::node::{Node, Scalar};

/// After so many characters of base64 a line ends.
const WRAP: usize = 70;

/// A value that goes into a config map or a secret.
pub(super) struct Entry<'a>(&'a [u8]);

impl<'a> Entry<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The value for a config map, and which of its fields holds it: texts go into `data`.
    pub(super) fn config_map_value(&self) -> (&'static str, Node) {
        match std::str::from_utf8(self.0) {
            Ok(text) => ("data", Node::Scalar(Scalar::string(text))),
            Err(_) => ("binaryData", self.secret_value()),
        }
    }

    /// The value for a secret.
    pub(super) fn secret_value(&self) -> Node {
        Node::Scalar(Scalar::string(wrapped(&STANDARD.encode(self.0))))
    }
}

/// Base64 in lines, if it needs more than one; what fills one needs two, since upstream counts
/// before it cuts.
fn wrapped(base64: &str) -> String {
    if base64.len() < WRAP {
        return base64.to_owned();
    }
    let mut lines = String::with_capacity(base64.len() + base64.len() / WRAP + 1);
    let mut rest = base64;
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(WRAP));
        lines.push_str(line);
        lines.push('\n');
        rest = behind;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_seventy_characters_ends_with_a_line() {
        for (length, lines) in
            [(0, 0), (4, 0), (68, 0), (69, 0), (70, 1), (72, 2), (140, 2), (141, 3)]
        {
            let text = wrapped(&"x".repeat(length));
            assert_eq!(text.matches('\n').count(), lines, "{length}");
            assert_eq!(text.replace('\n', ""), "x".repeat(length));
            assert!(lines == 0 || text.ends_with('\n'));
        }
    }
}
