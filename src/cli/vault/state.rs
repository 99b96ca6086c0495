//! `keymoot vault status`: what a vault is and where it stands.

use std::fmt::Write as _;

use serde::Serialize;

use crate::api::Timestamp;
use crate::cli::sessions;
use crate::cli::status::{Answer, Status};
use crate::cli::streams;
use crate::session::{CopyView, PersonView, Session, View};

use super::ledger_state::{
    AccessOf, EnvelopesOf, ExceptionOf, access_of, envelopes_of, exception_of,
};
use super::{Which, public_part};

/// `vault status --json`.
#[derive(Serialize)]
struct State {
    opened: bool,
    vault_id: String,
    profile: &'static str,
    k: u8,
    people: Vec<Person>,
    #[serde(flatten)]
    inside: Option<Inside>,
}

#[derive(Serialize)]
struct Person {
    name: String,
    role: String,
}

/// What only an opened vault tells.
#[derive(Serialize)]
pub(super) struct Inside {
    t: u8,
    n: u8,
    time: String,
    pub(super) seq: u64,
    commit: u64,
    pub(super) state_head: String,
    pub(super) audit_events: u64,
    audit_head: String,
    card_words: String,
    pub(super) keys: usize,
    deletions_pending: usize,
    pending_approvals: usize,
    open_runs: usize,
    open_receipts: usize,
    verified_backups: usize,
    copies: Vec<CopyOf>,
    drills: Vec<DrillOf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<RecoveryOf>,
    accesses: Vec<AccessOf>,
    exceptions: Vec<ExceptionOf>,
    /// Of sets that ended, and what became of them.
    old_envelopes: Vec<EnvelopesOf>,
    suspect_keys: Vec<SuspectOf>,
    open_reshare: bool,
    software_generation: bool,
    notes: Vec<String>,
}

/// One copy on record.
#[derive(Serialize)]
struct CopyOf {
    id: String,
    seq: u64,
    medium: String,
    bag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    at: String,
    state: String,
    /// It opens to an earlier set of people.
    old_set: bool,
    /// Keys that are gone here and may still be in it.
    holds_gone: Vec<String>,
}

/// One key that is suspect (PCI PIN 22).
#[derive(Serialize)]
struct SuspectOf {
    label: String,
    arn: String,
    since: String,
    reason: String,
    /// Keys that came or went under it in key blocks, and theirs in turn.
    keys_under: usize,
    /// What stands under it on record, a line each.
    under: Vec<String>,
}

fn suspects_of(session: &Session) -> Vec<SuspectOf> {
    let suspects = session.suspects().into_iter();
    suspects
        .map(|key| SuspectOf {
            label: key.label,
            arn: key.arn,
            since: key.since.rfc3339(),
            reason: key.reason,
            keys_under: key.keys_under,
            under: key.under,
        })
        .collect()
}

/// The recovery set that was made last.
#[derive(Serialize)]
struct RecoveryOf {
    place: String,
    k: u8,
    holders: Vec<DrillOf>,
    ended: Option<String>,
    used: Option<String>,
}

/// One custodian's drills.
#[derive(Serialize)]
struct DrillOf {
    name: String,
    last: Option<String>,
    due: String,
}

impl Which {
    pub(super) fn status(&self) -> Answer<Status> {
        let public = public_part(&self.dir)?;
        let can_open = self.unlock_file.is_some()
            || sessions::sample_people(&public)
            || streams::somebody_is_there();
        let inside = if can_open {
            let session = self.open()?;
            let inside = inside(&session);
            session.close()?;
            Some(inside)
        } else {
            None
        };
        let state = State {
            opened: inside.is_some(),
            vault_id: public.vault_id,
            profile: public.profile.name(),
            k: public.k,
            people: public
                .people
                .into_iter()
                .map(|(name, role, _)| Person { name, role })
                .collect(),
            inside,
        };
        if self.json {
            streams::print_json(&state)?;
        } else {
            streams::print(&streams::printable(&text(&state)))?;
        }
        Ok(Status::Done)
    }
}

/// What an opened vault tells.
pub(super) fn inside(session: &Session) -> Inside {
    let (view, ledger) = (&session.view(), session.ledger());
    let pending =
        |key: &&crate::session::KeyRow| key.key.key_state == crate::api::KeyState::DELETE_PENDING;
    let notes = view.notes.clone();
    Inside {
        t: view.t,
        n: view.n,
        time: view.now.rfc3339(),
        seq: view.seq,
        commit: view.commit,
        state_head: view.state_head.clone(),
        audit_events: view.events,
        audit_head: view.audit_head.clone(),
        card_words: view.card_words.join(" "),
        keys: view.keys.len(),
        deletions_pending: view.keys.iter().filter(pending).count(),
        pending_approvals: view.pending.len(),
        open_runs: view.runs.iter().filter(|r| r.outcome.is_none()).count(),
        open_receipts: view.exports.iter().filter(|e| e.waits_for_answer()).count(),
        verified_backups: view.backups,
        copies: copies_of(view),
        drills: drills_of(&view.people),
        recovery: view.recovery.as_ref().map(|set| RecoveryOf {
            place: set.place.clone(),
            k: set.k,
            holders: drills_of(&set.people),
            ended: set.ended.map(Timestamp::rfc3339),
            used: set.used.map(Timestamp::rfc3339),
        }),
        accesses: ledger
            .accesses
            .iter()
            .map(|a| access_of(a, ledger))
            .collect(),
        exceptions: ledger.exemptions.iter().map(exception_of).collect(),
        old_envelopes: view.old_envelopes.iter().map(envelopes_of).collect(),
        suspect_keys: suspects_of(session),
        open_reshare: view.open_reshare,
        software_generation: view.software_generation,
        notes,
    }
}

