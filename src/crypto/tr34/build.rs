//! Writing key tokens: as a KDH, for a KRD's certificate.
#![deny(clippy::indexing_slicing)]

use std::time::Duration;

use der::{
    DateTime, Encode,
    asn1::{Any, ObjectIdentifier, OctetString},
};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::time::Time;
use zeroize::Zeroizing;

use super::asn1::{Attribute, InOrder, Octets, PartyId, RawSet};
use super::enveloped::{
    self, ContentAlgorithm, ContentCipher, EncryptedContent, EnvelopedData, RecipientInfo,
};
use super::error::Tr34Error;
use super::form::Profile;
use super::key_block;
use super::oid;
use super::signed::{self, Content, ContentInfo, SignedData, SignerInfo};
use crate::api::{Timestamp, WrappingKeySpec};
use crate::crypto::rsa_backend::SigningKey;
use crate::crypto::tr31::{Algorithm, Header};
use crate::crypto::{SecretBytes, keygen, rsa_wrap, symmetric};

/// What proves that a token is fresh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Two-pass: the receiver's nonce.
    Nonce(Vec<u8>),
    /// One-pass: the time of signing.
    SigningTime(Timestamp),
}

/// Who signs.
pub struct Sender<'s> {
    /// Issuer and serial number of the signing certificate.
    pub id: &'s PartyId,
    /// Its private key.
    pub key: &'s SigningKey<'s>,
}

/// For whom.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'r> {
    /// Issuer and serial number of the receiver's certificate.
    pub id: &'r PartyId,
    /// Its public key, SubjectPublicKeyInfo DER.
    pub spki_der: &'r [u8],
}

/// What a key token carries.
pub struct KeyToSend<'k> {
    /// The key.
    pub key: &'k SecretBytes,
    /// Its header as text; see [`header_text`].
    pub header: &'k str,
    /// What proves that it is fresh.
    pub freshness: &'k Freshness,
    /// The revocation list of the sender's authority, DER; the service wants none.
    pub crl: Option<&'k [u8]>,
    /// The sender's certificate, DER, where a partner wants it inside; normally absent.
    pub certificate: Option<&'k [u8]>,
}

/// A header as TR-34 carries it: with the length that a key block of its version with this key would have.
///
/// # Errors
/// The header cannot be written.
pub fn header_text(header: &Header, profile: &Profile) -> Result<String, Tr34Error> {
    let mut header = header.clone();
    header.version = profile.header_version;
    let alone = header.to_text(0).map_err(Tr34Error::Header)?;
    let version = header.version;
    let payload = (2 + header.algorithm.hidden_as()).next_multiple_of(version.payload_multiple());
    let total = alone.len() + 2 * (payload + version.mac_len());
    header.to_text(total).map_err(Tr34Error::Header)
}

/// Writes a key token. TDES keys travel under a TDES content key, AES keys under AES with 128 bits.
///
/// Randomness is drawn for the content key, the initialisation vector and OAEP's seed, in this order.
///
/// # Errors
/// The header is none, the key does not fit it, a key cannot be read, or the parts do not fit together.
pub fn build(
    profile: &Profile,
    sender: &Sender<'_>,
    recipient: &Recipient<'_>,
    sent: &KeyToSend<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, Tr34Error> {
    let header = Header::parse_alone(sent.header).map_err(Tr34Error::Header)?;
    if !header.algorithm.admits(sent.key.len()) {
        return Err(Tr34Error::Unwritable(
            "the key has a length that its header's algorithm does not have",
        ));
    }
    let cipher = if header.algorithm == Algorithm::TDES {
        ContentCipher::TdesEde3
    } else {
        ContentCipher::Aes128
    };
    let block = key_block::write(sender.id, sent.key, sent.header, profile.inner_header)?;
    let content = envelope(*profile, recipient, &block, cipher, rng)?;
    let attributes = attributes(*profile, &content, sent)?;
    let signature = signed::sign(sender.key, &attributes)?;
    let crls = sent.crl.map(set_of_one).transpose()?;
    let certificates = sent.certificate.map(set_of_one).transpose()?;
    let sha256 = plain(oid::SHA256, None);
    let token = ContentInfo {
        kind: oid::SIGNED_DATA,
        content: SignedData {
            version: profile.form.version,
            digests: InOrder(vec![sha256.clone()]),
            content: Content {
                kind: oid::ENVELOPED_DATA,
                bytes: Some(Octets(content)),
            },
            certificates,
            crls,
            signers: InOrder(vec![SignerInfo {
                version: 1,
                signer: sender.id.clone(),
                digest: sha256,
                attributes: Some(attributes),
                algorithm: signature_algorithm(profile.form.names_hash),
                signature: Octets(signature),
                unsigned: None,
            }]),
            late_crls: None,
        },
    };
    Ok(token.to_der()?)
}

pub(super) fn signature_algorithm(names_hash: bool) -> AlgorithmIdentifierOwned {
    let algorithm = if names_hash {
        oid::SHA256_WITH_RSA
    } else {
        oid::RSA_ENCRYPTION
    };
    plain(algorithm, Some(Any::null()))
}

pub(super) const fn plain(
    oid: ObjectIdentifier,
    parameters: Option<Any>,
) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters }
}

