//! The reference page of keys, written from the table and from what each screen offers: `KEYMOOT_WRITE_DOCS=1 cargo test
//! --lib keys_page` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use super::{folders, steered, ways};
use crate::tui::keys::{MOVES, Offer, TABLE, Verb};

/// What works on every screen stands in the first table alone; so does what moves about.
const EVERYWHERE: [Verb; 7] = [
    Verb::Palette,
    Verb::Help,
    Verb::Leave,
    Verb::Lock,
    Verb::Suspend,
    Verb::Mouse,
    Verb::Settings,
];

/// A cell of a table: a bar in it is no border.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn all_keys(out: &mut String) {
    out.push_str("## Every key\n\n| Key | Does |\n|---|---|\n");
    for row in TABLE {
        let chords: Vec<String> = row
            .chords
            .iter()
            .map(|c| format!("`{}`", c.shown()))
            .collect();
        let _ = writeln!(out, "| {} | {} |", cell(&chords.join(" ")), cell(row.help));
    }
}

fn offered(offer: &Offer, out: &mut String) {
    let Some(chord) = offer.chord(false) else {
        return;
    };
    let (key, word) = (chord.shown(), offer.footer_word());
    let _ = writeln!(
        out,
        "| `{}` | {} | {} |",
        cell(&key),
        cell(word),
        cell(offer.means())
    );
}

fn page(place: &Path) -> String {
    let mut out = String::from(
        "# Keys\n\nWritten from the program by `KEYMOOT_WRITE_DOCS=1 cargo test --lib keys_page`; do not edit.\n\n\
         Whatever a page can do stands in its last row with its key, and whole in its help (`?`; `F1` where letters are \
         typed). `:` (there `Ctrl-P`) finds every act by what people call it. No key does anything to a key without a \
         review and the signatures of custodians, and `Esc` always leads back.\n\n",
    );
    all_keys(&mut out);
    out.push_str(
        "\n## Screen by screen\n\nBeside what moves and what works everywhere. Which of them work at a moment depends on the vault \
         and on what is chosen; one that does not says why in help.\n",
    );
    for way in ways() {
        let room = steered(way, place).unwrap();
        let offers = room.state.offers();
        let own = offers
            .iter()
            .filter(|o| !MOVES.contains(&o.verb) && !EVERYWHERE.contains(&o.verb));
        let _ = write!(out, "\n### {}\n\n| Key | | Does |\n|---|---|---|\n", way.0);
        own.for_each(|offer| offered(offer, &mut out));
    }
    out
}

#[test]
fn the_reference_of_keys_is_what_the_program_has() {
    let place = tempfile::tempdir().unwrap();
    folders(place.path());
    let page = page(place.path());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    if std::env::var_os("KEYMOOT_WRITE_DOCS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        page,
        "docs/keys.md is stale: KEYMOOT_WRITE_DOCS=1 cargo test --lib keys_page"
    );
}
