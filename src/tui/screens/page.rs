//! A page of text to read: the exact request, word for word, scrolled.

use std::path::Path;

use super::save::Save;
use crate::evidence::report::{self, Format, RunReport};
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::world::World;

/// A text with a title.
pub(crate) struct Page {
    titles: Vec<String>,
    text: String,
    so_far: String,
    top: usize,
    /// The SHA-256 that the page is about, where it says several.
    digest: Option<String>,
    /// The name that is proposed for its file, where it is a request.
    request: Option<String>,
    /// The report that it shows, and the file name that is proposed for it.
    report: Option<(String, Box<RunReport>)>,
}

impl Page {
    /// A page.
    pub(crate) fn new(titles: &[&str], text: String, so_far: &str) -> Self {
        Self {
            titles: titles.iter().map(|t| (*t).to_owned()).collect(),
            text,
            so_far: so_far.to_owned(),
            top: 0,
            digest: None,
            request: None,
            report: None,
        }
    }

    /// A report, which can be written to a file.
    pub(crate) fn report(run: Box<RunReport>, proposal: String) -> Self {
        let so_far = tr("the report as play --out writes it; ink lines at its end");
        let page = Self::new(&["Evidence", "report"], report::text(&run), so_far);
        Self {
            report: Some((proposal, run)),
            ..page
        }
    }

    /// The text is a request, which can be written to a file of this name.
    pub(crate) fn request(mut self, proposal: String) -> Self {
        self.request = Some(proposal);
        self
    }

    /// The page is about this SHA-256.
    pub(crate) fn about(mut self, digest: &str) -> Self {
        self.digest = Some(digest.to_owned());
        self
    }
}

/// Asks where a report goes; its form follows the end of the file's name.
fn written(proposal: &str, run: Box<RunReport>) -> Save {
    let make = move |path: &Path| {
        let form = Format::of(path);
        Ok((form.draw(&run).into_bytes(), form.words().to_owned()))
    };
    Save::made(
        tr("Evidence: write the report"),
        proposal,
        report::FORMS,
        Box::new(make),
    )
}

impl Screen for Page {
    fn digest(&self, _world: &World) -> Option<Digest> {
        let said = self.digest.clone();
        let digest = said.or_else(|| super::code::found(self.text.lines()))?;
        Some(Digest::sha256(self.titles.join(", "), digest))
    }

    fn name(&self) -> &'static str {
        "Page"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        self.titles.clone()
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("nobody: reading needs no approval").into(),
            enter: tr("back to where you were").into(),
            so_far: self.so_far.clone(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        if self.report.is_some() || self.request.is_some() {
            offers.push(Offer::word(Verb::Write, tr("to a file")));
        }
        offers.extend([
            Offer::word(Verb::Enter, tr("back")),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        if self.report.is_some() {
            return &[
                "The report of the run, page by page. Arrow keys and PgDn move in it.",
                "w writes it to a new file: as text, or as Markdown or HTML where the name ends so. The report in ink is the text, printed and signed.",
            ];
        }
        &["The text is what is signed or sent, to the letter. Arrow keys and PgDn move in it."]
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let lines = wrap(&self.text, usize::from(canvas.width().saturating_sub(3)));
        let mut height = usize::from(canvas.height());
        if lines.len() > height {
            // The counter has a row of its own.
            height = height.saturating_sub(1);
        }
        let top = self.top.min(lines.len().saturating_sub(height));
        for (y, line) in lines.iter().skip(top).take(height).enumerate() {
            canvas.put(1, cells(y), Role::Text, line);
        }
        if lines.len() > height {
            let shown = lines.len().min(top.saturating_add(height));
            let word = say!(" {shown} of {lines} lines ", shown, lines = lines.len());
            canvas.put_right(canvas.width(), cells(height), Role::Muted, &word);
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if let (Verb::Write, Some((proposal, run))) = (verb, &self.report) {
            return Reaction::push(written(proposal, run.clone()));
        }
        if let (Verb::Write, Some(proposal)) = (verb, &self.request) {
            let bytes = format!("{}\n", self.text).into_bytes();
            return Reaction::push(Save::new(
                tr("Write the request to a file"),
                proposal,
                bytes,
            ));
        }
        let page = usize::from(world.size.1.saturating_sub(8)).max(1);
        let width = usize::from(world.size.0.saturating_sub(3)).max(1);
        let last = wrap(&self.text, width).len().saturating_sub(page);
        self.top = match verb {
            Verb::Enter | Verb::Back => return Reaction::pop(),
            Verb::Down => self.top.saturating_add(1),
            Verb::Up => self.top.saturating_sub(1),
            Verb::PageDown => self.top.saturating_add(page),
            Verb::PageUp => self.top.saturating_sub(page),
            Verb::First => 0,
            Verb::Last => last,
            _ => self.top,
        }
        .min(last);
        Reaction::none()
    }
}
