//! The sharing against a schoolbook oracle, its statistics, its refusals.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::crypto::{Entropy, SeededEntropy};

/// Multiplication by long polynomial division, bit by bit: slow, branching, obviously right.
fn slow_mul(a: u8, b: u8) -> u8 {
    let mut product: u32 = 0;
    for bit in 0..8 {
        if b >> bit & 1 == 1 {
            product ^= u32::from(a) << bit;
        }
    }
    for bit in (8..16).rev() {
        if product >> bit & 1 == 1 {
            product ^= 0x11B << (bit - 8);
        }
    }
    u8::try_from(product).unwrap()
}

fn shares_of(secret: &[u8; 32], t: u8, n: u8, seed: &str) -> Vec<Share> {
    let mut rng = SeededEntropy::new(seed).draw("share").unwrap();
    split(secret, t, n, rng.as_mut()).unwrap()
}

fn copy(share: &Share) -> Share {
    Share {
        index: share.index,
        threshold: share.threshold,
        value: share.value.clone(),
    }
}

fn pick(shares: &[Share], mask: u32) -> Vec<Share> {
    shares
        .iter()
        .enumerate()
        .filter(|(at, _)| mask >> at & 1 == 1)
        .map(|(_, share)| copy(share))
        .collect()
}

fn refusal(shares: &[Share]) -> SharingError {
    combine(shares).err().unwrap()
}

#[test]
fn the_field_equals_the_oracle_everywhere() {
    for a in 0..=255 {
        for b in 0..=255 {
            assert_eq!(mul(a, b), slow_mul(a, b), "{a} * {b}");
        }
    }
    assert_eq!(mul(0x57, 0x83), 0xC1); // FIPS 197, section 4.2
    assert_eq!(inverse(0), 0);
    for a in 1..=255 {
        assert_eq!(mul(a, inverse(a)), 1, "1 / {a}");
    }
}

#[test]
fn every_subset_that_is_large_enough_rebuilds() {
    let secret = std::array::from_fn(|i| u8::try_from(i * 7 % 256).unwrap());
    for n in 2..=6_u8 {
        for t in 2..=n {
            let shares = shares_of(&secret, t, n, &format!("{t}/{n}"));
            assert_eq!(shares.len(), usize::from(n));
            for mask in 0..1_u32 << n {
                let some = pick(&shares, mask);
                if mask.count_ones() >= u32::from(t) {
                    assert_eq!(combine(&some).unwrap().expose(), secret);
                } else {
                    assert!(matches!(refusal(&some), SharingError::TooFew { .. }));
                }
            }
        }
    }
}

/// A byte secret is compatible with every t - 1 shares: for each of the 256 secrets there is exactly one
/// polynomial, found here by trying all of them (t = 2 and 3, first byte).
#[test]
fn fewer_shares_leave_every_secret_possible() {
    let secret = [0xA5; 32];
    let shares = shares_of(&secret, 2, 3, "brute");
    let y = shares[1].value[0];
    for guess in 0..=255_u8 {
        let fits = (0..=255_u8)
            .filter(|slope| guess ^ slow_mul(*slope, 2) == y)
            .count();
        assert_eq!(fits, 1);
    }
    let shares = shares_of(&secret, 3, 3, "brute");
    let (y1, y3) = (shares[0].value[0], shares[2].value[0]);
    for guess in [0, 1, 0xA5, 0xFF] {
        let mut fits = 0;
        for a in 0..=255_u8 {
            for b in 0..=255_u8 {
                let at = |x| guess ^ slow_mul(a, x) ^ slow_mul(b, slow_mul(x, x));
                fits += u32::from(at(1) == y1 && at(3) == y3);
            }
        }
        assert_eq!(fits, 1);
    }
}

/// Brute force the other way: the three shares of a byte determine one polynomial and so one secret.
#[test]
fn enough_shares_leave_one_secret() {
    let secret = [0x3C; 32];
    let shares = shares_of(&secret, 3, 5, "one");
    let points: Vec<(u8, u8)> = [0, 2, 4]
        .iter()
        .map(|at: &usize| (shares[*at].index, shares[*at].value[5]))
        .collect();
    let mut found = BTreeSet::new();
    for guess in 0..=255_u8 {
        for a in 0..=255_u8 {
            // The first point fixes b; the others must agree.
            let (x, y) = points[0];
            let b = slow_mul(y ^ guess ^ slow_mul(a, x), inverse(slow_mul(x, x)));
            if points
                .iter()
                .all(|(x, y)| guess ^ slow_mul(a, *x) ^ slow_mul(b, slow_mul(*x, *x)) == *y)
            {
                found.insert(guess);
            }
        }
    }
    assert_eq!(found, BTreeSet::from([0x3C]));
}

