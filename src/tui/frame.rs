//! The frame of every screen: status, title rule, body, who acts / what Enter does / what happened, keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use super::app::State;
use super::band::Band;
use super::canvas::{Appearance, Canvas, Hit, cells, cut};
use super::keys::{self, Footed, Verb};
use super::screen::Screen;
use super::status;
use super::theme::Role;
use super::world::World;
pub(crate) use crate::session::idle::network_word;
use crate::session::practice;
pub(crate) use crate::session::span::clock;
use crate::text::{say, tr};

/// The least that every screen is made for.
pub(crate) const LEAST: (u16, u16) = (80, 24);

/// The words that stand on every screen of a rehearsal; `answers` says whether F5 answers there.
pub(crate) fn rehearsal(world: &World, answers: bool) -> String {
    practice::words(!world.keeps_nothing(), world.out, answers.then_some("F5"))
}

/// What was drawn, beside the picture itself.
pub(crate) struct Drawn {
    /// Where the cursor belongs.
    pub(crate) cursor: Option<Position>,
    /// The rows that a click can land on.
    pub(crate) hits: Vec<Hit>,
    /// Where secrets stand.
    pub(crate) hidden: Vec<Rect>,
}

/// Draws the whole picture.
pub(crate) fn draw(state: &State, buffer: &mut Buffer, appearance: &Appearance) -> Drawn {
    let mut canvas = Canvas::new(buffer, appearance);
    let (width, height) = (canvas.width(), canvas.height());
    if width < LEAST.0 || height < LEAST.1 {
        too_small(&mut canvas);
    } else if let Some(screen) = state.top() {
        // Help, the palette and the question of leaving lie over the page: none of them shows what it hides.
        let clock = if state.screens().any(|below| below.reads_watch(&state.world)) {
            tr("time: your own watch").to_owned()
        } else {
            clock(state.world.now())
        };
        status::draw(&state.world, &clock, &mut canvas);
        canvas.rule(1, &title(screen, &state.world));
        // What is said in passing has rows of its own: painted over the page it would hide what the page says last.
        let said = state
            .notice()
            .map(|(role, text)| (*role, notice(&in_words(*role, text), (width, height))));
        let whole = screen.keeps_its_rows();
        let rows = said.as_ref().map_or(0, |(_, lines)| cells(lines.len()));
        let taken = if whole { 0 } else { rows };
        let kept = Band::of(&screen.footing(&state.world), &state.world, width);
        let banded = kept.rows();
        let body = height
            .saturating_sub(4)
            .saturating_sub(banded)
            .saturating_sub(taken);
        canvas.within(0, 2, width, body, |c| screen.draw(&state.world, c));
        if let Some((role, lines)) = &said {
            // In the heading's row there is room for one line.
            let (y, most) = if whole {
                (1, 1)
            } else {
                (body.saturating_add(2), lines.len())
            };
            for (n, line) in lines.iter().take(most).enumerate() {
                let more = if most < lines.len() { " .." } else { "" };
                canvas.put(
                    1,
                    y.saturating_add(cells(n)),
                    *role,
                    &format!("{line}{more}"),
                );
            }
        }
        let top = height.saturating_sub(1).saturating_sub(banded);
        canvas.rule(top.saturating_sub(1), &[]);
        let band = Band::of(&screen.footing(&state.world), &state.world, width);
        band.draw(&kept, top, &mut canvas);
        key_line(state, screen.typing(), &mut canvas);
    }
    canvas.finish();
    Drawn {
        cursor: canvas.cursor(),
        hits: canvas.hits(),
        hidden: canvas.hidden(),
    }
}

fn title(screen: &dyn Screen, world: &World) -> Vec<String> {
    let mut title = screen.title(world);
    if world.rehearsal() && world.wide() {
        let offers = screen.offers(world);
        let fills = offers
            .iter()
            .any(|offer| offer.verb == Verb::Practice && offer.off.is_none());
        // While a ceremony is under way it answers each question, though not on the pages between.
        let answers = fills || screen.holds().is_some();
        let parts = title.iter().map(|part| part.width().saturating_add(3));
        let taken = parts.fold(5, usize::saturating_add);
        let room = usize::from(world.size.0).saturating_sub(taken);
        // Whatever the page is called: that nothing of it is real is never cut, and the less is said of it the longer that is.
        let said = [
            rehearsal(world, answers),
            rehearsal(world, false),
            tr(REHEARSAL).to_owned(),
        ];
        let words = said.iter().find(|words| words.width() <= room);
        let words = words.cloned().unwrap_or_else(|| tr(REHEARSAL).to_owned());
        let over = words.width().saturating_sub(room);
        if let Some(last) = title.last_mut().filter(|_| over > 0) {
            *last = cut(last, last.width().saturating_sub(over).max(8));
        }
        title.push(words);
    }
    title
}

/// What is said of a rehearsal where there is room for nothing else.
const REHEARSAL: &str = "REHEARSAL. You play everybody.";

