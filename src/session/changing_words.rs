//! What is said in a change of people or shares: each turn, and what it came to, the same on every front end.

use crate::text::{say, tr};

use super::changing::{Changed, HOLDER, Moment, Turn, Written};
use super::field::Footing;
use super::media;
use super::reshare_left::ReshareLeft;
use super::{RecoveryMade, Rotated, View};

/// That a change was given up, and whose papers count for nothing.
pub fn given_up(wrote: &[String]) -> String {
    let rest = tr(
        "The change was given up and its request is off the table. The people and shares of before are in force.",
    );
    match wrote {
        [] => say!(
            "{rest} Envelopes that were handed out for it are void and are destroyed.",
            rest
        ),
        some => say!(
            "{rest} The words that {names} wrote down for it, and its envelopes, are void: destroy them.",
            rest,
            names = some.join(", ")
        ),
    }
}

/// That a drill was given up: nothing of it stands.
pub fn drill_given_up() -> &'static str {
    tr(
        "The drill was given up and its request is off the table. Nothing was changed, and it counts for nobody: what was proven in it is not recorded.",
    )
}

/// Whose words count for nothing if a change is left where it is now; nothing where nobody has any yet.
pub fn void_if_left(wrote: &[String]) -> Option<String> {
    (!wrote.is_empty()).then(|| {
        say!(
            "Left or given up now, the words that {names} wrote down for this change, and its envelopes, are void: these \
             papers are destroyed. The people and shares of before stay in force.",
            names = wrote.join(", ")
        )
    })
}

impl Changed {
    /// What stands above what it came to.
    pub fn heading(&self) -> &'static str {
        match self {
            Self::Stands => tr("Nothing was changed."),
            _ => tr("Done, saved and in the audit log."),
        }
    }

    /// What it came to, in lines for people, on every front end.
    pub fn told(&self) -> Vec<String> {
        match self {
            Self::Drilled(done) => {
                let mut lines = vec![say!("proven: {names}", names = names(&done.proven))];
                let failed = done.failed.iter();
                lines.extend(failed.map(|(name, why)| say!("FAILED: {name}: {why}", name, why)));
                lines.push(say!("not there: {names}", names = names(&done.absent)));
                lines.extend(beside(&done.beside));
                if done.proven.len() < done.needed {
                    lines.push(say!(
                        "{proven} proven, and {needed} are needed to open: this set is NOT proven. Bring the others together soon.",
                        proven = done.proven.len(),
                        needed = done.needed
                    ));
                }
                if !done.absent.is_empty() {
                    let words = tr(
                        "Whoever was not there proves another day: a drill changes nothing, and can be done again.",
                    );
                    lines.push(words.into());
                }
                lines.push(View::card_moved().to_owned());
                if !done.beside.failed.is_empty() {
                    lines.push(
                        tr("Who cannot open their own envelope signs nothing and asks for nothing: a rotation gives everybody new words.").into(),
                    );
                }
                if !done.failed.is_empty() {
                    lines.push(
                        tr("Whose envelope failed cannot help to open or sign: rotate while enough others can.").into(),
                    );
                }
                lines
            }
            Self::Reshared(done) => [
                say!(
                    "the set {set} is in force; {old_set} is dead",
                    set = done.set,
                    old_set = done.old_set
                ),
                tr("Everybody's envelopes of before are to be destroyed now, in front of the witness; the words stay in use.")
                    .into(),
            ]
            .into_iter()
            .chain(done.lying.told())
            .collect(),
            Self::Recovery(made) => of_recovery(made),
            Self::GivenUp(ended) => ended.told(),
            Self::Stands => vec![
                tr("The reshare stands open as before. Everybody's envelopes of before open this vault.").to_owned(),
            ],
            Self::Rotated(done) => of_rotation(done),
        }
    }
}

/// Of a drill: whoever holds no share and was asked to prove the own envelope.
fn beside(done: &super::drill::Beside) -> Vec<String> {
    let mut lines = Vec::new();
    if !done.proven.is_empty() {
        lines.push(say!(
            "proven, without a share: {names}",
            names = names(&done.proven)
        ));
    }
    let failed = done.failed.iter();
    lines.extend(failed.map(|(name, why)| say!("FAILED: {name}: {why}", name, why)));
    if !done.absent.is_empty() {
        lines.push(say!(
            "not there, without a share: {names}",
            names = names(&done.absent)
        ));
    }
    lines
}

