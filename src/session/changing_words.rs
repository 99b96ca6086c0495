//! What is said in a change of people or shares: each turn, and what it came to, the same on every front end.

use super::changing::{Changed, Moment, Turn};
use super::field::Footing;

impl Changed {
    /// What it came to, in lines for people, on every front end.
    pub fn told(&self) -> Vec<String> {
        match self {
            Self::Drilled(done) => {
                let mut lines = vec![format!("proven: {}", names(&done.proven))];
                let failed = done.failed.iter();
                lines.extend(failed.map(|(name, why)| format!("FAILED: {name}: {why}")));
                lines.push(format!("not there: {}", names(&done.absent)));
                if !done.failed.is_empty() {
                    lines.push(
                        "Whose envelope failed cannot help to open or sign: rotate while enough others can.".into(),
                    );
                }
                lines
            }
            Self::Reshared(done) => vec![
                format!("the set {} is in force; {} is dead", done.set, done.old_set),
                "Everybody's envelopes of before are destroyed now, in front of the witness."
                    .into(),
            ],
            Self::Rotated(done) => {
                let mut lines = vec![
                    format!("gone: {}; new: {}", names(&done.gone), names(&done.joined)),
                    format!("{} secrets were sealed anew", done.secrets),
                    "The envelopes and words of before open nothing here any more: destroy them in front of the \
                     witness."
                        .into(),
                ];
                if !done.open_copies.is_empty() {
                    lines.push(format!(
                        "Copies that still open to the people of before: {}. Destroy them and attest it.",
                        done.open_copies.join(", ")
                    ));
                }
                lines
            }
        }
    }
}

/// Names for a sentence.
fn names(names: &[String]) -> String {
    if names.is_empty() {
        "nobody".to_owned()
    } else {
        names.join(", ")
    }
}

/// The heading of a turn; `shown` while words are on show.
pub fn title_of(turn: &Turn, shown: bool) -> String {
    let person = &turn.person;
    match &turn.moment {
        Moment::Words { .. } if shown => format!("New words, for {person} alone"),
        Moment::Words { .. } => format!("{person}, type your words back from your paper"),
        Moment::Place { .. } => {
            format!("{person}: your envelopes go to your own medium, and nowhere else")
        }
        Moment::Prove { new: true, .. } => format!("{person} proves the new envelopes"),
        Moment::Prove { .. } => format!("{person} proves both envelopes"),
    }
}

/// What is said in a turn, line by line.
pub fn lines_of(turn: &Turn, shown: bool) -> Vec<String> {
    match &turn.moment {
        Moment::Words { .. } if shown => vec![
            "Write them on your own paper, in this order. They are never shown again, to nobody, once you have typed \
             them back."
                .to_owned(),
            "Nobody can bring them back: not the others, not keymoot.".to_owned(),
        ],
        Moment::Words { .. } => vec![
            "All of them, with single spaces. Letters are not drawn.".to_owned(),
        ],
        Moment::Place { files } => {
            let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
            vec![
                format!("Written there and read back: {}.", names.join(" and ")),
                "Only your new words open them. Take the medium out afterwards and keep it.".to_owned(),
            ]
        }
        Moment::Prove { new: true, .. } => vec![
            "The envelopes were just made. They count only when everybody has opened their own: with the new words \
             where there are new ones, else with the present ones."
                .to_owned(),
        ],
        Moment::Prove { .. } => vec![
            "Both envelopes are opened and held against what was published when they were made. No identity is \
             rebuilt, and nothing of this is kept."
                .to_owned(),
        ],
    }
}

/// The three lines where it is asked whether somebody is here.
pub fn footing_of_presence(turn: &Turn) -> Footing {
    Footing {
        acts: "whoever is at the keyboard, in front of all".into(),
        enter: format!("calls {}, or passes over whoever is not here", turn.person),
        so_far: format!(
            "{} of {} have proven; nothing has changed",
            turn.done, turn.all
        ),
    }
}

/// Who acts in a turn, what Enter does, what has not happened.
pub fn footing_of(turn: &Turn, shown: bool) -> Footing {
    let who = if turn.person.eq_ignore_ascii_case(&turn.role) || turn.role.is_empty() {
        turn.person.clone()
    } else {
        format!("{} {}", turn.role, turn.person)
    };
    let (acts, enter) = match &turn.moment {
        Moment::Words { .. } if shown => (
            format!("{who}, alone at this screen"),
            "hides the words and asks for them",
        ),
        Moment::Words { .. } => (
            format!("{who}, from the own paper"),
            "compares; if they are right, calls the next person",
        ),
        Moment::Place { .. } => (
            format!("{who}, with a medium of their own in the machine"),
            "writes the envelopes there and reads them back",
        ),
        Moment::Prove { .. } => (who, "opens both envelopes and compares; nothing is kept"),
    };
    let so_far = match &turn.moment {
        Moment::Words { .. } => format!(
            "{} of {} people have new words; the people of now stay",
            turn.done, turn.all
        ),
        Moment::Place { .. } => format!(
            "{} of {} have their new envelopes; those of now still open",
            turn.done, turn.all
        ),
        Moment::Prove { new: true, .. } => format!(
            "{} of {} have proven; until all have, those of now still open",
            turn.done, turn.all
        ),
        Moment::Prove { .. } => format!(
            "{} of {} have proven; nothing has changed",
            turn.done, turn.all
        ),
    };
    Footing {
        acts,
        enter: enter.into(),
        so_far,
    }
}
