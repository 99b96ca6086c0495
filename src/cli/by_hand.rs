//! People at the terminal, in plain lines: custodians who open a vault, and the signatures for one act.
//! The full screen has its own way; this one serves `call`, `vault` and `receipt`.

use std::io::{self, Write};
use std::path::Path;

use crate::ceremony;
use crate::crypto::SecretBytes;
use crate::session::build::{self, Answers};
use crate::session::clock_back::{CLOCK_BACK, RIGHT_TIME};
use crate::session::op_custody::REASON;
use crate::session::span::date_time;
use crate::session::watches::{self, Off};
use crate::session::{
    Action, Command, Executed, KeySource, Opening, Outcome, PendingView, Profile, Refusal, Session,
    WitnessAnswer,
};

use super::status::{Answer, Failure};
use super::streams;

/// Custodians enter their shares in turn until there are enough.
pub(super) fn enter(opening: &mut Opening) -> Answer<()> {
    let bootstrap = opening.bootstrap();
    if !streams::somebody_is_there() {
        return Err(Failure::person_needed(format!(
            "this {} vault is opened by {} custodians, and there is no terminal to ask them at. Nothing was opened.",
            bootstrap.profile.name(),
            bootstrap.k
        ))
        .hint("test and rehearsal vaults also open with --unlock-file F"));
    }
    if let Some(why) = &bootstrap.unfinished {
        streams::note(why);
    }
    streams::note(&format!(
        "Opening takes {} custodians, each with a passphrase. Ctrl-C ends this at any prompt; nothing is changed by it.",
        bootstrap.k
    ));
    loop {
        let entered = opening.entered();
        let waiting: Vec<_> = bootstrap
            .people
            .iter()
            .filter(|(name, role, _)| role == "custodian" && !entered.contains(name))
            .collect();
        let names: Vec<&str> = waiting.iter().map(|(name, ..)| name.as_str()).collect();
        let name = ask(&format!("Custodian ({}): ", names.join(", ")))?;
        let Some(name) = meant(&name, &names).map(str::to_owned) else {
            streams::note(
                "That is none of them. Nothing was lost; enter one of the names shown, or end this with Ctrl-C.",
            );
            continue;
        };
        let in_folder = waiting.iter().any(|(n, _, there)| *n == name && *there);
        let envelope = if in_folder {
            None
        } else {
            Some(own_medium((&name, "share"), &opening.sets())?)
        };
        let passphrase = secret(&format!("Passphrase of {name} (not shown): "))?;
        match opening.enter(&name, &passphrase, envelope.as_deref()) {
            Ok(0) => return Ok(()),
            Ok(more) => streams::note(&format!("{name} has entered. {more} more to come.")),
            Err(refusal) => streams::note(&refusal.to_string()),
        }
    }
}

/// The name that was typed, in whatever case; of two that differ in nothing else, the one that was typed exactly.
pub(super) fn meant<'n, N: AsRef<str>>(typed: &str, names: &'n [N]) -> Option<&'n str> {
    let names = || names.iter().map(AsRef::as_ref);
    let same = |name: &&str| name.to_lowercase() == typed.trim().to_lowercase();
    let exactly = names().find(|name| *name == typed);
    exactly.or_else(|| {
        let mut found = names().filter(same);
        found.next().filter(|_| found.next().is_none())
    })
}

/// The witness's card, which a production vault asks for; one that was mistyped is asked again.
pub(super) fn witness_card(
    profile: Profile,
    opening: &mut Opening,
) -> Answer<Option<WitnessAnswer>> {
    if profile != Profile::Production {
        return Ok(None);
    }
    streams::note("The witness reads the last witness card.");
    loop {
        let seq = loop {
            match ask("Sequence number on the card: ")?.parse() {
                Ok(seq) => break seq,
                Err(_) => streams::note("That is not a number. Look for `sequence` on the card."),
            }
        };
        let words = ask("The six words on the card: ")?;
        let card = WitnessAnswer { seq, words };
        match opening.card_slip(&card) {
            Some(slip) => streams::note(&slip.words),
            None => return Ok(Some(card)),
        }
    }
}

