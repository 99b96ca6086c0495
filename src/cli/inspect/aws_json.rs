//! JSON that goes between keymoot and the AWS CLI: parameters, requests, answers; and a run's summary.

use serde_json::Value;

use crate::api::{
    ExportKeyMaterial, ImportKeyCryptogram, ImportKeyInput, ImportKeyMaterial, Key, KeyAlgorithm,
    KeyAttributes, KeyBlockHeaders, KeyCheckValueAlgorithm, KeyModesOfUse, Operation, Request,
    Timestamp, WrappedKeyMaterialFormat,
};
use crate::pki::{Certificate, CounterpartyFile};

use super::certificate;
use super::facts::Facts;
use super::{public_files, tr31, tr34};

/// What a JSON object is, by its members.
pub(super) fn explain(bytes: &[u8], value: &Value, now: Timestamp) -> Result<Facts, String> {
    let has = |name: &str| value.get(name).is_some();
    if has("WrappingKeyCertificate") || has("SigningKeyCertificate") {
        return parameters(bytes, now);
    }
    if has("KeyMaterial") && !has("ExportKeyIdentifier") {
        return import_request(value, now);
    }
    if has("KeyMaterial") {
        return export_request(value, now);
    }
    if let Some(Value::String(certificate)) = value.get("KeyCertificate") {
        return key_certificate(value, certificate, now);
    }
    if let Some(Value::String(request)) = value.get("CertificateSigningRequest") {
        return public_files::explain(request.as_bytes(), now).ok_or_else(|| {
            "CertificateSigningRequest holds no request for a certificate".to_owned()
        });
    }
    if let Some(key) = value.get("Key") {
        return answer(key);
    }
    if has("WrappedKey") {
        return export_answer(value, now);
    }
    if has("outcome") && has("steps") {
        return Ok(summary(value));
    }
    Err("JSON that is none of: the output of get-parameters-for-import or get-parameters-for-export, a request or an answer of import-key or export-key, an answer of get-public-key-certificate or get-certificate-signing-request, a ceremony.json.".to_owned())
}

fn parameters(bytes: &[u8], now: Timestamp) -> Result<Facts, String> {
    let handed_over = CounterpartyFile::parse(bytes).map_err(|e| e.to_string())?;
    let (kind, title, token, with, leaf, chain) = match &handed_over {
        CounterpartyFile::Export(parameters) => (
            "get-parameters-for-export",
            "PARAMETERS FOR EXPORT, printed by the sender of a key in a TR-34 token",
            ("export_token", "Export token", &parameters.export_token),
            ("signing_key_algorithm", "Signing key"),
            "signing_certificate",
            &parameters.chain,
        ),
        CounterpartyFile::Import(parameters) => (
            "get-parameters-for-import",
            "PARAMETERS FOR IMPORT, printed by the receiver of a key",
            ("import_token", "Import token", &parameters.import_token),
            ("wrapping_key_algorithm", "Wrapping key"),
            "wrapping_certificate",
            &parameters.chain,
        ),
        CounterpartyFile::Certificate(certificate) => {
            return Ok(certificate::facts(certificate, now));
        }
    };
    let mut found = Facts::new(kind, title);
    found.line(token.0, token.1, token.2.as_str());
    let algorithm = handed_over.algorithm().map(KeyAlgorithm::name);
    found.line(with.0, with.1, algorithm.unwrap_or_default());
    found.part(leaf, vec![certificate::facts(handed_over.leaf(), now)]);
    found.part("chain", certificates(chain, now));
    let until = handed_over.valid_until().map(Timestamp::rfc3339);
    found.line("valid_until", "Valid until", until.unwrap_or_default());
    match handed_over.verify(now) {
        Ok(()) => found.note(
            "certificate and chain hold together and are valid now; who they belong to, only a fingerprint from another channel tells.",
        ),
        Err(reason) => found.note(format!("not usable: {reason}")),
    }
    Ok(found)
}

/// The answer to get-public-key-certificate.
fn key_certificate(value: &Value, certificate: &str, now: Timestamp) -> Result<Facts, String> {
    let mut found = certificate::all(certificate.as_bytes(), now)?;
    if let Some(Value::String(chain)) = value.get("KeyCertificateChain") {
        found.part("chain", vec![certificate::all(chain.as_bytes(), now)?]);
    }
    Ok(found)
}

fn certificates(chain: &[Certificate], now: Timestamp) -> Vec<Facts> {
    chain.iter().map(|c| certificate::facts(c, now)).collect()
}

