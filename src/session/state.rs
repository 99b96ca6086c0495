//! State: what the payload of the vault holds beside its header. The vault stores its bytes and knows none of
//! these types.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::api::{Key, Timestamp};
use crate::custody::ledger::Ledger;
use crate::custody::{Person, Policy};
use crate::engine::EngineState;
use crate::text::say;

use super::era::Era;
use super::run::Run;

/// The version of the state's layout; it moves only with a fixture of the old one in the tests.
pub(crate) const STATE_VERSION: u8 = 1;

/// Everything the payload holds. Text keys, the version first.
///
/// Members that came later are absent while they are empty, so that a state without them is written as it always was.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct State {
    /// Layout version.
    pub(crate) v: u8,
    /// The control plane.
    pub(crate) engine: EngineState,
    /// Who may act; authoritative, custody.toml only bootstraps.
    pub(crate) people: Vec<Person>,
    /// How many signatures each act needs, and what the vault may do.
    pub(crate) policy: Policy,
    /// Time as this vault counts it.
    pub(crate) clock: ClockState,
    /// Approval ids consumed at the present `seq`; `seq` alone kills older signatures.
    pub(crate) consumed: Vec<ByteBuf>,
    /// Exports and what became of them, oldest first.
    pub(crate) exports: Vec<ExportRecord>,
    /// Roots and how their fingerprints were confirmed.
    pub(crate) roots: Vec<RootRecord>,
    /// Copies of the vault.
    pub(crate) backups: Vec<BackupRecord>,
    /// Runs of scripts, oldest first: the journal.
    pub(crate) runs: Vec<Run>,
    /// Who ever held which part.
    #[serde(default, skip_serializing_if = "Ledger::is_empty")]
    pub(crate) ledger: Ledger,
    /// Who last proved their shares, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) drills: BTreeMap<String, DrillRecord>,
    /// Identities and epochs before the present one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) eras: Vec<Era>,
    /// Changes of people and shares, and returns to a copy, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<ChangeRecord>,
    /// Components of keys, oldest set first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) components: Vec<super::components::ComponentSet>,
    /// Keys of other classes of vaults, refused here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// Keys that are suspect, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) suspects: BTreeMap<String, super::op_suspect::Suspicion>,
    /// Which keys came in or went out under which, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) under: Vec<super::op_suspect::UnderRecord>,
    /// Certificates, requests for certificates and tokens that were given out, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) given: Vec<super::exchanged::GivenRecord>,
    /// Keys that came in by TR-34 or RSA wrap, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) received: Vec<super::exchanged::ReceivedRecord>,
    /// How far the comparison of keys that came in with their senders' check values has come, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) comparisons: BTreeMap<String, super::comparing::ComparisonRecord>,
    /// Wrapped keys that came in, by the SHA-256 of what wrapped them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) blocks: BTreeMap<String, super::came_before::BlockRecord>,
    /// Files for others that are still to be written to a medium, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) unwritten: Vec<super::unwritten::UnwrittenRecord>,
    /// Envelopes of sets that ended, and what became of them, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) old_envelopes: Vec<super::op_envelopes::OldEnvelopes>,
    /// The policy that counts from the next opening on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_policy: Option<Policy>,
    /// The recovery set, and its holders of now and before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recovery: Option<RecoveryRecord>,
    /// Whose new envelopes were written, while a reshare stands open whose envelopes go to people's own media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) handing: Option<super::reshare_left::HandingRecord>,
}

impl State {
    /// Approval ids that were consumed, as they are compared.
    pub(crate) fn consumed_ids(&self) -> BTreeSet<[u8; 32]> {
        let ids = self.consumed.iter();
        ids.filter_map(|id| id.as_slice().try_into().ok()).collect()
    }

    /// The recovery set that no rotation has ended.
    pub(crate) fn recovery_in_force(&self) -> Option<&RecoveryRecord> {
        self.recovery.as_ref().filter(|set| set.ended.is_none())
    }

