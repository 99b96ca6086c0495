//! Acts on people, shares and copies, in a custodian's words: old beside new.

use crate::api::Timestamp;
use crate::text::{say, tr};

use super::changing_policy;
use super::custody_act::{CustodyAct, Recovery, Rotation};
use super::sentence::{Details, line};
use super::state::State;
use super::{clock_ahead, clock_back, op_destroyed, op_envelopes, op_ledger, op_suspect};
use crate::custody::ledger::Appointment;

/// The sentence and details of such an act on this state.
pub(crate) fn describe(act: &CustodyAct, state: &State) -> (String, Details) {
    match act {
        CustodyAct::Recovery(made) => recovery(made, state),
        CustodyAct::Drill { recovery } => drill(*recovery),
        CustodyAct::Reshare { reason } => reshare(reason),
        CustodyAct::Rotate(rotation) => rotate(rotation, state),
        CustodyAct::Restore {
            copy,
            reason,
            newer_log,
            since,
            known,
        } => super::restoring::describe(
            (copy, reason),
            newer_log.as_deref(),
            (since.as_deref(), known.as_ref()),
            state,
        ),
        CustodyAct::AttestDestroyed { copy, how } => (
            say!("ATTEST that copy {copy} is destroyed", copy),
            vec![line(tr("how"), how)],
        ),
        CustodyAct::Appoint(appointment) => appoint(appointment),
        CustodyAct::Exempt(exemption) => op_ledger::told_exemption(exemption),
        CustodyAct::Suspect {
            key,
            suspect,
            reason,
        } => op_suspect::told(state, key, *suspect, reason),
        CustodyAct::ComponentsGone(gone) => op_destroyed::told(gone, state),
        CustodyAct::EnvelopesGone(gone) => op_envelopes::told(gone),
        CustodyAct::RecordAccess(access) => op_ledger::told_access(access, &state.ledger),
        CustodyAct::ChangePolicy(policy) => (
            tr("CHANGE THE POLICY from the next opening on").into(),
            changing_policy::told(&state.policy, policy),
        ),
        CustodyAct::ClockAhead { to, reason } => {
            clock_ahead::told(*to, reason, state.clock.watermark.0)
        }
        CustodyAct::ClockBack { to, reason } => {
            clock_back::told(*to, reason, state.clock.watermark.0)
        }
        CustodyAct::LoadInventory(inventory) => (
            say!("REFUSE the keys of {name} here", name = inventory.name),
            vec![
                line(tr("class"), &inventory.class),
                line(tr("keys"), &inventory.keys.len().to_string()),
            ],
        ),
    }
}

fn drill(recovery: bool) -> (String, Details) {
    let (sentence, opens) = if recovery {
        (
            tr("DRILL: holders of the recovery set prove their shares"),
            tr("each holder's own envelopes, and nothing else: no identity is rebuilt"),
        )
    } else {
        (
            tr("DRILL: custodians prove their shares"),
            tr(
                "each custodian's own envelopes, then those of whoever else is here: no identity is rebuilt",
            ),
        )
    };
    (sentence.into(), vec![line(tr("opens"), opens)])
}

fn reshare(reason: &str) -> (String, Details) {
    (
        tr("RESHARE: new shares for the same people").into(),
        vec![
            line(tr("why"), reason),
            line(
                tr("until then"),
                tr("the present envelopes stay valid, until all new ones are proven"),
            ),
            line(
                tr("after"),
                tr("the old envelopes open nothing here, and are destroyed"),
            ),
            line(
                tr("words"),
                tr("everybody keeps theirs: the new envelopes open with the same"),
            ),
        ],
    )
}

fn appoint(appointment: &Appointment) -> (String, Details) {
    let day = |millis| crate::custody::ledger::day(millis);
    (
        say!("APPOINT {person} as custodian", person = appointment.person),
        vec![
            line(tr("from"), &day(appointment.from)),
            line(tr("until"), &day(appointment.until)),
            line(tr("reports to"), &appointment.manager),
            line(tr("stand-in"), &appointment.backup),
            line(tr("form"), &appointment.form),
        ],
    )
}

fn rotate(rotation: &Rotation, state: &State) -> (String, Details) {
    let before: Vec<String> = state
        .people
        .iter()
        .filter(|p| p.until_seq.is_none())
        .map(|p| format!("{} ({})", p.name, p.role))
        .collect();
    let after: Vec<String> = rotation
        .people
        .iter()
        .map(|p| format!("{} ({})", p.name, p.role))
        .collect();
    let custodians = rotation
        .people
        .iter()
        .filter(|p| p.role == "custodian")
        .count();
    let quorum = say!(
        "{rotation} of {custodians} to open, {t} to use a secret",
        rotation = rotation.k,
        custodians,
        t = rotation.t
    );
    let apart = |these: &[String], those: &[String]| {
        let only = these.iter().filter(|name| !those.contains(name));
        let only: Vec<&str> = only.map(String::as_str).collect();
        if only.is_empty() {
            "nobody".to_owned()
        } else {
            only.join(", ")
        }
    };
    let ends = state.recovery_in_force();
    let ends = ends.map(|r| {
        let words = say!("the set ({place}) ends: make another", place = r.place);
        line(tr("recovery"), &words)
    });
    (
        tr("ROTATE: new identities, shares, passphrases and approval keys").into(),
        [
            line(tr("why"), &rotation.reason),
            line(tr("goes"), &apart(&before, &after)),
            line(tr("comes"), &apart(&after, &before)),
            line(tr("then"), &after.join(", ")),
            line(tr("quorum"), &quorum),
            line(
                tr("secrets"),
                tr("all sealed anew; earlier vault files are removed"),
            ),
            line(
                tr("copies"),
                tr("older ones stay open to the people of before"),
            ),
        ]
        .into_iter()
        .chain(ends)
        .collect(),
    )
}

fn recovery(made: &Recovery, state: &State) -> (String, Details) {
    let names: Vec<&str> = made.people.iter().map(|p| p.name.as_str()).collect();
    let before = state.recovery_in_force();
    let mut lines = vec![
        line(tr("holders"), &names.join(", ")),
        line(
            tr("quorum"),
            &say!(
                "{k} of the {n} holders open together",
                k = made.k,
                n = made.people.len()
            ),
        ),
        line(tr("place"), &made.place),
        line(
            tr("opens"),
            tr(
                "this vault without the custodians, to look and to rotate; recorded as an exception",
            ),
        ),
        line(
            tr("rotates"),
            &say!(
                "an administrator asks and {k} holders sign; without one a holder asks and {k} others sign",
                k = made.k
            ),
        ),
        line(
            tr("custodians"),
            tr("keep envelopes and words; some bring them once, after the signatures"),
        ),
        line(tr("ends"), tr("with the next rotation: then make another")),
    ];
    if let Some(before) = before {
        lines.push(line(
            tr("before"),
            &say!(
                "the set ({place}) ends; its envelopes are destroyed",
                place = before.place
            ),
        ));
    }
    (
        tr("MAKE A RECOVERY SET: a second split, for another place").into(),
        lines,
    )
}

/// A day and time for a sentence.
pub(crate) fn when(millis: i64) -> String {
    Timestamp::from_millis(millis).rfc3339()
}
