//! What is refused of an act on components before anybody signs, and how it is done on a copy of the state.

use serde_json::json;

use crate::crypto::SecretBytes;
use crate::crypto::components;
use crate::custody::ledger::Holding;
use crate::engine::{FormedKey, SecretOpen};

use super::act::{ComponentAct, ComponentPart};
use super::state::{ComponentSet, HeldComponent};
use super::{ByteBuf, Refusal, Session, SetRef, commitment, same_value, wrong};
use crate::api::{ImportKeyOutput, Response};
use crate::session::locks::Opener;
use crate::session::state::{ExportRecord, State};
use crate::session::transition::Transition;

impl Session {
    /// Judges an act on components before anybody signs, and fills in what is not said.
    pub(crate) fn judged_components(&self, act: &ComponentAct) -> Result<ComponentAct, Refusal> {
        self.clear_components_allowed()?;
        match act {
            ComponentAct::Form { set, key, .. } => self.judged_form(set, key),
            ComponentAct::Divide {
                set,
                key,
                parts,
                holder,
                receiver,
                label,
                algorithm,
                ..
            } => {
                self.state.engine.check_divided(key, self.now())?;
                self.key_not_suspect(key)?;
                let known = self.set(set)?;
                known.not_suspect()?;
                all_there(known, parts.saturating_sub(1))?;
                self.read_by_nobody_else(set, *parts, holder)?;
                let set_ref = SetRef {
                    id: set.clone(),
                    label: label.clone(),
                    algorithm: *algorithm,
                    parts: *parts,
                    run: known.run.clone(),
                };
                self.may_hold_component(&set_ref, *parts, holder)?;
                if receiver.trim().is_empty() {
                    return Err(Refusal::Usage(
                        "Say to whom the components go. Nothing was changed.".into(),
                    ));
                }
                let mut others = known.parts();
                others.retain(|p| p.part < *parts);
                Ok(ComponentAct::Divide {
                    set: set.clone(),
                    key: key.clone(),
                    label: label.clone(),
                    algorithm: *algorithm,
                    parts: *parts,
                    holder: holder.clone(),
                    receiver: receiver.clone(),
                    others,
                })
            }
        }
    }

    /// The last component is the same however often it is printed: whoever was at the printer before has it, and nobody
    /// else does.
    fn read_by_nobody_else(&self, set: &str, part: u8, holder: &str) -> Result<(), Refusal> {
        let mut held = self.state.ledger.holdings.iter();
        let other = held.find(|h| h.split == set && h.part == part && h.person != holder);
        match other {
            None => Ok(()),
            Some(held) => Err(wrong(format_args!(
                "Component {part} was printed for {} before, who may have read it, and it comes out the same again: \
                 {holder} may not have it too. Nothing was printed. Go on when {} is here, or stop the run for good and \
                 divide the key in another ceremony.",
                held.person, held.person
            ))),
        }
    }

    fn judged_form(&self, set: &str, key: &FormedKey) -> Result<ComponentAct, Refusal> {
        let known = self.set(set)?;
        known.not_suspect()?;
        let engine = &self.state.engine;
        let key = engine.check_formed(key.clone(), self.now(), &self.rules())?;
        if key.attributes.key_algorithm.name() != known.algorithm {
            return Err(wrong(format_args!(
                "The components were entered for {}, and the key would be {}. No key was formed.",
                known.algorithm,
                key.attributes.key_algorithm.name()
            )));
        }
        all_there(known, known.parts)?;
        Ok(ComponentAct::Form {
            set: set.to_owned(),
            key,
            parts: known.parts(),
        })
    }

    fn set(&self, id: &str) -> Result<&ComponentSet, Refusal> {
        let set = self.state.components.iter().find(|set| set.id == id);
        set.ok_or_else(|| {
            Refusal::Custody(
                "No component of this key has been entered or made yet. Nothing was changed. Each custodian takes a \
                 turn first."
                    .into(),
            )
        })
    }

    /// Does the act on a copy of the state.
    pub(crate) fn run_components(
        &mut self,
        working: &mut State,
        act: &ComponentAct,
        opener: Option<&Opener<'_>>,
    ) -> Result<(Option<Response>, Transition), Refusal> {
        let opener = opener.ok_or_else(|| {
            Refusal::Approval("This act opens components: its custodians sign first.".into())
        })?;
        match act {
            ComponentAct::Form { set, key, parts } => {
                self.form(working, (set, key, parts), act, opener)
            }
            ComponentAct::Divide {
                set,
                key,
                label,
                algorithm,
                parts,
                holder,
                others,
                receiver,
            } => {
                let set_ref = SetRef {
                    id: set.clone(),
                    label: label.clone(),
                    algorithm: *algorithm,
                    parts: *parts,
                    run: None,
                };
                let values = opened(working, set, others, opener)?;
                let last =
                    self.with_context(opener, |ctx| working.engine.divide(key, &values, ctx))?;
                let kcv = components::check_value(*algorithm, set_ref.method(), &last)
                    .map_err(|e| Refusal::Usage(e.to_string()))?;
                let place = self.slip_to.take().unwrap_or_default();
                let slip = super::Slip {
                    set: &set_ref,
                    part: *parts,
                    holder,
                    kcv: &kcv,
                    value: &last,
                };
                self.print_slip(&slip, &place)?;
                let held = self.last_component(&set_ref, holder, &kcv, &last)?;
                left(working, &set_ref, key, held, self.now().millis());
                working
                    .exports
                    .extend(export(working, key, receiver, self.now().millis()));
                let answer = json!({"part": parts, "kcv": kcv});
                let step = Transition::moving(act.operation(), act.to_json(), answer)
                    .with("key", key.clone())
                    .with(
                        "kcv",
                        working
                            .engine
                            .find(key)
                            .map(|r| r.key.key_check_value.clone()),
                    )
                    .with("set", set.clone())
                    .with("components_of", label.clone())
                    .with("parts", *parts)
                    .with("last_to", holder.clone());
                Ok((None, step))
            }
        }
    }

