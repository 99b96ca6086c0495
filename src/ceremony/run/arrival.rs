//! A run that is taken up again by people: before anything else it is asked of each place whose holder did not open the
//! vault, and that somebody else could take, whether the holder is here. What was answered is a part of the line that
//! takes the run up; until then nothing is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::session::field::{Field, Kind};
use crate::session::{Arrow, Command, Relief, Session, said};
use crate::text::{say, tr};

use super::super::ask::{Answer, Ask};
use super::asks::footing;
use super::drive::Halt;
use super::relief::{Absent, told};
use super::sign::text;
use super::{RunError, Runner, Stage, Wanted};

/// Who has a place from here on.
pub(super) const HOLDER: Field = Field {
    id: "holder",
    label: "Who has the place",
    hint: "One of the names above, as it stands there.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// What is known of a run that is about to be taken up.
pub(super) struct Arrival {
    /// Who takes whose place, so far.
    relieved: Vec<Relief>,
    /// Places whose holders were said to be here.
    settled: BTreeSet<String>,
    /// The holders themselves.
    here: Vec<String>,
    /// Files that were given with the order to go on.
    inputs: BTreeMap<String, Vec<u8>>,
    /// The folder that was named for what the run leaves.
    out: Option<PathBuf>,
}

impl Arrival {
    pub(super) fn new(relieved: Vec<Relief>, wanted: &Wanted) -> Self {
        Self {
            relieved,
            settled: BTreeSet::new(),
            here: Vec::new(),
            inputs: wanted.inputs.clone(),
            out: wanted.out.clone(),
        }
    }
}

impl Runner {
    /// The place that is asked about now.
    fn absent_now(&self, session: &Session) -> Option<Absent> {
        let arrival = self.arrival.as_ref()?;
        let known = (arrival.relieved.as_slice(), &arrival.settled);
        self.absent(&self.run(session), session, known)
    }

    /// Whether anybody is to be asked about; then that is what is asked next.
    pub(super) fn asks_who_is_here(&mut self, session: &Session) -> bool {
        let asks = self.absent_now(session).is_some();
        if asks {
            self.stage = Stage::Arrival;
        }
        asks
    }

    /// Nobody can be asked: whoever opened the vault takes the places of those who did not.
    pub(super) fn without_asking(&mut self, session: &Session) {
        let run = self.run(session);
        let Some(relieved) = self
            .arrival
            .as_mut()
            .map(|a| std::mem::take(&mut a.relieved))
        else {
            return;
        };
        let relieved = self.by_presence(&run, session, relieved);
        if let Some(arrival) = &mut self.arrival {
            arrival.relieved = relieved;
        }
    }

    /// Takes the run up with the people that are known by now: one line of the log. Nothing where it was taken up.
    ///
    /// # Errors
    /// A component that is still to come would be refused to whoever takes a place, or what the door refused.
    pub(super) fn arrive(&mut self, session: &mut Session) -> Result<(), RunError> {
        let Some(arrival) = self.arrival.take() else {
            return Ok(());
        };
        let run = self.run(session);
        self.last = told(&arrival.relieved);
        for relief in &arrival.relieved {
            let (place, name) = (relief.place.clone(), relief.to.clone());
            self.people.insert(place, name);
        }
        self.newcomers_may_hold(&run, session, &arrival.relieved)?;
        session.perform(Command::Journal(Arrow::Resume {
            run: self.run.clone(),
            relieved: arrival.relieved,
            here: arrival.here,
        }))?;
        self.goes_elsewhere(session, arrival.out.as_deref())?;
        self.makes_way(session, &arrival.inputs)?;
        let come = arrival.inputs.into_iter();
        self.given = come
            .filter(|(name, bytes)| run.inputs.get(name) != Some(bytes))
            .collect();
        Ok(())
    }

    /// Whether somebody is here was answered.
    pub(super) fn take_arrival(
        &mut self,
        session: &mut Session,
        answers: Vec<Answer>,
    ) -> Result<(), Halt> {
        let Some(absent) = self.absent_now(session) else {
            return Ok(());
        };
        let typed = text(answers.into_iter().next());
        let typed = typed.trim();
        // Names are told apart by their letters, and typed in whatever case.
        let mut known = std::iter::once(&absent.holder).chain(&absent.others);
        let named = known.find(|name| name.to_lowercase() == typed.to_lowercase());
        let named = named.map_or(typed, String::as_str);
        let stays = named == absent.holder && !absent.gone;
        if !stays && !absent.others.iter().any(|other| other == named) {
            return Err(Halt::Again(say!(
                "{named} is none of those who can have the place: {names}. Nothing was changed.",
                named,
                names = who_can(&absent).join(", ")
            )));
        }
        let run = self.run(session);
        let Some(mut arrival) = self.arrival.take() else {
            return Ok(());
        };
        if stays {
            arrival.here.push(absent.holder);
            arrival.settled.insert(absent.place);
        } else {
            let place = (absent.place.as_str(), named);
            arrival.relieved = self.taken_by(&run, session, arrival.relieved, place);
        }
        self.arrival = Some(arrival);
        if !self.asks_who_is_here(session) {
            self.arrive(session)?;
            self.came_back = true;
        }
        Ok(())
    }

    /// In a rehearsal: whoever opened the vault has the place, as where nobody is asked.
    pub(super) fn arrival_practice(&self, session: &Session) -> Option<String> {
        self.absent_now(session)?.others.into_iter().next()
    }

    /// What is asked.
    pub(super) fn arrival_ask(&self, session: &Session) -> Option<Ask> {
        let absent = self.absent_now(session)?;
        let (name, role) = (&absent.holder, said::role(absent.role));
        let others = absent.others.join(", ");
        let mut body = if absent.gone {
            vec![
                say!(
                    "{name} took part as {role} until now, and is no person of this vault any more.",
                    name,
                    role
                ),
                String::new(),
                say!(
                    "Type who takes the place (`{place}`) from here on: {others}.",
                    place = absent.place,
                    others
                ),
            ]
        } else {
            vec![
                say!(
                    "{name} took part as {role} until now, and did not open the vault today. Is {name} here?",
                    name,
                    role
                ),
                String::new(),
                say!("Here: type {name}, and the place stays with {name}.", name),
                say!(
                    "Not here: type who takes the place (`{place}`) from here on: {others}.",
                    place = absent.place,
                    others
                ),
            ]
        };
        body.push(
            tr("It is recorded. Whoever takes the place signs for what comes from here on, and is asked instead.")
                .to_owned(),
        );
        Some(Ask {
            person: String::new(),
            role: String::new(),
            title: say!("Who has the place of {name}?", name),
            body,
            fields: self.fields(session),
            words: None,
            types_back: false,
            hand_over: false,
            footing: footing(
                tr("whoever leads the ceremony").to_owned(),
                tr("takes this name for the place; then the ceremony goes on"),
                tr("everything before is saved; nobody has changed places yet"),
            ),
        })
    }
}

/// Who can have a place from here on.
fn who_can(absent: &Absent) -> Vec<&str> {
    let holder = (!absent.gone).then_some(absent.holder.as_str());
    let others = absent.others.iter().map(String::as_str);
    holder.into_iter().chain(others).collect()
}
