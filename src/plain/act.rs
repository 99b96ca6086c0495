//! One act from its fields to its result: review, the phrase where it destroys, signatures one by one, and what it
//! left.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::api::Timestamp;
use crate::ceremony::{AskField, ComponentReview, Script, Wanted, component_script};
use crate::session::field::{Field, Kind};
use crate::session::handover;
use crate::session::keyboard::HandOver;
use crate::session::op::Op;
use crate::session::op_components::REVIEW_HELP;
use crate::session::{Action, Command, Outcome, PendingView, Refusal, Session, build, guide};
use crate::text::{say, tr};

use super::Explain;
use super::dialogue::{Dialogue, Heard, Question, Word, footing};
use super::draft::Draft;
use super::filling::{Filled, fill};
use super::line::Gone;
use super::lock::over;
use super::restoring::Returning;
use super::signing;

const PHRASE: Field = Field {
    id: "phrase",
    label: "Type the word",
    hint: "",
    kind: Kind::Text { max: 40 },
    optional: false,
};

const NEVER_MIND: &str = "nothing was done. Any change of request or vault voids signatures";

/// What was asked for at this terminal, until it is done.
#[derive(Default)]
pub(crate) struct Acts {
    pub(super) asked: BTreeMap<[u8; 32], (Action, Option<PathBuf>)>,
    /// A return to a copy, where that is what this is about.
    pub(super) returning: Option<Returning>,
}

/// The talk about acts in one vault.
pub(crate) struct Acting<'t, 'a> {
    pub(crate) talk: &'t mut Dialogue<'a>,
    pub(crate) session: &'t mut Session,
    pub(crate) acts: &'t mut Acts,
    pub(crate) explain: Option<Explain>,
}