    fn form(
        &mut self,
        working: &mut State,
        (set, key, parts): (&str, &FormedKey, &[ComponentPart]),
        act: &ComponentAct,
        opener: &Opener<'_>,
    ) -> Result<(Option<Response>, Transition), Refusal> {
        let values = opened(working, set, parts, opener)?;
        let output: ImportKeyOutput =
            self.with_context(opener, |ctx| working.engine.form(key, &values, ctx))?;
        let known = working.components.iter_mut().find(|known| known.id == set);
        if let Some(known) = known {
            known.key = Some(output.key.key_arn.clone());
            known.forget();
        }
        let (arn, kcv) = (
            output.key.key_arn.clone(),
            output.key.key_check_value.clone(),
        );
        let response = Response::ImportKey(output);
        super::super::inventory::no_foreign_key(working, &response)?;
        let step = Transition::moving(act.operation(), act.to_json(), response.to_json())
            .with("key", arn)
            .with("kcv", kcv)
            .with("set", set.to_owned());
        Ok((Some(response), step))
    }

    /// Something the engine does outside the service's operations, with what it may use.
    pub(crate) fn with_context<T>(
        &mut self,
        opener: &Opener<'_>,
        does: impl FnOnce(&mut crate::engine::Context<'_>) -> Result<T, crate::api::ApiError>,
    ) -> Result<T, Refusal> {
        let clock = crate::session::clock::Fixed(self.now());
        let sealer = crate::session::locks::Sealer(self.book.use_recipient().to_owned());
        let mut context = crate::engine::Context {
            clock: &clock,
            entropy: &mut self.entropy,
            seal: &sealer,
            open: Some(opener as &dyn crate::engine::SecretOpen),
            prepared: None,
            prepared_root: None,
            stop: &std::sync::atomic::AtomicBool::new(false),
            vault: self.book.short_id(),
            profile: self.profile,
            limits: crate::session::limits::of(&self.state.policy),
        };
        Ok(does(&mut context)?)
    }

    fn last_component(
        &mut self,
        set: &SetRef,
        holder: &str,
        kcv: &str,
        last: &SecretBytes,
    ) -> Result<HeldComponent, Refusal> {
        let mut nonce = vec![0_u8; 32];
        self.draw("component-nonce")?.fill_bytes(&mut nonce);
        Ok(HeldComponent {
            part: set.parts,
            holder: holder.to_owned(),
            kcv: kcv.to_owned(),
            sealed: None,
            commitment: ByteBuf::from(commitment(&nonce, last)),
            nonce: ByteBuf::from(nonce),
            at: self.now().millis(),
            generated: true,
        })
    }
}

/// Every component up to `count` is there, sealed, and not used yet.
fn all_there(set: &ComponentSet, count: u8) -> Result<(), Refusal> {
    if let Some(key) = &set.key {
        return Err(wrong(format_args!(
            "The components of {} have been used already (key {key}): a set serves once. Nothing was changed.",
            set.label
        )));
    }
    for part in 1..=count {
        if set.part(part).is_none_or(|c| c.sealed.is_none()) {
            return Err(wrong(format_args!(
                "Component {part} of {} is not there. Nothing was changed. Its custodian takes a turn first.",
                set.label
            )));
        }
    }
    Ok(())
}

/// The components of a set, opened, each compared with what was signed.
fn opened(
    working: &State,
    set: &str,
    parts: &[ComponentPart],
    opener: &Opener<'_>,
) -> Result<Vec<SecretBytes>, Refusal> {
    let known = working.components.iter().find(|known| known.id == set);
    let mut values = Vec::new();
    for part in parts {
        let held = known.and_then(|known| known.part(part.part));
        let sealed = held.and_then(|held| Some((held, held.sealed.as_ref()?)));
        let Some((held, sealed)) = sealed else {
            return Err(wrong(format_args!(
                "Component {} is gone. Nothing was changed.",
                part.part
            )));
        };
        let value = opener
            .open(sealed)
            .map_err(|e| Refusal::Vault(e.to_string()))?;
        let signed = data_encoding::HEXLOWER.encode(&held.commitment) == part.commitment;
        if !signed || !same_value(held, &value) {
            return Err(Refusal::Vault(format!(
                "Component {} is not the one that was signed for. Nothing was changed. Stop and call for help.",
                part.part
            )));
        }
        values.push(value);
    }
    Ok(values)
}

/// The set has left: its last component has its holder, and nothing sealed is left of the others.
fn left(working: &mut State, set: &SetRef, key: &str, held: HeldComponent, at: i64) {
    let holder = held.holder.clone();
    if let Some(known) = working.components.iter_mut().find(|k| k.id == set.id) {
        known.key = Some(key.to_owned());
        known.components.push(held);
        known.forget();
    }
    working.ledger.divide(set.split(at));
    working.ledger.hand_out(Holding {
        person: holder,
        split: set.id.clone(),
        part: set.parts,
        place: String::new(),
        safe: None,
        by: "export-key.components".to_owned(),
        since: at,
        until: None,
    });
}

fn export(working: &State, key: &str, receiver: &str, at: i64) -> Option<ExportRecord> {
    let record = working.engine.find(key)?;
    let receiver = format!("{receiver}, as components");
    Some(ExportRecord::sent(&record.key, receiver, at))
}
