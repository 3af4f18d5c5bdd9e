//! Formats: `%[2]*.3d` and all that.

use super::{Flags, Printer};
use crate::helm::go::Value;
use crate::helm::gotemplate::Fault;
use crate::helm::runes::first;

/// Wider and more precise than this is not understood.
const MOST: usize = 1_000_000;

/// Reads a format and takes its operands.
struct Reader<'f> {
    format: &'f [u8],
    at: usize,
    args: &'f [Value],
    /// The next operand.
    next: usize,
    /// Whether an index said so.
    reordered: bool,
    /// Whether all indices of the verb make sense.
    good_index: bool,
    /// Whether an index was read last.
    after_index: bool,
}

impl Printer {
    pub(super) fn format(&mut self, format: &[u8], args: &[Value]) -> Result<(), Fault> {
        let mut reader = Reader {
            format,
            at: 0,
            args,
            next: 0,
            reordered: false,
            good_index: true,
            after_index: false,
        };
        while reader.at < format.len() {
            let rest = &format[reader.at..];
            let plain = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            reader.at += plain;
            if reader.at < format.len() {
                reader.at += 1;
                self.verb(&mut reader)?;
            }
        }
        self.extra(&reader)
    }

    /// A verb, whose `%` was read.
    fn verb(&mut self, reader: &mut Reader<'_>) -> Result<(), Fault> {
        self.flags = Flags::default();
        reader.good_index = true;
        reader.after_index = false;
        reader.flags(&mut self.flags);
        reader.index();
        self.width(reader);
        self.precision(reader);
        if !reader.after_index {
            reader.index();
        }
        let Some((verb, width)) = first(&reader.format[reader.at..]) else {
            self.out.extend_from_slice(b"%!(NOVERB)");
            return Ok(());
        };
        reader.at += width;
        if verb == '%' {
            self.out.push(b'%');
        } else if !reader.good_index {
            self.percent_bang(verb);
            self.out.extend_from_slice(b"(BADINDEX)");
        } else if reader.next >= reader.args.len() {
            self.percent_bang(verb);
            self.out.extend_from_slice(b"(MISSING)");
        } else {
            let arg = &reader.args[reader.next];
            reader.next += 1;
            self.operand(arg, verb)?;
        }
        self.check_room()
    }

    fn operand(&mut self, arg: &Value, verb: char) -> Result<(), Fault> {
        if matches!(verb, 'v' | 'w') {
            let flags = &mut self.flags;
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        // `%w` wraps errors, and no value of a template is one.
        self.arg(arg, verb)
    }

    fn width(&mut self, reader: &mut Reader<'_>) {
        if !reader.star() {
            self.flags.width = reader.number();
            if reader.after_index && self.flags.width.is_some() {
                reader.good_index = false;
            }
            return;
        }
        let width = reader.int();
        if width.is_none() {
            self.out.extend_from_slice(b"%!(BADWIDTH)");
        }
        self.flags.width = width.map(i64::unsigned_abs).and_then(|width| width.try_into().ok());
        if width.is_some_and(i64::is_negative) {
            self.flags.minus = true;
            self.flags.zero = false;
        }
    }

    fn precision(&mut self, reader: &mut Reader<'_>) {
        let format = reader.format;
        if reader.at + 1 >= format.len() || format[reader.at] != b'.' {
            return;
        }
        reader.at += 1;
        if reader.after_index {
            reader.good_index = false;
        }
        reader.index();
        if !reader.star() {
            self.flags.precision = Some(reader.number().unwrap_or(0));
            return;
        }
        self.flags.precision = reader.int().and_then(|precision| precision.try_into().ok());
        if self.flags.precision.is_none() {
            self.out.extend_from_slice(b"%!(BADPREC)");
        }
    }

    /// Operands that no verb took.
    fn extra(&mut self, reader: &Reader<'_>) -> Result<(), Fault> {
        if reader.reordered || reader.next >= reader.args.len() {
            return Ok(());
        }
        self.flags = Flags::default();
        self.out.extend_from_slice(b"%!(EXTRA ");
        for (n, arg) in reader.args[reader.next..].iter().enumerate() {
            self.out.extend_from_slice(if n > 0 { b", " } else { b"" });
            match arg.ty() {
                None => self.out.extend_from_slice(b"<nil>"),
                Some(ty) => {
                    self.out.extend_from_slice(ty.to_string().as_bytes());
                    self.out.push(b'=');
                    self.arg(arg, 'v')?;
                }
            }
        }
        self.out.push(b')');
        Ok(())
    }
}

impl Reader<'_> {
    fn flags(&mut self, flags: &mut Flags) {
        while let Some(byte) = self.format.get(self.at) {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    /// `*`.
    fn star(&mut self) -> bool {
        let found = self.format.get(self.at) == Some(&b'*');
        self.at += usize::from(found);
        self.after_index &= !found;
        found
    }

    /// Digits. A number that is far too large ends the format.
    fn number(&mut self) -> Option<usize> {
        let mut value = None;
        while let Some(digit) = self.format.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            let before = value.unwrap_or(0);
            if before > MOST {
                self.at = self.format.len();
                return None;
            }
            value = Some(before * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        value
    }

    /// The next operand as a width or precision.
    fn int(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let number = match arg {
            Value::Object(object) => object.as_collection(),
            _ => None,
        };
        match number.as_ref().unwrap_or(arg) {
            Value::Int(value, kind) if *value >= 0 || !kind.is_unsigned() => Some(*value),
            _ => None,
        }
        .filter(|value| value.unsigned_abs() <= MOST as u64)
    }

    /// `[2]`: the operand that is taken next.
    fn index(&mut self) {
        self.after_index = false;
        let rest = &self.format[self.at..];
        if rest.first() != Some(&b'[') {
            return;
        }
        self.reordered = true;
        let close = if rest.len() < 3 { None } else { memchr::memchr(b']', rest) };
        let Some(close) = close else {
            self.good_index = false;
            self.at += 1;
            return;
        };
        self.at += close + 1;
        let digits = &rest[1..close];
        let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(digits).ok().filter(|_| valid);
        let Some(number) = number.and_then(|digits| digits.parse::<usize>().ok()) else {
            self.good_index = false;
            return;
        };
        self.after_index = true;
        if number == 0 || number > self.args.len() {
            self.good_index = false;
        } else {
            self.next = number - 1;
        }
    }
}
