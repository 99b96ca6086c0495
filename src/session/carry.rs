//! A key that is carried past this vault: its token is checked without a secret, and written as its receiver reads it.
//!
//! Both sides hold the key in devices of their own; this vault never does. What is judged is what anybody can judge
//! (TR-34 6.2 and 6.6; ANSI X9.24-2 on key distribution hosts): who signed, under whose authority, for whom, for what
//! use, and when or in answer to which number.
#![deny(clippy::indexing_slicing)]

use std::fmt::Write as _;

use data_encoding::{HEXLOWER, HEXUPPER, HEXUPPER_PERMISSIVE};
use sha2::{Digest as _, Sha256};

use crate::api::{
    ImportKeyInput, ImportKeyMaterial, ImportTr34KeyBlock, KeyAlgorithm, KeyAttributes, Request,
    Timestamp, Tr34KeyBlockFormat,
};
use crate::crypto::strength::{WrapPath, may_wrap};
use crate::crypto::tr31::OptionalRule;
use crate::crypto::tr34::{KeyToken, PartyId, SignerKey};
use crate::pki::{Certificate, CounterpartyFile, Crl, cms_pem, verify_issued, verify_root};

use super::brought::{self, Tr34File};
use super::handover;
use super::{Profile, Session};

/// The longest token that the service takes in a request, in hex digits.
const LONGEST: usize = 4096;

/// How long ago a token that answers to no number may have been signed: seven days, in milliseconds.
const WINDOW: i64 = 7 * 24 * 60 * 60 * 1000;

/// The name that the receiver is asked to give the sender's root.
const ROOT_ALIAS: &str = "alias/keymoot/carried-root";

/// The files of a carried key, as people brought them.
pub struct Carried<'f> {
    /// The token: a request for `import-key`, an answer of `export-key`, or the token alone.
    pub token: &'f [u8],
    /// The certificate of whoever signed, where neither the token nor its file holds it.
    pub sender: Option<&'f [u8]>,
    /// The root above the sender.
    pub sender_root: &'f [u8],
    /// The receiver's certificate, or its parameters for import.
    pub receiver: &'f [u8],
    /// The root above the receiver.
    pub receiver_root: &'f [u8],
    /// What the token has to answer to.
    pub number: Number<'f>,
}

/// The random number of an exchange in two passes.
#[derive(Clone, Copy)]
pub enum Number<'f> {
    /// One pass: there is none, and the token says when it was signed.
    None,
    /// The one that the receiver gave, in hex.
    Given(&'f str),
    /// A person has yet to type it: everything else is judged.
    NotYet,
}

/// What is known of a carried key, and who it is from and for.
pub struct Checked {
    /// Who signed.
    pub sender: Certificate,
    /// Who can open it.
    pub receiver: Certificate,
    /// The signed header of the key, as text.
    pub header: String,
    /// Signed when, or the number that it answers to.
    pub fresh: String,
    /// SHA-256 of the token, lower-case hex.
    pub token_sha256: String,
    /// The dialect of TR-34, in words.
    pub dialect: &'static str,
    parts: Parts,
}

struct Parts {
    file: Tr34File,
    receiver: CounterpartyFile,
    sender_root: Certificate,
}

impl Checked {
    /// What was checked, as lines for a screen and notes for the record.
    pub fn notes(&self) -> Vec<(&'static str, String)> {
        let fingerprint = |c: &Certificate| HEXLOWER.encode(&c.sha256_fingerprint());
        vec![
            ("sender", self.sender.subject()),
            ("sender_sha256", fingerprint(&self.sender)),
            ("receiver", self.receiver.subject()),
            ("receiver_sha256", fingerprint(&self.receiver)),
            ("header", self.header.clone()),
            ("fresh", self.fresh.clone()),
            (super::TOKEN_NOTES[0], self.dialect.to_owned()),
            (super::TOKEN_NOTES[1], self.token_sha256.clone()),
        ]
    }
}

