//! Components of keys: who entered, made or sealed which one, and the sets they belong to.
//!
//! A component is a secret input of an act that comes later, so entering one needs no approval: it is sealed to the
//! use identity at once, bound by a commitment (HMAC under a fresh nonce), and written into the custody ledger. What
//! forms a key of them, or lets a key out as components, is an act ([`ComponentAct`]).

mod act;
mod judging;
mod sentence;
mod slip;
mod state;

use hmac::{Hmac, KeyInit, Mac};
use serde_bytes::ByteBuf;
use sha2::Sha256;

use crate::api::{KeyAlgorithm, KeyCheckValueAlgorithm};
use crate::crypto::components::{self, Difference};
use crate::crypto::{SecretBytes, kcv};
use crate::custody::Role;
use crate::custody::ledger::{Access, HandOut, Holding, Ineligible, Split};

use super::command::{Arrow, Outcome};
use super::error::Refusal;
use super::transition::Transition;
use super::{Profile, Session};

pub use act::{ComponentAct, ComponentPart};
pub(crate) use sentence::describe;
pub use slip::{NOT_PRINTED, Slip};
pub(crate) use state::{ComponentSet, HeldComponent, Package};

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

    fn split(&self, at: i64) -> Split {
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
             wrapped, or decide otherwise when a vault is created."
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
        ledger
            .may_see(name, &split, part)
            .map_err(|e| ineligible(&e))?;
        let ask = HandOut {
            person: name,
            split: &split,
            part,
            place: "",
            at,
        };
        ledger.may_hold(&ask).map_err(|e| ineligible(&e))?;
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

    /// One step with one component.
    pub(crate) fn component(&mut self, command: ComponentCommand) -> Result<Outcome, Refusal> {
        let (what, person) = (name_of(&command.step), command.person.clone());
        self.checkpoint();
        let done = self.component_step(command);
        if let Err(refusal) = &done {
            self.rollback();
            self.note_refusal(what, &person, refusal);
        }
        done
    }

    fn component_step(&mut self, command: ComponentCommand) -> Result<Outcome, Refusal> {
        let ComponentCommand {
            set,
            part,
            person,
            by,
            step,
            arrow,
        } = command;
        if part == 0 || part > set.parts {
            return Err(Refusal::Usage(format!(
                "The components of {} are numbered 1 to {}. Nothing was changed.",
                set.label, set.parts
            )));
        }
        let note = Transition::note(name_of(&step), vec![person.clone()])
            .with("set", set.id.clone())
            .with("components_of", set.label.clone())
            .with("part", part);
        let mut working = self.state.clone();
        let at = self.now().millis();
        let known = known_set(&mut working.components, &set, at);
        let (note, told) = match step {
            ComponentStep::Receive {
                serial,
                advised,
                advised_by,
                tampered,
            } => {
                compare_serials(&serial, &advised)?;
                let note = note
                    .with("package", serial.clone())
                    .with("advice_read_by", advised_by.clone())
                    .with("tampered", tampered);
                known.packages.retain(|p| p.part != part);
                known.packages.push(Package {
                    part,
                    serial,
                    advised_by,
                    opened_by: person,
                    tampered,
                    at,
                });
                (note, String::new())
            }
            ComponentStep::Enter { value, kcv, source } => {
                let held = self.entered(known, &set, part, &person, &value, kcv, source)?;
                let value = held.kcv.clone();
                known.components.retain(|c| c.part != part);
                known.components.push(held);
                known.components.sort_by_key(|c| c.part);
                working.ledger.divide(set.split(at));
                let open = |h: &Holding| h.part == part && h.until.is_none();
                if !working.ledger.held_by(&person, &set.id).any(open) {
                    working.ledger.hand_out(Holding {
                        person,
                        split: set.id.clone(),
                        part,
                        place: String::new(),
                        by,
                        since: at,
                        until: None,
                    });
                }
                (note.with("kcv", value.clone()), value)
            }
            ComponentStep::ReadBack { value } => {
                let held = read_back(known, part, &person, &value)?;
                (note.with("kcv", held.clone()), held)
            }
            ComponentStep::Seal { serial, witness } => {
                sealed_again(&mut working, &set, (part, &person, at), &serial, &witness)?;
                (
                    note.with("package", serial).with("witness", witness),
                    String::new(),
                )
            }
        };
        if let Some(arrow) = arrow {
            super::journal::apply(&mut working, arrow, None, self.now())?;
        }
        self.keep_ordinals(&mut working);
        self.commit(working, &[note], false)?;
        Ok(Outcome::Component { kcv: told })
    }

    /// A component as it will be kept, once everything about it is right.
    #[allow(clippy::too_many_arguments)] // one entry, spelt out once
    fn entered(
        &mut self,
        known: &ComponentSet,
        set: &SetRef,
        part: u8,
        person: &str,
        value: &SecretBytes,
        typed: Option<String>,
        source: Source,
    ) -> Result<HeldComponent, Refusal> {
        self.may_hold_component(set, part, person)?;
        if let Some(key) = &known.key {
            return Err(wrong(format_args!(
                "The components of {} have been used already (key {key}): a set serves once. Nothing was entered.",
                set.label
            )));
        }
        known.not_suspect()?;
        if source == Source::Entered
            && !known.packages.is_empty()
            && !known.packages.iter().any(|p| p.part == part)
        {
            return Err(wrong(format_args!(
                "The package of component {part} has not been received: its serial is compared with the advised one \
                 before anything in it is used. Nothing was entered.",
            )));
        }
        if let Some(before) = known.part(part).filter(|c| c.holder != person) {
            return Err(wrong(format_args!(
                "Component {part} was entered by {} already. Nothing was entered.",
                before.holder
            )));
        }
        let expected = set.algorithm.key_bytes().unwrap_or_default();
        if value.len() != expected {
            return Err(wrong(format_args!(
                "A component of a {} key has {} hex digits, and {} were typed. Nothing was entered. Read it again, \
                 group by group.",
                set.algorithm.name(),
                expected * 2,
                value.len() * 2
            )));
        }
        if value.ct_eq(&SecretBytes::new(vec![0; expected])) {
            return Err(wrong(format_args!(
                "Component {part} is all zeros and adds nothing to the key. Nothing was entered. Stop, and ask its \
                 sender for a new set."
            )));
        }
        let twin = known
            .components
            .iter()
            .find(|c| c.part != part && same_value(c, value));
        if let Some(twin) = twin {
            return Err(wrong(format_args!(
                "This is component {} once more: the two cancel each other. Nothing was entered. Check that one \
                 paper was not read twice; if both are so on paper, ask the sender for a new set.",
                twin.part
            )));
        }
        if let Some(typed) = &typed {
            let others: Vec<(u8, String)> = known
                .components
                .iter()
                .filter(|c| c.part != part)
                .map(|c| (c.part, c.kcv.clone()))
                .collect();
            let found = components::difference(set.algorithm, set.method(), value, typed, &others);
            if found != Difference::None {
                return Err(wrong(format_args!(
                    "The check value that was typed is not the one of this component. Nothing was entered. {}",
                    found.advice().unwrap_or_default()
                )));
            }
        }
        let mut nonce = vec![0_u8; 32];
        self.draw("component-nonce")?.fill_bytes(&mut nonce);
        let sealed = crate::vault::seal_to(self.book.use_recipient(), value.expose())
            .map_err(|e| Refusal::Vault(e.to_string()))?;
        Ok(HeldComponent {
            part,
            holder: person.to_owned(),
            kcv: components::check_value(set.algorithm, set.method(), value)
                .map_err(|e| Refusal::Usage(e.to_string()))?,
            sealed: Some(ByteBuf::from(sealed)),
            commitment: ByteBuf::from(commitment(&nonce, value)),
            nonce: ByteBuf::from(nonce),
            at: self.now().millis(),
            generated: source == Source::Generated,
        })
    }

    /// A set as it stands: who holds which component, with its check value.
    pub fn component_parts(&self, id: &str) -> Vec<ComponentPart> {
        let set = self.state.components.iter().find(|set| set.id == id);
        set.map(ComponentSet::parts).unwrap_or_default()
    }
}

