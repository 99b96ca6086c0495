//! Which act: the ways a key comes in, the ways it goes out, drawn from the acts' declarations. What a vault cannot
//! do yet is shown with the reason.

use super::act::Act;
use super::create::Create;
use super::export::Export;
use super::root::ImportRoot;
use crate::session::KeyRow;
use crossterm::event::KeyEvent;

use crate::session::field::Footing;
use crate::session::guide::{self, Missing};
use crate::session::op::{self, Op};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::widgets::sheet::{self, Part};
use crate::tui::world::World;

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    In,
    Out,
    Name,
}

impl About {
    /// The acts of the list.
    fn ops(self) -> impl Iterator<Item = &'static Op> {
        op::grouped(match self {
            Self::In => op::Group::In,
            Self::Out => op::Group::Out,
            Self::Name => op::Group::Name,
        })
    }

    fn title(self) -> &'static str {
        match self {
            Self::In => tr("Import"),
            Self::Out => tr("Export"),
            Self::Name => tr("Name or tag"),
        }
    }

    fn question(self) -> &'static str {
        match self {
            Self::In => tr("What comes in?"),
            Self::Out => tr("How does it go out?"),
            Self::Name => tr("What does it get?"),
        }
    }

    const fn explains(self) -> &'static [&'static str] {
        match self {
            Self::In => &[
                "A root certificate comes first: it says whom this vault believes. Keys come in wrapped, never in the clear.",
                "By TR-31 a key travels under a key that both sides hold already. By RSA wrap and TR-34 it travels under a certificate that this vault gives out first.",
            ],
            Self::Out => &[
                "RSA wrap and TR-34 go to a receiver who handed over a certificate. TR-31 goes to one who holds the wrapping key already, or a terminal's initial key to whoever loads it.",
                "A key never travels under a weaker one, and only a key made exportable travels at all.",
            ],
            Self::Name => &[
                "An alias is a name that requests may use in the key's place. A tag is a note; the tag Name is what people here call the key.",
            ],
        }
    }
}

/// A choice among acts.
pub(crate) struct Menu {
    about: About,
    ops: Vec<&'static Op>,
    /// What is missing for each, in their order.
    missing: Vec<Option<Missing>>,
    acts: Choices,
    /// The key it is about, where one was chosen before.
    key: Option<String>,
}

impl Menu {
    fn new(about: About, key: Option<String>, world: &World) -> Self {
        let ops: Vec<&'static Op> = about.ops().collect();
        let view = world.view.as_ref();
        let row = view.and_then(|view| {
            view.keys
                .iter()
                .find(|r| Some(&r.key.key_arn) == key.as_ref())
        });
        let missing: Vec<Option<Missing>> = ops
            .iter()
            .map(|op| view.and_then(|view| guide::off(op, view, row)))
            .collect();
        let entries = ops.iter().zip(&missing).map(|(op, missing)| {
            let entry = Entry::new(op.title, tr(op.title), tr(op.does));
            match missing {
                Some(missing) => entry.off_because(&missing.why),
                None => entry,
            }
        });
        let acts = Choices::new(entries.collect());
        Self {
            about,
            ops,
            missing,
            acts,
            key,
        }
    }

    /// The ways in.
    pub(crate) fn import(world: &World) -> Self {
        Self::new(About::In, None, world)
    }

    /// With the cursor on this way, by title.
    pub(crate) fn on(mut self, title: &str) -> Self {
        self.acts.choose(title);
        self
    }

    /// The ways out, for a key that was chosen or will be.
    pub(crate) fn export(key: Option<&KeyRow>, world: &World) -> Self {
        Self::new(About::Out, key.map(|row| row.key.key_arn.clone()), world)
    }

    /// Names and tags of a key.
    pub(crate) fn naming(key: &KeyRow, world: &World) -> Self {
        Self::new(About::Name, Some(key.key.key_arn.clone()), world)
    }

    /// The wizard of an act of these lists; where something comes first, its list, which says what.
    pub(crate) fn straight_to(op: &'static Op, world: &World) -> Reaction {
        let none = |missing: &Option<Missing>| missing.is_none();
        match Self::before(op, None, world) {
            Some(list) if !list.missing.get(list.acts.cursor.at()).is_some_and(none) => {
                Reaction::push(list)
            }
            list => Reaction::one(Step::Push(page(op, (None, None), list.is_some(), world))),
        }
    }

