//! The read-only view of an open session that screens, reports and status draw from.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{Key, KeyCheckValueAlgorithm, Timestamp};
use crate::custody::Policy;
use crate::custody::ledger::Ledger;

mod counterparty;

use super::Profile;
use super::demanded::Demands;
use super::op_custody;
use super::run::Run;
use crate::text::{say, tr};

pub use counterparty::{CounterpartyView, RootStanding};

/// One key as screens show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// What people call it (tag `Name`; of a destroyed key the name that it had), or the ARN's last part.
    pub label: String,
    /// The service's metadata.
    pub key: Key,
    /// For 16-byte keys: the check value by the other method, which tells TDES_2KEY and AES_128 apart.
    pub other_check_value: Option<(KeyCheckValueAlgorithm, String)>,
    /// Tags, in order.
    pub tags: Vec<(String, String)>,
    /// For public keys: the certificate's subject.
    pub subject: Option<String>,
    /// For public keys: SHA-256 of the certificate (DER), lower-case hex.
    pub certificate_sha256: Option<String>,
    /// Whether it is suspect: since when and why, and what stands under it.
    pub suspect: Option<(String, Vec<String>)>,
    /// Of a key that came in: the name of the root that its sender stands under, where the import went by one.
    pub sender: Option<String>,
    /// Where somebody is to compare its check value with its sender's and nobody did; while it is hidden, `key` says
    /// [`super::hidden`] for the value and there is no other reading.
    pub comparing: Option<super::Comparing>,
    /// The name of another key here that has its algorithm and check value, where one of both came in. Nothing while either
    /// value is hidden: it would tell it.
    pub twin: Option<String>,
    /// How its check value was compared with its sender's, by whom and when, or that nobody has, in words; nothing of
    /// keys that were made or formed here and that no ceremony compared.
    pub compared: Option<String>,
}

/// One person of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonView {
    /// Name.
    pub name: String,
    /// `administrator`, `custodian`, `witness`.
    pub role: String,
    /// SHA-256 fingerprint of the approval key, lower-case hex.
    pub fingerprint: String,
    /// Whether their share helped to open, or their keys are held.
    pub present: bool,
    /// Label of the medium with their envelopes, where they are not in the vault's folder.
    pub medium: Option<String>,
    /// The proofs of what they hold.
    pub drill: Option<DrillView>,
}

/// When a person last proved their envelopes of the set in force, and when the next drill is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrillView {
    /// The last one, if there was one of this set.
    pub last: Option<Timestamp>,
    /// A year after it, or after the set was handed out.
    pub due: Timestamp,
    /// Whether they hold a share; else only the words of their approval envelope are proven.
    pub share: bool,
}

/// The recovery set that was made last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryView {
    /// Where its envelopes lie, in words.
    pub place: String,
    /// How many holders open.
    pub k: u8,
    /// The holders; nobody once a rotation ended it.
    pub people: Vec<PersonView>,
    /// When it was made: a copy of before knows nothing of it.
    pub made: Timestamp,
    /// When a rotation ended it.
    pub ended: Option<Timestamp>,
    /// When it last opened the vault.
    pub used: Option<Timestamp>,
}

/// One copy of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyView {
    /// `B1`, `B2`, ...
    pub id: String,
    /// The sequence number that it holds.
    pub seq: u64,
    /// Label of its medium.
    pub medium: String,
    /// Serial of its bag.
    pub bag: Option<String>,
    /// Who keeps it.
    pub holder: Option<String>,
    /// Where it is kept.
    pub place: Option<String>,
    /// When it was made.
    pub at: Timestamp,
    /// `begun`, `verified`, `failed`, `destroyed`, or in a rehearsal `practised`.
    pub state: String,
    /// Whether it opens to an earlier set of shares than the vault does now.
    pub old_set: bool,
    /// Labels or ARNs of keys that are gone here and may still be in it.
    pub holds_gone: Vec<String>,
}

/// A return to a copy after which nothing was made new yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedView {
    /// The copy: `B1`.
    pub copy: String,
    /// When.
    pub at: Timestamp,
}

