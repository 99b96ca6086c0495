//! Keys that a script finds in its vault (`existing = true`): found under their names. A rehearsal whose vault nobody
//! keeps has none of them, so it makes practice keys in their place, as declared, before the first step: made by acts
//! that its practice people sign, and told on the screen and in the record.

use std::collections::BTreeMap;

use crate::api::{KeyState, Response};
use crate::crypto::SecretBytes;
use crate::session::build::{self, Answers};
use crate::session::field::Kind;
use crate::session::{
    Action, Command, Executed, KeyRow, KeySource, Outcome, PendingView, Profile, Refusal, Run,
    Session, View, op,
};
use crate::text::{say, tr};

use super::super::lint::key_life::{self, Fault, Otherwise, Unmet};
use super::super::model::{Algorithm, Doing, KeyDeclaration};
use super::super::peer::Peer;
use super::super::script::Script;
use super::super::stand_in::OtherSide;
use super::RunError;

/// Note of a run's first step: which practice keys stand in for keys that the vault would hold.
pub(super) const PRACTICE_KEYS: &str = "practice keys";

/// Declared keys that are in the vault, with their ARNs; and what is told of those that were made for practice.
///
/// # Errors
/// CannotBegin where one is missing, another than declared, or in a state in which the script cannot use it; what the door
/// refused.
pub(super) fn find(
    script: &Script,
    session: &mut Session,
    run: &Run,
) -> Result<(BTreeMap<String, String>, Option<String>), RunError> {
    let mut keys = BTreeMap::new();
    let mut made = Vec::new();
    for key in script.model.keys.iter().filter(|key| key.existing) {
        if named(&session.view(), key).is_empty()
            && session.profile() == Profile::Rehearsal
            && !session.lasts()
        {
            let arn = practice_key(script, session, run, key)?;
            keys.insert(key.id.clone(), arn);
            made.push(key.id.as_str());
        }
    }
    let view = session.view();
    for key in script.model.keys.iter().filter(|key| key.existing) {
        if keys.contains_key(&key.id) {
            continue;
        }
        let row = the_one(&view, key).map_err(|why| not_begun(&why))?;
        keys.insert(key.id.clone(), row.key.key_arn.clone());
    }
    if let Some(why) = otherwise(script, &view).into_iter().next() {
        return Err(not_begun(&why));
    }
    let told = (!made.is_empty()).then(|| made.join(", "));
    Ok((keys, told))
}

fn not_begun(why: &str) -> RunError {
    RunError::CannotBegin(format!("{why} Nothing was begun."))
}

/// Why a script would not begin in a vault that stays, for the keys that it says are there: each in a sentence or two.
pub(in crate::ceremony) fn stand_against(script: &Script, view: &View) -> Vec<String> {
    let declared = script.model.keys.iter().filter(|key| key.existing);
    let missing = declared.filter_map(|key| the_one(view, key).err());
    missing.chain(otherwise(script, view)).collect()
}

/// Keys that are there and stand otherwise than the script uses them: which, how, and what mends it.
fn otherwise(script: &Script, view: &View) -> Vec<String> {
    let declared = script.model.keys.iter().filter(|key| key.existing);
    let rows: BTreeMap<&str, &KeyRow> = declared
        .filter_map(|key| Some((key.id.as_str(), the_one(view, key).ok()?)))
        .collect();
    let standing = rows.iter().map(|(id, row)| {
        let key = &row.key;
        (
            *id,
            (key.key_state, key.enabled, key.delete_pending_timestamp),
        )
    });
    let all = key_life::otherwise(&script.model, &standing.collect(), view.now);
    let told = all
        .iter()
        .filter_map(|other| in_words(other, rows.get(other.key)?));
    told.collect()
}

fn in_words(other: &Otherwise<'_>, row: &KeyRow) -> Option<String> {
    let key = &row.label;
    let step = say!(
        "step {number}, {step}",
        number = other.number,
        step = other.step.id
    );
    Some(match &other.fault {
        Fault::Scheduled => {
            let until = row.key.delete_pending_timestamp;
            let until = until
                .map(crate::api::Timestamp::rfc3339)
                .unwrap_or_default();
            say!(
                "{key} is being deleted in this vault, until {until}, and {step}, cannot use it so. Take the deletion back first, or name another key in the script.",
                key,
                until,
                step
            )
        }
        Fault::Destroyed => say!(
            "{key} is destroyed in this vault, or will be by {step}, which uses it. Name another key in the script.",
            key,
            step
        ),
        Fault::NothingToRestore => say!(
            "{key} is not being deleted in this vault, and {step}, takes its deletion back. Leave the step out, or name another key in the script.",
            key,
            step
        ),
        Fault::Disabled => say!(
            "{key} is disabled in this vault, and {step}, uses it. Enable it first, or name another key in the script.",
            key,
            step
        ),
        Fault::Unmet(unmet) => {
            let (is, wants) = match unmet {
                Unmet::State(wants, is) => (key_life::state_names(is), wants.name()),
                Unmet::Enabled(true) => (tr("disabled").to_owned(), tr("enabled")),
                Unmet::Enabled(false) => (tr("enabled").to_owned(), tr("disabled")),
                Unmet::Gone => (tr("still there").to_owned(), tr("gone")),
            };
            say!(
                "{key} is {is} in this vault behind {step}, which wants it {wants}. Bring it there first, or name another key in the script.",
                key,
                is,
                step,
                wants
            )
        }
        // Neither is so of a key that was there before.
        Fault::NotMade | Fault::Unsure => return None,
    })
}

