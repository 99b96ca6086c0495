//! Which act: the ways a key comes in, the ways it goes out, drawn from the acts' declarations. What a vault cannot
//! do yet is shown with the reason.

use super::act::Act;
use super::export::Export;
use super::root::ImportRoot;
use crate::session::field::{Footing, Kind};
use crate::session::op::{self, Op};
use crate::session::{KeyRow, View, guide, op_exchange};
use crate::text::{say, tr};
use crate::tui::canvas::Canvas;
use crate::tui::keys::{self, Offer, Verb};
use crate::tui::screen::{Reaction, Screen, Step};
use crate::tui::theme::Role;
use crate::tui::widgets::choice::{Choices, Entry};
use crate::tui::world::World;

/// A choice among acts.
pub(crate) struct Menu {
    title: &'static str,
    question: &'static str,
    explains: &'static [&'static str],
    acts: Choices,
    /// The key it is about, where one was chosen before.
    key: Option<String>,
}

impl Menu {
    fn new(
        title: &'static str,
        question: &'static str,
        explains: &'static [&'static str],
        belongs: impl Fn(&Op) -> bool,
        key: Option<&KeyRow>,
        world: &World,
    ) -> Self {
        let entries = op::OPS.iter().filter(|op| belongs(op)).map(|op| {
            let entry = Entry::new(op.name, op.title, op.does);
            match world.view.as_ref().and_then(|view| missing(op, view)) {
                Some(reason) => entry.off_because(reason),
                None => entry,
            }
        });
        Self {
            title,
            question,
            explains,
            acts: Choices::new(entries.collect()),
            key: key.map(|row| row.key.key_arn.clone()),
        }
    }

    /// The ways in.
    pub(crate) fn import(world: &World) -> Self {
        Self::new(
            tr("Import"),
            tr("What comes in?"),
            &[
                "A root certificate comes first: it says whom this vault believes. Keys come in wrapped, never in the clear.",
                "By TR-31 a key travels under a key that both sides hold already. By RSA wrap and TR-34 it travels under a certificate that this vault gives out first.",
            ],
            |op| op.name.starts_with("import-key") || op.name == op::named_parameters(true),
            None,
            world,
        )
    }

    /// The ways out, for a key that was chosen or will be.
    pub(crate) fn export(key: Option<&KeyRow>, world: &World) -> Self {
        Self::new(
            tr("Export"),
            tr("How does it go out?"),
            &[
                "RSA wrap and TR-34 go to a receiver who handed over a certificate. TR-31 goes to one who holds the wrapping key already, or a terminal's initial key to whoever loads it.",
                "A key never travels under a weaker one, and only a key made exportable travels at all.",
            ],
            |op| {
                op.name.starts_with("export-key")
                    || op.name == op::named_parameters(false)
                    || op::certifies(op)
            },
            key,
            world,
        )
    }

    /// Names and tags of a key.
    pub(crate) fn naming(key: &KeyRow, world: &World) -> Self {
        Self::new(
            tr("Name or tag"),
            tr("What does it get?"),
            &[
                "An alias is a name that requests may use in the key's place. A tag is a note; the tag Name is what people here call the key.",
            ],
            |op| matches!(op.name, "create-alias" | "tag-resource"),
            Some(key),
            world,
        )
    }

    fn go(&self, world: &World) -> Reaction {
        let Some(entry) = self.acts.chosen() else {
            return Reaction::none();
        };
        if let Some(reason) = &entry.off {
            let words = say!(
                "{label} cannot be chosen: {reason}.",
                label = entry.label,
                reason
            );
            return Reaction::notice(Role::Note, words);
        }
        let row = world
            .view
            .as_ref()
            .zip(self.key.as_ref())
            .and_then(|(view, arn)| view.keys.iter().find(|r| r.key.key_arn == *arn));
        let Some(op) = op::named(&entry.id) else {
            return Reaction::none();
        };
        let next: Box<dyn Screen> = if op.name == op::IMPORT_ROOT.name {
            Box::new(ImportRoot::new())
        } else if op.name == op::EXPORT_RSA_WRAP.name {
            Box::new(Export::new(row))
        } else {
            Box::new(Act::of(op, row, world))
        };
        Reaction::one(Step::Replace(next))
    }
}

/// What an act needs that the vault has not got.
fn missing(op: &Op, view: &View) -> Option<&'static str> {
    let none_for = |id: &str| {
        op.fields.iter().any(|f| f.id == id && f.kind == Kind::Key)
            && !guide::has_key_for(view, op.name, id)
    };
    if none_for("wrap") {
        return Some(tr("there is no key-encryption key here yet"));
    }
    // The wizard of the RSA wrap imports the receiver's root on its way.
    if op.name.starts_with("import-key") && none_for("ca") {
        return Some(tr("no root is trusted here yet"));
    }
    if op.name.starts_with("export-key") && none_for("key") {
        return Some(tr("no key here may leave"));
    }
    if op::certifies(op) && none_for("key") {
        return Some(tr("there is no key pair here yet"));
    }
    if op.name == op_exchange::EXPORT_TR34.name && !view.signs_tokens && none_for("pair") {
        return Some(tr(
            "first give out a certificate to check with: the token is signed with its key",
        ));
    }
    None
}

impl Screen for Menu {
    fn name(&self) -> &'static str {
        self.title
    }

    fn title(&self, _world: &World) -> Vec<String> {
        vec![self.title.into(), self.question.into()]
    }

    fn footing(&self, world: &World) -> Footing {
        let enter = match self.acts.chosen() {
            Some(Entry {
                off: Some(reason), ..
            }) => say!("is off: {reason}", reason),
            Some(entry) => say!("begins \"{label}\"", label = entry.label),
            None => tr("does nothing").into(),
        };
        Footing {
            acts: super::wizard::acts(world),
            enter,
            so_far: tr("nothing was asked, nothing has changed").into(),
        }
    }

    fn offers(&self, _world: &World) -> Vec<Offer> {
        let mut offers = keys::moves();
        offers.extend([Offer::plain(Verb::Enter), Offer::plain(Verb::Back)]);
        offers
    }

    fn help(&self) -> &'static [&'static str] {
        self.explains
    }

    fn draw(&self, _world: &World, canvas: &mut Canvas<'_>) {
        let (width, height) = (canvas.width(), canvas.height());
        let room = width.saturating_sub(4);
        canvas.put(2, 0, Role::Title, self.question);
        // The titles alone; what the chosen one does stands below, whole.
        let titles = Choices {
            entries: self
                .acts
                .entries
                .iter()
                .map(|e| Entry {
                    note: String::new(),
                    ..e.clone()
                })
                .collect(),
            cursor: self.acts.cursor,
        };
        let rows = titles.rows(width.saturating_sub(2), height.saturating_sub(6));
        canvas.within(1, 2, width.saturating_sub(2), rows, |c| {
            titles.draw(c, true);
        });
        let y = rows.saturating_add(3);
        let Some(entry) = self.acts.chosen() else {
            return;
        };
        canvas.within(2, y, room, height, |c| {
            let width = c.width();
            let used = c.paragraph(
                0,
                0,
                width,
                Role::Text,
                &say!("It {note}.", note = entry.note),
            );
            if let Some(reason) = &entry.off {
                c.paragraph(0, used, width, Role::Note, &say!("note  {reason}.", reason));
            }
        });
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
}
