//! The KDH key token: read without any key, verified with the sender's certificate, opened with the receiver's key.
#![deny(clippy::indexing_slicing)]

use der::{Decode, Encode, asn1::Any};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq, ConstantTimeLess};
use x509_cert::time::Time;
use zeroize::Zeroizing;

use super::asn1::PartyId;
use super::enveloped::{ContentCipher, Envelope};
use super::error::{OpenFault, Tr34Error};
use super::form::Form;
use super::key_block;
use super::oid;
use super::signed::{Signed, SignedData, SignerKey};
use crate::api::{Timestamp, WrappingKeySpec};
use crate::crypto::rsa_backend::OpeningKey;
use crate::crypto::tr31::{Header, Tr31Error};
use crate::crypto::{CryptoError, SecretBytes, symmetric};

/// How far a signing time may lie ahead of the receiver's clock, in milliseconds.
const AHEAD: i64 = 5 * 60 * 1000;

/// A span in words, `7 days`, `12 hours`.
fn days_and_hours(millis: i64) -> String {
    const HOUR: i64 = 60 * 60 * 1000;
    let hours = millis / HOUR;
    match (hours / 24, hours % 24) {
        (1, 0) => "1 day".to_owned(),
        (days, 0) => format!("{days} days"),
        _ => format!("{hours} hours"),
    }
}

/// A key token whose form is sound, in any dialect. Whether it is genuine, [`KeyToken::verify`] tells, and only then
/// is it worth opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyToken {
    form: Form,
    is_der: bool,
    signed: Signed,
    envelope: Envelope,
    header: Header,
    header_text: String,
    nonce: Option<Vec<u8>>,
    signing_time: Option<Timestamp>,
    certificates: Vec<Vec<u8>>,
    crls: Vec<Vec<u8>>,
}

impl KeyToken {
    /// Reads a token (DER, or BER with indefinite lengths) without any key.
    ///
    /// # Errors
    /// The first check of form that fails; SHA-1 and MD5 are refused by name.
    pub fn parse(bytes: &[u8]) -> Result<Self, Tr34Error> {
        let data = SignedData::read(bytes)?;
        if data.content.kind != oid::ENVELOPED_DATA {
            return Err(Tr34Error::NotAKeyToken(
                "what is signed is no enveloped data",
            ));
        }
        let signed = data.signed()?;
        signed.expect_content(oid::ENVELOPED_DATA)?;
        let attributes = &signed.attributes;
        if attributes.octets(oid::MESSAGE_DIGEST).is_none() {
            return Err(Tr34Error::Digest);
        }
        let header_text = header_text(attributes.octets(oid::DATA).ok_or(Tr34Error::NoHeader)?)?;
        let header = Header::parse_alone(&header_text).map_err(|e| match e {
            // What a block may lose, an HSM's own letter in front, a signed header cannot.
            Tr31Error::UnknownVersion(letter) => Tr34Error::HeaderVersion(letter),
            other => Tr34Error::Header(other),
        })?;
        let nonce = attributes.octets(oid::RANDOM_NONCE).map(<[u8]>::to_vec);
        let signing_time = attributes.one(oid::SIGNING_TIME).map(time).transpose()?;
        if nonce.is_none() && signing_time.is_none() {
            return Err(Tr34Error::NoFreshness);
        }
        let content = data.content.bytes.as_ref().map(|bytes| bytes.0.as_slice());
        let envelope = Envelope::read(content.unwrap_or_default())?;
        let form = form(&data, &signed, &envelope)?;
        Ok(Self {
            form,
            is_der: super::signed::ContentInfo::from_der(bytes).is_ok(),
            certificates: elements(data.certificates.as_ref())?,
            crls: elements(data.crls.as_ref())?,
            signed,
            envelope,
            header,
            header_text,
            nonce,
            signing_time,
        })
    }

    /// In which dialect it is written.
    pub const fn form(&self) -> &Form {
        &self.form
    }

    /// Whether it is DER throughout, or has BER's indefinite lengths.
    pub const fn is_der(&self) -> bool {
        self.is_der
    }

    /// Whose certificate it names as the signer's.
    pub const fn signer(&self) -> &PartyId {
        &self.signed.signer
    }

    /// Whose certificate it names as the receiver's.
    pub const fn recipient(&self) -> &PartyId {
        &self.envelope.recipient
    }

    /// The signed key block header: what the key is and may do. Version and length field mean nothing here.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The same as text, exactly as it stands.
    pub fn header_text(&self) -> &str {
        &self.header_text
    }

