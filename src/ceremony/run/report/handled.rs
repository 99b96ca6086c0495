//! Openings of the vault, uses of approval keys, refusals and interruptions: as the audit log has them, each with the
//! time of its own line and not with that of the step around it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::Timestamp;
use crate::evidence::report::{Dropped, Exposed, Interruption, KeyUse, Opening, RefusedAtDoor};
use crate::session::{IN_THE_OPEN_LINE, Profile, StepRecord, StepState, due};

use super::super::exceptions::EXCEPTION;
use super::super::sign::signed_at;
use super::super::stopping::STOPPED;
use super::log::{act_of, is_sign_off, list, string, time_of, who};
use super::{Material, audit_lines};

/// How a refused passphrase begins in the log.
const NOT_OPENED: &str = "The passphrase does not open";

/// Openings of the vault: the one in which the run began, and each until its end.
pub(super) fn openings(from: &Material<'_>) -> Vec<Opening> {
    let mut openings: Vec<Opening> = Vec::new();
    let before = from.shown.opened.iter().map(|(n, line)| (n, line));
    for (n, line) in before.chain(&from.shown.lines) {
        match string(line, &["op"]) {
            "open" => openings.push(Opening {
                line: *n,
                at: time_of(line),
                closed: None,
                by: who(line),
            }),
            "close" => {
                if let Some(last) = openings.last_mut() {
                    last.closed = time_of(line);
                }
            }
            _ => {}
        }
    }
    // A run ends inside its last opening, and so does what the report knows of it.
    openings
}

/// What somebody signed, with the time of each.
type Uses = Vec<(Option<Timestamp>, String)>;

/// Who signed what beside custodians' approvals: requests, exceptions, the record of a stop, sign-offs. Of each person in
/// the order in which they signed: a request that waited for others is entered after what was signed meanwhile.
pub(super) fn key_uses(from: &Material<'_>) -> Vec<KeyUse> {
    let mut uses: Vec<(String, Uses)> = Vec::new();
    let mut acts = BTreeSet::new();
    for (n, line) in &from.shown.lines {
        let what = if is_sign_off(line) {
            signed_off(line)
        } else if act_of(line, from.run) && acts.insert(string(line, &["details", "digest"])) {
            asked(from, *n)
        } else {
            continue;
        };
        let signatures = list(line, "/details/signatures").into_iter();
        for signature in signatures.filter(|s| string(s, &["role"]) != "custodian") {
            let name = string(signature, &["name"]);
            let at = signed_in(from, *n, name).or_else(|| time_of(line));
            let when = at.map(Timestamp::rfc3339).unwrap_or_default();
            let file = match string(signature, &["by"]) {
                by if by == crate::custody::By::Terminal.word() => "",
                _ => ", FROM A FILE",
            };
            let told = (at, format!("{when}: {what}{file} (audit line {n})"));
            match uses.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.push(told),
                None => uses.push((name.to_owned(), vec![told])),
            }
        }
    }
    for (name, told) in asked_for_nothing(from) {
        match uses.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.push(told),
            None => uses.push((name, vec![told])),
        }
    }
    let in_order = |(name, mut uses): (String, Uses)| {
        uses.sort_by_key(|(at, _)| *at);
        KeyUse {
            name,
            uses: uses.into_iter().map(|(_, told)| told).collect(),
        }
    };
    uses.into_iter().map(in_order).collect()
}

/// Whoever asked for what was not carried out signed for it all the same.
fn asked_for_nothing(
    from: &Material<'_>,
) -> impl Iterator<Item = (String, (Option<Timestamp>, String))> {
    let all = from.shown.unused(from.run).into_iter();
    all.filter_map(|one| {
        let (name, at) = one.signed.into_iter().next()?;
        let when = at.map_or_else(|| "at a time not recorded".to_owned(), Timestamp::rfc3339);
        let told = format!(
            "{when}: signed the request of {}, which was not carried out (audit line {})",
            one.step, one.line
        );
        Some((name, (at, told)))
    })
}

