//! Components of keys: who entered, made or sealed which one, and the sets they belong to.
//!
//! A component is a secret input of an act that comes later, so entering one needs no approval: it is sealed to the
//! use identity at once, bound by a commitment (HMAC under a fresh nonce), and written into the custody ledger. What
//! forms a key of them, or lets a key out as components, is an act ([`ComponentAct`]).

mod act;
mod judging;
mod packing;
mod repeated;
mod sentence;
mod slip;
mod state;
mod suspicion;
mod turns;

use hmac::{Hmac, KeyInit, Mac};
use serde_bytes::ByteBuf;
use sha2::Sha256;

use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};
use crate::crypto::components;
use crate::crypto::{SecretBytes, kcv};
use crate::custody::Role;
use crate::custody::ledger::{HandOut, Ineligible, Safe, Split};

use crate::text::say;

use super::command::Arrow;
use super::error::Refusal;
use super::{Profile, Session};

pub use act::{ComponentAct, ComponentPart};
pub(super) use repeated::{repeat, served};
pub(crate) use sentence::describe;
pub use slip::{NOT_PRINTED, Slip};
pub(crate) use state::{ComponentSet, HeldComponent, Package};
pub(crate) use turns::VALUE_DIFFERS;
pub use turns::is_about_check_value;
pub use turns::same_serial;

/// A paper that lies open, in words.
pub(crate) fn open_paper(part: u8, label: &str, person: &str) -> String {
    say!(
        "component {part} of {label} ({person})",
        part,
        label,
        person
    )
}

/// Which components belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRef {
    /// The set's id, 32 lower-case hex digits.
    pub id: String,
    /// What people call the key.
    pub label: String,
    /// The key's algorithm: TDES or AES.
    pub algorithm: KeyAlgorithm,
    /// How many components make the key.
    pub parts: u8,
    /// The run they are entered in, if it is one.
    pub run: Option<String>,
}

impl SetRef {
    /// The method of the check values: the usual one of the algorithm.
    pub const fn method(&self) -> KeyCheckValueAlgorithm {
        kcv::default_method(self.algorithm)
    }

    /// The divided secret that the ledger knows it as, since `at` (milliseconds since 1970).
    pub(crate) fn split(&self, at: i64) -> Split {
        Split {
            id: self.id.clone(),
            what: format!("components of {}", self.label),
            threshold: self.parts,
            parts: self.parts,
            at,
            destroyed: None,
        }
    }
}

/// Where a component comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Read from the sender's paper.
    Entered,
    /// Drawn here in the custodian's own turn, and proven to stand on the slip.
    Generated,
}

/// A paper of the last component of a key that leaves. The last is the key without all the others, so that it is the
/// same however often it is printed: a paper of it stays good, and whoever was at the printer may have read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePaper {
    /// The key's ARN.
    pub key: String,
    /// Whether nobody can say where the paper is: then the set and the key are SUSPECT (PCI PIN 9-2, 22).
    pub lost: bool,
}

/// What a custodian does with one component, and the journal's arrow in the same commit.
pub enum ComponentStep {
    /// A package came: its serial is compared with the one that the sender advised by another way.
    Receive {
        /// Serial on the package.
        serial: String,
        /// Serial as advised.
        advised: String,
        /// Who read the advice.
        advised_by: String,
        /// Whether it shows signs of tampering.
        tampered: bool,
    },
    /// A component is entered, or one that was made here is proven to stand on its slip.
    Enter {
        /// Its bytes.
        value: SecretBytes,
        /// Its check value as typed from the paper; nothing where rehearsal takes ours.
        kcv: Option<String>,
        /// Where it comes from.
        source: Source,
    },
    /// A custodian proves that the slip of a component can be read.
    ReadBack {
        /// Its bytes as read.
        value: SecretBytes,
    },
    /// The paper goes into a package again.
    Seal {
        /// The new package's serial.
        serial: String,
        /// Who watched.
        witness: String,
        /// The safe that the package goes into, where it is known.
        safe: Option<Safe>,
    },
    /// What became of a paper that was printed and never counted: a pause came between.
    Spoilt {
        /// In words for the record.
        fate: String,
        /// Who watched.
        witness: String,
        /// A paper of the last component, which came out of the printer.
        live: Option<LivePaper>,
    },
}

