//! Durations: `1h30m` (`time.ParseDuration`), and what OpenAPI takes for one.

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// A duration in nanoseconds; `None` for what is none.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let nanos = parts(rest)?;
    i64::try_from(if negative { -nanos } else { nanos }).ok()
}

fn parts(mut rest: &str) -> Option<i128> {
    let mut sum = 0_i128;
    loop {
        let end = rest.find(|it: char| !it.is_ascii_digit() && it != '.').filter(|it| *it > 0)?;
        let (number, after) = rest.split_at(end);
        let end = after.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        sum = sum.checked_add(times(number, i128::from(unit_of(unit)?))?)?;
        if sum > i128::from(i64::MAX) + 1 {
            return None;
        }
        if after.is_empty() {
            return Some(sum);
        }
        rest = after;
    }
}

/// `1.5` of a unit.
fn times(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let read = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse().ok() };
    // More digits than a nanosecond of an hour has say nothing.
    let fraction = &fraction[..fraction.len().min(15)];
    let scale = 10_i128.pow(u32::try_from(fraction.len()).ok()?);
    let whole: i128 = read(whole)?;
    whole.checked_mul(unit)?.checked_add(read(fraction)? * unit / scale)
}

fn unit_of(name: &str) -> Option<i64> {
    Some(match name {
        "ns" => 1,
        "us" | "µs" | "μs" => 1000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3600 * SECOND,
        _ => return None,
    })
}

/// Names of units, each with its nanoseconds; of the last ones the beginning suffices.
const UNITS: [(&[&str], &str, i64); 8] = [
    (&["ns"], "nano", 1),
    (&["us", "µs"], "micro", 1000),
    (&["ms"], "milli", 1_000_000),
    (&["s"], "sec", SECOND),
    (&["m"], "min", 60 * SECOND),
    (&["h", "hr"], "hour", 3600 * SECOND),
    (&["d"], "day", DAY),
    (&["w", "wk"], "week", 7 * DAY),
];

/// A duration as the format `duration` of OpenAPI takes it, in nanoseconds: also `2 days`.
pub(crate) fn lenient_duration(text: &str) -> Option<i64> {
    if let Some(nanos) = duration(text) {
        return Some(nanos);
    }
    let (mut sum, mut any, mut rest) = (0_i64, false, text);
    while let Some(start) = rest.find(|it: char| it.is_ascii_digit()) {
        rest = &rest[start..];
        let (number, after) = rest.split_at(span(rest, |it| it.is_ascii_digit()));
        let after = after.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
        let (unit, after) = after.split_at(span(after, |it| it.is_ascii_alphabetic() || it == 'µ'));
        rest = after;
        if unit.is_empty() {
            continue;
        }
        let (number, unit) = (number.parse::<i64>().ok()?, unit.to_lowercase());
        for (names, beginning, nanos) in UNITS {
            if names.contains(&unit.as_str()) || unit.starts_with(beginning) {
                any = true;
                sum = sum.wrapping_add(number.wrapping_mul(nanos));
            }
        }
    }
    any.then_some(sum)
}

fn span(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|it| !of(it)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_in_go() {
        let cases = [
            ("0", Some(0)),
            ("5s", Some(5 * SECOND)),
            ("1h30m", Some(5400 * SECOND)),
            ("-1.5h", Some(-5400 * SECOND)),
            ("+.5s", Some(SECOND / 2)),
            ("1µs", Some(1000)),
            ("9223372036854775807ns", Some(i64::MAX)),
            ("9223372036854775808ns", None),
            ("", None),
            ("3", None),
            ("-", None),
            (".s", None),
            ("1.2.3s", None),
            ("1d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn the_format_takes_more() {
        let cases = [
            ("1 day", Some(DAY)),
            ("2 weeks 3d", Some(17 * DAY)),
            ("7 Hrs", None),
            ("7 hr", Some(7 * 3600 * SECOND)),
            ("1 fortnight", None),
            ("soon", None),
        ];
        for (text, expected) in cases {
            assert_eq!(lenient_duration(text), expected, "{text}");
        }
    }
}
