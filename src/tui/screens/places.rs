//! The places of an open vault: which there are, what each is for, why one is off, and the screen that it leads to. Home's
//! keys and the palette, which reaches them from every screen, are drawn from here.

use crate::text::tr;
use crate::tui::keys::{Offer, Verb};
use crate::tui::message::Order;
use crate::tui::screen::{Reaction, Step};
use crate::tui::world::World;

use super::act::Act;
use super::approvals::Approvals;
use super::audit::Audit;
use super::changed::Changed;
use super::create::Create;
use super::custodians::Custodians;
use super::deletions::Deletions;
use super::doctor::Doctor;
use super::evidence::Evidence;
use super::exchange::Exchange;
use super::keys::Keys;
use super::menu::Menu;
use super::picker::Picker;

/// Somewhere that can be gone to from every screen of an open vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// What is due, and where everything begins.
    Home,
    /// What a key of Home's leads to.
    Of(Verb),
    /// What this machine is fit for.
    Doctor,
    /// The witness card of this state.
    Card,
}

/// What Home's keys lead to, in the order of its list of places.
pub(crate) const VERBS: [Verb; 12] = [
    Verb::New,
    Verb::Export,
    Verb::Import,
    Verb::Keys,
    Verb::Deletions,
    Verb::Approvals,
    Verb::Exchange,
    Verb::Ceremonies,
    Verb::Custodians,
    Verb::Audit,
    Verb::Evidence,
    Verb::Copy,
];

/// Those of them that Home lists: what makes and moves keys stands on its road.
pub(crate) fn listed() -> impl Iterator<Item = Verb> {
    let on_the_road = [Verb::New, Verb::Export, Verb::Import];
    VERBS
        .into_iter()
        .filter(move |verb| !on_the_road.contains(verb))
}

impl Place {
    /// Every place.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Home];
        all.extend(VERBS.map(Self::Of));
        all.extend([Self::Card, Self::Doctor]);
        all
    }

    /// Its name, and what is there.
    pub(crate) fn words(self) -> (String, &'static str) {
        match self {
            Self::Home => (
                tr("home").to_owned(),
                tr("goes to Home: what is due, and what the vault holds"),
            ),
            Self::Doctor => (
                tr("doctor").to_owned(),
                tr("shows what this machine is fit for: network, swap, clock"),
            ),
            Self::Card => (
                tr("witness card").to_owned(),
                tr("shows sequence and six words for the witness card, and writes it"),
            ),
            Self::Of(verb) => {
                let offer = Offer::plain(verb);
                let help = offer.binding().map_or("", |b| tr(b.help));
                (offer.footer_word().to_owned(), help)
            }
        }
    }

    /// Why nobody can do anything there in this vault.
    pub(crate) fn off(self, world: &World) -> Option<String> {
        let view = world.view.as_deref()?;
        let off = match self {
            Self::Of(Verb::New) if !view.software_generation => tr(
                "this vault makes no key in software, as its people decided; keys come in wrapped",
            ),
            Self::Of(Verb::Export) if view.keys.is_empty() => tr("no key is in this vault yet"),
            _ => return None,
        };
        Some(off.to_owned())
    }

    /// What leads there; Home lies beneath, and is gone back to.
    pub(crate) fn go(self, world: &World) -> Reaction {
        match self {
            Self::Home => Reaction::one(Step::Home),
            Self::Doctor => Reaction::push(Doctor::default()).then(Step::Order(Order::Examine)),
            Self::Card => Reaction::push(Changed::card()),
            Self::Of(verb) => to(verb, world),
        }
    }
}

/// The screen that a key of Home's leads to.
pub(super) fn to(verb: Verb, world: &World) -> Reaction {
    match verb {
        Verb::Keys => Reaction::push(Keys::new()),
        Verb::New => Reaction::push(Create::new()),
        Verb::Export => Reaction::push(Menu::export(None, world)),
        Verb::Import => Reaction::push(Menu::import(world)),
        Verb::Deletions => Deletions::open(),
        Verb::Approvals => Reaction::push(Approvals::new()),
        Verb::Exchange => Reaction::push(Exchange::new()),
        Verb::Ceremonies => Reaction::push(Picker::here(world)),
        Verb::Custodians => Reaction::push(Custodians::of(world)),
        Verb::Copy => Reaction::push(Act::backup(world)),
        Verb::Audit => Audit::open(),
        Verb::Evidence => Reaction::push(Evidence::new()),
        _ => Reaction::none(),
    }
}
