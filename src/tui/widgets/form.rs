//! A form drawn from field declarations: labels, hints, checks on leaving, practice answers where there are any.

use crossterm::event::KeyEvent;

use super::choice::{Choices, Entry};
use super::masked::MaskedField;
use super::text::TextField;
use crate::api::{KeyAlgorithm, KeyUsage};
use crate::ceremony::{Answer, AskField};
use crate::session::field::{Field, Kind};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::keys::Verb;
use crate::tui::theme::Role;

enum Input {
    Text(TextField),
    Choice(Choices),
    Masked(MaskedField),
    Confirm,
}

struct Line {
    field: Field,
    practice: Option<String>,
    input: Input,
    error: Option<String>,
    /// Whether somebody has seen it with the focus, or F5 answered it.
    visited: bool,
}

/// What stands where nothing is typed yet.
const BLANK: &str = "________________________";

/// What pressing Enter in a form led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// A field is wrong or still empty: the focus is there now.
    Stays,
    /// Every field is right: take the answers.
    Complete,
}

/// Several fields, one of which has the focus.
pub(crate) struct Form {
    lines: Vec<Line>,
    focus: usize,
}

impl Form {
    /// A form for these fields, nothing filled in.
    pub(crate) fn new(fields: &[AskField]) -> Self {
        let lines = fields
            .iter()
            .map(|asked| Line {
                field: asked.field,
                practice: asked.practice.clone(),
                input: input_for(&asked.field),
                error: None,
                visited: false,
            })
            .collect();
        Self { lines, focus: 0 }
    }

    /// A form for plain declarations.
    pub(crate) fn of(fields: &[Field]) -> Self {
        let asked: Vec<AskField> = fields
            .iter()
            .map(|field| AskField {
                field: *field,
                practice: None,
            })
            .collect();
        Self::new(&asked)
    }

    /// Whether letters go into the focused field.
    pub(crate) fn typing(&self) -> bool {
        self.at()
            .is_some_and(|l| matches!(l.input, Input::Text(_) | Input::Masked(_)))
    }

    /// Whether the focused field is secret.
    pub(crate) fn secret(&self) -> bool {
        self.at()
            .is_some_and(|l| matches!(l.input, Input::Masked(_)))
    }

    /// Whether any field shows a practice answer.
    pub(crate) fn practised(&self) -> bool {
        self.lines.iter().any(|l| l.practice.is_some())
    }

    /// Whether there is more than one field.
    pub(crate) const fn several(&self) -> bool {
        self.lines.len() > 1
    }

    /// Whether up and down choose something here.
    pub(crate) fn choosing(&self) -> bool {
        self.at()
            .is_some_and(|l| matches!(l.input, Input::Choice(_)))
    }

    /// The text of a field by id, as typed; nothing for secrets.
    pub(crate) fn text(&self, id: &str) -> Option<String> {
        let line = self.lines.iter().find(|l| l.field.id == id)?;
        line.input.text()
    }