    /// The receiver's nonce: the token is two-pass.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// When it says that it was signed; it counts only where there is no nonce.
    pub const fn signing_time(&self) -> Option<Timestamp> {
        self.signing_time
    }

    /// The cipher of its content.
    pub const fn content_cipher(&self) -> ContentCipher {
        self.envelope.cipher
    }

    /// Length of the encrypted content key in bytes: that of the receiver's modulus.
    pub const fn encrypted_key_len(&self) -> usize {
        self.envelope.encrypted_key.len()
    }

    /// Length of the encrypted content in bytes.
    pub const fn content_len(&self) -> usize {
        self.envelope.content.len()
    }

    /// Names of the signed attributes in their order.
    pub fn attributes(&self) -> Vec<String> {
        self.signed.attributes.kinds().map(oid::name).collect()
    }

    /// Certificates that came with it, DER; they prove nothing.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// Revocation lists that came with it, DER.
    pub fn crls(&self) -> &[Vec<u8>] {
        &self.crls
    }

    /// Whether the token was signed with this key, and no other certificate hides under the signer's name.
    ///
    /// # Errors
    /// Another signer, a wrong signature, altered content, another certificate.
    pub fn verify(&self, signer: &SignerKey) -> Result<(), Tr34Error> {
        self.signed.verify(signer)?;
        super::carried_certificates(&self.certificates, signer)
    }

    /// Compares the nonce, in constant time; `None` stands for a one-pass exchange.
    ///
    /// # Errors
    /// The exchange has one pass and the token two, or the reverse; or it is another nonce.
    pub fn check_nonce(&self, expected: Option<&[u8]>) -> Result<(), Tr34Error> {
        match (&self.nonce, expected) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(Tr34Error::NonceMissing),
            (None, Some(_)) => Err(Tr34Error::NonceUnexpected),
            (Some(found), Some(expected)) if bool::from(found.as_slice().ct_eq(expected)) => Ok(()),
            (Some(_), Some(_)) => Err(Tr34Error::NonceMismatch),
        }
    }

    /// Whether a one-pass token is fresh: signed at most `window` milliseconds before `now` and at most five minutes
    /// after it. A token with a nonce passes.
    ///
    /// # Errors
    /// Its signing time is outside.
    pub fn check_signing_time(&self, now: Timestamp, window: i64) -> Result<(), Tr34Error> {
        match (self.nonce.is_some(), self.signing_time) {
            (true, _) => Ok(()),
            (false, Some(at)) if at >= now.plus_millis(-window) && at <= now.plus_millis(AHEAD) => {
                Ok(())
            }
            (false, Some(at)) if at > now => Err(Tr34Error::Ahead {
                at: at.rfc3339(),
                now: now.rfc3339(),
            }),
            (false, Some(at)) => Err(Tr34Error::TooOld {
                at: at.rfc3339(),
                now: now.rfc3339(),
                life: days_and_hours(window),
            }),
            (false, None) => Err(Tr34Error::NoFreshness),
        }
    }

    /// Opens the token with the receiver's RSA key and returns the key. Call [`KeyToken::verify`] first.
    ///
    /// Where OAEP does not decode, the work goes on with a content key that nobody can know, so that neither answer
    /// nor time tells how far opening came.
    ///
    /// # Errors
    /// It names another receiver; the private key is unreadable; and one error for everything else.
    pub fn open(
        &self,
        recipient: &PartyId,
        key: &OpeningKey<'_>,
    ) -> Result<SecretBytes, Tr34Error> {
        if self.envelope.recipient != *recipient {
            return Err(Tr34Error::Recipient);
        }
        let (content_key, fault) = self.content_key(key)?;
        let opened = self.decrypt(&content_key);
        match (fault, opened) {
            (Some(fault), _) => Err(Tr34Error::Unopened(fault)),
            (None, opened) => opened.map_err(Tr34Error::Unopened),
        }
    }

    /// The content key; another that fits the cipher, and the fault, where it does not come out.
    fn content_key(
        &self,
        key: &OpeningKey<'_>,
    ) -> Result<(SecretBytes, Option<OpenFault>), Tr34Error> {
        let wanted = self
            .envelope
            .cipher
            .algorithm()
            .key_bytes()
            .unwrap_or_default();
        let substitute = substitute(key.pkcs8, &self.envelope.encrypted_key, wanted);
        let hash = WrappingKeySpec::RSA_OAEP_SHA_256;
        match key.open(&self.envelope.encrypted_key, hash) {
            Ok(key) if key.len() == wanted => Ok((key, None)),
            Ok(_) => Ok((substitute, Some(OpenFault::ContentKey))),
            Err(CryptoError::Unwrap) => Ok((substitute, Some(OpenFault::Decryption))),
            Err(other) => Err(other.into()),
        }
    }

    /// Decrypts the content with a content key and judges what is inside against what was signed.
    fn decrypt(&self, content_key: &SecretBytes) -> Result<SecretBytes, OpenFault> {
        let envelope = &self.envelope;
        let mut plain = Zeroizing::new(envelope.content.clone());
        symmetric::cbc_decrypt(
            envelope.cipher.algorithm(),
            content_key,
            &envelope.iv,
            &mut plain,
        )
        .map_err(|_| OpenFault::Decryption)?;
        let length = unpadded(&plain, envelope.cipher.block_len()).ok_or(OpenFault::Padding)?;
        let inside = key_block::read(plain.get(..length).unwrap_or_default())?;
        if inside.sender != self.signed.signer {
            return Err(OpenFault::Sender);
        }
        if !bool::from(inside.header.as_slice().ct_eq(self.header_text.as_bytes())) {
            return Err(OpenFault::Header);
        }
        if !self.header.algorithm.admits(inside.key.len()) {
            return Err(OpenFault::KeyLength);
        }
        Ok(inside.key)
    }

    /// Opens the content with its own content key: for the samples of TR-34-2019, Annex B, whose OAEP no standard
    /// knows, and for checks against peers that print the content key.
    ///
    /// # Errors
    /// One error for everything that can be wrong with what is inside.
    pub fn open_with_content_key(
        &self,
        content_key: &SecretBytes,
    ) -> Result<SecretBytes, Tr34Error> {
        self.decrypt(content_key).map_err(Tr34Error::Unopened)
    }
}

