//! RSA keys (RFC 8017).

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, NonZero, Odd, Resize as _, Uint};
use sha2::{Digest, Sha256};

use super::der::{integer, null, oid, sequence};
use super::prime::random_prime;
use crate::helm::sprig::random::Stream;

const EXPONENT: u64 = 65_537;

/// A private key. The numbers are bytes, the highest first.
#[derive(Clone, Debug)]
pub(super) struct RsaKey {
    modulus: Vec<u8>,
    public: Vec<u8>,
    private: Vec<u8>,
    /// p, q, d mod p-1, d mod q-1, q^-1 mod p.
    others: [Vec<u8>; 5],
}

impl RsaKey {
    /// A new key of twice `LIMBS` times 64 bits.
    pub(super) fn generate<const LIMBS: usize>(stream: &mut Stream) -> Self
    where
        Uint<LIMBS>: crypto_bigint::UnsignedWithMontyForm + crypto_bigint::RandomMod,
    {
        loop {
            let [p, q] = std::array::from_fn(|_| {
                BoxedUint::from(random_prime::<LIMBS>(stream).to_words().to_vec())
            });
            let (p, q) = if p < q { (q, p) } else { (p, q) };
            if let Some(key) = Self::of_primes(&p, &q) {
                return key;
            }
        }
    }

    /// The key of two primes; none where they do not fit the exponent.
    fn of_primes(p: &BoxedUint, q: &BoxedUint) -> Option<Self> {
        let one = BoxedUint::one_with_precision(p.bits_precision());
        let (p_less, q_less) = (p.wrapping_sub(&one), q.wrapping_sub(&one));
        let common = NonZero::new(gcd(&p_less, &q_less)).into_option()?;
        let totient = p_less.concatenating_mul(&q_less);
        let (totient, _) = totient.div_rem_vartime(&common.resize(totient.bits_precision()));
        let odd_p = Odd::new(p.clone()).into_option()?;
        // The inverse of a prime modulo another, by Fermat's little theorem.
        let params = BoxedMontyParams::new_vartime(odd_p);
        let q_form = BoxedMontyForm::new(q.clone(), &params);
        let two = one.wrapping_add(&one);
        let q_inverse = q_form.pow(&p.wrapping_sub(&two)).retrieve();
        Some(Self {
            modulus: bytes(&p.concatenating_mul(q)),
            public: EXPONENT.to_be_bytes().to_vec(),
            private: bytes(&inverse_of_exponent(&totient)?),
            others: [
                bytes(p),
                bytes(q),
                bytes(&inverse_of_exponent(&p_less)?),
                bytes(&inverse_of_exponent(&q_less)?),
                bytes(&q_inverse),
            ],
        })
    }

    /// From PKCS #1.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let key = pkcs1::RsaPrivateKeyRef::try_from(der).ok()?;
        let numbers = [key.prime1, key.prime2, key.exponent1, key.exponent2, key.coefficient];
        let modulus = key.modulus.as_bytes().to_vec();
        // Larger ones would take long to sign with.
        let is_odd = modulus.last().is_some_and(|last| last % 2 == 1);
        (is_odd && modulus.len() <= 2048).then(|| Self {
            modulus,
            public: key.public_exponent.as_bytes().to_vec(),
            private: key.private_exponent.as_bytes().to_vec(),
            others: numbers.map(|number| number.as_bytes().to_vec()),
        })
    }

    /// As PKCS #1.
    pub(super) fn to_der(&self) -> Vec<u8> {
        let mut parts = vec![integer(&[]), integer(&self.modulus), integer(&self.public)];
        parts.push(integer(&self.private));
        parts.extend(self.others.iter().map(|number| integer(number)));
        sequence(&parts)
    }

    /// The public half, as certificates hold it: algorithm and key.
    pub(super) fn public(&self) -> (Vec<u8>, Vec<u8>) {
        let algorithm = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
        let key = sequence(&[integer(&self.modulus), integer(&self.public)]);
        (sequence(&[oid(&algorithm), null()]), key)
    }

    /// The signature of `message` (PKCS #1 v1.5 with SHA-256); none where the key is too short.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        const PREFIX: [u8; 19] = [
            0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ];
        let digest = Sha256::digest(message);
        let length = self.modulus.len() - self.modulus.iter().take_while(|it| **it == 0).count();
        let padding = length.checked_sub(3 + PREFIX.len() + digest.len()).filter(|it| *it >= 8)?;
        let padded = [&[0, 1][..], &vec![0xFF; padding], &[0], &PREFIX, &digest].concat();
        let precision = u32::try_from(length * 8).ok()?;
        let number = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|it| **it == 0).count();
            BoxedUint::from_be_slice(&bytes[zeros..], precision).ok()
        };
        let modulus = Odd::new(number(&self.modulus)?).into_option()?;
        let params = BoxedMontyParams::new_vartime(modulus);
        let signed = BoxedMontyForm::new(number(&padded)?, &params).pow(&number(&self.private)?);
        let signed = signed.retrieve().to_be_bytes();
        Some(signed[signed.len() - length..].to_vec())
    }
}

/// Without zeros in front.
fn bytes(number: &BoxedUint) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes[zeros..].to_vec()
}

fn gcd(one: &BoxedUint, other: &BoxedUint) -> BoxedUint {
    let (mut one, mut other) = (one.clone(), other.clone());
    while let Some(divisor) = NonZero::new(other.clone()).into_option() {
        let (_, rest) = one.div_rem_vartime(&divisor);
        (one, other) = (other, rest);
    }
    one
}

/// The inverse of the public exponent e modulo `modulus`: (1 + k · modulus) / e for the one k
/// below e that makes it whole.
fn inverse_of_exponent(modulus: &BoxedUint) -> Option<BoxedUint> {
    let precision = modulus.bits_precision() + 64;
    let modulus = modulus.resize(precision);
    let small = |number: u64| BoxedUint::from(number).resize(precision);
    let exponent = NonZero::new(small(EXPONENT)).into_option()?;
    let (_, rest) = modulus.div_rem_vartime(&exponent);
    let rest = u128::from(rest.as_words().first().copied()?);
    // The exponent is prime, so a power of the rest is its inverse.
    let (mut inverse, mut base, mut left) = (1_u128, rest, EXPONENT - 2);
    while left > 0 {
        if left & 1 == 1 {
            inverse = inverse * base % u128::from(EXPONENT);
        }
        base = base * base % u128::from(EXPONENT);
        left >>= 1;
    }
    let factor = u64::try_from(u128::from(EXPONENT) - inverse).ok().filter(|_| rest != 0)?;
    let product = modulus.wrapping_mul(small(factor)).wrapping_add(small(1));
    Some(product.div_rem_vartime(&exponent).0)
}
