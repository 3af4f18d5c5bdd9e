//! Sources of random bytes.

use std::fmt;

use sha2::{Digest, Sha256};

use super::Entropy;

/// The random bytes of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8], _: (&str, &str), _: &str, _: u64) {
        getrandom::fill(bytes).expect("because operating systems that run this have random bytes");
    }
}

/// Bytes that nobody can guess without the seed, and that stay the same from render to render:
/// they depend on the seed, the release, its namespace, the template and how often it asked.
///
/// With it a chart that makes passwords or certificates gives the same ones each time. Keep the
/// seed as safe as what is made from it.
#[derive(Clone)]
pub struct SeededEntropy {
    seed: [u8; 32],
}

impl SeededEntropy {
    /// From a seed of any length; one shorter than 16 random bytes can be guessed.
    pub fn new(seed: &[u8]) -> Self {
        Self { seed: Sha256::digest(seed).into() }
    }
}

/// Without the seed, but with a mark that tells it from others: the fingerprint of a renderer is
/// made of what its options print.
impl fmt::Debug for SeededEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = Sha256::new_with_prefix(b"mark of a seed").chain_update(self.seed).finalize();
        let mark = mark.iter().take(8).fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte));
        f.debug_struct("SeededEntropy").field("mark", &format_args!("{mark:016x}")).finish()
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8], release: (&str, &str), template: &str, call: u64) {
        let mut start = Sha256::new_with_prefix(self.seed);
        for part in [release.0, release.1, template] {
            start.update((part.len() as u64).to_be_bytes());
            start.update(part);
        }
        start.update(call.to_be_bytes());
        for (number, block) in (0_u64..).zip(bytes.chunks_mut(32)) {
            let random = start.clone().chain_update(number.to_be_bytes()).finalize();
            block.copy_from_slice(&random[..block.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_bytes_depend_on_all_that_asks_for_them() {
        let fill = |seed: &str, release, template, call| {
            let mut bytes = [0; 40];
            SeededEntropy::new(seed.as_bytes()).fill(&mut bytes, release, template, call);
            bytes
        };
        let all = [
            fill("a", ("ns", "web"), "t.yaml", 0),
            fill("b", ("ns", "web"), "t.yaml", 0),
            fill("a", ("ns", "we"), "bt.yaml", 0),
            fill("a", ("nsw", "eb"), "t.yaml", 0),
            fill("a", ("ns", "web"), "u.yaml", 0),
            fill("a", ("ns", "web"), "t.yaml", 1),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|other| one != other), "{at}");
        }
        assert_eq!(all[0], fill("a", ("ns", "web"), "t.yaml", 0));
        assert_ne!(all[0][..8], all[0][32..]);
    }

    #[test]
    fn the_bytes_of_the_system_differ() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemEntropy.fill(&mut one, ("", ""), "", 0);
        SystemEntropy.fill(&mut other, ("", ""), "", 0);
        assert_ne!(one, other);
    }

    #[test]
    fn the_seed_is_not_shown() {
        let shown = |seed: &[u8]| format!("{:?}", SeededEntropy::new(seed));
        assert_eq!(shown(b"secret"), "SeededEntropy { mark: 446e45528925586d }");
        assert_ne!(shown(b"secret"), shown(b"another"));
    }
}
