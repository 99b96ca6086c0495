//! Paper: enrolment forms and the witness card, 72 columns.

use std::fmt::Write as _;

use crate::custody::words;

use super::sentence::groups;
use super::view::{PersonView, View};
use super::{Profile, Session};

/// The sentence that all present sign in production.
pub const SOFTWARE_QUESTION: &str = "May this vault generate keys in software, and take clear components? A laptop \
    is not a secure cryptographic device (PCI PIN 5-1, 6-2). With no, keys come in from outside only. The answer is \
    signed by all present and stands on every report.";

/// The sentence that all present sign in production where they allow it.
pub(super) const QR_QUESTION: &str = "May files for counterparties be shown on the screen as QR codes? A camera in the room \
    conflicts with PCI PIN 6-1.5 wherever clear key material can be seen. With no, files leave on a medium. A yes is \
    signed by all present.";

/// The name of a file about one person: `Ana.share.age`. Whatever is no letter, digit or hyphen becomes a hyphen.
pub fn paper_name(person: &str, what: &str) -> String {
    let plain: String = person
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    format!("{plain}.{what}")
}

/// How an enrolment form begins.
pub(super) const ENROLMENT: &str = "ENROLMENT FORM";

/// One enrolment form per person: name and text.
pub(crate) fn enrolment(session: &Session) -> Vec<(String, String)> {
    let view = session.view();
    let quorum = format!(
        "{} of {} to open, {} to use a secret",
        view.k, view.n, view.t
    );
    let own = view
        .people
        .iter()
        .map(|person| form(&view, person, (&person.role, &quorum)));
    let set = view.recovery.as_ref().filter(|_| !view.by_recovery);
    let holders = set.iter().flat_map(|set| {
        let all = set.people.len();
        let quorum = format!("recovery set: {} of {all} open, from {}", set.k, set.place);
        set.people
            .iter()
            .map(|person| form(&view, person, ("holder of the recovery set", &quorum)))
            .collect::<Vec<_>>()
    });
    own.chain(holders).collect()
}

/// One person's form.
fn form(view: &View, person: &PersonView, (role, quorum): (&str, &str)) -> (String, String) {
    let mut text = String::new();
    let _ = writeln!(text, "{ENROLMENT}{:>58}", view.profile.banner());
    let _ = writeln!(text, "{}", "=".repeat(72));
    let _ = writeln!(
        text,
        "Vault         {}   {}",
        view.vault,
        groups(&view.vault_id)
    );
    let _ = writeln!(text, "Quorum        {quorum}");
    let _ = writeln!(text, "Name          {}", person.name);
    let _ = writeln!(text, "Role          {role}");
    let _ = writeln!(text, "Date (UTC)    {}\n", view.now.rfc3339());
    let _ = writeln!(text, "Approval key, SHA-256 fingerprint:\n");
    for line in groups(&person.fingerprint).as_bytes().chunks(40) {
        let _ = writeln!(text, "    {}", String::from_utf8_lossy(line).trim_end());
    }
    let _ = writeln!(
        text,
        "\nThe same in words (first half), for reading aloud:\n"
    );
    for line in fingerprint_words(&person.fingerprint).chunks(4) {
        let _ = writeln!(text, "    {}", line.join(" "));
    }
    let _ = writeln!(
        text,
        "\nMedium        ____________________   Bag or envelope  ____________________"
    );
    let _ = writeln!(
        text,
        "\nI hold this key alone, and the passphrase that opens it is known to me alone."
    );
    let _ = writeln!(
        text,
        "\nSignature     ____________________   Date             ____________________"
    );
    let _ = writeln!(
        text,
        "\nWitness       ____________________   Date             ____________________"
    );
    if view.profile != Profile::Production {
        let _ = writeln!(
            text,
            "\n{}: for practice. Not a form for production keys.",
            view.profile.banner()
        );
    }
    (person.name.clone(), text)
}

fn fingerprint_words(hex: &str) -> Vec<&'static str> {
    let bytes = data_encoding::HEXLOWER
        .decode(hex.as_bytes())
        .unwrap_or_default();
    <[u8; 32]>::try_from(bytes)
        .map(|digest| words::sixteen(&digest))
        .unwrap_or_default()
}

impl Session {
    /// The witness card for the present state, as text to print. Whoever asks for it hands it to the witness.
    pub fn witness_card(&self) -> String {
        self.card_seen.set(Some(self.book.seq()));
        let view = self.view();
        let mut text = String::new();
        let _ = writeln!(text, "WITNESS CARD{:>60}", view.profile.banner());
        let _ = writeln!(text, "{}", "=".repeat(72));
        let _ = writeln!(
            text,
            "Vault         {}   {}",
            view.vault,
            groups(&view.vault_id)
        );
        let _ = writeln!(text, "Sequence      {}", view.seq);
        let _ = writeln!(text, "Words         {}", view.card_words.join(" "));
        let _ = writeln!(text, "At (UTC)      {}\n", view.now.rfc3339());
        // State by state the numbers go on from the copy's own, as whoever verifies the log counts them: the card of the
        // lost vault may have the same number, or a higher one. So the card says which of them counts.
        if let Some(back) = &view.returned {
            let day = crate::custody::ledger::day(back.at.millis());
            let _ = writeln!(
                text,
                "AFTER THE RETURN to copy {} of {day}: every card written before it",
                back.copy
            );
            let _ = writeln!(
                text,
                "is worth nothing, whatever sequence it has. Cross it out.\n"
            );
        }
        let _ = writeln!(
            text,
            "Bring this card to the next opening. It shows whether the vault is the"
        );
        let _ = writeln!(text, "latest: an older copy cannot know these words.\n");
        let _ = writeln!(
            text,
            "Witness       ____________________   Date             ____________________"
        );
        text
    }
}
