//! A wizard for an act that needs nothing but its declared fields: one page drawn from the declaration, then the
//! review. Acts that guide a choice (a new key, an export) have wizards of their own.

use crossterm::event::KeyEvent;

use super::review::Review;
use super::wizard;
use crate::session::build::Answers;
use crate::session::field::{Field, Footing};
use crate::session::op::{self, Op};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Form, Pressed};
use crate::tui::world::World;

/// The wizard.
pub(crate) struct Act {
    op: &'static Op,
    /// Asked beside the act's own fields: the folder its files go to.
    place: Option<Field>,
    form: Form,
    explains: &'static [&'static str],
    error: Option<String>,
    waiting: bool,
}

impl Act {
    /// The wizard of an act; `place` asks for a folder outside the vault, `explains` is its help.
    fn new(op: &'static Op, place: Option<Field>, explains: &'static [&'static str]) -> Self {
        let fields: Vec<Field> = op.fields.iter().copied().chain(place).collect();
        Self {
            op,
            place,
            form: Form::of(&fields),
            explains,
            error: None,
            waiting: false,
        }
    }

    /// A second copy of the vault.
    pub(crate) fn backup() -> Self {
        Self::new(
            &op::BACKUP,
            Some(op::BACKUP_TO),
            &[
                "A copy holds what the vault holds, and no share: it opens only with its custodians' envelopes. Label its medium, seal it in a bag, and keep it apart from the vault.",
                "The copy is read back from the medium before it counts. Earlier copies of the vault's file never go along.",
                "A key that is deleted here stays in a copy until that copy is destroyed.",
            ],
        )
    }

    fn draft(&self) -> Draft {
        let text = |field: &Field| {
            let value = self.form.text(field.id).unwrap_or_default();
            value.trim().to_owned()
        };
        let texts = self
            .op
            .fields
            .iter()
            .map(|field| (field.id.to_owned(), text(field)));
        Draft {
            op: self.op.name,
            answers: Answers {
                texts: texts.collect(),
                ..Answers::default()
            },
            out: self.place.as_ref().map(|field| text(field).into()),
        }
    }
}

impl Screen for Act {
    fn name(&self) -> &'static str {
        self.op.title
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![self.op.title.into(), "1 of 2".into()]
    }

    fn footing(&self, world: &World) -> Footing {
        Footing {
            acts: wizard::acts(world),
            enter: "next field; after the last, checks all of it and shows the review".into(),
            so_far: "nothing was asked, nothing was written, nothing has changed".into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::plain(Verb::Enter)];
        if self.form.choosing() {
            offers.extend([Offer::word(Verb::Up, "choose"), Offer::plain(Verb::Down)]);
        }
        offers.extend([
            Offer::plain(Verb::NextField),
            Offer::plain(Verb::PreviousField),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        self.explains
    }

    fn typing(&self) -> bool {
        self.form.typing()
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let steps = [("Answers", String::new())];
        wizard::draw(world, canvas, &steps, 0, |c| {
            let room = c.width().saturating_sub(2);
            let words = format!("This {}.", self.op.does);
            let y = c
                .paragraph(1, 0, room, Role::Title, &words)
                .saturating_add(1);
            let (width, height) = (c.width(), c.height());
            let mut used = 0;
            c.within(0, y, width, height, |c| used = self.form.draw(c));
            let y = y.saturating_add(used).saturating_add(1);
            wizard::complaint(c, y, self.error.as_ref());
        });
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        self.error = None;
        match verb {
            Verb::Enter => {
                if self.form.enter() != Pressed::Complete {
                    return Reaction::none();
                }
                self.waiting = true;
                Reaction::order(Order::Preview(Box::new(self.draft())))
            }
            Verb::Back => Reaction::pop(),
            other => {
                self.form.verb(other);
                Reaction::none()
            }
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.form.key(&key);
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        self.form.paste(text);
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Preview { pending, request } => Some(Reaction::push(Review::new(
                self.draft(),
                pending.clone(),
                request,
                1,
            ))),
            News::Refused(text) => {
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
