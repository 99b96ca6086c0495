//! What a screen is: its words, its keys, its drawing, and what it does with what comes in.

use std::path::{Path, PathBuf};

use crossterm::event::KeyEvent;

use super::canvas::Canvas;
use super::digest::Digest;
use super::keys::{Offer, Verb};
use super::look::Look;
use super::message::{News, Order};
use super::theme::Role;
use super::widgets::form::Form;
use super::widgets::signing::SignForm;
use super::world::World;
use crate::session::InTheOpen;
use crate::session::field::Footing;

/// One screen of the stack. It holds no business rule: it draws views and sends orders.
pub(crate) trait Screen {
    /// Its name in help.
    fn name(&self) -> &'static str;

    /// The title rule: place, then step or count.
    fn title(&self, world: &World) -> Vec<String>;

    /// Whether no row of the page makes room for what is said in passing, as with a code that a camera reads: it then stands
    /// in the row of the title.
    fn keeps_its_rows(&self) -> bool {
        false
    }

    /// Who acts, what Enter does, what has and has not happened.
    fn footing(&self, world: &World) -> Footing;

    /// The keys that work here (and those that do not now, with the reason).
    fn offers(&self, world: &World) -> Vec<Offer>;

    /// What this screen is about, for help: a few short paragraphs.
    fn help(&self) -> &'static [&'static str];

    /// Whether somebody at another side is needed here: help says how one practises without, outside of production.
    fn needs_partner(&self) -> bool {
        false
    }

    /// The form in which a person signs at this moment, with a passphrase: what is typed goes into it unless a screen
    /// does otherwise.
    fn signs(&self) -> Option<&SignForm> {
        None
    }

    /// The same, to type into and to wipe.
    fn signs_mut(&mut self) -> Option<&mut SignForm> {
        None
    }

    /// Whether letters go into a text field.
    fn typing(&self) -> bool {
        self.signs().is_some_and(SignForm::typing)
    }

    /// Whether pasted text would go into a secret field, where it is refused with a word.
    fn secret(&self) -> bool {
        self.signs().is_some_and(SignForm::secret)
    }

    /// Whether somebody reads a watch of their own now: the machine's time is then not on screen, or it would be copied.
    fn reads_watch(&self, _world: &World) -> bool {
        false
    }

    /// What lies in people's hands, and what of it counts for nothing, where keymoot is left from here: the question whether
    /// to leave says it first.
    fn in_hands(&self, _world: &World) -> Vec<String> {
        Vec::new()
    }

    /// Why nobody goes elsewhere while this screen is there: what it is at would be left half done.
    fn holds(&self) -> Option<&'static str> {
        None
    }

    /// A number that changes when the question on screen does: keys typed before it was drawn never answer it.
    fn question(&self) -> u64 {
        0
    }

    /// The screen is hidden and whoever was at the keyboard may be gone: wipes what was typed into secret fields, and
    /// says what the desk has to give up. Every screen with a secret field has one.
    fn wipe(&mut self, _world: &World) -> Option<Order> {
        if let Some(form) = self.signs_mut() {
            form.wipe();
        }
        None
    }

    /// Draws the body, 17 rows at 80x24. Changes nothing.
    fn draw(&self, world: &World, canvas: &mut Canvas<'_>);

    /// A key from the table that this screen offers.
    fn verb(&mut self, verb: Verb, world: &World) -> Reaction;

    /// The form that takes letters and pasted text as they come, where the screen has one.
    fn fills(&mut self) -> Option<&mut Form> {
        None
    }

    /// Any other key: letters, Backspace and cursor keys of a text field.
    fn typed(&mut self, key: KeyEvent, _world: &World) -> Reaction {
        if let Some(form) = self.fills() {
            form.key(&key);
        } else if let Some(form) = self.signs_mut() {
            form.key(&key);
        }
        Reaction::none()
    }

    /// Pasted text, cleaned of control characters; never called where [`Screen::secret`] says so.
    fn pasted(&mut self, text: &str, _world: &World) -> Reaction {
        if let Some(form) = self.fills() {
            form.paste(text);
        } else if let Some(form) = self.signs_mut() {
            form.paste(text);
        }
        Reaction::none()
    }

    /// Something secret that a form of this page has drawn and wiped since this was asked last: it goes on record. A run's
    /// own questions are counted with their step.
    fn exposed(&mut self) -> Option<InTheOpen> {
        let page = self.name();
        if let Some(form) = self.fills() {
            return form.in_the_open(page, None);
        }
        self.signs_mut()?.in_the_open(page)
    }

    /// Whether this page only shows or asks something of its own, over a screen for which the desk may be at work: it takes
    /// its keys meanwhile, and nothing that it does is work for the desk.
    fn looks_on(&self) -> bool {
        false
    }

    /// A verb while the desk works for this screen: a search can be stopped.
    fn while_busy(&mut self, _verb: Verb) -> Reaction {
        Reaction::none()
    }

    /// Another screen is laid over it. What is for one person's eyes alone does not come back by itself when that one is
    /// gone: whoever was meant is called again.
    fn covered(&mut self) {}

    /// The screen above is gone and this one is on top again.
    fn returned(&mut self, _world: &World) -> Reaction {
        Reaction::none()
    }

    /// The digest or check value that is on screen. One key shows it as a QR code.
    fn digest(&self, _world: &World) -> Option<Digest> {
        None
    }

    /// Whether the field with the cursor takes a path, and what stands in it: one key shows the files to choose from.
    fn wants(&self) -> Option<(Wants, String)> {
        self.signs()?.wants()
    }

    /// Whether that field's file may be pasted as text as well: its name then stands there.
    fn takes_content(&self) -> bool {
        false
    }

    /// The path that was chosen for that field.
    fn picked(&mut self, path: &Path) {
        if let Some(form) = self.signs_mut() {
            form.picked(path);
        }
    }

    /// What is done with the path that was just chosen, where it is read at once.
    fn reads_picked(&mut self) -> Reaction {
        Reaction::none()
    }

    /// A medium was plugged in or taken out: a list of files is read again.
    fn media(&mut self) -> Reaction {
        Reaction::none()
    }

    /// When the picture changes by itself next, in milliseconds of the machine's time: an animation's next frame.
    fn next_change(&self) -> Option<i64> {
        None
    }

    /// How long it may stand untouched, in milliseconds, where that is less than usual.
    fn idle_lock(&self) -> Option<i64> {
        None
    }

    /// The machine's time, in milliseconds: an animation goes on when its moment has come.
    fn tick(&mut self, _now: i64) {}

    /// What the desk answers. `None` leaves it to the screen below.
    fn news(&mut self, _news: &News, _world: &World) -> Option<Reaction> {
        None
    }
}

