//! A key that came in outside of a ceremony, and the check value that its sender gives by another way: ours is hidden
//! from the commit that brought the key until somebody has typed the sender's, or chose to see ours without it. What
//! came of it is in the state and on a line of the log before it is said; nobody signs for it.

pub(crate) mod check_value;
mod record;
#[cfg(test)]
pub(super) mod tests;
mod warning;

use crate::api::{KeyClass, KeyOrigin, Response};
use crate::text::{say, tr};

use super::asked::SHOWN_UNCOMPARED;
use super::blind::{ByRuns, Comparing};
use super::error::Refusal;
use super::field::AS_SHOWN;
use super::guide::Entry;
use super::state::State;
use super::transition::Transition;
use super::{Profile, Session, op_exchange};
use check_value::{Wrong, as_shown, difference_on_record};
pub(crate) use record::{ComparisonRecord, Stands};
use record::{enter, taken_in_a_run};
pub(super) use warning::warnings;

/// The name of its line in the log.
pub(crate) const COMPARED: &str = "compare-check-value";

/// What its line says came of it: it agrees.
pub(super) const AGREED: &str = "agreed";
/// The same where ours had been shown before: whoever typed could have read it off the screen.
pub(super) const AGREED_LATE: &str = "agreed-late";

/// What somebody says about the check value of a key that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The key's ARN.
    pub key: String,
    /// Who compares, by name.
    pub by: String,
    /// What is said.
    pub says: Says,
}

/// What is said of a check value that is hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// What the sender gave, as it was typed.
    Typed(String),
    /// Ours is to be shown, and nobody compares it.
    Uncompared,
}

/// What came of it. It is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It is the sender's key.
    Agreed,
    /// The same; but ours had been shown before the sender's was typed.
    Late,
    /// Nothing was compared: where people practise, ours stood in for the sender's.
    AsShown,
    /// What was typed is not this key's, and why, in sentences; our value is not in them.
    Differs(String),
    /// What was typed says nothing of the key, and why.
    NotTaken(String),
    /// The value is shown from now on, and nobody has compared it.
    Shown,
}

/// What is entered of a comparison: one line of the log.
enum Entered {
    Stands(Stands),
    /// It differs, and why.
    Differs(String),
    /// It says nothing of the key, and why.
    NotTaken(String),
}

impl Entered {
    /// As the log says it.
    fn result(&self) -> &'static str {
        match self {
            Self::Stands(Stands::Agreed) => AGREED,
            Self::Stands(Stands::AsShown) => "as-shown",
            Self::Stands(_) => "shown",
            Self::Differs(_) => "differs",
            Self::NotTaken(_) => "not-taken",
        }
    }

    /// What a line of the log says.
    fn read(result: &str, why: &str) -> Option<Self> {
        Some(match result {
            AGREED | AGREED_LATE => Self::Stands(Stands::Agreed),
            "as-shown" => Self::Stands(Stands::AsShown),
            "shown" => Self::Stands(Stands::Shown),
            "differs" => Self::Differs(why.to_owned()),
            _ => return None,
        })
    }
}

/// A key came in, wrapped: nobody has compared it. Certificates are compared by their fingerprints.
pub(super) fn came_in(state: &mut State, response: &Response) {
    let Response::ImportKey(output) = response else {
        return;
    };
    if output.key.key_attributes.key_class == KeyClass::PUBLIC_KEY {
        return;
    }
    let arn = output.key.key_arn.clone();
    state.comparisons.insert(arn, ComparisonRecord::new());
}

/// What a newer log says of a comparison, entered once more; `false` where this state knows nothing of the key.
pub(super) fn repeat(
    state: &mut State,
    (key, result, why): (&str, &str, &str),
    by: &str,
    at: i64,
) -> bool {
    Entered::read(result, why).is_some_and(|entered| enter(state, key, &entered, by, at))
}

/// Whether an act takes a wrapped key in.
fn takes_in(op: &str) -> bool {
    let wrapped = [
        &op_exchange::IMPORT_TR34,
        &op_exchange::IMPORT_RSA_WRAP,
        &op_exchange::IMPORT_TR31,
    ];
    wrapped.iter().any(|known| known.name == op)
}

impl Session {
    /// People took the keys in by a form: their values are hidden until the sender's are typed.
    pub(super) fn awaits_comparison(
        &self,
        working: &mut State,
        id: &[u8; 32],
        responses: &[Response],
    ) {
        let by_form = self.deeds.asks_for(id).is_some_and(takes_in);
        for key in responses.iter().filter_map(Response::key) {
            if let Some(record) = working
                .comparisons
                .get_mut(&key.key_arn)
                .filter(|_| by_form)
            {
                record.stands = Stands::Waits;
            }
        }
    }

