//! Signatures of an act: by the issuer first, then by custodians.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Act, ApprovalKey, ApprovalRefusal, Person, approval_key, hex_bytes};

/// The purpose under every approval.
pub const APPROVAL_PREFIX: &str = "keymoot/approval/v1";

/// How a signature came about; it is inside the signed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person typed a passphrase at the terminal.
    Terminal,
    /// A file or script answered (rehearsal and test only).
    UnlockFile,
}

impl By {
    /// The word in the signed bytes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::UnlockFile => "unlock-file",
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// As what a person signs an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignsAs {
    /// Asks for it; signs first; does not count as an approval.
    Issuer,
    /// Approves it.
    Custodian,
}

impl SignsAs {
    /// The word in the signed bytes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Custodian => "custodian",
        }
    }
}

/// One signature of one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Fingerprint of the approval key, 64 lower-case hex digits.
    pub signer: String,
    /// The signer's name, for people; the key decides who it is.
    pub name: String,
    /// As what they sign.
    pub role: SignsAs,
    /// How it came about.
    pub by: By,
    /// 64 bytes (RFC 8032 §5.1.6); in text, lower-case hex.
    #[serde(with = "hex_bytes")]
    pub signature: [u8; 64],
}

/// The body under [`APPROVAL_PREFIX`]: `{act, by, role, signer}`.
fn body(act: &Act, signer: &str, role: SignsAs, by: By) -> Value {
    json!({
        "act": act.to_json(),
        "signer": signer,
        "role": role.word(),
        "by": by.word(),
    })
}

/// The exact bytes under a signature of `act`, for verifiers and tests.
pub fn signed_bytes(act: &Act, signer: &str, role: SignsAs, by: By) -> Vec<u8> {
    approval_key::message(APPROVAL_PREFIX, &body(act, signer, role, by))
}

/// Signs `act`.
pub fn sign(act: &Act, key: &ApprovalKey, name: &str, role: SignsAs, by: By) -> Signature {
    let signer = key.fingerprint().hex();
    let signature = key.sign(APPROVAL_PREFIX, &body(act, &signer, role, by));
    Signature {
        signer,
        name: name.to_owned(),
        role,
        by,
        signature,
    }
}

/// Who made `signature`, if it is a true signature of `act` by one of `people` whose key counts at its `seq`.
///
/// Judges one signature by itself; whether the person may sign so, and whether there are enough, is
/// [`Tally`](super::Tally)'s.
///
/// # Errors
/// [`ApprovalRefusal`]: unknown key, a key under two names, a key that has ended or not begun, a signature that
/// does not hold.
pub fn verify<'p>(
    act: &Act,
    signature: &Signature,
    people: &'p [Person],
) -> Result<&'p Person, ApprovalRefusal> {
    let name = || signature.name.clone();
    let mut holders = people
        .iter()
        .filter(|person| person.fingerprint().hex() == signature.signer);
    let Some(person) = holders.next() else {
        return Err(ApprovalRefusal::UnknownKey {
            name: name(),
            signer: signature.signer.clone(),
        });
    };
    let other = holders
        .next()
        .map(|other| &other.name)
        .or_else(|| (person.name != signature.name).then_some(&signature.name));
    if let Some(other) = other {
        return Err(ApprovalRefusal::KeyUnderTwoNames {
            first: person.name.clone(),
            second: other.clone(),
        });
    }
    if let Some(until) = person.until_seq.filter(|until| act.seq > *until) {
        return Err(ApprovalRefusal::Ended {
            name: name(),
            until,
            seq: act.seq,
        });
    }
    if act.seq < person.since_seq {
        return Err(ApprovalRefusal::NotYetServing {
            name: name(),
            since: person.since_seq,
            seq: act.seq,
        });
    }
    let body = body(act, &signature.signer, signature.role, signature.by);
    if !approval_key::holds(
        &person.approval_key,
        APPROVAL_PREFIX,
        &body,
        &signature.signature,
    ) {
        return Err(ApprovalRefusal::BadSignature { name: name() });
    }
    Ok(person)
}
