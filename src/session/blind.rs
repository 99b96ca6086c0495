//! Keys whose check value is still to be compared: while a ceremony, or whoever took a key in by hand, waits for the value
//! that came by another way, ours is shown on no page and in no line, so that nobody reads it off and types it.
//!
//! The control plane (`call`, `serve`), inventories and bundles answer as ever: a program is no pair of eyes, the service
//! always tells it, and whoever lets a program ask does so by an act of its own. What a receipt says is read by people,
//! and hides it as well; NEXT.txt never holds a check value.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{ExportKeyMaterial, ImportKeyMaterial, Request, Timestamp};
use crate::engine::{AesCheckValues, KeyRecord};
use crate::text::{say, tr};

use super::Session;
use super::action::Action;
use super::field::AS_SHOWN;
use super::run::{Run, StepRecord, StepState};
use super::span::clock;
use super::trail::TrailLine;
use super::view::{KeyRow, PendingView};

/// Where the comparison of a key's check value with its sender's stands, if one is wanted and was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparing {
    /// A ceremony that stands open waits for it: the value is hidden.
    Pending,
    /// The ceremony was stopped, or the step passed over: the value is shown, and nobody has compared it.
    Never,
    /// It came in outside of a ceremony, and nobody has typed its sender's: the value is hidden.
    Waits,
    /// The same, and what was typed last is not this key's: the value is hidden.
    Differs,
    /// It came in outside of a ceremony, and somebody had the value shown, or took it for the sender's where people
    /// practise: nobody has compared it, and that is still to be done.
    Shown,
}

impl Comparing {
    /// It in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pending => tr("not yet: a ceremony that stands open compares it"),
            Self::Never => tr("never: the ceremony ended before somebody did"),
            Self::Waits => tr("not yet: nobody has typed what its sender gave"),
            Self::Differs => tr("not yet: what was typed is not this key's"),
            Self::Shown => tr("not yet: it was shown before anybody compared"),
        }
    }

    /// Whether the value is hidden.
    pub const fn hides(self) -> bool {
        matches!(self, Self::Pending | Self::Waits | Self::Differs)
    }

    /// Whether it waits for somebody outside of any ceremony.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Waits | Self::Differs | Self::Shown)
    }
}

/// What stands where a check value would: a single word that is as wide as one.
pub fn hidden() -> &'static str {
    tr("hidden")
}

/// The op of a step that compares a key's check value with its sender's.
pub const COMPARES: &str = "attest.check-value";

/// The keys that a step compares. A journal of before the step named its key means every key of its run.
pub(super) fn compares<'r>(run: &'r Run, step: &'r StepRecord) -> Vec<&'r String> {
    match (&step.compares, &step.key) {
        (Some(id), _) => run.keys.get(id).into_iter().collect(),
        (None, Some(arn)) if step.op == COMPARES => vec![arn],
        (None, None) if step.op == COMPARES => run.keys.values().collect(),
        _ => Vec::new(),
    }
}

/// What the runs of scripts say of comparisons, by ARN.
pub(super) struct ByRuns<'r> {
    /// Keys that are to be compared and were not.
    pub(super) open: BTreeMap<&'r str, Comparing>,
    /// Keys that were compared, and where last.
    pub(super) done: BTreeMap<&'r str, InRun<'r>>,
}

/// A comparison that a run made.
pub(super) struct InRun<'r> {
    script: &'r str,
    step: &'r StepRecord,
}

impl InRun<'_> {
    /// Whether ours was taken for the sender's, where people practise: it was shown, and nothing was compared.
    pub(super) fn as_shown(&self) -> bool {
        self.step.notes.values().any(|typed| typed == AS_SHOWN)
    }

    /// Who was at that step, and when it ended, in milliseconds.
    pub(super) fn by(&self) -> (String, i64) {
        let at = self.step.ended.or(self.step.began);
        (self.step.who.join(", "), at.map_or(0, Timestamp::millis))
    }

    /// It in words.
    pub(super) fn words(&self) -> String {
        let at = self.step.ended.or(self.step.began);
        let at = at.map(clock).unwrap_or_default();
        let by = self.step.who.join(", ");
        if self.as_shown() {
            say!(
                "practice: taken from here in the ceremony {script}, {at}; nothing was compared",
                script = self.script,
                at
            )
        } else {
            say!(
                "with its sender's in the ceremony {script}, by {by}, {at}",
                script = self.script,
                by,
                at
            )
        }
    }
}

