//! Random bytes for one call of a function.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

use crate::helm::gotemplate::Machine;

/// As many random bytes as a call needs, from 32 that the entropy of the run gave for it: the
/// digests of these and a counter.
pub(crate) struct Stream {
    start: Sha256,
    block: [u8; 32],
    used: usize,
    counter: u64,
}

impl Stream {
    /// For the call that `machine` makes now.
    pub(crate) fn of(machine: &mut Machine<'_>) -> Self {
        let mut seed = [0; 32];
        machine.random(&mut seed);
        Self::new(seed)
    }

    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { start: Sha256::new_with_prefix(seed), block: [0; 32], used: 32, counter: 0 }
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.byte();
        }
    }

    /// A number below `bound`, each as likely as the others; 0 for a bound of 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let mask = bound.max(1).checked_next_power_of_two().map_or(u64::MAX, |it| it - 1);
        loop {
            let mut bytes = [0; 8];
            let needed = usize::try_from((64 - mask.leading_zeros()).div_ceil(8)).unwrap_or(8);
            self.fill(&mut bytes[..needed]);
            let number = u64::from_le_bytes(bytes) & mask;
            if number < bound.max(1) {
                return number;
            }
        }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let block = self.start.clone().chain_update(self.counter.to_be_bytes()).finalize();
            self.block = block.into();
            self.counter += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_below_their_bound_and_reach_all_below() {
        let mut stream = Stream::new([7; 32]);
        for bound in [1, 2, 3, 10, 62, 256] {
            let mut seen = vec![false; usize::try_from(bound).unwrap()];
            for _ in 0..bound * 40 {
                seen[usize::try_from(stream.below(bound)).unwrap()] = true;
            }
            assert!(seen.iter().all(|it| *it), "{bound}");
        }
        assert_eq!(stream.below(0), 0);
        let many: Vec<u64> = (0..8).map(|_| stream.below(u64::MAX)).collect();
        assert!(many.iter().any(|it| *it > 1 << 62));
    }

    #[test]
    fn a_seed_gives_the_same_bytes_however_they_are_asked_for() {
        let (mut one, mut other) = (Stream::new([1; 32]), Stream::new([1; 32]));
        let (mut whole, mut parts) = ([0; 100], [0; 100]);
        one.fill(&mut whole);
        for part in parts.chunks_mut(7) {
            other.fill(part);
        }
        assert_eq!(whole, parts);
    }
}
