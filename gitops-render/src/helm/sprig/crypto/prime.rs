//! Large primes.

use crypto_bigint::Uint;
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};

use crate::helm::sprig::random::Stream;

/// A prime of `LIMBS` times 64 bits whose two highest bits are set.
pub(super) fn random_prime<const LIMBS: usize>(stream: &mut Stream) -> Uint<LIMBS>
where
    Uint<LIMBS>: crypto_bigint::UnsignedWithMontyForm + crypto_bigint::RandomMod,
{
    let factory = SmallFactorsSieveFactory::new(Flavor::Any, Uint::<LIMBS>::BITS, SetBits::TwoMsb);
    let factory = factory.expect("because primes of so many bits exist");
    let found = sieve_and_find(stream, factory, |_, candidate: &Uint<LIMBS>| {
        passes(candidate) && is_prime(Flavor::Any, candidate)
    });
    found.expect("because bytes never end").expect("because candidates never end")
}

/// Whether an odd number with its highest bit set passes Fermat's test to the base 2. Nearly all
/// that pass are primes; those that fail, which are most candidates, are none.
pub(super) fn passes<const LIMBS: usize>(candidate: &Uint<LIMBS>) -> bool {
    let modulus = candidate.to_words();
    let inverse = inverse_of_word(modulus[0]).wrapping_neg();
    // The number one in Montgomery's form: 2^(64 · LIMBS) less the modulus.
    let one = minus(&[0; LIMBS], &modulus);
    let mut power = one;
    for bit in (0..Uint::<LIMBS>::BITS as usize).rev() {
        power = square(&power, &modulus, inverse);
        let exponent = modulus[bit / 64] & if bit < 64 { !1 } else { u64::MAX };
        if exponent >> (bit % 64) & 1 == 1 {
            power = double(&power, &modulus);
        }
    }
    power == one
}

/// The inverse of an odd number modulo 2^64, by Newton's method.
fn inverse_of_word(odd: u64) -> u64 {
    let mut inverse = odd;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}

/// `a + b · c + carry`, as its low and high word.
fn multiply_add(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
    let sum = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(carry);
    #[expect(clippy::cast_possible_truncation, reason = "the words are what is wanted")]
    (sum as u64, (sum >> 64) as u64)
}

/// The square of a number in Montgomery's form.
fn square<const LIMBS: usize>(
    number: &[u64; LIMBS],
    modulus: &[u64; LIMBS],
    inverse: u64,
) -> [u64; LIMBS] {
    let (mut sum, mut over) = ([0; LIMBS], 0);
    for &word in number {
        let mut carry = 0;
        for (sum, &other) in sum.iter_mut().zip(number) {
            (*sum, carry) = multiply_add(*sum, word, other, carry);
        }
        let (high, is_over) = carry.overflowing_add(over);
        let factor = sum[0].wrapping_mul(inverse);
        let (_, mut carry) = multiply_add(sum[0], factor, modulus[0], 0);
        for at in 1..LIMBS {
            (sum[at - 1], carry) = multiply_add(sum[at], factor, modulus[at], carry);
        }
        let (high, is_over_too) = high.overflowing_add(carry);
        sum[LIMBS - 1] = high;
        over = u64::from(is_over) + u64::from(is_over_too);
    }
    reduced(&sum, over > 0, modulus)
}

fn double<const LIMBS: usize>(number: &[u64; LIMBS], modulus: &[u64; LIMBS]) -> [u64; LIMBS] {
    let mut doubled = [0; LIMBS];
    let mut carry = 0;
    for (doubled, word) in doubled.iter_mut().zip(number) {
        *doubled = word << 1 | carry;
        carry = word >> 63;
    }
    reduced(&doubled, carry > 0, modulus)
}

/// Below the modulus, of a number below twice as much.
fn reduced<const LIMBS: usize>(
    number: &[u64; LIMBS],
    is_over: bool,
    modulus: &[u64; LIMBS],
) -> [u64; LIMBS] {
    let is_below = number.iter().rev().lt(modulus.iter().rev());
    if is_below && !is_over { *number } else { minus(number, modulus) }
}

fn minus<const LIMBS: usize>(number: &[u64; LIMBS], other: &[u64; LIMBS]) -> [u64; LIMBS] {
    let (mut difference, mut borrow) = ([0; LIMBS], false);
    for (at, difference) in difference.iter_mut().enumerate() {
        let (part, first) = number[at].overflowing_sub(other[at]);
        let (part, second) = part.overflowing_sub(u64::from(borrow));
        (*difference, borrow) = (part, first || second);
    }
    difference
}

#[cfg(test)]
mod tests {
    use crypto_bigint::U128;

    use super::*;

    #[test]
    fn fermats_test_tells_primes_from_most_others() {
        // 2^128 - 159 and 2^128 - 173 are the two largest primes of so many bits.
        for (below, expected) in
            [(159_u128, true), (173, true), (1, false), (3, false), (161, false)]
        {
            let number = U128::from_u128(u128::MAX - (below - 1));
            assert_eq!(passes(&number), expected, "2^128 - {below}");
        }
    }

    #[test]
    fn primes_are_primes_of_full_length() {
        let prime: Uint<8> = random_prime(&mut Stream::new([3; 32]));
        assert!(is_prime(Flavor::Any, &prime));
        assert_eq!(prime.to_words()[7] >> 62, 3);
        assert_eq!(prime, random_prime(&mut Stream::new([3; 32])));
    }
}
