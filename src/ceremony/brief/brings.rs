//! What each place brings, from what its steps ask.

use super::super::model::{Model, Person, Role, Step};
use super::super::run::files_of;
use super::super::{ops, ops_carry, ops_components};
use super::acting::{reads_advice, signs_off};
use super::{afterwards, people};
use crate::session::{Profile, op, op_components, op_custody, op_exchange, op_tr34};

/// Things, each once.
#[derive(Default)]
struct Things(Vec<String>);

impl Things {
    fn add(&mut self, thing: &str) {
        if !self.0.iter().any(|known| known == thing) {
            self.0.push(thing.to_owned());
        }
    }
}

/// What one place brings.
pub(super) fn brings(model: &Model, person: &Person) -> Vec<String> {
    if people::stays_away(model, person) {
        return vec!["nothing, and need not come".to_owned()];
    }
    let mut things = Things::default();
    let signs =
        person.role != Role::Witness || model.steps.iter().any(|step| signs_off(step, &person.id));
    if person.joins.is_some() {
        things.add("the signed custodian form");
    } else if signs {
        things.add(&passphrase(model, person.role));
    }
    if person.role == Role::Witness {
        things.0.extend(card(model));
    }
    for step in &model.steps {
        made_anew(model, person, step, &mut things);
        typed(model, person, step, &mut things);
        components(person, step, &mut things);
        files(model, person, step, &mut things);
    }
    if things.0.is_empty() {
        things.add("nothing");
    }
    things.0
}

/// What opens the own envelopes. In production they lie on media of their own.
pub(super) fn passphrase(model: &Model, role: Role) -> String {
    let own = "their own passphrase";
    match role {
        _ if !model.profiles.contains(&Profile::Production) => own.to_owned(),
        Role::Custodian => {
            format!("{own} (in production with their own envelopes: share and approval)")
        }
        _ => format!("{own} (in production with their own approval envelope)"),
    }
}

/// What whoever watches has of the last opening. A vault that is thrown away has no next one.
pub(super) fn card(model: &Model) -> Option<String> {
    if model.profiles.contains(&Profile::Production) {
        return Some(
            "the witness card of the last time (production asks for its number and words before it opens), and paper \
             for the next"
                .to_owned(),
        );
    }
    let kept = model.profiles.contains(&Profile::Test);
    kept.then(|| {
        "the witness card of the last time, where the vault is kept, and paper for the next"
            .to_owned()
    })
}

/// New words want paper, new envelopes a medium.
fn made_anew(model: &Model, person: &Person, step: &Step, things: &mut Things) {
    let for_others = step.op.name == op_custody::RECOVERY_SET.name;
    let shares_alone = step.op.name == op_custody::RESHARE.name && person.role != Role::Custodian;
    if !afterwards::makes_anew(step) || for_others || shares_alone {
        return;
    }
    things.add("paper and pen for new words");
    if model.profiles.contains(&Profile::Production) {
        things.add("in production an empty medium of their own for new envelopes");
    }
}

/// What is typed from a paper, or read from a watch.
fn typed(model: &Model, person: &Person, step: &Step, things: &mut Things) {
    let acts = step.who.contains(&person.id);
    let asked = |field: &str| step.asked.get(field) == Some(&person.id);
    let issues = step.initiate.as_ref() == Some(&person.id);
    match step.op.name {
        name if name == ops::ATTEST_CLOCK.name && acts => {
            things.add("their own watch, to read the time from");
        }
        name if name == ops::ATTEST_CHECK_VALUE.name && acts => {
            things.add("the check values from the sender, on paper");
        }
        name if name == ops_carry::COMPARE.name && acts => {
            let other = other_side(model, step);
            things.add(&format!("the key's check value from {other}, on paper"));
        }
        name if name == ops::ATTEST_FINGERPRINT.name && acts => {
            things.add("the fingerprints, fetched elsewhere, on paper");
        }
        _ => {}
    }
    if asked("fingerprint") {
        things.add("the fingerprints, fetched elsewhere, on paper");
    }
    if step.op.name == op_exchange::IMPORT_TR34.name && asked("nonce") {
        let drawn = model
            .doings()
            .any(|doing| doing.op.name == op_tr34::RANDOM.name);
        things.add(if drawn {
            "paper and pen for the random number that is drawn here"
        } else {
            "the random number that the sender was given, on paper"
        });
    }
    let terminals = step
        .doings()
        .iter()
        .any(|doing| doing.field("serial").is_some());
    if issues && terminals {
        things.add(
            "the list of the terminals with their key serial numbers, to hold against the screen",
        );
    }
}

/// Who did not make the file whose check value is compared.
fn other_side<'a>(model: &'a Model, step: &Step) -> &'a str {
    let file = step.fields.get("file").and_then(|id| model.input(id));
    let by = file.and_then(|file| file.made_by.as_deref());
    let all = model
        .inputs
        .iter()
        .filter_map(|input| input.made_by.as_deref());
    let mut others = all.filter(|made_by| by.is_some_and(|by| by != *made_by));
    others.next().unwrap_or("the other side")
}

fn components(person: &Person, step: &Step, things: &mut Things) {
    let acts = step.who.contains(&person.id);
    let prints = step.asked.get(op_components::SLIP.id) == Some(&person.id);
    match step.op.name {
        name if name == ops_components::RECEIVE.name && acts => {
            things.add("the component's package, closed as it came");
        }
        name if name == ops_components::SEAL.name && acts => {
            things.add("a new numbered package for the component's paper");
        }
        name if prints || (name == ops_components::GENERATE.name && acts) => {
            things.add(
                "a printer on a cable for the component's paper, or an empty medium of their own",
            );
        }
        _ => {}
    }
    if reads_advice(step) == Some(&person.id) {
        things.add("the sender's advice with the packages' serials, on paper");
    }
}

fn files(model: &Model, person: &Person, step: &Step, things: &mut Things) {
    let acts = step.who.contains(&person.id);
    let issues = step.initiate.as_ref() == Some(&person.id);
    if issues || (acts && reads(step)) {
        for input in files_of(step) {
            let medium = model.input(&input).and_then(|input| input.medium.clone());
            things.add(&medium.map_or_else(
                || format!("the file {input}"),
                |medium| format!("the medium {medium}, for what comes in"),
            ));
        }
    }
    copies(person, step, things);
    let writes = issues || (acts && step.op.name == ops_carry::CHECK.name);
    if writes
        && !ops::copies(step.op.name)
        && let Some(medium) = &step.medium
    {
        things.add(&format!("the empty medium {medium}, for what goes out"));
    }
}

/// What a copy of the vault takes: whoever names the folder has the medium in hand.
fn copies(person: &Person, step: &Step, things: &mut Things) {
    let names = step.asked.get(op::BACKUP_TO.id).or(step.initiate.as_ref());
    if !ops::copies(step.op.name) || names != Some(&person.id) {
        return;
    }
    things.add(&step.medium.as_ref().map_or_else(
        || "an empty medium for a copy of the vault".to_owned(),
        |medium| format!("the empty medium {medium}, for a copy of the vault"),
    ));
    if step.fields.contains_key("bag") || step.asked.contains_key("bag") {
        things.add("a numbered bag for that medium");
    }
}

/// Whether whoever acts in a step has its file.
fn reads(step: &Step) -> bool {
    [ops::READ_FILE.name, ops_carry::CHECK.name].contains(&step.op.name)
}
