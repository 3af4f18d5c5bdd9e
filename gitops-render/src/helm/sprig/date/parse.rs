//! Reads times after layouts (`time.ParseInLocation`, in a zone that is UTC).

use super::calendar::{DAY, days_in, days_since_epoch, is_leap};
use super::duration::leading_int;
use super::layout::{self, OffsetForm, Part};
use super::names::{MONTHS, WEEKDAYS};
use super::quote::quote;
use super::time::Time;
use super::zone::Zone;

/// What is wrong with a value: it does not fit, or what of it is out of range.
enum Bad {
    Value,
    Range(&'static str),
}

type Read<T> = Result<T, Bad>;

impl Time {
    /// The time that `value` is, written as `layout` shows.
    ///
    /// # Errors
    /// The text of Go's error.
    pub(crate) fn parse(layout: &[u8], value: &[u8]) -> Result<Self, Vec<u8>> {
        let message = |text: &[u8]| [b"parsing time ", &quote(value)[..], b": ", text].concat();
        let cannot = |part: &[u8], left: &[u8]| {
            let whole = [b"parsing time ", &quote(value)[..], b" as ", &quote(layout)].concat();
            [&whole[..], b": cannot parse ", &quote(left), b" as ", &quote(part)].concat()
        };
        let mut fields = Fields { left: value, ..Fields::default() };
        let mut rest = layout;
        loop {
            let chunk = layout::next(rest);
            fields.skip(chunk.prefix).map_err(|left| cannot(chunk.prefix, left))?;
            let Some((part, text)) = chunk.part else { break };
            rest = chunk.rest;
            let before = fields.left;
            fields.read(part, rest).map_err(|bad| match bad {
                Bad::Value => cannot(text, before),
                Bad::Range(what) => message(format!("{what} out of range").as_bytes()),
            })?;
        }
        if !fields.left.is_empty() {
            return Err(message(&[b"extra text: ", &quote(fields.left)[..]].concat()));
        }
        fields.time().map_err(|what| message(what.as_bytes()))
    }
}

/// What was read so far.
#[derive(Default)]
struct Fields<'v> {
    left: &'v [u8],
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    is_morning: bool,
    is_afternoon: bool,
    is_utc: bool,
    offset: Option<i64>,
    zone_name: &'v [u8],
}

