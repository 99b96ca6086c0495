//! SignedData (RFC 5652, section 5) as TR-34 uses it: exactly one signer, by issuer and serial number.
#![deny(clippy::indexing_slicing)]

use der::{
    Decode, Encode, Sequence,
    asn1::{Any, ObjectIdentifier},
};
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use subtle::ConstantTimeEq;

use super::asn1::{Attribute, InOrder, Octets, PartyId, RawSet};
use super::error::Tr34Error;
use super::oid;
use crate::crypto::rsa_backend::{self, SignatureHash, SigningKey};

/// A token's outermost element.
#[derive(Debug, Sequence)]
pub(super) struct ContentInfo {
    pub(super) kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: SignedData,
}

/// Its certificate and revocation lists stay bytes; `late_crls` is where sample B.6 of TR-34-2019 puts them.
#[derive(Debug, Sequence)]
pub(super) struct SignedData {
    pub(super) version: u8,
    pub(super) digests: InOrder<AlgorithmIdentifierOwned>,
    pub(super) content: Content,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) certificates: Option<InOrder<Any>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) crls: Option<InOrder<Any>>,
    pub(super) signers: InOrder<SignerInfo>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) late_crls: Option<InOrder<Any>>,
}

/// What is signed.
#[derive(Debug, Sequence)]
pub(super) struct Content {
    pub(super) kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) bytes: Option<Octets>,
}

/// Who signed, what, and how.
#[derive(Debug, Sequence)]
pub(super) struct SignerInfo {
    pub(super) version: u8,
    pub(super) signer: PartyId,
    pub(super) digest: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) attributes: Option<RawSet>,
    pub(super) algorithm: AlgorithmIdentifierOwned,
    pub(super) signature: Octets,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) unsigned: Option<RawSet>,
}

/// A signature over attributes, as received and judged in form; whether it is good, [`Signed::verify`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) signer: PartyId,
    pub(super) attributes: Attributes,
    /// The attributes as a SET, which is what was signed.
    message: Vec<u8>,
    signature: Vec<u8>,
    /// SHA-256 of the content that came with it.
    digest: [u8; 32],
    pub(super) with_sha256_rsa: bool,
}

/// The key that a token must be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerKey {
    /// Issuer and serial number of its certificate.
    pub id: PartyId,
    /// SubjectPublicKeyInfo, DER.
    pub spki_der: Vec<u8>,
    /// The certificate, DER: one under the same name inside a token must be this one.
    pub certificate_der: Vec<u8>,
}

impl SignedData {
    /// Reads a token by the rules of BER.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Tr34Error> {
        let info = ContentInfo::from_ber(bytes)?;
        if info.kind != oid::SIGNED_DATA {
            return Err(Tr34Error::NotAKeyToken("it is not signed data"));
        }
        Ok(info.content)
    }

    /// Its one signature, with every attribute there once and with one value.
    pub(super) fn signed(&self) -> Result<Signed, Tr34Error> {
        let [info] = self.signers.0.as_slice() else {
            return Err(Tr34Error::SignerCount(self.signers.0.len()));
        };
        // One vendor writes its 73 here too.
        let version = info.version == 1 || (info.version == 73 && self.version == 73);
        if !version || info.unsigned.is_some() {
            return Err(Tr34Error::MixedForm(
                "a signer of another version or with unsigned attributes",
            ));
        }
        self.judge_algorithms(info)?;
        let raw = info.attributes.as_ref().ok_or(Tr34Error::ContentType)?;
        let content = self.content.bytes.as_ref().map(|c| c.0.as_slice());
        Ok(Signed {
            signer: info.signer.clone(),
            attributes: Attributes::read(raw)?,
            message: raw.to_der()?,
            signature: info.signature.0.clone(),
            digest: Sha256::digest(content.unwrap_or_default()).into(),
            with_sha256_rsa: info.algorithm.oid == oid::SHA256_WITH_RSA,
        })
    }

    fn judge_algorithms(&self, info: &SignerInfo) -> Result<(), Tr34Error> {
        let listed = self.digests.0.iter().map(|digest| (digest, "digest"));
        let digests = listed.chain([(&info.digest, "digest")]);
        for (digest, place) in digests {
            expect(digest, &[oid::SHA256], place)?;
        }
        expect(
            &info.algorithm,
            &[oid::RSA_ENCRYPTION, oid::SHA256_WITH_RSA],
            "signature",
        )?;
        if self.digests.0.len() == 1 {
            Ok(())
        } else {
            Err(Tr34Error::MixedForm("not exactly one digest algorithm"))
        }
    }
}

