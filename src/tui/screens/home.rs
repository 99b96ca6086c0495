//! Home: what is due and for whom, what the vault holds, what this machine is.

mod roads;
mod told;

use std::collections::BTreeMap;

use crate::ceremony::{OpenRun, open_run};
pub(crate) use crate::session::due::left;
use crate::session::due::{Due, Exchanged, Goes};
use crate::session::field::Footing;
use crate::session::op::START_KEY_USAGE;
use crate::session::op_envelopes::ENVELOPES_GONE;
use crate::session::{self, View};
use crate::text::{say, tr};
use crate::tui::canvas::{Canvas, cells};
use crate::tui::digest::Digest;
use crate::tui::frame::{clock, network_word};
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::list::{Column, Cursor, shared, table, widest};
use crate::tui::world::World;

use super::act::Act;
use super::approve::Approve;
use super::attest::Attest;
use super::compare::Compare;
use super::custodians::Custodians;
use super::deletions::Deletions;
use super::exchange::Exchange;
use super::keys::Keys;
use super::leave::Leave;
use super::picker::Picker;
use super::places;
use super::runner::RunScreen;

/// The first screen of an open vault.
#[derive(Default)]
pub(crate) struct Home {
    cursor: Cursor,
}

impl Home {
    /// Home.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn open(&self, world: &World) -> Reaction {
        let due = due(world);
        match due
            .get(self.cursor.at().min(due.len().saturating_sub(1)))
            .map(|d| &d.goes)
        {
            Some(Goes::Pending(pending)) => {
                Reaction::push(Approve::new((**pending).clone(), world))
            }
            Some(Goes::Deletions) => Deletions::open(),
            Some(Goes::Exchange(line)) => Reaction::push(Exchange::at(line, world)),
            Some(Goes::Enable(arn)) => enable(arn, world),
            Some(Goes::Compare(arn)) => Reaction::push(Compare::new(arn, world)),
            Some(Goes::Ceremonies) => goes_on(world),
            Some(Goes::Ceremony(id)) => Picker::on(id, world),
            Some(Goes::Backup) => Reaction::push(Act::backup(world)),
            Some(Goes::Happened(answer)) => Reaction::push(Custodians::on(answer, world)),
            Some(Goes::Appoint(whom)) => Reaction::push(Act::appointing(&whom.person, world)),
            Some(Goes::Envelopes) => Reaction::push(Act::of(&ENVELOPES_GONE, None, world)),
            Some(Goes::Clock) => Reaction::push(Attest::again(world)),
            Some(Goes::Close) => Reaction::push(Leave::closing()),
            None => Reaction::push(Keys::new()),
        }
    }
}

/// Everything that is due, the most urgent first.
/// The act that enables this key again.
fn enable(arn: &str, world: &World) -> Reaction {
    let keys = world.view.iter().flat_map(|view| view.keys.iter());
    let row = keys.into_iter().find(|row| row.key.key_arn == arn);
    Reaction::push(Act::of(&START_KEY_USAGE, row, world))
}

fn due(world: &World) -> Vec<Due> {
    let view = world.view.as_ref();
    let mut due = view.map_or_else(Vec::new, |view| session::due::due(view, world.now()));
    for line in &mut due {
        if matches!(line.goes, Goes::Ceremonies)
            && let Some(view) = view
        {
            named(line, view);
        }
    }
    due
}

/// A ceremony is called what the list of ceremonies calls it.
fn named(due: &mut Due, view: &View) {
    if let Some(open) = open_run(view) {
        due.what = due.what.replacen(&open.script, &open.title, 1);
    }
}

/// Straight on with the ceremony that stands open; one whose script nobody has here is chosen with its file.
pub(super) fn goes_on(world: &World) -> Reaction {
    let open = world.view.as_deref().and_then(open_run);
    let Some((title, script)) = open.and_then(|open| Some((open.title, open.bytes?))) else {
        return Picker::open(world);
    };
    let order = Order::PlayHere {
        script,
        inputs: BTreeMap::new(),
        resume: true,
        people: BTreeMap::new(),
        real: false,
        clock: None,
        out: None,
    };
    Reaction::push(RunScreen::new(&title, None, false)).then(Step::Order(order))
}

/// How a due thing is drawn; its word says the same.
fn role(due: &Due) -> Role {
    match due.kind {
        "STOP" | "suspect" => Role::Stop,
        "compare" if due.over => Role::Stop,
        "approve" | "ceremony" | "compare" | "returned" => Role::Wait,
        "copy" | "clock" => Role::Note,
        "deletion" => Role::Countdown,
        "token" if due.over => Role::Note,
        _ => Role::Text,
    }
}

/// What Enter does on something due on Exchange.
fn exchange_words(line: &Exchanged) -> &'static str {
    match line {
        Exchanged::Sent(..) => tr("shows what was sent, and reads receipts"),
        Exchanged::Token(_) => tr("shows the token that was given out"),
        Exchanged::Unwritten(_) => tr("shows what is still to be written; w there writes it"),
    }
}

