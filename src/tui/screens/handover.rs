//! The blank page between two people: why it is blank, that nothing was lost, who is waited for.

use crate::session::keyboard::{HandOver, ONE_PERSONS_EYES};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::screen::Reaction;
use crate::tui::theme::Role;

/// Draws the page.
pub(crate) fn draw(page: &HandOver<'_>, canvas: &mut Canvas<'_>) {
    let width = canvas.width().saturating_sub(6).min(74);
    let blank = say!(
        "This screen is blank on purpose: {ONE_PERSONS_EYES}",
        ONE_PERSONS_EYES = tr(ONE_PERSONS_EYES)
    );
    let (goes, waits, step_back) = (page.goes(), page.waits(), page.step_back());
    let told = [
        (Role::Title, goes.as_str()),
        (Role::Text, &blank),
        (Role::Text, page.saved),
        (Role::Wait, &waits),
        (Role::Text, &step_back),
    ];
    let room = usize::from(width);
    let rows: usize = told.iter().map(|(_, text)| wrap(text, room).len()).sum();
    let (high, rows) = (canvas.height(), cells(rows.saturating_add(told.len())));
    // Where the one before was refused, that stands here too: who presses Enter is read all the same.
    let airy = (high / 5).saturating_add(rows) <= high;
    let (mut y, gap) = if airy { (high / 5, 1) } else { (0, 0) };
    for (role, text) in told {
        let rows = canvas.paragraph(3, y, width, role, text);
        y = y.saturating_add(rows).saturating_add(gap);
    }
}

/// What is typed on a blank page is for the page behind it, and goes nowhere.
pub(crate) fn not_yet() -> Reaction {
    let words = tr("Nothing is taken here but Enter: press it first, then type.");
    Reaction::notice(Role::Note, words)
}

/// Rows of the page of a ceremony that was interrupted; its last paragraph asks for the people. Where they are more than
/// there is room for, the gaps go first.
pub(crate) fn came_back(told: &[String], width: u16, height: usize) -> Vec<(Role, String)> {
    let width = usize::from(width.saturating_sub(6).min(74));
    let rows = |gaps: bool| {
        let mut rows: Vec<(Role, String)> = Vec::new();
        for (n, text) in told.iter().enumerate() {
            let role = match n {
                0 => Role::Title,
                n if n.saturating_add(1) == told.len() => Role::Wait,
                _ => Role::Text,
            };
            if gaps && n > 0 {
                rows.push((Role::Text, String::new()));
            }
            rows.extend(wrap(text, width).into_iter().map(|row| (role, row)));
        }
        rows
    };
    let airy = rows(true);
    if airy.len() <= height {
        airy
    } else {
        rows(false)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::tui::snapshot;

    /// The rows between the head and the band at 80x24.
    const ROWS: u16 = 16;

    fn page(saved: &str) -> String {
        let look = snapshot::appearance();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, ROWS));
        let page = HandOver {
            role: "custodian",
            person: "Ben",
            what: "the words of the second envelope",
            saved,
        };
        draw(&page, &mut Canvas::new(&mut buffer, &look));
        snapshot::text(&buffer)
    }

    fn empty_rows_within(page: &str) -> usize {
        let page = page.trim_end().lines();
        page.skip_while(|row| row.trim().is_empty())
            .filter(|row| row.trim().is_empty())
            .count()
    }

    /// Whoever presses Enter is named last: where a refusal took the rows, that was below the page's end.
    #[test]
    fn a_long_refusal_takes_the_gaps_and_not_what_the_next_person_reads() {
        let step_back = HandOver {
            role: "custodian",
            person: "Ben",
            what: "",
            saved: "",
        }
        .step_back();
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let short = page("Nothing was asked yet.");
        assert_eq!(empty_rows_within(&short), 4, "{short}");
        let why =
            "Ana was refused: that is another envelope than the one which this vault waits for. ";
        let long = page(&why.repeat(5));
        assert_eq!(empty_rows_within(&long), 0, "{long}");
        for drawn in [&short, &long] {
            assert!(words(drawn).ends_with(&words(&step_back)), "{drawn}");
        }
    }

    #[test]
    fn a_ceremony_that_came_back_closes_its_gaps_where_there_is_no_room_for_them() {
        let told = ["It was interrupted.", "Ana is here.", "Who comes?"].map(str::to_owned);
        let airy = came_back(&told, 80, 5);
        let rows: Vec<&str> = airy.iter().map(|(_, row)| row.as_str()).collect();
        assert_eq!(rows, [told[0].as_str(), "", &told[1], "", &told[2]]);
        let close = came_back(&told, 80, 4);
        let rows: Vec<&str> = close.iter().map(|(_, row)| row.as_str()).collect();
        assert_eq!(rows, [&told[0], &told[1], &told[2]]);
        assert_eq!(close[2].0, Role::Wait);
    }
}
