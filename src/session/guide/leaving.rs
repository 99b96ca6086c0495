//! Choices of a few words: whether a key may leave, whether it is usable at once, and what is taken where nothing is chosen.

use crate::api::KeyAlgorithm;
use crate::session::field::{Field, usage as usage_named};
use crate::session::op_components::LEAVES_AGAIN;
use crate::text::tr;

use super::Entry;

/// What is taken where a field is left to what is usual.
pub(super) fn usual(field: &Field) -> &'static str {
    match field.id {
        "certificate-signature" => tr("SHA-512"),
        "check-value" => tr("ANSI_X9_24 for a TDES key, CMAC for an AES key"),
        "enabled" => tr("yes, it can be used at once"),
        "header-version" => tr("the token form's, else D"),
        "pair" => tr("the pair that a token came with"),
        "spec" => tr("SHA-256"),
        "token-form" => tr("what the tag of the receiver's root says, else X9_TR34_2012"),
        _ => tr("nothing else is asked for"),
    }
}

/// Yes and no to leaving for a key that comes from others, the safe answer first: they hold it whatever is answered.
fn leaves_again() -> Vec<Entry> {
    vec![
        Entry::new(
            "no",
            tr("no, it stays here"),
            tr("whoever sent it holds it all the same; from here it goes to nobody"),
        ),
        Entry::new(
            "yes",
            tr("yes, to a processor or another vault"),
            tr("wrapped, and each time under signatures"),
        ),
    ]
}

/// Yes and no to leaving, as the act asks it.
pub fn leaving(field: &Field, algorithm: &str) -> Vec<Entry> {
    if *field == LEAVES_AGAIN {
        leaves_again()
    } else {
        exportable(algorithm)
    }
}

/// Yes and no to leaving, the safe answer first; a pair has no choice.
pub fn exportable(algorithm: &str) -> Vec<Entry> {
    let leaves = Entry::new(
        "yes",
        tr("yes, to a partner, a processor or another vault"),
        tr("wrapped, and each time under signatures"),
    );
    vec![
        Entry::new(
            "no",
            tr("no, never"),
            tr("nobody else will ever hold this key"),
        ),
        if is_pair(algorithm) {
            leaves.off_because(tr(
                "an RSA pair: its private half never travels, and its certificate is given out without this",
            ))
        } else {
            leaves
        },
    ]
}

/// Whether a new key can be used at once, the usual answer first.
pub fn enabled() -> Vec<Entry> {
    vec![
        Entry::new("yes", tr("yes, it can be used at once"), ""),
        Entry::new(
            "no",
            tr("no, custodians enable it later"),
            tr("made disabled: nobody can use it before"),
        ),
    ]
}

fn is_pair(algorithm: &str) -> bool {
    let mut known = KeyAlgorithm::ALL.iter();
    known.any(|a| a.name() == algorithm && a.modulus_bits().is_some())
}

/// What the answer to leaving means for a key of this purpose.
pub fn about_exportable(usage: &str, algorithm: &str, chosen: &str) -> &'static str {
    let carries = usage_named(usage).is_some_and(|u| matches!(u.code(), "K0" | "K1"));
    match chosen {
        "no" if carries => tr(
            "A key-encryption key that never leaves opens nothing for a partner: what it wraps, only this vault unwraps. If you mean to share it, the answer is yes.",
        ),
        "no" if is_pair(algorithm) => tr(
            "Its private half never travels. Its certificate is given out all the same: v at Home, then \"Give out a certificate\".",
        ),
        "no" if usage_named(usage).is_some_and(|u| u.code() == "B0") => tr(
            "From a base key that never leaves no terminal gets an initial key either: for that the answer is yes. It cannot be changed later.",
        ),
        "no" => tr(
            "If somebody else shall hold this key one day, the answer is yes: later it cannot be changed, and a new key has to be made.",
        ),
        "yes" => tr("It does not leave by that: each time it is asked, signed and recorded."),
        _ => "",
    }
}
