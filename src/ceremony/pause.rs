//! A pause in a ceremony: what can be done, what is lost by it, and what is said; for every front end.

use crate::session::field::{Field, Kind};
use crate::session::guide::Entry;
use crate::text::{say, tr};

use super::ask::{Held, Showing};

/// Why a ceremony is stopped for good.
pub(crate) const STOP_REASON: Field = Field {
    id: "reason",
    label: "Reason",
    hint: "One sentence for the record; then Enter stops it for good.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// What the script does not foresee.
pub(crate) const HAPPENED: Field = Field {
    id: "happened",
    label: "What happened",
    hint: "One sentence for the record; the first who signs it says why it goes on.",
    kind: Kind::Text { max: 200 },
    optional: false,
};

/// A way out of a pause: id, label, and what that means.
pub type WayOut = (&'static str, &'static str, &'static str);

/// The safe answer is the first.
const WAYS: &[WayOut] = &[
    ("on", "go on", "back to the same question"),
    (
        "record",
        "record an exception",
        "what happened and why, signed; then you go on",
    ),
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
    (
        "record",
        "record an exception",
        "to practise that; then you go on",
    ),
    ("later", "leave it", "nothing of it is kept"),
    (
        "stop",
        "stop it for good",
        "to practise that; nothing of it is kept either",
    ),
];

/// The same while papers are put away, because people leave.
const PACKING: &[WayOut] = &[
    ("on", "go on after all", "what is packed stays packed"),
    (
        "later",
        "leave it all the same",
        "nobody has recorded where the paper is",
    ),
    (
        "stop",
        "stop it for good",
        "recorded as aborted, with your reason",
    ),
];

/// What is left of a stop whose signatures cannot all be given.
const UNSIGNED: WayOut = (
    "unsigned",
    "close it without them",
    "who did not sign the stop is recorded by name",
);

/// A paused ceremony.
#[derive(Debug, Clone, Default)]
pub struct Pause {
    /// It was stopped for good before, and waits for signatures on its record.
    pub stopping: bool,
    /// What lies in people's hands: words that are void if it is left, papers that lie open.
    pub held: Held,
    /// Number of the step at hand.
    pub step: usize,
    /// The act of the step at hand is done and saved; only going on is not.
    pub done: bool,
    /// Signatures were given that are not used yet.
    pub signed: bool,
    /// It is a rehearsal of which nothing is kept.
    pub keeps_nothing: bool,
    /// A folder was named that takes what the run leaves when it has ended.
    pub writes: bool,
    /// Who is asked to sign a stop.
    pub signs_stop: Vec<String>,
    /// Who has yet to sign it, where nothing else of the stop is left to do.
    pub awaited: Vec<String>,
    /// Who may be named as the one who stops it: name, and what they are called.
    pub in_room: Vec<[String; 2]>,
}

impl Pause {
    /// The pause of what is shown.
    pub fn of(showing: Option<&Showing>, signed: bool, keeps_nothing: bool) -> Self {
        Self {
            stopping: showing.is_some_and(|showing| showing.stopping),
            held: showing
                .map(|showing| showing.held.clone())
                .unwrap_or_default(),
            step: showing.map_or(1, |showing| showing.current.saturating_add(1)),
            done: showing.is_some_and(|showing| showing.done),
            signed,
            keeps_nothing,
            writes: false,
            signs_stop: showing.map(|s| s.signs_stop.clone()).unwrap_or_default(),
            awaited: showing
                .map(|s| s.awaited_at_stop.clone())
                .unwrap_or_default(),
            in_room: showing.map(|s| s.in_room.clone()).unwrap_or_default(),
        }
    }

    /// Who stops it, to choose from. None of them is chosen before: whoever happens to be asked at that moment did not
    /// stop it for that, and the name stands in the record.
    pub fn stoppers(&self) -> Vec<Entry> {
        let named = |[name, called]: &[String; 2]| Entry::new(name, called, "");
        self.in_room.iter().map(named).collect()
    }

    /// What can be done: one that is stopped already is only signed, or left.
    pub fn ways(&self) -> Vec<WayOut> {
        let all = match (self.held.packing, self.keeps_nothing) {
            (true, _) => PACKING,
            (false, true) => KEPT_NOWHERE,
            (false, false) => WAYS,
        };
        let may = |(id, ..): &&WayOut| !(self.stopping && matches!(*id, "stop" | "record"));
        let told = |way: &WayOut| match (way.0, self.stopping, self.writes && self.keeps_nothing) {
            ("later", true, _) => (
                way.0,
                way.1,
                "it stays stopped; the signatures are asked later",
            ),
            ("stop", _, true) => (way.0, way.1, "to practise that; its record is written"),
            _ => *way,
        };
        let unsigned = (!self.awaited.is_empty()).then_some(UNSIGNED);
        all.iter().filter(may).map(told).chain(unsigned).collect()
    }

    /// Whether leaving asks first where the papers go that lie open.
    pub fn packs_first(&self) -> bool {
        let open = !self.held.open.is_empty() && !self.held.packing;
        open && !self.keeps_nothing && !self.stopping
    }

    /// What is lost, and what lies in people's hands, where somebody leaves at once and not by this page (Ctrl-C).
    pub fn lost_at_once(&self) -> Vec<String> {
        if self.keeps_nothing {
            return Vec::new(); // the page says so itself
        }
        let asked = Self {
            held: Held {
                open: Vec::new(),
                ..self.held.clone()
            },
            ..self.clone()
        };
        let mut told = asked.lost();
        if !self.held.open.is_empty() {
            told.insert(0, say!(
                "These papers lie open: {papers}. Stay, and leave by Esc: it asks into which package each goes. Left here, nobody records where they are.",
                papers = self.held.open.join(", ")
            ));
        }
        told
    }

    /// The heading.
    pub fn title(&self) -> &'static str {
        if self.stopping {
            tr("The ceremony is stopped; its record waits to be signed. What now?")
        } else {
            tr("The ceremony waits. What now?")
        }
    }

    /// What does not outlive the way out, whichever it is, and what lies in people's hands.
    pub fn lost(&self) -> Vec<String> {
        if self.keeps_nothing && self.writes {
            return vec![tr("This is a rehearsal: its vault is gone when it is left or stopped. Stopped, its record goes into the folder that was named; left, nothing is written.").into()];
        }
        if self.keeps_nothing {
            return vec![tr("This is a rehearsal: left or stopped, it is gone.").into()];
        }
        let mut told = Vec::new();
        if !self.awaited.is_empty() {
            told.push(say!(
                "Not signed yet by {names}. Who can come signs; who cannot is named in the record as not having signed.",
                names = self.awaited.join(", ")
            ));
        }
        if !self.held.wrote.is_empty() {
            told.push(say!(
                "Left or stopped now, the words that {names} wrote down in step {step} are void: these papers are destroyed, and new words are shown.",
                names = self.held.wrote.join(", "),
                step = self.step
            ));
        }
        told.extend(self.held.void.clone());
        if !self.held.open.is_empty() {
            told.push(say!(
                "These papers lie open: {papers}. Nobody leaves them so: each goes into a package first, and its serial is asked.",
                papers = self.held.open.join(", ")
            ));
        }
        if self.signed && self.held.wrote.is_empty() {
            told.push(
                tr("Signatures for the act of this step are not kept: left, they are asked again.")
                    .into(),
            );
        }
        told
    }

    /// Who signs where it is stopped for good: one person may stop it, and whoever reads the record sees who bears that.
    pub fn stop_is_signed(&self) -> String {
        if self.signs_stop.is_empty() {
            return tr(
                "Nobody is known here who could sign the stop. Your sentence stands in the log.",
            )
            .to_owned();
        }
        say!(
            "Then {names} sign the record of it, one after the other.",
            names = self.signs_stop.join(", ")
        )
    }

    /// What is saved.
    pub fn so_far(&self) -> &'static str {
        match (self.stopping, self.keeps_nothing) {
            (true, _) => tr("the ceremony is stopped for good; its record is being signed"),
            (_, true) => tr("the rehearsal waits; nothing of it is kept when it is left"),
            _ if self.done => {
                tr("every step up to this one is done and saved; the next has not begun")
            }
            _ => tr("every finished step is saved and stays finished; this one is not"),
        }
    }
}

