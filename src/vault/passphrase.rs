//! age files sealed with a passphrase (scrypt): bytes in, armored text out, and back.
#![deny(clippy::indexing_slicing)]

use std::io::{Read, Write};
use std::iter;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use super::envelope_error::EnvelopeError;

/// The highest scrypt work factor (log2 of N) that is tried: 1 GiB. More is an attack, not an envelope.
pub const MAX_LOG_N: u8 = 20;
/// No envelope is longer; checked before anything is parsed.
pub(super) const MAX_BYTES: usize = 64 << 10;

/// What is sealed with when `asked` is asked for: the same, but in this crate's own unit tests. Those make vaults by the
/// thousand and cut them at every write, and nine tenths of their time went into passphrases that stand in the source.
/// Tests of the program itself see the true factors (`tests/cli/sealed.rs`).
const fn work_factor(asked: u8) -> u8 {
    if cfg!(test) { 2 } else { asked }
}

/// Seals with scrypt at log2 N = `log_n`.
pub(super) fn lock(json: &[u8], passphrase: &str, log_n: u8) -> Result<String, EnvelopeError> {
    if !(1..=MAX_LOG_N).contains(&log_n) {
        return Err(EnvelopeError::Unsealable);
    }
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(work_factor(log_n));
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|_| EnvelopeError::Unsealable)?;
    let write = || -> std::io::Result<Vec<u8>> {
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(json)?;
        writer.finish()?.finish()
    };
    let armored = write().map_err(|_| EnvelopeError::Unsealable)?;
    String::from_utf8(armored).map_err(|_| EnvelopeError::Unsealable)
}

/// Opens armored or binary; a work factor above [`MAX_LOG_N`] is not tried.
pub(super) fn unlock(sealed: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let not = |what| EnvelopeError::NotAnEnvelope { what };
    if sealed.len() > MAX_BYTES {
        return Err(not("it is too long"));
    }
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(sealed))
        .map_err(|_| not("it is not an age file, or a damaged one"))?;
    if !decryptor.is_scrypt() {
        return Err(not("it is an age file, but no passphrase opens it"));
    }
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(MAX_LOG_N);
    let reader = decryptor
        .decrypt(iter::once(&identity as &dyn age::Identity))
        .map_err(|error| match error {
            DecryptError::ExcessiveWork { required, .. } => {
                EnvelopeError::WorkFactorTooHigh { required }
            }
            DecryptError::NoMatchingKeys
            | DecryptError::DecryptionFailed
            | DecryptError::KeyDecryptionFailed => EnvelopeError::WrongPassphrase,
            _ => not("it is a damaged age file"),
        })?;
    let mut plain = Zeroizing::new(Vec::with_capacity(MAX_BYTES));
    reader
        .take(MAX_BYTES as u64)
        .read_to_end(&mut plain)
        .map_err(|_| not("it is a damaged age file"))?;
    Ok(plain)
}
