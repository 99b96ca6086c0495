//! From answers to acts of an exchange; see [`super::build`].

mod carried_under;

use crate::api::{
    CertificateSubject, CounterpartyProfile, CreateAliasInput, ExportAttributes,
    ExportDukptInitialKey, ExportKeyInput, ExportKeyMaterial, ExportTr31KeyBlock,
    ExportTr34KeyBlock, GetCertificateSigningRequestInput, GetParametersForExportInput,
    GetParametersForImportInput, GetPublicKeyCertificateInput, ImportKeyInput, ImportKeyMaterial,
    ImportTr31KeyBlock, ImportTr34KeyBlock, KeyAlgorithm, KeyMaterialType, Request,
    SigningAlgorithm, Tag, TagResourceInput, Tr34KeyBlockFormat,
};

use data_encoding::{HEXUPPER, HEXUPPER_PERMISSIVE};

use crate::crypto::tr34::{self, KeyToken};
use crate::pki::{Certificate, CounterpartyFile};

use super::action::{Action, ExportNote};
use super::build::{Answers, label_tags, receivers_file, wrong};
use super::error::Refusal;
use super::views::name_of;
use super::{Session, brought, op_exchange};

/// Builds the act; nothing if it is none of these.
pub(super) fn action(
    session: &Session,
    op: &str,
    answers: &Answers,
) -> Option<Result<Action, Refusal>> {
    Some(match op {
        "import-key.tr31" => import_tr31(session, answers),
        "import-key.rsa-wrap" => import_rsa_wrap(session, answers),
        "import-key.tr34" => import_tr34(session, answers),
        "export-key.tr34" => export_tr34(session, answers),
        "export-key.tr31" => export_tr31(session, answers),
        "get-parameters-for-import" => parameters(session, answers, true),
        "get-parameters-for-export" => parameters(session, answers, false),
        "get-public-key-certificate" => public_key_certificate(session, answers),
        "get-certificate-signing-request" => signing_request(session, answers),
        "create-alias" => create_alias(session, answers),
        "tag-resource" => tag_resource(session, answers),
        _ => return None,
    })
}

fn import_tr31(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let wrapped_key_block = brought::key_block(answers.file("file")?, session.profile())
        .map_err(|rule| wrong("file", &rule))?;
    let wrapping_key_identifier = session.resolve(answers.text("wrap")?)?;
    carried_under::judge(session, &wrapping_key_identifier, &wrapped_key_block)?;
    Ok(Action::control(Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::Tr31KeyBlock(ImportTr31KeyBlock {
            wrapping_key_identifier,
            wrapped_key_block,
        }),
        enabled: true,
        key_check_value_algorithm: None,
        tags: label_tags(answers.optional("label")),
    })))
}

/// Attributes, token and cryptogram are the sender's; what the key is called here is ours.
fn import_rsa_wrap(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let mut brought = brought::cryptogram(answers.file("file")?, session.profile())
        .map_err(|rule| wrong("file", &rule))?;
    if let (Some(own), ImportKeyMaterial::KeyCryptogram(wrapped)) =
        (own_pair(session, answers)?, &mut brought.key_material)
    {
        wrapped.import_token = None;
        wrapped.wrapping_key_identifier = Some(own.pair);
        wrapped.wrapping_key_certificate = Some(own.certificate);
    }
    Ok(Action::control(Request::ImportKey(ImportKeyInput {
        enabled: true,
        tags: label_tags(answers.optional("label")),
        ..brought
    })))
}

/// Certificate, token and block are the sender's. Whom we trust and which nonce we gave is ours: a nonce out of the
/// sender's own file would prove nothing.
fn import_tr34(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let file = brought::tr34(answers.file("file")?, session.profile())
        .map_err(|rule| wrong("file", &rule))?;
    let own = own_pair(session, answers)?;
    let (brought, mut block) = match file.request {
        Some(request) => request,
        None => request_around(session, &file.token, own.is_some(), answers)?,
    };
    if let Some(own) = own {
        block.import_token = None;
        block.wrapping_key_identifier = Some(own.pair);
        block.wrapping_key_certificate = Some(own.certificate);
    }
    Ok(Action::control(Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::Tr34KeyBlock(Box::new(ImportTr34KeyBlock {
            certificate_authority_public_key_identifier: session.resolve(answers.text("ca")?)?,
            random_nonce: nonce(answers)?,
            ..block
        })),
        enabled: true,
        tags: label_tags(answers.optional("label")),
        ..brought
    })))
}

/// A pair of this vault in the place of a token's, and the certificate that the other side knows it by.
pub(super) struct OwnPair {
    /// ARN.
    pub(super) pair: String,
    /// As the service takes a certificate.
    pub(super) certificate: String,
}

