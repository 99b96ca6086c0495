//! Who does the arithmetic of RSA keys: the one place where that is chosen.
//!
//! Private operations and the checking of signatures go to aws-lc, which is constant-time, blinds what it computes,
//! checks its own result before it lets it out, and wipes what it frees. The `rsa` crate does the same in seven to
//! nine times the time. It stays for what aws-lc does not offer or does not take: structure of keys, pairs and OAEP
//! from a given random source, SHA-224, and keys whose stored CRT values are wrong. Which road is taken depends on the
//! key and on the hash that was asked for, never on what a cryptogram holds.
#![deny(clippy::indexing_slicing)]

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA256_MGF1SHA256, OAEP_SHA512_MGF1SHA512, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};
use aws_lc_rs::signature::{self as fast, ParsedPublicKey, RsaEncoding, RsaParameters};
use crypto_bigint::modular::BoxedMontyForm;
use crypto_bigint::{MontyForm, MontyMultiplier};
use getrandom::SysRng;
use pkcs8::{DecodePrivateKey, DecodePublicKey, ObjectIdentifier, PrivateKeyInfoRef};
use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey, PublicKey, pkcs1v15};
use sha2::{Sha224, Sha256, Sha384, Sha512};
use signature::{SignatureEncoding, Signer as _, Verifier as _};
use spki::SubjectPublicKeyInfoRef;
use zeroize::Zeroizing;

use super::{CryptoError, SecretBytes, rsa_wrap};
use crate::api::WrappingKeySpec;

/// The hash under an RSA PKCS#1 v1.5 signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureHash {
    /// SHA-224: for requests alone.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512, the service's own.
    Sha512,
}

impl SignatureHash {
    fn fast_signing(self) -> Option<&'static dyn RsaEncoding> {
        match self {
            Self::Sha224 => None,
            Self::Sha256 => Some(&fast::RSA_PKCS1_SHA256),
            Self::Sha384 => Some(&fast::RSA_PKCS1_SHA384),
            Self::Sha512 => Some(&fast::RSA_PKCS1_SHA512),
        }
    }

    fn fast_checking(self) -> Option<&'static RsaParameters> {
        match self {
            Self::Sha224 => None,
            Self::Sha256 => Some(&fast::RSA_PKCS1_2048_8192_SHA256),
            Self::Sha384 => Some(&fast::RSA_PKCS1_2048_8192_SHA384),
            Self::Sha512 => Some(&fast::RSA_PKCS1_2048_8192_SHA512),
        }
    }
}

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// A private key read for signing. Reading and the first use take as long as two more uses, so that whoever signs often
/// reads once.
pub struct SigningKey<'k> {
    pkcs8: &'k SecretBytes,
    fast: Option<KeyPair>,
}

impl<'k> SigningKey<'k> {
    /// Reads a private key (DER PKCS#8). One that cannot be read is refused when it is used.
    pub fn new(pkcs8: &'k SecretBytes) -> Self {
        let fast = is_plain(pkcs8).then(|| KeyPair::from_pkcs8(pkcs8.expose()).ok());
        Self {
            pkcs8,
            fast: fast.flatten(),
        }
    }

    /// Signs with RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2), which gives one result for one input. The blinding draws
    /// on the operating system's randomness, which never shows.
    ///
    /// # Errors
    /// The private key is unreadable.
    pub fn sign(&self, hash: SignatureHash, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (Some(key), Some(encoding)) = (&self.fast, hash.fast_signing()) else {
            return slow_sign(self.pkcs8, hash, message);
        };
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), message, &mut signature)
            .map(|()| signature)
            .map_err(|_| CryptoError::PrivateKeyUnreadable)
    }
}

/// A private key read for opening cryptograms.
pub struct OpeningKey<'k> {
    pub(super) pkcs8: &'k SecretBytes,
    fast: Option<OaepPrivateDecryptingKey>,
}

