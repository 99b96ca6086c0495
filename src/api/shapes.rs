//! The shape of every request: members, limits and patterns of the service model, as one table.

use super::{
    CertificateSignature, HeaderVersion, KeyAlgorithm, KeyCheckValueAlgorithm, KeyClass,
    KeyExportability, KeyMaterialType, KeyState, KeyUsage, SigningAlgorithm, TokenForm,
    Tr34KeyBlockFormat, WrappingKeySpec,
    constraint::{Entry, Kind, Member, Structure},
    patterns::{self, Pattern},
};

const fn required(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        required: true,
        sensitive: false,
        kind,
    }
}

const fn optional(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        required: false,
        sensitive: false,
        kind,
    }
}

const fn optional_sensitive(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        required: false,
        sensitive: true,
        kind,
    }
}

const fn sensitive(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        required: true,
        sensitive: true,
        kind,
    }
}

const fn closed(values: &'static [&'static str]) -> Kind {
    Kind::Enum { values, later: &[] }
}

const CERTIFICATE: Kind = Kind::Text {
    min: 1,
    max: 32_768,
    pattern: Some(patterns::CERTIFICATE),
};

const ALGORITHM: Kind = Kind::Enum {
    values: KeyAlgorithm::NAMES,
    later: &[
        "HMAC_SHA224",
        "HMAC_SHA256",
        "HMAC_SHA384",
        "HMAC_SHA512",
        "ECC_NIST_P256",
        "ECC_NIST_P384",
        "ECC_NIST_P521",
    ],
};

static MODES: Structure = Structure {
    members: &[
        optional("Encrypt", Kind::Bool),
        optional("Decrypt", Kind::Bool),
        optional("Wrap", Kind::Bool),
        optional("Unwrap", Kind::Bool),
        optional("Generate", Kind::Bool),
        optional("Sign", Kind::Bool),
        optional("Verify", Kind::Bool),
        optional("DeriveKey", Kind::Bool),
        optional("NoRestrictions", Kind::Bool),
    ],
    later: &[],
};

static ATTRIBUTES: Structure = Structure {
    members: &[
        required(
            "KeyUsage",
            Kind::Enum {
                values: KeyUsage::NAMES,
                later: &["TR31_M0_ISO_16609_MAC_KEY"],
            },
        ),
        required("KeyClass", closed(KeyClass::NAMES)),
        required("KeyAlgorithm", ALGORITHM),
        required("KeyModesOfUse", Kind::Structure(&MODES)),
    ],
    later: &[],
};

static TAG: Structure = Structure {
    members: &[
        required(
            "Key",
            Kind::Text {
                min: 1,
                max: 128,
                pattern: None,
            },
        ),
        // The seed's model neither requires a value nor a character in it.
        optional(
            "Value",
            Kind::Text {
                min: 0,
                max: 256,
                pattern: None,
            },
        ),
    ],
    later: &[],
};

const TAGS: Member = optional(
    "Tags",
    Kind::List {
        max: 200,
        name: "Tag",
        item: &TAG,
    },
);
const ENABLED: Member = optional("Enabled", Kind::Bool);
const CHECK_VALUE: Member = optional(
    "KeyCheckValueAlgorithm",
    closed(KeyCheckValueAlgorithm::NAMES),
);
const WRAPPING_SPEC: Member = optional("WrappingSpec", closed(WrappingKeySpec::NAMES));
const AUTHORITY: Member = required("CertificateAuthorityPublicKeyIdentifier", Kind::Identifier);

pub(super) static CREATE_KEY: Structure = Structure {
    members: &[
        required("KeyAttributes", Kind::Structure(&ATTRIBUTES)),
        required("Exportable", Kind::Bool),
        ENABLED,
        CHECK_VALUE,
        TAGS,
    ],
    later: &["DeriveKeyUsage", "ReplicationRegions", "RequesterComment"],
};

static KEY_IDENTIFIER: [Member; 1] = [required("KeyIdentifier", Kind::Identifier)];

/// GetKey, RestoreKey, StartKeyUsage, StopKeyUsage.
pub(super) static ONE_KEY: Structure = Structure {
    members: &KEY_IDENTIFIER,
    later: &["RequesterComment"],
};

pub(super) static DELETE_KEY: Structure = Structure {
    members: &[
        required("KeyIdentifier", Kind::Identifier),
        optional("DeleteKeyInDays", Kind::Integer { min: 3, max: 180 }),
    ],
    later: &["RequesterComment"],
};

const NEXT_TOKEN: Member = optional(
    "NextToken",
    Kind::Text {
        min: 1,
        max: 8192,
        pattern: None,
    },
);
const MAX_RESULTS: Member = optional("MaxResults", Kind::Integer { min: 1, max: 100 });

pub(super) static LIST_KEYS: Structure = Structure {
    members: &[
        optional("KeyState", closed(KeyState::NAMES)),
        NEXT_TOKEN,
        MAX_RESULTS,
    ],
    later: &[],
};

const ALIAS_NAME: Member = required(
    "AliasName",
    Kind::Text {
        min: 7,
        max: 256,
        pattern: Some(patterns::ALIAS),
    },
);
const KEY_ARN: Member = optional("KeyArn", Kind::KeyArn);

