//! Before a ceremony begins in a vault that stays: what it is, who has to be here, and that it is recorded.

use std::collections::BTreeMap;

use super::picker::Listed;
use super::runner::RunScreen;
use crate::ceremony::Script;
use crate::session::field::Footing;
use crate::session::{Profile, RunOutcome, said};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::lines::{self, Line};
use crate::tui::world::World;

/// The question whether it begins.
pub(crate) struct Begin {
    chosen: Listed,
    /// What the script says of itself; absent where it cannot be read, which its run would say.
    script: Option<Script>,
    /// Who plays the other side, where a test vault lets keymoot do it.
    other: Option<Choices>,
}

/// Who plays the other side: the real one first, for nothing moves the clock of a vault that stays unasked.
const REAL: &str = "real";

fn others() -> Choices {
    Choices::new(vec![
        Entry::new(
            REAL,
            tr("real files"),
            tr("the run waits for what the other side sends"),
        ),
        Entry::new(
            "stand-in",
            tr("keymoot plays it"),
            tr("practice keys; the script moves the clock"),
        ),
    ])
}

impl Begin {
    /// The question for a script.
    pub(crate) fn new(chosen: Listed, world: &World) -> Self {
        let script = Script::parse(&chosen.script).ok();
        let test = world
            .view
            .as_ref()
            .is_some_and(|v| v.profile == Profile::Test);
        let plays = script.as_ref().is_some_and(Script::has_stand_ins);
        Self {
            script,
            chosen,
            other: (test && plays).then(others),
        }
    }

    /// Whether the other side is real.
    fn real(&self) -> bool {
        let chosen = self.other.as_ref().and_then(Choices::chosen);
        chosen.is_some_and(|entry| entry.id == REAL)
    }

    fn lines(&self, world: &World) -> Vec<Line> {
        let vault = world.view.as_ref().map_or_else(String::new, |view| {
            format!("{}, {}", view.vault, view.profile.banner())
        });
        let mut lines = vec![Line::new(tr("in the vault"), vault).role(Role::Wait)];
        lines.extend(self.before(world));
        if let Some(script) = &self.script {
            lines.push(Line::new(tr("needs"), people(script)));
            let takes = script.estimate().map_or_else(
                || tr("its author does not say").to_owned(),
                |estimate| say!("about {estimate}, not counting waits", estimate),
            );
            lines.push(Line::new(tr("takes"), takes));
            let files = self.files(script, world);
            if !files.is_empty() {
                lines.push(Line::new(tr("asks for files"), files.join(", ")));
            }
        }
        let recorded = tr(
            "from the first step on, in the vault's log. It can be paused at every step and goes on later; stopped for good, it stays on record.",
        );
        lines.push(Line::new(tr("recorded"), recorded));
        lines
    }
}

impl Begin {
    /// The files that it asks for; in a test vault, those that a practice file stands in for say so.
    fn files(&self, script: &Script, world: &World) -> Vec<String> {
        let test = world
            .view
            .as_ref()
            .is_some_and(|view| view.profile == Profile::Test);
        let declared = script.input_declarations().into_iter();
        declared
            .map(|input| {
                let given = self.chosen.inputs.contains_key(&input.name) || input.during;
                match input.default {
                    Some(_) if test && !given => say!(
                        "{name} (the practice file that ships stands in for it here)",
                        name = input.name
                    ),
                    _ => input.name,
                }
            })
            .collect()
    }

    /// When this very script was run here before: beginning it makes another run.
    fn before(&self, world: &World) -> Option<Line> {
        let runs = &world.view.as_ref()?.runs;
        let mut runs = runs.iter().rev();
        let run = runs.find(|run| run.script_sha256 == self.chosen.sha256)?;
        let ended = run.ended?;
        let words = say!(
            "{ended}; beginning it here does all of it again",
            ended = clock(ended)
        );
        let how = match run.outcome {
            Some(RunOutcome::Aborted) => tr("stopped here"),
            _ => tr("ended here"),
        };
        Some(Line::new(how, words).role(Role::Note))
    }
}

