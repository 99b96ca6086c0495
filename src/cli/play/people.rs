//! Who has which place of a run that begins, or that is taken up: `--person PLACE=NAME`.

use std::collections::BTreeMap;

use crate::ceremony::Script;

use super::super::status::{Answer, Failure};
use super::PlayArgs;

/// `PLACE=NAME` of somebody who takes a place.
pub(super) fn person(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((place, name)) if !place.is_empty() && !name.trim().is_empty() => {
            Ok((place.to_owned(), name.trim().to_owned()))
        }
        _ => Err("wants PLACE=NAME, for example second=Cho".to_owned()),
    }
}

impl PlayArgs {
    /// Who takes which place.
    pub(super) fn people(&self) -> BTreeMap<String, String> {
        self.person.iter().cloned().collect()
    }

    /// What the public part of the vault tells of whoever is named, before anybody opens it; the run knows the rest.
    pub(super) fn can_be_asked_for(&self, script: &Script) -> Answer<()> {
        let Some(dir) = self
            .place
            .vault
            .as_ref()
            .filter(|_| !self.person.is_empty())
        else {
            return Ok(());
        };
        let people = super::super::vault::public_part(dir)?.people;
        for (place, name) in &self.person {
            let Some(role) = script.role_at(place) else {
                let places = script.places().join(", ");
                return Err(Failure::usage(format!(
                    "this script has no place {place:?}. Nothing was opened."
                ))
                .hint(format!("it has: {places}")));
            };
            // Whoever joins is no person of the vault yet: the run judges the name.
            if script.joins_at(place) {
                continue;
            }
            if people
                .iter()
                .any(|(known, known_role, _)| known == name && known_role == role)
            {
                continue;
            }
            let of_role = people.iter().filter(|(_, known, _)| known == role);
            let of_role: Vec<&str> = of_role.map(|(known, ..)| known.as_str()).collect();
            let why = match people.iter().find(|(known, ..)| known == name) {
                Some((_, other, _)) => format!("{name} has the role {other} in this vault"),
                None => format!("{name} is not a person of this vault"),
            };
            return Err(Failure::usage(format!(
                "{why}, and {place:?} is a place for the role {role}. Nothing was opened."
            ))
            .hint(format!("that role have here: {}", of_role.join(", "))));
        }
        Ok(())
    }
}
