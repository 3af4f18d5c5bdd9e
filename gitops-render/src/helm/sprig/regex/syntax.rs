//! Reads expressions as Go's `regexp/syntax` does, with its errors.

use regex_syntax::hir::{Capture, Hir, Look, Repetition};

use super::class::{self, LAST, Set};
use super::cursor::{Cursor, TOO_LARGE};
use super::piece::Piece;

/// Why an expression is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// In the words of Go: what is wrong, and the part that is.
    Syntax(&'static str, Vec<u8>),
    /// It would take more memory than one may.
    Large,
}

impl Refused {
    pub(super) fn new(what: &'static str, part: &[u8]) -> Self {
        Self::Syntax(what, part.to_vec())
    }
}

/// An expression that was read.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) hir: Hir,
    /// The names of the groups, the whole match first; empty for those without.
    pub(super) names: Vec<String>,
}

/// Reads `source`.
pub(super) fn parse(source: &[u8]) -> Result<Expression, Refused> {
    let cursor = Cursor { whole: source, at: 0 };
    let mut parser = Parser {
        cursor,
        flags: Flags::default(),
        open: vec![Group::default()],
        names: vec![String::new()],
        ranges: 0,
        last_repeat: None,
    };
    while parser.cursor.at < source.len() {
        parser.step()?;
    }
    let Some((group, [])) = parser.open.split_last_mut().map(|(last, rest)| (last, &rest[..]))
    else {
        return Err(Refused::new("missing closing )", source));
    };
    let piece = std::mem::take(group).close();
    piece.check(source)?;
    Ok(Expression { hir: piece.hir, names: parser.names })
}

/// What `(?imsU)` sets.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "an expression sets each on its own")]
struct Flags {
    fold: bool,
    lines: bool,
    dot_all: bool,
    lazy: bool,
}

/// What was read since a parenthesis opened.
#[derive(Debug, Default)]
struct Group {
    alternatives: Vec<Piece>,
    pieces: Vec<Piece>,
    /// Its number, where it captures.
    capture: Option<u32>,
    /// The flags from before it.
    outside: Flags,
}

impl Group {
    fn bar(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        self.alternatives.push(Piece::concat(pieces));
    }

    fn close(mut self) -> Piece {
        self.bar();
        let piece = Piece::alternation(self.alternatives);
        match self.capture {
            Some(index) => {
                piece.wrapped(|hir| Hir::capture(Capture { index, name: None, sub: Box::new(hir) }))
            }
            None => piece,
        }
    }
}

/// The most ranges of characters in the classes of one expression.
const MOST_RANGES: usize = 1 << 20;

struct Parser<'e> {
    cursor: Cursor<'e>,
    flags: Flags,
    /// The groups that are open, the whole expression first.
    open: Vec<Group>,
    names: Vec<String>,
    ranges: usize,
    /// Where the repetition before began, if the last thing was one.
    last_repeat: Option<usize>,
}

