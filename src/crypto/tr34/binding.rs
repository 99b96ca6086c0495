//! Ending and moving the binding of a receiver: unbind and rebind, by the sender it is bound to, or by the
//! receiver's authority where that sender can no longer sign.
#![deny(clippy::indexing_slicing)]

use der::{
    Decode, DecodeValue, Encode, EncodingRules, Header, Length, Reader, SliceReader, Tag,
    asn1::OctetString,
};
use subtle::ConstantTimeEq;

use super::asn1::{InOrder, Octets, PartyId};
use super::build::{Sender, attribute, digest, plain, set, set_of_one, signature_algorithm};
use super::credential::{certificates_only, only_certificate};
use super::error::Tr34Error;
use super::form::Form;
use super::oid;
use super::signed::{self, Content, ContentInfo, Signed, SignedData, SignerInfo, SignerKey};
use super::token::{elements, time};
use crate::api::Timestamp;

/// An unbind or rebind token whose form is sound. Whether it is genuine, [`Binding::verify`] tells.
///
/// A receiver acts on it only if the signer is the KDH it is bound to (or its own authority, where the token names the
/// old KDH), the KRD named is itself, and the nonce is one it gave out and has not seen since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    signed: Signed,
    krd: PartyId,
    old_kdh: Option<PartyId>,
    new_kdh: Option<Vec<u8>>,
    nonce: Option<Vec<u8>>,
    signing_time: Option<Timestamp>,
    certificates: Vec<Vec<u8>>,
    crls: Vec<Vec<u8>>,
}

impl Binding {
    /// Reads UBT_KDH, RBT_KDH (TR-34-2019, B.11), UBT_CA or RBT_CA (B.10, B.13).
    ///
    /// # Errors
    /// The first check of form that fails.
    pub fn parse(bytes: &[u8]) -> Result<Self, Tr34Error> {
        Self::of(&SignedData::read(bytes)?)
    }

    pub(super) fn of(data: &SignedData) -> Result<Self, Tr34Error> {
        let signed = data.signed()?;
        signed.expect_content(data.content.kind)?;
        let content = data.content.bytes.as_ref().map(|bytes| bytes.0.as_slice());
        let content = content.unwrap_or_default();
        let (ids, new_kdh) = match data.content.kind {
            oid::DATA => (content.to_vec(), None),
            oid::SIGNED_DATA => {
                let inner = inner(content)?;
                let ids = inner.content.bytes.as_ref().map(|bytes| bytes.0.clone());
                (ids.unwrap_or_default(), Some(only_certificate(&inner)?))
            }
            _ => return Err(Tr34Error::NotAKeyToken("it neither unbinds nor rebinds")),
        };
        let (krd, old_kdh) = parties(&ids)?;
        let attributes = &signed.attributes;
        let nonce = attributes.octets(oid::RANDOM_NONCE).map(<[u8]>::to_vec);
        let signing_time = attributes.one(oid::SIGNING_TIME).map(time).transpose()?;
        if nonce.is_none() && signing_time.is_none() {
            return Err(Tr34Error::NoFreshness);
        }
        Ok(Self {
            certificates: elements(data.certificates.as_ref())?,
            crls: elements(data.crls.as_ref())?,
            signed,
            krd,
            old_kdh,
            new_kdh,
            nonce,
            signing_time,
        })
    }

    /// Whose certificate it names as the signer's.
    pub const fn signer(&self) -> &PartyId {
        &self.signed.signer
    }

    /// The receiver whose binding it ends or moves.
    pub const fn krd(&self) -> &PartyId {
        &self.krd
    }

    /// The sender the receiver was bound to: only where an authority signs.
    pub const fn old_kdh(&self) -> Option<&PartyId> {
        self.old_kdh.as_ref()
    }

    /// The certificate of the sender it is bound to from now on, DER; nothing where it is unbound.
    pub fn new_kdh(&self) -> Option<&[u8]> {
        self.new_kdh.as_deref()
    }