/// `1 administrator, 2 custodians, 1 witness`, as the script names its places.
pub(super) fn people(script: &Script) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for role in script.roles() {
        match counts.iter_mut().find(|(known, _)| *known == role) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => counts.push((role, 1)),
        }
    }
    let told = counts
        .iter()
        .map(|(role, count)| match (*count, role.as_str()) {
            (1, role) => format!("1 {}", said::role(role)),
            (n, "administrator") => say!("{n} administrators", n),
            (n, "custodian") => say!("{n} custodians", n),
            (n, _) => say!("{n} witnesses", n),
        });
    told.collect::<Vec<_>>().join(", ")
}

impl Screen for Begin {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let of = say!("SHA-256 of the script {id}", id = self.chosen.id);
        Some(Digest::sha256(of, self.chosen.sha256.clone()))
    }

    fn name(&self) -> &'static str {
        "Begin a ceremony"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Ceremonies").into(), tr("begin it here?").into()]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("you; in the ceremony each question names who answers it").into(),
            enter: tr("begins it in this vault and asks the first question").into(),
            so_far: tr("nothing has happened; Esc goes back to the list").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = Vec::new();
        if self.other.is_some() {
            offers.extend(keys::moves());
        }
        offers.extend([
            Offer::word(Verb::Enter, tr("begin")),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A ceremony that begins in a vault is recorded in it, whatever comes of it. To try it without that, rehearse it: keymoot play, or Welcome.",
            "keymoot brief prints the page that everybody reads beforehand: who comes, what each brings.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        let y = canvas
            .paragraph(2, 0, room, Role::Title, &self.chosen.title)
            .saturating_add(1);
        let mut y =
            lines::draw(canvas, (y, height), 17, &self.lines(world), None).saturating_add(1);
        if let Some(other) = &self.other {
            canvas.put(2, y, Role::Title, tr("Who plays the other side?"));
            let rows = other.rows(room, 4);
            canvas.within(2, y.saturating_add(1), room, rows, |c| other.draw(c, true));
            y = y.saturating_add(rows).saturating_add(2);
        }
        canvas.within(0, y, width, height.saturating_sub(y), |c| {
            self.chosen.draw_steps(c);
        });
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match verb {
            Verb::Enter => {
                let order = Order::PlayHere {
                    script: self.chosen.script.clone(),
                    inputs: self.chosen.inputs.clone(),
                    resume: false,
                    people: BTreeMap::new(),
                    real: self.real(),
                };
                let runner = RunScreen::new(&self.chosen.title, None, false);
                Reaction::instead(runner).then(Step::Order(order))
            }
            Verb::Back => Reaction::pop(),
            other => {
                if let Some(choices) = &mut self.other {
                    choices.moved(other);
                }
                Reaction::none()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::session::Profile;
    use crate::tui::app::State;
    use crate::tui::message::Effect;
    use crate::tui::message::Order;
    use crate::tui::screens::picker::{Picker, Place};
    use crate::tui::snapshot::{self, check, press};

    fn list(change: impl Fn(&mut crate::session::View)) -> State {
        let mut view = snapshot::rehearsal();
        change(&mut view);
        let mut world = snapshot::world();
        world.view = Some(Arc::new(view));
        State::new(world, Box::new(Picker::shipped(Place::Here)))
    }

    #[test]
    fn in_a_vault_that_stays_one_enter_too_many_begins_nothing() {
        let mut state = list(|view| {
            view.vault = "acme".into();
            view.profile = Profile::Test;
            view.kept = true;
        });
        assert!(press(&mut state, "<Enter>").is_empty());
        check("begin", &mut state);
        press(&mut state, "<Esc>");
        assert_eq!(state.top().unwrap().name(), "Ceremonies");
        let effects = press(&mut state, "<Enter><Enter>");
        let begun = |e: &Effect| matches!(e, Effect::Desk(Order::PlayHere { resume: false, .. }));
        assert!(effects.iter().any(begun));
    }

    #[test]
    fn a_practice_vault_in_memory_asks_nothing() {
        let mut state = list(|_| {});
        assert_eq!(press(&mut state, "<Enter>").len(), 1);
    }
}
