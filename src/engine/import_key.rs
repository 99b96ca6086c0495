//! ImportKey: certificates here, wrapped keys beside it.

use crate::{
    api::{
        ApiError, ImportKeyInput, ImportKeyMaterial, ImportKeyOutput, Key, KeyAttributes,
        KeyCheckValueAlgorithm, KeyOrigin, KeyState, KeyUsage, RootCertificatePublicKey, Timestamp,
        TrustedCertificatePublicKey,
    },
    crypto::{SecretBytes, kcv},
    pki::{self, Certificate},
};

use crate::api::Profile;

use super::{
    AesCheckValues, BothCheckValues, Context, EngineState, FromBlock, KeyRecord, Material, Rules,
    attributes::{self, Arrival},
    certificate, check_values, import_cryptogram, import_tr31, import_tr34, imported_secret,
    life_cycle, refusal, secrets, tags,
};

const MEMBER: &str = "PublicKeyCertificate";

pub(super) fn check(
    state: &EngineState,
    input: ImportKeyInput,
    now: Timestamp,
    rules: &Rules,
) -> Result<ImportKeyInput, ApiError> {
    tags::judge(&input.tags)?;
    let asked = input.key_check_value_algorithm;
    let method = match &input.key_material {
        ImportKeyMaterial::KeyCryptogram(cryptogram) => {
            import_cryptogram::check(state, cryptogram, asked, now, rules).map(Some)
        }
        ImportKeyMaterial::Tr31KeyBlock(block) => {
            import_tr31::check(state, block, asked, now, rules).map(Some)
        }
        ImportKeyMaterial::Tr34KeyBlock(block) => {
            import_tr34::check(state, block, asked, now, rules).map(Some)
        }
        // A certificate's check value is always of one kind, whatever was asked.
        _ => judge(state, &input, now, rules.profile).map(|_| None),
    }?;
    state.room_for_a_key(now, rules)?;
    Ok(ImportKeyInput {
        key_check_value_algorithm: method.or(asked),
        key_material: import_cryptogram::defaulted(input.key_material),
        ..input
    })
}

pub(super) fn handle(
    state: &mut EngineState,
    input: ImportKeyInput,
    now: Timestamp,
    ctx: &mut Context<'_>,
) -> Result<ImportKeyOutput, ApiError> {
    let arrived = match &input.key_material {
        ImportKeyMaterial::KeyCryptogram(cryptogram) => {
            import_cryptogram::open(state, &input, cryptogram, now, ctx)?
        }
        ImportKeyMaterial::Tr31KeyBlock(block) => {
            import_tr31::open(state, &input, block, now, ctx)?
        }
        ImportKeyMaterial::Tr34KeyBlock(block) => {
            import_tr34::open(state, &input, block, now, ctx)?
        }
        _ => public(judge(state, &input, now, ctx.profile)?),
    };
    let id = state.draw_key_id(ctx.entropy)?;
    let mut key = Key {
        key_arn: state.arn(&id),
        key_attributes: arrived.attributes,
        key_check_value: arrived.check_value,
        key_check_value_algorithm: arrived.check_value_by,
        enabled: false,
        exportable: arrived.exportable,
        key_state: KeyState::CREATE_COMPLETE,
        key_origin: KeyOrigin::EXTERNAL,
        create_timestamp: now,
        usage_start_timestamp: None,
        usage_stop_timestamp: None,
        delete_pending_timestamp: None,
        delete_timestamp: None,
    };
    life_cycle::begin(&mut key, input.enabled, now);
    Ok(ImportKeyOutput {
        key: state.admit(KeyRecord {
            key,
            tags: input.tags,
            material: arrived.material,
            both_check_values: arrived.both_check_values,
            aes_check_values: arrived.aes_check_values,
            sensitive: arrived.sensitive,
            from_block: arrived.from_block,
            was_named: None,
            made_after: 0,
        }),
    })
}

/// What an import brings, whatever it came as.
pub(super) struct Arrived {
    pub(super) attributes: KeyAttributes,
    pub(super) exportable: bool,
    /// Whether it may leave in other forms than a trusted key block too: exportability S.
    pub(super) sensitive: bool,
    /// What its key block said beside its attributes.
    pub(super) from_block: Option<Box<FromBlock>>,
    pub(super) check_value: String,
    pub(super) check_value_by: KeyCheckValueAlgorithm,
    pub(super) material: Material,
    pub(super) both_check_values: Option<BothCheckValues>,
    pub(super) aes_check_values: Option<Box<AesCheckValues>>,
}

