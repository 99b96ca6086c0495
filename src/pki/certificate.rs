//! One certificate, read by two independent parsers that must agree.
#![deny(clippy::indexing_slicing)]

use der::{Decode, Encode};
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};
use spki::DecodePublicKey;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate, X509Name};

use super::{PkiError, armor};
use crate::api::{KeyAlgorithm, Timestamp};

/// An X.509 certificate.
///
/// Read by `x509-parser`, which is tolerant, and by `x509-cert`, which is strict; a certificate they
/// understand differently is refused, so that no one part of the program can be shown another one.
/// Reading does not judge: see [`super::verify_root`] and [`super::verify_issued`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    pub(super) tbs: Vec<u8>,
    spki: Vec<u8>,
    pub(super) subject_der: Vec<u8>,
    pub(super) issuer_der: Vec<u8>,
    subject: String,
    issuer: String,
    serial: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
    key: KeyKind,
    ca: Option<Ca>,
    key_usage: Option<Usage>,
    signed_with: String,
    usage_words: Option<String>,
    mark: Option<&'static str>,
    /// Object identifiers of critical extensions beyond those understood here.
    pub(super) unknown_critical: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeyKind {
    Rsa {
        modulus: Vec<u8>,
        exponent: u64,
        bits: usize,
    },
    Other(String),
}

/// basicConstraints with CA:TRUE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ca {
    path_len: Option<u32>,
}

/// The questions asked of keyUsage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Usage {
    sign_certificates: bool,
    sign: bool,
    wrap_keys: bool,
}

/// Marks that keep rehearsals and tests apart from production, as values of OU in the subject.
const MARKS: [&str; 2] = ["REHEARSAL NOT FOR PRODUCTION", "TEST"];

/// Critical extensions that may be present: basicConstraints and keyUsage are judged, the other three
/// do not narrow what a certificate means to keymoot.
const UNDERSTOOD: [&str; 5] = [
    "2.5.29.19",
    "2.5.29.15",
    "2.5.29.37",
    "2.5.29.17",
    "2.5.29.32",
];

impl Certificate {
    /// Reads exactly one certificate: base64 of PEM, base64 of DER, PEM or DER, up to 32,768 characters.
    ///
    /// # Errors
    /// Too large, unreadable, none or several, a private key, or the two parsers disagree.
    pub fn from_any(text_or_bytes: &[u8]) -> Result<Self, PkiError> {
        let mut found = Self::list_from_any(text_or_bytes)?;
        match (found.pop(), found.len()) {
            (Some(certificate), 0) => Ok(certificate),
            (_, others) => Err(PkiError::NotOne { count: others + 1 }),
        }
    }

    /// Reads one or more certificates in the same forms; several only as PEM.
    pub(super) fn list_from_any(text_or_bytes: &[u8]) -> Result<Vec<Self>, PkiError> {
        armor::certificates(text_or_bytes)?
            .iter()
            .map(|der| Self::from_der(der))
            .collect()
    }

    fn from_der(der: &[u8]) -> Result<Self, PkiError> {
        let (rest, tolerant) =
            X509Certificate::from_der(der).map_err(|_| PkiError::unreadable(what_else(der)))?;
        if !rest.is_empty() {
            return Err(PkiError::unreadable("something follows the certificate"));
        }
        let strict = x509_cert::Certificate::from_der(der)
            .map_err(|e| PkiError::unreadable(format!("it is not strict DER ({e})")))?;
        agree(&tolerant, &strict)?;
        Self::build(der, &tolerant)
    }

