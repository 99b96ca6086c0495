//! A return to a copy in words: what people read before they sign it, and what the restored vault remembers of it.

use super::known::Height;
use super::since::{NewerLog, Passed, Since};
use crate::custody::ledger::day;
use crate::custody::policy::operation;
use crate::session::policy_file::policy_lines;
use crate::session::sentence::{Details, line, name_of};
use crate::session::sentence_custody::when;
use crate::session::state::{BackupRecord, State, copy_state};
use crate::session::trail_words::called;
use crate::session::{Profile, Session};
use crate::text::{say, tr};

/// So many of a kind are told one by one; the log holds all of them.
const TOLD: usize = 40;

/// The act in a custodian's words.
pub(in crate::session) fn describe(
    (copy, reason): (&str, &str),
    newer_log: Option<&str>,
    (since, known): (Option<&Since>, Option<&Height>),
    state: &State,
) -> (String, Details) {
    let mut lines = vec![line(tr("why"), reason)];
    match (newer_log, since) {
        (Some(log), Some(since)) => {
            let words = say!("{log}: what it tells is repeated", log);
            lines.push(line(tr("newer log"), &words));
            lines.extend(of_the_log(since, state));
        }
        _ => lines.extend(without_log(known, state)),
    }
    lines.push(line(
        tr("epoch"),
        tr("a new one: no earlier signature counts"),
    ));
    (say!("RETURN to copy {copy}", copy), lines)
}

impl Session {
    /// Who opens the vault once it is restored, in lines beside what they sign: the people of the copy's time.
    pub(in crate::session) fn of_copy(&self, since: Option<&Since>) -> Details {
        let custody = self.book.custody();
        let custodians = custody.people.iter().filter(|p| p.role == "custodian");
        let names: Vec<&str> = custodians.map(|p| p.name.as_str()).collect();
        let who = say!(
            "{names}: {k} of {n}; whoever left since is one again",
            names = names.join(", "),
            k = custody.k,
            n = names.len()
        );
        let mut lines = vec![line(tr("custodians"), &who)];
        if let Some(since) = since {
            let changed = tr(
                "changes of people after this copy are not repeated: whoever came since is none, appointed or not",
            );
            lines.push(line(tr("people"), changed));
            // One above the log's end is told as what the log does not reach.
            let below = self.heard.card.filter(|card| *card <= since.ends.seq);
            lines.extend(below.map(|card| {
                let words = say!(
                    "names sequence {card}; the newer log ends at {seq}, so it tells of more than this card",
                    card,
                    seq = since.ends.seq
                );
                line(tr("last card"), &words)
            }));
        }
        lines.push(line(tr("policy"), &self.policy_of_copy()));
        let made = since.is_none_or(|since| since.others.contains_key(operation::RECOVERY_SET));
        if made {
            lines.push(line(tr("recovery"), recovery_since(since.is_some())));
        }
        lines
    }

    /// Which policy holds afterwards.
    fn policy_of_copy(&self) -> String {
        let policy = &self.state.policy;
        let mut members: Vec<String> = policy_lines(policy)
            .into_iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let answer = |yes| if yes { tr("yes") } else { tr("no") };
        if self.profile == Profile::Production {
            members.push(say!(
                "keys made in software: {answer}",
                answer = answer(policy.software_generation)
            ));
            members.push(say!(
                "files shown as QR codes: {answer}",
                answer = answer(policy.qr_of_exports)
            ));
        }
        let members = match members.as_slice() {
            [] => tr("as a new vault has it").to_owned(),
            members => members.join("; "),
        };
        say!(
            "the copy's: {members}. A change after it does not hold and is asked for again",
            members
        )
    }
}

/// What the envelopes of a recovery set are that this vault will not know.
fn recovery_since(told: bool) -> &'static str {
    if told {
        tr(
            "one was made after this copy: its envelopes hold shares of the lost vault and are destroyed in front of the witness",
        )
    } else {
        tr(
            "envelopes of one that was made after this copy hold shares of the lost vault: destroy them in front of the witness",
        )
    }
}

/// When the copy that is open was made.
fn made(state: &State) -> String {
    let begun = |b: &&BackupRecord| b.state == copy_state::BEGUN;
    let own = state.backups.iter().rev().find(begun);
    own.map_or_else(String::new, |own| when(own.at))
}

fn without_log(known: Option<&Height>, state: &State) -> Details {
    let mut lines = vec![line(
        tr("keys"),
        tr("all disabled: any may be gone. An act each enables them"),
    )];
    if let Some(known) = known {
        lines.push(line(tr("later"), &higher(known)));
    }
    let since = made(state);
    lines.push(line(
        tr("not known"),
        &say!(
            "what was done after {since}: SUSPECT keys, components handed out, appointments, changes of people and of the policy. Enter \
             them again from the papers",
            since
        ),
    ));
    lines
}

fn higher(known: &Height) -> String {
    let seq = known.seq;
    match (known.forked, known.card) {
        (true, _) => say!(
            "this workstation saw another history of this vault at sequence {seq}",
            seq
        ),
        (false, true) => say!("the witness card names sequence {seq}", seq),
        (false, false) => say!("this workstation saw this vault at sequence {seq}", seq),
    }
}

