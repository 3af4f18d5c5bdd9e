//! `fmt.Sprintf` and its sisters, as `fmt/print.go` has them.

mod format;
mod nested;

use super::flags::Flags;
use super::scalar::{self, Sign};
use crate::helm::go::{IntKind, Value};
use crate::helm::gotemplate::{Fault, Machine};

/// `fmt.Sprintf`. What it makes is charged.
///
/// # Errors
/// The limits of bytes and of depth.
pub(crate) fn sprintf(
    machine: &mut Machine<'_>,
    format: &[u8],
    args: &[Value],
) -> Result<Vec<u8>, Fault> {
    charged(machine, |printer| printer.format(format, args))
}

/// `fmt.Sprint`: spaces between operands of which neither is a string.
///
/// # Errors
/// The limits of bytes and of depth.
pub(crate) fn sprint(machine: &mut Machine<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    charged(machine, |printer| {
        let mut after_string = true;
        for arg in args {
            let is_string = matches!(arg, Value::Str(_));
            if !is_string && !after_string {
                printer.out.push(b' ');
            }
            printer.arg(arg, 'v')?;
            after_string = is_string;
        }
        Ok(())
    })
}

/// `fmt.Sprintln`: spaces between all operands, and a line feed.
///
/// # Errors
/// The limits of bytes and of depth.
pub(crate) fn sprintln(machine: &mut Machine<'_>, args: &[Value]) -> Result<Vec<u8>, Fault> {
    charged(machine, |printer| {
        for (n, arg) in args.iter().enumerate() {
            printer.out.extend_from_slice(if n > 0 { b" " } else { b"" });
            printer.arg(arg, 'v')?;
        }
        printer.out.push(b'\n');
        Ok(())
    })
}

/// Appends `value` as `{{ }}` prints it, which asks methods of a pointer to it and follows pointers; at
/// most `room` bytes.
///
/// # Errors
/// The limits of bytes and of depth.
pub(crate) fn append_printed(out: &mut Vec<u8>, value: &Value, room: usize) -> Result<(), Fault> {
    if let Value::Object(object) = value
        && let Some(text) = object.printed()
    {
        out.extend_from_slice(&text);
        return Ok(());
    }
    let start = out.len();
    append_value(out, value, room)?;
    if matches!(value, Value::Object(_)) && out.get(start) == Some(&b'&') {
        out.remove(start);
    }
    Ok(())
}

/// Appends `value` as `fmt.Print` prints it, at most `room` bytes.
///
/// # Errors
/// The limits of bytes and of depth.
pub(crate) fn append_value(out: &mut Vec<u8>, value: &Value, room: usize) -> Result<(), Fault> {
    match value {
        Value::Str(text) => out.extend_from_slice(text),
        Value::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        _ => {
            let mut printer = Printer::new(std::mem::take(out), room);
            let result = printer.arg(value, 'v');
            *out = printer.out;
            return result;
        }
    }
    Ok(())
}

/// `fmt.Sprintf` for an error: what it makes is at most `room` bytes and not charged.
///
/// # Errors
/// The limits of bytes and of depth.
pub(crate) fn format_within(format: &[u8], args: &[Value], room: usize) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(Vec::new(), room);
    printer.format(format, args)?;
    Ok(printer.out)
}

fn charged(
    machine: &mut Machine<'_>,
    print: impl FnOnce(&mut Printer) -> Result<(), Fault>,
) -> Result<Vec<u8>, Fault> {
    let mut printer = Printer::new(Vec::new(), machine.room());
    print(&mut printer)?;
    machine.charge(printer.out.len())?;
    Ok(printer.out)
}

/// The state of one call of `fmt`.
struct Printer {
    out: Vec<u8>,
    /// How long the output may get.
    most: usize,
    flags: Flags,
    /// Whether an operand is printed in a text that says that its verb is bad: then its methods
    /// are not asked.
    erroring: bool,
}

impl Printer {
    fn new(out: Vec<u8>, room: usize) -> Self {
        let most = out.len().saturating_add(room);
        Self { out, most, flags: Flags::default(), erroring: false }
    }

    fn arg(&mut self, arg: &Value, verb: char) -> Result<(), Fault> {
        match (arg, verb) {
            (Value::Nil, 'T' | 'v') => self.flags.pad(&mut self.out, b"<nil>"),
            (Value::Nil, _) => self.bad_verb(arg, verb)?,
            (_, 'T') => {
                let name = arg.ty().map(|ty| ty.to_string()).unwrap_or_default();
                let name = self.flags.truncate(name.as_bytes());
                self.flags.pad(&mut self.out, name);
            }
            (Value::List(_) | Value::Map(_) | Value::Bytes(_), 'p') => {
                // An address, which differs from run to run in Go.
                self.out.extend_from_slice(b"0xc000000000");
            }
            (_, 'p') => self.bad_verb(arg, verb)?,
            _ => self.value(arg, verb, 0)?,
        }
        self.check_room()
    }

    fn check_room(&self) -> Result<(), Fault> {
        if self.out.len() <= self.most {
            return Ok(());
        }
        Err(Fault::limit(
            "what templates and functions make, in bytes,",
            self.most as u64,
            "HelmLimits::bytes",
        ))
    }

    /// A value that is no collection. False if the verb does not suit it.
    fn scalar(&mut self, value: &Value, verb: char) -> bool {
        let (out, flags) = (&mut self.out, &self.flags);
        match value {
            Value::Bool(value) if matches!(verb, 't' | 'v') => {
                flags.pad(out, if *value { b"true" } else { b"false" });
                true
            }
            Value::Int(value, kind) => {
                let sign = if kind.is_unsigned() { Sign::Unsigned } else { Sign::Signed };
                scalar::integer(out, flags, value.cast_unsigned(), sign, verb)
            }
            Value::Float(value) => scalar::float(out, flags, *value, verb),
            Value::Complex(real, imaginary) => self.complex(*real, *imaginary, verb),
            Value::Str(text) => scalar::string(out, flags, text, verb),
            _ => false,
        }
    }

    fn complex(&mut self, real: f64, imaginary: f64, verb: char) -> bool {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return false;
        }
        self.out.push(b'(');
        scalar::float(&mut self.out, &self.flags, real, verb);
        let signed = Flags { plus: true, ..self.flags };
        scalar::float(&mut self.out, &signed, imaginary, verb);
        self.out.extend_from_slice(b"i)");
        true
    }

    /// `%!d(string=text)`.
    fn bad_verb(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        self.erroring = true;
        self.percent_bang(verb);
        self.out.push(b'(');
        match value.ty() {
            None => self.out.extend_from_slice(b"<nil>"),
            Some(ty) => {
                self.out.extend_from_slice(ty.to_string().as_bytes());
                self.out.push(b'=');
                self.value(value, 'v', 0)?;
            }
        }
        self.out.push(b')');
        self.erroring = false;
        Ok(())
    }

    fn percent_bang(&mut self, verb: char) {
        self.out.extend_from_slice(b"%!");
        crate::helm::runes::push(&mut self.out, verb);
    }
}

/// One of the bytes of `[]byte`, as a value.
fn byte(byte: u8) -> Value {
    Value::Int(byte.into(), IntKind::Uint8)
}
