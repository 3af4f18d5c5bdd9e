//! What stands in for the engine until it is there: its functions, its world, its errors.

use crate::helm::go::{Kind, Named, Str, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::world;

/// `common.Values`.
pub(super) const VALUES: Type =
    Type::Named(&Named { name: "common.Values", kind: Kind::Map, methods: &[] });

pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("include", &[Type::Str, Type::Any], include),
    Function::new("tpl", &[Type::Str, Type::Any], tpl),
    Function::new("required", &[Type::Str, Type::Any], required),
    Function::new("fail", &[Type::Str], fail),
];

/// The bytes of an argument that was checked to be a string.
fn text(value: &Value) -> Str {
    value.as_str().cloned().unwrap_or_default()
}

fn include(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.include(&text(&args[0]), args[1].clone()).map(Value::Str)
}

fn tpl(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    machine.tpl(&text(&args[0]), args[1].clone()).map(Value::Str)
}

fn required(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match &args[1] {
        Value::Nil => Err(told_alone(&text(&args[0]))),
        Value::Str(value) if value.is_empty() => Err(told_alone(&text(&args[0]))),
        value => Ok(value.clone()),
    }
}

fn fail(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Err(told_alone(&text(&args[0])))
}

fn told_alone(message: &[u8]) -> Fault {
    Fault::new([b"HELM_ERR_START", message, b"HELM_ERR_END"].concat())
}

/// A world without time, chance and cluster.
#[derive(Debug)]
pub(super) struct World;

impl world::Clock for World {
    fn now(&self) -> i128 {
        1_760_000_000_000_000_000
    }
}

impl world::Entropy for World {
    fn fill(&self, bytes: &mut [u8], _: (&str, &str), _: &str, call: u64) {
        let [first, ..] = call.to_le_bytes();
        bytes.fill(first);
    }
}

impl world::Lookup for World {
    fn lookup(
        &self,
        _: &str,
        _: &str,
        _: &str,
        _: &str,
    ) -> Result<Option<gitops_diff::Value>, String> {
        Ok(None)
    }
}

const MARKS: (&str, &str) = ("HELM_ERR_START", "HELM_ERR_END");

/// The error of reading the template `name`.
pub(super) fn parse_error(name: &str, error: &str) -> String {
    let tokens: Vec<&str> = error.split(": ").collect();
    match tokens[..] {
        [_, location, .., message] => format!("parse error at ({location}): {message}"),
        [_, location] => format!("parse error at ({location}): {location}"),
        _ => format!("parse error in ({name}): {error}"),
    }
}

/// The error of running the template `name`, out of the texts of the error and of all that it
/// wraps, outermost first.
pub(super) fn run_error(name: &str, texts: &[String]) -> String {
    let Some(error) = texts.first() else { return String::new() };
    let mut tokens = error.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (tokens.next(), tokens.next(), tokens.next())
    else {
        return format!("execution error in ({name}): {error}");
    };
    if let Some(message) = marked(rest) {
        return format!("execution error at ({location}): {message}");
    }
    let mut trace: Vec<String> = Vec::new();
    for text in texts {
        let Some(step) = step(text) else { return error.clone() };
        if trace.last() != Some(&step) {
            trace.push(step);
        }
    }
    trace.concat().trim().to_owned()
}

/// The message between the marks, as far as it goes.
fn marked(text: &str) -> Option<&str> {
    let (_, behind) = text.split_once(MARKS.0)?;
    behind.rsplit_once(MARKS.1).map(|(message, _)| message)
}

/// One error as a step of a trace; none where it is no error of a template.
fn step(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    running(rest).or_else(|| {
        let (location, message) = rest.rsplit_once(": ")?;
        Some(lines(location, "", first_error(message)))
    })
}

/// `NAME:LINE:COLUMN: executing "NAME" at <NODE>: MESSAGE`.
fn running(text: &str) -> Option<String> {
    let (location, rest) = text.split_once(": executing ")?;
    let (function, rest) = rest.strip_prefix('"')?.split_once('"')?;
    let (node, message) = rest.strip_prefix(" at <")?.split_once(">: ")?;
    let executed = format!("executing \"{function}\" at <{node}>:");
    Some(lines(location, &executed, first_error(message)))
}

/// The message without the errors that it goes on with.
fn first_error(message: &str) -> &str {
    message.split_once(" template:").map_or(message, |(first, _)| first)
}

fn lines(location: &str, executed: &str, message: &str) -> String {
    let mut lines = String::new();
    for (line, end) in [(location, "\n  "), (executed, "\n    "), (message, "\n")] {
        if !line.is_empty() {
            lines.push_str(line);
            lines.push_str(end);
        }
    }
    lines
}
