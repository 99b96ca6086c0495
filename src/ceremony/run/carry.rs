//! Carried keys in a run: what a token is checked against, what is written for its receiver, and the two check values.

use std::collections::VecDeque;

use subtle::ConstantTimeEq as _;

use crate::api::{KeyAttributes, KeyClass};
use crate::session::carry::{Carried, Checked, Number, stated_attributes, stated_check_value};
use crate::session::{Profile, Session};
use crate::text::{say, tr};

use super::super::model::{Algorithm, Step};
use super::super::ops_carry as ops;
use super::drive::Halt;
use super::judge::as_shown;
use super::outputs::NEXT;
use super::{Runner, Turn};

/// The field of the receiver's random number.
pub(in super::super) const NUMBER: &str = "nonce";

/// The least of a check value that is compared: six hex digits (ANSI X9.24-1 7.7.2; PCI PIN 15-1 wants no fewer).
const LEAST: usize = 6;

impl Runner {
    /// The judged token of a `carry.check` step.
    ///
    /// # Errors
    /// What does not hold, in a sentence.
    pub(super) fn carried(&self, session: &Session, step: &Step) -> Result<Checked, String> {
        let noted = self.record(session);
        let noted = noted.as_ref().and_then(|record| record.notes.get(NUMBER));
        let known = step.fields.get(NUMBER).or(self.texts.get(NUMBER)).or(noted);
        let number = match known {
            Some(hex) => Number::Given(hex),
            None if step.asked.contains_key(NUMBER) => Number::NotYet,
            None => Number::None,
        };
        self.carried_with(session, step, number)
    }

    /// The same for a number that somebody has just typed.
    pub(super) fn carried_with(
        &self,
        session: &Session,
        step: &Step,
        number: Number<'_>,
    ) -> Result<Checked, String> {
        let run = self.run(session);
        let file = |id: &str| step.fields.get(id).and_then(|input| run.inputs.get(input));
        let need = |id: &str| {
            file(id).map(Vec::as_slice).ok_or_else(|| {
                format!("The file `{id}` has not come. Nothing was checked. Bring it first.")
            })
        };
        let carried = Carried {
            token: need("token")?,
            sender: file("sender").map(Vec::as_slice),
            sender_root: need("sender-root")?,
            receiver: need("receiver")?,
            receiver_root: need("receiver-root")?,
            number,
        };
        let declared = step.key().and_then(|id| self.script.model.key(id));
        let declared = declared.and_then(|key| match key.algorithm {
            Algorithm::Is(algorithm) => Some((
                KeyAttributes {
                    key_usage: key.usage,
                    key_class: KeyClass::SYMMETRIC_KEY,
                    key_algorithm: algorithm,
                    key_modes_of_use: key.modes,
                },
                algorithm,
            )),
            Algorithm::FromCertificate => None,
        });
        session.check_carried(&carried, declared)
    }

