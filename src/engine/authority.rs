//! The vault's own certificate authority: a root made when it is first needed, and what is issued under it.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    api::{ApiError, Profile, Timestamp},
    crypto::{Entropy, SecretBytes},
    pki::{self, Certificate, IssueError, Purpose, SignatureHash, Subject, Terms},
};

use super::{Context, EngineState, pairs, refusal, secrets};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Modulus length of the root.
const ROOT_BITS: usize = 4096;

/// Validity of the root: ten years, whatever the calendar does.
const ROOT_LIFE: i64 = 3_653 * DAY;

/// The longest validity issued here. A root that lasts less is replaced before it issues.
pub(super) const LONGEST: i64 = 90 * DAY;

/// The service signs with SHA-512, and so do we where a counterparty's profile does not name another hash.
const HASH: SignatureHash = SignatureHash::Sha512;

/// The root with its sealed key, and the certificates of the vault's own pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    /// PKCS#8 DER, sealed to the use identity.
    pub(super) sealed: Vec<u8>,
    /// The root, DER.
    pub(super) certificate_der: Vec<u8>,
    /// When it was made.
    pub(super) made: Timestamp,
    /// When it ends.
    pub(super) until: Timestamp,
    /// By key id: the certificate last issued for a pair of this vault.
    pub(super) issued: BTreeMap<Arc<str>, Issued>,
}

/// A certificate for a pair of this vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Issued {
    /// DER.
    pub(super) certificate_der: Vec<u8>,
    /// When it ends.
    pub(super) until: Timestamp,
}

/// The authority while its key is in use. The caller keeps [`Issuer::into_authority`] once everything else went well.
pub(super) struct Issuer {
    key: SecretBytes,
    root: Certificate,
    authority: Authority,
}

/// What is asked of the authority.
pub(super) struct Wanted<'w> {
    /// SubjectPublicKeyInfo, DER.
    pub(super) spki: &'w [u8],
    /// What the key is for.
    pub(super) purpose: Purpose,
    /// When the certificate ends.
    pub(super) until: Timestamp,
    /// Hash of its signature, where the counterparty's profile names one.
    pub(super) hash: Option<SignatureHash>,
}

impl EngineState {
    /// The modulus length in bits of the root that the request would have to make first: worth preparing ahead, as
    /// [`Context::prepared_root`].
    pub fn needs_root(&self, now: Timestamp) -> Option<usize> {
        self.lasting_authority(now).is_none().then_some(ROOT_BITS)
    }

    /// The authority, if it lasts for the longest certificate that it may have to issue now.
    pub(super) fn lasting_authority(&self, now: Timestamp) -> Option<&Arc<Authority>> {
        self.authority
            .as_ref()
            .filter(|authority| authority.until >= now.plus_millis(LONGEST))
    }

    /// Drops the certificates of destroyed pairs.
    pub(super) fn forget_certificates(&mut self, destroyed: &HashSet<Arc<str>>) {
        if let Some(authority) = &mut self.authority
            && destroyed.iter().any(|id| authority.issued.contains_key(id))
        {
            Arc::make_mut(authority)
                .issued
                .retain(|id, _| !destroyed.contains(id));
        }
    }

    /// Opens the authority's key, or makes a new root, signed with the hash that is named. Changes nothing yet.
    pub(super) fn issuer(
        &self,
        now: Timestamp,
        hash: Option<SignatureHash>,
        ctx: &mut Context<'_>,
    ) -> Result<Issuer, ApiError> {
        let Some(authority) = self.lasting_authority(now) else {
            return new_root(self.account(), now, hash, ctx);
        };
        let what = "The key of this vault's certificate authority";
        Ok(Issuer {
            key: secrets::open(ctx, &authority.sealed, what, "nothing was issued")?,
            root: stored(&authority.certificate_der)?,
            authority: authority.as_ref().clone(),
        })
    }
}

impl EngineState {
    /// The certificate (DER) of the vault's own root, once it was made.
    pub fn own_root(&self) -> Option<&[u8]> {
        self.authority
            .as_ref()
            .map(|a| a.certificate_der.as_slice())
    }
}

