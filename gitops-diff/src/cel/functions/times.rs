//! The parts of times and durations.

use jiff::Timestamp;

use crate::cel::time::in_zone;
use crate::cel::value::{Evaluated, Fail, Val};

/// A part of a time, in UTC or in a zone; `None` where times have none of that name.
pub(super) fn of_timestamp<'a>(
    name: &str,
    time: Timestamp,
    args: &[Val<'a>],
) -> Option<Evaluated<'a>> {
    let zone = match args {
        [] => "",
        [Val::Str(zone)] => zone.as_str(),
        _ => return None,
    };
    let Some(time) = in_zone(time, zone) else {
        return Some(Err(Fail::other(format!("unknown time zone {zone}"))));
    };
    let day_of_month = i64::from(time.day());
    Some(Ok(Val::Int(match name {
        "getFullYear" => i64::from(time.year()),
        "getMonth" => i64::from(time.month()) - 1,
        "getDayOfYear" => i64::from(time.day_of_year()) - 1,
        "getDayOfMonth" => day_of_month - 1,
        "getDate" => day_of_month,
        "getDayOfWeek" => i64::from(time.weekday().to_sunday_zero_offset()),
        "getHours" => i64::from(time.hour()),
        "getMinutes" => i64::from(time.minute()),
        "getSeconds" => i64::from(time.second()),
        "getMilliseconds" => i64::from(time.millisecond()),
        _ => return None,
    })))
}

/// A duration in another unit.
pub(super) fn of_duration<'a>(name: &str, nanos: i64) -> Option<Evaluated<'a>> {
    const SECOND: i64 = 1_000_000_000;
    Some(Ok(Val::Int(match name {
        "getHours" => nanos / (3600 * SECOND),
        "getMinutes" => nanos / (60 * SECOND),
        "getSeconds" => nanos / SECOND,
        "getMilliseconds" => nanos / (SECOND / 1000) % 1000,
        _ => return None,
    })))
}
