//! Processor time, and the least of many rounds: what stays the same on a machine with other load.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The processor time that this thread has used, in nanoseconds; on systems that do not say, the
/// time that passed.
pub fn processor_nanos() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|it| it.split_whitespace().next()?.parse().ok());
    told.unwrap_or_else(|| {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e9
    })
}

/// The nanoseconds that one run takes: the least of the rounds that fit into `budget`, each long
/// enough to be measured.
pub fn nanos<T>(budget: Duration, mut run: impl FnMut() -> T) -> f64 {
    const ROUND: f64 = 1e6;
    let mut best = f64::INFINITY;
    let mut times = 1_u32;
    let start = Instant::now();
    loop {
        let before = processor_nanos();
        for _ in 0..times {
            black_box(run());
        }
        let took = processor_nanos() - before;
        best = best.min(took / f64::from(times));
        if start.elapsed() >= budget {
            return best;
        }
        if took < ROUND {
            times = times.saturating_mul(2);
        }
    }
}

/// The nanoseconds that one run takes, once.
pub fn once<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let before = processor_nanos();
    let value = black_box(run());
    (processor_nanos() - before, value)
}