fn of_recovery(made: &RecoveryMade) -> Vec<String> {
    let mut lines = vec![
        say!(
            "The recovery set is in force: {k} of {n} can open this vault, from {place}.",
            k = made.k,
            n = made.holders.len(),
            place = made.place
        ),
        say!(
            "holders: {holders}. When this ceremony is over, each takes envelopes and paper to that place, sealed.",
            holders = made.holders.join(", ")
        ),
        tr("The custodians' envelopes and words stay as they were. A rotation ends this set.")
            .to_owned(),
    ];
    if made.old_set.is_some() {
        lines.push(tr("The recovery set of before is dead: destroy its envelopes in front of the witness.").to_owned());
    }
    lines.extend(made.lying.told());
    if !made.copies.is_empty() {
        lines.push(say!("Copies made before know nothing of it: {copies}. Make another, and keep it at the same place.", copies = made.copies.join(", ")));
    }
    lines
}

/// That copies of before open to nobody new, and how another is made.
fn new_copy(open: &[String]) -> String {
    say!(
        "First a new copy is made ({backup}; some ceremonies have a step for it): these open only to the people of before: {open_copies}.",
        backup = tr(super::op::BACKUP.title),
        open_copies = open.join(", ")
    )
}

fn of_rotation(done: &Rotated) -> Vec<String> {
    let mut lines = vec![
        if done.gone.is_empty() && done.joined.is_empty() {
            tr("The same people as before, with new words and new envelopes.").to_owned()
        } else {
            say!(
                "gone: {names}; new: {names_2}",
                names = names(&done.gone),
                names_2 = names(&done.joined)
            )
        },
        match done.secrets {
            0 => tr("There was no secret to seal anew.").to_owned(),
            1 => tr("1 secret was sealed anew.").to_owned(),
            secrets => say!("{secrets} secrets were sealed anew.", secrets),
        },
    ];
    let before = if done.open_copies.is_empty() {
        vec![replaced().to_owned()]
    } else {
        vec![
            new_copy(&done.open_copies),
            tr("When it is read back, destroy those copies and attest it; then the envelopes and words of before, in front of the witness. Here they open nothing any more.").to_owned(),
        ]
    };
    lines.extend(before);
    lines.extend(done.lying.told());
    lines.push(tr("A copy made before this still opens with them, with a lost one too: keep it as safe as before, or destroy it and attest that at Custodians.").to_owned());
    if let Some(place) = &done.ended_recovery {
        lines.push(say!("The recovery set ({place}) ended with it: its envelopes are to be destroyed as well, and another set is to be made.", place));
    }
    lines
}

/// What becomes of the envelopes and words of before, wherever a change is in force: what is said where new words are
/// shown must not be contradicted behind it.
pub fn replaced() -> &'static str {
    tr(
        "The envelopes and words of before open this vault no more. They open copies made before: keep them until a new copy is read back, then destroy them in front of the witness.",
    )
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
        Moment::Words { .. } if shown => say!("New words, for {person} alone", person),
        Moment::Words { .. } => say!("{person}, type your words back from your paper", person),
        Moment::Place { .. } => {
            say!(
                "{person}: your envelopes go to your own medium, and nowhere else",
                person
            )
        }
        Moment::Placed(_) => say!("{person}: where your envelopes lie now", person),
        Moment::Cut(_) => tr("A reshare was cut off, and cannot be finished").to_owned(),
        Moment::Prove { new: true, .. } => say!("{person} proves the new envelopes", person),
        Moment::Prove {
            holds_share: false, ..
        } => say!("{person} proves their own approval envelope", person),
        Moment::Prove { .. } => say!("{person} proves both envelopes", person),
    }
}

/// What was written, where, and the question whether it is the right place.
fn placed(turn: &Turn, written: &Written) -> Vec<String> {
    let mut lines = vec![
        say!(
            "Written and read back: {names}.",
            names = written.files.join(" and ")
        ),
        say!("Folder: {folder}", folder = written.folder.display()),
    ];
    lines.extend(written.notes.iter().cloned());
    lines.push(media::is_own(&turn.person, written.elsewhere.as_deref()));
    lines
}