/// One custodian's step with one component.
pub struct ComponentCommand {
    /// The set.
    pub set: SetRef,
    /// Which component, from 1.
    pub part: u8,
    /// The custodian.
    pub person: String,
    /// By what: a step's id.
    pub by: String,
    /// What is done.
    pub step: ComponentStep,
    /// The journal's arrow.
    pub arrow: Option<Arrow>,
}

fn wrong(text: impl std::fmt::Display) -> Refusal {
    Refusal::Custody(text.to_string())
}

fn ineligible(refusal: &Ineligible) -> Refusal {
    Refusal::Custody(refusal.to_string())
}

/// Seals every component that is kept to another identity: with a rotation, or it would be lost.
pub(crate) fn reseal(
    working: &mut super::state::State,
    opener: &super::locks::Opener<'_>,
    recipient: &str,
) -> Result<(), Refusal> {
    use crate::engine::SecretOpen as _;
    for component in working
        .components
        .iter_mut()
        .flat_map(|set| &mut set.components)
    {
        let Some(sealed) = &component.sealed else {
            continue;
        };
        let value = opener
            .open(sealed)
            .map_err(|e| Refusal::Vault(e.to_string()))?;
        let anew = crate::vault::seal_to(recipient, value.expose())
            .map_err(|e| Refusal::Vault(e.to_string()))?;
        component.sealed = Some(ByteBuf::from(anew));
    }
    Ok(())
}

/// Binds a component without telling it: HMAC-SHA-256 under a nonce that stays in the vault.
pub(super) fn commitment(nonce: &[u8], value: &SecretBytes) -> Vec<u8> {
    // HMAC takes keys of any length; the error cannot occur.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(nonce) else {
        return Vec::new();
    };
    mac.update(value.expose());
    mac.finalize().into_bytes().to_vec()
}

fn same_value(held: &HeldComponent, value: &SecretBytes) -> bool {
    use subtle::ConstantTimeEq;
    commitment(&held.nonce, value)
        .ct_eq(held.commitment.as_slice())
        .into()
}

impl Session {
    /// A component drawn at random, for a custodian's own turn. Nothing is kept of it.
    ///
    /// # Errors
    /// The random source failed, or the policy forbids it.
    pub fn draw_component(&mut self, set: &SetRef) -> Result<SecretBytes, Refusal> {
        self.clear_components_allowed()?;
        let mut rng = self.draw("component")?;
        components::draw(set.algorithm, rng.as_mut()).map_err(|e| Refusal::Usage(e.to_string()))
    }

    /// Whether this vault may see a clear component at all.
    pub(crate) fn clear_components_allowed(&self) -> Result<(), Refusal> {
        if self.state.policy.allows_software_generation(self.profile) {
            return Ok(());
        }
        Err(Refusal::Profile(
            "This production vault takes no clear components: a laptop is not a secure cryptographic device (PCI PIN \
             6-2). Nothing was entered or made. Have the components combined in a device and bring the key in \
             wrapped, or let its people change that rule."
                .into(),
        ))
    }

    /// Whether a person may see a component of a set: rules A3, A7, A8, C4 and G3, over everything the ledger knows.
    ///
    /// # Errors
    /// The rule and the past event that decides.
    pub fn may_hold_component(&self, set: &SetRef, part: u8, name: &str) -> Result<(), Refusal> {
        self.clear_components_allowed()?;
        let person = self.person(name)?;
        if person.role != Role::Custodian {
            return Err(wrong(format_args!(
                "{name} is {} and never sees a component: only custodians do (PCI PIN 6-1). Nothing was entered. \
                 Let a custodian take this part.",
                person.role.word()
            )));
        }
        let at = self.now().millis();
        let ledger = &self.state.ledger;
        let split = set.split(at);
        let strict = self.profile == Profile::Production;
        ledger
            .may_serve(name, at, strict)
            .map_err(|e| ineligible(&e))?;
        let ask = HandOut {
            person: name,
            split: &split,
            part,
            place: "",
            safe: None,
            at,
        };
        ledger.may_hold(&ask).map_err(|e| ineligible(&e))?;
        ledger
            .may_see(name, &split, part)
            .map_err(|e| ineligible(&e))?;
        let mut people: Vec<&str> = ledger
            .holders(&set.id)
            .filter(|h| h.part != part)
            .map(|h| h.person.as_str())
            .collect();
        people.push(name);
        ledger
            .may_form(&people, set.parts, at)
            .map_err(|e| ineligible(&e))
    }

