//! Acts that enter something in the custody ledger by hand: an exception that two managers signed, an access to a part
//! outside a ceremony. Declared, built, judged and said here.

use crate::api::Timestamp;
use crate::custody::ledger::{Access, Exemption, Ledger, day, same};
use crate::text::{say, tr};

use super::Session;
use super::build::Answers;
use super::build_custody::day as day_of;
use super::custody_act::CustodyAct;
use super::error::Refusal;
use super::field::{Field, Kind, listed_names};
use super::op::Op;
use super::op_custody::{FORM, REASON};
use super::sentence::{Details, line};
use super::span::date_time;

/// Whom the exception is for.
pub const PEOPLE: Field = Field {
    id: "people",
    label: "Custodians",
    hint: "Names of the custodians who report to one manager and may hold parts together all the same, joined by commas.",
    kind: Kind::Text { max: 400 },
    optional: false,
};

/// The first manager who signed.
pub const FIRST_MANAGER: Field = Field {
    id: "manager",
    label: "First manager",
    hint: "A manager who signed the exception.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// The second manager who signed.
pub const SECOND_MANAGER: Field = Field {
    id: "second-manager",
    label: "Second manager",
    hint: "Another manager who signed it; neither is one of the custodians.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// The exception's last day.
pub const UNTIL: Field = Field {
    id: "until",
    label: "Until",
    hint: "Last day of the exception, for example 2027-11-30. Then it is signed anew, or the people change.",
    kind: Kind::Day,
    optional: false,
};

/// Two managers let custodians under one manager hold parts together.
pub const EXEMPT: Op = Op {
    name: "vault.exempt",
    title: "Enter an exception of two managers",
    does: "lets custodians who report to one manager hold parts together, as two managers signed (PCI PIN 25-1.4)",
    fields: &[PEOPLE, FIRST_MANAGER, SECOND_MANAGER, REASON, FORM, UNTIL],
    uses_secret: false,
    phrase: None,
};

/// Who handled the part.
pub const CUSTODIAN: Field = Field {
    id: "custodian",
    label: "Custodian",
    hint: "Who took the envelope or package out and put it back.",
    kind: Kind::Text { max: 40 },
    optional: false,
};

/// Of what it is a part.
pub const SET: Field = Field {
    id: "of",
    label: "Part of",
    hint: "The key whose component it is, by its name. Empty: the share of this vault.",
    kind: Kind::Text { max: 80 },
    optional: true,
};

/// Taken out.
pub const OUT: Field = Field {
    id: "out",
    label: "Taken out",
    hint: "Date and time in UTC, 2026-12-01 09:00.",
    kind: Kind::DateTime,
    optional: false,
};

/// Put back.
pub const BACK: Field = Field {
    id: "back",
    label: "Put back",
    hint: "Date and time in UTC, 2026-12-01 09:40. What is still out is recorded when it is back.",
    kind: Kind::DateTime,
    optional: false,
};

/// Why.
pub const PURPOSE: Field = Field {
    id: "purpose",
    label: "Purpose",
    hint: "Why it was taken out, in one sentence.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// Who watched.
pub const WATCHED: Field = Field {
    id: "witness",
    label: "Witness",
    hint: "Who watched; somebody who never held a part of the same secret.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// What it lies in now.
pub const PACKAGE: Field = Field {
    id: "package",
    label: "Package",
    hint: "Serial of the bag or envelope into which it went back.",
    kind: Kind::Text { max: 64 },
    optional: false,
};

/// A part was handled outside a ceremony.
pub const RECORD_ACCESS: Op = Op {
    name: "vault.access",
    title: "Record an access",
    does: "enters in the access log who handled a share or component outside a ceremony (PCI PIN 26-1)",
    fields: &[CUSTODIAN, SET, OUT, BACK, PURPOSE, WATCHED, PACKAGE],
    uses_secret: false,
    phrase: None,
};

impl Session {
    /// The access that the answers describe.
    pub(super) fn access_of(&self, answers: &Answers) -> Result<CustodyAct, Refusal> {
        access(answers, &self.ledger_now(), &self.book.set())
    }

    /// Whether somebody is, or was, a person of this vault, or is appointed.
    pub(super) fn knows_of(&self, name: &str) -> bool {
        let ledger = &self.state.ledger;
        let people = self.state.people.iter().map(|person| &person.name);
        let appointed = ledger.appointments.iter().map(|a| &a.person);
        let held = ledger.holdings.iter().map(|holding| &holding.person);
        let mut all = people.chain(appointed).chain(held);
        all.any(|known| same(known, name))
    }

    /// The custody ledger.
    pub const fn ledger(&self) -> &Ledger {
        &self.state.ledger
    }

    /// The ledger, with the set of now in it where an older vault never entered it.
    pub(super) fn ledger_now(&self) -> Ledger {
        let mut ledger = self.state.ledger.clone();
        self.set_enters(&mut ledger);
        ledger
    }
}

fn wrong(words: impl std::fmt::Display) -> Refusal {
    Refusal::Custody(format!("{words} Nothing was recorded."))
}

/// The exception that the answers describe; it begins at `now`.
pub(super) fn exemption(answers: &Answers, now: i64) -> Result<CustodyAct, Refusal> {
    let text = |field: &Field| answers.text(field.id).map(|text| text.trim().to_owned());
    let people = text(&PEOPLE)?;
    Ok(CustodyAct::Exempt(Exemption {
        people: listed_names(&people)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        managers: [text(&FIRST_MANAGER)?, text(&SECOND_MANAGER)?],
        reason: text(&REASON)?,
        form: text(&FORM)?,
        from: now,
        until: day_of(
            UNTIL.id,
            answers.text(UNTIL.id)?,
            super::build_custody::LAST_SECOND,
        )?,
    }))
}

/// The access that the answers describe, to a part on record.
fn access(answers: &Answers, ledger: &Ledger, set: &str) -> Result<CustodyAct, Refusal> {
    let text = |field: &Field| answers.text(field.id).map(|text| text.trim().to_owned());
    let time = |field: &Field| {
        let typed = answers.text(field.id)?;
        date_time(typed).map(Timestamp::millis).ok_or_else(|| {
            wrong(format_args!(
                "{}: write it as 2026-12-01 09:00.",
                field.label
            ))
        })
    };
    let custodian = text(&CUSTODIAN)?;
    let split = match answers.optional(SET.id).map(str::trim) {
        None | Some("") => set.to_owned(),
        Some(key) => components_of(
            ledger,
            key,
            " Left empty, the field means the share of this vault.",
        )?,
    };
    let held = ledger.held_by(&custodian, &split).last();
    let Some(part) = held.map(|holding| holding.part) else {
        let what = ledger
            .split(&split)
            .map_or("this secret", |s| s.what.as_str());
        return Err(wrong(format_args!(
            "{custodian} never held a part of the {what}."
        )));
    };
    let (out, back) = (time(&OUT)?, time(&BACK)?);
    if back < out {
        let at = |millis| Timestamp::from_millis(millis).rfc3339();
        return Err(wrong(format_args!(
            "The field {} ({}) is before the field {} ({}), and it is put back after it was taken out. Correct one of the \
             two times.",
            BACK.id,
            at(back),
            OUT.id,
            at(out)
        )));
    }
    Ok(CustodyAct::RecordAccess(Access {
        out,
        back,
        split,
        part,
        purpose: text(&PURPOSE)?,
        custodian,
        witness: text(&WATCHED)?,
        package: text(&PACKAGE)?,
    }))
}

/// The newest set of components of a key of this name; `otherwise` is what else the field may say.
pub(super) fn components_of(
    ledger: &Ledger,
    key: &str,
    otherwise: &str,
) -> Result<String, Refusal> {
    let wanted = format!("components of {key}");
    let found = ledger.splits.iter().rev().find(|s| same(&s.what, &wanted));
    found.map(|split| split.id.clone()).ok_or_else(|| {
        wrong(format_args!(
            "No components of {key} are on record: name the key as it was named when they were entered.{otherwise}"
        ))
    })
}

/// Whether two managers, neither of them a custodian in question, let at least two people hold parts together.
pub(super) fn judged_exemption(
    exemption: &Exemption,
    known: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let [first, second] = &exemption.managers;
    if exemption.people.len() < 2 {
        return Err(wrong("An exception names at least two custodians."));
    }
    if same(first, second) {
        return Err(wrong("Two different managers sign an exception."));
    }
    let both = exemption.managers.iter();
    if let Some(own) = both
        .into_iter()
        .find(|m| exemption.people.iter().any(|p| same(p, m)))
    {
        return Err(wrong(format_args!(
            "{own} cannot sign an exception for themselves."
        )));
    }
    if exemption.until <= exemption.from {
        return Err(wrong("The exception ends before it begins."));
    }
    // Whoever is still to come is appointed before: until then nobody knows to whom they report.
    if let Some(nobody) = exemption.people.iter().find(|name| !known(name)) {
        return Err(wrong(format_args!(
            "{nobody} is nobody of this vault, and no appointment names them: an exception would be for nobody. Correct \
             the name, or record the appointment first."
        )));
    }
    Ok(())
}

/// Whether an access may be entered in a copy of the ledger, and lies in the past.
pub(super) fn judged_access(access: &Access, ledger: &Ledger, now: i64) -> Result<(), Refusal> {
    if access.back > now {
        return Err(wrong(
            "It is put back in the future: what is still out is recorded when it is back.",
        ));
    }
    ledger
        .clone()
        .enter_access(access.clone())
        .map_err(|e| Refusal::Custody(e.to_string()))
}

/// The exception in a custodian's words.
pub(super) fn told_exemption(exemption: &Exemption) -> (String, Details) {
    let [first, second] = &exemption.managers;
    (
        say!(
            "EXCEPT {people} from reporting to different managers",
            people = exemption.people.join(", ")
        ),
        vec![
            line(tr("why"), &exemption.reason),
            line(tr("managers"), &say!("{first} and {second}", first, second)),
            line(tr("until"), &day(exemption.until)),
            line(tr("form"), &exemption.form),
        ],
    )
}

/// The access in a custodian's words.
pub(super) fn told_access(access: &Access, ledger: &Ledger) -> (String, Details) {
    let what = ledger
        .split(&access.split)
        .map_or(tr("a secret"), |s| s.what.as_str());
    let time = |millis| Timestamp::from_millis(millis).rfc3339();
    (
        say!(
            "RECORD ACCESS of {custodian} to part {part} of the {what}",
            custodian = access.custodian,
            part = access.part,
            what
        ),
        vec![
            line(tr("taken out"), &time(access.out)),
            line(tr("put back"), &time(access.back)),
            line(tr("purpose"), &access.purpose),
            line(tr("witness"), &access.witness),
            line(tr("package"), &access.package),
        ],
    )
}
