//! `print` and its sisters, and what escapes texts.

use crate::helm::go::{Type, Value};
use crate::helm::gofmt::{sprint, sprintf, sprintln};
use crate::helm::gotemplate::{Fault, Function, Machine};
use crate::helm::runes::{first, is_print, push};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("print", &[], Type::Any, print),
    Function::variadic("printf", &[Type::Str], Type::Any, printf),
    Function::variadic("println", &[], Type::Any, println),
    Function::variadic("html", &[], Type::Any, html),
    Function::variadic("js", &[], Type::Any, js),
    Function::variadic("urlquery", &[], Type::Any, urlquery),
];

fn print(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    sprint(machine, args).map(Value::string)
}

fn println(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    sprintln(machine, args).map(Value::string)
}

fn printf(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    match args {
        [Value::Str(format), args @ ..] => sprintf(machine, format, args).map(Value::string),
        _ => Ok(Value::string("")),
    }
}

fn html(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let text = text_of(machine, args)?;
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0 => push(&mut out, '\u{FFFD}'),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    made(machine, out)
}

fn js(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let text = text_of(machine, args)?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((found, width)) = first(rest) {
        match found {
            '\\' | '\'' | '"' => out.extend_from_slice(&[b'\\', rest[0]]),
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                out.extend_from_slice(format!("\\u{:04X}", rest[0]).as_bytes());
            }
            _ if found.is_ascii() || is_print(found) => out.extend_from_slice(&rest[..width]),
            _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(found)).as_bytes()),
        }
        rest = &rest[width..];
    }
    made(machine, out)
}

fn urlquery(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let text = text_of(machine, args)?;
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(byte),
            _ if byte.is_ascii_alphanumeric() => out.push(byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    made(machine, out)
}

/// The arguments as one text, in which nil is no value.
fn text_of(machine: &mut Machine<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    let shown = |value: &Value| match value {
        Value::Nil => Value::string("<no value>"),
        _ => value.clone(),
    };
    let args: Vec<Value> = args.iter().map(shown).collect();
    sprint(machine, &args)
}

fn made(machine: &mut Machine<'_>, text: Vec<u8>) -> Result<Value, Fault> {
    machine.charge(text.len())?;
    Ok(Value::string(text))
}