    /// A6: whether a person may observe the destruction of a key: never held a component of it, in whichever set.
    ///
    /// # Errors
    /// The rule, and what the person held.
    pub fn may_observe_destruction(&self, name: &str, arn: &str) -> Result<(), Refusal> {
        let sets = self.state.components.iter();
        let of_the_key = sets.filter(|set| set.key.as_deref() == Some(arn));
        let ledger = &self.state.ledger;
        for split in of_the_key.filter_map(|set| ledger.split(&set.id)) {
            ledger
                .may_observe_destruction(name, split)
                .map_err(|e| ineligible(&e))?;
        }
        Ok(())
    }

    /// The papers of a set that lie open, by part: opened or made here, and in no package since. With whoever holds each.
    pub fn open_papers(&self, id: &str) -> Vec<(u8, String)> {
        let Some(set) = self.state.components.iter().find(|set| set.id == id) else {
            return Vec::new();
        };
        let lies = |part: u8, person: &str| {
            let mut held = self.state.ledger.held_by(person, id);
            !held.any(|h| h.part == part && !h.place.is_empty())
        };
        let held = set.components.iter().map(|c| (c.part, &c.holder));
        // A package that showed tampering was not opened here: its paper lies in it.
        let whole = set.packages.iter().filter(|p| !p.tampered);
        let opened = whole.map(|p| (p.part, &p.opened_by));
        let mut papers: Vec<(u8, String)> = held
            .chain(opened.filter(|(part, _)| set.part(*part).is_none()))
            .filter(|(part, person)| lies(*part, person))
            .map(|(part, person)| (part, person.clone()))
            .collect();
        papers.sort();
        papers
    }

    /// The open papers of the run that stands open, in words.
    pub(crate) fn papers_in_hands(&self) -> Vec<String> {
        let stands = |id: &String| {
            let mut runs = self.state.runs.iter();
            runs.any(|run| run.id == *id && run.outcome.is_none())
        };
        let sets = self.state.components.iter();
        let sets = sets.filter(|set| set.run.as_ref().is_some_and(stands));
        let each = |set: &ComponentSet| {
            let label = set.label.clone();
            let papers = self.open_papers(&set.id).into_iter();
            let told = papers.map(move |(part, person)| open_paper(part, &label, &person));
            told.collect::<Vec<_>>()
        };
        sets.flat_map(each).collect()
    }

    /// Papers of a set that lie in a package: part, who holds it, and the package's serial.
    pub fn closed_packages(&self, id: &str) -> Vec<(u8, String, String)> {
        let holdings = self.state.ledger.holdings.iter();
        let closed = holdings
            .filter(|h| h.split == id && h.until.is_none() && !h.place.is_empty())
            .map(|h| (h.part, h.person.clone(), h.place.clone()));
        closed.collect()
    }

    /// Packages of a set that were opened and whose component nobody typed to its end: part, and who opened it and may have read
    /// it. One that lies under its own serial was not opened.
    pub fn packages_opened(&self, id: &str) -> Vec<(u8, String)> {
        let closed = self.closed_packages(id);
        let Some(set) = self.state.components.iter().find(|set| set.id == id) else {
            return Vec::new();
        };
        let still_closed = |p: &Package| {
            let mut lies = closed.iter();
            lies.any(|(part, who, serial)| {
                (*part, who, serial) == (p.part, &p.opened_by, &p.serial)
            })
        };
        let packages = set.packages.iter();
        packages
            .filter(|p| !p.tampered && set.part(p.part).is_none() && !still_closed(p))
            .map(|p| (p.part, p.opened_by.clone()))
            .collect()
    }

    /// A set as it stands: who holds which component, with its check value.
    pub fn component_parts(&self, id: &str) -> Vec<ComponentPart> {
        let set = self.state.components.iter().find(|set| set.id == id);
        set.map(ComponentSet::parts).unwrap_or_default()
    }
}
