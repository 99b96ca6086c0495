//! What the runner itself compares: files with what they must be, watches with the clock, fingerprints with
//! certificates.

use crate::api::Timestamp;
use crate::crypto::tr31::Block;
use crate::custody::TypedFingerprint;
use crate::pki::{Certificate, CounterpartyFile};
use crate::session::carry::Number;
use crate::session::comparing::check_value::{self, OnRecord, Wrong, difference_on_record};
use crate::session::due::left;
use crate::session::span::date_time;
use crate::session::{Profile, Session, brought, span};
use crate::text::tr;

use super::super::model::Step;
use super::super::{ops, ops_carry};
use super::Runner;
use super::carry::NUMBER;
use super::deviations;
use super::drive::Halt;

/// How far a watch may be from the vault's clock where the script says nothing (CA/B BR 6.1.1.1: three minutes).
pub(super) const SKEW: i64 = 180_000;

/// What whoever is in a run does about a key that is not its sender's.
const ANOTHER_KEY: &str = "stop (Esc, stop it for good). It is in the vault already: the stop marks it SUSPECT, and at the key (D) it is deleted.";

/// Whether a text holds digits as a key or a component has them: sixteen in a row, letters among them, or thirty-two.
pub(super) fn looks_like_a_key(text: &str) -> bool {
    let (mut digits, mut letters) = (0_usize, false);
    for c in text.chars().filter(|c| !" -:.".contains(*c)) {
        if c.is_ascii_hexdigit() {
            digits += 1;
            letters |= c.is_ascii_uppercase() || digits > 1 && c.is_ascii_alphabetic();
        } else {
            (digits, letters) = (0, false);
        }
        if digits >= 32 || (digits >= 16 && letters && text.chars().any(|c| c.is_ascii_digit())) {
            return true;
        }
    }
    false
}

/// A sentence for the record holds no key, and no words of a passphrase.
pub(super) fn free_of_secrets(text: String) -> Result<String, Halt> {
    if looks_like_a_key(&text) {
        return Err(Halt::Again(tr(KEY_IN_A_NOTE).to_owned()));
    }
    Ok(text)
}

/// Why such a text is not taken.
pub(super) const KEY_IN_A_NOTE: &str = "That looks like the digits of a key or of a component. What is written here is read by everybody and kept for years. Nothing was recorded: say it without them.";

impl Runner {
    /// A file that cannot serve is found before anybody is asked about it, and named in the service's manner.
    pub(super) fn fault(&self, session: &Session, step: &Step) -> Option<String> {
        let refusal = self.unreadable(session, step)?;
        Some(format!("ValidationException: {refusal}"))
    }

    /// Why nobody can look at the step's file, or compare it.
    pub(super) fn unreadable(&self, session: &Session, step: &Step) -> Option<String> {
        let reads = step.op.name == ops::READ_FILE.name;
        if !reads && step.op.name != ops::ATTEST_FINGERPRINT.name {
            return None;
        }
        let bytes = self.input(session, step)?;
        let refusal = match CounterpartyFile::parse(&bytes) {
            Ok(handed_over) => handed_over.verify(session.now()).err()?,
            Err(_) if reads && holds_a_key(&bytes, session.profile()) => return None,
            Err(refusal) => refusal,
        };
        Some(refusal.to_string())
    }

    /// The bytes of the step's file input.
    pub(super) fn input(&self, session: &Session, step: &Step) -> Option<Vec<u8>> {
        self.run(session)
            .inputs
            .get(step.fields.get("file")?)
            .cloned()
    }

    /// Judges what was typed where the runner itself compares it.
    pub(super) fn judge(&self, session: &Session, field: &str, typed: &str) -> Result<(), Halt> {
        let Some(step) = self.step() else {
            return Ok(());
        };
        let name = step.op.name;
        if name == ops::ATTEST_CLOCK.name && field == "time" {
            return judge_time(session, step, typed);
        }
        if name == ops::ATTEST_FINGERPRINT.name && field == "fingerprint" {
            return self.judge_fingerprint(session, step, typed);
        }
        if name == ops::ATTEST_CHECK_VALUE.name && field == "kcv" {
            return self.judge_check_value(session, step, typed);
        }
        if name == ops_carry::CHECK.name && field == NUMBER {
            let judged = self.carried_with(session, step, Number::Given(typed));
            return judged.map(drop).map_err(Halt::Again);
        }
        if ops::is_act(step.op) {
            return self.judge_number(session, step, field, typed);
        }
        if name == ops::NOTE.name {
            free_of_secrets(typed.to_owned())?;
            return self.judge_repeated(session, step, typed);
        }
        if name == ops_carry::COMPARE.name && field == "kcv" {
            return self.judge_carried_value(session, step, typed);
        }
        Ok(())
    }

