//! From the answers to an act's declared fields to the typed act: the one way for wizards, prompts and scripts.

use std::collections::BTreeMap;

use crate::api::{
    CreateKeyInput, DeleteKeyInput, ExportKeyCryptogram, ExportKeyInput, ExportKeyMaterial,
    ImportKeyInput, ImportKeyMaterial, KeyAlgorithm, KeyAttributes, KeyCheckValueAlgorithm,
    KeyClass, KeyModesOfUse, KeyUsage, Request, RestoreKeyInput, RootCertificatePublicKey,
    StartKeyUsageInput, StopKeyUsageInput, Tag, TrustedCertificatePublicKey, USUAL_WINDOW_DAYS,
    WrappingKeySpec,
};
use crate::custody::TypedFingerprint;
use crate::pki::{Certificate, CounterpartyFile, ImportParameters, PkiError};

use super::action::{Action, Confirmation, Copying, ExportNote};
use super::door::hex;
use super::error::Refusal;
use super::op::{self, HOLDER, PLACE};
use super::{Session, field, modes};

/// Answers to the fields of an [`super::op::Op`].
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Field id to text in normal form ([`super::field::Field::check`]); optional fields may be missing.
    pub texts: BTreeMap<String, String>,
    /// File fields: field id to the bytes read once.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Who answers (the issuer, or for a fingerprint the second person).
    pub by: String,
}

impl Answers {
    pub(crate) fn text(&self, id: &str) -> Result<&str, Refusal> {
        self.texts
            .get(id)
            .map(String::as_str)
            .filter(|t| !t.is_empty())
            .ok_or_else(|| {
                Refusal::Usage(format!("The field {id} is missing. Nothing was changed."))
            })
    }

    pub(crate) fn optional(&self, id: &str) -> Option<&str> {
        self.texts
            .get(id)
            .map(String::as_str)
            .filter(|t| !t.is_empty())
    }

    pub(crate) fn file(&self, id: &str) -> Result<&[u8], Refusal> {
        self.files.get(id).map(Vec::as_slice).ok_or_else(|| {
            Refusal::Usage(format!("The file {id} is missing. Nothing was changed."))
        })
    }
}

/// Builds the act that an op's answers describe. Key fields take labels, ARNs or ids of keys in the vault.
/// A `fingerprint` of `as-shown` is for rehearsal and test.
///
/// # Errors
/// A refusal naming the field and the rule; nothing was changed.
pub fn action(session: &Session, op: &str, answers: &Answers) -> Result<Action, Refusal> {
    match op {
        "create-key" => create_key(answers),
        "import-key.root-certificate" => import_root(session, answers),
        "import-key.trusted-certificate" => import_trusted(session, answers),
        "export-key.rsa-wrap" => export_rsa_wrap(session, answers),
        "delete-key" => {
            let delete_key_in_days = answers
                .optional("days")
                .map_or(Ok(USUAL_WINDOW_DAYS), str::parse)
                .map_err(|_| wrong("days", "is not a number"))?;
            let key_identifier = session.resolve(answers.text("key")?)?;
            Ok(Action::control(Request::DeleteKey(DeleteKeyInput {
                key_identifier,
                delete_key_in_days,
            })))
        }
        "restore-key" => {
            let key_identifier = session.resolve(answers.text("key")?)?;
            Ok(Action::control(Request::RestoreKey(RestoreKeyInput {
                key_identifier,
            })))
        }
        "start-key-usage" => {
            let key_identifier = session.resolve(answers.text("key")?)?;
            Ok(Action::control(Request::StartKeyUsage(
                StartKeyUsageInput { key_identifier },
            )))
        }
        "stop-key-usage" => {
            let key_identifier = session.resolve(answers.text("key")?)?;
            Ok(Action::control(Request::StopKeyUsage(StopKeyUsageInput {
                key_identifier,
            })))
        }
        "vault.backup" => {
            let said = |id: &str| answers.optional(id).map(str::to_owned);
            Ok(Action::Backup(Copying {
                medium: answers.text("medium")?.to_owned(),
                bag: said("bag"),
                holder: said(HOLDER.id),
                place: said(PLACE.id),
            }))
        }
        other => super::build_exchange::action(session, other, answers)
            .or_else(|| super::build_custody::action(session, other, answers))
            .or_else(|| super::build_components::action(session, other, answers))
            .or_else(|| super::build_tr34::action(session, other, answers))
            .unwrap_or_else(|| {
                Err(Refusal::Usage(format!(
                    "There is no act named {other} that a form can ask for. Nothing was changed."
                )))
            }),
    }
}

