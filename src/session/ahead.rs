//! RSA pairs made ahead of the act that needs them: the prime search is slow, and answers should not be.

use crate::api::Request;
use crate::engine::{EngineState, PreparedRsa};

use super::Session;
use super::action::Action;

/// Pairs that wait for an act. Each is used once; what is left when the session ends is wiped.
#[derive(Default)]
pub(crate) struct Ahead(Vec<PreparedRsa>);

impl Ahead {
    /// Takes a pair of `bits` off the stock.
    pub(crate) fn take(&mut self, bits: Option<usize>) -> Option<PreparedRsa> {
        let bits = bits?;
        let at = self.0.iter().position(|pair| pair.bits() == Some(bits))?;
        Some(self.0.swap_remove(at))
    }

    /// Puts a pair there, or back.
    pub(crate) fn put(&mut self, pair: Option<PreparedRsa>) {
        self.0.extend(pair);
    }
}

impl Session {
    /// Keeps an RSA pair for the next act that needs one of its length. A seeded session drops it: there the seed
    /// decides every pair.
    pub fn set_aside(&mut self, pair: PreparedRsa) {
        if self.seed().is_none() {
            self.ahead.put(Some(pair));
        }
    }

    /// Modulus lengths in bits of the pairs that the act would have to search for now: those of its keys, its tokens
    /// and the vault's own root that were not set aside. Empty where a seed decides.
    pub fn wants_ahead(&self, action: &Action) -> Vec<usize> {
        if self.seed().is_some() {
            return Vec::new();
        }
        let requests = match action {
            Action::Control { request, .. } => std::slice::from_ref(request),
            Action::List { acts, .. } => acts.as_slice(),
            Action::Backup { .. } | Action::Custody(_) | Action::Components(_) => &[],
        };
        let mut wanted: Vec<usize> = requests.iter().filter_map(EngineState::needs_rsa).collect();
        if requests.iter().any(issues) {
            wanted.extend(self.state.engine.needs_root(self.now()));
        }
        for pair in &self.ahead.0 {
            if let Some(at) = wanted.iter().position(|bits| pair.bits() == Some(*bits)) {
                wanted.swap_remove(at);
            }
        }
        wanted
    }
}

/// Whether the act issues a certificate and so needs the root.
pub(crate) const fn issues(request: &Request) -> bool {
    matches!(
        request,
        Request::GetParametersForImport(_)
            | Request::GetParametersForExport(_)
            | Request::GetPublicKeyCertificate(_)
    )
}