    /// A note that repeats an earlier one says the same: letters and digits, in their order.
    fn judge_repeated(&self, session: &Session, step: &Step, typed: &str) -> Result<(), Halt> {
        let Some(named) = step.fields.get(ops::REPEATS) else {
            return Ok(());
        };
        let plain = |text: &str| -> String {
            let kept = text.chars().filter(|c| c.is_alphanumeric());
            kept.flat_map(char::to_uppercase).collect()
        };
        let run = self.run(session);
        let first = run.steps.iter().find(|record| record.id == *named);
        let first = first.and_then(|record| record.notes.get("text"));
        if first.is_some_and(|first| plain(first) == plain(typed)) {
            return Ok(());
        }
        // Who acts, leads and watches signed why the two differ: both stay on record.
        let record = self.record(session);
        if record.is_some_and(|record| deviations::of_record(&record).iter().any(|one| !one.open)) {
            return Ok(());
        }
        Err(Halt::Again(
            tr("This is not what the first reading says. Nothing of it was taken. Read it again from the thing itself, in the \
             same order. If the first reading was wrong: pause (Esc) and record an exception that says so; behind it \
             what you read counts, and both readings stay on record.")
            .to_owned(),
        ))
    }

    fn judge_check_value(&self, session: &Session, step: &Step, typed: &str) -> Result<(), Halt> {
        if as_shown(session, typed, "Type what the sender gave by another way.")? {
            return Ok(());
        }
        let Some(on_record) = self.on_record(session, step) else {
            return Err(Halt::Again(
                "No check value of this key is on record. Nothing was compared.".into(),
            ));
        };
        match difference_on_record(typed, &on_record, ANOTHER_KEY) {
            None => Ok(()),
            Some(Wrong { advice, .. }) => Err(Halt::Again(format!(
                "What you typed is not the check value of this key. Nothing of it was taken. {advice}"
            ))),
        }
    }

    /// What the record has of the step's key: what the view shows is hidden until the step is done.
    fn on_record<'s>(&self, session: &'s Session, step: &Step) -> Option<OnRecord<'s>> {
        let run = self.run(session);
        let id = step.fields.get("key")?;
        let arn = run.keys.get(id)?;
        let parts = self.component_set(id);
        let parts = parts.map(|set| session.component_parts(&set.id));
        let parts = parts.unwrap_or_default().into_iter();
        let parts = parts.map(|p| (p.part, p.kcv)).collect();
        session.known_value(arn, parts)
    }

    /// Why an answer was not taken, in a few words for the record: by how much a watch is off, which usual mistake a
    /// check value is. Never what was typed, and nothing of other answers.
    pub(super) fn why_not_taken(
        &self,
        session: &Session,
        field: &str,
        typed: &str,
    ) -> Option<String> {
        let step = self.step()?;
        match step.op.name {
            name if name == ops::ATTEST_CLOCK.name && field == "time" => {
                let Some(read) = date_time(typed) else {
                    return Some("no date and time".to_owned());
                };
                Some(format!("{} off", span_words(off(session, read))))
            }
            name if name == ops::ATTEST_CHECK_VALUE.name && field == "kcv" => {
                let on_record = self.on_record(session, step)?;
                difference_on_record(typed, &on_record, ANOTHER_KEY).map(|wrong| wrong.mistake)
            }
            _ => None,
        }
    }

    fn judge_fingerprint(&self, session: &Session, step: &Step, typed: &str) -> Result<(), Halt> {
        let Some(certificate) = self.certificate(session, step) else {
            return Err(Halt::Again(
                "The file holds no such certificate. Nothing was compared.".into(),
            ));
        };
        if as_shown(
            session,
            typed,
            "Type what was fetched on the other computer.",
        )? {
            return Ok(());
        }
        let fingerprint =
            TypedFingerprint::parse(typed).map_err(|error| Halt::Again(error.to_string()))?;
        if fingerprint.matches(&certificate.sha256_fingerprint()) {
            return Ok(());
        }
        if self.names_the_other(session, step, &fingerprint) {
            return Err(Halt::Again(
                "What you typed is the fingerprint of the other certificate in this file: root and certificate below \
                 it have one each. Nothing is wrong with the file. Nothing was compared; type the one that is asked for."
                    .into(),
            ));
        }
        Err(Halt::Again(
            "What you typed is not the fingerprint of this file's certificate. No key left. Check the typing first; \
             if it is right, this file is not the one that the receiver sees: stop (Esc, stop it for good), and fetch both again."
                .into(),
        ))
    }

    /// Whether a typed fingerprint is that of the file's root where the certificate's is asked, or the other way round.
    fn names_the_other(&self, session: &Session, step: &Step, typed: &TypedFingerprint) -> bool {
        let bytes = self.input(session, step);
        let file = bytes.and_then(|bytes| CounterpartyFile::parse(&bytes).ok());
        file.is_some_and(|file| {
            let both = [file.root(), file.leaf()];
            both.iter()
                .any(|one| typed.matches(&one.sha256_fingerprint()))
        })
    }

    /// The certificate that a fingerprint step is about.
    pub(super) fn certificate(&self, session: &Session, step: &Step) -> Option<Certificate> {
        let bytes = self.input(session, step)?;
        let handed_over = CounterpartyFile::parse(&bytes).ok()?;
        let root = step.fields.get("of").is_some_and(|of| of == "root");
        Some(if root {
            handed_over.root().clone()
        } else {
            handed_over.leaf().clone()
        })
    }
}

