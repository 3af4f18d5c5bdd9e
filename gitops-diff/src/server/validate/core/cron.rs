//! When cron jobs run: schedules as `robfig/cron` reads them, and time zones.

use super::super::field::Field;
use crate::Value;

/// The time zones that the server knows, one a line, sorted.
const ZONES: &str = include_str!("zones.txt");

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) fn check_schedule(spec: &Field<'_>, live: Option<&Value>) {
    let (schedule, zone) = (spec.field("schedule"), spec.field("timeZone"));
    let was = |name: &str| live.and_then(|it| it.get(name));
    let had_zone = was("schedule").and_then(Value::as_str).is_some_and(|it| it.contains("TZ"));
    if schedule.is_empty() {
        schedule.required("");
    } else {
        if let Err(why) = read(schedule.str()) {
            schedule.invalid(&why);
        }
        match schedule.str().contains("TZ") {
            true if had_zone && zone.is_set() => {
                schedule.invalid("cannot use both timeZone field and TZ or CRON_TZ in schedule");
            }
            true if !had_zone => {
                schedule
                    .invalid("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            }
            _ => {}
        }
    }
    let same = live.is_some() && was("timeZone").unwrap_or(&Value::Null) == zone.value;
    if zone.is_set() && !same {
        check_zone(&zone);
    }
}

fn check_zone(zone: &Field<'_>) {
    let name = zone.str();
    if name.is_empty() {
        zone.invalid("timeZone must be nil or non-empty string");
    }
    if name.eq_ignore_ascii_case("local") {
        let detail = "timeZone must be an explicit time zone as defined in \
            https://www.iana.org/time-zones";
        zone.invalid(detail);
    } else if !name.is_empty() && name != "UTC" && !is_zone(name) {
        zone.invalid(&format!("unknown time zone {name}"));
    }
}

fn is_zone(name: &str) -> bool {
    ZONES.lines().any(|it| it == name)
}

/// Reads a schedule: five fields, or the name of one (`cron.ParseStandard`).
fn read(text: &str) -> Result<(), String> {
    let rest = match text.strip_prefix("TZ=").or(text.strip_prefix("CRON_TZ=")) {
        Some(rest) => {
            let (zone, rest) = rest.split_once(' ').ok_or("invalid schedule format")?;
            let known = zone.is_empty() || zone == "UTC" || zone == "Local" || is_zone(zone);
            known.then_some(rest.trim()).ok_or_else(|| format!("provided bad location {zone}"))?
        }
        None => text,
    };
    if rest.starts_with('@') {
        return read_name(rest);
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields[..] else {
        return Err(format!("expected exactly 5 fields, found {}: {fields:?}", fields.len()));
    };
    read_field(minute, 0, 59, &[])?;
    read_field(hour, 0, 23, &[])?;
    read_field(day, 1, 31, &[])?;
    read_field(month, 1, 12, &MONTHS)?;
    read_field(weekday, 0, 6, &DAYS)
}

fn read_name(text: &str) -> Result<(), String> {
    const NAMES: [&str; 7] =
        ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    let known = NAMES.contains(&text) || text.strip_prefix("@every ").is_some_and(is_duration);
    if known { Ok(()) } else { Err(format!("unrecognized descriptor: {text}")) }
}

/// What `time.ParseDuration` reads: `1h30m`, `-1.5h`, `0`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let number = rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
        let digits = &rest[..rest.len() - number.len()];
        let legal = digits.bytes().any(|it| it.is_ascii_digit()) && digits.matches('.').count() < 2;
        let end = number.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(number.len());
        let unit = &number[..end];
        if !legal || !["ns", "us", "µs", "μs", "ms", "s", "m", "h"].contains(&unit) {
            return false;
        }
        rest = &number[end..];
    }
    true
}

fn read_field(text: &str, least: u64, most: u64, names: &[&str]) -> Result<(), String> {
    text.split(',')
        .filter(|it| !it.is_empty())
        .try_for_each(|it| read_range(it, least, most, names))
}

/// `*`, `1-5`, `*/15`, `mon-fri`.
fn read_range(text: &str, min: u64, max: u64, names: &[&str]) -> Result<(), String> {
    let mut parts = text.split('/');
    let range = parts.next().unwrap_or_default();
    let step = parts.next();
    if parts.next().is_some() {
        return Err(format!("too many slashes: {text}"));
    }
    let bounds: Vec<&str> = range.split('-').collect();
    let (first, mut end) = match bounds[..] {
        ["*" | "?", ..] => (min, max),
        [one] => (number(one, min, names)?, number(one, min, names)?),
        [first, end] => (number(first, min, names)?, number(end, min, names)?),
        _ => return Err(format!("too many hyphens: {text}")),
    };
    if let Some(step) = step {
        if number(step, 0, &[])? == 0 {
            return Err(format!("step of range should be a positive number: {text}"));
        }
        if bounds.len() == 1 {
            end = max;
        }
    }
    if first < min {
        return Err(format!("beginning of range ({first}) below minimum ({min}): {text}"));
    }
    if end > max {
        return Err(format!("end of range ({end}) above maximum ({max}): {text}"));
    }
    if first > end {
        return Err(format!("beginning of range ({first}) beyond end of range ({end}): {text}"));
    }
    Ok(())
}

/// A number, or a name that stands for one, counted from `first`.
fn number(text: &str, first: u64, names: &[&str]) -> Result<u64, String> {
    if let Some(at) = names.iter().position(|it| it.eq_ignore_ascii_case(text)) {
        return Ok(first + at as u64);
    }
    text.parse().map_err(|_| format!("failed to parse int from {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_as_the_server_reads_them() {
        let good = [
            "* * * * *",
            "*/5 0-6,20 ? jan-mar MON",
            "@daily",
            "@every 1h30m",
            "TZ=Europe/Berlin 0 0 * * *",
            "0 0 1,15 * *",
            "5/10 * * * *",
            "+5 * * * *",
        ];
        for it in good {
            assert_eq!(read(it), Ok(()), "{it}");
        }
        let bad = [
            "* * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "5-1 * * * *",
            "1-2-3 * * * *",
            "*/0 * * * *",
            "*/1/2 * * * *",
            "a * * * *",
            "-1 * * * *",
            "@never",
            "@every soon",
            "TZ=0",
            "TZ=Nowhere 0 0 * * *",
        ];
        for it in bad {
            assert!(read(it).is_err(), "{it}");
        }
    }

    #[test]
    fn zones_are_those_of_the_server() {
        assert!(is_zone("Europe/Berlin") && is_zone("Etc/GMT+1") && !is_zone("Mars/Base"));
        assert!(is_duration("-1.5h") && !is_duration("1") && !is_duration("1.2.3s"));
    }
}