fn import_request(value: &Value, now: Timestamp) -> Result<Facts, String> {
    let Request::ImportKey(input) = request(Operation::ImportKey, value)? else {
        return Err("it is no ImportKey request.".to_owned());
    };
    let (attributes, mut found) = match &input.key_material {
        ImportKeyMaterial::KeyCryptogram(wrapped) => {
            let mut found = cryptogram(wrapped);
            let certificate = wrapped.wrapping_key_certificate.as_deref();
            let pair = wrapped.wrapping_key_identifier.as_deref();
            own_pair(pair, certificate, now, &mut found)?;
            (Some(&wrapped.key_attributes), found)
        }
        ImportKeyMaterial::RootCertificatePublicKey(root) => {
            let mut found = Facts::new(
                "import-key.root-certificate",
                "REQUEST import-key: a root certificate",
            );
            inside(&root.public_key_certificate, now, &mut found)?;
            (Some(&root.key_attributes), found)
        }
        ImportKeyMaterial::TrustedCertificatePublicKey(trusted) => {
            let mut found = Facts::new(
                "import-key.trusted-certificate",
                "REQUEST import-key: a certificate under a trusted one",
            );
            found.line(
                "ca",
                "Issuer's key",
                trusted.certificate_authority_public_key_identifier.as_str(),
            );
            inside(&trusted.public_key_certificate, now, &mut found)?;
            (Some(&trusted.key_attributes), found)
        }
        ImportKeyMaterial::Tr31KeyBlock(block) => {
            let mut found = Facts::new(
                "import-key.tr31",
                "REQUEST import-key: a key in a TR-31 key block",
            );
            found.line(
                "wrapping_key",
                "Wrapping key",
                block.wrapping_key_identifier.as_str(),
            );
            tr31::inside(&block.wrapped_key_block, &mut found)?;
            (None, found)
        }
        ImportKeyMaterial::Tr34KeyBlock(block) => (None, tr34::request(block, now)?),
    };
    if let Some(attributes) = attributes {
        attributes_of(attributes, &mut found);
    }
    rest_of_import(&input, &mut found);
    Ok(found)
}

fn cryptogram(wrapped: &ImportKeyCryptogram) -> Facts {
    let mut found = Facts::new(
        "import-key.rsa-wrap",
        "REQUEST import-key: a key under the receiver's RSA key",
    );
    found.line(
        "import_token",
        "Import token",
        wrapped.import_token.as_deref(),
    );
    found.line(
        "wrapping_spec",
        "Padding",
        wrapped.wrapping_spec.map(|s| format!("{s:?}")),
    );
    found.line(
        "cryptogram_bits",
        "Cryptogram bits",
        wrapped.wrapped_key_cryptogram.len() * 4,
    );
    found.line("exportable", "Exportable there", wrapped.exportable);
    found
}

fn rest_of_import(input: &ImportKeyInput, found: &mut Facts) {
    found.line("enabled", "Enabled at once", input.enabled);
    found.line(
        "key_check_value_algorithm",
        "Check value by",
        input
            .key_check_value_algorithm
            .map(KeyCheckValueAlgorithm::name),
    );
    let tags: Vec<String> = input
        .tags
        .iter()
        .map(|t| format!("{}={}", t.key, t.value))
        .collect();
    if tags.iter().any(|t| t == "keymoot-profile=rehearsal") {
        found.note(
            "made in a rehearsal: not a real key, though the receiver will accept this file.",
        );
    }
    found.line("tags", "Tags", tags);
}

