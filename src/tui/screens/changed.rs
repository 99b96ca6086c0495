//! What a change of people or shares came to, and the papers that people take away: forms and the witness card.

use std::path::PathBuf;

use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::session::{self, changing};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

/// What the page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// A change that was just done.
    Change,
    /// Forms and witness card of the people of now: they were left out before, or are wanted again.
    Papers,
    /// The witness card of the present state alone.
    Card,
}

/// What a change came to, and its papers; or papers alone.
pub(crate) struct Changed {
    about: About,
    head: &'static str,
    /// Whether it changed nothing.
    stands: bool,
    lines: Vec<String>,
    /// Where enrolment forms and the witness card go, after a rotation or the making of a recovery set.
    folder: Option<TextField>,
    said: Option<(Role, String)>,
}

impl Changed {
    /// The end of a change.
    pub(crate) fn new(changed: &session::Changed) -> Self {
        let papers = matches!(
            changed,
            changing::Changed::Rotated(_) | changing::Changed::Recovery(_)
        );
        Self {
            about: About::Change,
            head: changed.heading(),
            stands: matches!(changed, changing::Changed::Stands),
            lines: changed.told(),
            folder: papers.then(TextField::default),
            said: None,
        }
    }

    /// The papers of the people of now alone.
    pub(crate) fn papers() -> Self {
        Self::asking(About::Papers)
    }

    /// The witness card alone, of the state that the vault has now.
    pub(crate) fn card() -> Self {
        Self::asking(About::Card)
    }

    fn asking(about: About) -> Self {
        Self {
            about,
            head: "",
            stands: false,
            lines: Vec::new(),
            folder: Some(TextField::default()),
            said: None,
        }
    }

    /// What stands above.
    fn head(&self) -> &'static str {
        match self.about {
            About::Change => self.head,
            About::Papers => {
                tr("Enrolment forms and witness card of the people of now, and policy.json.")
            }
            About::Card => tr("The witness card. It is asked for at the next opening."),
        }
    }

    /// What is asked for.
    /// Rows that the question and what was said of it take, with the blank one above.
    fn beneath(&self, width: u16) -> u16 {
        let rows = |text: &str| cells(wrap(text, usize::from(width)).len());
        let asked = self
            .folder
            .as_ref()
            .map_or(0, |_| rows(self.question()).saturating_add(2));
        let said = self.said.as_ref().map_or(0, |(_, text)| rows(text));
        asked.saturating_add(said).saturating_add(1)
    }

    fn question(&self) -> &'static str {
        match self.about {
            About::Card => {
                tr("Folder for the card; by hand the witness copies sequence number and words:")
            }
            _ => {
                tr("Folder for the enrolment forms, to be signed in ink, and the new witness card:")
            }
        }
    }
}

/// The state and its six words, as the witness copies them.
pub(super) fn card_lines(world: &World) -> Option<[String; 2]> {
    world.view.as_deref().map(session::View::card_lines)
}

impl Screen for Changed {
    fn name(&self) -> &'static str {
        "Done"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        match self.about {
            About::Change => vec![tr("Custodians").into(), tr("done").into()],
            About::Papers => vec![tr("Custodians").into(), tr("papers").into()],
            About::Card => vec![tr("Witness card").into()],
        }
    }

    fn footing(&self, _world: &World) -> Footing {
        let typed = self.folder.as_ref().map(|folder| folder.value().trim());
        let enter = match (self.about, typed) {
            (_, Some("")) => tr("nothing yet: this field is still empty"),
            (About::Card, Some(_)) => tr("writes the card into that folder"),
            (_, Some(_)) => {
                tr("writes enrolment forms, witness card and policy.json into that folder")
            }
            (About::Card, None) => tr("back to where you were"),
            (_, None) => tr("back to the people"),
        };
        let so_far = match (self.about, typed) {
            (About::Change, _) if self.stands => tr("nothing has changed"),
            (About::Change, _) => tr("it is done, saved and in the audit log"),
            (_, Some(_)) => tr("nothing is written yet; nothing in the vault is changed"),
            (_, None) => tr("written; nothing in the vault was changed"),
        };
        Footing {
            acts: tr("everybody").into(),
            enter: enter.into(),
            so_far: so_far.into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let enter = if self.folder.is_some() {
            tr("write")
        } else {
            tr("back")
        };
        vec![
            Offer::word(Verb::Enter, enter),
            Offer::word(Verb::Back, tr("back")),
        ]
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Papers can be written as often as wanted, each time into a folder of their own: nothing is overwritten. Writing them changes nothing in the vault.",
            "The witness card has the sequence number of this state and six words that stand for it and for all that led to it. An older copy of the vault cannot know them. Every act that changes the vault changes the words.",
        ]
    }

    fn typing(&self) -> bool {
        self.folder.is_some()
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width().saturating_sub(4);
        let role = match self.about {
            About::Change => Role::Ok,
            _ => Role::Title,
        };
        canvas.put(2, 0, role, self.head());
        let mut y: u16 = 2;
        for line in card_lines(world)
            .into_iter()
            .flatten()
            .filter(|_| self.about == About::Card)
        {
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Text, &line));
        }
        // What to do now is read whole; what was done is on record, and gives its rows for it.
        let room = canvas.height().saturating_sub(self.beneath(width));
        for line in &self.lines {
            let rows = cells(wrap(line, usize::from(width)).len());
            if y.saturating_add(rows) > room {
                break;
            }
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Text, line));
        }
        y = y.saturating_add(1);
        if let Some(folder) = &self.folder {
            y = y.saturating_add(canvas.paragraph(2, y, width, Role::Title, self.question()));
            canvas.put(2, y, Role::Focus, "►");
            folder.draw(canvas, 4, y, width.saturating_sub(2), true);
            y = y.saturating_add(cells(2));
        }
        if let Some((role, text)) = &self.said {
            canvas.paragraph(2, y, width, *role, text);
        }
    }

    fn verb(&mut self, verb: Verb, _world: &World) -> Reaction {
        match (verb, &self.folder) {
            (Verb::Enter, Some(folder)) if !folder.value().trim().is_empty() => {
                let folder = PathBuf::from(folder.value().trim());
                Reaction::order(match self.about {
                    About::Card => Order::Card(folder),
                    _ => Order::Papers(folder),
                })
            }
            (Verb::Enter, Some(_)) => Reaction::notice(
                Role::Note,
                tr("name a folder for the papers first; Esc goes back without them"),
            ),
            (Verb::Enter | Verb::Back, _) => Reaction::pop(),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if let Some(folder) = &mut self.folder {
            folder.path_key(&key);
        }
        Reaction::none()
    }

    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(folder) = &mut self.folder {
            folder.insert_path(text);
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        match news {
            News::Saved(folder) => {
                self.folder = None;
                let folder = folder.display();
                let text = if self.about == About::Card {
                    say!(
                        "ok    Written to {folder}. Print it; the witness keeps it.",
                        folder
                    )
                } else {
                    let written = say!(
                        "ok    Written to {folder}. Print them, sign them in ink.",
                        folder
                    );
                    format!(
                        "{written} {beside}",
                        beside = session::envelopes::policy_beside()
                    )
                };
                self.said = Some((Role::Ok, text));
            }
            News::Refused(text) => self.said = Some((Role::Stop, format!("STOP  {text}"))),
            _ => return None,
        }
        Some(Reaction::none())
    }
}
