//! `time.Time`.

use std::cmp::Ordering;

use super::calendar::{Civil, SINCE_YEAR_ONE};
use super::duration::Duration;
use super::zone::{Shown, Zone};

/// A moment, as clocks in a zone show it.
#[derive(Clone, Debug)]
pub(crate) struct Time {
    /// Seconds since 1970.
    pub(super) seconds: i64,
    /// Of the second, below 10^9.
    pub(super) nanos: i64,
    pub(super) zone: Zone,
    /// Whether it came from the clock: then Go shows how long the program ran.
    pub(super) is_reading: bool,
}

impl Time {
    /// The moment `seconds` after 1970, in the zone of the machine.
    pub(super) fn unix(seconds: i64) -> Self {
        Self { seconds, nanos: 0, zone: Zone::Local, is_reading: false }
    }

    /// What a clock shows that stands `nanos` after 1970.
    pub(crate) fn reading(nanos: i128) -> Self {
        let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let nanos = i64::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or_default();
        Self { seconds, nanos, zone: Zone::Local, is_reading: true }
    }

    /// The first moment of the year 1: Go's zero.
    pub(super) fn zero() -> Self {
        Self { seconds: -SINCE_YEAR_ONE, nanos: 0, zone: Zone::Utc, is_reading: false }
    }

    pub(super) fn is_zero(&self) -> bool {
        (self.seconds, self.nanos) == (-SINCE_YEAR_ONE, 0)
    }

    /// The same moment in another zone.
    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self { zone, is_reading: false, ..self.clone() }
    }

    /// What the zone shows at the moment.
    pub(super) fn shown(&self) -> Shown {
        self.zone.at(self.seconds)
    }

    /// The date and time of day in the zone.
    pub(super) fn civil(&self) -> Civil {
        Civil::of(self.seconds.wrapping_add(self.shown().offset))
    }

    pub(super) fn plus(&self, by: Duration) -> Self {
        let nanos = self.nanos + by.0 % 1_000_000_000;
        let seconds = self.seconds.wrapping_add(by.0 / 1_000_000_000);
        Self {
            seconds: seconds.wrapping_add(nanos.div_euclid(1_000_000_000)),
            nanos: nanos.rem_euclid(1_000_000_000),
            ..self.clone()
        }
    }

    /// The time from `other` to this one, at most what a duration holds.
    pub(super) fn since(&self, other: &Self) -> Duration {
        let seconds = i128::from(self.since_year_one()) - i128::from(other.since_year_one());
        let nanos = seconds * 1_000_000_000 + i128::from(self.nanos - other.nanos);
        let far = if nanos < 0 { i64::MIN } else { i64::MAX };
        Duration(i64::try_from(nanos).unwrap_or(far))
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.since_year_one(), it.nanos);
        key(self).cmp(&key(other))
    }

    /// Seconds since the year 1, wrapped around as Go's are.
    pub(super) fn since_year_one(&self) -> i64 {
        self.seconds.wrapping_add(SINCE_YEAR_ONE)
    }

    /// Down to a multiple of `unit` since the year 1.
    pub(super) fn truncated(&self, unit: Duration) -> Self {
        let time = self.without_reading();
        if unit.0 <= 0 {
            return time;
        }
        let rest = time.rest(unit);
        time.plus(Duration(-rest))
    }

    /// To the nearest multiple of `unit` since the year 1.
    pub(super) fn rounded(&self, unit: Duration) -> Self {
        let time = self.without_reading();
        if unit.0 <= 0 {
            return time;
        }
        let rest = time.rest(unit);
        let is_less = rest.cast_unsigned() * 2 < unit.0.cast_unsigned();
        time.plus(Duration(if is_less { -rest } else { unit.0 - rest }))
    }

    fn rest(&self, unit: Duration) -> i64 {
        let nanos = i128::from(self.since_year_one()) * 1_000_000_000 + i128::from(self.nanos);
        i64::try_from(nanos.rem_euclid(unit.0.into())).unwrap_or_default()
    }

    fn without_reading(&self) -> Self {
        Self { is_reading: false, ..self.clone() }
    }
}