/// Whether somebody takes a file's own value for the one from elsewhere, which production refuses and asks for `instead`.
pub(super) fn as_shown(session: &Session, typed: &str, instead: &str) -> Result<bool, Halt> {
    check_value::as_shown(session.profile(), typed, instead).map_err(Halt::Again)
}

/// Whether a file brings a wrapped key.
pub(super) fn holds_a_key(bytes: &[u8], profile: Profile) -> bool {
    block_in(bytes, profile).is_some()
        || brought::cryptogram(bytes, profile).is_ok()
        || brought::tr34(bytes, profile).is_ok()
}

/// The key block in a file, if it brings one.
pub(super) fn block_in(bytes: &[u8], profile: Profile) -> Option<Block> {
    Block::parse(&brought::key_block(bytes, profile).ok()?).ok()
}

/// By how much a test vault's clock runs ahead of the machine's, in milliseconds: steps that let time pass moved it.
pub(super) fn ahead(session: &Session) -> Option<i64> {
    let ahead = session.now().millis() - session.wall_time().millis();
    (session.profile() == Profile::Test && ahead > SKEW).then_some(ahead)
}

/// Compares a watch with the vault's clock.
fn judge_time(session: &Session, step: &Step, typed: &str) -> Result<(), Halt> {
    let Some(read) = date_time(typed) else {
        return Err(Halt::Again(
            "This is no date and time. Nothing was changed. Type it in UTC, for example 2026-11-24 09:00.".into(),
        ));
    };
    if session.profile() == Profile::Production {
        return Ok(()); // the door compares the two watches, and sets the clock by them
    }
    let skew = step
        .fields
        .get("skew")
        .and_then(|text| span::parse(text).ok())
        .unwrap_or(SKEW);
    let off = off(session, read);
    // A watch read to the minute may be 59 seconds old.
    if off > skew.saturating_add(59_999) {
        return Err(Halt::Again(format!(
            "Your watch and the vault's clock differ by {}; {} are allowed. Nothing was changed. {}",
            span_words(off),
            span_words(skew),
            match session.profile() {
                Profile::Rehearsal => format!(
                    "This is a rehearsal, whose clock stands still at {}: type that as your watch's time.",
                    to_the_minute(session.now())
                ),
                Profile::Test | Profile::Production =>
                    "Read your watch again, in UTC; if it is right, stop (Esc, leave it for now): the clock is wrong."
                        .to_owned(),
            }
        )));
    }
    Ok(())
}

/// By how much a watch and the vault's clock differ, in milliseconds.
fn off(session: &Session, read: Timestamp) -> i64 {
    let from = |clock: Timestamp| (read.millis() - clock.millis()).abs();
    let off = from(session.now());
    if ahead(session).is_some() {
        // The vault's clock was moved, and an honest watch agrees with the machine's.
        return off.min(from(session.wall_time()));
    }
    off
}

/// A span in words: `7 m 00 s`.
pub(super) fn span_words(millis: i64) -> String {
    left(Timestamp::from_millis(0), Timestamp::from_millis(millis))
}

/// A time as a watch shows it, in UTC: what people type at the clock.
pub(super) fn to_the_minute(time: Timestamp) -> String {
    let text = time.rfc3339().replace('T', " ");
    text.get(..16).unwrap_or(&text).to_owned()
}
