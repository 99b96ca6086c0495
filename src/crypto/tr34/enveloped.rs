//! EnvelopedData (RFC 5652, section 6) in TR-34's dialects: with or without its own SEQUENCE header, the cipher text
//! beside the algorithm or inside it, OAEP's parameters in four spellings.
#![deny(clippy::indexing_slicing)]

use der::{
    Decode, DecodeValue, Encode, EncodeValue, EncodingRules, Header, Length, Reader, Sequence,
    SliceReader, Tag,
    asn1::{Any, ObjectIdentifier},
};
use spki::AlgorithmIdentifierOwned;

use super::asn1::{InOrder, Octets, PartyId};
use super::error::Tr34Error;
use super::oid;
use super::signed::expect;
use crate::api::KeyAlgorithm;

/// The envelope.
#[derive(Debug, Sequence)]
pub(super) struct EnvelopedData {
    pub(super) version: u8,
    pub(super) recipients: InOrder<RecipientInfo>,
    pub(super) content: EncryptedContent,
}

/// For whom, and the content key.
#[derive(Debug, Sequence)]
pub(super) struct RecipientInfo {
    pub(super) version: u8,
    pub(super) recipient: PartyId,
    pub(super) algorithm: AlgorithmIdentifierOwned,
    pub(super) encrypted_key: Octets,
}

/// The encrypted key block; its cipher text stands here or in the algorithm.
#[derive(Debug, Sequence)]
pub(super) struct EncryptedContent {
    pub(super) kind: ObjectIdentifier,
    pub(super) algorithm: ContentAlgorithm,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) beside: Option<Octets>,
}

/// Cipher and initialisation vector.
#[derive(Debug, Sequence)]
pub(super) struct ContentAlgorithm {
    pub(super) cipher: ObjectIdentifier,
    pub(super) iv: Octets,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) inside: Option<Octets>,
}

/// The cipher of the content, in CBC mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// Three-key TDES: for TDES keys.
    TdesEde3,
    /// AES with 128 bits: for AES keys.
    Aes128,
    /// AES with 256 bits: read, never written.
    Aes256,
}

impl ContentCipher {
    pub(super) const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::TdesEde3 => oid::DES_EDE3_CBC,
            Self::Aes128 => oid::AES128_CBC,
            Self::Aes256 => oid::AES256_CBC,
        }
    }

    fn from_oid(oid: ObjectIdentifier) -> Result<Self, Tr34Error> {
        [Self::TdesEde3, Self::Aes128, Self::Aes256]
            .into_iter()
            .find(|cipher| cipher.oid() == oid)
            .ok_or_else(|| Tr34Error::Algorithm {
                place: "content cipher",
                oid: oid.to_string(),
            })
    }

    /// The name people know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TdesEde3 => "des-ede3-cbc",
            Self::Aes128 => "aes128-cbc",
            Self::Aes256 => "aes256-cbc",
        }
    }

    pub(super) const fn algorithm(self) -> KeyAlgorithm {
        match self {
            Self::TdesEde3 => KeyAlgorithm::TDES_3KEY,
            Self::Aes128 => KeyAlgorithm::AES_128,
            Self::Aes256 => KeyAlgorithm::AES_256,
        }
    }

    pub(super) const fn block_len(self) -> usize {
        match self {
            Self::TdesEde3 => 8,
            Self::Aes128 | Self::Aes256 => 16,
        }
    }
}

/// How OAEP's parameters are spelled; all four say SHA-256, MGF1 with SHA-256, empty label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OaepForm {
    /// RFC 8017: context tags, hashes with NULL.
    Tagged,
    /// The same without NULL.
    TaggedNoNull,
    /// Annex B of TR-34: no tags, hash with NULL.
    Untagged,
    /// The same without NULL.
    UntaggedNoNull,
}

impl OaepForm {
    /// Whether it is RFC 8017's.
    pub const fn is_tagged(self) -> bool {
        matches!(self, Self::Tagged | Self::TaggedNoNull)
    }
}

/// An envelope, judged in form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope {
    pub(super) recipient: PartyId,
    pub(super) encrypted_key: Vec<u8>,
    pub(super) cipher: ContentCipher,
    pub(super) iv: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) has_header: bool,
    pub(super) content_inside: bool,
    pub(super) oaep: OaepForm,
}

impl Envelope {
    /// Reads the content of a key token.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Tr34Error> {
        let (data, has_header) = outer(bytes)?;
        let [recipient] = data.recipients.0.as_slice() else {
            return Err(Tr34Error::NotAKeyToken("it has not exactly one receiver"));
        };
        if data.version != 0 || recipient.version != 0 || data.content.kind != oid::DATA {
            return Err(Tr34Error::NotAKeyToken(
                "its envelope is of another version or kind",
            ));
        }
        let oaep = oaep(&recipient.algorithm)?;
        let algorithm = &data.content.algorithm;
        let (content, content_inside) = match (&algorithm.inside, &data.content.beside) {
            (Some(inside), None) => (inside, true),
            (None, Some(beside)) => (beside, false),
            _ => return Err(Tr34Error::NotAKeyToken("it has no cipher text, or two")),
        };
        let cipher = ContentCipher::from_oid(algorithm.cipher)?;
        if algorithm.iv.0.len() != cipher.block_len() {
            return Err(Tr34Error::Malformed(
                "the initialisation vector is not one block".to_owned(),
            ));
        }
        Ok(Self {
            recipient: recipient.recipient.clone(),
            encrypted_key: recipient.encrypted_key.0.clone(),
            cipher,
            iv: algorithm.iv.0.clone(),
            content: content.0.clone(),
            has_header,
            content_inside,
            oaep,
        })
    }
}

