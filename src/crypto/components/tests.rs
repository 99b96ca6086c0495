//! Forming keys, and every refusal.

use proptest::prelude::*;

use super::*;
use KeyAlgorithm::{AES_128, AES_256, RSA_2048, TDES_2KEY, TDES_3KEY};

/// One component of 16 bytes that begins with `first`.
fn component(first: u8) -> SecretBytes {
    SecretBytes::new((0..16).map(|at| first.wrapping_add(at * 13)).collect())
}

fn xor(parts: &[&SecretBytes]) -> SecretBytes {
    let mut sum = vec![0; parts[0].len()];
    for part in parts {
        for (sum, byte) in sum.iter_mut().zip(part.expose()) {
            *sum ^= byte;
        }
    }
    SecretBytes::new(sum)
}

fn refusal(algorithm: KeyAlgorithm, components: &[SecretBytes]) -> Option<ComponentError> {
    combine(algorithm, components, Parity::Odd).err()
}

#[test]
fn count_and_length() {
    assert_eq!(refusal(AES_128, &[]), Some(ComponentError::Count(0)));
    assert_eq!(
        refusal(AES_128, &[component(1)]),
        Some(ComponentError::Count(1))
    );
    let ten: Vec<_> = (0..10).map(component).collect();
    assert_eq!(refusal(AES_128, &ten), Some(ComponentError::Count(10)));
    assert_eq!(
        refusal(AES_128, &[component(1), SecretBytes::new(vec![1; 15])]),
        Some(ComponentError::Length {
            place: 2,
            algorithm: AES_128,
            expected: 16,
            actual: 15
        })
    );
    assert!(matches!(
        refusal(TDES_3KEY, &[component(1), component(2)]),
        Some(ComponentError::Length {
            place: 1,
            expected: 24,
            ..
        })
    ));
    assert!(matches!(
        refusal(RSA_2048, &[component(1), component(2)]),
        Some(ComponentError::Cipher(CryptoError::NotSymmetric(RSA_2048)))
    ));
}

#[test]
fn components_that_add_nothing() {
    let zero = || SecretBytes::new(vec![0; 16]);
    assert_eq!(
        refusal(AES_128, &[component(1), zero()]),
        Some(ComponentError::Zero(2))
    );
    assert_eq!(
        refusal(AES_128, &[component(1), component(2), component(1)]),
        Some(ComponentError::Equal(1, 3))
    );
    let (a, b) = (component(1), component(2));
    let cancels = xor(&[&a, &b]);
    assert_eq!(
        refusal(AES_128, &[a, b, cancels]),
        Some(ComponentError::ZeroKey)
    );
    let (a, b) = (component(1), component(2));
    let cancels = xor(&[&a, &b]);
    assert_eq!(
        refusal(AES_128, &[a, component(77), b, cancels]),
        Some(ComponentError::Reveals(2))
    );
}

#[test]
fn weak_tdes_keys() {
    let half = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];
    // The same half twice, once with other parity bits: single DES.
    for flip in [0, 1] {
        let mut key = half.to_vec();
        key.extend(half.iter().map(|byte| byte ^ flip));
        let key = SecretBytes::new(key);
        let first = component(5);
        let second = xor(&[&first, &key]);
        assert_eq!(
            refusal(TDES_2KEY, &[first, second]),
            Some(ComponentError::WeakKey)
        );
        // The same bytes are no weak AES key.
        let first = component(5);
        let second = xor(&[&first, &key]);
        assert_eq!(refusal(AES_128, &[first, second]), None);
    }
}

#[test]
fn parity_is_adjusted_only_when_asked_for_and_keeps_the_check_value() {
    let parts = || [component(1), component(0x40)];
    let Ok(formed) = combine(TDES_2KEY, &parts(), Parity::AsFormed) else {
        panic!("refused")
    };
    let Ok(odd) = combine(TDES_2KEY, &parts(), Parity::Odd) else {
        panic!("refused")
    };
    assert!(!symmetric::has_odd_parity(formed.expose()));
    assert!(symmetric::has_odd_parity(odd.expose()));
    let method = KeyCheckValueAlgorithm::ANSI_X9_24;
    assert_eq!(
        check_value(TDES_2KEY, method, &formed),
        check_value(TDES_2KEY, method, &odd)
    );
}

#[test]
fn check_values_ask_for_the_whole_length() {
    assert!(matches!(
        check_value(AES_256, KeyCheckValueAlgorithm::CMAC, &component(1)),
        Err(ComponentError::Cipher(CryptoError::KeyLength { .. }))
    ));
}

proptest! {
    #[test]
    fn the_order_does_not_matter(parts in proptest::collection::vec(any::<[u8; 32]>(), 2..=9), turn in 0_usize..9) {
        let of = |parts: &[[u8; 32]]| -> Vec<SecretBytes> {
            parts.iter().map(|p| SecretBytes::from_slice(p)).collect()
        };
        let turned: Vec<_> = parts.iter().cycle().skip(turn).take(parts.len()).copied().collect();
        let (one, other) = (
            combine(AES_256, &of(&parts), Parity::AsFormed),
            combine(AES_256, &of(&turned), Parity::AsFormed),
        );
        match (one, other) {
            (Ok(one), Ok(other)) => {
                prop_assert!(one.ct_eq(&other));
                let parts = of(&parts);
                prop_assert!(one.ct_eq(&xor(&parts.iter().collect::<Vec<_>>())));
            }
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false),
        }
    }
}

#[test]
fn the_last_component_gives_the_key_with_the_others() {
    let key = component(200);
    let others = [component(3), component(77)];
    let last = last(AES_128, &key, &others).unwrap();
    let set = [
        SecretBytes::from_slice(others[0].expose()),
        SecretBytes::from_slice(others[1].expose()),
        last,
    ];
    assert!(
        combine(AES_128, &set, Parity::AsFormed)
            .unwrap()
            .ct_eq(&key)
    );
    // Others that are equal, or that give the key alone, are no set.
    assert!(super::last(AES_128, &key, &[component(3), component(3)]).is_err());
    assert!(super::last(AES_128, &key, &[SecretBytes::from_slice(key.expose())]).is_err());
}

#[test]
fn drawn_components_have_the_length_of_the_key() {
    use crate::crypto::{Entropy, SeededEntropy};
    let mut entropy = SeededEntropy::new("components");
    for algorithm in [TDES_2KEY, TDES_3KEY, AES_128, AES_256] {
        let mut rng = entropy.draw("component").unwrap();
        let drawn = draw(algorithm, rng.as_mut()).unwrap();
        assert_eq!(Some(drawn.len()), algorithm.key_bytes());
    }
    let mut rng = entropy.draw("component").unwrap();
    assert!(draw(RSA_2048, rng.as_mut()).is_err());
}

proptest! {
    /// Whatever is typed, the advice never holds the right value, and only that value (six digits and more) passes.
    #[test]
    fn advice_never_shows_the_value(bytes in proptest::collection::vec(any::<u8>(), 16), typed in "[0-9A-F]{0,12}") {
        let value = SecretBytes::new(bytes);
        let method = KeyCheckValueAlgorithm::CMAC;
        let right = check_value(AES_128, method, &value).unwrap();
        let found = difference(AES_128, method, &value, &typed, &[]);
        if let Some(advice) = found.advice() {
            prop_assert!(!advice.contains(&right));
        }
        prop_assert_eq!(difference(AES_128, method, &value, &right, &[]), Difference::None);
        if found == Difference::None {
            prop_assert!(typed.starts_with(&right));
        }
    }
}
