//! Which key may travel under which: the service's matrix, so that nothing is wrapped by something weaker.

use thiserror::Error;

use crate::api::KeyAlgorithm;
use KeyAlgorithm::{AES_128, AES_192, AES_256, RSA_2048, RSA_3072, RSA_4096, TDES_2KEY, TDES_3KEY};

/// The road on which a key leaves or comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WrapPath {
    /// A TR-31 (ANSI X9.143) key block.
    Tr31,
    /// RSA-OAEP of the bare key, the service's KeyCryptogram.
    Rsa,
    /// A TR-34 key token.
    Tr34,
}

impl WrapPath {
    /// The name people know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tr31 => "TR-31",
            Self::Rsa => "RSA wrap",
            Self::Tr34 => "TR-34",
        }
    }
}

/// The wrapping key is too weak, or of a kind this road does not use: what was refused, what would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{}", self.words())]
pub struct StrengthRefusal {
    /// The key to protect.
    pub wrapped: KeyAlgorithm,
    /// The key meant to protect it.
    pub wrapping: KeyAlgorithm,
    /// The road asked for.
    pub path: WrapPath,
    /// Wrapping keys that would do on this road, or the road that is left.
    pub needs: &'static str,
}

impl StrengthRefusal {
    /// The verdict in a sentence.
    pub fn words(&self) -> String {
        // On these roads the wrapping key is the receiver's: nobody who reads this here can choose another.
        let use_that = match self.needs.strip_suffix(" as the wrapping key") {
            Some(needs) if self.path != WrapPath::Tr31 => {
                format!("Ask the receiver for a certificate of {needs}.")
            }
            _ => format!("Use {}.", self.needs),
        };
        format!(
            "{} may not travel under {} by {}: a key never travels under a weaker one. \
             The key stays where it is. {use_that}",
            self.wrapped.name(),
            self.wrapping.name(),
            self.path.name(),
        )
    }

    /// The same for an engineer, who reads what was compared: `RSA_2048 is weaker than AES_128, which needs …`. `role`
    /// is what the key that is too weak does, `wrapping` or `signing`.
    pub fn comparison(&self, role: &str) -> String {
        let needs = self
            .needs
            .replace(" as the wrapping key", &format!(" as the {role} key"));
        format!(
            "{} is weaker than {}, which needs {needs}",
            self.wrapping.name(),
            self.wrapped.name()
        )
    }

    /// The same before it is known how long the key is: of an AES key the shortest was judged.
    pub fn comparison_of_hidden(&self) -> String {
        let wrapping = self.wrapping.name();
        match (self.wrapped, self.path) {
            (AES_128, WrapPath::Tr31) => format!(
                "{wrapping} is weaker than any AES key, which needs an AES wrapping key at least as long as itself"
            ),
            (AES_128, WrapPath::Rsa | WrapPath::Tr34) => format!(
                "{wrapping} is weaker than any AES key: AES_128 needs RSA_3072 or RSA_4096 as the wrapping key, and no \
                 RSA key is strong enough for AES_192 and AES_256"
            ),
            _ => self.comparison("wrapping"),
        }
    }
}

/// Whether `wrapped` may travel under `wrapping` on `path`.
///
/// The matrix of the service's user guide, "strength of keys" under import and export.
///
/// # Errors
/// What would be strong enough.
pub fn may_wrap(
    wrapped: KeyAlgorithm,
    wrapping: KeyAlgorithm,
    path: WrapPath,
) -> Result<(), StrengthRefusal> {
    let (accepted, needs) = accepted(wrapped, path);
    if accepted.contains(&wrapping) {
        Ok(())
    } else {
        Err(StrengthRefusal {
            wrapped,
            wrapping,
            path,
            needs,
        })
    }
}

/// The verdict for `wrapped` under `wrapping` in a sentence, for a person who is choosing.
pub fn words(wrapped: KeyAlgorithm, wrapping: KeyAlgorithm, path: WrapPath) -> String {
    match may_wrap(wrapped, wrapping, path) {
        Ok(()) => format!(
            "{} may travel under {} by {}.",
            wrapped.name(),
            wrapping.name(),
            path.name()
        ),
        Err(refusal) => refusal.words(),
    }
}

