//! GetParametersForImport and GetParametersForExport: a token, a key pair, and a certificate for it.

use std::sync::Arc;

use crate::{
    api::{
        ApiError, GetParametersForExportInput, GetParametersForExportOutput,
        GetParametersForImportInput, GetParametersForImportOutput, KeyAlgorithm, KeyMaterialType,
        Timestamp,
    },
    pki::{Certificate, Purpose, SignatureHash},
};

use super::{
    Context, EngineState,
    authority::{self, Wanted},
    counterparty, pairs, refusal, secrets,
    tokens::{Direction, Token, TokenPair},
};

const DAY: i64 = 86_400_000;

/// A token is given again only while it is good for this long.
const REUSABLE: i64 = DAY;

pub(super) fn check_import(
    input: GetParametersForImportInput,
) -> Result<GetParametersForImportInput, ApiError> {
    Asked::from(&input).judge()?;
    Ok(input)
}

pub(super) fn check_export(
    input: GetParametersForExportInput,
) -> Result<GetParametersForExportInput, ApiError> {
    Asked::from(&input).judge()?;
    Ok(input)
}

pub(super) fn import(
    state: &mut EngineState,
    input: &GetParametersForImportInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<GetParametersForImportOutput, ApiError> {
    let given = Asked::from(input).give(state, now, ctx)?;
    Ok(GetParametersForImportOutput {
        wrapping_key_certificate: given.certificate.to_aws(),
        wrapping_key_certificate_chain: given.root.to_aws(),
        wrapping_key_algorithm: input.wrapping_key_algorithm,
        import_token: given.token,
        parameters_valid_until_timestamp: given.until,
    })
}

pub(super) fn export(
    state: &mut EngineState,
    input: &GetParametersForExportInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<GetParametersForExportOutput, ApiError> {
    let given = Asked::from(input).give(state, now, ctx)?;
    Ok(GetParametersForExportOutput {
        signing_key_certificate: given.certificate.to_aws(),
        signing_key_certificate_chain: given.root.to_aws(),
        signing_key_algorithm: input.signing_key_algorithm,
        export_token: given.token,
        parameters_valid_until_timestamp: given.until,
    })
}

/// Either request, as what it asks for.
#[derive(Clone, Copy)]
struct Asked {
    direction: Direction,
    material_type: KeyMaterialType,
    algorithm: KeyAlgorithm,
    reuse: bool,
    hash: Option<SignatureHash>,
}

/// What is answered.
struct Given {
    certificate: Certificate,
    root: Certificate,
    token: String,
    until: Timestamp,
}

impl From<&GetParametersForImportInput> for Asked {
    fn from(input: &GetParametersForImportInput) -> Self {
        Self {
            direction: Direction::Import,
            material_type: input.key_material_type,
            algorithm: input.wrapping_key_algorithm,
            reuse: input.reuse_last_generated_token,
            hash: counterparty::named_hash(input.counterparty_profile),
        }
    }
}

impl From<&GetParametersForExportInput> for Asked {
    fn from(input: &GetParametersForExportInput) -> Self {
        Self {
            direction: Direction::Export,
            material_type: input.key_material_type,
            algorithm: input.signing_key_algorithm,
            reuse: input.reuse_last_generated_token,
            hash: counterparty::named_hash(input.counterparty_profile),
        }
    }
}

impl Asked {
    /// The operation, the algorithm's member, and the material types that need a token.
    const fn words(self) -> (&'static str, &'static str, &'static [KeyMaterialType]) {
        match self.direction {
            Direction::Import => (
                "GetParametersForImport",
                "WrappingKeyAlgorithm",
                &[
                    KeyMaterialType::TR34_KEY_BLOCK,
                    KeyMaterialType::KEY_CRYPTOGRAM,
                ],
            ),
            Direction::Export => (
                "GetParametersForExport",
                "SigningKeyAlgorithm",
                &[KeyMaterialType::TR34_KEY_BLOCK],
            ),
        }
    }

    fn judge(self) -> Result<usize, ApiError> {
        let (operation, member, types) = self.words();
        let invalid = |member: &str, value: &str, allowed: &[&str]| {
            ApiError::validation(format!(
                "{member} {value} is not valid for {operation}; allowed: {}.",
                allowed.join(", ")
            ))
        };
        if !types.contains(&self.material_type) {
            let allowed: Vec<&str> = types.iter().map(|t| t.name()).collect();
            return Err(invalid(
                "KeyMaterialType",
                self.material_type.name(),
                &allowed,
            ));
        }
        self.algorithm.modulus_bits().ok_or_else(|| {
            let allowed: Vec<&str> = KeyAlgorithm::ALL
                .iter()
                .filter(|a| a.modulus_bits().is_some())
                .map(|a| a.name())
                .collect();
            invalid(member, self.algorithm.name(), &allowed)
        })
    }

    fn give(
        self,
        state: &mut EngineState,
        now: Timestamp,
        ctx: &mut Context<'_>,
    ) -> Result<Given, ApiError> {
        let bits = self.judge()?;
        // A certificate of before may be signed with another hash than the one that is named.
        if self.reuse
            && self.hash.is_none()
            && let Some(given) = self.last(state, now)?
        {
            return Ok(given);
        }
        let pair = pairs::pair(
            bits,
            self.prime(),
            ctx.prepared.take(),
            ctx.entropy,
            ctx.stop,
        )?;
        let until =
            authority::whole_second(now.plus_millis(i64::from(ctx.limits.parameters_days) * DAY));
        let issuer = state.issuer(now, self.hash, ctx)?;
        let wanted = Wanted {
            spki: &pair.spki,
            purpose: Purpose::Parameters,
            until,
            hash: self.hash,
        };
        let certificate = issuer.issue(state.account(), &wanted, now, ctx)?;
        let token = Token {
            name: state.draw_token(self.direction, ctx.entropy)?,
            material_type: self.material_type,
            algorithm: self.algorithm,
            given: now,
            until,
            pair: Some(TokenPair {
                sealed: secrets::seal(ctx, &pair.pkcs8)?,
                certificate_der: certificate.der().to_vec(),
            }),
        };
        let given = Given {
            certificate,
            root: issuer.root().clone(),
            token: token.name.to_string(),
            until,
        };
        // Nothing fails from here on.
        state.authority = Some(Arc::new(issuer.into_authority()));
        state.wipe_expired(now);
        state.tokens.insert(token.name.clone(), Arc::new(token));
        Ok(given)
    }

    /// The newest token for the same purpose, while it may be given again.
    fn last(self, state: &EngineState, now: Timestamp) -> Result<Option<Given>, ApiError> {
        let least = now.plus_millis(REUSABLE);
        let found = state.newest_token(self.direction, self.material_type, self.algorithm, least);
        let (Some(token), Some(authority)) = (found, &state.authority) else {
            return Ok(None);
        };
        let pair = token
            .pair
            .as_ref()
            .ok_or_else(|| refusal::internal("A token that has not ended has no key"))?;
        Ok(Some(Given {
            certificate: authority::stored(&pair.certificate_der)?,
            root: authority::stored(&authority.certificate_der)?,
            token: token.name.to_string(),
            until: token.until,
        }))
    }

    /// What the pair's primes are drawn for.
    const fn prime(self) -> &'static str {
        match self.direction {
            Direction::Import => "wrapping-prime",
            Direction::Export => "signing-prime",
        }
    }
}
