//! The check value of a key that came in: typed as its sender gave it, while ours is hidden.

#[cfg(test)]
pub(in crate::tui) mod tests;

use super::key::KeyPage;
use crate::ceremony::AskField;
use crate::session::asked::{CHECK_VALUE, COMPARER, SHOWN_UNCOMPARED, UNCOMPARED};
use crate::session::comparing::{self, Comparison, Judged, Says};
use crate::session::field::{Field, Footing};
use crate::session::{Command, Comparing, KeyRow, Outcome, Profile, guide};
use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::Choices;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// The comparison of one key.
pub(crate) struct Compare {
    arn: String,
    /// Whether the key's page lies beneath: it is not shown a second time.
    from_key: bool,
    form: Form,
    /// Who wants ours shown uncompared: that is asked once more.
    showing: Option<String>,
    /// What was said of the value that was typed last.
    stop: Option<String>,
    /// How far it has come: what was typed last is not this key's, or ours was shown before.
    stands: Comparing,
    waiting: bool,
    question: u64,
}

fn asked(field: Field, practice: Option<String>) -> AskField {
    AskField {
        practice,
        ..AskField::of(field)
    }
}

/// The questions; whoever compares is one of the vault's people.
fn asks(stands: Comparing, world: &World) -> Form {
    let view = world.view.as_deref();
    let profile = view.map_or(Profile::Production, |view| view.profile);
    let practice = comparing::practice(profile).filter(|_| stands == Comparing::Waits);
    let mut form = Form::new(&[asked(COMPARER, None), asked(CHECK_VALUE, practice)]);
    let people = view.map(guide::people).unwrap_or_default();
    form.set_choices(COMPARER.id, Choices::new(people));
    form
}

impl Compare {
    /// Asks for the check value of the key with this ARN.
    pub(crate) fn new(arn: &str, world: &World) -> Self {
        let stands = row(arn, world).and_then(|row| row.comparing);
        let stands = stands.unwrap_or(Comparing::Waits);
        Self {
            arn: arn.to_owned(),
            from_key: false,
            form: asks(stands, world),
            showing: None,
            stop: None,
            stands,
            waiting: false,
            question: 0,
        }
    }

    /// The same over the key's own page.
    pub(super) fn over_key(arn: &str, world: &World) -> Self {
        Self {
            from_key: true,
            ..Self::new(arn, world)
        }
    }

    fn ask(&mut self, form: Form, showing: Option<String>) {
        self.form = form;
        self.showing = showing;
        self.question = self.question.wrapping_add(1);
    }

    /// The same questions for the same person.
    fn ask_again(&mut self, by: &str, world: &World) {
        let mut form = asks(self.stands, world);
        form.set(COMPARER.id, by);
        form.go_to(CHECK_VALUE.id);
        self.ask(form, None);
    }

    /// Whether ours is to be shown uncompared is asked apart: it cannot be taken back.
    fn shows(&mut self) {
        let by = self.form.text(COMPARER.id).unwrap_or_default();
        let mut form = Form::of(&[UNCOMPARED]);
        form.set_choices(UNCOMPARED.id, Choices::new(comparing::ways().to_vec()));
        self.stop = None;
        self.ask(form, Some(by));
    }

    fn submit(&mut self, world: &World) -> Reaction {
        if self.form.enter() == Pressed::Stays {
            return Reaction::none();
        }
        let (by, says) = match self.showing.clone() {
            None => (
                self.form.text(COMPARER.id).unwrap_or_default(),
                Says::Typed(self.form.text(CHECK_VALUE.id).unwrap_or_default()),
            ),
            Some(by) if self.form.text(UNCOMPARED.id).as_deref() == Some(SHOWN_UNCOMPARED) => {
                (by, Says::Uncompared)
            }
            Some(by) => {
                self.ask_again(&by, world);
                return Reaction::none();
            }
        };
        self.waiting = true;
        Reaction::order(Order::Perform(Box::new(Command::Compare(Comparison {
            key: self.arn.clone(),
            by,
            says,
        }))))
    }

    /// What came of it: it is on record by now.
    fn heard(&mut self, judged: &Judged, world: &World) -> Reaction {
        let role = match judged {
            Judged::Differs(why) | Judged::NotTaken(why) => {
                if matches!(judged, Judged::Differs(_)) {
                    self.stands = Comparing::Differs;
                }
                let by = self.form.text(COMPARER.id).unwrap_or_default();
                self.ask_again(&by, world);
                self.stop = Some(why.clone());
                return Reaction::none();
            }
            Judged::Agreed => Role::Ok,
            Judged::Late | Judged::AsShown | Judged::Shown => Role::Note,
        };
        let on = if self.from_key {
            Reaction::pop()
        } else {
            Reaction::instead(KeyPage::compared(&self.arn))
        };
        on.then(Step::Notice(role, judged.words().to_owned()))
    }
}