    /// Judges what somebody says of a hidden check value, and writes down what came of it.
    pub(super) fn compare(&mut self, comparison: &Comparison) -> Result<Judged, Refusal> {
        let by = self.person(&comparison.by)?.name.clone();
        let arn = self.record(&comparison.key).map(|r| r.key.key_arn.clone());
        let waits = |arn: &String| {
            let standing = self.comparing(arn, &ByRuns::of(&self.state.runs));
            standing.is_some_and(Comparing::waits)
        };
        let Some(arn) = arn.filter(waits) else {
            return Err(Refusal::Usage(
                "The check value of this key does not wait to be compared here. Nothing was changed.".into(),
            ));
        };
        let mut working = self.state.clone();
        taken_in_a_run(&mut working, &arn);
        if let Some(why) = self.nothing_to_see(&working, &arn, &comparison.says) {
            return Err(Refusal::Usage(why.into()));
        }
        let (entered, judged) = match &comparison.says {
            Says::Uncompared => (Entered::Stands(Stands::Shown), Judged::Shown),
            Says::Typed(typed) => self.judged_value(&arn, typed)?,
        };
        let shown = |state: &State| {
            state
                .comparisons
                .get(&arn)
                .is_some_and(ComparisonRecord::was_shown)
        };
        let late = judged == Judged::Agreed && shown(&working);
        enter(&mut working, &arn, &entered, &by, self.now().millis());
        let result = if late { AGREED_LATE } else { entered.result() };
        let note = Transition::note(COMPARED, vec![by])
            .with("key", arn)
            .with("result", result);
        let note = match entered {
            Entered::Differs(why) | Entered::NotTaken(why) => note.with("why", why),
            Entered::Stands(_) => note,
        };
        self.commit(working, &[note], false)?;
        Ok(if late { Judged::Late } else { judged })
    }

    /// Why ours is not shown, nor taken for the sender's: looking undoes no difference, and it is seen once.
    fn nothing_to_see(&self, state: &State, arn: &str, says: &Says) -> Option<&'static str> {
        let looks = match says {
            Says::Uncompared => true,
            Says::Typed(typed) => typed == AS_SHOWN && self.profile != Profile::Production,
        };
        let record = state.comparisons.get(arn).filter(|_| looks)?;
        if record.differed.is_some() {
            return Some(
                "What was typed for this key differs, and that is not undone by looking: ours stays hidden until the \
                 sender's agrees. Nothing was changed. If it is another key, it is marked SUSPECT at Custodians and \
                 deleted.",
            );
        }
        record.was_shown().then_some(
            "Ours has been shown already, and that compares nothing: type what the sender gave by another way. Nothing \
             was changed.",
        )
    }

    fn judged_value(&self, arn: &str, typed: &str) -> Result<(Entered, Judged), Refusal> {
        let instead = "Type what the sender gave by another way.";
        if as_shown(self.profile, typed, instead).map_err(Refusal::Usage)? {
            return Ok((Entered::Stands(Stands::AsShown), Judged::AsShown));
        }
        let on = self.known_value(arn, Vec::new()).ok_or_else(|| {
            Refusal::Usage("No check value of this key is on record. Nothing was compared.".into())
        })?;
        Ok(match difference_on_record(typed, &on, ANOTHER_KEY) {
            None => (Entered::Stands(Stands::Agreed), Judged::Agreed),
            Some(Wrong {
                advice,
                mistake,
                slip: true,
            }) => {
                let words = format!(
                    "This is not taken as a check value; the attempt is recorded. {advice}"
                );
                (Entered::NotTaken(mistake), Judged::NotTaken(words))
            }
            Some(Wrong {
                advice, mistake, ..
            }) => {
                let words = format!(
                    "What you typed is not the check value of this key. That it differs is recorded, and not what was \
                     typed. {advice}"
                );
                (Entered::Differs(mistake), Judged::Differs(words))
            }
        })
    }

    /// Where the comparison of a key stands, if one is wanted and was not made.
    pub(super) fn comparing(&self, arn: &str, runs: &ByRuns<'_>) -> Option<Comparing> {
        let by_run = runs.open.get(arn).copied();
        // What a run took as shown is judged as what was taken so at the screens.
        let compared = runs.done.get(arn).is_some_and(|done| !done.as_shown());
        if by_run == Some(Comparing::Pending) || compared {
            return by_run;
        }
        let Some(record) = self.state.comparisons.get(arn) else {
            return by_run;
        };
        match record.stands {
            Stands::Agreed => None,
            Stands::Nobody => by_run,
            Stands::Waits | Stands::Shown | Stands::AsShown => record.waiting(),
        }
    }

    /// Who compared a key's check value and when, or that nobody has; nothing of keys that were made or formed here and
    /// that no ceremony compared.
    pub(super) fn compared_in_words(&self, arn: &str, runs: &ByRuns<'_>) -> Option<String> {
        let comparing = self.comparing(arn, runs);
        if let Some(words @ (Comparing::Pending | Comparing::Never)) = comparing {
            return Some(words.words().to_owned());
        }
        let by_hand = self.state.comparisons.get(arn);
        let by_hand = by_hand.filter(|record| record.stands != Stands::Nobody);
        let done = runs.done.get(arn);
        if let Some(done) = done.filter(|done| !done.as_shown() || by_hand.is_none()) {
            return Some(done.words());
        }
        let Some(record) = self.state.comparisons.get(arn) else {
            return self
                .came_unrecorded(arn)
                .then(|| tr("not on record").to_owned());
        };
        Some(record.words())
    }

    /// Whether a key came in, wrapped, before comparisons were kept.
    fn came_unrecorded(&self, arn: &str) -> bool {
        let came = self.record(arn).is_some_and(|record| {
            let public = record.key.key_attributes.key_class == KeyClass::PUBLIC_KEY;
            record.key.key_origin == KeyOrigin::EXTERNAL && !public
        });
        let mut formed = self.state.components.iter();
        came && !formed.any(|set| set.key.as_deref() == Some(arn))
    }
}

