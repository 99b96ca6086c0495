//! One key: every field of it, its tags, and the history of its exports.

use super::compare::Compare;
use super::comparing;
use super::delete::Delete;
use super::done::check_values;
use super::done_words::own_arn;
use super::menu::Menu;
use super::review::Review;
use super::save::Save;
use crate::api::{Key, KeyClass, KeyOrigin, KeyState};
use crate::session::build::Answers;
use crate::session::field::Footing;
pub(crate) use crate::session::guide::{export_off_in_words, out_off};
use crate::session::said;
use crate::session::{Comparing, KeyRow, View, modes, op};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::digest::Digest;
use crate::tui::frame::clock;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::key_table::state_word;
use crate::tui::widgets::lines::{self, Line, Reading, Rest};
use crate::tui::world::World;

/// The page of one key.
pub(crate) struct KeyPage {
    arn: String,
    draft: Option<Draft>,
    reading: Reading,
    /// What was on record of its comparison before somebody went to compare it, empty for nothing; where somebody did.
    before: Option<String>,
}

impl KeyPage {
    /// The page of the key with this ARN.
    pub(crate) fn new(arn: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            draft: None,
            reading: Reading::default(),
            before: None,
        }
    }

    /// The same right after it was compared.
    pub(super) fn compared(arn: &str) -> Self {
        Self {
            before: Some(String::new()),
            ..Self::new(arn)
        }
    }

    fn row<'a>(&self, world: &'a World) -> Option<&'a KeyRow> {
        world
            .view
            .as_ref()?
            .keys
            .iter()
            .find(|r| r.key.key_arn == self.arn)
    }

    fn ask(&mut self, op: &'static str) -> Reaction {
        let draft = about_key(op, &self.arn);
        self.draft = Some(draft.clone());
        Reaction::order(Order::Preview(Box::new(draft)))
    }
}

/// The draft of an act that needs nothing but a key.
pub(crate) fn about_key(op: &'static str, arn: &str) -> Draft {
    let texts = [("key".to_owned(), arn.to_owned())].into();
    Draft {
        op,
        answers: Answers {
            texts,
            ..Answers::default()
        },
        out: None,
    }
}

fn fields(row: &KeyRow) -> Vec<Line> {
    let key = &row.key;
    let attributes = &key.key_attributes;
    let usage = attributes.key_usage;
    let mut lines = vec![
        Line::new(tr("use"), format!("{} {}", usage.code(), tr(usage.words()))),
        Line::new(tr("algorithm"), attributes.key_algorithm.name()),
        Line::new(tr("modes"), modes::words(&attributes.key_modes_of_use)),
    ];
    lines.extend(check_values(key, Some(row)));
    if !row.comparing.is_some_and(Comparing::hides) {
        lines.extend(comparing::compared(row));
    }
    lines.extend(comparing::twin(Some(row)));
    let state = state_word(row);
    let role = if [tr("ready"), tr("trusted")].contains(&state) {
        Role::Ok
    } else {
        Role::Note
    };
    let came = match key.key_origin {
        KeyOrigin::AWS_PAYMENT_CRYPTOGRAPHY => tr("made here").to_owned(),
        KeyOrigin::EXTERNAL => match &row.sender {
            Some(sender) => say!("imported, from whoever stands under {sender}", sender),
            None => tr("imported").to_owned(),
        },
    };
    lines.extend([
        Line::new(tr("state"), state).role(role),
        Line::new(
            tr("exportable"),
            if key.key_attributes.key_class == KeyClass::PUBLIC_KEY {
                tr("no secret: a certificate of others, who have it themselves")
            } else if key.exportable {
                tr("yes, wrapped")
            } else {
                tr("never")
            },
        ),
        Line::new(tr("came from"), came),
        Line::new(tr("created"), clock(key.create_timestamp)),
        own_arn(&key.key_arn),
    ]);
    lines.extend(moments(key));
    lines.extend(suspicion(row));
    if let Some(subject) = &row.subject {
        lines.push(Line::new(tr("certificate"), subject.clone()));
    }
    lines.extend(
        row.tags
            .iter()
            .map(|(key, value)| Line::new(tr("tag"), format!("{key} = {value}"))),
    );
    lines
}