impl Parser<'_> {
    fn step(&mut self) -> Result<(), Refused> {
        let start = self.cursor.at;
        let mut repeat = None;
        match self.cursor.peek(0) {
            Some(b'(') => self.open()?,
            Some(b'|') => self.simple(|it| it.top().bar()),
            Some(b')') => self.close()?,
            Some(b'^') => self.look(Look::Start, Look::StartLF),
            Some(b'$') => self.look(Look::End, Look::EndLF),
            Some(b'.') => self.dot()?,
            Some(b'[') => self.class()?,
            Some(b'*' | b'+' | b'?') => {
                self.star()?;
                repeat = Some(start);
            }
            Some(b'{') => {
                if self.braces()? {
                    repeat = Some(start);
                }
            }
            Some(b'\\') => self.backslash()?,
            _ => {
                if let Some(next) = self.cursor.next()? {
                    self.literal(next.into())?;
                }
            }
        }
        self.last_repeat = repeat;
        Ok(())
    }

    fn top(&mut self) -> &mut Group {
        self.open.last_mut().expect("because the whole expression is never closed")
    }

    fn push(&mut self, piece: Piece) {
        self.top().pieces.push(piece);
    }

    fn simple(&mut self, step: impl FnOnce(&mut Self)) {
        self.cursor.at += 1;
        step(self);
    }

    fn look(&mut self, text: Look, line: Look) {
        let look = if self.flags.lines { line } else { text };
        self.simple(|it| it.push(Piece::leaf(Hir::look(look))));
    }

    fn set(&mut self, set: Set) -> Result<(), Refused> {
        self.ranges += set.cost();
        if self.ranges > MOST_RANGES {
            return Err(Refused::Large);
        }
        self.push(Piece::leaf(set.into_hir()));
        Ok(())
    }

    fn literal(&mut self, code: u32) -> Result<(), Refused> {
        let set = Set::range(code, code);
        self.set(if self.flags.fold { set.folded() } else { set })
    }

    fn dot(&mut self) -> Result<(), Refused> {
        self.cursor.at += 1;
        let mut set = Set::range(0, LAST);
        if !self.flags.dot_all {
            set = Set::range(0, 0x09);
            set.add(Set::range(0x0B, LAST));
        }
        self.set(set)
    }

    fn star(&mut self) -> Result<(), Refused> {
        let start = self.cursor.at;
        let (least, most) = match self.cursor.peek(0) {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            _ => (0, Some(1)),
        };
        self.cursor.at += 1;
        self.repeat(start, least, most, 0)
    }

    /// Whether the brace was a repetition and no text.
    fn braces(&mut self) -> Result<bool, Refused> {
        let start = self.cursor.at;
        let Some((least, most)) = self.cursor.repetition() else {
            self.cursor.at += 1;
            self.literal('{'.into())?;
            return Ok(false);
        };
        let bad = || Refused::new("invalid repeat count", self.cursor.since(start));
        if least == TOO_LARGE || most.is_some_and(|most| most == TOO_LARGE || least > most) {
            return Err(bad());
        }
        let copies = if most == Some(0) { 0 } else { most.unwrap_or(least).max(1) };
        self.repeat(start, least, most, copies)?;
        Ok(true)
    }

    /// Repeats the last piece. `copies` is how often it counts against Go's limit of a thousand.
    fn repeat(
        &mut self,
        start: usize,
        min: u32,
        max: Option<u32>,
        copies: u32,
    ) -> Result<(), Refused> {
        let mut lazy = self.flags.lazy;
        if self.cursor.peek(0) == Some(b'?') {
            self.cursor.at += 1;
            lazy = !lazy;
        }
        if let Some(before) = self.last_repeat {
            let both = self.cursor.since(before);
            return Err(Refused::new("invalid nested repetition operator", both));
        }
        let operator = self.cursor.since(start);
        let Some(piece) = self.top().pieces.pop() else {
            return Err(Refused::new("missing argument to repetition operator", operator));
        };
        let piece = piece.repeated(min, max, copies, |hir| {
            Hir::repetition(Repetition { min, max, greedy: !lazy, sub: Box::new(hir) })
        });
        if copies > 0 && (min >= 2 || max >= Some(2)) && piece.copies > 1000 {
            return Err(Refused::new("invalid repeat count", operator));
        }
        piece.check(self.cursor.whole)?;
        self.push(piece);
        Ok(())
    }

    fn open(&mut self) -> Result<(), Refused> {
        if self.cursor.peek(1) == Some(b'?') {
            return self.open_with_flags();
        }
        self.cursor.at += 1;
        self.open_capture(String::new());
        Ok(())
    }

    fn open_capture(&mut self, name: String) {
        let capture = u32::try_from(self.names.len()).ok();
        self.names.push(name);
        self.open.push(Group { capture, outside: self.flags, ..Group::default() });
    }

    /// `(?P<name>`, `(?<name>`, `(?i)` or `(?i:`.
    fn open_with_flags(&mut self) -> Result<(), Refused> {
        let left = self.cursor.left();
        if left.starts_with(b"(?P<") && left.len() > 4 {
            return self.open_named(4);
        }
        if left.starts_with(b"(?<") && left.len() > 3 {
            return self.open_named(3);
        }
        let start = self.cursor.at;
        self.cursor.at += 2;
        let (mut flags, mut sign, mut saw) = (self.flags, true, false);
        while let Some(next) = self.cursor.next()? {
            match next {
                'i' => flags.fold = sign,
                'm' => flags.lines = sign,
                's' => flags.dot_all = sign,
                'U' => flags.lazy = sign,
                '-' if sign => {
                    (sign, saw) = (false, false);
                    continue;
                }
                ':' | ')' if sign || saw => {
                    if next == ':' {
                        self.open.push(Group { outside: self.flags, ..Group::default() });
                    }
                    self.flags = flags;
                    return Ok(());
                }
                _ => break,
            }
            saw = true;
        }
        Err(Refused::new("invalid or unsupported Perl syntax", self.cursor.since(start)))
    }

    fn open_named(&mut self, skip: usize) -> Result<(), Refused> {
        let left = self.cursor.left();
        let Some(end) = left.iter().position(|it| *it == b'>') else {
            Cursor::check(left)?;
            return Err(Refused::new("invalid named capture", left));
        };
        let name = Cursor::check(&left[skip..end])?;
        if name.is_empty() || !name.bytes().all(|it| it == b'_' || it.is_ascii_alphanumeric()) {
            return Err(Refused::new("invalid named capture", &left[..=end]));
        }
        self.cursor.at += end + 1;
        self.open_capture(name.to_owned());
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refused> {
        if self.open.len() < 2 {
            return Err(Refused::new("unexpected )", self.cursor.whole));
        }
        self.cursor.at += 1;
        let group = self.open.pop().expect("because there are two or more");
        self.flags = group.outside;
        let piece = group.close();
        piece.check(self.cursor.whole)?;
        self.push(piece);
        Ok(())
    }

    fn backslash(&mut self) -> Result<(), Refused> {
        let look = match self.cursor.peek(1) {
            Some(b'A') => Look::Start,
            Some(b'z') => Look::End,
            Some(b'b') => Look::WordAscii,
            Some(b'B') => Look::WordAsciiNegate,
            Some(b'C') => return Err(Refused::new("invalid escape sequence", br"\C")),
            Some(b'Q') => return self.quoted(),
            _ => {
                if let Some(set) = self.named_set()? {
                    return self.set(set);
                }
                let code = self.cursor.escape()?;
                return self.literal(code);
            }
        };
        self.cursor.at += 2;
        self.push(Piece::leaf(Hir::look(look)));
        Ok(())
    }

    /// What stands between `\Q` and `\E`.
    fn quoted(&mut self) -> Result<(), Refused> {
        self.cursor.at += 2;
        let left = self.cursor.left();
        let end = left.windows(2).position(|it| it == br"\E").unwrap_or(left.len());
        let mut text = Cursor { whole: &left[..end], at: 0 };
        while let Some(next) = text.next()? {
            self.literal(next.into())?;
        }
        self.cursor.at += (end + 2).min(left.len());
        Ok(())
    }

    /// `\pL`, `\p{Greek}`, `\d`, if that is next.
    fn named_set(&mut self) -> Result<Option<Set>, Refused> {
        match self.cursor.peek(1).filter(|_| self.cursor.peek(0) == Some(b'\\')) {
            Some(sign @ (b'p' | b'P')) => self.unicode_set(sign == b'P').map(Some),
            Some(letter) => {
                let found = class::perl(letter);
                self.cursor.at += if found.is_some() { 2 } else { 0 };
                Ok(found.map(|(set, negated)| self.signed(set, negated)))
            }
            None => Ok(None),
        }
    }

    fn signed(&self, set: Set, negated: bool) -> Set {
        let set = if self.flags.fold { set.folded() } else { set };
        if negated { set.negated() } else { set }
    }

    fn unicode_set(&mut self, mut negated: bool) -> Result<Set, Refused> {
        let start = self.cursor.at;
        self.cursor.at += 2;
        let mut name = self.cursor.left();
        if self.cursor.next()? == Some('{') {
            let Some(end) = name.iter().position(|it| *it == b'}') else {
                let left = &self.cursor.whole[start..];
                Cursor::check(left)?;
                return Err(Refused::new("invalid character class range", left));
            };
            name = &name[1..end];
            self.cursor.at += end;
        } else {
            name = self.cursor.since(start + 2);
        }
        let mut name = Cursor::check(name)?;
        if let Some(rest) = name.strip_prefix('^') {
            (name, negated) = (rest, !negated);
        }
        let set = class::unicode(name).ok_or_else(|| {
            Refused::new("invalid character class range", self.cursor.since(start))
        })?;
        Ok(self.signed(set, negated))
    }

    /// What stands between brackets.
    fn class(&mut self) -> Result<(), Refused> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        let negated = self.cursor.peek(0) == Some(b'^');
        self.cursor.at += usize::from(negated);
        let (mut set, mut first) = (Set::default(), true);
        while first || self.cursor.peek(0) != Some(b']') {
            first = false;
            let item = match self.posix_set()? {
                Some(item) => Some(item),
                None => self.named_set()?,
            };
            set.add(match item {
                Some(item) => item,
                None => self.class_range(start)?,
            });
            if self.ranges + set.cost() > MOST_RANGES {
                return Err(Refused::Large);
            }
        }
        self.cursor.at += 1;
        self.set(if negated { set.negated() } else { set })
    }

    /// `[:alpha:]`, if that is next.
    fn posix_set(&mut self) -> Result<Option<Set>, Refused> {
        let left = self.cursor.left();
        let Some(rest) = left.strip_prefix(b"[:") else { return Ok(None) };
        let Some(end) = rest.windows(2).position(|it| it == b":]") else { return Ok(None) };
        let Some((set, negated)) = class::posix(&rest[..end]) else {
            return Err(Refused::new("invalid character class range", &left[..end + 4]));
        };
        self.cursor.at += end + 4;
        Ok(Some(self.signed(set, negated)))
    }

    /// `a` or `a-z`, in the class that began at `class`.
    fn class_range(&mut self, class: usize) -> Result<Set, Refused> {
        let start = self.cursor.at;
        let low = self.class_char(class)?;
        let mut high = low;
        if self.cursor.peek(0) == Some(b'-') && self.cursor.peek(1).is_some_and(|it| it != b']') {
            self.cursor.at += 1;
            high = self.class_char(class)?;
            if high < low {
                let range = self.cursor.since(start);
                return Err(Refused::new("invalid character class range", range));
            }
        }
        Ok(self.signed(Set::range(low, high), false))
    }

    fn class_char(&mut self, class: usize) -> Result<u32, Refused> {
        if self.cursor.peek(0) == Some(b'\\') {
            return self.cursor.escape();
        }
        let next = self.cursor.next()?.map(u32::from);
        next.ok_or_else(|| Refused::new("missing closing ]", &self.cursor.whole[class..]))
    }
}
