//! What a counterparty's file brings: key blocks and requests, read as the AWS CLI prints and takes them.
#![deny(clippy::indexing_slicing)]

use data_encoding::HEXUPPER_PERMISSIVE;
use serde::Deserialize as _;
use serde_json::Value;

use crate::api::{
    ImportKeyInput, ImportKeyMaterial, ImportTr34KeyBlock, Operation, Request,
    WrappedKeyMaterialFormat,
};
use crate::crypto::tr31::Version;
use crate::crypto::tr34::{KeyToken, codings, read_random};
use crate::custody::json;

use super::Profile;

/// The tag that says which profile of keymoot wrote a file.
pub(crate) const PROFILE_TAG: &str = "keymoot-profile";

/// The text of a key block: alone, in what `export-key` printed, or in a request for `import-key`.
///
/// # Errors
/// The rule, completing a sentence that names the field.
pub(crate) fn key_block(bytes: &[u8], profile: Profile) -> Result<String, String> {
    could_be_one(bytes)?;
    let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
    let text = text.trim();
    if !text.starts_with('{') {
        return if begins_as_block(text) && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            Ok(text.to_owned())
        } else {
            Err(NO_BLOCK.to_owned())
        };
    }
    let file = object(bytes)?;
    same_class(&file, profile)?;
    let at = |path: &[&str]| {
        let mut value = Some(&file);
        for name in path {
            value = value.and_then(|v| v.get(*name));
        }
        value.and_then(Value::as_str).map(str::to_owned)
    };
    at(&["WrappedKey", "KeyMaterial"])
        .or_else(|| at(&["KeyMaterial", "Tr31KeyBlock", "WrappedKeyBlock"]))
        .or_else(|| at(&["WrappedKeyBlock"]))
        .ok_or_else(|| {
            "has neither WrappedKey.KeyMaterial, as export-key prints it, nor Tr31KeyBlock, as import-key takes it"
                .to_owned()
        })
}

/// What a key block looks like, and who writes one.
const NO_BLOCK: &str = "is no TR-31 key block. A block is one line of text: a letter for its version (A to D), then \
    its length in four digits, as D0144. Whoever sends the key writes it: export-key of the service or of another \
    vault, or an HSM. Take the file that they gave, as text or as export-key printed it";

/// Whether text begins as a key block does: version and length (TR-31:2018, table 1). What is in it the engine judges.
fn begins_as_block(text: &str) -> bool {
    let mut chars = text.chars();
    let version = chars.next().and_then(Version::from_letter).is_some();
    version && chars.by_ref().take(4).filter(char::is_ascii_digit).count() == 4
}

/// A request for `import-key` with a cryptogram.
///
/// # Errors
/// The rule, completing a sentence that names the field.
pub(crate) fn cryptogram(bytes: &[u8], profile: Profile) -> Result<ImportKeyInput, String> {
    let file = object(bytes)?;
    same_class(&file, profile)?;
    if file.get("WrappedKey").is_some() {
        return Err(
            "is what export-key printed, and says nothing of its key. The sender writes the request for import-key around \
             it: KeyMaterial.KeyCryptogram with WrappedKeyCryptogram (its KeyMaterial), WrappingSpec, KeyAttributes, \
             Exportable, and ImportToken of the file that was handed out"
                .to_owned(),
        );
    }
    request(bytes, "KeyCryptogram", "a key by RSA wrap", profile)
}

/// A TR-34 token, and what came around it.
pub(crate) struct Tr34File {
    /// The token, DER or BER; what is in it the engine judges.
    pub(crate) token: Vec<u8>,
    /// The request for `import-key` that holds it, if the sender wrote one, and that member of it.
    pub(crate) request: Option<(ImportKeyInput, ImportTr34KeyBlock)>,
}

