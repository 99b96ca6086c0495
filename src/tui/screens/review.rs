//! The review before anybody signs: the act in a sentence, its details, the service's request, and, where it
//! destroys, a phrase to type.

use crossterm::event::KeyEvent;

use super::ask::Ask;
use super::page::Page;
use super::wizard;
use crate::session::field::Footing;
use crate::session::{PendingView, op};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::keys::{Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::widgets::text::{BLANK, TextField};
use crate::tui::world::World;

/// Columns of the service's request below which it is not worth showing.
const REQUEST: u16 = 40;

/// The review of a draft.
pub(crate) struct Review {
    draft: Draft,
    pending: PendingView,
    request: String,
    /// How many screens under this one belong to the wizard.
    beneath: usize,
    phrase: TextField,
    /// Letters that were typed there and do not fit, until the word is whole or begun anew.
    refused: usize,
    reading: Reading,
    /// The steps of the wizard that led here, and its number among them.
    steps: Vec<wizard::Step>,
    number: Option<(usize, usize)>,
}

impl Review {
    /// A review; `beneath` wizard screens go when the act was asked.
    pub(crate) fn new(draft: Draft, pending: PendingView, request: &str, beneath: usize) -> Self {
        Self {
            draft,
            pending,
            request: request.to_owned(),
            beneath,
            phrase: TextField::default(),
            refused: 0,
            reading: Reading::default(),
            steps: Vec::new(),
            number: None,
        }
    }

    /// Behind the steps of its wizard, as number so and so of all.
    pub(crate) fn behind(
        mut self,
        steps: Vec<wizard::Step>,
        number: impl Into<Option<(usize, usize)>>,
    ) -> Self {
        self.steps = steps;
        self.number = number.into();
        self
    }

    /// Whether the typed phrase, where one is needed, is there.
    fn armed(&self) -> bool {
        self.pending
            .phrase
            .is_none_or(|phrase| self.phrase.value().trim() == phrase)
    }

    /// What is said of letters that do not fit the word: nobody takes the keyboard for dead.
    fn not_taken(&self) -> Option<String> {
        let phrase = self.pending.phrase.filter(|_| !self.armed())?;
        match self.refused {
            0 => None,
            1 => Some(say!(
                "1 letter was not taken: the word is {phrase}, in small letters",
                phrase
            )),
            n => Some(say!(
                "{n} letters were not taken: the word is {phrase}, in small letters",
                n,
                phrase
            )),
        }
    }

    fn lines(&self, world: &World) -> Vec<Line> {
        let mut lines = lines::of_details(&self.pending.told(world.now()));
        if let Some(folder) = &self.draft.out {
            // Whole: nobody here sees in which folder keymoot was started.
            let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
            lines.push(Line::new(tr("folder"), folder.display().to_string()));
        }
        let signers = match self.pending.required {
            1 => tr("1 custodian signs after whoever asks").to_owned(),
            n => say!("{n} custodians sign after whoever asks", n),
        };
        lines.push(Line::new(tr("approvals"), signers).role(Role::Wait));
        let returning = world.view.as_ref().and_then(|view| view.returning.as_ref());
        if let Some(beside) = returning.and_then(|returning| returning.beside.as_ref()) {
            let words = say!(
                "{beside} stays open beside it with what waits there; Esc goes to the answers, and from there back to it. It is closed once the copy is a vault",
                beside
            );
            lines.push(Line::new(tr("meanwhile"), words));
        }
        lines
    }

    /// The request to the letter; it can be written to a file there, and not here: letters of a passphrase that are
    /// typed one page too early do nothing on a page without a field.
    fn exact(&self) -> Reaction {
        let label = self
            .draft
            .answers
            .texts
            .get("label")
            .or(self.draft.answers.texts.get("key"));
        let word = label.map_or("request", |l| l.rsplit('/').next().unwrap_or(l));
        let name: String = word
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '-' })
            .collect();
        let page = Page::new(
            &[tr("Exact request"), &self.pending.name],
            self.request.clone(),
            tr("nothing was asked; this is what the service would be sent"),
        );
        Reaction::push(page.request(format!("{}-{name}.json", self.draft.op)))
    }

    /// The act, and where there is room the request beside it.
    fn page(&self, world: &World, left: u16, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        canvas.within(0, 0, left, height, |c| {
            let room = c.width().saturating_sub(3);
            let y = c
                .paragraph(2, 0, room, Role::Title, &self.pending.sentence)
                .saturating_add(1);
            let end = if self.pending.phrase.is_some() {
                height.saturating_sub(4)
            } else {
                height
            };
            let lines = self.lines(world);
            let y =
                lines::draw(c, (y, end), 15, &lines, Rest::Below(&self.reading)).saturating_add(1);
            if left == width && self.pending.phrase.is_none() && y < height {
                c.put(
                    2,
                    y,
                    Role::Muted,
                    tr("F2 shows the request to the letter; there w writes it to a file."),
                );
            }
            if let Some(words) = self.pending.warning() {
                c.put(2, y, Role::Stop, &words);
                c.put(2, y.saturating_add(1), Role::Focus, "►");
                if self.phrase.value().is_empty() {
                    c.put(4, y.saturating_add(1), Role::Muted, BLANK);
                }
                self.phrase.draw(c, 4, y.saturating_add(1), 40, true);
                if let Some(words) = self.not_taken() {
                    c.put(2, y.saturating_add(2), Role::Note, &words);
                }
            }
        });
        if left < width {
            canvas.column(left, 0, height);
            canvas.within(left.saturating_add(1), 0, width, height, |c| {
                self.draw_request(c);
            });
        }
    }

    fn draw_request(&self, canvas: &mut Canvas<'_>) {
        canvas.put(2, 0, Role::Muted, tr("Request to the service"));
        let (width, height) = (canvas.width(), canvas.height());
        let lines = crate::tui::canvas::wrap(&self.request, usize::from(width.saturating_sub(3)));
        let rows = usize::from(height.saturating_sub(1));
        for (n, line) in lines.iter().take(rows).enumerate() {
            canvas.put(
                2,
                crate::tui::canvas::cells(n.saturating_add(1)),
                Role::Text,
                line,
            );
        }
        if lines.len() > rows {
            let last = height.saturating_sub(1);
            canvas.put(
                2,
                last,
                Role::Muted,
                &format!(
                    "{:1$}",
                    tr(".. F2 shows all of it; w writes it there"),
                    usize::from(width)
                ),
            );
        }
    }
}