impl Session {
    /// Judges a carried token. `declared` is what the script says that the key is.
    ///
    /// # Errors
    /// A sentence: what does not hold, and that nothing was handed on.
    pub fn check_carried(
        &self,
        carried: &Carried<'_>,
        declared: Option<(KeyAttributes, KeyAlgorithm)>,
    ) -> Result<Checked, String> {
        let stop = |what: String| {
            format!(
                "{what} Nothing was handed on, and this vault never held the key. Stop, and ask the sender; a token is \
                 never mended here."
            )
        };
        let now = self.now();
        let parts = parts(carried, self.profile()).map_err(stop)?;
        let token = KeyToken::parse(&parts.file.token).map_err(|e| stop(e.to_string()))?;
        let sender = sender(carried, &parts, &token).map_err(stop)?;
        let receiver = receiver(carried, &parts, now).map_err(stop)?;
        signed(&token, &sender, &parts.sender_root, now).map_err(stop)?;
        if self.state.policy.demand_crl && token.crls().is_empty() {
            return Err(stop(
                "The token has no revocation list in it, and this vault's policy demands one."
                    .into(),
            ));
        }
        if *token.recipient() != party(&receiver).map_err(stop)? {
            return Err(stop(
                "The token is for another receiver than the one whose certificate was compared."
                    .into(),
            ));
        }
        let fresh = fresh(&token, carried.number, now).map_err(stop)?;
        of_the_declared_kind(&token, &receiver, declared).map_err(stop)?;
        Ok(Checked {
            header: token.header_text().to_owned(),
            fresh,
            token_sha256: HEXLOWER.encode(&Sha256::digest(&parts.file.token)),
            dialect: token.form().words(),
            sender,
            receiver,
            parts,
        })
    }

    /// The file for the receiver, by the ending of its name: `.json` is a request for `import-key`, `.der`, `.hex` and
    /// `.pem` are the token alone. With it goes what to do on the other side.
    ///
    /// # Errors
    /// The receiver gave no token of its own to import under, so no request can be written for it; or the token is
    /// longer than the service takes.
    pub fn hand_on(&self, checked: &Checked, name: &str) -> Result<(Vec<u8>, String), String> {
        let token = &checked.parts.file.token;
        let file = match name.rsplit('.').next() {
            Some("der") => token.clone(),
            Some("hex") => format!("{}\n", HEXUPPER.encode(token)).into_bytes(),
            Some("pem") => cms_pem(token).into_bytes(),
            _ => self.import_request(checked)?,
        };
        let next = self.next_of(checked, name, &file);
        Ok((file, next))
    }