/// What a sign-off was for, with the head that was signed.
fn signed_off(line: &Value) -> String {
    let text = string(line, &["details", "text"]);
    let what = match text {
        text if text.starts_with(EXCEPTION) => "signed an exception",
        text if text.starts_with(STOPPED) => "signed the record of the stop",
        _ => "signed off",
    };
    let head = string(line, &["details", "statement", "audit_head"]);
    let head = head.get(..16).unwrap_or(head);
    let count = line.pointer("/details/statement/audit_count");
    match count.and_then(Value::as_u64) {
        Some(count) => format!("{what}, {count} events, head {head}..."),
        None => what.to_owned(),
    }
}

/// The step whose act a line holds.
fn step_of<'a>(from: &Material<'a>, line: u64) -> Option<(String, &'a StepRecord)> {
    let mut pairs = from.pairs();
    let (step, record) = pairs.find(|(_, record)| audit_lines(record).contains(&line))?;
    Some((format!("{} ({})", step.title, step.id), record))
}

fn asked(from: &Material<'_>, line: u64) -> String {
    let step = step_of(from, line).map(|(step, _)| step);
    format!(
        "signed the request of {}",
        step.unwrap_or_else(|| "a step".to_owned())
    )
}

fn signed_in(from: &Material<'_>, line: u64, name: &str) -> Option<Timestamp> {
    signed_at(step_of(from, line)?.1, name)
}

/// What was refused at the door while the run stood open; of a passphrase also where the vault was being opened.
pub(super) fn refused(from: &Material<'_>) -> Vec<RefusedAtDoor> {
    let lines = from.shown.lines.iter();
    let refused = lines.filter(|(_, line)| {
        string(line, &["details", "result"]) == "refused"
            && matches!(string(line, &["kind"]), "refused" | "unvouched")
    });
    let told = refused.map(|(n, line)| {
        let op = string(line, &["op"]);
        let reason = string(line, &["details", "reason"]);
        let passphrase = op == "unlock" || reason.starts_with(NOT_OPENED);
        RefusedAtDoor {
            line: *n,
            at: time_of(line),
            who: who(line).join(", "),
            what: match op {
                "ask" => "signing a request".to_owned(),
                "approve" => "approving".to_owned(),
                "sign-off" => "signing off".to_owned(),
                "unlock" => "opening the vault".to_owned(),
                "component-receive" => "a component's package".to_owned(),
                "component-enter" => "entering a component".to_owned(),
                "component-generate" => "drawing a component".to_owned(),
                "component-read-back" => "reading a component back".to_owned(),
                "component-seal" => "sealing a component".to_owned(),
                other => other.to_owned(),
            },
            passphrase,
            reason: if passphrase {
                String::new()
            } else {
                first_sentence(reason).to_owned()
            },
        }
    });
    told.collect()
}

/// Secrets that were typed where they are drawn while the run stood open, at its own pages and at others.
pub(super) fn in_the_open(from: &Material<'_>) -> Vec<Exposed> {
    let lines = from.shown.lines.iter();
    let exposed = lines.filter(|(_, line)| string(line, &["op"]) == IN_THE_OPEN_LINE);
    let told = exposed.map(|(n, line)| {
        let detail = |name: &str| string(line, &["details", name]).to_owned();
        Exposed {
            line: *n,
            at: time_of(line),
            who: who(line).join(", "),
            what: detail("what"),
            field: detail("field"),
            asked_by: detail("at"),
        }
    });
    told.collect()
}

/// The sentence that says what was wrong; what is done about it was said at the screen.
fn first_sentence(reason: &str) -> &str {
    reason.split_once(". ").map_or(reason, |(first, _)| first)
}

