//! The places of an open vault: which there are, what each is for, why one is off, and the screen that it leads to. Home's
//! keys and the palette, which reaches them and every act from every screen, are drawn from here.

use crate::ceremony::practice_partner;
use crate::session::called::called;
use crate::session::guide;
use crate::session::happened::{self, HAPPENED, Happened, Leads};
use crate::session::op::{self, Op};
use crate::session::op_exchange;
use crate::text::{say, tr};
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
use super::delete::Delete;
use super::deletions::Deletions;
use super::doctor::Doctor;
use super::evidence::Evidence;
use super::exchange::Exchange;
use super::keys::Keys;
use super::menu::Menu;
use super::page::Page;
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
    /// How one gets another side to practise with.
    Partner,
    /// Where files are chosen, and what says what each is.
    Files,
    /// An act, by its title: two are one operation of the service.
    Act(&'static str),
    /// What happened to people or media, by the word of that answer.
    Answer(&'static str),
}

/// The acts that the palette leads to beside the places: the ways in and out, names, and what is done with one key.
fn acts() -> impl Iterator<Item = &'static Op> {
    let with_a_key = [
        &op::DELETE_KEY,
        &op::RESTORE_KEY,
        &op::START_KEY_USAGE,
        &op::STOP_KEY_USAGE,
    ];
    let groups = [op::Group::In, op::Group::Out, op::Group::Name];
    let listed = groups.into_iter().flat_map(op::grouped);
    listed.chain(with_a_key)
}

fn act(title: &str) -> Option<&'static Op> {
    acts().find(|op| op.title == title)
}

fn answer(id: &str) -> Option<&'static Happened> {
    HAPPENED.iter().find(|one| one.id == id)
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
    /// Every place, then every act, then what can have happened.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![Self::Home];
        all.extend(VERBS.map(Self::Of));
        all.extend([Self::Card, Self::Doctor, Self::Partner, Self::Files]);
        all.extend(acts().map(|op| Self::Act(op.title)));
        all.extend(HAPPENED.iter().map(|one| Self::Answer(one.id)));
        all
    }

    /// Whether it is an act or an answer, and no page that one only looks at.
    pub(crate) const fn does(self) -> bool {
        matches!(self, Self::Act(_) | Self::Answer(_))
    }

    /// Other words for it.
    pub(crate) fn also_called(self) -> String {
        match self {
            Self::Home => called("due").to_owned(),
            Self::Of(verb) => verb.also_called().to_owned(),
            Self::Doctor => called("doctor").to_owned(),
            Self::Card => called("card").to_owned(),
            Self::Partner => called("partner").to_owned(),
            Self::Files => called("files").to_owned(),
            Self::Act(title) => act(title).map_or("", also_called).to_owned(),
            Self::Answer(id) => match answer(id).map(|one| one.leads) {
                Some(Leads::Act(op)) => {
                    format!("{} {} {}", tr(op.title), also_called(op), called(id))
                }
                Some(Leads::Return) => called("vault.restore").to_owned(),
                Some(Leads::OpenReshare) => called("vault.reshare").to_owned(),
                Some(Leads::Papers | Leads::Text(_)) => called(id).to_owned(),
                None => String::new(),
            },
        }
    }

    /// What Enter does about it, where that is more than what is said of the place.
    pub(crate) fn enter(self) -> Option<String> {
        match self {
            Self::Act(title) => {
                let label = tr(act(title)?.title);
                Some(say!("leads to \"{label}\"", label))
            }
            Self::Answer(_) if self.only_tells().is_none() => {
                Some(tr("goes to Custodians, with this answer under the cursor").to_owned())
            }
            _ => None,
        }
    }

    /// Its name, and what is there.
    pub(crate) fn words(self) -> (String, &'static str) {
        match self {
            Self::Act(title) => act(title).map_or((String::new(), ""), |op| {
                (tr(op.title).to_owned(), tr(op.does))
            }),
            Self::Answer(id) => answer(id).map_or((String::new(), ""), |one| {
                (tr(one.what).to_owned(), tr(one.then))
            }),
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
            Self::Partner => (
                tr("practice partner").to_owned(),
                tr("says how you get another side to practise with"),
            ),
            Self::Files => (
                tr("files").to_owned(),
                tr("says where files are chosen, and what says what each one is"),
            ),
            Self::Of(verb) => {
                let offer = Offer::plain(verb);
                let help = offer.binding().map_or("", |b| tr(b.help));
                (offer.footer_word().to_owned(), help)
            }
        }
    }

    /// Whether its page only shows something: where it is open already it is shown anew, and not a second time above.
    pub(crate) fn shows(self) -> bool {
        match self {
            Self::Of(verb) => verb != Verb::Copy && listed().any(|one| one == verb),
            Self::Doctor | Self::Card | Self::Partner | Self::Files | Self::Answer(_) => true,
            Self::Home | Self::Act(_) => false,
        }
    }

    /// The answer that is only a text to read.
    pub(crate) fn only_tells(self) -> Option<&'static Happened> {
        let Self::Answer(id) = self else { return None };
        answer(id).filter(|one| matches!(one.leads, Leads::Text(_)))
    }

    /// Whether it is a place of an open vault. What this machine is fit for is seen without one; what can be saved when
    /// fewer can open than are needed is read by those who open none.
    pub(crate) fn needs_a_vault(self) -> bool {
        !matches!(self, Self::Doctor | Self::Files) && self.only_tells().is_none()
    }

    /// Whether there is such a place in this vault at all.
    pub(crate) fn is_in(self, world: &World) -> bool {
        let partner = self == Self::Partner;
        !partner || !practised(world).is_empty()
    }

    /// Why nobody can do anything there in this vault.
    pub(crate) fn off(self, world: &World) -> Option<String> {
        let view = world.view.as_deref()?;
        let off = match self {
            Self::Of(verb) if closed(verb, world).is_some() => closed(verb, world)?,
            // Where something comes first, the list that an act stands in leads there.
            Self::Act(title) => {
                let off = guide::off(act(title)?, view, None)?;
                return off.first.is_none().then_some(off.why);
            }
            Self::Answer(id) => return happened::off(answer(id)?, view),
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
            Self::Partner => Reaction::push(Page::new(
                &[tr("Practice partner")],
                practised(world).join("\n\n"),
                tr("this page only tells; nothing was exchanged and nothing has changed"),
            )),
            Self::Files => Reaction::push(Page::new(
                &[tr("Files")],
                FILES.map(tr).join("\n\n"),
                tr("this page only tells; no file was read and nothing has changed"),
            )),
            Self::Of(verb) => to(verb, world),
            Self::Act(title) => act(title).map_or_else(Reaction::none, |op| to_act(op, world)),
            Self::Answer(id) => {
                let text = self.only_tells().and_then(told);
                text.map_or_else(|| Reaction::push(Custodians::on(id, world)), Reaction::push)
            }
        }
    }
}