/// The pair that was named, if one was. Whether the two belong together the engine judges.
pub(super) fn own_pair(session: &Session, answers: &Answers) -> Result<Option<OwnPair>, Refusal> {
    let (pair, file) = (
        answers.optional("pair"),
        answers.files.get("pair-certificate"),
    );
    match (pair, file) {
        (None, None) => Ok(None),
        (Some(pair), Some(bytes)) => {
            let issued = CounterpartyFile::parse(bytes).map_err(|error| {
                wrong(
                    "pair-certificate",
                    &format!("holds no certificate: {error}"),
                )
            })?;
            Ok(Some(OwnPair {
                pair: session.resolve(pair)?,
                certificate: issued.leaf().to_aws(),
            }))
        }
        (Some(_), None) => Err(wrong(
            "pair-certificate",
            "is needed beside a pair: the certificate that an authority issued for it",
        )),
        (None, Some(_)) => Err(wrong(
            "pair",
            "is needed beside a pair's certificate: which key pair of this vault it was issued for",
        )),
    }
}

/// The request that a sender did not write: our token is the one whose certificate the token names, unless a pair
/// stands in its place (`own`); the sender's certificate comes beside it or inside it. Nothing in it is trusted: the root is ours, and the engine judges the
/// rest.
fn request_around(
    session: &Session,
    token: &[u8],
    own: bool,
    answers: &Answers,
) -> Result<(ImportKeyInput, ImportTr34KeyBlock), Refusal> {
    let read = KeyToken::parse(token).map_err(|error| {
        wrong(
            "file",
            &format!("holds no TR-34 token that can be read: {error}"),
        )
    })?;
    let recipient = read.recipient();
    let import_token = session.import_token_for(&recipient.issuer_der(), &recipient.serial_hex());
    if import_token.is_none() && !own {
        return Err(wrong(
            "file",
            "is wrapped for a certificate that this vault did not give out, or whose time is over",
        ));
    }
    let block = ImportTr34KeyBlock {
        certificate_authority_public_key_identifier: String::new(),
        signing_key_certificate: senders_certificate(&read, answers)?.to_aws(),
        import_token,
        wrapping_key_identifier: None,
        wrapping_key_certificate: None,
        wrapped_key_block: HEXUPPER.encode(token),
        key_block_format: Tr34KeyBlockFormat::X9_TR34_2012,
        random_nonce: None,
    };
    let input = ImportKeyInput {
        key_material: ImportKeyMaterial::Tr34KeyBlock(Box::new(block.clone())),
        enabled: true,
        key_check_value_algorithm: None,
        tags: Vec::new(),
    };
    Ok((input, block))
}

fn senders_certificate(token: &KeyToken, answers: &Answers) -> Result<Certificate, Refusal> {
    if let Some(bytes) = answers.files.get("sender") {
        return CounterpartyFile::parse(bytes)
            .map(|handed_over| handed_over.leaf().clone())
            .map_err(|error| {
                wrong(
                    "sender",
                    &format!("holds no certificate of a sender: {error}"),
                )
            });
    }
    match token.certificates() {
        [one] => Certificate::from_any(one).map_err(|error| {
            wrong(
                "file",
                &format!("holds a certificate that cannot be read: {error}"),
            )
        }),
        _ => Err(wrong(
            "sender",
            "is needed here: neither the file nor the token in it holds the one certificate that the sender signed with",
        )),
    }
}

/// RandomNonce as the service takes it.
pub(super) fn nonce(answers: &Answers) -> Result<Option<String>, Refusal> {
    let Some(text) = answers.optional("nonce") else {
        return Ok(None);
    };
    let mut hex: String = text.split_whitespace().collect();
    // The random number token, RT_KRD, holds it: some HSMs print no other form.
    if let Some(nonce) = HEXUPPER_PERMISSIVE
        .decode(hex.as_bytes())
        .ok()
        .and_then(|token| tr34::read_random(&token).ok())
    {
        hex = HEXUPPER.encode(&nonce);
    }
    let fits = (16..=32).contains(&hex.len())
        && hex.len().is_multiple_of(2)
        && hex.bytes().all(|b| b.is_ascii_hexdigit());
    if fits {
        Ok(Some(hex.to_ascii_uppercase()))
    } else {
        Err(wrong(
            "nonce",
            "is not a number of 16 to 32 hex digits, two for each byte",
        ))
    }
}

