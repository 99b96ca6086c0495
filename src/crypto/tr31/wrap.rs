//! Writing a block: payload, padding, pad block, length, MAC.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXUPPER;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::error::Tr31Error;
use super::header::Header;
use super::optional::{self, OptionalBlock};
use super::seal::BlockKeys;
use super::version::Version;
use crate::api::KeyAlgorithm;
use crate::crypto::SecretBytes;
use crate::crypto::strength::{self, WrapPath};

/// Bytes of the length in front of the key.
const KEY_LENGTH_LEN: usize = 2;
/// What a pad block is filled with. Some links between HSMs split on other characters.
const PAD_CHARACTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Wraps `key` under the KBPK: version B under TDES, version D under AES.
///
/// The length of TDES and AES keys is hidden: each is padded as the longest of its algorithm. Padding
/// is random. A pad block is added where the optional blocks need one; `header` carries none.
///
/// # Errors
/// The version is not the one written under such a KBPK; the header has values the standard does not
/// define; the key's length does not fit its algorithm; the KBPK is weaker than the key.
pub fn wrap(
    kbpk_algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
    header: &Header,
    key: &SecretBytes,
    rng: &mut dyn CryptoRng,
) -> Result<String, Tr31Error> {
    let version = header.version;
    if Version::written_under(kbpk_algorithm) != Some(version) {
        return Err(if version.takes(kbpk_algorithm) {
            Tr31Error::ReadOnlyVersion(version)
        } else {
            Tr31Error::Kbpk {
                version,
                kbpk: kbpk_algorithm,
            }
        });
    }
    let findings = header.findings();
    if !findings.is_empty() {
        return Err(Tr31Error::Content(findings));
    }
    if let Some(wrapped) = header.key_algorithm(key.len()) {
        strength::may_wrap(wrapped, kbpk_algorithm, WrapPath::Tr31)?;
    }
    let mut header = header.clone();
    add_pad_block(&mut header, rng)?;
    let mut padding = Zeroizing::new(vec![0; padding_len(&header, key.len())]);
    rng.fill_bytes(&mut padding);
    wrap_as_given(kbpk_algorithm, kbpk, &header, key, &padding)
}

/// Wraps exactly as told, to repeat a known block: the header with its pad block, and the padding after
/// the key. Deprecated versions, values the standard does not define and a weak KBPK are not refused;
/// padding that is not random tells the length of the key. To send a key, use [`wrap`].
///
/// # Errors
/// The KBPK does not fit the version, the key's length not its algorithm, or the padding does not fill
/// the last cipher block; the header cannot be written.
pub fn wrap_as_given(
    kbpk_algorithm: KeyAlgorithm,
    kbpk: &SecretBytes,
    header: &Header,
    key: &SecretBytes,
    padding: &[u8],
) -> Result<String, Tr31Error> {
    let version = header.version;
    let keys = BlockKeys::derive(version, kbpk_algorithm, kbpk)?;
    if !header.algorithm.admits(key.len()) {
        return Err(Tr31Error::KeyToWrap);
    }
    let bits = u16::try_from(key.len() * 8).map_err(|_| Tr31Error::TooLong)?;
    let length = KEY_LENGTH_LEN + key.len() + padding.len();
    if !length.is_multiple_of(version.payload_multiple()) {
        return Err(Tr31Error::Padding);
    }
    let mut payload = Zeroizing::new(Vec::with_capacity(length));
    payload.extend_from_slice(&bits.to_be_bytes());
    payload.extend_from_slice(key.expose());
    payload.extend_from_slice(padding);
    let total = header.encoded_len() + 2 * (length + version.mac_len());
    let mut text = header.to_text(total)?;
    let mac = keys.close(&text, &mut payload)?;
    text.push_str(&HEXUPPER.encode(&payload));
    text.push_str(&HEXUPPER.encode(&mac));
    Ok(text)
}

/// Bytes of padding after a key of `length` bytes, with its length hidden.
fn padding_len(header: &Header, length: usize) -> usize {
    let hidden = length.max(header.algorithm.hidden_as());
    let payload = (KEY_LENGTH_LEN + hidden).next_multiple_of(header.version.payload_multiple());
    payload - KEY_LENGTH_LEN - length
}

/// Adds the pad block PB where the optional blocks of a header need one: its characters are random.
///
/// # Errors
/// The block cannot be written.
pub fn add_pad_block(header: &mut Header, rng: &mut dyn CryptoRng) -> Result<(), Tr31Error> {
    if let Some(length) = optional::pad_len(&header.optional, header.version.block_len()) {
        let data: String = (0..length).map(|_| pad_character(rng)).collect();
        header.optional.push(OptionalBlock::new("PB", &data)?);
    }
    Ok(())
}

/// One of the 62, each as likely as the others: draws beyond the table are thrown away.
fn pad_character(rng: &mut dyn CryptoRng) -> char {
    loop {
        let mut draw = [0_u8];
        rng.fill_bytes(&mut draw);
        let [draw] = draw;
        if let Some(character) = PAD_CHARACTERS.get(usize::from(draw & 0x3F)) {
            return char::from(*character);
        }
    }
}