/// One act that waits for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingView {
    /// The approval id.
    pub id: [u8; 32],
    /// The act's name.
    pub name: String,
    /// One sentence: `CREATE KEY kek-x (K0, TDES_3KEY)`.
    pub sentence: String,
    /// Details as label and value lines.
    pub details: Vec<(String, String)>,
    /// The exact JSON that is signed, pretty.
    pub exact: String,
    /// Who asked.
    pub issuer: String,
    /// When.
    pub asked: Timestamp,
    /// SHA-256 of the act, lower-case hex.
    pub digest: String,
    /// Eight PGP words of the digest.
    pub words: Vec<String>,
    /// Custodians who signed.
    pub signed: Vec<String>,
    /// How many must.
    pub required: usize,
    /// Custodians who still may.
    pub may_sign: Vec<String>,
    /// Who is appointed by it, or gets another place, and does not sign for that.
    pub appointees: Vec<String>,
    /// A phrase that has to be typed at approval or execution, where it destroys.
    pub phrase: Option<&'static str>,
    /// Of a deletion: days from the last signature until the key is destroyed.
    pub window_days: Option<i64>,
    /// The script of the open run whose step asked for it: it is signed and done there, and nowhere else.
    pub of_run: Option<String>,
}

impl PendingView {
    /// What is said before its phrase is typed, where it has one.
    pub fn warning(&self) -> Option<String> {
        let phrase = self.phrase?;
        Some(if self.name == op_custody::RESTORE.name {
            say!(
                "This makes a vault of the copy. To go on, type the word {phrase}:",
                phrase
            )
        } else if [op_custody::ROTATE.name, op_custody::REPLACE.name].contains(&self.name.as_str())
        {
            say!(
                "This ends everybody's words and envelopes. To go on, type the word {phrase}:",
                phrase
            )
        } else {
            say!(
                "This begins a deletion. To go on, type the word {phrase}:",
                phrase
            )
        })
    }

    /// What follows the last signature: of some acts only then people are called to carry it out.
    pub fn then(&self) -> &'static str {
        let called = [
            op_custody::DRILL.name,
            op_custody::RESHARE.name,
            op_custody::ROTATE.name,
            op_custody::RECOVERY_SET.name,
            op_custody::RECOVERY_DRILL.name,
        ];
        if called.contains(&self.name.as_str()) {
            tr("then each of them is called in turn")
        } else if self.window_days.is_some() {
            tr("its window begins; nothing is gone yet")
        } else {
            tr("then it is done and saved")
        }
    }

    /// The details with what follows from them at `now`: the day on which a key is destroyed.
    pub fn told(&self, now: Timestamp) -> Vec<(String, String)> {
        let ends = self.window_days.map(|days| {
            let at = now.plus_millis(days.saturating_mul(86_400_000));
            let at = Timestamp::from_millis(at.millis().div_euclid(1000).saturating_mul(1000));
            let at = at.rfc3339().replacen('T', " ", 1);
            let words = say!("{at}, if it is signed now", at);
            (tr("will be destroyed on").to_owned(), words)
        });
        self.details.iter().cloned().chain(ends).collect()
    }
}

/// A copy that is open to be returned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturningView {
    /// Which copy: `B1`.
    pub copy: String,
    /// The vault that stays open beside it meanwhile, if one was.
    pub beside: Option<String>,
}

impl ExportView {
    /// Whom it went to, for a line: the certificate's common name; where that is a number, which may be this vault's own
    /// account as well, the name that people here gave the root above it.
    pub fn to(&self) -> &str {
        let name = super::guide::common_name(&self.receiver);
        let number = name.chars().all(|c| c.is_ascii_digit());
        self.under.as_deref().filter(|_| number).unwrap_or(name)
    }
}

/// An export and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportView {
    /// The exported key's ARN here.
    pub arn: String,
    /// What left, in words: the key's label, or the initial key of a terminal and whose.
    pub label: String,
    /// What people here call the key at `arn`: the base key, where a terminal's initial key left in its place.
    pub base: String,
    /// Of the terminal whose initial key left in the key's place, its key serial number.
    pub serial: Option<String>,
    /// Check value and method as sent.
    pub check_value: String,
    /// The receiver's certificate subject.
    pub receiver: String,
    /// What people here call the root that the receiver's certificate stands under, where there is one.
    pub under: Option<String>,
    /// The key above its block, where that never left this vault: until it is sent nobody can open the file.
    pub first: Option<String>,
    /// The file written.
    pub file: String,
    /// When.
    pub at: Timestamp,
    /// `sent`, `confirmed`, `DIFFERS`.
    pub state: String,
    /// The receiver's ARN once confirmed.
    pub receiver_arn: Option<String>,
    /// When the receiver's token ends.
    pub valid_until: Option<Timestamp>,
    /// SHA-256 of the file, lower-case hex, where one was written and its digest kept.
    pub sha256: Option<String>,
    /// When the latest answer was read, and the check value that it gave.
    pub latest: Option<(Timestamp, String)>,
    /// Answers read before the latest, oldest first: when, `confirmed` or `DIFFERS`, and the check value they gave.
    pub earlier: Vec<(Timestamp, String, String)>,
}

