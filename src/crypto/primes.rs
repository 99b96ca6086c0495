//! Primes for RSA after FIPS 186-5, appendix A.1.3: each candidate drawn afresh, none reached by walking.

use std::num::NonZeroU32;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, CtAssign, Limb, MontyForm, MontyMultiplier, NonZero, Odd};
use crypto_primes::Flavor;
use crypto_primes::fips::{self, FipsOptions};
use crypto_primes::hazmat::{SetBits, random_odd_integer};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::small_factors;

/// The public exponent of every pair made here.
pub(super) const EXPONENT: u32 = 65537;

/// The error bound for primes of `bits` bits, as a power of two: at least the strength of the modulus
/// (FIPS 186-5, appendix B.3, tables B.1 and C.3 of its error estimates).
const fn error_bound(bits: u32) -> u32 {
    if bits >= 2048 { 144 } else { 128 }
}

/// Draws candidates of `bits` bits with both top bits set until one is prime and `gcd(e, p - 1) = 1`.
///
/// Both top bits make p and q at least √2 · 2^(bits - 1), and the product exactly twice as long.
/// Returns `None` as soon as `stop` says so. Rejected candidates are wiped.
pub(super) fn find(
    bits: NonZeroU32,
    rng: &mut dyn CryptoRng,
    stop: &dyn Fn() -> bool,
) -> Option<Zeroizing<BoxedUint>> {
    while !stop() {
        let candidate = random_odd_integer::<BoxedUint, _>(rng, bits, SetBits::TwoMsb).ok()?;
        let candidate = Zeroizing::new(candidate.get());
        if is_prime(&candidate, bits.get(), rng) {
            return Some(candidate);
        }
    }
    None
}

fn is_prime(candidate: &BoxedUint, bits: u32, rng: &mut dyn CryptoRng) -> bool {
    // Cheap refusals first; they only ever refuse.
    if small_factors::has_small_factor(candidate) || !exponent_fits(candidate) {
        return false;
    }
    let Some(odd) = Odd::new(candidate.clone()).into_option() else {
        return false;
    };
    if !passes_base_two(&odd) {
        return false;
    }
    // The verdict: random bases to the error bound, and a Lucas test on top.
    FipsOptions::with_error_bound(bits, error_bound(bits)).is_some_and(|options| {
        fips::is_prime(rng, Flavor::Any, candidate, options.with_lucas_test())
    })
}

/// One Miller-Rabin round to the base two, by squaring and doubling: a doubling costs a tenth of the multiplications
/// that any other base needs.
///
/// A filter ahead of the rounds that count. It refuses what `MillerRabin::test_base_two` refuses, and takes the same
/// steps for every candidate with as many trailing zeros in p - 1.
fn passes_base_two(candidate: &Odd<BoxedUint>) -> bool {
    let params = BoxedMontyParams::new_vartime(candidate.clone());
    let one = Zeroizing::new(BoxedMontyForm::one(&params));
    let minus_one = Zeroizing::new(-&*one);
    // p - 1 = 2^s * d with d odd.
    let even = Zeroizing::new(candidate.wrapping_sub(Limb::ONE));
    let s = even.trailing_zeros_vartime();
    let mut power = Zeroizing::new((*one).clone());
    let mut multiplier = <BoxedMontyForm as MontyForm>::Multiplier::from(&params);
    for bit in (s..candidate.bits_precision()).rev() {
        MontyMultiplier::square_assign(&mut multiplier, &mut power);
        let doubled = Zeroizing::new(power.double());
        power.ct_assign(&doubled, even.bit(bit));
    }
    if *power == *one || *power == *minus_one {
        return true;
    }
    for _ in 1..s {
        *power = power.square();
        if *power == *minus_one {
            return true;
        }
    }
    false
}

/// Whether `gcd(e, p - 1) = 1`; e is prime, so p - 1 must not be a multiple of it.
fn exponent_fits(candidate: &BoxedUint) -> bool {
    NonZero::new(Limb::from(EXPONENT))
        .into_option()
        .is_some_and(|e| candidate.rem_limb(e) != Limb::ONE)
}

