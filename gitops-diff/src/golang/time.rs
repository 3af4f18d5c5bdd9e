//! Times as `time.Parse` reads them.

/// How a time is written: to the second, with or without more digits.
pub(crate) const RFC3339: &str = "2006-01-02T15:04:05Z07:00";

/// How a time is written: to the millionth of a second, with exactly six digits.
pub(crate) const RFC3339_MICRO: &str = "2006-01-02T15:04:05.000000Z07:00";

/// Whether `text` is a time in one of the layouts above.
///
/// # Errors
/// Why it is none, in the words of Go.
pub(crate) fn check(layout: &str, text: &str) -> Result<(), String> {
    let mut reading = Reading { rest: text };
    let read = reading.time(layout == RFC3339_MICRO);
    read.map_err(|why| match why {
        Wrong::Range(what) => format!("parsing time {text:?}: {what} out of range"),
        Wrong::Element(element) => {
            let rest = reading.rest;
            format!("parsing time {text:?} as {layout:?}: cannot parse {rest:?} as {element:?}")
        }
        Wrong::Extra => format!("parsing time {text:?}: extra text: {:?}", reading.rest),
    })
}

enum Wrong {
    /// This element of the layout is not there.
    Element(&'static str),
    Range(&'static str),
    Extra,
}

struct Reading<'a> {
    rest: &'a str,
}

impl Reading<'_> {
    fn time(&mut self, to_the_millionth: bool) -> Result<(), Wrong> {
        let year = self.number(4..=4, "2006")?;
        self.literal("-")?;
        let month = self.within(1..=12, 2..=2, "01", "month")?;
        self.literal("-")?;
        let day = self.number(2..=2, "02")?;
        self.literal("T")?;
        self.within(0..=23, 1..=2, "15", "hour")?;
        self.literal(":")?;
        self.within(0..=59, 2..=2, "04", "minute")?;
        self.literal(":")?;
        self.within(0..=59, 2..=2, "05", "second")?;
        self.fraction(to_the_millionth)?;
        self.zone()?;
        if !self.rest.is_empty() {
            return Err(Wrong::Extra);
        }
        let exists = (1..=days(year, month)).contains(&day);
        if exists { Ok(()) } else { Err(Wrong::Range("day")) }
    }

    fn literal(&mut self, element: &'static str) -> Result<(), Wrong> {
        self.rest = self.rest.strip_prefix(element).ok_or(Wrong::Element(element))?;
        Ok(())
    }

    /// A number of that many digits.
    fn number(
        &mut self,
        digits: std::ops::RangeInclusive<usize>,
        element: &'static str,
    ) -> Result<u32, Wrong> {
        let found = self.digits().min(*digits.end());
        if found < *digits.start() {
            return Err(Wrong::Element(element));
        }
        let (number, rest) = self.rest.split_at(found);
        self.rest = rest;
        number.parse().map_err(|_| Wrong::Element(element))
    }

    fn within(
        &mut self,
        range: std::ops::RangeInclusive<u32>,
        digits: std::ops::RangeInclusive<usize>,
        element: &'static str,
        name: &'static str,
    ) -> Result<u32, Wrong> {
        let number = self.number(digits, element)?;
        if range.contains(&number) { Ok(number) } else { Err(Wrong::Range(name)) }
    }

    /// Digits behind the second: six, or any number of them where the layout has none.
    fn fraction(&mut self, to_the_millionth: bool) -> Result<(), Wrong> {
        const SIX: &str = ".000000";
        let behind = self.rest.strip_prefix(['.', ',']);
        let digits = behind.map_or(0, |rest| Reading { rest }.digits());
        let taken = match (digits, to_the_millionth) {
            (6.., true) => 6,
            (_, true) => return Err(Wrong::Element(SIX)),
            (0, false) => return Ok(()),
            (all, false) => all,
        };
        self.rest = &self.rest[1 + taken..];
        Ok(())
    }

    fn zone(&mut self) -> Result<(), Wrong> {
        const ZONE: &str = "Z07:00";
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(());
        }
        let wrong = |_| Wrong::Element(ZONE);
        let mut zone = Reading { rest: self.rest };
        zone.rest = zone.rest.strip_prefix(['+', '-']).ok_or(Wrong::Element(ZONE))?;
        let hour = zone.number(2..=2, ZONE).map_err(wrong)?;
        zone.literal(":").map_err(wrong)?;
        let minute = zone.number(2..=2, ZONE).map_err(wrong)?;
        self.rest = zone.rest;
        match (hour, minute) {
            (25.., _) => Err(Wrong::Range("time zone offset hour")),
            (_, 61..) => Err(Wrong::Range("time zone offset minute")),
            _ => Ok(()),
        }
    }

    fn digits(&self) -> usize {
        self.rest.bytes().take_while(u8::is_ascii_digit).count()
    }
}

fn days(year: u32, month: u32) -> u32 {
    let by = |it: u32| year.is_multiple_of(it);
    let is_leap = by(4) && (!by(100) || by(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_where_go_reads_them() {
        let to_the_second = [
            "2026-01-02T03:04:05Z",
            "2026-01-02T3:04:05Z",
            "2026-01-02T03:04:05.5Z",
            "2026-01-02T03:04:05,123456789+01:00",
            "2024-02-29T23:59:59-24:60",
        ];
        for text in to_the_second {
            assert_eq!(check(RFC3339, text), Ok(()), "{text}");
        }
        let to_the_millionth = ["2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:05.123456+01:00"];
        for text in to_the_millionth {
            assert_eq!(check(RFC3339_MICRO, text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_in_the_words_of_go() {
        let cases = [
            (
                RFC3339_MICRO,
                "",
                r#" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "" as "2006""#,
            ),
            (RFC3339_MICRO, "2026-01-02T03:04:05.000000Z-x", r#": extra text: "-x""#),
            (
                RFC3339_MICRO,
                "2026-01-02T03:04:05Z",
                r#" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000""#,
            ),
            (
                RFC3339_MICRO,
                "2026-01-02T03:04:05.1234567Z",
                r#" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "7Z" as "Z07:00""#,
            ),
            (
                RFC3339,
                "today",
                r#" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006""#,
            ),
            (RFC3339, "2026-13-02T03:04:05Z", ": month out of range"),
            (RFC3339, "2026-02-29T03:04:05Z", ": day out of range"),
            (RFC3339, "2026-02-00T03:04:05Z", ": day out of range"),
            (RFC3339, "2026-02-01T24:04:05Z", ": hour out of range"),
            (RFC3339, "2026-02-01T23:04:60Z", ": second out of range"),
            (RFC3339, "2026-02-01T23:04:05+25:00", ": time zone offset hour out of range"),
            (
                RFC3339,
                "2026-02-01t23:04:05Z",
                r#" as "2006-01-02T15:04:05Z07:00": cannot parse "t23:04:05Z" as "T""#,
            ),
            (
                RFC3339,
                "2026-02-01T23:04:05\u{e9}",
                r#" as "2006-01-02T15:04:05Z07:00": cannot parse "é" as "Z07:00""#,
            ),
        ];
        for (layout, text, why) in cases {
            assert_eq!(check(layout, text), Err(format!("parsing time {text:?}{why}")));
        }
    }
}