/// What whoever took the key in does about one that is not its sender's.
const ANOTHER_KEY: &str = "leave it uncompared, let nobody use it, and tell the sender.";

/// What is asked, of whom that is known, and why ours is hidden; or, where it was shown, what that makes of this.
pub fn asks(label: &str, stands: Comparing) -> [String; 3] {
    let asked = say!(
        "Type the check value of {label}, as its sender gave it:",
        label
    );
    let why = if stands == Comparing::Shown {
        tr(
            "Ours was shown before: read the sender's off its paper and not off a screen. It is recorded that this is no blind comparison.",
        )
        .to_owned()
    } else {
        let [hidden, nothing] = hidden_until();
        format!("{hidden} {nothing}")
    };
    [asked, other_way().to_owned(), why]
}

/// How far it has come, as the last line above the keys.
pub fn so_far(stands: Comparing) -> &'static str {
    match stands {
        Comparing::Differs => tr("it differed, which is recorded; our check value is hidden"),
        Comparing::Shown => tr("the key is here; its check value was shown, not compared"),
        _ => tr("the key is here; its check value is hidden, not compared"),
    }
}

/// The ways by which a sender gives it.
pub(crate) fn other_way() -> &'static str {
    tr("by telephone, by letter, on paper; never in the file that brought the key.")
}

/// Why ours is not on this screen, in two rows.
pub(crate) fn hidden_until() -> [&'static str; 2] {
    [
        tr("Ours stays hidden until yours is typed: read off this screen it would prove"),
        tr("nothing."),
    ]
}

/// What is said where people practise and nobody has a sender's value.
pub(crate) fn practised(profile: Profile) -> Option<&'static str> {
    match profile {
        Profile::Rehearsal => Some(tr(
            "Rehearsal: `as-shown` takes this key's own, and is recorded so.",
        )),
        Profile::Test => Some(tr(
            "TEST vault: `as-shown` takes this key's own where nobody has another, and is recorded so.",
        )),
        Profile::Production => None,
    }
}

/// The practice answer, in rehearsal alone.
pub fn practice(profile: Profile) -> Option<String> {
    (profile == Profile::Rehearsal).then(|| AS_SHOWN.to_owned())
}

impl Judged {
    /// It in a sentence, for whoever typed.
    pub fn words(&self) -> &str {
        match self {
            Self::Agreed => {
                tr("It agrees: this is the sender's key. Who compared it, and when, is recorded.")
            }
            Self::Late => tr(
                "It agrees. Ours had been shown before, so this was no blind comparison; the record says both.",
            ),
            Self::AsShown => tr(
                "Practice: ours was taken for the sender's, so nothing was compared. It is recorded so, and the key stays uncompared.",
            ),
            Self::Differs(why) | Self::NotTaken(why) => why,
            Self::Shown => tr(
                "It is shown from now on, and the record says so. The key stays uncompared until somebody types what its sender gave.",
            ),
        }
    }
}

/// Said where somebody leaves it for later.
pub fn left(stands: Comparing) -> &'static str {
    match stands {
        Comparing::Differs => tr(
            "The check value differs and stays hidden: this may be another key than the sender's. Nobody uses it before that is cleared up with the sender. If it is another key, it is marked SUSPECT at Custodians (one key is suspect), and deleted.",
        ),
        Comparing::Shown => {
            tr("Not compared yet: what is due names it until somebody has compared it.")
        }
        _ => tr(
            "Not compared yet: the check value stays hidden, and what is due names it until somebody has compared it.",
        ),
    }
}

/// What is asked where somebody wants ours shown without comparing it.
pub fn asks_to_show(label: &str, by: &str) -> String {
    say!(
        "Show {by} the check value of {label}, though nobody has compared it?",
        by,
        label
    )
}

/// The choices where somebody wants ours shown without comparing it: the safe one first.
pub fn ways() -> [Entry; 2] {
    let hidden = tr("until somebody has typed what the sender gave");
    let shown =
        tr("recorded under that name; nobody can prove any more that it was compared blind");
    [
        Entry::new("hidden", tr("keep it hidden"), hidden),
        Entry::new(SHOWN_UNCOMPARED, tr("show it uncompared"), shown),
    ]
}
