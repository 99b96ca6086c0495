//! Whose turn it is in a change, and what that person does.

use super::Written;
use crate::session::reshare_left::ReshareLeft;

/// One person's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whose.
    pub person: String,
    /// What they are: `administrator`, `custodian`, `witness`, or `holder` of the recovery set.
    pub role: String,
    /// What they do.
    pub moment: Moment,
    /// How many had this turn before.
    pub done: usize,
    /// How many have it in all.
    pub all: usize,
}

/// What a person does in their turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// New words are shown to this person alone, written down, and typed back.
    Words {
        /// How many.
        words: usize,
    },
    /// Production: the new envelopes are written to the person's own medium.
    Place {
        /// File name and armored text.
        files: Vec<(String, String)>,
        /// The set that they belong to, as their names have it.
        set: String,
        /// Sets that were cut off before they counted, whose envelopes may lie on the same medium.
        unfinished: Vec<String>,
    },
    /// They were written: their owner says whether that is where they belong.
    Placed(Box<Written>),
    /// A reshare was cut off before everybody had new envelopes: it is given up, or left as it stands.
    Cut(Box<ReshareLeft>),
    /// The person proves both envelopes with the passphrase.
    Prove {
        /// Whether there is a share envelope beside the approval envelope.
        holds_share: bool,
        /// Whether these are the envelopes that were just made.
        new: bool,
        /// Whether the person may be passed over as not here.
        may_be_absent: bool,
        /// Whether others are made of what is brought: then it is kept until that is done.
        makes: bool,
    },
}
