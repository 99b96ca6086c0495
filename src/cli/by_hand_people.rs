//! People at the terminal who prove, renew or receive their envelopes, one after the other.

use std::io::{self, Write};
use std::path::Path;

use crate::crypto::{Entropy as _, OsEntropy, SecretBytes};
use crate::custody::passphrase;
use crate::session::envelopes::file_name;
use crate::session::{Hand, Profile, Proving, Seat, Session};

use super::by_hand::{ask, own_medium, secret};
use super::status::{Answer, Failure};
use super::streams;

/// Person, kind and armored envelope.
type Envelopes = [(String, &'static str, String)];

/// Everybody proves in turn. With `may_be_absent` whoever is not there is passed over; else everybody is waited for.
pub(super) fn prove(proving: &mut Proving, profile: Profile, may_be_absent: bool) -> Answer<()> {
    for name in proving.missing() {
        // A recovery set takes as many custodians as open the vault, and no more.
        if proving.is_complete() {
            break;
        }
        loop {
            if may_be_absent {
                let here = ask(&format!(
                    "Is {name} here to prove? (yes, or Enter to pass over): "
                ))?;
                if !here.eq_ignore_ascii_case("yes") {
                    break;
                }
            }
            let hand = hand(&name, proving, profile)?;
            match proving.prove(&hand) {
                Ok(()) => {
                    let what = if proving.holds_share(&name) {
                        "both envelopes"
                    } else {
                        "the approval envelope"
                    };
                    streams::note(&format!("{name} has proven {what}."));
                    break;
                }
                Err(refusal) => streams::note(&format!("{name}: {refusal}")),
            }
        }
    }
    Ok(())
}

/// What one person brings: a passphrase and, in production, the files on their own medium.
fn hand(name: &str, proving: &Proving, profile: Profile) -> Answer<Hand> {
    let own = profile == Profile::Production;
    let sets = proving.sets();
    let share = (own && proving.holds_share(name))
        .then(|| own_medium((name, "share"), &sets))
        .transpose()?;
    let approval = own
        .then(|| own_medium((name, "approval"), &sets))
        .transpose()?;
    Ok(Hand {
        name: name.to_owned(),
        passphrase: secret(&format!("Passphrase of {name} (not shown): "))?,
        share,
        approval,
    })
}

/// New passphrases: each is shown to its owner alone, once, and wiped from the screen.
pub(super) fn new_passphrases(
    people: &[Seat],
    profile: Profile,
) -> Answer<Vec<(String, SecretBytes)>> {
    let words = match profile {
        Profile::Rehearsal => passphrase::REHEARSAL_WORDS,
        Profile::Test | Profile::Production => passphrase::WORDS,
    };
    let mut rng = OsEntropy
        .draw("passphrase")
        .map_err(|e| Failure::failed(e.to_string()))?;
    let mut given = Vec::with_capacity(people.len());
    for seat in people {
        let phrase = passphrase::generate(words, &mut *rng);
        ask(&format!(
            "Hand over to {}. Everybody else looks away; press Enter to see your new passphrase: ",
            seat.name
        ))?;
        show_once(&seat.name, &phrase)?;
        given.push((seat.name.clone(), phrase));
    }
    Ok(given)
}

/// Shows a passphrase until its owner has written it down and typed it back, then wipes the screen and its history.
fn show_once(name: &str, phrase: &SecretBytes) -> Answer<()> {
    let gone = |_| Failure::person_needed("the terminal went away. Nothing was changed.");
    loop {
        let mut err = io::stderr().lock();
        err.write_all(b"\n    ")
            .and_then(|()| err.write_all(phrase.expose()))
            .and_then(|()| err.write_all(b"\n\nWrite it on your own paper. "))
            .and_then(|()| err.flush())
            .map_err(gone)?;
        drop(err);
        ask("Press Enter and it is gone from the screen: ")?;
        io::stderr()
            .lock()
            .write_all(b"\x1b[H\x1b[2J\x1b[3J")
            .map_err(gone)?;
        let typed = secret(&format!("{name} types it from the paper (not shown): "))?;
        let text = std::str::from_utf8(typed.expose()).unwrap_or_default();
        if passphrase::normalise(text).ct_eq(phrase) {
            return Ok(());
        }
        streams::note("That is not it. Nothing was lost: it is shown once more.");
    }
}

/// Production: everybody's envelopes go to that person's own medium, never over a file that is there. `sets` is the set
/// that they belong to, which their names have.
pub(super) fn hand_out(
    envelopes: &Envelopes,
    sets: &[String],
    session: &mut Session,
) -> Answer<()> {
    if session.profile() != Profile::Production {
        return Ok(());
    }
    let mut names: Vec<&String> = envelopes.iter().map(|(name, ..)| name).collect();
    names.dedup();
    let mut taken = Vec::new();
    for name in names {
        let own = envelopes.iter().filter(|(person, ..)| person == name);
        let files: Vec<(String, String)> = own
            .map(|(_, kind, text)| {
                let file = file_name(name, kind, sets.first().map(String::as_str));
                (file, text.clone())
            })
            .collect();
        loop {
            let folder = ask(&format!(
                "Folder on the medium of {name} for the new envelopes: "
            ))?;
            match session.place_envelopes(name, Path::new(&folder), &files, &taken) {
                Ok((real, notes)) => {
                    let written: Vec<&str> = files.iter().map(|(file, _)| file.as_str()).collect();
                    streams::note(&format!(
                        "Written to {} and read back: {}.",
                        real.display(),
                        written.join(", ")
                    ));
                    for note in notes {
                        streams::note(&note);
                    }
                    taken.push(real);
                    break;
                }
                Err(refusal) => streams::note(&refusal.to_string()),
            }
        }
    }
    Ok(())
}
