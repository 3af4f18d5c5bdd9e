//! Which names are legal in definitions: RFC 1123.

pub(super) fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label_of_any_length)
}

pub(super) fn is_label(name: &str) -> bool {
    name.len() <= 63 && is_label_of_any_length(name)
}

/// Letters and digits, with dashes between them.
fn is_label_of_any_length(name: &str) -> bool {
    let edge = |it: &u8| it.is_ascii_lowercase() || it.is_ascii_digit();
    let bytes = name.as_bytes();
    let framed = bytes.first().is_some_and(edge) && bytes.last().is_some_and(edge);
    framed && bytes.iter().all(|it| edge(it) || *it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_joined_by_dots() {
        for good in ["a", "0", "a-b", "a.b-c.d"] {
            assert!(is_subdomain(good), "{good}");
        }
        for bad in ["", "-", "A", "a_b", "a.", ".a", "a..b", "a-", "-a", "ä"] {
            assert!(!is_subdomain(bad), "{bad}");
        }
        assert!(!is_label("a.b") && !is_label(&"a".repeat(64)));
    }
}