    /// The list that an act was chosen from, with the cursor on it: where Esc leads from its first page.
    fn before(op: &Op, key: Option<&str>, world: &World) -> Option<Self> {
        let mut lists = [About::In, About::Out, About::Name].into_iter();
        let about = lists.find(|about| about.ops().any(|known| known.title == op.title))?;
        let mut menu = Self::new(about, key.map(str::to_owned), world);
        menu.acts.choose(op.title);
        Some(menu)
    }

    /// The act under the cursor, and what is missing for it.
    fn chosen(&self) -> Option<(&'static Op, Option<&Missing>)> {
        let at = self.acts.cursor.at();
        let missing = self.missing.get(at).and_then(Option::as_ref);
        Some((self.ops.get(at).copied()?, missing))
    }

    fn go(&self, world: &World) -> Reaction {
        let Some((op, missing)) = self.chosen() else {
            return Reaction::none();
        };
        let view = world.view.as_ref();
        let row = view
            .zip(self.key.as_ref())
            .and_then(|(view, arn)| view.keys.iter().find(|r| r.key.key_arn == *arn));
        let Some(missing) = missing else {
            return Reaction::one(Step::Replace(page(op, (row, None), true, world)));
        };
        let title = tr(op.title);
        match missing.first.and_then(op::named) {
            // What comes first lies over the list, and the list is there again afterwards.
            Some(first) => {
                Reaction::one(Step::Push(page(first, (None, missing.with), false, world))).then(
                    Step::Notice(
                        Role::Note,
                        say!(
                            "This comes before \"{title}\": {why}.",
                            title,
                            why = missing.why
                        ),
                    ),
                )
            }
            None => Reaction::notice(
                Role::Note,
                say!("{title} cannot be chosen: {why}.", title, why = missing.why),
            ),
        }
    }
}

/// Every act of these lists that has no wizard of its own.
#[cfg(test)]
pub(in crate::tui) fn listed() -> Vec<&'static Op> {
    let wizards = [op::CREATE_KEY, op::IMPORT_ROOT, op::EXPORT_RSA_WRAP].map(|op| op.name);
    let lists = [About::In, About::Out, About::Name].into_iter();
    lists
        .flat_map(About::ops)
        .filter(|op| !wizards.contains(&op.name))
        .collect()
}

/// The wizard of an act; from one that was chosen in the list, Esc leads back to it.
fn page(
    op: &'static Op,
    (row, with): (Option<&KeyRow>, Option<(&'static str, &'static str)>),
    listed: bool,
    world: &World,
) -> Box<dyn Screen> {
    if op.name == op::IMPORT_ROOT.name {
        Box::new(ImportRoot::new().listed(listed))
    } else if op.name == op::EXPORT_RSA_WRAP.name {
        Box::new(Export::new(row).listed(listed))
    } else if op.name == op::CREATE_KEY.name {
        Box::new(Create::new().with(with))
    } else {
        Box::new(Act::of(op, row, world).with(with).listed(listed))
    }
}

/// Esc on the first page of an act: to the list it was chosen from, or to what lies beneath.
pub(crate) fn leave(listed: bool, op: &Op, key: Option<&str>, world: &World) -> Reaction {
    match Menu::before(op, key, world).filter(|_| listed) {
        Some(menu) => Reaction::instead(menu),
        None => Reaction::pop(),
    }
}

