//! age v1, binary, to one X25519 recipient: `vault.age` and every sealed secret inside it.

use std::io::{self, Read, Write};
use std::str::FromStr;

use age::stream::StreamWriter;
use age::{DecryptError, Decryptor, Encryptor};
use zeroize::Zeroizing;

use super::identity::Identity;

/// Why sealing or opening an age file failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Not 32 bytes of X25519.
    #[error("The shares do not make an age identity. Nothing was opened.")]
    BadIdentity,
    /// Not an `age1...` recipient.
    #[error("A recipient on record is not an age X25519 recipient. Nothing was written.")]
    BadRecipient,
    /// Sealed to somebody else.
    #[error(
        "The file is sealed to another identity. It was not opened and nothing was changed; it belongs \
         to another vault, or to this one before its identity was renewed."
    )]
    NotForThisIdentity,
    /// The end is missing.
    #[error(
        "The file is cut short. What is left of it was not used; take the copy from a backup or from \
         `generations`."
    )]
    Cut,
    /// Bytes were changed on the medium.
    #[error(
        "The file is damaged or cut short. Nothing of it was used; take the copy from a backup or from \
         `generations`."
    )]
    Damaged,
    /// Not an age file of a version known here.
    #[error("The file is not an age v1 file. Nothing of it was used.")]
    NotAge,
}

/// An age file that is being written, in memory.
pub(super) struct Sealing(StreamWriter<Vec<u8>>);

impl Sealing {
    /// Begins a file to one recipient, for so many bytes. The file key comes from the operating system.
    pub(super) fn to(recipient: &str, length: usize) -> Result<Self, SealError> {
        let recipient =
            age::x25519::Recipient::from_str(recipient).map_err(|_| SealError::BadRecipient)?;
        let encryptor =
            Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
                .map_err(|_| SealError::BadRecipient)?;
        // Header and nonce, and a tag of 16 bytes for each chunk of 64 KiB.
        let sealed = Vec::with_capacity(length + 512 + length / 4096);
        encryptor
            .wrap_output(sealed)
            .map(Self)
            .map_err(|_| SealError::Damaged)
    }

    /// Encrypts what comes next. Writing to memory does not fail.
    pub(super) fn add(&mut self, plain: &[u8]) -> Result<(), SealError> {
        self.0.write_all(plain).map_err(|_| SealError::Damaged)
    }

    /// The whole file.
    pub(super) fn finish(self) -> Result<Vec<u8>, SealError> {
        self.0.finish().map_err(|_| SealError::Damaged)
    }
}

/// Encrypts `plain` to the recipient as one age file. The file key comes from the operating system.
pub fn seal_to(recipient: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut sealing = Sealing::to(recipient, plain.len())?;
    sealing.add(plain)?;
    sealing.finish()
}

/// Decrypts an age file with one identity.
pub fn open_with(identity: &Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let decryptor = Decryptor::new_buffered(sealed).map_err(|e| refusal(&e))?;
    let mut reader = decryptor
        .decrypt(std::iter::once(identity.age() as &dyn age::Identity))
        .map_err(|e| refusal(&e))?;
    // The plaintext is shorter than the file, so the buffer never grows and leaves no copy.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader
        .read_to_end(&mut plain)
        .map_err(|e| cut_or_damaged(&e))?;
    Ok(plain)
}

fn refusal(error: &DecryptError) -> SealError {
    match error {
        DecryptError::NoMatchingKeys => SealError::NotForThisIdentity,
        DecryptError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => SealError::Cut,
        DecryptError::UnknownFormat | DecryptError::InvalidHeader | DecryptError::Io(_) => {
            SealError::NotAge
        }
        _ => SealError::Damaged,
    }
}

fn cut_or_damaged(error: &io::Error) -> SealError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => SealError::Cut,
        _ => SealError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SecretBytes;

    fn identity(seed: u8) -> Identity {
        Identity::from_raw(SecretBytes::from_slice(&[seed; 32])).unwrap()
    }

    #[test]
    fn round_trip_at_the_chunk_limits() {
        let me = identity(1);
        for length in [0, 1, 65_535, 65_536, 65_537, 200_000] {
            let plain = vec![0x5a; length];
            let sealed = seal_to(me.recipient(), &plain).unwrap();
            assert_eq!(*open_with(&me, &sealed).unwrap(), plain, "{length}");
        }
    }

    #[test]
    fn another_identity_is_told_from_damage() {
        let sealed = seal_to(identity(1).recipient(), b"state").unwrap();
        assert_eq!(
            open_with(&identity(2), &sealed).err(),
            Some(SealError::NotForThisIdentity)
        );
        let mut flipped = sealed.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert_eq!(
            open_with(&identity(1), &flipped).err(),
            Some(SealError::Damaged)
        );
        assert_eq!(
            open_with(&identity(1), b"not age").err(),
            Some(SealError::NotAge)
        );
    }

    #[test]
    fn every_cut_is_refused() {
        let me = identity(1);
        let sealed = seal_to(me.recipient(), &[1; 100]).unwrap();
        for end in 0..sealed.len() {
            assert!(open_with(&me, &sealed[..end]).is_err(), "{end}");
        }
        let long = seal_to(me.recipient(), &vec![1; 100_000]).unwrap();
        assert_eq!(
            open_with(&me, &long[..long.len() - 100_000 + 65_536]).err(),
            Some(SealError::Damaged)
        );
    }
}
