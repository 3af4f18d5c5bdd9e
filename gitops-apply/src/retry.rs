//! When a call that failed is tried again: few attempts, jittered, within a budget that all
//! calls share.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tower::retry::budget::{Budget, TpsBudget};

/// How often and when calls are tried again.
#[derive(Clone, Debug)]
pub struct RetryOptions {
    /// The most attempts of one call, the first included.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with every further one.
    pub pause: Duration,
    /// The longest pause at all. Where the target asks for more (`Retry-After`), the call is not
    /// tried again and the wish handed on in [`ApplyError::Unavailable`](crate::ApplyError).
    pub longest_pause: Duration,
    /// How many calls in a hundred may be second attempts, of all within ten seconds: a target
    /// in trouble is not loaded further.
    pub budget_percent: u8,
    /// Second attempts a second that are allowed whatever the budget says.
    pub floor_per_second: u32,
    /// Where the randomness of pauses comes from.
    pub jitter: Jitter,
}

/// A source of fractions from 0 up to 1, injected so that pauses can be repeated in tests.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            attempts: 4,
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
            budget_percent: 20,
            floor_per_second: 2,
            jitter: Jitter::default(),
        }
    }
}

impl Jitter {
    /// Fractions that `next` gives.
    pub fn new(next: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    /// The sequence of fractions that belongs to `seed` (`SplitMix64`).
    pub fn seeded(seed: u64) -> Self {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = AtomicU64::new(seed);
        Self::new(move || mixed(state.fetch_add(GAMMA, Ordering::Relaxed).wrapping_add(GAMMA)))
    }

    fn next(&self) -> f64 {
        (self.0)().clamp(0.0, 1.0)
    }
}

impl Default for Jitter {
    /// A sequence that nobody can foresee.
    fn default() -> Self {
        Self::seeded(RandomState::new().hash_one(()))
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
    }
}

/// The finaliser of `SplitMix64`; the upper 32 bits as a fraction.
fn mixed(state: u64) -> f64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

/// Options and the budget that is left.
pub(crate) struct Retries {
    options: RetryOptions,
    budget: TpsBudget,
}

impl Retries {
    pub(crate) fn new(options: RetryOptions) -> Self {
        let share = f32::from(options.budget_percent) / 100.0;
        let floor = options.floor_per_second.min(1_000_000);
        Self { budget: TpsBudget::new(Duration::from_secs(10), floor, share), options }
    }

    /// Counts a new call, which earns its share of a second attempt.
    pub(crate) fn deposit(&self) {
        self.budget.deposit();
    }

    /// The pause after the failed attempt number `attempt` (from 1), if there is to be another
    /// one; `wish` is the target's Retry-After.
    pub(crate) fn pause(&self, attempt: u32, wish: Option<Duration>) -> Option<Duration> {
        let options = &self.options;
        let wish = wish.unwrap_or_default();
        if attempt >= options.attempts || wish > options.longest_pause || !self.budget.withdraw() {
            return None;
        }
        let doubled = options.pause.saturating_mul(1 << (attempt - 1).min(20));
        // Between half and the whole, so that clients that failed together do not return together.
        let jittered =
            doubled.min(options.longest_pause).mul_f64(0.5 + options.jitter.next() / 2.0);
        Some(wish.max(jittered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retries(attempts: u32, floor_per_second: u32) -> Retries {
        let jitter = Jitter::new(|| 1.0);
        Retries::new(RetryOptions { attempts, floor_per_second, jitter, ..RetryOptions::default() })
    }

    #[tokio::test]
    async fn pauses_double_up_to_the_longest_and_obey_the_target() {
        let retries = retries(9, 2);
        let ms = |attempt, wish| retries.pause(attempt, wish).map(|it: Duration| it.as_millis());
        assert_eq!(ms(1, None), Some(250));
        assert_eq!(ms(2, None), Some(500));
        assert_eq!(ms(8, None), Some(10_000), "the longest");
        assert_eq!(ms(9, None), None, "the last attempt");
        assert_eq!(ms(1, Some(Duration::from_secs(7))), Some(7_000), "as the target wishes");
        assert_eq!(ms(1, Some(Duration::from_secs(11))), None, "the target wishes too much");
    }

    #[tokio::test(start_paused = true)]
    async fn second_attempts_stay_within_their_share_of_all_calls() {
        let retries = retries(4, 0);
        let granted = (0..1000).filter(|_| {
            retries.deposit();
            retries.pause(1, None).is_some()
        });
        assert_eq!(granted.count(), 200);
    }

    #[test]
    fn a_seed_gives_its_sequence_and_all_of_it_lies_between_0_and_1() {
        let (one, two) = (Jitter::seeded(7), Jitter::seeded(7));
        let draws: Vec<f64> = (0..1000).map(|_| one.next()).collect();
        assert!(draws.iter().all(|it| (0.0..=1.0).contains(it)));
        assert!(draws.iter().any(|it| *it < 0.1) && draws.iter().any(|it| *it > 0.9));
        assert_eq!(draws, (0..1000).map(|_| two.next()).collect::<Vec<_>>());
    }
}
