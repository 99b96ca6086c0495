//! A pause in a ceremony: go on, record what happened, leave it standing, or stop it for good with a reason.

use crossterm::event::KeyEvent;

use crate::ceremony::{HAPPENED, Pause, STOP_REASON, Showing, who_stops};
use crate::session::InTheOpen;
use crate::session::field::Footing;
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// The paused ceremony.
pub(crate) struct StopRun {
    step: String,
    closes: bool,
    pause: Pause,
    choices: Choices,
    reason: Form,
    /// What the sentence is asked for, `record` or `stop`; `who` while it is asked who stops it.
    asking: Option<&'static str>,
    /// Who stops it: whoever has a part in the run, and nobody until one is chosen.
    who: Choices,
}

/// The ways out of a pause.
fn choices(pause: &Pause) -> Choices {
    let ways = pause.ways();
    let entries = ways
        .iter()
        .map(|(id, label, note)| Entry::new(id, tr(label), tr(note)));
    Choices::new(entries.collect())
}

/// Who may be named as the one who stops it, under a first row that names nobody.
fn stoppers(pause: &Pause) -> Choices {
    let mut people = pause.stoppers();
    if !people.is_empty() {
        let nobody = Entry::new("", tr("nobody is named yet"), "");
        people.insert(0, nobody.off_because(tr("choose who stops it")));
    }
    Choices::undecided(people)
}

impl StopRun {
    pub(crate) fn new(showing: Option<&Showing>, closes: bool, world: &World) -> Self {
        let waits = world.view.as_ref().map(|view| !view.pending.is_empty());
        let pause = Pause::of(showing, waits.unwrap_or_default(), world.keeps_nothing());
        let step = showing.and_then(|showing| showing.steps.get(showing.current));
        Self {
            step: step.map_or_else(String::new, |step| step.title.clone()),
            closes,
            choices: choices(&pause),
            who: stoppers(&pause),
            pause,
            reason: Form::of(&[STOP_REASON]),
            asking: None,
        }
    }

    fn ask(&mut self, what: &'static str) -> Reaction {
        self.asking = Some(what);
        let field = if what == "record" {
            HAPPENED
        } else {
            STOP_REASON
        };
        self.reason = Form::of(&[field]);
        Reaction::none()
    }

    /// A folder was named that takes what the run leaves.
    pub(crate) fn writing(mut self, writes: bool) -> Self {
        self.pause.writes = writes;
        self.choices = choices(&self.pause);
        self
    }

    /// What is asked for, what it is for, and who signs it.
    fn reason_parts(&self, asked: &str) -> Vec<Part<'_>> {
        let mut parts = vec![Part::Form(&self.reason)];
        if asked == "stop" {
            let words = self.pause.stop_is_signed();
            parts.push(Part::Head(Role::Muted, words.into()));
        }
        parts
    }

    /// The sentence as it was typed so far.
    fn sentence(&self) -> String {
        let texts = [STOP_REASON.id, HAPPENED.id].map(|id| self.reason.text(id));
        let text = texts.into_iter().flatten().next().unwrap_or_default();
        text.trim().to_owned()
    }

    /// Nothing is typed yet.
    fn unsaid(&self) -> bool {
        self.sentence().is_empty()
    }

    /// A sentence is being typed.
    fn writes(&self) -> bool {
        matches!(self.asking, Some("record" | "stop"))
    }

    /// Who stops it comes before why, where anybody is known who could.
    fn ask_who(&mut self) -> Reaction {
        if self.who.entries.is_empty() {
            return self.ask("stop");
        }
        self.who = stoppers(&self.pause);
        self.ask("who")
    }

    /// Its reason, and the name of whoever was chosen.
    fn stops(&self, reason: String) -> Order {
        let named = self.who.chosen().filter(|_| self.named());
        let by = named.map(|entry| entry.id.clone());
        Order::Abort { reason, by }
    }

    /// Somebody is chosen who stops it.
    fn named(&self) -> bool {
        self.who.chosen().is_some_and(|entry| entry.off.is_none())
    }

    fn chosen(&self) -> &str {
        self.choices.chosen().map_or("on", |e| e.id.as_str())
    }
}