    /// Who is asked for what: the receiver's number where a script has it typed, then a look; or a check value.
    pub(super) fn carry_turns(&self, session: &Session, step: &Step) -> VecDeque<Turn> {
        let turn = |place: &String, fields: Vec<&'static str>| {
            Self::turn_of(session, self.name(place), fields)
        };
        let own = |fields| step.who.first().map(|place| turn(place, fields));
        if step.op.name == ops::COMPARE.name {
            return own(vec!["kcv"]).into_iter().collect();
        }
        let asked = step.asked.iter();
        let asked = asked.map(|(field, place)| turn(place, vec![*field]));
        asked.chain(own(Vec::new())).collect()
    }

    /// Why the step cannot be done, before anybody is asked.
    pub(super) fn carry_fault(&self, session: &Session, step: &Step) -> Option<String> {
        if step.op.name == ops::CHECK.name {
            let checked = match self.carried(session, step) {
                Ok(checked) => checked,
                Err(words) => return Some(words),
            };
            let name = step.fields.get("output").map_or("", String::as_str);
            return session.hand_on(&checked, name).err();
        }
        if step.op.name != ops::COMPARE.name {
            return None;
        }
        if self.stated(session, step).is_none() {
            return Some(
                "The file states no check value: it is no answer of import-key, get-key or export-key. Nothing was \
                 compared. Bring what the other side printed."
                    .into(),
            );
        }
        let key = step.key().and_then(|id| self.script.model.key(id))?;
        let there = stated_attributes(&self.input(session, step)?)?;
        (!key.matches(&there, key.exportable)).then(|| {
            format!(
                "DIFFERS: the receiver holds {} {} by what it printed, and {} {} was sent. Nothing was recorded. Stop: \
                 let nobody use that key, and have it deleted there.",
                there.key_usage.name(),
                there.key_algorithm.name(),
                key.usage.name(),
                match key.algorithm {
                    Algorithm::Is(algorithm) => algorithm.name(),
                    Algorithm::FromCertificate => "a certificate's key",
                }
            )
        })
    }

    fn stated(&self, session: &Session, step: &Step) -> Option<(String, String)> {
        stated_check_value(&self.input(session, step)?)
    }

    /// What the screen shows of a checked token.
    pub(super) fn carry_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let checked = match self.carried(session, step) {
            Ok(checked) => checked,
            Err(words) => return vec![words],
        };
        let mut body = vec![
            tr("The token was checked without opening it; nobody here can open it.").to_owned(),
            String::new(),
        ];
        for (name, value) in checked.notes() {
            body.push(format!("  {:<16} {value}", name.replace('_', " ")));
        }
        body.extend([
            String::new(),
            tr("Signature, both chains, receiver, header and date hold. Look whether sender, receiver")
                .into(),
            tr("and use are those that you agreed.").into(),
        ]);
        body
    }

    /// What is asked where both sides' check values are compared.
    pub(super) fn carry_compare_body(&self, session: &Session, step: &Step) -> Vec<String> {
        let declared = step.key().and_then(|id| self.script.model.key(id));
        let label = declared.map_or(tr("the key"), |key| key.label.as_str());
        let mut body = vec![
            say!(
                "Type the check value of {label} that the other side gave: from its",
                label
            ),
            tr("paper or its display. The file's own stays hidden until yours is typed.")
                .to_owned(),
        ];
        if session.profile() == Profile::Rehearsal {
            body.push(String::new());
            body.push(tr("Rehearsal: `as-shown` takes the file's own, and is recorded so.").into());
        }
        body
    }

    /// The two values; what was typed has to be the file's, or its beginning of at least six digits.
    pub(super) fn judge_carried_value(
        &self,
        session: &Session,
        step: &Step,
        typed: &str,
    ) -> Result<(), Halt> {
        let Some((stated, method)) = self.stated(session, step) else {
            return Err(Halt::Again(
                "The file states no check value. Nothing was compared.".into(),
            ));
        };
        if as_shown(session, typed, "Type what the other side gave.")? {
            return Ok(());
        }
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let typed = typed.to_ascii_uppercase();
        let length = typed.len().min(stated.len());
        let hex = typed.bytes().all(|b| b.is_ascii_hexdigit());
        if length < LEAST || !hex {
            return Err(Halt::Again(format!(
                "A check value is {LEAST} hex digits or more. Nothing was compared: four digits fit one key in 65536."
            )));
        }
        let same = stated
            .as_bytes()
            .get(..length)
            .zip(typed.as_bytes().get(..length))
            .is_some_and(|(one, other)| bool::from(one.ct_eq(other)));
        if same {
            return Ok(());
        }
        Err(Halt::Again(format!(
            "DIFFERS: the other side's check value is not the one that the file states (by {method}). Nothing was \
             recorded. Check the typing first, and whether both sides use the same method (CMAC or ANSI X9.24). If \
             they do, the receiver holds another key than the one that was sent: stop, let nobody use it, and have it \
             deleted there."
        )))
    }

    /// The files for the receiver, made of the journal alone, so that a resume makes the same.
    pub(super) fn handed_on(
        &self,
        session: &Session,
        step: &Step,
    ) -> Result<Vec<(String, Vec<u8>)>, Halt> {
        let again = |words: String| Halt::Again(words);
        let name = step.fields.get("output").cloned().unwrap_or_default();
        let name = session
            .marked_file_name(&name)
            .map_err(|rule| again(format!("The file's name {rule}.")))?;
        let checked = self.carried(session, step).map_err(again)?;
        let (file, next) = session.hand_on(&checked, &name).map_err(again)?;
        Ok(vec![(name, file), (NEXT.to_owned(), next.into_bytes())])
    }
}