/// Several built acts as one, under one approval; a key that act n makes is named `#n` by those after it.
///
/// # Errors
/// An act that is none of the control plane.
pub fn list(name: &str, acts: Vec<Action>) -> Result<Action, Refusal> {
    let requests = acts.into_iter().map(|act| match act {
        Action::Control { request, .. } => Ok(request),
        other => Err(Refusal::Usage(format!(
            "{} is never inside a list. Nothing was changed.",
            other.name()
        ))),
    });
    Ok(Action::List {
        name: name.to_owned(),
        acts: requests.collect::<Result<_, _>>()?,
    })
}

pub(super) fn wrong(field: &str, rule: &str) -> Refusal {
    let rule = rule.trim_end_matches('.');
    Refusal::Usage(format!("{}. Nothing was changed.", about(field, rule)))
}

/// A sentence about one field.
pub(crate) fn about(field: &str, rule: &str) -> String {
    format!("{ABOUT}{field} {rule}")
}

/// How a refusal that is about one field begins; its id follows.
const ABOUT: &str = "The field ";

/// The id of the field that a refusal is about, and what it says of it: front ends call the field by its label.
pub(crate) fn about_field(why: &str) -> Option<(&str, &str)> {
    why.strip_prefix(ABOUT)?.split_once(' ')
}

/// A receiver's file as `get-parameters-for-import` prints it.
///
/// # Errors
/// It is none; the refusal names the field.
pub(super) fn receivers_file(bytes: &[u8]) -> Result<ImportParameters, Refusal> {
    ImportParameters::parse(bytes).map_err(|error| {
        let kind = super::ours::no_parameters(bytes);
        let rule = kind.unwrap_or_else(|| format!("cannot be used: {error}"));
        wrong("parameters", &rule)
    })
}

/// The rule that an answer broke, where the refusal is about this field: `is no certificate`.
pub(crate) fn rule_about<'r>(refusal: &'r Refusal, field: &str) -> Option<&'r str> {
    let Refusal::Usage(text) = refusal else {
        return None;
    };
    let rule = text.strip_prefix("The field ")?.strip_prefix(field)?;
    rule.strip_prefix(' ')?
        .strip_suffix(". Nothing was changed.")
}

fn create_key(answers: &Answers) -> Result<Action, Refusal> {
    let key_usage =
        field::usage(answers.text("usage")?).ok_or_else(|| wrong("usage", "is not a key usage"))?;
    let key_algorithm = algorithm(answers.text("algorithm")?)?;
    let key_modes_of_use =
        modes::parse(answers.text("modes")?).map_err(|rule| wrong("modes", &rule))?;
    let key_class = if key_algorithm.modulus_bits().is_some() {
        KeyClass::ASYMMETRIC_KEY_PAIR
    } else {
        KeyClass::SYMMETRIC_KEY
    };
    Ok(Action::control(Request::CreateKey(CreateKeyInput {
        key_attributes: KeyAttributes {
            key_usage,
            key_class,
            key_algorithm,
            key_modes_of_use,
        },
        exportable: answers.text("exportable")? == "yes",
        enabled: answers.optional(op::ENABLED.id) != Some("no"),
        key_check_value_algorithm: match answers.optional(op::CHECK_VALUE.id) {
            Some("CMAC") => Some(KeyCheckValueAlgorithm::CMAC),
            Some(_) => Some(KeyCheckValueAlgorithm::ANSI_X9_24),
            None => None,
        },
        tags: tags(answers)?,
    })))
}

/// The name as a tag, and the others as they were typed.
fn tags(answers: &Answers) -> Result<Vec<Tag>, Refusal> {
    let others = answers.optional(op::TAGS.id).unwrap_or_default();
    let others = field::tags::parse(others).map_err(|rule| wrong(op::TAGS.id, rule))?;
    let name = label_tags(answers.optional("label"));
    Ok(name.into_iter().chain(others).collect())
}

pub(super) fn label_tags(label: Option<&str>) -> Vec<Tag> {
    label
        .map(|l| Tag {
            key: super::LABEL_TAG.to_owned(),
            value: l.to_owned(),
        })
        .into_iter()
        .collect()
}

fn algorithm(text: &str) -> Result<KeyAlgorithm, Refusal> {
    KeyAlgorithm::ALL
        .iter()
        .copied()
        .find(|a| a.name().eq_ignore_ascii_case(text))
        .ok_or_else(|| wrong("algorithm", "is not a key algorithm"))
}