impl<'k> OpeningKey<'k> {
    /// Reads a private key (DER PKCS#8). One that cannot be read is refused when it is used.
    pub fn new(pkcs8: &'k SecretBytes) -> Self {
        let fast = is_plain(pkcs8).then(|| {
            let key = PrivateDecryptingKey::from_pkcs8(pkcs8.expose()).ok()?;
            OaepPrivateDecryptingKey::new(key).ok()
        });
        Self {
            pkcs8,
            fast: fast.flatten(),
        }
    }

    /// Opens a cryptogram by RSAES-OAEP (RFC 8017, section 7.1.2) with an empty label.
    ///
    /// # Errors
    /// One error for everything that can be wrong with a cryptogram; others for a private key that is unreadable or
    /// has another size than 2048, 3072 or 4096 bits.
    pub fn open(
        &self,
        cryptogram: &[u8],
        spec: WrappingKeySpec,
    ) -> Result<SecretBytes, CryptoError> {
        let Some(key) = &self.fast else {
            return slow_open(self.pkcs8, cryptogram, spec);
        };
        rsa_wrap::check_bits(key.key_size_bits())?;
        if cryptogram.len() != key.key_size_bytes() {
            return Err(CryptoError::Unwrap);
        }
        let algorithm = match spec {
            WrappingKeySpec::RSA_OAEP_SHA_256 => &OAEP_SHA256_MGF1SHA256,
            WrappingKeySpec::RSA_OAEP_SHA_512 => &OAEP_SHA512_MGF1SHA512,
        };
        let mut room = Zeroizing::new(vec![0; key.min_output_size()]);
        key.decrypt(algorithm, cryptogram, &mut room, None)
            .map(|opened| SecretBytes::from_slice(opened))
            .map_err(|_| CryptoError::Unwrap)
    }
}

/// RSA's public operation (RFC 8017, section 5.1.1) on a secret number below the modulus, for OAEP from a given random
/// source, which aws-lc does not offer. The `rsa` crate's goes through the exponent four bits at a time, with a table;
/// this one squares sixteen times for 65 537. Constant-time in the number, not in the exponent, which is public.
///
/// Everything on the way is wiped: of the result and any power in between the number could be computed.
pub(super) fn raw_public(key: &PublicKey, number: BoxedUint) -> BoxedUint {
    let base = Zeroizing::new(BoxedMontyForm::new(number, key.n_params()));
    let mut power = base.clone();
    let mut multiplier = <BoxedMontyForm as MontyForm>::Multiplier::from(key.n_params());
    let exponent = key.e();
    for at in (0..exponent.bit_width_vartime().saturating_sub(1)).rev() {
        MontyMultiplier::square_assign(&mut multiplier, &mut power);
        if exponent.bit_vartime(at) {
            MontyMultiplier::mul_assign(&mut multiplier, &mut power, &base);
        }
    }
    power.retrieve()
}

