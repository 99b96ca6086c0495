//! A bundle that somebody brought, and the trust file to verify it by.

use crate::text::tr;
use crate::tui::canvas::Canvas;
use crate::tui::message::Order;
use crate::tui::theme::Role;
use crate::tui::widgets::form::or_empty;
use crate::tui::widgets::text::{BLANK, TextField};

/// What is asked before a bundle is verified.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) bundle: TextField,
    /// A file of fingerprints; empty where there is none.
    pub(super) trust: TextField,
    /// Whether the second field is being typed.
    pub(super) second: bool,
}

impl Brought {
    pub(super) fn field(&mut self) -> &mut TextField {
        if self.second {
            &mut self.trust
        } else {
            &mut self.bundle
        }
    }

    pub(super) fn order(&self) -> Order {
        let trust = self.trust.value().trim();
        Order::Verify {
            bundle: self.bundle.value().trim().into(),
            trust: (!trust.is_empty()).then(|| trust.into()),
        }
    }

    /// What Enter does.
    pub(super) fn enter_says(&self) -> &'static str {
        let reads = if self.trust.value().trim().is_empty() {
            tr("reads the bundle and says whether it holds together")
        } else {
            tr("reads both and says whether it holds together and who signed it")
        };
        or_empty(self.bundle.value(), reads)
    }

    pub(super) fn draw(&self, error: Option<&String>, canvas: &mut Canvas<'_>) {
        let room = canvas.width().saturating_sub(4);
        canvas.put(2, 0, Role::Title, tr("Which bundle is to be verified?"));
        let fields = [
            (tr("Bundle"), &self.bundle),
            (tr("Trust file"), &self.trust),
        ];
        for (y, (n, (label, field))) in (2..).zip(fields.into_iter().enumerate()) {
            let here = (n == 1) == self.second;
            let (mark, role) = if here {
                ("►", Role::Focus)
            } else {
                (" ", Role::Text)
            };
            canvas.put(2, y, role, &format!("{mark} {label}"));
            if field.value().is_empty() {
                canvas.put(16, y, Role::Muted, BLANK);
            }
            field.draw(canvas, 16, y, room.saturating_sub(14), here);
        }
        let words = tr(
            "The bundle is checked by itself, without this vault: whether it is CONSISTENT. Whether the people named signed it, AUTHENTIC, is proven by the trust file: a fingerprint (64 hex digits or 16 words) and a name a line, typed from the signed enrolment forms. Leave it empty where you have none.",
        );
        let rows = canvas.paragraph(2, 5, room, Role::Muted, words);
        canvas.within(1, rows.saturating_add(6), room, 7, |c| {
            crate::tui::screens::wizard::complaint(c, 0, error);
        });
    }
}
