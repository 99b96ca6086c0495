//! Shapes of what is given out beforehand: parameters, certificates, requests for certificates.

use super::super::{
    KeyMaterialType, SigningAlgorithm,
    constraint::{Kind, Member, Structure},
    patterns::{self},
};
use super::wrapped::COUNTERPARTY;
use super::{ALGORITHM, closed, optional, required};

const MATERIAL: Member = required("KeyMaterialType", closed(KeyMaterialType::NAMES));
const REUSE: Member = optional("ReuseLastGeneratedToken", Kind::Bool);

pub(in crate::api) static IMPORT_PARAMETERS: Structure = Structure {
    members: &[
        MATERIAL,
        required("WrappingKeyAlgorithm", ALGORITHM),
        REUSE,
        COUNTERPARTY,
    ],
    later: &[],
};

pub(in crate::api) static EXPORT_PARAMETERS: Structure = Structure {
    members: &[
        MATERIAL,
        required("SigningKeyAlgorithm", ALGORITHM),
        REUSE,
        COUNTERPARTY,
    ],
    later: &[],
};

/// GetPublicKeyCertificate; later models have no member that this one lacks.
pub(in crate::api) static PUBLIC_CERTIFICATE: Structure = Structure {
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

pub(in crate::api) static SIGNING_REQUEST: Structure = Structure {
    members: &[
        required("KeyIdentifier", Kind::Identifier),
        required("SigningAlgorithm", closed(SigningAlgorithm::NAMES)),
        required("CertificateSubject", Kind::Structure(&SUBJECT)),
    ],
    later: &[],
};
