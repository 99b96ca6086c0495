//! What a newer log tells, done once more on a copy of the state: marks of suspicion, entries of the custody ledger,
//! copies on record, keys that left. Each becomes a line of the restored vault's own log.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::since::{REPEATED, Told, Unsaid};
use crate::custody::ledger::{Holding, Split};
use crate::custody::policy::operation;
use crate::session::comparing;
use crate::session::components;
use crate::session::custody_act::{ComponentsGone, CustodyAct};
use crate::session::custody_judging::ENTERED;
use crate::session::mismatch;
use crate::session::op_suspect::{self, UnderRecord};
use crate::session::state::{BackupEnd, BackupRecord, ExportRecord, State};
use crate::session::transition::Transition;
use crate::session::{op_destroyed, op_envelopes};

/// What came of it.
#[derive(Default)]
pub(super) struct Replayed {
    /// The lines, in order: notes of what happened once, and acts whose entries reports lean on.
    pub(super) steps: Vec<Transition>,
    /// Keys that became suspect, by ARN.
    pub(super) suspect: Vec<String>,
    /// Entries of the custody ledger.
    pub(super) entries: usize,
    /// What could not be repeated as the line says it.
    pub(super) unsaid: Vec<Unsaid>,
}

/// Repeats what the lines hold.
pub(super) fn replay(working: &mut State, done: &[Told]) -> Replayed {
    let before: BTreeSet<String> = working.suspects.keys().cloned().collect();
    let mut replayed = Replayed::default();
    for told in done {
        let count = entries(working);
        let step = match told.entered() {
            Some(act) => entry(working, told, act),
            None => happened(working, told),
        };
        replayed.entries += entries(working).saturating_sub(count);
        match step {
            Did::Step(step) => replayed.steps.push(step),
            Did::Part(step) => {
                replayed.steps.push(step);
                replayed.unsaid.push(unsaid(told));
            }
            Did::Unsaid => replayed.unsaid.push(unsaid(told)),
            Did::Nothing => {}
        }
    }
    for copy in working.backups.iter_mut().filter(|b| b.state == "made") {
        copy.state = "begun".into();
    }
    let after = working.suspects.keys();
    replayed.suspect = after
        .filter(|arn| !before.contains(*arn))
        .cloned()
        .collect();
    replayed
}

/// What came of one line.
enum Did {
    Step(Transition),
    /// Done as far as the line says it.
    Part(Transition),
    Unsaid,
    Nothing,
}

fn unsaid(told: &Told) -> Unsaid {
    Unsaid {
        line: told.n,
        op: told.event.op.clone(),
    }
}

fn entries(state: &State) -> usize {
    let ledger = &state.ledger;
    ledger.holdings.len()
        + ledger.accesses.len()
        + ledger.appointments.len()
        + ledger.exemptions.len()
}

/// The act that a line entered in full.
pub(super) fn entered(value: &Value) -> Option<CustodyAct> {
    let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
    let flag = |name: &str| value.get(name)?.as_bool();
    Some(match value.get("name")?.as_str()? {
        "vault.appoint" => CustodyAct::Appoint(serde_json::from_value(value.clone()).ok()?),
        "vault.exempt" => CustodyAct::Exempt(serde_json::from_value(value.clone()).ok()?),
        "vault.access" => CustodyAct::RecordAccess(serde_json::from_value(value.clone()).ok()?),
        "vault.components-destroyed" => CustodyAct::ComponentsGone(ComponentsGone {
            split: text("split")?,
            how: text("how")?,
            witness: text("witness")?,
            ends: flag("ends")?,
        }),
        "vault.envelopes-destroyed" => {
            CustodyAct::EnvelopesGone(serde_json::from_value(value.clone()).ok()?)
        }
        "vault.suspect" => CustodyAct::Suspect {
            key: text("key")?,
            suspect: flag("suspect")?,
            reason: text("reason")?,
        },
        "vault.attest-destroyed" => CustodyAct::AttestDestroyed {
            copy: text("copy")?,
            how: text("how")?,
        },
        _ => return None,
    })
}

