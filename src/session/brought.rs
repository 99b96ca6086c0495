//! What a counterparty's file brings: key blocks and requests, read as the AWS CLI prints and takes them.
#![deny(clippy::indexing_slicing)]

use serde_json::Value;

use crate::api::{ImportKeyInput, ImportKeyMaterial, ImportTr34KeyBlock, Operation, Request};
use crate::custody::json;

use super::Profile;

/// The tag that says which profile of keymoot wrote a file.
pub(crate) const PROFILE_TAG: &str = "keymoot-profile";

/// The text of a key block: alone, in what `export-key` printed, or in a request for `import-key`.
///
/// # Errors
/// The rule, completing a sentence that names the field.
pub(crate) fn key_block(bytes: &[u8], profile: Profile) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
    let text = text.trim();
    if !text.starts_with('{') {
        // A block begins with its version, a letter or a digit (TR-31:2018 table 1); what is in it the engine judges.
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let fits = begins && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        return if fits {
            Ok(text.to_owned())
        } else {
            Err("is neither one key block as text nor JSON".to_owned())
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

/// A request for `import-key` with a cryptogram.
///
/// # Errors
/// The rule, completing a sentence that names the field.
pub(crate) fn cryptogram(bytes: &[u8], profile: Profile) -> Result<ImportKeyInput, String> {
    let input = request(bytes, profile)?;
    if matches!(input.key_material, ImportKeyMaterial::KeyCryptogram(_)) {
        Ok(input)
    } else {
        Err("brings no KeyCryptogram".to_owned())
    }
}

/// A request for `import-key` with a TR-34 token, and that member of it.
///
/// # Errors
/// The rule, completing a sentence that names the field.
pub(crate) fn tr34(
    bytes: &[u8],
    profile: Profile,
) -> Result<(ImportKeyInput, ImportTr34KeyBlock), String> {
    let input = request(bytes, profile)?;
    match &input.key_material {
        ImportKeyMaterial::Tr34KeyBlock(block) => {
            let block = block.as_ref().clone();
            Ok((input, block))
        }
        _ => Err("brings no Tr34KeyBlock".to_owned()),
    }
}

fn request(bytes: &[u8], profile: Profile) -> Result<ImportKeyInput, String> {
    let file = object(bytes)?;
    same_class(&file, profile)?;
    let request = Operation::ImportKey
        .parse(&file)
        .map_err(|error| format!("is no request for import-key: {}", error.message))?;
    match request {
        Request::ImportKey(input) => Ok(input),
        _ => Err("is no request for import-key".to_owned()),
    }
}

fn object(bytes: &[u8]) -> Result<Value, String> {
    let value = json::strict(bytes).map_err(|error| format!("is not JSON: {error}"))?;
    if value.is_object() {
        Ok(value)
    } else {
        Err("is no JSON object".to_owned())
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
    use super::{cryptogram, key_block};
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
