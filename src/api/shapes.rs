//! The shape of every request: members, limits and patterns of the service model, as one table.

mod exchange;
mod wrapped;

use super::{
    KeyAlgorithm, KeyCheckValueAlgorithm, KeyClass, KeyState, KeyUsage, WrappingKeySpec,
    constraint::{Kind, Member, Structure},
    patterns,
};

pub(super) use exchange::{
    EXPORT_PARAMETERS, IMPORT_PARAMETERS, PUBLIC_CERTIFICATE, SIGNING_REQUEST,
};
pub(super) use wrapped::{EXPORT_KEY, IMPORT_KEY};

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
