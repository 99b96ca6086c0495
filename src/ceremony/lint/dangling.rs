//! L21: every name that is used is declared, and every file has come or been written before it is read.

use std::collections::BTreeSet;

use crate::session::Profile;
use crate::session::field::Kind;
use crate::session::{op_exchange, op_tr34};

use super::super::finding::Place;
use super::super::model::{Doing, Model, Step};
use super::super::peer::{Peer, StandIn};
use super::super::{ops, ops_components};
use super::{Report, Rule};

pub(super) const RULE: Rule = Rule {
    id: "L21",
    title: "a reference to nothing",
    explain: "\
Every place, key, input, step and file that a script names is declared, or written by an earlier step. A file that \
comes during the ceremony has a stand-in that gives it in rehearsal, and a stand-in answers to a file that exists by \
then, with keys that are declared.

Correct the name, declare what is missing, or move the step.",
    check: dangling,
};

fn dangling(model: &Model, report: &mut Report) {
    for step in &model.steps {
        people(model, step, report);
        repeats(model, step, report);
        component(model, step, report);
        for doing in step.doings() {
            fields(model, doing, report);
        }
    }
    for (place, id) in &model.rehearsal.mentions {
        if !id.is_empty() && !model.steps.iter().any(|step| step.id == *id) {
            report.error(
                place,
                None,
                format!("No step is called `{id}`: correct the id or remove the entry."),
            );
        }
    }
    parties(model, report);
    spoken_files(model, report);
    nothing_signs(model, report);
    for stand_in in &model.rehearsal.stand_ins {
        stands_in(model, stand_in, report);
        signs_a_number(model, stand_in, report);
    }
    nobody_gives(model, report);
}

/// A note that repeats another names one that stands before it, and is another person's.
fn repeats(model: &Model, step: &Step, report: &mut Report) {
    let named = step.fields.get(ops::REPEATS);
    let Some(named) = named.filter(|_| step.op.name == ops::NOTE.name) else {
        return;
    };
    let mut before = model.steps.iter().take_while(|other| other.id != step.id);
    let first = before.find(|other| other.id == *named && other.op.name == ops::NOTE.name);
    let words = match first {
        None => {
            format!("No note `{named}` stands before this one: correct the id or move the step.")
        }
        Some(first) if first.who.first() == step.who.first() => format!(
            "The same person reads `{named}` and this: a second reading is somebody else's."
        ),
        Some(_) => return,
    };
    report.error(&step.place.member(ops::REPEATS), Some(step), words);
}

/// A package goes into a safe that is declared, and whoever opens that is declared as well.
fn safe(model: &Model, step: &Step, report: &mut Report) {
    let Some(id) = step.safe.as_deref() else {
        return;
    };
    let Some((item, safe)) = model.safe(id) else {
        report.error(
            &step.place.member("safe"),
            Some(step),
            format!(
                "No safe is called `{id}`: declare it with item = [{{ id = \"{id}\", kind = \"safe\" }}] or correct \
                 the id."
            ),
        );
        return;
    };
    for place in safe.access.iter().filter(|p| model.person(p).is_none()) {
        report.error(
            &item.place.member("access"),
            Some(step),
            format!("`{place}` is no place of this script: declare it or correct the id."),
        );
    }
}

/// A turn with a component names a key of components, one of their numbers, and a package that is declared.
fn component(model: &Model, step: &Step, report: &mut Report) {
    if let Some(item) = step.item.as_deref().filter(|id| model.item(id).is_none()) {
        report.error(
            &step.place.member("item"),
            Some(step),
            format!(
                "No package is called `{item}`: declare it with item = [...] or correct the id."
            ),
        );
    }
    safe(model, step, report);
    for doing in step.doings() {
        let divides = doing.op.name.ends_with(".components") || ops_components::is_turn(doing.op);
        let key = doing.key().and_then(|id| model.key(id));
        let Some(key) = key.filter(|_| divides) else {
            continue;
        };
        let part = doing.field("part").and_then(|n| n.parse::<u8>().ok());
        match (key.components, part) {
            (None, _) => report.error(
                &key.place.member("components"),
                Some(step),
                format!(
                    "`{}` comes or goes as components, and nothing says how many: write components = 2 to 9.",
                    key.id
                ),
            ),
            (Some(count), Some(part)) if part > count => report.error(
                &doing.place.member("part"),
                Some(step),
                format!("`{}` has {count} components: correct the number.", key.id),
            ),
            _ => {}
        }
    }
}

