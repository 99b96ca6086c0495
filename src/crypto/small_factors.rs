//! Whether a small prime divides a candidate: the sieve ahead of the primality tests, where most candidates end.

use std::sync::LazyLock;

use crypto_bigint::{BoxedUint, Word};

/// The longest candidates, in bits.
const LONGEST: u32 = 2048;

/// Products of primes stay below this.
const LARGEST_PRODUCT: u64 = 1 << 58;

/// So many words, each times less than 2^58, have a sum below 2^126.
const TERMS: usize = 16;

/// The inverse of an odd number modulo 2^64.
fn inverse(odd: u64) -> u64 {
    // Newton's iteration: an odd number is its own inverse modulo 8, and each step doubles the bits that are right.
    (0..5).fold(odd, |inverse, _| {
        inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)))
    })
}

/// A prime, prepared for asking whether it divides a number of 64 bits.
struct Divisor {
    inverse: u64,
    /// The largest quotient of a number of 64 bits: n is a multiple of p if and only if n times the inverse of p is
    /// no larger (Granlund and Montgomery, "Division by invariant integers using multiplication", section 9).
    largest: u64,
}

impl Divisor {
    fn new(prime: u64) -> Self {
        Self {
            inverse: inverse(prime),
            largest: u64::MAX / prime,
        }
    }

    const fn divides(&self, number: u64) -> bool {
        number.wrapping_mul(self.inverse) <= self.largest
    }
}

/// Some odd primes, whose product is small enough to reduce a candidate by it in one pass over its words.
struct Group {
    first: u64,
    product: u64,
    inverse: u64,
    /// What each word of a candidate counts, from the lowest: the powers of the word's range modulo the product.
    powers: Vec<u64>,
    primes: Vec<Divisor>,
}

impl Group {
    fn new(primes: &[u64]) -> Self {
        let product: u64 = primes.iter().product();
        let next = |power: &u64| {
            u64::try_from((u128::from(*power) << Word::BITS) % u128::from(product)).ok()
        };
        let words = usize::try_from(LONGEST / Word::BITS).unwrap_or_default();
        Self {
            first: primes.first().copied().unwrap_or_default(),
            product,
            inverse: inverse(product),
            powers: std::iter::successors(Some(1), next).take(words).collect(),
            primes: primes.iter().copied().map(Divisor::new).collect(),
        }
    }

    /// Without a division, whose time would depend on the candidate.
    fn divides(&self, words: &[Word]) -> bool {
        let pieces = words.chunks(TERMS).zip(self.powers.chunks(TERMS));
        // Each is below 2^63, and two or four of them below 2^64: of four, each has words of 32 bits.
        let rest: u64 = pieces
            .map(|(words, powers)| self.reduced(words, powers))
            .sum();
        self.primes.iter().any(|prime| prime.divides(rest))
    }

    /// A number with the same prime factors among ours as the sum of these words times what they count: it is that
    /// sum divided by 2^64 modulo the product (Montgomery, "Modular multiplication without trial division").
    fn reduced(&self, words: &[Word], powers: &[u64]) -> u64 {
        let sum = sum_of_products(words, powers);
        let [low, _] = halves(sum);
        let times = low.wrapping_mul(self.inverse.wrapping_neg());
        let [_, high] = halves(sum + u128::from(times) * u128::from(self.product));
        high
    }
}

/// Step by step and not by iterators: builds without an optimiser search for primes as well, and spend a third of the time
/// here.
fn sum_of_products(mut words: &[Word], mut powers: &[u64]) -> u128 {
    let mut sum = 0;
    while let ([word, more @ ..], [power, others @ ..]) = (words, powers) {
        sum += u128::from(*word) * u128::from(*power);
        (words, powers) = (more, others);
    }
    sum
}

/// The low and the high half.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the halves are what is wanted"
)]
const fn halves(number: u128) -> [u64; 2] {
    [number as u64, (number >> 64) as u64]
}

/// Where the sieve ends. Further primes would cost more time than the rounds of the tests that they save, and the
/// longer the candidates, the more a round costs.
const fn bound(bits: u32) -> u64 {
    if bits > 1536 { 1 << 17 } else { 1 << 16 }
}

/// The odd primes below 2^17, as many to a group as its product allows.
static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let mut groups = Vec::new();
    let mut gathered: Vec<u64> = Vec::new();
    for prime in odd_primes(bound(LONGEST)) {
        let product: u64 = gathered.iter().product();
        if product
            .checked_mul(prime)
            .is_none_or(|p| p >= LARGEST_PRODUCT)
        {
            groups.push(Group::new(&gathered));
            gathered.clear();
        }
        gathered.push(prime);
    }
    groups.push(Group::new(&gathered));
    groups
});

