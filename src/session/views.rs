//! Building the read-only view.

use std::collections::HashMap;
use std::sync::Arc;

use crate::api::{Key, KeyCheckValueAlgorithm, KeyState, Request, Tag, Timestamp};
use crate::crypto::tr34::PartyId;
use crate::custody::ledger::{Ledger, same};
use crate::custody::{Person, Role, words};
use crate::engine::KeyRecord;
use crate::pki::Certificate;
use crate::vault::CustodyFile;

use super::action::Action;
use super::custody_act::CustodyAct;
use super::pending::Pending;
use super::state::ExportRecord;
use super::view::{
    CopyView, DrillView, ExportView, KeyRow, PendingView, PersonView, RecoveryView, View,
};
use super::{Session, holders, label_of, op, sentence};
use crate::text::tr;

impl Session {
    /// Everybody who serves at this state.
    fn people_views(&self, seq: u64) -> Vec<PersonView> {
        let people = self.acting().iter().filter(|p| p.serves_at(seq));
        people.map(|person| self.person_view(person)).collect()
    }

    /// The read-only view.
    pub fn view(&self) -> View {
        let seq = self.book.seq();
        View {
            vault: self.name.clone(),
            vault_id: self.book.vault_id().to_owned(),
            profile: self.profile,
            kept: self.lasts(),
            practice: self.held.practice.clone(),
            k: self.book.k(),
            t: self.book.t(),
            n: self.book.n(),
            people: Arc::new(self.people_views(seq)),
            now: self.now(),
            seq,
            commit: self.book.commit_number(),
            events: self.book.audit_head().count,
            state_head: super::door::hex(&self.book.state_head()),
            audit_head: super::door::hex(&self.book.audit_head().hash),
            card_words: self.card_words(),
            keys: self.rows(),
            pending: self.pending.iter().map(|p| self.pending_view(p)).collect(),
            exports: Arc::new(self.export_views()),
            tokens: Arc::new(self.token_views()),
            given: Arc::new(self.given_views()),
            unwritten: self.unwritten_views(),
            counterparties: Arc::new(self.counterparty_views()),
            runs: Arc::new(self.state.runs.clone()),
            policy: self.policy_to_change().clone(),
            policy_waits: self.state.next_policy.is_some(),
            demands: self.demands(),
            parameters_days: super::limits::of(&self.state.policy).parameters_days,
            software_generation: self.state.policy.allows_software_generation(self.profile),
            qr_of_exports: self.state.policy.allows_qr_of_exports(self.profile),
            automatic: self.automatic(),
            backups: self.verified_backups(),
            copies: self.copies(),
            unfinished: self.book.vault().is_unfinished(),
            recovery_cut: super::handed_out::recovery_cut(&self.state),
            rotation_cut: super::handed_out::rotation_cut(&self.state),
            old_envelopes: Arc::new(self.state.old_envelopes.clone()),
            ledger: self.ledger_view(),
            open_reshare: self.book.vault().header().custody.len() > 1,
            reshare_left: self.reshare_left().map(Arc::new),
            recovery: self.recovery_view(),
            by_recovery: self.by_recovery(),
            attested: self.attested,
            latest: self.latest(),
            furthest: self.furthest(),
            leapt: !self.on_pace(),
            ahead: self.now().millis().saturating_sub(self.wall.now().millis()),
            only_copy: self.only_copy(),
            open_papers: self.papers_in_hands(),
            returning: self.returning_view(),
            returned: self.returned_view(),
            held_back: self.held_back(),
            signs_tokens: self.newest_export_token().is_some(),
            deeds: self.deeds(),
            card_seen: self.card_seen.get(),
            on_no_card: self.on_no_card(),
            notes: self.notes_now(),
        }
    }

    fn verified_backups(&self) -> usize {
        let copies = self.state.backups.iter();
        copies.filter(|copy| copy.state == "verified").count()
    }

    fn ledger_view(&self) -> Arc<Ledger> {
        let drawn = || Arc::new(self.ledger_now());
        self.ledger.get_or_init(drawn).clone()
    }

    /// The vault's name: of its folder, or `rehearsal`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the vault lies in a folder; a rehearsal in memory is gone with the process.
    pub fn lasts(&self) -> bool {
        self.store().lasts()
    }

    fn recovery_view(&self) -> Option<Arc<RecoveryView>> {
        let record = self.state.recovery.as_ref()?;
        let file = self.book.whole_custody().of_recovery();
        let seq = self.book.seq();
        let serving = record.people.iter().filter(|p| p.serves_at(seq));
        let holders = file
            .iter()
            .flat_map(|file| serving.clone().map(move |p| self.person_in(p, file)));
        Some(Arc::new(RecoveryView {
            place: record.place.clone(),
            k: record.k,
            people: holders.collect(),
            made: Timestamp::from_millis(record.at),
            ended: record.ended.map(Timestamp::from_millis),
            used: record.used.as_ref().map(|u| Timestamp::from_millis(u.at)),
        }))
    }

