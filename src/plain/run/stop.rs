//! Out of a pause: stopping the ceremony for good, with who does and why, or recording what no script foresees.

use super::{Run, Turn};
use crate::ceremony::{self, Advance, HAPPENED, Pause, STOP_REASON, Showing};
use crate::plain::dialogue::{Heard, Question, footing};
use crate::plain::line::Gone;
use crate::plain::lock::over;
use crate::text::{say, tr};

impl Run<'_, '_> {
    /// Who stops it comes before why.
    pub(super) fn who_stops(
        &mut self,
        showing: &Showing,
        pause: &Pause,
        so_far: &str,
    ) -> Result<Turn, Gone> {
        let entries = pause.stoppers();
        if entries.is_empty() {
            return self.stop(showing, None, so_far);
        }
        let asked = vec![ceremony::who_stops().to_owned()];
        let question = Question::new(footing(
            tr("whoever leads the ceremony"),
            tr("takes this name; the reason is asked next"),
            so_far,
        ))
        .telling(asked);
        match self.talk.choose(&question, tr("Who stops it"), &entries)? {
            Heard::Given(at) => {
                let by = entries.get(at).map(|entry| entry.id.as_str());
                self.stop(showing, by, so_far)
            }
            Heard::Said(_) => self.pause(showing),
        }
    }

    fn stop(&mut self, showing: &Showing, by: Option<&str>, so_far: &str) -> Result<Turn, Gone> {
        let question = Question::new(footing(
            tr("whoever leads the ceremony"),
            tr("stops the ceremony for good and records the reason"),
            so_far,
        ));
        let asked = crate::ceremony::AskField::of(STOP_REASON);
        self.talk.asks_at("stop of the ceremony");
        let heard = over(self.talk, self.session, |talk, _| {
            talk.text(&question, &asked)
        })?;
        let Heard::Given(reason) = heard else {
            return self.pause(showing);
        };
        if let Err(error) = self.runner.abort_by(self.session, &reason, by) {
            self.talk.stop(&error.to_string());
        }
        Ok(Turn::Again)
    }

    /// Records what the script does not foresee; it is signed next.
    pub(super) fn record(&mut self, showing: &Showing, so_far: &str) -> Result<Turn, Gone> {
        let question = Question::new(footing(
            tr("whoever leads the ceremony"),
            &say!(
                "records it; then {names} sign it",
                names = self.runner.exception_signers().join(", ")
            ),
            so_far,
        ));
        let asked = crate::ceremony::AskField::of(HAPPENED);
        self.talk.asks_at("exception of the ceremony");
        let heard = over(self.talk, self.session, |talk, _| {
            talk.text(&question, &asked)
        })?;
        let Heard::Given(happened) = heard else {
            return self.pause(showing);
        };
        match self.runner.deviate(self.session, &happened) {
            Ok(Advance::Again(words)) => self.talk.stop(&words),
            Ok(Advance::Asks | Advance::Ended(_)) => {}
            Err(error) => self.talk.stop(&error.to_string()),
        }
        Ok(Turn::Again)
    }
}
