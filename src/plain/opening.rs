//! A vault is opened in lines: custodians in turn, in production the witness's card and two people's watches.

use std::path::Path;

use crate::ceremony::AskField;
use crate::session::asked::{
    CARD_SEQ, CARD_WORDS, OPENING_PASSPHRASE, RECOVERY_REASON, SHARE_ENVELOPE,
};
use crate::session::founding::vault_name;
use crate::session::guide::Entry;
use crate::session::happened::OPENING_TOLD;
use crate::session::idle::{Why, nothing_open};
use crate::session::keyboard::HandOver;
use crate::session::returning::Return;
use crate::session::{
    Bootstrap, Environment, NewerLog, Opening, OpeningStep, Profile, Refusal, Session,
    WitnessAnswer, is_about_words,
};
use crate::text::{say, tr};
use crate::vault::FolderStore;

use super::attesting::{attested, shares_given_up};
use super::beside::{medium, plain};
use super::dialogue::{Dialogue, Heard, Question, answered, footing};
use super::line::Gone;

/// What came of an opening: the session, nothing if it was given up, or why not.
type Opened = Result<Option<Session>, Refusal>;

/// Opens a vault in a folder; `None` if it was given up. An unlock file enters everybody at once.
///
/// # Errors
/// It cannot be opened as it is; nothing in it was changed.
pub(crate) fn open(
    talk: &mut Dialogue<'_>,
    dir: &Path,
    unlock: Option<&[u8]>,
) -> Result<Opened, Gone> {
    loop {
        talk.guard();
        let opened = opened(talk, dir, unlock);
        talk.unguard();
        match opened {
            Err(Gone::Aside(why)) => left_alone(talk, why)?,
            opened => return opened,
        }
    }
}

/// Nobody was there while shares lay in memory: they are wiped, and whoever comes back begins again.
fn left_alone(talk: &mut Dialogue<'_>, why: Why) -> Result<(), Gone> {
    talk.hide(why == Why::Suspended);
    talk.heading(&say!(
        "Earlier lines are out of sight on purpose: {why}.",
        why = why.words()
    ));
    talk.say(nothing_open());
    let question = Question::new(footing(
        tr("whoever goes on"),
        tr("begins to open the vault again"),
        tr("nothing was lost; no vault is open"),
    ));
    talk.enter(&question).map(|_| ())
}

