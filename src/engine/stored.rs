//! The stored form of the state: what the vault's payload holds, fixed by the first vault.
//!
//! Text keys, a version first, integer milliseconds, byte strings for material; independent of the wire form so
//! that neither binds the other.

use std::sync::Arc;

use serde::{
    Deserialize, Serialize, Serializer,
    ser::{SerializeSeq, SerializeStruct},
};
use serde_bytes::ByteBuf;

use crate::api::{
    Key, KeyAlgorithm, KeyAttributes, KeyCheckValueAlgorithm, KeyClass, KeyModesOfUse, KeyOrigin,
    KeyState, KeyUsage, Tag, Timestamp,
};

use super::{
    AesCheckValues, BothCheckValues, EngineState, FromBlock, KeyRecord, Material,
    stored_issuing::{StoredAuthority, StoredToken},
    tokens::Token,
};

/// The version this keymoot writes.
const VERSION: u32 = 1;

#[derive(Deserialize)]
pub(super) struct StoredState {
    v: u32,
    account: String,
    region: String,
    keys: Vec<StoredKey>,
    /// Absent in states of before there were aliases, and where there are none.
    #[serde(default)]
    aliases: Vec<StoredAlias>,
    #[serde(default)]
    tokens: Vec<StoredToken>,
    #[serde(default)]
    authority: Option<StoredAuthority>,
}

/// An alias, by full name, and the id of the key that it stands for.
#[derive(Serialize, Deserialize)]
struct StoredAlias {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    id: String,
    usage: KeyUsage,
    class: KeyClass,
    algorithm: KeyAlgorithm,
    modes: Vec<String>,
    check_value: String,
    check_value_by: KeyCheckValueAlgorithm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    both_check_values: Option<BothCheckValues>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aes_check_values: Option<Box<AesCheckValues>>,
    enabled: bool,
    exportable: bool,
    state: KeyState,
    origin: KeyOrigin,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete_due: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<ByteBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spki: Option<ByteBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<ByteBuf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chain: Vec<ByteBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    /// Absent where no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_version: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    optional_blocks: Vec<(String, String)>,
    /// Absent where the key is not destroyed, or had no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was_named: Option<String>,
    /// Absent where no key was made before it at its moment.
    #[serde(default, skip_serializing_if = "is_zero")]
    made_after: u32,
}

// The signature is serde's.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

// By hand, so that 100 000 records are written one by one and never all held twice.
impl Serialize for EngineState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Keys<'s>(&'s EngineState);
        impl Serialize for Keys<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut keys = serializer.serialize_seq(Some(self.0.len()))?;
                for record in self.0.records() {
                    keys.serialize_element(&StoredKey::from(record))?;
                }
                keys.end()
            }
        }
        let aliases: Vec<StoredAlias> = self.aliases.iter().map(StoredAlias::from).collect();
        let tokens: Vec<StoredToken> = self.tokens.values().map(|t| t.as_ref().into()).collect();
        let authority = self
            .authority
            .as_ref()
            .map(|authority| StoredAuthority::from(authority.as_ref()));
        // What came later is absent where it is empty, so that a state without it is written as it always was.
        let later = [!aliases.is_empty(), !tokens.is_empty(), authority.is_some()];
        let members = 4 + later.iter().filter(|present| **present).count();
        let mut state = serializer.serialize_struct("EngineState", members)?;
        state.serialize_field("v", &VERSION)?;
        state.serialize_field("account", self.account())?;
        state.serialize_field("region", self.region())?;
        state.serialize_field("keys", &Keys(self))?;
        if !aliases.is_empty() {
            state.serialize_field("aliases", &aliases)?;
        }
        if !tokens.is_empty() {
            state.serialize_field("tokens", &tokens)?;
        }
        if let Some(authority) = &authority {
            state.serialize_field("authority", authority)?;
        }
        state.end()
    }
}

impl TryFrom<StoredState> for EngineState {
    type Error = String;

    fn try_from(stored: StoredState) -> Result<Self, String> {
        if stored.v != VERSION {
            return Err(format!(
                "the keys are stored in version {}, and this keymoot reads version {VERSION}",
                stored.v
            ));
        }
        let mut state = Self::new(stored.account, stored.region);
        for key in stored.keys {
            if state.by_key_id(&key.id).is_some() {
                return Err(format!("the key id {} is stored twice", key.id));
            }
            let arn = state.arn(&key.id);
            state.put(key.into_record(arn)?);
        }
        for alias in stored.aliases {
            state.put_alias(alias)?;
        }
        for token in stored.tokens {
            let token = Token::try_from(token)?;
            let name = token.name.clone();
            if state.tokens.insert(name.clone(), Arc::new(token)).is_some() {
                return Err(format!("{name} is stored twice"));
            }
        }
        state.authority = stored.authority.map(|stored| Arc::new(stored.into()));
        Ok(state)
    }
}

impl From<(&Arc<str>, &Option<Arc<str>>)> for StoredAlias {
    fn from((name, key): (&Arc<str>, &Option<Arc<str>>)) -> Self {
        Self {
            name: name.to_string(),
            key: key.as_deref().map(str::to_owned),
        }
    }
}