/// Production time is what two people read from their own watches.
pub(super) fn attest(session: &mut Session) -> Answer<()> {
    if session.profile() != Profile::Production {
        return Ok(());
    }
    streams::note("Two people read date and time from their own watches (UTC, 2026-12-01 09:00).");
    loop {
        let mut readings = Vec::new();
        for which in ["First", "Second"] {
            let name = ask(&format!("{which} person: "))?;
            let time = loop {
                match date_time(&ask(&format!("{name} reads: "))?) {
                    Some(time) => break time,
                    None => streams::note("Write date and time in UTC as 2026-12-01 09:00."),
                }
            };
            readings.push((name, time));
        }
        if let Some(asks) = watches::asks(&readings, session.clocks()) {
            streams::note(&asks);
            if ask("Are the watches right, in UTC? (yes, or read them again): ")? != "yes" {
                continue;
            }
        }
        let off = watches::off(&readings, session.now(), session.clocks());
        match session.perform(Command::AttestClock { readings }) {
            Ok(_) => return Ok(()),
            Err(refusal @ Refusal::Vault(_)) => return Err(refusal.into()),
            Err(refusal) => streams::note(&refusal.to_string()),
        }
        if let Some(off) = off {
            set(session, off)?;
        }
    }
}

/// Watches that are right, and behind a vault whose time was set ahead by mistake, or far ahead of a machine whose clock was
/// reset: the act that sets the vault's time.
fn set(session: &mut Session, off: Off) -> Answer<()> {
    let question = if off.act.name == CLOCK_BACK.name {
        "Set the vault's time back, as an exception? (yes, or read them again): "
    } else {
        "Set the vault's time ahead, with signatures? (yes, or read them again): "
    };
    if ask(question)? != "yes" {
        return Ok(());
    }
    let reason = ask("Why: ")?;
    let texts = [(RIGHT_TIME.id, off.right.rfc3339()), (REASON.id, reason)];
    let answers = Answers {
        texts: texts.map(|(id, text)| (id.to_owned(), text)).into(),
        ..Answers::default()
    };
    let done = build::action(session, off.act.name, &answers)
        .and_then(|action| act(session, action).map(drop));
    match done {
        Err(refusal @ Refusal::Vault(_)) => Err(refusal.into()),
        Err(refusal) => {
            streams::note(&refusal.to_string());
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// One act with everybody's signatures: by held keys, or passphrase by passphrase at the terminal.
pub(super) fn act(session: &mut Session, action: Action) -> Result<Executed, Refusal> {
    if session.automatic() {
        return session.act(action, None, None);
    }
    let id = approved(session, &action)?;
    match session.perform(Command::Execute {
        id,
        prepared: None,
        arrow: None,
    })? {
        Outcome::Executed(executed) => Ok(executed),
        other => Err(unexpected(&other)),
    }
}

/// Asks for an act and gathers its signatures at the terminal; gives its approval id.
pub(super) fn approved(session: &mut Session, action: &Action) -> Result<[u8; 32], Refusal> {
    if !streams::somebody_is_there() {
        return Err(Refusal::PersonNeeded(
            "This act needs signatures, and there is no terminal to ask for passphrases. Nothing was changed."
                .to_owned(),
        ));
    }
    let preview = session.preview(action)?;
    describe(&preview);
    let issuer = issuer(session)?;
    let mut pending = loop {
        let key = approval_key(session, &issuer)?;
        match session.perform(Command::Ask {
            action: action.clone(),
            issuer: issuer.clone(),
            origin: None,
            key,
        }) {
            Ok(outcome) => break asked(outcome)?,
            // A wrong passphrase ends nothing: whoever asks tries again.
            Err(refusal @ Refusal::Custody(_)) => streams::note(&refusal.to_string()),
            Err(refusal) => return Err(refusal),
        }
    };
    streams::note(&format!("Digest {}", pending.digest));
    while pending.signed.len() < pending.required {
        pending = one_more(session, pending)?;
    }
    Ok(pending.id)
}

fn one_more(session: &mut Session, pending: PendingView) -> Result<PendingView, Refusal> {
    streams::note(&format!(
        "Approvals: {} of {}. Words: {}",
        pending.signed.len(),
        pending.required,
        pending.words.join(" ")
    ));
    let person = needed(ask(&format!(
        "Custodian who approves ({}): ",
        pending.may_sign.join(", ")
    )))?;
    let Some(person) = meant(&person, &pending.may_sign).map(str::to_owned) else {
        streams::note("That is none of them. The request stands; enter one of the names shown.");
        return Ok(pending);
    };
    let key = approval_key(session, &person)?;
    let id = pending.id;
    match session.perform(Command::Approve { id, person, key }) {
        Ok(outcome) => asked(outcome),
        // A wrong passphrase ends nothing: the request stands.
        Err(refusal @ (Refusal::Custody(_) | Refusal::Approval(_))) => {
            streams::note(&refusal.to_string());
            Ok(session
                .view()
                .pending
                .into_iter()
                .find(|p| p.id == id)
                .unwrap_or(pending))
        }
        Err(refusal) => Err(refusal),
    }
}

fn describe(pending: &PendingView) {
    streams::note(&pending.sentence);
    for (label, value) in &pending.details {
        streams::note(&format!("  {label}: {value}"));
    }
    streams::note(&format!("It needs {} approvals.", pending.required));
}

fn issuer(session: &Session) -> Result<String, Refusal> {
    let view = session.view();
    let administrators: Vec<_> = view
        .people
        .iter()
        .filter(|p| p.role == "administrator")
        .map(|p| p.name.clone())
        .collect();
    match administrators.as_slice() {
        [only] => Ok(only.clone()),
        several => needed(ask(&format!("Who issues it ({}): ", several.join(", ")))),
    }
}

/// What opens a person's signing key for one signature.
pub(super) fn approval_key(session: &Session, person: &str) -> Result<KeySource, Refusal> {
    if session.automatic() {
        return Ok(KeySource::Held);
    }
    // In production every envelope lies on its owner's medium.
    let envelope = match session.profile() {
        Profile::Production => Some(needed(own_medium(
            (person, "approval"),
            &session.sets_of(person),
        ))?),
        Profile::Rehearsal | Profile::Test => None,
    };
    let passphrase = needed(secret(&format!("Passphrase of {person} (not shown): ")))?;
    Ok(match envelope {
        Some(text) => KeySource::Envelope(text, passphrase),
        None => KeySource::Passphrase(passphrase),
    })
}

fn asked(outcome: Outcome) -> Result<PendingView, Refusal> {
    match outcome {
        Outcome::Asked(pending) | Outcome::Approved(pending) => Ok(pending),
        other => Err(unexpected(&other)),
    }
}

fn unexpected(outcome: &Outcome) -> Refusal {
    // The outcome may hold a response; only its kind is named.
    let kind = match outcome {
        Outcome::Executed(_) => "executed",
        Outcome::Withdrawn => "withdrawn",
        _ => "something else",
    };
    Refusal::Usage(format!("The session answered `{kind}` out of turn."))
}

fn needed<T>(answer: Answer<T>) -> Result<T, Refusal> {
    answer.map_err(|failure| Refusal::PersonNeeded(failure.message))
}

/// An envelope that lies on its owner's medium: the file, or the folder with it.
pub(super) fn own_medium((name, kind): (&str, &str), sets: &[String]) -> Answer<String> {
    loop {
        let path = ask(&format!(
            "{kind} envelope of {name} (their stick, or the file): "
        ))?;
        match ceremony::read_envelope(Path::new(&path), (name, kind), sets) {
            Ok(text) => return Ok(text),
            Err(refusal) => streams::note(&refusal.to_string()),
        }
    }
}

pub(super) fn ask(prompt: &str) -> Answer<String> {
    let gone = || Failure::person_needed("nobody answered. Nothing was changed.");
    crate::crypto::wipe_dead_stack();
    let mut err = io::stderr().lock();
    write!(err, "{}", streams::printable(prompt))
        .and_then(|()| err.flush())
        .map_err(|_| gone())?;
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(n) if n > 0 => Ok(line.trim().to_owned()),
        _ => Err(gone()),
    }
}

pub(super) fn secret(prompt: &str) -> Answer<SecretBytes> {
    crate::crypto::wipe_dead_stack();
    rpassword::prompt_password(streams::printable(prompt))
        .map(|text| SecretBytes::new(text.into_bytes()))
        .map_err(|_| Failure::person_needed("nobody answered. Nothing was changed."))
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_name_is_taken_in_any_case_unless_two_are_alike() {
        let names = ["Ina", "Émile", "KAI", "Kai"];
        for (typed, name) in [
            ("ina", Some("Ina")),
            ("éMILE ", Some("Émile")),
            ("Kai", Some("Kai")),
            ("kai", None),
            ("", None),
            ("Jan", None),
        ] {
            assert_eq!(meant(typed, &names), name, "{typed}");
        }
    }
}