impl<'r> ByRuns<'r> {
    /// Reads it off the journal.
    pub(super) fn of(runs: &'r [Run]) -> Self {
        let mut by = Self {
            open: BTreeMap::new(),
            done: BTreeMap::new(),
        };
        for run in runs {
            for step in &run.steps {
                by.take(run, step);
            }
        }
        by
    }

    fn take(&mut self, run: &'r Run, step: &'r StepRecord) {
        let done = matches!(
            step.state,
            StepState::Executed | StepState::Verified | StepState::Witnessed | StepState::Closed
        );
        let waits = run.outcome.is_none() && step.state != StepState::Exception;
        for arn in compares(run, step) {
            if done {
                let script = run.script.as_str();
                let done = InRun { script, step };
                let over = [Some(&Comparing::Never), Some(&Comparing::Shown)];
                if done.as_shown() {
                    // As where it is taken in at the screens: that compares nothing, and is still to be done.
                    self.open.insert(arn, Comparing::Shown);
                } else if over.contains(&self.open.get(arn.as_str())) {
                    self.open.remove(arn.as_str());
                }
                self.done.insert(arn, done);
            } else if waits {
                self.open.insert(arn, Comparing::Pending);
            } else if !self.done.contains_key(arn.as_str()) {
                self.open.entry(arn).or_insert(Comparing::Never);
            }
        }
    }
}

impl Session {
    /// The rows of all keys, each with where its comparison stands.
    pub(crate) fn compared(&self, rows: impl Iterator<Item = KeyRow>) -> Vec<KeyRow> {
        let runs = ByRuns::of(&self.state.runs);
        let twins = self.twins(&runs);
        rows.map(|mut row| {
            row.twin = twins.get(&row.key.key_arn).cloned();
            row.comparing = self.comparing(&row.key.key_arn, &runs);
            row.compared = self.compared_in_words(&row.key.key_arn, &runs);
            if row.comparing.is_some_and(Comparing::hides) {
                hidden().clone_into(&mut row.key.key_check_value);
                row.other_check_value = None;
            }
            row
        })
        .collect()
    }

    /// Whether this key's check value is hidden now.
    pub(crate) fn is_blind(&self, arn: &str) -> bool {
        let runs = ByRuns::of(&self.state.runs);
        self.comparing(arn, &runs).is_some_and(Comparing::hides)
    }

    /// The check value of a key, hidden or not: to judge by, never to show.
    pub(crate) fn check_value_on_record(&self, arn: &str) -> Option<&str> {
        self.record(arn)
            .map(|record| record.key.key_check_value.as_str())
    }

    /// The other reading of a 16-byte key's check value, as [`Session::check_value_on_record`].
    pub(crate) fn other_reading_on_record(&self, arn: &str) -> Option<(&'static str, String)> {
        let (method, value) = super::views::other_check_value(self.record(arn)?)?;
        Some((method.name(), value))
    }

    /// What a sender may give for an AES key beside its six digits, as [`Session::check_value_on_record`].
    pub(crate) fn aes_values_on_record(&self, arn: &str) -> Option<&AesCheckValues> {
        self.record(arn)?.aes_check_values.as_deref()
    }

    /// Every reading of the values that are hidden now, but for those that a key has as well whose own is shown: they
    /// stand on its page, and where it is destroyed or sent they tell it from others.
    fn hidden_beside(&self, shown: Option<&str>) -> Vec<String> {
        let shown = shown.and_then(|named| self.record(named));
        let shown = shown.filter(|record| !self.is_blind(&record.key.key_arn));
        let own = shown.map(readings).unwrap_or_default();
        let mut values = self.hidden_values();
        values.retain(|value| !own.contains(value));
        values
    }

    /// Every reading of the values that are hidden now.
    fn hidden_values(&self) -> Vec<String> {
        let runs = ByRuns::of(&self.state.runs);
        let by_hand = self.state.comparisons.iter();
        let by_hand = by_hand.filter(|(_, record)| record.waits());
        let by_hand = by_hand.map(|(arn, _)| arn.as_str());
        let asked: BTreeSet<&str> = runs.open.keys().copied().chain(by_hand).collect();
        let blind = |arn: &&str| self.comparing(arn, &runs).is_some_and(Comparing::hides);
        let hidden = asked.into_iter().filter(blind);
        hidden
            .filter_map(|arn| self.record(arn))
            .flat_map(readings)
            .collect()
    }

