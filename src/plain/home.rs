//! The workstation in lines: what is due, what can be looked at, every act, and the way out.

use std::collections::BTreeMap;

use crate::ceremony::{Script, Wanted, key_lines, named_file, shipped};
use crate::session::asked::is_place;
use crate::session::due::{self, Goes};
use crate::session::field::{Field, Kind};
use crate::session::guide::{self, Entry};
use crate::session::op::{self, Op};
use crate::session::op_custody::RESTORE;
use crate::session::{Command, Outcome, Session, View};
use crate::text::{say, tr};

use super::Explain;
use super::act::{Acting, Acts};
use super::dialogue::{Dialogue, Heard, Question, footing};
use super::exchanged::{self, sent};
use super::line::Gone;
use super::opening::plain;
use super::run::play;

const HELP: &[&str] = &[
    "The vault is open: names, purposes and states can be read. Opening does not let anybody use a key: every act is asked for, signed by custodians, and only then done.",
    "Type a number, or the name beside it. Acts that cannot be asked for now say why.",
];

const RECEIPT: Field = Field {
    id: "receipt",
    label: "Receipt file",
    hint: "What `aws payment-cryptography import-key` or `get-key` printed: receipt.json of NEXT.txt.",
    kind: Kind::File,
    optional: false,
};

/// A line of the menu.
#[derive(Clone, Copy)]
enum Goal {
    Due,
    Keys,
    Approvals,
    Exchange,
    Ceremonies,
    Custodians,
    Audit,
    Evidence,
    Act(&'static Op),
    Script,
    Close,
}

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
            let view = self.session.view();
            let menu = menu(&view);
            let entries: Vec<Entry> = menu.iter().map(|(_, entry)| entry.clone()).collect();
            let due = due::due(&view, view.now).len();
            let people = view.people.iter().filter(|p| p.present);
            let people: Vec<&str> = people.map(|p| p.name.as_str()).collect();
            let told = vec![
                say!("Keys: {counts}.", counts = due::counts(&view).join(", ")),
                say!(
                    "Here: {people}. Time: {now}.",
                    people = people.join(", "),
                    now = view.now.rfc3339()
                ),
                say!(
                    "Sequence {seq}, words of the card: {card_words}.",
                    seq = view.seq,
                    card_words = view.card_words.join(" ")
                ),
            ];
            self.talk.heading(&say!(
                "Vault {vault}, {profile}. {due} due.",
                vault = view.vault,
                profile = view.profile.banner(),
                due
            ));
            let question = Question::new(footing(
                tr("nobody: looking needs no approval"),
                tr("goes where the number leads"),
                tr("everything done so far is saved; looking changes nothing"),
            ))
            .telling(told)
            .explained(HELP);
            match self.talk.choose(&question, tr("Number"), &entries)? {
                Heard::Given(at) => match menu.get(at).map(|(goal, _)| *goal) {
                    Some(Goal::Close) if self.leaves()? => return Ok(()),
                    Some(goal) => self.go(goal)?,
                    None => {}
                },
                Heard::Said(_) if self.leaves()? => return Ok(()),
                Heard::Said(_) => {}
            }
        }
    }

    fn go(&mut self, goal: Goal) -> Result<(), Gone> {
        match goal {
            Goal::Due => self.due(),
            Goal::Keys => self.keys(),
            Goal::Approvals => self.approvals(),
            Goal::Exchange => self.exchange(),
            Goal::Ceremonies => self.ceremonies(),
            Goal::Custodians => self.custodians(),
            Goal::Audit => {
                self.audit();
                Ok(())
            }
            Goal::Evidence => self.evidence(),
            Goal::Act(op) if op.name == RESTORE.name => {
                super::restoring::restore(self.talk, self.explain).map(|_| ())
            }
            Goal::Act(op) => self.acting().begin(op),
            Goal::Script => self.script(),
            Goal::Close => Ok(()),
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
        .explained(HELP);
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
            Some(Goes::Deletions) => self.keys(),
            Some(Goes::Exchange(_)) => self.exchange(),
            Some(Goes::Ceremonies) => self.goes_on(),
            Some(Goes::Backup) => self.acting().begin(&op::BACKUP),
            Some(Goes::Custodians) => self.custodians(),
            Some(Goes::Clock) => self.clock(),
            None => Ok(()),
        }
    }

    /// A clock that leapt while the vault was open; given up, it stays due.
    fn clock(&mut self) -> Result<(), Gone> {
        super::opening::attest(self.talk, self.session).map(|_| ())
    }

    fn keys(&mut self) -> Result<(), Gone> {
        loop {
            let view = self.session.view();
            // Every key can be looked at, whatever no act would take.
            let mut entries = guide::keys(&view, "", "");
            for entry in &mut entries {
                entry.off = None;
            }
            let heading = match entries.len() {
                0 => tr("No key is in this vault yet.").to_owned(),
                1 => tr("1 key.").to_owned(),
                n => say!("{n} keys, the oldest first.", n),
            };
            let Some(at) =
                self.list(&heading, tr("shows this key with all its fields"), &entries)?
            else {
                return Ok(());
            };
            let Some(row) = view.keys.get(at) else {
                continue;
            };
            self.talk.heading(&say!("Key {label}.", label = row.label));
            for line in key_lines(&row.label, row, false) {
                self.talk.say(&line);
            }
            for export in view.exports.iter().filter(|e| e.arn == row.key.key_arn) {
                self.talk.say(&sent(export));
            }
        }
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
        let heading = match entries.len() {
            0 => tr("No request waits for signatures.").to_owned(),
            1 => tr("1 request waits for signatures.").to_owned(),
            n => say!("{n} requests wait for signatures.", n),
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
        let Some(script) = pick(self.talk, &|id| {
            open(id).then_some(tr("stands open and goes on"))
        })?
        else {
            return Ok(());
        };
        let wanted = Wanted {
            inputs: BTreeMap::new(),
            resume: open(script.id()),
            people: std::collections::BTreeMap::new(),
            recorded: false,
            rehearsal_note: self.notes.and_then(|notes| notes()),
        };
        if let Err(error) = play(self.talk, self.session, script, wanted, None)? {
            self.talk.stop(&error.to_string());
        }
        Ok(())
    }

    /// Whether the vault is closed now. One that exists once offers its copy first.
    fn leaves(&mut self) -> Result<bool, Gone> {
        let Some(only) = self.session.only_copy() else {
            return Ok(true);
        };
        loop {
            self.talk.heading(tr("Close this vault?"));
            self.talk.stop(only);
            let entries = [
                Entry::new("copy", tr("copy it first"), tr("signed like any other act")),
                Entry::new("stay", "stay", tr("back to the menu")),
                Entry::new("close", tr("close without a copy"), ""),
            ];
            let question = Question::new(footing(
                tr("whoever is at the keyboard"),
                tr("takes the number that was typed"),
                tr("everything is saved, on one medium alone: there is no second copy"),
            ));
            match self.talk.choose(&question, tr("Number"), &entries)? {
                Heard::Given(0) => {
                    self.acting().begin(&op::BACKUP)?;
                    if self.session.only_copy().is_none() {
                        return Ok(true);
                    }
                }
                Heard::Given(2) => return Ok(true),
                _ => return Ok(false),
            }
        }
    }
}

