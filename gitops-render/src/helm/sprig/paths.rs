//! Paths with slashes (Go's `path`; `path/filepath` is the same on Linux).

use super::args::{charge_texts, sized, text};
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base", &[S], |machine, args| sized(machine, args, base)),
    Function::new("osBase", &[S], |machine, args| sized(machine, args, base)),
    Function::new("dir", &[S], dir),
    Function::new("osDir", &[S], dir),
    Function::new("clean", &[S], clean_path),
    Function::new("osClean", &[S], clean_path),
    Function::new("ext", &[S], |machine, args| sized(machine, args, ext)),
    Function::new("osExt", &[S], |machine, args| sized(machine, args, ext)),
    Function::new("isAbs", &[S], |_, args| Ok(is_abs(args))),
    Function::new("osIsAbs", &[S], |_, args| Ok(is_abs(args))),
];

fn clean_path(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    // Its parts are listed meanwhile, and there may be one for each second byte.
    charge_texts(machine, args, size_of::<&[u8]>() / 2)?;
    Ok(Value::string(clean(text(args, 0))))
}

fn base(args: &[Value]) -> Value {
    let path = text(args, 0);
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    let start = memchr::memrchr(b'/', &path[..end]).map_or(0, |at| at + 1);
    Value::string(match &path[start..end] {
        [] if path.is_empty() => &b"."[..],
        [] => b"/",
        name => name,
    })
}

fn dir(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    charge_texts(machine, args, size_of::<&[u8]>() / 2)?;
    let path = text(args, 0);
    let end = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
    Ok(Value::string(clean(&path[..end])))
}

fn ext(args: &[Value]) -> Value {
    let path = text(args, 0);
    let start = memchr::memrchr2(b'.', b'/', path).filter(|at| path[*at] == b'.');
    Value::string(start.map_or(&b""[..], |at| &path[at..]))
}

fn is_abs(args: &[Value]) -> Value {
    Value::Bool(text(args, 0).starts_with(b"/"))
}

/// The shortest path that means the same, by its text alone.
fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut names: Vec<&[u8]> = Vec::new();
    for name in path.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => match names.last() {
                Some(&last) if last != b".." => drop(names.pop()),
                _ if !rooted => names.push(name),
                _ => {}
            },
            _ => names.push(name),
        }
    }
    let cleaned = names.join(&b'/');
    match (rooted, cleaned.is_empty()) {
        (true, _) => [b"/", &cleaned[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => cleaned,
    }
}
