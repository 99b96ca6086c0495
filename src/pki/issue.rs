//! Issuing: this vault's own root, the certificates under it, and requests to a foreign authority.

use const_oid::db::rfc5280::{ID_KP_CLIENT_AUTH, ID_KP_SERVER_AUTH};
use const_oid::db::rfc5912::{
    SHA_224_WITH_RSA_ENCRYPTION, SHA_256_WITH_RSA_ENCRYPTION, SHA_384_WITH_RSA_ENCRYPTION,
    SHA_512_WITH_RSA_ENCRYPTION,
};
use der::asn1::{Any, BitString};
use der::{DateTime, Decode, Encode, flagset::FlagSet};
use rsa::PublicKey;
use signature::Keypair;
use spki::{
    AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned,
    SubjectPublicKeyInfoRef,
};
use thiserror::Error;
use x509_cert::TbsCertificate;
use x509_cert::builder::{self, Builder, CertificateBuilder, profile::BuilderProfile};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::request::RequestBuilder;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::{Certificate, PkiError, Subject, armor, chain};
use crate::api::Timestamp;
use crate::crypto::SecretBytes;
use crate::crypto::rsa_backend;
pub use crate::crypto::rsa_backend::SignatureHash;

/// Why nothing was issued.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IssueError {
    /// A text cannot stand in a name of its kind.
    #[error("'{value}' cannot stand in this part of a subject")]
    Subject {
        /// The text.
        value: String,
    },
    /// The signing key cannot be read. Carries no material.
    #[error("the signing key cannot be read")]
    PrivateKey,
    /// The parts do not make a certificate or request.
    #[error("the parts do not fit together: {0}")]
    Assembly(String),
    /// What was made does not pass the checks that foreign certificates pass.
    #[error("what was made was refused by its own check: {0}")]
    Check(PkiError),
}

/// What a certificate's key is for: decides its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A root: CA:TRUE with no authority below, keyCertSign, cRLSign.
    Root,
    /// A parameters certificate as the service issues them: digitalSignature and keyEncipherment, server and client
    /// authentication.
    Parameters,
    /// A pair that signs: digitalSignature.
    Signing,
    /// A pair that wraps keys or encrypts: keyEncipherment and dataEncipherment.
    Encipherment,
}

impl Purpose {
    fn usages(self) -> FlagSet<KeyUsages> {
        match self {
            Self::Root => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Self::Parameters => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
            Self::Signing => KeyUsages::DigitalSignature.into(),
            Self::Encipherment => KeyUsages::KeyEncipherment | KeyUsages::DataEncipherment,
        }
    }
}

/// What a certificate will say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Whom it names.
    pub subject: Subject,
    /// Random; made positive and 16 bytes long, so that every serial number has one length.
    pub serial: [u8; 16],
    /// First moment of validity, in whole seconds.
    pub not_before: Timestamp,
    /// Last second of validity.
    pub not_after: Timestamp,
    /// What the key is for.
    pub purpose: Purpose,
    /// Hash of the signature.
    pub hash: SignatureHash,
}

/// Makes a root: `key` (DER PKCS#8) signs its own certificate.
///
/// # Errors
/// [`IssueError`]; the root is judged as an imported one would be.
pub fn self_signed(
    key: &SecretBytes,
    spki: &[u8],
    terms: &Terms,
) -> Result<Certificate, IssueError> {
    let issuer = terms.subject.name()?;
    let root = certificate(spki, terms, issuer, key)?;
    chain::verify_root(&root, terms.not_before).map_err(IssueError::Check)?;
    Ok(root)
}

/// Makes a certificate for a public key (DER SubjectPublicKeyInfo) under `issuer`, whose private key is `issuer_key`
/// (DER PKCS#8).
///
/// # Errors
/// [`IssueError`]; what was made is judged as a foreign certificate would be.
pub fn issued(
    spki: &[u8],
    terms: &Terms,
    issuer: &Certificate,
    issuer_key: &SecretBytes,
) -> Result<Certificate, IssueError> {
    // The issuer's own bytes, so that names chain byte by byte.
    let name = Name::from_der(&issuer.subject_der).map_err(assembly)?;
    let child = certificate(spki, terms, name, issuer_key)?;
    let overlap = terms.not_before.max(issuer.not_before());
    chain::verify_issued(&child, issuer, overlap).map_err(IssueError::Check)?;
    Ok(child)
}