/// A key that lies open, with what its header or its request says of it.
pub(super) struct Opened<'m> {
    /// The member that held it.
    pub(super) member: &'m str,
    pub(super) secret: SecretBytes,
    pub(super) attributes: KeyAttributes,
    pub(super) exportable: bool,
    pub(super) sensitive: bool,
    pub(super) from_block: Option<Box<FromBlock>>,
    pub(super) check_value_by: KeyCheckValueAlgorithm,
}

impl Opened<'_> {
    /// The last of every road: keys that are none or that everybody knows are refused, check values are computed, and
    /// the key is sealed as it came, parity bits included.
    pub(super) fn sealed(self, ctx: &Context<'_>) -> Result<Arrived, ApiError> {
        let (secret, method) = (&self.secret, self.check_value_by);
        let algorithm = self.attributes.key_algorithm;
        imported_secret::refuse_degenerate(self.member, algorithm, secret)?;
        let check_value = check_values::symmetric(algorithm, method, secret)?;
        if ctx.profile == Profile::Production {
            imported_secret::refuse_published(&self.attributes, method, secret)?;
        }
        Ok(Arrived {
            check_value,
            both_check_values: check_values::both_check_values(secret)?,
            aes_check_values: check_values::aes_check_values(algorithm, secret)?,
            material: Material::Sealed(secrets::seal(ctx, secret)?),
            attributes: self.attributes,
            exportable: self.exportable,
            sensitive: self.sensitive,
            from_block: self.from_block,
            check_value_by: method,
        })
    }
}

fn public(judged: Judged) -> Arrived {
    Arrived {
        attributes: judged.attributes,
        exportable: true,
        sensitive: false,
        from_block: None,
        check_value: kcv::public_key(judged.certificate.spki_der()),
        check_value_by: KeyCheckValueAlgorithm::SHA_1,
        material: Material::Public {
            certificate_der: judged.certificate.der().to_vec(),
            chain_der: judged.chain_der,
            authority: judged.authority,
        },
        both_check_values: None,
        aes_check_values: None,
    }
}

struct Judged {
    attributes: KeyAttributes,
    certificate: Certificate,
    chain_der: Vec<Vec<u8>>,
    authority: Option<String>,
}

fn judge(
    state: &EngineState,
    input: &ImportKeyInput,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged, ApiError> {
    match &input.key_material {
        ImportKeyMaterial::RootCertificatePublicKey(root) => judge_root(root, now, profile),
        ImportKeyMaterial::TrustedCertificatePublicKey(trusted) => {
            judge_trusted(state, trusted, now, profile)
        }
        // They have no certificate to judge and do not come here.
        ImportKeyMaterial::KeyCryptogram(_)
        | ImportKeyMaterial::Tr31KeyBlock(_)
        | ImportKeyMaterial::Tr34KeyBlock(_) => {
            Err(refusal::internal("The material is no certificate"))
        }
    }
}

fn judge_root(
    root: &RootCertificatePublicKey,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged, ApiError> {
    let attributes = root.key_attributes;
    attributes::judge(&attributes, Arrival::Certificate)?;
    if attributes.key_usage != KeyUsage::TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE {
        return Err(ApiError::validation(format!(
            "KeyUsage {} is not valid for RootCertificatePublicKey; allowed: {}.",
            attributes.key_usage.name(),
            KeyUsage::TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE.name()
        )));
    }
    let certificate = certificate::read(MEMBER, &root.public_key_certificate, profile)?;
    certificate::same_algorithm(MEMBER, &certificate, attributes.key_algorithm)?;
    pki::verify_root(&certificate, now).map_err(|e| certificate::refused(MEMBER, &e))?;
    Ok(Judged {
        attributes,
        certificate,
        chain_der: Vec::new(),
        authority: None,
    })
}

fn judge_trusted(
    state: &EngineState,
    trusted: &TrustedCertificatePublicKey,
    now: Timestamp,
    profile: Profile,
) -> Result<Judged, ApiError> {
    let identifier = &trusted.certificate_authority_public_key_identifier;
    let authority = state.usable(identifier, now)?;
    let attributes = trusted.key_attributes;
    let issuer = certificate::authority(authority)?;
    attributes::judge(&attributes, Arrival::Certificate)?;
    let certificate = certificate::read(MEMBER, &trusted.public_key_certificate, profile)?;
    certificate::same_algorithm(MEMBER, &certificate, attributes.key_algorithm)?;
    let issuer = issuer.certificate()?;
    certificate::issued(MEMBER, &certificate, &issuer, now)?;
    Ok(Judged {
        attributes,
        certificate,
        chain_der: certificate::chain(authority),
        authority: Some(authority.key.key_arn.clone()),
    })
}