impl Issuer {
    /// Issues a certificate that begins an hour ago, as the service's do, so that clocks need not agree.
    pub(super) fn issue(
        &self,
        account: &str,
        wanted: &Wanted<'_>,
        now: Timestamp,
        ctx: &mut Context<'_>,
    ) -> Result<Certificate, ApiError> {
        let terms = Terms {
            subject: Subject {
                units: units(ctx.profile),
                common_name: account.to_owned(),
                serial_number: Some(ten_digits(ctx.entropy)?),
                ..Subject::default()
            },
            serial: serial(ctx.entropy)?,
            not_before: now.plus_millis(-HOUR),
            not_after: wanted.until,
            purpose: wanted.purpose,
            hash: wanted.hash.unwrap_or(HASH),
        };
        pki::issued(wanted.spki, &terms, &self.root, &self.key).map_err(|e| not_issued(&e))
    }

    /// The root's certificate.
    pub(super) fn root(&self) -> &Certificate {
        &self.root
    }

    /// What the state keeps; the open key is wiped.
    pub(super) fn into_authority(self) -> Authority {
        self.authority
    }
}

fn new_root(
    account: &str,
    now: Timestamp,
    hash: Option<SignatureHash>,
    ctx: &mut Context<'_>,
) -> Result<Issuer, ApiError> {
    let pair = pairs::pair(
        ROOT_BITS,
        "authority-prime",
        ctx.prepared_root.take(),
        ctx.entropy,
        ctx.stop,
    )?;
    let until = whole_second(now.plus_millis(ROOT_LIFE));
    let terms = Terms {
        subject: Subject {
            organization: Some("keymoot".to_owned()),
            units: units(ctx.profile),
            common_name: root_name(account, ctx.vault),
            ..Subject::default()
        },
        serial: serial(ctx.entropy)?,
        not_before: now.plus_millis(-HOUR),
        not_after: until,
        purpose: Purpose::Root,
        hash: hash.unwrap_or(HASH),
    };
    let root = pki::self_signed(&pair.pkcs8, &pair.spki, &terms).map_err(|e| not_issued(&e))?;
    Ok(Issuer {
        authority: Authority {
            sealed: secrets::seal(ctx, &pair.pkcs8)?,
            certificate_der: root.der().to_vec(),
            made: now,
            until,
            issued: BTreeMap::new(),
        },
        key: pair.pkcs8,
        root,
    })
}

/// The common name of a new root: counterparties that have roots of two vaults of one account tell them apart by it.
fn root_name(account: &str, vault: &str) -> String {
    if vault.is_empty() {
        return format!("keymoot CA {account}");
    }
    format!("keymoot CA {account} {vault}")
}

/// What is issued ends on a whole second, as X.509 writes it.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(1000) * 1000)
}

/// A stored certificate of our own.
pub(super) fn stored(der: &[u8]) -> Result<Certificate, ApiError> {
    Certificate::from_any(der).map_err(|e| {
        refusal::internal(&format!(
            "A certificate that was issued here cannot be read: {e}"
        ))
    })
}

/// The organisational unit that marks what a rehearsal or test vault issues.
pub(super) fn units(profile: Profile) -> Vec<String> {
    profile
        .certificate_mark()
        .map(str::to_owned)
        .into_iter()
        .collect()
}

fn serial(entropy: &mut dyn Entropy) -> Result<[u8; 16], ApiError> {
    let mut bytes = [0; 16];
    entropy
        .draw("certificate-serial")
        .map_err(|e| refusal::no_randomness(&e))?
        .fill_bytes(&mut bytes);
    Ok(bytes)
}

fn ten_digits(entropy: &mut dyn Entropy) -> Result<String, ApiError> {
    let mut bytes = [0; 8];
    entropy
        .draw("certificate-subject")
        .map_err(|e| refusal::no_randomness(&e))?
        .fill_bytes(&mut bytes);
    Ok(format!(
        "{:010}",
        u64::from_be_bytes(bytes) % 10_000_000_000
    ))
}

fn not_issued(cause: &IssueError) -> ApiError {
    refusal::internal(&format!("The certificate could not be issued: {cause}"))
}
