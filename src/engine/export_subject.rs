//! What leaves: the key named, or a terminal's initial key derived from it (ExportDukptInitialKey).

use crate::{
    api::{
        ApiError, ExportAttributes, ExportKeyInput, KeyAttributes, KeyCheckValueAlgorithm,
        KeyClass, KeyUsage, Timestamp,
    },
    crypto::{
        SecretBytes,
        dukpt::{self, KeySerialNumber},
        tr31::{Algorithm, Exportability, Header, Mode, Usage, Version},
    },
};

use super::{Context, EngineState, KeyRecord, check_values, refusal, secrets};

/// The key to be exported, judged.
pub(super) struct Subject<'s> {
    pub(super) record: &'s KeyRecord,
    derived: Option<Derived>,
}

struct Derived {
    serial: KeySerialNumber,
    method: KeyCheckValueAlgorithm,
}

/// The bytes that leave, and their check value.
pub(super) struct Opened {
    pub(super) secret: SecretBytes,
    pub(super) check_value: String,
    pub(super) check_value_by: KeyCheckValueAlgorithm,
}

/// Judges the key and what is asked of it; what it is wrapped under is another matter.
pub(super) fn judge<'s>(
    state: &'s EngineState,
    input: &ExportKeyInput,
    now: Timestamp,
) -> Result<Subject<'s>, ApiError> {
    let record = state.usable(&input.export_key_identifier, now)?;
    may_leave(record)?;
    let derived = match &input.export_attributes {
        Some(attributes) => derivation(record, attributes)?,
        None => None,
    };
    Ok(Subject { record, derived })
}

impl Subject<'_> {
    /// Whether an initial key leaves and not the key itself.
    pub(super) const fn is_initial_key(&self) -> bool {
        self.derived.is_some()
    }

    /// The key block header of what leaves: the key's own, or that of an initial key, B1, X, S as the service writes
    /// it.
    pub(super) fn header(&self, version: Version) -> Option<Header> {
        let attributes = &self.record.key.key_attributes;
        if self.is_initial_key() {
            return Some(Header::new(
                version,
                Usage::new("B1")?,
                Algorithm::of(attributes.key_algorithm)?,
                Mode::DERIVE,
                Exportability::SENSITIVE,
            ));
        }
        let exportability = if self.record.sensitive {
            Exportability::SENSITIVE
        } else {
            Exportability::TRUSTED
        };
        Header::for_key(version, attributes, exportability)
    }

    /// Refuses a label that names another terminal than the one whose initial key leaves: what reads its serial number
    /// from the block would encrypt with keys that the host never finds (X9.143, 6.3.6: IK is the initial key ID, KS
    /// the initial key serial number with its counter at zero).
    pub(super) fn labelled(&self, header: &Header) -> Result<(), ApiError> {
        let Some(derived) = &self.derived else {
            return Ok(());
        };
        let (id, value) = (
            derived.serial.optional_block_id(),
            derived.serial.initial_hex(),
        );
        for block in &header.optional {
            let fault = match block.id() {
                "KS" | "IK" if block.id() != id => "is of the other DUKPT",
                "KS" | "IK" if block.data() != value => "is not that of KeySerialNumber",
                _ => continue,
            };
            return Err(ApiError::validation(format!(
                "KeyBlockHeaders.OptionalBlocks: {} {fault}; with this KeySerialNumber it is {id} {value}. Nothing was \
                 exported.",
                block.id()
            )));
        }
        Ok(())
    }

    /// The request's attributes with their default filled in.
    pub(super) fn defaulted(&self, asked: Option<ExportAttributes>) -> Option<ExportAttributes> {
        asked.map(|attributes| ExportAttributes {
            key_check_value_algorithm: self.derived.as_ref().map(|derived| derived.method),
            ..attributes
        })
    }

    /// Opens the key, makes sure that it is the one on record, and derives where that is asked.
    pub(super) fn open(&self, ctx: &Context<'_>) -> Result<Opened, ApiError> {
        let key = &self.record.key;
        let secret = secrets::of_key(
            ctx,
            self.record,
            &format!("Key {}", key.key_arn),
            "nothing was exported",
        )?;
        let Some(derived) = &self.derived else {
            return Ok(Opened {
                secret,
                check_value: key.key_check_value.clone(),
                check_value_by: key.key_check_value_algorithm,
            });
        };
        let algorithm = key.key_attributes.key_algorithm;
        let initial = dukpt::initial_key(algorithm, &secret, &derived.serial)
            .map_err(|e| refusal::internal(&format!("The initial key could not be made: {e}")))?;
        Ok(Opened {
            check_value: check_values::symmetric(algorithm, derived.method, &initial)?,
            secret: initial,
            check_value_by: derived.method,
        })
    }
}

pub(super) fn may_leave(record: &KeyRecord) -> Result<(), ApiError> {
    let key = &record.key;
    let class = key.key_attributes.key_class;
    if class != KeyClass::SYMMETRIC_KEY {
        return Err(ApiError::validation(format!(
            "Key {} has KeyClass {}; only a SYMMETRIC_KEY can be exported.",
            key.key_arn,
            class.name()
        )));
    }
    if !key.exportable {
        return Err(ApiError::validation(format!(
            "Key {} is not exportable.",
            key.key_arn
        )));
    }
    Ok(())
}

fn derivation(record: &KeyRecord, asked: &ExportAttributes) -> Result<Option<Derived>, ApiError> {
    let ExportAttributes {
        export_dukpt_initial_key,
        key_check_value_algorithm,
    } = asked;
    if export_dukpt_initial_key.is_none() && key_check_value_algorithm.is_none() {
        // A structure without members asks for nothing.
        return Ok(None);
    }
    let attributes = &record.key.key_attributes;
    let base = KeyUsage::TR31_B0_BASE_DERIVATION_KEY;
    if attributes.key_usage != base {
        return Err(ApiError::validation(format!(
            "ExportAttributes is valid for KeyUsage {} only; key {} has {}.",
            base.name(),
            record.key.key_arn,
            attributes.key_usage.name()
        )));
    }
    let Some(initial) = export_dukpt_initial_key else {
        return Err(ApiError::validation(
            "ExportAttributes.KeyCheckValueAlgorithm is valid only with ExportDukptInitialKey.",
        ));
    };
    Ok(Some(Derived {
        serial: serial(attributes, &initial.key_serial_number)?,
        method: check_values::method(attributes, *key_check_value_algorithm)?,
    }))
}

fn serial(attributes: &KeyAttributes, text: &str) -> Result<KeySerialNumber, ApiError> {
    let base = attributes.key_algorithm;
    let Some(digits) = KeySerialNumber::digits(base) else {
        return Err(ApiError::validation(format!(
            "ExportDukptInitialKey: DUKPT has no {} base derivation key; it derives from TDES_2KEY, AES_128, AES_192 \
             and AES_256.",
            base.name()
        )));
    };
    KeySerialNumber::parse(base, text).map_err(|_| {
        ApiError::validation(format!(
            "KeySerialNumber must have {digits} hexadecimal characters for {}.",
            base.name()
        ))
    })
}