    /// Hides them in what an act says of itself. The value of a key that the act names is that key's own: it is hidden
    /// where its own is, and not because another key that nobody compared has the same.
    pub(crate) fn blinded(&self, action: &Action, mut act: PendingView) -> PendingView {
        let [own, wrapping] = named_keys(action);
        for (label, text) in &mut act.details {
            let of = match label {
                l if l == tr("check value") => own,
                l if l == tr("its kcv") => wrapping,
                _ => None,
            };
            for value in self.hidden_beside(of) {
                hide(text, &value);
            }
        }
        act
    }

    /// Hides them in a sentence that people read about a key.
    pub(crate) fn blinded_text(&self, mut text: String, about: &str) -> String {
        for value in self.hidden_beside(Some(about)) {
            hide(&mut text, &value);
        }
        text
    }

    /// Hides them in lines of the log that are shown; their hashes stay those of the lines as they are in the file.
    pub(crate) fn blinded_lines(&self, lines: &mut [TrailLine]) {
        for value in self.hidden_values() {
            for line in &mut *lines {
                let end = line.end.as_mut().map(|end| &mut end.written);
                for text in [&mut line.what, &mut line.written].into_iter().chain(end) {
                    line.hides |= hide(text, &value);
                }
            }
        }
    }
}

/// The key that an act is about, and the one that it travels under.
fn named_keys(action: &Action) -> [Option<&str>; 2] {
    let Action::Control { request, .. } = action else {
        return [None, None];
    };
    let own = match request {
        Request::ExportKey(input) => {
            let under = match &input.key_material {
                ExportKeyMaterial::Tr31KeyBlock(block) => Some(&block.wrapping_key_identifier),
                _ => None,
            };
            return [
                Some(&input.export_key_identifier),
                under.map(String::as_str),
            ];
        }
        Request::ImportKey(input) => {
            let under = match &input.key_material {
                ImportKeyMaterial::Tr31KeyBlock(block) => Some(&block.wrapping_key_identifier),
                _ => None,
            };
            return [None, under.map(String::as_str)];
        }
        Request::DeleteKey(input) => &input.key_identifier,
        Request::RestoreKey(input) => &input.key_identifier,
        Request::StartKeyUsage(input) => &input.key_identifier,
        Request::StopKeyUsage(input) => &input.key_identifier,
        _ => return [None, None],
    };
    [Some(own), None]
}

/// Puts what is said instead in a value's place wherever it stands as a word: six digits inside a longer number, as in
/// a digest, are another number. Whether it stood there.
fn hide(text: &mut String, value: &str) -> bool {
    let (mut from, mut found) = (0, false);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(value)) {
        let (start, end) = (from + at, from + at + value.len());
        let of_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let before = text.get(..start).and_then(|t| t.chars().next_back());
        let after = text.get(end..).and_then(|t| t.chars().next());
        if of_word(before) || of_word(after) {
            from = end;
        } else {
            text.replace_range(start..end, hidden());
            from = start + hidden().len();
            found = true;
        }
    }
    found
}

fn readings(record: &KeyRecord) -> Vec<String> {
    let own = record.key.key_check_value.clone();
    let both = record.both_check_values.iter();
    let both = both.flat_map(|b| [b.as_tdes.clone(), b.as_aes.clone()]);
    std::iter::once(own).chain(both).collect()
}

#[cfg(test)]
mod tests {
    use super::super::custody_tests::still_exports;
    use super::super::replay_tests::{record, run_of};
    use super::super::tests::{create_kek, practice};
    use super::*;

    /// A run that is open at a step which compares the value of `arn`, as journals of before said it or as they do now.
    fn comparing(arn: &str, compares: Option<&str>) -> Run {
        let mut run = run_of([7; 32], "compare");
        run.keys.insert("k".into(), arn.into());
        run.steps = vec![record("compare", StepState::Armed)];
        run.steps[0].op = COMPARES.into();
        run.steps[0].compares = compares.map(str::to_owned);
        run
    }

