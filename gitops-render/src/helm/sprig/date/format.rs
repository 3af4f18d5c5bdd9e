//! Writes times after layouts (`Time.Format`).

use std::io::Write as _;

use super::calendar::Civil;
use super::layout::{self, OffsetForm, Part};
use super::names::{MONTHS, WEEKDAYS};
use super::time::Time;
use super::zone::{Shown, Zone};

impl Time {
    /// The time as `layout` shows it.
    pub(super) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let shown = self.shown();
        let civil = Civil::of(self.seconds.wrapping_add(shown.offset));
        let writer = Writer { civil, shown, nanos: self.nanos };
        let (mut out, mut left) = (Vec::with_capacity(layout.len() + 10), layout);
        loop {
            let chunk = layout::next(left);
            out.extend_from_slice(chunk.prefix);
            let Some((part, _)) = chunk.part else { return out };
            writer.write(part, &mut out);
            left = chunk.rest;
        }
    }

    /// What JSON and its like have.
    pub(super) fn rfc_3339(&self) -> String {
        let text = self.format(b"2006-01-02T15:04:05.999999999Z07:00");
        String::from_utf8_lossy(&text).into_owned()
    }

    /// What its `GoString` method gives.
    pub(super) fn go_text(&self) -> String {
        let Civil { year, month, day, hour, minute, second, .. } = self.civil();
        let month = String::from_utf8_lossy(name(&MONTHS, month - 1)).into_owned();
        let zone = match &self.zone {
            Zone::Utc => "time.UTC".to_owned(),
            Zone::Local => "time.Local".to_owned(),
            zone => {
                let quoted = super::quote::quote(&zone.name());
                format!("time.Location({})", String::from_utf8_lossy(&quoted))
            }
        };
        let nanos = self.nanos;
        format!(
            "time.Date({year}, time.{month}, {day}, {hour}, {minute}, {second}, {nanos}, {zone})"
        )
    }

    /// As Go prints a time.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = self.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        if self.is_reading {
            text.extend_from_slice(b" m=+0.000000000");
        }
        text
    }
}

struct Writer {
    civil: Civil,
    shown: Shown,
    nanos: i64,
}

impl Writer {
    fn write(&self, part: Part, out: &mut Vec<u8>) {
        let it = &self.civil;
        let hour12 = (it.hour + 11) % 12 + 1;
        match part {
            Part::Year => number(it.year.abs() % 100, 2, out),
            Part::LongYear => number(it.year, 4, out),
            Part::Month => out.extend_from_slice(&name(&MONTHS, it.month - 1)[..3]),
            Part::LongMonth => out.extend_from_slice(name(&MONTHS, it.month - 1)),
            Part::NumMonth => number(it.month, 0, out),
            Part::ZeroMonth => number(it.month, 2, out),
            Part::Weekday => out.extend_from_slice(&name(&WEEKDAYS, it.weekday)[..3]),
            Part::LongWeekday => out.extend_from_slice(name(&WEEKDAYS, it.weekday)),
            Part::Day => number(it.day, 0, out),
            Part::UnderDay => padded(it.day, 2, out),
            Part::ZeroDay => number(it.day, 2, out),
            Part::UnderYearDay => padded(it.year_day, 3, out),
            Part::ZeroYearDay => number(it.year_day, 3, out),
            Part::Hour => number(it.hour, 2, out),
            Part::Hour12 => number(hour12, 0, out),
            Part::ZeroHour12 => number(hour12, 2, out),
            Part::Minute => number(it.minute, 0, out),
            Part::ZeroMinute => number(it.minute, 2, out),
            Part::Second => number(it.second, 0, out),
            Part::ZeroSecond => number(it.second, 2, out),
            Part::UpperHalf => out.extend_from_slice(if it.hour < 12 { b"AM" } else { b"PM" }),
            Part::LowerHalf => out.extend_from_slice(if it.hour < 12 { b"am" } else { b"pm" }),
            Part::ZoneName if self.shown.name.is_empty() => {
                self.offset(OffsetForm::Minutes, out);
            }
            Part::ZoneName => out.extend_from_slice(&self.shown.name),
            Part::Offset { z: true, .. } if self.shown.offset == 0 => out.push(b'Z'),
            Part::Offset { form, .. } => self.offset(form, out),
            Part::Fraction { digits, separator, trim } => {
                self.fraction(digits, separator, trim, out);
            }
        }
    }

    fn offset(&self, form: OffsetForm, out: &mut Vec<u8>) {
        // The sign is that of the whole minutes.
        let minutes = self.shown.offset / 60;
        out.push(if minutes < 0 { b'-' } else { b'+' });
        let seconds = if minutes < 0 { -self.shown.offset } else { self.shown.offset };
        let minutes = minutes.abs();
        number(minutes / 60, 2, out);
        match form {
            OffsetForm::Hours => {}
            OffsetForm::Minutes => number(minutes % 60, 2, out),
            OffsetForm::ColonMinutes => {
                out.push(b':');
                number(minutes % 60, 2, out);
            }
            OffsetForm::Seconds => {
                number(minutes % 60, 2, out);
                number(seconds % 60, 2, out);
            }
            OffsetForm::ColonSeconds => {
                out.push(b':');
                number(minutes % 60, 2, out);
                out.push(b':');
                number(seconds % 60, 2, out);
            }
        }
    }

    fn fraction(&self, digits: usize, separator: u8, trim: bool, out: &mut Vec<u8>) {
        if trim && (digits == 0 || self.nanos == 0) {
            return;
        }
        let start = out.len();
        out.push(separator);
        number(self.nanos, 9, out);
        out.truncate(start + 1 + digits.min(9));
        if !trim {
            return;
        }
        while out.last() == Some(&b'0') {
            out.pop();
        }
        if out.last() == Some(&separator) {
            out.pop();
        }
    }
}

fn name(names: &[&'static str], at: i64) -> &'static [u8] {
    let name = usize::try_from(at).ok().and_then(|at| names.get(at));
    name.expect("because months and weekdays are in range").as_bytes()
}

/// With zeros in front, after the sign.
fn number(value: i64, width: usize, out: &mut Vec<u8>) {
    let sign = if value < 0 { "-" } else { "" };
    let written = write!(out, "{sign}{:0width$}", value.unsigned_abs());
    written.expect("because a vector takes all that is written");
}

/// With blanks in front.
fn padded(value: i64, width: usize, out: &mut Vec<u8>) {
    let written = write!(out, "{value:width$}");
    written.expect("because a vector takes all that is written");
}