/// When it changed, and when it goes.
fn moments(key: &Key) -> Vec<Line> {
    let pending = key.delete_pending_timestamp;
    let moments = [
        (tr("enabled"), key.usage_start_timestamp),
        (tr("disabled"), key.usage_stop_timestamp),
        (tr("destroyed"), key.delete_timestamp),
        (
            tr("will be destroyed on"),
            pending.filter(|_| key.delete_timestamp.is_none()),
        ),
    ];
    moments
        .into_iter()
        .filter_map(|(label, at)| Some(Line::new(label, clock(at?))))
        .collect()
}

/// Why the key is suspect, and what stands under it.
fn suspicion(row: &KeyRow) -> Vec<Line> {
    let Some((why, under)) = &row.suspect else {
        return Vec::new();
    };
    let told =
        |(label, text): (&'static str, &String)| Line::new(label, text.clone()).role(Role::Stop);
    let under = under.iter().map(|dependant| (tr("under it"), dependant));
    std::iter::once(("SUSPECT", why))
        .chain(under)
        .map(told)
        .collect()
}

/// Everything about a key: its fields, and where it went.
pub(super) fn told(row: &KeyRow, view: &View) -> Vec<Line> {
    let mut all = fields(row);
    all.extend(exports(row, view));
    all
}

fn exports(row: &KeyRow, view: &View) -> Vec<Line> {
    let mine = || view.exports.iter().filter(|e| e.arn == row.key.key_arn);
    let lines: Vec<Line> = mine()
        .map(|e| {
            let role = match e.state.as_str() {
                "confirmed" => Role::Ok,
                "DIFFERS" => Role::Stop,
                _ => Role::Wait,
            };
            let text = say!(
                "{state} to {receiver}, KCV {check_value}",
                state = said::export(&e.state),
                receiver = e.receiver,
                check_value = e.check_value
            );
            // What went on papers has no file.
            let text = if e.file.is_empty() {
                text
            } else {
                say!("{text}, file {file}", text, file = e.file)
            };
            let text = format!("{}  {text}", clock(e.at));
            match &e.serial {
                // In the place of the key, which stayed.
                Some(serial) => Line::new(tr("initial key"), format!("{serial}  {text}")),
                None => Line::new(tr("went out"), text),
            }
            .role(role)
        })
        .collect();
    let itself = mine().any(|e| e.serial.is_none());
    let never = Line::new(tr("went out"), tr("never")).role(Role::Muted);
    let never = (!itself).then_some(never);
    never.into_iter().chain(lines).collect()
}

/// Whether somebody else sent it: then they wait for its receipt.
fn came_as_a_key(row: &KeyRow) -> bool {
    row.key.key_origin == KeyOrigin::EXTERNAL
        && row.key.key_attributes.key_class == KeyClass::SYMMETRIC_KEY
}

/// What import-key answers, as the AWS CLI prints it: `keymoot receipt` and the page Exchange read it.
fn receipt(row: &KeyRow) -> Save {
    let mut answer = serde_json::json!({ "Key": row.key });
    crate::api::iso_time::print_form(&mut answer);
    let text = serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n";
    Save::new(
        tr("Receipt for the sender"),
        "receipt.json",
        text.into_bytes(),
    )
    .then_says(tr(
        "its sender reads it back at Exchange, or with keymoot receipt",
    ))
}

/// Why a key is not put to use again: it is cleared first.
fn stays_off(row: &KeyRow) -> Option<&'static str> {
    let off = row.suspect.is_some() && !row.key.enabled;
    off.then(|| tr("it is suspect; the answer about one key at Custodians (p) clears it"))
}

impl Screen for KeyPage {
    fn digest(&self, world: &World) -> Option<Digest> {
        self.row(world).and_then(Digest::of_key)
    }