/// A TR-34 token: in a request for `import-key`, in what `export-key` printed, or alone (DER, PEM, base64 or hex).
///
/// # Errors
/// The rule, completing a sentence that names the field.
pub(crate) fn tr34(bytes: &[u8], profile: Profile) -> Result<Tr34File, String> {
    could_be_one(bytes)?;
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return alone(bytes);
    }
    let file = object(bytes)?;
    if let Some(wrapped) = file.get("WrappedKey") {
        same_class(&file, profile)?;
        return exported(wrapped);
    }
    let input = request(bytes, "Tr34KeyBlock", "a TR-34 token", profile)?;
    let ImportKeyMaterial::Tr34KeyBlock(block) = &input.key_material else {
        return Err("is no TR-34 token".to_owned());
    };
    let block = block.as_ref().clone();
    let token = HEXUPPER_PERMISSIVE
        .decode(block.wrapped_key_block.as_bytes())
        .unwrap_or_default();
    Ok(Tr34File {
        token,
        request: Some((input, block)),
    })
}

/// `WrappedKey` as `export-key` prints it.
fn exported(wrapped: &Value) -> Result<Tr34File, String> {
    let format = wrapped
        .get("WrappedKeyMaterialFormat")
        .and_then(|format| WrappedKeyMaterialFormat::deserialize(format).ok());
    if format != Some(WrappedKeyMaterialFormat::TR34_KEY_BLOCK) {
        return Err("is what export-key printed in another format, not a TR-34 token".to_owned());
    }
    let hex = wrapped
        .get("KeyMaterial")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let token = HEXUPPER_PERMISSIVE
        .decode(hex.as_bytes())
        .map_err(|_| "has a WrappedKey.KeyMaterial that is no hex".to_owned())?;
    Ok(Tr34File {
        token,
        request: None,
    })
}

/// The token and nothing else.
fn alone(bytes: &[u8]) -> Result<Tr34File, String> {
    // Armor around base64 says nothing that the token does not.
    let body = std::str::from_utf8(bytes).map(|text| {
        let inner = text.lines().filter(|line| !line.starts_with("-----"));
        inner.collect::<String>()
    });
    codings(body.as_ref().map_or(bytes, |body| body.as_bytes()))
        .find(|token| KeyToken::parse(token).is_ok())
        .map(|token| Tr34File {
            token,
            request: None,
        })
        .ok_or_else(|| {
            "is neither a TR-34 token (DER, PEM, base64 or hex), nor a request for import-key with Tr34KeyBlock, nor \
             what export-key printed"
                .to_owned()
        })
}

/// A request for `import-key` that brings this member. A file of another kind is called what it is: what is wrong
/// inside it is nothing that whoever chose it can mend.
fn request(
    bytes: &[u8],
    member: &str,
    wanted: &str,
    profile: Profile,
) -> Result<ImportKeyInput, String> {
    let file = object(bytes)?;
    same_class(&file, profile)?;
    if file
        .get("KeyMaterial")
        .is_none_or(|m| m.get(member).is_none())
    {
        return Err(format!("is {}, not {wanted}", called(&file)));
    }
    if file.get("ExportKeyIdentifier").is_some() {
        return Err(format!(
            "is {}, not {wanted}: it asks the sender's side for a key and brings none. Take what the sender wrote for \
             import-key",
            called(&file)
        ));
    }
    let request = Operation::ImportKey
        .parse(&file)
        .map_err(|error| unfit(&error.message))?;
    match request {
        Request::ImportKey(input) => Ok(input),
        _ => Err("is no request for import-key".to_owned()),
    }
}

/// What is wrong with the form of a request for `import-key`, by what the service says of it.
fn unfit(message: &str) -> String {
    // "3 validation errors detected: Value null at 'keyMaterial.keyCryptogram.exportable' failed to ..."
    let lacking: Vec<&str> = message
        .split("Value null at '")
        .skip(1)
        .filter_map(|rest| rest.split_once('\'').map(|(member, _)| member))
        .filter_map(|member| member.rsplit('.').next())
        .collect();
    if lacking.is_empty() {
        return format!("is no request for import-key: {message}");
    }
    format!(
        "is no whole request for import-key: it lacks {}. No key came in. The sender writes it anew, with all of its \
         members",
        lacking.join(", ")
    )
}