/// With a SEQUENCE header around the fields, or the fields alone (TR-34:2012, "non-CMS").
fn outer(bytes: &[u8]) -> Result<(EnvelopedData, bool), Tr34Error> {
    if bytes.first() != Some(&0x02) {
        return Ok((EnvelopedData::from_ber(bytes)?, true));
    }
    let header = Header::new(Tag::Sequence, Length::try_from(bytes.len())?);
    let mut reader = SliceReader::new_with_encoding_rules(bytes, EncodingRules::Ber)?;
    let data = EnvelopedData::decode_value(&mut reader, header)?;
    reader.finish()?;
    Ok((data, false))
}

/// The envelope as bytes, in the dialect asked for.
pub(super) fn write(data: &EnvelopedData, with_header: bool) -> Result<Vec<u8>, Tr34Error> {
    if with_header {
        return Ok(data.to_der()?);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(data.value_len()?)?);
    data.encode_value(&mut bytes)?;
    Ok(bytes)
}

#[derive(Sequence)]
struct Tagged {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    label: Option<AlgorithmIdentifierOwned>,
}

#[derive(Sequence)]
struct Untagged {
    hash: AlgorithmIdentifierOwned,
    mask: AlgorithmIdentifierOwned,
    #[asn1(optional = "true")]
    label: Option<AlgorithmIdentifierOwned>,
}

/// Judges the key-encryption algorithm: RSAES-OAEP, SHA-256 throughout, empty label.
fn oaep(algorithm: &AlgorithmIdentifierOwned) -> Result<OaepForm, Tr34Error> {
    if algorithm.oid != oid::RSAES_OAEP {
        return Err(Tr34Error::Algorithm {
            place: "key encryption",
            oid: algorithm.oid.to_string(),
        });
    }
    let der = match &algorithm.parameters {
        Some(parameters) => parameters.to_der()?,
        // RFC 8017: everything that is absent means SHA-1.
        None => return Err(sha1()),
    };
    let is_tagged = algorithm
        .parameters
        .as_ref()
        .and_then(|parameters| parameters.value().first())
        .is_none_or(|first| *first != 0x30);
    let (hash, mask, label) = if is_tagged {
        let found = Tagged::from_der(&der)?;
        let (Some(hash), Some(mask)) = (found.hash, found.mask) else {
            return Err(sha1());
        };
        (hash, mask, found.label)
    } else {
        let found = Untagged::from_der(&der)?;
        (found.hash, found.mask, found.label)
    };
    expect(&hash, &[oid::SHA256], "key encryption")?;
    judge_mask(&mask)?;
    judge_label(label.as_ref())?;
    Ok(match (is_tagged, hash.parameters.is_some()) {
        (true, true) => OaepForm::Tagged,
        (true, false) => OaepForm::TaggedNoNull,
        (false, true) => OaepForm::Untagged,
        (false, false) => OaepForm::UntaggedNoNull,
    })
}

const fn sha1() -> Tr34Error {
    Tr34Error::WeakHash {
        hash: "SHA-1",
        place: "key encryption",
    }
}

fn judge_mask(mask: &AlgorithmIdentifierOwned) -> Result<(), Tr34Error> {
    if mask.oid != oid::MGF1 {
        return Err(Tr34Error::Algorithm {
            place: "key encryption",
            oid: mask.oid.to_string(),
        });
    }
    let hash = mask.parameters.as_ref().ok_or_else(sha1)?;
    let hash = hash.decode_as::<AlgorithmIdentifierOwned>()?;
    expect(&hash, &[oid::SHA256], "key encryption")
}

fn judge_label(label: Option<&AlgorithmIdentifierOwned>) -> Result<(), Tr34Error> {
    let Some(label) = label else {
        return Ok(());
    };
    let empty = label.parameters.as_ref().is_none_or(|parameters| {
        parameters.header().tag() == Tag::OctetString && parameters.value().is_empty()
    });
    if label.oid == oid::P_SPECIFIED && empty {
        return Ok(());
    }
    Err(Tr34Error::Algorithm {
        place: "key encryption",
        oid: "OAEP with a label".to_owned(),
    })
}

/// The key-encryption algorithm in one of its spellings.
pub(super) fn oaep_algorithm(form: OaepForm) -> Result<AlgorithmIdentifierOwned, Tr34Error> {
    let null = || Some(Any::null());
    let sha256 = |parameters| AlgorithmIdentifierOwned {
        oid: oid::SHA256,
        parameters,
    };
    let mask = |inner: &AlgorithmIdentifierOwned| -> der::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: oid::MGF1,
            parameters: Some(Any::encode_from(inner)?),
        })
    };
    let parameters = match form {
        OaepForm::Tagged | OaepForm::TaggedNoNull => {
            let hash = sha256(if form == OaepForm::Tagged {
                null()
            } else {
                None
            });
            Any::encode_from(&Tagged {
                mask: Some(mask(&hash)?),
                hash: Some(hash),
                label: None,
            })?
        }
        OaepForm::Untagged | OaepForm::UntaggedNoNull => Any::encode_from(&Untagged {
            hash: sha256(if form == OaepForm::Untagged {
                null()
            } else {
                None
            }),
            // Annex B and the service leave NULL out here.
            mask: mask(&sha256(None))?,
            label: Some(AlgorithmIdentifierOwned {
                oid: oid::P_SPECIFIED,
                parameters: Some(Any::new(Tag::OctetString, [])?),
            }),
        })?,
    };
    Ok(AlgorithmIdentifierOwned {
        oid: oid::RSAES_OAEP,
        parameters: Some(parameters),
    })
}