    fn name(&self) -> &'static str {
        "Key"
    }

    fn title(&self, world: &World) -> Vec<String> {
        let label = self
            .row(world)
            .map_or_else(|| self.arn.clone(), |r| r.label.clone());
        vec![tr("Key").into(), label]
    }

    fn footing(&self, world: &World) -> Footing {
        let now = self.row(world).and_then(|row| row.compared.as_deref());
        let now = now.unwrap_or_default();
        let entered = self.before.as_ref().is_some_and(|before| before != now);
        Footing {
            acts: tr("nobody: looking needs no approval").into(),
            enter: tr("back to where you were").into(),
            so_far: if entered {
                tr("what came of the comparison is recorded; nothing else changed")
            } else {
                tr("nothing has changed")
            }
            .into(),
        }
    }

    fn offers(&self, world: &World) -> Vec<Offer> {
        let row = self.row(world);
        let with = |offer: Offer, off: Option<&'static str>| match off {
            Some(reason) => offer.off_because(reason),
            None => offer,
        };
        let pending = row.is_some_and(|r| r.key.key_state == KeyState::DELETE_PENDING);
        let enabled = row.is_some_and(|r| r.key.enabled);
        let mut offers = vec![Offer::word(Verb::Enter, tr("back"))];
        let comparing = row.and_then(|row| row.comparing);
        if comparing.is_some_and(Comparing::waits) {
            offers.push(Offer::plain(Verb::Compare));
        }
        if pending {
            offers.push(Offer::plain(Verb::Restore));
        }
        if row.is_some_and(came_as_a_key) {
            let hidden = comparing.is_some_and(Comparing::hides);
            let off =
                hidden.then(|| tr("it says our check value, which is hidden until it is compared"));
            offers.push(with(Offer::word(Verb::Write, tr("receipt")), off));
        }
        offers.extend([
            with(
                Offer::plain(Verb::Export),
                row.and_then(export_off_in_words),
            ),
            with(
                Offer::word(
                    Verb::Switch,
                    if enabled { tr("disable") } else { tr("enable") },
                ),
                row.and_then(|row| out_off(row).map(tr).or_else(|| stays_off(row))),
            ),
            with(
                Offer::word(Verb::Name, tr("name")),
                row.and_then(out_off).map(tr),
            ),
            with(Offer::plain(Verb::Delete), row.and_then(out_off).map(tr)),
        ]);
        offers.push(Offer::plain(Verb::Back));
        offers.extend(Reading::offers());
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "Purpose, kind, modes and whether the key may leave are fixed for life. Enabled and disabled can change; each change is signed.",
            "A check value says which key this is without saying the key. Compare it by voice, never by mail alone. Of a key that came in, ours is hidden until somebody has typed what its sender gave (C).",
            "Of a key that came in, w writes the receipt: what its sender reads back at Exchange to know that it arrived, and as which key. No secret is in it.",
        ]
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let (Some(view), Some(row)) = (&world.view, self.row(world)) else {
            canvas.put(2, 1, Role::Muted, tr("This key is not in the vault."));
            return;
        };
        let all = told(row, view);
        let y = lines::draw(
            canvas,
            (0, canvas.height()),
            15,
            &all,
            Rest::Below(&self.reading),
        );
        let offers = self.offers(world);
        super::key_next::draw(canvas, y.saturating_add(1), &offers, Some(row));
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        if self.reading.moved(verb) {
            return Reaction::none();
        }
        // What a comparison left on record is the latest only until something else is begun.
        self.before = None;
        let row = self.row(world);
        match verb {
            Verb::Enter | Verb::Back => Reaction::pop(),
            Verb::Export => Reaction::push(Menu::export(row, world)),
            Verb::Name => row.map_or_else(Reaction::none, |row| {
                Reaction::push(Menu::naming(row, world))
            }),
            Verb::Delete => Reaction::push(Delete::new(row)),
            Verb::Write => row.map_or_else(Reaction::none, |row| Reaction::push(receipt(row))),
            Verb::Compare => {
                let before = row.and_then(|row| row.compared.clone());
                self.before = Some(before.unwrap_or_default());
                Reaction::push(Compare::over_key(&self.arn, world))
            }
            Verb::Restore => self.ask(op::RESTORE_KEY.name),
            Verb::Switch if row.is_some_and(|r| r.key.enabled) => self.ask(op::STOP_KEY_USAGE.name),
            Verb::Switch => self.ask(op::START_KEY_USAGE.name),
            _ => Reaction::none(),
        }
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        let draft = self.draft.take()?;
        match news {
            News::Preview { pending, request } => Some(Reaction::push(Review::new(
                draft,
                pending.clone(),
                request,
                0,
            ))),
            News::Refused(text) => Some(super::outrun(text)),
            _ => None,
        }
    }
}
