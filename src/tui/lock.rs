//! The idle lock: a page over all screens that hides them. It says why it is there, that nothing was lost, and who is
//! waited for; one custodian's passphrase takes it away.

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
pub(crate) use crate::session::idle::{IDLE_MINUTES, Why};
use crate::session::idle::{nothing_lost, nothing_open};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::lines::Reading;
use crate::tui::widgets::signing::{SignForm, called};
use crate::tui::world::World;

fn sentence(why: Why) -> String {
    say!("This screen is blank on purpose: {why}.", why = why.words())
}

enum Stage {
    /// The blank page.
    Blank,
    /// Which of the custodians present?
    Who,
    /// That custodian's passphrase.
    Type(SignForm),
    /// The desk looks whether it is the right one.
    Checking(SignForm),
    /// Ctrl-C: leave?
    Leaving,
}

/// The page.
pub(crate) struct Locked {
    why: Why,
    people: Choices,
    stage: Stage,
    turned: u64,
}

impl Locked {
    /// A page over whatever is on screen now.
    pub(crate) fn new(why: Why, world: &World) -> Self {
        Self {
            why,
            people: custodians(world),
            stage: Stage::Blank,
            turned: 0,
        }
    }

    fn turn(&mut self, stage: Stage) {
        self.stage = stage;
        self.turned = self.turned.wrapping_add(1);
    }

    fn go_on(&mut self, world: &World) -> Reaction {
        if world.view.is_none() {
            // No vault is open: there is nothing to hide and nobody who could prove anything.
            return Reaction::pop();
        }
        match self.people.entries.as_slice() {
            [one] => {
                let form = SignForm::new(&one.id.clone(), world);
                self.turn(Stage::Type(form));
            }
            _ => self.turn(Stage::Who),
        }
        Reaction::none()
    }

    fn enter(&mut self, world: &World) -> Reaction {
        match std::mem::replace(&mut self.stage, Stage::Blank) {
            Stage::Blank => self.go_on(world),
            Stage::Leaving => {
                self.turn(Stage::Blank);
                Reaction::none()
            }
            Stage::Who => {
                match self.people.chosen() {
                    Some(entry) => {
                        let form = SignForm::new(&entry.id.clone(), world);
                        self.turn(Stage::Type(form));
                    }
                    None => self.turn(Stage::Blank),
                }
                Reaction::none()
            }
            Stage::Type(mut form) => {
                let Some(signing) = form.enter() else {
                    self.stage = Stage::Type(form);
                    return Reaction::none();
                };
                let person = form.person.clone();
                self.stage = Stage::Checking(form);
                Reaction::order(Order::Recognise { person, signing })
            }
            Stage::Checking(form) => {
                self.stage = Stage::Checking(form);
                Reaction::none()
            }
        }
    }

    /// The blank page's paragraphs.
    fn words(&self, world: &World) -> Vec<(Role, String)> {
        let mut words = vec![(Role::Title, sentence(self.why))];
        let Some(view) = &world.view else {
            words.push((Role::Text, nothing_open().into()));
            words.push((
                Role::Wait,
                tr("Waited for: whoever goes on. Enter brings the screen back.").into(),
            ));
            return words;
        };
        words.push((Role::Text, nothing_lost().into()));
        let names: Vec<&str> = self
            .people
            .entries
            .iter()
            .map(|e| e.label.as_str())
            .collect();
        words.push((
            Role::Wait,
            say!("Waited for: one custodian who is here ({names}). One passphrase brings the screen back; it signs nothing.", names = names.join(" or ")),
        ));
        if let Some((busy, _)) = &world.busy {
            words.push((
                Role::Wait,
                say!("Still at work: {busy}. It is not stopped by this.", busy),
            ));
        } else if !view.pending.is_empty() {
            let count = view.pending.len();
            words.push((Role::Text, say!("To sign afterwards: {count}.", count)));
        }
        words
    }
}

/// The custodians who are present: k of them opened the vault, so there always are.
fn custodians(world: &World) -> Choices {
    let people = world.view.iter().flat_map(|v| v.people.iter());
    let custodians = people.filter(|p| p.role == "custodian" && p.present);
    Choices::new(
        custodians
            .map(|p| Entry::new(&p.name, &p.name, tr("custodian")))
            .collect(),
    )
}

