//! Clocks.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Clock;

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i128 {
        let nanos = |it: std::time::Duration| i128::try_from(it.as_nanos()).unwrap_or(i128::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => nanos(since),
            Err(before) => -nanos(before.duration()),
        }
    }
}

/// A clock that stands still, so that the same chart renders to the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedClock(
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub i128,
);

impl Clock for FixedClock {
    fn now(&self) -> i128 {
        self.0
    }
}
