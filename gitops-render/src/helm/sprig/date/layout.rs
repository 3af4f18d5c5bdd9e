//! The parts of a layout: how Go writes dates by example (`Mon Jan _2 15:04:05 2006`).

/// A part that stands for something of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperHalf,
    LowerHalf,
    ZoneName,
    /// An offset from UTC.
    Offset {
        /// Whether UTC is `Z`.
        z: bool,
        form: OffsetForm,
    },
    /// Digits of a second.
    Fraction {
        digits: usize,
        /// `.` or `,`.
        separator: u8,
        /// Whether zeros at the end are left out.
        trim: bool,
    },
}

/// How an offset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetForm {
    /// `-07`
    Hours,
    /// `-0700`
    Minutes,
    /// `-07:00`
    ColonMinutes,
    /// `-070000`
    Seconds,
    /// `-07:00:00`
    ColonSeconds,
}

/// The beginning of a layout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk<'l> {
    /// What stands for itself.
    pub(super) prefix: &'l [u8],
    /// The first part after it, and how it is written; none at the end of the layout.
    pub(super) part: Option<(Part, &'l [u8])>,
    /// What follows.
    pub(super) rest: &'l [u8],
}

/// The first part of `layout`.
pub(super) fn next(layout: &[u8]) -> Chunk<'_> {
    for at in 0..layout.len() {
        if let Some((part, skip, length)) = part_at(&layout[at..]) {
            let (prefix, found) = layout.split_at(at + skip);
            let (text, rest) = found.split_at(length);
            return Chunk { prefix, part: Some((part, text)), rest };
        }
    }
    Chunk { prefix: layout, part: None, rest: b"" }
}

/// The part at the beginning of `text`, how much before it stands for itself, and its length.
fn part_at(text: &[u8]) -> Option<(Part, usize, usize)> {
    let fixed = |part: Part, length: usize| Some((part, 0, length));
    match text[0] {
        b'J' => match text {
            it if it.starts_with(b"January") => fixed(Part::LongMonth, 7),
            it if is_word(it, b"Jan") => fixed(Part::Month, 3),
            _ => None,
        },
        b'M' => match text {
            it if it.starts_with(b"Monday") => fixed(Part::LongWeekday, 6),
            it if is_word(it, b"Mon") => fixed(Part::Weekday, 3),
            it if it.starts_with(b"MST") => fixed(Part::ZoneName, 3),
            _ => None,
        },
        b'0' => zero_part(text),
        b'1' if text.starts_with(b"15") => fixed(Part::Hour, 2),
        b'1' => fixed(Part::NumMonth, 1),
        b'2' if text.starts_with(b"2006") => fixed(Part::LongYear, 4),
        b'2' => fixed(Part::Day, 1),
        b'_' if text.starts_with(b"_2006") => Some((Part::LongYear, 1, 4)),
        b'_' if text.starts_with(b"_2") => fixed(Part::UnderDay, 2),
        b'_' if text.starts_with(b"__2") => fixed(Part::UnderYearDay, 3),
        b'3' => fixed(Part::Hour12, 1),
        b'4' => fixed(Part::Minute, 1),
        b'5' => fixed(Part::Second, 1),
        b'P' if text.starts_with(b"PM") => fixed(Part::UpperHalf, 2),
        b'p' if text.starts_with(b"pm") => fixed(Part::LowerHalf, 2),
        b'-' | b'Z' => offset(text),
        b'.' | b',' => fraction(text),
        _ => None,
    }
}

/// Whether a short name begins `text` and no longer word does.
fn is_word(text: &[u8], name: &[u8]) -> bool {
    text.strip_prefix(name).is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_lowercase))
}

fn zero_part(text: &[u8]) -> Option<(Part, usize, usize)> {
    let part = match text.get(1)? {
        b'1' => Part::ZeroMonth,
        b'2' => Part::ZeroDay,
        b'3' => Part::ZeroHour12,
        b'4' => Part::ZeroMinute,
        b'5' => Part::ZeroSecond,
        b'6' => Part::Year,
        b'0' if text.starts_with(b"002") => return Some((Part::ZeroYearDay, 0, 3)),
        _ => return None,
    };
    Some((part, 0, 2))
}

fn offset(text: &[u8]) -> Option<(Part, usize, usize)> {
    const FORMS: [(&[u8], OffsetForm); 5] = [
        (b"070000", OffsetForm::Seconds),
        (b"07:00:00", OffsetForm::ColonSeconds),
        (b"0700", OffsetForm::Minutes),
        (b"07:00", OffsetForm::ColonMinutes),
        (b"07", OffsetForm::Hours),
    ];
    let (form, of) = FORMS.iter().find(|(form, _)| text[1..].starts_with(form))?;
    Some((Part::Offset { z: text[0] == b'Z', form: *of }, 0, form.len() + 1))
}

fn fraction(text: &[u8]) -> Option<(Part, usize, usize)> {
    let digit = *text.get(1).filter(|it| matches!(it, b'0' | b'9'))?;
    let digits = text[1..].iter().take_while(|it| **it == digit).count();
    if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // Go keeps the number of digits in twelve bits.
    let part = Part::Fraction { digits: digits & 0xFFF, separator: text[0], trim: digit == b'9' };
    Some((part, 0, 1 + digits))
}
