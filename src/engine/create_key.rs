//! CreateKey: a symmetric key, or an RSA pair.

use crate::{
    api::{
        ApiError, CreateKeyInput, CreateKeyOutput, Key, KeyAttributes, KeyCheckValueAlgorithm,
        KeyOrigin, KeyState, Timestamp,
    },
    crypto::{kcv, keygen},
};

use super::{
    AesCheckValues, BothCheckValues, Context, EngineState, KeyRecord, Material, Rules,
    attributes::{self, Arrival},
    check_values, life_cycle, limits, pairs, refusal, secrets, tags,
};

pub(super) fn check(
    state: &EngineState,
    input: CreateKeyInput,
    now: Timestamp,
    rules: &Rules,
) -> Result<CreateKeyInput, ApiError> {
    tags::judge(&input.tags)?;
    attributes::judge(&input.key_attributes, Arrival::Created)?;
    let asked = input.key_check_value_algorithm;
    let method = check_values::method(&input.key_attributes, asked)?;
    state.room_for_a_key(now, rules)?;
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
        key: state.admit(KeyRecord {
            key,
            tags: input.tags,
            material: made.material,
            both_check_values: made.both_check_values,
            aes_check_values: made.aes_check_values,
            sensitive: false,
            from_block: None,
            was_named: None,
            made_after: 0,
        }),
    })
}

struct Made {
    material: Material,
    check_value: String,
    both_check_values: Option<BothCheckValues>,
    aes_check_values: Option<Box<AesCheckValues>>,
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
        aes_check_values: check_values::aes_check_values(attributes.key_algorithm, &key)?,
        material: Material::Sealed(secrets::seal(ctx, &key)?),
    })
}

fn pair(bits: usize, ctx: &mut Context<'_>) -> Result<Made, ApiError> {
    let pair = pairs::pair(
        bits,
        "rsa-prime",
        ctx.prepared.take(),
        ctx.entropy,
        ctx.stop,
    )?;
    Ok(Made {
        check_value: kcv::public_key(&pair.spki),
        both_check_values: None,
        aes_check_values: None,
        material: Material::Pair {
            sealed: secrets::seal(ctx, &pair.pkcs8)?,
            spki_der: pair.spki,
        },
    })
}

impl EngineState {
    /// Refuses one key more than the quota. Destroyed keys, and those that are due to be, do not count.
    pub(super) fn room_for_a_key(&self, now: Timestamp, rules: &Rules) -> Result<(), ApiError> {
        match rules.limits.keys {
            None => Ok(()),
            quota => limits::room_for_one(quota, self.living_count(now), "keys"),
        }
    }

    /// Adds a finished key and gives its metadata back.
    pub(super) fn admit(&mut self, record: KeyRecord) -> Key {
        let answer = record.key.clone();
        self.add(record);
        answer
    }
}
