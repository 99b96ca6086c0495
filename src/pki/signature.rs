//! Signatures of certificates: RSA PKCS#1 v1.5 and PSS with SHA-256, SHA-384 or SHA-512.
#![deny(clippy::indexing_slicing)]

use rsa::traits::PublicKeyParts;
use rsa::{PublicKey, pss};
use sha2::{Sha256, Sha384, Sha512};
use signature::Verifier;
use spki::DecodePublicKey;
use x509_parser::asn1_rs::BitString;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};
use x509_parser::signature_algorithm::{RsaSsaPssParams, SignatureAlgorithm};
use x509_parser::x509::AlgorithmIdentifier;

use super::{Certificate, PkiError};
use crate::crypto::rsa_backend::{self, SignatureHash};

/// A hash a signature may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    const fn of_signature(self) -> SignatureHash {
        match self {
            Self::Sha256 => SignatureHash::Sha256,
            Self::Sha384 => SignatureHash::Sha384,
            Self::Sha512 => SignatureHash::Sha512,
        }
    }
}

/// A signature algorithm with what is needed to check it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Pkcs1(Hash),
    Pss(Hash, usize),
}

/// Whether `child` is signed with the key of `issuer`. Names and dates are not looked at.
///
/// # Errors
/// A hash or algorithm that is not accepted; `Ok(false)` is a signature that does not fit.
pub(super) fn is_signed_by(child: &Certificate, issuer: &Certificate) -> Result<bool, PkiError> {
    let (_, parsed) = X509Certificate::from_der(child.der())
        .map_err(|_| PkiError::unreadable("it is no X.509 certificate"))?;
    let algorithms = [
        &parsed.signature_algorithm,
        &parsed.tbs_certificate.signature,
    ];
    judge(algorithms, &child.tbs, &parsed.signature_value, issuer)
}

/// Whether a revocation list (DER) is signed with the key of `issuer`. Names and dates are not looked at.
///
/// # Errors
/// As [`is_signed_by`].
pub(super) fn list_is_signed_by(list_der: &[u8], issuer: &Certificate) -> Result<bool, PkiError> {
    let (_, parsed) = CertificateRevocationList::from_der(list_der)
        .map_err(|_| PkiError::unreadable("it is no revocation list"))?;
    let algorithms = [&parsed.signature_algorithm, &parsed.tbs_cert_list.signature];
    judge(
        algorithms,
        parsed.tbs_cert_list.as_ref(),
        &parsed.signature_value,
        issuer,
    )
}

/// Whether a request for a certificate (PKCS #10, DER) is signed with the key that it asks for (RFC 2986, 4.2).
///
/// # Errors
/// It is no request, or its algorithm or key is none that can be judged here.
pub fn request_is_signed(request_der: &[u8]) -> Result<bool, PkiError> {
    let (_, parsed) = X509CertificationRequest::from_der(request_der)
        .map_err(|_| PkiError::unreadable("it is no request for a certificate"))?;
    let scheme = scheme(&parsed.signature_algorithm)?;
    let info = &parsed.certification_request_info;
    let fits = verify(
        scheme,
        info.subject_pki.raw,
        info.raw,
        &parsed.signature_value.data,
    );
    fits.ok_or_else(|| PkiError::UnsupportedKey {
        kind: "a key that is no RSA key".to_owned(),
    })
}

/// A signature algorithm in words.
pub fn words(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let hash = |hash| match hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    };
    match scheme(algorithm) {
        Ok(Scheme::Pkcs1(with)) => format!("RSA PKCS #1 with {}", hash(with)),
        Ok(Scheme::Pss(with, _)) => format!("RSA PSS with {}", hash(with)),
        Err(PkiError::WeakHash { hash }) => hash.to_owned(),
        Err(PkiError::UnsupportedSignature { algorithm }) => algorithm,
        Err(_) => algorithm.algorithm.to_id_string(),
    }
}

