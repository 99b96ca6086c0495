//! A page of a form from above to below, in whatever rows there are. What must be read stays whole: the question, the
//! field at hand, and why something was refused. What only helps makes room for it.

use std::borrow::Cow;

use super::choice::Choices;
use super::form::Form;
use super::lines::{self, Line, Reading, Rest};
use super::text::{BLANK, TextField};
use crate::tui::canvas::{Canvas, cells, cut, wrap};
use crate::tui::theme::Role;

/// One part of a page.
pub(crate) enum Part<'a> {
    /// What is asked, or what it is about. Only where nothing else helps it is cut to its first row.
    Head(Role, Cow<'a, str>),
    /// An empty row; goes first.
    Gap,
    /// Fields; they say themselves what of them is out of sight.
    Form(&'a Form),
    /// One line that is typed, with what stands before it.
    Field(&'a str, &'a TextField),
    /// A list to choose from; arrows say where it goes on.
    Choices(&'a Choices),
    /// Labels and values that are read page by page, with the column of the values.
    Lines(&'a [Line], u16, &'a Reading),
    /// Why it was refused, where it was: always whole.
    Stop(Option<&'a str>),
    /// What helps to answer: whole or not there.
    Hint(Role, Cow<'a, str>),
}

/// Fewest rows of a list.
const LIST: u16 = 4;

/// Columns before the value of a hint that begins with a label.
const INDENT: u16 = 2;

impl Part<'_> {
    /// Rows where there is room for all of it.
    fn rows(&self, widths: Widths) -> u16 {
        let of = |words: &str| match words {
            "" => 0,
            words => cells(wrap(words, usize::from(widths.text)).len()),
        };
        match self {
            Self::Head(_, words) | Self::Hint(_, words) => of(words),
            Self::Gap | Self::Field(..) => 1,
            Self::Form(form) => form.rows(widths.fields, false),
            Self::Choices(choices) => choices.rows(widths.fields, u16::MAX),
            Self::Lines(lines, beside, _) => lines::height(lines, widths.lines, *beside),
            Self::Stop(None) => 0,
            Self::Stop(Some(why)) => of(&stop(why)),
        }
    }

    /// Rows below which it says nothing any more.
    fn least(&self, widths: Widths) -> u16 {
        match self {
            Self::Form(form) => form.least(widths.fields),
            Self::Choices(_) | Self::Lines(..) => LIST,
            Self::Head(..) | Self::Field(..) => 1,
            Self::Gap | Self::Hint(..) => 0,
            Self::Stop(_) => u16::MAX,
        }
    }

    /// In which turn it makes room: hints before fields where a reason has to be read; what is read page by page before the
    /// field at hand loses what helps to answer it.
    fn turn(&self, stopped: bool) -> u8 {
        match self {
            Self::Gap => 0,
            Self::Hint(..) if stopped => 1,
            Self::Choices(_) | Self::Lines(..) => 2,
            Self::Form(_) => 3,
            Self::Hint(..) => 4,
            Self::Head(..) => 5,
            Self::Field(..) | Self::Stop(_) => 6,
        }
    }
}

fn stop(why: &str) -> String {
    format!("STOP  {why}")
}

/// Columns for words, for fields and lists, and for labels with their values.
#[derive(Debug, Clone, Copy)]
struct Widths {
    text: u16,
    fields: u16,
    lines: u16,
}

/// How many rows each part gets.
fn shares(parts: &[Part<'_>], widths: Widths, height: u16) -> Vec<u16> {
    let mut rows: Vec<u16> = parts.iter().map(|p| p.rows(widths)).collect();
    // A gap before something that is not there is none.
    for n in 0..rows.len() {
        let gap = parts.get(n).is_some_and(|p| matches!(p, Part::Gap));
        let after = rows.get(n.saturating_add(1)).copied().unwrap_or(0);
        if let Some(own) = rows.get_mut(n).filter(|_| gap && after == 0) {
            *own = 0;
        }
    }
    let stopped = parts.iter().any(|p| matches!(p, Part::Stop(Some(_))));
    for turn in 0..=5 {
        for (n, part) in parts.iter().enumerate().rev() {
            let sum = rows.iter().copied().fold(0, u16::saturating_add);
            let over = sum.saturating_sub(height);
            let Some(own) = rows.get_mut(n) else {
                continue;
            };
            if over == 0 || part.turn(stopped) != turn {
                continue;
            }
            // A hint is whole or not there; the others give as much as is needed.
            let wanted = match part {
                Part::Hint(..) | Part::Gap => 0,
                _ => own.saturating_sub(over),
            };
            *own = wanted.max(part.least(widths)).min(*own);
        }
    }
    rows
}

/// Draws the parts: words from column `text` on, fields and lists from column `fields` on; returns the rows used.
pub(crate) fn draw(canvas: &mut Canvas<'_>, text: u16, fields: u16, parts: &[Part<'_>]) -> u16 {
    let (width, height) = (canvas.width(), canvas.height());
    // Labels begin two columns further right by themselves: where the words do. As much is left free at the right as
    // at the left.
    let lines_at = text.saturating_sub(INDENT);
    let [text_width, fields_width, lines_width] =
        [text, fields, lines_at].map(|x| width.saturating_sub(x.saturating_mul(2)));
    let widths = Widths {
        text: text_width,
        fields: fields_width,
        lines: lines_width,
    };
    let shares = shares(parts, widths, height);
    let mut y: u16 = 0;
    for (part, mut rows) in parts.iter().zip(shares) {
        match part {
            Part::Head(role, words) => {
                one_or_all(canvas, (text, y), text_width, rows, *role, words);
            }
            Part::Hint(role, words) if rows > 0 => {
                canvas.paragraph(text, y, text_width, *role, words);
            }
            Part::Stop(Some(why)) => {
                canvas.paragraph(text, y, text_width, Role::Stop, &stop(why));
            }
            Part::Field(label, field) => {
                let x = canvas.put(text, y, Role::Focus, "►").saturating_add(1);
                let x = if label.is_empty() {
                    x
                } else {
                    canvas.put(x, y, Role::Focus, label).saturating_add(INDENT)
                };
                if field.value().is_empty() {
                    canvas.put(x, y, Role::Muted, BLANK);
                }
                field.draw(
                    canvas,
                    x,
                    y,
                    width.saturating_sub(x).saturating_sub(1),
                    true,
                );
            }
            Part::Form(form) => {
                let room = rows;
                canvas.within(fields, y, fields_width, room, |c| {
                    rows = form.draw(c).min(room);
                });
            }
            Part::Choices(choices) => {
                // In one row each they may take fewer than they were given.
                rows = choices.rows(fields_width, rows);
                canvas.within(fields, y, fields_width, rows, |c| choices.draw(c, true));
            }
            Part::Lines(all, beside, reading) => {
                canvas.within(lines_at, y, lines_width, rows, |c| {
                    lines::draw(c, (0, rows), *beside, all, Rest::Below(reading));
                });
            }
            Part::Gap | Part::Stop(None) | Part::Hint(..) => {}
        }
        y = y.saturating_add(rows);
    }
    y.min(height)
}

/// All of the words, or their first row where no more is left.
fn one_or_all(
    canvas: &mut Canvas<'_>,
    (x, y): (u16, u16),
    width: u16,
    rows: u16,
    role: Role,
    words: &str,
) {
    let lines = wrap(words, usize::from(width));
    for (n, line) in lines.iter().take(usize::from(rows)).enumerate() {
        let y = y.saturating_add(cells(n));
        let cut_here = cells(n).saturating_add(1) == rows && lines.len() > usize::from(rows);
        if cut_here {
            let whole = format!(
                "{line} {}",
                lines.get(n.saturating_add(1)).map_or("", |l| l)
            );
            canvas.put(x, y, role, &cut(&whole, usize::from(width)));
        } else {
            canvas.put(x, y, role, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn widths(width: u16) -> Widths {
        Widths {
            text: width,
            fields: width,
            lines: width,
        }
    }

    #[test]
    fn what_helps_makes_room_for_what_must_be_read() {
        let field = TextField::default();
        let why = "x ".repeat(60);
        let of = |why: Option<&'static str>| {
            vec![
                Part::Head(Role::Title, "which file?".into()),
                Part::Gap,
                Part::Field("Path", &field),
                Part::Hint(Role::Muted, "one two three four five six".into()),
                Part::Gap,
                Part::Stop(why),
            ]
        };
        // Ten columns hold five of the letters: a reason of twelve rows and more.
        assert_eq!(shares(&of(None), widths(12), 9), [1, 1, 1, 3, 0, 0]);
        let why: &'static str = Box::leak(why.into_boxed_str());
        let told = shares(&of(Some(why)), widths(12), 13);
        assert_eq!(&told[..5], [1, 0, 1, 0, 0]);
        assert!(told[5] >= 11, "{told:?}");
    }

    #[test]
    fn the_question_is_cut_last_of_all_and_says_so() {
        let parts = [
            Part::Head(Role::Title, "one two three four".into()),
            Part::Stop(Some("why it is not done")),
        ];
        assert_eq!(shares(&parts, widths(10), 4), [1, 3]);
    }

    /// Above a long request the passphrase was the last row of the page: its help and its practice answer were cut off.
    #[test]
    fn what_is_read_page_by_page_makes_room_for_the_field_at_hand() {
        let lines: Vec<Line> = (0..20)
            .map(|n| Line::new("label", format!("{n}").repeat(60)))
            .collect();
        let reading = Reading::default();
        let form = Form::of(&[crate::session::asked::SIGNING_PASSPHRASE]);
        let parts = [
            Part::Head(Role::Title, "what is signed".into()),
            Part::Lines(&lines, 15, &reading),
            Part::Form(&form),
        ];
        let widths = widths(78);
        let whole = form.rows(78, false);
        assert!(whole > form.least(78));
        assert_eq!(shares(&parts, widths, 16), [1, 15 - whole, whole]);
    }
}
