//! RSA pairs made ahead of the act that needs them: the prime search is slow, and answers should not be.

use crate::api::{ApiError, ErrorKind, Request};
use crate::crypto::{CryptoError, Entropy as _, OsEntropy, keygen};
use crate::engine::{EngineState, PreparedRsa};

use super::action::Action;
use super::pending::Pending;
use super::{Refusal, Session, Stop};

/// Pairs that wait for an act. Each is used once; what is left when the session ends is wiped.
#[derive(Default)]
pub(crate) struct Ahead {
    pairs: Vec<PreparedRsa>,
    /// Ends a search for primes of the act that is being done.
    pub(crate) stop: Stop,
}

impl Ahead {
    /// Takes a pair of `bits` off the stock.
    pub(crate) fn take(&mut self, bits: Option<usize>) -> Option<PreparedRsa> {
        let bits = bits?;
        let at = self
            .pairs
            .iter()
            .position(|pair| pair.bits() == Some(bits))?;
        Some(self.pairs.swap_remove(at))
    }

    /// Puts a pair there, or back.
    pub(crate) fn put(&mut self, pair: Option<PreparedRsa>) {
        self.pairs.extend(pair);
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

    /// Until it is said, a search for primes goes on; from then on it is over, and with it what it was made for.
    pub fn stoppable(&mut self, stop: Stop) {
        self.ahead.stop = stop;
    }

    /// Puts an act back on the table whose search was stopped: nothing else was attempted, the approval is not used.
    pub(crate) fn stopped(&mut self, pending: Pending) {
        self.pending.push(pending);
        self.ahead.stop = Stop::default();
    }

    /// Why the control plane did not do it: what was stopped has not failed.
    pub(crate) fn refused(&self, error: ApiError) -> Refusal {
        match error.kind {
            ErrorKind::InternalServer if self.ahead.stop.said() => Refusal::Stopped,
            _ => self.by_this_clock(error).into(),
        }
    }

    /// Whether doing this may take a search for primes.
    pub fn searches(&self, action: &Action) -> bool {
        let requests = action.requests();
        requests.iter().any(|r| EngineState::needs_rsa(r).is_some())
            || (requests.iter().any(issues) && self.state.engine.needs_root(self.now()).is_some())
    }

    /// Searches for every pair that the act needs, on two threads, and sets it aside. Where a seed decides the pairs
    /// are made with the act.
    ///
    /// # Errors
    /// It was stopped: nothing is kept but pairs that were found before.
    pub fn search_ahead(&mut self, action: &Action) -> Result<(), Refusal> {
        for bits in self.wants_ahead(action) {
            let draw = || {
                OsEntropy
                    .draw("rsa-prime")
                    .map_err(|e| Refusal::Vault(e.to_string()))
            };
            match keygen::rsa_parallel(bits, [draw()?, draw()?], self.ahead.stop.flag()) {
                Ok(pair) => self.set_aside(pair.into()),
                Err(CryptoError::Cancelled) => {
                    self.ahead.stop = Stop::default();
                    return Err(Refusal::Stopped);
                }
                Err(error) => return Err(Refusal::Vault(error.to_string())),
            }
        }
        Ok(())
    }

    /// Modulus lengths in bits of the pairs that the act would have to search for now: those of its keys, its tokens
    /// and the vault's own root that were not set aside. Empty where a seed decides.
    pub fn wants_ahead(&self, action: &Action) -> Vec<usize> {
        if self.seed().is_some() {
            return Vec::new();
        }
        let requests = action.requests();
        let mut wanted: Vec<usize> = requests.iter().filter_map(EngineState::needs_rsa).collect();
        if requests.iter().any(issues) {
            wanted.extend(self.state.engine.needs_root(self.now()));
        }
        for pair in &self.ahead.pairs {
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