/// A file for others that an act made and nobody has on a medium yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnwrittenView {
    /// Its name, without folder.
    pub file: String,
    /// SHA-256 of it, lower-case hex.
    pub sha256: String,
    /// Whether a key is in it.
    pub key: bool,
    /// When it was made.
    pub at: Timestamp,
}

/// A token of GetParametersForImport or GetParametersForExport that this vault gave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// `import-token-...` or `export-token-...`.
    pub name: String,
    /// Whether a key comes in under its certificate; else the certificate checks what this vault signs.
    pub comes_in: bool,
    /// In which form a key travels: `TR34_KEY_BLOCK`, `KEY_CRYPTOGRAM`, ...
    pub material: &'static str,
    /// The algorithm of its pair.
    pub algorithm: &'static str,
    /// When it was given out.
    pub given: Timestamp,
    /// When it ends, and its certificate with it.
    pub until: Timestamp,
    /// SHA-256 of the certificate (DER), lower-case hex.
    pub certificate: Option<String>,
    /// SHA-256 of this vault's own root (DER), lower-case hex, where the certificate was issued under the one that holds
    /// now.
    pub root: Option<String>,
    /// The file that was written for the other side, without folder; empty where a program asked.
    pub file: String,
    /// SHA-256 of that file, lower-case hex.
    pub sha256: Option<String>,
    /// The keys that came or went with it, and when.
    pub used: Vec<(String, Timestamp)>,
}

/// A pair's certificate, or a request for one, that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenView {
    /// Whether it is a request for a certificate.
    pub request: bool,
    /// The pair's ARN.
    pub arn: String,
    /// What people call the pair.
    pub label: String,
    /// SHA-256 of the certificate (DER), lower-case hex.
    pub certificate: Option<String>,
    /// The file that was written for the other side, without folder; empty where a program asked.
    pub file: String,
    /// SHA-256 of that file, lower-case hex.
    pub sha256: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What a receiver's answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptView {
    /// Whether the receiver holds the same key.
    pub confirmed: bool,
    /// The export it was compared with.
    pub export: ExportView,
    /// Line for people: `confirmed: KCV 9A1B2A = 9A1B2A`.
    pub verdict: String,
    /// What differs, member by member.
    pub differences: Vec<String>,
}