impl<'v> Fields<'v> {
    /// Skips what stands for itself; blanks stand for any number of them.
    fn skip(&mut self, mut prefix: &[u8]) -> Result<(), &'v [u8]> {
        while let Some((first, rest)) = prefix.split_first() {
            if *first == b' ' {
                if self.left.first().is_some_and(|it| *it != b' ') {
                    return Err(self.left);
                }
                prefix = without_blanks(prefix);
                self.left = without_blanks(self.left);
            } else {
                self.left = self.left.strip_prefix(&[*first]).ok_or(self.left)?;
                prefix = rest;
            }
        }
        Ok(())
    }

    /// Reads one part; `layout` is what follows it.
    fn read(&mut self, part: Part, layout: &[u8]) -> Read<()> {
        match part {
            Part::Year => {
                let year = atoi(self.take(2)?)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Part::LongYear => {
                if !self.left.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Bad::Value);
                }
                self.year = atoi(self.take(4)?)?;
            }
            Part::Month => self.month = Some(self.name(&MONTHS, 3)? + 1),
            Part::LongMonth => self.month = Some(self.name(&MONTHS, usize::MAX)? + 1),
            Part::NumMonth | Part::ZeroMonth => {
                let month = self.number(part == Part::ZeroMonth)?;
                self.month = Some(in_range(month, 1..13, "month")?);
            }
            Part::Weekday => drop(self.name(&WEEKDAYS, 3)?),
            Part::LongWeekday => drop(self.name(&WEEKDAYS, usize::MAX)?),
            Part::Day | Part::UnderDay | Part::ZeroDay => {
                self.skip_blanks(usize::from(part == Part::UnderDay));
                self.day = Some(self.number(part == Part::ZeroDay)?);
            }
            Part::UnderYearDay | Part::ZeroYearDay => {
                self.skip_blanks(if part == Part::UnderYearDay { 2 } else { 0 });
                self.year_day = Some(self.number_of_three(part == Part::ZeroYearDay)?);
            }
            Part::UpperHalf => self.half(b"AM", b"PM")?,
            Part::LowerHalf => self.half(b"am", b"pm")?,
            Part::ZoneName => self.zone_name()?,
            Part::Offset { z: true, .. } if self.left.first() == Some(&b'Z') => {
                self.take(1)?;
                self.is_utc = true;
            }
            Part::Offset { form, .. } => self.offset(form)?,
            _ => self.read_clock(part, layout)?,
        }
        Ok(())
    }

    fn read_clock(&mut self, part: Part, layout: &[u8]) -> Read<()> {
        match part {
            Part::Hour => self.hour = in_range(self.number(false)?, 0..24, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => {
                self.hour = in_range(self.number(part == Part::ZeroHour12)?, 0..13, "hour")?;
            }
            Part::Minute | Part::ZeroMinute => {
                self.minute = in_range(self.number(part == Part::ZeroMinute)?, 0..60, "minute")?;
            }
            Part::Second | Part::ZeroSecond => {
                self.second = in_range(self.number(part == Part::ZeroSecond)?, 0..60, "second")?;
                let next = layout::next(layout).part.map(|(part, _)| part);
                if !matches!(next, Some(Part::Fraction { .. })) {
                    self.fraction()?;
                }
            }
            Part::Fraction { trim: true, .. } => self.fraction()?,
            Part::Fraction { digits, .. } => {
                let text = self.take(1 + digits)?;
                self.nanos = nanos(text)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Digits of a second, as many as there are, or none.
    fn fraction(&mut self) -> Read<()> {
        if let [b'.' | b',', digits @ ..] = self.left {
            let count = digits.iter().take_while(|it| it.is_ascii_digit()).count();
            if count > 0 {
                self.nanos = nanos(self.take(1 + count)?)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, count: usize) -> Read<&'v [u8]> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(Bad::Value)?;
        self.left = left;
        Ok(taken)
    }

    fn skip_blanks(&mut self, most: usize) {
        for _ in 0..most {
            self.left = self.left.strip_prefix(b" ").unwrap_or(self.left);
        }
    }

    /// One of the names, by its first `length` letters at most.
    fn name(&mut self, names: &[&str], length: usize) -> Read<i64> {
        for (at, name) in (0_i64..).zip(names) {
            let name = &name.as_bytes()[..name.len().min(length)];
            let found = self.left.get(..name.len());
            if found.is_some_and(|found| found.eq_ignore_ascii_case(name)) {
                self.take(name.len())?;
                return Ok(at);
            }
        }
        Err(Bad::Value)
    }

    /// A number of two digits, or of one unless `fixed`.
    fn number(&mut self, fixed: bool) -> Read<i64> {
        let digits = self.left.iter().take(2).take_while(|it| it.is_ascii_digit()).count();
        if digits == 0 || (fixed && digits == 1) {
            return Err(Bad::Value);
        }
        atoi(self.take(digits)?)
    }

    fn number_of_three(&mut self, fixed: bool) -> Read<i64> {
        let digits = self.left.iter().take(3).take_while(|it| it.is_ascii_digit()).count();
        if digits == 0 || (fixed && digits < 3) {
            return Err(Bad::Value);
        }
        atoi(self.take(digits)?)
    }

    fn half(&mut self, morning: &[u8], afternoon: &[u8]) -> Read<()> {
        let found = self.take(2)?;
        self.is_morning |= found == morning;
        self.is_afternoon |= found == afternoon;
        if found == morning || found == afternoon { Ok(()) } else { Err(Bad::Value) }
    }

    fn offset(&mut self, form: OffsetForm) -> Read<()> {
        let (length, colons): (usize, &[usize]) = match form {
            OffsetForm::Hours => (3, &[]),
            OffsetForm::Minutes => (5, &[]),
            OffsetForm::ColonMinutes => (6, &[3]),
            OffsetForm::Seconds => (7, &[]),
            OffsetForm::ColonSeconds => (9, &[3, 6]),
        };
        let text = self.left.get(..length).ok_or(Bad::Value)?;
        if colons.iter().any(|at| text[*at] != b':') {
            return Err(Bad::Value);
        }
        self.left = &self.left[length..];
        let digits: Vec<u8> =
            text[1..].iter().copied().filter(|it| colons.is_empty() || *it != b':').collect();
        let parts = [(24, "time zone offset hour"), (60, "time zone offset minute")];
        let parts = parts.into_iter().chain([(60, "time zone offset second")]);
        let (mut seconds, mut range, mut is_good) = (0, None, true);
        for (at, (most, what)) in parts.enumerate() {
            let two = digits.get(at * 2..at * 2 + 2).unwrap_or(b"00");
            is_good &= two.iter().all(u8::is_ascii_digit);
            let number = if is_good { atoi(two)? } else { 0 };
            seconds = seconds * 60 + number;
            range = if number > most { Some(what) } else { range };
        }
        if let Some(what) = range {
            return Err(Bad::Range(what));
        }
        let seconds = match text[0] {
            b'+' if is_good => seconds,
            b'-' if is_good => -seconds,
            _ => return Err(Bad::Value),
        };
        // A second west of UTC is Go's mark for no offset.
        self.offset = Some(seconds).filter(|it| *it != -1);
        Ok(())
    }

    fn zone_name(&mut self) -> Read<()> {
        if self.left.starts_with(b"UTC") {
            self.take(3)?;
            self.is_utc = true;
            return Ok(());
        }
        let length = zone_name_length(self.left).ok_or(Bad::Value)?;
        self.zone_name = self.take(length)?;
        Ok(())
    }

    fn time(mut self) -> Result<Time, &'static str> {
        if self.is_afternoon && self.hour < 12 {
            self.hour += 12;
        } else if self.is_morning && self.hour == 12 {
            self.hour = 0;
        }
        let (month, day) = self.date()?;
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let days = days_since_epoch(self.year, month, day);
        let clock = (self.hour * 60 + self.minute) * 60 + self.second;
        let (seconds, zone) = self.placed(days * DAY + clock);
        Ok(Time { seconds, nanos: self.nanos, zone, is_reading: false })
    }

    /// The month and the day, from the day of the year where that was given.
    fn date(&self) -> Result<(i64, i64), &'static str> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        if year_day < 1 || year_day > 365 + i64::from(is_leap(self.year)) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, year_day);
        while day > days_in(month, self.year) {
            day -= days_in(month, self.year);
            month += 1;
        }
        if self.month.is_some_and(|it| it != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|it| it != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }

    /// The moment and the zone, of what clocks there show as `local`.
    fn placed(&self, local: i64) -> (i64, Zone) {
        if self.is_utc {
            return (local, Zone::Utc);
        }
        if let Some(offset) = self.offset {
            let is_local = offset == 0 && matches!(self.zone_name, b"" | b"UTC");
            let fixed = || Zone::Fixed(self.zone_name.into(), offset);
            return (local - offset, if is_local { Zone::Local } else { fixed() });
        }
        if self.zone_name.is_empty() {
            return (local, Zone::Local);
        }
        let hours = self.zone_name.strip_prefix(b"GMT").filter(|it| !it.is_empty());
        let hours = hours.and_then(|it| atoi(it).ok()).unwrap_or_default();
        // A name alone says nothing about the moment.
        (local, Zone::Fixed(self.zone_name.into(), hours * 3600))
    }
}

fn without_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|it| **it == b' ').count();
    &text[blanks..]
}

fn in_range(value: i64, range: std::ops::Range<i64>, what: &'static str) -> Read<i64> {
    if range.contains(&value) { Ok(value) } else { Err(Bad::Range(what)) }
}

/// Digits after a sign or none.
fn atoi(text: &[u8]) -> Read<i64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, text),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Bad::Value);
    }
    let value = leading_int(digits).ok_or(Bad::Value)?.cast_signed();
    Ok(if is_negative { value.wrapping_neg() } else { value })
}

/// `.123` as nanoseconds; digits beyond the ninth do not count.
fn nanos(text: &[u8]) -> Read<i64> {
    let [b'.' | b',', digits @ ..] = text else { return Err(Bad::Value) };
    let digits = &digits[..digits.len().min(9)];
    let value = atoi(digits)?;
    if value < 0 {
        return Err(Bad::Range("fractional second"));
    }
    Ok((digits.len()..9).fold(value, |value, _| value * 10))
}

/// How long the name of a zone is at the beginning of `text`.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_length(after));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset_length(text)).filter(|it| *it > 0);
    }
    let capitals = text.iter().take(6).take_while(|it| it.is_ascii_uppercase()).count();
    match capitals {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// `+3`: at most 23 hours.
fn signed_offset_length(text: &[u8]) -> usize {
    let [b'+' | b'-', digits @ ..] = text else { return 0 };
    let count = digits.iter().take_while(|it| it.is_ascii_digit()).count();
    let is_hour = leading_int(&digits[..count]).is_some_and(|hours| hours <= 23);
    if count > 0 && is_hour { 1 + count } else { 0 }
}
