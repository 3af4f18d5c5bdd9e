//! When a render has to end.

use std::time::{Duration, Instant};

use super::gotemplate::Limit;
use crate::Stop;

/// Looks whether the result of a render is still wanted, and at the clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    stop: Stop,
    /// The end, and how long the render may take up to it.
    until: Option<(Instant, Duration)>,
}

impl Watch {
    /// From now on for `time`; without end where there is none.
    pub(super) fn new(stop: Stop, time: Option<Duration>) -> Self {
        let until = time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        Self { stop, until }
    }

    /// Goes on, unless the render has to end.
    ///
    /// # Errors
    /// A limit, too where somebody stopped the render, which has no use for what it says.
    pub(super) fn check(&self) -> Result<(), Limit> {
        if self.stop.is_stopped() {
            return Err(Limit::new("a render that was stopped", 0, "Input::stop"));
        }
        match self.until {
            Some((until, time)) if Instant::now() >= until => {
                let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                Err(Limit::new("the time of a render, in milliseconds,", time, "HelmLimits::time"))
            }
            _ => Ok(()),
        }
    }
}
