//! What the vault must allow, and whether one would refuse.

use crate::custody::Policy;
use crate::session::{Demands, Profile, View, has_a_floor};

use super::super::enough;
use super::super::model::{Model, Person, Role, Step};
use super::super::rehearsed::Rehearsals;
use super::super::run::{places_of, stand_against};
use super::super::script::Script;
use super::page::Page;
use super::people;

/// What is known of a vault beforehand: its public part, or more where it was opened.
#[derive(Debug, Clone)]
pub struct BriefVault {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub profile: Profile,
    /// Name and role of everybody.
    pub people: Vec<(String, String)>,
    /// How many custodians open it.
    pub opens: usize,
    /// By what it counts the custodians that an act needs: at least, where it was not opened.
    pub demands: Demands,
    /// The open vault, if it was opened.
    pub view: Option<View>,
    /// The rehearsals that are noted on this workstation.
    pub rehearsals: Rehearsals,
}

impl BriefVault {
    /// What an open vault says of itself.
    pub fn opened_as(name: String, view: View, rehearsals: Rehearsals) -> Self {
        let people = view.people.iter();
        Self {
            name,
            profile: view.profile,
            people: people.map(|p| (p.name.clone(), p.role.clone())).collect(),
            opens: usize::from(view.k),
            demands: view.demands.clone(),
            view: Some(view),
            rehearsals,
        }
    }

    /// Who of it has a place that the script gives to one person by the approval key, in words; only the open vault knows.
    pub(super) fn holder_of(&self, place: &Person, key: &str) -> Option<String> {
        let view = self.view.as_ref()?;
        let mut people = view.people.iter();
        let holder = people.find(|p| p.fingerprint == key && p.role == place.role.name());
        Some(match holder {
            Some(person) => format!("in this vault {}", person.name),
            None if view.profile == Profile::Rehearsal => {
                "practice people have the place here".to_owned()
            }
            None => "nobody in this vault".to_owned(),
        })
    }

    /// Whether it was opened.
    pub(super) const fn opened(&self) -> bool {
        self.view.is_some()
    }

    /// How many custodians it asks for under the act of a step, or under the most demanding one of its list; of a vault
    /// that was not opened, and whose policy may say more, at least. None of a step that is no act.
    pub(super) fn demanded(&self, step: &Step) -> Option<usize> {
        step.approve.as_ref()?;
        Some(usize::from(enough::demanded(&self.demands, step)))
    }

    /// The acts that too few of its people may sign.
    fn too_few(&self, script: &Script) -> Vec<String> {
        let custodians = self.people.iter();
        let custodians = custodians.filter(|(_, role)| role == Role::Custodian.name());
        let places = self.view.as_ref().map(|view| places_of(script, view));
        let places = places.and_then(Result::ok);
        let short = enough::short(
            &script.model,
            &self.demands,
            custodians.count(),
            places.as_ref(),
        );
        short.iter().map(enough::Short::told).collect()
    }

    /// Why it would refuse the script, sentence by sentence; empty where it would not.
    pub fn refusals(&self, script: &Script) -> Vec<String> {
        let model = &script.model;
        let mut no: Vec<String> = Vec::new();
        let errors = script.lint().iter().filter(|f| f.is_error()).count();
        if errors > 0 {
            let found = match errors {
                1 => "an error".to_owned(),
                n => format!("{n} errors"),
            };
            no.push(format!(
                "The linter finds {found}: keymoot lint says which, and what to change."
            ));
        }
        if !model.profiles.contains(&self.profile) {
            let names: Vec<_> = model.profiles.iter().map(|p| p.name()).collect();
            no.push(format!(
                "The script is for {} vaults, and this is a {} vault.",
                names.join(" and "),
                self.profile.name()
            ));
        }
        for role in Role::ALL {
            let have = self.people.iter().filter(|(_, r)| r == role.name()).count();
            let need = match role {
                Role::Custodian => people::custodians(model),
                _ => model.needs(*role),
            };
            if have < need {
                no.push(format!(
                    "The script needs {need} of role {}, and this vault has {have}.",
                    role.name()
                ));
            }
        }
        let other = model
            .keys
            .iter()
            .filter(|key| key.class.is_some_and(|c| c != self.profile));
        no.extend(other.map(|key| format!("Key {} is declared of another class.", key.id)));
        if let Some(view) = &self.view {
            inside(model, view, &mut no);
            no.extend(stand_against(script, view));
        }
        no.extend(self.too_few(script));
        let stands = |view: &View| view.runs.iter().any(|run| run.outcome.is_none());
        let open = self.view.as_ref().is_some_and(stands);
        if self.profile == Profile::Production
            && !open
            && let Some(missing) = self.rehearsals.missing(script)
        {
            no.push(missing.in_brief());
        }
        no
    }
}