    fn import_request(&self, checked: &Checked) -> Result<Vec<u8>, String> {
        let CounterpartyFile::Import(parameters) = &checked.parts.receiver else {
            return Err(
                "The receiver gave a certificate alone, and a request for import-key needs its token: name the output \
                 .der, .hex or .pem, or bring what get-parameters-for-import printed."
                    .into(),
            );
        };
        let wrapped_key_block = HEXUPPER.encode(&checked.parts.file.token);
        if wrapped_key_block.len() > LONGEST {
            return Err(format!(
                "The token has {} hex digits and the service takes no more than {LONGEST}: it would refuse the file. \
                 Nothing was handed on. Ask the sender for a token without the revocation list and without the \
                 certificate in it; only its sender can make one.",
                wrapped_key_block.len()
            ));
        }
        let import = Request::ImportKey(ImportKeyInput {
            key_material: ImportKeyMaterial::Tr34KeyBlock(Box::new(ImportTr34KeyBlock {
                certificate_authority_public_key_identifier: ROOT_ALIAS.to_owned(),
                signing_key_certificate: checked.sender.to_aws(),
                import_token: Some(parameters.import_token.clone()),
                wrapping_key_identifier: None,
                wrapping_key_certificate: None,
                wrapped_key_block,
                key_block_format: Tr34KeyBlockFormat::X9_TR34_2012,
                random_nonce: nonce_of(checked),
            })),
            enabled: self.profile() != Profile::Rehearsal,
            key_check_value_algorithm: None,
            tags: handover::profile_tag(self.profile()),
        });
        let mut bytes =
            serde_json::to_vec_pretty(&import.to_json()).map_err(|error| error.to_string())?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn next_of(&self, checked: &Checked, name: &str, file: &[u8]) -> String {
        let mut text = handover::head(self, "the receiver's side", handover::KEY);
        handover::arrived(&mut text, name, file);
        let root = &checked.parts.sender_root;
        if name.rsplit('.').next() == Some("json") {
            let _ = writeln!(
                text,
                "2. Where it is not there yet, import the sender's root (ROOT.pem) and name it;\n   KEY_ARN is what the \
                 first command prints:\n\n   aws payment-cryptography import-key --key-material \\\n     \
                 \"RootCertificatePublicKey={{KeyAttributes={{KeyClass=PUBLIC_KEY,\\\n\
                 KeyUsage=TR31_S0_ASYMMETRIC_KEY_FOR_DIGITAL_SIGNATURE,\\\n\
                 KeyAlgorithm={},KeyModesOfUse={{Verify=true}}}},\\\n\
                 PublicKeyCertificate=$(base64 -w0 ROOT.pem)}}\"\n\
                 \x20  aws payment-cryptography create-alias \\\n       --alias-name {ROOT_ALIAS} --key-arn KEY_ARN\n\n   \
                 Its SHA-256 fingerprint:\n   {}\n",
                root.key_algorithm().map_or("RSA_2048", KeyAlgorithm::name),
                HEXLOWER.encode(&root.sha256_fingerprint())
            );
            text.push_str("3. Import the key:\n\n");
            handover::import_command(&mut text, name);
            text.push_str("4. Bring receipt.json back: the ceremony compares its check value with the\n   sender's.\n");
        } else {
            let _ = writeln!(
                text,
                "2. Load the token into the device as its manual says. It was signed by\n   {}\n   under the root with \
                 SHA-256\n   {}\n\n3. Write down the check value that the device shows, and bring it back on\n   paper: \
                 the ceremony compares it with the sender's.",
                checked.sender.subject(),
                HEXLOWER.encode(&root.sha256_fingerprint())
            );
        }
        text
    }
}

fn parts(carried: &Carried<'_>, profile: Profile) -> Result<Parts, String> {
    let file =
        brought::tr34(carried.token, profile).map_err(|rule| format!("The token {rule}."))?;
    let read = |what: &str, bytes: &[u8]| {
        CounterpartyFile::parse(bytes).map_err(|error| format!("The file of the {what}: {error}"))
    };
    let receiver = read("receiver", carried.receiver)?;
    let sender_root = read("sender's root", carried.sender_root)?.root().clone();
    Ok(Parts {
        file,
        receiver,
        sender_root,
    })
}

/// The certificate of whoever signed: from its own file, from the request that the token came in, or from the token.
fn sender(carried: &Carried<'_>, parts: &Parts, token: &KeyToken) -> Result<Certificate, String> {
    if let Some(bytes) = carried.sender {
        let file = CounterpartyFile::parse(bytes);
        let file = file.map_err(|error| format!("The file of the sender: {error}"))?;
        return Ok(file.leaf().clone());
    }
    let read = |bytes: &[u8]| {
        Certificate::from_any(bytes).map_err(|error| format!("The sender's certificate: {error}"))
    };
    if let Some((_, block)) = &parts.file.request {
        return read(block.signing_key_certificate.as_bytes());
    }
    match token.certificates() {
        [one] => read(one),
        _ => Err(
            "The token names no certificate of its sender, and no file of it was brought."
                .to_owned(),
        ),
    }
}

fn receiver(carried: &Carried<'_>, parts: &Parts, now: Timestamp) -> Result<Certificate, String> {
    parts
        .receiver
        .verify(now)
        .map_err(|error| format!("The receiver's file: {error}"))?;
    let root = CounterpartyFile::parse(carried.receiver_root)
        .map_err(|error| format!("The receiver's root: {error}"))?;
    let (leaf, root) = (parts.receiver.leaf(), root.root());
    chain("receiver", leaf, root, now)?;
    if !leaf.may_wrap_keys() {
        return Err(
            "The receiver's certificate is not one to wrap keys under (its key usage).".into(),
        );
    }
    Ok(leaf.clone())
}

fn chain(
    whose: &str,
    leaf: &Certificate,
    root: &Certificate,
    now: Timestamp,
) -> Result<(), String> {
    verify_root(root, now).map_err(|e| format!("The root above the {whose}: {e}"))?;
    verify_issued(leaf, root, now).map_err(|e| {
        format!("The {whose}'s certificate is not one of the root that was compared: {e}")
    })
}

/// Signature, chain and revocation lists.
fn signed(
    token: &KeyToken,
    sender: &Certificate,
    root: &Certificate,
    now: Timestamp,
) -> Result<(), String> {
    chain("sender", sender, root, now)?;
    if !sender.may_sign() {
        return Err("The sender's certificate is not one to sign with (its key usage).".into());
    }
    for der in token.crls() {
        Crl::from_der(der)
            .and_then(|crl| crl.judge(sender, root, now))
            .map_err(|e| format!("A revocation list in the token: {e}"))?;
    }
    let signer = SignerKey {
        id: party(sender)?,
        spki_der: sender.spki_der().to_vec(),
        certificate_der: sender.der().to_vec(),
    };
    token.verify(&signer).map_err(|error| {
        format!("The signature of the token does not hold for the sender's certificate: {error}")
    })
}

fn fresh(token: &KeyToken, number: Number<'_>, now: Timestamp) -> Result<String, String> {
    let expected = match number {
        Number::NotYet => token.nonce().map(<[u8]>::to_vec),
        Number::Given(hex) => Some(
            HEXUPPER_PERMISSIVE
                .decode(hex.split_whitespace().collect::<String>().as_bytes())
                .map_err(|_| "The number that the receiver gave is no hex.".to_owned())?,
        ),
        Number::None => None,
    };
    token
        .check_nonce(expected.as_deref())
        .and_then(|()| token.check_signing_time(now, WINDOW))
        .map_err(|error| error.to_string())?;
    Ok(match token.nonce() {
        Some(nonce) => format!("answers to {}", HEXUPPER.encode(nonce)),
        None => "signed within seven days".to_owned(),
    })
}

/// The header says what the script says, and the receiver's key is strong enough for it.
fn of_the_declared_kind(
    token: &KeyToken,
    receiver: &Certificate,
    declared: Option<(KeyAttributes, KeyAlgorithm)>,
) -> Result<(), String> {
    let header = token.header();
    header
        .importable(OptionalRule::Refuse)
        .map_err(|error| format!("The header of the key: {error}"))?;
    let Some((wanted, algorithm)) = declared else {
        return Ok(());
    };
    let said = algorithm
        .key_bytes()
        .and_then(|length| header.attributes(length))
        .ok_or_else(|| {
            format!(
                "The header of the key ({}) names no {} key.",
                token.header_text(),
                algorithm.name()
            )
        })?;
    if said != wanted {
        return Err(format!(
            "The header says {} {}, and the script declares {} {}.",
            said.key_usage.name(),
            said.key_algorithm.name(),
            wanted.key_usage.name(),
            wanted.key_algorithm.name()
        ));
    }
    if let Some(wrapping) = receiver.key_algorithm() {
        may_wrap(algorithm, wrapping, WrapPath::Tr34).map_err(|refusal| refusal.words())?;
    }
    Ok(())
}

fn nonce_of(checked: &Checked) -> Option<String> {
    let token = KeyToken::parse(&checked.parts.file.token).ok()?;
    token.nonce().map(|nonce| HEXUPPER.encode(nonce))
}

fn party(certificate: &Certificate) -> Result<PartyId, String> {
    PartyId::new(certificate.issuer_der(), certificate.serial())
        .ok_or_else(|| "A certificate has no issuer or serial number.".to_owned())
}

/// What a receiver says that it imported: an answer of `import-key` or `get-key`; nothing where the file says none.
pub fn stated_attributes(bytes: &[u8]) -> Option<KeyAttributes> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    serde_json::from_value(value.get("Key")?.get("KeyAttributes")?.clone()).ok()
}

