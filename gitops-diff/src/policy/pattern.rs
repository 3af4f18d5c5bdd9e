//! Patterns for names: globs, and regular expressions between slashes.

use std::fmt;

use regex::{Regex, RegexBuilder};

use crate::Text;

/// The longest pattern, in bytes.
const MAX_LENGTH: usize = 1024;

/// How much memory a compiled pattern may take, in bytes.
const MAX_SIZE: usize = 1 << 20;

/// A pattern that a whole text must match.
///
/// `*` is any text and `?` any character; `[a-c]` is one of these characters, `[!a-c]` none of
/// them; `{a,b}` is one of these patterns; a backslash takes the meaning from what follows it.
/// Between slashes stands a regular expression of the syntax of Rust and RE2: `/web-[0-9]+/`.
///
/// ```
/// use gitops_diff::policy::Pattern;
///
/// let is = |pattern: &str, text| pattern.parse::<Pattern>().map(|it| it.matches(text));
/// assert_eq!(is("web-*", "web-1"), Ok(true));
/// assert_eq!(is("{Deployment,StatefulSet}", "StatefulSet"), Ok(true));
/// assert_eq!(is("/web-[0-9]+/", "web-x"), Ok(false));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone)]
pub struct Pattern {
    text: Text,
    form: Form,
}

/// What a pattern comes down to; most are the first ones, which take no regular expression.
#[derive(Clone)]
enum Form {
    Any,
    Exact(Text),
    Prefix(Text),
    /// What stands between stars.
    Pieces(Box<[Text]>),
    Other(Box<Regex>),
}

impl Pattern {
    /// The pattern that every text matches.
    pub fn any() -> Self {
        Self { text: "*".into(), form: Form::Any }
    }

    /// The pattern that only `text` matches.
    pub fn exact(text: &str) -> Self {
        let is_regex = text.len() > 1 && text.starts_with('/') && text.ends_with('/');
        let mut escaped = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            if is_special(c) || (is_regex && at == 0) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
        Self { text: escaped.into(), form: Form::Exact(text.into()) }
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether `text`, all of it, matches.
    pub fn matches(&self, text: &str) -> bool {
        match &self.form {
            Form::Any => true,
            Form::Exact(only) => *only == *text,
            Form::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Form::Pieces(pieces) => has_pieces(text, pieces),
            Form::Other(regex) => regex.is_match(text),
        }
    }

    /// The one text that matches, where only one does.
    pub fn as_exact(&self) -> Option<&Text> {
        match &self.form {
            Form::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// Whether every text matches.
    pub fn is_any(&self) -> bool {
        matches!(self.form, Form::Any)
    }
}

impl std::str::FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > MAX_LENGTH {
            return Err(format!("a pattern may have {MAX_LENGTH} bytes, not {}", text.len()));
        }
        let form = match text.strip_prefix('/').and_then(|it| it.strip_suffix('/')) {
            Some(regex) => {
                // By itself first: what closes our group is no expression.
                compiled(regex, text)?;
                Form::Other(Box::new(compiled(&format!("^(?:{regex})$"), text)?))
            }
            None => glob(text)?,
        };
        Ok(Self { text: text.into(), form })
    }
}

fn compiled(regex: &str, text: &str) -> Result<Regex, String> {
    let regex = RegexBuilder::new(regex).size_limit(MAX_SIZE).build();
    regex.map_err(|why| format!("`{text}` is no pattern: {why}"))
}

fn glob(text: &str) -> Result<Form, String> {
    if text.chars().all(|it| it == '*') && !text.is_empty() {
        return Ok(Form::Any);
    }
    if !text.contains(is_special) {
        return Ok(Form::Exact(text.into()));
    }
    match text.strip_suffix('*') {
        Some(prefix) if !prefix.contains(is_special) => Ok(Form::Prefix(prefix.into())),
        _ if !text.contains(|it| is_special(it) && it != '*') => {
            Ok(Form::Pieces(text.split('*').map(Text::from).collect()))
        }
        _ => literal(text).map_or_else(
            || Ok(Form::Other(Box::new(compiled(&Translation::of(text)?, text)?))),
            |only| Ok(Form::Exact(only.into())),
        ),
    }
}

/// Whether the pieces stand in `text` in their order, the first at its start, the last at its end.
fn has_pieces(text: &str, pieces: &[Text]) -> bool {
    let [first, between @ .., last] = pieces else { return false };
    let inner = text.strip_prefix(first.as_str()).and_then(|it| it.strip_suffix(last.as_str()));
    inner.is_some_and(|it| between.iter().try_fold(it, behind).is_some())
}

/// What stands behind the first place of a piece.
fn behind<'t>(text: &'t str, piece: &Text) -> Option<&'t str> {
    text.split_once(piece.as_str()).map(|(_, rest)| rest)
}

