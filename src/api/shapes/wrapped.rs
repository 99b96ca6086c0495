//! Shapes of keys that come in and go out: import and export.

use super::super::{
    CertificateSignature, HeaderVersion, KeyExportability, TokenForm, Tr34KeyBlockFormat,
    constraint::{Entry, Kind, Member, Structure},
    patterns::{self, Pattern},
};
use super::{
    ATTRIBUTES, AUTHORITY, CERTIFICATE, CHECK_VALUE, ENABLED, MODES, ROOT, TAGS, TRUSTED,
    WRAPPING_SPEC, closed, optional, optional_sensitive, required, sensitive,
};

/// A token. A pair may stand in its place: the engine says which is missing, in the service's words.
const fn token(name: &'static str, pattern: Pattern) -> Member {
    optional(
        name,
        Kind::Text {
            min: 0,
            max: usize::MAX,
            pattern: Some(pattern),
        },
    )
}

const IMPORT_TOKEN: Member = token("ImportToken", patterns::IMPORT_TOKEN);
const OWN_WRAPPING_KEY: Member = optional("WrappingKeyIdentifier", Kind::Identifier);
const OWN_WRAPPING_CERTIFICATE: Member = optional_sensitive("WrappingKeyCertificate", CERTIFICATE);

static IMPORT_CRYPTOGRAM: Structure = Structure {
    members: &[
        required("KeyAttributes", Kind::Structure(&ATTRIBUTES)),
        required("Exportable", Kind::Bool),
        sensitive(
            "WrappedKeyCryptogram",
            Kind::Text {
                min: 16,
                max: 4096,
                pattern: Some(patterns::HEX),
            },
        ),
        IMPORT_TOKEN,
        OWN_WRAPPING_KEY,
        OWN_WRAPPING_CERTIFICATE,
        WRAPPING_SPEC,
    ],
    later: &[],
};

static IMPORT_TR31: Structure = Structure {
    members: &[
        required("WrappingKeyIdentifier", Kind::Identifier),
        sensitive(
            "WrappedKeyBlock",
            Kind::Text {
                min: 56,
                max: 9984,
                pattern: Some(patterns::KEY_BLOCK),
            },
        ),
    ],
    later: &[],
};

const NONCE: Member = optional(
    "RandomNonce",
    Kind::Text {
        min: 16,
        max: 32,
        pattern: Some(patterns::NONCE),
    },
);
const TR34_FORMAT: Member = required("KeyBlockFormat", closed(Tr34KeyBlockFormat::NAMES));

static IMPORT_TR34: Structure = Structure {
    members: &[
        AUTHORITY,
        sensitive("SigningKeyCertificate", CERTIFICATE),
        IMPORT_TOKEN,
        OWN_WRAPPING_KEY,
        OWN_WRAPPING_CERTIFICATE,
        sensitive(
            "WrappedKeyBlock",
            Kind::Text {
                min: 2,
                // The service stops at 4096; peers' tokens with a revocation list are longer.
                max: 16_384,
                pattern: Some(patterns::HEX),
            },
        ),
        TR34_FORMAT,
        NONCE,
    ],
    later: &[],
};

static IMPORT_MATERIAL: Structure = Structure {
    members: &[
        optional("RootCertificatePublicKey", Kind::Structure(&ROOT)),
        optional("TrustedCertificatePublicKey", Kind::Structure(&TRUSTED)),
        optional("KeyCryptogram", Kind::Structure(&IMPORT_CRYPTOGRAM)),
        optional("Tr31KeyBlock", Kind::Structure(&IMPORT_TR31)),
        optional("Tr34KeyBlock", Kind::Structure(&IMPORT_TR34)),
    ],
    later: &["DiffieHellmanTr31KeyBlock", "As2805KeyCryptogram"],
};

pub(in crate::api) static IMPORT_KEY: Structure = Structure {
    members: &[
        required("KeyMaterial", Kind::Union(&IMPORT_MATERIAL)),
        ENABLED,
        CHECK_VALUE,
        TAGS,
    ],
    later: &["ReplicationRegions", "RequesterComment"],
};