/// Where one can go from here, with the keys, from the one table.
fn places() -> String {
    // Settings are a key of every page, and on no page's row: here is where somebody new looks.
    let settings = Offer::word(Verb::Settings, tr("settings"));
    let listed = places::listed().map(Offer::plain).chain([settings]);
    let places = listed.filter_map(|offer| {
        Some(format!(
            "{} {}",
            offer.chord(false)?.shown(),
            offer.footer_word()
        ))
    });
    places.collect::<Vec<_>>().join("  ")
}

/// The lines under the list.
fn facts(view: &View, world: &World) -> Vec<(&'static str, Role, String)> {
    let last = view.exports.first().map_or_else(
        || tr("nothing has left this vault yet").to_owned(),
        |e| match &e.first {
            Some(above) => say!(
                "{label} left under {above}, which nobody else has, at {clock}",
                label = e.label,
                above,
                clock = clock(e.at)
            ),
            None => say!(
                "{label} went to {common_name} at {clock}",
                label = e.label,
                common_name = e.to(),
                clock = clock(e.at)
            ),
        },
    );
    let worst = world
        .doctor
        .iter()
        .find(|(_, verdict, _)| verdict == "STOP");
    // What was looked at when the program began says nothing of the clock once people have read their watches.
    let noted = |(label, verdict, _): &&(String, String, String)| {
        verdict == "note" && !(label == "clock" && view.attested)
    };
    let host = match worst.or_else(|| world.doctor.iter().find(noted)) {
        Some((label, verdict, line)) => format!(
            "{} · {verdict}: {label}: {line}",
            network_word(&world.network)
        ),
        None => network_word(&world.network).to_owned(),
    };
    // Six words of nine letters fill a line of their own: they are compared with the card, and never cut.
    let head = view.card_words.join(" ");
    vec![
        (tr("KEYS"), Role::Text, told::keys(view, world.size.0)),
        (tr("LAST"), Role::Text, last),
        (tr("PEOPLE"), Role::Text, told::people(view)),
        (tr("CARD"), Role::Text, head),
        ("", Role::Muted, view.card_stands()),
        (tr("HOST"), Role::Text, host),
        (tr("GO TO"), Role::Text, places()),
    ]
}

/// What Enter does with the line under the cursor.
fn enter_says(chosen: Option<&Due>, open: Option<&OpenRun>) -> String {
    let Some(due) = chosen else {
        return tr("shows the keys of this vault").to_owned();
    };
    let words = match &due.goes {
        Goes::Pending(p) => {
            return say!(
                "opens the request of {issuer} that waits for signatures",
                issuer = p.issuer
            );
        }
        Goes::Ceremony(id) => return say!("shows the ceremonies, with {id} chosen", id),
        Goes::Ceremonies => match open.filter(|open| open.bytes.is_some()) {
            Some(open) => {
                return say!(
                    "goes on with it at step {number} of {all}",
                    number = open.number,
                    all = open.all
                );
            }
            None => tr("shows the ceremonies: its script's own file goes on with it"),
        },
        Goes::Deletions => tr("shows the deletions and their countdowns"),
        Goes::Exchange(line) => exchange_words(line),
        Goes::Enable(_) => tr("asks for the act that enables it; nothing is signed yet"),
        Goes::Compare(_) => tr("asks for the check value that its sender gave"),
        Goes::Happened(_) => tr("shows the people, their drills, and what to do"),
        Goes::Appoint(_) => tr("asks for a signed appointment; nothing is entered yet"),
        Goes::Envelopes => tr("asks whose are destroyed, and who watched; nothing is entered yet"),
        Goes::Clock => tr("asks two people for the time by their own watches"),
        Goes::Close => {
            tr("asks whether this vault is closed; it is opened again with its custodians")
        }
        Goes::Backup => tr("begins a second copy of this vault, on another medium"),
    };
    words.to_owned()
}

impl Screen for Home {
    fn digest(&self, world: &World) -> Option<Digest> {
        world.view.as_deref().map(Digest::head)
    }

