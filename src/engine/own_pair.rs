//! Whose private key opens or signs: a token's, or that of a pair of this vault with a certificate of a foreign
//! authority, named in its place: what GetCertificateSigningRequest is for.

use crate::{
    api::{
        ApiError, KeyAlgorithm, KeyClass, KeyMaterialType, KeyUsage,
        KeyUsage::{
            TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION, TR31_K2_TR34_ASYMMETRIC_KEY,
            TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE,
        },
        Profile, Timestamp,
    },
    crypto::{
        SecretBytes,
        strength::{self, WrapPath},
    },
    pki::Certificate,
};

use super::{
    Context, EngineState, KeyRecord, Material, authority, certificate, refusal, secrets,
    tokens::{self, Direction, Token},
};

/// A pair, judged.
pub(super) struct OwnPair<'s> {
    record: &'s KeyRecord,
}

/// The member that names the pair, and the one that carries its certificate.
const fn members(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Import => ("WrappingKeyIdentifier", "WrappingKeyCertificate"),
        Direction::Export => ("SigningKeyIdentifier", "SigningKeyCertificate"),
    }
}

/// What a pair must be for: one that opens comes with Unwrap, one that signs with Sign.
const fn usages(direction: Direction) -> &'static [KeyUsage] {
    match direction {
        Direction::Import => &[
            TR31_K2_TR34_ASYMMETRIC_KEY,
            TR31_D1_ASYMMETRIC_KEY_FOR_DATA_ENCRYPTION,
        ],
        Direction::Export => &[TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE],
    }
}

/// The members of a request that say whose private key is meant.
pub(super) struct Members<'r> {
    /// The token's name.
    pub(super) token: Option<&'r str>,
    /// The pair's identifier.
    pub(super) pair: Option<&'r str>,
    /// The pair's certificate as sent.
    pub(super) certificate: Option<&'r str>,
}

/// Either a token or a pair with its certificate; which of them a request has.
enum Behind<'r> {
    /// The token's name.
    Token(&'r str),
    /// The pair's identifier and its certificate as sent.
    Pair(&'r str, &'r str),
}

/// A private key that a request names, judged: it opens what comes in, or signs what leaves.
pub(super) enum Key<'s> {
    /// Of a token.
    Token(&'s Token),
    /// Of a pair, with the certificate that the counterparty knows it by; boxed, since a token is but a reference.
    Pair(OwnPair<'s>, Box<Certificate>),
}

impl Key<'_> {
    /// The key's algorithm.
    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::Token(token) => token.algorithm,
            Self::Pair(pair, _) => pair.record.key.key_attributes.key_algorithm,
        }
    }

    /// The member that names it.
    pub(super) const fn member(&self, direction: Direction) -> &'static str {
        match self {
            Self::Token(_) => direction.member(),
            Self::Pair(..) => members(direction).0,
        }
    }

    /// The certificate that the counterparty knows it by.
    pub(super) fn certificate(&self) -> Result<Certificate, ApiError> {
        match self {
            Self::Token(token) => {
                let pair = token
                    .pair
                    .as_ref()
                    .ok_or_else(|| refusal::internal("A token that has not ended has no key"))?;
                authority::stored(&pair.certificate_der)
            }
            Self::Pair(_, certificate) => Ok((**certificate).clone()),
        }
    }

    /// The private key, PKCS#8 DER; `undone` ends the sentence of a refusal.
    pub(super) fn open(
        &self,
        direction: Direction,
        ctx: &Context<'_>,
        undone: &str,
    ) -> Result<SecretBytes, ApiError> {
        match self {
            Self::Token(token) => tokens::open(token, direction, ctx, undone),
            Self::Pair(pair, _) => pair.open(ctx, undone),
        }
    }

    /// Refuses what is stronger than this key.
    pub(super) fn strong_enough(
        &self,
        direction: Direction,
        wrapped: KeyAlgorithm,
        path: WrapPath,
    ) -> Result<(), ApiError> {
        let role = match direction {
            Direction::Import => "wrapping",
            Direction::Export => "signing",
        };
        strength::may_wrap(wrapped, self.algorithm(), path).map_err(|refusal| {
            let comparison = refusal.comparison(role);
            ApiError::validation(format!("{}: {comparison}.", self.member(direction)))
        })
    }

    /// Refuses a token whose key is stronger than this one, whatever its length, which a header hides.
    pub(super) fn strong_enough_for_hidden(
        &self,
        direction: Direction,
        shortest: KeyAlgorithm,
        path: WrapPath,
    ) -> Result<(), ApiError> {
        strength::may_wrap(shortest, self.algorithm(), path).map_err(|refusal| {
            let comparison = refusal.comparison_of_hidden();
            ApiError::validation(format!("{}: {comparison}.", self.member(direction)))
        })
    }
}

