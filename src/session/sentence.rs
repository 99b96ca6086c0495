//! Acts in a custodian's words: one sentence, and the details that matter before signing.

use crate::api::{
    CreateKeyInput, DeleteKeyInput, ExportKeyCryptogram, ExportKeyInput, ExportKeyMaterial,
    ImportKeyMaterial, KeyAlgorithm, KeyAttributes, KeyCheckValueAlgorithm, KeyClass, Request,
};
use crate::crypto::strength::{self, WrapPath};
use crate::engine::EngineState;
use crate::pki::Certificate;
use crate::text::{say, tr};

use super::action::{Action, Confirmation, ExportNote};
use super::state::State;
use super::{
    came_before, comparing, holders, label_of, limits, modes, namesake, sentence_blocks,
    sentence_custody, sentence_issuing, sentence_naming, sentence_switch, sentence_tokens,
};

/// Label and value lines.
pub(crate) type Details = Vec<(String, String)>;

/// The sentence and details of an act on this state.
pub(crate) fn describe(action: &Action, state: &State) -> (String, Details) {
    let (sentence, mut details) = told_of(action, state);
    details.extend(namesake::warnings(action, &state.engine));
    details.extend(comparing::warnings(action, state));
    details.extend(came_before::warnings(action, state));
    details.extend(holders::warnings(action, state));
    (sentence, details)
}

fn told_of(action: &Action, state: &State) -> (String, Details) {
    match action {
        Action::Custody(act) => sentence_custody::describe(act, state),
        Action::Components(act) => super::components::describe(act),
        Action::Tr34(act) => super::tr34_act::describe(act, &state.engine),
        Action::Control {
            request,
            confirmation,
            export,
        } => control(request, confirmation.as_ref(), export.as_ref(), state),
        Action::List { name, acts } => {
            let details = acts
                .iter()
                .enumerate()
                .map(|(n, act)| (say!("act {n}", n), control(act, None, None, state).0))
                .collect();
            (
                say!(
                    "DO {acts} ACTS TOGETHER: {name} (all or none)",
                    acts = acts.len(),
                    name
                ),
                details,
            )
        }
        Action::Backup(copying) => {
            let medium = &copying.medium;
            let mut details = vec![line(tr("medium"), medium)];
            let said = [
                (tr("bag"), &copying.bag),
                (tr("holder"), &copying.holder),
                (tr("place"), &copying.place),
            ];
            let said = said.into_iter();
            details.extend(said.filter_map(|(label, said)| Some(line(label, said.as_ref()?))));
            (say!("COPY THIS VAULT to {medium}", medium), details)
        }
    }
}

/// One line.
pub(crate) fn line(label: &str, value: &str) -> (String, String) {
    (label.to_owned(), value.to_owned())
}

fn control(
    request: &Request,
    confirmation: Option<&Confirmation>,
    export: Option<&ExportNote>,
    state: &State,
) -> (String, Details) {
    let engine = &state.engine;
    let name = |identifier: &str| name_of(identifier, engine);
    match request {
        Request::CreateKey(input) => creation(input),
        Request::ImportKey(input) => {
            let (sentence, mut details) = import(&input.key_material, confirmation, engine);
            let name = input.tags.iter().find(|tag| tag.key == super::LABEL_TAG);
            // A name is kept in clear and read by everybody: whoever signs sees it.
            details.extend(name.map(|tag| line(tr("name"), &tag.value)));
            (sentence, details)
        }
        Request::ExportKey(input) => exporting(input, export, engine),
        Request::DeleteKey(input) => deletion(input, state),
        Request::RestoreKey(input) => {
            let after = say!(
                "the key stays, disabled; \"{enable}\" lets it be used again",
                enable = tr(super::op::START_KEY_USAGE.title)
            );
            (
                say!("RESTORE KEY {name}", name = name(&input.key_identifier)),
                [
                    which(&input.key_identifier, engine),
                    vec![line(tr("after"), &after)],
                ]
                .concat(),
            )
        }
        Request::StartKeyUsage(input) => (
            say!("ENABLE KEY {name}", name = name(&input.key_identifier)),
            switching(&input.key_identifier, true, state),
        ),
        Request::StopKeyUsage(input) => (
            say!("DISABLE KEY {name}", name = name(&input.key_identifier)),
            switching(&input.key_identifier, false, state),
        ),
        Request::CreateAlias(_)
        | Request::UpdateAlias(_)
        | Request::DeleteAlias(_)
        | Request::TagResource(_)
        | Request::UntagResource(_) => sentence_naming::describe(request, engine),
        Request::GetParametersForImport(_)
        | Request::GetParametersForExport(_)
        | Request::GetPublicKeyCertificate(_)
        | Request::GetCertificateSigningRequest(_) => {
            let days = limits::of(&state.policy).parameters_days;
            let (sentence, mut details) = sentence_issuing::describe(request, engine, days);
            details.extend(export.map(|note| line(tr("file"), &note.file)));
            (sentence, details)
        }
        Request::GetKey(_)
        | Request::ListKeys(_)
        | Request::GetAlias(_)
        | Request::ListAliases(_)
        | Request::ListTagsForResource(_) => ("READ".into(), Vec::new()),
    }
}

