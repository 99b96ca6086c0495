//! The key block inside the envelope: sender, key, header (TR-34-2019, B.8).
#![deny(clippy::indexing_slicing)]

use der::{
    Decode, Encode, Sequence, Tag, Tagged,
    asn1::{Any, AnyRef, OctetStringRef},
};
use zeroize::Zeroizing;

use super::asn1::{Attribute, InOrder, PartyId};
use super::error::{OpenFault, Tr34Error};
use super::oid;
use crate::crypto::SecretBytes;

/// How the header stands in the key block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InnerHeader {
    /// As an attribute, with version 1.
    Attribute,
    /// As a bare OCTET STRING, with version 0.
    Octets,
}

#[derive(Sequence)]
struct KeyBlock<'a> {
    version: u8,
    sender: PartyId,
    key: &'a OctetStringRef,
    header: AnyRef<'a>,
}

/// What a key block says.
pub(super) struct Opened {
    pub(super) sender: PartyId,
    pub(super) key: SecretBytes,
    pub(super) header: Vec<u8>,
}

/// Reads the decrypted content, which must be one key block and nothing else.
pub(super) fn read(plain: &[u8]) -> Result<Opened, OpenFault> {
    let block = KeyBlock::from_der(plain).map_err(|_| {
        // One element that is no key block, or no single element at all.
        if AnyRef::from_der(plain).is_ok() {
            OpenFault::KeyBlock
        } else {
            OpenFault::Decryption
        }
    })?;
    let header = match block.header.tag() {
        Tag::OctetString => block.header.value().to_vec(),
        _ => attribute(block.header).ok_or(OpenFault::KeyBlock)?,
    };
    if block.version > 1 {
        return Err(OpenFault::KeyBlock);
    }
    Ok(Opened {
        sender: block.sender,
        key: SecretBytes::from_slice(block.key.as_bytes()),
        header,
    })
}

fn attribute(header: AnyRef<'_>) -> Option<Vec<u8>> {
    let attribute = Attribute::from_der(&header.to_der().ok()?).ok()?;
    let [value] = attribute.values.0.as_slice() else {
        return None;
    };
    (attribute.kind == oid::DATA && value.header().tag() == Tag::OctetString)
        .then(|| value.value().to_vec())
}

/// Writes a key block.
pub(super) fn write(
    sender: &PartyId,
    key: &SecretBytes,
    header: &str,
    form: InnerHeader,
) -> Result<Zeroizing<Vec<u8>>, Tr34Error> {
    let octets = Any::new(Tag::OctetString, header.as_bytes())?;
    let (version, header) = match form {
        InnerHeader::Octets => (0, octets),
        InnerHeader::Attribute => {
            let attribute = Attribute {
                kind: oid::DATA,
                values: InOrder(vec![octets]),
            };
            (1, Any::encode_from(&attribute)?)
        }
    };
    let block = KeyBlock {
        version,
        sender: sender.clone(),
        key: OctetStringRef::new(key.expose())?,
        header: header.to_ref(),
    };
    Ok(Zeroizing::new(block.to_der()?))
}
