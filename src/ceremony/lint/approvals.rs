//! L02 approvals: enough, distinct, never by issuer or witness.

use super::super::model::{Approve, Model, Role, Step};
use super::super::ops;
use super::{Report, Rule};
use crate::session::field::{Field, listed_names};
use crate::session::op_custody;

pub(super) const RULE: Rule = Rule {
    id: "L02",
    title: "approvals that cannot come about",
    explain: "\
Every act says how many custodians approve it, at least two, and the script has as many who may: an administrator \
asks and never approves, a custodian who asks does not approve the own act, a witness never approves. What changes \
nothing needs no approval. Nobody signs a rotation that gives them another place: of practice people that is known \
beforehand, and those of the vault are judged when they are named.

Otherwise the run stops in the room, when everybody has come (PCI PIN 21-1).

Write approve = { count = 2 }, name more custodians under [[person]], or take the issuer and the witness out of \
`from`.",
    check: counts,
};

fn counts(model: &Model, report: &mut Report) {
    for step in &model.steps {
        let act = ops::is_act(step.op);
        match &step.approve {
            None if act => report.error(
                &step.place.member("approve"),
                Some(step),
                "This step is an act and says nothing about approval: write approve = { count = 2 }.",
            ),
            Some(approve) if !act => report.error(
                &approve.place,
                Some(step),
                format!("`{}` changes nothing and needs no approval: remove `approve`.", step.op.name),
            ),
            Some(approve) => {
                count(model, step, approve, report);
                own_places(model, step, approve, report);
            }
            None => {}
        }
    }
}

fn count(model: &Model, step: &Step, approve: &Approve, report: &mut Report) {
    let mut wrong = |message: String| {
        report.error(&approve.place.member("count"), Some(step), message);
    };
    if approve.count < 2 {
        wrong(format!(
            "{} signature leaves one person alone with an act: write at least 2 (PCI PIN 21-1, dual control).",
            approve.count
        ));
    }
    let may = |id: &String| model.person(id).is_some_and(|p| p.role == Role::Custodian);
    let issuer = step.initiate.as_ref();
    let named = |id: &String| approve.from.is_empty() || approve.from.contains(id);
    let asks_too = issuer.is_some_and(|id| may(id) && named(id));
    let able = if approve.from.is_empty() {
        // Whoever leaves need not come, and is asked only where they are named.
        let leaver = step.leaver().map(str::to_owned);
        let away = [issuer, leaver.as_ref().filter(|id| Some(*id) != issuer)];
        let held_back = away.into_iter().flatten().filter(|id| may(id)).count();
        model.needs(Role::Custodian).saturating_sub(held_back)
    } else {
        let mut from: Vec<_> = approve
            .from
            .iter()
            .filter(|id| Some(*id) != issuer)
            .collect();
        from.sort();
        from.dedup();
        from.len()
    };
    if approve.count > able {
        let why = match issuer.filter(|_| asks_too) {
            Some(issuer) => {
                format!(", because `{issuer}` asks for this act and whoever asks never approves")
            }
            None => String::new(),
        };
        let people = match able {
            0 => "nobody may give one".to_owned(),
            1 => "one person may give one".to_owned(),
            n => format!("{n} people may give one"),
        };
        wrong(format!(
            "This act asks for {} approvals, and {people}{why}: name more custodians or lower the count.",
            approve.count
        ));
    }
    for id in &approve.from {
        if Some(id) == issuer {
            wrong(format!(
                "`{id}` issues this act and may not approve it: take another custodian."
            ));
        } else if model.person(id).is_some() && !may(id) {
            wrong(format!(
                "`{id}` is no custodian and may never approve: take a custodian."
            ));
        }
    }
}

/// Whom a rotation of the rehearsal makes administrator or witness, of the practice vault's custodians: their approvals
/// do not count while the others could make up the number, and then those others have to be enough.
fn own_places(model: &Model, step: &Step, approve: &Approve, report: &mut Report) {
    if step.op.name != op_custody::ROTATE.name {
        return;
    }
    let answers = model.rehearsal.answers.get(&step.id);
    let said = |field: &Field| {
        let answered = || answers.and_then(|answers| answers.get(field.id));
        step.fields.get(field.id).or_else(answered)
    };
    let placed = [op_custody::ADMINISTRATORS, op_custody::WITNESSES];
    let placed: Vec<&str> = placed
        .iter()
        .filter_map(said)
        .flat_map(|text| listed_names(text))
        .collect();
    let custodian = Role::Custodian.name();
    let people = model.practice_size().people();
    let serve = people.filter(|(_, role, _)| *role == custodian);
    let serve: Vec<&str> = serve.map(|(name, ..)| *name).collect();
    let (anew, others): (Vec<&str>, Vec<&str>) = serve
        .iter()
        .copied()
        .partition(|name| placed.contains(name));
    if anew.is_empty() || others.len() < approve.count {
        return;
    }
    // Places are bound to practice people in their order.
    let held = model
        .people
        .iter()
        .filter(|place| place.role == Role::Custodian && place.joins.is_none() && !place.stands_by);
    let bound: Vec<(&str, &str)> = held.map(|place| place.id.as_str()).zip(serve).collect();
    let who = |id: &String| {
        bound
            .iter()
            .find(|(place, _)| place == id)
            .map(|(_, name)| *name)
    };
    let asks = step.initiate.as_ref().and_then(who);
    let may = |name: &&str| {
        let named = approve.from.is_empty() || approve.from.iter().any(|id| who(id) == Some(name));
        named && asks != Some(name)
    };
    let able = others.iter().filter(|name| may(name)).count();
    if able < approve.count {
        report.error(
            &approve.place.member("count"),
            Some(step),
            format!(
                "{} gets another place by this rotation and does not approve it (PCI PIN 25-1: nobody signs for their \
                 own appointment): {} approvals are asked for, and {able} can come. Name another custodian in `from`, \
                 let an administrator ask, or give the place to somebody else.",
                anew.join(", "),
                approve.count
            ),
        );
    }
}