/// What only an open vault tells.
fn inside(model: &Model, view: &View, no: &mut Vec<String>) {
    if view.profile == Profile::Production && model.makes_keys() && !view.software_generation {
        no.push(
            "The script makes keys, and this vault may not make keys in software (PCI PIN 5-1)."
                .to_owned(),
        );
    }
    if let Some(run) = view.runs.iter().find(|run| run.outcome.is_none()) {
        no.push(format!(
            "A run of {} stands open in it since {}: take it up with --resume first.",
            run.script,
            run.started.rfc3339()
        ));
    }
    for place in &model.people {
        let role = place.role.name();
        let known = |key: &&String| {
            let mut people = view.people.iter();
            people.any(|p| p.fingerprint == **key && p.role == role)
        };
        let practised = view.profile == Profile::Rehearsal;
        if let Some(key) = place.key.as_ref().filter(|key| !known(key) && !practised) {
            no.push(format!(
                "The approval key that the script wants for {} belongs to nobody here: {key}.",
                place.id
            ));
        }
        if place.form_until.is_some_and(|end| view.now >= end) {
            no.push(format!(
                "The form of {} is over by this vault's clock.",
                place.id
            ));
        }
    }
}

/// What the vault's policy must allow.
pub(super) fn allowances(model: &Model, vault: Option<&BriefVault>, page: &mut Page) {
    page.title("WHAT THE VAULT MUST ALLOW");
    let mut lines: Vec<&str> = Vec::new();
    let production = model.profiles.contains(&Profile::Production);
    if model.makes_keys() {
        lines.push(if production {
            "keys made in software; a production vault only where its quorum allowed that"
        } else {
            "keys made in software"
        });
    }
    if model.doings().any(|doing| doing.op.uses_secret) {
        lines.push(
            "secrets opened for single acts: at least t custodians, whatever the script says",
        );
    }
    let mut floored: Vec<&str> = Vec::new();
    for doing in model.doings().filter(|doing| has_a_floor(doing.op)) {
        if !floored.contains(&doing.op.title) {
            floored.push(doing.op.title);
        }
    }
    let floor = format!(
        "in production k custodians, never fewer than two, for: {}",
        floored.join("; ")
    );
    if production && !floored.is_empty() {
        lines.push(&floor);
    }
    let lists = model.steps.iter().any(|step| !step.acts.is_empty());
    if lists && !vault.is_some_and(BriefVault::opened) {
        lines.push(
            "acts together under one approval: as many custodians as the most demanding of them takes by the vault's \
             policy; --vault with --unlock-file says how many",
        );
    }
    if lines.is_empty() {
        lines.push("nothing beyond two approvals");
    }
    for line in lines {
        page.line("  - ", line);
    }
}

/// How long tokens and their certificates live: what an open vault's policy says, or what a policy may say.
pub(super) fn parameters_days(vault: Option<&BriefVault>) -> String {
    if let Some(view) = vault.and_then(|vault| vault.view.as_ref()) {
        return format!("{} days", view.parameters_days);
    }
    let (usual, longest) = Policy::PARAMETERS_DAYS;
    format!("{usual} days, or up to {longest} where the vault's policy says so,")
}
