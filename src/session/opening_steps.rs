//! Opening as one numbered list, the same on every front end: whose turn it is, and how much is left.

use crate::text::{say, tr};

use super::{Bootstrap, Profile};

/// A step of opening a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningStep {
    /// The share of a custodian, counted from 0.
    Share(usize),
    /// Production: the witness's card.
    Card,
    /// Signatures, hashes and the audit chain are checked.
    Check,
    /// Production: the clock, by two watches.
    Clock,
}

impl OpeningStep {
    /// The step in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Share(_) => tr("a custodian's share"),
            Self::Card => tr("the witness card"),
            Self::Check => tr("the check"),
            Self::Clock => tr("the clock"),
        }
    }

    /// Where the step stands in the opening of this vault: `3 of 4: the witness card`. Only what somebody does is
    /// counted; the check comes by itself. How high a copy stands is part of the act that returns to it, so no card is
    /// held against a copy.
    pub fn place(self, vault: &Bootstrap, copy: bool) -> String {
        let shares = usize::from(vault.k);
        let production = vault.profile == Profile::Production;
        let card = usize::from(production && !copy);
        let at = match self {
            Self::Share(n) => n.saturating_add(1).min(shares),
            Self::Card => shares.saturating_add(1),
            Self::Check => return self.words().to_owned(),
            Self::Clock => shares.saturating_add(card).saturating_add(1),
        };
        let clock = usize::from(production);
        let all = shares.saturating_add(card).saturating_add(clock);
        let words = match self {
            Self::Share(_) if vault.by_recovery => tr("a holder's share"),
            _ => self.words(),
        };
        say!("{at} of {all}: {words}", at, all, words)
    }
}

#[cfg(test)]
mod tests {
    use super::OpeningStep::{Card, Check, Clock, Share};
    use super::*;

    #[test]
    fn every_step_of_every_opening_is_numbered_once() {
        let mut vault = Bootstrap {
            vault_id: String::new(),
            profile: Profile::Production,
            k: 3,
            t: 2,
            people: Vec::new(),
            by_recovery: false,
            recovery: None,
            unfinished: None,
            practice: std::collections::BTreeMap::new(),
        };
        let places = |vault: &Bootstrap, copy, steps: &[OpeningStep]| {
            let place = |step: &OpeningStep| step.place(vault, copy);
            steps.iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(
            places(&vault, false, &[Share(0), Share(2), Card, Check, Clock]),
            [
                "1 of 5: a custodian's share",
                "3 of 5: a custodian's share",
                "4 of 5: the witness card",
                "the check",
                "5 of 5: the clock"
            ]
        );
        assert_eq!(
            places(&vault, true, &[Check, Clock]),
            ["the check", "4 of 4: the clock"]
        );
        vault.profile = Profile::Test;
        assert_eq!(places(&vault, false, &[Check]), ["the check"]);
    }
}