/// The certificate a file field means: a certificate, or the root of a parameters file.
pub(crate) fn root_of(bytes: &[u8]) -> Result<Certificate, Refusal> {
    let handed_over = CounterpartyFile::parse(bytes).map_err(|parameters| {
        if bytes.starts_with(super::handover::HEADING.as_bytes()) {
            return wrong(
                "file",
                "is NEXT.txt, a text for people: take the .json file beside it",
            );
        }
        if let Some(kind) = super::ours::no_root(bytes) {
            return wrong("file", &kind);
        }
        let plain = Certificate::from_any(bytes).err();
        if let Some(kind) = plain.as_ref().and_then(super::ours::chain) {
            let each = "each is a file of its own where one is asked for";
            return wrong("file", &format!("{kind}: {each}"));
        }
        // One reason, of the form that it seems to be in.
        let why = match plain {
            _ if bytes.trim_ascii_start().starts_with(b"{") => parameters.to_string(),
            Some(PkiError::Unreadable { reason }) => reason,
            Some(other) => other.to_string(),
            None => parameters.to_string(),
        };
        wrong(
            "file",
            &format!("is neither a certificate nor a file with one in its chain: {why}"),
        )
    })?;
    Ok(handed_over.root().clone())
}

/// The root of a file that somebody brought, unless a keymoot of another profile marked it: that is told before
/// anybody fetches a fingerprint for it.
///
/// # Errors
/// The file holds no root, or one of another profile.
pub(crate) fn root_for(session: &Session, bytes: &[u8]) -> Result<Certificate, Refusal> {
    let root = root_of(bytes)?;
    let own = session.profile();
    let marked = super::Profile::ALL.into_iter().find(|other| {
        let mark = other.certificate_mark();
        mark.is_some() && mark == root.profile_mark()
    });
    match marked {
        Some(other) if other != own => Err(Refusal::Profile(format!(
            "This root was made by a keymoot {} vault (OU={}), and this is a {} vault: it takes nothing of another \
             profile. Nothing was imported. Ask the other side for a file of its {} vault.",
            other.name(),
            other.certificate_mark().unwrap_or_default(),
            own.name(),
            own.name()
        ))),
        _ => Ok(root),
    }
}

/// Whether what was typed is the fingerprint of the root in a file.
///
/// # Errors
/// It is not, or the file holds no root that can be taken.
pub(super) fn fingerprint_fits(
    session: &Session,
    bytes: &[u8],
    typed: &str,
) -> Result<(), Refusal> {
    is_the_roots(session, &root_for(session, bytes)?, bytes, typed)
}

fn is_the_roots(
    session: &Session,
    root: &Certificate,
    bytes: &[u8],
    typed: &str,
) -> Result<(), Refusal> {
    if typed == "as-shown" {
        return match session.profile() {
            super::Profile::Production => Err(Refusal::Profile(
                "as-shown is for rehearsal and test. In production a second person types the fingerprint that was \
                 fetched over another channel. Nothing was changed."
                    .into(),
            )),
            _ => Ok(()),
        };
    }
    let fingerprint = TypedFingerprint::parse(field::after_equals(typed))
        .map_err(|e| wrong("fingerprint", &e.rule()))?;
    if fingerprint.matches(&root.sha256_fingerprint()) {
        return Ok(());
    }
    Err(Refusal::Custody(not_the_roots(&fingerprint, bytes).into()))
}

fn import_root(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let root = root_for(session, answers.file("file")?)?;
    let key_algorithm = root.key_algorithm().ok_or_else(|| {
        wrong(
            "file",
            "holds a key that is not RSA_2048, RSA_3072 or RSA_4096",
        )
    })?;
    let sha256 = hex(&root.sha256_fingerprint());
    let typed = answers.text("fingerprint")?;
    is_the_roots(session, &root, answers.file("file")?, typed)?;
    let confirmation = if typed == "as-shown" {
        Confirmation::AsShown { sha256 }
    } else {
        let source = answers.optional("source").unwrap_or("not said").to_owned();
        Confirmation::Typed {
            sha256,
            source,
            by: answers.by.clone(),
        }
    };
    let request = Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::RootCertificatePublicKey(RootCertificatePublicKey {
            key_attributes: public_attributes(key_algorithm),
            public_key_certificate: root.to_aws(),
        }),
        enabled: true,
        key_check_value_algorithm: None,
        tags: label_tags(answers.optional("label")),
    });
    Ok(Action::Control {
        request,
        confirmation: Some(confirmation),
        export: None,
    })
}