    fn build(der: &[u8], parsed: &X509Certificate<'_>) -> Result<Self, PkiError> {
        let constraints = parsed
            .basic_constraints()
            .map_err(|_| PkiError::unreadable("basicConstraints is broken or given twice"))?;
        let usage = parsed
            .key_usage()
            .map_err(|_| PkiError::unreadable("keyUsage is broken or given twice"))?;
        let validity = parsed.validity();
        let stamp = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        Ok(Self {
            der: der.to_vec(),
            tbs: parsed.tbs_certificate.as_ref().to_vec(),
            spki: parsed.public_key().raw.to_vec(),
            subject_der: parsed.subject().as_raw().to_vec(),
            issuer_der: parsed.issuer().as_raw().to_vec(),
            subject: super::name::shown_name(parsed.subject()),
            issuer: super::name::shown_name(parsed.issuer()),
            serial: parsed.raw_serial().to_vec(),
            not_before: stamp(validity.not_before.timestamp()),
            not_after: stamp(validity.not_after.timestamp()),
            key: key_kind(parsed),
            ca: constraints.filter(|found| found.value.ca).map(|found| Ca {
                path_len: found.value.path_len_constraint,
            }),
            key_usage: usage.map(|found| Usage {
                sign_certificates: found.value.key_cert_sign(),
                sign: found.value.digital_signature() || found.value.non_repudiation(),
                wrap_keys: found.value.key_encipherment() || found.value.data_encipherment(),
            }),
            signed_with: super::signature::words(&parsed.signature_algorithm),
            usage_words: usage_words(parsed),
            mark: mark(parsed.subject()),
            unknown_critical: unknown_critical(parsed),
        })
    }

    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SubjectPublicKeyInfo, DER.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The subject, for people: control characters are shown escaped.
    pub fn subject(&self) -> String {
        self.subject.clone()
    }

    /// The issuer, for people: control characters are shown escaped.
    pub fn issuer(&self) -> String {
        self.issuer.clone()
    }

    /// Whether it names itself as its issuer, as a root does; the signature is not checked.
    pub fn is_self_issued(&self) -> bool {
        self.issuer_der == self.subject_der
    }

    /// The issuer's name, DER.
    pub fn issuer_der(&self) -> &[u8] {
        &self.issuer_der
    }

    /// The serial number as it stands in the certificate: the content of its INTEGER.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The serial number, upper-case hex, without the zero byte that DER puts before a high bit.
    pub fn serial_hex(&self) -> String {
        let shown = match self.serial.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            whole => whole,
        };
        data_encoding::HEXUPPER.encode(shown)
    }

    /// The first moment of validity.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second of validity.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// SHA-256 over the DER certificate, what people compare by telephone.
    pub fn sha256_fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    /// RSA_2048, RSA_3072 or RSA_4096; nothing for every other key.
    pub fn key_algorithm(&self) -> Option<KeyAlgorithm> {
        match self.modulus_bits()? {
            2048 => Some(KeyAlgorithm::RSA_2048),
            3072 => Some(KeyAlgorithm::RSA_3072),
            4096 => Some(KeyAlgorithm::RSA_4096),
            _ => None,
        }
    }

    /// Length of the RSA modulus in bits; nothing if it is no RSA key.
    pub fn modulus_bits(&self) -> Option<usize> {
        match &self.key {
            KeyKind::Rsa { bits, .. } => Some(*bits),
            KeyKind::Other(_) => None,
        }
    }

    /// The RSA modulus, upper-case hex without leading zeros; nothing if it is no RSA key.
    pub fn modulus_hex(&self) -> Option<String> {
        match &self.key {
            KeyKind::Rsa { modulus, .. } => Some(data_encoding::HEXUPPER.encode(modulus)),
            KeyKind::Other(_) => None,
        }
    }

    /// The RSA public exponent; nothing if it is no RSA key.
    pub fn exponent(&self) -> Option<u64> {
        match &self.key {
            KeyKind::Rsa { exponent, .. } => Some(*exponent),
            KeyKind::Other(_) => None,
        }
    }

    /// Whether basicConstraints says CA:TRUE.
    pub fn is_ca(&self) -> bool {
        self.ca.is_some()
    }

    /// Whether keyUsage is absent or has keyCertSign.
    pub fn may_sign_certificates(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage.sign_certificates)
    }

    /// Whether keyUsage is absent or has digitalSignature or nonRepudiation.
    pub fn may_sign(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage.sign)
    }

    /// Whether keyUsage is absent or has keyEncipherment or dataEncipherment.
    pub fn may_wrap_keys(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage.wrap_keys)
    }

    /// With what it was signed, `RSA PKCS #1 with SHA-512`; of what is not known here, the object identifier.
    pub fn signed_with(&self) -> &str {
        &self.signed_with
    }

    /// keyUsage and extendedKeyUsage as they stand, in words; nothing where there is neither.
    pub fn usage_words(&self) -> Option<&str> {
        self.usage_words.as_deref()
    }

    /// The mark that says it was made in a rehearsal or a test, from OU in the subject.
    pub fn profile_mark(&self) -> Option<&str> {
        self.mark
    }

    /// base64 of the PEM text without line breaks, the service's form.
    pub fn to_aws(&self) -> String {
        armor::to_aws(&self.der)
    }

    /// base64 of the PEM texts one after the other, the service's form of a chain.
    pub fn chain_to_aws(chain: &[Self]) -> String {
        let pem: String = chain.iter().map(Self::to_pem).collect();
        data_encoding::BASE64.encode(pem.as_bytes())
    }

    /// The PEM text.
    pub fn to_pem(&self) -> String {
        armor::to_pem(&self.der)
    }

    /// How many authorities may follow below; nothing if unlimited or no authority.
    pub(super) fn path_len(&self) -> Option<u32> {
        self.ca.and_then(|ca| ca.path_len)
    }

    /// Refuses keys that are not RSA with 2048, 3072 or 4096 bits.
    pub(super) fn usable_bits(&self) -> Result<usize, PkiError> {
        match &self.key {
            KeyKind::Rsa { bits, .. } if *bits < 2048 => Err(PkiError::RsaTooSmall(*bits)),
            KeyKind::Rsa { bits, .. } if self.key_algorithm().is_some() => Ok(*bits),
            KeyKind::Rsa { bits, .. } => Err(PkiError::UnsupportedKey {
                kind: format!("RSA with {bits} bits"),
            }),
            KeyKind::Other(kind) => Err(PkiError::UnsupportedKey { kind: kind.clone() }),
        }
    }
}