    #[test]
    fn a_journal_that_does_not_name_the_key_hides_every_key_of_its_run() {
        for compares in [Some("k"), None] {
            let mut run = comparing("arn", compares);
            let state = |run: &Run| {
                let by = ByRuns::of(std::slice::from_ref(run));
                by.open.get("arn").copied()
            };
            assert_eq!(state(&run), Some(Comparing::Pending), "{compares:?}");
            run.steps[0].state = StepState::Closed;
            run.steps[0].key = Some("arn".into());
            assert_eq!(state(&run), None, "{compares:?}");
            let by = ByRuns::of(std::slice::from_ref(&run));
            let words = by.done.get("arn").unwrap().words();
            assert!(words.contains("in the ceremony two-keys"), "{words}");
        }
        let mut other = comparing("arn", None);
        other.steps[0].op = "present".into();
        assert!(ByRuns::of(&[other]).open.is_empty());
    }

    /// Ours taken for the sender's compares nothing, in a ceremony as at the screens: it is due, and compared late.
    #[test]
    fn a_key_whose_value_a_ceremony_took_as_shown_is_compared_late() {
        use crate::session::comparing::{Comparison, Judged, Says};

        let (_, mut session) = practice(true);
        let action = create_kek(&session);
        let made = session.act(action, None, None).unwrap();
        let arn = made.responses[0].key().unwrap().key_arn.clone();
        let mut run = comparing(&arn, Some("k"));
        run.steps[0].state = StepState::Closed;
        run.steps[0].who = vec!["Ana".into()];
        run.steps[0].notes.insert("kcv".into(), AS_SHOWN.into());
        session.state.runs.push(run);
        let row = |session: &Session| session.view().keys[0].clone();
        assert_eq!(row(&session).comparing, Some(Comparing::Shown));
        assert!(
            row(&session)
                .compared
                .unwrap()
                .contains("nothing was compared")
        );
        let says = |session: &mut Session, typed: &str| {
            let says = Says::Typed(typed.to_owned());
            session.compare(&Comparison {
                key: arn.clone(),
                by: "Ben".into(),
                says,
            })
        };
        assert!(says(&mut session, AS_SHOWN).is_err(), "it is seen once");
        let kcv = row(&session).key.key_check_value;
        assert!(matches!(
            says(&mut session, "FFFFFF"),
            Ok(Judged::Differs(_))
        ));
        assert_eq!(row(&session).comparing, Some(Comparing::Differs));
        assert_eq!(says(&mut session, &kcv).unwrap(), Judged::Late);
        assert_eq!(row(&session).comparing, None);
        let words = row(&session).compared.unwrap();
        assert!(
            words.starts_with("not blind") && words.contains("Ana had ours shown"),
            "{words}"
        );
    }

    #[test]
    fn a_receipt_does_not_tell_what_is_to_be_compared() {
        let (_, mut session) = practice(true);
        let action = create_kek(&session);
        let made = session.act(action, None, None).unwrap();
        let arn = made.responses[0].key().unwrap().key_arn.clone();
        let kcv = session.view().keys[0].key.key_check_value.clone();
        still_exports(&mut session, &kcv);
        let answer = |kcv: &str| serde_json::json!({"Key": {"KeyArn": "arn:of:theirs", "KeyCheckValue": kcv}});
        let heard = |session: &mut Session| {
            [kcv.as_str(), "000000"].map(|theirs| {
                let answer = answer(theirs).to_string();
                let view = session.receipt(answer.as_bytes()).unwrap();
                format!(
                    "{} {:?} {}",
                    view.verdict, view.differences, view.export.check_value
                )
            })
        };
        assert!(heard(&mut session).iter().all(|words| words.contains(&kcv)));
        session.state.runs.push(comparing(&arn, Some("k")));
        for words in heard(&mut session) {
            assert!(!words.contains(&kcv) && words.contains(hidden()), "{words}");
        }
    }

    #[test]
    fn a_value_is_hidden_wherever_it_stands_as_a_word() {
        for (text, shown) in [
            ("CBBF92", "hidden"),
            (
                "AES_128, CBBF92; again CBBF92.",
                "AES_128, hidden; again hidden.",
            ),
            ("CreateKey: CBBF92", "CreateKey: hidden"),
            (r#"{"kcv":"CBBF92"}"#, r#"{"kcv":"hidden"}"#),
            (
                "7CBBF92 and CBBF920 are others",
                "7CBBF92 and CBBF920 are others",
            ),
            ("ÄCBBF92, CBBF92Ä", "Ähidden, hiddenÄ"),
        ] {
            let mut text = text.to_owned();
            hide(&mut text, "CBBF92");
            assert_eq!(text, shown);
        }
    }
}