/// An act that was entered in full is done again; its line holds it as the first did.
fn entry(working: &mut State, told: &Told, act: CustodyAct) -> Did {
    let at = told.at();
    let act = match act {
        CustodyAct::Suspect { key, suspect, .. }
            if working.engine.find(&key).is_none()
                || working.suspects.contains_key(&key) == suspect =>
        {
            return Did::Nothing;
        }
        CustodyAct::Suspect {
            key,
            suspect,
            reason,
        } => {
            op_suspect::done(working, &key, suspect, &reason, at);
            CustodyAct::Suspect {
                key,
                suspect,
                reason,
            }
        }
        CustodyAct::Appoint(appointment) => {
            working.ledger.appointments.push(appointment.clone());
            CustodyAct::Appoint(appointment)
        }
        CustodyAct::Exempt(exemption) => {
            working.ledger.exemptions.push(exemption.clone());
            CustodyAct::Exempt(exemption)
        }
        CustodyAct::RecordAccess(access) => {
            // It was judged when it was entered.
            working.ledger.accesses.push(access.clone());
            CustodyAct::RecordAccess(access)
        }
        CustodyAct::ComponentsGone(gone) => {
            if working.ledger.split(&gone.split).is_none() {
                return Did::Unsaid;
            }
            let gone = still_known(working, gone);
            op_destroyed::done(working, &gone, at);
            CustodyAct::ComponentsGone(gone)
        }
        // Of a set that ended after the copy was made nothing is on record here: it has not ended for this vault.
        CustodyAct::EnvelopesGone(gone) if op_envelopes::done(working, &gone, at) => {
            CustodyAct::EnvelopesGone(gone)
        }
        CustodyAct::AttestDestroyed { copy, how } => {
            let record = working.backups.iter_mut().find(|b| b.id == copy);
            // The copy that is returned to was not destroyed, whatever was attested: it is open here.
            let Some(record) = record.filter(|b| b.state != "begun") else {
                return Did::Unsaid;
            };
            record.state = "destroyed".into();
            let end = how.clone();
            record.end = Some(BackupEnd { at, how: end });
            CustodyAct::AttestDestroyed { copy, how }
        }
        _ => return Did::Unsaid,
    };
    let request = act.to_json();
    let step = Transition::moving(act.operation(), request.clone(), json!({}));
    Did::Step(repeated(step.with(ENTERED, request), told))
}

/// Knowledge of a part ends with the secret. What a copy still holds has not ended: it stays known.
fn still_known(working: &State, gone: ComponentsGone) -> ComponentsGone {
    let set = working.components.iter().find(|set| set.id == gone.split);
    let key = set.and_then(|set| set.key.as_ref());
    let lives = key.is_some_and(|key| working.engine.find(key).is_some());
    ComponentsGone {
        ends: gone.ends && !lives,
        ..gone
    }
}

/// What a line says that entered no act: what custodians did with components, new sets of shares, copies, exports.
fn happened(working: &mut State, told: &Told) -> Did {
    match told.event.op.as_str() {
        operation::EXPORT_COMPONENTS | operation::IMPORT_COMPONENTS => {
            let named = components::served(working, told);
            exported(working, told);
            if named {
                note(told)
            } else {
                Did::Part(told_again(told))
            }
        }
        "ExportKey" if exported(working, told) => note(told),
        operation::BACKUP => {
            copied(working, told);
            note(told)
        }
        "backup-result" => {
            let id = told.text("id");
            let result = told.text("result").unwrap_or("failed").to_owned();
            match working
                .backups
                .iter_mut()
                .find(|b| Some(b.id.as_str()) == id)
            {
                // The copy's own record is settled by the return itself.
                Some(record) if record.state == "made" => record.state = result,
                _ => return Did::Nothing,
            }
            note(told)
        }
        operation::RESHARE | operation::RECOVERY_SET => {
            if shares(working, told).is_none() {
                return Did::Nothing;
            }
            note(told)
        }
        comparing::COMPARED if compared(working, told) => note(told),
        mismatch::DIFFERS => {
            let marked = differed(working, told);
            if marked.is_empty() {
                return Did::Nothing;
            }
            Did::Step(told_again(told).with("suspect_keys", marked))
        }
        op if op.starts_with("component-") => match components::repeat(working, told) {
            None => Did::Unsaid,
            Some(suspect) => {
                let note = told_again(told);
                Did::Step(if suspect.is_empty() {
                    note
                } else {
                    note.with("suspect_keys", suspect)
                })
            }
        },
        _ => Did::Nothing,
    }
}

/// What was said of the check value of a key that came in, where it is one of this copy.
fn compared(working: &mut State, told: &Told) -> bool {
    let said = ["key", "result", "why"].map(|name| told.text(name).unwrap_or_default());
    let by = told.event.who.first().map_or("", String::as_str);
    comparing::repeat(working, said.into(), by, told.at())
}

