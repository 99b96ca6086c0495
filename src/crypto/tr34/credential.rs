//! What the two parties send before any key: their credentials (certificates, unsigned) and the receiver's nonce.
#![deny(clippy::indexing_slicing)]

use der::{
    Decode, Encode, Tag,
    asn1::{Any, OctetString},
};

use super::asn1::{Attribute, InOrder, Octets};
use super::build::set_of_one;
use super::error::Tr34Error;
use super::oid;
use super::signed::{Content, ContentInfo, SignedData};
use super::token::elements;

/// A credential token: one certificate, from a KDH with the revocation list of its authority. Nothing signs it: trust
/// comes from the chain alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// Revocation lists, DER; a KRD sends none.
    pub crls: Vec<Vec<u8>>,
}

impl Credential {
    /// Reads CT_KRD or CT_KDH (TR-34-2019, B.7 and B.6). The list may stand behind the signers, as B.6 has it.
    ///
    /// # Errors
    /// It is no credential of one certificate.
    pub fn parse(bytes: &[u8]) -> Result<Self, Tr34Error> {
        Self::of(&SignedData::read(bytes)?)
    }

    pub(super) fn of(data: &SignedData) -> Result<Self, Tr34Error> {
        let no = Tr34Error::NotAKeyToken;
        let silent = data.content.bytes.as_ref().is_none_or(|b| b.0.is_empty());
        if data.content.kind != oid::DATA || !silent {
            return Err(no("it carries content, which a credential does not"));
        }
        if !data.signers.0.is_empty() {
            return Err(Tr34Error::SignerCount(data.signers.0.len()));
        }
        let mut crls = elements(data.crls.as_ref())?;
        crls.extend(elements(data.late_crls.as_ref())?);
        Ok(Self {
            certificate: only_certificate(data)?,
            crls,
        })
    }

    /// Writes it: with a list CT_KDH, without CT_KRD.
    ///
    /// # Errors
    /// A part is no DER.
    pub fn to_der(&self) -> Result<Vec<u8>, Tr34Error> {
        let crls = self
            .crls
            .iter()
            .map(|crl| Any::from_der(crl))
            .collect::<der::Result<Vec<_>>>()?;
        let token = ContentInfo {
            kind: oid::SIGNED_DATA,
            content: SignedData {
                crls: (!crls.is_empty()).then_some(InOrder(crls)),
                ..certificates_only(Vec::new(), &self.certificate)?
            },
        };
        Ok(token.to_der()?)
    }
}

/// Signed data that nobody signed: content and one certificate.
pub(super) fn certificates_only(
    content: Vec<u8>,
    certificate: &[u8],
) -> Result<SignedData, Tr34Error> {
    Ok(SignedData {
        version: 1,
        digests: InOrder(Vec::new()),
        content: Content {
            kind: oid::DATA,
            bytes: Some(Octets(content)),
        },
        certificates: Some(set_of_one(certificate)?),
        crls: None,
        signers: InOrder(Vec::new()),
        late_crls: None,
    })
}

/// The one certificate of signed data.
pub(super) fn only_certificate(data: &SignedData) -> Result<Vec<u8>, Tr34Error> {
    let mut certificates = elements(data.certificates.as_ref())?;
    match (certificates.pop(), certificates.is_empty()) {
        (Some(certificate), true) => Ok(certificate),
        _ => Err(Tr34Error::NotAKeyToken(
            "it does not have exactly one certificate",
        )),
    }
}

/// Reads a random number token, RT_KRD (TR-34-2019, B.12): the nonce of 8 to 16 bytes.
///
/// # Errors
/// It is none, or the nonce is shorter or longer.
pub fn read_random(bytes: &[u8]) -> Result<Vec<u8>, Tr34Error> {
    let attribute = Attribute::from_ber(bytes)?;
    let single = || Tr34Error::AttributeNotSingle(oid::name(oid::RANDOM_NONCE));
    let [value] = attribute.values.0.as_slice() else {
        return Err(single());
    };
    let fits = (8..=16).contains(&value.value().len());
    if attribute.kind != oid::RANDOM_NONCE || value.header().tag() != Tag::OctetString || !fits {
        return Err(Tr34Error::NotAKeyToken(
            "it is no random number of 8 to 16 bytes",
        ));
    }
    Ok(value.value().to_vec())
}

/// Writes a random number token for a nonce of 8 to 16 random bytes.
///
/// # Errors
/// The nonce is shorter or longer.
pub fn write_random(nonce: &[u8]) -> Result<Vec<u8>, Tr34Error> {
    if !(8..=16).contains(&nonce.len()) {
        return Err(Tr34Error::Unwritable("a nonce has 8 to 16 bytes"));
    }
    Ok(super::build::attribute(oid::RANDOM_NONCE, &OctetString::new(nonce)?)?.to_der()?)
}