impl Screen for Menu {
    fn name(&self) -> &'static str {
        self.about.title()
    }

    fn title(&self, world: &World) -> Vec<String> {
        let view = world.view.as_deref();
        let row = view.and_then(|v| {
            v.keys
                .iter()
                .find(|r| Some(&r.key.key_arn) == self.key.as_ref())
        });
        let mut title = vec![self.about.title().to_owned()];
        title.extend(row.map(|row| row.label.clone()));
        title.push(self.about.question().into());
        title
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match self.chosen() {
            Some((_, Some(missing))) => match missing.first.and_then(op::named) {
                Some(first) => say!(
                    "begins what comes first: \"{first}\"",
                    first = tr(first.title)
                ),
                None => tr("is off: the note above says why").into(),
            },
            Some((op, None)) => say!("begins \"{label}\"", label = tr(op.title)),
            None => tr("does nothing").into(),
        };
        Footing {
            acts: super::wizard::acts(world),
            enter,
            so_far: tr("nothing was asked, nothing has changed").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::finds();
        offers.extend([Offer::plain(Verb::Enter), Offer::plain(Verb::Back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        self.about.explains()
    }

    fn needs_partner(&self) -> bool {
        self.about != About::Name
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        // The titles alone; what the chosen one does stands below, whole.
        let mut titles = self.acts.clone();
        for entry in &mut titles.entries {
            entry.note.clear();
        }
        let Some((op, missing)) = self.chosen() else {
            return;
        };
        let does = say!("It {note}.", note = tr(op.does));
        let note = missing.map(|missing| say!("note  {reason}.", reason = missing.why));
        let parts = [
            Part::Head(Role::Title, self.about.question().into()),
            Part::Gap,
            Part::Choices(&titles),
            Part::Gap,
            Part::Head(Role::Text, does.into()),
            Part::Head(Role::Note, note.unwrap_or_default().into()),
        ];
        sheet::draw(canvas, 2, 1, &parts);
    }

    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        self.acts.letter(&key);
        Reaction::none()
    }

    fn verb(&mut self, verb: Verb, world: &World) -> Reaction {
        match verb {
            Verb::Enter => self.go(world),
            Verb::Back => Reaction::pop(),
            other => {
                self.acts.moved(other);
                Reaction::none()
            }
        }
    }

    fn returned(&mut self, world: &World) -> Reaction {
        // What was missing may have come meanwhile.
        let cursor = self.acts.cursor;
        *self = Self::new(self.about, self.key.take(), world);
        self.acts.cursor = cursor;
        Reaction::none()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::session::guide::views;
    use crate::session::happened::{self, HAPPENED, Leads, RECOVERED};
    use crate::tui::screens::places::Place;
    use crate::tui::snapshot;

    /// As the menu of the lines judges it (`plain/menu_tests.rs`): there is one rule.
    #[test]
    fn every_act_is_judged_at_the_screens_by_the_rule_of_the_lines() {
        let mut judged = std::collections::BTreeSet::new();
        for (name, view) in views() {
            let mut world = snapshot::world();
            let view = Arc::new(view);
            world.view = Some(Arc::clone(&view));
            for about in [About::In, About::Out] {
                let list = Menu::new(about, None, &world);
                for (op, missing) in list.ops.iter().zip(&list.missing) {
                    assert_eq!(
                        *missing,
                        guide::off(op, &view, None),
                        "{} in {name}",
                        op.title
                    );
                    judged.insert(op.name);
                }
            }
            for op in op::OPS {
                let off = guide::off(op, &view, None);
                let place = Place::Act(op.title);
                if Place::all().contains(&place) {
                    // Where something comes first, the list leads there.
                    let closed = off.as_ref().filter(|off| off.first.is_none());
                    let closed = closed.map(|off| off.why.clone());
                    assert_eq!(place.off(&world), closed, "{} in {name}", op.title);
                    judged.insert(op.name);
                }
                let leads = |one: &&happened::Happened| {
                    let here = matches!(one.leads, Leads::Act(known) if known.name == op.name);
                    here && one.id != RECOVERED
                };
                for answer in HAPPENED.iter().filter(leads) {
                    let why = off.as_ref().map(|off| off.why.clone());
                    assert_eq!(happened::off(answer, &view), why, "{} in {name}", answer.id);
                    judged.insert(op.name);
                }
            }
        }
        // What Home's keys and other places lead to stands there.
        let elsewhere = |op: &&op::Op| !judged.contains(op.name);
        let others: Vec<&str> = op::OPS.iter().filter(elsewhere).map(|op| op.name).collect();
        assert_eq!(
            others,
            ["create-key", "act-list", "vault.backup", "vault.restore"]
        );
    }
}