/// An algorithm without parameters, or with NULL, that must be one of `allowed`.
pub(super) fn expect(
    algorithm: &AlgorithmIdentifierOwned,
    allowed: &[ObjectIdentifier],
    place: &'static str,
) -> Result<(), Tr34Error> {
    if let Some(hash) = oid::weak(algorithm.oid) {
        return Err(Tr34Error::WeakHash { hash, place });
    }
    let plain = algorithm
        .parameters
        .as_ref()
        .is_none_or(|parameters| parameters.to_ref().is_null());
    if allowed.contains(&algorithm.oid) && plain {
        return Ok(());
    }
    Err(Tr34Error::Algorithm {
        place,
        oid: algorithm.oid.to_string(),
    })
}

impl Signed {
    /// Whether the attributes name this content type, as they must.
    pub(super) fn expect_content(&self, kind: ObjectIdentifier) -> Result<(), Tr34Error> {
        let named = self
            .attributes
            .one(oid::CONTENT_TYPE)
            .and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
        if named == Some(kind) {
            Ok(())
        } else {
            Err(Tr34Error::ContentType)
        }
    }

    /// Whether the attributes stand in the order that DER asks for.
    pub(super) fn is_sorted(&self) -> bool {
        let members = InOrder::<Any>::from_der(&self.message).map(|set| set.0);
        let encoded: Option<Vec<Vec<u8>>> = members
            .ok()
            .and_then(|members| members.iter().map(|m| m.to_der().ok()).collect());
        encoded.is_some_and(|encoded| encoded.is_sorted())
    }

    /// Signer, RSASSA-PKCS1-v1_5 signature with SHA-256, and messageDigest, in this order.
    pub(super) fn verify(&self, signer: &SignerKey) -> Result<(), Tr34Error> {
        if self.signer != signer.id {
            return Err(Tr34Error::Signer);
        }
        let hash = SignatureHash::Sha256;
        let key = &signer.spki_der;
        if !rsa_backend::is_signed(key, hash, &self.message, &self.signature)? {
            return Err(Tr34Error::Signature);
        }
        let said = self.attributes.octets(oid::MESSAGE_DIGEST);
        match said {
            Some(said) if bool::from(said.ct_eq(&self.digest)) => Ok(()),
            _ => Err(Tr34Error::Digest),
        }
    }
}

/// Signed attributes, each there once and with one value, in the order received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributes(Vec<(ObjectIdentifier, Any)>);

impl Attributes {
    fn read(raw: &RawSet) -> Result<Self, Tr34Error> {
        let set = InOrder::<Attribute>::from_der(&raw.to_der()?)?;
        let mut found: Vec<(ObjectIdentifier, Any)> = Vec::new();
        for attribute in set.0 {
            let single = || Tr34Error::AttributeNotSingle(oid::name(attribute.kind));
            let [value] = attribute.values.0.as_slice() else {
                return Err(single());
            };
            if found.iter().any(|(kind, _)| *kind == attribute.kind) {
                return Err(single());
            }
            found.push((attribute.kind, value.clone()));
        }
        Ok(Self(found))
    }

    /// The attribute's value.
    pub(super) fn one(&self, kind: ObjectIdentifier) -> Option<&Any> {
        self.0
            .iter()
            .find(|(found, _)| *found == kind)
            .map(|(_, value)| value)
    }

    /// The value of an attribute that is an OCTET STRING.
    pub(super) fn octets(&self, kind: ObjectIdentifier) -> Option<&[u8]> {
        self.one(kind)
            .filter(|value| value.header().tag() == der::Tag::OctetString)
            .map(Any::value)
    }

    /// Which attributes there are, in the order received.
    pub(super) fn kinds(&self) -> impl Iterator<Item = ObjectIdentifier> {
        self.0.iter().map(|(kind, _)| *kind)
    }
}

/// Signs attributes: RSASSA-PKCS1-v1_5 with SHA-256, which gives one result for one input.
pub(super) fn sign(key: &SigningKey<'_>, attributes: &RawSet) -> Result<Vec<u8>, Tr34Error> {
    Ok(key.sign(SignatureHash::Sha256, &attributes.to_der()?)?)
}
