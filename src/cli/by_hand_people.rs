//! People at the terminal who prove, renew or receive their envelopes, one after the other.

use std::io::{self, Write};
use std::path::Path;

use crate::crypto::{Entropy as _, OsEntropy, SecretBytes};
use crate::custody::passphrase;
use crate::os::OutputFolder;
use crate::session::{Hand, Profile, Proving, Seat, paper_name};

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
            let hand = hand(&name, proving.holds_share(&name), profile)?;
            match proving.prove(&hand) {
                Ok(()) => {
                    streams::note(&format!("{name} has proven both envelopes."));
                    break;
                }
                Err(refusal) => streams::note(&format!("{name}: {refusal}")),
            }
        }
    }
    Ok(())
}

/// What one person brings: a passphrase and, in production, the files on their own medium.
fn hand(name: &str, holds_share: bool, profile: Profile) -> Answer<Hand> {
    let own = profile == Profile::Production;
    let share = (own && holds_share)
        .then(|| own_medium(name, "share"))
        .transpose()?;
    let approval = own.then(|| own_medium(name, "approval")).transpose()?;
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

/// Production: everybody's envelopes go to that person's own medium, never over a file that is there.
pub(super) fn hand_out(envelopes: &Envelopes, profile: Profile) -> Answer<()> {
    if profile != Profile::Production {
        return Ok(());
    }
    let mut names: Vec<&String> = envelopes.iter().map(|(name, ..)| name).collect();
    names.dedup();
    for name in names {
        loop {
            let folder = ask(&format!(
                "Folder on the medium of {name} for the new envelopes: "
            ))?;
            match write_own(envelopes, name, Path::new(&folder)) {
                Ok(()) => break,
                Err(failure) => streams::note(&failure.message),
            }
        }
    }
    Ok(())
}

fn write_own(envelopes: &Envelopes, name: &str, folder: &Path) -> Answer<()> {
    let out = OutputFolder::open(folder)?;
    for (_, kind, text) in envelopes.iter().filter(|(person, ..)| person == name) {
        let file = paper_name(name, &format!("{kind}.new.age"));
        let path = out.write_new(&file, text.as_bytes())?;
        streams::note(&format!("written: {}", path.display()));
    }
    Ok(())
}