/// A key that only the owner of the private key could compute, one for each encrypted key.
fn substitute(pkcs8: &SecretBytes, encrypted_key: &[u8], length: usize) -> SecretBytes {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(pkcs8.expose()) else {
        return SecretBytes::new(vec![0; length]);
    };
    mac.update(b"keymoot/tr34/substitute");
    mac.update(encrypted_key);
    let mut bytes = mac.finalize().into_bytes().to_vec();
    bytes.truncate(length);
    SecretBytes::new(bytes)
}

/// How much of the content is left without its padding (PKCS#7: every byte says how many); every byte of the last
/// block is looked at, whatever it holds.
fn unpadded(plain: &[u8], block: usize) -> Option<usize> {
    let last = plain.get(plain.len().checked_sub(block)?..)?;
    let count = *last.last()?;
    let block = u8::try_from(block).ok()?;
    let mut good = !count.ct_eq(&0) & !block.ct_lt(&count);
    for (byte, from_end) in last.iter().rev().zip(0_u8..) {
        let is_padding = from_end.ct_lt(&count);
        good &= !is_padding | byte.ct_eq(&count);
    }
    if bool::from(good & Choice::from(1)) {
        plain.len().checked_sub(usize::from(count))
    } else {
        None
    }
}

fn header_text(bytes: &[u8]) -> Result<String, Tr34Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Ok(text.to_owned()),
        _ => Err(Tr34Error::NoHeader),
    }
}

/// A signing time: UTCTime or GeneralizedTime (RFC 5652, section 11.3).
pub(super) fn time(value: &Any) -> Result<Timestamp, Tr34Error> {
    let time = Time::from_der(&value.to_der()?)?;
    let seconds = i64::try_from(time.to_unix_duration().as_secs())
        .map_err(|_| Tr34Error::Malformed("a time beyond all calendars".to_owned()))?;
    Ok(Timestamp::from_millis(seconds.saturating_mul(1000)))
}

fn form(data: &SignedData, signed: &Signed, envelope: &Envelope) -> Result<Form, Tr34Error> {
    let form = Form {
        version: data.version,
        envelope_header: envelope.has_header,
        content_inside: envelope.content_inside,
        oaep: envelope.oaep,
        names_hash: signed.with_sha256_rsa,
        sorted: signed.is_sorted(),
    };
    if data.late_crls.is_some() {
        return Err(Tr34Error::MixedForm(
            "revocation lists behind the signature",
        ));
    }
    match form.fault() {
        None => Ok(form),
        Some(fault) => Err(Tr34Error::MixedForm(fault)),
    }
}

/// The members of an optional set as DER elements.
pub(super) fn elements(set: Option<&super::asn1::InOrder<Any>>) -> Result<Vec<Vec<u8>>, Tr34Error> {
    set.map_or(&[][..], |set| set.0.as_slice())
        .iter()
        .map(|element| Ok(element.to_der()?))
        .collect()
}