impl EngineState {
    fn put_alias(&mut self, stored: StoredAlias) -> Result<(), String> {
        let name = stored.name;
        let key: Option<Arc<str>> = stored.key.map(Into::into);
        if key.as_ref().is_some_and(|id| self.by_key_id(id).is_none()) {
            return Err(format!("{name} stands for a key that is not stored"));
        }
        match self.aliases.insert(name.as_str().into(), key) {
            None => Ok(()),
            Some(_) => Err(format!("{name} is stored twice")),
        }
    }
}

impl From<&KeyRecord> for StoredKey {
    fn from(record: &KeyRecord) -> Self {
        let key = &record.key;
        let attributes = &key.key_attributes;
        let mut stored = Self {
            id: record.key_id().to_owned(),
            usage: attributes.key_usage,
            class: attributes.key_class,
            algorithm: attributes.key_algorithm,
            modes: attributes
                .key_modes_of_use
                .names()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            check_value: key.key_check_value.clone(),
            check_value_by: key.key_check_value_algorithm,
            both_check_values: record.both_check_values.clone(),
            aes_check_values: record.aes_check_values.clone(),
            enabled: key.enabled,
            exportable: key.exportable,
            state: key.key_state,
            origin: key.key_origin,
            created: key.create_timestamp.millis(),
            started: key.usage_start_timestamp.map(Timestamp::millis),
            stopped: key.usage_stop_timestamp.map(Timestamp::millis),
            delete_due: key.delete_pending_timestamp.map(Timestamp::millis),
            deleted: key.delete_timestamp.map(Timestamp::millis),
            tags: record
                .tags
                .iter()
                .map(|tag| (tag.key.clone(), tag.value.clone()))
                .collect(),
            sealed: None,
            spki: None,
            certificate: None,
            chain: Vec::new(),
            authority: None,
            sensitive: record.sensitive,
            key_version: None,
            optional_blocks: Vec::new(),
            was_named: record.was_named.clone(),
            made_after: record.made_after,
        };
        if let Some(block) = &record.from_block {
            stored.key_version = Some(block.key_version.clone());
            stored.optional_blocks.clone_from(&block.optional_blocks);
        }
        stored.put_material(&record.material);
        stored
    }
}

impl StoredKey {
    fn put_material(&mut self, material: &Material) {
        match material {
            Material::Sealed(sealed) => self.sealed = Some(ByteBuf::from(sealed.clone())),
            Material::Pair { sealed, spki_der } => {
                self.sealed = Some(ByteBuf::from(sealed.clone()));
                self.spki = Some(ByteBuf::from(spki_der.clone()));
            }
            Material::Public {
                certificate_der,
                chain_der,
                authority,
            } => {
                self.certificate = Some(ByteBuf::from(certificate_der.clone()));
                self.chain = chain_der.iter().cloned().map(ByteBuf::from).collect();
                self.authority.clone_from(authority);
            }
            Material::Gone => {}
        }
    }

    fn take_material(&mut self) -> Result<Material, String> {
        let kinds = (
            self.sealed.take(),
            self.spki.take(),
            self.certificate.take(),
        );
        Ok(match kinds {
            (Some(sealed), None, None) => Material::Sealed(sealed.into_vec()),
            (Some(sealed), Some(spki), None) => Material::Pair {
                sealed: sealed.into_vec(),
                spki_der: spki.into_vec(),
            },
            (None, None, Some(certificate)) => Material::Public {
                certificate_der: certificate.into_vec(),
                chain_der: self.chain.drain(..).map(ByteBuf::into_vec).collect(),
                authority: self.authority.take(),
            },
            (None, None, None) => Material::Gone,
            _ => return Err(format!("the material of key {} is contradictory", self.id)),
        })
    }

    fn into_record(mut self, key_arn: String) -> Result<KeyRecord, String> {
        let material = self.take_material()?;
        if (material == Material::Gone) != (self.state == KeyState::DELETE_COMPLETE) {
            return Err(format!(
                "key {} is {} and its material does not fit that",
                self.id,
                self.state.name()
            ));
        }
        let modes: Vec<&str> = self.modes.iter().map(String::as_str).collect();
        let key_modes_of_use = KeyModesOfUse::from_names(&modes)
            .ok_or_else(|| format!("key {} has an unknown mode of use", self.id))?;
        let key_attributes = KeyAttributes {
            key_usage: self.usage,
            key_class: self.class,
            key_algorithm: self.algorithm,
            key_modes_of_use,
        };
        let optional_blocks = self.optional_blocks;
        let from_block = self.key_version.map(|key_version| {
            Box::new(FromBlock {
                key_version,
                optional_blocks,
            })
        });
        Ok(KeyRecord {
            key: Key {
                key_arn,
                key_attributes,
                key_check_value: self.check_value,
                key_check_value_algorithm: self.check_value_by,
                enabled: self.enabled,
                exportable: self.exportable,
                key_state: self.state,
                key_origin: self.origin,
                create_timestamp: Timestamp::from_millis(self.created),
                usage_start_timestamp: self.started.map(Timestamp::from_millis),
                usage_stop_timestamp: self.stopped.map(Timestamp::from_millis),
                delete_pending_timestamp: self.delete_due.map(Timestamp::from_millis),
                delete_timestamp: self.deleted.map(Timestamp::from_millis),
            },
            tags: self
                .tags
                .into_iter()
                .map(|(key, value)| Tag { key, value })
                .collect(),
            material,
            both_check_values: self.both_check_values,
            aes_check_values: self.aes_check_values,
            sensitive: self.sensitive,
            from_block,
            was_named: self.was_named,
            made_after: self.made_after,
        })
    }
}
