//! What is told beside a question: what a power cut would cost now, who gives up a place, keys that bear a name already.

use crate::session::field::Kind;
use crate::session::{Profile, Session, StepState};
use crate::text::{say, tr};

use super::super::super::ask::Anew;
use super::super::super::model::{OnFail, Step};
use super::super::super::ops;
use super::super::bring::STAND_IN;
use super::super::sign::AUDIT_LINE;
use super::super::{Runner, Stage, expect};

/// What is said where a key is looked at that is not what the script wants.
pub(super) fn not_as_expected(why: &str) -> [String; 3] {
    let words = tr(
        "Whoever knows why says so before Enter: pause (Esc) and find out; the step is asked again. Nothing was recorded.",
    );
    [
        String::new(),
        say!("This is NOT what the script expects: {why}", why),
        words.to_owned(),
    ]
}

/// What Enter does then.
pub(super) fn stops_or_asks(step: &Step) -> String {
    let words = if step.on_fail == OnFail::Exception {
        tr("records that this was not as expected; an exception is signed next")
    } else {
        tr("records that this was not as expected, and STOPS the ceremony for good")
    };
    words.to_owned()
}

impl Runner {
    /// How a key that is looked at differs from what the script expects of it, if it does: told before anybody confirms.
    pub(super) fn unexpected(&self, session: &Session, step: &Step) -> Option<String> {
        if step.op.name != ops::GET_KEY.name || step.expects_error() {
            return None;
        }
        let (record, run) = (self.record(session)?, self.run(session));
        expect::check(step, &record, &run, &self.script.model, session).err()
    }

    /// What was given in the step at hand and is on no record yet: signatures until the act is done, what was typed
    /// until somebody asks for the act.
    pub(super) fn anew(&self, session: &Session) -> Anew {
        let signed_off = self.stage == Stage::SignOff && self.texts.contains_key(AUDIT_LINE);
        // The request goes on record with what was typed for it; the signatures do not.
        if self.pending.is_some() && !self.texts.is_empty() {
            return Anew::SignedOnly;
        }
        if self.pending.is_some() || signed_off {
            return Anew::Signed;
        }
        let record = self.record(session);
        let typed = record.is_some_and(|record| record.state <= StepState::Armed);
        if typed && !self.texts.is_empty() && self.stage != Stage::Result {
            return Anew::Typed;
        }
        Anew::Nothing
    }

    /// Whether people read their own watches in the step at hand or in one ahead.
    pub(super) fn reads_watches(&self, session: &Session) -> bool {
        let run = self.run(session);
        let steps = self.script.model.steps.iter().zip(&run.steps);
        let mut ahead = steps.skip(self.at);
        let open = |state| state < StepState::Executed;
        self.outcome.is_none()
            && ahead
                .any(|(step, record)| step.op.name == ops::ATTEST_CLOCK.name && open(record.state))
    }

    /// Whether keymoot answers for the other side in a vault that stays, where a latecomer could take that for real.
    pub(super) fn plays_other(&self, session: &Session) -> bool {
        session.profile() == Profile::Test
            && !self.script.model.rehearsal.stand_ins.is_empty()
            && !self.run(session).real_others
    }

    /// Whether a stand-in gave this file, so that nobody has a paper or a call about it.
    pub(in crate::ceremony::run) fn stand_in_gave(&self, session: &Session, input: &str) -> bool {
        let run = self.run(session);
        let mut notes = run.steps.iter().filter_map(|r| r.notes.get(STAND_IN));
        notes.any(|told| told.split(", ").any(|known| known == input))
    }

    /// Who gives up a place, or is named by the step otherwise: by the script, and not by whoever types.
    pub(super) fn people_named(&self, step: &Step) -> Vec<String> {
        let fields = step.op.fields.iter().filter(|f| f.kind == Kind::Person);
        let places = fields.filter_map(|field| step.fields.get(field.id));
        let leaving = places.filter(|place| self.gives_up(place));
        let names = leaving.map(|place| self.name(place));
        names
            .filter(|name| !name.is_empty())
            .map(|name| say!("{name} gives up the place, and need not be here.", name))
            .collect()
    }

