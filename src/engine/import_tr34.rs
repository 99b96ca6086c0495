//! ImportKey of a symmetric key in a TR-34 token, made for a certificate of GetParametersForImport or of a pair of this
//! vault: we are the receiver (KRD), the sender (KDH) is vouched for by an imported CA.

use data_encoding::{HEXUPPER, HEXUPPER_PERMISSIVE};

use crate::{
    api::{
        ApiError, ImportKeyInput, ImportTr34KeyBlock, KeyCheckValueAlgorithm, KeyMaterialType,
        Timestamp,
    },
    crypto::{
        SecretBytes,
        rsa_backend::OpeningKey,
        strength::WrapPath,
        tr31::{self, Exportability, OptionalRule},
        tr34::{KeyToken, PartyId, SignerKey, Tr34Error},
    },
    pki::{Certificate, Crl},
};

use super::{
    Context, EngineState, Rules,
    attributes::{self, Arrival},
    certificate::{self, Authority},
    check_values,
    import_key::{Arrived, Opened},
    import_tr31::{self, SHORTEST},
    own_pair::{self, Found, Key, Members},
    refusal,
    tokens::Direction,
};

const MEMBER: &str = "WrappedKeyBlock";
const SIGNER: &str = "SigningKeyCertificate";
const UNDONE: &str = "nothing was imported";

/// How long ago a one-pass token for a pair may have been signed, in milliseconds: seven days.
const PAIR_WINDOW: i64 = 7 * 24 * 60 * 60 * 1000;

/// Judges the token; the algorithm of the key's check value.
pub(super) fn check(
    state: &EngineState,
    block: &ImportTr34KeyBlock,
    asked: Option<KeyCheckValueAlgorithm>,
    now: Timestamp,
    rules: &Rules,
) -> Result<KeyCheckValueAlgorithm, ApiError> {
    judge(state, block, asked, now, rules).map(|judged| judged.method)
}

/// Opens the token.
pub(super) fn open(
    state: &EngineState,
    input: &ImportKeyInput,
    block: &ImportTr34KeyBlock,
    now: Timestamp,
    ctx: &Context<'_>,
) -> Result<Arrived, ApiError> {
    let asked = input.key_check_value_algorithm;
    let judged = judge(state, block, asked, now, &ctx.rules())?;
    let secret = decrypt(&judged, ctx)?;
    let header = judged.key_token.header();
    let attributes = import_tr31::expressed(header, secret.len())?;
    attributes::judge(&attributes, Arrival::Wrapped)?;
    let algorithm = attributes.key_algorithm;
    judged
        .key
        .strong_enough(Direction::Import, algorithm, WrapPath::Tr34)?;
    tr31::compare_check_value_of_key(header, &secret)
        .map_err(|e| ApiError::validation(format!("{MEMBER}: {e}")))?;
    Opened {
        member: MEMBER,
        secret,
        attributes,
        exportable: header.exportability != Exportability::NONE,
        sensitive: header.exportability == Exportability::SENSITIVE,
        from_block: import_tr31::kept(header),
        check_value_by: judged.method,
    }
    .sealed(ctx)
}

struct Judged<'s> {
    key: Key<'s>,
    recipient: PartyId,
    key_token: KeyToken,
    method: KeyCheckValueAlgorithm,
}

/// Everything that can be judged without the private key.
fn judge<'s>(
    state: &'s EngineState,
    block: &ImportTr34KeyBlock,
    asked: Option<KeyCheckValueAlgorithm>,
    now: Timestamp,
    rules: &Rules,
) -> Result<Judged<'s>, ApiError> {
    let authority = &block.certificate_authority_public_key_identifier;
    // Existence of both, the state of both, what both are for.
    let found = find(state, block, now)?;
    state.living(authority, now)?;
    found.usable(state, now)?;
    let vouching = certificate::authority(state.usable(authority, now)?)?;
    let key = found.judged(state, Direction::Import, now, rules.profile)?;
    let recipient = id(&key.certificate()?)?;
    let key_token = genuine(block, &vouching, now, rules)?;
    if *key_token.recipient() != recipient {
        return Err(content(&Tr34Error::Recipient));
    }
    fresh(block, &key_token, &key, now)?;
    let header = key_token.header();
    header
        .importable(OptionalRule::Refuse)
        .map_err(|e| ApiError::validation(format!("{MEMBER}: {e}")))?;
    let attributes = import_tr31::expressed(header, SHORTEST)?;
    attributes::judge(&attributes, Arrival::Wrapped)?;
    let shortest = attributes.key_algorithm;
    key.strong_enough_for_hidden(Direction::Import, shortest, WrapPath::Tr34)?;
    let method = check_values::method(&attributes, asked)?;
    Ok(Judged {
        key,
        recipient,
        key_token,
        method,
    })
}

