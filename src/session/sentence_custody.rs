//! Acts on people, shares and copies, in a custodian's words: old beside new.

use crate::api::Timestamp;

use super::changing_policy;
use super::custody_act::{CustodyAct, Rotation};
use super::sentence::{Details, line};
use super::state::State;
use super::{op_ledger, op_suspect};

/// The sentence and details of such an act on this state.
pub(crate) fn describe(act: &CustodyAct, state: &State) -> (String, Details) {
    match act {
        CustodyAct::Drill => (
            "DRILL: custodians prove their shares".into(),
            vec![line("no identity", "is rebuilt; nothing is opened")],
        ),
        CustodyAct::Reshare { reason } => (
            "RESHARE: new shares for the same people".into(),
            vec![
                line("why", reason),
                line("until all are proven", "the present envelopes stay valid"),
                line(
                    "after",
                    "the old envelopes are worthless together with the new, and must be destroyed",
                ),
            ],
        ),
        CustodyAct::Rotate(rotation) => rotate(rotation, state),
        CustodyAct::Restore {
            copy,
            reason,
            newer_log,
        } => restore(copy, reason, newer_log.as_deref()),
        CustodyAct::AttestDestroyed { copy, how } => (
            format!("ATTEST that copy {copy} is destroyed"),
            vec![line("how", how)],
        ),
        CustodyAct::Appoint(appointment) => {
            let day = |millis| crate::custody::ledger::day(millis);
            (
                format!("APPOINT {} as custodian", appointment.person),
                vec![
                    line("from", &day(appointment.from)),
                    line("until", &day(appointment.until)),
                    line("reports to", &appointment.manager),
                    line("stand-in", &appointment.backup),
                    line("form", &appointment.form),
                ],
            )
        }
        CustodyAct::Exempt(exemption) => op_ledger::told_exemption(exemption),
        CustodyAct::Suspect {
            key,
            suspect,
            reason,
        } => op_suspect::told(state, key, *suspect, reason),
        CustodyAct::RecordAccess(access) => op_ledger::told_access(access, &state.ledger),
        CustodyAct::ChangePolicy(policy) => (
            "CHANGE THE POLICY from the next opening on".into(),
            changing_policy::old_beside_new(&state.policy, policy),
        ),
        CustodyAct::LoadInventory(inventory) => (
            format!("REFUSE the keys of {} here", inventory.name),
            vec![
                line("class", &inventory.class),
                line("keys", &inventory.keys.len().to_string()),
            ],
        ),
    }
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
    let quorum = format!(
        "{} of {custodians} to open, {} to use a secret",
        rotation.k, rotation.t
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
    (
        "ROTATE: new identities, shares, passphrases and approval keys".into(),
        vec![
            line("why", &rotation.reason),
            line("goes", &apart(&before, &after)),
            line("comes", &apart(&after, &before)),
            line("people until now", &before.join(", ")),
            line("people after", &after.join(", ")),
            line("quorum after", &quorum),
            line(
                "secrets",
                "all sealed anew; earlier vault files are removed",
            ),
            line("older copies", "stay open to the people of then"),
        ],
    )
}

fn restore(copy: &str, reason: &str, newer_log: Option<&str>) -> (String, Details) {
    let keys = match newer_log {
        Some(log) => line(
            "newer log",
            &format!("{log}: its destructions are repeated"),
        ),
        None => line(
            "keys",
            "all disabled: any may have been destroyed since. Each is enabled by an act of its own",
        ),
    };
    (
        format!("RETURN to copy {copy}"),
        vec![
            line("why", reason),
            keys,
            line("epoch", "a new one: no earlier signature counts"),
        ],
    )
}

/// A day and time for a sentence.
pub(crate) fn when(millis: i64) -> String {
    Timestamp::from_millis(millis).rfc3339()
}
