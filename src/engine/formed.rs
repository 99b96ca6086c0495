//! Keys that come in or go out as components. The service has no such operation (it takes paper at a facility of its
//! own and hands over a key block): what arrives here is a key like any other imported one, and what leaves is judged
//! like any other export.

use crate::{
    api::{
        ApiError, ImportKeyOutput, Key, KeyAttributes, KeyCheckValueAlgorithm, KeyOrigin, KeyState,
        Profile, Tag, Timestamp,
    },
    crypto::{
        SecretBytes,
        components::{self, Parity},
    },
};

use super::{
    Context, EngineState, KeyRecord, Material, Rules,
    attributes::{self, Arrival},
    check_values, export_subject, imported_secret, life_cycle, refusal, secrets, tags,
};

/// A key that components are to form, as people sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormedKey {
    /// Its attributes: a symmetric TDES or AES key.
    pub attributes: KeyAttributes,
    /// Whether it may ever leave.
    pub exportable: bool,
    /// How its check value is made; the algorithm's own method where nothing is said.
    pub method: Option<KeyCheckValueAlgorithm>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl EngineState {
    /// Judges a key that components are to form, and fills in the default.
    ///
    /// # Errors
    /// The control plane's own: attributes that do not go together, tags, the quota.
    pub fn check_formed(
        &self,
        formed: FormedKey,
        now: Timestamp,
        rules: &Rules,
    ) -> Result<FormedKey, ApiError> {
        tags::judge(&formed.tags)?;
        attributes::judge(&formed.attributes, Arrival::Wrapped)?;
        let algorithm = formed.attributes.key_algorithm;
        if algorithm.key_bytes().is_none() {
            return Err(ApiError::validation(format!(
                "A {} key has no components; TDES and AES keys have.",
                algorithm.name()
            )));
        }
        let method = check_values::method(&formed.attributes, formed.method)?;
        self.room_for_a_key(now, rules)?;
        Ok(FormedKey {
            method: Some(method),
            ..formed
        })
    }

    /// Forms the key from all of its components by XOR and takes it in as an imported one. A TDES key is given odd
    /// parity, which changes neither its check value nor what it encrypts.
    ///
    /// # Errors
    /// As [`EngineState::check_formed`]; what the components themselves forbid (count, length, zeros, equal ones, a
    /// weak key) as a ValidationException; a published test key in production.
    pub fn form(
        &mut self,
        formed: &FormedKey,
        parts: &[SecretBytes],
        ctx: &mut Context<'_>,
    ) -> Result<ImportKeyOutput, ApiError> {
        let now = ctx.clock.now();
        let formed = self.check_formed(formed.clone(), now, &ctx.rules())?;
        let attributes = formed.attributes;
        let algorithm = attributes.key_algorithm;
        let secret = components::combine(algorithm, parts, Parity::Odd)
            .map_err(|e| ApiError::validation(e.to_string()))?;
        let method = check_values::method(&attributes, formed.method)?;
        let check_value = check_values::symmetric(algorithm, method, &secret)?;
        if ctx.profile == Profile::Production {
            imported_secret::refuse_published(&attributes, method, &secret)?;
        }
        let material = Material::Sealed(secrets::seal(ctx, &secret)?);
        let both_check_values = check_values::both_check_values(&secret)?;
        let aes_check_values = check_values::aes_check_values(algorithm, &secret)?;
        let id = self.draw_key_id(ctx.entropy)?;
        let mut key = Key {
            key_arn: self.arn(&id),
            key_attributes: attributes,
            key_check_value: check_value,
            key_check_value_algorithm: method,
            enabled: false,
            exportable: formed.exportable,
            key_state: KeyState::CREATE_COMPLETE,
            key_origin: KeyOrigin::EXTERNAL,
            create_timestamp: now,
            usage_start_timestamp: None,
            usage_stop_timestamp: None,
            delete_pending_timestamp: None,
            delete_timestamp: None,
        };
        life_cycle::begin(&mut key, true, now);
        Ok(ImportKeyOutput {
            key: self.admit(KeyRecord {
                key,
                tags: formed.tags,
                material,
                both_check_values,
                aes_check_values,
                sensitive: false,
                from_block: None,
                was_named: None,
                made_after: 0,
            }),
        })
    }

    /// Judges a key that is to leave as components: it exists, is enabled, symmetric and exportable.
    ///
    /// # Errors
    /// The control plane's own, as for ExportKey.
    pub fn check_divided(&self, identifier: &str, now: Timestamp) -> Result<&Key, ApiError> {
        let record = self.usable(identifier, now)?;
        export_subject::may_leave(record)?;
        if record
            .key
            .key_attributes
            .key_algorithm
            .key_bytes()
            .is_none()
        {
            return Err(ApiError::validation(format!(
                "Key {} has no components; TDES and AES keys have.",
                record.key.key_arn
            )));
        }
        Ok(&record.key)
    }

    /// The last component of a key, of which `others` are all the others.
    ///
    /// # Errors
    /// As [`EngineState::check_divided`]; what the components themselves forbid.
    pub fn divide(
        &self,
        identifier: &str,
        others: &[SecretBytes],
        ctx: &Context<'_>,
    ) -> Result<SecretBytes, ApiError> {
        let key = self.check_divided(identifier, ctx.clock.now())?;
        let record = self
            .find(&key.key_arn)
            .ok_or_else(|| refusal::internal("The key is gone"))?;
        let what = format!("Key {}", key.key_arn);
        let secret = secrets::of_key(ctx, record, &what, "nothing was exported")?;
        components::last(key.key_attributes.key_algorithm, &secret, others)
            .map_err(|e| ApiError::validation(e.to_string()))
    }
}
