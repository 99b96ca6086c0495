//! Acts that write TR-34's other tokens, as people sign them, in their words, and as they are done.

use data_encoding::{HEXLOWER, HEXUPPER};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::crypto::tr34;
use crate::custody::policy::operation;
use crate::engine::{BindingRequest, EngineState};
use crate::text::{say, tr};

use super::Session;
use super::error::Refusal;
use super::locks::Opener;
use super::op_tr34::{RANDOM, REBIND, UNBIND};
use super::sentence::{Details, certificate, line, name_of};
use super::sentence_tokens::counterparty;
use super::state::State;
use super::transition::{TOKEN_NOTES, Transition};

/// An act on another token of TR-34 than one with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tr34Act {
    /// What is signed for a device; nothing where a random number is given to a sender.
    pub binding: Option<BindingRequest>,
    /// The file that will be written, without folder.
    pub file: String,
}

/// The bytes of a random number (TR-34-2019, B.12): what the service takes as RandomNonce in every version of its model.
const NONCE_BYTES: usize = 8;

impl Tr34Act {
    /// The act's name, under which [`crate::session::op`] declares it.
    pub const fn name(&self) -> &'static str {
        match &self.binding {
            None => RANDOM.name,
            Some(asked) if asked.new_sender.is_some() => REBIND.name,
            Some(_) => UNBIND.name,
        }
    }

    /// The act's name as policy, audit and state head spell it.
    pub(crate) const fn operation(&self) -> &'static str {
        match &self.binding {
            None => operation::RANDOM,
            Some(asked) if asked.new_sender.is_some() => operation::REBIND,
            Some(_) => operation::UNBIND,
        }
    }

    /// Whether it opens a sealed secret: the key that signs.
    pub(crate) const fn uses_secret(&self) -> bool {
        self.binding.is_some()
    }

    /// What is signed.
    pub fn to_json(&self) -> Value {
        let mut value = json!({"name": self.name(), "file": self.file});
        if let (Some(map), Some(asked)) = (value.as_object_mut(), &self.binding) {
            map.insert("input".into(), json!(asked));
        }
        value
    }
}

/// A token as the journal keeps it.
pub(crate) fn answer(token: &str) -> String {
    json!({ "Token": token }).to_string()
}

/// The token in what the journal kept.
pub(crate) fn token_in(answer: &str) -> Option<String> {
    let value: Value = serde_json::from_str(answer).ok()?;
    value.get("Token")?.as_str().map(str::to_owned)
}

/// The sentence and details of such an act.
pub(crate) fn describe(act: &Tr34Act, engine: &EngineState) -> (String, Details) {
    let file = line(tr("file"), &act.file);
    let Some(asked) = &act.binding else {
        let after = tr(
            "the sender signs it into one token; write it down as it is shown, and type it beside that token",
        );
        let details = vec![line(tr("after"), after), file];
        return (tr("GIVE A SENDER a random number").into(), details);
    };
    let mut details = vec![line(tr("device"), tr("the certificate that follows"))];
    details.extend(certificate(&asked.receiver));
    let sentence = match &asked.new_sender {
        None => tr("LET A DEVICE GO: it takes keys from nobody until it is bound again"),
        Some(new) => {
            details.push(line(tr("new sender"), tr("the certificate that follows")));
            details.extend(certificate(&new.certificate));
            let under = match &new.certificate_authority_public_key_identifier {
                Some(authority) => name_of(authority, engine),
                None => tr("this vault's own authority").to_owned(),
            };
            details.push(line(tr("under"), &under));
            tr("HAND A DEVICE OVER: from then on it takes keys from the new sender alone")
        }
    };
    details.push(line(
        tr("fresh"),
        &say!("the device's nonce {nonce}", nonce = asked.random_nonce),
    ));
    details.extend(asked.export_token.iter().map(|t| line(tr("token"), t)));
    if let Some(pair) = &asked.signing_key_identifier {
        details.push(line(tr("signed by"), &name_of(pair, engine)));
    }
    if let Some(own) = &asked.signing_key_certificate {
        details.push(line(
            tr("known by"),
            tr("the sender's certificate that follows"),
        ));
        details.extend(certificate(own));
    }
    details.extend(counterparty(asked.counterparty_profile));
    details.push(line(
        tr("beware"),
        tr("the device acts on it at once; nothing here can take it back"),
    ));
    details.push(file);
    (sentence.to_owned(), details)
}

impl Session {
    /// Judges what can be judged without a secret.
    pub(crate) fn judged_tr34(&self, act: &Tr34Act) -> Result<(), Refusal> {
        let Some(asked) = &act.binding else {
            return Ok(());
        };
        let engine = &self.state.engine;
        Ok(engine.check_binding(asked, self.now(), self.profile)?)
    }

    /// Writes the token on a copy of the state: upper-case hex.
    pub(crate) fn run_tr34(
        &mut self,
        working: &State,
        act: &Tr34Act,
        opener: Option<&Opener<'_>>,
    ) -> Result<(String, Transition), Refusal> {
        let token = match (&act.binding, opener) {
            (None, _) => self.random_token()?,
            (Some(asked), Some(opener)) => {
                self.with_context(opener, |ctx| working.engine.binding_token(asked, ctx))?
            }
            (Some(_), None) => {
                return Err(Refusal::Approval(
                    "This act opens the key that signs: its custodians sign first. Nothing was signed.".into(),
                ));
            }
        };
        let bytes = HEXUPPER.decode(token.as_bytes()).unwrap_or_default();
        let step = Transition::moving(act.operation(), act.to_json(), json!({ "Token": token }))
            .with(TOKEN_NOTES[1], HEXLOWER.encode(&Sha256::digest(&bytes)));
        Ok((token, step))
    }

    fn random_token(&mut self) -> Result<String, Refusal> {
        let mut nonce = [0_u8; NONCE_BYTES];
        self.draw("tr34-nonce")?.fill_bytes(&mut nonce);
        let token = tr34::write_random(&nonce).map_err(|e| Refusal::Vault(e.to_string()))?;
        Ok(HEXUPPER.encode(&token))
    }
}
