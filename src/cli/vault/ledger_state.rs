//! What the custody ledger holds of accesses and exceptions, and what became of old envelopes, for `vault status`.

use serde::Serialize;

use crate::api::Timestamp;
use crate::custody::ledger::{Access, Exemption, Ledger};
use crate::session::op_envelopes::OldEnvelopes;

/// One access to a part (PCI PIN 26-1).
#[derive(Serialize)]
pub(super) struct AccessOf {
    custodian: String,
    part: u8,
    of: String,
    out: String,
    back: String,
    purpose: String,
    witness: String,
    package: String,
    /// The log of a destroyed secret is kept until then: two years.
    keep_until: Option<String>,
}

pub(super) fn access_of(access: &Access, ledger: &Ledger) -> AccessOf {
    let time = |millis| Timestamp::from_millis(millis).rfc3339();
    let split = ledger.split(&access.split);
    AccessOf {
        custodian: access.custodian.clone(),
        part: access.part,
        of: split.map_or_else(|| access.split.clone(), |s| s.what.clone()),
        out: time(access.out),
        back: time(access.back),
        purpose: access.purpose.clone(),
        witness: access.witness.clone(),
        package: access.package.clone(),
        keep_until: ledger.keep_until(&access.split).map(time),
    }
}

/// One exception that two managers signed (PCI PIN 25-1.4).
#[derive(Serialize)]
pub(super) struct ExceptionOf {
    people: Vec<String>,
    managers: [String; 2],
    reason: String,
    form: String,
    from: String,
    until: String,
}

pub(super) fn exception_of(exemption: &Exemption) -> ExceptionOf {
    let time = |millis| Timestamp::from_millis(millis).rfc3339();
    ExceptionOf {
        people: exemption.people.clone(),
        managers: exemption.managers.clone(),
        reason: exemption.reason.clone(),
        form: exemption.form.clone(),
        from: time(exemption.from),
        until: time(exemption.until),
    }
}

impl AccessOf {
    /// The same in a line.
    pub(super) fn said(&self) -> String {
        let kept = self.keep_until.as_ref();
        let kept = kept.map_or_else(String::new, |until| format!(", kept until {until}"));
        format!(
            "{}: part {} of the {}, {} to {}, {}; witness {}, package {}{kept}",
            self.custodian,
            self.part,
            self.of,
            self.out,
            self.back,
            self.purpose,
            self.witness,
            self.package
        )
    }
}

impl ExceptionOf {
    /// The same in a line.
    pub(super) fn said(&self) -> String {
        let [first, second] = &self.managers;
        format!(
            "{} under one manager, signed by {first} and {second} ({}), until {}: {}",
            self.people.join(", "),
            self.form,
            self.until,
            self.reason
        )
    }
}

/// One person's envelopes of a set that ended (PCI PIN 24-1).
#[derive(Serialize)]
pub(super) struct EnvelopesOf {
    person: String,
    set: String,
    place: String,
    /// By which act the set ended, and when.
    by: String,
    ended: String,
    /// `destroyed` or `not found`; absent until somebody says so.
    became: Option<&'static str>,
    attested: Option<String>,
    how: Option<String>,
    witness: Option<String>,
}

pub(super) fn envelopes_of(old: &OldEnvelopes) -> EnvelopesOf {
    let time = |millis| Timestamp::from_millis(millis).rfc3339();
    let gone = old.gone.as_ref();
    EnvelopesOf {
        person: old.person.clone(),
        set: old.set.clone(),
        place: old.lies().to_owned(),
        by: old.by.clone(),
        ended: time(old.at),
        became: gone.map(|gone| gone.fate.word()),
        attested: gone.map(|gone| time(gone.at)),
        how: gone.map(|gone| gone.how.clone()),
        witness: gone.map(|gone| gone.witness.clone()),
    }
}

impl EnvelopesOf {
    /// The same in a line.
    pub(super) fn said(&self) -> String {
        let set = self.set.get(..8).unwrap_or(&self.set);
        let became = match (self.became, &self.attested, &self.how, &self.witness) {
            (Some(became), Some(at), Some(how), Some(witness)) => {
                format!("{became}, attested {at}: {how}; witness {witness}")
            }
            _ => "NOT SAID whether they are destroyed".to_owned(),
        };
        format!(
            "{}, set {set}, {}, ended {} ({}): {became}",
            self.person, self.place, self.ended, self.by
        )
    }
}