/// What is written to somebody's own medium, and what else may lie there.
fn places(files: &[(String, String)], set: &str, unfinished: &[String]) -> Vec<String> {
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let mut lines = vec![
        say!(
            "To be written there, and read back: {names}.",
            names = names.join(" and ")
        ),
        tr("Only your own words open them. Take the medium out afterwards and keep it.").to_owned(),
        say!(
            "{set} in the names is the set they belong to: those with other names, on the same medium too, count until everybody has proven these. keymoot takes the right ones from a folder by itself.",
            set
        ),
    ];
    lines.extend(media::never_counted(unfinished));
    lines
}

/// Who has envelopes of a reshare that was cut off, and what can be done.
fn cut(left: &ReshareLeft) -> Vec<String> {
    let mut lines = left.told();
    lines.push(tr("Everybody's envelopes of before open this vault, with the same words. Given up, its set ends, and whoever has envelopes of it destroys them before the witness.").to_owned());
    lines.push(tr("For new shares ask for another reshare, at Custodians, \"Media are old\": it draws everything anew, and the one that was cut off ends with it.").to_owned());
    lines
}

/// What is said to whoever brings the present envelopes to a reshare: some hold no share.
fn renews(holds_share: bool) -> Vec<String> {
    let opens = if holds_share {
        tr("Both envelopes are opened and held against what was published when they were made.")
    } else {
        tr("The approval envelope is opened and held against what was published when it was made.")
    };
    let then = tr(
        "Once everybody has proven, the vault's two secret identities are put together in memory, everybody's new envelopes are made of them, and memory is wiped of them. The words stay the same.",
    );
    vec![opens.to_owned(), then.to_owned()]
}

/// What is said in a turn, line by line.
pub fn lines_of(turn: &Turn, shown: bool) -> Vec<String> {
    match &turn.moment {
        Moment::Words { .. } if shown => vec![
            tr("Write them on your own paper, in this order. Nobody else sees them, and once you have typed them back nobody \
             ever does again.")
                .to_owned(),
            tr("Nobody can bring them back: not the others, not keymoot.").to_owned(),
            if turn.role == HOLDER {
                tr("Paper and envelopes go to another place, sealed, and are opened when the custodians cannot.").to_owned()
            } else {
                tr("If you had words before: they end with this change, but open copies made before it. Keep that paper until a new copy is read back.").to_owned()
            },
        ],
        Moment::Words { .. } => vec![
            tr("All of them, with single spaces. If your paper cannot be read, type anything else: they are shown once \
                more, to you alone.")
                .to_owned(),
        ],
        Moment::Placed(written) => placed(turn, written),
        Moment::Cut(left) => cut(left),
        Moment::Place { files, set, unfinished } => places(files, set, unfinished),
        Moment::Prove { new: true, .. } if turn.role == HOLDER => vec![
            tr("The envelopes were just made, and are opened with your new words. They count only when every holder has opened \
             their own. The custodians' envelopes and words stay as they are.")
                .to_owned(),
        ],
        Moment::Prove { new: true, .. } => vec![
            tr("The envelopes were just made. They count only when everybody has opened their own: with the new words \
             where there are new ones, else with the present ones.")
                .to_owned(),
        ],
        Moment::Prove { makes: true, holds_share, may_be_absent: false, .. } => renews(*holds_share),
        Moment::Prove { makes: true, .. } => vec![
            tr("Both envelopes are opened and held against what was published when they were made. Once enough have \
             proven, the vault's two secret identities are put together in memory, the holders' envelopes are made \
             of them, and memory is wiped of them.")
                .to_owned(),
        ],
        Moment::Prove {
            holds_share: false, ..
        } => vec![
            tr("It is opened with your words, and the key in it is held against the one on record: whoever has forgotten \
             them finds out today and not at the next ceremony. Nothing is signed, and nothing of this is kept.")
                .to_owned(),
        ],
        Moment::Prove { .. } => vec![
            tr("Both envelopes are opened and held against what was published when they were made. No identity is \
             rebuilt, and nothing of this is kept.")
                .to_owned(),
        ],
    }
}