/// The step's name in the audit log.
const fn name_of(step: &ComponentStep) -> &'static str {
    match step {
        ComponentStep::Receive { .. } => "component-receive",
        ComponentStep::Enter {
            source: Source::Entered,
            ..
        } => "component-enter",
        ComponentStep::Enter {
            source: Source::Generated,
            ..
        } => "component-generate",
        ComponentStep::ReadBack { .. } => "component-read-back",
        ComponentStep::Seal { .. } => "component-seal",
    }
}

/// The set in a copy of the state; a new one where it is not there yet.
fn known_set<'s>(sets: &'s mut Vec<ComponentSet>, set: &SetRef, at: i64) -> &'s mut ComponentSet {
    let place = sets.iter().position(|known| known.id == set.id);
    let place = place.unwrap_or_else(|| {
        sets.push(ComponentSet::new(set, at));
        sets.len() - 1
    });
    #[allow(clippy::indexing_slicing)] // found or pushed just above
    &mut sets[place]
}

/// C3: what is on the package is what the sender advised by another way.
fn compare_serials(serial: &str, advised: &str) -> Result<(), Refusal> {
    let plain = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_uppercase).collect()
    };
    if plain(serial).is_empty() {
        return Err(wrong(
            "A package has a serial. Nothing was received: read it from the package.",
        ));
    }
    if plain(serial) == plain(advised) {
        return Ok(());
    }
    Err(wrong(
        "The serial on the package is not the one that its sender advised (PCI PIN 8-1). The package stays closed and \
         nothing of it is used. Read both again; if they differ, this is not the package that was sent: stop the \
         ceremony, keep it closed under dual control, and ask the sender.",
    ))
}