/// CreateAlias, UpdateAlias.
pub(super) static ASSIGN_ALIAS: Structure = Structure {
    members: &[ALIAS_NAME, KEY_ARN],
    later: &[],
};

/// GetAlias, DeleteAlias.
pub(super) static ONE_ALIAS: Structure = Structure {
    members: &[ALIAS_NAME],
    later: &[],
};

pub(super) static LIST_ALIASES: Structure = Structure {
    members: &[KEY_ARN, NEXT_TOKEN, MAX_RESULTS],
    later: &[],
};

const RESOURCE: Member = required("ResourceArn", Kind::KeyArn);

pub(super) static TAG_RESOURCE: Structure = Structure {
    members: &[
        RESOURCE,
        required(
            "Tags",
            Kind::List {
                max: 200,
                name: "Tag",
                item: &TAG,
            },
        ),
    ],
    later: &[],
};

pub(super) static UNTAG_RESOURCE: Structure = Structure {
    members: &[
        RESOURCE,
        required(
            "TagKeys",
            Kind::Texts {
                max: 200,
                min_length: 1,
                max_length: 128,
            },
        ),
    ],
    later: &[],
};

pub(super) static LIST_TAGS: Structure = Structure {
    members: &[RESOURCE, NEXT_TOKEN, MAX_RESULTS],
    later: &[],
};

static ROOT: Structure = Structure {
    members: &[
        required("KeyAttributes", Kind::Structure(&ATTRIBUTES)),
        sensitive("PublicKeyCertificate", CERTIFICATE),
    ],
    later: &[],
};

static TRUSTED: Structure = Structure {
    members: &[
        required("KeyAttributes", Kind::Structure(&ATTRIBUTES)),
        sensitive("PublicKeyCertificate", CERTIFICATE),
        AUTHORITY,
    ],
    later: &[],
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

pub(super) static IMPORT_KEY: Structure = Structure {
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
const COUNTERPARTY: Member = optional(
    "CounterpartyProfile",
    Kind::Structure(&COUNTERPARTY_PROFILE),
);

static EXPORT_CRYPTOGRAM: Structure = Structure {
    members: &[
        AUTHORITY,
        sensitive("WrappingKeyCertificate", CERTIFICATE),
        WRAPPING_SPEC,
    ],
    later: &[],
};

static EXPORT_TR31: Structure = Structure {
    members: &[
        required("WrappingKeyIdentifier", Kind::Identifier),
        KEY_BLOCK_HEADERS,
    ],
    later: &[],
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

pub(super) static EXPORT_KEY: Structure = Structure {
    members: &[
        required("KeyMaterial", Kind::Union(&EXPORT_MATERIAL)),
        required("ExportKeyIdentifier", Kind::Identifier),
        optional("ExportAttributes", Kind::Structure(&EXPORT_ATTRIBUTES)),
    ],
    later: &["RequesterComment"],
};

const MATERIAL: Member = required("KeyMaterialType", closed(KeyMaterialType::NAMES));
const REUSE: Member = optional("ReuseLastGeneratedToken", Kind::Bool);

pub(super) static IMPORT_PARAMETERS: Structure = Structure {
    members: &[
        MATERIAL,
        required("WrappingKeyAlgorithm", ALGORITHM),
        REUSE,
        COUNTERPARTY,
    ],
    later: &[],
};

pub(super) static EXPORT_PARAMETERS: Structure = Structure {
    members: &[
        MATERIAL,
        required("SigningKeyAlgorithm", ALGORITHM),
        REUSE,
        COUNTERPARTY,
    ],
    later: &[],
};

/// GetPublicKeyCertificate; later models have no member that this one lacks.
pub(super) static PUBLIC_CERTIFICATE: Structure = Structure {
    members: &[required("KeyIdentifier", Kind::Identifier), COUNTERPARTY],
    later: &[],
};

/// A part of a subject. The pattern is the one of certificates: no brackets, no semicolon.
const fn name_part(max: usize) -> Kind {
    Kind::Text {
        min: 1,
        max,
        pattern: Some(patterns::CERTIFICATE),
    }
}

static SUBJECT: Structure = Structure {
    members: &[
        required("CommonName", name_part(64)),
        optional("Organization", name_part(64)),
        optional("OrganizationUnit", name_part(64)),
        optional("City", name_part(128)),
        optional("StateOrProvince", name_part(128)),
        optional(
            "Country",
            Kind::Text {
                min: 2,
                max: 2,
                pattern: Some(patterns::COUNTRY),
            },
        ),
        optional(
            "EmailAddress",
            Kind::Text {
                min: 1,
                max: 128,
                pattern: Some(patterns::EMAIL),
            },
        ),
    ],
    later: &[],
};

pub(super) static SIGNING_REQUEST: Structure = Structure {
    members: &[
        required("KeyIdentifier", Kind::Identifier),
        required("SigningAlgorithm", closed(SigningAlgorithm::NAMES)),
        required("CertificateSubject", Kind::Structure(&SUBJECT)),
    ],
    later: &[],
};
