//! The workstation in lines: what is due, what can be looked at, every act, and the way out.

use std::collections::BTreeMap;

use crate::ceremony::{
    NotHere, REAL, Rehearsals, Script, Wanted, another_open, named_file, not_here, other_sides,
    practice_partner, shipped,
};
use crate::session::due::{self, Exchanged, Goes, requests_wait};
use crate::session::field::{Field, Kind};
use crate::session::guide::Entry;
use crate::session::idle::{network, network_word};
use crate::session::op;
use crate::session::op_custody::{APPOINT, PERSON, RESTORE};
use crate::session::op_envelopes::ENVELOPES_GONE;
use crate::session::span::clock;
use crate::session::{Command, Outcome, Profile, Session, View};
use crate::text::{say, tr};

use super::Explain;
use super::act::{Acting, Acts};
use super::beginning::{Begins, begins_here};
use super::beside::plain;
use super::dialogue::{Dialogue, Heard, Question, footing};
use super::draft::Draft;
use super::exchanged;
use super::line::Gone;
use super::lock::lock;
use super::menu::{self, Goal, Line, entries};
use super::run::play;

const RECEIPT: Field = Field {
    id: "receipt",
    label: "Receipt file",
    hint: "What `aws payment-cryptography import-key` or `get-key` printed: receipt.json of NEXT.txt.",
    kind: Kind::File,
    optional: false,
};

/// An open vault, and the talk about it.
pub(crate) struct Home<'t, 'a> {
    pub(crate) talk: &'t mut Dialogue<'a>,
    pub(crate) session: &'t mut Session,
    pub(crate) acts: Acts,
    pub(crate) explain: Option<Explain>,
    pub(crate) notes: Option<super::Notes>,
}