    /// Puts a text into a field: what was typed before, when somebody comes back.
    pub(crate) fn set(&mut self, id: &str, text: &str) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.field.id == id) {
            line.input.fill(text);
        }
    }

    /// Replaces a choice field's entries, for choices that depend on other answers.
    pub(crate) fn set_choices(&mut self, id: &str, choices: Choices) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.field.id == id) {
            line.input = Input::Choice(choices);
        }
    }

    /// Says what is wrong at a field, for checks that need more than the declaration.
    pub(crate) fn complain(&mut self, id: &str, error: &str) {
        if let Some(n) = self.lines.iter().position(|l| l.field.id == id) {
            self.focus = n;
            if let Some(line) = self.lines.get_mut(n) {
                line.error = Some(error.to_owned());
            }
        }
    }

    /// Wipes every secret field.
    pub(crate) fn wipe(&mut self) {
        for line in &mut self.lines {
            if let Input::Masked(field) = &mut line.input {
                field.clear();
            }
        }
    }

    /// F5: fills in every practice answer.
    pub(crate) fn practise(&mut self) {
        for line in &mut self.lines {
            if let Some(practice) = &line.practice {
                line.input.fill(practice);
                line.error = None;
                line.visited = true;
            }
        }
    }

    /// Moves in a choice, or between fields; a field is checked when it is left.
    pub(crate) fn verb(&mut self, verb: Verb) {
        let last = self.lines.len().saturating_sub(1);
        match (verb, self.choosing()) {
            (Verb::NextField, _) | (Verb::Down, false) => {
                self.check(self.focus);
                self.focus = self.focus.saturating_add(1).min(last);
            }
            (Verb::PreviousField, _) | (Verb::Up, false) => {
                self.check(self.focus);
                self.focus = self.focus.saturating_sub(1);
            }
            (other, true) => {
                if let Some(Line {
                    input: Input::Choice(choices),
                    error,
                    ..
                }) = self.lines.get_mut(self.focus)
                {
                    choices.moved(other);
                    *error = None;
                }
            }
            _ => {}
        }
    }

    /// A letter or editing key for the focused field.
    pub(crate) fn key(&mut self, key: &KeyEvent) {
        if let Some(line) = self.lines.get_mut(self.focus) {
            line.error = None;
            match &mut line.input {
                Input::Text(field) => field.key(key),
                Input::Masked(field) => field.key(key),
                Input::Choice(_) | Input::Confirm => {}
            }
        }
    }

    /// Pasted text for the focused field, if it is a text field.
    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(Line {
            input: Input::Text(field),
            ..
        }) = self.lines.get_mut(self.focus)
        {
            field.insert(text);
        }
    }

    /// Enter: the focused field is checked; then the first that is wrong or empty gets the focus, or all are complete.
    pub(crate) fn enter(&mut self) -> Pressed {
        if !self.check(self.focus) {
            return Pressed::Stays;
        }
        // The fields after this one are seen before they are called wrong, or right.
        let after = self.focus.saturating_add(1);
        if let Some(next) = (after..self.lines.len()).find(|n| self.unseen(*n)) {
            self.focus = next;
            return Pressed::Stays;
        }
        for n in 0..self.lines.len() {
            if !self.check(n) {
                self.focus = n;
                return Pressed::Stays;
            }
        }
        Pressed::Complete
    }

    /// The answers in the order of the fields; secrets are moved out and wiped here.
    pub(crate) fn take(&mut self) -> Vec<Answer> {
        self.lines
            .iter_mut()
            .map(|line| match &mut line.input {
                Input::Masked(field) => Answer::Secret(field.take()),
                other => {
                    let text = other.text().unwrap_or_default();
                    Answer::Text(line.field.check(&text).unwrap_or(text))
                }
            })
            .collect()
    }

    fn at(&self) -> Option<&Line> {
        self.lines.get(self.focus)
    }

    fn unseen(&self, n: usize) -> bool {
        self.lines
            .get(n)
            .is_some_and(|l| !l.visited && !matches!(l.input, Input::Confirm))
    }

    fn check(&mut self, n: usize) -> bool {
        let Some(line) = self.lines.get_mut(n) else {
            return true;
        };
        line.visited = true;
        line.error = match &line.input {
            Input::Masked(field) if field.is_empty() => Some(format!(
                "{} is empty. Nothing was changed.",
                line.field.label
            )),
            Input::Masked(_) | Input::Confirm => None,
            Input::Choice(choices) => choices
                .chosen()
                .and_then(|e| e.off.as_ref())
                .map(|reason| format!("cannot be chosen here: {reason}")),
            Input::Text(field) => line.field.check(field.value()).err().map(|e| e.to_string()),
        };
        line.error.is_none()
    }

    /// How many rows it takes at a width; `brief` leaves the hints out.
    pub(crate) fn rows(&self, width: u16, brief: bool) -> u16 {
        let last = self.lines.len().saturating_sub(1);
        let rows = self.lines.iter().enumerate().map(|(n, line)| {
            let focused = n == self.focus;
            line.rows(width, focused, brief)
                .saturating_add(u16::from(focused && n < last))
        });
        rows.fold(0, u16::saturating_add)
    }

    /// Draws the fields with the hint of the focused one; returns the rows used.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>) -> u16 {
        self.draw_as(canvas, false)
    }

    /// The same; `brief` leaves the hints out where room is short.
    pub(crate) fn draw_as(&self, canvas: &mut Canvas<'_>, brief: bool) -> u16 {
        let widest = self
            .lines
            .iter()
            .map(|l| l.field.label.chars().count())
            .max()
            .unwrap_or(0);
        let beside = cells(widest).saturating_add(4);
        // More fields than rows: those around the focus are in sight. A focused field can take eight rows more.
        let room = usize::from(canvas.height()).saturating_sub(8).max(1);
        let first = self.focus.saturating_sub(room.saturating_sub(1));
        let mut y = 0;
        for (n, line) in self.lines.iter().enumerate().skip(first) {
            if y >= canvas.height() {
                break;
            }
            y = line.draw(canvas, y, beside, n == self.focus, brief);
            // A gap between a hint and the next field; none after the last.
            if n == self.focus && n.saturating_add(1) < self.lines.len() {
                y = y.saturating_add(1);
            }
        }
        y
    }
}

