//! A pause in a ceremony: what can be done, what is lost by it, and what is said; for every front end.

use crate::text::tr;

use super::ask::Showing;

/// A way out of a pause: id, label, and what that means.
pub type WayOut = (&'static str, &'static str, &'static str);

/// The safe answer is the first.
const WAYS: &[WayOut] = &[
    ("on", "go on", "back to the same question"),
    (
        "later",
        "leave it for now",
        "it stands open and goes on at this step",
    ),
    (
        "stop",
        "stop it for good",
        "recorded as aborted, with your reason",
    ),
];

/// The same for a rehearsal of which nothing is kept.
const KEPT_NOWHERE: &[WayOut] = &[
    ("on", "go on", "back to the same question"),
    ("later", "leave it", "nothing of it is kept"),
    (
        "stop",
        "stop it for good",
        "to practise that; nothing of it is kept either",
    ),
];

/// A paused ceremony.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pause {
    /// It was stopped for good before, and waits for signatures on its record.
    pub stopping: bool,
    /// Words that people wrote down in this step are void if it is left.
    pub voids_papers: bool,
    /// Signatures were given that are not used yet.
    pub signed: bool,
    /// It is a rehearsal of which nothing is kept.
    pub keeps_nothing: bool,
}

impl Pause {
    /// The pause of what is shown.
    pub fn of(showing: Option<&Showing>, signed: bool, keeps_nothing: bool) -> Self {
        Self {
            stopping: showing.is_some_and(|showing| showing.stopping),
            voids_papers: showing.is_some_and(|showing| showing.voids_papers),
            signed,
            keeps_nothing,
        }
    }

    /// What can be done: one that is stopped already is only signed, or left.
    pub fn ways(self) -> Vec<WayOut> {
        let all = if self.keeps_nothing {
            KEPT_NOWHERE
        } else {
            WAYS
        };
        let may = |(id, ..): &&WayOut| !(self.stopping && *id == "stop");
        all.iter().filter(may).copied().collect()
    }

    /// The heading.
    pub fn title(self) -> &'static str {
        if self.stopping {
            tr("The ceremony is stopped; its record waits to be signed. What now?")
        } else {
            tr("The ceremony waits. What now?")
        }
    }

    /// What does not outlive the way out, whichever it is.
    pub fn lost(self) -> Option<&'static str> {
        if self.keeps_nothing {
            return Some(tr("This is a rehearsal: left or stopped, it is gone."));
        }
        if self.voids_papers {
            return Some(tr(
                "Words that were written down in this step are void if it is left; new ones are shown then.",
            ));
        }
        self.signed.then(|| {
            tr("Signatures for the act of this step are not kept: left, they are asked again.")
        })
    }

    /// What is saved.
    pub fn so_far(self) -> &'static str {
        match (self.stopping, self.keeps_nothing) {
            (true, _) => tr("the ceremony is stopped for good; its record is being signed"),
            (_, true) => tr("the rehearsal waits; nothing of it is kept when it is left"),
            _ => tr("every finished step is saved and stays finished; this one is not"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stopped_is_not_stopped_again_and_what_is_kept_nowhere_says_so() {
        let ids = |pause: Pause| {
            pause
                .ways()
                .into_iter()
                .map(|(id, ..)| id)
                .collect::<Vec<_>>()
        };
        let plain = Pause::default();
        assert_eq!(ids(plain), ["on", "later", "stop"]);
        assert_eq!(plain.lost(), None);
        let stopping = Pause {
            stopping: true,
            ..plain
        };
        assert_eq!(ids(stopping), ["on", "later"]);
        assert!(stopping.title().contains("is stopped"));
        let practice = Pause {
            keeps_nothing: true,
            ..plain
        };
        assert!(
            practice
                .ways()
                .iter()
                .all(|(_, _, note)| !note.contains("stands open"))
        );
        assert!(practice.so_far().contains("nothing of it is kept"));
        let words = Pause {
            voids_papers: true,
            ..plain
        };
        assert!(words.lost().unwrap().contains("are void"));
    }
}