/// What a file is that can be no certificate, token or key block, as people say it; nothing of what could be one.
pub(crate) fn kind_of(bytes: &[u8]) -> Option<&'static str> {
    plainly(bytes).or_else(|| object(bytes).ok().map(|file| called(&file)))
}

/// Refuses what nobody means to hand over, as what it is.
fn could_be_one(bytes: &[u8]) -> Result<(), String> {
    plainly(bytes).map_or(Ok(()), |kind| Err(format!("is {kind}")))
}

/// What nobody means to hand over: a reader's own error would speak of lines and columns.
fn plainly(bytes: &[u8]) -> Option<&'static str> {
    const PICTURES: [&[u8]; 3] = [b"\x89PNG", b"\xFF\xD8\xFF", b"GIF8"];
    const SEALED: [&[u8]; 2] = [
        b"age-encryption.org/v1",
        b"-----BEGIN AGE ENCRYPTED FILE-----",
    ];
    match bytes.trim_ascii_start() {
        [] => Some("empty"),
        start if PICTURES.iter().any(|magic| start.starts_with(magic)) => Some("a picture"),
        start if SEALED.iter().any(|magic| start.starts_with(magic)) => {
            Some("a file sealed with age, such as an envelope or a vault's own")
        }
        start if start.starts_with(b"%PDF") => Some("a PDF"),
        start if start.starts_with(b"PK\x03\x04") => Some("an archive or an office document"),
        _ if is_random(bytes) => Some("a random token (RT_KRD)"),
        [b'{' | b'[', ..] => None,
        _ => is_prose(bytes).then_some("a text for people"),
    }
}

/// Whether it is a receiver's random number for a TR-34 token, in any form of it.
fn is_random(bytes: &[u8]) -> bool {
    codings(bytes).any(|coded| read_random(&coded).is_ok())
}

/// Whether it is text of several lines that is neither PEM nor base64 or hex.
fn is_prose(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let coded =
        |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || "+/=:-".contains(c);
    text.trim().contains('\n') && !text.contains("-----BEGIN") && !text.chars().all(coded)
}

/// What a file is, as people say it.
fn called(file: &Value) -> &'static str {
    let has = |name: &str| file.get(name).is_some();
    let brings = |name: &str| {
        file.get("KeyMaterial")
            .is_some_and(|m| m.get(name).is_some())
    };
    match () {
        () if has("ExportKeyIdentifier") => "a request for export-key",
        () if brings("KeyCryptogram") => "a request for import-key by RSA wrap",
        () if brings("Tr34KeyBlock") => "a request for import-key with a TR-34 token",
        () if brings("Tr31KeyBlock") => "a request for import-key with a TR-31 key block",
        () if brings("RootCertificatePublicKey") => {
            "a request for import-key with a root certificate"
        }
        () if brings("TrustedCertificatePublicKey") => {
            "a request for import-key with a certificate"
        }
        () if has("WrappedKey") => "what export-key printed",
        () if has("WrappingKeyCertificate") => "what get-parameters-for-import printed",
        () if has("SigningKeyCertificate") => "what get-parameters-for-export printed",
        () if has("KeyCertificate") => "what get-public-key-certificate printed",
        () if has("CertificateSigningRequest") => "a request for a certificate",
        () if has("custodians") && has("administrator") => {
            "an unlock file: names and passphrases of people"
        }
        () if has("Key") => "a receipt: what import-key or create-key printed",
        () => "a file of no kind that is known here",
    }
}

fn object(bytes: &[u8]) -> Result<Value, String> {
    could_be_one(bytes)?;
    let value = json::strict(bytes)
        .map_err(|error| format!("is another kind of file, or was changed on its way ({error})"))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("is another kind of file".to_owned())
    }
}