/// A key that is enabled or disabled, and what comes of it.
fn switching(identifier: &str, enables: bool, state: &State) -> Details {
    let mut details = which(identifier, &state.engine);
    details.extend(sentence_switch::told(identifier, enables, state));
    details
}

/// When a key goes, and what of it stays elsewhere.
fn deletion(input: &DeleteKeyInput, state: &State) -> (String, Details) {
    let engine = &state.engine;
    let window = say!(
        "{delete_key_in_days} days from the last signature, then the key is destroyed",
        delete_key_in_days = input.delete_key_in_days
    );
    let mut details = which(&input.key_identifier, engine);
    details.extend([
        line(tr("window"), &window),
        line(tr("until then"), tr("unusable; it can be restored")),
    ]);
    let public = |record: &crate::engine::KeyRecord| {
        record.key.key_attributes.key_class == KeyClass::PUBLIC_KEY
    };
    if engine.find(&input.key_identifier).is_some_and(public) {
        details.push(line(
            tr("what ends"),
            tr("what it signed is not believed here: no export to whoever stands under it, no import from them"),
        ));
    }
    if let Some(record) = engine.find(&input.key_identifier) {
        let left = super::op_suspect::impact(state, &record.key.key_arn);
        details.extend(left.iter().map(|held| line(tr("stays there"), held)));
        let copies = state
            .backups
            .iter()
            .filter(|copy| copy.exists() && copy.at >= record.key.create_timestamp.millis());
        details.extend(copies.map(|copy| {
            let words = say!(
                "copy {id} on {medium}: whoever can open it brings the key back, until it is destroyed too",
                id = copy.id,
                medium = copy.medium
            );
            line(tr("stays in"), &words)
        }));
    }
    let name = name_of(&input.key_identifier, engine);
    (say!("DELETE KEY {name}", name), details)
}

/// What tells one key from another of the same name: its kind and its check value.
fn which(identifier: &str, engine: &EngineState) -> Details {
    engine.find(identifier).map_or_else(Vec::new, |record| {
        let attributes = &record.key.key_attributes;
        vec![
            line(tr("algorithm"), attributes.key_algorithm.name()),
            line(tr("check value"), &record.key.key_check_value),
        ]
    })
}

/// The label of the key that an identifier names, or the identifier.
pub(crate) fn name_of(identifier: &str, engine: &EngineState) -> String {
    engine.find(identifier).map_or_else(
        || identifier.to_owned(),
        |record| label_of(&record.key, &record.tags),
    )
}

/// `2036-10-29 09:00:00Z`, as the screens write every time.
fn told(time: crate::api::Timestamp) -> String {
    let seconds = time.millis().div_euclid(1000).saturating_mul(1000);
    let text = crate::api::Timestamp::from_millis(seconds).rfc3339();
    text.replacen('T', " ", 1)
}

fn creation(input: &CreateKeyInput) -> (String, Details) {
    let label = input
        .tags
        .iter()
        .find(|t| t.key == super::LABEL_TAG)
        .map_or("", |t| t.value.trim());
    let label = if label.is_empty() {
        tr("without a name")
    } else {
        label
    };
    let mut details = attributes(&input.key_attributes);
    details.push(line(
        tr("export"),
        if input.exportable {
            tr("yes, wrapped")
        } else {
            tr("never, for life")
        },
    ));
    // Whoever signs reads what is not as usual: the request names the method in any case.
    let unusual = input.key_check_value_algorithm.filter(|method| {
        input.key_attributes.key_algorithm.is_tdes() && *method == KeyCheckValueAlgorithm::CMAC
    });
    details.extend(unusual.map(|method| {
        let words = say!("by {method}", method = method.name());
        line(tr("check value"), &words)
    }));
    let others = input.tags.iter().filter(|t| t.key != super::LABEL_TAG);
    details.extend(others.map(|t| line(tr("tag"), &format!("{} = {}", t.key, t.value))));
    if !input.enabled {
        let words = tr("no: made disabled; custodians enable it before anybody can use it");
        details.push(line(tr("enabled"), words));
    }
    (say!("CREATE KEY {label}", label), details)
}

