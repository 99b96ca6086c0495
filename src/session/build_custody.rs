//! From the answers to the declared fields of acts on people, shares and copies to the typed act.

use crate::api::Timestamp;
use crate::custody::Role;
use crate::custody::ledger::Appointment;

use super::action::Action;
use super::build::Answers;
use super::custody_act::{CustodyAct, Recovery, Rotation, Seat};
use super::error::Refusal;
use super::field::listed_names;
use super::{
    Session, clock_ahead, clock_back, inventory, op_custody as op, op_destroyed, op_envelopes,
    op_ledger, op_policy, op_suspect, span,
};

/// Builds such an act; `None` where the name is another act's.
///
/// # Errors
/// A refusal naming the field and the rule; nothing was changed.
pub(crate) fn action(
    session: &Session,
    name: &str,
    answers: &Answers,
) -> Option<Result<Action, Refusal>> {
    let act = match name {
        n if n == op::DRILL.name => Ok(CustodyAct::Drill { recovery: false }),
        n if n == op::RECOVERY_DRILL.name => Ok(CustodyAct::Drill { recovery: true }),
        n if n == op::RECOVERY_SET.name => recovery(answers).map(CustodyAct::Recovery),
        n if n == op::RESHARE.name => {
            answers
                .text(op::REASON.id)
                .map(|reason| CustodyAct::Reshare {
                    reason: reason.to_owned(),
                })
        }
        n if n == op::ROTATE.name => rotation(session, answers).map(CustodyAct::Rotate),
        n if n == op::REPLACE.name => replacement(session, answers).map(CustodyAct::Rotate),
        n if n == op::RESTORE.name => {
            return Some(
                answers
                    .text(op::REASON.id)
                    .and_then(|reason| session.restore_action(reason, None)),
            );
        }
        n if n == op::ATTEST_DESTROYED.name => attested(answers),
        n if n == op::APPOINT.name => appointment(answers).map(CustodyAct::Appoint),
        n if n == op_ledger::EXEMPT.name => op_ledger::exemption(answers, session.now().millis()),
        n if n == op_ledger::RECORD_ACCESS.name => session.access_of(answers),
        n if n == op_destroyed::COMPONENTS_DESTROYED.name => session.components_gone(answers),
        n if n == op_envelopes::ENVELOPES_GONE.name => session.envelopes_gone(answers),
        n if n == op_suspect::SUSPECT.name => op_suspect::built(session, answers),
        n if n == op::LOAD_INVENTORY.name => loaded(answers).map(CustodyAct::LoadInventory),
        n if n == clock_ahead::CLOCK_AHEAD.name => clock_ahead::built(answers),
        n if n == clock_back::CLOCK_BACK.name => clock_back::built(answers),
        n if n == op_policy::CHANGE_POLICY.name => {
            op_policy::built(session.policy_to_change(), answers)
                .map(|policy| CustodyAct::ChangePolicy(Box::new(policy)))
        }
        _ => return None,
    };
    Some(act.map(Action::Custody))
}

fn wrong(field: &str, rule: &str) -> Refusal {
    Refusal::Usage(format!("The field {field} {rule}. Nothing was changed."))
}

/// People are those of now where a field is left empty.
fn rotation(session: &Session, answers: &Answers) -> Result<Rotation, Refusal> {
    let (own, k, t) = session.on_record();
    let number = |id: &'static str, now: u8| {
        let text = answers.optional(id).unwrap_or_default();
        if text.is_empty() {
            return Ok(now);
        }
        text.parse::<u8>().map_err(|_| wrong(id, "is not a number"))
    };
    let mut people = Vec::new();
    for (id, role) in [
        (op::CUSTODIANS.id, Role::Custodian),
        (op::ADMINISTRATORS.id, Role::Administrator),
        (op::WITNESSES.id, Role::Witness),
    ] {
        let given = answers.optional(id).unwrap_or_default();
        let mut names = owned(listed_names(given));
        if names.is_empty() {
            let now = own.iter().filter(|(_, theirs)| *theirs == role);
            names = now.map(|(name, _)| name.clone()).collect();
        }
        people.extend(names.into_iter().map(|name| seat(name, role)));
    }
    Ok(Rotation {
        reason: answers.text(op::REASON.id)?.to_owned(),
        k: number(op::OPEN.id, k)?,
        t: number(op::USE.id, t)?,
        people,
    })
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// Holders of a recovery set and how many of them open.
fn recovery(answers: &Answers) -> Result<Recovery, Refusal> {
    let needed = answers.optional(op::NEEDED.id).unwrap_or_default();
    let k = if needed.is_empty() {
        Ok(2)
    } else {
        needed
            .parse()
            .map_err(|_| wrong(op::NEEDED.id, "is not a number"))
    };
    let holders = owned(listed_names(answers.text(op::HOLDERS.id)?)).into_iter();
    Ok(Recovery {
        place: answers.text(op::PLACE.id)?.trim().to_owned(),
        k: k?,
        people: holders.map(|name| seat(name, Role::Custodian)).collect(),
    })
}

const fn seat(name: String, role: Role) -> Seat {
    Seat {
        name,
        role: role.word(),
        medium: None,
    }
}

/// The people of now, with one in the place of another.
fn replacement(session: &Session, answers: &Answers) -> Result<Rotation, Refusal> {
    let (own, k, t) = session.on_record();
    let leaves = answers.text(op::LEAVES.id)?.trim();
    let joins = answers.text(op::JOINS.id)?.trim();
    if !own.iter().any(|(name, _)| name == leaves) {
        return Err(wrong(op::LEAVES.id, "names nobody of this vault"));
    }
    if joins == leaves {
        return Err(wrong(
            op::JOINS.id,
            "names the one who goes; it wants the name of whoever comes",
        ));
    }
    let people = own.into_iter().map(|(name, role)| {
        let stays = name != leaves;
        seat(if stays { name } else { joins.to_owned() }, role)
    });
    Ok(Rotation {
        reason: answers.text(op::REASON.id)?.to_owned(),
        k,
        t,
        people: people.collect(),
    })
}

fn attested(answers: &Answers) -> Result<CustodyAct, Refusal> {
    Ok(CustodyAct::AttestDestroyed {
        copy: answers.text(op::COPY.id)?.to_owned(),
        how: answers.text(op::HOW.id)?.to_owned(),
    })
}

fn appointment(answers: &Answers) -> Result<Appointment, Refusal> {
    let text = |id: &'static str| answers.text(id).map(str::to_owned);
    Ok(Appointment {
        person: text(op::PERSON.id)?,
        from: day(op::FROM.id, answers.text(op::FROM.id)?, "T00:00:00Z")?,
        until: day(op::UNTIL.id, answers.text(op::UNTIL.id)?, LAST_SECOND)?,
        manager: text(op::MANAGER.id)?,
        backup: text(op::STAND_IN.id)?,
        form: text(op::FORM.id)?,
    })
}

/// The time of day at which the last day of an appointment or exception is over.
pub(super) const LAST_SECOND: &str = "T23:59:59Z";

/// A day, or a time; a day stands for its first or last second.
pub(super) fn day(field: &str, text: &str, second: &str) -> Result<i64, Refusal> {
    span::day(text, second)
        .map(Timestamp::millis)
        .ok_or_else(|| wrong(field, "is not a day such as 2026-12-01"))
}

fn loaded(answers: &Answers) -> Result<super::Inventory, Refusal> {
    let bytes = answers.file(op::INVENTORY_FILE.id)?;
    let file = inventory::parse(bytes)?;
    let name = format!("the inventory of {} ({})", file.vault, file.class);
    Ok(inventory::of(file, name))
}