fn row<'w>(arn: &str, world: &'w World) -> Option<&'w KeyRow> {
    let keys = &world.view.as_ref()?.keys;
    keys.iter().find(|row| row.key.key_arn == arn)
}

impl Screen for Compare {
    fn name(&self) -> &'static str {
        "Compare"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let label = row(&self.arn, world).map_or_else(|| self.arn.clone(), |row| row.label.clone());
        vec![tr("Compare").into(), label]
    }

    fn footing(&self, _world: &World) -> Footing {
        let (enter, so_far) = if self.showing.is_some() {
            (
                tr("does what is chosen").to_owned(),
                tr("the check value is hidden; nobody has compared it"),
            )
        } else {
            let enter = self
                .form
                .enter_says(tr("compares it with ours, and records the outcome"));
            (enter, comparing::so_far(self.stands))
        };
        Footing {
            acts: tr("whoever has what the sender gave; nobody signs").into(),
            enter,
            so_far: so_far.into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        if self.showing.is_some() {
            let enter = Offer::word(Verb::Enter, tr("do it"));
            return self.form.page_offers(enter, Offer::plain(Verb::Back));
        }
        let enter = Offer::word(Verb::Enter, tr("next"));
        let later = Offer::word(Verb::Back, tr("not now"));
        let mut offers = self.form.page_offers(enter, later);
        if self.form.practised() {
            offers.push(Offer::plain(Verb::Practice));
        }
        let show = Offer::word(Verb::Reveal, tr("show ours"));
        offers.push(match self.stands {
            Comparing::Differs => {
                show.off_because(tr("it differs: it stays hidden until the sender's agrees"))
            }
            Comparing::Shown => show.off_because(tr("it is shown already, on the key's page")),
            _ => show,
        });
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A check value says which key this is without saying the key. The one that came with the key proves nothing: its sender gives it by telephone, letter or paper, and somebody types it who has not seen ours (PCI PIN 15-1).",
            "Six digits are compared, under CMAC of AES as many as are typed, up to ten. Where it differs, the usual mistakes are named and our value is not. That it differed, and who typed it, is recorded.",
            "Esc leaves it for later: our value stays hidden on every page, and Home says that it is due. F3 shows ours without comparing it; that is recorded too: the key stays uncompared, C still compares it late, and nobody can prove any more that the sender's was typed blind.",
        ]
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn question(&self) -> u64 {
        self.question
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some((row, view)) = row(&self.arn, world).zip(world.view.as_ref()) else {
            canvas.put(2, 1, Role::Muted, tr("This key is not in the vault."));
            return;
        };
        let stop = self.stop.as_ref().map(|why| format!("STOP  {why}"));
        let mut said: Vec<(Role, &str)> = Vec::new();
        said.extend(stop.as_deref().map(|why| (Role::Stop, why)));
        if let Some(by) = &self.showing {
            let shown = comparing::asks_to_show(&row.label, by);
            said.push((Role::Title, &shown));
            self.form.draw_page(&said, canvas);
            return;
        }
        let [asked, other_way, why] = comparing::asks(&row.label, self.stands);
        said.push((Role::Title, &asked));
        if stop.is_none() {
            said.extend([(Role::Text, other_way.as_str()), (Role::Text, &why)]);
            if self.stands == Comparing::Waits {
                said.extend(comparing::practised(view.profile).map(|words| (Role::Muted, words)));
                let ways =
                    tr("Esc leaves it for later. F3 shows ours without comparing it, on record.");
                said.push((Role::Muted, ways));
            }
        }
        self.form.draw_page(&said, canvas);
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, self.showing.clone()) {
            (Verb::Enter, _) => return self.submit(world),
            (Verb::Back, Some(by)) => self.ask_again(&by, world),
            (Verb::Back, None) => {
                let role = match self.stands {
                    Comparing::Differs => Role::Stop,
                    _ => Role::Note,
                };
                let words = comparing::left(self.stands);
                return Reaction::pop().then(Step::Notice(role, words.to_owned()));
            }
            (Verb::Reveal, None) => self.shows(),
            (Verb::Practice, None) => self.form.practise(),
            (other, _) => self.form.verb(other),
        }
        Reaction::none()
    }

    fn fills(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Done(outcome) => match outcome.as_ref() {
                Outcome::Compared(judged) => Some(self.heard(judged, world)),
                _ => None,
            },
            News::Refused(text) => {
                self.stop = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