    fn name(&self) -> &'static str {
        "Home"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let due = match due(world).len() {
            0 => tr("nothing is due").to_owned(),
            n => say!("{n} due", n),
        };
        vec![tr("Home").into(), due]
    }

    fn footing(&self, world: &World) -> Footing {
        let due = due(world);
        let open = world.view.as_deref().and_then(open_run);
        let chosen = due.get(self.cursor.at().min(due.len().saturating_sub(1)));
        let of_run = chosen.is_some_and(|due| matches!(due.goes, Goes::Ceremonies));
        let so_far = open.as_ref().filter(|_| of_run).map_or_else(
            || tr("everything done so far is saved; looking changes nothing").to_owned(),
            OpenRun::so_far,
        );
        let enter = enter_says(chosen, open.as_ref());
        Footing {
            acts: tr("nobody: looking needs no approval").into(),
            enter,
            so_far,
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::word(Verb::Enter, tr("open"))];
        // What makes and moves keys stays in a full row before the arrows, which move nothing where one thing is due or none.
        let mut moves = (due(world).len() > 1).then(keys::moves);
        for verb in places::VERBS {
            if verb == Verb::Keys {
                offers.extend(moves.take().unwrap_or_default());
            }
            let offer = Offer::plain(verb);
            offers.push(match places::closed(verb, world) {
                Some(reason) => offer.off_because(reason),
                None => offer,
            });
        }
        if world
            .view
            .as_ref()
            .is_some_and(|view| !view.notes.is_empty())
        {
            offers.push(Offer::plain(Verb::Notes));
        }
        offers.push(Offer::word(Verb::Back, tr("close")));
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Home lists what waits for somebody: requests for signatures, keys that will be destroyed, exports whose receiver has not answered.",
            "The vault is open: names, purposes and states can be read. Opening does not let anybody use a key: every act is asked for, signed by custodians, and only then done.",
            "NOTE is what opening found; F8 shows all of it whole. PEOPLE says whose share opened the vault; others may be in the room.",
            "CARD are the six words of the witness card: they stand for this state of the vault and all that led to it. The witness copies them before the vault is closed. A receipt or a refusal that is noted after it changes no word; the log alone holds it.",
            "A card of an earlier sequence is old, not wrong: its words stay those of its own sequence, a vault opens with it, and every change since is listed. Cross it out once there is a newer one; the palette (:) writes one at any time, as witness card.",
            "After 5 minutes without a key the screen locks by itself: everything is hidden, nothing is lost, and one custodian unlocks it.",
            "In the first line: the vault, what it is for, who is here, its time, the network, and how many requests wait.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some(view) = &world.view else {
            canvas.put(2, 1, Role::Muted, tr("No vault is open. Esc goes back."));
            return;
        };
        let (width, height) = (canvas.width(), canvas.height());
        let facts = told::rows(facts(view, world), width);
        // What opening found comes first: it is what the people here have to know before anything else.
        let notes = told::notes(view, width, height.saturating_sub(cells(facts.len())));
        let facts: Vec<told::Row> = notes.into_iter().chain(facts).collect();
        let below = cells(facts.len()).min(height.saturating_sub(5));
        let above = height.saturating_sub(below).saturating_sub(1);
        let due = due(world);
        if due.is_empty() {
            roads::nothing_due(view, width, above.saturating_add(1), canvas);
        } else {
            let columns = columns(&due, width);
            let cursor = Cursor::on(self.cursor.at().min(due.len().saturating_sub(1)));
            let told = told::explained(&due, cursor.at(), width);
            let above = told::room_for(due.len(), &told, width, above);
            let listed = told::listed(due.len(), &told, width, above);
            canvas.within(0, 0, width, listed, |c| {
                table(c, &columns, due.len(), cursor, |n| {
                    due.get(n).map_or((Role::Text, Vec::new()), |d| {
                        (
                            role(d),
                            vec![
                                tr(d.kind).into(),
                                d.what.clone(),
                                d.when.clone(),
                                d.who.clone(),
                            ],
                        )
                    })
                });
            });
            told::explain(view, &told, (listed, above), canvas);
        }
        let top = height.saturating_sub(below);
        for (n, (label, role, text)) in facts.iter().enumerate() {
            let y = top.saturating_add(cells(n));
            canvas.put(2, y, Role::Muted, label);
            canvas.put_cut(10, y, width.saturating_sub(11), *role, text);
        }
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter => self.open(world),
            place if places::VERBS.contains(&place) => places::to(place, world),
            Verb::Notes => told::whole(world),
            // Opening again takes everybody's passphrases: a stray key never costs that.
            Verb::Back => Reaction::push(Leave::closing()),
            other => {
                self.cursor
                    .moved(other, due(world).len(), usize::from(world.size.1 / 3));
                Reaction::none()
            }
        }
    }
}

/// The columns of what is due: as wide as what stands in them, where there is room for that.
fn columns(due: &[Due], width: u16) -> [Column; 4] {
    /// The marker, the word, the gaps between and the edge.
    const OTHERS: u16 = 18;
    /// Columns for three short names.
    const NAMES: u16 = 15;
    let when = widest(due.iter().map(|d| d.when.as_str())).clamp(4, 16);
    let room = width.saturating_sub(OTHERS).saturating_sub(when);
    let wanted = widest(due.iter().map(|d| d.what.as_str()));
    let names = widest(due.iter().map(|d| d.who.as_str())).max(3);
    let (for_whom, what) = shared(room, names, wanted, NAMES);
    [
        Column {
            title: "DUE",
            width: 8,
            right: false,
        },
        Column {
            title: "",
            width: what,
            right: false,
        },
        Column {
            title: "WHEN",
            width: when,
            right: false,
        },
        Column {
            title: "FOR",
            width: for_whom,
            right: false,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::left;
    use crate::api::Timestamp;

    #[test]
    fn spans_say_the_two_units_that_matter() {
        let span = |seconds: i64| {
            left(
                Timestamp::from_millis(0),
                Timestamp::from_millis(seconds * 1000),
            )
        };
        assert_eq!(span(2 * 86_400 + 3 * 3600 + 5), "2 d 03 h");
        assert_eq!(span(3600 * 4 + 600), "4 h 10 m");
        assert_eq!(span(61), "1 m 01 s");
        assert_eq!(span(9), "9 s");
        assert_eq!(span(-1), "over");
    }
}
