//! The one table of keys: what each does, how it is written. Footer, help and palette are drawn from it.

use crossterm::event::{KeyCode, KeyEvent};

use super::chord::{Chord, control, letter, plain};
use crate::text::tr;

mod called;
mod footer;
mod offer;

pub(crate) use footer::{ARROWS, Footed, footer};
pub(crate) use offer::Offer;

/// What a key asks for. A screen offers some of these; the rest do nothing there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    NextField,
    PreviousField,
    Enter,
    Practice,
    Choose,
    Reveal,
    Refuse,
    Exact,
    Picture,
    Film,
    Blocks,
    Browse,
    Filter,
    Sort,
    New,
    Export,
    Import,
    Name,
    Deletions,
    Approvals,
    Keys,
    Ceremonies,
    Custodians,
    Exchange,
    Audit,
    Evidence,
    Compare,
    Delete,
    Restore,
    Switch,
    Write,
    Copy,
    Prove,
    Bundle,
    Number,
    Settings,
    Mouse,
    Notes,
    Yes,
    Lock,
    Suspend,
    Back,
    Palette,
    Help,
    Leave,
}

/// How one moves in a list or between fields: no action that anybody looks for.
pub(crate) const MOVES: [Verb; 10] = [
    Verb::Up,
    Verb::Down,
    Verb::Left,
    Verb::Right,
    Verb::PageUp,
    Verb::PageDown,
    Verb::First,
    Verb::Last,
    Verb::NextField,
    Verb::PreviousField,
];

/// One row of the table.
pub(crate) struct Binding {
    pub(crate) verb: Verb,
    /// The keys, the one to show first.
    pub(crate) chords: &'static [Chord],
    /// The word in the footer; empty where the pair before it speaks for it.
    pub(crate) word: &'static str,
    /// One line of help.
    pub(crate) help: &'static str,
}

const fn row(
    verb: Verb,
    chords: &'static [Chord],
    word: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        verb,
        chords,
        word,
        help,
    }
}

/// Every key of the workstation, in the order of the footer. A letter may stand for two things where no screen offers
/// both.
pub(crate) static TABLE: &[Binding] = &[
    row(
        Verb::Up,
        &[plain(KeyCode::Up), letter('k')],
        "move",
        "one line up",
    ),
    row(
        Verb::Down,
        &[plain(KeyCode::Down), letter('j')],
        "",
        "one line down",
    ),
    row(Verb::PageUp, &[plain(KeyCode::PageUp)], "", "one page up"),
    row(
        Verb::PageDown,
        &[plain(KeyCode::PageDown)],
        "",
        "one page down",
    ),
    row(
        Verb::First,
        &[plain(KeyCode::Home)],
        "",
        "to the first line",
    ),
    row(Verb::Last, &[plain(KeyCode::End)], "", "to the last line"),
    row(
        Verb::NextField,
        &[plain(KeyCode::Tab)],
        "next field",
        "to the next field; this one is checked",
    ),
    row(
        Verb::PreviousField,
        &[plain(KeyCode::BackTab)],
        "",
        "to the field before",
    ),
    row(
        Verb::Enter,
        &[plain(KeyCode::Enter)],
        "next",
        "does what the line Enter says",
    ),
    row(Verb::Choose, &[letter(' ')], "choose", "marks this line"),
    row(
        Verb::Practice,
        &[plain(KeyCode::F(5))],
        "fill",
        "fills in the practice answer (rehearsal only)",
    ),
    row(
        Verb::Reveal,
        &[plain(KeyCode::F(3))],
        "show again",
        "shows what is hidden here; words, to their owner alone",
    ),
    row(
        Verb::Refuse,
        &[plain(KeyCode::F(4))],
        "refuse",
        "takes the request off the table, with a reason",
    ),
    row(
        Verb::Exact,
        &[plain(KeyCode::F(2))],
        "exact",
        "shows the exact request that is signed",
    ),
    row(
        Verb::Film,
        &[letter('f')],
        "QR of the file",
        "shows the file itself as a series of QR codes",
    ),
    row(
        Verb::Blocks,
        &[letter('g')],
        "blocks",
        "draws the code in half blocks or in full ones",
    ),
    row(
        Verb::Filter,
        &[letter('/')],
        "filter",
        "shows only the lines that hold what you type",
    ),
    row(
        Verb::Sort,
        &[letter('s')],
        "sort",
        "sorts by the next column",
    ),
    row(
        Verb::Prove,
        &[letter('v')],
        "verify all",
        "reads the audit log again and proves every line of it",
    ),
    row(
        Verb::Bundle,
        &[letter('b')],
        "bundle",
        "makes the one file that an auditor gets of a run",
    ),
    row(
        Verb::Number,
        &[letter('g')],
        "go to",
        "goes to the line with the number that you type",
    ),
    row(
        Verb::New,
        &[letter('n')],
        "new",
        "begins the wizard that makes a new key",
    ),
    row(
        Verb::Export,
        &[letter('x')],
        "export",
        "shows the ways a key goes out",
    ),
    row(
        Verb::Import,
        &[letter('i')],
        "import",
        "shows the ways a key or a receiver's root comes in",
    ),
    row(
        Verb::Name,
        &[letter('m')],
        "name or tag",
        "gives this key an alias or a tag",
    ),
    row(
        Verb::Keys,
        &[letter('v')],
        "keys",
        "shows the keys of this vault",
    ),
    row(
        Verb::Deletions,
        &[letter('d')],
        "deletions",
        "shows scheduled deletions and their countdowns",
    ),
    row(
        Verb::Approvals,
        &[letter('a')],
        "approvals",
        "shows what waits for signatures",
    ),
    row(
        Verb::Ceremonies,
        &[letter('c')],
        "ceremonies",
        "shows the scripts that can be run here",
    ),
    row(
        Verb::Custodians,
        &[letter('p')],
        "people",
        "people, envelopes and drills; what to do when something happened",
    ),
    row(
        Verb::Exchange,
        &[letter('e')],
        "exchange",
        "shows what was sent to receivers, and reads their receipts",
    ),
    row(
        Verb::Audit,
        &[letter('t')],
        "audit",
        "shows the audit log, line by line, and whether its chain holds",
    ),
    row(
        Verb::Evidence,
        &[letter('o')],
        "evidence",
        "shows runs with their reports, and writes what an auditor gets",
    ),
    row(
        Verb::Compare,
        &[letter('C')],
        "compare",
        "asks for the check value that this key's sender gave",
    ),
    row(
        Verb::Delete,
        &[letter('D')],
        "delete",
        "asks for the deletion of this key",
    ),
    row(
        Verb::Restore,
        &[letter('R')],
        "restore",
        "asks to take back a scheduled deletion",
    ),
    row(
        Verb::Switch,
        &[letter('u')],
        "enable or disable",
        "asks to enable a disabled key, or to disable an enabled one",
    ),
    row(
        Verb::Write,
        &[letter('w')],
        "write file",
        "writes this to a file",
    ),
    row(
        Verb::Copy,
        &[letter('b')],
        "back up",
        "begins the wizard that copies this vault to another medium",
    ),
    row(
        Verb::Left,
        &[plain(KeyCode::Left), letter('h')],
        "back",
        "back one question; nothing typed is lost",
    ),
    row(
        Verb::Right,
        &[plain(KeyCode::Right), letter('l')],
        "",
        "to the right",
    ),
    row(
        Verb::Back,
        &[plain(KeyCode::Esc)],
        "back",
        "back to the screen before; nothing is changed by that",
    ),
    row(
        Verb::Browse,
        &[plain(KeyCode::F(6))],
        "choose file",
        "shows folders and what each file is, and takes the one you choose",
    ),
    row(
        Verb::Picture,
        &[letter('q'), plain(KeyCode::F(7))],
        "QR",
        "shows the digest of this page as a QR code, for the minutes",
    ),
    row(
        Verb::Yes,
        &[letter('y')],
        "yes",
        "closes the vault, or leaves keymoot: what the page asks",
    ),
    row(
        Verb::Notes,
        &[plain(KeyCode::F(8))],
        "all notes",
        "shows whole everything that opening found worth telling",
    ),
    row(
        Verb::Settings,
        &[letter(',')],
        "",
        "shows the settings: theme, glyphs, mouse",
    ),
    row(
        Verb::Mouse,
        &[plain(KeyCode::F(9))],
        "",
        "turns the mouse on or off; it is never needed",
    ),
    row(
        Verb::Lock,
        &[control('l')],
        "",
        "locks this screen (so do 5 minutes without a key), wipes secrets",
    ),
    row(
        Verb::Suspend,
        &[control('z')],
        "",
        "locks this screen and goes back to the shell; `fg` brings it back",
    ),
    row(
        Verb::Palette,
        &[letter(':'), control('p')],
        "palette",
        "lists everything that can be done here, and every other place",
    ),
    row(
        Verb::Help,
        &[letter('?'), plain(KeyCode::F(1))],
        "help",
        "explains this screen and its keys",
    ),
    row(
        Verb::Leave,
        &[control('c')],
        "leave",
        "asks whether to leave keymoot",
    ),
];