fn copies_of(view: &View) -> Vec<CopyOf> {
    let copy = |c: &CopyView| CopyOf {
        id: c.id.clone(),
        seq: c.seq,
        medium: c.medium.clone(),
        bag: c.bag.clone(),
        holder: c.holder.clone(),
        place: c.place.clone(),
        at: c.at.rfc3339(),
        state: c.state.clone(),
        old_set: c.old_set,
        holds_gone: c.holds_gone.clone(),
    };
    view.copies.iter().map(copy).collect()
}

fn drills_of(people: &[PersonView]) -> Vec<DrillOf> {
    let drill = |p: &PersonView| {
        p.drill.map(|d| DrillOf {
            name: p.name.clone(),
            last: d.last.map(Timestamp::rfc3339),
            due: d.due.rfc3339(),
        })
    };
    people.iter().filter_map(drill).collect()
}

/// The same for people, what matters first.
fn text(state: &State) -> String {
    let people: Vec<String> = state
        .people
        .iter()
        .map(|p| format!("{} ({})", p.name, p.role))
        .collect();
    let mut lines = vec![
        ("Vault id", state.vault_id.clone()),
        ("Profile", state.profile.to_owned()),
        ("To open", format!("{} custodians", state.k)),
        ("People", people.join(", ")),
    ];
    match &state.inside {
        Some(inside) => lines.extend(opened_lines(inside)),
        None => lines.push((
            "Opened",
            "no: the rest needs custodians at a terminal, or --unlock-file F".to_owned(),
        )),
    }
    let mut text = String::new();
    for (label, value) in lines {
        let _ = writeln!(text, "{label:<22}{value}");
    }
    text
}

fn opened_lines(inside: &Inside) -> Vec<(&'static str, String)> {
    let yes_or_no = |yes: bool| (if yes { "yes" } else { "no" }).to_owned();
    let mut lines = vec![
        (
            "To use a secret",
            format!("{} of {} custodians", inside.t, inside.n),
        ),
        ("Time", inside.time.clone()),
        ("Keys", inside.keys.to_string()),
        ("Deletions pending", inside.deletions_pending.to_string()),
        ("Waiting to be signed", inside.pending_approvals.to_string()),
        ("Open runs", inside.open_runs.to_string()),
        ("Open receipts", inside.open_receipts.to_string()),
        ("Verified backups", inside.verified_backups.to_string()),
        ("Software generation", yes_or_no(inside.software_generation)),
        ("Sequence", inside.seq.to_string()),
        ("Card words", inside.card_words.clone()),
        ("State head", inside.state_head.clone()),
        ("Audit events", inside.audit_events.to_string()),
        ("Audit head", inside.audit_head.clone()),
        ("Files written", inside.commit.to_string()),
    ];
    lines.extend(inside.drills.iter().map(|d| {
        let last = d.last.as_deref().unwrap_or("never");
        ("Drill", format!("{}: last {last}, due {}", d.name, d.due))
    }));
    lines.extend(
        inside
            .recovery
            .iter()
            .map(|set| ("Recovery set", said_of_recovery(set))),
    );
    lines.extend(inside.suspect_keys.iter().map(|key| {
        let said = format!(
            "{} since {}: {}; {} under it",
            key.label,
            key.since,
            key.reason,
            super::counted_keys(key.keys_under)
        );
        ("SUSPECT", said)
    }));
    lines.extend(inside.exceptions.iter().map(|e| ("Exception", e.said())));
    lines.extend(inside.accesses.iter().map(|a| ("Access", a.said())));
    lines.extend(
        inside
            .old_envelopes
            .iter()
            .map(|old| ("Old envelopes", old.said())),
    );
    lines.extend(inside.copies.iter().map(|c| ("Copy", said_of(c))));
    lines.extend(inside.notes.iter().map(|note| ("Note", note.clone())));
    lines
}

fn said_of_recovery(set: &RecoveryOf) -> String {
    if let Some(ended) = &set.ended {
        return format!(
            "{}: ended by a rotation at {ended}; make another",
            set.place
        );
    }
    let mut text = format!("{}: {} of {} open", set.place, set.k, set.holders.len());
    for holder in &set.holders {
        let last = holder.last.as_deref().unwrap_or("never");
        let _ = write!(text, "; {} proved {last}, due {}", holder.name, holder.due);
    }
    if let Some(used) = &set.used {
        let _ = write!(text, "; USED at {used}: rotate");
    }
    text
}

fn said_of(copy: &CopyOf) -> String {
    let mut text = format!("{} {} ({}), {}", copy.id, copy.at, copy.medium, copy.state);
    if let Some(holder) = &copy.holder {
        let _ = write!(text, "; kept by {holder}");
    }
    if let Some(place) = &copy.place {
        let _ = write!(text, "; lies at {place}");
    }
    if copy.old_set {
        text.push_str("; opens to the people of before a change");
    }
    if !copy.holds_gone.is_empty() {
        let _ = write!(
            text,
            "; may still hold {}, removed from this vault",
            copy.holds_gone.join(", ")
        );
    }
    text
}