impl Screen for StopRun {
    fn name(&self) -> &'static str {
        "Pause"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Paused").into(), self.step.clone()]
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match (self.asking, self.chosen()) {
            (Some("who"), _) if !self.named() => tr("is off until somebody is named"),
            (Some("who"), _) => tr("takes this name; the reason is asked next"),
            (Some("stop"), _) if self.unsaid() => tr("is off until a reason is typed"),
            (Some(_), _) if self.unsaid() => tr("is off until it is said what happened"),
            (Some("stop"), _) => tr("stops the ceremony for good and records the reason"),
            (Some(_), _) => {
                tr("records it; then whoever acts, whoever leads and whoever watches sign it")
            }
            (_, "record") => tr("asks what happened first"),
            (_, "later") if self.pause.packs_first() => {
                tr("asks each holder of an open paper first where it goes")
            }
            (_, "later") if world.keeps_nothing() => {
                tr("leaves the rehearsal; its vault is gone then")
            }
            (_, "later") => tr("leaves the ceremony standing open at this step"),
            (_, "stop") if self.who.entries.is_empty() => tr("asks for the reason first"),
            (_, "stop") => tr("asks who stops it and why first"),
            (_, "unsigned") => tr("closes the stop; who did not sign it is recorded"),
            _ => tr("goes back to the question"),
        };
        Footing {
            acts: tr("whoever leads the ceremony").into(),
            enter: enter.into(),
            so_far: self.pause.so_far().into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = if self.writes() {
            Vec::new()
        } else {
            keys::finds()
        };
        let enter = Offer::word(
            Verb::Enter,
            match self.asking {
                Some("stop") => tr("stop it for good"),
                Some("who") => tr("this person"),
                Some(_) => tr("record it"),
                None => tr("choose"),
            },
        );
        let enter = if self.writes() && self.unsaid() {
            enter.off_because(tr("a reason is needed; it stands in the record"))
        } else if self.asking == Some("who") && !self.named() {
            enter.off_because(tr("choose who stops it"))
        } else {
            enter
        };
        let back = if self.asking.is_some() {
            tr("back")
        } else {
            tr("go on")
        };
        offers.extend([enter, Offer::word(Verb::Back, back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A paused ceremony loses nothing that is done. Words that were written down in a step that is not done count only once it is; papers that lie open go into packages before anybody leaves.",
            "Something that the script does not foresee is recorded as an exception: what happened, why the ceremony goes on, and who signs it.",
            "Stopping it for good is recorded, with who stops it and why, and cannot be taken back; the keys it made stay as they are.",
            "The record of a stop is signed. Where somebody who is to sign cannot, the others close it without them here: the record names who did not sign.",
        ]
    }

    fn typing(&self) -> bool {
        self.writes()
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let mut parts = vec![
            Part::Gap,
            Part::Head(Role::Title, self.pause.title().into()),
            Part::Gap,
        ];
        match self.asking {
            Some("who") => {
                parts.push(Part::Head(Role::Title, who_stops().into()));
                parts.push(Part::Choices(&self.who));
            }
            Some(asked) => parts.extend(self.reason_parts(asked)),
            None => parts.push(Part::Choices(&self.choices)),
        }
        parts.push(Part::Gap);
        let lost = self.pause.lost().into_iter();
        parts.extend(lost.map(|words| Part::Head(Role::Note, words.into())));
        sheet::draw(canvas, 2, 1, &parts);
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match (verb, self.asking) {
            (Verb::Back, None) => Reaction::pop(),
            (Verb::Back, Some(_)) => {
                self.asking = None;
                Reaction::none()
            }
            (Verb::Enter, Some("who")) if !self.named() => Reaction::none(),
            (Verb::Enter, Some("who")) => self.ask("stop"),
            (Verb::Enter, Some(_)) if self.unsaid() => Reaction::none(),
            (Verb::Enter, Some(asked)) => {
                if self.reason.enter() != Pressed::Complete {
                    return Reaction::none();
                }
                let said = self.sentence();
                Reaction::pop().then(Step::Order(if asked == "stop" {
                    self.stops(said)
                } else {
                    Order::Deviate(said)
                }))
            }
            (Verb::Enter, None) => match self.chosen() {
                "on" if self.pause.held.packing => Reaction::pop().then(Step::Order(Order::Stay)),
                "on" => Reaction::pop(),
                "stop" => self.ask_who(),
                "unsigned" => Reaction::pop().then(Step::Order(Order::CloseUnsigned)),
                "record" => self.ask("record"),
                "later" if self.pause.packs_first() => {
                    Reaction::pop().then(Step::Order(Order::SetAside))
                }
                _ if self.closes => Reaction::pop()
                    .then(Step::Pop)
                    .then(Step::Order(Order::Close)),
                _ => Reaction::pop().then(Step::Pop),
            },
            (other, Some("who")) => {
                self.who.moved(other);
                Reaction::none()
            }
            (other, _) => {
                self.choices.moved(other);
                Reaction::none()
            }
        }
    }

    fn exposed(&mut self) -> Option<InTheOpen> {
        let named = self.who.chosen().filter(|_| self.named());
        let by = named.map(|entry| entry.id.clone());
        self.reason
            .in_the_open("pause of a ceremony", by.as_deref())
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        match self.asking {
            _ if self.writes() => self.reason.key(&key),
            Some(_) => self.who.letter(&key),
            None => self.choices.letter(&key),
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if self.writes() {
            self.reason.paste(text);
        }
        Reaction::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::Held;
    use crate::tui::message::Effect;
    use crate::tui::screens::runner::tests::taken_up;
    use crate::tui::snapshot;

    fn paused(held: Held) -> crate::tui::app::State {
        let showing = Showing {
            came_back: None,
            noted: None,
            held,
            ..taken_up()
        };
        // Of a vault that is kept: what is left goes on tomorrow.
        let kept = snapshot::state(crate::tui::screens::runner::RunScreen::new(
            "A set", None, true,
        ));
        snapshot::state(StopRun::new(Some(&showing), true, &kept.world))
    }

    #[test]
    fn what_no_script_foresees_is_recorded_from_the_pause() {
        let mut state = paused(Held::default());
        assert!(snapshot::press(&mut state, "<Down><Enter><Enter>").is_empty());
        let effects = snapshot::press(&mut state, "the courier is late<Enter>");
        let mut effects = effects.iter();
        assert!(
            effects.any(|effect| matches!(effect, Effect::Desk(Order::Deviate(said)) if said == "the courier is late"))
        );
    }

    #[test]
    fn a_letter_goes_to_the_choice_that_begins_so() {
        let mut state = paused(Held::default());
        assert!(snapshot::press(&mut state, "r<Enter>").is_empty());
        let effects = snapshot::press(&mut state, "the courier is late<Enter>");
        let mut effects = effects.iter();
        assert!(effects.any(|effect| matches!(effect, Effect::Desk(Order::Deviate(_)))));
    }

    /// Somebody's seven words, typed on the wrong page, stood in the record of the stop for ever.
    #[test]
    fn a_passphrase_is_no_reason() {
        for way in ["<Down><Enter>", "<End><Enter><Down><Enter>"] {
            let mut state = paused(Held::default());
            snapshot::press(&mut state, way);
            let words = "cannot sliceable bagginess debtor epidermal majority hardhead";
            let effects = snapshot::press(&mut state, &format!("{words}<Enter>"));
            assert!(effects.is_empty(), "{way}");
            let picture = snapshot::drawn(&mut state, 80, 24, &snapshot::appearance());
            let text = snapshot::text(&picture);
            assert!(text.contains("reads like a passphrase"), "{text}");
            assert!(!text.contains("bagginess"), "{text}");
        }
    }

    /// Who cannot sign holds no stop open: the others close it without them, and the page says who is named for that.
    #[test]
    fn a_stop_that_somebody_cannot_sign_is_closed_without_them() {
        let showing = Showing {
            stopping: true,
            awaited_at_stop: vec!["Ben".into(), "Wim".into()],
            came_back: None,
            ..taken_up()
        };
        let kept = snapshot::state(crate::tui::screens::runner::RunScreen::new(
            "A set", None, true,
        ));
        let mut state = snapshot::state(StopRun::new(Some(&showing), true, &kept.world));
        let text = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(text.contains("Not signed yet by Ben, Wim."), "{text}");
        let effects = snapshot::press(&mut state, "<End><Enter>");
        let mut effects = effects.iter();
        assert!(effects.any(|effect| matches!(effect, Effect::Desk(Order::CloseUnsigned))));
    }

    /// What lies in people's hands is read to its last word before anybody leaves, on the smallest screen.
    #[test]
    fn what_lies_in_hands_is_whole_at_80_columns() {
        let paper = |n: usize| format!("component {n} of kek-from-components (custodian-{n})");
        let held = Held {
            open: (1..=3).map(paper).collect(),
            void: Some("Words that Fay, Gus, Hal, Ida wrote down in step 12 are void: destroy these papers.".into()),
            ..Held::default()
        };
        let mut state = paused(held);
        for keys in ["", "<End><Enter>"] {
            snapshot::press(&mut state, keys);
            let text = snapshot::text(&snapshot::drawn(
                &mut state,
                80,
                24,
                &snapshot::appearance(),
            ));
            let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for told in ["its serial is asked.", "destroy these papers."] {
                assert!(words.contains(told), "no {told} in {text}");
            }
        }
    }

    #[test]
    fn who_leaves_an_open_paper_is_asked_where_it_goes() {
        let open = vec!["component 1 of kek (Ana)".to_owned()];
        let mut state = paused(Held {
            open: open.clone(),
            ..Held::default()
        });
        let text = snapshot::text(&snapshot::drawn(
            &mut state,
            80,
            24,
            &snapshot::appearance(),
        ));
        assert!(text.contains("component 1 of kek (Ana)"), "{text}");
        let effects = snapshot::press(&mut state, "<Down><Down><Enter>");
        let mut effects = effects.iter();
        assert!(effects.any(|effect| matches!(effect, Effect::Desk(Order::SetAside))));
        let mut state = paused(Held {
            open,
            packing: true,
            ..Held::default()
        });
        let effects = snapshot::press(&mut state, "<Enter>");
        let mut effects = effects.iter();
        assert!(effects.any(|effect| matches!(effect, Effect::Desk(Order::Stay))));
    }
}
