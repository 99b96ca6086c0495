//! The blank page between two people: why it is blank, that nothing was lost, who is waited for.

use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;

/// Who takes the keyboard, and what for.
pub(crate) struct HandOver<'a> {
    /// The person's role, for example `custodian`.
    pub(crate) role: &'a str,
    /// The person's name.
    pub(crate) person: &'a str,
    /// What comes next, in a few words.
    pub(crate) what: &'a str,
    /// What is saved, in a sentence.
    pub(crate) saved: &'a str,
}

impl HandOver<'_> {
    /// `custodian Ben`, or whoever is at the keyboard.
    pub(crate) fn who(&self) -> String {
        match (self.role, self.person) {
            ("", "") => "the next person".to_owned(),
            (role, "") => format!("the {role}"),
            ("", person) => person.to_owned(),
            (role, person) if person.eq_ignore_ascii_case(role) => person.to_owned(),
            (role, person) => format!("{role} {person}"),
        }
    }

    /// Draws the page.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(6).min(74);
        let mut y = canvas.height() / 5;
        let mut say = |role: Role, text: &str| {
            let rows = canvas.paragraph(3, y, width, role, text);
            y = y.saturating_add(rows).saturating_add(1);
        };
        let who = self.who();
        say(Role::Title, &format!("The keyboard goes to {who}."));
        say(
            Role::Text,
            "This screen is blank on purpose: what comes next is for one person's eyes. Nothing was lost.",
        );
        say(Role::Text, self.saved);
        say(
            Role::Wait,
            &format!(
                "Waited for: {who}. Next: {}.",
                self.what.trim_end_matches('.')
            ),
        );
        say(
            Role::Text,
            &format!("Everybody else steps back. Then {who} presses Enter."),
        );
    }
}