fn export_tr34(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let parameters = receivers_file(answers.file("parameters")?)?;
    let own = own_pair(session, answers)?;
    let export_token = export_token(session, answers, own.is_some())?;
    let (signing_key_identifier, signing_key_certificate) =
        own.map_or((None, None), |own| (Some(own.pair), Some(own.certificate)));
    let file = session
        .marked_file_name(answers.text("output")?)
        .map_err(|rule| wrong("output", &rule))?;
    let request = Request::ExportKey(ExportKeyInput {
        key_material: ExportKeyMaterial::Tr34KeyBlock(Box::new(ExportTr34KeyBlock {
            certificate_authority_public_key_identifier: session.resolve(answers.text("ca")?)?,
            wrapping_key_certificate: parameters.wrapping_certificate.to_aws(),
            export_token,
            signing_key_identifier,
            signing_key_certificate,
            key_block_headers: None,
            key_block_format: Tr34KeyBlockFormat::X9_TR34_2012,
            random_nonce: nonce(answers)?,
            counterparty_profile: counterparty(answers)?,
        })),
        export_key_identifier: session.resolve(answers.text("key")?)?,
        export_attributes: None,
    });
    Ok(Action::Control {
        request,
        confirmation: None,
        export: Some(ExportNote {
            import_token: parameters.import_token,
            valid_until: Some(parameters.valid_until),
            file,
            typed_number: None,
        }),
    })
}

/// The export token that signs; none where a pair of the vault does (`own`).
pub(super) fn export_token(
    session: &Session,
    answers: &Answers,
    own: bool,
) -> Result<Option<String>, Refusal> {
    let given = answers.optional("export-token").map(str::to_owned);
    match (given, own) {
        (Some(_), true) => Err(wrong(
            "export-token",
            "is given beside an own pair: one key signs, the token's or the pair's",
        )),
        (None, true) => Ok(None),
        (Some(given), false) => Ok(Some(given)),
        (None, false) => match session.newest_export_token() {
            Some(newest) => Ok(Some(newest)),
            None => Err(Refusal::Usage(
                "This vault has no certificate that is good now to sign a TR-34 token with. Nothing was changed and no \
                 key left. First give out a certificate to check with (get-parameters-for-export) and send its file to the receiver."
                    .into(),
            )),
        },
    }
}

/// What the other side's devices read, where anything was answered.
pub(super) fn counterparty(answers: &Answers) -> Result<Option<CounterpartyProfile>, Refusal> {
    let fields = [
        op_exchange::TOKEN_FORM,
        op_exchange::HEADER_VERSION,
        op_exchange::CERTIFICATE_SIGNATURE,
    ];
    let mut words = Vec::new();
    for field in fields {
        if let Some(text) = answers.optional(field.id) {
            words.push(
                field
                    .check(text)
                    .map_err(|e| Refusal::Usage(e.to_string()))?,
            );
        }
    }
    let profile = CounterpartyProfile::from_words(&words.join(" "))
        .map_err(|word| wrong("token-form", &format!("does not know {word}")))?;
    Ok(Some(profile).filter(|profile| !profile.is_silent()))
}

fn export_tr31(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let key = session.resolve(answers.text("key")?)?;
    if let (Some(serial), Some(record)) = (answers.optional("serial"), session.record(&key)) {
        let label = name_of(record);
        let base = (label.as_str(), record.key.key_attributes.key_algorithm);
        let misfit = super::heard::rule_of_number(serial, base);
        misfit.map_or(Ok(()), |rule| Err(wrong("serial", &rule)))?;
    }
    let initial = answers.optional("serial").map(|serial| ExportAttributes {
        export_dukpt_initial_key: Some(ExportDukptInitialKey {
            key_serial_number: super::heard::at_zero(serial),
        }),
        key_check_value_algorithm: None,
    });
    let request = Request::ExportKey(ExportKeyInput {
        key_material: ExportKeyMaterial::Tr31KeyBlock(ExportTr31KeyBlock {
            wrapping_key_identifier: session.resolve(answers.text("wrap")?)?,
            key_block_headers: None,
        }),
        export_key_identifier: key,
        export_attributes: initial,
    });
    let mut action = with_file(session, answers, request)?;
    if let Action::Control {
        export: Some(note), ..
    } = &mut action
    {
        // Whoever signs reads what was typed beside what it became.
        note.typed_number = answers.optional("serial").and_then(super::heard::changed);
    }
    Ok(action)
}

/// An act that writes one file for the other side; no token of a receiver belongs to it.
fn with_file(session: &Session, answers: &Answers, request: Request) -> Result<Action, Refusal> {
    let file = session
        .marked_file_name(answers.text("output")?)
        .map_err(|rule| wrong("output", &rule))?;
    Ok(Action::Control {
        request,
        confirmation: None,
        export: Some(ExportNote {
            import_token: String::new(),
            valid_until: None,
            file,
            typed_number: None,
        }),
    })
}

