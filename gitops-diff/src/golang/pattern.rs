//! Regular expressions as Go reads them (RE2).

use std::fmt;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};

/// The most memory that one compiled expression takes, in bytes; a limit against hostile ones.
const MAX_SIZE: usize = 1 << 22;

/// A regular expression in Go's syntax, compiled when it is first used.
pub(crate) struct Pattern {
    source: String,
    compiled: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    pub(crate) fn new(source: &str) -> Self {
        Self { source: source.into(), compiled: OnceLock::new() }
    }

    /// The expression as it was written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The compiled expression.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub(crate) fn regex(&self) -> Result<&Regex, &str> {
        self.compiled.get_or_init(|| compile(&self.source)).as_ref().map_err(String::as_str)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.source, f)
    }
}

/// Compiles an expression in Go's syntax (RE2), as `regexp.Compile` does.
///
/// ```
/// let digits = gitops_diff::golang::compile(r"^\d+$")?;
/// assert!(digits.is_match("12") && !digits.is_match("١٢"));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// What is wrong with the expression, or that it takes too much memory.
pub fn compile(source: &str) -> Result<Regex, String> {
    let translated = Translation::of(source)?;
    let built = RegexBuilder::new(&translated).size_limit(MAX_SIZE).build();
    built.map_err(|why| match why {
        regex::Error::CompiledTooBig(_) => "expression is too large".into(),
        why => why.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    })
}

/// An expression on its way from Go's syntax to that of the crate: Go's classes are those of
/// ASCII, its brackets know no nesting, `\Q…\E` quotes.
struct Translation<'s> {
    left: std::str::Chars<'s>,
    written: String,
    /// What Go refuses and the crate would take.
    refused: Option<String>,
}

impl<'s> Translation<'s> {
    fn of(source: &'s str) -> Result<String, String> {
        let written = String::with_capacity(source.len());
        let mut it = Self { left: source.chars(), written, refused: None };
        while let Some(next) = it.left.next() {
            match next {
                '\\' => it.escape(),
                '[' => it.class(),
                '{' => it.brace(),
                other => it.written.push(other),
            }
        }
        it.refused.map_or(Ok(it.written), Err)
    }

    /// A repetition stays one, or becomes an error where it is longer than Go takes; any other
    /// brace is text.
    fn brace(&mut self) {
        let rest = self.left.as_str();
        match rest.split_once('}').filter(|(counts, _)| is_repetition(counts)) {
            Some((counts, after)) if counts.split(',').all(fits) => {
                self.written.extend(["{", counts, "}"]);
                self.left = after.chars();
            }
            Some((counts, _)) => {
                self.refused = Some(format!("invalid repeat count: `{{{counts}}}`"));
            }
            None => self.written.push_str(r"\{"),
        }
    }

