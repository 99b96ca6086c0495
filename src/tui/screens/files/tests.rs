//! The list of files: what is taken from it, and where its cursor begins.

use super::*;
use crate::tui::app::{State, update};
use crate::tui::message::{Effect, Msg};
use crate::tui::screens::save::Save;
use crate::tui::snapshot::{self, press};

fn listing() -> Listing {
    let entry = |kind, name: &str, what: &str| Entry {
        kind,
        name: name.into(),
        path: PathBuf::from("/home/ana").join(name),
        what: what.into(),
        vault: false,
    };
    Listing {
        folder: "/home/ana".into(),
        entries: vec![
            entry(Kind::Medium, "/media/ana/STICK", "removable medium"),
            entry(Kind::Folder, "..", "the folder above"),
            entry(Kind::Folder, "acme.vault", "a keymoot vault"),
            entry(Kind::File, "p.json", "Parameters for import, RSA_4096"),
            entry(Kind::File, "todo.txt", "nothing known, 12 bytes"),
        ],
    }
}

fn told(state: &mut State, news: News) -> Vec<Effect> {
    update(state, Msg::Desk(Box::new(news), None))
}

#[test]
fn one_key_away_from_a_path_and_back_with_what_was_chosen() {
    let mut state = snapshot::state(crate::tui::screens::root::ImportRoot::new());
    let effects = press(&mut state, "<F6>");
    assert!(matches!(&effects[..], [Effect::Desk(Order::Look(_))]));
    told(&mut state, News::Listed(listing()));
    snapshot::check("files", &mut state);
    snapshot::survives_every_size(&mut state);
    // A folder opens, a file is taken.
    let effects = press(&mut state, "<Up><Enter>");
    assert!(matches!(&effects[..], [Effect::Desk(Order::Look(p))] if p.ends_with("acme.vault")));
    told(&mut state, News::Refused("It cannot be read.".into()));
    press(&mut state, "<Down><Enter>");
    let text = shown(&mut state);
    assert!(text.contains("/home/ana/p.json"), "{text}");
}

/// The picture at 80x24.
fn shown(state: &mut State) -> String {
    snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
}

#[test]
fn where_something_is_written_a_folder_is_chosen_and_the_name_stays() {
    let mut state = snapshot::state(Save::new("Write it", "out/note.txt", b"x".to_vec()));
    press(&mut state, "<F6>");
    told(&mut state, News::Listed(listing()));
    snapshot::check("files-folder", &mut state);
    press(&mut state, "<End><Enter>");
    let text = shown(&mut state);
    assert!(text.contains("A folder is asked for"), "{text}");
    // The marked line is taken, and never another than it says.
    press(&mut state, " ");
    let text = shown(&mut state);
    assert!(text.contains("and this is a file"), "{text}");
    press(&mut state, "<Home><Down><Down><Down>");
    let text = shown(&mut state);
    assert!(text.contains("the space bar takes acme.vault"), "{text}");
    press(&mut state, " ");
    let text = shown(&mut state);
    assert!(text.contains("/home/ana/acme.vault/note.txt"), "{text}");
    press(&mut state, "<F6>");
    told(&mut state, News::Listed(listing()));
    press(&mut state, "<Enter>");
    let text = shown(&mut state);
    assert!(text.contains("/home/ana/note.txt"), "{text}");
}

/// It began on a file that is larger than any that is read, and Enter took it.
#[test]
fn the_cursor_begins_on_a_file_that_can_be_meant() {
    let mut state = snapshot::state(crate::tui::screens::root::ImportRoot::new());
    press(&mut state, "<F6>");
    let mut listing = listing();
    let file = |name: &str, what: &str| Entry {
        kind: Kind::File,
        name: name.into(),
        path: PathBuf::from("/home/ana").join(name),
        what: what.into(),
        vault: false,
    };
    let people = crate::custody::UNLOCK_HEADING;
    let big = file("a-program", "larger than 1 MiB");
    let none = [
        big,
        file("b-locked", "cannot be read"),
        file("c-people.json", people),
    ];
    listing.entries.splice(3..3, none);
    told(&mut state, News::Listed(listing.clone()));
    let effects = press(&mut state, "<Enter>");
    assert!(effects.is_empty(), "no folder is opened");
    let look = snapshot::appearance();
    let text = snapshot::text(&snapshot::drawn(&mut state, 80, 24, &look));
    assert!(text.contains("/home/ana/p.json"), "{text}");
    // Where no file is known none is under the cursor.
    let mut state = snapshot::state(crate::tui::screens::root::ImportRoot::new());
    press(&mut state, "<F6>");
    listing.entries.retain(|entry| entry.name != "p.json");
    told(&mut state, News::Listed(listing));
    let effects = press(&mut state, "<Enter>");
    assert!(matches!(&effects[..], [Effect::Desk(Order::Look(_))]));
}
