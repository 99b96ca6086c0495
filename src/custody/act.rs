//! The act: exactly what people sign, and its digest.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{hex_bytes, json, words};

/// One act on one state. Every signature of it covers the same value; [`Act::digest`] is what people see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The vault, 16 bytes as 32 lower-case hex digits.
    pub vault_id: String,
    /// The vault's epoch, lower-case hex; a fork opened by exception draws a new one.
    pub epoch: String,
    /// The sequence number of the state that the act is meant for.
    pub seq: u64,
    /// That state's head.
    #[serde(with = "hex_bytes")]
    pub state_head: [u8; 32],
    /// 32 random bytes drawn after the request was fixed, consumed by the commit that records the intent.
    #[serde(with = "hex_bytes")]
    pub approval_id: [u8; 32],
    /// The name of the person who issues.
    pub issuer: String,
    /// The issuer's approval-key fingerprint, 64 lower-case hex digits.
    pub issuer_key: String,
    /// SHA-256 of the ceremony script's bytes, or none.
    #[serde(with = "hex_bytes::optional")]
    pub script: Option<[u8; 32]>,
    /// The script's step, or none.
    pub step: Option<String>,
    /// The typed, validated, fully defaulted action as JSON.
    pub action: Value,
}

impl Act {
    /// The value that is signed: every member present, absent ones as `null`, bytes as lower-case hex.
    pub fn to_json(&self) -> Value {
        json!({
            "vault_id": self.vault_id,
            "epoch": self.epoch,
            "seq": self.seq,
            "state_head": HEXLOWER.encode(&self.state_head),
            "approval_id": HEXLOWER.encode(&self.approval_id),
            "issuer": self.issuer,
            "issuer_key": self.issuer_key,
            "script": self.script.map(|hash| HEXLOWER.encode(&hash)),
            "step": self.step,
            "action": self.action,
        })
    }

    /// RFC 8785 JSON of the act.
    pub fn canonical(&self) -> Vec<u8> {
        json::canonical(&self.to_json())
    }

    /// SHA-256 of [`Act::canonical`].
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.canonical()).into()
    }

    /// The eight words that people compare and write into the minutes.
    pub fn words(&self) -> Vec<&'static str> {
        words::eight(&self.digest())
    }

    /// What differs between `signed`, which people approved, and this act.
    pub fn differences(&self, signed: &Self) -> Vec<Difference> {
        [
            (self.vault_id != signed.vault_id, Difference::Vault),
            (self.epoch != signed.epoch, Difference::Epoch),
            (
                self.seq != signed.seq || self.state_head != signed.state_head,
                Difference::State,
            ),
            (
                json::canonical(&self.action) != json::canonical(&signed.action),
                Difference::Request,
            ),
            (
                self.issuer != signed.issuer || self.issuer_key != signed.issuer_key,
                Difference::Issuer,
            ),
            (
                self.script != signed.script || self.step != signed.step,
                Difference::Step,
            ),
            (
                self.approval_id != signed.approval_id,
                Difference::ApprovalId,
            ),
        ]
        .into_iter()
        .filter_map(|(differs, what)| differs.then_some(what))
        .collect()
    }
}

/// A part of an act that is no longer what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Another vault.
    Vault,
    /// The vault was opened as a new epoch.
    Epoch,
    /// Another act was executed meanwhile: sequence number or state head moved.
    State,
    /// The request itself.
    Request,
    /// Another issuer.
    Issuer,
    /// Another script or step.
    Step,
    /// Another approval id: asked for anew.
    ApprovalId,
}

impl Difference {
    /// The words for a sentence: "the ... differ".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Vault => "the vault (the signatures are for another one)",
            Self::Epoch => "the epoch (an exception opened the vault as a new one)",
            Self::State => "the vault (another act was done in it meanwhile)",
            Self::Request => "the request",
            Self::Issuer => "the issuer",
            Self::Step => "the script or its step",
            Self::ApprovalId => "the approval id (approval was asked for anew)",
        }
    }
}
