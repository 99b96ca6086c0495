//! What the runner itself compares: files with what they must be, watches with the clock, fingerprints with
//! certificates.

use crate::api::{KeyCheckValueAlgorithm, Timestamp};
use crate::crypto::components::{Difference, NO_USUAL_MISTAKE};
use crate::crypto::tr31::Block;
use crate::custody::TypedFingerprint;
use crate::engine::AesCheckValues;
use crate::pki::{Certificate, CounterpartyFile};
use crate::session::carry::Number;
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

/// What is known of a key's check value without the key.
struct OnRecord<'r> {
    /// Six digits, by the key's own method.
    value: &'r str,
    /// What may be written down for an AES key beside them; none of other keys, and of keys of before.
    aes: Option<&'r AesCheckValues>,
    /// The value of the same bytes as a key of another algorithm.
    other: Option<(&'static str, String)>,
    /// The values of the components that the key was formed of.
    parts: Vec<(u8, String)>,
}

/// What is said of a check value that does not count.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    /// To whoever typed it: the usual mistake, and never the right value.
    advice: String,
    /// In a few words for the record.
    mistake: String,
}

impl From<Difference> for Wrong {
    fn from(found: Difference) -> Self {
        Self {
            advice: found.advice().unwrap_or_default(),
            mistake: found.mistake().unwrap_or_default(),
        }
    }
}

/// Why a typed check value does not count for a key: the usual mistakes first. Nothing where it counts. Every digit that
/// the method has is compared: ten under CMAC of AES (PCI PIN 15-1), six elsewhere; of keys of before six.
fn difference_on_record(typed: &str, on: &OnRecord<'_>) -> Option<Wrong> {
    const DIGITS: usize = 6;
    let hex = typed.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex || !(4..=10).contains(&typed.len()) {
        return Some(Difference::NotOne.into());
    }
    if typed.len() < DIGITS {
        let begins = on.value.starts_with(typed);
        let found = if begins {
            Difference::Short
        } else {
            Difference::Unknown
        };
        return Some(found.into());
    }
    let six = typed.get(..DIGITS).unwrap_or_default();
    let is = |value: &str| value.get(..DIGITS) == Some(six);
    if is(on.value) {
        let longest = on.aes.map_or(six, |aes| aes.cmac.as_str());
        let told = typed.get(..longest.len()).unwrap_or(typed);
        let further = longest.starts_with(told);
        return (!further).then(|| Wrong {
            advice: "Its first six digits are this key's, and one behind them is not: read them from the advice again, \
                     one by one. If they are as written there, ask the sender."
                .to_owned(),
            mistake: "right in its first six digits alone".to_owned(),
        });
    }
    if on.aes.is_some_and(|aes| is(&aes.zeros)) {
        return Some(Difference::Method(KeyCheckValueAlgorithm::ANSI_X9_24).into());
    }
    if let Some((method, _)) = on.other.as_ref().filter(|(_, value)| is(value)) {
        return Some(Wrong {
            advice: format!(
                "It is this key's value by {method}: the sender takes the key for another algorithm of that length. \
                 Stop, and ask which."
            ),
            mistake: format!("the value by {method}, as another algorithm"),
        });
    }
    if let Some((part, _)) = on.parts.iter().find(|(_, kcv)| is(kcv)) {
        return Some(Difference::Component(*part).into());
    }
    Some(Wrong {
        advice: "Check the typing first; if it is right, this is another key than the sender's: stop (Esc, stop it \
                 for good). It is in the vault already: the stop marks it SUSPECT, and at the key (D) it is deleted."
            .to_owned(),
        mistake: NO_USUAL_MISTAKE.to_owned(),
    })
}

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
            tr("This is not what the first reading says. Nothing was recorded. Read it again from the thing itself, in the \
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
        match difference_on_record(&digits(typed), &on_record) {
            None => Ok(()),
            Some(Wrong { advice, .. }) => Err(Halt::Again(format!(
                "What you typed is not the check value of this key. Nothing was recorded. {advice}"
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
        Some(OnRecord {
            value: session.check_value_on_record(arn)?,
            aes: session.aes_values_on_record(arn),
            other: session.other_reading_on_record(arn),
            parts: parts.map(|p| (p.part, p.kcv)).collect(),
        })
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
                difference_on_record(&digits(typed), &on_record).map(|wrong| wrong.mistake)
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
        Err(Halt::Again(
            "What you typed is not the fingerprint of this file's certificate. No key left. Check the typing first; \
             if it is right, this file is not the one that the receiver sees: stop (Esc, stop it for good), and fetch both again."
                .into(),
        ))
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
    let taken = typed == "as-shown";
    if taken && session.profile() == Profile::Production {
        return Err(Halt::Again(format!(
            "`as-shown` is for rehearsal and test. {instead} Nothing was compared."
        )));
    }
    Ok(taken)
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

/// A check value as it was typed, without what does not count.
fn digits(typed: &str) -> String {
    let kept = typed.chars().filter(|c| !c.is_whitespace());
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// A time as a watch shows it, in UTC: what people type at the clock.
pub(super) fn to_the_minute(time: Timestamp) -> String {
    let text = time.rfc3339().replace('T', " ");
    text.get(..16).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of one AES_128 key as the record has them: by CMAC, by a block of zeros, as TDES, of its components.
    fn on_record(aes: Option<&AesCheckValues>) -> OnRecord<'_> {
        OnRecord {
            value: "7A2F3A",
            aes,
            other: Some(("ANSI_X9_24", "DDA8BA".to_owned())),
            parts: vec![(1, "CAEBAA".to_owned())],
        }
    }

    #[test]
    fn a_key_s_check_value_is_compared_in_every_digit_and_usual_mistakes_are_named() {
        let kept = AesCheckValues {
            cmac: "7A2F3A91C4".to_owned(),
            zeros: "5B1E04".to_owned(),
        };
        let on = on_record(Some(&kept));
        let mistake = |typed: &str| difference_on_record(typed, &on).map(|wrong| wrong.mistake);
        for right in ["7A2F3A", "7A2F3A91", "7A2F3A91C4"] {
            assert_eq!(mistake(right), None, "{right}");
        }
        for wrong in ["7A2F3A92", "7A2F3A91C5", "7A2F3A0"] {
            let found = mistake(wrong);
            assert_eq!(
                found.as_deref(),
                Some("right in its first six digits alone"),
                "{wrong}"
            );
        }
        for (typed, words) in [
            ("7A2F", "too short"),
            ("7A2", "no check value"),
            ("5B1E04", "the value by ANSI_X9_24"),
            ("DDA8BA", "the value by ANSI_X9_24, as another algorithm"),
            ("CAEBAA", "the value of component 1"),
            ("000000", "no usual mistake"),
        ] {
            assert_eq!(mistake(typed).as_deref(), Some(words), "{typed}");
            let advice = difference_on_record(typed, &on).unwrap().advice;
            assert!(!advice.is_empty() && !advice.contains("7A2F3A"), "{advice}");
        }
        let old = difference_on_record("5B1E04", &on).unwrap().advice;
        assert!(
            old.contains("the value of these very digits by ANSI_X9_24"),
            "{old}"
        );
        // A key of before has six digits on record, and no other reading as AES.
        let before = on_record(None);
        assert_eq!(difference_on_record("7A2F3A92", &before), None);
    }
}
