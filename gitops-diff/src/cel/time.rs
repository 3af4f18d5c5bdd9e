//! Times and durations.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

pub(super) use crate::golang::duration;

/// A time as RFC 3339 writes it.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    // The crate reads more than RFC 3339 allows.
    let bytes = text.as_bytes();
    let shaped = bytes.len() > 19 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[13] == b':';
    let zoned = text.ends_with(['Z', 'z']) || bytes.get(bytes.len().checked_sub(3)?) == Some(&b':');
    if !shaped || !zoned || text.contains('[') {
        return None;
    }
    text.parse().ok()
}

/// Midnight of a day, in UTC.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let day: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
    day.to_zoned(TimeZone::UTC).ok().map(|it| it.timestamp())
}

/// A time in a zone: `Europe/Berlin`, `-08:00`; UTC where none is named.
pub(super) fn in_zone(time: Timestamp, zone: &str) -> Option<Zoned> {
    let zone = match zone {
        "" | "UTC" => TimeZone::UTC,
        name => match offset(name) {
            Some(offset) => TimeZone::fixed(offset),
            None => TimeZone::get(name).ok()?,
        },
    };
    Some(time.to_zoned(zone))
}

fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |it: &str| it.parse::<i32>().ok().filter(|_| it.len() == 2);
    let seconds = number(hours)? * 3600 + number(minutes)? * 60;
    Offset::from_seconds(sign * seconds).ok()
}

/// A time as RFC 3339 in UTC, without a fraction where there is none.
pub(super) fn print(time: Timestamp) -> String {
    time.to_string()
}

/// A duration in seconds: `5400s`, `1.5s`.
pub(super) fn print_duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let (seconds, rest) =
        (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
    if rest == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{rest:09}");
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}
