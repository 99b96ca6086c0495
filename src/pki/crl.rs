//! Certificate revocation lists (RFC 5280, section 5), read by two independent parsers that must agree.
#![deny(clippy::indexing_slicing)]

use der::{Decode, Encode};
use thiserror::Error;
use x509_cert::crl::CertificateList;
use x509_parser::prelude::{CertificateRevocationList, FromDer};

use super::name::shown_name;
use super::signature;
use super::{Certificate, PkiError, armor};
use crate::api::Timestamp;

/// Why a revocation list was not accepted, or whom it strikes; nothing was imported, wrapped or changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CrlError {
    /// Not a revocation list in DER, or the two parsers read different things.
    #[error("The revocation list could not be read: {0}. Ask the sender for a new one.")]
    Unreadable(String),
    /// Another authority's list.
    #[error(
        "The revocation list was not issued by {issuer}: {reason}. Ask the sender for the list of that authority."
    )]
    NotIssuedBy {
        /// Subject of the authority meant.
        issuer: String,
        /// Which of name and signature does not fit.
        reason: &'static str,
    },
    /// The list's signature cannot be judged.
    #[error("The revocation list's signature cannot be judged: {0}")]
    Signature(PkiError),
    /// It is not the list of now.
    #[error(
        "The revocation list is not the current one: {0}. Ask the sender for a new token with a current list."
    )]
    NotCurrent(String),
    /// It has parts that are critical and not understood here.
    #[error(
        "The revocation list has a critical part ({0}) that is not understood here, so it was refused."
    )]
    UnknownCritical(String),
    /// The certificate is on it.
    #[error("{subject} was revoked by its authority on {}. Do not use it; ask its owner what happened.", at.rfc3339())]
    Revoked {
        /// Subject of the certificate.
        subject: String,
        /// Since when.
        at: Timestamp,
    },
}

impl CrlError {
    /// A short name of the check that refused, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_)
            | Self::NotIssuedBy { .. }
            | Self::Signature(_)
            | Self::UnknownCritical(_) => "crl-signature",
            Self::NotCurrent(_) => "crl-expired",
            Self::Revoked { .. } => "certificate-revoked",
        }
    }
}

/// A revocation list whose form is sound. Whether it counts, [`Crl::judge`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crl {
    der: Vec<u8>,
    issuer_der: Vec<u8>,
    issuer: String,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    revoked: Vec<(Vec<u8>, Timestamp)>,
    unknown_critical: Option<String>,
}

impl Crl {
    /// Reads one list, DER.
    ///
    /// # Errors
    /// It is none, or the two parsers disagree.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        let unreadable = |reason: &str| CrlError::Unreadable(reason.to_owned());
        if der.len() > armor::LIMIT {
            return Err(unreadable("it is too large"));
        }
        let (rest, tolerant) = CertificateRevocationList::from_der(der)
            .map_err(|_| unreadable("it is none, or it is cut off"))?;
        if !rest.is_empty() {
            return Err(unreadable("something follows it"));
        }
        let strict =
            <CertificateList>::from_der(der).map_err(|e| CrlError::Unreadable(e.to_string()))?;
        let crl = Self::build(der, &tolerant);
        if Self::strictly(der, &strict) == Some(crl.without_critical()) {
            Ok(crl)
        } else {
            Err(unreadable("two independent readers disagree about it"))
        }
    }

    fn build(der: &[u8], parsed: &CertificateRevocationList<'_>) -> Self {
        let stamp = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        let entries = || parsed.iter_revoked_certificates();
        let extensions = parsed
            .extensions()
            .iter()
            .chain(entries().flat_map(|entry| entry.extensions()));
        Self {
            der: der.to_vec(),
            issuer_der: parsed.issuer().as_raw().to_vec(),
            issuer: shown_name(parsed.issuer()),
            this_update: stamp(parsed.last_update().timestamp()),
            next_update: parsed.next_update().map(|at| stamp(at.timestamp())),
            revoked: entries()
                .map(|entry| {
                    let at = stamp(entry.revocation_date.timestamp());
                    (entry.raw_serial().to_vec(), at)
                })
                .collect(),
            unknown_critical: extensions
                .filter(|extension| extension.critical)
                .map(|extension| extension.oid.to_id_string())
                .next(),
        }
    }

    /// The same from the strict parser, without what only the tolerant one is asked for.
    fn strictly(der: &[u8], parsed: &CertificateList) -> Option<Self> {
        let tbs = &parsed.tbs_cert_list;
        let stamp = |time: &x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok()?;
            Some(Timestamp::from_millis(seconds.saturating_mul(1000)))
        };
        let mut revoked = Vec::new();
        for entry in tbs.revoked_certificates.iter().flatten() {
            let serial = entry.serial_number.as_bytes().to_vec();
            revoked.push((serial, stamp(&entry.revocation_date)?));
        }
        Some(Self {
            der: der.to_vec(),
            issuer_der: tbs.issuer.to_der().ok()?,
            issuer: String::new(),
            this_update: stamp(&tbs.this_update)?,
            next_update: match &tbs.next_update {
                Some(time) => Some(stamp(time)?),
                None => None,
            },
            revoked,
            unknown_critical: None,
        })
    }

    fn without_critical(&self) -> Self {
        Self {
            issuer: String::new(),
            unknown_critical: None,
            ..self.clone()
        }
    }

    /// The issuer, for people: control characters are shown escaped.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it was made.
    pub const fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one is due.
    pub const fn next_update(&self) -> Option<Timestamp> {
        self.next_update
    }

    /// Serial numbers of revoked certificates as upper-case hex, and since when.
    pub fn revoked(&self) -> Vec<(String, Timestamp)> {
        self.revoked
            .iter()
            .map(|(serial, at)| (data_encoding::HEXUPPER.encode(serial), *at))
            .collect()
    }

    /// Whether the list is `issuer`'s, current, and does not strike `certificate`. A list without nextUpdate is refused:
    /// RFC 5280, section 5.1.2.5 demands it, and without it nobody can tell an old list from a new one.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn judge(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        now: Timestamp,
    ) -> Result<(), CrlError> {
        let foreign = |reason| CrlError::NotIssuedBy {
            issuer: issuer.subject(),
            reason,
        };
        if let Some(oid) = &self.unknown_critical {
            return Err(CrlError::UnknownCritical(oid.clone()));
        }
        if self.issuer_der != issuer.subject_der {
            return Err(foreign("it names another issuer"));
        }
        if !signature::list_is_signed_by(&self.der, issuer).map_err(CrlError::Signature)? {
            return Err(foreign("its signature was not made with that key"));
        }
        self.check_dates(now)?;
        let serial = certificate.serial();
        match self.revoked.iter().find(|(listed, _)| listed == serial) {
            Some((_, at)) => Err(CrlError::Revoked {
                subject: certificate.subject(),
                at: *at,
            }),
            None => Ok(()),
        }
    }

    fn check_dates(&self, now: Timestamp) -> Result<(), CrlError> {
        let second = now.millis().div_euclid(1000);
        if second < self.this_update.millis().div_euclid(1000) {
            return Err(CrlError::NotCurrent(format!(
                "it begins at {}",
                self.this_update.rfc3339()
            )));
        }
        match self.next_update {
            Some(next) if second <= next.millis().div_euclid(1000) => Ok(()),
            Some(next) => Err(CrlError::NotCurrent(format!(
                "the next one was due at {}",
                next.rfc3339()
            ))),
            None => Err(CrlError::NotCurrent(
                "it does not say until when it holds".to_owned(),
            )),
        }
    }
}