/// The three lines where it is asked whether somebody is here.
pub fn footing_of_presence(turn: &Turn) -> Footing {
    Footing {
        acts: tr("whoever is at the keyboard, in front of all").into(),
        enter: say!(
            "calls {person}, or passes over whoever is not here",
            person = turn.person
        ),
        so_far: say!(
            "{done} of {all} have proven; nothing has changed",
            done = turn.done,
            all = turn.all
        ),
    }
}

/// The three lines where it is asked what becomes of a proof that failed.
pub fn footing_of_failure(turn: &Turn) -> Footing {
    Footing {
        acts: tr("whoever is at the keyboard, in front of all").into(),
        enter: say!(
            "lets {person} try again, or records that the envelopes do not open",
            person = turn.person
        ),
        ..footing_of_presence(turn)
    }
}

/// What has and has not happened before a turn.
fn so_far(turn: &Turn) -> String {
    match &turn.moment {
        Moment::Words { .. } if turn.role == HOLDER => say!(
            "{done} of {all} holders have words; they count once all is made",
            done = turn.done,
            all = turn.all
        ),
        Moment::Words { .. } => say!(
            "{done} of {all} people have new words; the people of now stay",
            done = turn.done,
            all = turn.all
        ),
        Moment::Place { .. } | Moment::Placed(_) if turn.role == HOLDER => say!(
            "{done} of {all} holders have their envelopes; none of them counts yet",
            done = turn.done,
            all = turn.all
        ),
        Moment::Place { .. } | Moment::Placed(_) => say!(
            "{done} of {all} have their new envelopes; the present ones still open",
            done = turn.done,
            all = turn.all
        ),
        Moment::Cut(_) => {
            tr("nothing has changed; everybody's envelopes of before open").to_owned()
        }
        Moment::Prove { new: true, .. } if turn.role == HOLDER => say!(
            "{done} of {all} holders have proven; until all have, there is no such set",
            done = turn.done,
            all = turn.all
        ),
        Moment::Prove { new: true, .. } => say!(
            "{done} of {all} have proven; until all have, the present ones still open",
            done = turn.done,
            all = turn.all
        ),
        Moment::Prove { .. } => say!(
            "{done} of {all} have proven; nothing has changed",
            done = turn.done,
            all = turn.all
        ),
    }
}

/// Who acts in a turn, what Enter does, what has not happened.
pub fn footing_of(turn: &Turn, shown: bool) -> Footing {
    let who = if turn.person.eq_ignore_ascii_case(&turn.role) || turn.role.is_empty() {
        turn.person.clone()
    } else {
        super::said::called(&turn.role, &turn.person)
    };
    let (acts, enter) = match &turn.moment {
        Moment::Words { .. } if shown => (
            say!("{who}, alone at this screen", who),
            tr("hides the words and asks for them"),
        ),
        Moment::Words { .. } => (
            say!("{who}, from their own paper", who),
            tr("compares; if they are right, calls the next person"),
        ),
        Moment::Place { .. } => (
            say!("{who}, with a medium of their own in the machine", who),
            tr("writes the envelopes there and reads them back"),
        ),
        Moment::Placed(_) => (
            say!("{who}, who takes the medium out", who),
            tr("calls the next person, or asks for another folder"),
        ),
        Moment::Cut(_) => (
            tr("whoever is at the keyboard, in front of all").to_owned(),
            tr("gives the reshare up, or leaves it open, as is chosen"),
        ),
        Moment::Prove { makes: true, .. } => (
            who,
            tr("opens both envelopes and compares; kept in memory until all is made"),
        ),
        Moment::Prove {
            holds_share: false, ..
        } => (
            who,
            tr("opens this person's envelope and compares; nothing is kept"),
        ),
        Moment::Prove { .. } => (
            who,
            tr("opens both envelopes and compares; nothing is kept"),
        ),
    };
    Footing {
        acts,
        enter: enter.into(),
        so_far: so_far(turn),
    }
}

#[cfg(test)]
mod tests {
    /// A key of the screens was named in lines, and a step where no ceremony ran.
    #[test]
    fn how_a_new_copy_is_made_is_said_in_words_that_every_front_end_has() {
        let words = super::new_copy(&["B1".to_owned(), "B2".to_owned()]);
        assert!(words.contains("B1, B2") && words.contains(crate::session::op::BACKUP.title));
        assert!(
            !words.contains(" b ") && !words.contains("this ceremony"),
            "{words}"
        );
    }
}
