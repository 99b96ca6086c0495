//! What happened: the list of answers, and what the one under the cursor leads to.

use super::Custodians;
use crate::session::View;
use crate::session::happened::{self, Happened, Leads};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::theme::Role;

/// What an answer leads to, in a sentence.
fn then(one: &Happened) -> String {
    say!("Then: {then}.", then = tr(one.then))
}

/// The rows that the longest of these sentences takes below the list, and its columns: all there are, where it begins
/// below the fingerprints.
fn follows(
    answers: &[&Happened],
    (asked, beside): (u16, u16),
    (width, height): (u16, u16),
) -> (u16, u16) {
    let rows = |room: u16| {
        let lines = answers
            .iter()
            .map(|one| wrap(&then(one), usize::from(room)).len());
        cells(lines.max().unwrap_or(1))
    };
    let whole = width.saturating_sub(2);
    let list = cells(answers.len()).saturating_add(2);
    // One row more is kept where an answer is off.
    let y = height.saturating_sub(rows(whole)).saturating_sub(1);
    let room = if y.min(list) >= beside {
        whole
    } else {
        asked.saturating_sub(2)
    };
    (rows(room), room)
}

/// Why an answer leads nowhere.
fn off_here(reason: &str) -> String {
    say!("off here: {reason}", reason)
}

impl Custodians {
    /// What happened, and what each answer leads to. The list has `asked` columns, and beside it fingerprints have
    /// `beside` rows.
    pub(super) fn draw_question(
        &self,
        view: &View,
        (asked, beside): (u16, u16),
        canvas: &mut Canvas<'_>,
    ) {
        let (width, height) = (canvas.width(), canvas.height());
        let x = canvas.put(1, 0, Role::Title, tr("What happened?"));
        let (at, answers) = (self.asked.cursor.at(), happened::asked(view));
        let chosen = self.chosen(view);
        // Why an answer is off here has a row of its own, and hides nothing.
        let off = chosen.and_then(|one| happened::off(one, view));
        let kept = u16::from(off.is_some());
        let (follows, room) = follows(&answers, (asked, beside), (width, height));
        let below = height.saturating_sub(follows).saturating_sub(kept);
        let rows = usize::from(below.saturating_sub(1));
        let end = self
            .asked
            .cursor
            .top(answers.len(), rows)
            .saturating_add(rows);
        let more = match answers.len().saturating_sub(end) {
            0 => String::new(),
            1 => tr("1 more answer below").to_owned(),
            more => say!("{more} more answers below", more),
        };
        // What letters did is said where the list is read from, so that nothing is chosen unseen.
        let more = self.asked.told().map_or(more, str::to_owned);
        canvas.put_cut(
            x.saturating_add(3),
            0,
            width.saturating_sub(x).saturating_sub(4),
            Role::Muted,
            &more,
        );
        if let Some(one) = chosen {
            let words = then(one);
            // Under its list where there is more room than for both, and with what will be asked.
            let list = cells(answers.len()).saturating_add(2);
            let y = below.min(list);
            let used = canvas.paragraph(1, y, room, Role::Muted, &words);
            if let Leads::Act(op) = one.leads
                && list.saturating_add(4) < below
                && !op.fields.is_empty()
            {
                let fields: Vec<&str> = op.fields.iter().map(|f| tr(f.label)).collect();
                let words = say!("It asks for: {fields}.", fields = fields.join(", "));
                canvas.paragraph(1, y.saturating_add(used), room, Role::Muted, &words);
            }
        }
        if let Some(reason) = off {
            let last = height.saturating_sub(1);
            canvas.put_cut(1, last, room, Role::Note, &off_here(&reason));
        }
        canvas.within(0, 1, asked, below.saturating_sub(1), |c| {
            let width = c.width();
            self.asked.cursor.draw(c, answers.len(), |c, n, y| {
                let Some(one) = answers.get(n) else { return };
                let role = match (happened::off(one, view), n == at) {
                    (_, true) => Role::Selection,
                    (Some(_), _) => Role::Muted,
                    _ => Role::Text,
                };
                c.put_cut(3, y, width.saturating_sub(4), role, tr(one.what));
            });
        });
    }
}