/// Keys name parties that are declared.
fn parties(model: &Model, report: &mut Report) {
    for key in &model.keys {
        if let Some(id) = key
            .counterparty
            .as_deref()
            .filter(|id| model.party(id).is_none())
        {
            report.error(
                &key.place.member("counterparty"),
                None,
                format!(
                    "No party is called `{id}`: declare it with party = [...] or correct the id."
                ),
            );
        }
    }
}

fn people(model: &Model, step: &Step, report: &mut Report) {
    let from = step
        .approve
        .iter()
        .flat_map(|a| &a.from)
        .map(|id| (id, "approve"));
    let who = step.who.iter().map(|id| (id, "who"));
    let observe = step.observe.iter().map(|id| (id, "observe"));
    let initiate = step.initiate.iter().map(|id| (id, "initiate"));
    let asked = step.asked.values().map(|id| (id, "input"));
    for (id, member) in from.chain(who).chain(observe).chain(initiate).chain(asked) {
        if model.person(id).is_none() {
            report.error(
                &step.place.member(member),
                Some(step),
                format!("Nobody is called `{id}`: add it to `person = [...]` or correct the id."),
            );
        }
    }
}

fn fields(model: &Model, doing: Doing<'_>, report: &mut Report) {
    own_pair(doing, report);
    let mut named: Vec<(&str, &str, bool)> = Vec::new();
    if let Some(key) = doing.makes {
        named.push(("key", key, true));
    }
    for field in doing.op.fields {
        if let Some(id) = doing.field(field.id) {
            match field.kind {
                Kind::Key => named.push((field.id, id, true)),
                Kind::File => named.push((field.id, id, false)),
                Kind::Person if model.person(id).is_none() => report.error(
                    &doing.place.member(field.id),
                    Some(doing.step),
                    format!(
                        "Nobody is called `{id}`: add it to `person = [...]` or correct the id."
                    ),
                ),
                _ => {}
            }
        } else if !field.optional && must_be_written(doing, field.kind, field.id) {
            report.error(
                &doing.place.member(field.id),
                Some(doing.step),
                format!("`{}` is missing: {}.", field.id, wanted(field.kind)),
            );
        }
    }
    for (member, id, is_key) in named {
        let found = if is_key {
            model.key(id).is_some()
        } else {
            model.input(id).is_some()
        };
        if !found {
            let (what, how) = if is_key {
                ("key", "[[key]]")
            } else {
                ("input", "[[input]]")
            };
            report.error(
                &doing.place.member(member),
                Some(doing.step),
                format!("No {what} is called `{id}`: declare it with {how} or correct the id."),
            );
        }
    }
}

/// An own pair is named with the certificate that the other side knows it by, and the reverse: the act would refuse
/// one alone.
fn own_pair(doing: Doing<'_>, report: &mut Report) {
    let given = |id| doing.field(id).is_some();
    let [pair, certificate] = op_exchange::OWN_PAIR;
    let message = match (given(pair), given(certificate)) {
        (true, false) => format!(
            "`{certificate}` is missing beside `{pair}`: name the input that holds the certificate that an authority \
             issued for the pair, or leave `{pair}` out."
        ),
        (false, true) => format!(
            "`{pair}` is missing beside `{certificate}`: name the key pair of this vault that it was issued for, or \
             leave `{certificate}` out."
        ),
        _ => return,
    };
    let member = if given(pair) { pair } else { certificate };
    report.error(&doing.place.member(member), Some(doing.step), message);
}

/// Keys and files are named in the script; inside a list nobody is asked for anything.
fn must_be_written(doing: Doing<'_>, kind: Kind, id: &str) -> bool {
    let reference = matches!(kind, Kind::Key | Kind::File | Kind::Person);
    let listed = !doing.step.acts.is_empty();
    let declared = doing.op.name == crate::session::op::CREATE_KEY.name;
    reference || id == "output" || id == "part" || (listed && !declared)
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "name a declared input",
        Kind::Key => "name a declared key",
        Kind::Person => "name a declared place",
        _ => "write it here",
    }
}

/// A TR-34 token is signed with a pair that an earlier step made, or that the step names.
fn nothing_signs(model: &Model, report: &mut Report) {
    let mut made = false;
    for doing in model.doings() {
        made |= doing.op.name == op_exchange::PARAMETERS_FOR_EXPORT.name;
        let named = doing.field("export-token").is_some()
            || doing.step.asked.contains_key("export-token")
            || doing.field("pair").is_some();
        let signs = doing.op.name == op_exchange::EXPORT_TR34.name || op_tr34::binds(doing.op);
        if signs && !made && !named {
            report.error(
                &doing.place.member("export-token"),
                Some(doing.step),
                "No earlier step makes a certificate to sign with: put get-parameters-for-export before this one, or \
                 have the token asked."
                    .to_owned(),
            );
        }
    }
}

