//! One act from its fields to its result: review, the phrase where it destroys, signatures one by one, and what it
//! left.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::api::Timestamp;
use crate::ceremony::{AskField, Script, Wanted, component_script};
use crate::session::asked::REFUSING;
use crate::session::field::{Field, Kind};
use crate::session::handing_out::has_place;
use crate::session::handover;
use crate::session::keyboard::HandOver;
use crate::session::op::Op;
use crate::session::{Action, Command, Outcome, PendingView, Refusal, Session, build, guide};
use crate::text::{say, tr};

use super::Explain;
use super::dialogue::{Dialogue, Heard, Question, Word, footing};
use super::filling::{Draft, fill};
use super::line::Gone;
use super::opening::plain;
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

impl Acting<'_, '_> {
    /// An act from its first field to its end.
    pub(crate) fn begin(&mut self, op: &'static Op) -> Result<(), Gone> {
        self.talk
            .heading(&format!("{}: {}.", tr(op.title), tr(op.does)));
        let mut draft = Draft::new(op);
        while fill(self.talk, self.session, &mut draft, self.explain)? {
            let view = self.session.view();
            match component_script(op.name, &draft.answers, &view) {
                Some(Ok(script)) => return self.ceremony(&script),
                Some(Err(words)) => {
                    self.talk.stop(&words);
                    continue;
                }
                None => {}
            }
            let action = match self.judged(&draft) {
                Ok((action, preview)) => {
                    if !self.review(&draft, &action, &preview)? {
                        continue;
                    }
                    action
                }
                Err(refusal) => {
                    self.talk.stop(&refusal.to_string());
                    self.talk.say(tr(
                        "Every answer is kept: answer again from the first question, or cancel.",
                    ));
                    continue;
                }
            };
            if let Some(pending) = self.ask(action, draft.out.clone())? {
                self.session
                    .describe(&pending.id, draft.op.name, &draft.answers);
                return self.approve(pending);
            }
        }
        self.talk
            .say(tr("Left. Nothing was asked and nothing has changed."));
        Ok(())
    }

    /// An act that is a ceremony of several people's turns.
    fn ceremony(&mut self, text: &str) -> Result<(), Gone> {
        let Ok(script) = Script::parse(text.as_bytes()) else {
            self.talk
                .stop(tr("These answers make no ceremony. Nothing was begun. Check the name for odd characters."));
            return Ok(());
        };
        let wanted = Wanted::default();
        if let Err(error) = super::run::play(self.talk, self.session, script, wanted, None)? {
            self.talk.stop(&error.to_string());
        }
        Ok(())
    }

    /// What the door would say; files must have a free place first.
    fn judged(&self, draft: &Draft) -> Result<(Action, PendingView), Refusal> {
        let action = build::action(self.session, draft.op.name, &draft.answers)?;
        if let Some(folder) = &draft.out {
            if let Some(file) = action.file() {
                has_place(folder, file)?;
            }
            if matches!(action, Action::Backup { .. }) {
                self.session.copy_place_fits(folder)?;
            }
        }
        let preview = self.session.preview(&action)?;
        Ok((action, preview))
    }

    /// The last look before signatures; `false` goes back to the fields.
    pub(super) fn review(
        &mut self,
        draft: &Draft,
        action: &Action,
        preview: &PendingView,
    ) -> Result<bool, Gone> {
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
                None => self.talk.enter(&question)?,
                Some(phrase) => {
                    let asked = AskField {
                        exactly: Some(phrase.to_owned()),
                        digits: None,
                        field: PHRASE,
                        practice: None,
                    };
                    match self.talk.text(&question, &asked)? {
                        Heard::Given(_) => Heard::Given(()),
                        Heard::Said(word) => Heard::Said(word),
                    }
                }
            };
            match heard {
                Heard::Given(()) => return Ok(true),
                Heard::Said(Word::Exact) => {
                    let request = handover::aws_request(action);
                    let text = serde_json::to_string_pretty(&request).unwrap_or_default();
                    self.talk.say(&text);
                }
                Heard::Said(_) => return Ok(false),
            }
        }
    }

    /// Whoever asks signs first.
    pub(super) fn ask(
        &mut self,
        action: Action,
        out: Option<PathBuf>,
    ) -> Result<Option<PendingView>, Gone> {
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
            let Heard::Given(at) = self.talk.choose(&question, tr("Number"), &people)? else {
                return Ok(None);
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
                    return Ok(Some(pending));
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
        if !self.session.automatic()
            && let Heard::Said(_) = self.talk.hand_over(page, true)?
        {
            return Ok(None);
        }
        for line in &question.told {
            self.talk.say(line);
        }
        let question = Question {
            told: Vec::new(),
            ..question.clone()
        };
        signing::key(self.talk, self.session, person, &question)
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
            told.push(say!(
                "Words for the minutes: {words}",
                words = pending.words.join(" ")
            ));
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
            match self.talk.choose(&question, tr("Number"), &people)? {
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
        let question = Question::new(footing(
            &say!(
                "{called}; {issuer} who asked cannot sign",
                called,
                issuer = pending.issuer
            ),
            &say!("signs this request for {person}; {then}", person, then),
            NEVER_MIND,
        ))
        .telling(described(pending, self.session.now()));
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

    pub(super) fn void(&mut self, pending: &PendingView) {
        self.acts.asked.remove(&pending.id);
        self.talk.say(tr(
            "The request and its signatures are off the table; ask again if it is still wanted.",
        ));
    }

    fn exact(&mut self, pending: &PendingView) {
        self.talk
            .say(&say!("Digest (SHA-256): {digest}", digest = pending.digest));
        self.talk.say(tr("Exactly this is signed:"));
        self.talk.say(&pending.exact);
    }

    /// Takes a request off the table; `false` if it stands after all.
    fn refuse(&mut self, pending: &PendingView) -> Result<bool, Gone> {
        let view = self.session.view();
        let people: Vec<guide::Entry> = view
            .people
            .iter()
            .map(|p| guide::Entry::new(&p.name, &p.name, crate::session::said::role(&p.role)))
            .collect();
        let question = Question::new(footing(
            tr("whoever refuses; one person is enough to stop a request"),
            tr("keeps the answer; after the reason, takes the request off the table"),
            tr("the request still stands with its signatures"),
        ));
        let [who, reason] = REFUSING else {
            return Ok(false);
        };
        let Heard::Given(at) = self.talk.choose(&question, who.label, &people)? else {
            return Ok(false);
        };
        let Some(reason) = plain(self.talk, &question, *reason)? else {
            return Ok(false);
        };
        let person = people.get(at).map(|e| e.id.clone()).unwrap_or_default();
        let withdraw = Command::Withdraw {
            id: pending.id,
            person,
            reason,
        };
        match self.session.perform(withdraw) {
            Ok(_) => {
                self.acts.asked.remove(&pending.id);
                self.talk.say(tr(
                    "The request is off the table. Nothing was changed; the refusal is recorded.",
                ));
                Ok(true)
            }
            Err(refusal) => {
                self.talk.stop(&refusal.to_string());
                Ok(false)
            }
        }
    }
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
