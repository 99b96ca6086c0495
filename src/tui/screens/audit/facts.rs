//! What is known of the chosen line of the log, below the list: whole, in as many rows as it needs.

use super::{Audit, ends, explained, means, value};
use crate::session::TrailLine;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::frame::clock;
use crate::tui::screens::done::groups;
use crate::tui::theme::Role;

impl Audit {
    /// Rows that the rule and the facts below the list take: what the list cuts stands whole there.
    pub(super) fn below(&self, line: &TrailLine, width: u16, height: u16) -> u16 {
        let least = explained(height);
        if self.broken().is_some() {
            return least;
        }
        let room = usize::from(width.saturating_sub(10));
        let facts = self.facts(line, least > 7);
        let rows = facts.iter().map(|(_, text)| wrap(text, room).len().max(1));
        let rows = cells(rows.sum()).saturating_add(1);
        rows.max(least).min((height / 2).max(least))
    }

    pub(super) fn explain(&self, line: &TrailLine, high: bool, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        if let Some((_, why)) = self.broken() {
            canvas.paragraph(0, 0, width, Role::Stop, &format!("STOP  {why}"));
            return;
        }
        let mut y = 0;
        for (label, text) in self.facts(line, high) {
            canvas.put(0, y, Role::Muted, label);
            let used = canvas.paragraph(8, y, width.saturating_sub(8), Role::Text, &text);
            y = y.saturating_add(used.max(1));
        }
    }

    /// What is known of a line, each with its label; on a high screen each fact by itself.
    fn facts(&self, line: &TrailLine, high: bool) -> Vec<(&'static str, String)> {
        let seal = match self.trail.as_ref().and_then(|t| t.co_signed.as_ref()) {
            Some((n, who)) if *n > line.last() => say!("co-signed with line {n}, by {who}", n, who),
            Some((n, who)) => {
                say!(
                    "not co-signed yet: last were the lines before {n}, by {who}",
                    n,
                    who
                )
            }
            None => tr("not co-signed yet: a sign-off in a ceremony does that").to_owned(),
        };
        let hash = &line.hash;
        let previous = value(&line.written, &["prev"]).unwrap_or_default();
        if high {
            let time = line.time.map_or_else(|| "-".to_owned(), clock);
            vec![
                (tr("about"), line.what.clone()),
                (tr("means"), means(line)),
                (tr("who"), line.who.clone()),
                (tr("time"), time),
                (tr("result"), line.result.clone()),
                (tr("hash"), groups(hash)),
                (tr("before"), groups(&previous)),
                (tr("sealed"), seal),
            ]
        } else {
            // The list cuts the names of many; here they stand whole.
            let by = if line.who.is_empty() {
                String::new()
            } else {
                say!(", by {who}", who = line.who)
            };
            let about = format!("{}, {}{by}", line.what, line.result);
            let hashes = say!(
                "{ends}, previous {ends_2}",
                ends = ends(hash),
                ends_2 = ends(&previous)
            );
            vec![
                (tr("about"), about),
                (tr("means"), means(line)),
                (tr("hash"), hashes),
                (tr("sealed"), seal),
            ]
        }
    }
}
