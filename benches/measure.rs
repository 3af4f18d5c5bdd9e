//! The least of many rounds, and processor time: what stays the same on a machine with other load.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The processor time that this thread has used, in nanoseconds, told each few milliseconds; on
/// systems that do not say, the time that passed.
pub fn processor_nanos() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|it| it.split_whitespace().next()?.parse().ok());
    told.unwrap_or_else(|| {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e9
    })
}

/// The nanoseconds that one run takes: the least of the rounds that fit into `budget`, each so
/// short that other programs seldom come between.
pub fn nanos<T>(budget: Duration, mut run: impl FnMut() -> T) -> f64 {
    const ROUND: f64 = 5e4;
    let mut best = f64::INFINITY;
    let mut times = 1_u32;
    let start = Instant::now();
    loop {
        let before = Instant::now();
        for _ in 0..times {
            black_box(run());
        }
        let took = before.elapsed().as_secs_f64() * 1e9;
        best = best.min(took / f64::from(times));
        if start.elapsed() >= budget {
            return best;
        }
        if took < ROUND {
            times = times.saturating_mul(2);
        }
    }
}

/// The nanoseconds of processor time that one run takes, once; for runs of many milliseconds.
pub fn once<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let before = processor_nanos();
    let value = black_box(run());
    (processor_nanos() - before, value)
}