/// The one key of the vault that is meant.
///
/// # Errors
/// There is none, or there are several, or it is another than declared: in a sentence or two.
fn the_one<'v>(view: &'v View, key: &KeyDeclaration) -> Result<&'v KeyRow, String> {
    let rows = named(view, key);
    let row = match rows.as_slice() {
        [row] => *row,
        [] => {
            return Err(say!(
                "There is no key named {key} in this vault, and the script says that it is there (existing = true). Make it or take it in first, or correct its label. To rehearse without it, leave --vault away: a throw-away rehearsal makes practice keys in the place of such keys.",
                key = key.label
            ));
        }
        several => {
            let arns: Vec<&str> = several.iter().map(|row| row.key.key_arn.as_str()).collect();
            return Err(say!(
                "{count} keys are named {key}: write the ARN of the one that is meant as its label ({arns}).",
                count = several.len(),
                key = key.label,
                arns = arns.join(", ")
            ));
        }
    };
    if key.matches(&row.key.key_attributes, row.key.exportable) {
        return Ok(row);
    }
    Err(say!(
        "`{key}` is in this vault as another key than the script declares. Correct the declaration, or name the right key.",
        key = key.id
    ))
}

/// The keys of the vault that have the name: those that are destroyed only where no other has.
fn named<'v>(view: &'v View, key: &KeyDeclaration) -> Vec<&'v KeyRow> {
    let is = |row: &&KeyRow| {
        let arn = &row.key.key_arn;
        row.label == key.label
            || *arn == key.label
            || arn.rsplit('/').next() == Some(key.label.as_str())
    };
    let rows: Vec<&KeyRow> = view.keys.iter().filter(is).collect();
    let there = |row: &&&KeyRow| row.key.key_state != KeyState::DELETE_COMPLETE;
    let alive: Vec<&KeyRow> = rows.iter().filter(there).copied().collect();
    if alive.is_empty() { rows } else { alive }
}

/// What people read before the first step.
pub(super) fn told(made: &str) -> String {
    say!(
        "PRACTICE KEYS stand in for keys that the script expects in the vault: {made}. They were made for this rehearsal alone.",
        made
    )
}

/// Makes a key as declared, in the state that the first step that names it wants.
fn practice_key(
    script: &Script,
    session: &mut Session,
    run: &Run,
    key: &KeyDeclaration,
) -> Result<String, RunError> {
    session.draw_context(&script.sha256(), 0, &format!("existing {}", key.id));
    let mut answers = Answers::default();
    let mut say = |field: &str, text: String| answers.texts.insert(field.to_owned(), text);
    // Where it is found by its ARN, the practice key has the script's own name for it.
    let by_arn = key.label.starts_with("arn:") || key.label.starts_with("alias/");
    say("label", if by_arn { &key.id } else { &key.label }.clone());
    let op = match key.algorithm {
        Algorithm::Is(algorithm) => {
            say("usage", key.usage.name().to_owned());
            say("algorithm", algorithm.name().to_owned());
            say("modes", crate::session::modes::words(&key.modes));
            let exportable = if key.exportable { "yes" } else { "no" };
            say("exportable", exportable.to_owned());
            op::CREATE_KEY.name
        }
        Algorithm::FromCertificate => {
            say("fingerprint", "as-shown".to_owned());
            let certificate = root(script, session, run, key)?;
            answers.files.insert("file".to_owned(), certificate);
            op::IMPORT_ROOT.name
        }
    };
    let action = build::action(session, op, &answers)?;
    let done = carried_out(session, action)?;
    let arn = done.responses.iter().find_map(|response| match response {
        Response::CreateKey(made) => Some(made.key.key_arn.clone()),
        Response::ImportKey(made) => Some(made.key.key_arn.clone()),
        _ => None,
    });
    let arn = arn.ok_or_else(|| stuck(key, "the act gave no key"))?;
    if taken_back(script, key) {
        let mut answers = Answers::default();
        answers.texts.insert("key".to_owned(), arn.clone());
        let action = build::action(session, op::DELETE_KEY.name, &answers)?;
        carried_out(session, action)?;
    }
    Ok(arn)
}