impl<'a> Home<'_, 'a> {
    pub(super) fn acting(&mut self) -> Acting<'_, 'a> {
        Acting {
            talk: self.talk,
            session: self.session,
            acts: &mut self.acts,
            explain: self.explain,
        }
    }

    /// Asks what to do until the vault is to be closed.
    pub(crate) fn stay(&mut self) -> Result<(), Gone> {
        self.offers_stopped()?;
        loop {
            match self.once() {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                // Nothing was being answered that is lost here: acts and ceremonies lock over their own questions.
                Err(Gone::Aside(why)) => lock(self.talk, self.session, why)?,
                Err(gone) => return Err(gone),
            }
        }
    }

    /// Asks once; whether the vault is to be closed.
    fn once(&mut self) -> Result<bool, Gone> {
        let view = self.session.view();
        let people = view.people.iter().filter(|p| p.present);
        let people: Vec<&str> = people.map(|p| p.name.as_str()).collect();
        let told = say!(
            "Here: {people}. Time: {now}. Network: {network}.",
            people = people.join(", "),
            now = clock(view.now),
            network = network_word(network())
        );
        self.talk.heading(&say!(
            "Vault {vault}, {profile}. {due} due.",
            vault = view.vault,
            profile = view.profile.banner(),
            due = due::due(&view, view.now).len()
        ));
        let question = Question::new(footing(
            tr("nobody: looking needs no approval"),
            tr("goes where the number leads"),
            tr("everything done so far is saved; looking changes nothing"),
        ))
        .telling(vec![told])
        .explained_here(menu::help(&view));
        let (shown, beyond) = (menu::home(&view), menu::beyond(&view));
        let lists = (&entries(&shown)[..], &entries(&beyond)[..]);
        match self.talk.choose_beyond(&question, tr("Number"), lists)? {
            Heard::Given(at) => match shown.iter().chain(&beyond).nth(at).map(|l| l.goal) {
                Some(Goal::Close) => self.leaves(),
                Some(goal) => self.go(goal).map(|()| false),
                None => Ok(false),
            },
            Heard::Said(_) => self.leaves(),
        }
    }

    fn go(&mut self, goal: Goal) -> Result<(), Gone> {
        match goal {
            Goal::Group(group) => self.group(group),
            Goal::Due => self.due(),
            Goal::Keys => self.keys(),
            Goal::Deletions => self.deletions(),
            Goal::Approvals => self.approvals(),
            Goal::Exchange => self.exchange(),
            Goal::Ceremonies => self.ceremonies(),
            Goal::Custodians => self.custodians(),
            Goal::Card => {
                self.card();
                Ok(())
            }
            Goal::Partner => {
                for told in practice_partner(self.session.profile()) {
                    self.talk.say(&told);
                }
                Ok(())
            }
            Goal::Audit => {
                self.audit();
                Ok(())
            }
            Goal::Evidence => self.evidence(),
            Goal::Act(op) if op.name == RESTORE.name => {
                super::restoring::restore(self.talk, self.explain, None).map(|_| ())
            }
            Goal::Act(op) => self.acting().begin(op),
            Goal::Script => self.script(),
            Goal::Close => Ok(()),
        }
    }

    /// The list behind a line of the menu.
    fn group(&mut self, group: menu::Group) -> Result<(), Gone> {
        loop {
            let lines: Vec<Line> = menu::lines(group, &self.session.view());
            let chosen = self.list(
                menu::asked(group),
                tr("goes where the number leads"),
                &menu::listed(&lines),
            )?;
            match chosen.and_then(|at| lines.get(at)).map(|line| line.goal) {
                // Back from its first question: the list is there again.
                Some(Goal::Act(op)) if op.name != RESTORE.name => {
                    if !self.acting().chosen(Draft::new(op))? {
                        return Ok(());
                    }
                }
                Some(goal) => return self.go(goal),
                None => return Ok(()),
            }
        }
    }

    /// What stands on the witness card, and what this vault is.
    fn card(&mut self) {
        let view = self.session.view();
        self.talk.heading(&say!(
            "Sequence {seq}, words of the card: {card_words}.",
            seq = view.seq,
            card_words = view.card_words.join(" ")
        ));
        let mut stands = view.card_stands();
        stands.push('.');
        self.talk.say(&stands);
        self.talk.say(&say!(
            "Keys: {counts}.",
            counts = due::counts(&view).join(", ")
        ));
        for note in &view.notes {
            self.talk.say(&say!("note: {note}", note));
        }
    }

    /// A list to choose from; `None` goes back.
    pub(super) fn list(
        &mut self,
        heading: &str,
        enter: &str,
        entries: &[Entry],
    ) -> Result<Option<usize>, Gone> {
        self.talk.heading(heading);
        if entries.is_empty() {
            return Ok(None);
        }
        let question = Question::new(footing(
            tr("nobody: looking needs no approval"),
            enter,
            tr("nothing has changed; back goes to the menu"),
        ))
        .explained(menu::HELP);
        Ok(match self.talk.choose(&question, tr("Number"), entries)? {
            Heard::Given(at) => Some(at),
            Heard::Said(_) => None,
        })
    }

    fn due(&mut self) -> Result<(), Gone> {
        let view = self.session.view();
        let due = due::due(&view, view.now);
        let entries: Vec<Entry> = due
            .iter()
            .map(|d| {
                let label = format!("{}: {}", tr(d.kind), d.what);
                Entry::new(
                    "",
                    &label,
                    &say!("when: {when}; for: {who}", when = d.when, who = d.who),
                )
            })
            .collect();
        let heading = match due.len() {
            0 => tr("Nothing is due.").to_owned(),
            n => say!("{n} due, the most urgent first.", n),
        };
        let Some(at) = self.list(&heading, tr("goes where this is done"), &entries)? else {
            return Ok(());
        };
        match due.into_iter().nth(at).map(|d| d.goes) {
            Some(Goes::Pending(pending)) => self.acting().approve(*pending),
            Some(Goes::Deletions) => self.deletions(),
            Some(Goes::Exchange(Exchanged::Unwritten(sha256))) => self.write_unwritten(&sha256),
            Some(Goes::Exchange(_)) => self.exchange(),
            Some(Goes::Enable(_)) => self.acting().begin(&op::START_KEY_USAGE),
            Some(Goes::Compare(arn)) => self.acting().compare(&arn),
            Some(Goes::Ceremonies) => self.goes_on(),
            Some(Goes::Ceremony(_)) => self.ceremonies(),
            Some(Goes::Backup) => self.acting().begin(&op::BACKUP),
            Some(Goes::Happened(_)) => self.custodians(),
            Some(Goes::Appoint(whom)) => self.appoint(&whom.person),
            Some(Goes::Envelopes) => self.acting().begin(&ENVELOPES_GONE),
            Some(Goes::Clock) => self.clock(),
            Some(Goes::Close) => {
                self.talk
                    .say(tr("Close the vault at the first list, and open it again."));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The appointment of whoever it is due for.
    fn appoint(&mut self, person: &str) -> Result<(), Gone> {
        self.talk.say(&say!("Person: {person}", person));
        let draft = Draft::new(&APPOINT).about(PERSON.id, person);
        self.acting().begin_with(draft)
    }

    /// A clock that leapt while the vault was open; given up, it stays due.
    fn clock(&mut self) -> Result<(), Gone> {
        super::attesting::attest(self.talk, self.session).map(|_| ())
    }

    fn approvals(&mut self) -> Result<(), Gone> {
        let view = self.session.view();
        let entries: Vec<Entry> = view
            .pending
            .iter()
            .map(|p| {
                let note = say!(
                    "asked by {issuer}; {signed} of {required} signed; may sign: {may_sign}",
                    issuer = p.issuer,
                    signed = p.signed.len(),
                    required = p.required,
                    may_sign = p.may_sign.join(", ")
                );
                Entry::new("", &p.sentence, &note)
            })
            .collect();
        let heading = match requests_wait(entries.len()) {
            None => tr("No request waits for signatures.").to_owned(),
            Some([words, ..]) => format!("{words}."),
        };
        let Some(at) = self.list(&heading, tr("opens this request"), &entries)? else {
            return Ok(());
        };
        match view.pending.into_iter().nth(at) {
            Some(pending) => self.acting().approve(pending),
            None => Ok(()),
        }
    }

    fn exchange(&mut self) -> Result<(), Gone> {
        let view = self.session.view();
        for (heading, lines) in exchanged::told(&view) {
            self.talk.heading(heading);
            for line in lines {
                self.talk.say(&line);
            }
        }
        if !practice_partner(view.profile).is_empty() {
            let words = tr("No partner yet? Type partner at the menu.");
            self.talk.say(words);
        }
        if let Some(sha256) = self.which_unwritten(&view)? {
            return self.write_unwritten(&sha256);
        }
        if view.exports.is_empty() {
            return Ok(());
        }
        let question = Question::new(footing(
            tr("nobody: a receipt needs no approval"),
            tr("reads the file and compares it with what was sent; back goes to the menu"),
            tr("nothing is read yet; a receipt is recorded and changes no key"),
        ))
        .explained(&["confirmed: the receiver holds the same key, with the same attributes. DIFFERS: it holds another key; stop and find out which of the two is wrong."]);
        let Some(path) = plain(self.talk, &question, RECEIPT)? else {
            return Ok(());
        };
        let read = named_file(self.session.profile(), path.as_ref())
            .and_then(|answer| self.session.perform(Command::Receipt { answer }));
        match read {
            Ok(Outcome::Receipt(receipt)) if receipt.confirmed => {
                self.talk
                    .say(&say!("ok: {verdict}", verdict = receipt.verdict));
            }
            Ok(Outcome::Receipt(receipt)) => self.talk.stop(&receipt.verdict),
            Ok(_) => {}
            Err(refusal) => self.talk.stop(&refusal.to_string()),
        }
        Ok(())
    }

    pub(super) fn ceremonies(&mut self) -> Result<(), Gone> {
        let view = self.session.view();
        let open = |id: &str| {
            view.runs
                .iter()
                .any(|run| run.script == id && run.outcome.is_none())
        };
        let notes = self.notes.and_then(|notes| notes());
        let rehearsals = Rehearsals::read(notes.as_deref(), self.session.wall_time());
        let beside = |script: &Script| {
            if open(script.id()) {
                return Noted::More(tr("stands open and goes on").to_owned());
            }
            let vault = (view.profile, view.software_generation);
            let off = another_open(&view, &script.sha256_hex());
            let off = off.or_else(|| not_here(script, script.id(), vault, Some(&rehearsals)));
            let asked = view.profile == Profile::Production;
            let rehearsed = rehearsals.found(script).filter(|_| asked);
            let told = rehearsed.map(|how| say!("rehearsed {told}", told = how.on_screen()));
            off.map_or_else(|| told.map_or(Noted::Nothing, Noted::More), Noted::Off)
        };
        let asked = if view.kept {
            tr("asks whether it begins, or goes on with one that stands open")
        } else {
            tr(BEGINS)
        };
        let Some(script) = pick(self.talk, &beside, asked)? else {
            return Ok(());
        };
        let resume = open(script.id());
        let Some(real_others) = self.other_side(&script, &view, resume)? else {
            return Ok(());
        };
        let chosen = (&script, real_others);
        let wall = self.session.wall_time();
        let mut begins = Begins::default();
        if !resume {
            let Some(how) = begins_here(self.talk, &view, chosen, (&rehearsals, wall))? else {
                return Ok(());
            };
            begins = how;
        }
        let wanted = Wanted {
            inputs: BTreeMap::new(),
            resume,
            people: begins.people,
            recorded: false,
            real_others,
            rehearsal_note: notes,
            copies_to: None,
            out: None,
            clock: begins.today.then_some(wall),
        };
        if let Err(error) = play(self.talk, self.session, script, wanted)? {
            self.talk.stop(&error.to_string());
        }
        Ok(())
    }

    /// Whether the other side of a ceremony that begins in a test vault is real; `None` if it is not begun.
    fn other_side(
        &mut self,
        script: &Script,
        view: &View,
        resume: bool,
    ) -> Result<Option<bool>, Gone> {
        let begins = view.profile == Profile::Test && !resume;
        let Some(entries) = other_sides(script, view).filter(|_| begins) else {
            return Ok(Some(false));
        };
        let question = Question::new(footing(
            tr("you; in the ceremony each question names who answers it"),
            tr("says what the ceremony needs, and asks whether it begins"),
            tr("nothing has happened; back goes to the menu"),
        ))
        .telling(vec![tr("Who plays the other side?").to_owned()]);
        Ok(match self.talk.choose(&question, tr("Number"), &entries)? {
            Heard::Given(at) => entries.get(at).map(|entry| entry.id == REAL),
            Heard::Said(_) => None,
        })
    }
}

/// What is said of a ceremony beside its title.
pub(crate) enum Noted {
    Nothing,
    /// These words.
    More(String),
    /// It would not begin here.
    Off(NotHere),
}

/// What a number does where nothing is asked before the ceremony begins.
pub(crate) const BEGINS: &str =
    "begins the ceremony whose number was typed, or goes on with one that stands open";

/// One of the ceremonies that ship, the shortest first; `note` says more about one, `enter` what a number does. What would not begin says why and
/// what brings it where it is chosen, and the question is asked again.
pub(crate) fn pick(
    talk: &mut Dialogue<'_>,
    note: &dyn Fn(&Script) -> Noted,
    enter: &str,
) -> Result<Option<Script>, Gone> {
    let mut scripts: Vec<(&str, Script)> = shipped()
        .iter()
        .filter_map(|(file, bytes)| Some((*file, Script::parse(bytes).ok()?)))
        .collect();
    scripts.sort_by_key(|(file, script)| (script.steps().len(), *file));
    let entries: Vec<Entry> = scripts
        .iter()
        .map(|(file, script)| {
            let steps = say!(
                "{file}, {script} steps",
                file,
                script = script.steps().len()
            );
            let more = match note(script) {
                Noted::Nothing => steps,
                Noted::More(words) => format!("{steps}; {words}"),
                Noted::Off(off) => say!(
                    "{steps}; cannot be chosen: {reason}",
                    steps,
                    reason = off.short
                ),
            };
            Entry::new(file, script.title(), &more)
        })
        .collect();
    talk.heading(tr("Ceremonies that ship with keymoot."));
    talk.say(tr("One of your own: keymoot play FILE --plain, with --vault DIR where it is played in a vault."));
    let question = Question::new(footing(
        tr("you; in the ceremony each question names who answers it"),
        enter,
        tr("nothing has happened yet"),
    ))
    .explained(&["A ceremony is a script: the same steps in the room, in rehearsal and without people. Each question says who answers and why it is asked.", "The word script, at the menu of an open vault, writes a script of what was done there."]);
    loop {
        let Heard::Given(at) = talk.choose(&question, tr("Number"), &entries)? else {
            return Ok(None);
        };
        match scripts.get(at).map(|(_, script)| note(script)) {
            Some(Noted::Off(off)) => talk.stop(&off.told),
            _ => return Ok(scripts.into_iter().nth(at).map(|(_, script)| script)),
        }
    }
}
