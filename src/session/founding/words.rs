//! One person's words: called to the keyboard, shown them once, and asked to type them back from paper.

use subtle::ConstantTimeEq as _;

use super::Person;
use crate::crypto::{Entropy as _, OsEntropy, SecretBytes};
use crate::custody::passphrase;
use crate::session::field::Footing;
use crate::session::keyboard::HandOver;
use crate::session::{Profile, Refusal};
use crate::text::{say, tr};

/// Words of a generated passphrase: seven of the EFF's long list, two in a rehearsal.
const COUNT: usize = 7;
const PRACTICE: usize = 2;

/// Said when words that were shown open nothing.
pub(crate) const VOID: &str = "All words shown so far are void; destroy what was written down.";

/// Said below the words.
pub(crate) const NOBODY: &str = "Nobody can bring them back: not the others, not keymoot.";

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    HandOver,
    Showing,
    Typing,
}

/// How many words a passphrase has.
pub(crate) const fn how_many(profile: Profile) -> usize {
    match profile {
        Profile::Rehearsal => PRACTICE,
        Profile::Test | Profile::Production => COUNT,
    }
}

/// Draws a passphrase: words of the EFF list, by the operating system's randomness.
///
/// # Errors
/// The random source failed.
pub(crate) fn draw_words(count: usize) -> Result<SecretBytes, Refusal> {
    let mut generator = OsEntropy
        .draw("passphrase")
        .map_err(|e| Refusal::Custody(e.to_string()))?;
    Ok(crate::custody::passphrase::generate(count, &mut *generator))
}

/// The three lines for a person, of whom `done` were here before.
pub(crate) fn footing(moment: Moment, person: &Person, done: usize, all: usize) -> Footing {
    // A name that begins with the role says it already.
    let who = match what_for(person, "").role {
        "" => person.name.clone(),
        role => format!("{role} {}", person.name),
    };
    let (acts, enter) = match moment {
        Moment::HandOver => (
            say!("{who} takes the keyboard; everybody else steps back", who),
            tr("shows the words, to their owner alone"),
        ),
        Moment::Showing => (
            say!("{who}, alone at this screen", who),
            tr("hides the words and asks for them"),
        ),
        Moment::Typing => (
            say!("{who}, from their own paper", who),
            if done.saturating_add(1) < all {
                tr("compares; if they are right, calls the next person")
            } else {
                tr("compares; if they are right, makes the vault and writes its papers")
            },
        ),
    };
    Footing {
        acts,
        enter: enter.to_owned(),
        so_far: say!(
            "{done} of {all} people have their words; no vault exists yet",
            done,
            all
        ),
    }
}

/// What is saved when the next person is called, of whom `done` were here before.
pub(crate) fn saved(done: usize) -> String {
    match done {
        0 => tr("No vault exists yet. Nobody has words yet.").to_owned(),
        1 => tr("The one before has words already and need not come again.").to_owned(),
        n => say!("{n} people have their words and need not come again.", n),
    }
}

/// The page that calls a person.
pub(crate) fn what_for<'a>(person: &'a Person, saved: &'a str) -> HandOver<'a> {
    HandOver {
        role: if person.name.starts_with(person.role) {
            ""
        } else {
            person.role
        },
        person: &person.name,
        what: tr("words to write down: bring pen and paper"),
        saved,
    }
}

/// Above the words.
pub(crate) fn yours_alone(person: &Person) -> String {
    say!("{name}, these words are yours alone.", name = person.name)
}

/// What to do with them; `again` is what shows them once more.
pub(crate) fn write_down(again: &str) -> String {
    say!(
        "Write them on your own paper, in this order. They are shown now and, until you have typed them back once, with {again}; after that, never again.",
        again
    )
}

/// Above the field where they are typed.
pub(crate) fn type_back(person: &Person) -> String {
    say!(
        "{name}, type your words back from your paper.",
        name = person.name
    )
}

/// What was typed differs; `again` is what shows them once more.
pub(crate) fn not_those(again: &str, shown: &[u8], typed: &SecretBytes) -> String {
    let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
    let which = which_differ(text(shown), text(typed.expose()));
    say!(
        "These are not the words that were shown: {which}. Nothing is made yet and nothing is locked: look at your paper, type again. {again} shows the words again, to you alone.",
        which,
        again
    )
}

/// Whether somebody typed back what they were shown, as it will open their envelope: letters' case does not count, nor
/// how many spaces stand between words.
pub(crate) fn are_those(shown: &[u8], typed: &SecretBytes) -> bool {
    let Ok(typed) = std::str::from_utf8(typed.expose()) else {
        return false;
    };
    bool::from(passphrase::normalise(typed).expose().ct_eq(shown))
}

/// Where they differ, and never how: the first place that does, or how many there are.
fn which_differ(shown: &str, typed: &str) -> String {
    let (all, count) = (shown.split(' ').count(), typed.split_whitespace().count());
    if count != all {
        return say!("{count} are typed, and there are {all}", count, all);
    }
    let mut pairs = shown.split(' ').zip(typed.split_whitespace());
    let at = pairs.position(|(shown, typed)| !shown.eq_ignore_ascii_case(typed));
    let at = at.unwrap_or_default();
    say!("word {n} is another", n = at.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who writes in capitals on paper types them, and the envelope opens by them all the same.
    #[test]
    fn words_are_those_whatever_the_case_of_their_letters() {
        let shown = b"dynamite stem finisher gulp hammock container petal";
        let typed = |text: &str| SecretBytes::from_slice(text.as_bytes());
        for text in [
            "Dynamite STEM finisher gulp hammock container petal",
            "dynamite  stem finisher gulp hammock container petal ",
        ] {
            assert!(are_those(shown, &typed(text)), "{text}");
        }
        let other = typed("dynamite stem finisher gulp hammock container petals");
        assert!(!are_those(shown, &other));
        let told = not_those("F3", shown, &other);
        assert!(told.contains("word 7 is another"), "{told}");
    }
}
