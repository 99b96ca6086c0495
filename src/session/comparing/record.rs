//! What the sealed state holds of a comparison: how far it has come, with whom and when, and never a value.

use serde::{Deserialize, Serialize};

use super::Entered;
use crate::api::Timestamp;
use crate::crypto::components::NO_USUAL_MISTAKE;
use crate::session::blind::{ByRuns, Comparing, InRun};
use crate::session::span::clock;
use crate::session::state::State;
use crate::text::{say, tr};

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
    /// Who had ours shown before it agreed, and when: then whoever compared could have read it off the screen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) shown: Option<(String, i64)>,
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

impl ComparisonRecord {
    /// A key that has just come in.
    pub(super) const fn new() -> Self {
        Self {
            stands: Stands::Nobody,
            by: None,
            differed: None,
            shown: None,
        }
    }

    /// Whether ours was shown before the sender's was typed.
    pub(super) const fn was_shown(&self) -> bool {
        matches!(self.stands, Stands::Shown | Stands::AsShown) || self.shown.is_some()
    }

    /// Whether somebody is still to compare it.
    pub(in crate::session) fn waits(&self) -> bool {
        self.waiting().is_some()
    }

    /// What it waits for, if it does. That ours was shown, or taken for the sender's, compares nothing; and a difference
    /// hides it once more.
    pub(super) const fn waiting(&self) -> Option<Comparing> {
        match self.stands {
            Stands::Nobody | Stands::Agreed => None,
            Stands::Waits | Stands::Shown | Stands::AsShown if self.differed.is_some() => {
                Some(Comparing::Differs)
            }
            Stands::Waits => Some(Comparing::Waits),
            Stands::Shown | Stands::AsShown => Some(Comparing::Shown),
        }
    }

    /// It in words, for whoever reads of the key.
    pub(super) fn words(&self) -> String {
        let (by, at) = self.by.clone().unwrap_or_default();
        let at = moment(at);
        match (self.stands, &self.differed) {
            (Stands::Nobody, _) => tr("by nobody: what brought it in did not ask for it").into(),
            (Stands::Waits | Stands::Shown | Stands::AsShown, Some(differed)) => say!(
                "DIFFERS from what {by} typed as its sender's ({why}), {at}",
                by = differed.by,
                why = differed.in_words(),
                at = moment(differed.at)
            ),
            (Stands::Waits, None) => Comparing::Waits.words().into(),
            (Stands::Agreed, _) => match &self.shown {
                None => say!("with its sender's, by {by}, {at}", by, at),
                Some((saw, before)) => say!(
                    "not blind: with its sender's, by {by}, {at}, after {saw} had ours shown, {before}",
                    by,
                    at,
                    saw,
                    before = moment(*before)
                ),
            },
            (Stands::AsShown, None) => say!(
                "not yet: ours was taken for practice by {by}, {at}; nothing was compared",
                by,
                at
            ),
            (Stands::Shown, None) => say!(
                "not yet: {by} had it shown before anybody compared, {at}",
                by,
                at
            ),
        }
    }
}

impl Differed {
    /// Which usual mistake explains it, or what none means.
    fn in_words(&self) -> &str {
        if self.why == NO_USUAL_MISTAKE {
            tr("no usual mistake explains it: it may be another key")
        } else {
            &self.why
        }
    }
}

fn moment(at: i64) -> String {
    clock(Timestamp::from_millis(at))
}

/// A ceremony took ours for the sender's: from here on it stands as if that had been said at the screens.
pub(super) fn taken_in_a_run(state: &mut State, arn: &str) {
    let runs = ByRuns::of(&state.runs);
    let shown = runs.open.get(arn) == Some(&Comparing::Shown);
    let Some(by) = runs.done.get(arn).filter(|_| shown).map(InRun::by) else {
        return;
    };
    let known = state.comparisons.entry(arn.to_owned());
    let record = known.or_insert_with(ComparisonRecord::new);
    if record.stands == Stands::Nobody {
        record.stands = Stands::AsShown;
        record.by = Some(by);
    }
}

/// Enters a comparison; `false` where the state knows none of this key.
pub(super) fn enter(state: &mut State, arn: &str, entered: &Entered, by: &str, at: i64) -> bool {
    taken_in_a_run(state, arn);
    let Some(record) = state.comparisons.get_mut(arn) else {
        return false;
    };
    match entered {
        Entered::Stands(stands) => {
            if matches!(record.stands, Stands::Shown | Stands::AsShown) {
                record.shown = record.by.take();
            }
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