impl<'a> Acting<'_, 'a> {
    /// Asks, with the lock before the same question where nobody answers it.
    pub(super) fn asks<T>(
        &mut self,
        ask: impl FnMut(&mut Dialogue<'a>, &mut Session) -> Result<T, Gone>,
    ) -> Result<T, Gone> {
        over(self.talk, self.session, ask)
    }

    /// An act from its first field to its end.
    pub(crate) fn begin(&mut self, op: &'static Op) -> Result<(), Gone> {
        self.begin_with(Draft::new(op))
    }

    /// The same with an answer that is clear already.
    pub(super) fn begin_with(&mut self, draft: Draft) -> Result<(), Gone> {
        self.chosen(draft).map(|_| ())
    }

    /// The same; whether it ended before its first question with the word back, which leads to where it was chosen.
    pub(super) fn chosen(&mut self, mut draft: Draft) -> Result<bool, Gone> {
        let op = draft.op;
        self.talk.asks_at(op.name);
        self.talk
            .heading(&format!("{}: {}.", tr(op.title), tr(op.does)));
        let left = loop {
            let filled = fill(self.talk, self.session, &mut draft, self.explain)?;
            if filled != Filled::All {
                break filled;
            }
            let view = self.session.view();
            match component_script(op.name, &draft.answers, &view) {
                Some(Ok(script)) => {
                    let review = ComponentReview::of(op, &draft.answers, script, &view);
                    match self.review_of_turns(op, &review)? {
                        Heard::Given(()) => return self.ceremony(&review).map(|()| false),
                        Heard::Said(Word::Back) if draft.last_again() => continue,
                        Heard::Said(_) => break Filled::Left,
                    }
                }
                Some(Err(words)) if self.refused(&words, &mut draft) => continue,
                Some(Err(_)) => break Filled::Left,
                None => {}
            }
            let (action, preview) = match self.judged(&draft) {
                Ok(judged) => judged,
                Err(refusal) if self.refused(&refusal.to_string(), &mut draft) => continue,
                Err(_) => break Filled::Left,
            };
            match self.reviewed_and_asked(&draft, &action, &preview)? {
                Heard::Given(pending) => {
                    self.session
                        .describe(&pending.id, draft.op.name, &draft.answers);
                    return self.approve(pending).map(|()| false);
                }
                // To the last question; an act without one is left.
                Heard::Said(Word::Back) if draft.last_again() => {}
                Heard::Said(_) => break Filled::Left,
            }
        };
        self.talk
            .say(tr("Left. Nothing was asked and nothing has changed."));
        Ok(left == Filled::Back)
    }

    /// Says why the answers make no act; whether they are asked again.
    fn refused(&mut self, why: &str, draft: &mut Draft) -> bool {
        self.talk.stop(&draft.in_labels(why));
        let again = draft.again(why);
        if again {
            self.talk.say(tr(
                "Every answer is kept: go through the questions again, Enter alone keeps an answer; or cancel.",
            ));
        }
        again
    }

    /// The review, then who asks; back from there leads to the review.
    fn reviewed_and_asked(
        &mut self,
        draft: &Draft,
        action: &Action,
        preview: &PendingView,
    ) -> Result<Heard<PendingView>, Gone> {
        loop {
            if let Heard::Said(word) = self.review(draft, action, preview)? {
                return Ok(Heard::Said(word));
            }
            match self.ask(action.clone(), draft.out.clone())? {
                Heard::Said(Word::Back) => {}
                heard => return Ok(heard),
            }
        }
    }

    /// An act that is a ceremony of several people's turns.
    fn ceremony(&mut self, review: &ComponentReview) -> Result<(), Gone> {
        let Ok(script) = Script::parse(review.script.as_bytes()) else {
            self.talk
                .stop(tr("These answers make no ceremony. Nothing was begun. Check the name for odd characters."));
            return Ok(());
        };
        let wanted = Wanted {
            resume: review.resume,
            ..Wanted::default()
        };
        if let Err(error) = super::run::play(self.talk, self.session, script, wanted)? {
            self.talk.stop(&error.to_string());
        }
        Ok(())
    }

    /// The last look before people are called; a word leads back to the fields, or away.
    fn review_of_turns(&mut self, op: &Op, review: &ComponentReview) -> Result<Heard<()>, Gone> {
        self.talk
            .heading(&say!("{title}, review:", title = tr(op.title)));
        let lines = review.lines.iter();
        let lines = lines.map(|(label, words)| format!("  {label}: {words}"));
        let told = std::iter::once(review.sentence.clone()).chain(lines);
        let question = Question::new(footing(
            tr("the administrator, at the keyboard (or a custodian who will not sign)"),
            review.enter(),
            review.so_far(),
        ))
        .telling(told.collect())
        .explained(REVIEW_HELP);
        self.asks(|talk, _| talk.enter(&question))
    }

    /// What the door would say; files must have a free place first.
    fn judged(&self, draft: &Draft) -> Result<(Action, PendingView), Refusal> {
        let action = build::action(self.session, draft.op.name, &draft.answers)?;
        if let Some(folder) = &draft.out {
            draft.place_fits(self.session, folder)?;
        }
        let preview = self.session.preview(&action)?;
        Ok((action, preview))
    }

    /// The last look before signatures; a word leads back to the fields, or away.
    pub(super) fn review(
        &mut self,
        draft: &Draft,
        action: &Action,
        preview: &PendingView,
    ) -> Result<Heard<()>, Gone> {
        self.talk
            .heading(&say!("{title}, review:", title = tr(draft.op.title)));
        let mut told = described(preview, self.session.now());
        if let Some(folder) = &draft.out {
            told.push(say!("  folder: {folder}", folder = folder.display()));
        }
        told.push(match preview.required {
            1 => tr("  approvals: 1 custodian signs after whoever asks").to_owned(),
            n => say!("  approvals: {n} custodians sign after whoever asks", n),
        });
        told.extend(preview.warning());
        let enter = match preview.phrase {
            Some(phrase) => {
                say!(
                    "goes on only after the word {phrase}; then whoever asks signs",
                    phrase
                )
            }
            None => tr("goes on to the signature of whoever asks; then custodians sign").to_owned(),
        };
        let question = Question::new(footing(
            tr("the administrator, at the keyboard (or a custodian who will not sign)"),
            &enter,
            tr("nothing was asked, nothing has changed, nothing left this machine"),
        ))
        .telling(told)
        .explained(&["This is the last look before signatures are asked for. back keeps every answer. exact shows the request of the service to the letter."])
        .with(&[Word::Exact]);
        loop {
            let heard = match preview.phrase {
                None => self.asks(|talk, _| talk.enter(&question))?,
                Some(phrase) => {
                    let asked = AskField {
                        exactly: Some(phrase.to_owned()),
                        digits: None,
                        field: PHRASE,
                        practice: None,
                    };
                    match self.asks(|talk, _| talk.text(&question, &asked))? {
                        Heard::Given(_) => Heard::Given(()),
                        Heard::Said(word) => Heard::Said(word),
                    }
                }
            };
            match heard {
                Heard::Given(()) => return Ok(Heard::Given(())),
                Heard::Said(Word::Exact) => {
                    let request = handover::aws_request(action);
                    let text = serde_json::to_string_pretty(&request).unwrap_or_default();
                    self.talk.say(&text);
                }
                Heard::Said(word) => return Ok(Heard::Said(word)),
            }
        }
    }

    /// Whoever asks signs first; a word is given back.
    pub(super) fn ask(
        &mut self,
        action: Action,
        out: Option<PathBuf>,
    ) -> Result<Heard<PendingView>, Gone> {
        loop {
            let people = guide::issuers(&self.session.view());
            let question = Question::new(footing(
                tr("whoever will ask for this act"),
                tr("takes the one whose number was typed; the signature follows"),
                tr("nothing was asked, nothing has changed"),
            ))
            .telling(vec![
                tr("Who asks for this? Who asks does not sign as custodian.").to_owned(),
            ])
            .explained(&["Every act is asked for by one person, who signs first and cannot sign again as a custodian. Usually that is the administrator, who holds no share."]);
            self.talk.say("");
            let chosen = self.asks(|talk, _| talk.choose(&question, tr("Number"), &people))?;
            let at = match chosen {
                Heard::Given(at) => at,
                Heard::Said(word) => return Ok(Heard::Said(word)),
            };
            let Some(issuer) = people.get(at).map(|e| e.id.clone()) else {
                continue;
            };
            let so_far = tr("nothing was asked, nothing has changed");
            let question = Question::new(footing(
                &say!("{issuer}, who asks and signs first", issuer),
                &say!(
                    "signs the request for {issuer} and puts it before the custodians",
                    issuer
                ),
                so_far,
            ));
            let page = HandOver {
                role: "",
                person: &issuer,
                what: tr("to ask for this and sign first"),
                saved: so_far,
            };
            let Some(key) = self.key_of(&page, &issuer, &question)? else {
                continue;
            };
            let command = Command::Ask {
                action: action.clone(),
                issuer: issuer.clone(),
                origin: None,
                key,
            };
            match self.session.perform(command) {
                Ok(Outcome::Asked(pending)) => {
                    self.talk
                        .say(&say!("{issuer} asked for it and signed.", issuer));
                    self.acts.asked.insert(pending.id, (action, out));
                    return Ok(Heard::Given(pending));
                }
                Ok(_) => {}
                Err(refusal) => self.talk.stop(&refusal.to_string()),
            }
        }
    }

    /// Hands the keyboard over where a passphrase is typed, and asks for it.
    pub(super) fn key_of(
        &mut self,
        page: &HandOver<'_>,
        person: &str,
        question: &Question,
    ) -> Result<Option<crate::session::KeySource>, Gone> {
        let untold = Question {
            told: Vec::new(),
            ..question.clone()
        };
        // After a lock somebody else may sit there: the keyboard is handed over again.
        self.asks(|talk, session| {
            if !session.automatic()
                && let Heard::Said(_) = talk.hand_over(page, true)?
            {
                return Ok(None);
            }
            for line in &question.told {
                talk.say(line);
            }
            signing::key(talk, session, person, &untold)
        })
    }

    /// Custodians sign one by one; with the last signature it is done.
    pub(crate) fn approve(&mut self, mut pending: PendingView) -> Result<(), Gone> {
        if let Some(run) = &pending.of_run {
            // Signed here it could never be done.
            self.talk.say(&say!(
                "The ceremony {run} asked for this and stands open at that step: it is signed and done there. Go on with that ceremony.",
                run
            ));
            return Ok(());
        }
        while pending.signed.len() < pending.required {
            self.talk.heading(&say!(
                "Approve, {signed} of {required} signed.",
                signed = pending.signed.len(),
                required = pending.required
            ));
            let view = self.session.view();
            let people = guide::signers(&pending, &view);
            let mut told = described(&pending, self.session.now());
            told.push(aloud(&pending));
            told.push(tr("Which custodian signs?").to_owned());
            let question = Question::new(footing(
                &say!("a custodian; {issuer} who asked cannot sign", issuer = pending.issuer),
                tr("hands the keyboard to the custodian whose number was typed"),
                NEVER_MIND,
            ))
            .telling(told)
            .explained(&[
                "The eight words stand for this exact request on this exact state of the vault: read them aloud and write them into the minutes.",
                "A wrong passphrase locks nothing, there is no limit, and the request stands.",
            ])
            .with(&[Word::Exact, Word::Refuse]);
            match self.asks(|talk, _| talk.choose(&question, tr("Number"), &people))? {
                Heard::Given(at) => {
                    let Some(person) = people.get(at).map(|e| e.id.clone()) else {
                        continue;
                    };
                    match self.sign(&pending, &person)? {
                        Some(signed) => pending = signed,
                        None => return Ok(()),
                    }
                }
                Heard::Said(Word::Exact) => self.exact(&pending),
                Heard::Said(Word::Refuse) => {
                    if self.refuse(&pending)? {
                        return Ok(());
                    }
                }
                Heard::Said(_) => {
                    self.talk
                        .say(tr("The request stays on the table while the vault is open: the list of approvals shows it."));
                    return Ok(());
                }
            }
        }
        self.execute(&pending)
    }

    /// One custodian's signature; `None` where the request is void.
    fn sign(&mut self, pending: &PendingView, person: &str) -> Result<Option<PendingView>, Gone> {
        let called = guide::called(person);
        let then = if pending.signed.len().saturating_add(1) >= pending.required {
            pending.then()
        } else {
            tr("then the next custodian is called")
        };
        // Whoever signs compares these words, and the page before was scrolled out of sight.
        let mut told = described(pending, self.session.now());
        told.push(aloud(pending));
        let question = Question::new(footing(
            &say!(
                "{called}; {issuer} who asked cannot sign",
                called,
                issuer = pending.issuer
            ),
            &say!("signs this request for {person}; {then}", person, then),
            NEVER_MIND,
        ))
        .telling(told);
        let page = HandOver {
            role: "",
            person: &called,
            what: tr("to read the request and sign it"),
            saved: tr("The request stands as it was asked; nothing has been done yet."),
        };
        let Some(key) = self.key_of(&page, person, &question)? else {
            return Ok(Some(pending.clone()));
        };
        let command = Command::Approve {
            id: pending.id,
            person: person.to_owned(),
            key,
        };
        match self.session.perform(command) {
            Ok(Outcome::Approved(signed)) => {
                self.talk.say(&say!("{person} approved.", person));
                Ok(Some(signed))
            }
            Ok(_) => Ok(Some(pending.clone())),
            Err(refusal) => {
                self.talk.stop(&refusal.to_string());
                let stands = self.session.view().pending;
                let stands = stands.into_iter().find(|p| p.id == pending.id);
                if stands.is_none() {
                    self.void(pending);
                }
                Ok(stands)
            }
        }
    }
}

/// The words that stand for a request, as they are read aloud.
fn aloud(pending: &PendingView) -> String {
    say!(
        "Words for the minutes: {words}",
        words = pending.words.join(" ")
    )
}

/// A request in words.
fn described(pending: &PendingView, now: Timestamp) -> Vec<String> {
    let details = pending
        .told(now)
        .into_iter()
        .map(|(label, value)| format!("  {label}: {value}"));
    std::iter::once(pending.sentence.clone())
        .chain(details)
        .collect()
}