/// The menu of a vault as it is now.
fn menu(view: &View) -> Vec<(Goal, Entry)> {
    let mut menu = places(view.pending.len());
    menu.extend(op::OPS.iter().map(|op| {
        let entry = Entry::new(op.name, tr(op.title), tr(op.does));
        let entry = match off(op, view) {
            Some(reason) => entry.off_because(&reason),
            None => entry,
        };
        (Goal::Act(op), entry)
    }));
    if !view.deeds.is_empty() {
        let note = tr("the acts since the vault was opened, to be rehearsed and played again");
        let entry = Entry::new("script", tr("Write a script of what was done"), note);
        menu.push((Goal::Script, entry));
    }
    menu.push((Goal::Close, Entry::new("close", tr("Close the vault"), "")));
    menu
}

/// The places of a vault, with the requests that wait for a signature.
fn places(waiting: usize) -> Vec<(Goal, Entry)> {
    vec![
        (Goal::Due, Entry::new("due", tr("What is due"), "")),
        (
            Goal::Keys,
            Entry::new("keys", tr("Keys"), tr("look at them")),
        ),
        (
            Goal::Approvals,
            Entry::new(
                "approvals",
                tr("Approvals"),
                &say!("{waiting} waiting", waiting),
            ),
        ),
        (
            Goal::Exchange,
            Entry::new(
                "exchange",
                tr("Exchange"),
                tr("what was sent, and receipts"),
            ),
        ),
        (
            Goal::Ceremonies,
            Entry::new("ceremonies", tr("Ceremonies"), tr("run one in this vault")),
        ),
        (
            Goal::Custodians,
            Entry::new(
                "people",
                tr("Custodians"),
                tr("envelopes, drills, and what to do when something happened"),
            ),
        ),
        (
            Goal::Audit,
            Entry::new(
                "audit",
                tr("Audit"),
                tr("the log, and whether its chain holds"),
            ),
        ),
        (
            Goal::Evidence,
            Entry::new(
                "evidence",
                tr("Evidence"),
                tr("the file that an auditor gets"),
            ),
        ),
    ]
}

/// Why an act cannot be asked for in this vault as it is now, as far as its fields tell.
fn off(op: &Op, view: &View) -> Option<String> {
    if op.name == op::CREATE_KEY.name && !view.software_generation {
        return Some(tr("this vault may not make keys in software").into());
    }
    let needed = op
        .fields
        .iter()
        .filter(|f| f.kind == Kind::Key && !f.optional && !is_place(f));
    needed
        .map(|field| (field, guide::keys(view, op.name, field.id)))
        .find(|(_, keys)| keys.iter().all(|k| k.off.is_some()))
        .map(|(field, _)| {
            say!(
                "no key here can be its \"{label}\"",
                label = tr(field.label)
            )
        })
}

/// One of the ceremonies that ship, the shortest first; `note` says more about one by its id.
pub(crate) fn pick(
    talk: &mut Dialogue<'_>,
    note: &dyn Fn(&str) -> Option<&'static str>,
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
            let more = note(script.id()).map(|n| format!("{steps}; {n}"));
            Entry::new(file, script.title(), &more.unwrap_or(steps))
        })
        .collect();
    talk.heading(tr("Ceremonies that ship with keymoot."));
    let question = Question::new(footing(
        tr("you; in the ceremony each question names who answers it"),
        tr("begins the ceremony whose number was typed, or goes on with one that stands open"),
        tr("nothing has happened yet"),
    ))
    .explained(&["A ceremony is a script: the same steps in the room, in rehearsal and without people. Each question says who answers and why it is asked."]);
    Ok(match talk.choose(&question, tr("Number"), &entries)? {
        Heard::Given(at) => scripts.into_iter().nth(at).map(|(_, script)| script),
        Heard::Said(_) => None,
    })
}