fn judge(
    [outside, inside]: [&AlgorithmIdentifier<'_>; 2],
    signed: &[u8],
    signature: &BitString<'_>,
    issuer: &Certificate,
) -> Result<bool, PkiError> {
    // RFC 5280, sections 4.1.1.2 and 5.1.1.2: what is signed must name the algorithm it is signed with.
    if outside != inside {
        return Err(PkiError::unreadable(
            "it names two different signature algorithms",
        ));
    }
    let scheme = scheme(outside)?;
    issuer.usable_bits()?;
    let fits = verify(scheme, issuer.spki_der(), signed, &signature.data).ok_or_else(|| {
        PkiError::UnsupportedKey {
            kind: "a broken RSA key".to_owned(),
        }
    })?;
    Ok(signature.unused_bits == 0 && fits)
}

/// `None` where the key is none that can be used.
fn verify(scheme: Scheme, spki_der: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let (hash, salt) = match scheme {
        Scheme::Pkcs1(hash) => {
            return rsa_backend::is_signed(spki_der, hash.of_signature(), message, signature).ok();
        }
        Scheme::Pss(hash, salt) => (hash, salt),
    };
    let key = PublicKey::from_public_key_der(spki_der).ok()?;
    let Ok(parsed) = pss::Signature::try_from(signature) else {
        return Some(false);
    };
    if signature.len() != key.size() {
        return Some(false);
    }
    macro_rules! with {
        ($hash:ty) => {
            pss::VerifyingKey::<$hash>::new_with_salt_len(key, salt).verify(message, &parsed)
        };
    }
    Some(
        match hash {
            Hash::Sha256 => with!(Sha256),
            Hash::Sha384 => with!(Sha384),
            Hash::Sha512 => with!(Sha512),
        }
        .is_ok(),
    )
}

fn scheme(algorithm: &AlgorithmIdentifier<'_>) -> Result<Scheme, PkiError> {
    let oid = algorithm.algorithm.to_id_string();
    let unsupported = |algorithm: &str| PkiError::UnsupportedSignature {
        algorithm: algorithm.to_owned(),
    };
    match oid.as_str() {
        "1.2.840.113549.1.1.11" => Ok(Scheme::Pkcs1(Hash::Sha256)),
        "1.2.840.113549.1.1.12" => Ok(Scheme::Pkcs1(Hash::Sha384)),
        "1.2.840.113549.1.1.13" => Ok(Scheme::Pkcs1(Hash::Sha512)),
        "1.2.840.113549.1.1.10" => match SignatureAlgorithm::try_from(algorithm) {
            Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => pss_scheme(&parameters),
            _ => Err(unsupported("RSA PSS with unreadable parameters")),
        },
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.3.14.3.2.29" | "1.2.840.10040.4.3" => {
            Err(PkiError::WeakHash { hash: "SHA-1" })
        }
        "1.2.840.113549.1.1.4" => Err(PkiError::WeakHash { hash: "MD5" }),
        "1.2.840.113549.1.1.2" => Err(PkiError::WeakHash { hash: "MD2" }),
        "1.2.840.10045.4.3.2" => Err(unsupported("ECDSA with SHA-256")),
        "1.2.840.10045.4.3.3" => Err(unsupported("ECDSA with SHA-384")),
        "1.2.840.10045.4.3.4" => Err(unsupported("ECDSA with SHA-512")),
        "1.3.101.112" => Err(unsupported("Ed25519")),
        other => Err(unsupported(other)),
    }
}

/// RFC 4055, section 3.1: one hash for message and MGF1, trailer field 1.
fn pss_scheme(parameters: &RsaSsaPssParams<'_>) -> Result<Scheme, PkiError> {
    let unsupported = |algorithm: &str| PkiError::UnsupportedSignature {
        algorithm: algorithm.to_owned(),
    };
    let oid = parameters.hash_algorithm_oid();
    let hash = match oid.to_id_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => Hash::Sha256,
        "2.16.840.1.101.3.4.2.2" => Hash::Sha384,
        "2.16.840.1.101.3.4.2.3" => Hash::Sha512,
        "1.3.14.3.2.26" => return Err(PkiError::WeakHash { hash: "SHA-1" }),
        _ => return Err(unsupported("RSA PSS with another hash")),
    };
    let mask = parameters
        .mask_gen_algorithm()
        .map_err(|_| unsupported("RSA PSS with an unreadable mask generation function"))?;
    if mask.mgf.to_id_string() != "1.2.840.113549.1.1.8" || mask.hash != *oid {
        return Err(unsupported("RSA PSS with two hashes"));
    }
    if parameters.trailer_field() != 1 {
        return Err(unsupported("RSA PSS with another trailer field"));
    }
    usize::try_from(parameters.salt_length())
        .ok()
        .filter(|salt| *salt <= 512)
        .map(|salt| Scheme::Pss(hash, salt))
        .ok_or_else(|| unsupported("RSA PSS with a salt longer than any key"))
}
