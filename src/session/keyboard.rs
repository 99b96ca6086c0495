//! The keyboard goes from one person to the next: who steps back, who is waited for, and that nothing was lost.

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
            ("", "") => "the next person".to_owned(),
            (role, "") => format!("the {role}"),
            ("", person) => person.to_owned(),
            (role, person) if person.eq_ignore_ascii_case(role) => person.to_owned(),
            (role, person) => format!("{role} {person}"),
        }
    }

    /// `The keyboard goes to custodian Ben.`
    pub fn goes(&self) -> String {
        format!("The keyboard goes to {}.", self.who())
    }

    /// Who is waited for, and what comes then.
    pub fn waits(&self) -> String {
        format!(
            "Waited for: {}. Next: {}.",
            self.who(),
            self.what.trim_end_matches('.')
        )
    }

    /// What everybody else does, and who presses Enter.
    pub fn step_back(&self) -> String {
        format!(
            "Everybody else steps back. Then {} presses Enter.",
            self.who()
        )
    }

    /// Who acts while the keyboard changes hands, for the first line of a footing.
    pub fn acts(&self) -> String {
        format!(
            "{} takes the keyboard; everybody else steps back",
            self.who()
        )
    }
}
