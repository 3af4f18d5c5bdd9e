//! A compiled expression: finds matches as Go's `regexp` does.

use std::borrow::Cow;
use std::ops::Range;

use regex_automata::meta::{Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::{Input, Span};

use super::syntax::{self, Expression, Refused};

/// The most bytes that one compiled expression takes.
pub(super) const MOST_BYTES: usize = 32 << 20;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// The names of the groups, the whole match first; empty for those without.
    pub(super) names: Vec<String>,
    /// Whether it was written with nothing.
    pub(super) is_empty: bool,
}

impl Pattern {
    /// Compiles `source`.
    pub(super) fn new(source: &[u8]) -> Result<Self, Refused> {
        let Expression { hir, names } = syntax::parse(source)?;
        // Whole automata are there only if some other crate of a program wants them; what an
        // expression costs must not depend on that.
        let config = Config::new()
            .dfa(false)
            .nfa_size_limit(Some(MOST_BYTES))
            .hybrid_cache_capacity(1 << 18);
        let built = Regex::builder().configure(config).build_from_hir(&hir);
        let regex = built.map_err(|_| Refused::Large)?;
        Ok(Self { regex, names, is_empty: source.is_empty() })
    }

    /// The bytes that it takes.
    pub(super) fn size(&self) -> usize {
        self.regex.memory_usage()
    }

    /// How many steps a search through `text` may take, where the expression has as many ways to
    /// go on as it has room for.
    pub(super) fn steps(&self, text: &[u8]) -> u64 {
        /// What a way to go on takes, of which twenty are tried in the time of a step.
        const WAY: u64 = 64 * 20;
        /// From which size on there are too many ways to remember what they come to.
        const LARGE: u64 = 64 << 10;
        let size = self.size() as u64;
        let ways = size * size.min(LARGE) / LARGE;
        (text.len() as u64).saturating_mul(ways) / WAY
    }

    /// Whether there is a match anywhere in `text`.
    pub(super) fn is_match(&self, text: &[u8]) -> bool {
        self.regex.is_match(Input::new(&Text::of(text).shown))
    }

    /// The first match.
    pub(super) fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        let text = Text::of(text);
        let found = self.regex.find(Input::new(&text.shown))?;
        Some(text.back(found.start())..text.back(found.end()))
    }

    /// The first `most` matches that do not overlap.
    ///
    /// An empty match right after another one does not count.
    pub(super) fn find_all(&self, text: &[u8], most: usize) -> Vec<Range<usize>> {
        let text = Text::of(text);
        let (mut all, mut at, mut before) = (Vec::new(), 0, None);
        while all.len() < most && at <= text.shown.len() {
            let Some(found) = self.regex.search(&Input::new(&text.shown).range(at..)) else {
                break;
            };
            let is_good = found.end() != at || Some(found.start()) != before;
            at = if found.end() == at { text.after(at) } else { found.end() };
            before = Some(found.end());
            if is_good {
                all.push(text.back(found.start())..text.back(found.end()));
            }
        }
        all
    }

    /// Puts what `replace` writes in the place of every match.
    ///
    /// # Errors
    /// The first one of `replace`.
    pub(super) fn replace_all<E>(
        &self,
        text: &[u8],
        mut replace: impl FnMut(&Groups<'_>, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<u8>, E> {
        let shown = Text::of(text);
        let (mut out, mut captures) = (Vec::new(), self.regex.create_captures());
        let (mut copied, mut at) = (0, 0);
        while at <= shown.shown.len() {
            self.regex.search_captures(&Input::new(&shown.shown).range(at..), &mut captures);
            let Some(Span { start, end }) = captures.get_group(0) else { break };
            out.extend_from_slice(&text[shown.back(copied)..shown.back(start)]);
            if end > copied || start == 0 {
                replace(&Groups { text, shown: &shown, captures: &captures }, &mut out)?;
            }
            copied = end;
            at = shown.after(at).max(end);
        }
        out.extend_from_slice(&text[shown.back(copied)..]);
        Ok(out)
    }
}

/// The groups of a match.
pub(super) struct Groups<'a> {
    text: &'a [u8],
    shown: &'a Text<'a>,
    captures: &'a Captures,
}

impl Groups<'_> {
    /// What the group matched, if it took part.
    pub(super) fn get(&self, number: usize) -> Option<&[u8]> {
        let Span { start, end } = self.captures.get_group(number)?;
        Some(&self.text[self.shown.back(start)..self.shown.back(end)])
    }
}

/// A text in UTF-8, and the way back to the bytes that it stands for.
///
/// For Go a byte that is no UTF-8 matches as U+FFFD and is one byte long.
struct Text<'t> {
    shown: Cow<'t, [u8]>,
    /// Where such bytes are shown.
    replaced: Vec<usize>,
}

impl<'t> Text<'t> {
    fn of(text: &'t [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Self { shown: Cow::Borrowed(text), replaced: Vec::new() };
        }
        let (mut shown, mut replaced) = (Vec::with_capacity(text.len() + 16), Vec::new());
        for chunk in text.utf8_chunks() {
            shown.extend_from_slice(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                replaced.push(shown.len());
                shown.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
        Self { shown: Cow::Owned(shown), replaced }
    }

    /// The place in the bytes for a place in the text that is shown.
    fn back(&self, at: usize) -> usize {
        at - 2 * self.replaced.partition_point(|it| *it < at)
    }

    /// Where the character at `at` ends; past the end for the end.
    fn after(&self, at: usize) -> usize {
        let length = match self.shown.get(at) {
            Some(0xF0..) => 4,
            Some(0xE0..) => 3,
            Some(0xC0..) => 2,
            _ => 1,
        };
        at + length
    }
}