/// Compares what both parsers read.
fn agree(tolerant: &X509Certificate<'_>, strict: &x509_cert::Certificate) -> Result<(), PkiError> {
    let tbs = strict.tbs_certificate();
    let same = |what, encoded: der::Result<Vec<u8>>, raw: &[u8]| match encoded {
        Ok(encoded) if encoded == raw => Ok(()),
        _ => Err(PkiError::ParsersDisagree { what }),
    };
    same(
        "subject",
        tbs.subject().to_der(),
        tolerant.subject().as_raw(),
    )?;
    same("issuer", tbs.issuer().to_der(), tolerant.issuer().as_raw())?;
    same(
        "serial number",
        Ok(tbs.serial_number().as_bytes().to_vec()),
        tolerant.raw_serial(),
    )?;
    same(
        "public key",
        tbs.subject_public_key_info().to_der(),
        tolerant.public_key().raw,
    )?;
    same(
        "signature",
        Ok(strict.signature().raw_bytes().to_vec()),
        &tolerant.signature_value.data,
    )?;
    let (validity, other) = (tbs.validity(), tolerant.validity());
    for (strict, tolerant) in [
        (validity.not_before, other.not_before),
        (validity.not_after, other.not_after),
    ] {
        let seconds = i64::try_from(strict.to_unix_duration().as_secs()).ok();
        if seconds != Some(tolerant.timestamp()) {
            return Err(PkiError::ParsersDisagree { what: "validity" });
        }
    }
    agree_on_extensions(tolerant, strict)
}

fn agree_on_extensions(
    tolerant: &X509Certificate<'_>,
    strict: &x509_cert::Certificate,
) -> Result<(), PkiError> {
    let strict = strict
        .tbs_certificate()
        .extensions()
        .map_or(&[][..], Vec::as_slice);
    let equal = strict.len() == tolerant.extensions().len()
        && strict.iter().zip(tolerant.extensions()).all(|(one, two)| {
            one.extn_id.to_string() == two.oid.to_id_string()
                && one.critical == two.critical
                && one.extn_value.as_bytes() == two.value
        });
    if equal {
        Ok(())
    } else {
        Err(PkiError::ParsersDisagree { what: "extensions" })
    }
}

