//! What a bundle holds of a run: the log, the acts as they were signed, and what leads to their leaves.

use std::io::Read as _;

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::custody::{Role, state_head};
use crate::evidence::audit::Kind;
use crate::evidence::bundle::{Bundle, MAX_LOG, longest, sha256};

use super::command::KeySource;
use super::error::Refusal;
use super::present::Unsealed;
use super::run::Run;
use super::transition::Transition;
use super::{Session, book, era};

/// What people sign, in words, where they sign the line that names a bundle's parts.
pub const OF_A_BUNDLE: &str = "the contents of a bundle";

/// What comes to a bundle from outside the vault.
pub struct Brought {
    /// The script's bytes.
    pub script: Vec<u8>,
    /// The report as data.
    pub report: Value,
    /// The recording, where one was made.
    pub recording: Option<Vec<u8>>,
    /// Version and SHA-256 of the program, as it reads itself.
    pub build: Value,
}

impl Session {
    /// The bundle of a run, and the line in the log that names its parts. `signers`, custodians or witnesses, sign that
    /// line; where none is named, whoever's signing key is held does, and where nobody's is, nobody: the verifier says
    /// so. Moves neither the sequence number nor the head.
    ///
    /// # Errors
    /// The run is not of that script, an act of it was made before keymoot kept what a bundle shows, one of the signers
    /// may not or cannot sign, or the line could not be written. Nothing was written but in the last case.
    pub fn bundle(
        &mut self,
        run: &str,
        brought: Brought,
        signers: Vec<(String, KeySource)>,
    ) -> Result<Vec<u8>, Refusal> {
        self.ready()?;
        let run = self.state.runs.iter().find(|r| r.id == run).cloned();
        let run = run.ok_or_else(|| {
            Refusal::Usage("There is no such run in this vault. Nothing was changed.".into())
        })?;
        if sha256(&brought.script) != run.script_sha256 {
            return Err(Refusal::Usage(
                "This is not the script that the run was played from. Nothing was changed. Bring the same file, to the byte."
                    .into(),
            ));
        }
        let signers = self.bundle_signers(signers)?;
        let artifacts: Vec<(String, Vec<u8>)> = run
            .steps
            .iter()
            .flat_map(|step| step.files.clone())
            .collect();
        let vault = json!({
            "id": self.book.vault_id(), "epoch": self.book.epoch(), "profile": self.profile.name(),
        });
        let people = self.approval_keys();
        self.name_bundle(&run, &brought, &artifacts, (&vault, &people))?;
        if !signers.is_empty() {
            self.sign_heads(OF_A_BUNDLE, signers)?;
        }
        let events = self.log_lines()?;
        let lines: Vec<Value> = events
            .iter()
            .map(|line| serde_json::from_str(line).unwrap_or_default())
            .collect();
        let acts = self.acts_of(&run, &lines)?;
        let unsigned = self.unsigned(&lines);
        let bundle = Bundle {
            vault,
            run: json!({"id": run.id, "script": run.script_sha256}),
            build: brought.build,
            people,
            script: brought.script,
            events,
            acts,
            unsigned,
            artifacts,
            report: brought.report,
            recording: brought.recording,
        };
        match bundle.too_long() {
            None => Ok(bundle.to_bytes()),
            Some(part) => Err(Refusal::Usage(format!(
                "This bundle would not be read by anybody: its {part} would have more than {} bytes. No bundle was made; \
                 the log has a line that names it, and nothing else was changed.",
                longest(part)
            ))),
        }
    }

    fn approval_keys(&self) -> Value {
        let holders = self.state.recovery.iter().flat_map(|r| &r.people);
        let people = self.state.people.iter().chain(holders).map(|person| {
            json!({
                "name": person.name, "role": person.role.word(),
                "key": super::door::hex(&person.approval_key),
            })
        });
        people.collect::<Vec<_>>().into()
    }

    /// The keys that sign a bundle's line.
    fn bundle_signers(
        &self,
        named: Vec<(String, KeySource)>,
    ) -> Result<Vec<(String, Unsealed)>, Refusal> {
        if named.is_empty() {
            let held = self.held.keys.keys();
            return self.unseal_all(held.map(|n| (n.clone(), KeySource::Held)).collect());
        }
        for (n, (name, _)) in named.iter().enumerate() {
            if self.person(name)?.role == Role::Administrator {
                return Err(Refusal::Approval(format!(
                    "{name} is an administrator, and a bundle is signed by custodians or witnesses. Nothing was changed."
                )));
            }
            if named.iter().take(n).any(|(before, _)| before == name) {
                return Err(Refusal::Usage(format!(
                    "{name} is named twice and signs once. Nothing was changed."
                )));
            }
        }
        self.unseal_all(named)
    }

    /// The line that names what the bundle holds.
    fn name_bundle(
        &mut self,
        run: &Run,
        brought: &Brought,
        artifacts: &[(String, Vec<u8>)],
        (vault, people): (&Value, &Value),
    ) -> Result<(), Refusal> {
        let digest = |value: &Value| sha256(&crate::custody::json::canonical(value));
        let files: Map<String, Value> = artifacts
            .iter()
            .map(|(name, bytes)| (name.clone(), sha256(bytes).into()))
            .collect();
        let mut line = Transition::note("bundle", self.present.clone())
            .with("run", run.id.clone())
            .with("artifacts", files)
            .with("report", digest(&brought.report))
            .with("build", digest(&brought.build))
            .with("people", digest(people))
            .with("vault", digest(vault));
        if let Some(recording) = &brought.recording {
            line = line.with("recording", sha256(recording));
        }
        self.book.line(Kind::Noted, &line, self.now())?;
        self.seal_audit()
    }