impl Screen for Locked {
    fn name(&self) -> &'static str {
        "Locked"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let place = match &self.stage {
            Stage::Blank | Stage::Leaving => String::new(),
            Stage::Who => tr("who is here?").into(),
            Stage::Type(form) | Stage::Checking(form) => form.person.clone(),
        };
        vec![tr("Locked").into(), place]
    }

    fn footing(&self, world: &World) -> Footing {
        let (acts, enter) = match &self.stage {
            Stage::Blank if world.view.is_none() => (
                tr("whoever goes on").to_owned(),
                tr("brings the screen back").to_owned(),
            ),
            Stage::Blank => (
                tr("one custodian who is here").into(),
                tr("asks for one passphrase; nothing is signed by it").into(),
            ),
            Stage::Leaving => (
                tr("whoever is at the keyboard").into(),
                tr("stays, locked").into(),
            ),
            Stage::Who => (
                tr("one custodian who is here").into(),
                tr("goes on to this custodian's passphrase").into(),
            ),
            Stage::Type(form) | Stage::Checking(form) => (
                called(&form.person),
                form.enter_says(
                    &Reading::default(),
                    tr("brings the screen back; nothing is signed by it").into(),
                ),
            ),
        };
        let so_far = if world.view.is_some() {
            tr("nothing was lost; the vault is open, its view is hidden")
        } else {
            tr("nothing was lost; no vault is open")
        };
        Footing {
            acts,
            enter,
            so_far: so_far.into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = match &self.stage {
            Stage::Blank => vec![Offer::word(Verb::Enter, tr("go on"))],
            Stage::Leaving => vec![
                Offer::word(Verb::Enter, tr("stay")),
                Offer::word(Verb::Back, tr("stay")),
            ],
            Stage::Who => {
                let mut offers = keys::finds();
                offers.extend([Offer::plain(Verb::Enter), Offer::plain(Verb::Back)]);
                offers
            }
            Stage::Type(form) => {
                let mut offers = vec![Offer::word(Verb::Enter, tr("unlock"))];
                offers.extend(form.offers());
                offers.push(Offer::plain(Verb::Back));
                offers
            }
            Stage::Checking(_) => Vec::new(),
        };
        offers.push(Offer::word(Verb::Leave, tr("leave keymoot")));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &["Nothing was lost. One custodian's passphrase brings the screen back."]
    }

    fn typing(&self) -> bool {
        matches!(&self.stage, Stage::Type(form) if form.typing())
    }

    fn secret(&self) -> bool {
        matches!(&self.stage, Stage::Type(form) if form.secret())
    }

    fn wipe(&mut self, _world: &World) -> Option<Order> {
        self.turn(Stage::Blank);
        None
    }

    fn question(&self) -> u64 {
        self.turned
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(6).min(74);
        let mut y = canvas.height() / 6;
        match &self.stage {
            Stage::Blank => {
                for (role, text) in self.words(world) {
                    y = y
                        .saturating_add(canvas.paragraph(3, y, width, role, &text))
                        .saturating_add(1);
                }
            }
            Stage::Leaving => {
                let text = if world.keeps_nothing() {
                    tr(
                        "Enter stays, locked. Ctrl-C again leaves keymoot: this is a rehearsal, and its vault and \
                         everything in it is gone then.",
                    )
                } else {
                    tr(
                        "Enter stays, locked. Ctrl-C again leaves keymoot: the vault is closed, and what is saved \
                         stays saved.",
                    )
                };
                canvas.paragraph(3, y, width, Role::Title, text);
            }
            Stage::Who => {
                canvas.put(3, y, Role::Wait, tr("Which custodian is here?"));
                let rows = cells(self.people.entries.len());
                canvas.within(2, y.saturating_add(1), width, rows, |c| {
                    self.people.draw(c, true);
                });
            }
            Stage::Type(form) | Stage::Checking(form) => {
                let words = say!(
                    "{called} brings the screen back:",
                    called = called(&form.person)
                );
                canvas.put(3, y, Role::Wait, &words);
                canvas.within(3, y.saturating_add(2), width, 9, |c| {
                    form.draw(c);
                });
            }
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match (verb, &mut self.stage) {
            (Verb::Leave, Stage::Leaving) => return Reaction::one(Step::Quit),
            (Verb::Leave, _) => self.turn(Stage::Leaving),
            (Verb::Enter, _) => return self.enter(world),
            (Verb::Back, _) => self.turn(Stage::Blank),
            (other, Stage::Who) => self.people.moved(other),
            (other, Stage::Type(form)) => form.verb(other),
            _ => {}
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, world: &World) -> Reaction {
        match &mut self.stage {
            // Any key goes on from the blank page; what it would have typed is not taken.
            Stage::Blank => return self.go_on(world),
            Stage::Leaving => self.turn(Stage::Blank),
            Stage::Type(form) => form.key(&key),
            Stage::Who => self.people.letter(&key),
            Stage::Checking(_) => {}
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Stage::Type(form) = &mut self.stage {
            form.paste(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, world: &World) -> Option<Reaction> {
        match news {
            News::Locked => Some(Reaction::none()),
            News::Recognised => Some(Reaction::pop()),
            News::Unrecognised(text) => {
                match std::mem::replace(&mut self.stage, Stage::Blank) {
                    Stage::Checking(mut form) => {
                        form.complain(text);
                        self.turn(Stage::Type(form));
                    }
                    other => self.stage = other,
                }
                Some(Reaction::none())
            }
            _ => {
                // Whatever was under way has ended; who is here may have changed.
                if matches!(self.stage, Stage::Blank) {
                    self.people = custodians(world);
                }
                None
            }
        }
    }
}
