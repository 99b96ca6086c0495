//! A key that came in outside of a ceremony, and the check value that its sender gives by another way: ours is hidden
//! from the commit that brought the key until somebody has typed the sender's, or chose to see ours without it. What
//! came of it is in the state and on a line of the log before it is said; nobody signs for it.

pub(crate) mod check_value;
#[cfg(test)]
pub(super) mod tests;
mod warning;

use serde::{Deserialize, Serialize};

use crate::api::{KeyClass, KeyOrigin, Response, Timestamp};
use crate::text::{say, tr};

use super::asked::SHOWN_UNCOMPARED;
use super::blind::{ByRuns, Comparing};
use super::error::Refusal;
use super::field::AS_SHOWN;
use super::guide::Entry;
use super::span::clock;
use super::state::State;
use super::transition::Transition;
use super::{Profile, Session, op_exchange};
use check_value::{Wrong, as_shown, difference_on_record};
pub(super) use warning::warnings;

/// The name of its line in the log.
pub(crate) const COMPARED: &str = "compare-check-value";

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
    /// Nothing was compared: where people practise, ours stood in for the sender's.
    AsShown,
    /// What was typed is not this key's, and why, in sentences; our value is not in them.
    Differs(String),
    /// What was typed says nothing of the key, and why.
    NotTaken(String),
    /// The value is shown from now on, and nobody has compared it.
    Shown,
}

/// How far the comparison of one key has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Stands {
    /// The key came in by a program, or by a step that nothing compares: nobody was asked.
    Nobody,
    /// People took it in, and nobody has typed the sender's value.
    Waits,
    /// Somebody has, and it is this key's.
    Agreed,
    /// Where people practise, ours was taken for the sender's.
    AsShown,
    /// Ours was shown before anybody compared it.
    Shown,
}

/// The comparison of one key that came in. Keys of before it was kept have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ComparisonRecord {
    /// How far it has come.
    pub(crate) stands: Stands,
    /// Who brought it there, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<(String, i64)>,
    /// The latest value that was typed and is not this key's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) differed: Option<Differed>,
}

/// A value that was typed for a key and is not its own; never what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Differed {
    /// Who typed it.
    pub(crate) by: String,
    /// When.
    pub(crate) at: i64,
    /// Which usual mistake explains it, in a few words.
    pub(crate) why: String,
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
            Self::Stands(Stands::Agreed) => "agreed",
            Self::Stands(Stands::AsShown) => "as-shown",
            Self::Stands(_) => "shown",
            Self::Differs(_) => "differs",
            Self::NotTaken(_) => "not-taken",
        }
    }

    /// What a line of the log says.
    fn read(result: &str, why: &str) -> Option<Self> {
        Some(match result {
            "agreed" => Self::Stands(Stands::Agreed),
            "as-shown" => Self::Stands(Stands::AsShown),
            "shown" => Self::Stands(Stands::Shown),
            "differs" => Self::Differs(why.to_owned()),
            _ => return None,
        })
    }
}

/// Enters a comparison; `false` where the state knows none of this key.
fn enter(state: &mut State, arn: &str, entered: &Entered, by: &str, at: i64) -> bool {
    let Some(record) = state.comparisons.get_mut(arn) else {
        return false;
    };
    match entered {
        Entered::Stands(stands) => {
            record.stands = *stands;
            record.by = Some((by.to_owned(), at));
        }
        Entered::NotTaken(_) => {}
        Entered::Differs(why) => {
            record.differed = Some(Differed {
                by: by.to_owned(),
                at,
                why: why.clone(),
            });
        }
    }
    true
}