/// The wrapping keys the matrix accepts for a key, and the same in words.
fn accepted(wrapped: KeyAlgorithm, path: WrapPath) -> (&'static [KeyAlgorithm], &'static str) {
    match (wrapped, path) {
        (RSA_2048 | RSA_3072 | RSA_4096, _) => (&[], "a symmetric key; RSA keys do not travel"),
        (TDES_2KEY, WrapPath::Tr31) => (
            &[TDES_2KEY, TDES_3KEY, AES_128, AES_192, AES_256],
            "a TDES or AES wrapping key",
        ),
        (TDES_3KEY, WrapPath::Tr31) => (
            &[TDES_3KEY, AES_128, AES_192, AES_256],
            "TDES_3KEY or AES as the wrapping key",
        ),
        (AES_128, WrapPath::Tr31) => (
            &[AES_128, AES_192, AES_256],
            "AES_128, AES_192 or AES_256 as the wrapping key",
        ),
        (AES_192, WrapPath::Tr31) => (
            &[AES_192, AES_256],
            "AES_192 or AES_256 as the wrapping key",
        ),
        (AES_256, WrapPath::Tr31) => (&[AES_256], "AES_256 as the wrapping key"),
        (TDES_2KEY | TDES_3KEY, WrapPath::Rsa | WrapPath::Tr34) => (
            &[RSA_2048, RSA_3072, RSA_4096],
            "RSA_2048, RSA_3072 or RSA_4096 as the wrapping key",
        ),
        (AES_128, WrapPath::Rsa | WrapPath::Tr34) => (
            &[RSA_3072, RSA_4096],
            "RSA_3072 or RSA_4096 as the wrapping key",
        ),
        (AES_192, WrapPath::Rsa | WrapPath::Tr34) => (
            &[],
            "a TR-31 key block under AES_192 or AES_256; no RSA key here is strong enough",
        ),
        (AES_256, WrapPath::Rsa | WrapPath::Tr34) => (
            &[],
            "a TR-31 key block under AES_256; no RSA key here is strong enough",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The guide's table, a column per wrapping key, written out once more by hand:
    /// `t` TR-31, `r` RSA and TR-34, `-` refused.
    const TABLE: [(&str, KeyAlgorithm); 5] = [
        ("tttttrrr", TDES_2KEY),
        ("-ttttrrr", TDES_3KEY),
        ("--ttt-rr", AES_128),
        ("---tt---", AES_192),
        ("----t---", AES_256),
    ];

    #[test]
    fn equals_the_guide() {
        for (row, wrapped) in TABLE {
            for (cell, wrapping) in row.chars().zip(KeyAlgorithm::ALL) {
                for (path, letter) in [
                    (WrapPath::Tr31, 't'),
                    (WrapPath::Rsa, 'r'),
                    (WrapPath::Tr34, 'r'),
                ] {
                    assert_eq!(
                        may_wrap(wrapped, *wrapping, path).is_ok(),
                        cell == letter,
                        "{}",
                        words(wrapped, *wrapping, path)
                    );
                }
            }
        }
    }

    #[test]
    fn rsa_keys_do_not_travel() {
        for wrapped in [RSA_2048, RSA_3072, RSA_4096] {
            for wrapping in KeyAlgorithm::ALL {
                for path in [WrapPath::Tr31, WrapPath::Rsa, WrapPath::Tr34] {
                    assert!(may_wrap(wrapped, *wrapping, path).is_err());
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_what_would_do() {
        let refusal = may_wrap(AES_128, RSA_2048, WrapPath::Rsa).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "AES_128 may not travel under RSA_2048 by RSA wrap: a key never travels under a weaker one. \
             The key stays where it is. Ask the receiver for a certificate of RSA_3072 or RSA_4096."
        );
    }
}
