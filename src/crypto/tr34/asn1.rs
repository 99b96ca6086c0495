//! The ASN.1 that TR-34 adds to the `der` crate's: sets that keep their order, octets that may come in chunks.
//!
//! Tokens are read by the rules of BER, as far as `der` goes (indefinite lengths), because peers stream them; what is
//! written is DER. Lengths that are given must be as short as DER asks, in both.
#![deny(clippy::indexing_slicing)]

use der::{
    Decode, DecodeValue, Encode, EncodeValue, FixedTag, Header, Length, Reader, Tag, Writer,
    asn1::{Any, Int, ObjectIdentifier},
};

/// A SET OF whose members stay in the order in which they came: TR-34 signs sets that DER would sort otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InOrder<T>(pub(super) Vec<T>);

impl<T> FixedTag for InOrder<T> {
    const TAG: Tag = Tag::Set;
}

impl<'a, T: Decode<'a, Error = der::Error>> DecodeValue<'a> for InOrder<T> {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        constructed(header)?;
        let mut members = Vec::new();
        while !reader.is_finished() {
            members.push(T::decode(reader)?);
        }
        Ok(Self(members))
    }
}

impl<T: Encode> EncodeValue for InOrder<T> {
    fn value_len(&self) -> der::Result<Length> {
        self.0
            .iter()
            .try_fold(Length::ZERO, |sum, member| sum + member.encoded_len()?)
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.iter().try_for_each(|member| member.encode(writer))
    }
}

/// A SET as the bytes inside it: what was signed, exactly as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawSet(pub(super) Vec<u8>);

impl FixedTag for RawSet {
    const TAG: Tag = Tag::Set;
}

impl<'a> DecodeValue<'a> for RawSet {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        constructed(header)?;
        reader.read_vec(reader.remaining_len()).map(Self)
    }
}

impl EncodeValue for RawSet {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}

/// An OCTET STRING, whole or in chunks; chunks within chunks are refused. Written whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Octets(pub(super) Vec<u8>);

impl FixedTag for Octets {
    const TAG: Tag = Tag::OctetString;
}

impl<'a> DecodeValue<'a> for Octets {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        if !header.is_constructed() {
            return reader.read_vec(header.length()).map(Self);
        }
        let mut whole = Vec::new();
        while !reader.is_finished() {
            let chunk = Header::decode(reader)?;
            chunk.tag().assert_eq(Tag::OctetString)?;
            if chunk.is_constructed() {
                return Err(Tag::OctetString.non_canonical_error().into());
            }
            whole.extend(reader.read_vec(chunk.length())?);
        }
        Ok(Self(whole))
    }
}

impl EncodeValue for Octets {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(&self.0)
    }
}

/// BER lets a reader see a primitive where a set belongs; no peer writes that, and one flipped bit makes it.
fn constructed(header: Header) -> der::Result<()> {
    if header.is_constructed() {
        Ok(())
    } else {
        Err(Tag::Set.non_canonical_error().into())
    }
}

/// An attribute (RFC 5652, section 5.3), its values as they came.
#[derive(Debug, Clone, PartialEq, Eq, der::Sequence)]
pub(super) struct Attribute {
    pub(super) kind: ObjectIdentifier,
    pub(super) values: InOrder<Any>,
}

/// Whose key it is: the issuer's name and the serial number of a certificate (RFC 5652, section 10.2.4).
///
/// Names are compared byte by byte, as issuers and senders copy them.
#[derive(Debug, Clone, PartialEq, Eq, der::Sequence)]
pub struct PartyId {
    issuer: Any,
    serial: Int,
}

impl PartyId {
    /// From a certificate's issuer (a Name, DER) and the content of its serial number; nothing if they are neither.
    pub fn new(issuer_der: &[u8], serial: &[u8]) -> Option<Self> {
        let issuer = Any::from_der(issuer_der).ok()?;
        if issuer.header().tag() != Tag::Sequence {
            return None;
        }
        Some(Self {
            issuer,
            serial: Int::new(serial).ok()?,
        })
    }

    /// Reads an IssuerAndSerialNumber, DER; nothing if it is none.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        <Self as Decode>::from_der(der)
            .ok()
            .filter(|id| id.issuer.header().tag() == Tag::Sequence)
    }

    /// IssuerAndSerialNumber, DER; empty only if it were larger than any token.
    pub fn to_der(&self) -> Vec<u8> {
        Encode::to_der(self).unwrap_or_default()
    }

    /// The issuer's name, DER; empty only if it were larger than any token.
    pub fn issuer_der(&self) -> Vec<u8> {
        Encode::to_der(&self.issuer).unwrap_or_default()
    }

    /// The serial number, upper-case hex, without the zero byte that DER puts before a high bit.
    pub fn serial_hex(&self) -> String {
        let shown = match self.serial.as_bytes() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            whole => whole,
        };
        data_encoding::HEXUPPER.encode(shown)
    }
}
