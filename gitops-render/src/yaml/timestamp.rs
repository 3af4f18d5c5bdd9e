//! Points in time, in the four forms that go-yaml knows.

/// The time that `text` means as RFC 3339 writes it, if it means one.
///
/// The forms are those of `allowedTimestampFormats` in go-yaml's `resolve.go`: a date with short
/// fields, alone, or with a time after `T`, `t` (then with a zone) or a space (then without).
pub(super) fn rfc3339(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    let year: u16 = digits(year)?;
    let (month, rest) = short(rest.strip_prefix('-')?)?;
    let (day, rest) = short(rest.strip_prefix('-')?)?;
    if !(1..=12).contains(&month) || day == 0 || day > days(year, month) {
        return None;
    }
    let time = match rest.as_bytes().first() {
        None => "00:00:00Z".to_owned(),
        Some(b'T' | b't') => time(&rest[1..], true)?,
        Some(b' ') => time(&rest[1..], false)?,
        Some(_) => return None,
    };
    Some(format!("{year:04}-{month:02}-{day:02}T{time}"))
}

fn time(text: &str, zoned: bool) -> Option<String> {
    let (hour, rest) = short(text)?;
    let (minute, rest) = short(rest.strip_prefix(':')?)?;
    let (second, rest) = short(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (fraction, rest) = fraction(rest)?;
    let zone = match (zoned, rest) {
        (false, "") | (true, "Z") => "Z".to_owned(),
        (true, rest) => offset(rest)?,
        (false, _) => return None,
    };
    Some(format!("{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

/// The fraction of a second without trailing zeros, and what follows it.
fn fraction(text: &str) -> Option<(String, &str)> {
    let Some(rest) = text.strip_prefix(['.', ',']) else { return Some((String::new(), text)) };
    let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, rest) = rest.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let digits = digits[..digits.len().min(9)].trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    Some((format!("{point}{digits}"), rest))
}

fn offset(text: &str) -> Option<String> {
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let whole = hours.len() == 2 && minutes.len() == 2 && matches!(sign, "+" | "-");
    let (hours, minutes): (u16, u16) = (digits(hours)?, digits(minutes)?);
    match (whole && hours <= 24 && minutes < 60, hours, minutes) {
        (false, ..) => None,
        (true, 0, 0) => Some("Z".to_owned()),
        (true, ..) => Some(format!("{sign}{hours:02}:{minutes:02}")),
    }
}

/// A number of one or two digits, and what follows it.
fn short(text: &str) -> Option<(u16, &str)> {
    let length = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((digits(&text[..length])?, &text[length..]))
}

fn digits(text: &str) -> Option<u16> {
    text.bytes().all(|it| it.is_ascii_digit()).then(|| text.parse().ok())?
}

fn days(year: u16, month: u16) -> u16 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_go_are_times_and_no_other() {
        let cases = [
            ("2020-01-01", Some("2020-01-01T00:00:00Z")),
            ("2020-1-2", Some("2020-01-02T00:00:00Z")),
            ("2020-1-1 1:2:3.50", Some("2020-01-01T01:02:03.5Z")),
            ("2020-01-01T10:00:00+01:00", Some("2020-01-01T10:00:00+01:00")),
            ("2020-01-01t10:00:00,25Z", Some("2020-01-01T10:00:00.25Z")),
            ("2020-01-01T10:00:00+00:00", Some("2020-01-01T10:00:00Z")),
            ("2024-02-29", Some("2024-02-29T00:00:00Z")),
            ("2023-02-29", None),
            ("2020-01-01T10:00:00", None),
            ("2020-01-01 10:00:00Z", None),
            ("2020-01-01T24:00:00Z", None),
            ("2020-001-01", None),
            ("2020-01", None),
            ("20200101", None),
            ("202é-01-01", None),
            ("12-01-01", None),
        ];
        for (text, expected) in cases {
            assert_eq!(rfc3339(text).as_deref(), expected, "{text}");
        }
    }
}