    fn person_view(&self, person: &Person) -> PersonView {
        self.person_in(person, self.book.custody_of(&person.name))
    }

    fn person_in(&self, person: &Person, custody: &CustodyFile) -> PersonView {
        let medium = custody.person(&person.name);
        PersonView {
            name: person.name.clone(),
            role: person.role.word().to_owned(),
            fingerprint: person.fingerprint().hex(),
            present: self.present.contains(&person.name),
            medium: medium.and_then(|p| p.medium.clone()),
            drill: {
                let set = super::door::hex(&custody.set_id);
                let (last, due) = self.drill_of(&person.name, &set);
                Some(DrillView {
                    last,
                    due,
                    share: person.index.is_some(),
                })
            },
        }
    }

    fn copies(&self) -> Arc<Vec<CopyView>> {
        let made = || Arc::new(self.copies_now());
        self.copies.get_or_init(made).clone()
    }

    fn copies_now(&self) -> Vec<CopyView> {
        if self.state.backups.is_empty() {
            return Vec::new();
        }
        let set = self.book.set();
        let gone: Vec<(String, Vec<String>)> = self
            .state
            .engine
            .records()
            .filter(|r| r.key.key_state == KeyState::DELETE_COMPLETE)
            .map(|r| (name_of(r), self.still_in(&r.key.key_arn)))
            .collect();
        let copy = |b: &super::state::BackupRecord| CopyView {
            id: b.id.clone(),
            seq: b.seq,
            medium: b.medium.clone(),
            bag: b.bag.clone(),
            holder: b.holder.clone(),
            place: b.place.clone(),
            at: Timestamp::from_millis(b.at),
            state: b.state.clone(),
            old_set: b.exists() && b.set.as_ref().is_some_and(|s| *s != set),
            holds_gone: gone
                .iter()
                .filter(|(_, copies)| copies.contains(&b.id))
                .map(|(label, _)| label.clone())
                .collect(),
        };
        self.state.backups.iter().map(copy).collect()
    }

    fn suspected(&self, row: KeyRow) -> KeyRow {
        let suspect = self.suspicion(&row.key.key_arn);
        KeyRow { suspect, ..row }
    }

    fn rows(&self) -> Arc<Vec<KeyRow>> {
        self.rows
            .get_or_init(|| {
                let received = self.state.received.iter();
                let came = received.filter_map(|r| Some((r.arn.as_str(), r.root.as_deref()?)));
                let came: HashMap<&str, &str> = came.collect();
                let row = |record| {
                    let mut row = self.suspected(row(record));
                    let root = came.get(row.key.key_arn.as_str());
                    row.sender = root.and_then(|root| self.record(root)).map(name_of);
                    row
                };
                Arc::new(self.compared(self.state.engine.as_made().into_iter().map(row)))
            })
            .clone()
    }

    /// The view of one act on the table.
    pub(crate) fn pending_view(&self, pending: &Pending) -> PendingView {
        let (sentence, mut details) = sentence::describe(&pending.action, &self.state);
        if let Action::Custody(CustodyAct::Appoint(appointment)) = &pending.action {
            let told = self.told_of(appointment).into_iter();
            details.extend(told.map(|told| (tr("note").to_owned(), told)));
        }
        let own = self.signs_for_own(&pending.action);
        details.extend(own.map(|told| (tr("note").to_owned(), told)));
        if let Action::Custody(CustodyAct::Restore { since, .. }) = &pending.action {
            details.extend(self.of_copy(since.as_deref()));
        }
        details.extend(self.told_outside(&pending.action));
        let signed = pending.signed();
        let seq = self.book.seq();
        let appointees = self.appointees(&pending.action);
        let may_sign = self
            .acting()
            .iter()
            .filter(|p| p.role == Role::Custodian && p.serves_at(seq))
            .map(|p| p.name.clone())
            .filter(|name| *name != pending.act.issuer && !signed.contains(name))
            .filter(|name| !appointees.iter().any(|own| same(own, name)))
            .collect();
        let digest = pending.act.digest();
        let view = PendingView {
            id: pending.act.approval_id,
            name: pending.action.name().to_owned(),
            sentence,
            details,
            exact: serde_json::to_string_pretty(&pending.act.to_json()).unwrap_or_default(),
            issuer: pending.act.issuer.clone(),
            asked: pending.asked,
            digest: super::door::hex(&digest),
            words: words::eight(&digest)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            signed,
            required: usize::from(pending.required),
            may_sign,
            appointees: appointees.iter().map(|own| (*own).to_owned()).collect(),
            phrase: op::named(pending.action.name()).and_then(|op| op.phrase),
            window_days: match &pending.action {
                Action::Control {
                    request: Request::DeleteKey(input),
                    ..
                } => Some(input.delete_key_in_days),
                _ => None,
            },
            of_run: self.run_of(pending).map(|run| run.script.clone()),
        };
        self.blinded(&pending.action, view)
    }

