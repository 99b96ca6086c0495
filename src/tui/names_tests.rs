//! Names that a list of 80 columns has no room for: cut they say so, and on the same page or the next they are whole.

use super::room::Room;
use super::screens::home::Home;
use super::screens::tests::{ROOT, held};

/// As people call keys who read no list of 80 columns when they do.
const KEK: &str = "zone-master-key-for-the-acquirer-in-the-north-2026-11-kek-one";
const BDK: &str = "zone-master-key-for-the-terminals-of-the-north-2026-11-bdk-two";
const BEGUN: &str = "zone-master";

const fn key<'a>(usage: &'a str, modes: &'a str, label: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("usage", usage),
        ("algorithm", "TDES_2KEY"),
        ("modes", modes),
        ("exportable", "yes"),
        ("label", label),
    ]
}

fn room() -> Room {
    let (kek, bdk) = (key("K0", "B", KEK), key("B0", "X", BDK));
    let sent = [("key", KEK), ("ca", "aws-root"), ("output", "kek.json")];
    let session = held(&[
        ("create-key", &kek),
        ("create-key", &bdk),
        ROOT,
        ("export-key.rsa-wrap", &sent),
        ("delete-key", &[("key", BDK), ("days", "7")]),
    ]);
    Room::new(Home::new(), session)
}

/// Every word of the page that begins as one of the names, and is neither whole nor says that it was cut.
fn cut_unsaid(page: &str) -> Vec<&str> {
    let words = page.split_whitespace();
    let words = words.map(|word| word.trim_matches(|c: char| ",:;()\"'".contains(c)));
    words
        .filter(|word| word.starts_with(BEGUN))
        .filter(|word| ![KEK, BDK].contains(&word.trim_end_matches('.')))
        .filter(|word| !word.ends_with(".."))
        .collect()
}

#[test]
fn a_name_that_is_cut_says_so_and_is_whole_where_the_cursor_stands_or_leads() {
    let cut = cut_unsaid("1 zone-master-key-for zone-master-ke.. zone");
    assert_eq!(cut, ["zone-master-key-for"]);
    let mut room = room();
    let mut cut_somewhere = 0;
    // Home, keys, deletions, exchange, the choice of a key from its first line, and the palette's way to one.
    for way in ["", "v", "d", "e", "x<Enter><Home>", "t"] {
        room.press(way);
        let mut whole = false;
        for _ in 0..6 {
            let page = room.text();
            let unsaid = cut_unsaid(&page);
            assert!(unsaid.is_empty(), "{way}: {unsaid:?} in\n{page}");
            assert!(page.contains(BEGUN), "{way}: no name in\n{page}");
            cut_somewhere += usize::from(page.contains("zone-mas") && page.contains(".."));
            whole |= page.contains(KEK) || page.contains(BDK);
            room.press("<Down>");
        }
        if !whole {
            room.press("<Enter>");
            let page = room.text();
            assert!(page.contains(KEK) || page.contains(BDK), "{way}:\n{page}");
        }
        while room.state.top().unwrap().name() != "Home" {
            room.press("<Esc>");
        }
    }
    assert!(cut_somewhere > 5, "{cut_somewhere}");
}