/// Whether a signature by RSASSA-PKCS1-v1_5 fits a message under a public key (SubjectPublicKeyInfo, DER).
///
/// # Errors
/// The public key is unreadable.
pub fn is_signed(
    spki_der: &[u8],
    hash: SignatureHash,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, CryptoError> {
    let fast = hash.fast_checking().and_then(|parameters| {
        // aws-lc would take bytes behind the key; this reader does not.
        let spki = SubjectPublicKeyInfoRef::try_from(spki_der).ok()?;
        let inside = spki.subject_public_key.as_bytes()?;
        let is_rsa = spki.algorithm.oid == RSA_ENCRYPTION;
        is_rsa.then(|| ParsedPublicKey::new(parameters, inside).ok())?
    });
    match fast {
        Some(key) => Ok(key.verify_sig(message, signature).is_ok()),
        None => slow_is_signed(spki_der, hash, message, signature),
    }
}

/// The public half of a private key (DER PKCS#8), as it stands in it.
///
/// # Errors
/// The private key is unreadable.
pub fn public_key(pkcs8: &SecretBytes) -> Result<PublicKey, CryptoError> {
    let unreadable = |_| CryptoError::PrivateKeyUnreadable;
    let info = PrivateKeyInfoRef::try_from(pkcs8.expose())
        .map_err(|_| CryptoError::PrivateKeyUnreadable)?;
    RsaPrivateKeyRef::try_from(info.private_key.as_bytes())
        .and_then(|key| PublicKey::try_from(key.public_key()))
        .map_err(unreadable)
}

/// Whether the bytes are one PKCS#8 document of an RSA key and nothing behind it, which aws-lc does not look at.
fn is_plain(pkcs8: &SecretBytes) -> bool {
    PrivateKeyInfoRef::try_from(pkcs8.expose())
        .is_ok_and(|info| info.algorithm.oid == RSA_ENCRYPTION)
}

fn readable(pkcs8: &SecretBytes) -> Result<PrivateKey, CryptoError> {
    PrivateKey::from_pkcs8_der(pkcs8.expose()).map_err(|_| CryptoError::PrivateKeyUnreadable)
}

fn slow_sign(
    pkcs8: &SecretBytes,
    hash: SignatureHash,
    message: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let key = readable(pkcs8)?;
    macro_rules! with {
        ($hash:ty) => {
            pkcs1v15::SigningKey::<$hash>::new(key).try_sign(message)
        };
    }
    match hash {
        SignatureHash::Sha224 => with!(Sha224),
        SignatureHash::Sha256 => with!(Sha256),
        SignatureHash::Sha384 => with!(Sha384),
        SignatureHash::Sha512 => with!(Sha512),
    }
    .map(|signature| signature.to_vec())
    .map_err(|_| CryptoError::PrivateKeyUnreadable)
}

/// The padding is checked by [`rsa_wrap::decode`] and not by the `rsa` crate: version 0.10.0 does not look at the first
/// byte of the encoded message, which RFC 8017, section 7.1.2, step 3.g requires to be zero.
fn slow_open(
    pkcs8: &SecretBytes,
    cryptogram: &[u8],
    spec: WrappingKeySpec,
) -> Result<SecretBytes, CryptoError> {
    let key = readable(pkcs8)?;
    rsa_wrap::check_size(&key)?;
    if cryptogram.len() != key.size() {
        return Err(CryptoError::Unwrap);
    }
    let number = BoxedUint::from_be_slice(cryptogram, key.n_bits_precision())
        .map_err(|_| CryptoError::Unwrap)?;
    let message = Zeroizing::new(
        rsa::hazmat::rsa_decrypt_and_check(&key, Some(&mut SysRng), &number)
            .map_err(|_| CryptoError::Unwrap)?,
    );
    let wide = Zeroizing::new(message.to_be_bytes());
    // The integer is stored in whole words; these sizes are whole words, so nothing is cut or padded.
    let mut encoded = Zeroizing::new(wide.to_vec());
    match spec {
        WrappingKeySpec::RSA_OAEP_SHA_256 => rsa_wrap::decode::<Sha256>(&mut encoded),
        WrappingKeySpec::RSA_OAEP_SHA_512 => rsa_wrap::decode::<Sha512>(&mut encoded),
    }
    .ok_or(CryptoError::Unwrap)
}

fn slow_is_signed(
    spki_der: &[u8],
    hash: SignatureHash,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, CryptoError> {
    let key =
        PublicKey::from_public_key_der(spki_der).map_err(|_| CryptoError::WrappingKeyUnreadable)?;
    let Ok(signature) = pkcs1v15::Signature::try_from(signature) else {
        return Ok(false);
    };
    macro_rules! with {
        ($hash:ty) => {
            pkcs1v15::VerifyingKey::<$hash>::new(key).verify(message, &signature)
        };
    }
    Ok(match hash {
        SignatureHash::Sha224 => with!(Sha224),
        SignatureHash::Sha256 => with!(Sha256),
        SignatureHash::Sha384 => with!(Sha384),
        SignatureHash::Sha512 => with!(Sha512),
    }
    .is_ok())
}

#[cfg(test)]
mod tests;
