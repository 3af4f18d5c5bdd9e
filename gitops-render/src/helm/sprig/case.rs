//! Upper, lower and title case, and names in snake, kebab and Pascal case (Go's `strings`,
//! goutils, and huandu/xstrings v1.5).

use super::args::{charge_texts, sized, text};
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::runes::{
    self, ERROR, is_letter, is_lower, is_number, is_punct, is_space, is_title, is_upper, mapped,
    push, runes, to_lower, to_title, to_upper,
};

const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("upper", &[S], |machine, args| sized(machine, args, upper)),
    Function::new("lower", &[S], |machine, args| sized(machine, args, lower)),
    Function::new("title", &[S], |machine, args| changed(machine, args, title)),
    Function::new("untitle", &[S], |machine, args| changed(machine, args, uncapitalized)),
    Function::new("swapcase", &[S], |machine, args| changed(machine, args, swapped)),
    Function::new("snakecase", &[S], |machine, args| {
        changed(machine, args, |text| lowered(text, '_'))
    }),
    Function::new("kebabcase", &[S], |machine, args| {
        changed(machine, args, |text| lowered(text, '-'))
    }),
    Function::new("camelcase", &[S], |machine, args| changed(machine, args, pascal)),
];

fn changed(
    machine: &mut Machine<'_>,
    args: &[Value],
    change: fn(&[u8]) -> Vec<u8>,
) -> Result<Value, Fault> {
    // A connector may be put before each letter.
    charge_texts(machine, args, 2)?;
    Ok(Value::string(change(text(args, 0))))
}

fn upper(args: &[Value]) -> Value {
    let bytes = text(args, 0);
    if !bytes.is_ascii() {
        return Value::string(mapped(bytes, to_upper));
    }
    let changes = bytes.iter().any(u8::is_ascii_lowercase);
    if changes { Value::string(bytes.to_ascii_uppercase()) } else { args[0].clone() }
}

fn lower(args: &[Value]) -> Value {
    let bytes = text(args, 0);
    if !bytes.is_ascii() {
        return Value::string(mapped(bytes, to_lower));
    }
    let changes = bytes.iter().any(u8::is_ascii_uppercase);
    if changes { Value::string(bytes.to_ascii_lowercase()) } else { args[0].clone() }
}

/// `strings.Title`.
fn title(bytes: &[u8]) -> Vec<u8> {
    let mut previous = ' ';
    mapped(bytes, |rune| {
        let starts = separates(previous);
        previous = rune;
        if starts { to_title(rune) } else { rune }
    })
}

fn separates(rune: char) -> bool {
    match rune {
        '\0'..='\x7f' => !(rune.is_ascii_alphanumeric() || rune == '_'),
        _ => !is_letter(rune) && !runes::is_digit(rune) && is_space(rune),
    }
}

/// goutils' `Uncapitalize`: the first letter of each word.
fn uncapitalized(bytes: &[u8]) -> Vec<u8> {
    let mut starts = true;
    mapped(bytes, |rune| {
        let changed = if starts { to_lower(rune) } else { rune };
        starts = is_space(rune);
        changed
    })
}

/// goutils' `SwapCase`, which starts words with a title.
fn swapped(bytes: &[u8]) -> Vec<u8> {
    let mut starts = true;
    mapped(bytes, |rune| {
        if is_upper(rune) || is_title(rune) {
            starts = false;
            to_lower(rune)
        } else if is_lower(rune) {
            if std::mem::take(&mut starts) { to_title(rune) } else { to_upper(rune) }
        } else {
            starts = is_space(rune);
            rune
        }
    })
}

fn connects(rune: char) -> bool {
    rune == '-' || rune == '_' || is_space(rune)
}

/// xstrings' `ToPascalCase`: connectors at the start stay, of several all but one.
fn pascal(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = runes(bytes).map(|(rune, _)| rune);
    let Some(first) = rest.by_ref().find(|rune| {
        let leads = connects(*rune);
        if leads {
            push(&mut out, *rune);
        }
        !leads
    }) else {
        return if bytes.is_empty() { out } else { repeat_last(out) };
    };
    let mut lowers = is_upper(first);
    let mut last = to_upper(first);
    for mut next in rest {
        let previous = last;
        if connects(previous) {
            if connects(next) {
                push(&mut out, previous);
                last = next;
                continue;
            }
            lowers = is_upper(next);
            next = to_upper(next);
        } else {
            if lowers && is_upper(next) {
                next = to_lower(next);
            } else {
                lowers = false;
            }
            push(&mut out, previous);
        }
        last = next;
    }
    push(&mut out, last);
    out
}

/// Where there are only connectors, the last one comes twice.
fn repeat_last(mut out: Vec<u8>) -> Vec<u8> {
    let (last, _) = runes::decode_last(&out);
    push(&mut out, last);
    out
}

/// What xstrings cuts names into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punct,
    Other,
}

/// A letter, but none of the Chinese, Japanese and Korean characters.
fn is_alphabet(rune: char) -> bool {
    let ideograph = matches!(rune,
        '\u{3400}'..='\u{4d85}' | '\u{4e00}'..='\u{9fcc}' | '\u{20000}'..='\u{2b81d}');
    is_letter(rune) && !ideograph
}