/// Where files come in and go out, and how one looks into them.
const FILES: [&str; 3] = [
    "F6, wherever a path is typed, shows folders, sticks and what each file is, and takes the one you choose: at Import for what a partner sent, at Exchange for a receipt, at Ceremonies for a script of your own.",
    "What this vault has made for others stands at Exchange, each with its receipt; what a ceremony made stands at Evidence, where w writes it into a folder.",
    "To know what a file is without using it: keymoot inspect FILE, at a shell. It says kind, key and check value where they can be read, and opens no vault.",
];

/// The text that an answer leads to; `None` where it leads to an act.
pub(super) fn told(answer: &Happened) -> Option<Page> {
    let Leads::Text(text) = answer.leads else {
        return None;
    };
    let text: Vec<&str> = text.iter().map(|t| tr(t)).collect();
    Some(Page::new(
        &[tr("Custodians"), tr(answer.what)],
        text.join("\n\n"),
        tr("nothing has changed"),
    ))
}

/// How one gets another side to practise with in this vault.
fn practised(world: &World) -> Vec<String> {
    let view = world.view.as_ref();
    view.map(|view| practice_partner(view.profile))
        .unwrap_or_default()
}

/// What is said where a file of the other side is asked for; nothing where nobody practises.
pub(super) fn nobody_yet(world: &World) -> Option<&'static str> {
    let said = tr("No partner yet? Ctrl-P, practice partner.");
    (!practised(world).is_empty()).then_some(said)
}

fn also_called(op: &Op) -> &'static str {
    called(if op_exchange::derives(op) {
        "ipek"
    } else {
        op.name
    })
}

/// What an act begins with; where something comes first, the list that says what.
fn to_act(op: &'static Op, world: &World) -> Reaction {
    match op.name {
        name if name == op::DELETE_KEY.name => Reaction::push(Delete::new(None)),
        name if name == op::RESTORE_KEY.name => Deletions::open(),
        _ => Menu::straight_to(op, world),
    }
}

/// Why a key of Home's leads nowhere in this vault.
pub(super) fn closed(verb: Verb, world: &World) -> Option<&str> {
    let view = world.view.as_deref()?;
    match verb {
        Verb::New => view.no_software_keys(),
        Verb::Export | Verb::Import | Verb::Copy | Verb::Ceremonies => view.only_rotates(),
        _ => None,
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
        Verb::Ceremonies => Picker::open(world),
        Verb::Custodians => Reaction::push(Custodians::default()),
        Verb::Copy => Reaction::push(Act::backup(world)),
        Verb::Audit => Audit::open(),
        Verb::Evidence => Reaction::push(Evidence::new()),
        _ => Reaction::none(),
    }
}