/// A key came in, wrapped: nobody has compared it. Certificates are compared by their fingerprints.
pub(super) fn came_in(state: &mut State, response: &Response) {
    let Response::ImportKey(output) = response else {
        return;
    };
    if output.key.key_attributes.key_class == KeyClass::PUBLIC_KEY {
        return;
    }
    let record = ComparisonRecord {
        stands: Stands::Nobody,
        by: None,
        differed: None,
    };
    state.comparisons.insert(output.key.key_arn.clone(), record);
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
        let differs = self
            .state
            .comparisons
            .get(&arn)
            .is_some_and(|r| r.differed.is_some());
        if differs && comparison.says == Says::Uncompared {
            return Err(Refusal::Usage(
                "What was typed for this key differs, and that is not undone by looking: ours stays hidden until the \
                 sender's agrees. Nothing was changed. If it is another key, it is marked SUSPECT at Custodians and \
                 deleted."
                    .into(),
            ));
        }
        let (entered, judged) = match &comparison.says {
            Says::Uncompared => (Entered::Stands(Stands::Shown), Judged::Shown),
            Says::Typed(typed) => self.judged_value(&arn, typed)?,
        };
        let mut working = self.state.clone();
        enter(&mut working, &arn, &entered, &by, self.now().millis());
        let note = Transition::note(COMPARED, vec![by])
            .with("key", arn)
            .with("result", entered.result());
        let note = match entered {
            Entered::Differs(why) | Entered::NotTaken(why) => note.with("why", why),
            Entered::Stands(_) => note,
        };
        self.commit(working, &[note], false)?;
        Ok(judged)
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
        if by_run == Some(Comparing::Pending) || runs.done.contains_key(arn) {
            return by_run;
        }
        let Some(record) = self.state.comparisons.get(arn) else {
            return by_run;
        };
        match record.stands {
            Stands::Waits if record.differed.is_some() => Some(Comparing::Differs),
            Stands::Waits => Some(Comparing::Waits),
            Stands::Shown => Some(Comparing::Shown),
            Stands::Agreed => None,
            Stands::Nobody | Stands::AsShown => by_run,
        }
    }

    /// Who compared a key's check value and when, or that nobody has; nothing of keys that were made or formed here and
    /// that no ceremony compared.
    pub(super) fn compared_in_words(&self, arn: &str, runs: &ByRuns<'_>) -> Option<String> {
        let comparing = self.comparing(arn, runs);
        if let Some(words @ (Comparing::Pending | Comparing::Never)) = comparing {
            return Some(words.words().to_owned());
        }
        if let Some(done) = runs.done.get(arn) {
            return Some(done.words());
        }
        let Some(record) = self.state.comparisons.get(arn) else {
            return self
                .came_before(arn)
                .then(|| tr("not on record").to_owned());
        };
        Some(record.words())
    }

    /// Whether a key came in, wrapped, before comparisons were kept.
    fn came_before(&self, arn: &str) -> bool {
        let came = self.record(arn).is_some_and(|record| {
            let public = record.key.key_attributes.key_class == KeyClass::PUBLIC_KEY;
            record.key.key_origin == KeyOrigin::EXTERNAL && !public
        });
        let mut formed = self.state.components.iter();
        came && !formed.any(|set| set.key.as_deref() == Some(arn))
    }
}

impl ComparisonRecord {
    /// Whether somebody is still to compare it.
    pub(super) fn waits(&self) -> bool {
        self.stands == Stands::Waits
    }

    fn words(&self) -> String {
        let by_whom = |template: fn(&str, &str) -> String| {
            let (by, at) = self.by.clone().unwrap_or_default();
            template(&by, &clock(Timestamp::from_millis(at)))
        };
        match (self.stands, &self.differed) {
            (Stands::Nobody, _) => tr("by nobody: what brought it in did not ask for it").into(),
            (Stands::Waits, None) => Comparing::Waits.words().into(),
            (Stands::Waits, Some(differed)) => say!(
                "DIFFERS from what {by} typed as its sender's ({why}), {at}",
                by = differed.by,
                why = differed.why,
                at = clock(Timestamp::from_millis(differed.at))
            ),
            (Stands::Agreed, _) => {
                by_whom(|by, at| say!("with its sender's, by {by}, {at}", by, at))
            }
            (Stands::AsShown, _) => by_whom(|by, at| {
                say!(
                    "practice: taken from here by {by}, {at}; nothing was compared",
                    by,
                    at
                )
            }),
            (Stands::Shown, _) => by_whom(|by, at| {
                say!(
                    "no: {by} had it shown before anybody compared, {at}",
                    by,
                    at
                )
            }),
        }
    }
}

/// What whoever took the key in does about one that is not its sender's.
const ANOTHER_KEY: &str = "leave it uncompared, let nobody use it, and tell the sender.";

/// What is asked, of whom that is known, and why ours is hidden.
pub fn asks(label: &str) -> [String; 4] {
    let [hidden, nothing] = hidden_until();
    let asked = say!(
        "Type the check value of {label}, as its sender gave it:",
        label
    );
    [
        asked,
        other_way().to_owned(),
        hidden.to_owned(),
        nothing.to_owned(),
    ]
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
            Self::AsShown => tr(
                "Practice: ours was taken for the sender's, so nothing was compared. It is recorded so.",
            ),
            Self::Differs(why) | Self::NotTaken(why) => why,
            Self::Shown => {
                tr("It is shown from now on. The record says that nobody had compared it before.")
            }
        }
    }
}

/// Said where somebody leaves it for later; `differed`: after a value was typed that is not this key's.
pub fn left(differed: bool) -> &'static str {
    if differed {
        tr(
            "The check value differs and stays hidden: this may be another key than the sender's. Nobody uses it before that is cleared up with the sender. If it is another key, it is marked SUSPECT at Custodians (one key is suspect), and deleted.",
        )
    } else {
        tr(
            "Not compared yet: the check value stays hidden, and what is due names it until somebody has compared it.",
        )
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