/// Coefficients, the highest too, take every value evenly, 0 included (RUSTSEC-2024-0398 was a library
/// whose coefficients never were 0).
#[test]
fn coefficients_are_even_and_may_be_zero() {
    let mut rng = SeededEntropy::new("statistics").draw("share").unwrap();
    let secret = [0x77; 32];
    let mut counts = [[0_u32; 256]; 2];
    let runs = 2000;
    for _ in 0..runs {
        let s = split(&secret, 3, 3, rng.as_mut()).unwrap();
        for (at, zero) in secret.iter().enumerate() {
            // f(1) = s + a + b, f(2) = s + 2a + 4b: solve for a and b.
            let d1 = s[0].value[at] ^ zero;
            let d2 = s[1].value[at] ^ zero;
            let b = mul(d2 ^ mul(2, d1), inverse(mul(2, 2) ^ 2));
            counts[0][usize::from(d1 ^ b)] += 1;
            counts[1][usize::from(b)] += 1;
        }
    }
    let expected = f64::from(runs * 32) / 256.0;
    for count in counts {
        assert!(count[0] > 0);
        let chi: f64 = count
            .iter()
            .map(|seen| (f64::from(*seen) - expected).powi(2) / expected)
            .sum();
        // 255 degrees of freedom: mean 255, standard deviation 22.6; the seed is fixed.
        assert!((150.0..380.0).contains(&chi), "chi-square {chi}");
    }
}

#[test]
fn what_is_refused() {
    let mut rng = SeededEntropy::new("refused").draw("share").unwrap();
    for (t, n) in [(0, 3), (1, 3), (4, 3), (2, 1), (0, 0)] {
        assert!(matches!(
            split(&[0; 32], t, n, rng.as_mut()),
            Err(SharingError::Threshold { .. })
        ));
    }
    let shares = shares_of(&[9; 32], 2, 4, "refused");
    assert_eq!(refusal(&[]), SharingError::TooFew { have: 0, need: 2 });
    assert_eq!(
        refusal(&pick(&shares, 0b1)),
        SharingError::TooFew { have: 1, need: 2 }
    );
    assert_eq!(
        refusal(&[copy(&shares[1]), copy(&shares[1])]),
        SharingError::Duplicate(2)
    );
    let zero = Share {
        index: 0,
        ..copy(&shares[0])
    };
    assert_eq!(refusal(&[zero, copy(&shares[1])]), SharingError::IndexZero);
    let other = Share {
        threshold: 3,
        ..copy(&shares[1])
    };
    assert_eq!(
        refusal(&[copy(&shares[0]), other]),
        SharingError::UnequalThresholds(2, 3)
    );
    let lone = Share {
        threshold: 1,
        ..copy(&shares[1])
    };
    assert!(combine(&[lone]).is_err());
    let foreign = shares_of(&[9; 32], 2, 4, "another set");
    assert_eq!(
        refusal(&[copy(&shares[0]), copy(&shares[1]), copy(&foreign[2])]),
        SharingError::Inconsistent(3)
    );
}

#[test]
fn the_whole_field_of_indices_works() {
    let shares = shares_of(&[0x42; 32], 255, 255, "all");
    assert_eq!(combine(&shares).unwrap().expose(), [0x42; 32]);
}

proptest! {
    #[test]
    fn rebuilds_from_any_order(
        secret in any::<[u8; 32]>(),
        t in 2_u8..=16,
        extra in 0_u8..=4,
        seed in any::<u64>(),
    ) {
        let n = (t + extra).min(16);
        let mut shares = shares_of(&secret, t, n, &seed.to_string());
        // Any t of them, from a seeded place on, backwards.
        shares.rotate_left(usize::try_from(seed % u64::from(n)).unwrap());
        shares.truncate(usize::from(t));
        shares.reverse();
        let rebuilt = combine(&shares).unwrap();
        prop_assert_eq!(rebuilt.expose(), secret.as_slice());
    }

    #[test]
    fn one_wrong_bit_in_any_share_changes_the_secret(
        secret in any::<[u8; 32]>(),
        at in 0_usize..3,
        byte in 0_usize..32,
        bit in 0_u32..8,
    ) {
        let mut shares = shares_of(&secret, 3, 3, "bit");
        shares[at].value[byte] ^= 1 << bit;
        let rebuilt = combine(&shares).unwrap();
        prop_assert_ne!(rebuilt.expose(), secret.as_slice());
    }
}