fn parameters(session: &Session, answers: &Answers, import: bool) -> Result<Action, Refusal> {
    let key_material_type = match answers.text("form")? {
        "KEY_CRYPTOGRAM" => KeyMaterialType::KEY_CRYPTOGRAM,
        "TR34_KEY_BLOCK" => KeyMaterialType::TR34_KEY_BLOCK,
        _ => {
            return Err(wrong(
                "form",
                "is neither KEY_CRYPTOGRAM nor TR34_KEY_BLOCK",
            ));
        }
    };
    let algorithm = match answers.text("algorithm")? {
        "RSA_2048" => KeyAlgorithm::RSA_2048,
        "RSA_3072" => KeyAlgorithm::RSA_3072,
        "RSA_4096" => KeyAlgorithm::RSA_4096,
        _ => return Err(wrong("algorithm", "is not RSA_2048, RSA_3072 or RSA_4096")),
    };
    let counterparty_profile = counterparty(answers)?;
    // A ceremony's token is its own: one that was given before may lie with somebody else.
    let request = if import {
        Request::GetParametersForImport(GetParametersForImportInput {
            key_material_type,
            wrapping_key_algorithm: algorithm,
            reuse_last_generated_token: false,
            counterparty_profile,
        })
    } else {
        Request::GetParametersForExport(GetParametersForExportInput {
            key_material_type,
            signing_key_algorithm: algorithm,
            reuse_last_generated_token: false,
            counterparty_profile,
        })
    };
    with_file(session, answers, request)
}

fn public_key_certificate(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let request = Request::GetPublicKeyCertificate(GetPublicKeyCertificateInput {
        key_identifier: session.resolve(answers.text("key")?)?,
        counterparty_profile: counterparty(answers)?,
    });
    with_file(session, answers, request)
}

fn signing_request(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let hash = answers.text("hash")?;
    let signing_algorithm = SigningAlgorithm::ALL
        .iter()
        .find(|known| known.name() == hash)
        .ok_or_else(|| wrong("hash", "is not SHA256, SHA384 or SHA512"))?;
    let request = Request::GetCertificateSigningRequest(GetCertificateSigningRequestInput {
        key_identifier: session.resolve(answers.text("key")?)?,
        signing_algorithm: *signing_algorithm,
        certificate_subject: Box::new(CertificateSubject {
            common_name: answers.text("common-name")?.to_owned(),
            organization: answers.optional("organization").map(str::to_owned),
            organization_unit: None,
            city: None,
            state_or_province: None,
            country: None,
            email_address: None,
        }),
    });
    // The shape's own rules stand in the service's model alone.
    let operation = request.operation();
    operation
        .parse(&request.to_json())
        .map_err(|error| wrong("common-name", &format!("is refused: {}", error.message)))?;
    with_file(session, answers, request)
}

/// An alias as the service wants it: `alias/` is put before a name that lacks it.
///
/// # Errors
/// The rule, in words: nobody at a screen reads the service's pattern.
fn alias_name(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    let name = typed.strip_prefix("alias/").unwrap_or(typed);
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_');
    if (1..=250).contains(&name.len()) && name.chars().all(fits) {
        return Ok(format!("alias/{name}"));
    }
    Err(Refusal::Usage(
        "An alias is alias/ and 1 to 250 letters without accents, digits, slashes, underscores or hyphens. Nothing was \
         asked."
            .into(),
    ))
}

fn create_alias(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    Ok(Action::control(Request::CreateAlias(CreateAliasInput {
        alias_name: alias_name(answers.text("alias")?)?,
        key_arn: Some(session.resolve(answers.text("key")?)?),
    })))
}

fn tag_resource(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    Ok(Action::control(Request::TagResource(TagResourceInput {
        resource_arn: session.resolve(answers.text("key")?)?,
        tags: vec![Tag {
            key: answers.text("tag")?.to_owned(),
            value: answers.text("value")?.to_owned(),
        }],
    })))
}

#[cfg(test)]
mod tests {
    use super::alias_name;

    #[test]
    fn an_alias_is_completed_and_a_wrong_one_is_refused_in_words() {
        assert_eq!(alias_name("nkek").unwrap(), "alias/nkek");
        assert_eq!(alias_name(" alias/a/b_c-1 ").unwrap(), "alias/a/b_c-1");
        for bad in ["", "alias/", ",nkek", "alias/é"] {
            let words = alias_name(bad).unwrap_err().to_string();
            assert!(
                words.starts_with("An alias is alias/ and 1 to 250"),
                "{words}"
            );
            assert!(!words.contains("ValidationException"), "{words}");
        }
    }
}
