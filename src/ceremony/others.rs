//! What people on another side do, who have no keymoot: in a person's words, whatever device is theirs.

/// What they get, what they do, what comes back: beside a file that they make, or that goes to them.
#[derive(Debug, Default)]
pub(super) struct Others {
    /// Of a file that they make: what they get for it first.
    pub(super) gets: Option<String>,
    /// What they do to make it; of a file that goes to them, what they do with it.
    pub(super) does: Option<String>,
    /// Of a file that goes to them: what comes back.
    pub(super) back: Option<String>,
}