fn opened(talk: &mut Dialogue<'_>, dir: &Path, unlock: Option<&[u8]>) -> Result<Opened, Gone> {
    let begun = |recovery: Option<&str>| {
        let store = FolderStore::open(dir).map_err(|e| Refusal::Vault(e.to_string()))?;
        Opening::begin_with(Box::new(store), &vault_name(dir), recovery)
    };
    let opening = match begun(None) {
        Ok(opening) => opening,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let public = opening.bootstrap();
    talk.heading(&say!(
        "Open {dir}: {profile}.",
        dir = dir.display(),
        profile = public.profile.banner()
    ));
    let production = public.profile == Profile::Production;
    let mut entering = Entering::of(talk, opening, false);
    let mut card = None;
    if let Some(unlock) = unlock {
        if let Err(refusal) = entering.opening.enter_unlock_file(unlock) {
            return Ok(Err(refusal));
        }
    } else {
        match entering.shares()? {
            Shares::Enough => {}
            Shares::GivenUp => return Ok(Ok(None)),
            Shares::Recovery(reason) => {
                let Entering { talk, opening, .. } = entering;
                // Its lock is freed before the same vault is begun again.
                drop(opening);
                let opening = match begun(Some(&reason)) {
                    Ok(opening) => opening,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                entering = Entering::of(talk, opening, false);
                if !matches!(entering.shares()?, Shares::Enough) {
                    return Ok(Ok(None));
                }
            }
        }
        if production {
            card = entering.card()?;
            if card.is_none() {
                return Ok(Ok(None));
            }
        }
    }
    entering.finish(card.as_ref())
}

/// Opens a copy by its custodians, to be returned to; `None` if it was given up or is none.
pub(crate) fn open_copy(
    talk: &mut Dialogue<'_>,
    opening: Opening,
    wanted: &Return,
    environment: Environment,
) -> Result<Option<(Session, Option<NewerLog>)>, Gone> {
    talk.guard();
    let opened = opened_copy(talk, opening, wanted, environment);
    talk.unguard();
    match opened {
        Err(Gone::Aside(why)) => left_alone(talk, why).map(|()| None),
        opened => opened,
    }
}

fn opened_copy(
    talk: &mut Dialogue<'_>,
    opening: Opening,
    wanted: &Return,
    environment: Environment,
) -> Result<Option<(Session, Option<NewerLog>)>, Gone> {
    let public = opening.bootstrap();
    talk.heading(&say!(
        "Open the copy in {wanted}: {profile}.",
        wanted = wanted.from.display(),
        profile = public.profile.banner()
    ));
    let production = public.profile == Profile::Production;
    let mut entering = Entering::of(talk, opening, true);
    match entering.shares()? {
        Shares::Enough => {}
        Shares::GivenUp => return Ok(None),
        Shares::Recovery(reason) => {
            let Entering { talk, .. } = entering;
            match wanted.begin(Some(&reason)) {
                Ok(opening) => entering = Entering::of(talk, opening, true),
                Err(slip) => {
                    talk.stop(&slip.refusal.to_string());
                    return Ok(None);
                }
            }
            if !matches!(entering.shares()?, Shares::Enough) {
                return Ok(None);
            }
        }
    }
    let entered = entering.opening.entered();
    let clock = entering.place(OpeningStep::Clock);
    let Entering { talk, opening, .. } = entering;
    talk.say(tr("Wait: the copy is being opened and checked."));
    match wanted.opened(opening, environment) {
        Ok((mut session, newer)) => {
            if production && !attested(talk, &mut session, (&clock, &entered))? {
                return Ok(None);
            }
            Ok(Some((session, newer)))
        }
        Err(refusal) => {
            talk.stop(&refusal.to_string());
            Ok(None)
        }
    }
}

/// What came of asking the custodians.
enum Shares {
    /// Enough have entered.
    Enough,
    /// It was given up.
    GivenUp,
    /// They cannot open: the recovery set shall, for this reason.
    Recovery(String),
}

struct Entering<'t, 'a> {
    talk: &'t mut Dialogue<'a>,
    opening: Opening,
    public: Bootstrap,
    /// Whether it is a copy, which no card is held against.
    copy: bool,
}

impl<'t, 'a> Entering<'t, 'a> {
    fn of(talk: &'t mut Dialogue<'a>, opening: Opening, copy: bool) -> Self {
        let public = opening.bootstrap();
        Self {
            talk,
            opening,
            public,
            copy,
        }
    }

    /// Where a step stands in this opening.
    fn place(&self, step: OpeningStep) -> String {
        step.place(&self.public, self.copy)
    }

    /// Everybody has entered: it is opened, and in production its clock attested.
    fn finish(self, card: Option<&WitnessAnswer>) -> Result<Opened, Gone> {
        let clock = self.place(OpeningStep::Clock);
        let Self {
            talk,
            opening,
            public,
            ..
        } = self;
        let entered = opening.entered();
        talk.say(tr("Wait: the vault is being opened and checked."));
        let state_folder = match public.profile {
            Profile::Rehearsal => None,
            Profile::Test | Profile::Production => crate::os::state_folder(),
        };
        let mut session = match opening.finish(Environment::real(state_folder), card) {
            Ok(session) => session,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let production = public.profile == Profile::Production;
        if production && !attested(talk, &mut session, (&clock, &entered))? {
            return Ok(session.close().map(|()| None));
        }
        talk.say(tr("The vault is open."));
        for note in session.view().notes {
            talk.say(&say!("note: {note}", note));
        }
        Ok(Ok(Some(session)))
    }

    fn custodians(&self) -> impl Iterator<Item = &(String, String, bool)> {
        self.public
            .people
            .iter()
            .filter(|(_, role, _)| role == "custodian")
    }

    fn so_far(&self) -> String {
        match self.opening.entered().as_slice() {
            [] => tr("the vault is closed; nobody has entered a share").to_owned(),
            entered => say!(
                "the vault is closed; entered: {entered}. A wrong passphrase locks nothing",
                entered = entered.join(", ")
            ),
        }
    }

    /// The line that begins again with the recovery set, where there is one.
    fn recovery_entry(&self) -> Option<Entry> {
        let (place, k, n) = self.public.recovery.as_ref()?;
        let offered = !self.public.by_recovery;
        offered.then(|| {
            let words = say!(
                "{k} of {n} holders, from {place}; an exception that is written down",
                k,
                n,
                place
            );
            Entry::new("recovery", tr("They cannot: the recovery set"), &words)
        })
    }

    /// Why the recovery set opens; `None` if they go back to the custodians.
    fn why(&mut self) -> Result<Option<String>, Gone> {
        let question = Question::new(footing(
            tr("whoever is here; the others check the words"),
            tr("asks the holders in the place of the custodians"),
            &self.so_far(),
        ))
        .explained(OPENING_TOLD);
        plain(self.talk, &question, RECOVERY_REASON)
    }

    fn say_who_opens(&mut self) {
        if let Some(why) = &self.public.unfinished {
            self.talk.stop(why);
        }
        let count = self.custodians().count();
        let words = if self.public.by_recovery {
            say!(
                "EXCEPTION: {k} of {n} holders of the recovery set open this vault.",
                k = self.public.k,
                n = count
            )
        } else {
            say!(
                "{public} custodians of {count} open this vault, one after the other.",
                public = self.public.k,
                count
            )
        };
        self.talk.say(&words);
    }

    /// Custodians in turn, or the holders of the recovery set.
    fn shares(&mut self) -> Result<Shares, Gone> {
        self.say_who_opens();
        while self.opening.missing() > 0 {
            let entered = self.opening.entered();
            let mut entries: Vec<Entry> = self
                .custodians()
                .map(|(name, _, here)| {
                    let place = if *here {
                        tr("envelope in the vault's folder")
                    } else {
                        tr("envelope on their own stick")
                    };
                    let entry = Entry::new(name, name, place);
                    if entered.contains(name) {
                        entry.off_because(tr("has entered a share"))
                    } else {
                        entry
                    }
                })
                .collect();
            entries.extend(self.recovery_entry());
            let question = Question::new(footing(
                if self.public.by_recovery {
                    tr("a holder of the recovery set, any of those who wait")
                } else {
                    tr("a custodian, any of those who wait")
                },
                tr("asks the one whose number was typed for the passphrase"),
                &self.so_far(),
            ))
            .telling(vec![
                self.place(OpeningStep::Share(entered.len())),
                if self.public.by_recovery {
                    tr("Which holder is next?").into()
                } else {
                    tr("Which custodian is next?").into()
                },
            ])
            .explained(OPENING_TOLD);
            match self.talk.choose(&question, tr("Number"), &entries)? {
                Heard::Said(_) if shares_given_up(self.talk, &entered)? => {
                    return Ok(Shares::GivenUp);
                }
                Heard::Said(_) => {}
                Heard::Given(at) => {
                    let chosen = self.custodians().nth(at).cloned();
                    if let Some((name, _, here)) = chosen {
                        self.share(&name, here)?;
                    } else if let Some(reason) = self.why()? {
                        return Ok(Shares::Recovery(reason));
                    }
                }
            }
        }
        Ok(Shares::Enough)
    }

    fn role(&self) -> &'static str {
        if self.public.by_recovery {
            tr("holder of the recovery set")
        } else {
            tr("custodian")
        }
    }

    fn share(&mut self, name: &str, here: bool) -> Result<(), Gone> {
        let so_far = self.so_far();
        let page = HandOver {
            role: self.role(),
            person: name,
            what: tr("the passphrase from your own paper"),
            saved: &so_far,
        };
        if let Heard::Said(_) = self.talk.hand_over(&page, true)? {
            return Ok(());
        }
        let question = Question::new(footing(
            &page.who(),
            &if self.opening.missing() == 1 {
                say!(
                    "unseals {name}'s share, the last: then the vault is checked and opens",
                    name
                )
            } else {
                say!("unseals {name}'s share; nothing else is opened by it", name)
            },
            &so_far,
        ))
        .explained(OPENING_TOLD);
        let envelope = if here {
            None
        } else {
            let sets = self.opening.sets();
            match medium(self.talk, &question, SHARE_ENVELOPE, (name, "share"), &sets)? {
                Some(text) => Some(text),
                None => return Ok(()),
            }
        };
        let asked = AskField {
            practice: self.public.practice.get(name).cloned(),
            ..AskField::of(OPENING_PASSPHRASE)
        };
        self.unsealed(name, envelope.as_deref(), &question, &asked)
    }

    /// Asks for the words until they open the envelope, somebody goes back, or it is the envelope that is wrong.
    fn unsealed(
        &mut self,
        name: &str,
        envelope: Option<&str>,
        question: &Question,
        asked: &AskField,
    ) -> Result<(), Gone> {
        loop {
            let Heard::Given(passphrase) = self.talk.secret(question, asked)? else {
                return Ok(());
            };
            self.talk
                .say(&say!("Wait: unsealing the envelope of {name}.", name));
            match self.opening.enter(name, &passphrase, envelope) {
                Ok(0) => self
                    .talk
                    .say(&say!("{name} has entered. That is enough.", name)),
                Ok(more) => self.talk.say(&say!(
                    "{name} has entered. {more} more to come.",
                    name,
                    more
                )),
                Err(refusal) => {
                    let told = refusal.to_string();
                    self.talk.stop(&told);
                    // Whoever types the words once more at once types them where they are not shown.
                    if is_about_words(&told) {
                        continue;
                    }
                }
            }
            return Ok(());
        }
    }

    /// The witness's card.
    fn card(&mut self) -> Result<Option<WitnessAnswer>, Gone> {
        let question = Question::new(footing(
            &self.opening.bootstrap().has_card(),
            tr("keeps it; after the words the card is compared and the vault opened"),
            &self.so_far(),
        ))
        .telling(vec![self.place(OpeningStep::Card)])
        .explained(OPENING_TOLD);
        let mut before = None;
        loop {
            let asked = answered(&question, before.as_ref(), false);
            let Some(text) = plain(self.talk, &asked, CARD_SEQ)? else {
                if shares_given_up(self.talk, &self.opening.entered())? {
                    return Ok(None);
                }
                continue;
            };
            let Ok(seq) = text.parse() else { continue };
            before = Some(text);
            if let Some(words) = plain(self.talk, &question, CARD_WORDS)? {
                let card = WitnessAnswer { seq, words };
                match self.opening.card_slip(&card) {
                    Some(slip) => self.talk.stop(&slip.words),
                    None => return Ok(Some(card)),
                }
            }
        }
    }
}
