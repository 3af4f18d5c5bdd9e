//! Regular expressions as Go's `regexp` reads them.

use regex::Regex;

/// The longest repetition that Go takes.
const MAX_REPEATS: usize = 1000;

/// The expression that Go compiles from `pattern`; none where it refuses it.
///
/// The syntax is that of RE2 in both; what differs is written anew: braces that repeat nothing are
/// text, classes have no operators, and `\d`, `\s`, `\w` and `\b` mean ASCII.
pub(crate) fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&translate(pattern)?).ok()
}

fn translate(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => escape(rest, Within::Text, &mut out)?,
            '[' => class(rest, &mut out)?,
            '{' => brace(rest, &mut out)?,
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    Some(out)
}

/// Where an escape stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Text,
    Class,
}

/// Writes the escape at the start of `rest`; how long it was.
fn escape(rest: &str, within: Within, out: &mut String) -> Option<usize> {
    let escaped = rest.chars().nth(1)?;
    let ascii = match escaped {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\f\r ",
        'D' => "^0-9",
        'W' => "^0-9A-Za-z_",
        'S' => r"^\t\n\f\r ",
        'b' if within == Within::Text => {
            out.push_str(r"(?-u:\b)");
            return Some(2);
        }
        'Q' => return Some(quoted(rest, out)),
        '<' | '>' => {
            out.push(escaped);
            return Some(2);
        }
        other => {
            out.push('\\');
            out.push(other);
            return Some(1 + other.len_utf8());
        }
    };
    out.extend(["[", ascii, "]"]);
    Some(2)
}

/// Writes what stands between `\Q` and `\E`; how long it was.
fn quoted(rest: &str, out: &mut String) -> usize {
    let text = &rest[2..];
    let end = text.find(r"\E");
    out.push_str(&regex::escape(&text[..end.unwrap_or(text.len())]));
    end.map_or(rest.len(), |end| end + 4)
}

/// Writes the class at the start of `rest`; how long it was.
fn class(rest: &str, out: &mut String) -> Option<usize> {
    let start = match rest.as_bytes() {
        [b'[', b'^', b']', ..] => 3,
        [b'[', b'^' | b']', ..] => 2,
        _ => 1,
    };
    out.push_str(&rest[..start]);
    let mut at = start;
    loop {
        let left = &rest[at..];
        at += match left.chars().next()? {
            ']' => {
                out.push(']');
                return Some(at + 1);
            }
            '\\' => escape(left, Within::Class, out)?,
            '[' => named(left, out),
            operator @ ('&' | '~') => {
                out.push('\\');
                out.push(operator);
                1
            }
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
    }
}

/// Writes `[:alpha:]` as it is, and any other bracket within a class as text.
fn named(rest: &str, out: &mut String) -> usize {
    let end = rest.strip_prefix("[:").and_then(|name| name.find(":]"));
    if let Some(end) = end {
        out.push_str(&rest[..end + 4]);
        end + 4
    } else {
        out.push_str(r"\[");
        1
    }
}

/// Writes a repetition as it is, and any other brace as text.
fn brace(rest: &str, out: &mut String) -> Option<usize> {
    let Some(counts) = rest[1..].find('}').map(|end| &rest[1..=end]).filter(|it| repeats(it))
    else {
        out.push_str(r"\{");
        return Some(1);
    };
    let fits =
        |count: &str| count.is_empty() || count.parse().is_ok_and(|it: usize| it <= MAX_REPEATS);
    if !counts.split(',').all(fits) {
        return None;
    }
    out.push_str(&rest[..counts.len() + 2]);
    Some(counts.len() + 2)
}

/// Whether it is `2`, `2,` or `2,3`.
fn repeats(counts: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match counts.split_once(',') {
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
        None => is_number(counts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let regex = compile(pattern).expect(pattern);
        for text in matching {
            assert!(regex.is_match(text), "{pattern} {text}");
        }
        for text in others {
            assert!(!regex.is_match(text), "{pattern} {text}");
        }
    }

    #[test]
    fn what_rust_reads_otherwise_is_read_as_go_does() {
        check("^{a}$", &["{a}"], &["a"]);
        check("^a{2}b{1,}c{,2}$", &["aabbc{,2}"], &["abc"]);
        check("^[a&&b[]$", &["a", "&", "["], &["c"]);
        check("^[]a]$", &["]", "a"], &["b"]);
        check("^[^]a]$", &["b"], &["]", "a"]);
        check(r"^\d\w\s$", &["1a ", "1_\n"], &["٣a ", "1é "]);
        check(r"^[\d_][^\w]$", &["1-", "_é"], &["a-", "1a"]);
        check(r"^[[:alpha:]]\W$", &["a-"], &["1-"]);
        check(r"^\Qa.b\E.$", &["a.bc"], &["axbc"]);
        check(r"^\Qa.b", &["a.b"], &["axb"]);
        check(r"^\<\-$", &["<-"], &["-"]);
    }

    #[test]
    fn what_go_refuses_is_nothing() {
        for pattern in ["[", "a{1001}", "*", "(", r"\", r"(?=a)", "[b-a]"] {
            assert!(compile(pattern).is_none(), "{pattern}");
        }
    }
}
