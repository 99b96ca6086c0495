//! The object identifiers of TR-34 tokens, with the names people know them by.

use der::asn1::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

pub(super) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
pub(super) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
pub(super) const ENVELOPED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.3");
pub(super) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
pub(super) const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
pub(super) const RANDOM_NONCE: ObjectIdentifier = oid("1.2.840.113549.1.9.25.3");
pub(super) const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(super) const RSAES_OAEP: ObjectIdentifier = oid("1.2.840.113549.1.1.7");
pub(super) const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
pub(super) const P_SPECIFIED: ObjectIdentifier = oid("1.2.840.113549.1.1.9");
pub(super) const SHA256_WITH_RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
pub(super) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(super) const DES_EDE3_CBC: ObjectIdentifier = oid("1.2.840.113549.3.7");
pub(super) const AES128_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.2");
pub(super) const AES256_CBC: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.42");

/// Hashes that are refused by name, and the signature algorithms that hide them.
const WEAK: [(ObjectIdentifier, &str); 6] = [
    (oid("1.3.14.3.2.26"), "SHA-1"),
    (oid("1.2.840.113549.1.1.5"), "SHA-1"),
    (oid("1.3.14.3.2.29"), "SHA-1"),
    (oid("1.2.840.113549.2.5"), "MD5"),
    (oid("1.2.840.113549.1.1.4"), "MD5"),
    (oid("1.2.840.113549.2.2"), "MD2"),
];

const NAMES: [(ObjectIdentifier, &str); 8] = [
    (DATA, "key block header"),
    (CONTENT_TYPE, "contentType"),
    (MESSAGE_DIGEST, "messageDigest"),
    (SIGNING_TIME, "signingTime"),
    (RANDOM_NONCE, "randomNonce"),
    (oid("1.2.840.113549.1.9.52"), "CMSAlgorithmProtection"),
    (oid("1.2.840.113549.1.9.16.2.47"), "signingCertificateV2"),
    (oid("1.2.840.113549.1.9.15"), "smimeCapabilities"),
];

/// The name of a hash that proves nothing any more.
pub(super) fn weak(oid: ObjectIdentifier) -> Option<&'static str> {
    WEAK.iter()
        .find(|(weak, _)| *weak == oid)
        .map(|(_, name)| *name)
}

/// An attribute's name, or its dotted number.
pub(super) fn name(oid: ObjectIdentifier) -> String {
    NAMES
        .iter()
        .find(|(known, _)| *known == oid)
        .map_or_else(|| oid.to_string(), |(_, name)| (*name).to_owned())
}