/// The odd primes below a bound (sieve of Eratosthenes over the odd numbers).
fn odd_primes(below: u64) -> impl Iterator<Item = u64> {
    let count = usize::try_from(below / 2).unwrap_or_default();
    let mut composite = vec![false; count];
    // Index i stands for 2i + 1.
    for i in 1..count {
        let prime = 2 * i + 1;
        if composite.get(i).is_some_and(|c| !c) {
            composite
                .iter_mut()
                .skip(prime * prime / 2)
                .step_by(prime)
                .for_each(|c| *c = true);
        }
    }
    let odd = |(i, composite): (usize, bool)| (!composite).then_some(2 * i as u64 + 1);
    composite.into_iter().enumerate().skip(1).filter_map(odd)
}

/// Whether an odd prime below 2^16 (2^17 for candidates of more than 1536 bits) divides a candidate of 17 to 2048 bits.
/// The steps taken are the same for every candidate that none divides.
pub(super) fn has_small_factor(candidate: &BoxedUint) -> bool {
    let end = bound(candidate.bits_precision());
    GROUPS
        .iter()
        .take_while(|group| group.first < end)
        .any(|group| group.divides(candidate.as_words()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Entropy, SeededEntropy};
    use crypto_bigint::{ConcatenatingMul, Limb, NonZero};

    fn of_bits(bits: u32, bytes: &[u8]) -> BoxedUint {
        BoxedUint::from_be_slice(bytes, bits).unwrap()
    }

    #[test]
    fn the_primes_are_all_there() {
        let primes: Vec<u64> = odd_primes(1 << 17).collect();
        // pi(2^16) = 6542 and pi(2^17) = 12251 (OEIS A007053), the number two among them.
        assert_eq!(primes.len(), 12_250);
        assert_eq!(primes.iter().filter(|p| **p < 1 << 16).count(), 6541);
        assert_eq!(primes[..5], [3, 5, 7, 11, 13]);
        let grouped: usize = GROUPS.iter().map(|g| g.primes.len()).sum();
        assert_eq!(grouped, primes.len());
        assert!(GROUPS.iter().all(|g| g.product < LARGEST_PRODUCT));
    }

    #[test]
    fn every_prime_of_the_sieve_is_found_and_nothing_else() {
        // 2^521 - 1 and 2^1279 - 1 are primes: what is found is what they are multiplied by.
        for (bits, exponent) in [(1024, 521), (2048, 1279)] {
            let one = BoxedUint::one_with_precision(bits - 64);
            let mersenne = one.shl(exponent).wrapping_sub(&one);
            assert!(!has_small_factor(&mersenne));
            let times = |prime| mersenne.concatenating_mul(&BoxedUint::from(prime));
            let mut primes = odd_primes(bound(LONGEST));
            for group in GROUPS.iter() {
                for _ in &group.primes {
                    let product = times(primes.next().unwrap());
                    assert!(group.divides(product.as_words()));
                }
                assert!(!group.divides(mersenne.as_words()));
            }
            assert_eq!(primes.next(), None);
            let mut below = odd_primes(bound(bits));
            assert!(has_small_factor(&times(below.next().unwrap())));
            assert!(has_small_factor(&times(below.last().unwrap())));
        }
    }

    #[test]
    fn any_candidate_is_judged_as_by_division() {
        let mut rng = SeededEntropy::new("small factors")
            .draw("rsa-prime")
            .unwrap();
        let mut kept = 0;
        for (bits, count) in [(64_u32, 100), (1024, 60), (1536, 40), (2048, 40)] {
            for _ in 0..count {
                let mut bytes = vec![0; bits as usize / 8];
                rng.fill_bytes(&mut bytes);
                let candidate = of_bits(bits, &bytes);
                let end = GROUPS
                    .iter()
                    .map(|g| g.first)
                    .find(|first| *first >= bound(bits))
                    .unwrap_or(bound(LONGEST));
                let divided = odd_primes(end).any(|prime| {
                    let prime = NonZero::new(Limb::from(u32::try_from(prime).unwrap())).unwrap();
                    candidate.rem_limb(prime) == Limb::ZERO
                });
                assert_eq!(has_small_factor(&candidate), divided);
                kept += u32::from(!divided);
            }
        }
        assert!(kept > 10, "{kept}");
    }

    #[test]
    fn the_largest_candidate_overflows_nothing() {
        // 2^2048 - 1, a multiple of 3.
        let all = BoxedUint::max(LONGEST);
        assert!(has_small_factor(&all));
        let mut primes = odd_primes(bound(LONGEST));
        for group in GROUPS.iter() {
            let rest = all.rem_limb(NonZero::new(Limb::from(group.product)).unwrap());
            let own = primes.by_ref().take(group.primes.len());
            let divided = own.filter(|p| u64::from(rest).is_multiple_of(*p)).count() > 0;
            assert_eq!(group.divides(all.as_words()), divided);
        }
    }
}
