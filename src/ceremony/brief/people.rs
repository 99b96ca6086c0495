//! Who comes, and what each brings.

use std::collections::BTreeSet;

use super::super::enough;
use super::super::model::{Model, Person, Role, Wait};
use super::acting::has_part;
use super::brings::{self, brings, passphrase};
use super::page::Page;
use super::vault::BriefVault;
use crate::session::{Profile, in_groups, op_custody, practice};

pub(super) fn section(model: &Model, vault: Option<&BriefVault>, page: &mut Page) {
    page.title("WHO COMES");
    let more = More::of(model, vault);
    let count = named(model) + more.count;
    page.line(
        "  ",
        &format!(
            "{count} different people, whoever asks for acts included: the one who asks never approves, and nobody \
             takes two places. First stands the place, as the script's steps call it, then what the person is."
        ),
    );
    for person in &model.people {
        let mut does = vec![person.role.name().to_owned()];
        does.extend(form(person));
        if let Some(place) = model.stands_by_for(&person.id) {
            does.push(format!("stands by, and comes where {} cannot", place.id));
        }
        if let Some(step) = person.joins.as_ref().and_then(|id| number(model, id)) {
            does.push(format!("joins in step {step}"));
        }
        if gives_up(model, person) {
            does.push("gives up the place".to_owned());
        }
        page.line(&format!("  {:<12}", person.id), &does.join(", "));
        if let Some(key) = &person.key {
            page.line("              ", &bound(person, key, vault));
        }
        page.line("              brings ", &brings(model, person).join("; "));
    }
    if more.count > 0 {
        page.line(
            "  ",
            &format!(
                "and {} more of role custodian, {}: each brings {}",
                more.count,
                more.purpose,
                passphrase(model, Role::Custodian)
            ),
        );
    }
    let opened = vault.map_or_else(
        || {
            "The vault is opened by as many custodians as it takes. Where these are too few, others of its custodians come \
             for that, with what a custodian brings."
                .to_owned()
        },
        |vault| {
            format!(
                "This vault is opened by {} custodians, who are counted here.",
                vault.opens
            )
        },
    );
    page.line("  ", &opened);
    unwatched(model, page);
    everybody(model, page);
    holders(model, page);
    sittings(model, page);
}

/// That a place is one person's, and whose.
fn bound(person: &Person, key: &str, vault: Option<&BriefVault>) -> String {
    let holder = vault.and_then(|vault| vault.holder_of(person, key));
    let holder = holder.map_or_else(String::new, |holder| format!("; {holder}"));
    format!(
        "for one person only: whoever has the approval key {}{holder}",
        in_groups(key)
    )
}

/// Custodians who have no place in the script and come all the same.
struct More {
    count: usize,
    /// What for.
    purpose: &'static str,
}

impl More {
    /// As the script counts them; of a vault, also as many as its acts and its opening take.
    fn of(model: &Model, vault: Option<&BriefVault>) -> Self {
        let places = || model.places().filter(|p| p.role == Role::Custodian);
        let by_script = custodians(model).saturating_sub(places().count());
        let Some(vault) = vault else {
            return Self {
                count: by_script,
                purpose: "to approve",
            };
        };
        // Whoever joins in the ceremony neither opens nor signs before.
        let here = places().filter(|p| p.joins.is_none() && !stays_away(model, p));
        let here: BTreeSet<&str> = here.map(Person::head).collect();
        let sign = enough::most(model, &vault.demands).saturating_sub(here.len());
        let sign = sign.max(by_script);
        let open = vault.opens.saturating_sub(here.len());
        Self {
            count: sign.max(open),
            purpose: match (open, sign) {
                (0, _) => "to approve",
                (_, 0) => "to open the vault",
                _ => "to open the vault and to approve",
            },
        }
    }
}

/// Where nobody watches, somebody brings the witness card all the same: the vault asks for it.
fn unwatched(model: &Model, page: &mut Page) {
    let watched = model.places().any(|person| person.role == Role::Witness);
    if let Some(card) = brings::card(model).filter(|_| !watched) {
        page.line("  ", &format!("Whoever keeps it brings {card}."));
    }
}

