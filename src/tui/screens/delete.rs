//! Asking for a deletion: which key, how long it can still be taken back. The review wants a typed phrase.

use crossterm::event::KeyEvent;

use super::key::out_off;
use super::keys::{history, keys_of};
use super::review::Review;
use super::wizard;
use crate::api::KeyClass;
use crate::session::build::Answers;
use crate::session::field::{Field, Footing};
use crate::session::{KeyRow, View, op};
use crate::text::{say, tr};
use crate::tui::acts::Draft;
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::message::{News, Order};
use crate::tui::screen::{Reaction, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::key_table::KeyTable;
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::widgets::text::TextField;
use crate::tui::world::World;

const FIELDS: &[Field] = op::DELETE_KEY.fields;

/// The wizard.
pub(crate) struct Delete {
    table: KeyTable,
    /// ARN and label of the key.
    key: Option<(String, String)>,
    days: TextField,
    error: Option<String>,
    waiting: bool,
    from_list: bool,
    leaving: wizard::Leaving,
}

impl Delete {
    /// A deletion of this key, or of one that is chosen first.
    pub(crate) fn new(row: Option<&KeyRow>) -> Self {
        Self {
            table: KeyTable::of(|row| out_off(row).is_none()),
            key: row.map(|r| (r.key.key_arn.clone(), r.label.clone())),
            days: TextField::proposing("7"),
            error: None,
            waiting: false,
            from_list: row.is_none(),
            leaving: wizard::Leaving::default(),
        }
    }

    fn draft(&self) -> Draft {
        let key = self
            .key
            .as_ref()
            .map(|(arn, _)| arn.clone())
            .unwrap_or_default();
        let days = self.days.value().trim().to_owned();
        let texts = [("key".to_owned(), key), ("days".to_owned(), days)].into();
        Draft {
            op: op::DELETE_KEY.name,
            answers: Answers {
                texts,
                ..Answers::default()
            },
            out: None,
        }
    }

    /// What is wrong with the days that are typed, if anything.
    fn wrong(&self) -> Option<String> {
        let days = FIELDS.iter().find(|f| f.id == "days")?;
        let error = days.check(self.days.value()).err()?;
        Some(error.to_string())
    }

    /// The key, and how long: the steps before the review.
    fn steps(&self) -> Vec<wizard::Step> {
        let label = self.key.as_ref().map(|(_, label)| label.clone());
        let days = self.key.as_ref().map(|_| self.days.value().to_owned());
        vec![
            (tr("Key"), label.unwrap_or_default()),
            (tr("How long"), days.unwrap_or_default()),
        ]
    }

    fn draw_keys(&self, view: &View, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        canvas.put(2, 0, Role::Title, tr("Which key? / filters."));
        if self.table.filtering {
            self.table.filter.draw(canvas, 26, 0, 40, true);
        }
        canvas.within(0, 1, width, height, |c| {
            self.table.draw(c, &view.keys, out_off);
        });
    }

    fn enter(&mut self, world: &World) -> Reaction {
        if self.key.is_none() {
            let keys = keys_of(world);
            let Some(row) = self.table.chosen(&keys) else {
                return Reaction::none();
            };
            if let Some(reason) = out_off(row) {
                return Reaction::notice(
                    Role::Note,
                    say!("{label} is {reason} already", label = row.label, reason),
                );
            }
            self.key = Some((row.key.key_arn.clone(), row.label.clone()));
            return Reaction::none();
        }
        if let Some(error) = self.wrong() {
            self.error = Some(error);
            return Reaction::none();
        }
        self.waiting = true;
        Reaction::order(Order::Preview(Box::new(self.draft())))
    }
}

/// Said of a certificate: it is no secret, and what ends with it is trust.
const NO_KEY: &str = "It is a certificate of others and no secret key: what ends is that this vault believes what it signed. While it is being deleted nothing is wrapped for whoever stands under it, and nothing from them is taken; keys that came and went stay as they are.";

/// Copies of the vault that hold the key, in a sentence; empty where there is none.
fn copies(row: &KeyRow, view: &View) -> String {
    let born = row.key.create_timestamp;
    let holds = view
        .copies
        .iter()
        .filter(|copy| copy.state != "destroyed" && copy.at >= born);
    let named: Vec<String> = holds
        .map(|copy| format!("{} ({})", copy.id, copy.medium))
        .collect();
    if named.is_empty() {
        return String::new();
    }
    say!(
        " It stays in these copies of the vault until they are destroyed too: {copies}.",
        copies = named.join(", ")
    )
}

impl Screen for Delete {
    fn name(&self) -> &'static str {
        "Delete key"
    }

    fn title(&self, _world: &World) -> Vec<String> {
        let step = match (&self.key, self.from_list) {
            (None, _) => tr("1 of 3: which key"),
            (Some(_), true) => tr("2 of 3: how long"),
            // Asked for from its own page: nothing came before this.
            (Some(_), false) => tr("how long it can be taken back"),
        };
        vec![tr("Delete key").into(), step.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let keys = keys_of(world);
        let chosen = self.table.chosen(&keys);
        let enter = match &self.key {
            None if self.table.filtering => tr("keeps this filter and goes back to the list"),
            None if chosen.is_none() => tr("does nothing: no key is in the list"),
            None if chosen.is_some_and(|row| out_off(row).is_some()) => {
                tr("is off: the row of this key says why")
            }
            None => tr("takes this key and asks how long it can be restored"),
            Some(_) if self.wrong().is_some() => tr("says what is still wrong in this field"),
            Some(_) => tr("shows the review; it asks for a typed word"),
        };
        Footing {
            acts: wizard::acts(world),
            enter: enter.into(),
            so_far: tr("nothing was asked; the key is as it was").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = vec![Offer::plain(Verb::Enter)];
        if self.key.is_none() && !self.table.filtering {
            offers.extend(keys::moves());
            offers.extend([Offer::plain(Verb::Filter), Offer::plain(Verb::Sort)]);
        }
        offers.push(match (&self.key, self.table.filtering) {
            (None, true) => Offer::word(Verb::Back, tr("no filter")),
            (None, false) => self.table.back(),
            (Some(_), _) => Offer::plain(Verb::Back),
        });
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        &[
            "A deleted key is unusable at once and can be restored until its window ends. Then its material is destroyed: in this vault, with its earlier copies. Copies of the vault elsewhere (backups) keep it until they are destroyed too.",
            "Its days count while the vault is closed too; it is destroyed at the first opening after they are over. A clock that was wrong and is set back brings no deletion forward.",
        ]
    }

    fn typing(&self) -> bool {
        self.key.is_some() || self.table.filtering
    }

    fn draw(&self, world: &World, canvas: &mut Canvas<'_>) {
        let Some(view) = &world.view else { return };
        let Some((arn, label)) = &self.key else {
            if world.wide() {
                wizard::draw(world, canvas, &self.steps(), 0, |c| self.draw_keys(view, c));
            } else {
                // The table has the whole page where that is narrow.
                self.draw_keys(view, canvas);
            }
            return;
        };
        let days = FIELDS.iter().find(|f| f.id == "days");
        let row = view.keys.iter().find(|r| r.key.key_arn == *arn);
        let told = row.map(|row| {
            if row.key.key_attributes.key_class == KeyClass::PUBLIC_KEY {
                return tr(NO_KEY).to_owned();
            }
            let sent = say!(
                "{history} What was sent out stays with its receiver.",
                history = history(row, view)
            );
            [sent, copies(row, view)].concat()
        });
        let parts = [
            Part::Head(
                Role::Title,
                say!("How long can {label} still be restored?", label).into(),
            ),
            Part::Gap,
            Part::Field(days.map_or("", |f| tr(f.label)), &self.days),
            Part::Hint(Role::Muted, days.map_or("", |f| tr(f.hint)).into()),
            Part::Gap,
            Part::Stop(self.error.as_deref()),
            Part::Gap,
            Part::Hint(Role::Note, told.unwrap_or_default().into()),
        ];
        wizard::draw(world, canvas, &self.steps(), 1, |c| {
            sheet::draw(c, 1, 0, &parts);
        });
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        let first = self.key.is_none() || !self.from_list;
        let lost = first && self.days.is_own() && !self.table.filtering;
        if let Some(asked) = self.leaving.asks(verb, lost) {
            return asked;
        }
        match verb {
            Verb::Enter if self.table.filtering => self.table.filtering = false,
            Verb::Back if self.key.is_none() && self.table.filters() => {
                self.table.unfilter(&keys_of(world));
            }
            Verb::Enter => return self.enter(world),
            Verb::Back if self.key.is_some() && self.from_list => self.key = None,
            Verb::Back => return Reaction::pop(),
            other => {
                let page = world.size.1.saturating_sub(9);
                self.table.verb(other, &keys_of(world), page);
            }
        }
        Reaction::none()
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.error = None;
        self.leaving.stays();
        match (&self.key, self.table.filtering) {
            (Some(_), _) => self.days.key(&key),
            (None, true) => self.table.key(&key),
            _ => {}
        }
        Reaction::none()
    }

    fn news(&mut self, news: &News, _world: &World) -> Option<Reaction> {
        if !std::mem::take(&mut self.waiting) {
            return None;
        }
        match news {
            News::Preview { pending, request } => Some(Reaction::push(
                Review::new(self.draft(), pending.clone(), request, 1)
                    .behind(self.steps(), self.from_list.then_some((3, 3))),
            )),
            News::Refused(text) => {
                self.error = Some(text.clone());
                Some(Reaction::none())
            }
            _ => None,
        }
    }
}
