//! Regular expressions (RE2 as in Go).

mod class;
mod cursor;
mod pattern;
mod piece;
mod syntax;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use self::pattern::{Groups, MOST_BYTES, Pattern};
use self::syntax::Refused;
use super::args::{int, text};
use crate::helm::go::{List, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::runes::is_letter_or_digit;

const TWO: &[Type] = &[Type::Str, Type::Str];
const THREE: &[Type] = &[Type::Str, Type::Str, Type::Str];
const COUNTED: &[Type] = &[Type::Str, Type::Str, Type::INT];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regexMatch", TWO, regex_match),
    Function::new("mustRegexMatch", TWO, must_regex_match),
    Function::new("regexFindAll", COUNTED, regex_find_all),
    Function::new("mustRegexFindAll", COUNTED, must_regex_find_all),
    Function::new("regexFind", TWO, regex_find),
    Function::new("mustRegexFind", TWO, must_regex_find),
    Function::new("regexReplaceAll", THREE, regex_replace_all),
    Function::new("mustRegexReplaceAll", THREE, must_regex_replace_all),
    Function::new("regexReplaceAllLiteral", THREE, regex_replace_all_literal),
    Function::new("mustRegexReplaceAllLiteral", THREE, must_regex_replace_all_literal),
    Function::new("regexSplit", COUNTED, regex_split),
    Function::new("mustRegexSplit", COUNTED, must_regex_split),
    Function::new("regexQuoteMeta", &[Type::Str], regex_quote_meta),
];

/// How expressions are compiled: by `Compile`, or by `MustCompile` with its own text of the error.
type Compile = fn(&[u8]) -> Result<Rc<Pattern>, Fault>;

/// The expression that is the first argument, to search the second one, once that is accounted
/// for.
fn search(how: Compile, machine: &mut Machine<'_>, args: &[Value]) -> Result<Rc<Pattern>, Fault> {
    let pattern = how(text(args, 0))?;
    machine.work(pattern.steps(text(args, 1)))?;
    Ok(pattern)
}

fn regex_match(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match search(compile, machine, args) {
        Ok(pattern) => Ok(Value::Bool(pattern.is_match(text(args, 1)))),
        Err(limit @ Fault::Limit(_)) => Err(limit),
        Err(_) => Ok(Value::Bool(false)),
    }
}

fn must_regex_match(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::Bool(search(compile, machine, args)?.is_match(text(args, 1))))
}

fn regex_find_all(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    find_all(must_compile, machine, args)
}

fn must_regex_find_all(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    find_all(compile, machine, args)
}

fn find_all(how: Compile, machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (pattern, of) = (search(how, machine, args)?, text(args, 1));
    let found = charged_matches(machine, &pattern, of, int(args, 2))?;
    if found.is_empty() {
        return Ok(Value::List(List::nil(&Type::Str)));
    }
    Ok(Value::strings(found.into_iter().map(|it| &of[it])))
}

/// The first `most` matches (all for a negative number), each charged for the text that becomes
/// of it.
fn charged_matches(
    machine: &mut Machine<'_>,
    pattern: &Pattern,
    of: &[u8],
    most: i64,
) -> Result<Vec<Range<usize>>, Fault> {
    const EACH: usize = size_of::<Range<usize>>() + size_of::<Value>() + Str::BYTES;
    machine.charge(of.len())?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    // One more than there is room for is refused.
    let found = pattern.find_all(of, most.min(machine.room() / EACH + 1));
    machine.charge(found.len() * EACH)?;
    Ok(found)
}

fn regex_find(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    find(must_compile, machine, args)
}

fn must_regex_find(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    find(compile, machine, args)
}

fn find(how: Compile, machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let of = text(args, 1);
    let found = search(how, machine, args)?.find(of).unwrap_or_default();
    machine.charge(found.len())?;
    Ok(Value::string(&of[found]))
}

fn regex_replace_all(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    replace_all(must_compile, machine, args)
}

fn must_regex_replace_all(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    replace_all(compile, machine, args)
}

fn replace_all(how: Compile, machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (pattern, template) = (search(how, machine, args)?, text(args, 2));
    replaced(machine, args, &pattern, |groups, push| expand(template, &pattern, groups, push))
}

fn regex_replace_all_literal(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (pattern, literal) = (search(must_compile, machine, args)?, text(args, 2));
    replaced(machine, args, &pattern, |_, push| push(literal))
}

fn must_regex_replace_all_literal(
    machine: &mut Machine<'_>,
    args: &[Value],
) -> Result<Value, Fault> {
    let (pattern, literal) = (search(compile, machine, args)?, text(args, 2));
    replaced(machine, args, &pattern, |_, push| push(literal))
}

/// Writes a part of what takes the place of a match, unless there is no room for it.
type Push<'p> = dyn FnMut(&[u8]) -> Result<(), Fault> + 'p;

fn replaced(
    machine: &mut Machine<'_>,
    args: &[Value],
    pattern: &Pattern,
    replace: impl Fn(&Groups<'_>, &mut Push<'_>) -> Result<(), Fault>,
) -> Result<Value, Fault> {
    machine.charge(text(args, 1).len())?;
    let replaced = pattern.replace_all(text(args, 1), |groups, out| {
        replace(groups, &mut |part| {
            machine.charge(part.len())?;
            out.extend_from_slice(part);
            Ok(())
        })
    });
    replaced.map(Value::string)
}

fn regex_split(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    split(must_compile, machine, args)
}

fn must_regex_split(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    split(compile, machine, args)
}

