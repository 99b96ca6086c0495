//! What was answered so far, as the talk below the screens takes it.

use super::Init;
use crate::api::Timestamp;
use crate::session::Profile;
use crate::session::founding::fields::date_time;
use crate::session::founding::{Given, Plan};

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
            clock: self.attested(),
        }
    }

    /// The time that two people read from their watches, in production.
    pub(super) fn attested(&self) -> Option<Timestamp> {
        let typed = self.clock.text("clock")?;
        date_time(&typed).filter(|_| self.chosen_profile() == Profile::Production)
    }
}
