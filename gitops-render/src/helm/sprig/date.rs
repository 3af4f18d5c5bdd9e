//! Dates, times and durations (sprig's `date.go` and Go's `time`).
//!
//! The zone of the machine is UTC for every render.

mod calendar;
mod duration;
mod encode;
mod format;
mod layout;
mod names;
mod object;
mod parse;
mod quote;
#[cfg(test)]
mod tests;
mod time;
mod zone;

pub(crate) use self::object::TIME;
pub(crate) use self::time::Time;

use self::duration::{Duration, SECOND};
use self::object::object;
pub(crate) use self::zone::Zone;
use super::args::text;
use crate::helm::go::{IntKind, Type, Value};
use crate::helm::gotemplate::{Fault, Function, Machine};

const S: Type = Type::Str;
const A: Type = Type::Any;
const HTML: &[u8] = b"2006-01-02";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("ago", &[A], ago),
    Function::new("date", &[S, A], |machine, args| shown(machine, text(args, 0), &args[1], b"")),
    Function::new("date_in_zone", &[S, A, S], date_in_zone),
    Function::new("dateInZone", &[S, A, S], date_in_zone),
    Function::new("date_modify", &[S, TIME], date_modify),
    Function::new("dateModify", &[S, TIME], date_modify),
    Function::new("must_date_modify", &[S, TIME], must_date_modify),
    Function::new("mustDateModify", &[S, TIME], must_date_modify),
    Function::new("duration", &[A], |_, args| Ok(Value::string(seconds(&args[0]).to_string()))),
    Function::new("durationRound", &[A], duration_round),
    Function::new("htmlDate", &[A], |machine, args| shown(machine, HTML, &args[0], b"")),
    Function::new("htmlDateInZone", &[A, S], |machine, args| {
        shown(machine, HTML, &args[0], text(args, 1))
    }),
    Function::new("now", &[], |machine, _| Ok(now(machine).into())),
    Function::new("toDate", &[S, S], |_, args| {
        Ok(Time::parse(text(args, 0), text(args, 1)).unwrap_or_else(|_| Time::zero()).into())
    }),
    Function::new("mustToDate", &[S, S], |_, args| {
        let time = Time::parse(text(args, 0), text(args, 1));
        time.map(Value::from).map_err(Fault::new)
    }),
    Function::new("unixEpoch", &[TIME], |_, args| {
        let time = object::<Time>(&args[0]);
        Ok(Value::string(time.map_or(0, |time| time.seconds).to_string()))
    }),
];

fn now(machine: &Machine<'_>) -> Time {
    Time::reading(machine.clock.now())
}

/// The moment `seconds` after 1970 in UTC, as `layout` shows it.
pub(super) fn utc(seconds: i64, layout: &[u8]) -> Vec<u8> {
    Time::unix(seconds).format(layout)
}

/// The time that `value` is, or seconds since 1970; now for anything else.
fn time_of(machine: &Machine<'_>, value: &Value) -> Time {
    match value {
        Value::Int(seconds, IntKind::Int | IntKind::Int64) => Time::unix(*seconds),
        other => object::<Time>(other).cloned().unwrap_or_else(|| now(machine)),
    }
}

fn date_in_zone(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    shown(machine, text(args, 0), &args[1], text(args, 2))
}

/// The time of `value` in the zone of that name, or in UTC where there is no such.
fn shown(
    machine: &mut Machine<'_>,
    layout: &[u8],
    value: &Value,
    zone: &[u8],
) -> Result<Value, Fault> {
    // A part of one byte shows as nine at most.
    machine.charge(layout.len().saturating_mul(9))?;
    let zone = Zone::named(zone).unwrap_or(Zone::Utc);
    Ok(Value::string(time_of(machine, value).in_zone(zone).format(layout)))
}

fn date_modify(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    Ok(modified(args).unwrap_or_else(|_| args[1].clone()))
}

fn must_date_modify(_: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    modified(args)
}

fn modified(args: &[Value]) -> Result<Value, Fault> {
    let by = Duration::parse(text(args, 0)).map_err(Fault::new)?;
    let time = object::<Time>(&args[1]).cloned().unwrap_or_else(Time::zero);
    Ok(time.plus(by).into())
}

fn ago(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    let time = time_of(machine, &args[0]);
    let since = now(machine).since(&time).rounded(SECOND);
    Ok(Value::string(since.to_string()))
}

/// A number of seconds, in digits or as an `int64`; none of anything else.
fn seconds(value: &Value) -> Duration {
    let seconds = match value {
        Value::Str(text) => whole_number(text),
        Value::Int(seconds, IntKind::Int64) => *seconds,
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND))
}

/// `strconv.ParseInt` without its error: the nearest number for one out of range, else 0.
fn whole_number(text: &[u8]) -> i64 {
    let Ok(text) = std::str::from_utf8(text) else { return 0 };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX })
}

fn duration_round(machine: &mut Machine<'_>, args: &[Value]) -> Result<Value, Fault> {
    const UNITS: [(u64, &str); 6] = [
        (365 * 24 * 3600, "y"),
        (30 * 24 * 3600, "mo"),
        (24 * 3600, "d"),
        (3600, "h"),
        (60, "m"),
        (1, "s"),
    ];
    let duration = match &args[0] {
        Value::Str(text) => Duration::parse(text).unwrap_or(Duration(0)),
        Value::Int(nanos, IntKind::Int64) => Duration(*nanos),
        other => object::<Time>(other).map_or(Duration(0), |time| now(machine).since(time)),
    };
    let nanos = duration.0.unsigned_abs();
    let unit = UNITS.iter().map(|(seconds, unit)| (seconds * 1_000_000_000, unit));
    let found = unit.into_iter().find(|(unit, _)| nanos > *unit);
    Ok(Value::string(match found {
        Some((unit, name)) => format!("{}{name}", nanos / unit),
        None => "0s".to_owned(),
    }))
}