fn split(how: Compile, machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let (pattern, of, most) = (search(how, machine, args)?, text(args, 1), int(args, 2));
    if most == 0 {
        return Ok(Value::List(List::nil(&Type::Str)));
    }
    if !pattern.is_empty && of.is_empty() {
        return Ok(Value::strings([""]));
    }
    let found = charged_matches(machine, &pattern, of, most)?;
    let (mut parts, mut begin, mut end) = (Vec::new(), 0, 0);
    for one in found {
        if most > 0 && parts.len() + 1 >= usize::try_from(most).unwrap_or(usize::MAX) {
            break;
        }
        end = one.start;
        if one.end != 0 {
            parts.push(&of[begin..end]);
        }
        begin = one.end;
    }
    if end != of.len() {
        parts.push(&of[begin..]);
    }
    Ok(Value::strings(parts))
}

fn regex_quote_meta(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let of = text(args, 0);
    machine.charge(of.len())?;
    let mut quoted = Vec::with_capacity(of.len());
    for byte in &**of {
        if br"\.+*?()|[]{}^$".contains(byte) {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    Ok(Value::string(quoted))
}

/// Writes `template` with `$1`, `${1}`, `$name` and `${name}` replaced by what the groups hold.
fn expand(
    mut template: &[u8],
    pattern: &Pattern,
    groups: &Groups<'_>,
    push: &mut Push<'_>,
) -> Result<(), Fault> {
    while let Some(dollar) = template.iter().position(|it| *it == b'$') {
        push(&template[..dollar])?;
        template = &template[dollar + 1..];
        if let Some(after) = template.strip_prefix(b"$") {
            push(b"$")?;
            template = after;
        } else if let Some((name, after)) = group_name(template) {
            template = after;
            let found = match group_number(name) {
                Some(number) => groups.get(number),
                None => named_group(name, pattern, groups),
            };
            push(found.unwrap_or_default())?;
        } else {
            push(b"$")?;
        }
    }
    push(template)
}

/// The name of a group and what follows it; `None` where the dollar is only a dollar.
fn group_name(text: &[u8]) -> Option<(&str, &[u8])> {
    let (text, is_braced) = text.strip_prefix(b"{").map_or((text, false), |it| (it, true));
    let valid = text.utf8_chunks().next().map(|it| it.valid()).unwrap_or_default();
    let is_word = |it: char| it == '_' || is_letter_or_digit(it);
    let name = &valid[..valid.find(|it| !is_word(it)).unwrap_or(valid.len())];
    let after = &text[name.len()..];
    let after = if is_braced { after.strip_prefix(b"}")? } else { after };
    (!name.is_empty()).then_some((name, after))
}

/// The number that a name is; none with a zero in front.
fn group_number(name: &str) -> Option<usize> {
    let is_number = name == "0" || (!name.starts_with('0') && name.len() <= 9);
    let is_number = is_number && name.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| name.parse().ok()).flatten()
}

/// What the first group of that name matched that took part.
fn named_group<'g>(name: &str, pattern: &Pattern, groups: &'g Groups<'_>) -> Option<&'g [u8]> {
    let numbers = pattern.names.iter().enumerate().filter(|(_, it)| *it == name);
    numbers.map(|(number, _)| number).find_map(|number| groups.get(number))
}

thread_local! {
    /// Charts use few expressions again and again.
    static COMPILED: RefCell<Compiled> = RefCell::default();
}

/// Compiled expressions, by their texts.
#[derive(Default)]
struct Compiled {
    patterns: HashMap<Str, Rc<Pattern>>,
    /// What they take.
    bytes: usize,
}

impl Compiled {
    /// How many are kept, and the bytes that they take.
    const MOST: usize = 256;
    const MOST_BYTES: usize = 64 << 20;

    fn keep(&mut self, source: &[u8], pattern: &Rc<Pattern>) {
        let bytes = pattern.size() + source.len();
        if self.patterns.len() >= Self::MOST || self.bytes + bytes > Self::MOST_BYTES {
            *self = Self::default();
        }
        self.bytes += bytes;
        self.patterns.insert(Str::from(source), Rc::clone(pattern));
    }
}

fn compile(source: &[u8]) -> Result<Rc<Pattern>, Fault> {
    compiled(source).map_err(|why| fault(why, Vec::new()))
}

fn must_compile(source: &[u8]) -> Result<Rc<Pattern>, Fault> {
    compiled(source).map_err(|why| {
        let mut said = b"regexp: Compile(".to_vec();
        said.extend_from_slice(&quoted(source));
        said.extend_from_slice(b"): ");
        fault(why, said)
    })
}

fn compiled(source: &[u8]) -> Result<Rc<Pattern>, Refused> {
    let known = COMPILED.with_borrow(|all| all.patterns.get(source).cloned());
    if let Some(pattern) = known {
        return Ok(pattern);
    }
    let pattern = Rc::new(Pattern::new(source)?);
    COMPILED.with_borrow_mut(|all| all.keep(source, &pattern));
    Ok(pattern)
}

fn fault(why: Refused, mut said: Vec<u8>) -> Fault {
    match why {
        Refused::Syntax(what, part) => {
            said.extend_from_slice(b"error parsing regexp: ");
            said.extend_from_slice(what.as_bytes());
            said.extend_from_slice(b": `");
            said.extend_from_slice(&part);
            said.push(b'`');
            Fault::new(said)
        }
        Refused::Large => Fault::limit("memory of a regular expression", MOST_BYTES as u64, ""),
    }
}

/// Between backquotes where Go can, else between quotes.
fn quoted(source: &[u8]) -> Vec<u8> {
    let is_plain =
        |it: char| it == '\t' || !(it < ' ' || matches!(it, '`' | '\u{7f}' | '\u{feff}'));
    match std::str::from_utf8(source) {
        Ok(text) if text.chars().all(is_plain) => [b"`", source, b"`"].concat(),
        _ => crate::helm::gofmt::quote(source),
    }
}
