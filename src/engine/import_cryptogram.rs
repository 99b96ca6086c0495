//! ImportKey of a symmetric key under RSA-OAEP, with a token of GetParametersForImport.

use data_encoding::HEXUPPER;

use crate::{
    api::{
        ApiError, ImportKeyCryptogram, ImportKeyInput, ImportKeyMaterial, KeyCheckValueAlgorithm,
        KeyMaterialType, Profile, Timestamp, WrappingKeySpec,
    },
    crypto::{CryptoError, rsa_wrap, strength::WrapPath},
};

use super::{
    Context, EngineState, Rules,
    attributes::{self, Arrival},
    check_values,
    import_key::{Arrived, Opened},
    own_pair::{self, Key, Members},
    refusal,
    tokens::Direction,
};

const MEMBER: &str = "WrappedKeyCryptogram";

const UNDONE: &str = "nothing was imported";

/// Judges it; the algorithm of its check value.
pub(super) fn check(
    state: &EngineState,
    cryptogram: &ImportKeyCryptogram,
    asked: Option<KeyCheckValueAlgorithm>,
    now: Timestamp,
    rules: &Rules,
) -> Result<KeyCheckValueAlgorithm, ApiError> {
    judge(state, cryptogram, asked, now, rules.profile).map(|judged| judged.method)
}

/// The material with the hash that holds where a cryptogram names none; other material as it is.
pub(super) fn defaulted(material: ImportKeyMaterial) -> ImportKeyMaterial {
    match material {
        ImportKeyMaterial::KeyCryptogram(mut cryptogram) => {
            cryptogram.wrapping_spec = Some(spec(&cryptogram));
            ImportKeyMaterial::KeyCryptogram(cryptogram)
        }
        other => other,
    }
}

/// Opens the cryptogram.
pub(super) fn open(
    state: &EngineState,
    input: &ImportKeyInput,
    cryptogram: &ImportKeyCryptogram,
    now: Timestamp,
    ctx: &Context<'_>,
) -> Result<Arrived, ApiError> {
    let asked = input.key_check_value_algorithm;
    let judged = judge(state, cryptogram, asked, now, ctx.profile)?;
    let attributes = cryptogram.key_attributes;
    let algorithm = attributes.key_algorithm;
    let private = judged.key.open(Direction::Import, ctx, UNDONE)?;
    let member = judged.key.member(Direction::Import);
    let secret =
        rsa_wrap::unwrap(&private, &judged.bytes, spec(cryptogram)).map_err(|e| match e {
            CryptoError::Unwrap => undecryptable(member),
            other => refusal::internal(&format!("The key of {member} cannot be used: {other}")),
        })?;
    // A key of another length is no other answer than a padding that does not fit.
    if Some(secret.len()) != algorithm.key_bytes() {
        return Err(undecryptable(member));
    }
    Opened {
        member: MEMBER,
        secret,
        attributes,
        exportable: cryptogram.exportable,
        sensitive: false,
        from_block: None,
        check_value_by: judged.method,
    }
    .sealed(ctx)
}

struct Judged<'s> {
    key: Key<'s>,
    method: KeyCheckValueAlgorithm,
    bytes: Vec<u8>,
}

/// Everything that can be judged without the private key: token, attributes, strength, length.
fn judge<'s>(
    state: &'s EngineState,
    cryptogram: &ImportKeyCryptogram,
    asked: Option<KeyCheckValueAlgorithm>,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged<'s>, ApiError> {
    let key = key(state, cryptogram, now, profile)?;
    let member = key.member(Direction::Import);
    let attributes = &cryptogram.key_attributes;
    attributes::judge(attributes, Arrival::Wrapped)?;
    let method = check_values::method(attributes, asked)?;
    key.strong_enough(Direction::Import, attributes.key_algorithm, WrapPath::Rsa)?;
    let bytes = HEXUPPER
        .decode(cryptogram.wrapped_key_cryptogram.as_bytes())
        .map_err(|_| undecryptable(member))?;
    if Some(bytes.len() * 8) != key.algorithm().modulus_bits() {
        return Err(undecryptable(member));
    }
    Ok(Judged { key, method, bytes })
}

/// The token's key, or the pair that is named in its place.
fn key<'s>(
    state: &'s EngineState,
    cryptogram: &ImportKeyCryptogram,
    now: Timestamp,
    profile: Profile,
) -> Result<Key<'s>, ApiError> {
    own_pair::find(
        state,
        Direction::Import,
        ("keyMaterial.keyCryptogram", KeyMaterialType::KEY_CRYPTOGRAM),
        &Members {
            token: cryptogram.import_token.as_deref(),
            pair: cryptogram.wrapping_key_identifier.as_deref(),
            certificate: cryptogram.wrapping_key_certificate.as_deref(),
        },
        now,
    )?
    .judged(state, Direction::Import, now, profile)
}

fn spec(cryptogram: &ImportKeyCryptogram) -> WrappingKeySpec {
    cryptogram
        .wrapping_spec
        .unwrap_or(WrappingKeySpec::RSA_OAEP_SHA_256)
}

/// One text for every way in which a cryptogram can fail, so that no answer helps to open one.
fn undecryptable(member: &str) -> ApiError {
    ApiError::validation(format!(
        "WrappedKeyCryptogram could not be decrypted with the key of {member}."
    ))
}