/// The key, as the `rsa` crate accepts it; the size is told even where the key is too small for it.
fn key_kind(parsed: &X509Certificate<'_>) -> KeyKind {
    let spki = parsed.public_key();
    let oid = spki.algorithm.algorithm.to_id_string();
    if oid != "1.2.840.113549.1.1.1" {
        return KeyKind::Other(match oid.as_str() {
            "1.2.840.10045.2.1" => "an elliptic-curve key".to_owned(),
            "1.2.840.113549.1.1.10" => "an RSA key for PSS signatures alone".to_owned(),
            "1.3.101.112" => "an Ed25519 key".to_owned(),
            _ => format!("of kind {oid}"),
        });
    }
    let broken = || KeyKind::Other("a broken RSA key".to_owned());
    let Ok(x509_parser::public_key::PublicKey::RSA(raw)) = spki.parsed() else {
        return broken();
    };
    let modulus: Vec<u8> = raw
        .modulus
        .iter()
        .copied()
        .skip_while(|b| *b == 0)
        .collect();
    let bits = modulus
        .first()
        .map_or(0, |top| modulus.len() * 8 - top.leading_zeros() as usize);
    let Ok(exponent) = raw.try_exponent() else {
        return broken();
    };
    if (2048..=8192).contains(&bits) {
        let Ok(key) = rsa::PublicKey::from_public_key_der(spki.raw) else {
            return broken();
        };
        if key.n().bit_width_vartime() as usize != bits {
            return broken();
        }
    }
    KeyKind::Rsa {
        modulus,
        exponent,
        bits,
    }
}

/// What the bytes are, that are no certificate.
fn what_else(der: &[u8]) -> &'static str {
    if crate::crypto::tr34::names_signed_data(der) {
        return "it is a signed message (PKCS #7), such as a TR-34 token or credential, and no certificate itself";
    }
    match <der::AnyRef<'_> as Decode<'_>>::from_der(der) {
        Ok(_) => "it is DER, and no X.509 certificate",
        Err(_) => "it is cut off, or its bytes were changed",
    }
}

fn usage_words(parsed: &X509Certificate<'_>) -> Option<String> {
    let mut words = Vec::new();
    if let Ok(Some(usage)) = parsed.key_usage() {
        words.push(usage.value.to_string());
    }
    if let Ok(Some(extended)) = parsed.extended_key_usage() {
        let known = [
            (extended.value.any, "any purpose"),
            (extended.value.server_auth, "TLS server"),
            (extended.value.client_auth, "TLS client"),
            (extended.value.code_signing, "code signing"),
            (extended.value.email_protection, "email"),
            (extended.value.time_stamping, "time stamping"),
            (extended.value.ocsp_signing, "OCSP signing"),
        ];
        let known = known
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, word)| (*word).to_owned());
        words.extend(known);
        words.extend(
            extended
                .value
                .other
                .iter()
                .map(x509_parser::der_parser::Oid::to_id_string),
        );
    }
    (!words.is_empty()).then(|| words.join(", "))
}

fn mark(subject: &X509Name<'_>) -> Option<&'static str> {
    subject
        .iter_organizational_unit()
        .filter_map(|unit| unit.as_str().ok())
        .find_map(|unit| MARKS.into_iter().find(|mark| *mark == unit))
}

fn unknown_critical(parsed: &X509Certificate<'_>) -> Vec<String> {
    parsed
        .extensions()
        .iter()
        .filter(|extension| extension.critical)
        .filter(|extension| {
            let oid = extension.oid.to_id_string();
            !UNDERSTOOD.contains(&oid.as_str())
                || matches!(
                    extension.parsed_extension(),
                    ParsedExtension::ParseError { .. }
                )
        })
        .map(|extension| extension.oid.to_id_string())
        .collect()
}