static HEADERS: Structure = Structure {
    members: &[
        optional("KeyModesOfUse", Kind::Structure(&MODES)),
        optional("KeyExportability", closed(KeyExportability::NAMES)),
        optional(
            "KeyVersion",
            Kind::Text {
                min: 2,
                max: 2,
                pattern: Some(patterns::TWO_CHARACTERS),
            },
        ),
        optional(
            "OptionalBlocks",
            Kind::Map {
                key: Entry {
                    min: 2,
                    max: 2,
                    pattern: patterns::TWO_CHARACTERS,
                },
                value: Entry {
                    min: 1,
                    max: 108,
                    pattern: patterns::KEY_BLOCK,
                },
            },
        ),
    ],
    later: &[],
};

/// Of an exported key block, TR-31 and TR-34.
const KEY_BLOCK_HEADERS: Member = optional("KeyBlockHeaders", Kind::Structure(&HEADERS));

static COUNTERPARTY_PROFILE: Structure = Structure {
    members: &[
        optional("TokenForm", closed(TokenForm::NAMES)),
        optional("HeaderVersion", closed(HeaderVersion::NAMES)),
        optional("CertificateSignature", closed(CertificateSignature::NAMES)),
    ],
    later: &[],
};

/// Ours, not the service's: absent from whatever it will read.
pub(super) const COUNTERPARTY: Member =
    optional("CounterpartyProfile", Kind::Ours(&COUNTERPARTY_PROFILE));

/// Where [`COUNTERPARTY`] would say something that nothing there heeds.
const ELSEWHERE: &[&str] = &["CounterpartyProfile"];

static EXPORT_CRYPTOGRAM: Structure = Structure {
    members: &[
        AUTHORITY,
        sensitive("WrappingKeyCertificate", CERTIFICATE),
        WRAPPING_SPEC,
    ],
    later: ELSEWHERE,
};

static EXPORT_TR31: Structure = Structure {
    members: &[
        required("WrappingKeyIdentifier", Kind::Identifier),
        KEY_BLOCK_HEADERS,
    ],
    later: ELSEWHERE,
};

static EXPORT_TR34: Structure = Structure {
    members: &[
        AUTHORITY,
        sensitive("WrappingKeyCertificate", CERTIFICATE),
        token("ExportToken", patterns::EXPORT_TOKEN),
        optional("SigningKeyIdentifier", Kind::Identifier),
        optional_sensitive("SigningKeyCertificate", CERTIFICATE),
        TR34_FORMAT,
        NONCE,
        KEY_BLOCK_HEADERS,
        COUNTERPARTY,
    ],
    later: &[],
};

static DUKPT_INITIAL_KEY: Structure = Structure {
    members: &[required(
        "KeySerialNumber",
        Kind::Text {
            min: 20,
            max: 24,
            pattern: Some(patterns::KEY_SERIAL_NUMBER),
        },
    )],
    later: &[],
};

static EXPORT_ATTRIBUTES: Structure = Structure {
    members: &[
        optional("ExportDukptInitialKey", Kind::Structure(&DUKPT_INITIAL_KEY)),
        CHECK_VALUE,
    ],
    later: &[],
};

static EXPORT_MATERIAL: Structure = Structure {
    members: &[
        optional("KeyCryptogram", Kind::Structure(&EXPORT_CRYPTOGRAM)),
        optional("Tr31KeyBlock", Kind::Structure(&EXPORT_TR31)),
        optional("Tr34KeyBlock", Kind::Structure(&EXPORT_TR34)),
    ],
    later: &["DiffieHellmanTr31KeyBlock", "As2805KeyCryptogram"],
};

pub(in crate::api) static EXPORT_KEY: Structure = Structure {
    members: &[
        required("KeyMaterial", Kind::Union(&EXPORT_MATERIAL)),
        required("ExportKeyIdentifier", Kind::Identifier),
        optional("ExportAttributes", Kind::Structure(&EXPORT_ATTRIBUTES)),
    ],
    later: &["RequesterComment", "CounterpartyProfile"],
};