/// Whether |p - q| > 2^(bits - 100), `bits` being the length of one prime (A.1.3, step 5.4; the difference
/// would otherwise let the modulus be factored by Fermat's method).
pub(super) fn far_apart(p: &BoxedUint, q: &BoxedUint, bits: u32) -> bool {
    let (large, small) = if p > q { (p, q) } else { (q, p) };
    let difference = Zeroizing::new(large.wrapping_sub(small));
    difference.bit_width_vartime() > bits.saturating_sub(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy, SeededEntropy};
    use crypto_bigint::ConcatenatingMul;
    use crypto_primes::hazmat::MillerRabin;

    #[test]
    fn bounds_are_met_by_rounds() {
        for (bits, rounds) in [(1024, 6), (1536, 4), (2048, 4)] {
            assert_eq!(
                crypto_primes::hazmat::minimum_mr_iterations(bits, error_bound(bits)),
                Some(rounds)
            );
        }
    }

    #[test]
    fn primes_have_their_top_bits_and_fit_the_exponent() {
        let mut rng = SeededEntropy::new("primes").draw("rsa-prime").unwrap();
        for _ in 0..4 {
            let p = find(NonZeroU32::new(512).unwrap(), rng.as_mut(), &|| false).unwrap();
            assert_eq!(p.bit_width_vartime(), 512);
            assert!(p.bit_vartime(511) && p.bit_vartime(510) && p.bit_vartime(0));
            assert!(exponent_fits(&p));
            assert!(crypto_primes::is_prime(Flavor::Any, &*p));
        }
    }

    #[test]
    fn a_multiple_of_the_exponent_plus_one_is_refused() {
        let e = u64::from(EXPONENT);
        assert!(!exponent_fits(&BoxedUint::from(e * 1_000_002 + 1)));
        assert!(exponent_fits(&BoxedUint::from(e * 1_000_002 + 3)));
    }

    #[test]
    fn the_round_to_base_two_is_the_crates() {
        let mut rng = SeededEntropy::new("base two").draw("rsa-prime").unwrap();
        let mut passed = 0;
        for bits in [16_u32, 63, 64, 65, 128, 1024] {
            for _ in 0..400_u32.min(40_000 / bits) {
                let bits = NonZeroU32::new(bits).unwrap();
                let drawn: Odd<BoxedUint> =
                    random_odd_integer(rng.as_mut(), bits, SetBits::TwoMsb).unwrap();
                let theirs = MillerRabin::new(drawn.clone()).test_base_two();
                assert_eq!(passes_base_two(&drawn), theirs.is_probably_prime());
                passed += u32::from(theirs.is_probably_prime());
            }
        }
        assert!(passed > 20);
        // Strong pseudoprimes to base two, and p - 1 with many trailing zeros.
        for n in [2047_u64, 3277, 4033, 65537, 12289, 0xFFFF_FFFF_0000_0001] {
            let n = Odd::new(BoxedUint::from(n)).unwrap();
            assert!(passes_base_two(&n));
        }
        // Carmichael numbers, and pseudoprimes that are not strong.
        for n in [341_u64, 561, 1105, 1729, 294_409, 56_052_361] {
            assert!(!passes_base_two(&Odd::new(BoxedUint::from(n)).unwrap()));
        }
    }

    #[test]
    fn products_of_two_primes_are_refused() {
        let mut rng = SeededEntropy::new("primes").draw("rsa-prime").unwrap();
        let mut next = || find(NonZeroU32::new(256).unwrap(), rng.as_mut(), &|| false).unwrap();
        let (p, q) = (next(), next());
        let product = p.concatenating_mul(&*q);
        assert!(!is_prime(&product, 512, rng.as_mut()));
    }

    #[test]
    fn stops_when_told() {
        let mut rng = SeededEntropy::new("primes").draw("rsa-prime").unwrap();
        assert!(find(NonZeroU32::new(2048).unwrap(), rng.as_mut(), &|| true).is_none());
    }

    #[test]
    fn near_primes_are_too_close() {
        let p = BoxedUint::max(1024);
        assert!(!far_apart(&p, &p, 1024));
        let near = p.wrapping_sub(BoxedUint::one_with_precision(1024).shl(923));
        assert!(!far_apart(&p, &near, 1024));
        assert!(!far_apart(&near, &p, 1024));
        let far = p.wrapping_sub(BoxedUint::one_with_precision(1024).shl(924));
        assert!(far_apart(&p, &far, 1024));
    }
}