/// The rest of a name that is still to be cut.
struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    /// The next word; [`Word::Invalid`] and nothing at the end.
    fn next(&mut self) -> (Word, &'a [u8]) {
        if self.0.is_empty() {
            return (Word::Invalid, b"");
        }
        let (first, size) = valid(self.0, ERROR);
        let (word, length) = match first {
            ERROR => (Word::Invalid, size),
            _ if connects(first) => (Word::Connector, self.run(size, first, connects)),
            _ if is_punct(first) => (Word::Punct, self.run(size, first, is_punct)),
            _ if is_upper(first) => (Word::Upper, self.upper(size, first)),
            _ if is_alphabet(first) => (Word::Alphabet, self.run(size, first, continues)),
            _ if is_number(first) => (Word::Number, self.run(size, first, is_number)),
            _ => (Word::Other, self.run(size, first, is_other)),
        };
        let (word_bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        (word, word_bytes)
    }

    /// How far from `at` characters go on that `belong`.
    fn run(&self, mut at: usize, first: char, belong: fn(char) -> bool) -> usize {
        let mut rune = first;
        while at < self.0.len() {
            let size;
            (rune, size) = valid(&self.0[at..], rune);
            if !belong(rune) {
                break;
            }
            at += size;
        }
        at
    }

    /// A word that starts with a capital: `HTTP` of `HTTPStatus`, or `Status`.
    fn upper(&self, first: usize, rune: char) -> usize {
        if first == self.0.len() {
            return first;
        }
        let (second, size) = valid(&self.0[first..], rune);
        if !is_upper(second) {
            return if is_alphabet(second) {
                self.run(first + size, second, continues)
            } else {
                first
            };
        }
        let (mut at, mut last, mut rune) = (first + size, size, second);
        while at < self.0.len() {
            let size;
            (rune, size) = valid(&self.0[at..], rune);
            if !is_upper(rune) {
                break;
            }
            last = size;
            at += size;
        }
        if at < self.0.len() && is_alphabet(rune) { at - last } else { at }
    }
}

fn continues(rune: char) -> bool {
    is_alphabet(rune) && !is_upper(rune)
}

fn is_other(rune: char) -> bool {
    !(connects(rune) || is_alphabet(rune) || is_number(rune) || is_punct(rune))
}

/// The next character that is one, with the length of what is skipped; else `previous`.
fn valid(bytes: &[u8], previous: char) -> (char, usize) {
    let mut size = 0;
    for (rune, part) in runes(bytes) {
        size += part.len();
        if rune != ERROR {
            return (rune, size);
        }
    }
    (previous, size)
}

/// xstrings' `ToSnakeCase` and `ToKebabCase`.
fn lowered(bytes: &[u8], connector: char) -> Vec<u8> {
    let mut out = Lowered { out: Vec::with_capacity(bytes.len() + 4), connector };
    let mut words = Words(bytes);
    let mut current = words.next();
    while !words.0.is_empty() {
        if current.0 != Word::Connector {
            out.write(current);
        }
        let previous = current;
        current = words.next();
        match previous.0 {
            Word::Number => current = out.after_number(current, &mut words),
            Word::Connector => out.write(previous),
            Word::Punct => {}
            _ if current.0 == Word::Number => current = out.number(current, &mut words),
            _ => out.connect(!matches!(current.0, Word::Connector | Word::Punct)),
        }
    }
    out.write(current);
    out.out
}

struct Lowered {
    out: Vec<u8>,
    connector: char,
}

type Cut<'a> = (Word, &'a [u8]);

impl Lowered {
    fn connect(&mut self, wanted: bool) {
        if wanted {
            push(&mut self.out, self.connector);
        }
    }

    fn write(&mut self, (word, bytes): Cut<'_>) {
        if !matches!(word, Word::Upper | Word::Connector) {
            self.out.extend_from_slice(bytes);
            return;
        }
        for (rune, _) in runes(bytes) {
            let rune = if connects(rune) { self.connector } else { to_lower_if_upper(rune) };
            push(&mut self.out, rune);
        }
    }

    /// Letters and further numbers belong to the number before them.
    fn after_number<'a>(&mut self, mut current: Cut<'a>, words: &mut Words<'a>) -> Cut<'a> {
        while matches!(current.0, Word::Alphabet | Word::Number) {
            self.write(current);
            current = words.next();
        }
        self.connect(!matches!(current.0, Word::Invalid | Word::Punct | Word::Connector));
        current
    }

    /// A number behind a word belongs to it (`bld4_floor`) unless lower case letters follow
    /// (`http_2xx`).
    fn number<'a>(&mut self, number: Cut<'a>, words: &mut Words<'a>) -> Cut<'a> {
        if words.0.is_empty() {
            return number;
        }
        let next = words.next();
        if next.0 == Word::Alphabet {
            self.connect(true);
            self.write((Word::Number, number.1));
            return self.after_number(next, words);
        }
        self.write((Word::Number, number.1));
        self.connect(!matches!(next.0, Word::Connector | Word::Punct));
        next
    }
}

fn to_lower_if_upper(rune: char) -> char {
    if is_upper(rune) { to_lower(rune) } else { rune }
}