    fn escape(&mut self) {
        let replaced = match self.left.next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('w') => "[0-9A-Za-z_]",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => r"[\t\n\x0C\r ]",
            Some('S') => r"[^\t\n\x0C\r ]",
            Some('b') => r"(?-u:\b)",
            Some('Q') => return self.quoted(),
            // The crate would read them as the ends of words.
            Some(plain @ ('<' | '>')) => return self.written.push(plain),
            Some(braced @ ('p' | 'P' | 'x')) => return self.braced(braced),
            Some(other) => return self.written.extend(['\\', other]),
            None => r"\",
        };
        self.written.push_str(replaced);
    }

    /// `\p{Greek}` or `\x{10FFFF}`, where the braces are no repetition.
    fn braced(&mut self, escaped: char) {
        self.written.extend(['\\', escaped]);
        let rest = self.left.as_str();
        if let Some(end) = rest.find('}').filter(|_| rest.starts_with('{')) {
            self.written.push_str(&rest[..=end]);
            self.left = rest[end + 1..].chars();
        }
    }

    /// What stands between `\Q` and `\E`.
    fn quoted(&mut self) {
        let rest = self.left.as_str();
        let (text, after) = rest.split_once(r"\E").unwrap_or((rest, ""));
        self.written.push_str(&regex::escape(text));
        self.left = after.chars();
    }

    /// What stands between brackets.
    fn class(&mut self) {
        self.written.push('[');
        if let Some(rest) = self.left.as_str().strip_prefix('^') {
            self.written.push('^');
            self.left = rest.chars();
        }
        // A bracket that closes right away is one of the characters.
        if let Some(rest) = self.left.as_str().strip_prefix(']') {
            self.written.push_str(r"\]");
            self.left = rest.chars();
        }
        while let Some(next) = self.left.next() {
            match next {
                ']' => return self.written.push(']'),
                '\\' => self.escape_in_class(),
                '[' if self.left.as_str().starts_with(':') => self.named_class(),
                '[' | '&' | '~' => self.written.extend(['\\', next]),
                other => self.written.push(other),
            }
        }
    }

    fn escape_in_class(&mut self) {
        let replaced = match self.left.next() {
            Some('d') => "0-9",
            Some('D') => "[^0-9]",
            Some('w') => "0-9A-Za-z_",
            Some('W') => "[^0-9A-Za-z_]",
            Some('s') => r"\t\n\x0C\r ",
            Some('S') => r"[^\t\n\x0C\r ]",
            Some(other) => return self.written.extend(['\\', other]),
            None => r"\",
        };
        self.written.push_str(replaced);
    }

    /// `[:alpha:]`.
    fn named_class(&mut self) {
        let rest = self.left.as_str();
        match rest.find(":]") {
            Some(end) if rest[1..end].chars().all(|it| it.is_ascii_lowercase() || it == '^') => {
                self.written.push('[');
                self.written.push_str(&rest[..end + 2]);
                self.left = rest[end + 2..].chars();
            }
            _ => self.written.push_str(r"\["),
        }
    }
}

/// Whether it is what stands between the braces of a repetition: `2`, `2,` or `2,3`.
fn is_repetition(counts: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match counts.split_once(',') {
        Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
        None => is_number(counts),
    }
}

/// Whether Go repeats something so often.
fn fits(count: &str) -> bool {
    const MOST: u32 = 1000;
    count.is_empty() || count.parse().is_ok_and(|count: u32| count <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_match_as_in_go() {
        let cases = [
            (r"^\d+$", "12", true),
            (r"^\d+$", "١٢", false),
            (r"^\w$", "ä", false),
            (r"^\W$", "ä", true),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[^\s]$", "\u{a0}", true),
            (r"^[a[]+$", "a[", true),
            (r"^[]a]+$", "]a", true),
            (r"^[&&]+$", "&", true),
            (r"^[[:alpha:]]+$", "abc", true),
            (r"^[[:alpha:]]+$", "ab1", false),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"^a$", "a\n", false),
            (r"\bfoo\b", "a foo b", true),
            (r"^\p{L}+$", "äö", true),
            (r"^\pL\x{e4}{2}$", "aää", true),
            (r"(?i)^abc$", "ABC", true),
            (r"^[\D]$", "x", true),
            (r"^[^\D]$", "7", true),
            ("^{a}$", "{a}", true),
            ("^{a}$", "a", false),
            ("^a{2}b{1,}c{,2}$", "aabbc{,2}", true),
            ("^a{2}b{1,}c{,2}$", "abc", false),
            ("^[a&&b[]$", "&", true),
            ("^[a&&b[]$", "c", false),
            (r"^[\d_][^\w]$", "_é", true),
            (r"^[\d_][^\w]$", "1a", false),
            (r"^\Qa.b", "axb", false),
            (r"^\<\-$", "<-", true),
            (r"^\<\-$", "-", false),
        ];
        for (source, text, expected) in cases {
            let pattern = Pattern::new(source);
            let regex = pattern.regex().unwrap_or_else(|why| panic!("{source}: {why}"));
            assert_eq!(regex.is_match(text), expected, "{source} on {text:?}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for source in [
            "(",
            "a**?(",
            "[",
            r"(?=a)",
            r"\1",
            "a{1001}",
            "*",
            "[b-a]",
            r"\",
            "(a{1000}){1000}{1000}",
        ] {
            assert!(Pattern::new(source).regex().is_err(), "{source}");
        }
    }
}