    /// A state with nobody and nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            v: STATE_VERSION,
            engine: EngineState::new(super::DEFAULT_ACCOUNT, super::DEFAULT_REGION),
            people: Vec::new(),
            policy: Policy::default(),
            clock: ClockState {
                offset: 0,
                watermark: Millis(0),
                frozen: None,
            },
            consumed: Vec::new(),
            exports: Vec::new(),
            roots: Vec::new(),
            backups: Vec::new(),
            runs: Vec::new(),
            ledger: Ledger::default(),
            drills: BTreeMap::new(),
            eras: Vec::new(),
            changes: Vec::new(),
            components: Vec::new(),
            foreign_keys: Vec::new(),
            suspects: BTreeMap::new(),
            under: Vec::new(),
            given: Vec::new(),
            unwritten: Vec::new(),
            received: Vec::new(),
            comparisons: BTreeMap::new(),
            blocks: BTreeMap::new(),
            old_envelopes: Vec::new(),
            next_policy: None,
            handing: None,
            recovery: None,
        }
    }
}

/// The vault's clock. It only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClockState {
    /// Vault time minus operating system time, in milliseconds (test: advances; production: attested).
    pub(crate) offset: i64,
    /// The latest time ever committed.
    pub(crate) watermark: Millis,
    /// A rehearsal's standing time.
    pub(crate) frozen: Option<Millis>,
}

/// A time in the payload: integer milliseconds, unlike the service's wire form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Millis(pub(crate) i64);

impl From<Timestamp> for Millis {
    fn from(time: Timestamp) -> Self {
        Self(time.millis())
    }
}

impl From<Millis> for Timestamp {
    fn from(time: Millis) -> Self {
        Self::from_millis(time.0)
    }
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRecord {
    pub(crate) arn: String,
    pub(crate) kcv: String,
    pub(crate) kcv_method: String,
    /// KeyAttributes as written into the request, JSON text.
    pub(crate) attributes: String,
    /// Exportable as written into the request.
    pub(crate) exportable: bool,
    /// Of the terminal whose initial key left in the key's place, its key serial number; absent where the key itself left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serial: Option<String>,
    pub(crate) receiver: String,
    /// SHA-256 of the receiver's SubjectPublicKeyInfo, lower-case hex.
    pub(crate) receiver_spki: String,
    pub(crate) file: String,
    pub(crate) at: i64,
    pub(crate) valid_until: Option<i64>,
    /// `sent`, `confirmed` or `DIFFERS`.
    pub(crate) state: String,
    pub(crate) receiver_arn: Option<String>,
    /// SHA-256 of the file, lower-case hex; absent where no file was written, and in records of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
    /// The ARN of the root above the receiver's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<String>,
    /// The token of this vault whose pair signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// The ARN of this vault's key above the block; absent where a certificate's was, and in records of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) above: Option<String>,
    /// Answers that were read before the latest one, oldest first: when, what they said, and their check value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<EarlierReceipt>,
    /// When the latest answer was read, and its check value; absent in records of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) latest: Option<EarlierReceipt>,
}

impl ExportRecord {
    /// What left, where the key has this name: it, or a terminal's initial key of it.
    pub(crate) fn called(&self, label: String) -> String {
        match &self.serial {
            Some(serial) => say!("initial key {serial} of {label}", serial, label),
            None => label,
        }
    }

    /// A key that left whole, of which no answer has come: what of it is known from the key itself.
    pub(crate) fn sent(key: &Key, receiver: String, at: i64) -> Self {
        Self {
            arn: key.key_arn.clone(),
            kcv: key.key_check_value.clone(),
            kcv_method: key.key_check_value_algorithm.name().to_owned(),
            attributes: serde_json::json!(key.key_attributes).to_string(),
            exportable: key.exportable,
            serial: None,
            receiver,
            receiver_spki: String::new(),
            file: String::new(),
            at,
            valid_until: None,
            state: "sent".into(),
            receiver_arn: None,
            sha256: None,
            root: None,
            token: None,
            above: None,
            earlier: Vec::new(),
            latest: None,
        }
    }
}

/// An answer of a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EarlierReceipt {
    pub(crate) at: i64,
    /// `confirmed` or `DIFFERS`.
    pub(crate) state: String,
    /// The check value that it gave, as far as it gave one.
    pub(crate) kcv: String,
    /// The receiver's key that it is about; absent in records of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<String>,
}