    /// Who leaves in a step ahead, for the page that counts the room.
    pub(super) fn who_leaves(&self) -> Vec<String> {
        let steps = self.script.model.steps.iter().skip(self.at);
        steps.flat_map(|step| self.people_named(step)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::ceremony::{AskField, Script, Showing, Wanted, came_back, saved, shipped};
    use crate::session::{Environment, practice};
    use crate::vault::MemoryStore;

    fn script(name: &str) -> Script {
        let (_, text) = shipped().iter().find(|(n, _)| *n == name).unwrap();
        Script::parse(text).ok().unwrap()
    }

    fn vault() -> Session {
        let start = Timestamp::parse_rfc3339("2026-11-24T09:00:00Z").unwrap();
        let environment = Environment::seeded("standing").unwrap();
        practice::vault(
            Box::new(MemoryStore::new()),
            environment,
            Some(start),
            false,
        )
        .unwrap()
        .session
    }

    fn answered(runner: &mut Runner, session: &mut Session) {
        let fields = runner.showing(session).ask.unwrap().fields.into_iter();
        let answers = fields.map(AskField::practised);
        runner.answer(session, answers.collect()).unwrap();
    }

    /// What is saved, as a vault that stays says it.
    fn told(showing: &Showing) -> String {
        saved(Some(showing), false)
    }

    #[test]
    fn signatures_that_a_power_cut_would_cost_are_told() {
        let mut session = vault();
        let mut runner =
            Runner::begin(&mut session, script("first-key.toml"), Wanted::default()).unwrap();
        let mut seen = Vec::new();
        while runner.outcome().is_none() {
            let showing = runner.showing(&session);
            let words = told(&showing);
            assert!(words.chars().count() <= 70, "{words}");
            match runner.stage {
                Stage::Approve => {
                    assert!(words.ends_with("is signed anew"), "{words}");
                    seen.push("approve");
                }
                Stage::Result => assert!(!words.contains("anew"), "{words}"),
                Stage::Turn if !runner.texts.is_empty() => {
                    assert!(words.ends_with("is asked anew"), "{words}");
                    seen.push("typed");
                }
                _ => {}
            }
            answered(&mut runner, &mut session);
        }
        assert!(
            seen.contains(&"approve") && seen.contains(&"typed"),
            "{seen:?}"
        );
    }

    /// A hand-over page said that a step is asked anew, and after the cut its fingerprint was not: each page is taken at its
    /// word.
    #[test]
    fn what_a_power_cut_costs_is_what_the_page_said() {
        let name = "kek-to-aws-rsa.toml";
        let mut session = vault();
        let mut runner = Runner::begin(&mut session, script(name), Wanted::default()).unwrap();
        let asked = |runner: &Runner, session: &Session| {
            let fields = runner.showing(session).ask.unwrap().fields;
            fields
                .iter()
                .map(|asked| asked.field.id)
                .collect::<Vec<_>>()
        };
        let typed_by = |ids: &[&str]| ids.contains(&"fingerprint");
        while !typed_by(&asked(&runner, &session)) {
            answered(&mut runner, &mut session);
        }
        let step = runner.step().unwrap().id.clone();
        answered(&mut runner, &mut session);
        // Typed, and nobody has signed: all of it is asked anew.
        let told_before = told(&runner.showing(&session));
        assert!(told_before.ends_with("is asked anew"), "{told_before}");
        let again = || Wanted {
            resume: true,
            ..Wanted::default()
        };
        let mut runner = Runner::begin(&mut session, script(name), again()).unwrap();
        assert!(
            typed_by(&asked(&runner, &session)),
            "{:?}",
            asked(&runner, &session)
        );
        while runner.stage != Stage::Approve {
            assert_eq!(runner.step().unwrap().id, step);
            answered(&mut runner, &mut session);
        }
        // Asked for: what was typed stays, and is signed anew.
        let told_after = told(&runner.showing(&session));
        assert!(
            told_after.starts_with("the answers of step "),
            "{told_after}"
        );
        assert!(told_after.chars().count() <= 70, "{told_after}");
        let runner = Runner::begin(&mut session, script(name), again()).unwrap();
        assert_eq!(runner.step().unwrap().id, step);
        assert!(!typed_by(&asked(&runner, &session)));
        assert_eq!(runner.stage, Stage::Issue);
    }

    #[test]
    fn whoever_leaves_is_named_and_not_waited_for() {
        let mut session = vault();
        let name = "custodian-replacement.toml";
        let mut runner = Runner::begin(&mut session, script(name), Wanted::default()).unwrap();
        let leaver = runner.name("leaver");
        let says = format!("{leaver} gives up the place, and need not be here.");
        let body = |runner: &Runner, session: &Session| runner.showing(session).ask.unwrap().body;
        assert!(body(&runner, &session).contains(&says), "step 1");
        while runner.step().unwrap().id != "replace" {
            answered(&mut runner, &mut session);
        }
        assert!(body(&runner, &session).contains(&says), "step 4");
        let again = Wanted {
            resume: true,
            ..Wanted::default()
        };
        let runner = Runner::begin(&mut session, script(name), again).unwrap();
        let page = came_back(&runner.showing(&session)).join(" ");
        assert!(page.contains("The same people?"), "{page}");
        assert!(!page.contains(&leaver), "{page}");
    }
}
