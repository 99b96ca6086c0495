//! Tokens of GetParametersForImport and GetParametersForExport, each with a key pair of its own.

use std::sync::Arc;

use data_encoding::BASE32_NOPAD;

use crate::{
    api::{ApiError, KeyAlgorithm, KeyMaterialType, Timestamp},
    crypto::{Entropy, SecretBytes},
};

use super::{Context, EngineState, refusal, secrets};

/// 80 random bits are 16 base32 characters.
const ID_BYTES: usize = 10;

const ATTEMPTS: u32 = 4;

/// Which way a key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Into this vault: the pair wraps.
    Import,
    /// Out of this vault: the pair signs.
    Export,
}

impl Direction {
    /// How the token begins.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Import => "import-token-",
            Self::Export => "export-token-",
        }
    }

    /// The member that carries the token.
    pub(super) const fn member(self) -> &'static str {
        match self {
            Self::Import => "ImportToken",
            Self::Export => "ExportToken",
        }
    }
}

/// A token, its pair and its certificate. Once it has expired the pair is wiped, and only what is needed to say so stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// `import-token-...` or `export-token-...`.
    pub(super) name: Arc<str>,
    /// What it was given for.
    pub(super) material_type: KeyMaterialType,
    /// The pair's algorithm.
    pub(super) algorithm: KeyAlgorithm,
    /// When it was given.
    pub(super) given: Timestamp,
    /// When it ends.
    pub(super) until: Timestamp,
    /// The pair and its certificate, until it has expired.
    pub(super) pair: Option<TokenPair>,
}

/// What a token unlocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenPair {
    /// PKCS#8 DER, sealed to the use identity.
    pub(super) sealed: Vec<u8>,
    /// The certificate under the vault's root, DER.
    pub(super) certificate_der: Vec<u8>,
}

/// A token as it was given out: nothing of it is secret.
#[derive(Debug, Clone, Copy)]
pub struct GivenToken<'s> {
    /// `import-token-...` or `export-token-...`.
    pub name: &'s str,
    /// Whether a key comes in with it; else one goes out that its pair signs.
    pub comes_in: bool,
    /// In which form the key travels.
    pub material_type: KeyMaterialType,
    /// The pair's algorithm.
    pub algorithm: KeyAlgorithm,
    /// When it was given.
    pub given: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The pair's certificate (DER), until the token has ended and was wiped.
    pub certificate_der: Option<&'s [u8]>,
}

impl Token {
    /// Whether it is of this direction.
    pub(super) fn goes(&self, direction: Direction) -> bool {
        self.name.starts_with(direction.prefix())
    }

    /// Whether it has ended. The end itself is past it.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        now >= self.until
    }
}

impl EngineState {
    /// The token in a request, judged: known, given for `wanted`, not expired.
    pub(super) fn token(
        &self,
        direction: Direction,
        name: &str,
        wanted: KeyMaterialType,
        now: Timestamp,
    ) -> Result<&Token, ApiError> {
        let token = self
            .tokens
            .get(name)
            .filter(|token| token.goes(direction))
            .ok_or_else(|| ApiError::not_found(name, format!("Token {name} was not found.")))?;
        let member = direction.member();
        if token.material_type != wanted {
            return Err(ApiError::validation(format!(
                "{member} was issued for {}.",
                token.material_type.name()
            )));
        }
        if token.has_expired(now) {
            return Err(ApiError::validation(format!(
                "{member} has expired at {}.",
                token.until.rfc3339()
            )));
        }
        Ok(token)
    }

    /// The newest token of these that is good until `least`, and belongs to the root of now.
    pub(super) fn newest_token(
        &self,
        direction: Direction,
        material_type: KeyMaterialType,
        algorithm: KeyAlgorithm,
        least: Timestamp,
    ) -> Option<&Token> {
        let made = self.authority.as_ref()?.made;
        self.tokens
            .values()
            .filter(|token| {
                token.goes(direction)
                    && token.material_type == material_type
                    && token.algorithm == algorithm
                    && token.until >= least
                    && token.given >= made
            })
            .max_by_key(|token| token.given)
            .map(AsRef::as_ref)
    }

    /// The newest export token for TR-34 that is good at `now`.
    pub fn newest_export_token(&self, now: Timestamp) -> Option<&str> {
        self.tokens
            .values()
            .filter(|token| {
                token.goes(Direction::Export)
                    && token.material_type == KeyMaterialType::TR34_KEY_BLOCK
                    && !token.has_expired(now)
            })
            .max_by_key(|token| token.given)
            .map(|token| token.name.as_ref())
    }

    /// Every token that was ever given, those that have ended too.
    pub fn given_tokens(&self) -> impl Iterator<Item = GivenToken<'_>> {
        self.tokens.values().map(|token| GivenToken {
            name: &token.name,
            comes_in: token.goes(Direction::Import),
            material_type: token.material_type,
            algorithm: token.algorithm,
            given: token.given,
            until: token.until,
            certificate_der: token.pair.as_ref().map(|p| p.certificate_der.as_slice()),
        })
    }

    /// Import tokens for TR-34 that are good at `now`, each with its certificate (DER).
    pub fn import_certificates(&self, now: Timestamp) -> Vec<(&str, &[u8])> {
        self.tokens
            .values()
            .filter(|token| {
                token.goes(Direction::Import)
                    && token.material_type == KeyMaterialType::TR34_KEY_BLOCK
                    && !token.has_expired(now)
            })
            .filter_map(|token| {
                let pair = token.pair.as_ref()?;
                Some((token.name.as_ref(), pair.certificate_der.as_slice()))
            })
            .collect()
    }

    /// The certificate, DER, of a token's pair; nothing once it has ended.
    pub fn token_certificate(&self, name: &str) -> Option<&[u8]> {
        let pair = self.tokens.get(name)?.pair.as_ref()?;
        Some(&pair.certificate_der)
    }

    /// A token that was never given yet.
    pub(super) fn draw_token(
        &self,
        direction: Direction,
        entropy: &mut dyn Entropy,
    ) -> Result<Arc<str>, ApiError> {
        for _ in 0..ATTEMPTS {
            let mut bytes = [0_u8; ID_BYTES];
            entropy
                .draw("token-id")
                .map_err(|e| refusal::no_randomness(&e))?
                .fill_bytes(&mut bytes);
            let id = BASE32_NOPAD.encode(&bytes).to_ascii_lowercase();
            let name = format!("{}{id}", direction.prefix());
            if !self.tokens.contains_key(name.as_str()) {
                return Ok(name.into());
            }
        }
        Err(refusal::internal(
            "The random source gave tokens that exist already; do not go on with this machine",
        ))
    }

    /// Wipes the pairs of tokens that have ended.
    pub(super) fn wipe_expired(&mut self, now: Timestamp) {
        for token in self.tokens.values_mut() {
            if token.pair.is_some() && token.has_expired(now) {
                Arc::make_mut(token).pair = None;
            }
        }
    }
}

/// The private key behind a token, DER PKCS#8.
pub(super) fn open(
    token: &Token,
    direction: Direction,
    ctx: &Context<'_>,
    undone: &str,
) -> Result<SecretBytes, ApiError> {
    let what = format!("The key of {}", direction.member());
    let pair = token
        .pair
        .as_ref()
        .ok_or_else(|| refusal::internal(&format!("{what} is gone")))?;
    secrets::open(ctx, &pair.sealed, &what, undone)
}
