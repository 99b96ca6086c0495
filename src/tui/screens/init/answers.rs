//! What was answered so far, as the talk below the screens takes it.

use super::Init;
use crate::api::Timestamp;
use crate::session::founding::fields::date_time;
use crate::session::founding::{Given, Plan, Reading};

impl Init {
    /// What was answered so far.
    pub(super) fn plan(&self) -> Plan {
        Plan {
            given: Given {
                dir: self.dir(),
                ..self.given.clone()
            },
            profile: self.chosen_profile(),
            custodians: self.number("custodians"),
            needed: self.number("needed"),
            people: self.everybody(),
            software: self.software.text("software").as_deref() == Some("yes"),
            qr: self.software.text("qr").as_deref() == Some("yes"),
            clock: self.read,
        }
    }

    /// Takes the time that two people read from their watches, with the moment at which they did; whether it is one.
    pub(super) fn attested(&mut self, wall: Timestamp) -> bool {
        let typed = self.clock.text("clock");
        let said = typed.and_then(|typed| date_time(&typed));
        self.read = said.map(|said| Reading::anew(self.read, said, wall));
        said.is_some()
    }
}
