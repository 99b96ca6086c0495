//! The dialects of key tokens: which switches a peer sets when it writes one.

use super::enveloped::OaepForm;
use super::key_block::InnerHeader;

/// The form of a key token: everything in which peers differ. Every form is read; the constants are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// SignedData's version: 1, 3, or one vendor's 73.
    pub version: u8,
    /// Whether the envelope has a SEQUENCE header of its own inside the OCTET STRING.
    pub envelope_header: bool,
    /// Whether the cipher text stands inside the content algorithm instead of beside it.
    pub content_inside: bool,
    /// How OAEP's parameters are spelled.
    pub oaep: OaepForm,
    /// Whether the signature algorithm is named with its hash (sha256WithRSAEncryption) or without (rsaEncryption).
    pub names_hash: bool,
    /// Whether signed attributes are sorted as DER asks, or in the order of TR-34's samples.
    pub sorted: bool,
}

impl Form {
    /// TR-34:2012, "non-CMS", also called Diebold form: what the service reads and writes as `X9_TR34_2012`.
    pub const X9_TR34_2012: Self = Self {
        version: 1,
        envelope_header: false,
        content_inside: true,
        oaep: OaepForm::Untagged,
        names_hash: false,
        sorted: false,
    };

    /// TR-34-2019 as a CMS implementation (RFC 5652) writes it.
    pub const CMS_2019: Self = Self {
        version: 3,
        envelope_header: true,
        content_inside: false,
        oaep: OaepForm::Tagged,
        names_hash: true,
        sorted: true,
    };

    /// TR-34-2019 as its Annex B was first printed: the cipher text inside the algorithm.
    pub const ANNEX_B_PRINTED: Self = Self {
        envelope_header: true,
        ..Self::X9_TR34_2012
    };

    /// TR-34-2019, Annex B, as corrected.
    pub const ANNEX_B_CORRECTED: Self = Self {
        content_inside: false,
        ..Self::ANNEX_B_PRINTED
    };

    /// One vendor's HSMs: SignedData of version 73.
    pub const FUTUREX: Self = Self {
        version: 73,
        content_inside: false,
        oaep: OaepForm::UntaggedNoNull,
        ..Self::X9_TR34_2012
    };

    /// The form in words, for people.
    pub const fn words(&self) -> &'static str {
        match (self.envelope_header, self.content_inside, self.version) {
            (false, true, _) => "TR-34:2012, non-CMS (X9_TR34_2012, what the AWS service reads)",
            (false, false, 73) => "TR-34:2012 of Futurex devices (SignedData version 73)",
            (false, false, _) => "TR-34:2012, cipher text beside the algorithm",
            (true, true, _) => "TR-34-2019 as Annex B was first printed",
            (true, false, _) if self.oaep.is_tagged() => "TR-34-2019, CMS (RFC 5652)",
            (true, false, _) => "TR-34-2019, Annex B as corrected",
        }
    }

    /// What parts must not stand together. Nothing else in a token tells its version from another, since no signature
    /// covers it.
    pub(super) const fn fault(self) -> Option<&'static str> {
        match self.version {
            3 if self.envelope_header && !self.content_inside && self.oaep.is_tagged() => None,
            3 => Some("CMS of version 3 with the parts of an older one"),
            1 | 73 if !self.oaep.is_tagged() => None,
            1 | 73 => Some("an older version with OAEP parameters of CMS"),
            _ => Some("a version of signed data that no TR-34 token has"),
        }
    }
}

/// How a token is written for one counterparty; the default is what the service writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Profile {
    /// The token's form.
    pub form: Form,
    /// How the header stands inside the key block.
    pub inner_header: InnerHeader,
    /// The letter that begins the key block header: B or D. No receiver acts on it, but some want one of the two.
    pub header_version: crate::crypto::tr31::Version,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            form: Form::X9_TR34_2012,
            inner_header: InnerHeader::Attribute,
            header_version: crate::crypto::tr31::Version::D,
        }
    }
}

impl Profile {
    /// TR-34-2019 as CMS: for partners whose software follows RFC 5652.
    pub const CMS_2019: Self = Self {
        form: Form::CMS_2019,
        inner_header: InnerHeader::Attribute,
        header_version: crate::crypto::tr31::Version::D,
    };
}