/// Whether the first thing that the script does with the key is to take back its destruction.
fn taken_back(script: &Script, key: &KeyDeclaration) -> bool {
    let names = |doing: &Doing<'_>| doing.key() == Some(key.id.as_str());
    let mut doings = script.model.doings();
    let first = doings.find(|doing| names(doing) && super::super::ops::is_act(doing.op));
    first.is_some_and(|doing| doing.op.name == op::RESTORE_KEY.name)
}

fn stuck(key: &KeyDeclaration, why: &str) -> RunError {
    RunError::CannotBegin(format!(
        "No practice key could be made in the place of `{}`: {why}. Nothing was begun. Rehearse in a vault that holds \
         such a key, with --vault.",
        key.id
    ))
}

/// The certificate of a public key: the root above what the script's counterparty hands over, where that is known;
/// else one of a stand-in's own.
fn root(
    script: &Script,
    session: &Session,
    run: &Run,
    key: &KeyDeclaration,
) -> Result<Vec<u8>, RunError> {
    let other = OtherSide {
        model: &script.model,
        seed: run.seed.as_deref().unwrap_or(&run.id),
        script: script.sha256(),
        run: run.number,
        now: session.now(),
    };
    let vouched = script
        .model
        .doings()
        .filter(|doing| doing.field("ca") == Some(&key.id));
    for doing in vouched {
        let files = doing.op.fields.iter().filter(|f| f.kind == Kind::File);
        for input in files.filter_map(|f| doing.field(f.id)) {
            if let Some(root) = run.inputs.get(input).and_then(|bytes| self_signed(bytes)) {
                return Ok(root);
            }
            let stand_ins = script.model.rehearsal.stand_ins.iter();
            for stand_in in stand_ins.filter(|stand_in| stand_in.gives == input) {
                let Some(sends) = script.model.key(&stand_in.key) else {
                    continue;
                };
                let root = match stand_in.peer {
                    Peer::Tr34Receiver => other.receiver_root(sends),
                    Peer::RsaWrap | Peer::Tr31 | Peer::ImportReceipt => continue,
                    _ => other.tr34_root(sends),
                };
                return root.map_err(|why| stuck(key, &why));
            }
        }
    }
    other.tr34_root(key).map_err(|why| stuck(key, &why))
}

/// The root in a counterparty's file, as PEM, where it is one.
fn self_signed(bytes: &[u8]) -> Option<Vec<u8>> {
    let root = build::root_of(bytes).ok()?;
    root.is_self_issued().then(|| root.to_pem().into_bytes())
}

/// Asks, signs as practice people and executes.
fn carried_out(session: &mut Session, action: Action) -> Result<Executed, RunError> {
    if session.automatic() {
        return Ok(session.act(action, None, None)?);
    }
    let view = session.view();
    let mut people = view.people.iter().filter(|p| p.present);
    let issuer = people.find(|p| p.role == "administrator");
    let issuer = issuer.map(|p| p.name.clone()).unwrap_or_default();
    let key = practised(session, &issuer)?;
    let asked = Command::Ask {
        action,
        issuer,
        origin: None,
        key,
    };
    let Outcome::Asked(pending) = session.perform(asked)? else {
        return Err(odd());
    };
    for person in signers(&pending) {
        let key = practised(session, &person)?;
        session.perform(Command::Approve {
            id: pending.id,
            person,
            key,
        })?;
    }
    let execute = Command::Execute {
        id: pending.id,
        prepared: None,
        arrow: None,
    };
    match session.perform(execute)? {
        Outcome::Executed(done) => Ok(done),
        _ => Err(odd()),
    }
}

fn signers(pending: &PendingView) -> Vec<String> {
    pending
        .may_sign
        .iter()
        .take(pending.required)
        .cloned()
        .collect()
}

/// The practice passphrase of a person, which everybody is shown.
fn practised(session: &Session, person: &str) -> Result<KeySource, RunError> {
    let words = session.practice_passphrase(person).ok_or_else(|| {
        Refusal::PersonNeeded(format!(
            "{person} has no practice passphrase, so no practice key can be made. Nothing was begun."
        ))
    })?;
    Ok(KeySource::Passphrase(SecretBytes::from_slice(
        words.as_bytes(),
    )))
}

fn odd() -> RunError {
    RunError::CannotBegin(
        "A practice key could not be made. Nothing was begun. Begin the rehearsal again.".into(),
    )
}