    /// The receiver's nonce.
    pub fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }

    /// When it says that it was signed.
    pub const fn signing_time(&self) -> Option<Timestamp> {
        self.signing_time
    }

    /// Certificates that came with it, DER; they prove nothing.
    pub fn certificates(&self) -> &[Vec<u8>] {
        &self.certificates
    }

    /// Revocation lists that came with it, DER.
    pub fn crls(&self) -> &[Vec<u8>] {
        &self.crls
    }

    /// Whether it was signed with this key.
    ///
    /// # Errors
    /// Another signer, a wrong signature, altered content, another certificate.
    pub fn verify(&self, signer: &SignerKey) -> Result<(), Tr34Error> {
        self.signed.verify(signer)?;
        super::carried_certificates(&self.certificates, signer)
    }

    /// Compares the nonce, in constant time.
    ///
    /// # Errors
    /// It is another, or there is none.
    pub fn check_nonce(&self, expected: &[u8]) -> Result<(), Tr34Error> {
        match &self.nonce {
            Some(found) if bool::from(found.as_slice().ct_eq(expected)) => Ok(()),
            Some(_) => Err(Tr34Error::NonceMismatch),
            None => Err(Tr34Error::NonceUnexpected),
        }
    }
}

/// The inner signed data; sample B.11 leaves its SEQUENCE header out.
fn inner(content: &[u8]) -> Result<SignedData, Tr34Error> {
    let data = match content.first() {
        Some(0x02) => {
            let header = Header::new(Tag::Sequence, Length::try_from(content.len())?);
            let mut reader = SliceReader::new_with_encoding_rules(content, EncodingRules::Ber)?;
            let data = SignedData::decode_value(&mut reader, header)?;
            reader.finish()?;
            data
        }
        // Some write the whole ContentInfo.
        _ => match SignedData::from_ber(content) {
            Ok(data) => data,
            Err(_) => SignedData::read(content)?,
        },
    };
    if data.content.kind == oid::DATA && data.signers.0.is_empty() {
        Ok(data)
    } else {
        Err(Tr34Error::NotAKeyToken(
            "what it moves the binding to is signed once more",
        ))
    }
}

/// One name, or two in succession: the receiver, then the sender it was bound to.
fn parties(bytes: &[u8]) -> Result<(PartyId, Option<PartyId>), Tr34Error> {
    let mut reader = SliceReader::new(bytes)?;
    let krd = PartyId::decode(&mut reader)?;
    let old = if reader.is_finished() {
        None
    } else {
        Some(PartyId::decode(&mut reader)?)
    };
    reader.finish()?;
    Ok((krd, old))
}

/// What a KDH sends to end or move the binding of a KRD.
pub struct BindingToSend<'b> {
    /// The receiver.
    pub krd: &'b PartyId,
    /// The certificate of the sender it is bound to from now on, DER; nothing to unbind it.
    pub new_kdh: Option<&'b [u8]>,
    /// The receiver's nonce.
    pub nonce: &'b [u8],
    /// The revocation list of the sender's authority, DER.
    pub crl: Option<&'b [u8]>,
}

/// Writes UBT_KDH or RBT_KDH, signed by the KDH that the receiver is bound to.
///
/// # Errors
/// A part is no DER, or the signing key cannot be read.
pub fn build_binding(
    form: &Form,
    sender: &Sender<'_>,
    sent: &BindingToSend<'_>,
) -> Result<Vec<u8>, Tr34Error> {
    let (kind, content) = match sent.new_kdh {
        None => (oid::DATA, sent.krd.to_der()),
        Some(certificate) => {
            let inner = certificates_only(sent.krd.to_der(), certificate)?;
            (oid::SIGNED_DATA, inner.to_der()?)
        }
    };
    let list = [
        attribute(oid::CONTENT_TYPE, &kind)?,
        attribute(oid::RANDOM_NONCE, &OctetString::new(sent.nonce)?)?,
        digest(&content)?,
    ];
    let attributes = set(&list, form.sorted)?;
    let signature = signed::sign(sender.key, &attributes)?;
    let sha256 = plain(oid::SHA256, None);
    let token = ContentInfo {
        kind: oid::SIGNED_DATA,
        content: SignedData {
            version: form.version,
            digests: InOrder(vec![sha256.clone()]),
            content: Content {
                kind,
                bytes: Some(Octets(content)),
            },
            certificates: None,
            crls: sent.crl.map(set_of_one).transpose()?,
            signers: InOrder(vec![SignerInfo {
                version: 1,
                signer: sender.id.clone(),
                digest: sha256,
                attributes: Some(attributes),
                algorithm: signature_algorithm(form.names_hash),
                signature: Octets(signature),
                unsigned: None,
            }]),
            late_crls: None,
        },
    };
    Ok(token.to_der()?)
}