impl Line {
    fn draw(
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
            canvas.put(2, y, label_role, self.field.label);
        }
        let room = width.saturating_sub(beside);
        match &self.input {
            Input::Text(field) => {
                if field.value().is_empty() {
                    let words = if self.field.optional && !focused {
                        "(optional)"
                    } else {
                        BLANK
                    };
                    canvas.put(beside, y, Role::Muted, words);
                }
                field.draw(canvas, beside, y, room, focused);
                y += 1;
            }
            Input::Masked(field) => {
                if field.is_empty() {
                    canvas.put(beside, y, Role::Muted, BLANK);
                }
                field.draw(canvas, beside, y, room, focused);
                y += 1;
            }
            Input::Choice(choices) if focused => {
                y += 1;
                let rows = cells(choices.entries.len()).min(8);
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

    /// As many rows as [`Line::draw`] takes.
    fn rows(&self, width: u16, focused: bool, brief: bool) -> u16 {
        let room = usize::from(width.saturating_sub(3));
        let input = match &self.input {
            Input::Confirm => 0,
            Input::Choice(choices) if focused => {
                cells(choices.entries.len()).min(8).saturating_add(1)
            }
            _ => 1,
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

    fn hint_lines(&self, brief: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.field.hint.is_empty() && !brief {
            lines.push(self.field.hint.to_owned());
        }
        if let Some(practice) = &self.practice
            && !matches!(self.input, Input::Confirm)
        {
            lines.push(format!("practice answer (F5): {practice}"));
        }
        lines
    }

    fn error_line(&self) -> Option<String> {
        self.error.as_ref().map(|error| format!("STOP  {error}"))
    }

    fn draw_hint(&self, canvas: &mut Canvas<'_>, top: u16, brief: bool) -> u16 {
        let width = canvas.width().saturating_sub(3);
        let mut y = top;
        for (n, line) in self.hint_lines(brief).iter().enumerate() {
            let practice = n > 0 || brief || self.field.hint.is_empty();
            let role = if practice { Role::Note } else { Role::Muted };
            y += canvas.paragraph(2, y, width, role, line);
        }
        y
    }
}

impl Input {
    fn text(&self) -> Option<String> {
        match self {
            Self::Text(field) => Some(field.value().to_owned()),
            Self::Choice(choices) => choices.chosen().map(|e| e.id.clone()),
            Self::Confirm => Some("seen".into()),
            Self::Masked(_) => None,
        }
    }

    fn fill(&mut self, text: &str) {
        match self {
            Self::Text(field) => field.set(text),
            Self::Choice(choices) => {
                choices.choose(text);
            }
            Self::Masked(field) => field.fill(text),
            Self::Confirm => {}
        }
    }
}

fn input_for(field: &Field) -> Input {
    let choices = |entries: Vec<Entry>| Input::Choice(Choices::new(entries));
    match field.kind {
        Kind::Passphrase => Input::Masked(MaskedField::new()),
        Kind::Confirm => Input::Confirm,
        Kind::Choice(list) => choices(list.iter().map(|c| Entry::new(c.id, c.label, "")).collect()),
        Kind::YesNo => choices(vec![
            Entry::new("no", "no", ""),
            Entry::new("yes", "yes", ""),
        ]),
        Kind::Usage => choices(
            KeyUsage::ALL
                .iter()
                .map(|u| Entry::new(u.name(), u.name(), ""))
                .collect(),
        ),
        Kind::Algorithm => choices(
            KeyAlgorithm::ALL
                .iter()
                .map(|a| Entry::new(a.name(), a.name(), ""))
                .collect(),
        ),
        _ => Input::Text(TextField::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn field(id: &'static str, kind: Kind) -> AskField {
        AskField {
            field: Field {
                id,
                label: id,
                hint: "",
                kind,
                optional: false,
            },
            practice: Some("7".into()),
        }
    }

    fn typed(form: &mut Form, text: &str) {
        for c in text.chars() {
            form.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    #[test]
    fn enter_checks_then_asks_the_next_then_completes() {
        let mut form = Form::new(&[
            field("days", Kind::Number { min: 3, max: 180 }),
            field("word", Kind::Passphrase),
        ]);
        typed(&mut form, "1");
        assert_eq!(form.enter(), Pressed::Stays);
        assert!(
            form.lines[0]
                .error
                .as_ref()
                .unwrap()
                .contains("from 3 to 180")
        );
        typed(&mut form, "0");
        assert_eq!(form.enter(), Pressed::Stays);
        assert!(form.secret());
        assert_eq!(form.enter(), Pressed::Stays);
        typed(&mut form, "abc");
        assert_eq!(form.enter(), Pressed::Complete);
        let answers = form.take();
        assert!(matches!(&answers[0], Answer::Text(t) if t == "10"));
        assert!(matches!(&answers[1], Answer::Secret(s) if s.expose() == b"abc"));
    }

    #[test]
    fn practice_answers_fill_everything() {
        let mut form = Form::new(&[
            field("days", Kind::Number { min: 3, max: 180 }),
            field("word", Kind::Passphrase),
        ]);
        form.practise();
        assert_eq!(form.enter(), Pressed::Complete);
    }
}
