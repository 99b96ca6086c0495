//! Unlocking as it is drawn.

use super::{Phase, Unlock};
use crate::session::OpeningStep;
use crate::session::keyboard::HandOver;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::screens::handover;
use crate::tui::screens::restore::beside;
use crate::tui::theme::Role;
use crate::tui::world::World;

/// Rows of the list of custodians at most: it goes on by its arrows.
const MOST_PEOPLE: u16 = 8;
/// Rows of a question with two fields, their hints, and what stays free beneath.
const QUESTION: u16 = 6;
/// Free rows that a question keeps beneath it.
const FREE: u16 = 2;

impl Unlock {
    /// The body; beside the steps of a return where a copy is opened, as on its pages before and after.
    pub(super) fn picture(&self, canvas: &mut Canvas<'_>) {
        if self.copy() && self.phase != Phase::HandOver {
            return beside(1, canvas, |c| self.page(c));
        }
        self.page(canvas);
    }

    fn page(&self, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        let person = self.chosen().map_or_else(String::new, |(name, _)| name);
        if self.phase == Phase::HandOver {
            let saved = match self.entered.len() {
                0 => tr("Nobody has entered a share yet.").to_owned(),
                n => say!("{n} entered a share and need not do it again.", n),
            };
            handover::draw(&self.hand_over(&person, &saved), canvas);
            return;
        }
        let beneath = self.beneath(width);
        let room = canvas.height().saturating_sub(beneath).saturating_sub(3);
        let rows = cells(self.rows()).min(MOST_PEOPLE).min(room.max(1));
        let mut y = 1;
        if let Some(b) = &self.bootstrap {
            canvas.put(
                1,
                0,
                Role::Title,
                &if b.by_recovery {
                    say!(
                        "EXCEPTION: {k} of {n} holders of the recovery set open this vault.",
                        k = b.k,
                        n = self.custodians().len()
                    )
                } else {
                    say!(
                        "{b} custodians of {custodians} open this vault, one after the other.",
                        b = b.k,
                        custodians = self.custodians().len()
                    )
                },
            );
            canvas.within(0, 2, width, rows, |c| self.draw_people(c));
            y = rows.saturating_add(3);
        }
        if self.phase == Phase::Choosing && self.error.is_none() {
            let height = canvas.height();
            canvas.within(
                1,
                y,
                width.saturating_sub(2),
                height.saturating_sub(y),
                |c| {
                    self.draw_coming(c);
                },
            );
        }
        y = self.draw_question(canvas, y, &person);
        if let Some(error) = &self.error {
            canvas.paragraph(
                1,
                y,
                width.saturating_sub(2),
                Role::Stop,
                &format!("STOP  {error}"),
            );
        }
    }

    /// Rows under the list that have to be read whole: what is asked, and why something was refused.
    fn beneath(&self, width: u16) -> u16 {
        let Some(error) = &self.error else {
            return 0;
        };
        let width = width.saturating_sub(2);
        let stop = cells(wrap(&format!("STOP  {error}"), usize::from(width)).len());
        match self.phase {
            Phase::Typing | Phase::Why | Phase::Card => stop
                .saturating_add(self.form.rows(width, false))
                .saturating_add(1),
            _ => stop,
        }
    }

    /// What is asked or waited for now; returns the row after it.
    fn draw_question(&self, canvas: &mut Canvas<'_>, y: u16, person: &str) -> u16 {
        let width = canvas.width();
        let title = match self.phase {
            Phase::Typing => say!("{person}, alone at this screen:", person),
            Phase::Why => tr("The custodians cannot open this vault. What happened?").to_owned(),
            Phase::Card => tr("Enough shares. The witness's card from last time:").to_owned(),
            Phase::Reading | Phase::Opening => {
                let words = match self.phase {
                    Phase::Reading => tr("wait  reading the vault's public part"),
                    _ => tr("wait  opening: signatures, hashes and the audit chain are checked"),
                };
                canvas.put(1, y, Role::Wait, words);
                return y.saturating_add(1);
            }
            _ => return y,
        };
        canvas.put(1, y, Role::Title, &title);
        canvas.within(1, y.saturating_add(1), width.saturating_sub(2), 7, |c| {
            self.form.draw(c);
        });
        // A row or more stays free beneath it where there are enough.
        let least = y.saturating_add(self.beneath(width));
        if least.saturating_add(FREE) <= canvas.height() {
            y.saturating_add(QUESTION)
        } else {
            let fields = self.form.rows(width.saturating_sub(2), false);
            y.saturating_add(fields).saturating_add(1)
        }
    }

