//! One field of a form: how it is drawn, and how many rows that takes.

use super::{Input, Line};
use crate::session::field::NOTHING_TYPED;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::hex;

/// What stands where nothing is typed yet.
const BLANK: &str = "________________________";

/// What stands there after an Enter too many: it takes no row from the fields below, and no hint away.
const NOTHING: &str = "Nothing is typed here yet";

/// Rows that a list of choices takes at most.
const MOST_CHOICES: u16 = 8;

impl Line {
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        top: u16,
        beside: u16,
        focused: bool,
        brief: bool,
    ) -> u16 {
        let width = canvas.width();
        let mut y = top;
        let label_role = if focused { Role::Title } else { Role::Muted };
        if !matches!(self.input, Input::Confirm) {
            let marker = if focused { "►" } else { " " };
            canvas.put(0, y, Role::Focus, marker);
            canvas.put(2, y, label_role, tr(self.asked.field.label));
        }
        let room = width.saturating_sub(beside);
        match &self.input {
            Input::Text(field) => {
                if field.value().is_empty() {
                    let optional = self.asked.field.optional && !focused;
                    self.draw_blank(canvas, (beside, y, room), optional);
                }
                field.draw(canvas, beside, y, room, focused);
                y += 1;
                if let Some((role, words)) = self.hex_standing(focused) {
                    canvas.put_cut(beside, y, room, role, &words);
                    y += 1;
                }
            }
            Input::Masked(field) => {
                if field.is_blank() {
                    self.draw_blank(canvas, (beside, y, room), false);
                }
                field.draw(canvas, beside, y, room, focused);
                y += 1;
            }
            Input::Component(field) => {
                field.draw(canvas, beside, y, focused);
                y += field.rows(focused);
            }
            Input::Choice(choices) if focused => {
                y += 1;
                let rows = choices.rows(width, MOST_CHOICES);
                canvas.within(0, y, width, rows, |c| choices.draw(c, true));
                y += rows;
            }
            Input::Choice(choices) => {
                let label = choices.chosen().map_or("", |e| e.label.as_str());
                canvas.put_cut(beside, y, room, Role::Text, label);
                y += 1;
            }
            Input::Confirm => {}
        }
        if focused {
            y = self.draw_hint(canvas, y, brief);
        }
        if let Some(error) = self.error_line() {
            y += canvas.paragraph(2, y, width.saturating_sub(3), Role::Stop, &error);
        }
        y
    }

    /// What stands where nothing is typed.
    fn draw_blank(&self, canvas: &mut Canvas<'_>, (x, y, room): (u16, u16, u16), optional: bool) {
        match (self.waits, optional) {
            (true, _) => canvas.put_cut(x, y, room, Role::Note, tr(NOTHING)),
            (false, true) => canvas.put(x, y, Role::Muted, tr("(optional)")),
            (false, false) => canvas.put(x, y, Role::Muted, BLANK),
        };
    }

    /// As many rows as [`Line::draw`] takes.
    pub(super) fn rows(&self, width: u16, focused: bool, brief: bool) -> u16 {
        let room = usize::from(width.saturating_sub(3));
        let input = match &self.input {
            Input::Confirm => 0,
            Input::Component(field) => field.rows(focused),
            Input::Choice(choices) if focused => {
                choices.rows(width, MOST_CHOICES).saturating_add(1)
            }
            _ => 1 + u16::from(self.hex_standing(focused).is_some()),
        };
        let mut texts = Vec::new();
        if focused {
            texts.extend(self.hint_lines(brief));
        }
        texts.extend(self.error_line());
        texts.iter().fold(input, |rows, text| {
            rows.saturating_add(cells(wrap(text, room).len()))
        })
    }

    /// How far a number in hex digits is. A practice answer may be a word, and needs no counting.
    fn hex_standing(&self, focused: bool) -> Option<(Role, String)> {
        let Input::Text(field) = &self.input else {
            return None;
        };
        let practised = self.asked.practice.as_deref() == Some(field.value());
        let counted = focused && !practised;
        counted
            .then(|| hex::standing(self.asked.field.kind, field.value()))
            .flatten()
    }

    /// Whether the hint is drawn: why a secret was refused says more, and takes its rows.
    fn hints(&self, brief: bool) -> bool {
        let refused = self.error.is_some() && self.asked.field.secret();
        !self.asked.field.hint.is_empty() && !brief && !refused
    }

    fn hint_lines(&self, brief: bool) -> Vec<String> {
        let mut lines = Vec::new();
        // A component's grid has no room for words: they take the rows of the hint.
        if self.nudged() {
            lines.push(NOTHING_TYPED.to_owned());
        } else if self.hints(brief) {
            lines.push(tr(self.asked.field.hint).to_owned());
        }
        if let Some(practice) = self.practice() {
            lines.push(say!("practice answer (F5): {practice}", practice));
        }
        lines
    }

    /// The practice answer as it is typed: a component in its groups of four.
    fn practice(&self) -> Option<String> {
        let practice = self.asked.practice.as_ref()?;
        match &self.input {
            Input::Confirm => None,
            Input::Component(_) => Some(grouped(practice)),
            _ => Some(practice.clone()),
        }
    }

    /// Whether an Enter too many came at a component.
    const fn nudged(&self) -> bool {
        self.waits && matches!(self.input, Input::Component(_))
    }

    fn error_line(&self) -> Option<String> {
        self.error.as_ref().map(|error| format!("STOP  {error}"))
    }

    fn draw_hint(&self, canvas: &mut Canvas<'_>, top: u16, brief: bool) -> u16 {
        let width = canvas.width().saturating_sub(3);
        let mut y = top;
        for (n, line) in self.hint_lines(brief).iter().enumerate() {
            let practice = n > 0 || !self.hints(brief);
            let role = if practice || self.nudged() {
                Role::Note
            } else {
                Role::Muted
            };
            y += canvas.paragraph(2, y, width, role, line);
        }
        y
    }
}

/// `TEST:3B577FB3` as `3B57 7FB3`: the mark is the script's, and nobody types it.
fn grouped(practice: &str) -> String {
    let digits = practice.rsplit(':').next().unwrap_or_default();
    if digits.chars().any(|c| !c.is_ascii_hexdigit()) {
        // A word of the script: the second reading is the first.
        return tr("the same once more").to_owned();
    }
    let digits: Vec<char> = digits.chars().collect();
    let groups = digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}