/// A certificate signing request (PKCS#10, RFC 2986) for a key pair (DER PKCS#8), as base64 of PEM; it asks for the
/// keyUsage of `purpose`.
///
/// # Errors
/// [`IssueError`].
pub fn signing_request(
    key: &SecretBytes,
    subject: &Subject,
    purpose: Purpose,
    hash: SignatureHash,
) -> Result<String, IssueError> {
    let mut builder = RequestBuilder::new(subject.name()?).map_err(assembly)?;
    builder
        .add_extension(&KeyUsage(purpose.usages()))
        .map_err(assembly)?;
    let der = signed(builder, key, hash)?.to_der().map_err(assembly)?;
    Ok(armor::to_aws_labelled(&der, "CERTIFICATE REQUEST"))
}

fn certificate(
    spki: &[u8],
    terms: &Terms,
    issuer: Name,
    key: &SecretBytes,
) -> Result<Certificate, IssueError> {
    let profile = Profile {
        subject: terms.subject.name()?,
        issuer,
        purpose: terms.purpose,
    };
    let mut serial = terms.serial;
    let [first, ..] = &mut serial;
    *first = (*first & 0x7F) | 0x40;
    let serial = SerialNumber::new(&serial).map_err(assembly)?;
    let validity = Validity::new(time(terms.not_before)?, time(terms.not_after)?);
    let spki = SubjectPublicKeyInfoOwned::from_der(spki).map_err(assembly)?;
    let builder = CertificateBuilder::new(profile, serial, validity, spki).map_err(assembly)?;
    let der = signed(builder, key, terms.hash)?
        .to_der()
        .map_err(assembly)?;
    Certificate::from_any(&der).map_err(IssueError::Check)
}

/// What the builders ask of a signer: its public key and the name of its algorithm. The signature itself is made in
/// `crypto`.
struct Signer {
    public: PublicKey,
    hash: SignatureHash,
}

impl Keypair for Signer {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        self.public.clone()
    }
}

impl DynSignatureAlgorithmIdentifier for Signer {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        let oid = match self.hash {
            SignatureHash::Sha224 => SHA_224_WITH_RSA_ENCRYPTION,
            SignatureHash::Sha256 => SHA_256_WITH_RSA_ENCRYPTION,
            SignatureHash::Sha384 => SHA_384_WITH_RSA_ENCRYPTION,
            SignatureHash::Sha512 => SHA_512_WITH_RSA_ENCRYPTION,
        };
        Ok(AlgorithmIdentifierOwned {
            oid,
            parameters: Some(Any::null()),
        })
    }
}

/// Signs with PKCS#1 v1.5, which gives one result for one input.
fn signed<B: Builder>(
    mut builder: B,
    key: &SecretBytes,
    hash: SignatureHash,
) -> Result<B::Output, IssueError> {
    let unreadable = |_| IssueError::PrivateKey;
    let public = rsa_backend::public_key(key).map_err(unreadable)?;
    let signer = Signer { public, hash };
    let message = builder.finalize(&signer).map_err(assembly)?;
    let signature = rsa_backend::SigningKey::new(key)
        .sign(hash, &message)
        .map_err(unreadable)?;
    let signature = BitString::from_bytes(&signature).map_err(assembly)?;
    builder.assemble(signature, &signer).map_err(assembly)
}

fn time(at: Timestamp) -> Result<Time, IssueError> {
    let seconds = u64::try_from(at.millis().div_euclid(1000))
        .map_err(|_| IssueError::Assembly("a time before 1970".into()))?;
    DateTime::from_unix_duration(std::time::Duration::from_secs(seconds))
        .map(Time::from)
        .map_err(assembly)
}

fn assembly(cause: impl std::fmt::Display) -> IssueError {
    IssueError::Assembly(cause.to_string())
}

/// Our own profile: the supplied ones impose the rules of the public web.
struct Profile {
    subject: Name,
    issuer: Name,
    purpose: Purpose,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        subject_key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let root = self.purpose == Purpose::Root;
        let mut extensions = Vec::new();
        let mut add =
            |made: der::Result<Extension>| made.map(|extension| extensions.push(extension));
        let constraints = BasicConstraints {
            ca: root,
            path_len_constraint: root.then_some(0),
        };
        add(constraints.to_extension(tbs.subject(), &[]))?;
        add(KeyUsage(self.purpose.usages()).to_extension(tbs.subject(), &[]))?;
        if self.purpose == Purpose::Parameters {
            let extended = ExtendedKeyUsage(vec![ID_KP_SERVER_AUTH, ID_KP_CLIENT_AUTH]);
            add(extended.to_extension(tbs.subject(), &[]))?;
        }
        let own = SubjectKeyIdentifier::try_from(subject_key)?;
        add(own.to_extension(tbs.subject(), &[]))?;
        let above = AuthorityKeyIdentifier::try_from(issuer_key)?;
        add(above.to_extension(tbs.subject(), &[]))?;
        Ok(extensions)
    }
}