impl Screen for Review {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let of = say!(
            "digest of the act: {sentence}",
            sentence = self.pending.sentence
        );
        Some(Digest::sha256(of, self.pending.digest.clone()))
    }

    fn name(&self) -> &'static str {
        "Review"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let answer = |id: &str| self.draft.answers.texts.get(id).map(String::as_str);
        let title = op::as_asked(self.draft.op, answer).map_or("", |op| tr(op.title));
        let review = match self.number {
            Some((at, of)) => say!("{at} of {of}: review", at, of),
            None => tr("review").to_owned(),
        };
        vec![title.to_owned(), review]
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match (self.armed(), self.pending.phrase) {
            (false, Some(phrase)) => say!("is off until you have typed the word {phrase}", phrase),
            _ => self.reading.or_first(
                tr("goes on to the signature of whoever asks; then custodians sign").to_owned(),
            ),
        };
        Footing {
            acts: wizard::acts(world),
            enter,
            so_far: tr("nothing was asked, nothing has changed, nothing left this machine").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let enter = Offer::word(Verb::Enter, tr("ask"));
        let mut offers = vec![
            if self.armed() {
                self.reading.enter(tr("ask"))
            } else {
                enter.off_because(tr("the word is not typed yet"))
            },
            Offer::plain(Verb::Exact),
            Offer::word(Verb::Back, tr("change")),
        ];
        offers.extend(Reading::offers());
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "This is the last look before signatures are asked for. The act was checked as the door will check it: what could be refused without opening a secret would have been refused by now.",
            "F2 shows the request of the service to the letter. It can be written to a file and compared elsewhere.",
            "Back keeps every answer.",
        ]
    }

    fn typing(&self) -> bool {
        self.pending.phrase.is_some()
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        let left = if world.wide() { width / 2 } else { width };
        // The act keeps its half: the steps take their columns from the request, which F2 shows whole.
        let request = width.saturating_sub(left).saturating_sub(wizard::RAIL);
        if self.steps.is_empty() || request < REQUEST {
            return self.page(world, left, canvas);
        }
        let here = (self.steps.len(), self.pending.required);
        wizard::beside(canvas, &self.steps, here, |c| self.page(world, left, c));
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if self.reading.moved(verb) || (self.armed() && self.reading.first(verb)) {
            return Reaction::none();
        }
        match verb {
            Verb::Enter if self.armed() => {
                let beneath = self.beneath.saturating_add(1);
                Reaction::push(Ask::new(self.draft.clone(), &self.pending, beneath, world))
            }
            Verb::Exact => self.exact(),
            Verb::Back => Reaction::pop(),
            _ => Reaction::none(),
        }
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        let Some(phrase) = self.pending.phrase else {
            return Reaction::none();
        };
        let before = self.phrase.value().to_owned();
        self.phrase.key(&key);
        if phrase.starts_with(self.phrase.value()) {
            if self.phrase.value().is_empty() {
                self.refused = 0;
            }
            return Reaction::none();
        }
        // A passphrase that is typed one page too early is not drawn.
        self.phrase.set(&before);
        self.refused = self.refused.saturating_add(1);
        let words = say!(
            "Only the word {phrase} is typed here. Passphrases are asked for on the next page.",
            phrase
        );
        Reaction::notice(Role::Note, words)
    }
}