/// One root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RootRecord {
    pub(crate) arn: String,
    /// SHA-256 of the DER, lower-case hex.
    pub(crate) sha256: String,
    /// Subject of the certificate.
    pub(crate) subject: String,
    /// `typed` or `as-shown`.
    pub(crate) confirmed: String,
    pub(crate) source: String,
    pub(crate) by: String,
    pub(crate) at: i64,
}

/// One copy of the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackupRecord {
    /// `B1`, `B2`, ...; `B3-7f2a` where the vault was returned to.
    pub(crate) id: String,
    pub(crate) seq: u64,
    pub(crate) medium: String,
    pub(crate) bag: Option<String>,
    pub(crate) at: i64,
    /// One of [`copy_state`].
    pub(crate) state: String,
    /// The set of shares that opens it, lower-case hex; absent in records of before sets could change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) set: Option<String>,
    /// How and when its destruction was attested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<BackupEnd>,
    /// Who keeps it, as it was said when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) holder: Option<String>,
    /// Where it is kept, as it was said when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
}

impl BackupRecord {
    /// Whether there is such a copy, whole or not, as far as is known: not where its destruction is attested, and not
    /// where it was practised.
    pub(crate) fn exists(&self) -> bool {
        ![copy_state::DESTROYED, copy_state::PRACTISED].contains(&self.state.as_str())
    }
}

/// What became of a copy.
pub(crate) mod copy_state {
    /// On record, and not yet read back: so a copy holds its own record.
    pub(crate) const BEGUN: &str = "begun";
    /// Read back from its medium.
    pub(crate) const VERIFIED: &str = "verified";
    /// It could not be written, or read back differently.
    pub(crate) const FAILED: &str = "failed";
    /// Its destruction is attested.
    pub(crate) const DESTROYED: &str = "destroyed";
    /// In a rehearsal: nothing was written.
    pub(crate) const PRACTISED: &str = "practised";
}

/// The attested end of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BackupEnd {
    /// When it was attested.
    pub(crate) at: i64,
    /// How it was destroyed, in words.
    pub(crate) how: String,
}

/// One custodian's last drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrillRecord {
    /// When.
    pub(crate) at: i64,
    /// The set of shares that was proven, lower-case hex.
    pub(crate) set: String,
}

/// The recovery set that was made last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecoveryRecord {
    /// The set, lower-case hex.
    pub(crate) set: String,
    /// Where its envelopes lie, in words.
    pub(crate) place: String,
    /// Holders who open.
    pub(crate) k: u8,
    /// When it was made.
    pub(crate) at: i64,
    /// Holders with their keys, those of earlier sets included, whose keys have ended.
    pub(crate) people: Vec<Person>,
    /// When a rotation ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<i64>,
    /// When it last opened the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) used: Option<RecoveryUse>,
}

/// One use of the recovery set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecoveryUse {
    /// When.
    pub(crate) at: i64,
    /// Whose shares opened.
    pub(crate) who: Vec<String>,
    /// Why, in words.
    pub(crate) reason: String,
}

/// One change of people or shares, or a return to a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChangeRecord {
    /// `reshare`, `rotate` or `restore`.
    pub(crate) kind: String,
    /// The sequence number it raised.
    pub(crate) seq: u64,
    /// When.
    pub(crate) at: i64,
    /// What the next opening shows first: old beside new.
    pub(crate) text: String,
    /// Whether an opening has shown it.
    pub(crate) shown: bool,
}

/// A key of another class of vault, known by algorithm and check value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ForeignKey {
    /// Service name of the algorithm.
    pub(crate) algorithm: String,
    /// Check value, upper-case hex.
    pub(crate) kcv: String,
    /// The inventory it stands in.
    pub(crate) inventory: String,
}