pub(super) fn set_of_one(der: &[u8]) -> Result<InOrder<Any>, Tr34Error> {
    use der::Decode as _;
    Ok(InOrder(vec![Any::from_der(der)?]))
}

fn envelope(
    profile: Profile,
    recipient: &Recipient<'_>,
    block: &[u8],
    cipher: ContentCipher,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, Tr34Error> {
    let content_key = keygen::symmetric(cipher.algorithm(), rng)?;
    let mut iv = vec![0; cipher.block_len()];
    rng.fill_bytes(&mut iv);
    let hash = WrappingKeySpec::RSA_OAEP_SHA_256;
    let encrypted_key = rsa_wrap::wrap(recipient.spki_der, &content_key, hash, rng)?;
    let mut content = padded(block, cipher.block_len());
    symmetric::cbc_encrypt(cipher.algorithm(), &content_key, &iv, &mut content)?;
    let content = Some(Octets(content.to_vec()));
    let (inside, beside) = if profile.form.content_inside {
        (content, None)
    } else {
        (None, content)
    };
    let data = EnvelopedData {
        version: 0,
        recipients: InOrder(vec![RecipientInfo {
            version: 0,
            recipient: recipient.id.clone(),
            algorithm: enveloped::oaep_algorithm(profile.form.oaep)?,
            encrypted_key: Octets(encrypted_key),
        }]),
        content: EncryptedContent {
            kind: oid::DATA,
            algorithm: ContentAlgorithm {
                cipher: cipher.oid(),
                iv: Octets(iv),
                inside,
            },
            beside,
        },
    };
    enveloped::write(&data, profile.form.envelope_header)
}

/// PKCS#7 padding: always one byte at least.
fn padded(block: &[u8], multiple: usize) -> Zeroizing<Vec<u8>> {
    let total = (block.len() + 1).next_multiple_of(multiple);
    let mut plain = Zeroizing::new(Vec::with_capacity(total));
    plain.extend_from_slice(block);
    // One to 16.
    let count = u8::try_from(total - block.len()).unwrap_or_default();
    plain.resize(total, count);
    plain
}

fn attributes(profile: Profile, content: &[u8], sent: &KeyToSend<'_>) -> Result<RawSet, Tr34Error> {
    let fresh = match sent.freshness {
        Freshness::Nonce(nonce) => {
            attribute(oid::RANDOM_NONCE, &OctetString::new(nonce.as_slice())?)?
        }
        Freshness::SigningTime(at) => attribute(oid::SIGNING_TIME, &time(*at)?)?,
    };
    let list = [
        attribute(oid::CONTENT_TYPE, &oid::ENVELOPED_DATA)?,
        fresh,
        attribute(oid::DATA, &OctetString::new(sent.header.as_bytes())?)?,
        digest(content)?,
    ];
    set(&list, profile.form.sorted)
}

pub(super) fn digest(content: &[u8]) -> Result<Attribute, Tr34Error> {
    let digest = Sha256::digest(content);
    attribute(oid::MESSAGE_DIGEST, &OctetString::new(digest.as_slice())?)
}

pub(super) fn attribute<T>(kind: ObjectIdentifier, value: &T) -> Result<Attribute, Tr34Error>
where
    T: der::Tagged + der::EncodeValue,
{
    Ok(Attribute {
        kind,
        values: InOrder(vec![Any::encode_from(value)?]),
    })
}

/// The attributes as the bytes inside their set: in the order of DER, or as given.
pub(super) fn set(attributes: &[Attribute], sorted: bool) -> Result<RawSet, Tr34Error> {
    let mut encoded = attributes
        .iter()
        .map(Encode::to_der)
        .collect::<der::Result<Vec<_>>>()?;
    if sorted {
        encoded.sort();
    }
    Ok(RawSet(encoded.concat()))
}

fn time(at: Timestamp) -> Result<Time, Tr34Error> {
    let seconds = u64::try_from(at.millis().div_euclid(1000))
        .map_err(|_| Tr34Error::Unwritable("the time lies before 1970"))?;
    Ok(DateTime::from_unix_duration(Duration::from_secs(seconds)).map(Time::from)?)
}
