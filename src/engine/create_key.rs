//! CreateKey: a symmetric key, or an RSA pair.

use rsa::{PublicKey, traits::PublicKeyParts};
use spki::DecodePublicKey;

use crate::{
    api::{
        ApiError, CreateKeyInput, CreateKeyOutput, Key, KeyAttributes, KeyCheckValueAlgorithm,
        KeyOrigin, KeyState, Tag, Timestamp,
    },
    crypto::{SecretBytes, kcv, keygen},
};

use super::{
    BothCheckValues, Context, EngineState, KeyRecord, Material, PreparedRsa,
    attributes::{self, Arrival},
    check_values, life_cycle, refusal, tags,
};

pub(super) fn check(input: CreateKeyInput) -> Result<CreateKeyInput, ApiError> {
    tags::judge(&input.tags)?;
    attributes::judge(&input.key_attributes, Arrival::Created)?;
    let asked = input.key_check_value_algorithm;
    let method = check_values::method(&input.key_attributes, asked)?;
    Ok(CreateKeyInput {
        // What an asymmetric key was asked for stays as it was sent; it has no effect.
        key_check_value_algorithm: asked.or(Some(method)),
        ..input
    })
}

pub(super) fn handle(
    state: &mut EngineState,
    input: CreateKeyInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<CreateKeyOutput, ApiError> {
    let attributes = input.key_attributes;
    let method = check_values::method(&attributes, input.key_check_value_algorithm)?;
    let made = match attributes.key_algorithm.modulus_bits() {
        Some(bits) => pair(bits, ctx)?,
        None => symmetric(&attributes, method, ctx)?,
    };
    let id = state.draw_key_id(ctx.entropy)?;
    let mut key = Key {
        key_arn: state.arn(&id),
        key_attributes: attributes,
        key_check_value: made.check_value,
        key_check_value_algorithm: method,
        enabled: false,
        exportable: input.exportable,
        key_state: KeyState::CREATE_COMPLETE,
        key_origin: KeyOrigin::AWS_PAYMENT_CRYPTOGRAPHY,
        create_timestamp: now,
        usage_start_timestamp: None,
        usage_stop_timestamp: None,
        delete_pending_timestamp: None,
        delete_timestamp: None,
    };
    life_cycle::begin(&mut key, input.enabled, now);
    Ok(CreateKeyOutput {
        key: state.admit(key, input.tags, made.material, made.both_check_values),
    })
}

struct Made {
    material: Material,
    check_value: String,
    both_check_values: Option<BothCheckValues>,
}

fn symmetric(
    attributes: &KeyAttributes,
    method: KeyCheckValueAlgorithm,
    ctx: &mut Context<'_>,
) -> Result<Made, ApiError> {
    let mut rng = ctx
        .entropy
        .draw("key-material")
        .map_err(|e| refusal::no_randomness(&e))?;
    let key = keygen::symmetric(attributes.key_algorithm, rng.as_mut())
        .map_err(|e| refusal::internal(&format!("The key could not be made: {e}")))?;
    Ok(Made {
        check_value: check_values::symmetric(attributes.key_algorithm, method, &key)?,
        both_check_values: check_values::both_check_values(&key)?,
        material: Material::Sealed(seal(ctx, &key)?),
    })
}

fn pair(bits: usize, ctx: &mut Context<'_>) -> Result<Made, ApiError> {
    let pair = match ctx.prepared.take() {
        Some(prepared) => prepared,
        None => generate(bits, ctx)?,
    };
    if public_key_bits(&pair.spki) != Some(bits) {
        return Err(refusal::internal(&format!(
            "The prepared RSA pair does not have {bits} bits"
        )));
    }
    Ok(Made {
        check_value: kcv::public_key(&pair.spki),
        both_check_values: None,
        material: Material::Pair {
            sealed: seal(ctx, &pair.pkcs8)?,
            spki_der: pair.spki,
        },
    })
}

/// The modulus length in a SubjectPublicKeyInfo.
fn public_key_bits(spki_der: &[u8]) -> Option<usize> {
    let public = PublicKey::from_public_key_der(spki_der).ok()?;
    usize::try_from(public.n().bit_width()).ok()
}

fn generate(bits: usize, ctx: &mut Context<'_>) -> Result<PreparedRsa, ApiError> {
    let mut rng = ctx
        .entropy
        .draw("rsa-prime")
        .map_err(|e| refusal::no_randomness(&e))?;
    let never = std::sync::atomic::AtomicBool::new(false);
    keygen::rsa(bits, rng.as_mut(), &never)
        .map(PreparedRsa::from)
        .map_err(|e| refusal::internal(&format!("The RSA pair could not be made: {e}")))
}

fn seal(ctx: &Context<'_>, secret: &SecretBytes) -> Result<Vec<u8>, ApiError> {
    ctx.seal
        .seal(secret)
        .map_err(|e| refusal::internal(&format!("The key could not be sealed: {e}")))
}

impl EngineState {
    /// Adds a finished key and gives its metadata back.
    pub(super) fn admit(
        &mut self,
        key: Key,
        tags: Vec<Tag>,
        material: Material,
        both_check_values: Option<BothCheckValues>,
    ) -> Key {
        let answer = key.clone();
        self.put(KeyRecord {
            key,
            tags,
            material,
            both_check_values,
        });
        answer
    }
}