/// What a request names, known to exist: a token, judged; a pair, whose state and rules are judged after those of the
/// request's other keys.
pub(super) enum Found<'s, 'r> {
    /// A token that is good.
    Token(&'s Token),
    /// The pair's identifier and its certificate as sent.
    Pair(&'r str, &'r str),
}

/// Finds the key that a request names. `path` is where the members stand, `keyMaterial.tr34KeyBlock`; a token must
/// have been given for `wanted`.
///
/// # Errors
/// What is wrong with the members or the token; a pair that does not exist.
pub(super) fn find<'s, 'r>(
    state: &'s EngineState,
    direction: Direction,
    (path, wanted): (&str, KeyMaterialType),
    named: &Members<'r>,
    now: Timestamp,
) -> Result<Found<'s, 'r>, ApiError> {
    match behind(direction, path, named)? {
        Behind::Token(token) => state.token(direction, token, wanted, now).map(Found::Token),
        Behind::Pair(identifier, issued) => {
            state.living(identifier, now)?;
            Ok(Found::Pair(identifier, issued))
        }
    }
}

impl<'s> Found<'s, '_> {
    /// Refuses a pair that is not in use.
    ///
    /// # Errors
    /// The pair's state.
    pub(super) fn usable(&self, state: &EngineState, now: Timestamp) -> Result<(), ApiError> {
        match self {
            Self::Token(_) => Ok(()),
            Self::Pair(identifier, _) => state.usable(identifier, now).map(|_| ()),
        }
    }

    /// The key, judged.
    ///
    /// # Errors
    /// What is wrong with the pair or its certificate.
    pub(super) fn judged(
        self,
        state: &'s EngineState,
        direction: Direction,
        now: Timestamp,
        profile: Profile,
    ) -> Result<Key<'s>, ApiError> {
        match self {
            Self::Token(token) => Ok(Key::Token(token)),
            Self::Pair(identifier, issued) => {
                judge(state, direction, (identifier, issued), now, profile)
                    .map(|(pair, certificate)| Key::Pair(pair, Box::new(certificate)))
            }
        }
    }
}

/// Which of the two a request names. `path` is where the members stand, `keyMaterial.tr34KeyBlock`.
///
/// # Errors
/// A ValidationException for both, none, or half a pair.
fn behind<'r>(
    direction: Direction,
    path: &str,
    named: &Members<'r>,
) -> Result<Behind<'r>, ApiError> {
    let (identifier, certificate) = members(direction);
    let given = |member: &str, other: &str| {
        ApiError::validation(format!(
            "{member} is given without {other}; a pair goes with the certificate that was issued for it."
        ))
    };
    match (named.token, named.pair, named.certificate) {
        (Some(token), None, None) => Ok(Behind::Token(token)),
        (None, Some(pair), Some(issued)) => Ok(Behind::Pair(pair, issued)),
        (None, None, None) => Err(refusal::null(path, direction.member())),
        (Some(_), _, _) => Err(ApiError::validation(format!(
            "{} is given together with {identifier} or {certificate}; a key is behind the one or the other.",
            direction.member()
        ))),
        (None, Some(_), None) => Err(given(identifier, certificate)),
        (None, None, Some(_)) => Err(given(certificate, identifier)),
    }
}

/// Judges a pair and its certificate, and gives both: the pair usable and for this, the certificate valid now and of this very pair.
/// Who issued the certificate is the counterparty's to ask.
pub(super) fn judge<'s>(
    state: &'s EngineState,
    direction: Direction,
    (identifier, issued): (&str, &str),
    now: Timestamp,
    profile: Profile,
) -> Result<(OwnPair<'s>, Certificate), ApiError> {
    let (named, carried) = members(direction);
    let record = state.usable(identifier, now)?;
    may(record, direction)
        .map_err(|why| ApiError::validation(format!("{named} {}: {why}.", record.key.key_arn)))?;
    let certificate = certificate::read(carried, issued, profile)?;
    let Material::Pair { spki_der, .. } = &record.material else {
        return Err(refusal::internal(&format!(
            "Key {} has no public half",
            record.key.key_arn
        )));
    };
    if certificate.spki_der() != spki_der {
        return Err(ApiError::validation(format!(
            "{carried} and {named} do not match: the certificate is not for the public key of {}.",
            record.key.key_arn
        )));
    }
    certificate::valid(carried, &certificate, now)?;
    match direction {
        Direction::Import => certificate::may_wrap(carried, &certificate)?,
        Direction::Export => certificate::may_sign(carried, &certificate)?,
    }
    Ok((OwnPair { record }, certificate))
}

fn may(record: &KeyRecord, direction: Direction) -> Result<(), String> {
    let attributes = &record.key.key_attributes;
    if attributes.key_class != KeyClass::ASYMMETRIC_KEY_PAIR {
        return Err(format!(
            "KeyClass {} has no private key here",
            attributes.key_class.name()
        ));
    }
    let modes = &attributes.key_modes_of_use;
    let (does, has, name) = match direction {
        Direction::Import => ("unwrap keys", modes.unwrap, "Unwrap"),
        Direction::Export => ("sign key blocks", modes.sign, "Sign"),
    };
    if !usages(direction).contains(&attributes.key_usage) {
        return Err(format!(
            "KeyUsage {} cannot {does}",
            attributes.key_usage.name()
        ));
    }
    if has {
        return Ok(());
    }
    Err(format!(
        "KeyModesOfUse [{}] lacks {name}",
        modes.names().join(", ")
    ))
}

impl OwnPair<'_> {
    fn open(&self, ctx: &Context<'_>, undone: &str) -> Result<SecretBytes, ApiError> {
        let arn = &self.record.key.key_arn;
        let sealed = self
            .record
            .material
            .sealed()
            .ok_or_else(|| refusal::internal(&format!("Key {arn} has no material")))?;
        secrets::open(ctx, sealed, &format!("Key {arn}"), undone)
    }
}
