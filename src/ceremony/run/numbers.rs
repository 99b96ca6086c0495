//! Random numbers that a run hands out (TR-34, two-pass): each serves for one token that comes back, and whoever types it
//! there has it from paper. The control plane compares number and token; that it is a number of this run, and that no
//! token has answered to it before, only the run knows.

use std::borrow::Cow;

use data_encoding::{HEXUPPER, HEXUPPER_PERMISSIVE};
use subtle::ConstantTimeEq as _;

use crate::crypto::tr34::{KeyToken, read_random};
use crate::session::{Session, StepState, brought, op_exchange, op_tr34};
use crate::text::{say, tr};

use super::super::model::{Doing, Step};
use super::Runner;
use super::carry::NUMBER;
use super::drive::Halt;

/// The number in a random token (RT_KRD) as a file holds it, in hex or as it is; nothing where it is none.
pub(in super::super) fn number_in(file: &[u8]) -> Option<String> {
    let text: Vec<u8> = file
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let token = match HEXUPPER_PERMISSIVE.decode(&text) {
        Ok(bytes) => Cow::Owned(bytes),
        Err(_) => Cow::Borrowed(file),
    };
    Some(HEXUPPER.encode(&read_random(&token).ok()?))
}

/// A long number in groups of four, as people write it down and compare it.
pub(super) fn fours(number: &str) -> String {
    let digits: Vec<char> = number.chars().collect();
    let groups = digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

/// Whether a step takes a token that answers to a number of this vault, typed by somebody.
pub(super) fn takes_number(step: &Step) -> bool {
    step.op.name == op_exchange::IMPORT_TR34.name && step.asked.contains_key(NUMBER)
}

impl Runner {
    /// Numbers that earlier steps handed out and no token has answered to, with the step that drew each, from 1.
    fn numbers_out(&self, session: &Session) -> Vec<(usize, String)> {
        let run = self.run(session);
        let steps = self.script.model.steps.iter().zip(&run.steps).enumerate();
        let mut out: Vec<(usize, String)> = Vec::new();
        for (at, (step, record)) in steps.take(self.at) {
            if record.state < StepState::Executed {
                continue;
            }
            if step.op.name == op_tr34::RANDOM.name {
                let numbers = record.files.values().filter_map(|file| number_in(file));
                out.extend(numbers.map(|number| (at + 1, number)));
            }
            let served = record.notes.get(NUMBER).map(|typed| plain(typed));
            if takes_number(step) && record.error.is_none() {
                out.retain(|(_, number)| Some(number) != served.as_ref());
            }
        }
        out
    }

    /// The number that a rehearsal takes where the script says `as-shown`: the first that is out.
    pub(super) fn number_as_shown(&self, session: &Session) -> Option<String> {
        let mut out = self.numbers_out(session).into_iter();
        out.next().map(|(_, number)| fours(&number))
    }

    /// Whether what was typed is a number that this run handed out.
    pub(super) fn judge_number(
        &self,
        session: &Session,
        step: &Step,
        field: &str,
        typed: &str,
    ) -> Result<(), Halt> {
        let out = self.numbers_out(session);
        if field != NUMBER || !takes_number(step) || out.is_empty() {
            return Ok(());
        }
        let typed = plain(typed);
        let same = |number: &str| bool::from(number.as_bytes().ct_eq(typed.as_bytes()));
        if out.iter().any(|(_, number)| same(number)) {
            return Ok(());
        }
        Err(Halt::Again(
            tr("This is not the random number that this ceremony gave the sender. Nothing was imported, and nothing of it was \
                taken. Read it again from your own paper, group by group. If the paper says the same again, it is of \
                another exchange: stop here (Esc). A new run gives the sender a new number.")
            .to_owned(),
        ))
    }

    /// The number that a file is judged with before anybody has typed one: one that is out, and where the script handed
    /// out none, the token's own.
    pub(super) fn number_expected(&self, session: &Session, doing: Doing<'_>) -> Option<String> {
        if !takes_number(doing.step) {
            return None;
        }
        let out = self.numbers_out(session);
        let own = || {
            let run = self.run(session);
            let file = run.inputs.get(doing.field("file")?)?.clone();
            let file = brought::tr34(&file, session.profile()).ok()?;
            let token = KeyToken::parse(&file.token).ok()?;
            Some(HEXUPPER.encode(token.nonce()?))
        };
        let own = own();
        let known = |(_, number): &&(usize, String)| Some(number) == own.as_ref();
        match out.iter().find(known).or(out.first()) {
            Some((_, number)) => Some(number.clone()),
            None => own,
        }
    }

    /// What it means that a token's number is not the one that the step wants; nothing where it is, and of other acts. The
    /// service's own remedy is for whoever wrote the request, and a number is nothing that is put in or left out afterwards.
    pub(super) fn number_means(&self, session: &Session, doing: &Doing<'_>) -> Option<String> {
        if doing.op.name != op_exchange::IMPORT_TR34.name {
            return None;
        }
        let run = self.run(session);
        let file = run.inputs.get(doing.field("file")?)?;
        let file = brought::tr34(file, session.profile()).ok()?;
        let own = KeyToken::parse(&file.token).ok()?;
        let own = own.nonce().map(|nonce| HEXUPPER.encode(nonce));
        let number = doing.field(NUMBER).map(plain);
        let number = number.or_else(|| self.number_expected(session, *doing));
        let two_passes = doing.field(NUMBER).is_some() || takes_number(doing.step);
        let from = || match self.numbers_out(session).first() {
            Some((step, _)) => format!("the random number that step {step} handed out"),
            None => "the random number that this side gave the sender".to_owned(),
        };
        // In English, as every refusal: it stands in the record.
        Some(match own {
            None if two_passes => format!(
                "It was made in one pass, with a time in the place of the number. No key came in. The sender has to make \
                 it anew, in two passes, with {} (RandomNonce of export-key).",
                from()
            ),
            Some(own) if two_passes && number.is_some_and(|number| number != own) => format!(
                "It answers to another number: it was made for another exchange, or is an older one. No key came in. The \
                 sender has to make it anew with {}.",
                from()
            ),
            Some(_) if !two_passes => {
                "It was made in two passes, and this script hands out no number that it could answer to. No key came in. \
                 The sender has to make it anew in one pass: without a random number, RandomNonce left out."
                    .to_owned()
            }
            _ => return None,
        })
    }

    /// What stands over the question for the number.
    pub(super) fn number_body(&self, session: &Session) -> Vec<String> {
        let from = match self.numbers_out(session).first() {
            Some((step, _)) => say!(
                "Type the random number from your own paper, as you wrote it down at step {step}: never from the token or its file.",
                step
            ),
            None => tr("Type the random number that this vault gave to the sender, from your own paper and never from the token.")
                .to_owned(),
        };
        vec![
            from,
            String::new(),
            tr("Only the token that was made for this exchange holds it: an older one is refused.")
                .to_owned(),
        ]
    }

    /// The number that a step has just handed out, and who writes it down.
    pub(super) fn number_given(&self, session: &Session, step: &Step) -> Vec<String> {
        if step.op.name != op_tr34::RANDOM.name {
            return Vec::new();
        }
        let files = self.record(session).map(|record| record.files);
        let files = files.unwrap_or_default();
        let Some(number) = files.values().find_map(|file| number_in(file)) else {
            return Vec::new();
        };
        let mut lines = vec![say!("  number      {number}", number = fours(&number))];
        let mut ahead = (1..).zip(&self.script.model.steps).skip(self.at);
        let typed = ahead.find(|(_, later)| takes_number(later));
        if let Some((at, later)) = typed {
            let who = later.asked.get(NUMBER).map(|place| self.name(place));
            lines.push(say!(
                "{who} writes it on paper now, group by group, and types it at step {at}: it is no secret, and it serves once.",
                who = who.unwrap_or_default(),
                at = at.to_string()
            ));
        }
        lines
    }
}

/// A number as it was typed, without its gaps: of a random token, the number in it.
fn plain(typed: &str) -> String {
    number_in(typed.as_bytes()).unwrap_or_else(|| {
        let digits = typed.chars().filter(|c| !c.is_whitespace());
        digits.flat_map(char::to_uppercase).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_in_every_form_of_its_token() {
        let token = crate::crypto::tr34::write_random(&[0x04, 0x39, 0xF4, 0x0A, 1, 2, 3, 4]);
        let token = token.unwrap();
        let number = Some("0439F40A01020304".to_owned());
        assert_eq!(number_in(&token), number);
        let hex = format!("{}\n", HEXUPPER.encode(&token));
        assert_eq!(number_in(hex.as_bytes()), number);
        assert_eq!(number_in(hex.to_lowercase().as_bytes()), number);
        for other in [&b""[..], b"0439F40A01020304", b"as-shown"] {
            assert_eq!(number_in(other), None);
        }
        assert_eq!(plain("0439 f40a 0102 0304"), "0439F40A01020304");
        assert_eq!(plain(&hex), "0439F40A01020304");
        assert_eq!(fours("0439F40A01020304"), "0439 F40A 0102 0304");
    }
}