fn of_the_log(since: &Since, state: &State) -> Details {
    let end = &since.ends;
    let act = called(&end.act).unwrap_or(&end.act);
    let mut lines = vec![line(
        tr("it ends"),
        &say!(
            "at line {line}, sequence {seq}, {at}; last act: {act}. What was done later is not known",
            line = end.line,
            seq = end.seq,
            at = when(end.at),
            act
        ),
    )];
    if let Some(known) = &since.known {
        let words = say!(
            "{known}: this log is not the latest. It counts for what it tells, and every key is disabled",
            known = higher(known)
        );
        lines.push(line(tr("NOT THE LATEST"), &words));
    }
    let names = |arns: &[String]| {
        let named: Vec<String> = arns.iter().map(|arn| name_of(arn, &state.engine)).collect();
        some_of(&named)
    };
    for (label, arns) in [
        (tr("destroyed"), &since.destroyed),
        (tr("SUSPECT"), &since.suspect),
        (tr("disabled"), &since.disabled),
    ] {
        if !arns.is_empty() {
            lines.push(line(label, &names(arns)));
        }
    }
    if since.all_disabled {
        let words = tr("every key, until an act enables it");
        lines.push(line(tr("disabled"), words));
    }
    let entries = since.entries;
    lines.push(line(
        tr("ledger"),
        &say!(
            "{entries} entries are repeated: parts held, accesses, appointments, exceptions",
            entries
        ),
    ));
    lines.extend(lost(since, state));
    lines
}

/// What the log has and this vault will not have.
pub(super) fn lost(since: &Since, state: &State) -> Details {
    let mut lines = Vec::new();
    for (label, none, passed) in [
        (
            tr("keys lost"),
            tr("none: no key was made after the copy"),
            &since.lost,
        ),
        (tr("left since"), tr("no key of this vault"), &since.left),
        (tr("given out"), tr("nothing"), &since.given),
    ] {
        if passed.is_empty() {
            lines.push(line(label, none));
        }
        let told = passed.iter().take(TOLD);
        lines.extend(told.map(|one| line(label, &one_of(one, state))));
        if let Some(more) = passed.len().checked_sub(TOLD).filter(|more| *more > 0) {
            lines.push(line(label, &say!("{more} more, which the log names", more)));
        }
    }
    let unsaid: Vec<String> = since
        .unsaid
        .iter()
        .map(|unsaid| {
            let op = called(&unsaid.op).unwrap_or(&unsaid.op);
            say!("line {line} ({op})", line = unsaid.line, op)
        })
        .collect();
    if !unsaid.is_empty() {
        let words = say!(
            "{lines}: they do not hold in full what was done, or its end is not known. Enter it again from the papers",
            lines = some_of(&unsaid)
        );
        lines.push(line(tr("NOT REPEATED"), &words));
    }
    let others: Vec<String> = since
        .others
        .iter()
        .map(|(op, count)| {
            let op = called(op).unwrap_or(op);
            if *count > 1 {
                say!("{op} ({count} times)", op, count)
            } else {
                op.to_owned()
            }
        })
        .collect();
    if !others.is_empty() {
        lines.push(line(tr("not repeated"), &some_of(&others)));
    }
    lines
}

fn one_of(one: &Passed, state: &State) -> String {
    let op = called(&one.op).unwrap_or(&one.op);
    let of = name_of(&one.of, &state.engine);
    let of = of.rsplit('/').next().unwrap_or(&of);
    let day = day(one.at);
    if one.kcv.is_empty() {
        say!("{of}, {op} {day}", of, op, day)
    } else {
        say!(
            "{of}, check value {kcv}, {op} {day}",
            of,
            kcv = one.kcv,
            op,
            day
        )
    }
}

fn some_of(all: &[String]) -> String {
    let told: Vec<&str> = all.iter().take(TOLD).map(String::as_str).collect();
    let told = told.join(", ");
    match all.len().checked_sub(TOLD) {
        Some(more) if more > 0 => say!("{told} and {more} more", told, more),
        _ => told,
    }
}

/// What the restored vault remembers, English as all that is kept.
pub(super) fn followed(newer: Option<&NewerLog>, copy: &str, state: &State) -> String {
    let Some(log) = newer else {
        return format!(
            "no newer log was at hand, so what was done after {} is not known here: which keys became SUSPECT or left, \
             and what custodians were handed. Copies made after {copy} are not on record here",
            made(state)
        );
    };
    let since = &log.since;
    let mut text = format!("the newer log {} was followed", log.label);
    if let Some(known) = &since.known {
        let text_of_it = format!(
            ", which is not the latest: it ends at sequence {}, and {} is known",
            since.ends.seq, known.seq
        );
        text.push_str(&text_of_it);
    }
    let counts = format!(
        "; {} keys became SUSPECT again, {} entries of the custody ledger were repeated, {} keys made since are lost",
        since.suspect.len(),
        since.entries,
        since.lost.len()
    );
    text.push_str(&counts);
    if !since.unsaid.is_empty() {
        let unsaid: Vec<String> = since.unsaid.iter().map(|u| u.line.to_string()).collect();
        let text_of_it = format!(
            "; lines {} of it could not be repeated in full",
            unsaid.join(", ")
        );
        text.push_str(&text_of_it);
    }
    text
}