/// A file that a keymoot of another profile marked does not come in here.
fn same_class(file: &Value, profile: Profile) -> Result<(), String> {
    let tags = file
        .get("Tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    for tag in tags {
        let is = |name: &str| tag.get(name).and_then(Value::as_str);
        if is("Key") == Some(PROFILE_TAG)
            && let Some(other) = is("Value").filter(|value| *value != profile.name())
        {
            return Err(format!(
                "was written by a {} vault, and this is a {} vault: keys of one never enter the other (PCI PIN 19-4)",
                other.escape_debug(),
                profile.name()
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};

    use super::{cryptogram, key_block, tr34};
    use crate::session::Profile;

    #[test]
    fn a_block_is_found_wherever_the_service_writes_one() {
        for file in [
            "  D0016ABC\n",
            r#"{"WrappedKey":{"KeyMaterial":"D0016ABC"}}"#,
            r#"{"KeyMaterial":{"Tr31KeyBlock":{"WrappedKeyBlock":"D0016ABC","WrappingKeyIdentifier":"alias/x"}}}"#,
        ] {
            let found = key_block(file.as_bytes(), Profile::Test);
            assert_eq!(found.as_deref(), Ok("D0016ABC"), "{file}");
        }
        for bad in ["", "{}", "{", "D0\u{7}", "[1]", r#"{"a":1,"a":1}"#] {
            assert!(key_block(bad.as_bytes(), Profile::Test).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_is_read_in_every_form_and_nothing_else_is() {
        let vectors = include_str!("../../tests/vectors/tr34-annexb.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        let token = some_token(&vectors).expect("a key token among the vectors");
        let hex = HEXLOWER.encode(&token);
        let base64 = BASE64.encode(&token);
        let (first, rest) = base64.split_at(64);
        let printed = serde_json::json!({ "WrappedKey": {
            "KeyMaterial": hex, "WrappedKeyMaterialFormat": "TR34_KEY_BLOCK" } });
        let forms = [
            token.clone(),
            format!("{hex}\n").into_bytes(),
            format!("-----BEGIN CMS-----\n{first}\n{rest}\n-----END CMS-----\n").into_bytes(),
            base64.into_bytes(),
            printed.to_string().into_bytes(),
        ];
        for (at, form) in forms.iter().enumerate() {
            let file = tr34(form, Profile::Test).unwrap_or_else(|rule| panic!("{at}: {rule}"));
            assert_eq!(file.token, token, "{at}");
            assert!(file.request.is_none(), "{at}");
        }
        for bad in [
            "",
            "30",
            r#"{"WrappedKey":{"KeyMaterial":"30","WrappedKeyMaterialFormat":"TR31_KEY_BLOCK"}}"#,
            r#"{"WrappedKey":{"KeyMaterial":"zz","WrappedKeyMaterialFormat":"TR34_KEY_BLOCK"}}"#,
        ] {
            assert!(tr34(bad.as_bytes(), Profile::Test).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_of_another_kind_is_called_what_it_is() {
        let rsa = br#"{"Enabled":true,"KeyMaterial":{"KeyCryptogram":{"Exportable":true,"ImportToken":"import-token-abcdefgh",
            "KeyAttributes":{"KeyAlgorithm":"TDES_3KEY","KeyClass":"SYMMETRIC_KEY","KeyModesOfUse":{"Wrap":true},
            "KeyUsage":"TR31_K0_KEY_ENCRYPTION_KEY"},"WrappedKeyCryptogram":"AB","WrappingSpec":"RSA_OAEP_SHA_256"}}}"#;
        let refused = |file: &[u8]| match tr34(file, Profile::Test) {
            Err(rule) => rule,
            Ok(_) => panic!("taken"),
        };
        // What export-key printed says nothing of its key: the request around it does, and its sender writes that.
        let printed =
            br#"{"WrappedKey":{"KeyMaterial":"30","WrappedKeyMaterialFormat":"KEY_CRYPTOGRAM"}}"#;
        let told = cryptogram(printed, Profile::Test).unwrap_err();
        assert!(told.contains("is what export-key printed"), "{told}");
        assert!(told.contains("KeyMaterial.KeyCryptogram"), "{told}");
        assert_eq!(
            refused(rsa),
            "is a request for import-key by RSA wrap, not a TR-34 token"
        );
        let parameters =
            include_bytes!("../../ceremonies/samples/get-parameters-for-import-rsa2048.json");
        assert_eq!(
            refused(parameters),
            "is what get-parameters-for-import printed, not a TR-34 token"
        );
        assert_eq!(
            cryptogram(parameters, Profile::Test).err().unwrap(),
            "is what get-parameters-for-import printed, not a key by RSA wrap"
        );
    }

    /// The first text among the vectors that is a key token in hex.
    fn some_token(value: &serde_json::Value) -> Option<Vec<u8>> {
        match value {
            serde_json::Value::String(text) => HEXLOWER
                .decode(text.to_lowercase().as_bytes())
                .ok()
                .filter(|bytes| crate::crypto::tr34::KeyToken::parse(bytes).is_ok()),
            serde_json::Value::Array(all) => all.iter().find_map(some_token),
            serde_json::Value::Object(all) => all.values().find_map(some_token),
            _ => None,
        }
    }

    /// Each kind of material, as a request of another class of vault and as `export-key` printed it there.
    #[test]
    fn each_way_in_looks_at_the_tag_of_class() {
        let material = [
            (
                "Tr31KeyBlock",
                serde_json::json!({"WrappedKeyBlock": "D0016ABC", "WrappingKeyIdentifier": "alias/x"}),
            ),
            (
                "Tr34KeyBlock",
                serde_json::json!({"CertificateAuthorityPublicKeyIdentifier": "alias/x", "KeyBlockFormat": "X9_TR34_2012",
                    "SigningKeyCertificate": "AA==", "ImportToken": "import-token-abcdefgh", "WrappedKeyBlock": "30"}),
            ),
            (
                "KeyCryptogram",
                serde_json::json!({"Exportable": true, "ImportToken": "import-token-abcdefgh", "WrappedKeyCryptogram": "AB",
                    "WrappingSpec": "RSA_OAEP_SHA_256", "KeyAttributes": {"KeyAlgorithm": "TDES_3KEY",
                    "KeyClass": "SYMMETRIC_KEY", "KeyModesOfUse": {"Wrap": true}, "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY"}}),
            ),
        ];
        for vault in Profile::ALL {
            for of in Profile::ALL.into_iter().filter(|of| *of != vault) {
                let tags = serde_json::json!([{"Key": super::PROFILE_TAG, "Value": of.name()}]);
                let mut files: Vec<serde_json::Value> = material
                    .iter()
                    .map(|(member, block)| {
                        serde_json::json!({"Enabled": true, "Tags": tags, "KeyMaterial": {*member: block}})
                    })
                    .collect();
                for form in ["TR31_KEY_BLOCK", "TR34_KEY_BLOCK"] {
                    let wrapped =
                        serde_json::json!({"KeyMaterial": "30", "WrappedKeyMaterialFormat": form});
                    files.push(serde_json::json!({"Tags": tags, "WrappedKey": wrapped}));
                }
                for file in files {
                    let bytes = file.to_string().into_bytes();
                    let said = [
                        key_block(&bytes, vault).err(),
                        tr34(&bytes, vault).err(),
                        cryptogram(&bytes, vault).err(),
                    ];
                    for words in said {
                        let words = words.unwrap_or_else(|| panic!("{vault} took {file}"));
                        let class = format!(
                            "was written by a {} vault, and this is a {} vault",
                            of.name(),
                            vault.name()
                        );
                        assert!(words.contains(&class), "{words}: {file}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_file_of_another_class_stays_out() {
        let file = r#"{"Tags":[{"Key":"keymoot-profile","Value":"rehearsal"}],"WrappedKeyBlock":"D0016ABC"}"#;
        assert!(key_block(file.as_bytes(), Profile::Rehearsal).is_ok());
        let refused = key_block(file.as_bytes(), Profile::Production).unwrap_err();
        assert!(refused.contains("19-4"), "{refused}");
        assert!(
            cryptogram(file.as_bytes(), Profile::Test)
                .unwrap_err()
                .contains("19-4")
        );
    }
}