/// What a field's path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wants {
    /// A file to be read.
    File,
    /// A folder, or a new file in one.
    Folder,
    /// The folder of a vault or of a copy.
    Vault,
}

/// One step of what a screen wants done.
pub(crate) enum Step {
    /// A screen on top of this one.
    Push(Box<dyn Screen>),
    /// Back to the screen below.
    Pop,
    /// This screen gives way to another.
    Replace(Box<dyn Screen>),
    /// Work for the desk.
    Order(Order),
    /// The path that was chosen, for the screen below, after this one is gone.
    Picked(PathBuf),
    /// Back to Home, whatever lies on it.
    Home,
    /// A verb for the screen below, after this one is gone (the palette's choice).
    Say(Verb),
    /// A line above the footing until the next key.
    Notice(Role, String),
    /// What the process will say it came to when it ends: 0 done, 1 not.
    Status(u8),
    /// From now on the screen looks like this.
    Look(Look),
    /// The end.
    Quit,
}

/// What a screen wants done, in order.
#[derive(Default)]
pub(crate) struct Reaction(pub(crate) Vec<Step>);

impl Reaction {
    /// Another screen in the place of this one.
    pub(crate) fn instead(screen: impl Screen + 'static) -> Self {
        Self::one(Step::Replace(Box::new(screen)))
    }

    /// Nothing beyond its own change.
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// One step.
    pub(crate) fn one(step: Step) -> Self {
        Self(vec![step])
    }

    /// A screen on top.
    pub(crate) fn push(screen: impl Screen + 'static) -> Self {
        Self::one(Step::Push(Box::new(screen)))
    }

    /// Back.
    pub(crate) fn pop() -> Self {
        Self::one(Step::Pop)
    }

    /// Work for the desk.
    pub(crate) fn order(order: Order) -> Self {
        Self::one(Step::Order(order))
    }

    /// A line above the footing.
    pub(crate) fn notice(role: Role, text: impl Into<String>) -> Self {
        Self::one(Step::Notice(role, text.into()))
    }

    /// And then.
    pub(crate) fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }
}
