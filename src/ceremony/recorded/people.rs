//! The people of a session as places of a script.

use std::fmt::Write as _;

use super::super::quoted;

/// Somebody who took part, or whose place was given up.
struct Stand {
    /// What people called them then; no script says it.
    name: String,
    place: String,
    role: String,
    /// The step by which they come in, where they were nobody of the vault before.
    joins: Option<String>,
    /// Whether they did anything before they gave up the place.
    acts: bool,
    /// Whether they gave it up.
    left: bool,
}

/// Everybody, in the order of places.
#[derive(Default)]
pub(super) struct People {
    stands: Vec<Stand>,
}

impl People {
    /// Somebody who did something has a place.
    pub(super) fn acted(&mut self, name: &str, role: &str) {
        self.place(name, role, None);
        if let Some(stand) = self.stands.iter_mut().find(|s| s.name == name) {
            stand.acts |= !stand.left;
        }
    }

    /// Somebody gives up the place in this step, and another takes it.
    pub(super) fn replaced(&mut self, (leaver, role): (&str, &str), newcomer: &str, step: &str) {
        self.place(leaver, role, None);
        if let Some(stand) = self.stands.iter_mut().find(|s| s.name == leaver) {
            stand.left = true;
        }
        self.place(newcomer, role, Some(step));
    }

    fn place(&mut self, name: &str, role: &str, joins: Option<&str>) {
        if self.stands.iter().any(|known| known.name == name) {
            return;
        }
        let before = self.stands.iter().filter(|s| s.role == role).count();
        let place = match (role, before) {
            ("administrator", 0) => "lead".to_owned(),
            ("custodian", 0) => "first".to_owned(),
            ("custodian", 1) => "second".to_owned(),
            ("custodian", 2) => "third".to_owned(),
            ("witness", 0) => "watch".to_owned(),
            (role, n) => format!("{role}-{}", n.saturating_add(1)),
        };
        self.stands.push(Stand {
            name: name.to_owned(),
            place,
            role: role.to_owned(),
            joins: joins.map(str::to_owned),
            acts: joins.is_some(),
            left: false,
        });
    }

    /// The place of somebody who took part.
    pub(super) fn place_of(&self, name: &str) -> &str {
        let found = self.stands.iter().find(|known| known.name == name);
        found.map_or("lead", |stand| &stand.place)
    }

    /// The first place of this role.
    pub(super) fn of_role(&self, role: &str) -> Option<&str> {
        let found = self.stands.iter().find(|known| known.role == role);
        found.map(|stand| stand.place.as_str())
    }

    /// Whoever sees to it that what the others say is so: who watches, else the second of those who are here.
    pub(super) fn other(&self) -> &str {
        let second = || self.here().nth(1).map(|stand| stand.place.as_str());
        self.of_role("witness").or_else(second).unwrap_or("lead")
    }

    fn here(&self) -> impl Iterator<Item = &Stand> {
        self.stands.iter().filter(|s| s.acts && s.joins.is_none())
    }

    /// The places of those who are there when it begins, quoted and joined.
    pub(super) fn at_the_beginning(&self) -> String {
        listed(self.here())
    }

    /// The places of those who are there when it ends, quoted and joined.
    pub(super) fn at_the_end(&self) -> String {
        listed(self.stands.iter().filter(|s| s.acts && !s.left))
    }

    /// Two places whose people stay from the beginning to the end, quoted and joined.
    pub(super) fn two(&self) -> String {
        listed(self.here().filter(|s| !s.left).take(2))
    }

    /// The declaration of all places.
    pub(super) fn declared(&self) -> String {
        let mut text = "person = [\n".to_owned();
        for stand in &self.stands {
            let joins = stand
                .joins
                .as_deref()
                .map_or_else(String::new, |step| format!(", joins = {}", quoted(step)));
            let _ = writeln!(
                text,
                "  {{ id = \"{}\", role = \"{}\"{joins} }},",
                stand.place, stand.role
            );
        }
        text.push_str("]\n\n");
        text
    }
}

fn listed<'a>(stands: impl Iterator<Item = &'a Stand>) -> String {
    let places: Vec<String> = stands.map(|stand| quoted(&stand.place)).collect();
    places.join(", ")
}
