//! Refusals of the ledger: the rule, the past event, what to do instead.

/// A rule about people and parts, with its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A custodian sees one component of a key, and no other of it (PCI PIN 6-1).
    G3,
    /// Nobody ever, now or earlier, knows enough parts (PCI PIN 21-2.4).
    A3,
    /// Destruction is observed by somebody who was never a custodian of that key (PCI PIN 24-2.2).
    A6,
    /// A signed form in force on the day (PCI PIN 25-1.1 to 25-1.3).
    A7,
    /// Custodians who together have enough do not report to the same person (PCI PIN 25-1.4).
    A8,
    /// Every access has a custodian, another witness, a purpose and a package (PCI PIN 26-1).
    A9,
    /// Who holds one part cannot reach enough others or their media (PCI PIN 8-2).
    C4,
}

impl Rule {
    /// Every rule.
    pub const ALL: &'static [Self] = &[
        Self::G3,
        Self::A3,
        Self::A6,
        Self::A7,
        Self::A8,
        Self::A9,
        Self::C4,
    ];

    /// `A3`, as reports and the linter name it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::G3 => "G3",
            Self::A3 => "A3",
            Self::A6 => "A6",
            Self::A7 => "A7",
            Self::A8 => "A8",
            Self::A9 => "A9",
            Self::C4 => "C4",
        }
    }

    /// The clause it stands on.
    pub const fn clause(self) -> &'static str {
        match self {
            Self::G3 => "PCI PIN 6-1",
            Self::A3 => "PCI PIN 21-2.4",
            Self::A6 => "PCI PIN 24-2.2",
            Self::A7 => "PCI PIN 25-1",
            Self::A8 => "PCI PIN 25-1.4",
            Self::A9 => "PCI PIN 26-1",
            Self::C4 => "PCI PIN 8-2",
        }
    }

    /// What to do instead.
    const fn remedy(self) -> &'static str {
        match self {
            Self::G3 => "Give it to a custodian who never saw another component of this key.",
            Self::A3 => {
                "Give the part to somebody who never held another of the same secret, or divide a new secret."
            }
            Self::A6 => "Let somebody observe who never held a part of this key.",
            Self::A7 => {
                "Enter the signed appointment first (at the screens Custodians, \"Somebody is appointed as custodian\"; or keymoot vault appoint), or choose somebody whose appointment is in force."
            }
            Self::A8 => {
                "Choose custodians who report to different managers; a small firm enters the exception that two managers signed (at the screens Custodians; or keymoot vault exempt)."
            }
            Self::A9 => "Name another witness and fill in every field of the access.",
            Self::C4 => {
                "Keep the part in another place, or appoint anew with a stand-in who holds no other part of the same secret."
            }
        }
    }
}

/// Why somebody may not do something with a part: the rule and the past event that decides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} ({}): {person} may not {what}: {past}. Nothing was handed out or changed. {}",
    rule.id(),
    rule.clause(),
    rule.remedy()
)]
pub struct Ineligible {
    /// The rule.
    pub rule: Rule,
    /// Who.
    pub person: String,
    /// What was refused, completing "may not".
    pub what: String,
    /// The event in the ledger that decides, as a sentence without its full stop.
    pub past: String,
}

impl Ineligible {
    /// Rule and past event, and what to do instead, without what happened: nothing was refused yet.
    pub fn foretold(&self) -> String {
        format!(
            "{} ({}): {} may not {}: {}. {}",
            self.rule.id(),
            self.rule.clause(),
            self.person,
            self.what,
            self.past,
            self.rule.remedy()
        )
    }

    /// Rule and past event alone, for a list.
    pub fn brief(&self) -> String {
        format!("{} ({}): {}", self.rule.id(), self.rule.clause(), self.past)
    }
}
