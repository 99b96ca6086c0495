//! Practice with nobody at the other side: what there is in the place of a partner, outside of production.

use crate::session::Profile;
use crate::session::op::{IMPORT_ROOT, named, named_parameters};
use crate::text::{say, tr};

use super::PRACTICE_FILE;

/// How somebody gets another side to practise with, in paragraphs. Nothing in production, where nobody practises.
pub fn practice_partner(profile: Profile) -> Vec<String> {
    if profile == Profile::Production {
        return Vec::new();
    }
    let title = |name: &str| named(name).map_or("", |op| tr(op.title));
    let (to_wrap, to_check) = (
        title(named_parameters(true)),
        title(named_parameters(false)),
    );
    let root = tr(IMPORT_ROOT.title);
    vec![
        match profile {
            Profile::Test => tr(
                "For practice nobody has to be at the other side. Ceremonies, such as kek-to-partner-tr34 and kek-from-partner-tr34: where one begins, it asks who plays the other side, and keymoot can.",
            ),
            _ => tr(
                "For practice nobody has to be at the other side. Ceremonies, such as kek-to-partner-tr34 and kek-from-partner-tr34: in a rehearsal keymoot plays it.",
            ),
        }
        .to_owned(),
        say!(
            "For everything else a second vault is a partner, receipts and all: make one of this same profile ({profile}) in a folder of its own, and open it in another terminal. Files go from one to the other.",
            profile = profile.name()
        ),
        say!(
            "To send to it: there, Import, \"{to_wrap}\" writes a file. Here, Import, \"{root}\" reads that file, and Export asks for the same one. There, Import takes what was written here, and w on the key's page writes the receipt that Exchange reads here.",
            to_wrap,
            root
        ),
        say!(
            "To receive from it: the same with the places changed; Import takes what was written there. For TR-34 its sender is believed first: there, Export, \"{to_check}\" writes a file; here, Import, \"{root}\" reads it.",
            to_check,
            root
        ),
        say!(
            "To try Export alone, type {PRACTICE_FILE} where the receiver's file is asked for: a certificate that comes with keymoot. Nobody has its private key: what is wrapped under it stays closed for ever, and no receipt comes.",
            PRACTICE_FILE
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::{Script, shipped};

    #[test]
    fn the_ceremonies_that_it_names_ship_and_have_another_side_that_is_played() {
        let told = practice_partner(Profile::Test).join(" ");
        for id in ["kek-to-partner-tr34", "kek-from-partner-tr34"] {
            assert!(told.contains(id), "{told}");
            let file = format!("{id}.toml");
            let (_, bytes) = shipped().iter().find(|(name, _)| *name == file).unwrap();
            let script = Script::parse(bytes).unwrap();
            let samples = script.input_declarations();
            let samples = samples.iter().any(|input| input.default.is_some());
            assert!(script.has_stand_ins() || samples, "{id}");
        }
    }

    #[test]
    fn where_nobody_practises_nothing_is_said() {
        assert!(practice_partner(Profile::Production).is_empty());
        let test = practice_partner(Profile::Test).join(" ");
        assert!(test.contains("asks who plays"), "{test}");
        assert!(test.contains(PRACTICE_FILE), "{test}");
        let rehearsal = practice_partner(Profile::Rehearsal).join(" ");
        assert!(rehearsal.contains("keymoot plays it"), "{rehearsal}");
    }
}
