//! How many signatures hold, by what they stand under: the numbers that are compared with a report's.

use serde::Serialize;

/// Signatures under one kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// Signatures that hold.
    pub hold: u64,
    /// Those of them that came from a file: nobody typed a passphrase for them.
    pub from_file: u64,
}

impl Count {
    /// One more that holds; `by` is how it came about.
    pub(super) fn add(&mut self, by: &str) {
        self.hold += 1;
        self.from_file += u64::from(by != "terminal");
    }

    pub(super) const fn plus(&mut self, more: Self) {
        self.hold += more.hold;
        self.from_file += more.from_file;
    }
}

/// Every signature in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// For acts of the run.
    pub acts: Count,
    /// Under sign-offs of the run.
    pub sign_offs: Count,
    /// Under the line that names this bundle's parts.
    pub bundle: Count,
    /// At enrolment, under lists of people and answers about policy.
    pub enrolment: Count,
    /// Under sign-offs of other runs and bundles.
    pub elsewhere: Count,
    /// For acts outside the run, which a bundle names without showing them: who signed is known, not under what.
    pub not_shown: u64,
}

impl Counts {
    /// The signatures of the run: the number that its report has.
    pub const fn of_the_run(&self) -> Count {
        Count {
            hold: self.acts.hold + self.sign_offs.hold,
            from_file: self.acts.from_file + self.sign_offs.from_file,
        }
    }

    /// All others that hold.
    pub const fn others(&self) -> Count {
        Count {
            hold: self.bundle.hold + self.enrolment.hold + self.elsewhere.hold,
            from_file: self.bundle.from_file + self.enrolment.from_file + self.elsewhere.from_file,
        }
    }
}
