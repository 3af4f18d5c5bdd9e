//! Patterns for names of files, as github.com/gobwas/glob reads them with `/` between the parts.
//!
//! `*` and `?` stop at `/`, `**` does not, and neither do `[abc]`, `[!a-z]`; `{a,b}` is one of
//! several, which may hold patterns in their turn.

use std::iter::Peekable;
use std::str::Chars;

use regex_automata::meta::{Config, Regex};
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, Look, Repetition};

/// The most bytes that a compiled pattern takes.
const MOST_BYTES: usize = 4 << 20;

/// How deep alternatives may be in one another.
const MOST_DEPTH: usize = 100;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Glob(Regex);

impl Glob {
    /// Compiles `pattern`; none where it is no pattern.
    pub(super) fn new(pattern: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(pattern).ok().filter(|it| !it.contains('\u{fffd}'))?;
        // For upstream a pattern ends where a NUL is.
        let text = text.split('\0').next().unwrap_or_default();
        let mut parser = Parser { left: text.chars().peekable() };
        let hir = parser.sequence(0)?;
        let whole = Hir::concat(vec![Hir::look(Look::Start), hir, Hir::look(Look::End)]);
        let config = Config::new().nfa_size_limit(Some(MOST_BYTES));
        Regex::builder().configure(config).build_from_hir(&whole).ok().map(Self)
    }

    /// Whether it is the pattern of `name`.
    pub(super) fn is_match(&self, name: &[u8]) -> bool {
        match std::str::from_utf8(name) {
            Ok(name) => self.0.is_match(name),
            Err(_) => self.0.is_match(&*String::from_utf8_lossy(name)),
        }
    }
}

struct Parser<'p> {
    left: Peekable<Chars<'p>>,
}

impl Parser<'_> {
    /// Up to the end, or the comma or brace that ends an alternative at this `depth`.
    fn sequence(&mut self, depth: usize) -> Option<Hir> {
        let mut parts = Vec::new();
        while let Some(next) = self.left.peek() {
            if depth > 0 && matches!(next, ',' | '}') {
                break;
            }
            let next = self.left.next()?;
            parts.push(match next {
                '*' if self.left.next_if_eq(&'*').is_some() => any_number(all()),
                '*' => any_number(no_slash()),
                '?' => class(no_slash()),
                '[' => self.set()?,
                '{' => self.alternatives(depth + 1)?,
                // One at the end stands for nothing.
                '\\' => self.left.next().map_or_else(Hir::empty, literal),
                other => literal(other),
            });
        }
        Some(Hir::concat(parts))
    }

    /// What follows `{`; it need not be closed.
    fn alternatives(&mut self, depth: usize) -> Option<Hir> {
        if depth > MOST_DEPTH {
            return None;
        }
        let mut all = vec![self.sequence(depth)?];
        while self.left.next() == Some(',') {
            all.push(self.sequence(depth)?);
        }
        Some(Hir::alternation(all))
    }

    /// What follows `[`.
    fn set(&mut self) -> Option<Hir> {
        let is_negated = self.left.next_if_eq(&'!').is_some();
        let low = self.left.next()?;
        let mut set = if low != ']' && self.left.next_if_eq(&'-').is_some() {
            let high = self.left.next()?;
            (low <= high).then(|| ClassUnicode::new([ClassUnicodeRange::new(low, high)]))?
        } else {
            self.characters(low)?
        };
        if self.left.next() != Some(']') {
            return None;
        }
        if is_negated {
            set.negate();
        }
        Some(class(set))
    }

    /// The characters of a set whose first one was read, up to its end.
    fn characters(&mut self, first: char) -> Option<ClassUnicode> {
        let (mut set, mut next) = (ClassUnicode::empty(), first);
        loop {
            match next {
                ']' => return None,
                '\\' => next = self.left.next()?,
                _ => {}
            }
            set.push(ClassUnicodeRange::new(next, next));
            if self.left.peek() == Some(&']') {
                return Some(set);
            }
            next = self.left.next()?;
        }
    }
}

fn all() -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])
}

fn no_slash() -> ClassUnicode {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new('/', '/')]);
    class.negate();
    class
}

fn class(class: ClassUnicode) -> Hir {
    Hir::class(Class::Unicode(class))
}

fn literal(character: char) -> Hir {
    Hir::literal(character.to_string().into_bytes())
}

fn any_number(of: ClassUnicode) -> Hir {
    let sub = Box::new(class(of));
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_upstream() {
        for (pattern, inside, outside) in [
            ("*", "a a.txt é", "a/b"),
            ("**", "a a/b a/b/c", ""),
            ("*.txt", "a.txt .txt", "b/a.txt a.txt2"),
            ("**.txt", "a.txt b/a.txt", "a.md"),
            ("**/a", "b/a c/b/a", "a"),
            ("a?c", "abc aéc", "ac a/c"),
            ("[ab]c", "ac bc", "cc"),
            ("[!ab]c", "cc /c", "ac"),
            ("[a-c]*", "a bx", "d a/x"),
            ("[!a-c]", "d /", "a"),
            ("{a,b*}.x", "a.x bb.x", "c.x {a,b*}.x"),
            ("{a,{b,c}d}", "a bd cd", "b d"),
            ("{a", "a", "{a"),
            ("a,b}", "a,b}", "a"),
            (r"\*", "*", "a"),
            (r"[\]]", "]", r"\"),
            ("", "", "a"),
        ] {
            let glob = Glob::new(pattern.as_bytes()).unwrap();
            for name in inside.split_terminator(' ') {
                assert!(glob.is_match(name.as_bytes()), "{pattern} should match {name}");
            }
            for name in outside.split_terminator(' ') {
                assert!(!glob.is_match(name.as_bytes()), "{pattern} should not match {name}");
            }
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let deep = "{".repeat(1000);
        for pattern in ["[", "[]", "[!]", "[c-a]", "[a-]", "[a", "[a-b", "[a-bc]", &deep] {
            assert!(Glob::new(pattern.as_bytes()).is_none(), "{pattern}");
        }
        assert!(Glob::new(b"\xff").is_none());
    }
}