fn read_back(
    known: &ComponentSet,
    part: u8,
    person: &str,
    value: &SecretBytes,
) -> Result<String, Refusal> {
    let Some(held) = known.part(part).filter(|c| c.holder == person) else {
        return Err(wrong(format_args!(
            "{person} holds no component {part} of {}. Nothing was recorded.",
            known.label
        )));
    };
    if same_value(held, value) {
        return Ok(held.kcv.clone());
    }
    Err(wrong(
        "What was typed is not what the slip must say. Nothing was recorded. Read the slip again, group by group; if \
         it cannot be read, stop the ceremony: a component that its custodian cannot read is lost.",
    ))
}

/// A9 and A4: the paper goes into a numbered package, somebody else watches, and no two parts share one.
fn sealed_again(
    working: &mut super::state::State,
    set: &SetRef,
    (part, person, at): (u8, &str, i64),
    serial: &str,
    witness: &str,
) -> Result<(), Refusal> {
    let split = set.split(at);
    let ask = HandOut {
        person,
        split: &split,
        part,
        place: serial,
        at,
    };
    let shared =
        working.ledger.holdings.iter().find(|h| {
            h.until.is_none() && h.place == serial && !(h.split == set.id && h.part == part)
        });
    if let Some(other) = shared {
        return Err(wrong(format_args!(
            "Package {serial} holds part {} of the {} already: every component has a package of its own (PCI PIN \
             21-3). Nothing was recorded. Take another package.",
            other.part,
            working
                .ledger
                .split(&other.split)
                .map_or("another set", |s| s.what.as_str())
        )));
    }
    working.ledger.may_hold(&ask).map_err(|e| ineligible(&e))?;
    let held = working.ledger.holdings.iter_mut();
    let mut own = held.filter(|h| h.split == set.id && h.part == part && h.until.is_none());
    let Some(holding) = own.find(|h| h.person == person) else {
        return Err(wrong(format_args!(
            "{person} holds no component {part} of {}. Nothing was recorded.",
            set.label
        )));
    };
    serial.clone_into(&mut holding.place);
    let access = Access {
        out: holding.since,
        back: at,
        split: set.id.clone(),
        part,
        purpose: format!("ceremony for {}", set.label),
        custodian: person.to_owned(),
        witness: witness.to_owned(),
        package: serial.to_owned(),
    };
    working
        .ledger
        .enter_access(access)
        .map_err(|e| ineligible(&e))
}