/// The key that opens the token, named by ImportToken or by a pair of this vault.
fn find<'s, 'r>(
    state: &'s EngineState,
    block: &'r ImportTr34KeyBlock,
    now: Timestamp,
) -> Result<Found<'s, 'r>, ApiError> {
    own_pair::find(
        state,
        Direction::Import,
        ("keyMaterial.tr34KeyBlock", KeyMaterialType::TR34_KEY_BLOCK),
        &Members {
            token: block.import_token.as_deref(),
            pair: block.wrapping_key_identifier.as_deref(),
            certificate: block.wrapping_key_certificate.as_deref(),
        },
        now,
    )
}

/// The token in the request, once the sender's certificate, the revocation lists and the signature were judged.
fn genuine(
    block: &ImportTr34KeyBlock,
    vouching: &Authority<'_>,
    now: Timestamp,
    rules: &Rules,
) -> Result<KeyToken, ApiError> {
    let issuer = vouching.certificate()?;
    let signing = certificate::read(SIGNER, &block.signing_key_certificate, rules.profile)?;
    certificate::issued(SIGNER, &signing, &issuer, now)?;
    certificate::may_sign(SIGNER, &signing)?;
    let bytes = HEXUPPER
        .decode(block.wrapped_key_block.as_bytes())
        .map_err(|_| {
            ApiError::validation(format!(
                "{MEMBER} must have a whole number of bytes in hex."
            ))
        })?;
    let key_token = KeyToken::parse(&bytes).map_err(|e| content(&e))?;
    if rules.limits.demand_crl && key_token.crls().is_empty() {
        return Err(ApiError::validation(format!(
            "{MEMBER} has no revocation list of the sender's authority in it, and this vault's policy demands one."
        )));
    }
    for der in key_token.crls() {
        Crl::from_der(der)
            .and_then(|crl| crl.judge(&signing, &issuer, now))
            .map_err(|e| ApiError::validation(format!("{MEMBER}: {e}")))?;
    }
    key_token.verify(&signer(&signing)?).map_err(|e| match e {
        Tr34Error::Signature | Tr34Error::Digest => {
            ApiError::validation(format!("{MEMBER} could not be verified with {SIGNER}."))
        }
        other => content(&other),
    })?;
    Ok(key_token)
}

/// Two passes: the nonce is the one given. One pass: signed not long ago, which is within the life of ImportToken, or
/// of one as the service gives it where a pair stands in its place.
fn fresh(
    block: &ImportTr34KeyBlock,
    key_token: &KeyToken,
    key: &Key<'_>,
    now: Timestamp,
) -> Result<(), ApiError> {
    let nonce = match &block.random_nonce {
        Some(hex) => Some(nonce(hex)?),
        None => None,
    };
    let life = match key {
        Key::Token(token) => token.until.millis().saturating_sub(token.given.millis()),
        Key::Pair(..) => PAIR_WINDOW,
    };
    key_token
        .check_nonce(nonce.as_deref())
        .and_then(|()| key_token.check_signing_time(now, life))
        .map_err(|e| match e {
            Tr34Error::NonceMissing => ApiError::validation(
                "RandomNonce is required: the key block was generated in two-pass mode.",
            ),
            Tr34Error::NonceUnexpected => ApiError::validation(
                "RandomNonce must be absent: the key block was generated in one-pass mode.",
            ),
            Tr34Error::NonceMismatch => {
                ApiError::validation("RandomNonce does not match the key block.")
            }
            other => content(&other),
        })
}

/// A nonce of a request, in either case.
pub(super) fn nonce(hex: &str) -> Result<Vec<u8>, ApiError> {
    HEXUPPER_PERMISSIVE
        .decode(hex.as_bytes())
        .map_err(|_| ApiError::validation("RandomNonce must have whole bytes in hex."))
}

/// The name under which a certificate is known in a token.
pub(super) fn id(certificate: &Certificate) -> Result<PartyId, ApiError> {
    PartyId::new(certificate.issuer_der(), certificate.serial())
        .ok_or_else(|| refusal::internal("A certificate has no issuer or serial number"))
}

fn signer(signing: &Certificate) -> Result<SignerKey, ApiError> {
    Ok(SignerKey {
        id: id(signing)?,
        spki_der: signing.spki_der().to_vec(),
        certificate_der: signing.der().to_vec(),
    })
}

/// One answer for every way in which opening fails, so that none helps to open another.
fn decrypt(judged: &Judged<'_>, ctx: &Context<'_>) -> Result<SecretBytes, ApiError> {
    let member = judged.key.member(Direction::Import);
    let private = judged.key.open(Direction::Import, ctx, UNDONE)?;
    judged
        .key_token
        .open(&judged.recipient, &OpeningKey::new(&private))
        .map_err(|e| match e {
            Tr34Error::Unopened(_) => ApiError::validation(format!(
                "{MEMBER} could not be decrypted with the key of {member}."
            )),
            other => refusal::internal(&format!("The key of {member} cannot be used: {other}")),
        })
}

/// What is wrong with the token, which anybody can read.
fn content(error: &Tr34Error) -> ApiError {
    ApiError::validation(format!("{MEMBER}: {error}"))
}