/// A check value that a file of one side states, with its method: an answer of `import-key`, `get-key` or `export-key`.
pub fn stated_check_value(bytes: &[u8]) -> Option<(String, String)> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let about = value.get("Key").or_else(|| value.get("WrappedKey"))?;
    let text = |name: &str| about.get(name).and_then(serde_json::Value::as_str);
    let method = text("KeyCheckValueAlgorithm").unwrap_or("method not said");
    Some((text("KeyCheckValue")?.to_owned(), method.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::tests::{SAMPLE, practice};

    /// A checked token of a vector file, for a receiver that is the service.
    fn checked(id: &str) -> Checked {
        let file = include_str!("../../tests/vectors/tr34-profiles.json");
        let file: serde_json::Value = serde_json::from_str(file).unwrap();
        let hex = |value: &serde_json::Value| {
            let text = value.as_str().unwrap();
            HEXUPPER.decode(text.as_bytes()).unwrap()
        };
        let vectors = file["vectors"].as_array().unwrap();
        let vector = vectors.iter().find(|v| v["id"] == id).unwrap();
        let sender = Certificate::from_any(&hex(&file["identities"]["kdh"]["cert"])).unwrap();
        let receiver = CounterpartyFile::parse(SAMPLE).unwrap();
        Checked {
            receiver: receiver.leaf().clone(),
            sender: sender.clone(),
            header: String::new(),
            fresh: String::new(),
            token_sha256: String::new(),
            dialect: "",
            parts: Parts {
                file: Tr34File {
                    token: hex(&vector["token"]),
                    request: None,
                },
                receiver,
                sender_root: sender,
            },
        }
    }

    #[test]
    fn a_token_that_the_service_would_refuse_for_its_length_is_not_handed_to_it() {
        let (_, session) = practice(true);
        let (short, long) = (checked("tr34-p-017"), checked("tr34-p-025"));
        assert!(session.hand_on(&short, "kek.json").is_ok());
        let refused = session.hand_on(&long, "kek.json").unwrap_err();
        assert!(refused.contains("4876 hex digits"), "{refused}");
        assert!(refused.contains("no more than 4096"), "{refused}");
        // A device has no such limit.
        assert!(session.hand_on(&long, "kek.der").is_ok());
    }
}