/// A hash is read aloud of what an earlier step wrote.
fn spoken_files(model: &Model, report: &mut Report) {
    let mut written: BTreeSet<&str> = BTreeSet::new();
    for step in &model.steps {
        if step.op.name == ops::ATTEST_HASH.name {
            let file = step.fields.get("file").map_or("", String::as_str);
            if !written.contains(file) {
                report.error(
                    &step.place.member("file"),
                    Some(step),
                    format!(
                        "No earlier step writes `{file}`: correct the name or move this step down."
                    ),
                );
            }
        }
        if !step.expects_error() {
            let doings = step.doings();
            let outputs = || doings.iter().filter_map(|doing| doing.field("output"));
            // One that is named with its folder is told at its own place (L10).
            written.extend(outputs().chain(outputs().filter_map(|name| name.rsplit('/').next())));
        }
    }
}

fn stands_in(model: &Model, stand_in: &StandIn, report: &mut Report) {
    let mut wrong = |member: &str, message: String| {
        report.error(&stand_in.place.member(member), None, message);
    };
    match model.input(&stand_in.gives) {
        None => wrong(
            "gives",
            format!(
                "No input is called `{}`: declare it with [[input]].",
                stand_in.gives
            ),
        ),
        Some(input) if !input.during => wrong(
            "gives",
            format!(
                "`{}` is there before the ceremony begins: write arrives = \"during\" at the input, or give it a \
                 default.",
                input.id
            ),
        ),
        Some(_) => {}
    }
    if model
        .key(&stand_in.key)
        .is_none_or(super::super::model::KeyDeclaration::is_public)
    {
        wrong(
            "key",
            format!(
                "No secret key is called `{}`: name the declared key that this counterparty sends.",
                stand_in.key
            ),
        );
    }
    match stand_in.peer {
        Peer::RsaWrap | Peer::Tr34Sender | Peer::Tr34Exporter | Peer::ImportReceipt
            if !is_there(model, &stand_in.needs, &stand_in.gives) =>
        {
            wrong(
                "reads",
                format!(
                    "Nothing gives `{}` before `{}` is read: name an output of an earlier step, or an input that has \
                     come by then.",
                    stand_in.needs, stand_in.gives
                ),
            );
        }
        Peer::Tr31 if !sent_by_a_peer(model, &stand_in.needs) => wrong(
            "under",
            format!(
                "No stand-in sends `{}`, so this one cannot hold it: let a counterparty send it first.",
                stand_in.needs
            ),
        ),
        _ => {}
    }
}

/// The random number that a stand-in signs is drawn before its answer is wanted.
fn signs_a_number(model: &Model, stand_in: &StandIn, report: &mut Report) {
    let Some(random) = stand_in.random.as_deref() else {
        return;
    };
    let draws = |doing: &Doing<'_>| {
        doing.op.name == op_tr34::RANDOM.name && doing.field("output") == Some(random)
    };
    let known = model.doings().any(|doing| draws(&doing));
    if known && is_there(model, random, &stand_in.gives) {
        return;
    }
    report.error(
        &stand_in.place.member("random"),
        None,
        format!(
            "No step draws `{random}` before `{}` is read: name the output of an earlier step tr34.random.",
            stand_in.gives
        ),
    );
}

fn sent_by_a_peer(model: &Model, key: &str) -> bool {
    model.rehearsal.stand_ins.iter().any(|s| s.key == key)
}

/// Whether the file that a stand-in reads exists by the time its answer, `gives`, is wanted.
fn is_there(model: &Model, reads: &str, gives: &str) -> bool {
    if model.input(reads).is_some_and(|input| !input.during) {
        return true;
    }
    for doing in model.doings() {
        let files = doing.op.fields.iter().filter(|f| f.kind == Kind::File);
        let files: Vec<&str> = files.filter_map(|f| doing.field(f.id)).collect();
        if files.contains(&gives) {
            return false;
        }
        if files.contains(&reads) {
            return true;
        }
        if doing.field("output") == Some(reads) && !doing.step.expects_error() {
            return true;
        }
    }
    false
}

/// What comes during a rehearsal has somebody who gives it.
fn nobody_gives(model: &Model, report: &mut Report) {
    if !model.profiles.contains(&Profile::Rehearsal) {
        return;
    }
    for input in model.inputs.iter().filter(|input| input.during) {
        let given = model
            .rehearsal
            .stand_ins
            .iter()
            .any(|s| s.gives == input.id);
        if !given {
            let place: Place = input.place.member("arrives");
            report.error(
                &place,
                None,
                format!(
                    "`{}` comes during the ceremony and nobody gives it in rehearsal: add a [[rehearsal.stand-in]].",
                    input.id
                ),
            );
        }
    }
}
