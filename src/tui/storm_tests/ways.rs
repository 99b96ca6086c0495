//! The way to every screen: where it begins, and which keys lead there.

/// Where a way begins.
#[derive(Clone, Copy)]
pub(in crate::tui) enum Begin {
    /// Home of a vault with keys of every sort, whose people's signing keys are held.
    Full,
    /// Home of an empty vault: everybody types.
    Typed,
    /// No vault is open.
    Welcome,
    /// The questions for a copy.
    Copy,
    /// The same as typed, in a vault that stays, and the clock leapt.
    Leapt,
    /// Home of a vault with a key that came in and that nobody has compared.
    Waiting,
    /// A ceremony was played, and no key is held any more.
    Played,
}

/// A screen, where the way to it begins, the keys, and keys that are pressed again until it is there.
pub(in crate::tui) type Way = (&'static str, Begin, &'static str, &'static str);

const REQUEST: &str = "n<Enter><Enter><Enter><Enter>kek<Enter>";

/// A request, asked and signed for by the administrator, in the list of those that wait.
const WAITING: &str = "n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter><Esc>a";

/// Export as components: of the first key that may leave, three, to somebody.
const TURNS: &str = "x<Home><Down><Down><Down><Down><Enter><Enter>3<Enter>ACME<Enter>";

const WRITTEN: &str = "n<Enter><Enter><Enter><Enter>kek<Enter><F2>w";

const EXACT: &str = "n<Enter><Enter><Enter><Enter>kek<Enter><F2>";

/// Two custodians open the copy, the word is typed, the administrator asks.
const RETURN: &str = "<Enter><Enter><F5><Enter><Enter><F5><Enter><Enter>restore<Enter><F5><Enter>";

pub(in crate::tui) fn ways() -> Vec<Way> {
    use Begin::{Copy, Full, Leapt, Played, Typed, Waiting, Welcome};
    vec![
        ("Act", Full, "x<Home><Down><Down><Down><Down><Enter>", ""),
        ("Approvals", Typed, WAITING, ""),
        ("Approve", Typed, REQUEST, "<F5><Enter>"),
        ("Ask", Typed, REQUEST, "<Enter>"),
        ("Audit", Full, "t", ""),
        ("Begin a ceremony", Leapt, "c<Enter>", ""),
        ("Ceremonies", Full, "c", ""),
        (
            "Change of people or shares",
            Typed,
            "p<Enter><Enter>",
            "<F5><Enter>",
        ),
        ("Choose a file", Full, "i<Enter><F6>", ""),
        ("Clock", Leapt, "<Enter>", ""),
        ("Compare", Waiting, "<Enter>", ""),
        ("Create a vault", Welcome, "", "<Down><Enter><Esc>"),
        ("Create key", Full, "n", ""),
        ("Custodians", Full, "p", ""),
        ("Delete key", Full, "v<End>D", ""),
        ("Deletions", Full, "d", ""),
        ("Doctor", Welcome, "<End><Enter>", ""),
        ("Done", Full, REQUEST, "<Enter>"),
        ("Evidence", Played, "o", ""),
        ("Exchange", Full, "e", ""),
        ("Export by RSA wrap", Full, "x<Enter>", ""),
        ("Files of a run", Played, "ox", ""),
        ("Help", Full, "?", ""),
        ("Home", Full, "", ""),
        ("Import root", Full, "i<Enter>", ""),
        ("Key", Full, "v<End><Enter>", ""),
        ("Keys", Full, "v", ""),
        ("Leave", Full, "<C-c>", ""),
        ("Locked", Full, "", ""),
        ("Menu", Full, "x", ""),
        ("Page", Full, EXACT, ""),
        ("Palette", Full, ":", ""),
        ("Pause", Typed, "c<Enter>", "<Enter><Esc>"),
        ("QR code", Full, "v<End><Enter>q", ""),
        (
            "Refuse",
            Typed,
            "n<Enter><Enter><Enter><Enter>kek<Enter><Enter><F5><Enter><Esc>a<Enter><F4>",
            "",
        ),
        ("Restored", Copy, RETURN, "<Enter><Enter><F5><Enter>"),
        ("Return to a copy", Copy, "", ""),
        ("Review", Full, "v<End><Enter>m<Enter>alias/zmk<Enter>", ""),
        ("Review of turns", Full, TURNS, ""),
        ("Runner", Typed, "c", "<Enter>"),
        ("Settings", Full, ",", ""),
        ("Sign the bundle", Played, "ow", ""),
        ("Unlock", Welcome, "2", ""),
        ("Welcome", Welcome, "", ""),
        ("Write file", Full, WRITTEN, ""),
    ]
}