fn import(
    material: &ImportKeyMaterial,
    confirmation: Option<&Confirmation>,
    engine: &EngineState,
) -> (String, Details) {
    match material {
        ImportKeyMaterial::RootCertificatePublicKey(root) => {
            root_import(&root.public_key_certificate, confirmation)
        }
        ImportKeyMaterial::TrustedCertificatePublicKey(trusted) => {
            let mut details = certificate(&trusted.public_key_certificate);
            let issuer = name_of(&trusted.certificate_authority_public_key_identifier, engine);
            details.push(line(tr("under"), &issuer));
            (tr("IMPORT CERTIFICATE under a trusted one").into(), details)
        }
        ImportKeyMaterial::KeyCryptogram(wrapped) => {
            let mut details = attributes(&wrapped.key_attributes);
            let export = if wrapped.exportable {
                tr("yes, wrapped")
            } else {
                tr("never")
            };
            details.push(line(tr("export"), export));
            if let Some(token) = &wrapped.import_token {
                details.push(line(tr("token"), token));
            }
            if let Some(pair) = &wrapped.wrapping_key_identifier {
                details.push(line(tr("opened by"), &name_of(pair, engine)));
            }
            (tr("IMPORT KEY by RSA wrap").into(), details)
        }
        ImportKeyMaterial::Tr31KeyBlock(block) => sentence_blocks::import(block, engine),
        ImportKeyMaterial::Tr34KeyBlock(block) => sentence_tokens::import(block, engine),
    }
}

pub(crate) fn attributes(attributes: &KeyAttributes) -> Details {
    vec![
        line(
            tr("use"),
            &format!(
                "{} {}",
                attributes.key_usage.code(),
                tr(attributes.key_usage.words())
            ),
        ),
        line(tr("algorithm"), attributes.key_algorithm.name()),
        line(tr("modes"), &modes::words(&attributes.key_modes_of_use)),
    ]
}

pub(crate) fn certificate(text: &str) -> Details {
    let Ok(certificate) = Certificate::from_any(text.as_bytes()) else {
        return Vec::new();
    };
    vec![
        line(tr("subject"), &certificate.subject()),
        // What is compared comes first: a low screen shows the first lines, and whoever signs may look no further.
        line(
            "sha-256",
            &groups(&data_encoding::HEXLOWER.encode(&certificate.sha256_fingerprint())),
        ),
        line(
            tr("key"),
            certificate
                .key_algorithm()
                .map_or("unknown", KeyAlgorithm::name),
        ),
        line(
            tr("valid"),
            &say!(
                "{certificate} to {certificate_2}",
                certificate = told(certificate.not_before()),
                certificate_2 = told(certificate.not_after())
            ),
        ),
    ]
}

fn root_import(text: &str, confirmation: Option<&Confirmation>) -> (String, Details) {
    let mut details = certificate(text);
    match confirmation {
        Some(Confirmation::Typed { source, by, .. }) => {
            details.push(line(tr("typed by"), by));
            details.push(line(tr("from"), source));
        }
        Some(Confirmation::AsShown { .. }) => {
            details.push(line(
                tr("fingerprint"),
                tr("as shown, not compared (practice)"),
            ));
        }
        None => details.push(line(tr("fingerprint"), tr("NOT confirmed"))),
    }
    (
        tr("IMPORT ROOT: from now on this vault trusts what it signs").into(),
        details,
    )
}

