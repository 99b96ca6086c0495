//! Doctor on screen: what this machine is fit for, line by line, each with its verdict in a word.

use crate::session::field::Footing;
use crate::text::tr;
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::digest::Digest;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::world::World;

/// The findings, as the world holds them.
#[derive(Default)]
pub(crate) struct Doctor {
    top: usize,
}

impl Screen for Doctor {
    fn digest(&self, world: &World) -> Option<Digest> {
        let lines = world.doctor.iter().map(|(_, _, line)| line.as_str());
        let digest = super::code::found(lines)?;
        Some(Digest::sha256(tr("SHA-256 that doctor shows"), digest))
    }

    fn name(&self) -> &'static str {
        "Doctor"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let stops = world
            .doctor
            .iter()
            .filter(|(_, verdict, _)| verdict == "STOP")
            .count();
        let sum = match (world.doctor.is_empty(), stops) {
            (true, _) => tr("not looked at"),
            (_, 0) => tr("nothing stands in the way"),
            _ => tr("not for production as it is"),
        };
        vec![tr("Is this machine fit?").into(), sum.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let so_far = if world.doctor.is_empty() {
            tr("nothing was looked at, and nothing was changed")
        } else {
            tr("the machine was looked at; nothing on it was changed")
        };
        Footing {
            acts: tr("nobody: looking changes nothing").into(),
            enter: tr("back to where you were").into(),
            so_far: so_far.into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        offers.extend([
            Offer::word(Verb::Enter, tr("back")),
            Offer::plain(Verb::Back),
        ]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "ok: as a ceremony wants it. note: worth knowing, no hindrance in rehearsal or test. STOP: not for production keys until it is changed.",
            "`keymoot doctor --json` prints the same for programs.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let width = canvas.width();
        let mut rows = Vec::new();
        for (label, verdict, line) in &world.doctor {
            let role = match verdict.as_str() {
                "ok" => Role::Ok,
                "STOP" => Role::Stop,
                _ => Role::Note,
            };
            for (n, part) in wrap(line, usize::from(width.saturating_sub(26)))
                .into_iter()
                .enumerate()
            {
                let first = n == 0;
                rows.push((
                    role,
                    if first {
                        verdict.clone()
                    } else {
                        String::new()
                    },
                    if first { label.clone() } else { String::new() },
                    part,
                ));
            }
        }
        if rows.is_empty() {
            let words = if world.busy.is_some() {
                tr("This machine is being looked at.")
            } else {
                tr(
                    "This machine was not looked at. `keymoot doctor` does it from the command line.",
                )
            };
            canvas.paragraph(2, 1, width.saturating_sub(4), Role::Muted, words);
        }
        let height = usize::from(canvas.height());
        let top = self.top.min(rows.len().saturating_sub(height));
        for (y, (role, verdict, label, line)) in rows.iter().skip(top).take(height).enumerate() {
            let y = cells(y);
            canvas.put(1, y, *role, verdict);
            canvas.put_cut(7, y, 16, Role::Title, label);
            canvas.put(24, y, Role::Text, line);
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let last = world.doctor.len().saturating_mul(2);
        match verb {
            Verb::Down => self.top = self.top.saturating_add(1).min(last),
            Verb::Up => self.top = self.top.saturating_sub(1),
            Verb::PageDown => self.top = self.top.saturating_add(10).min(last),
            Verb::PageUp => self.top = self.top.saturating_sub(10),
            Verb::First => self.top = 0,
            Verb::Last => self.top = last,
            _ => return Reaction::pop(),
        }
        Reaction::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::snapshot;

    #[test]
    fn verdicts_are_words() {
        let mut state = snapshot::state(Doctor::default());
        snapshot::check("doctor-empty", &mut state);
        state.world.doctor = [
            ("network", "STOP", "eth0 is up. A production ceremony wants no network: pull the cable, switch radio off."),
            ("swap", "note", "1 area in use: secrets could reach the disk."),
            ("core dumps", "ok", "off for this process"),
        ]
        .map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
        .to_vec();
        snapshot::check("doctor", &mut state);
        state.world.doctor = [
            ("network", "ok", "no interface is up"),
            ("swap", "ok", "no area in use"),
            ("core dumps", "ok", "off for this process"),
        ]
        .map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()))
        .to_vec();
        snapshot::check("doctor-fit", &mut state);
        snapshot::survives_every_size(&mut state);
    }
}
