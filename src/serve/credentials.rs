//! The credentials of one run: drawn anew each time, gone with it.

use data_encoding::BASE32_NOPAD;
use rand_core::Rng as _;
use zeroize::Zeroizing;

use crate::crypto::{Entropy as _, EntropyError, OsEntropy, SecretBytes};

/// An access key id and its secret.
pub struct Credentials {
    id: String,
    secret: SecretBytes,
}

impl Credentials {
    /// The id begins with what no AWS account's begins with, so that nobody takes it for a real one; the secret has
    /// 200 random bits in 40 characters that no shell and no file format minds.
    ///
    /// # Errors
    /// The random source failed.
    pub fn random() -> Result<Self, EntropyError> {
        let mut source = OsEntropy.draw("endpoint-credentials")?;
        let mut id = [0_u8; 10];
        source.fill_bytes(&mut id);
        let mut secret = Zeroizing::new([0_u8; 25]);
        source.fill_bytes(&mut *secret);
        let text = Zeroizing::new(BASE32_NOPAD.encode(&*secret));
        Ok(Self {
            id: format!("KMOT{}", BASE32_NOPAD.encode(&id)),
            secret: SecretBytes::from_slice(text.to_ascii_lowercase().as_bytes()),
        })
    }

    /// Known credentials, for tests with published values.
    pub const fn new(id: String, secret: SecretBytes) -> Self {
        Self { id, secret }
    }

    /// The access key id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret access key, ASCII.
    pub const fn secret(&self) -> &SecretBytes {
        &self.secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_its_own() {
        let one = Credentials::random().unwrap();
        let two = Credentials::random().unwrap();
        assert_eq!((one.id().len(), one.secret().len()), (20, 40));
        assert!(one.secret().expose().iter().all(u8::is_ascii_alphanumeric));
        assert_ne!(one.id(), two.id());
        assert!(!one.secret().ct_eq(two.secret()));
    }
}