/// The keys that move in a list.
pub(crate) fn moves() -> Vec<Offer> {
    [
        Verb::Up,
        Verb::Down,
        Verb::PageUp,
        Verb::PageDown,
        Verb::First,
        Verb::Last,
    ]
    .map(Offer::plain)
    .to_vec()
}

/// The keys that move in a list in which letters find an entry by its name: `j` and `k` are two of them.
pub(crate) fn finds() -> Vec<Offer> {
    moves().into_iter().map(Offer::finding).collect()
}

/// The same for a choice among other fields of a form.
pub(crate) fn chooses() -> Vec<Offer> {
    let first = Offer::word(Verb::Up, tr("choose"));
    let others = [Verb::Down, Verb::First, Verb::Last].map(Offer::plain);
    let all = std::iter::once(first).chain(others);
    all.map(Offer::finding).collect()
}

/// What works on every screen; `shell`: one is above that could bring a keymoot back that was put aside.
pub(crate) fn everywhere(shell: bool) -> Vec<Offer> {
    let mut verbs = vec![Verb::Settings, Verb::Mouse, Verb::Lock];
    // Where no shell is above, Ctrl-Z locks as well, and nothing brings keymoot back from anywhere.
    verbs.extend(shell.then_some(Verb::Suspend));
    verbs.extend([Verb::Palette, Verb::Help, Verb::Leave]);
    verbs.into_iter().map(Offer::plain).collect()
}

/// Whether a key is written for this verb, whatever is offered.
pub(crate) fn is_for(key: &KeyEvent, verb: Verb) -> bool {
    let binding = Offer::plain(verb).binding();
    binding.is_some_and(|b| b.chords.iter().any(|c| c.is(key)))
}

/// Which of the offers a key means. Letters mean nothing while a text field takes them.
pub(crate) fn meant<'a>(key: &KeyEvent, offers: &'a [Offer], typing: bool) -> Option<&'a Offer> {
    offers.iter().find(|offer| {
        offer
            .binding()
            .is_some_and(|b| b.chords.iter().any(|c| c.is(key) && offer.takes(c, typing)))
    })
}

#[cfg(test)]
pub(super) mod tests;