/// The whole view.
#[derive(Debug, Clone)]
pub struct View {
    /// The policy that a change of it begins from: the one that was decided last.
    pub policy: Policy,
    /// Whether that policy waits for the next opening: until then the one of before counts.
    pub policy_waits: bool,
    /// By what the custodians are counted that an act needs now.
    pub demands: Demands,
    /// While this is a copy that is open to be returned to, and is no vault.
    pub returning: Option<ReturningView>,
    /// The copy that this vault was returned to, where nothing was made new since.
    pub returned: Option<ReturnedView>,
    /// Keys that a return disabled and no act has enabled or deleted since, by ARN.
    pub held_back: Vec<String>,
    /// Folder name without `.vault`, or `rehearsal`.
    pub vault: String,
    /// 32 hex digits.
    pub vault_id: String,
    /// What it is for.
    pub profile: Profile,
    /// Whether it lies in a folder; a rehearsal in memory is gone with the process.
    pub kept: bool,
    /// Rehearsal only: practice passphrases by name.
    pub practice: BTreeMap<String, String>,
    /// Custodians needed to open.
    pub k: u8,
    /// Custodians needed to use a secret.
    pub t: u8,
    /// Custodians.
    pub n: u8,
    /// Everybody.
    pub people: Arc<Vec<PersonView>>,
    /// Vault time.
    pub now: Timestamp,
    /// What people sign.
    pub seq: u64,
    /// Files written.
    pub commit: u64,
    /// Audit events.
    pub events: u64,
    /// State head, lower-case hex.
    pub state_head: String,
    /// Audit head, lower-case hex.
    pub audit_head: String,
    /// Six words for the witness card.
    pub card_words: Vec<String>,
    /// All keys, oldest first. Shared, so that a view of 100 000 keys costs nothing to hand over.
    pub keys: Arc<Vec<KeyRow>>,
    /// Acts waiting for signatures.
    pub pending: Vec<PendingView>,
    /// Exports, newest first.
    pub exports: Arc<Vec<ExportView>>,
    /// Tokens that this vault gave out: those that are good first, the first to end first; then those that ended.
    pub tokens: Arc<Vec<TokenView>>,
    /// Certificates and requests for certificates that were given out, the newest first.
    pub given: Arc<Vec<GivenView>>,
    /// Files for others that are still to be written, the newest first.
    pub unwritten: Arc<Vec<UnwrittenView>>,
    /// Everybody whose root is here.
    pub counterparties: Arc<Vec<CounterpartyView>>,
    /// Runs of scripts, oldest first.
    pub runs: Arc<Vec<Run>>,
    /// Whether this vault may generate keys in software.
    pub software_generation: bool,
    /// Whether a file for a counterparty may be shown as QR codes.
    pub qr_of_exports: bool,
    /// Days that a token of GetParametersForImport or GetParametersForExport and its certificate live.
    pub parameters_days: u8,
    /// Whether signing keys are held (rehearsal, unlock file): nobody types passphrases.
    pub automatic: bool,
    /// How many backups are recorded as verified.
    pub backups: usize,
    /// Every copy on record, oldest first.
    pub copies: Arc<Vec<CopyView>>,
    /// The custody ledger: appointments, who holds and held which part.
    pub ledger: Arc<Ledger>,
    /// Whether new envelopes of a reshare wait to be proven.
    pub open_reshare: bool,
    /// Who has them, and who has none.
    pub reshare_left: Option<Arc<super::reshare_left::ReshareLeft>>,
    /// Whether its making was cut while envelopes were handed out, and nobody has shown since that all have theirs.
    pub unfinished: bool,
    /// Shares of a recovery set that was begun and cut off may lie on media: until everything is made new.
    pub recovery_cut: bool,
    /// Whether a change of people was cut off after they had new words, and none was finished since.
    pub rotation_cut: bool,
    /// Envelopes of sets that ended, and what became of them, oldest first.
    pub old_envelopes: Arc<Vec<super::op_envelopes::OldEnvelopes>>,
    /// The recovery set that was made last, where one was.
    pub recovery: Option<Arc<RecoveryView>>,
    /// Whether the recovery set opened the vault: then `people` are its holders and those who hold no share.
    pub by_recovery: bool,
    /// Whether people attested the clock; only in production can it be otherwise.
    pub attested: bool,
    /// The time that nothing may go behind: the vault's own, or, before people attested it, the latest on record.
    pub latest: Timestamp,
    /// The latest that two watches may say in production without signatures.
    pub furthest: Timestamp,
    /// Whether the machine's clock leapt while the vault was open; only in production it can.
    pub leapt: bool,
    /// By how much the vault's time is ahead of the machine's clock, in milliseconds.
    pub ahead: i64,
    /// What closing has to say about a production vault that exists only once.
    pub only_copy: Option<&'static str>,
    /// Papers of components that lie open in the run that stands open: part, key and holder, in words.
    pub open_papers: Vec<String>,
    /// Whether a certificate is good now to sign TR-34 tokens with.
    pub signs_tokens: bool,
    /// What was done here since the vault was opened, oldest first.
    pub deeds: Arc<Vec<super::deeds::Deed>>,
    /// The sequence number of the last witness card that people here have, brought to the opening or handed out since.
    pub card_seen: Option<u64>,
    /// The state was made since the vault was opened, and no card of it was handed out: so nobody can have one.
    pub on_no_card: bool,
    /// What opening found worth telling (settled deletions, voided intents, torn lines).
    pub notes: Vec<String>,
}

impl View {
    /// A sentence with the names that people gave to keys in the place of their ARNs.
    pub fn by_label(&self, text: &str) -> String {
        let named = |text: String, row: &KeyRow| {
            if row.key.key_arn.ends_with(&row.label) {
                text
            } else {
                text.replace(&row.key.key_arn, &row.label)
            }
        };
        self.keys.iter().fold(text.to_owned(), named)
    }
}
