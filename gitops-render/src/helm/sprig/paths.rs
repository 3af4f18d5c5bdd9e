//! Paths with slashes (Go's `path`; `path/filepath` is the same on Linux).

use super::args::text;
use crate::helm::go::{Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const S: Type = Type::Str;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base", &[S], base),
    Function::new("osBase", &[S], base),
    Function::new("dir", &[S], dir),
    Function::new("osDir", &[S], dir),
    Function::new("clean", &[S], |_, args| Ok(Value::string(clean(text(args, 0))))),
    Function::new("osClean", &[S], |_, args| Ok(Value::string(clean(text(args, 0))))),
    Function::new("ext", &[S], ext),
    Function::new("osExt", &[S], ext),
    Function::new("isAbs", &[S], is_abs),
    Function::new("osIsAbs", &[S], is_abs),
];

fn base(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let path = text(args, 0);
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    let start = memchr::memrchr(b'/', &path[..end]).map_or(0, |at| at + 1);
    Ok(Value::string(match &path[start..end] {
        [] if path.is_empty() => &b"."[..],
        [] => b"/",
        name => name,
    }))
}

fn dir(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let path = text(args, 0);
    let end = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
    Ok(Value::string(clean(&path[..end])))
}

fn ext(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let path = text(args, 0);
    let start = memchr::memrchr2(b'.', b'/', path).filter(|at| path[*at] == b'.');
    Ok(Value::string(start.map_or(&b""[..], |at| &path[at..])))
}

fn is_abs(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::Bool(text(args, 0).starts_with(b"/")))
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