/// Where time has to pass, people come more than once.
fn sittings(model: &Model, page: &mut Page) {
    let mut told = Vec::new();
    let (mut from, mut after) = (1, String::new());
    let steps = || (1..).zip(&model.steps);
    for (number, step) in steps().filter(|(_, step)| step.waits().is_some()) {
        if number > from {
            told.push(format!("{after}{}", span(from, number - 1)));
        }
        after = match (step.waits(), step.fields.get("span")) {
            (Some(Wait::Until(moment)), _) => format!("from {} on ", moment.rfc3339()),
            (_, Some(span)) => format!("{span} later "),
            _ => "later ".to_owned(),
        };
        from = number + 1;
    }
    if from <= model.steps.len() {
        told.push(format!("{after}{}", span(from, model.steps.len())));
    }
    if told.len() > 1 {
        page.line(
            "  ",
            &format!(
                "{} sittings: {}. The same people come back.",
                told.len(),
                told.join("; ")
            ),
        );
    }
}

/// Steps from one to another.
fn span(from: usize, to: usize) -> String {
    if from == to {
        format!("step {from}")
    } else {
        format!("steps {from}-{to}")
    }
}

/// Where everybody is called in turn, whoever has no place in the script comes too.
fn everybody(model: &Model, page: &mut Page) {
    let called = |names: &[&str]| {
        let mut steps = model.steps.iter();
        steps.any(|step| names.contains(&step.op.name))
    };
    if called(&[op_custody::ROTATE.name, op_custody::REPLACE.name]) {
        page.line(
            "  ",
            "Everybody else who stays in this vault comes as well: each gets new words and envelopes in a turn of their \
             own, and brings for it what those named here bring.",
        );
        if called(&[op_custody::ROTATE.name]) {
            page.line(
                "  ",
                "Whoever cannot come is replaced first: see custodian-replacement.",
            );
        }
    } else if called(&[op_custody::RESHARE.name, op_custody::DRILL.name]) {
        page.line(
            "  ",
            "Every other custodian of this vault comes as well: each is called in turn, with words and envelopes.",
        );
    }
}

/// The number of a step, as the page counts.
fn number(model: &Model, id: &str) -> Option<usize> {
    let at = model.steps.iter().position(|step| step.id == id)?;
    Some(at + 1)
}

/// Whether a step takes the place away from whoever has it.
fn gives_up(model: &Model, person: &Person) -> bool {
    let mut steps = model.steps.iter();
    steps.any(|step| step.fields.get(op_custody::LEAVES.id) == Some(&person.id))
}

/// Whether whoever has a place need not come: it is given up, and has a part in no step.
pub(in crate::ceremony) fn stays_away(model: &Model, person: &Person) -> bool {
    gives_up(model, person) && !model.steps.iter().any(|step| has_part(step, &person.id))
}

/// People who have no place in the script: whoever a step makes a holder of the recovery set.
fn holders(model: &Model, page: &mut Page) {
    for (at, step) in model.steps.iter().enumerate() {
        if step.op.name != op_custody::RECOVERY_SET.name {
            continue;
        }
        let medium = if model.profiles.contains(&Profile::Production) {
            "; in production a medium of their own with a bag"
        } else {
            ""
        };
        page.line(
            "  ",
            &format!(
                "and the holders named in step {}, three or more, none of them of this vault: each brings the signed \
                 custodian form; paper and pen for new words; a bag for them{medium}",
                at + 1
            ),
        );
    }
}

/// Custodians that the script needs: its places, or more where approvals count more, besides the one who asks.
pub(super) fn custodians(model: &Model) -> usize {
    let by_act = model.steps.iter().filter_map(|step| {
        let approve = step.approve.as_ref()?;
        let issuer = step.initiate.as_deref().and_then(|id| model.person(id));
        let signs_too = issuer.is_some_and(|person| person.role == Role::Custodian);
        Some(approve.count + usize::from(signs_too))
    });
    by_act.max().unwrap_or(0).max(model.needs(Role::Custodian))
}

impl Model {
    /// How many people of each role its practice vault has.
    pub(in crate::ceremony) fn practice_size(&self) -> practice::Size {
        practice::Size {
            administrators: self.needs(Role::Administrator),
            custodians: custodians(self),
            witnesses: self.needs(Role::Witness),
        }
    }
}

/// Different people who have a place: one for each place that has no key of its own, and one for each key.
fn named(model: &Model) -> usize {
    let here = model.places().filter(|person| !stays_away(model, person));
    here.map(Person::head).collect::<BTreeSet<&str>>().len()
}

fn form(person: &Person) -> Option<String> {
    let form = person.form.as_ref()?;
    Some(format!("form {form}"))
}