    /// What left, the newest first.
    fn export_views(&self) -> Vec<ExportView> {
        let exports = self.state.exports.iter().rev();
        exports.map(|export| self.export_view(export)).collect()
    }

    /// The view of one export.
    pub(crate) fn export_view(&self, export: &ExportRecord) -> ExportView {
        let label = self
            .record(&export.arn)
            .map_or_else(|| export.arn.clone(), name_of);
        let base = label.clone();
        let label = export.called(label);
        let first = holders::missing(export, &self.state);
        ExportView {
            arn: export.arn.clone(),
            label,
            base,
            serial: export.serial.clone(),
            check_value: if self.is_blind(&export.arn) {
                super::hidden().to_owned()
            } else {
                format!("{} ({})", export.kcv, export.kcv_method)
            },
            receiver: match first {
                Some(_) => tr("nobody yet").to_owned(),
                None => export.receiver.clone(),
            },
            first,
            under: export
                .root
                .as_ref()
                .and_then(|root| self.record(root))
                .map(name_of),
            file: export.file.clone(),
            at: Timestamp::from_millis(export.at),
            state: export.state.clone(),
            receiver_arn: export.receiver_arn.clone(),
            valid_until: export.valid_until.map(Timestamp::from_millis),
            sha256: export.sha256.clone(),
            latest: export.latest.as_ref().map(|answer| {
                let theirs = if self.is_blind(&export.arn) {
                    super::hidden().to_owned()
                } else {
                    answer.kcv.clone()
                };
                (Timestamp::from_millis(answer.at), theirs)
            }),
            earlier: export
                .earlier
                .iter()
                .map(|e| (Timestamp::from_millis(e.at), e.state.clone(), e.kcv.clone()))
                .collect(),
        }
    }

    /// Six words of the state head, for the witness card.
    pub(crate) fn card_words(&self) -> Vec<String> {
        words::six(&self.book.state_head())
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    /// The export token that signs where an act names none: the newest for TR-34 that is good now.
    pub(crate) fn newest_export_token(&self) -> Option<String> {
        let token = self.state.engine.newest_export_token(self.now())?;
        Some(token.to_owned())
    }

    /// The import token whose certificate has this issuer (DER) and serial number (hex), while it is good.
    pub(crate) fn import_token_for(&self, issuer_der: &[u8], serial_hex: &str) -> Option<String> {
        let good = self.state.engine.import_certificates(self.now());
        let names = |der: &[u8]| {
            Certificate::from_any(der).is_ok_and(|certificate| {
                PartyId::new(certificate.issuer_der(), certificate.serial()).is_some_and(|id| {
                    id.issuer_der() == issuer_der && id.serial_hex() == serial_hex
                })
            })
        };
        let mut good = good.into_iter();
        good.find(|(_, der)| names(der))
            .map(|(name, _)| name.to_owned())
    }

    /// The certificate of a token that this vault gave out.
    pub(crate) fn token_certificate(&self, token: &str) -> Option<Certificate> {
        Certificate::from_any(self.state.engine.token_certificate(token)?).ok()
    }

    /// A key's record by label, ARN or id.
    pub(crate) fn record(&self, identifier: &str) -> Option<&KeyRecord> {
        self.state.engine.find(identifier)
    }
}

/// What people call the key of a record, and of a destroyed key the name that it had.
pub(crate) fn name_of(record: &KeyRecord) -> String {
    let had = record.was_named.clone();
    had.unwrap_or_else(|| label_of(&record.key, &record.tags))
}

fn row(record: &KeyRecord) -> KeyRow {
    let certificate = record
        .material
        .certificate_der()
        .and_then(|der| Certificate::from_any(der).ok());
    KeyRow {
        label: name_of(record),
        key: record.key.clone(),
        other_check_value: other_check_value(record),
        tags: record
            .tags
            .iter()
            .map(|Tag { key, value }| (key.clone(), value.clone()))
            .collect(),
        subject: certificate.as_ref().map(Certificate::subject),
        certificate_sha256: certificate.map(|c| super::door::hex(&c.sha256_fingerprint())),
        suspect: None,
        sender: None,
        twin: None,
        comparing: None,
        compared: None,
    }
}

/// For 16-byte keys the check value by the method of the other algorithm.
pub(super) fn other_check_value(record: &KeyRecord) -> Option<(KeyCheckValueAlgorithm, String)> {
    let both = record.both_check_values.as_ref()?;
    let Key { key_attributes, .. } = &record.key;
    Some(if key_attributes.key_algorithm.is_tdes() {
        (KeyCheckValueAlgorithm::CMAC, both.as_aes.clone())
    } else {
        (KeyCheckValueAlgorithm::ANSI_X9_24, both.as_tdes.clone())
    })
}