/// The question who stops a run, for every front end.
pub fn who_stops() -> &'static str {
    tr("Who stops the ceremony? The name goes into the record.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stopped_is_not_stopped_again_and_what_is_kept_nowhere_says_so() {
        let ids = |pause: &Pause| {
            let ways = pause.ways().into_iter();
            ways.map(|(id, ..)| id).collect::<Vec<_>>()
        };
        let plain = Pause::default();
        assert_eq!(ids(&plain), ["on", "record", "later", "stop"]);
        assert!(plain.lost().is_empty());
        let stopping = Pause {
            stopping: true,
            ..Pause::default()
        };
        assert_eq!(ids(&stopping), ["on", "later"]);
        assert!(stopping.title().contains("is stopped"));
        let practice = Pause {
            keeps_nothing: true,
            ..Pause::default()
        };
        assert!(
            practice
                .ways()
                .iter()
                .all(|(_, _, note)| !note.contains("stands open"))
        );
        assert!(practice.so_far().contains("nothing of it is kept"));
    }

    #[test]
    fn a_stop_says_who_signs_it() {
        let nobody = Pause::default();
        assert!(nobody.stop_is_signed().starts_with("Nobody is known here"));
        let some = Pause {
            signs_stop: vec!["Ada".into(), "Wim".into()],
            ..Pause::default()
        };
        assert!(some.stop_is_signed().contains("Ada, Wim sign"));
    }

    #[test]
    fn a_pause_says_whose_words_are_void_and_which_papers_lie_open() {
        let words = Pause {
            step: 4,
            held: Held {
                wrote: vec!["Fay".into(), "Gus".into()],
                ..Held::default()
            },
            ..Pause::default()
        };
        assert!(words.lost()[0].contains("the words that Fay, Gus wrote down in step 4 are void"));
        assert!(!words.packs_first());
        assert_eq!(words.lost_at_once(), words.lost());
        let nowhere = Pause {
            keeps_nothing: true,
            ..words.clone()
        };
        assert!(nowhere.lost_at_once().is_empty());
        let mut paper = Pause {
            held: Held {
                open: vec!["component 1 of kek (Ana)".into()],
                ..Held::default()
            },
            ..Pause::default()
        };
        assert!(paper.lost()[0].contains("component 1 of kek (Ana)"));
        assert!(paper.packs_first());
        let at_once = paper.lost_at_once();
        assert!(at_once[0].contains("component 1 of kek (Ana). Stay, and leave by Esc"));
        paper.held.packing = true;
        assert!(!paper.packs_first());
        assert!(paper.ways().iter().all(|(id, ..)| *id != "record"));
    }
}
