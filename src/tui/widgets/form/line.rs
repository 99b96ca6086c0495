//! One field of a form: how it is drawn, and how many rows that takes.

use super::laid::{Help, Shape};
use super::{Input, Line};
use crate::session::asked::is_place;
use crate::session::field::{Kind, NOTHING_TYPED};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::hex;
use crate::tui::widgets::text::{BLANK, REPLACED_BELOW};

/// What stands where nothing is typed yet.
/// What stands there after an Enter too many: it takes no row from the fields below, and no hint away.
const NOTHING: &str = "Nothing is typed here yet";

impl Line {
    /// What stands before the input.
    pub(super) fn label(&self) -> &'static str {
        tr(self.asked.field.label)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, top: u16, shape: Shape) -> u16 {
        let Shape {
            focused,
            most,
            beside,
            ..
        } = shape;
        let width = canvas.width();
        let mut y = top;
        let label_role = if focused { Role::Title } else { Role::Muted };
        if !matches!(self.input, Input::Confirm) {
            let marker = if focused { "►" } else { " " };
            canvas.put(0, y, Role::Focus, marker);
            canvas.put(2, y, label_role, self.label());
        }
        let room = width.saturating_sub(beside);
        match &self.input {
            Input::Text(field) => {
                if field.value().is_empty() {
                    let optional = self.asked.field.optional && !focused;
                    self.draw_blank(canvas, (beside, y, room), optional);
                }
                if self.is_no_path_yet() {
                    field.draw_dots(canvas, (beside, y, room), focused);
                } else {
                    field.draw(canvas, beside, y, room, focused);
                }
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
                let rows = choices.rows(width, most);
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
        for (role, text) in self.told(shape, width) {
            y += canvas.paragraph(2, y, width.saturating_sub(3), role, &text);
        }
        y
    }

    /// What stands where nothing is typed.
    fn draw_blank(&self, canvas: &mut Canvas<'_>, (x, y, room): (u16, u16, u16), optional: bool) {
        let words = match &self.while_empty {
            _ if self.waits => None,
            words => words.as_deref(),
        };
        if let Some(words) = words {
            canvas.put_cut(x, y, room, Role::Muted, words);
            return;
        }
        match (self.waits, optional) {
            (true, _) => canvas.put_cut(x, y, room, Role::Note, tr(NOTHING)),
            (false, true) => canvas.put(x, y, Role::Muted, tr("(optional)")),
            (false, false) => canvas.put(x, y, Role::Muted, BLANK),
        };
    }

    /// As many rows as [`Line::draw`] takes.
    pub(super) fn rows(&self, width: u16, shape: Shape) -> u16 {
        let Shape { focused, most, .. } = shape;
        let room = usize::from(width.saturating_sub(3));
        let input = match &self.input {
            Input::Confirm => 0,
            Input::Component(field) => field.rows(focused),
            Input::Choice(choices) if focused => choices.rows(width, most).saturating_add(1),
            _ => 1 + u16::from(self.hex_standing(focused).is_some()),
        };
        let told = self.told(shape, width);
        told.iter().fold(input, |rows, (_, text)| {
            rows.saturating_add(cells(wrap(text, room).len()))
        })
    }

    /// Whether something came to be read here that was not there before. That nothing is typed yet stands in the field's own
    /// row, but for a component's.
    pub(super) const fn tells(&self) -> bool {
        self.nudged() || self.error.is_some()
    }

    /// What stands beneath the input. Why a secret was refused says more than the hint, and takes its place.
    fn told(&self, shape: Shape, width: u16) -> Vec<(Role, String)> {
        let mut told = Vec::new();
        let stop = self.error.as_ref().map(|error| format!("STOP  {error}"));
        let row = usize::from(width.saturating_sub(shape.beside).saturating_sub(1));
        let whole = self.whole(shape.focused, row);
        told.extend(whole.map(|typed| (Role::Text, typed)));
        told.extend(self.blank_whole(shape.focused, row));
        if shape.focused {
            let refused = stop.is_some() && self.asked.field.secret();
            let hint = tr(self.asked.field.hint);
            // A component's grid has no room for the words of an Enter too many: they take the rows of the hint.
            let hinted = shape.help == Help::All && !refused && !self.nudged();
            let replaced = match &self.input {
                Input::Text(field) if field.replaces_unsaid(width.saturating_sub(shape.beside)) => {
                    tr(REPLACED_BELOW)
                }
                _ => "",
            };
            let hint = [hint, replaced].join(" ").trim().to_owned();
            told.extend((hinted && !hint.is_empty()).then_some((Role::Muted, hint)));
            let practice = self.practice().filter(|_| shape.help != Help::None);
            if let Some(practice) = practice {
                told.push((
                    Role::Note,
                    say!("practice answer (F5): {practice}", practice),
                ));
            }
        }
        if self.nudged() {
            told.push((Role::Note, tr(NOTHING_TYPED).to_owned()));
        }
        told.extend(stop.map(|stop| (Role::Stop, stop)));
        told
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

    /// What is too long for the field's row, where it has to be seen whole: digits in groups, compared by reading aloud,
    /// and the path of a file or folder.
    fn whole(&self, focused: bool, row: usize) -> Option<String> {
        let Input::Text(field) = &self.input else {
            return None;
        };
        let typed = field.value();
        let long = typed.chars().count();
        if self.hex_standing(focused).is_some() {
            return (long > hex::SHORT).then(|| hex::aloud(typed));
        }
        let path = self.asked.field.kind == Kind::File || is_place(&self.asked.field);
        (focused && path && long > row).then(|| typed.to_owned())
    }

    /// What stands in the field while it is empty, where its row cuts it: whoever has to type one of the names reads them all.
    fn blank_whole(&self, focused: bool, row: usize) -> Option<(Role, String)> {
        let words = self
            .while_empty
            .as_ref()
            .filter(|_| focused && !self.waits)?;
        let empty = self.input.text().is_some_and(|typed| typed.is_empty());
        (empty && words.chars().count() > row).then(|| (Role::Muted, words.clone()))
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
}

/// `TEST:3B577FB3` as `3B57 7FB3`: the mark is the script's, and nobody types it.
fn grouped(practice: &str) -> String {
    let digits = practice.rsplit(':').next().unwrap_or_default();
    if digits.chars().any(|c| !c.is_ascii_hexdigit()) {
        // A word of the script: the program knows the digits.
        return tr("what the paper says").to_owned();
    }
    let digits: Vec<char> = digits.chars().collect();
    let groups = digits
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}