/// Requests of the run that were signed and not carried out, with whoever had signed them.
pub(super) fn dropped(from: &Material<'_>) -> Vec<Dropped> {
    let told = from.shown.unused(from.run).into_iter().map(|one| {
        let mut pairs = from.pairs();
        let op = pairs.find(|(step, _)| step.id == one.step);
        Dropped {
            line: one.line,
            at: one.at,
            // A line that does not name the act names the step, and the script what is done in it.
            act: if one.act.is_empty() {
                op.map(|(step, _)| step.op.name.to_owned())
                    .unwrap_or_default()
            } else {
                one.act
            },
            step: one.step,
            signed: one.signed.into_iter().map(|(name, _)| name).collect(),
            reason: one.reason,
        }
    });
    told.collect()
}

/// Each interruption: the step at hand, when the log went silent, and when the run was taken up.
pub(super) fn interruptions(from: &Material<'_>) -> Vec<Interruption> {
    let mut all = Vec::new();
    let (mut last, mut silent, mut closed, mut opened) = (None, None, false, false);
    for line in from.shown.lines.values() {
        let own = string(line, &["details", "run"]) == from.run.id;
        match string(line, &["op"]) {
            "close" => {
                closed = true;
                silent = silent.or(time_of(line));
            }
            op @ ("open" | "unlock") => {
                silent = silent.or(last);
                opened |= op == "open";
            }
            "run-resume" if own => {
                let resumed = time_of(line);
                // Signatures that it took were given before it, and have no line of their own.
                let signed = list(line, "/details/unused").into_iter();
                let signed = signed.flat_map(|one| list(one, "/signed"));
                let signed = signed
                    .filter_map(|one| Timestamp::parse_rfc3339(string(one, &["at"])).ok())
                    .max();
                all.push(Interruption {
                    step: at_hand(from, line, resumed),
                    last: silent.take().or(last).max(signed),
                    resumed,
                    closed,
                    stayed_open: !closed && !opened,
                    unused: unused(line),
                });
                (closed, opened) = (false, false);
            }
            _ => {}
        }
        last = time_of(line).or(last);
    }
    all
}

/// Signatures that an interruption took, as the line has them by which the run was taken up.
fn unused(line: &Value) -> Vec<String> {
    let told = list(line, "/details/unused").into_iter().map(|one| {
        let signed = list(one, "/signed").into_iter().map(|signature| {
            let (name, at) = (string(signature, &["name"]), string(signature, &["at"]));
            format!("{name} at {at}")
        });
        format!(
            "{}: {} (words {})",
            string(one, &["step"]),
            signed.collect::<Vec<_>>().join(", "),
            string(one, &["words"])
        )
    });
    told.collect()
}

/// The step at hand when the run was taken up: as the line has it where a place changed, else the first that was not over
/// then. Empty where a clock that stands still cannot tell.
fn at_hand(from: &Material<'_>, line: &Value, at: Option<Timestamp>) -> String {
    let told = line.pointer("/details/relieved/0/step");
    if let Some(step) = told.and_then(Value::as_str) {
        return step.to_owned();
    }
    let mut pairs = from.pairs();
    let open = |record: &StepRecord| {
        record.state == StepState::Planned || record.ended.is_none_or(|ended| Some(ended) >= at)
    };
    let found = pairs.find(|(_, record)| open(record));
    let found = found.filter(|(_, record)| record.ended != at);
    found.map(|(step, _)| step.id.clone()).unwrap_or_default()
}

/// By how much a test vault's clock ran ahead of the machine's, where steps that let time pass moved it.
pub(super) fn clock(from: &Material<'_>) -> String {
    const MINUTE: i64 = 60_000;
    let began = from.shown.ahead;
    let ended = began.saturating_add(from.shown.moved());
    if from.view.profile != Profile::Test || ended < MINUTE {
        return String::new();
    }
    let before = if began < MINUTE {
        "with the machine's when the run began".to_owned()
    } else {
        format!(
            "{} ahead of the machine's when the run began",
            due::span(began)
        )
    };
    let after = if ended == began {
        String::new()
    } else {
        format!(", and was moved {} on during it", due::span(ended - began))
    };
    format!("this test vault's clock ran {before}{after}; every time here is the vault's")
}
