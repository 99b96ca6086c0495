//! Envelopes: what a custodian's passphrase opens. Each is an armored age file sealed with a passphrase
//! (scrypt), and its plaintext is one JSON object that must agree with custody.toml in every member.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::custody_file::{CustodyFile, CustodyPerson, Recipients, share_commitment};
use super::envelope_error::EnvelopeError;
use super::hex;
use super::passphrase::{lock, unlock};
use crate::api::Profile;
use crate::crypto::SecretBytes;
use crate::crypto::secret_sharing::Share;

/// The version of the plaintext that is written.
pub const ENVELOPE_VERSION: u32 = 1;
/// Room for the largest plaintext, so that its buffer never moves.
const PLAINTEXT_ROOM: usize = 4 << 10;

/// The secrets in an envelope.
pub enum Contents {
    /// A share envelope: the custodian's share of V.
    Share {
        /// 32 bytes.
        share: SecretBytes,
    },
    /// An approval envelope: a custodian's share of U, nobody else's, and the approval key.
    Approval {
        /// 32 bytes; `None` for administrators and witnesses.
        use_share: Option<SecretBytes>,
        /// The Ed25519 seed, 32 bytes.
        approval_key: SecretBytes,
    },
}

/// An opened envelope, in agreement with custody.toml.
pub struct Envelope {
    /// Whose it is.
    pub name: String,
    /// Share number of a custodian.
    pub index: Option<u8>,
    /// The threshold that the share in it was split with; 0 without a share.
    pub threshold: u8,
    /// The secrets.
    pub contents: Contents,
}

/// A secret as lower-case hex in JSON; its text is wiped.
struct HexSecret(Zeroizing<String>);

impl HexSecret {
    fn of(secret: &SecretBytes) -> Self {
        Self(Zeroizing::new(HEXLOWER.encode(secret.expose())))
    }

    fn decode(&self) -> Option<SecretBytes> {
        let bytes = HEXLOWER
            .decode(self.0.as_bytes())
            .ok()
            .map(SecretBytes::new)?;
        (bytes.len() == 32).then_some(bytes)
    }
}

impl Serialize for HexSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for HexSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// The plaintext. Members and their order are fixed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    version: u32,
    kind: String,
    #[serde(with = "hex")]
    vault_id: [u8; 16],
    #[serde(with = "hex")]
    set_id: [u8; 16],
    profile: Profile,
    k: u8,
    t: u8,
    n: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<u8>,
    custodian: String,
    role: String,
    recipients: Recipients,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<HexSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    use_share: Option<HexSecret>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approval_key: Option<HexSecret>,
}

impl Contents {
    const fn kind(&self) -> &'static str {
        match self {
            Contents::Share { .. } => "share",
            Contents::Approval { .. } => "approval",
        }
    }
}

impl Envelope {
    /// Makes the envelope of `name` as custody.toml describes them, sealed with scrypt at `log_n`
    /// ([`Profile::scrypt_log_n`]). Returns armored text.
    ///
    /// The contents are checked against custody.toml first: an envelope that could never be opened again
    /// must not be given out.
    pub fn seal(
        custody: &CustodyFile,
        name: &str,
        contents: &Contents,
        passphrase: &str,
        log_n: u8,
    ) -> Result<String, EnvelopeError> {
        if passphrase.is_empty() {
            return Err(EnvelopeError::EmptyPassphrase);
        }
        let person = custody
            .person(name)
            .ok_or(EnvelopeError::Mismatch { field: "custodian" })?;
        check_secrets(custody, person, contents)?;
        let plain = plain(custody, person, contents);
        let mut json = Zeroizing::new(Vec::with_capacity(PLAINTEXT_ROOM));
        serde_json::to_writer(&mut *json, &plain).map_err(|_| EnvelopeError::Unsealable)?;
        lock(&json, passphrase, log_n)
    }

    /// Opens an envelope (armored or binary) and compares every member with custody.toml, then the secrets
    /// with their commitments.
    pub fn open(
        custody: &CustodyFile,
        name: &str,
        sealed: &[u8],
        passphrase: &str,
    ) -> Result<Self, EnvelopeError> {
        let json = unlock(sealed, passphrase)?;
        let person = custody
            .person(name)
            .ok_or(EnvelopeError::Mismatch { field: "custodian" })?;
        let plain = parse(&json)?;
        compare(custody, person, &plain)?;
        let contents = contents(plain)?;
        check_secrets(custody, person, &contents)?;
        let threshold = match &contents {
            Contents::Share { .. } => custody.k,
            Contents::Approval {
                use_share: Some(_), ..
            } => custody.t,
            Contents::Approval { .. } => 0,
        };
        Ok(Self {
            name: person.name.clone(),
            index: person.index,
            threshold,
            contents,
        })
    }

    /// The share in it, ready to be combined; `None` in the approval envelope of somebody without one.
    pub fn share(&self) -> Option<Share> {
        let bytes = match &self.contents {
            Contents::Share { share } => share,
            Contents::Approval { use_share, .. } => use_share.as_ref()?,
        };
        Some(Share {
            index: self.index?,
            threshold: self.threshold,
            value: Zeroizing::new(bytes.expose().try_into().ok()?),
        })
    }

