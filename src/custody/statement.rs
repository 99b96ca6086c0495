//! What people sign besides acts: their enrolment, the list of people, a head, a sign-off, an answer about policy.
//!
//! Each kind has a prefix of its own, so that no signature of one can pass for another.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ApprovalKey, By, Fingerprint, Role, approval_key, hex_bytes};

/// The recipients of a vault's two identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipients {
    /// The vault identity's, `age1...`.
    pub open: String,
    /// The use identity's, `age1...`.
    #[serde(rename = "use")]
    pub use_: String,
}

/// One person on the list that all present sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The approval key's fingerprint, 64 lower-case hex digits.
    pub key: String,
}

/// Something to sign. The JSON form is fixed: it is what the signature covers.
#[derive(Debug, Clone, PartialEq)]
pub enum Statement {
    /// A person proves their key when enrolled.
    Enrolment {
        /// The vault.
        vault_id: String,
        /// The person.
        name: String,
        /// Their role.
        role: Role,
        /// The recipients they were shown.
        recipients: Recipients,
    },
    /// All present sign who the people are.
    People {
        /// The vault.
        vault_id: String,
        /// The sequence number from which the list holds.
        seq: u64,
        /// The people, in the vault's order.
        people: Vec<Listed>,
        /// The recipients.
        recipients: Recipients,
    },
    /// All present sign an answer about policy (in production: whether keys may be made in software).
    PolicyAnswer {
        /// The vault.
        vault_id: String,
        /// The policy's member, `software_generation`.
        question: String,
        /// The answer.
        answer: bool,
        /// The exact sentence that was shown.
        shown: String,
    },
    /// A state head and an audit head, co-signed.
    Head {
        /// The vault.
        vault_id: String,
        /// The epoch.
        epoch: String,
        /// The sequence number.
        seq: u64,
        /// The state head.
        state_head: [u8; 32],
        /// Lines of the audit log.
        audit_count: u64,
        /// The audit head.
        audit_head: [u8; 32],
    },
    /// A run is signed off.
    SignOff {
        /// The vault.
        vault_id: String,
        /// The epoch.
        epoch: String,
        /// The sequence number at the end.
        seq: u64,
        /// The state head at the end.
        state_head: [u8; 32],
        /// The audit head at the end.
        audit_head: [u8; 32],
        /// The run.
        run: String,
        /// SHA-256 of the script, or none.
        script: Option<[u8; 32]>,
        /// `completed`, `exception` or `aborted`.
        outcome: String,
        /// As what the person signs off.
        role: Role,
        /// False: the person does not agree, and `remark` says why.
        agrees: bool,
        /// The person's remark, possibly empty.
        remark: String,
    },
}

fn hex(bytes: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

impl Statement {
    /// The purpose under the signature.
    pub const fn prefix(&self) -> &'static str {
        match self {
            Self::Enrolment { .. } => "keymoot/enrol/v1",
            Self::People { .. } => "keymoot/people/v1",
            Self::PolicyAnswer { .. } => "keymoot/policy/v1",
            Self::Head { .. } => "keymoot/head/v1",
            Self::SignOff { .. } => "keymoot/sign-off/v1",
        }
    }

    /// The JSON form, every member present.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Enrolment {
                vault_id,
                name,
                role,
                recipients,
            } => json!({
                "vault_id": vault_id, "name": name, "role": role.word(),
                "recipients": {"open": recipients.open, "use": recipients.use_},
            }),
            Self::People {
                vault_id,
                seq,
                people,
                recipients,
            } => {
                let people: Vec<Value> = people
                    .iter()
                    .map(|p| json!({"name": p.name, "role": p.role.word(), "key": p.key}))
                    .collect();
                json!({
                    "vault_id": vault_id, "seq": seq, "people": people,
                    "recipients": {"open": recipients.open, "use": recipients.use_},
                })
            }
            Self::PolicyAnswer {
                vault_id,
                question,
                answer,
                shown,
            } => json!({
                "vault_id": vault_id, "question": question, "answer": answer, "shown": shown,
            }),
            Self::Head { .. } | Self::SignOff { .. } => self.ending_json(),
        }
    }

    fn ending_json(&self) -> Value {
        match self {
            Self::Head {
                vault_id,
                epoch,
                seq,
                state_head,
                audit_count,
                audit_head,
            } => json!({
                "vault_id": vault_id, "epoch": epoch, "seq": seq, "state_head": hex(state_head),
                "audit_count": audit_count, "audit_head": hex(audit_head),
            }),
            Self::SignOff {
                vault_id,
                epoch,
                seq,
                state_head,
                audit_head,
                run,
                script,
                outcome,
                role,
                agrees,
                remark,
            } => json!({
                "vault_id": vault_id, "epoch": epoch, "seq": seq, "state_head": hex(state_head),
                "audit_head": hex(audit_head), "run": run, "script": script.as_ref().map(hex),
                "outcome": outcome, "role": role.word(), "agrees": agrees, "remark": remark,
            }),
            Self::Enrolment { .. } | Self::People { .. } | Self::PolicyAnswer { .. } => Value::Null,
        }
    }

    /// The exact bytes under a signature.
    pub fn signed_bytes(&self, signer: &str, by: By) -> Vec<u8> {
        approval_key::message(self.prefix(), &self.body(signer, by))
    }

    fn body(&self, signer: &str, by: By) -> Value {
        json!({"statement": self.to_json(), "signer": signer, "by": by.word()})
    }

    /// Signs it.
    pub fn sign(&self, key: &ApprovalKey, name: &str, by: By) -> StatementSignature {
        let signer = key.fingerprint().hex();
        let signature = key.sign(self.prefix(), &self.body(&signer, by));
        StatementSignature {
            signer,
            name: name.to_owned(),
            by,
            signature,
        }
    }

    /// Whether `signature` is the signature of this statement by the key `public`.
    ///
    /// # Errors
    /// [`StatementRefusal`].
    pub fn verify(
        &self,
        signature: &StatementSignature,
        public: &[u8; 32],
    ) -> Result<(), StatementRefusal> {
        let name = signature.name.clone();
        if signature.signer != Fingerprint::of(public).hex() {
            return Err(StatementRefusal::OtherKey { name });
        }
        let body = self.body(&signature.signer, signature.by);
        if approval_key::holds(public, self.prefix(), &body, &signature.signature) {
            Ok(())
        } else {
            Err(StatementRefusal::BadSignature { name })
        }
    }
}

/// One signature of a [`Statement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementSignature {
    /// Fingerprint of the approval key, 64 lower-case hex digits.
    pub signer: String,
    /// The signer's name, for people.
    pub name: String,
    /// How it came about.
    pub by: By,
    /// 64 bytes (RFC 8032 §5.1.6); in text, lower-case hex.
    #[serde(with = "hex_bytes")]
    pub signature: [u8; 64],
}

/// Why the signature of a statement does not stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementRefusal {
    /// Made with another key than the one on record.
    #[error(
        "{name} signed with a key that is not the one on record. Nothing was recorded. {name} signs with the approval key of this vault."
    )]
    OtherKey {
        /// The signer.
        name: String,
    },
    /// Made for other contents, or changed since.
    #[error(
        "The signature of {name} does not hold for what it is said to sign. Nothing was recorded. {name} reads it again and signs anew."
    )]
    BadSignature {
        /// The signer.
        name: String,
    },
}
