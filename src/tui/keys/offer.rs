//! What a screen says about its keys.

use super::{Binding, TABLE, Verb};
use crate::text::tr;
use crate::tui::chord::Chord;

/// What a screen says about one key right now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) verb: Verb,
    /// A better word than the table's, for this screen.
    pub(crate) word: Option<&'static str>,
    /// What help says of it, where the table's sentence is not true on this screen.
    pub(crate) help: Option<&'static str>,
    /// Why it does nothing at the moment.
    pub(crate) off: Option<String>,
    /// Letters find an entry of the list that it moves in: none of them is this key.
    finds: bool,
}

impl Offer {
    /// The key works, with the table's word.
    pub(crate) const fn plain(verb: Verb) -> Self {
        Self {
            verb,
            word: None,
            help: None,
            off: None,
            finds: false,
        }
    }

    /// The key works, with this screen's word.
    pub(crate) fn word(verb: Verb, word: &'static str) -> Self {
        Self {
            word: Some(word),
            ..Self::plain(verb)
        }
    }

    /// The same, with what it does here for the help.
    pub(crate) const fn meaning(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    /// The key is there and does nothing now, for this reason.
    pub(crate) fn off_because(mut self, reason: impl Into<String>) -> Self {
        self.off = Some(reason.into());
        self
    }

    /// The key moves in a list in which letters find an entry.
    pub(super) const fn finding(mut self) -> Self {
        self.finds = true;
        self
    }

    /// Whether this key of the table's row means it: no letter does while letters are typed, or find something.
    pub(crate) const fn takes(&self, chord: &Chord, typing: bool) -> bool {
        !((typing || self.finds) && chord.writes())
    }

    /// Its row in the table.
    pub(crate) fn binding(&self) -> Option<&'static Binding> {
        TABLE.iter().find(|b| b.verb == self.verb)
    }

    /// What it does, for help and palette.
    pub(crate) fn means(&self) -> &'static str {
        let table = || self.binding().map_or("", |b| tr(b.help));
        self.help.unwrap_or_else(table)
    }

    /// The footer's word.
    pub(crate) fn footer_word(&self) -> &'static str {
        self.word
            .or_else(|| self.binding().map(|b| tr(b.word)))
            .unwrap_or_default()
    }

    /// The key to show: in a text field, the first that writes no letter.
    pub(crate) fn chord(&self, typing: bool) -> Option<Chord> {
        let chords = self.binding()?.chords;
        chords.iter().find(|c| self.takes(c, typing)).copied()
    }
}