fn exporting(
    input: &ExportKeyInput,
    note: Option<&ExportNote>,
    engine: &EngineState,
) -> (String, Details) {
    let identifier = &input.export_key_identifier;
    let (sentence, mut details) = match &input.key_material {
        ExportKeyMaterial::KeyCryptogram(wrap) => rsa_wrap_details(identifier, wrap, note, engine),
        ExportKeyMaterial::Tr31KeyBlock(block) => {
            let (sentence, mut details) = sentence_blocks::export(identifier, block, engine);
            details.extend(note.map(|note| line(tr("file"), &note.file)));
            (sentence, details)
        }
        ExportKeyMaterial::Tr34KeyBlock(block) => {
            let (sentence, mut details) = sentence_tokens::export(identifier, block, engine);
            details.extend(note.map(|note| line(tr("file"), &note.file)));
            (sentence, details)
        }
    };
    let Some(initial) = sentence_blocks::initial_key(input, note) else {
        return (sentence, details);
    };
    details.extend(initial);
    // What stands first is said of the key that stays: nobody compares its check value with the terminal's.
    let stays = tr("stays here; use, kind and check value are its own, and not the terminal's");
    details.insert(0, line(tr("base key"), stays));
    (
        sentence.replacen("EXPORT KEY", tr("EXPORT A TERMINAL'S INITIAL KEY from"), 1),
        details,
    )
}

fn rsa_wrap_details(
    identifier: &str,
    wrap: &ExportKeyCryptogram,
    note: Option<&ExportNote>,
    engine: &EngineState,
) -> (String, Details) {
    let Some(record) = engine.find(identifier) else {
        return (say!("EXPORT KEY {identifier}", identifier), Vec::new());
    };
    let mut details = attributes(&record.key.key_attributes);
    details.extend(check_values(record));
    let receiver = Certificate::from_any(wrap.wrapping_key_certificate.as_bytes()).ok();
    if let Some(certificate) = &receiver {
        details.push(line(tr("to"), &certificate.subject()));
        // What a second person fetched elsewhere is compared with this.
        details.push(line(
            "sha-256",
            &groups(&data_encoding::HEXLOWER.encode(&certificate.sha256_fingerprint())),
        ));
        if let Some(wrapping) = certificate.key_algorithm() {
            let key = record.key.key_attributes.key_algorithm;
            details.push(line(tr("under"), wrapping.name()));
            details.push(verdict(key, &[wrapping], WrapPath::Rsa));
            if key.is_tdes() {
                details.push(line(
                    tr("note"),
                    tr("a TDES key: as a KEK it can carry TDES keys only, never AES"),
                ));
            }
        }
    }
    if let Some(note) = note {
        details.push(line(tr("file"), &note.file));
        if let Some(until) = note.valid_until {
            details.push(line(tr("token ends"), &told(until)));
        }
    }
    (
        say!(
            "EXPORT KEY {label_of} by RSA wrap",
            label_of = label_of(&record.key, &record.tags)
        ),
        details,
    )
}

/// Whether every key that protects this one on its road is strong enough for it, in words: the engine's own judgement.
pub(crate) fn verdict(
    key: KeyAlgorithm,
    protecting: &[KeyAlgorithm],
    path: WrapPath,
) -> (String, String) {
    let mut verdicts = protecting
        .iter()
        .map(|by| strength::may_wrap(key, *by, path));
    let words = match verdicts.find_map(Result::err) {
        None => tr("strong enough for this key").to_owned(),
        Some(refusal) => refusal.to_string(),
    };
    line(tr("verdict"), &words)
}

/// The wrapping key of a key block, by label, kind and check value.
pub(crate) fn wrapping(identifier: &str, engine: &EngineState) -> Details {
    let mut details = vec![line(tr("under"), &name_of(identifier, engine))];
    if let Some(record) = engine.find(identifier) {
        let kind = record.key.key_attributes.key_algorithm.name();
        details.push(line(tr("its kind"), kind));
        let (value, method) = (
            &record.key.key_check_value,
            record.key.key_check_value_algorithm.name(),
        );
        details.push(line(tr("its kcv"), &format!("{value} ({method})")));
    }
    details
}

/// The check value of the key's own algorithm, and no other: it is the one that people compare.
pub(crate) fn check_values(record: &crate::engine::KeyRecord) -> Details {
    vec![line(
        tr("check value"),
        &format!(
            "{} ({})",
            record.key.key_check_value,
            record.key.key_check_value_algorithm.name()
        ),
    )]
}

/// Hex in groups of four, as people read it aloud.
pub(crate) fn groups(hex: &str) -> String {
    hex.as_bytes()
        .chunks(4)
        .map(|g| String::from_utf8_lossy(g).into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
