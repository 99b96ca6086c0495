//! Packages that are named for practice: one that serves, where the script's own holds a paper of an earlier run.

use crate::session::Session;
use crate::session::components::SetRef;

use super::super::model::Step;
use super::super::ops_components::SEAL;
use super::Runner;
use super::resealing::SERIAL;

/// Package numbers behind the script's own that are looked at; no vault has as many of one.
const MANY: usize = 1000;

/// The script's serial if its package may take the paper, else the next that may: `TE-551003`, `TE-551003-2`.
pub(super) fn free(
    session: &Session,
    set: &SetRef,
    (part, person): (u8, &str),
    serial: String,
) -> String {
    let serves = |serial: &String| session.package_is_free(set, part, person, serial).is_ok();
    if serves(&serial) {
        return serial;
    }
    let mut others = (2..MANY).map(|n| format!("{serial}-{n}"));
    others.find(serves).unwrap_or(serial)
}

impl Runner {
    /// The practice answer for the serial of a package, which a paper goes into in this step.
    pub(super) fn practice_package(
        &self,
        session: &Session,
        step: &Step,
        (field, text): (&str, &str),
    ) -> Option<String> {
        let packs = step.op.name == SEAL.name && field == SERIAL.id;
        let (set, part) = packs.then(|| self.component_of(step)).flatten()?;
        let holder = step.who.first().map(|place| self.name(place))?;
        Some(free(session, &set, (part, &holder), text.to_owned()))
    }
}