fn export_request(value: &Value, now: Timestamp) -> Result<Facts, String> {
    let Request::ExportKey(input) = request(Operation::ExportKey, value)? else {
        return Err("it is no ExportKey request.".to_owned());
    };
    let mut found = match &input.key_material {
        ExportKeyMaterial::KeyCryptogram(_) => {
            Facts::new("export-key.rsa-wrap", "REQUEST export-key")
        }
        ExportKeyMaterial::Tr31KeyBlock(_) => {
            Facts::new("export-key.tr31", "REQUEST export-key: TR-31")
        }
        ExportKeyMaterial::Tr34KeyBlock(_) => {
            Facts::new("export-key.tr34", "REQUEST export-key: TR-34")
        }
    };
    found.line("key", "Key", input.export_key_identifier.as_str());
    if let Some(attributes) = &input.export_attributes {
        let initial = attributes.export_dukpt_initial_key.as_ref();
        let serial = initial.map(|initial| initial.key_serial_number.as_str());
        found.line("key_serial_number", "Initial key of", serial);
    }
    match &input.key_material {
        ExportKeyMaterial::KeyCryptogram(material) => {
            let ca = &material.certificate_authority_public_key_identifier;
            found.line("ca", "Receiver's CA", ca.as_str());
            inside(&material.wrapping_key_certificate, now, &mut found)?;
        }
        ExportKeyMaterial::Tr31KeyBlock(block) => {
            let key = block.wrapping_key_identifier.as_str();
            found.line("wrapping_key", "Wrapping key", key);
            headers(block.key_block_headers.as_deref(), &mut found);
        }
        ExportKeyMaterial::Tr34KeyBlock(block) => {
            let ca = &block.certificate_authority_public_key_identifier;
            found.line("ca", "Receiver's CA", ca.as_str());
            let token = block.export_token.as_deref();
            found.line("export_token", "Export token", token);
            found.line("random_nonce", "Nonce", block.random_nonce.as_deref());
            headers(block.key_block_headers.as_deref(), &mut found);
            inside(&block.wrapping_key_certificate, now, &mut found)?;
            let certificate = block.signing_key_certificate.as_deref();
            let pair = block.signing_key_identifier.as_deref();
            own_pair(pair, certificate, now, &mut found)?;
        }
    }
    Ok(found)
}

fn request(operation: Operation, value: &Value) -> Result<Request, String> {
    operation.parse(value).map_err(|e| e.to_string())
}

pub(super) fn inside(text: &str, now: Timestamp, found: &mut Facts) -> Result<(), String> {
    let certificate = Certificate::from_any(text.as_bytes()).map_err(|e| e.to_string())?;
    found.part("certificate", vec![certificate::facts(&certificate, now)]);
    Ok(())
}

/// A pair of the vault and its certificate, where they stand in the place of a token.
pub(super) fn own_pair(
    pair: Option<&str>,
    certificate: Option<&str>,
    now: Timestamp,
    found: &mut Facts,
) -> Result<(), String> {
    if let Some(pair) = pair {
        found.line("own_pair", "Own pair", pair);
    }
    if let Some(text) = certificate {
        let certificate = Certificate::from_any(text.as_bytes()).map_err(|e| e.to_string())?;
        let facts = certificate::facts(&certificate, now);
        found.part("own_certificate", vec![facts]);
    }
    Ok(())
}

/// What a block says of its key in the place of the key's own values.
fn headers(asked: Option<&KeyBlockHeaders>, found: &mut Facts) {
    let Some(asked) = asked else {
        return;
    };
    if let Some(allowed) = &asked.key_modes_of_use {
        found.line("block_modes_of_use", "Block: modes", modes(allowed));
    }
    if let Some(exportability) = asked.key_exportability {
        found.line("block_exportability", "Block: export", exportability.name());
    }
    if let Some(version) = asked.key_version.as_deref() {
        found.line("block_key_version", "Block: version", version);
    }
    let blocks: Vec<String> = asked
        .optional_blocks
        .iter()
        .map(|(id, data)| format!("{id}={data}"))
        .collect();
    if !blocks.is_empty() {
        found.line("block_optional", "Block: optional", blocks);
    }
}

fn attributes_of(attributes: &KeyAttributes, found: &mut Facts) {
    found.line("key_usage", "Usage", attributes.key_usage.name());
    found.line("key_class", "Class", attributes.key_class.name());
    found.line(
        "key_algorithm",
        "Algorithm",
        attributes.key_algorithm.name(),
    );
    found.line(
        "key_modes_of_use",
        "Modes of use",
        modes(&attributes.key_modes_of_use),
    );
}

fn modes(modes: &KeyModesOfUse) -> Vec<String> {
    match serde_json::to_value(modes) {
        Ok(Value::Object(members)) => members
            .into_iter()
            .filter(|(_, on)| *on == Value::Bool(true))
            .map(|(name, _)| name)
            .collect(),
        _ => Vec::new(),
    }
}

