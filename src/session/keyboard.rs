//! The keyboard goes from one person to the next: who steps back, who is waited for, and that nothing was lost.

use crate::text::{say, tr};

/// Why what comes next is not for everybody's eyes, completing a sentence.
pub const ONE_PERSONS_EYES: &str = "what comes next is for one person's eyes. Nothing was lost.";

/// Who takes the keyboard, and what for.
#[derive(Debug, Clone, Copy)]
pub struct HandOver<'a> {
    /// The person's role, for example `custodian`.
    pub role: &'a str,
    /// The person's name.
    pub person: &'a str,
    /// What comes next, in a few words.
    pub what: &'a str,
    /// What is saved, in a sentence.
    pub saved: &'a str,
}

impl HandOver<'_> {
    /// `custodian Ben`, or whoever is at the keyboard.
    pub fn who(&self) -> String {
        match (self.role, self.person) {
            ("", "") => tr("the next person").to_owned(),
            (role, "") => say!("the {role}", role),
            ("", person) => person.to_owned(),
            (role, person) => super::said::called(role, person),
        }
    }

    /// `The keyboard goes to custodian Ben.`
    pub fn goes(&self) -> String {
        say!("The keyboard goes to {who}.", who = self.who())
    }

    /// Who is waited for, and what comes then.
    pub fn waits(&self) -> String {
        say!(
            "Waited for: {who}. Next: {what}.",
            who = self.who(),
            what = self.what.trim_end_matches('.')
        )
    }

    /// What everybody else does, and who presses Enter.
    pub fn step_back(&self) -> String {
        say!(
            "Everybody else steps back. Then {who} presses Enter.",
            who = self.who()
        )
    }

    /// Who acts while the keyboard changes hands, for the first line of a footing.
    pub fn acts(&self) -> String {
        say!(
            "{who} takes the keyboard; everybody else steps back",
            who = self.who()
        )
    }
}
