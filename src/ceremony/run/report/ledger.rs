//! What bears on a run and was decided outside it: exceptions that two managers signed, and keys that are suspect.

use crate::api::Timestamp;
use crate::evidence::report::Exception;
use crate::session::{Run, Session, View};

/// Exceptions of two managers in force at some time of the run (A8; PCI PIN 25-1.4).
pub(super) fn exempted(run: &Run, session: &Session) -> Vec<Exception> {
    let (began, ended) = (run.started, run.ended.unwrap_or_else(|| session.now()));
    let exemptions = session.ledger().exemptions.iter();
    exemptions
        .filter(|e| e.from <= ended.millis() && e.until >= began.millis())
        .map(|e| {
            let until = Timestamp::from_millis(e.until).rfc3339();
            Exception {
                at: Some(Timestamp::from_millis(e.from)),
                what: format!(
                    "A8 (PCI PIN 25-1.4): {} do not report to different managers: {}",
                    e.people.join(", "),
                    e.reason
                ),
                decision: format!("excepted until {until}, form {}", e.form),
                by: e.managers.to_vec(),
            }
        })
        .collect()
}

/// Keys that are suspect, with the reason and what stands under each (C5; PCI PIN 9-2, 22).
pub(super) fn suspect_keys(view: &View) -> Vec<String> {
    let keys = view.keys.iter();
    keys.filter_map(|row| {
        let (since, under) = row.suspect.as_ref()?;
        let under = match under.as_slice() {
            [] => "nothing on record stands under it".to_owned(),
            some => format!("under it: {}", some.join("; ")),
        };
        let kcv = &row.key.key_check_value;
        Some(format!(
            "key {} (check value {kcv}): SUSPECT {since}; {under}",
            row.label
        ))
    })
    .collect()
}