/// What import-key, get-key or create-key printed. Read member by member: today's service has keys that this control
/// plane has not, and its printed examples leave members out.
fn answer(key: &Value) -> Result<Facts, String> {
    let Some(attributes) = key.get("KeyAttributes").filter(|a| a.is_object()) else {
        return Err(
            "Key has no KeyAttributes, so it is no answer of create-key, import-key or get-key."
                .to_owned(),
        );
    };
    let mut found = Facts::new("key", "ANSWER of create-key, import-key or get-key");
    let shown = |at: &Value, name: &str| at.get(name).filter(|v| !v.is_null()).cloned();
    found.line("key_arn", "Key", shown(key, "KeyArn"));
    for (id, label, name) in [
        ("key_usage", "Usage", "KeyUsage"),
        ("key_class", "Class", "KeyClass"),
        ("key_algorithm", "Algorithm", "KeyAlgorithm"),
    ] {
        found.line(id, label, shown(attributes, name));
    }
    let modes = attributes.get("KeyModesOfUse").and_then(Value::as_object);
    let set = modes
        .into_iter()
        .flatten()
        .filter(|(_, on)| **on == Value::Bool(true));
    let set: Vec<String> = set.map(|(name, _)| name.clone()).collect();
    found.line("key_modes_of_use", "Modes of use", set);
    for (id, label, name) in [
        ("key_check_value", "Check value", "KeyCheckValue"),
        (
            "key_check_value_algorithm",
            "Check value by",
            "KeyCheckValueAlgorithm",
        ),
        ("key_state", "State", "KeyState"),
        ("key_origin", "Origin", "KeyOrigin"),
        ("enabled", "Enabled", "Enabled"),
        ("exportable", "Exportable", "Exportable"),
    ] {
        found.line(id, label, shown(key, name));
    }
    let created = shown(key, "CreateTimestamp");
    let time = created
        .clone()
        .and_then(|at| serde_json::from_value::<Timestamp>(at).ok());
    found.line(
        "created",
        "Created",
        time.map(Timestamp::rfc3339)
            .map_or(created, |at| Some(at.into())),
    );
    if serde_json::from_value::<Key>(key.clone()).is_err() {
        found.note("it is not, or not wholly, what this control plane would print: a member is missing, newer than it knows, or of another kind.");
    }
    Ok(found)
}

/// What ExportKey answers, as the world has it: its model demands the wrapping key's ARN, and none of its published
/// examples has one.
#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ExportAnswer {
    wrapped_key: WrappedAnswer,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WrappedAnswer {
    wrapping_key_arn: Option<String>,
    wrapped_key_material_format: WrappedKeyMaterialFormat,
    key_material: String,
    key_check_value: Option<String>,
    key_check_value_algorithm: Option<KeyCheckValueAlgorithm>,
}

fn export_answer(value: &Value, now: Timestamp) -> Result<Facts, String> {
    let output: ExportAnswer = serde_json::from_value(value.clone())
        .map_err(|e| format!("WrappedKey cannot be read: {e}."))?;
    let wrapped = output.wrapped_key;
    let mut found = Facts::new("wrapped-key", "ANSWER of export-key");
    found.line("wrapping_key_arn", "Wrapping key", wrapped.wrapping_key_arn);
    found.line(
        "format",
        "Format",
        format!("{:?}", wrapped.wrapped_key_material_format),
    );
    found.line("length", "Characters", wrapped.key_material.len());
    found.line("key_check_value", "Check value", wrapped.key_check_value);
    found.line(
        "key_check_value_algorithm",
        "Check value by",
        wrapped
            .key_check_value_algorithm
            .map(KeyCheckValueAlgorithm::name),
    );
    let material = wrapped.key_material.as_str();
    let inner = match wrapped.wrapped_key_material_format {
        WrappedKeyMaterialFormat::TR34_KEY_BLOCK => {
            tr34::bytes(material.as_bytes()).map(|token| tr34::token(&token, now))
        }
        WrappedKeyMaterialFormat::TR31_KEY_BLOCK => Some(tr31::block(material)),
        WrappedKeyMaterialFormat::KEY_CRYPTOGRAM => None,
    };
    match inner {
        Some(Ok(facts)) => found.part("wrapped_key", vec![facts]),
        Some(Err(why)) => found.note(format!("what is wrapped cannot be read: {why}")),
        None => {}
    }
    Ok(found)
}

/// A run's own summary. It is what the writer says; nothing in it is proven here.
fn summary(value: &Value) -> Facts {
    let mut found = Facts::new("ceremony", "SUMMARY of a ceremony");
    let text = |pointer: &str| value.pointer(pointer).cloned().unwrap_or(Value::Null);
    found.line("script", "Script", text("/script/id"));
    found.line("script_sha256", "Script SHA-256", text("/script/sha256"));
    found.line("profile", "Profile", text("/profile"));
    found.line("started", "Started", text("/started"));
    found.line("ended", "Ended", text("/ended"));
    found.line("outcome", "Outcome", text("/outcome"));
    let count = |name: &str| value.get(name).and_then(Value::as_array).map(Vec::len);
    found.line("steps", "Steps", count("steps"));
    found.line("keys", "Keys", count("keys"));
    found.line("files", "Files", count("files"));
    found.note("a summary proves nothing by itself; the vault's audit chain does.");
    found
}
