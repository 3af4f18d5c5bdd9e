//! Days, months and years of the proleptic Gregorian calendar, for all 64-bit seconds.

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// Seconds from 0001-01-01 to 1970-01-01, by which Go compares times.
pub(super) const SINCE_YEAR_ONE: i64 = 62_135_596_800;

/// The year, a multiple of 400, in whose March Go begins to count days.
const FIRST_YEAR: i64 = -292_277_022_400;

/// Days from then to 1970-01-01.
const BEFORE_EPOCH: i64 = days_before(1970) - days_before(FIRST_YEAR) - 60;

/// A day and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    /// From 1.
    pub(super) year_day: i64,
    /// From 0, a Sunday.
    pub(super) weekday: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
}

impl Civil {
    /// What `seconds` since 1970 are, wrapped around where Go wraps around.
    pub(super) fn of(seconds: i64) -> Self {
        let shift = BEFORE_EPOCH.wrapping_mul(DAY);
        let from_first = u128::from(seconds.wrapping_add(shift).cast_unsigned());
        let split = |by: u128| i64::try_from(by).unwrap_or_default();
        let (days, time) = (split(from_first / 86_400), split(from_first % 86_400));
        let (year, year_day) = year_of(days - BEFORE_EPOCH);
        let (month, day) = month_of(year, year_day);
        Self {
            year,
            month,
            day,
            year_day,
            // 1970-01-01 was a Thursday.
            weekday: (days - BEFORE_EPOCH + 4).rem_euclid(7),
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
        }
    }
}

/// Days since 1970-01-01 of a date whose day and month may be out of range.
pub(super) fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = year.wrapping_add((month - 1).div_euclid(12));
    let month = (month - 1).rem_euclid(12) + 1;
    let start = days_before(year).wrapping_sub(days_before(1970));
    start.wrapping_add(days_before_month(year, month)).wrapping_add(day).wrapping_sub(1)
}

/// Whether February has 29 days.
pub(super) const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the month has.
pub(super) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the year 0 to `year`.
const fn days_before(year: i64) -> i64 {
    let before = year.wrapping_sub(1);
    before
        .wrapping_mul(365)
        .wrapping_add(before.div_euclid(4))
        .wrapping_sub(before.div_euclid(100))
        .wrapping_add(before.div_euclid(400))
}

fn days_before_month(year: i64, month: i64) -> i64 {
    (1..month).map(|month| days_in(month, year)).sum()
}

/// The year of a day since 1970, and its number in it.
fn year_of(days: i64) -> (i64, i64) {
    const FOUR_CENTURIES: i64 = 146_097;
    let since_zero = days + days_before(1970) - days_before(0);
    let (cycle, in_cycle) =
        (since_zero.div_euclid(FOUR_CENTURIES), since_zero.rem_euclid(FOUR_CENTURIES));
    // An estimate that is never too high, and too low by one year at most.
    let mut year = in_cycle / 366;
    let first_day = |year: i64| days_before(year) - days_before(0);
    while first_day(year + 1) <= in_cycle {
        year += 1;
    }
    (cycle * 400 + year, in_cycle - first_day(year) + 1)
}

fn month_of(year: i64, year_day: i64) -> (i64, i64) {
    let (mut month, mut day) = (1, year_day);
    while day > days_in(month, year) {
        day -= days_in(month, year);
        month += 1;
    }
    (month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, (1970, 1, 1, 1, 4)),
            (-1, (1969, 12, 31, 365, 3)),
            (951_782_400, (2000, 2, 29, 60, 2)),
            (-SINCE_YEAR_ONE, (1, 1, 1, 1, 1)),
            (-SINCE_YEAR_ONE - 366 * DAY, (0, 1, 1, 1, 6)),
            (253_402_300_799, (9999, 12, 31, 365, 5)),
        ] {
            let it = Civil::of(seconds);
            assert_eq!((it.year, it.month, it.day, it.year_day, it.weekday), expected, "{seconds}");
            let days = days_since_epoch(it.year, it.month, it.day);
            assert_eq!(days, seconds.div_euclid(DAY), "{seconds}");
        }
    }

    #[test]
    fn seconds_far_away_wrap_as_in_go() {
        // As `time.Unix(n, 0).UTC()` prints them.
        let shown = |seconds: i64| {
            let it = Civil::of(seconds);
            format!("{}-{}-{} {}:{}:{}", it.year, it.month, it.day, it.hour, it.minute, it.second)
        };
        assert_eq!(shown(i64::MAX), "292277026596-12-4 15:30:7");
        assert_eq!(shown(i64::MIN), "292277026596-12-4 15:30:8");
    }
}