    /// The lines of the log.
    pub(crate) fn log_lines(&self) -> Result<Vec<String>, Refusal> {
        let reader = self.book.vault().audit_reader().map_err(book::storage)?;
        let mut text = String::new();
        if let Some(reader) = reader {
            let read = reader.take(MAX_LOG as u64 + 1).read_to_string(&mut text);
            read.map_err(|e| {
                Refusal::Vault(format!(
                    "The audit log could not be read ({e}). Nothing was changed."
                ))
            })?;
        }
        if text.len() > MAX_LOG {
            return Err(Refusal::Usage(format!(
                "The audit log is longer than {MAX_LOG} bytes, and a bundle holds no more. Nothing was changed."
            )));
        }
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The acts of a run as they were signed, with what leads to each leaf.
    fn acts_of(&self, run: &Run, lines: &[Value]) -> Result<Value, Refusal> {
        let mut acts = Vec::new();
        for step in run.steps.iter().filter(|step| step.digest.is_some()) {
            let kept = step.evidence.as_deref().unwrap_or_default();
            let mut kept: Value = serde_json::from_str(kept).map_err(|_| {
                Refusal::Usage(format!(
                    "Step {} was played before keymoot kept what a bundle shows of an act. Nothing was changed. \
                     Its report and the audit log remain.",
                    step.id
                ))
            })?;
            let digest = step.digest.clone().unwrap_or_default();
            let of_the_act = lines.iter().filter(|line| {
                line.get("kind") == Some(&json!("intent"))
                    && line.pointer("/details/digest") == Some(&json!(digest))
            });
            let transitions = kept.get_mut("transitions").and_then(Value::as_array_mut);
            let transitions = transitions.map(std::mem::take).unwrap_or_default();
            let shown: Vec<Value> = transitions
                .into_iter()
                .zip(of_the_act)
                .map(|(transition, line)| self.shown(transition, line))
                .collect();
            let mut act = json!({
                "digest": digest, "action": kept.get("action"), "transitions": shown,
            });
            if let (Some(epoch), Some(act)) = (self.earlier_epoch(&act, lines), act.as_object_mut())
            {
                act.insert("epoch".into(), epoch.into());
            }
            acts.push(act);
        }
        Ok(acts.into())
    }

    /// The epoch under which an act was signed, where it is not the vault's any more. A rotation or a return to a copy
    /// is signed under the one that it ends.
    fn earlier_epoch(&self, act: &Value, lines: &[Value]) -> Option<String> {
        let n = act.pointer("/transitions/0/line")?.as_u64()?;
        let line = lines.get(usize::try_from(n).ok()?.checked_sub(1)?)?;
        let seq = line.pointer("/details/seq")?.as_u64()?;
        let era = era::of(&self.state.eras, seq.checked_sub(1)?)?;
        Some(era.epoch_hex()).filter(|epoch| epoch != self.book.epoch())
    }

    /// What moved the state without signatures of its own, with what leads to each leaf: nobody can say then that such a
    /// line stands for anything else. A line whose leaf does not come out (an intent that a crash left unsealed) is left out.
    fn unsigned(&self, lines: &[Value]) -> Value {
        let of_nobody = lines.iter().filter(|line| {
            line.get("kind") == Some(&json!("intent")) && line.pointer("/details/digest").is_none()
        });
        let shown = of_nobody.filter_map(|line| {
            let operation = line.get("op")?.as_str()?;
            let (request, response) = self.moved(operation, line.get("details")?)?;
            let seq = line.pointer("/details/seq")?.as_u64()?;
            let leaf = state_head::leaf(&self.salt_of(seq), seq, operation, &request, &response);
            let named = line.pointer("/details/leaf")?.as_str()?;
            let transition =
                json!({"operation": operation, "request": request, "response": response});
            (super::door::hex(&leaf) == named).then(|| self.shown(transition, line))
        });
        shown.collect::<Vec<_>>().into()
    }

    /// Request and response of such a line, as `settle_due` and `finish_reshare` made them.
    fn moved(&self, operation: &str, details: &Value) -> Option<(Value, Value)> {
        match operation {
            "DestroyKey" => {
                let arn = details.get("key")?.as_str()?;
                let at = self.state.engine.find(arn)?.key.delete_timestamp?;
                let response = json!({"DeleteTimestamp": at.millis()});
                Some((json!({"KeyArn": arn}), response))
            }
            "EndOldSet" => {
                let member = |name: &str| details.get(name).cloned();
                let request = json!({
                    "set": member("set")?, "old_set": member("old_set")?, "proven": member("proven")?,
                });
                Some((request, json!({})))
            }
            _ => None,
        }
    }

    fn salt_of(&self, seq: u64) -> Zeroizing<[u8; 32]> {
        match era::of(&self.state.eras, seq) {
            Some(era) => era.salt(seq),
            None => state_head::salt(self.book.state_key(), self.book.epoch(), seq),
        }
    }

    fn shown(&self, mut transition: Value, line: &Value) -> Value {
        let seq = line.pointer("/details/seq").and_then(Value::as_u64);
        let salt = self.salt_of(seq.unwrap_or_default());
        if let Some(map) = transition.as_object_mut() {
            map.insert("line".into(), line.get("n").cloned().unwrap_or_default());
            map.insert("salt".into(), super::door::hex(&*salt).into());
        }
        transition
    }
}
