//! The pages as they are drawn: the steps, the questions, the review, the papers.

use super::{Init, Media, Page};
use crate::session::Profile;
use crate::session::field::Footing;
use crate::session::founding;
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line, Rest};
use crate::tui::widgets::rail::{Stage, Stop};
use crate::tui::world::World;

/// What it means that people go on with a machine that is not fit.
const ON_RECORD: &str =
    "Going on is recorded: the vault's log names networks that are up, and swap.";

impl Init {
    /// Who acts on this page, what Enter does, what has happened.
    pub(super) fn said(&self, world: &World) -> Footing {
        let next = Page::ALL
            .get(self.neighbour(true).place())
            .map_or("", |(_, t)| tr(t));
        let nothing = tr("nothing is written yet; no vault exists").to_owned();
        let (acts, enter, so_far) = match self.page {
            Page::Review => (
                tr("everybody: read it together").into(),
                self.reading.or_first(if self.unfit(world).is_some() {
                    tr("goes on although this machine is not fit: calls the first person").into()
                } else {
                    tr("calls the first person to the keyboard, alone").into()
                }),
                nothing,
            ),
            Page::People => match self.person() {
                Some(person) => {
                    return self
                        .words
                        .footing(person, self.ready.len(), self.people.len());
                }
                None => (String::new(), String::new(), nothing),
            },
            Page::Making => (
                tr("nobody").into(),
                tr("is off while the vault is made").into(),
                tr("the vault is being written; if this fails, the folder stays empty").into(),
            ),
            Page::Envelopes => match &self.media {
                Some(media) => return media.footing(),
                None => (String::new(), String::new(), String::new()),
            },
            Page::Papers => (
                tr("everybody: sign the forms").into(),
                self.reading
                    .or_first(tr("goes to the vault's home").to_owned()),
                tr("the vault is open; nobody is shown the words again").into(),
            ),
            _ => {
                let next = say!("keeps this and goes on to \"{next}\"", next);
                (
                    tr("whoever sets this vault up").into(),
                    self.form().map_or(next.clone(), |form| {
                        form.enter_says_of_all(self.against().is_some(), &next)
                    }),
                    nothing,
                )
            }
        };
        Footing {
            acts,
            enter,
            so_far,
        }
    }

    /// Why this machine is not fit for a vault in production, as far as it was looked at.
    fn unfit(&self, world: &World) -> Option<String> {
        if self.chosen_profile() != Profile::Production {
            return None;
        }
        let stop = world
            .doctor
            .iter()
            .find(|(_, verdict, _)| verdict == "STOP");
        match stop {
            Some((label, verdict, line)) => Some(format!("{verdict}  {label}: {line}")),
            None if world.network == "ONLINE" => Some(
                tr("STOP  network up: take the cables out and switch radios off first").to_owned(),
            ),
            None => None,
        }
    }

    /// What is to be made, and what everybody signs by typing their words back: read to its end before anybody is called.
    pub(super) fn draw_review(&self, world: &World, canvas: &mut Canvas<'_>) {
        let plan = self.plan();
        let gap = || Line::across(Role::Text, "");
        let mut lines = vec![Line::across(Role::Title, founding::REVIEW), gap()];
        // Before anybody's words are shown, and not on Home after them.
        if let Some(unfit) = self.unfit(world) {
            lines.push(Line::new(tr("Machine"), unfit).role(Role::Stop));
            lines.push(Line::new("", tr(ON_RECORD)).role(Role::Note));
        }
        for (label, text) in plan.review() {
            // A name alone does not say on which stick the vault will lie.
            let whole = (label == tr("Folder")).then(|| {
                let folder = world.folder.join(&text);
                // `././acme.vault` is the same folder, and makes people look twice.
                folder
                    .components()
                    .collect::<std::path::PathBuf>()
                    .display()
                    .to_string()
            });
            lines.push(Line::new(label, whole.unwrap_or(text)));
        }
        lines.extend([gap(), Line::across(Role::Note, plan.next())]);
        let below = (0, canvas.height());
        lines::draw(canvas, below, 10, &lines, Rest::Below(&self.reading));
    }

    /// What the making left, and the card, which is copied by hand: read page by page where it is longer than the page.
    pub(super) fn draw_papers(&self, canvas: &mut Canvas<'_>) {
        let Some(papers) = &self.papers else { return };
        let gap = || Line::across(Role::Text, "");
        let mut lines = vec![Line::across(Role::Ok, founding::MADE)];
        if let Some(trouble) = &papers.trouble {
            lines.push(Line::across(Role::Stop, format!("STOP  {trouble}")));
        }
        let written = papers.written();
        lines.extend(written.map(|text| Line::across(Role::Text, text)));
        if self.chosen_profile() == Profile::Production {
            let held = self.media.as_ref().map(|m| m.envelopes.all_held());
            let held = held.unwrap_or_default();
            let words = say!(
                "{held} This vault exists once: b on the next screen makes a second copy.",
                held
            );
            lines.push(Line::across(Role::Note, words));
        }
        lines.push(Line::across(Role::Muted, papers.names()));
        lines.push(gap());
        let card = papers.card.trim_end().lines();
        lines.extend(card.map(|line| Line::across(Role::Text, line)));
        lines::draw(
            canvas,
            (0, canvas.height()),
            12,
            &lines,
            Rest::Below(&self.reading),
        );
    }

    pub(super) fn rail(&self) -> Vec<Stop> {
        let at = self.page.place();
        Page::ALL
            .iter()
            .enumerate()
            .filter(|(_, (page, _))| self.asked(*page))
            .map(|(n, (page, title))| {
                let stage = match n.cmp(&at) {
                    std::cmp::Ordering::Less => Stage::Done,
                    std::cmp::Ordering::Equal => Stage::Now,
                    std::cmp::Ordering::Greater => Stage::Later,
                };
                let note = match page {
                    Page::Profile if n < at => self.chosen_profile().banner().to_owned(),
                    Page::Quorum if n < at => {
                        say!(
                            "{number} of {number_2}",
                            number = self.number("needed"),
                            number_2 = self.number("custodians")
                        )
                    }
                    Page::Envelopes if n == at => {
                        self.media.as_ref().map(Media::count).unwrap_or_default()
                    }
                    Page::People if n == at => say!(
                        "{ready} of {people}",
                        ready = self.ready.len().saturating_add(1).min(self.people.len()),
                        people = self.people.len()
                    ),
                    _ => String::new(),
                };
                Stop::new(tr(title), &note, stage)
            })
            .collect()
    }

    pub(super) fn draw_page(&self, canvas: &mut Canvas<'_>, world: &World) {
        let width = canvas.width();
        if let (Page::Envelopes, Some(media)) = (self.page, &self.media) {
            media.draw(canvas);
            return;
        }
        let mut y = 0;
        if let Some(form) = self.form() {
            y = form.draw(canvas).saturating_add(1);
        }
        match self.page {
            Page::Review => self.draw_review(world, canvas),
            Page::Making => {
                canvas.paragraph(
                    0,
                    0,
                    width,
                    Role::Wait,
                    &say!("wait  {founding}", founding = founding::MAKING),
                );
                y = 5;
            }
            _ => {}
        }
        if let Some(error) = &self.error {
            canvas.paragraph(0, y, width, Role::Stop, &format!("STOP  {error}"));
        }
    }
}
