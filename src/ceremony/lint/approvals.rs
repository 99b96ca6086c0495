//! L02 approvals: enough, distinct, never by issuer or witness. L23: somebody acts, and may.

use super::super::model::{Approve, Model, Role, Step};
use super::super::ops;
use super::Report;

/// L02: every act says how many approve, and they can.
pub(super) fn counts(model: &Model, report: &mut Report) {
    for step in &model.steps {
        let act = ops::is_act(step.op);
        match &step.approve {
            None if act => report.error(
                "L02",
                &step.place.member("approve"),
                Some(step),
                "This step is an act and says nothing about approval: write approve = { count = 2 }.",
            ),
            Some(approve) if !act => report.error(
                "L02",
                &approve.place,
                Some(step),
                format!("`{}` changes nothing and needs no approval: remove `approve`.", step.op.name),
            ),
            Some(approve) => count(model, step, approve, report),
            None => {}
        }
    }
}

fn count(model: &Model, step: &Step, approve: &Approve, report: &mut Report) {
    let mut wrong = |message: String| {
        report.error("L02", &approve.place.member("count"), Some(step), message);
    };
    if approve.count < 2 {
        wrong(format!(
            "{} signature leaves one person alone with an act: write at least 2 (PCI PIN 21-1, dual control).",
            approve.count
        ));
    }
    let may = |id: &String| model.person(id).is_some_and(|p| p.role == Role::Custodian);
    let issuer = step.initiate.as_ref();
    let able = if approve.from.is_empty() {
        let held_back = usize::from(issuer.is_some_and(may));
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
        wrong(format!(
            "asks for {} approvals and {able} people may give one: name more custodians or lower the count.",
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

/// L23: every step has somebody who acts, with a role that may.
pub(super) fn who_acts(model: &Model, report: &mut Report) {
    for step in &model.steps {
        if ops::is_act(step.op) {
            issuer(model, step, report);
        } else if step.who.is_empty() && step.op.name != ops::WAIT.name {
            report.error(
                "L23",
                &step.place.member("who"),
                Some(step),
                "Nobody acts in this step: write who = [\"...\"].",
            );
        }
        let two = step.op.name == ops::ATTEST_CLOCK.name;
        if two && step.who.len() < 2 {
            report.error(
                "L23",
                &step.place.member("who"),
                Some(step),
                "A clock wants two watches: name two people in `who`.",
            );
        }
    }
}

fn issuer(model: &Model, step: &Step, report: &mut Report) {
    let place = step.place.member("initiate");
    let Some(id) = &step.initiate else {
        report.error(
            "L23",
            &place,
            Some(step),
            "Nobody asks for this act: write initiate = \"...\" with an administrator's or custodian's place.",
        );
        return;
    };
    if model.person(id).is_some_and(|p| p.role == Role::Witness) {
        report.error(
            "L23",
            &place,
            Some(step),
            format!("`{id}` is a witness and may not ask for an act: take an administrator or a custodian."),
        );
    }
    for (field, who) in &step.asked {
        if *field == "fingerprint" && who == id {
            report.error(
                "L23",
                &step.place.member("input"),
                Some(step),
                format!("`{id}` both asks for the act and types the fingerprint: let a second person type it."),
            );
        }
    }
}
