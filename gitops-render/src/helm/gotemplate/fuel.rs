//! What a run may still use up.

use super::{Fault, HelmLimits};
use crate::helm::watch::Watch;

/// Steps between two looks at the clock: less than a millisecond.
const SLICE: u64 = 4096;

/// Bytes between two looks at the clock, as a power of two.
const SLICE_BITS: u32 = 20;

/// What a run may still use up. A look at the clock costs more than a step, so that steps are
/// taken out of a slice, and the clock is asked between two slices.
#[derive(Debug)]
pub(crate) struct Fuel {
    limits: HelmLimits,
    watch: Watch,
    /// Steps up to the next look at the clock, and those behind it.
    slice: u64,
    steps: u64,
    bytes: u64,
    /// Templates that run inside one another.
    depth: u64,
}

impl Fuel {
    pub(in crate::helm) fn new(limits: HelmLimits, watch: Watch) -> Self {
        Self { watch, slice: 0, steps: limits.steps, bytes: limits.bytes, depth: 0, limits }
    }

    /// Accounts for steps.
    pub(super) fn step(&mut self, count: u64) -> Result<(), Fault> {
        match self.slice.checked_sub(count) {
            Some(left) => {
                self.slice = left;
                Ok(())
            }
            None => self.refill(count),
        }
    }

    /// Accounts for steps of which the slice has too few, and takes another slice.
    #[cold]
    fn refill(&mut self, count: u64) -> Result<(), Fault> {
        let left = (self.slice + self.steps).checked_sub(count).ok_or_else(|| {
            Fault::limit("the number of steps", self.limits.steps, "HelmLimits::steps")
        })?;
        self.slice = left.min(SLICE);
        self.steps = left - self.slice;
        Ok(self.watch.check()?)
    }

    /// Accounts for bytes.
    pub(super) fn charge(&mut self, count: usize) -> Result<(), Fault> {
        let left = self.bytes.checked_sub(count as u64).ok_or_else(|| {
            let most = self.limits.bytes;
            Fault::limit("what templates and functions make, in bytes,", most, "HelmLimits::bytes")
        })?;
        let other_slice = (self.bytes ^ left) >> SLICE_BITS != 0;
        self.bytes = left;
        if other_slice { Ok(self.watch.check()?) } else { Ok(()) }
    }

    /// How many bytes may still be made.
    pub(super) fn room(&self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }

    /// Accounts for a template that starts to run inside another one.
    pub(super) fn descend(&mut self) -> Result<(), Fault> {
        if !self.can_descend() {
            let most = self.limits.depth;
            let what = "the depth of templates inside one another";
            return Err(Fault::limit(what, most, "HelmLimits::depth"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Whether a template may run inside those that do.
    pub(super) fn can_descend(&self) -> bool {
        self.depth < self.limits.depth
    }

    /// The innermost template has run.
    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Stop;

    fn fuel(steps: u64, watch: Watch) -> Fuel {
        Fuel::new(HelmLimits { steps, ..HelmLimits::default() }, watch)
    }

    #[test]
    fn steps_last_as_long_as_the_limit_says_however_they_are_taken() {
        for count in [1, 7, 4095, 4096, 4097, 20_000] {
            let mut fuel = fuel(20_000, Watch::default());
            let taken = (0..20_001).take_while(|_| fuel.step(count).is_ok()).count();
            assert_eq!(taken as u64, 20_000 / count, "{count} at once");
        }
    }

    #[test]
    fn a_run_ends_between_slices_when_its_time_is_over_or_it_is_stopped() {
        let stop = Stop::default();
        let mut stopped = fuel(1_000_000, Watch::new(stop.clone(), None));
        assert_eq!(stopped.step(1), Ok(()));
        stop.stop();
        assert_eq!(stopped.step(SLICE), Ok(()));
        assert!(stopped.step(1).is_err());
        assert!(stopped.charge(1 << SLICE_BITS).is_err());

        let over = || fuel(1_000_000, Watch::new(Stop::default(), Some(Duration::ZERO)));
        let limit = Fault::limit("the time of a render, in milliseconds,", 0, "HelmLimits::time");
        assert_eq!(over().step(1), Err(limit.clone()));
        assert_eq!(over().charge(2 << SLICE_BITS), Err(limit));
    }
}