/// Keys whose check value was not their sender's when a ceremony stopped; those newly marked.
fn differed(working: &mut State, told: &Told) -> Vec<String> {
    let keys = told
        .event
        .details
        .get("suspect_keys")
        .and_then(Value::as_array);
    let keys = keys.into_iter().flatten().filter_map(Value::as_str);
    let reason = told.text("why").unwrap_or_default();
    keys.flat_map(|key| op_suspect::mark_with_dependants(working, key, reason, told.at()))
        .collect()
}

/// Parts of a set of shares that was handed out.
fn shares(working: &mut State, told: &Told) -> Option<()> {
    let read = |name: &str| told.event.details.get(name).cloned();
    let split: Split = serde_json::from_value(read("split")?).ok()?;
    let holdings: Vec<Holding> = serde_json::from_value(read("holdings")?).ok()?;
    working.ledger.divide(split);
    for holding in holdings {
        working.ledger.hand_out(holding);
    }
    Some(())
}

/// A copy that was made after this one: on record, so that no other takes its number.
fn copied(working: &mut State, told: &Told) {
    let text = |name: &str| told.text(name).map(str::to_owned);
    // Lines of before numbers stood in them: copies were counted then.
    let counted = format!("B{}", working.backups.len() + 1);
    working.backups.push(BackupRecord {
        id: text("id").unwrap_or(counted),
        seq: copy_seq(told).unwrap_or_default(),
        medium: text("medium").unwrap_or_default(),
        bag: text("bag"),
        at: told.at(),
        state: "made".into(),
        set: text("set"),
        end: None,
        holder: text("holder"),
        place: text("place"),
    });
}

/// The sequence number that a copy holds: the one before its own act.
fn copy_seq(told: &Told) -> Option<u64> {
    let number = |name: &str| told.event.details.get(name).and_then(Value::as_u64);
    let act = number("seq").map(|seq| seq.saturating_sub(1));
    number("copy_seq")
        .or(act)
        .filter(|_| told.event.op == operation::BACKUP)
}

/// A key of this copy that left after it. The line knows the key and not everything about its receiver.
fn exported(working: &mut State, told: &Told) -> bool {
    let record = told.text("key").and_then(|key| working.engine.find(key));
    let Some(record) = record.filter(|_| told.event.op != operation::IMPORT_COMPONENTS) else {
        return false;
    };
    let arn = record.key.key_arn.clone();
    let above = told.text("under").map(str::to_owned);
    let holder = above.as_ref().map(|above| {
        let name = crate::session::sentence::name_of(above, &working.engine);
        format!("holder of {name}")
    });
    let unknown = || "a receiver of whom the newer log knows no name".into();
    let export = ExportRecord {
        kcv: told.text("kcv").unwrap_or_default().to_owned(),
        serial: told.text("initial_key").map(str::to_owned),
        above: above.clone(),
        receiver_spki: told.text("receiver_spki").unwrap_or_default().to_owned(),
        ..ExportRecord::sent(&record.key, holder.unwrap_or_else(unknown), told.at())
    };
    working.exports.push(export);
    if let Some(above) = above {
        let under = UnderRecord {
            arn,
            above,
            serial: told.text("initial_key").map(str::to_owned),
        };
        if !working.under.contains(&under) {
            working.under.push(under);
        }
    }
    true
}

fn note(told: &Told) -> Did {
    Did::Step(told_again(told))
}

/// The line once more, as a note. Those of custodians' steps keep their names; others were acts, which nobody repeats.
fn told_again(told: &Told) -> Transition {
    const LEFT_OUT: [&str; 13] = [
        "digest",
        "approval_id",
        "signatures",
        "required",
        "script",
        "step",
        "seq",
        "state_head",
        "leaf",
        "request_sha256",
        "response_sha256",
        "people",
        "repeats",
    ];
    let component = told.event.op.starts_with("component-");
    let name = if component { &told.event.op } else { REPEATED };
    let mut note = Transition::note(name, told.event.who.clone());
    let kept = told.event.details.iter();
    for (name, value) in kept.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        note = note.with(name, value.clone());
    }
    if let Some(seq) = copy_seq(told) {
        note = note.with("copy_seq", seq);
    }
    repeated(note.with("repeats", told.event.op.clone()), told)
}

fn repeated(step: Transition, told: &Told) -> Transition {
    step.with("first_line", told.n).with("first_at", told.at())
}
