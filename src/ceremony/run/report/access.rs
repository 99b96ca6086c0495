//! Every access to a share, an approval key or a component, with the fields of requirement 26.

use std::collections::BTreeSet;

use crate::evidence::report::{self, Access};
use crate::session::op_components::EXPORT_COMPONENTS;
use crate::session::{StepRecord, StepState};

use super::super::super::model::Step;
use super::super::super::{ops, ops_components};
use super::super::sign::signed_at;
use super::Material;

/// In the order of the steps: of a component one access, from its opening or printing until it lies in a package.
pub(super) fn log(from: &Material<'_>) -> Vec<Access> {
    let mut entries = Vec::new();
    let mut told: BTreeSet<Paper> = BTreeSet::new();
    for (step, record) in from.pairs() {
        if ops::is_act(step.op) && record.digest.is_some() {
            let signed = from.shown.of_step(record);
            for custodian in record.who.iter().skip(1) {
                let held = signed.iter().any(|s| s.name == *custodian && s.from_file);
                entries.push(share(from, (step, record), custodian, held));
            }
        }
        let paper = paper(from, step).filter(|_| handled(step, record));
        if let Some(paper) = paper.filter(|paper| told.insert(paper.clone())) {
            entries.push(component(from, &paper));
        }
        entries.extend(super::papers::put_away(from, step, record));
        entries.extend(for_nothing(from, step));
    }
    entries
}

/// Shares and keys that custodians used for a request of the step that was not carried out.
fn for_nothing(from: &Material<'_>, step: &Step) -> Vec<Access> {
    let all = from.shown.unused(from.run).into_iter();
    let own = all.filter(|one| one.step == step.id);
    let told = own.flat_map(|one| {
        let (line, at, reason) = (one.line, one.at, one.reason);
        // Whoever asked for it used an approval key and no share.
        one.signed.into_iter().skip(1).map(move |(name, signed)| {
            let used = Access {
                out: signed,
                back: at,
                purpose: format!("{} ({})", step.title, step.id),
                witness: from.observers(step).join(", "),
                unused: format!("{reason} (audit line {line})"),
                ..Access::default()
            };
            with_envelope(from, used, &name, from.shown.leans_on_a_file())
        })
    });
    told.collect()
}

/// Key and number of a component.
type Paper = (String, String);

/// The paper that a step handles.
fn paper(from: &Material<'_>, step: &Step) -> Option<Paper> {
    let key = step.key()?;
    if step.op.name == EXPORT_COMPONENTS.name {
        let parts = from.model.key(key)?.components?;
        return Some((key.to_owned(), parts.to_string()));
    }
    let part = step
        .fields
        .get("part")
        .filter(|_| ops_components::is_turn(step.op))?;
    Some((key.to_owned(), part.clone()))
}

/// Whether a component was handled in a step: also where the run was stopped right behind it. A package that showed
/// tampering stayed closed.
fn handled(step: &Step, record: &StepRecord) -> bool {
    let tampered = record.notes.get("tampered").is_some_and(|t| t == "yes");
    let done = (StepState::Executed..=StepState::Closed).contains(&record.state);
    // An act that was refused, as a script may expect, let no paper out.
    let refused = ops::is_act(step.op) && record.digest.is_none();
    let did = done && !refused || record.notes.contains_key("serial");
    did && !tampered
}

fn share(
    from: &Material<'_>,
    (step, record): (&Step, &StepRecord),
    custodian: &str,
    held: bool,
) -> Access {
    with_envelope(from, of(from, (step, record), custodian), custodian, held)
}

/// The use of somebody's share and key, with the envelope that they came out of.
fn with_envelope(from: &Material<'_>, used: Access, custodian: &str, held: bool) -> Access {
    let medium = from
        .view
        .people
        .iter()
        .find(|person| person.name == custodian);
    let medium = medium.and_then(|person| person.medium.clone());
    let package_opened = match (held, medium) {
        (true, _) => {
            "nothing was opened here: share and key were held since the vault was opened".to_owned()
        }
        (false, Some(medium)) => {
            format!("the envelope on {medium}; a bag number was not asked for")
        }
        (false, None) => "the envelope in the vault's folder, in no package".to_owned(),
    };
    let package_sealed = if held {
        "nothing was opened here".to_owned()
    } else {
        "not asked for".to_owned()
    };
    Access {
        component: format!("use share and approval key of {custodian}"),
        custodian: custodian.to_owned(),
        package_opened,
        package_sealed,
        ..used
    }
}

/// One paper through the run.
fn component(from: &Material<'_>, paper: &Paper) -> Access {
    let of_paper = |(step, record): &(&Step, &StepRecord)| {
        self::paper(from, step).as_ref() == Some(paper) && handled(step, record)
    };
    let (key, part) = paper;
    let mut access = Access {
        component: format!("component {part} of {}", from.label(key)),
        ..Access::default()
    };
    let mut purposes = Vec::new();
    for (step, record) in from.pairs().filter(of_paper) {
        let holder = step.who.first().map(|place| from.name_in(place, step));
        access.custodian = holder.unwrap_or_default();
        let watching = from.observers(step).join(", ");
        if !watching.is_empty() {
            access.witness = watching;
        }
        purposes.push(format!("{} ({})", step.title, step.id));
        let serial = record.notes.get("serial").cloned().unwrap_or_default();
        match step.op.name {
            // It is opened in the step behind; where that was not reached, it was taken in hand here.
            name if name == ops_components::RECEIVE.name => {
                access.package_opened = serial;
                access.out = record.ended;
            }
            name if name == ops_components::SEAL.name => {
                access.package_sealed = serial;
                access.back = record.ended;
            }
            name if name == ops_components::READ_BACK.name => {}
            // Printed at the end of the step, when everybody had signed.
            name if name == EXPORT_COMPONENTS.name => access.out = record.ended,
            _ => access.out = record.began,
        }
        access.out = access.out.or(record.began);
    }
    access.purpose = purposes.join("; ");
    put_away(from, &mut access);
    access.safe = from.shown.safe(&report::Paper {
        part: part.parse().unwrap_or_default(),
        components_of: from.label(key),
        package: access.package_sealed.clone(),
        holder: access.custodian.clone(),
        witness: access.witness.clone(),
        ..report::Paper::default()
    });
    access
}

/// A paper that lay open when the run was stopped went into a package then.
fn put_away(from: &Material<'_>, access: &mut Access) {
    let stop = super::papers::of_a_stop(from);
    let own = |paper: &&report::Paper| {
        let name = format!("component {} of {}", paper.part, paper.components_of);
        name == access.component && paper.unsealed.is_empty()
    };
    if let Some(paper) = stop.iter().find(own) {
        access.package_sealed.clone_from(&paper.package);
        access.witness.clone_from(&paper.witness);
        access.back = from.shown.time(paper.line);
        access.at_stop = true;
    }
}

/// From the passphrase that opened the envelope to the act, behind which the share is dropped.
fn of(from: &Material<'_>, (step, record): (&Step, &StepRecord), custodian: &str) -> Access {
    let act = super::audit_lines(record).first().copied();
    Access {
        out: signed_at(record, custodian),
        back: act.and_then(|line| from.shown.time(line)).or(record.ended),
        purpose: format!("{} ({})", step.title, step.id),
        witness: from.observers(step).join(", "),
        ..Access::default()
    }
}