/// What people read when the typed fingerprint is not the file's.
pub(crate) const FINGERPRINT_DIFFERS: &str = "The fingerprint that was typed is not the fingerprint of this file. \
    Nothing was imported and no key left. Check the typing first; if it is right, this file is not the one that the \
    receiver sees: stop, and fetch both again.";

/// What people read when it is the fingerprint of the certificate below the root in the same file: the two are printed
/// side by side, and nothing is wrong with the file.
pub(crate) const FINGERPRINT_BELOW: &str = "What was typed is the fingerprint of the certificate in this file that the \
    root signed; wanted is the fingerprint of the root itself. Nothing was imported, and nothing is wrong with the file. \
    Ask for the root's, which is read and told apart from the certificate's at its source.";

/// Why a typed fingerprint is not the root's.
fn not_the_roots(typed: &TypedFingerprint, bytes: &[u8]) -> &'static str {
    let below = CounterpartyFile::parse(bytes).ok();
    let below = below.map(|file| file.leaf().sha256_fingerprint());
    if below.is_some_and(|below| typed.matches(&below)) {
        FINGERPRINT_BELOW
    } else {
        FINGERPRINT_DIFFERS
    }
}

fn public_attributes(key_algorithm: KeyAlgorithm) -> KeyAttributes {
    KeyAttributes {
        key_usage: KeyUsage::TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE,
        key_class: KeyClass::PUBLIC_KEY,
        key_algorithm,
        key_modes_of_use: KeyModesOfUse {
            verify: true,
            ..KeyModesOfUse::default()
        },
    }
}

/// The one certificate of a file that is imported under a trusted one; where a file holds a chain, somebody has to say
/// which of it is meant.
pub(super) fn one_certificate(bytes: &[u8]) -> Result<Certificate, String> {
    let error = match Certificate::from_any(bytes) {
        Ok(certificate) => return Ok(certificate),
        Err(error) => error,
    };
    Err(match CounterpartyFile::parse(bytes) {
        Ok(CounterpartyFile::Certificate(certificate)) => return Ok(*certificate),
        Ok(CounterpartyFile::Import(_) | CounterpartyFile::Export(_)) => {
            "holds two certificates, one and the one above it, as the service prints them: give the one that is meant \
             in a file of its own, as PEM"
                .into()
        }
        Err(_) => format!("holds no certificate: {error}"),
    })
}

fn import_trusted(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let certificate =
        one_certificate(answers.file("file")?).map_err(|rule| wrong("file", &rule))?;
    let key_algorithm = certificate.key_algorithm().ok_or_else(|| {
        wrong(
            "file",
            "holds a key that is not RSA_2048, RSA_3072 or RSA_4096",
        )
    })?;
    let request = Request::ImportKey(ImportKeyInput {
        key_material: ImportKeyMaterial::TrustedCertificatePublicKey(TrustedCertificatePublicKey {
            key_attributes: public_attributes(key_algorithm),
            public_key_certificate: certificate.to_aws(),
            certificate_authority_public_key_identifier: session.resolve(answers.text("ca")?)?,
        }),
        enabled: true,
        key_check_value_algorithm: None,
        tags: label_tags(answers.optional("label")),
    });
    Ok(Action::control(request))
}

fn export_rsa_wrap(session: &Session, answers: &Answers) -> Result<Action, Refusal> {
    let parameters = receivers_file(answers.file("parameters")?)?;
    let wrapping_spec = match answers.optional("spec") {
        Some("RSA_OAEP_SHA_512") => WrappingKeySpec::RSA_OAEP_SHA_512,
        _ => WrappingKeySpec::RSA_OAEP_SHA_256,
    };
    let file = session
        .marked_file_name(answers.text("output")?)
        .map_err(|rule| wrong("output", &rule))?;
    let request = Request::ExportKey(ExportKeyInput {
        key_material: ExportKeyMaterial::KeyCryptogram(ExportKeyCryptogram {
            certificate_authority_public_key_identifier: session.resolve(answers.text("ca")?)?,
            wrapping_key_certificate: parameters.wrapping_certificate.to_aws(),
            wrapping_spec: Some(wrapping_spec),
        }),
        export_key_identifier: session.resolve(answers.text("key")?)?,
        export_attributes: None,
    });
    let export = ExportNote {
        import_token: parameters.import_token.clone(),
        valid_until: Some(parameters.valid_until),
        file,
        typed_number: None,
    };
    Ok(Action::Control {
        request,
        confirmation: None,
        export: Some(export),
    })
}