    /// The Ed25519 seed, in an approval envelope.
    pub fn approval_key(&self) -> Option<&SecretBytes> {
        match &self.contents {
            Contents::Share { .. } => None,
            Contents::Approval { approval_key, .. } => Some(approval_key),
        }
    }
}

fn plain(custody: &CustodyFile, person: &CustodyPerson, contents: &Contents) -> Plain {
    let text = HexSecret::of;
    let (share, use_share, approval_key) = match contents {
        Contents::Share { share } => (Some(text(share)), None, None),
        Contents::Approval {
            use_share,
            approval_key,
        } => (None, use_share.as_ref().map(text), Some(text(approval_key))),
    };
    Plain {
        version: ENVELOPE_VERSION,
        kind: contents.kind().to_owned(),
        vault_id: custody.vault_id,
        set_id: custody.set_id,
        profile: custody.profile,
        k: custody.k,
        t: custody.t,
        n: custody.n,
        index: person.index,
        custodian: person.name.clone(),
        role: person.role.clone(),
        recipients: custody.recipients.clone(),
        share,
        use_share,
        approval_key,
    }
}

/// Errors of the parser are never passed on: they would quote what they stumbled over.
fn parse(json: &[u8]) -> Result<Plain, EnvelopeError> {
    #[derive(Deserialize)]
    struct Probe {
        version: u64,
    }
    let other = |_| EnvelopeError::NotAnEnvelope {
        what: "it opens, but holds something else",
    };
    let probe: Probe = serde_json::from_slice(json).map_err(other)?;
    if probe.version > u64::from(ENVELOPE_VERSION) {
        return Err(EnvelopeError::NewerVersion {
            found: probe.version,
        });
    }
    serde_json::from_slice(json).map_err(other)
}

fn compare(
    custody: &CustodyFile,
    person: &CustodyPerson,
    plain: &Plain,
) -> Result<(), EnvelopeError> {
    if plain.vault_id != custody.vault_id {
        return Err(EnvelopeError::ForeignVault {
            found: HEXLOWER.encode(&plain.vault_id),
        });
    }
    if plain.set_id != custody.set_id {
        return Err(EnvelopeError::OldSet {
            found: HEXLOWER.encode(&plain.set_id),
        });
    }
    let agreements = [
        ("version", plain.version == ENVELOPE_VERSION),
        ("profile", plain.profile == custody.profile),
        ("k", plain.k == custody.k),
        ("t", plain.t == custody.t),
        ("n", plain.n == custody.n),
        ("custodian", plain.custodian == person.name),
        ("role", plain.role == person.role),
        ("index", plain.index == person.index),
        ("recipients", plain.recipients == custody.recipients),
    ];
    match agreements.iter().find(|(_, agrees)| !agrees) {
        Some((field, _)) => Err(EnvelopeError::Mismatch { field }),
        None => Ok(()),
    }
}

fn contents(plain: Plain) -> Result<Contents, EnvelopeError> {
    let odd = EnvelopeError::NotAnEnvelope {
        what: "it opens, but holds something else",
    };
    let secret = |text: HexSecret| text.decode().ok_or(odd.clone());
    match (
        plain.kind.as_str(),
        plain.share,
        plain.use_share,
        plain.approval_key,
    ) {
        ("share", Some(share), None, None) => Ok(Contents::Share {
            share: secret(share)?,
        }),
        ("approval", None, use_share, Some(key)) => Ok(Contents::Approval {
            use_share: use_share.map(secret).transpose()?,
            approval_key: secret(key)?,
        }),
        _ => Err(odd),
    }
}

/// The share against its commitment and the approval key against the public key on record.
fn check_secrets(
    custody: &CustodyFile,
    person: &CustodyPerson,
    contents: &Contents,
) -> Result<(), EnvelopeError> {
    let (share, opens) = match contents {
        Contents::Share { share } => (Some(share), true),
        Contents::Approval { use_share, .. } => (use_share.as_ref(), false),
    };
    match (share, person.index, &person.commitments) {
        (Some(share), Some(index), Some(commitments)) => {
            let bytes = share
                .expose()
                .try_into()
                .map_err(|_| EnvelopeError::WrongShare)?;
            let expected = if opens {
                &commitments.open
            } else {
                &commitments.use_
            };
            let found = share_commitment(&custody.vault_id, &custody.set_id, opens, index, bytes);
            if !bool::from(found.ct_eq(expected)) {
                return Err(EnvelopeError::WrongShare);
            }
        }
        (None, None, None) => {}
        _ => return Err(EnvelopeError::Mismatch { field: "index" }),
    }
    if let Contents::Approval { approval_key, .. } = contents {
        let differs = EnvelopeError::Mismatch {
            field: "approval_key",
        };
        let seed = Zeroizing::new(
            <[u8; 32]>::try_from(approval_key.expose()).map_err(|_| differs.clone())?,
        );
        let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
        if public.to_bytes() != person.approval_key {
            return Err(differs);
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "envelope_tests.rs"]
mod tests;
