//! When to run next.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::report::{Conclusion, Report, Trigger};
use crate::{ErrorClass, Options};

/// Says when to run next, by what the last run found.
#[derive(Debug)]
pub(crate) struct Schedule {
    entropy: StdRng,
    failures: u32,
}

impl Schedule {
    pub(crate) fn new(seed: u64) -> Self {
        Self { entropy: StdRng::seed_from_u64(seed), failures: 0 }
    }

    /// How long to wait after `report`, and why the next run runs.
    pub(crate) fn next(&mut self, report: &Report, options: &Options) -> (Duration, Trigger) {
        let asked = match (report.class(), report.conclusion) {
            (Some(ErrorClass::Retry(asked)), _) => asked,
            (_, Conclusion::Pending) => None,
            _ => {
                self.failures = 0;
                return (self.jitter(options.interval, options), Trigger::Interval);
            }
        };
        let doubled = options.backoff.first.saturating_mul(1 << self.failures.min(20));
        self.failures = self.failures.saturating_add(1);
        let wait = self.jitter(doubled.min(options.backoff.most).min(options.interval), options);
        let asked = asked.unwrap_or_default().min(options.backoff.most_asked);
        (wait.max(asked), Trigger::Retry)
    }

    /// `time`, up to the set percentage shorter or longer.
    fn jitter(&mut self, time: Duration, options: &Options) -> Duration {
        let share = f64::from(options.jitter_percent) / 100.0;
        time.mul_f64(1.0 + self.entropy.random_range(-1.0..=1.0) * share)
    }
}
