//! Secret bytes: wiped on drop, compared in constant time, shown to nobody.

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Secret bytes on the heap, wiped when dropped.
///
/// There is no `Debug`, `Display`, `Clone` or `Serialize`: a secret leaves only through
/// [`SecretBytes::expose`], which is easy to find in a review.
pub struct SecretBytes(Zeroizing<Box<[u8]>>);

impl SecretBytes {
    /// Takes the bytes over and leaves no copy behind.
    ///
    /// A vector with spare room would be moved by the allocator when it shrinks, and the old place left
    /// unwiped; so such a vector is copied to its exact size and wiped here.
    pub fn new(mut bytes: Vec<u8>) -> Self {
        if bytes.capacity() == bytes.len() {
            return Self(Zeroizing::new(bytes.into_boxed_slice()));
        }
        let exact = Self::from_slice(&bytes);
        bytes.zeroize();
        exact
    }

    /// Copies the bytes; the caller wipes the original.
    pub fn from_slice(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(Box::from(bytes)))
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both hold the same bytes, in time that depends on the lengths alone.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_bytes_with_and_without_spare_room() {
        let mut roomy = Vec::with_capacity(64);
        roomy.extend_from_slice(&[1, 2, 3]);
        let secret = SecretBytes::new(roomy);
        assert_eq!(secret.expose(), [1, 2, 3]);
        assert_eq!(secret.len(), 3);
        assert!(!secret.is_empty());
        assert!(secret.ct_eq(&SecretBytes::new(vec![1, 2, 3])));
    }

    #[test]
    fn differs_by_byte_and_by_length() {
        let secret = SecretBytes::from_slice(&[1, 2, 3]);
        assert!(!secret.ct_eq(&SecretBytes::from_slice(&[1, 2, 4])));
        assert!(!secret.ct_eq(&SecretBytes::from_slice(&[1, 2])));
        assert!(SecretBytes::new(Vec::new()).is_empty());
    }
}