fn too_small(canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    let text = say!(
        "needs {value}x{value_2}, is {width}x{height}. Ctrl-C twice leaves. Nothing is lost, no key is taken. A larger window goes on; keymoot --plain works in any",
        value = LEAST.0,
        value_2 = LEAST.1,
        width,
        height
    );
    let lines = super::canvas::wrap(&text, usize::from(width));
    let top = height.saturating_sub(cells(lines.len())) / 2;
    for (n, line) in lines.iter().enumerate() {
        let x = width.saturating_sub(cells(line.width())) / 2;
        canvas.put(x, top.saturating_add(cells(n)), Role::Note, line);
    }
}

/// What stops says so in a word as well: its colour alone would not be seen by everybody.
fn in_words(role: Role, text: &str) -> String {
    if role == Role::Stop && !text.starts_with("STOP") {
        return format!("STOP  {text}");
    }
    text.to_owned()
}

/// The rows of what is said in passing: whole, as long as a few rows of the page are left beside it.
fn notice(text: &str, (width, height): (u16, u16)) -> Vec<String> {
    /// Rows of the frame, and of the page at least.
    const OTHERS: u16 = 12;
    let room = usize::from(width.saturating_sub(2));
    let lines = super::canvas::wrap(text, room);
    super::band::within(lines, usize::from(height.saturating_sub(OTHERS)), room)
}

fn key_line(state: &State, typing: bool, canvas: &mut Canvas<'_>) {
    let y = canvas.height().saturating_sub(1);
    let mut keys = keys::footer(&state.offers(), typing);
    if state.world.look.ascii {
        // Its arrows would be drawn as a caret and a letter, which reads as Ctrl-V.
        for key in keys.iter_mut().filter(|key| key.key == keys::ARROWS) {
            key.key = "Up/Dn".into();
        }
    }
    let all: Vec<usize> = {
        let mut order: Vec<&Footed> = keys.iter().collect();
        // Within a rank as the page names them; what is left out is the last.
        order.sort_by_key(|key| (key.rank(), key.place));
        // One column in front; the two between keys stand behind the last as well, where nothing need be.
        let mut room = usize::from(canvas.width()).saturating_add(1);
        let fits = order.into_iter().take_while(|key| {
            let width = key.key.width() + key.word.width() + 3;
            let fits = key.rank() == 0 || width <= room;
            room = room.saturating_sub(width);
            fits
        });
        fits.map(|key| key.place).collect()
    };
    keys.retain(|key| all.contains(&key.place));
    let (help, rest): (Vec<_>, Vec<_>) = keys
        .into_iter()
        .partition(|key| matches!(key.verb, Verb::Help | Verb::Palette));
    let mut x = 1;
    for Footed { key, word, .. } in rest.into_iter().chain(help) {
        x = canvas.put(x, y, Role::Key, &key);
        x = canvas.put(x.saturating_add(1), y, Role::Text, word);
        x = x.saturating_add(2);
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::app::State;
    use crate::tui::room::{Room, practice_session};
    use crate::tui::screens::home::Home;
    use crate::tui::screens::runner::RunScreen;
    use crate::tui::snapshot;

    /// "F5 answers for you" stood over pages where F5 does nothing, and a page's own title was cut for it.
    #[test]
    fn the_banner_of_a_rehearsal_names_f5_where_it_answers_and_cuts_no_title() {
        let mut room = Room::new(Home::new(), practice_session(false));
        let wide = |room: &mut Room| {
            room.state.world.size = (140, 40);
            let look = snapshot::appearance();
            let text = snapshot::text(&snapshot::drawn(&mut room.state, 140, 40, &look));
            text.lines().nth(1).unwrap_or_default().to_owned()
        };
        let title = wide(&mut room);
        assert!(title.contains("REHEARSAL. You play everybody."), "{title}");
        assert!(!title.contains("F5"), "{title}");
        room.press("c<Enter>");
        let title = wide(&mut room);
        assert!(
            title.contains("looked at, signed for ─ REHEARSAL."),
            "{title}"
        );
        let run = RunScreen::new("Short", None, true);
        room.state = State::new(room.state.world.clone(), Box::new(run));
        let title = wide(&mut room);
        assert!(title.contains("F5 answers for you."), "{title}");
    }

    /// The arrows' longer name in ASCII took the row's end from what makes and moves keys; where settings are, no page said.
    #[test]
    fn in_ascii_the_row_of_home_has_what_it_has_in_glyphs() {
        let mut room = crate::tui::screens::tests::full();
        let mut look = snapshot::appearance();
        for ascii in [false, true] {
            look.ascii = ascii;
            room.state.world.look.ascii = ascii;
            let text = snapshot::text(&snapshot::drawn(&mut room.state, 80, 24, &look));
            let row = text.lines().last().unwrap_or_default();
            for words in ["move", "n new", "x export", "i import", "Esc close"] {
                assert!(row.contains(words), "no {words} in {row}");
            }
            assert!(text.contains(", settings"), "{text}");
        }
    }
}