/// The text that a glob stands for whose special characters all are escaped.
fn literal(glob: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = glob.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => out.push(rest.next()?),
            c if is_special(c) => return None,
            c => out.push(c),
        }
    }
    Some(out)
}

fn is_special(c: char) -> bool {
    matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\')
}

/// A glob on its way to a regular expression.
struct Translation<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    out: String,
    /// How many alternatives are open.
    open: usize,
}

impl<'a> Translation<'a> {
    fn of(glob: &'a str) -> Result<String, String> {
        let mut this = Self { rest: glob.chars().peekable(), out: "^(?s:".into(), open: 0 };
        while let Some(c) = this.rest.next() {
            this.take(c).map_err(|why| format!("`{glob}` is no pattern: {why}"))?;
        }
        if this.open > 0 {
            return Err(format!("`{glob}` is no pattern: `{{` without `}}`"));
        }
        this.out.push_str(")$");
        Ok(this.out)
    }

    fn take(&mut self, c: char) -> Result<(), &'static str> {
        match c {
            '*' => self.out.push_str(".*"),
            '?' => self.out.push('.'),
            '[' => self.class()?,
            '{' => {
                self.open += 1;
                self.out.push_str("(?:");
            }
            ',' if self.open > 0 => self.out.push('|'),
            '}' if self.open > 0 => {
                self.open -= 1;
                self.out.push(')');
            }
            '}' => return Err("`}` without `{`"),
            ']' => return Err("`]` without `[`"),
            '\\' => {
                let next = self.rest.next().ok_or("nothing follows the backslash")?;
                self.plain(next);
            }
            c => self.plain(c),
        }
        Ok(())
    }

    fn class(&mut self) -> Result<(), &'static str> {
        self.out.push('[');
        if self.rest.next_if(|it| matches!(it, '!' | '^')).is_some() {
            self.out.push('^');
        }
        if self.rest.peek() == Some(&']') {
            return Err("nothing stands between `[` and `]`");
        }
        loop {
            match self.rest.next().ok_or("`[` without `]`")? {
                ']' => break,
                '-' => self.out.push('-'),
                '\\' => {
                    let next = self.rest.next().ok_or("nothing follows the backslash")?;
                    self.plain(next);
                }
                c => self.plain(c),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn plain(&mut self, c: char) {
        self.out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_texts() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("web", "web", true),
            ("web", "webs", false),
            ("*", "", true),
            ("web-*", "web-", true),
            ("web-*", "a-web-", false),
            ("*-web", "a-web", true),
            ("*-web", "a-web-", false),
            ("*web*", "a-web-", true),
            ("*web*", "we-b", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*b**b*c", "abbc", true),
            ("a*b**b*c", "abc", false),
            ("a*a", "a", false),
            ("é*é", "éé", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a[b-d]e", "ace", true),
            ("a[!b-d]e", "ace", false),
            ("{a,b*}c", "bxc", true),
            ("{a,b}c", "dc", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("a.c", "abc", false),
            ("/a.c/", "abc", true),
            ("/a|b/", "ab", false),
            ("/^a$/", "a", true),
        ];
        for (pattern, text, expected) in cases {
            let pattern: Pattern = pattern.parse().unwrap();
            assert_eq!(pattern.matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_its_cause() {
        let cases = [
            ("{a", "`{a` is no pattern: `{` without `}`"),
            ("a}", "`a}` is no pattern: `}` without `{`"),
            ("a]", "`a]` is no pattern: `]` without `[`"),
            ("[a", "`[a` is no pattern: `[` without `]`"),
            ("[]", "`[]` is no pattern: nothing stands between `[` and `]`"),
            ("*\\", "`*\\` is no pattern: nothing follows the backslash"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(pattern.parse::<Pattern>().unwrap_err(), expected);
        }
        for pattern in ["/(/", "/a)|(b/", "/(a{1000}){1000}/"] {
            let why = pattern.parse::<Pattern>().unwrap_err();
            assert!(why.starts_with(&format!("`{pattern}` is no pattern: ")), "{why}");
        }
    }

    #[test]
    fn an_exact_pattern_reads_back_and_matches_itself_alone() {
        for text in ["", "web", "a*", "[x]", "{a,b}", r"\", "/a/", "//", "/"] {
            let pattern = Pattern::exact(text);
            let read: Pattern = pattern.as_str().parse().unwrap();
            assert_eq!(read.as_exact().map(Text::as_str), Some(text));
            assert!(read.matches(text) && pattern.matches(text), "{text}");
            assert_eq!(read, pattern);
        }
    }
}