    /// What comes after the shares, so that nobody waits for more, or is surprised by it.
    fn draw_coming(&self, canvas: &mut Canvas<'_>) {
        let room = canvas.width();
        let then = if self.on_recovery() {
            tr(
                "For when the custodians cannot open. Other people enter in their place; that is written down as an exception with its reason, and the vault is then good for looking and for a rotation alone, which makes everything new.",
            )
        } else if self.by_recovery() {
            tr(
                "Then the vault is checked and opens. It is written down who came and why. Rotate then: nothing else is done in it.",
            )
        } else if self.copy() {
            tr("Then the copy is checked, and the return to it is asked for.")
        } else if self.production() {
            tr(
                "Then the witness types number and six words from the last witness card: they prove that this is no older copy of the vault. Then the vault is checked and opens, and two people read their own watches.",
            )
        } else {
            tr(
                "Then the vault is checked (signatures, hashes, the audit log) and opens. The witness card is asked for in production only; outside a ceremony compare its six words with those on Home.",
            )
        };
        let unfinished = self
            .bootstrap
            .as_ref()
            .and_then(|b| b.unfinished.as_deref());
        let above = unfinished.map_or(0, |why| {
            // Advice, and no reason to stop: what opens the vault is what follows.
            let said = canvas.paragraph(0, 0, room, Role::Note, &format!("note  {why}"));
            said.saturating_add(1)
        });
        let y = canvas
            .paragraph(0, above, room, Role::Muted, then)
            .saturating_add(above)
            .saturating_add(1);
        let wrong = tr("A wrong passphrase locks nothing, and there is no limit.");
        canvas.paragraph(0, y, room, Role::Muted, wrong);
    }

    fn draw_people(&self, canvas: &mut Canvas<'_>) {
        let custodians = self.custodians();
        let at = self.cursor.at();
        self.cursor.draw(canvas, self.rows(), |c, n, y| {
            let Some((name, _, here)) = custodians.get(n) else {
                let role = if n == at {
                    Role::Selection
                } else {
                    Role::Muted
                };
                let words = self.recovery_line().unwrap_or_default();
                c.put_cut(3, y, c.width().saturating_sub(4), role, &words);
                return;
            };
            let role = if n == at { Role::Selection } else { Role::Text };
            c.put(3, y, role, name);
            let (state_role, state) = if self.entered.contains(name) {
                (Role::Ok, tr("ok    share entered"))
            } else if *here {
                (Role::Muted, tr("wait  envelope in the vault's folder"))
            } else {
                (Role::Muted, tr("wait  envelope on their own stick"))
            };
            c.put(28, y, if n == at { role } else { state_role }, state);
        });
    }

    fn hand_over<'a>(&self, person: &'a str, saved: &'a str) -> HandOver<'a> {
        HandOver {
            role: if self.by_recovery() {
                self.role()
            } else {
                tr("custodian")
            },
            person,
            what: tr("the passphrase from your own paper"),
            saved,
        }
    }

    /// What has happened up to here.
    pub(super) fn so_far(&self, world: &World) -> String {
        let beside = world
            .view
            .as_ref()
            .filter(|_| self.copy())
            .map(|view| &view.vault);
        let k = self.bootstrap.as_ref().map_or(0, |b| b.k);
        match (self.entered.len(), self.phase) {
            (entered, _) if beside.is_some() => say!(
                "{vault} is open as it was; of the copy {entered} of {k} shares are entered",
                vault = beside.map_or("", String::as_str),
                entered,
                k
            ),
            (_, Phase::Failed) => tr("the vault is closed; nothing in it was changed").to_owned(),
            (0, _) => tr("the vault is closed; nobody has entered a share").to_owned(),
            (entered, _) if entered > usize::from(k).saturating_sub(self.left) => say!(
                "the vault is closed; {entered} shares, of two sets: never counted together",
                entered
            ),
            (_, _) => say!(
                "the vault is closed; {entered} of {k} shares are entered",
                entered = self.entered.len(),
                k
            ),
        }
    }

    /// Where this is in the opening.
    pub(super) fn step(&self) -> OpeningStep {
        match self.phase {
            Phase::Card => OpeningStep::Card,
            Phase::Opening => OpeningStep::Check,
            _ => OpeningStep::Share(self.entered.len()),
        }
    }
}
