//! DSA keys of 2048 bits (FIPS 186-3): nobody should use them, but charts can ask.

use crypto_bigint::Odd;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, NonZero, Resize as _, Uint};
use crypto_primes::{Flavor, is_prime};

use super::der::{integer, sequence};
use super::prime::{passes, random_prime};
use crate::helm::sprig::random::Stream;

/// 64-bit words of p.
const LARGE: usize = 32;
/// 64-bit words of q.
const SMALL: usize = 4;
const PRECISION: u32 = 2048;

/// A new key: version, p, q, g, y and x, as DER.
pub(super) fn generate(stream: &mut Stream) -> Vec<u8> {
    let q: Uint<SMALL> = random_prime(stream);
    let q = BoxedUint::from(q.to_words().to_vec()).resize(PRECISION);
    let p = modulus(stream, &q);
    let one = BoxedUint::one_with_precision(PRECISION);
    let odd = Odd::new(p.clone()).expect("because a large prime is odd");
    let params = BoxedMontyParams::new_vartime(odd);
    let order = NonZero::new(q.clone()).expect("because a prime is not zero");
    let (exponent, _) = p.wrapping_sub(&one).div_rem_vartime(&order);
    let power = |base: BoxedUint, exponent: &BoxedUint| {
        BoxedMontyForm::new(base, &params).pow(exponent).retrieve()
    };
    let mut generator = one.clone();
    let mut base = one.clone();
    while generator == one {
        base = base.wrapping_add(&one);
        generator = power(base.clone(), &exponent);
    }
    let mut bytes = [0; 40];
    stream.fill(&mut bytes);
    let random = BoxedUint::from_be_slice_vartime(&bytes).resize(PRECISION);
    let below = NonZero::new(q.wrapping_sub(&one)).expect("because a prime is not one");
    let secret = random.div_rem_vartime(&below).1.wrapping_add(&one);
    let public = power(generator.clone(), &secret);
    let number = |it: &BoxedUint| integer(&it.to_be_bytes());
    let numbers = [&p, &q, &generator, &public, &secret];
    let parts = std::iter::once(integer(&[])).chain(numbers.map(number));
    sequence(&parts.collect::<Vec<_>>())
}

/// A prime of 2048 bits of which one less is a multiple of `q`.
fn modulus(stream: &mut Stream, q: &BoxedUint) -> BoxedUint {
    let one = BoxedUint::one_with_precision(PRECISION);
    let step = q.wrapping_add(q);
    let twice = NonZero::new(step.clone()).expect("because a prime is not zero");
    loop {
        let mut bytes = [0; 256];
        stream.fill(&mut bytes);
        bytes[0] |= 0x80;
        let random = BoxedUint::from_be_slice_vartime(&bytes);
        let (_, rest) = random.div_rem_vartime(&twice);
        let candidate = random.wrapping_sub(&rest).wrapping_add(&one);
        let mut words = [0; LARGE];
        words.copy_from_slice(&candidate.as_words()[..LARGE]);
        let number = Uint::<LARGE>::from_words(words);
        let is_long = words[LARGE - 1] >> 63 == 1;
        if is_long
            && has_no_small_factor(&number)
            && passes(&number)
            && is_prime(Flavor::Any, &number)
        {
            return candidate;
        }
    }
}

/// Whether no small odd prime divides it.
fn has_no_small_factor(number: &Uint<LARGE>) -> bool {
    (3_u64..4000).step_by(2).all(|factor| {
        let rest = number
            .to_words()
            .iter()
            .rev()
            .fold(0_u128, |rest, word| (rest << 64 | u128::from(*word)) % u128::from(factor));
        rest != 0
    })
}
