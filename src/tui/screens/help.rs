//! Help: what the screen below is about, and every key of it with the reason where one is off.

use std::cell::Cell;

use crate::ceremony::practice_partner;
use crate::session::field::Footing;
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells, wrap};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::world::World;

/// Help for one screen, taken when it was asked for.
pub(crate) struct Help {
    about: String,
    lines: Vec<(Role, String, String)>,
    top: usize,
    /// The first row in sight when the last one is, as it was last drawn.
    last: Cell<usize>,
}

impl Help {
    /// Help for the screen on top, with the keys it offers now.
    pub(crate) fn of(screen: &dyn Screen, world: &World, offers: &[Offer]) -> Self {
        let mut lines = Vec::new();
        let told = screen.help().iter().map(|p| tr(p).to_owned());
        for paragraph in told.chain(partner(screen, world)) {
            lines.push((Role::Text, String::new(), paragraph));
            lines.push((Role::Text, String::new(), String::new()));
        }
        let footing = screen.footing(world);
        for (label, text) in [
            (tr("Acts"), footing.acts),
            (tr("Enter"), footing.enter),
            (tr("So far"), footing.so_far),
        ] {
            lines.push((Role::Muted, label.to_owned(), text));
        }
        lines.push((Role::Text, String::new(), String::new()));
        // In a text field a letter is typed, whatever it does elsewhere.
        let typing = screen.typing();
        for binding in keys::TABLE {
            let Some(offer) = offers.iter().find(|o| o.verb == binding.verb) else {
                continue;
            };
            let works = binding.chords.iter().filter(|c| offer.takes(c, typing));
            let chords: Vec<String> = works.map(|c| c.shown()).collect();
            if chords.is_empty() {
                continue;
            }
            let help = offer.means();
            let text = match &offer.off {
                Some(reason) => say!("{help}. Off now: {reason}", help, reason),
                None => help.to_owned(),
            };
            lines.push((Role::Key, chords.join(" "), text));
        }
        Self {
            // As its own first line calls it, where that says more than the name in the code.
            about: screen
                .title(world)
                .into_iter()
                .next()
                .unwrap_or_else(|| tr(screen.name()).into()),
            lines,
            top: 0,
            last: Cell::new(0),
        }
    }

    /// The lines as they are wrapped at a width: role, key and words.
    fn rows(&self, width: u16) -> Vec<(Role, String, String)> {
        let whole = usize::from(width.saturating_sub(2));
        let width = usize::from(width.saturating_sub(16));
        let mut rows: Vec<(Role, String, String)> = Vec::new();
        for (role, key, text) in &self.lines {
            let room = if key.is_empty() { whole } else { width };
            for (n, part) in wrap(text, room).into_iter().enumerate() {
                let shown = if n == 0 { key.as_str() } else { "" };
                let key = if key.is_empty() {
                    String::new()
                } else {
                    format!("{shown:14}")
                };
                rows.push((*role, key, part));
            }
        }
        rows
    }
}

/// How one practises without anybody at the other side, where that is asked for.
fn partner(screen: &dyn Screen, world: &World) -> Vec<String> {
    let view = world.view.as_ref().filter(|_| screen.needs_partner());
    view.map(|view| practice_partner(view.profile))
        .unwrap_or_default()
}

impl Screen for Help {
    fn name(&self) -> &'static str {
        "Help"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![tr("Help").into(), self.about.clone()]
    }

    fn footing(&self, _world: &World) -> Footing {
        Footing {
            acts: tr("nobody: reading needs no approval").into(),
            enter: tr("back to where you were").into(),
            so_far: tr("nothing has changed while you read").into(),
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
            "This is the help itself. The keys in the last line always work on the screen they stand on.",
        ]
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let rows = self.rows(canvas.width());
        let height = usize::from(canvas.height());
        self.last.set(rows.len().saturating_sub(height));
        let top = self.top.min(self.last.get());
        for (n, (role, key, text)) in rows.iter().skip(top).take(height).enumerate() {
            let x = canvas.put(1, cells(n), *role, key);
            canvas.put(x, cells(n), Role::Text, text);
        }
        let below = rows.len().saturating_sub(top.saturating_add(height));
        for (more, y, glyph) in [(top, 0, "↑"), (below, height.saturating_sub(1), "↓")] {
            if more > 0 {
                let edge = canvas.width().saturating_sub(1);
                canvas.put(edge, cells(y), Role::Muted, glyph);
            }
        }
    }

    fn looks_on(&self) -> bool {
        true
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let page = usize::from(world.size.1.saturating_sub(8)).max(1);
        let last = self.last.get();
        // The window may have grown since the end was asked for.
        self.top = self.top.min(last);
        self.top = match verb {
            Verb::Enter | Verb::Back => return Reaction::pop(),
            Verb::Down => self.top.saturating_add(1).min(last),
            Verb::Up => self.top.saturating_sub(1),
            Verb::PageDown => self.top.saturating_add(page).min(last),
            Verb::PageUp => self.top.saturating_sub(page),
            Verb::First => 0,
            Verb::Last => last,
            _ => self.top,
        };
        Reaction::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::app::State;
    use crate::tui::screens::home::Home;
    use crate::tui::snapshot::{self, press};

    fn shown(state: &mut State) -> String {
        snapshot::text(&snapshot::drawn(state, 80, 24, &snapshot::appearance()))
    }

    #[test]
    fn in_a_text_field_no_letter_is_told_as_a_key() {
        let mut state = snapshot::state(Home::new());
        let keys = |state: &State| -> Vec<String> {
            let help = Help::of(state.top().unwrap(), &state.world, &state.offers());
            let keys = help.lines.iter().filter(|(role, ..)| *role == Role::Key);
            keys.flat_map(|(_, key, _)| key.split(' ').map(str::to_owned).collect::<Vec<_>>())
                .collect()
        };
        state.world.view = Some(std::sync::Arc::new(snapshot::rehearsal()));
        assert!(
            keys(&state).contains(&"?".to_owned()),
            "on a list it is a key"
        );
        press(&mut state, ":");
        let typed = keys(&state);
        assert!(typed.contains(&"F1".to_owned()), "{typed:?}");
        let letters: Vec<&String> = typed
            .iter()
            .filter(|key| key.chars().count() == 1)
            .collect();
        assert!(
            letters.iter().all(|key| "↑↓←→".contains(key.as_str())),
            "{letters:?}"
        );
        // What is reached by a letter alone does not stand there at all.
        press(&mut state, "<F1>");
        let page = shown(&mut state);
        press(&mut state, "<End>");
        let page = page + &shown(&mut state);
        assert!(!page.contains("shows the settings"), "{page}");
    }

    #[test]
    fn up_goes_up_right_after_the_end() {
        let mut state = snapshot::state(Home::new());
        state.world.view = Some(std::sync::Arc::new(snapshot::rehearsal()));
        press(&mut state, "?");
        let first = shown(&mut state);
        press(&mut state, "<End>");
        let end = shown(&mut state);
        assert_ne!(first, end, "the help is longer than the page");
        press(&mut state, "<Up>");
        let up = shown(&mut state);
        assert_ne!(up, end, "one line up shows another line");
        press(&mut state, "<Down>");
        assert_eq!(shown(&mut state), end);
        assert!(
            first.contains('↓') && end.contains('↑'),
            "more is said at the edge"
        );
    }
}
